use super::direction::{Direction, Stands};
use super::error::{WriteError, failed};
use super::job::Removal;
use super::set_aside::put_back;
use super::state::State;
use super::{concurrent, git};
use crate::checkout::Root;
use rustix::fs::AtFlags;
use rustix::io::Errno;
use std::path::Path;

/// Looks whether the file is what the plan was made from.
pub(crate) fn check(root: &Root, removal: &Removal) -> Result<(), WriteError> {
    match root.read(&removal.path, u64::MAX) {
        Ok(bytes) if bytes == removal.before => Ok(()),
        Err(e) if !e.is_missing() => Err(e.into()),
        _ => Err(WriteError::Changed(removal.path.clone())),
    }
}

/// Takes every file away, or none.
pub(crate) fn all(root: &Root, state: &State, removals: &[Removal]) -> Result<(), WriteError> {
    for (number, removal) in removals.iter().enumerate() {
        let outcome = take(root, state, &State::gone(number), &removal.path, &removal.before);
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
pub(crate) fn undo<'a>(
    root: &Root,
    state: &State,
    removals: impl Iterator<Item = (usize, &'a Removal)>,
) -> Result<(), WriteError> {
    for (number, removal) in removals {
        put_back(root, state, &State::gone(number), &removal.path)?;
    }
    Ok(())
}

/// Removes the folders above removed files as far as they are empty now, as git does. One that is a submodule's stays:
/// git expects it, be it empty.
pub(crate) fn tidy(root: &Root, removals: &[Removal]) -> Result<(), WriteError> {
    for removal in removals {
        for folder in removal.path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()) {
            let (parent, name) = match root.names(folder).and_then(|names| Ok((names, root.parent(folder)?))) {
                Ok((names, _)) if !names.is_empty() || git::may_be_submodule(root, folder) => break,
                Ok((_, found)) => found,
                Err(e) if e.is_missing() => continue,
                Err(other) => return Err(other.into()),
            };
            match rustix::fs::unlinkat(&parent, name, AtFlags::REMOVEDIR) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(Errno::NOTEMPTY | Errno::EXIST) => break,
                Err(other) => return Err(failed("remove the empty folder", folder)(other)),
            }
        }
    }
    Ok(())
}

/// Which side of its removal a file is on.
pub(crate) fn stands(root: &Root, state: &State, number: usize, removal: &Removal) -> Result<Stands, WriteError> {
    match root.read(&removal.path, u64::MAX) {
        Ok(bytes) if bytes == removal.before => Ok(Stands::Before),
        Ok(_) if !state.has(&State::gone(number))? => Ok(Stands::Edited),
        Ok(_) => Err(WriteError::Foreign { path: removal.path.clone() }),
        Err(e) if e.is_missing() => Ok(Stands::After),
        Err(other) => Err(other.into()),
    }
}

/// Settles a removal of an interrupted run.
pub(crate) fn settle(
    root: &Root,
    state: &State,
    number: usize,
    removal: &Removal,
    way: Direction,
) -> Result<(), WriteError> {
    let kept = State::gone(number);
    if stands(root, state, number, removal)?.is_settled(way, &removal.path)? {
        return Ok(());
    }
    match way {
        Direction::Finish => take(root, state, &kept, &removal.path, &removal.before),
        Direction::Undo => {
            // Somebody may have removed it before the run could.
            if !state.has(&kept)? {
                state.put(&kept, &removal.before)?;
            }
            put_back(root, state, &kept, &removal.path)
        }
    }
}

/// Takes a file away into the folder for unfinished work, if it holds these bytes.
pub(crate) fn take(root: &Root, state: &State, kept: &str, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let (folder, file) = root.parent(path)?;
    rustix::fs::renameat(&folder, file, state.handle(), kept).map_err(failed("remove", path))?;
    // What was taken is what was there at that very moment.
    if state.bytes(kept).as_deref() == Some(bytes) {
        return Ok(());
    }
    concurrent::move_back(root, state, kept, path)?;
    Err(WriteError::Changed(path.to_owned()))
}
