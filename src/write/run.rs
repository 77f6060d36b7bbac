//! A run that writes: all of its job, or nothing.

use super::error::WriteError;
use super::interrupted::{self, unfinished_below};
use super::job::{Job, Removal, Written};
use super::lifecycle;
use super::lock::Lock;
use super::record::{Noting, Recording};
use super::state::State;
use super::{concurrent, remove, swap};
use crate::checkout::{Root, clash};
use crate::report::FileChange;
use crate::write::git::{Drafts, Locks};
use std::collections::BTreeSet;
use std::path::Path;

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
pub(crate) struct Run {
    pub root: Root,
    _lock: Lock,
    state: Option<State>,
}

impl Run {
    pub fn begin(root: Root) -> Result<Run, WriteError> {
        let lock = Lock::take(&root)?;
        State::sweep_locked_out(&root);
        if State::has_journal(&root)? {
            return Err(WriteError::Unfinished(root.path().to_owned()));
        }
        if let Some(above) = interrupted::above(&root)? {
            return Err(WriteError::Unfinished(above));
        }
        lifecycle::sweep(&root)?;
        Ok(Run { root, _lock: lock, state: None })
    }

    /// Where indexes can be drafted.
    pub fn drafts(&mut self) -> Result<Drafts<'_>, WriteError> {
        let state = match self.state.take() {
            Some(state) => state,
            None => State::create(&self.root)?,
        };
        Ok(Drafts { root: &self.root, state: self.state.insert(state) })
    }

    pub fn write(mut self, job: Job<'_>) -> Result<Written, WriteError> {
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
            let _ = lifecycle::remove(state, &self.root);
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
    let written = lifecycle::prepare(state, root, job).and_then(|()| {
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
            let swept = remove::tidy(root, job.removals).and_then(|()| lifecycle::remove(state, root));
            swept.map(|()| written).map_err(|e| WriteError::Untidy(Box::new(e)))
        }
        Err(cause) => {
            // Nothing is removed that is not known to be ours.
            concurrent::put_back(root, state, job.changes, job.removals)?;
            let _ = lifecycle::remove(state, root);
            Err(cause)
        }
    }
}

/// Undoes what comes after the changes.
fn take_back(root: &Root, state: &State, job: Job<'_>) -> Result<(), WriteError> {
    job.recording.map_or(Ok(()), |recording| recording.undo(root, state))?;
    remove::undo(root, state, job.removals.iter().enumerate())
}
