use super::GitError;
use super::error::failed;
use super::open::open;
use super::repository::GITLINK;
use crate::checkout::{Root, repository_of};
use crate::write::WriteError;
use std::path::Path;

/// Whether git knows a folder below the root as a submodule, be it an empty one that is not initialised. Where git's
/// files cannot be read it may be one.
pub(in crate::write) fn may_be_submodule(root: &Root, folder: &Path) -> bool {
    match look(root, folder) {
        Ok(is) => is,
        Err(WriteError::Git(GitError::NoRepository(_))) => false,
        Err(_) => true,
    }
}

fn look(root: &Root, folder: &Path) -> Result<bool, WriteError> {
    let above = repository_of(root, folder)?;
    let git = open(root, &above)?;
    let own = match folder.strip_prefix(&above) {
        Ok(own) if !above.as_os_str().is_empty() => own.to_owned(),
        // The root may be a folder of the repository.
        _ => {
            let real = root.real()?;
            git.workdir().and_then(|top| real.strip_prefix(top).ok()).unwrap_or(Path::new("")).join(folder)
        }
    };
    let index = git.index().map_err(failed("read the index of", &git))?;
    Ok(index.get_path(&own, 0).is_some_and(|entry| entry.mode == GITLINK))
}
