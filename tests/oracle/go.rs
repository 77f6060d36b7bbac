use crate::case::Case;
use crate::judged::Judged;
use std::path::{Path, PathBuf};
pub const NAME: &str = "rule";
pub fn judge() -> Option<PathBuf> { None }
pub fn case(_: usize, _: u64) -> Case { todo!() }
pub fn compare(_: &Path, _: &Path, _: &mut [Judged]) {}
