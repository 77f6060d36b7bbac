//! Submodules, as the repositories above them record them.

use super::error::GitError;
use super::open::open;
use crate::checkout::{Root, repository_of};
use crate::write::error::WriteError;
use std::path::{Path, PathBuf};

/// The mode of the entry that is a submodule.
pub(crate) const GITLINK: u32 = 0o160000;

/// Whether git knows a folder below the root as a submodule, be it an empty one that is not initialised. Where git's
/// files cannot be read it may be one.
pub(crate) fn may_be_submodule(root: &Root, folder: &Path) -> bool {
    superproject(root, folder).map_or(true, |parent| parent.is_some())
}

/// Whether git knows a folder below the root as a submodule, as far as its files can be read.
pub(crate) fn is_submodule(root: &Root, folder: &Path) -> bool {
    superproject(root, folder).is_ok_and(|parent| parent.is_some())
}

/// The repository of which the one in this folder is a submodule, if it is one.
pub(crate) fn superproject(root: &Root, child: &Path) -> Result<Option<PathBuf>, WriteError> {
    if child.as_os_str().is_empty() {
        return Ok(None);
    }
    let parent = repository_of(root, child)?;
    if parent.as_os_str().is_empty() && !is_in_repository(root) {
        return Ok(None);
    }
    let git = open(root, &parent)?;
    let index = git.index().map_err(|e| GitError::index(&git, &e))?;
    let inner = git.workdir().and_then(|workdir| {
        let here = root.path().join(&parent).canonicalize().ok()?;
        Some(here.strip_prefix(workdir.canonicalize().ok()?).ok()?.to_owned())
    });
    let own = inner.unwrap_or_default().join(child.strip_prefix(&parent).unwrap_or(child));
    Ok(index.get_path(&own, 0).filter(|e| e.mode == GITLINK).map(|_| parent))
}

/// Whether the root is a repository, or lies in one.
pub(crate) fn is_in_repository(root: &Root) -> bool {
    !matches!(open(root, Path::new("")), Err(GitError::NoRepository(_)))
}
