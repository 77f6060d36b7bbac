use crate::source::Limits;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// What a run is asked to do with a patchset, beside the patchset itself.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The ids of the patches to look at; all of them, if empty. The others are `skipped`.
    pub only: Vec<String>,
    /// Files that are not there are no error, as long as one patch finds its file.
    pub partial: bool,
    /// The target that tables are read for and that patches may be limited to.
    pub target: Option<String>,
    /// An `obsolete` patch needs a person, too, and so does one with warnings.
    pub strict: bool,
    /// How much work one file may make.
    pub limits: Limits,
    /// Every file is parsed as a whole, where a few declarations of it would do. The result is the same, but for files
    /// that the grammar cannot read as a whole.
    pub whole_files: bool,
    /// Every done site is counted, where `expect` has no upper bound and the first ones would do.
    pub all_done: bool,
    /// Of every patch that is carried out it is asked whether swapping its sides would undo it.
    pub check_reversible: bool,
    /// Of what finds no place nobody asks what stands there instead.
    pub terse: bool,
    /// How many threads work; 0 for as many as there are cores. The result is the same for any number.
    pub threads: usize,
    /// Where the number of the patch that is being planned is noted, from 1, for whoever waits.
    pub turn: Option<Arc<AtomicUsize>>,
}
