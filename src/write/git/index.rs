//! The index as a value: drafts beside the repository's own, which git does not see.

use super::GitError;
use super::error::failed;
use crate::write::WriteError;
use git2::{Index, IndexEntry, IndexTime, Oid, Repository};
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The bytes of an index in which some paths have new contents, some are gone, and all others are as they were.
pub(super) fn updated(
    git: &Repository,
    bytes: &[u8],
    entries: impl Iterator<Item = (impl AsRef<Path>, Oid, u32)>,
    gone: &BTreeSet<PathBuf>,
) -> Result<Vec<u8>, WriteError> {
    let draft = Draft::new(git, bytes)?;
    let mut index = draft.open(git)?;
    for (path, id, mode) in entries {
        let path = path.as_ref();
        // The flags of the user stay; what git saw of the file does not, so that it looks again.
        let old = index.get_path(path, 0);
        let zero = IndexTime::new(0, 0);
        let entry = IndexEntry {
            ctime: zero,
            mtime: zero,
            dev: 0,
            ino: 0,
            mode,
            uid: 0,
            gid: 0,
            file_size: 0,
            id,
            flags: old.as_ref().map_or(0, |e| e.flags),
            flags_extended: old.as_ref().map_or(0, |e| e.flags_extended),
            path: path.as_os_str().as_bytes().to_vec(),
        };
        index.add(&entry).map_err(failed("add to the index of", git))?;
    }
    for path in gone {
        index.remove(path, 0).map_err(failed("remove from the index of", git))?;
    }
    index.write().map_err(failed("write the index of", git))?;
    draft.bytes()
}

/// Whether two indexes say the same, except for what git saw of the files.
pub(super) fn same(git: &Repository, one: &[u8], other: &[u8]) -> Result<bool, WriteError> {
    let read = |bytes: &[u8]| -> Result<Vec<_>, WriteError> {
        let index = Draft::new(git, bytes)?.open(git)?;
        Ok(index.iter().map(|e| (e.path, e.id, e.mode, e.flags, e.flags_extended)).collect())
    };
    Ok(read(one)? == read(other)?)
}

/// A copy of an index in a folder of its own; gone when dropped.
struct Draft {
    folder: tempfile::TempDir,
}

impl Draft {
    fn new(git: &Repository, bytes: &[u8]) -> Result<Draft, WriteError> {
        let system = |source| WriteError::System { what: "make a draft in", path: git.path().to_owned(), source };
        let folder = tempfile::Builder::new().prefix("treepatch-").tempdir_in(git.path()).map_err(system)?;
        std::fs::write(folder.path().join("index"), bytes).map_err(system)?;
        Ok(Draft { folder })
    }

    fn open(&self, git: &Repository) -> Result<Index, GitError> {
        Index::open(&self.folder.path().join("index")).map_err(|e| GitError::index(git, &e))
    }

    fn bytes(&self) -> Result<Vec<u8>, WriteError> {
        let path = self.folder.path().join("index");
        std::fs::read(&path).map_err(|source| WriteError::System { what: "read", path, source })
    }
}
