//! Interrupted runs at a root, and at those around it.

use super::error::{WriteError, failed};
use super::lock::Lock;
use super::state::State;
use crate::checkout::{GateError, OpenError, Root};
use std::path::{Path, PathBuf};

/// The root of a run that was interrupted while it wrote: this folder, or one above it. A run that still writes is an
/// error. Nothing is changed.
pub fn unfinished(root: &Path) -> Result<Option<PathBuf>, WriteError> {
    let root = match Root::open(root) {
        Ok(root) => root,
        Err(OpenError::Missing(_)) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    if is_unfinished(&root)? { Ok(Some(root.path().to_owned())) } else { above(&root) }
}

/// The first of these folders below the root that a run had for its root which was interrupted. The empty path, which
/// is the root, does not count, nor what is no folder.
pub fn unfinished_below<'a>(
    root: &Root,
    folders: impl IntoIterator<Item = &'a Path>,
) -> Result<Option<PathBuf>, WriteError> {
    for folder in folders.into_iter().filter(|folder| !folder.as_os_str().is_empty()) {
        let below = match root.below(folder) {
            Ok(below) => below,
            // Whoever changes something there will say more.
            Err(GateError::Symlink { .. } | GateError::System { .. }) => continue,
            Err(other) => return Err(other.into()),
        };
        if is_unfinished(&below)? {
            return Ok(Some(below.path().to_owned()));
        }
    }
    Ok(None)
}

/// The nearest folder above the root that an interrupted run had for its root. A run does not go beyond its file system.
pub(crate) fn above(root: &Root) -> Result<Option<PathBuf>, WriteError> {
    let stat = |root: &Root| rustix::fs::fstat(root.handle()).map_err(failed("look at", root.path()));
    let disk = stat(root)?.st_dev;
    for folder in root.real()?.ancestors().skip(1) {
        // What may not be looked into holds no run of ours.
        let Ok(folder) = Root::open(folder) else { continue };
        let (device, owner) = stat(&folder).map(|s| (s.st_dev, s.st_uid))?;
        if device != disk {
            break;
        }
        // Where everybody may make files, as in /tmp, nobody can lure others into recovering what he made up.
        if State::owner(&folder).is_some_and(|who| who == owner || who == 0) && is_unfinished(&folder)? {
            return Ok(Some(folder.path().to_owned()));
        }
    }
    Ok(None)
}

/// Whether a run on this very folder was interrupted. One that still writes is an error.
pub(crate) fn is_unfinished(root: &Root) -> Result<bool, WriteError> {
    if !State::has_journal(root)? {
        return Ok(false);
    }
    // Whoever has the lock still writes; whoever had it may have become ready just now.
    let _lock = Lock::take(root)?;
    State::has_journal(root)
}
