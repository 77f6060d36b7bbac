//! What somebody else saved at the very moment of a rename, and what lies in the folder for unfinished work since.
//!
//! A run puts such a file back at once. Where that fails, or where the run was killed before, it is found here: it is
//! neither what a file was nor what it was to become. It goes back to its place, and is never removed.

use super::error::{WriteError, failed};
use super::job::Removal;
use super::state::State;
use super::{fs, set_aside};
use crate::checkout::Root;
use crate::report::FileChange;
use rustix::io::Errno;
use std::path::Path;

/// Puts every stranger back to its place. Where one stays, it is named, and the folder must stay, too.
pub(crate) fn put_back(
    root: &Root,
    state: &State,
    changes: &[FileChange],
    removals: &[Removal],
) -> Result<(), WriteError> {
    for (number, change) in changes.iter().enumerate() {
        let known = [change.before.as_deref(), Some(&change.after)];
        let (staged, made) = (State::name(number), State::made(number));
        if state.is_other(&staged, &known)? {
            swap_back(root, state, &staged, &change.path, &known)?;
        }
        if state.is_other(&made, &known)? {
            move_back(root, state, &made, &change.path)?;
        }
    }
    for (number, removal) in removals.iter().enumerate() {
        let gone = State::gone(number);
        if state.is_other(&gone, &[Some(&removal.before)])? {
            move_back(root, state, &gone, &removal.path)?;
        }
    }
    Ok(())
}

/// Moves a file that was taken away back to where it was. Nothing is replaced there.
pub(crate) fn move_back(root: &Root, state: &State, kept: &str, path: &Path) -> Result<(), WriteError> {
    set_aside::put_back(root, state, kept, path).map_err(|cause| stays(root, kept, path, cause))
}

/// Exchanges a file that came out of a swap for what was put in its place, which is one of the known ones.
pub(crate) fn swap_back(
    root: &Root,
    state: &State,
    staged: &str,
    path: &Path,
    known: &[Option<&[u8]>],
) -> Result<(), WriteError> {
    let exchange = || {
        let (folder, file) = root.parent(path)?;
        fs::exchange(state.handle(), staged, &folder, file).map_err(failed("put back", path))
    };
    exchange().map_err(|cause| stays(root, staged, path, cause))?;
    if !state.is_other(staged, known)? {
        return Ok(());
    }
    // Somebody has saved it once more: the later one belongs there.
    exchange().map_err(|cause| stays(root, staged, path, cause))?;
    let again = failed("put back", path)(Errno::EXIST);
    Err(stays(root, staged, path, again))
}

fn stays(root: &Root, kept: &str, path: &Path, cause: WriteError) -> WriteError {
    let kept = root.path().join(crate::patchset::STATE).join(kept);
    WriteError::Kept { path: path.to_owned(), kept, cause: Box::new(cause), root: root.path().to_owned() }
}
