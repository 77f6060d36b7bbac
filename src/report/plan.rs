//! What a run would do to the files.

use super::patch_report::Report;
use crate::source::Version;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a run would do: a verdict for every patch, and the files as they would be.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// One report per patch, in patchset order.
    pub reports: Vec<Report>,
    /// What each patch does to each file, in the order in which it happens.
    pub steps: Vec<Step>,
}

/// One patch's change of one file.
#[derive(Clone, Debug)]
pub struct Step {
    /// The patch, as an index into [`Plan::reports`].
    pub patch: usize,
    /// The file, relative to the root.
    pub path: PathBuf,
    /// The file before; `None` where it did not exist.
    pub before: Option<Version>,
    /// The file after.
    pub after: Version,
}

impl Step {
    /// The change by itself, with all bytes.
    pub fn change(&self) -> FileChange {
        FileChange::new(&self.path, self.before.as_ref(), &self.after)
    }
}

/// Each file after the last of some steps.
pub(crate) fn last_versions(steps: &[Step]) -> BTreeMap<&Path, &Version> {
    steps.iter().map(|step| (step.path.as_path(), &step.after)).collect()
}

/// The end of one file's steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The file, relative to the root.
    pub path: PathBuf,
    /// Its bytes on disk; `None` where it does not exist.
    pub before: Option<Vec<u8>>,
    /// Its bytes after the run.
    pub after: Vec<u8>,
}

impl Plan {
    /// Whether a verdict forbids writing anything.
    pub fn is_refused(&self) -> bool {
        self.reports.iter().any(|r| r.blocks)
    }

    /// The files that change, sorted by path, each with its first and last bytes. Empty where the plan is refused.
    pub fn changes(&self) -> Vec<FileChange> {
        self.each_change().collect()
    }

    /// [`Plan::changes`] one by one: the bytes of a file are put together when its turn comes.
    pub fn each_change(&self) -> impl Iterator<Item = FileChange> {
        self.ends().map(|(path, before, after)| FileChange::new(path, before, after))
    }

    /// The files that change, sorted.
    pub fn changed(&self) -> impl Iterator<Item = &Path> {
        self.ends().map(|(path, ..)| path)
    }

    /// Each file that a step changes, after the last of its steps.
    pub(crate) fn last_versions(&self) -> BTreeMap<&Path, &Version> {
        last_versions(&self.steps)
    }

    /// The files that change, each with its first and its last version.
    fn ends(&self) -> impl Iterator<Item = (&Path, Option<&Version>, &Version)> {
        let mut files: BTreeMap<&Path, (Option<&Version>, &Version)> = BTreeMap::new();
        let steps = if self.is_refused() { &[] } else { self.steps.as_slice() };
        for step in steps {
            let ends = files.entry(&step.path).or_insert((step.before.as_ref(), &step.after));
            ends.1 = &step.after;
        }
        let is_changed = |before: Option<&Version>, after: &Version| before.is_none_or(|before| before != after);
        files.into_iter().filter(move |(_, (b, a))| is_changed(*b, a)).map(|(path, (b, a))| (path, b, a))
    }
}

impl FileChange {
    fn new(path: &Path, before: Option<&Version>, after: &Version) -> FileChange {
        let bytes = |version: &Version| Arc::unwrap_or_clone(version.bytes());
        FileChange { path: path.to_owned(), before: before.map(bytes), after: bytes(after) }
    }
}
