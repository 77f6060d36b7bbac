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
//! 6. The record of what is put in ([`Record`]) is renamed over the old one, where there is one.
//! 7. Where there are commits ([`git`]), the repositories' indexes and heads follow in the same way: they wait in
//!    git's own lock files, taken before step 5, and are renamed.
//! 8. The journal is removed, then the folder. A failure in steps 5 to 7 swaps back what was swapped.

mod anew;
mod appear;
mod around;
mod copy;
mod dress;
pub mod git;
mod growing;
mod hidden;
mod journal;
mod lock;
mod mkdir;
mod output;
mod past;
mod permit;
mod record;
mod recover;
mod remove;
mod rename;
mod state;
mod strangers;
mod swap;

pub use around::{unfinished, unfinished_below};
pub use copy::{Copied, Copying};
pub use lock::Lock;
pub use output::{Output, folder, output};
pub use past::Past;
pub use record::{Noting, Record};
pub use recover::{Direction, recover};
pub use remove::Removal;
pub use swap::look;

use crate::checkout::{GateError, InventoryError, OpenError, Root, clash};
use crate::plan::FileChange;
use git::{Locks, Move};
use record::Recording;
use state::State;
use std::collections::BTreeSet;
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
    /// The journal is of no run that began in this repository.
    #[error("{path}: is not there, or is of another run: the journal in {state} came with the tree, and may not move this repository; remove that folder", path = .path.display(), state = crate::checkout::STATE)]
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
    #[error("{path}: the record of what was put in does not read: {reason}; remove {record} to go on without it", path = .path.display(), record = crate::checkout::RECORD)]
    Record {
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
    fn nameless(path: &Path) -> WriteError {
        WriteError::BadCopy { path: path.to_owned(), why: "does not name a folder to make".to_owned() }
    }

    /// Whether every file is as it was before.
    pub fn nothing_changed(&self) -> bool {
        !matches!(self, WriteError::Torn { .. } | WriteError::Kept { .. } | WriteError::Untidy(_))
    }
}

/// Everything that one run does to the disk.
#[derive(Clone, Copy, Debug, Default)]
struct Job<'a> {
    changes: &'a [FileChange],
    removals: &'a [Removal],
    moves: &'a [Move],
    recording: Option<&'a Recording>,
}

/// Writes the changes: all of them, or none.
pub fn apply(root: &Path, changes: &[FileChange]) -> Result<Written, WriteError> {
    run(root, Job { changes, ..Job::default() }, None)
}

/// Writes the changes, and with them the record of what is put in.
pub fn apply_noting(root: &Path, changes: &[FileChange], noting: &Noting) -> Result<Written, WriteError> {
    run(root, Job { changes, ..Job::default() }, Some(noting))
}

/// Writes the changes and removes files: all of it, or nothing.
pub fn revert(root: &Path, changes: &[FileChange], removals: &[Removal]) -> Result<Written, WriteError> {
    run(root, Job { changes, removals, ..Job::default() }, None)
}

/// Writes the changes and removes files, and takes what goes out of the record.
pub fn revert_noting(
    root: &Path,
    changes: &[FileChange],
    removals: &[Removal],
    noting: &Noting,
) -> Result<Written, WriteError> {
    run(root, Job { changes, removals, ..Job::default() }, Some(noting))
}

/// Does the whole job, or nothing.
fn run(root: &Path, job: Job<'_>, noting: Option<&Noting>) -> Result<Written, WriteError> {
    let run = Run::begin(Root::open(root)?)?;
    let recording = noting.map(|noting| Recording::of(&run.root, noting, job.changes)).transpose()?.flatten();
    run.write(Job { recording: recording.as_ref(), ..job })
}

/// A run that may write: it holds the lock, and no earlier one was interrupted. Where it is given up, it leaves nothing
/// behind.
#[derive(Debug)]
struct Run {
    root: Root,
    _lock: Lock,
    state: Option<State>,
}

impl Run {
    fn begin(root: Root) -> Result<Run, WriteError> {
        let lock = Lock::take(&root)?;
        State::sweep_locked_out(&root);
        if State::has_journal(&root)? {
            return Err(WriteError::Unfinished(root.path().to_owned()));
        }
        if let Some(above) = around::above(&root)? {
            return Err(WriteError::Unfinished(above));
        }
        State::sweep(&root)?;
        Ok(Run { root, _lock: lock, state: None })
    }

