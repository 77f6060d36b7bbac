//! The files of a checkout: which there are, and their bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files to patch: a checkout on disk, or a few in memory (examples, tests).
pub trait Tree: Sync {
    /// Every regular file below the root, as sorted relative paths with `/`; only `.git` is left out.
    fn paths(&self) -> &[PathBuf];

    /// The bytes of one of these files.
    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError>;
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}", path = .path.display())]
pub struct ReadError {
    /// The file, relative to the root.
    pub path: PathBuf,
    /// What the system said.
    pub reason: String,
}

/// Files that are only in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    paths: Vec<PathBuf>,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Memory {
    /// A tree of these files.
    pub fn new(files: impl IntoIterator<Item = (PathBuf, Vec<u8>)>) -> Memory {
        let files: BTreeMap<PathBuf, Vec<u8>> = files.into_iter().collect();
        Memory { paths: files.keys().cloned().collect(), files }
    }
}

impl Tree for Memory {
    fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        let missing = || ReadError { path: path.to_owned(), reason: "no such file".to_owned() };
        self.files.get(path).cloned().ok_or_else(missing)
    }
}
