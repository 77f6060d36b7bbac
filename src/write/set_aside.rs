//! Files that were taken away into the folder for unfinished work.

use super::error::{WriteError, failed};
use super::folders::make_folders;
use super::fs::to_nothing;
use super::state::State;
use crate::checkout::Root;
use std::path::Path;

/// Moves a file back to where it was taken from. Nothing is replaced there.
pub(crate) fn put_back(root: &Root, state: &State, kept: &str, path: &Path) -> Result<(), WriteError> {
    make_folders(root, path, &mut Vec::new())?;
    let (folder, file) = root.parent(path)?;
    to_nothing(state.handle(), kept, &folder, file).map_err(failed("put back", path))
}
