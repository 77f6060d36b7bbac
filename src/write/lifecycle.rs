//! The folder for unfinished work through a run: filled, journaled, sealed, and removed.

use super::error::{WriteError, failed};
use super::fs::sync;
use super::git;
use super::job::Job;
use super::journal::Journal;
use super::state::{DRAFT, JOURNAL, SETTLED, State};
use crate::checkout::Root;
use crate::patchset::STATE;
use crate::report::FileChange;
use rustix::io::Errno;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Writes every new file and then the journal. On disk nothing has changed yet.
pub(crate) fn prepare(state: &State, root: &Root, job: Job<'_>) -> Result<(), WriteError> {
    for (number, change) in job.changes.iter().enumerate() {
        state.stage(root, number, change)?;
    }
    job.recording.map_or(Ok(()), |recording| recording.stage(state))?;
    let journal = Journal {
        recording: job.recording.cloned(),
        changes: job.changes.to_vec(),
        folders: missing_folders(root, job.changes)?,
        removals: job.removals.to_vec(),
        moves: job.moves.to_vec(),
    };
    let journal = journal.write();
    state.put(DRAFT, &journal)?;
    git::seal(root, job.moves, &journal)?;
    rustix::fs::renameat(state.handle(), DRAFT, state.handle(), JOURNAL)
        .map_err(failed("write the journal", &Path::new(STATE).join(JOURNAL)))?;
    sync(state.handle(), Path::new(STATE))?;
    sync(root.handle(), root.path())
}

/// The journal. Fails where it moves something of a repository that knows of no such run.
pub(crate) fn journal(state: &State, root: &Root) -> Result<Journal, WriteError> {
    if !State::has_journal(root)? {
        return Err(WriteError::NothingToRecover(root.path().to_owned()));
    }
    let odd = || WriteError::Journal { path: root.path().to_owned(), reason: "it is no regular file".to_owned() };
    let bytes = state.bytes(JOURNAL).ok_or_else(odd)?;
    let journal = Journal::read(&bytes, root.path())?;
    git::check_seal(root, &journal.moves, &bytes)?;
    Ok(journal)
}

/// Removes the folder, the journal first: without it the run is settled. Its seals are the last that it tells of.
pub(crate) fn remove(state: &State, root: &Root) -> Result<(), WriteError> {
    match rustix::fs::renameat(state.handle(), JOURNAL, state.handle(), SETTLED) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(other) => return Err(failed("remove the journal", &root.path().join(STATE).join(JOURNAL))(other)),
    }
    sync(state.handle(), Path::new(STATE))?;
    // A run may have been killed between the seals and the journal, too.
    for bytes in [SETTLED, DRAFT].iter().filter_map(|name| state.bytes(name)) {
        if let Ok(settled) = Journal::read(&bytes, root.path()) {
            git::unseal(root, &settled.moves, &bytes)?;
        }
    }
    state.folder.remove(root.handle(), STATE)
}

/// Removes what a run left behind that was killed before or after it changed anything. The lock must be held,
/// and there must be no journal.
pub(crate) fn sweep(root: &Root) -> Result<(), WriteError> {
    State::open(root)?.map_or(Ok(()), |old| remove(&old, root))
}

/// The folders that new files need and that are not there, outermost first.
fn missing_folders(root: &Root, changes: &[FileChange]) -> Result<Vec<PathBuf>, WriteError> {
    let mut missing: Vec<PathBuf> = Vec::new();
    let mut known: HashSet<PathBuf> = HashSet::new();
    for change in changes.iter().filter(|c| c.before.is_none()) {
        let mut above: Vec<_> = change.path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()).collect();
        above.reverse();
        let mut is_missing = false;
        for folder in above {
            // What is below a folder that is not there is not there either.
            is_missing = is_missing
                || match root.parent(&folder.join("x")) {
                    Ok(_) => false,
                    Err(e) if e.is_missing() => true,
                    Err(other) => return Err(other.into()),
                };
            if is_missing && known.insert(folder.to_owned()) {
                missing.push(folder.to_owned());
            }
        }
    }
    Ok(missing)
}
