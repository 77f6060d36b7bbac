//! Whether a patch can be taken back. It is asked while the trees of its edits are in memory; whoever runs inverses answers.

use super::options::Options;
use crate::source::Source;
use std::path::PathBuf;
use std::sync::Arc;

/// A file that a patch edits, as the trees that its edit was proved with.
pub(crate) struct EditedFile {
    pub path: PathBuf,
    pub before: Arc<Source>,
    pub after: Arc<Source>,
}

/// Knows the inverses of the patches of a run, by their numbers.
pub(crate) trait Reversibility: Sync {
    /// Compiles the inverse of a patch ahead of its turn.
    fn prepare(&self, patch: usize);

    /// Why no inverse undoes the patch, whatever it edits.
    fn irreversible(&self, patch: usize) -> Option<String>;

    /// Whether each file is on its own, since the number of sites is free.
    fn is_file_by_file(&self, patch: usize) -> bool;

    /// Why the inverse would not give these files back.
    fn irreversible_in(&self, patch: usize, files: &[EditedFile], options: &Options) -> Option<String>;
}
