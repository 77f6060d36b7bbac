//! Stand-in until the real one lands.
use crate::source::{Edit, Source};
/// The name.
#[allow(missing_docs)]
pub enum LocalName {
    Named(String),
    Dot,
    Blank,
    Missing,
}
/// A spec.
#[allow(missing_docs)]
pub struct ImportSpec {
    pub path: String,
    pub name: Option<String>,
}
/// x
pub fn local_name(_: &Source, _: &str) -> LocalName {
    LocalName::Missing
}
/// x
pub fn specs(_: &Source) -> Vec<ImportSpec> {
    Vec::new()
}
/// x
pub fn add(_: &Source, _: &str, _: Option<&str>) -> Vec<Edit> {
    Vec::new()
}
/// x
pub fn remove(_: &Source, _: &str) -> Vec<Edit> {
    Vec::new()
}
/// x
pub fn is_used(_: &Source, _: &str) -> bool {
    false
}
/// x
pub fn default_name(p: &str) -> String {
    p.rsplit('/').next().unwrap_or(p).to_owned()
}
