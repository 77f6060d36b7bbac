//! Why nothing was written, or not all.

use crate::checkout::{GateError, InventoryError, OpenError};
use crate::write::git::GitError;
use std::io;
use std::path::{Path, PathBuf};

/// Why nothing was written, or not all.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The root is gone.
    #[error(transparent)]
    Root(#[from] OpenError),
    /// Another run holds the lock.
    #[error("{path}: another run of treepatch is writing here; wait until it is done", path = .0.display())]
    Locked(PathBuf),
    /// An earlier run was killed half-way.
    #[error("{path}: an earlier run was interrupted while it wrote; finish it with `treepatch recover {path}`, or undo it with `treepatch recover {path} --undo`", path = .0.display())]
    Unfinished(PathBuf),
    /// There is no run to recover.
    #[error("{path}: no run was interrupted here; there is nothing to recover", path = .0.display())]
    NothingToRecover(PathBuf),
    /// A path did not pass the gate.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The file is not what the plan was made from.
    #[error("{path}: was changed by somebody else while treepatch worked; run it again", path = .0.display())]
    Changed(PathBuf),
    /// The file is neither what it was nor what it was to become.
    #[error("{path}: was changed after the interrupted run, so that it can be neither finished nor undone; put back what it was, or remove {state} to keep everything as it is now", path = .path.display(), state = crate::patchset::STATE)]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Everything is done but the sweeping.
    #[error("every file was written, but tidying up failed: {0}")]
    Untidy(Box<WriteError>),
    /// The journal is of no run that began in this repository.
    #[error("{path}: is not there, or is of another run: the journal in {state} came with the tree, and may not move this repository; remove that folder", path = .path.display(), state = crate::patchset::STATE)]
    Stranger {
        /// What would be in the repository's own folder.
        path: PathBuf,
    },
    /// Two changes are for one file.
    #[error("{path}: is to be changed twice in one run", path = .0.display())]
    Twice(PathBuf),
    /// Two names that some file systems take for one.
    #[error("{path}: differs from {other} in case alone, which is one name on some systems", path = .path.display(), other = .other.display())]
    Case {
        /// The new file, or a folder above it.
        path: PathBuf,
        /// What is there, or is to be made, too.
        other: PathBuf,
    },
    /// The folder is on another disk.
    #[error("{path}: lies on another file system than the root; run treepatch with that folder as its root", path = .0.display())]
    OtherDisk(PathBuf),
    /// The journal does not read.
    #[error("{path}: the journal of the interrupted run does not read: {reason}", path = .path.display())]
    Journal {
        /// The root.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The record does not read.
    #[error("{path}: the record of what was put in does not read: {reason}; remove {record} to go on without it", path = .path.display(), record = crate::patchset::RECORD)]
    Record {
        /// The root.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A repository is not as it should be.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The output is a folder.
    #[error("{path}: is a folder; name a file to write the output to", path = .0.display())]
    OutputIsFolder(PathBuf),
    /// A copy of the tree, or an exported series, cannot be where it was asked for.
    #[error("{path}: {why}", path = .path.display())]
    BadCopy {
        /// Where it was to be.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A copy of the tree cannot have everything that is in the tree.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The output folder has something in it.
    #[error("{path}: is not empty; name a folder that is, or that is not there yet", path = .0.display())]
    OutputIsFull(PathBuf),
    /// The system said no.
    #[error("{path}: cannot {what}: {source}", path = .path.display())]
    System {
        /// What was tried.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// What somebody else saved at that very moment could not be put back to its place.
    #[error("{path}: was changed by somebody else while treepatch worked, and what was saved there lies in {kept}: it could not be put back ({cause}); when this is settled, run `treepatch recover {root} --undo`, which puts it back", path = .path.display(), kept = .kept.display(), root = .root.display())]
    Kept {
        /// Where it belongs.
        path: PathBuf,
        /// Where it is.
        kept: PathBuf,
        /// Why it is not put back.
        cause: Box<WriteError>,
        /// The root.
        root: PathBuf,
    },
    /// Something failed half-way, and what was done could not be undone.
    #[error("{cause}; putting the other files back failed too ({undo}): run `treepatch recover {root} --undo` when this is settled", root = .root.display())]
    Torn {
        /// What failed first.
        cause: Box<WriteError>,
        /// What failed then.
        undo: Box<WriteError>,
        /// The root.
        root: PathBuf,
    },
}

impl WriteError {
    /// A path that ends in `..` where nothing is.
    pub(crate) fn nameless(path: &Path) -> WriteError {
        WriteError::BadCopy { path: path.to_owned(), why: "does not name a folder to make".to_owned() }
    }

    /// Whether every file is as it was before.
    pub fn nothing_changed(&self) -> bool {
        !matches!(self, WriteError::Torn { .. } | WriteError::Kept { .. } | WriteError::Untidy(_))
    }
}

/// Names what was tried when the system said no.
pub(crate) fn failed(what: &'static str, path: &Path) -> impl FnOnce(rustix::io::Errno) -> WriteError {
    let path = path.to_owned();
    move |errno| WriteError::System { what, path, source: errno.into() }
}