    /// Where indexes can be drafted.
    fn drafts(&mut self) -> Result<git::Drafts<'_>, WriteError> {
        let state = match self.state.take() {
            Some(state) => state,
            None => State::create(&self.root)?,
        };
        Ok(git::Drafts { root: &self.root, state: self.state.insert(state) })
    }

    fn write(mut self, job: Job<'_>) -> Result<Written, WriteError> {
        check(&self.root, job)?;
        if job.changes.is_empty() && job.removals.is_empty() && job.moves.is_empty() {
            return Ok(Written::default());
        }
        let state = match self.state.take() {
            Some(state) => state,
            None => State::create(&self.root)?,
        };
        carry_out(&self.root, &state, job)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let Some(state) = &self.state {
            let _ = state.remove(&self.root);
        }
    }
}

/// Looks whether everything is what the plan was made from.
fn check(root: &Root, job: Job<'_>) -> Result<(), WriteError> {
    let mut names = std::collections::HashSet::new();
    let paths = job.changes.iter().map(|c| &c.path).chain(job.removals.iter().map(|r| &r.path));
    if let Some(path) = paths.into_iter().find(|path| !names.insert(*path)) {
        return Err(WriteError::Twice(path.clone()));
    }
    for new in job.changes.iter().filter(|change| change.before.is_none()) {
        if let Some(other) = job.changes.iter().find(|other| clash(&new.path, &other.path)) {
            return Err(WriteError::Case { path: new.path.clone(), other: other.path.clone() });
        }
    }
    let paths = job.changes.iter().map(|c| &c.path).chain(job.removals.iter().map(|r| &r.path));
    let folders: BTreeSet<_> = paths.flat_map(|path| path.ancestors().skip(1)).collect();
    if let Some(below) = unfinished_below(root, folders)? {
        return Err(WriteError::Unfinished(below));
    }
    job.changes.iter().try_for_each(|change| swap::look(root, change))?;
    job.removals.iter().try_for_each(|removal| remove::check(root, removal))
}

/// Carries out a job that was checked, and removes the folder for unfinished work, unless it is needed to recover.
fn carry_out(root: &Root, state: &State, job: Job<'_>) -> Result<Written, WriteError> {
    let written = state.prepare(root, job).and_then(|()| {
        let mut locks = Locks::take(root, job.moves)?;
        swap::all(root, state, job.changes, || {
            remove::all(root, state, job.removals)?;
            let placed = job.recording.map_or(Ok(()), |recording| recording.place(root, state));
            placed.and_then(|()| locks.place(root)).map_err(|cause| match take_back(root, state, job) {
                Ok(()) => cause,
                Err(undo) => {
                    let root = root.path().to_owned();
                    WriteError::Torn { cause: Box::new(cause), undo: Box::new(undo), root }
                }
            })
        })
    });
    match written {
        // Neither old nor new, or with something of somebody else among the old: the journal stays for `recover`.
        Err(torn @ (WriteError::Torn { .. } | WriteError::Kept { .. })) => Err(torn),
        // The journal is of no more use, whether all was done or all was undone. Where tidying up fails it is kept.
        Ok(written) => {
            let swept = remove::tidy(root, job.removals).and_then(|()| state.remove(root));
            swept.map(|()| written).map_err(|e| WriteError::Untidy(Box::new(e)))
        }
        Err(cause) => {
            // Nothing is removed that is not known to be ours.
            strangers::put_back(root, state, job.changes, job.removals)?;
            let _ = state.remove(root);
            Err(cause)
        }
    }
}

/// Undoes what comes after the changes.
fn take_back(root: &Root, state: &State, job: Job<'_>) -> Result<(), WriteError> {
    job.recording.map_or(Ok(()), |recording| recording.undo(root, state))?;
    remove::undo(root, state, job.removals.iter().enumerate())
}

/// Names what was tried when the system said no.
fn failed(what: &'static str, path: &Path) -> impl FnOnce(rustix::io::Errno) -> WriteError {
    let path = path.to_owned();
    move |errno| WriteError::System { what, path, source: errno.into() }
}
