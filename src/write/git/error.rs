use crate::checkout::GateError;
use git2::Repository;
use std::path::{Path, PathBuf};

/// Why nothing is committed. Every path is as the user knows it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GitError {
    /// A file that is in no repository.
    #[error("{path}: lies in no git repository, so that it cannot be committed; without --commit nothing is needed from git", path = .0.display())]
    NoRepository(PathBuf),
    /// A repository that is not as it should be.
    #[error("{path}: {why}", path = .path.display())]
    Repository {
        /// Its folder.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// A file that cannot be committed.
    #[error("{path}: {why}", path = .path.display())]
    File {
        /// The file, relative to the root.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// Git's own lock is taken.
    #[error("{path}: git is at work here, or was killed; remove this file if no git runs", path = .0.display())]
    Busy(PathBuf),
    /// Git's library failed.
    #[error("cannot {what} {path}: {message}", path = .path.display())]
    Library {
        /// What was tried.
        what: &'static str,
        /// In which repository.
        path: PathBuf,
        /// What it said.
        message: String,
    },
}

impl From<GateError> for GitError {
    fn from(error: GateError) -> GitError {
        match error {
            GateError::Repository { path, why } => GitError::Repository { path, why },
            other => GitError::Repository {
                path: other.path().to_owned(),
                why: format!("the repository is refused: {other}"),
            },
        }
    }
}

impl GitError {
    pub(crate) fn repository(path: &Path, why: impl Into<String>) -> GitError {
        GitError::Repository { path: path.to_owned(), why: why.into() }
    }

    pub(crate) fn file(path: &Path, why: impl Into<String>) -> GitError {
        GitError::File { path: path.to_owned(), why: why.into() }
    }

    /// A repository that does not open.
    pub(crate) fn open(path: PathBuf, error: &git2::Error) -> GitError {
        if error.code() == git2::ErrorCode::NotFound {
            return GitError::NoRepository(path);
        }
        let message = error.message();
        let why = if error.code() == git2::ErrorCode::Owner {
            "the repository belongs to another user; `git config --global --add safe.directory` trusts it".to_owned()
        } else if message.contains("extensions.refstorage") {
            "the repository keeps its references in a reftable, which treepatch cannot write".to_owned()
        } else if message.contains("extensions.partialclone") {
            "the repository is a partial clone of an old kind; `git config remote.origin.promisor true` and `git config \
             --unset extensions.partialclone` make it one of the new (if `origin` is where it is from)"
                .to_owned()
        } else if message.contains("objectformat") || message.contains("object format") || message.contains("sha256") {
            "the repository uses SHA-256, which treepatch cannot write".to_owned()
        } else {
            format!("the repository does not open: {message}")
        };
        GitError::Repository { path, why }
    }

    /// An index that does not read.
    pub(crate) fn index(git: &Repository, error: &git2::Error) -> GitError {
        let message = error.message();
        let why = if message.contains("'link'") {
            "the index is split, which treepatch cannot write; `git update-index --no-split-index` joins it".to_owned()
        } else if message.contains("'sdir'") {
            "the index is sparse, which treepatch cannot write; `git sparse-checkout reapply --no-sparse-index` expands it"
                .to_owned()
        } else {
            format!("the index does not read: {message}")
        };
        GitError::Repository { path: folder(git), why }
    }
}

/// Says what was tried in which repository when the library failed.
pub(crate) fn failed(what: &'static str, git: &Repository) -> impl FnOnce(git2::Error) -> GitError + use<> {
    let (path, is_partial) = (folder(git), is_partial(git));
    move |error| match error.code() {
        git2::ErrorCode::NotFound if is_partial => {
            let why = "the repository is a partial clone, and an object that is needed is not there; `git fetch --refetch \
                       --no-filter` brings them all";
            GitError::repository(&path, why)
        }
        _ => GitError::Library { what, path, message: error.message().to_owned() },
    }
}

/// Whether the repository need not have every object.
fn is_partial(git: &Repository) -> bool {
    let promised = || Some(git.config().ok()?.entries(Some(r"^remote\..*\.promisor$")).ok()?.next()?.is_ok());
    promised().unwrap_or(false)
}

fn folder(git: &Repository) -> PathBuf {
    let path = git.workdir().unwrap_or(git.path());
    path.components().collect()
}
