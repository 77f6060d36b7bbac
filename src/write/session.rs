use super::git::Locks;
use super::state::State;
use super::{Job, Lock, WriteError, Written, remove, swap};
use crate::checkout::{Root, clash};
use std::cell::OnceCell;
use std::collections::HashSet;

/// The right to write below a root, once.
///
/// It holds the lock from the start, and makes the folder for unfinished work when that is needed first. Dropped
/// without a job, or after one that changed nothing, it leaves nothing behind.
#[derive(Debug)]
pub(super) struct Session<'r> {
    root: &'r Root,
    state: OnceCell<State>,
    _lock: Lock,
}

impl<'r> Session<'r> {
    /// Takes the lock where no run was interrupted.
    pub fn start(root: &'r Root) -> Result<Session<'r>, WriteError> {
        let lock = Lock::take(root)?;
        if State::has_journal(root)? {
            return Err(WriteError::Unfinished(root.path().to_owned()));
        }
        State::sweep(root)?;
        Ok(Session { root, state: OnceCell::new(), _lock: lock })
    }

    /// The root with the folder for unfinished work.
    pub fn desk(&self) -> Result<(&Root, &State), WriteError> {
        if self.state.get().is_none() {
            let _ = self.state.set(State::create(self.root)?);
        }
        // It is there now, and if it were not, that would be an error like any other.
        self.state.get().map(|state| (self.root, state)).ok_or_else(|| WriteError::Locked(self.root.path().to_owned()))
    }

    /// Does the whole job, or nothing.
    pub fn run(mut self, job: Job<'_>) -> Result<Written, WriteError> {
        self.check(job)?;
        if job.changes.is_empty() && job.removals.is_empty() && job.moves.is_empty() {
            return Ok(Written::default());
        }
        let (root, state) = self.desk()?;
        match write(root, state, job) {
            Ok(written) => {
                let tidied = remove::tidy(root, job.removals);
                let state = self.state.take();
                // If it fails, what is left has its journal yet, or is swept away by the next run.
                let swept = tidied.and_then(|()| state.map_or(Ok(()), |state| state.remove(self.root)));
                swept.map(|()| written).map_err(|e| WriteError::Untidy(Box::new(e)))
            }
            // Neither old nor new: the journal stays for `recover`.
            Err(torn @ WriteError::Torn { .. }) => {
                self.state.take();
                Err(torn)
            }
            Err(cause) => Err(cause),
        }
    }

    fn check(&self, job: Job<'_>) -> Result<(), WriteError> {
        let mut names = HashSet::new();
        let mut paths = job.changes.iter().map(|c| &c.path).chain(job.removals.iter().map(|r| &r.path));
        if let Some(path) = paths.find(|path| !names.insert(*path)) {
            return Err(WriteError::Twice(path.clone()));
        }
        for new in job.changes.iter().filter(|change| change.before.is_none()) {
            if let Some(other) = job.changes.iter().find(|other| clash(&new.path, &other.path)) {
                return Err(WriteError::Case { path: new.path.clone(), other: other.path.clone() });
            }
        }
        job.changes.iter().try_for_each(|change| swap::check(self.root, change))?;
        job.removals.iter().try_for_each(|removal| remove::check(self.root, removal))
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if let Some(state) = self.state.get() {
            let _ = state.remove(self.root);
        }
    }
}

fn write(root: &Root, state: &State, job: Job<'_>) -> Result<Written, WriteError> {
    state.prepare(root, job)?;
    let mut locks = Locks::take(root, job.moves)?;
    swap::all(root, state, job.changes, || {
        remove::all(root, state, job.removals)?;
        locks.place(root).map_err(|cause| match remove::undo(root, state, job.removals.iter().enumerate()) {
            Ok(()) => cause,
            Err(undo) => {
                WriteError::Torn { cause: Box::new(cause), undo: Box::new(undo), root: root.path().to_owned() }
            }
        })
    })
}
