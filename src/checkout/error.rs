//! Why a path or a root is not opened.

use std::io;
use std::path::{Path, PathBuf};

/// Why a path is not opened.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The path itself leads out of the tree or into a repository's own files.
    #[error("{path}: refused: {why}", path = .path.display())]
    Forbidden {
        /// The path as it was given.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A symlink is in the way, or is the file.
    #[error("{path}: is a symlink or lies behind one; treepatch follows none below the root", path = .path.display())]
    Symlink {
        /// The path.
        path: PathBuf,
    },
    /// A folder, a device, a pipe, a socket.
    #[error("{path}: is {kind}, not a regular file", path = .path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// More bytes than the limit.
    #[error("{path}: has {size} bytes; the limit is {limit}", path = .path.display())]
    TooLarge {
        /// The path.
        path: PathBuf,
        /// Its size.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// A repository leads elsewhere, or is not what one should be.
    #[error("{path}: {why}", path = .path.display())]
    Repository {
        /// Its folder, or the file in it.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// The system said no.
    #[error("{path}: {source}", path = .path.display())]
    System {
        /// The path.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl GateError {
    /// What it is about.
    pub fn path(&self) -> &Path {
        match self {
            GateError::Forbidden { path, .. }
            | GateError::Symlink { path }
            | GateError::NotRegular { path, .. }
            | GateError::TooLarge { path, .. }
            | GateError::Repository { path, .. }
            | GateError::System { path, .. } => path,
        }
    }

    /// Whether there is simply no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self, GateError::System { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// Why a root cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is nothing.
    #[error("{path}: there is no such folder", path = .0.display())]
    Missing(PathBuf),
    /// It is a file or the like.
    #[error("{path}: is not a folder; give the root of the checkout", path = .0.display())]
    NotAFolder(PathBuf),
    /// The system said no.
    #[error("{path}: {1}", path = .0.display())]
    System(PathBuf, io::Error),
}
