use super::state::State;
use super::{Direction, WriteError, failed};
use crate::checkout::Root;
use rustix::fs::{AtFlags, RenameFlags};
use rustix::io::Errno;
use std::path::PathBuf;

/// A file that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The file, relative to the root.
    pub path: PathBuf,
    /// Its bytes.
    pub before: Vec<u8>,
}

/// The name of a removed file in the folder for unfinished work.
fn name(number: usize) -> String {
    format!("{number}.gone")
}

/// Looks whether the file is what the plan was made from.
pub(super) fn check(root: &Root, removal: &Removal) -> Result<(), WriteError> {
    match root.read(&removal.path, u64::MAX) {
        Ok(bytes) if bytes == removal.before => Ok(()),
        Err(e) if !e.is_missing() => Err(e.into()),
        _ => Err(WriteError::Changed(removal.path.clone())),
    }
}

/// Takes every file away, or none.
pub(super) fn all(root: &Root, state: &State, removals: &[Removal]) -> Result<(), WriteError> {
    for (number, removal) in removals.iter().enumerate() {
        let outcome = take(root, state, number, removal);
        if let Err(cause) = outcome {
            let first = removals.iter().enumerate().take(number);
            return match undo(root, state, first) {
                Ok(()) => Err(cause),
                Err(undo) => {
                    let root = root.path().to_owned();
                    Err(WriteError::Torn { cause: Box::new(cause), undo: Box::new(undo), root })
                }
            };
        }
    }
    Ok(())
}

/// Puts files back that were taken away.
pub(super) fn undo<'a>(
    root: &Root,
    state: &State,
    removals: impl Iterator<Item = (usize, &'a Removal)>,
) -> Result<(), WriteError> {
    for (number, removal) in removals {
        put_back(root, state, number, removal)?;
    }
    Ok(())
}

/// Removes the folders above removed files as far as they are empty now, as git does.
pub(super) fn tidy(root: &Root, removals: &[Removal]) {
    for removal in removals {
        for folder in removal.path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()) {
            let gone = root
                .parent(folder)
                .is_ok_and(|(parent, name)| rustix::fs::unlinkat(&parent, name, AtFlags::REMOVEDIR).is_ok());
            if !gone {
                break;
            }
        }
    }
}

/// Settles a removal of an interrupted run.
pub(super) fn settle(
    root: &Root,
    state: &State,
    number: usize,
    removal: &Removal,
    way: Direction,
) -> Result<(), WriteError> {
    let is_there = match root.read(&removal.path, u64::MAX) {
        Ok(bytes) if bytes == removal.before => true,
        Err(e) if e.is_missing() => false,
        Ok(_) => return Err(WriteError::Foreign { path: removal.path.clone() }),
        Err(other) => return Err(other.into()),
    };
    match (way, is_there) {
        (Direction::Finish, true) => take(root, state, number, removal),
        (Direction::Undo, false) => put_back(root, state, number, removal),
        _ => Ok(()),
    }
}

fn take(root: &Root, state: &State, number: usize, removal: &Removal) -> Result<(), WriteError> {
    let (folder, file) = root.parent(&removal.path)?;
    rustix::fs::renameat(&folder, file, state.handle(), &*name(number)).map_err(failed("remove", &removal.path))?;
    // What was taken is what was there at that very moment.
    if state.bytes(&name(number)).as_ref() == Some(&removal.before) {
        return Ok(());
    }
    put_back(root, state, number, removal)?;
    Err(WriteError::Changed(removal.path.clone()))
}

fn put_back(root: &Root, state: &State, number: usize, removal: &Removal) -> Result<(), WriteError> {
    let (folder, file) = root.parent(&removal.path)?;
    let back = |flags| rustix::fs::renameat_with(state.handle(), &*name(number), &folder, file, flags);
    let moved = match back(RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => back(RenameFlags::empty()),
        answer => answer,
    };
    moved.map_err(failed("put back", &removal.path))
}
