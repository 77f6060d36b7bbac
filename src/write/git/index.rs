//! The index as a value: drafts in the folder for unfinished work, since git's library reads and writes files only.

use super::GitError;
use super::error::failed;
use crate::checkout::{Root, STATE};
use crate::write::{State, WriteError};
use git2::{Index, IndexEntry, IndexTime, Oid, Repository};
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The bytes of an index in which some paths have new contents, some are gone, and all others are as they were.
pub(super) fn updated(
    git: &Repository,
    desk: Desk<'_>,
    bytes: &[u8],
    entries: impl Iterator<Item = (impl AsRef<Path>, Oid, u32)>,
    gone: &BTreeSet<PathBuf>,
) -> Result<Vec<u8>, WriteError> {
    let draft = Draft::new(desk, bytes)?;
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
pub(super) fn same(git: &Repository, desk: Desk<'_>, one: &[u8], other: &[u8]) -> Result<bool, WriteError> {
    let read = |bytes: &[u8]| -> Result<Vec<_>, WriteError> {
        let index = Draft::new(desk, bytes)?.open(git)?;
        Ok(index.iter().map(|e| (e.path, e.id, e.mode, e.flags, e.flags_extended)).collect())
    };
    Ok(read(one)? == read(other)?)
}

/// A root with the folder for unfinished work.
pub(super) type Desk<'a> = (&'a Root, &'a State);

/// A copy of an index; gone when dropped.
struct Draft<'a> {
    desk: Desk<'a>,
}

const NAME: &str = "index";

impl<'a> Draft<'a> {
    fn new(desk: Desk<'a>, bytes: &[u8]) -> Result<Draft<'a>, WriteError> {
        desk.1.put(NAME, bytes)?;
        Ok(Draft { desk })
    }

    fn open(&self, git: &Repository) -> Result<Index, WriteError> {
        let path = self.desk.0.real()?.join(STATE).join(NAME);
        Ok(Index::open(&path).map_err(|e| GitError::index(git, &e))?)
    }

    fn bytes(&self) -> Result<Vec<u8>, WriteError> {
        let path = Path::new(STATE).join(NAME);
        let gone = || WriteError::System { what: "read", path, source: std::io::ErrorKind::NotFound.into() };
        self.desk.1.bytes(NAME).ok_or_else(gone)
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        self.desk.1.discard(NAME);
    }
}
