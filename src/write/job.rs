//! What one run does to the disk.

use super::record::Recording;
use crate::report::FileChange;
use crate::write::git::Move;
use std::path::PathBuf;

/// Everything that one run does to the disk.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Job<'a> {
    pub changes: &'a [FileChange],
    pub removals: &'a [Removal],
    pub moves: &'a [Move],
    pub recording: Option<&'a Recording>,
}

/// A file that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The file, relative to the root.
    pub path: PathBuf,
    /// Its bytes.
    pub before: Vec<u8>,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files, in the order of the changes.
    pub files: Vec<PathBuf>,
    /// Those that had other names (hard links): the other names keep the old bytes.
    pub linked: Vec<PathBuf>,
}
