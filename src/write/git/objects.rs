//! The objects that git's library makes, shared as the repository is.

use super::open::Git;
use super::sharing::Sharing;
use crate::write::error::{WriteError, failed};
use git2::Oid;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Git's library makes objects as the umask has it. Here they are given to those whom the repository is shared with, at
/// once: in a folder of one user alone no other could add an object.
pub(crate) struct Objects {
    sharing: Sharing,
    /// The folders that were there before.
    folders: BTreeSet<OsString>,
}

const OBJECTS: &str = "objects";

impl Objects {
    /// Looks what is there before anything is written.
    pub fn before(git: &Git) -> Result<Objects, WriteError> {
        let sharing = git.sharing();
        let mut folders = BTreeSet::new();
        if sharing != Sharing::Umask {
            let entries = git.common().0.entries(Path::new(OBJECTS))?;
            folders.extend(entries.into_iter().map(|(name, _)| name));
        }
        Ok(Objects { sharing, folders })
    }

    /// Shares an object that was written, if it has a file of its own.
    pub fn share(&self, git: &Git, id: Oid) -> Result<(), WriteError> {
        if self.sharing == Sharing::Umask {
            return Ok(());
        }
        let (store, shown) = git.common();
        let id = id.to_string();
        let (folder, file) = id.split_at(2);
        let path = PathBuf::from(OBJECTS).join(folder).join(file);
        let shown = shown.join(&path);
        if !self.folders.contains(OsStr::new(folder)) {
            match store.parent(path.parent().unwrap_or(&path)) {
                Ok((above, name)) => {
                    self.sharing.share_folder(above, name).or_else(none).map_err(failed("share", &shown))?
                }
                Err(error) => return Err(error.into()),
            }
        }
        let (above, name) = match store.parent(&path) {
            Ok(found) => found,
            Err(error) if error.is_missing() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(above, name, flags, Mode::empty());
        file.and_then(|file| self.sharing.share(file)).or_else(none).map_err(failed("share", &shown))
    }
}

/// An object that lies in a pack has no file, and one that was there already may be somebody else's.
fn none(error: Errno) -> Result<(), Errno> {
    match error {
        Errno::NOENT | Errno::PERM | Errno::ACCESS => Ok(()),
        other => Err(other),
    }
}
