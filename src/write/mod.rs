//! The only room that changes the disk: the files of a plan, all or none, and output files.
//!
//! A run goes through these steps, and may be killed at any of them:
//!
//! 1. The root is locked ([`Lock`]), so that no other run of treepatch writes below it.
//! 2. Every path passes the gate, and the bytes on disk are compared with those that the plan was made from.
//! 3. Every new content is written to a file in [`STATE`](crate::checkout::STATE), a folder that git does not see,
//!    and synced. A full disk or a missing permission shows here, where nothing has changed yet.
//! 4. The journal is written: what each file was and will be. From here on a killed run can be finished or undone.
//! 5. Each new file is swapped with the old one by a rename, and what came out is compared once more.
//! 6. Where there are commits ([`git`]), the repositories' indexes and heads follow in the same way: they wait in
//!    git's own lock files, taken before step 5, and are renamed.
//! 7. The journal is removed, then the folder. A failure in step 5 or 6 swaps back what was swapped.

mod appear;
pub mod git;
mod journal;
mod lock;
mod output;
mod recover;
mod remove;
mod session;
mod state;
mod swap;

pub use lock::Lock;
pub use output::{folder, output};
pub use recover::{Direction, recover, unfinished};
pub use remove::Removal;

use crate::checkout::{GateError, OpenError, Root};
use crate::plan::FileChange;
use git::Move;
use session::Session;
use state::State;
use std::io;
use std::path::{Path, PathBuf};

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files, in the order of the changes.
    pub files: Vec<PathBuf>,
    /// Those that had other names (hard links): the other names keep the old bytes.
    pub linked: Vec<PathBuf>,
}

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
    #[error("{path}: was changed after the interrupted run, so that it can be neither finished nor undone; put back what it was, or remove {state} to keep everything as it is now", path = .path.display(), state = crate::checkout::STATE)]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Everything is done but the sweeping.
    #[error("every file was written, but tidying up failed: {0}")]
    Untidy(Box<WriteError>),
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
    /// A repository is not as it should be.
    #[error(transparent)]
    Git(#[from] git::GitError),
    /// The output is a folder.
    #[error("{path}: is a folder; name a file to write the output to", path = .0.display())]
    OutputIsFolder(PathBuf),
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
    /// Whether every file is as it was before.
    pub fn nothing_changed(&self) -> bool {
        !matches!(self, WriteError::Torn { .. } | WriteError::Untidy(_))
    }
}

/// Everything that one run does to the disk.
#[derive(Clone, Copy, Debug, Default)]
struct Job<'a> {
    changes: &'a [FileChange],
    removals: &'a [Removal],
    moves: &'a [Move],
}

/// Writes the changes: all of them, or none.
pub fn apply(root: &Path, changes: &[FileChange]) -> Result<Written, WriteError> {
    Session::start(&Root::open(root)?)?.run(Job { changes, ..Job::default() })
}

/// Writes the changes and removes files: all of it, or nothing.
pub fn revert(root: &Path, changes: &[FileChange], removals: &[Removal]) -> Result<Written, WriteError> {
    Session::start(&Root::open(root)?)?.run(Job { changes, removals, ..Job::default() })
}

/// Names what was tried when the system said no.
fn failed(what: &'static str, path: &Path) -> impl FnOnce(rustix::io::Errno) -> WriteError {
    let path = path.to_owned();
    move |errno| WriteError::System { what, path, source: errno.into() }
}
