//! The files of a release, wherever they are.

use std::path::{Path, PathBuf};

/// Files to patch: a checkout on disk, or a few in memory (examples, tests).
pub trait Tree: Sync {
    /// Every regular file below the root, as sorted relative paths with `/`; only `.git` is left out.
    fn paths(&self) -> &[PathBuf];

    /// The bytes of one of these files.
    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError>;

    /// The bytes of one of these files, into memory that is there already.
    fn read_into(&self, path: &Path, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        *bytes = self.read(path)?;
        Ok(())
    }

    /// What could not be listed: folders whose files nobody knows.
    fn trouble(&self) -> &[ReadError] {
        &[]
    }
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
