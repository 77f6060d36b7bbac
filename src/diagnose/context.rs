use super::align::Alignment;
use crate::find::Packages;
use crate::pattern::{Names, Side};
use crate::source::Source;

/// What a difference is described with: a side of a body, and how it lies on a source.
pub(crate) struct Context<'a> {
    pub side: &'a Side,
    pub source: &'a Source,
    pub names: &'a Names,
    pub packages: &'a Packages,
    pub alignment: &'a Alignment,
}
