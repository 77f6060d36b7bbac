//! How far a plan is, for whoever waits.

use crate::vfs::{FileTree, ReadError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts what one pass over a tree has done.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    /// Files that were listed.
    pub listed: Arc<AtomicUsize>,
    /// Files that were searched for the words of the patches.
    pub searched: Arc<AtomicUsize>,
    /// Files that were read to be parsed.
    pub parsed: Arc<AtomicUsize>,
    /// The number of the patch that is being planned, from 1.
    pub patch: Arc<AtomicUsize>,
}

/// Is told when a pass begins. There may be a second one: only a failure is worth a look at the rest of the tree.
pub trait Watcher: Sync {
    /// Gives what the pass counts with.
    fn begin(&self) -> Counters;
}

/// Nobody watches.
impl Watcher for () {
    fn begin(&self) -> Counters {
        Counters::default()
    }
}

/// A tree whose reads are counted.
pub(super) struct Counted<'a> {
    pub below: &'a dyn FileTree,
    pub counters: &'a Counters,
}

impl FileTree for Counted<'_> {
    fn paths(&self) -> &[PathBuf] {
        self.below.paths()
    }

    fn read(&self, path: &Path) -> Result<Arc<Vec<u8>>, ReadError> {
        self.counters.parsed.fetch_add(1, Ordering::Relaxed);
        self.below.read(path)
    }

    fn read_into(&self, path: &Path, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        self.counters.searched.fetch_add(1, Ordering::Relaxed);
        self.below.read_into(path, bytes)
    }

    fn unreadable(&self) -> &[ReadError] {
        self.below.unreadable()
    }
}
