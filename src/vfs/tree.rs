use crate::source::Limits;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files of a release: on disk, in memory, or as a plan leaves them.
pub trait FileTree: Sync {
    /// Every regular file below the root, as sorted relative paths with `/`; only `.git` is left out.
    fn paths(&self) -> &[PathBuf];

    /// The bytes of one of these files.
    fn read(&self, path: &Path) -> Result<Arc<Vec<u8>>, ReadError>;

    /// The bytes of one of these files, into memory that is there already.
    fn read_into(&self, path: &Path, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        bytes.clone_from(&*self.read(path)?);
        Ok(())
    }

    /// The bytes of a file; `None` where there is none, or it cannot be read.
    fn get(&self, path: &Path) -> Option<Vec<u8>> {
        self.paths().binary_search_by(|listed| listed.as_path().cmp(path)).ok()?;
        self.read(path).ok().map(Arc::unwrap_or_clone)
    }

    /// What could not be listed: folders whose files are unknown.
    fn unreadable(&self) -> &[ReadError] {
        &[]
    }

    /// How much work one file may make.
    fn limits(&self) -> Limits {
        Limits::default()
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

impl ReadError {
    /// Of a file that is not there.
    pub fn missing(path: &Path) -> ReadError {
        ReadError { path: path.to_owned(), reason: "no such file".to_owned() }
    }
}
