//! The index as a value: drafts in the folder for unfinished work, which git does not see.

use super::error::{GitError, failed};
use crate::checkout::Root;
use crate::patchset::STATE;
use crate::write::error::WriteError;
use crate::write::state::State;
use git2::{Index, IndexEntry, IndexTime, Oid, Repository};
use std::collections::BTreeSet;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The bytes of an index in which some paths have new contents, some are gone, and all others are as they were.
pub(crate) fn updated(
    drafts: Drafts<'_>,
    git: &Repository,
    bytes: &[u8],
    entries: impl Iterator<Item = (impl AsRef<Path>, Oid, u32)>,
    gone: &BTreeSet<PathBuf>,
) -> Result<Vec<u8>, WriteError> {
    let mut index = drafts.open(git, bytes)?;
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
    drafts.take(git)
}

/// Whether two indexes say the same, except for what git saw of the files.
pub(crate) fn same(drafts: Drafts<'_>, git: &Repository, one: &[u8], other: &[u8]) -> Result<bool, WriteError> {
    let read = |bytes: &[u8]| -> Result<Vec<_>, WriteError> {
        let index = drafts.open(git, bytes)?;
        drafts.take(git)?;
        Ok(index.iter().map(|e| (e.path, e.id, e.mode, e.flags, e.flags_extended)).collect())
    };
    Ok(read(one)? == read(other)?)
}

/// Where indexes are drafted: git's library reads and writes them as files. What a killed run leaves there is swept away
/// with the folder.
#[derive(Clone, Copy)]
pub(crate) struct Drafts<'a> {
    pub root: &'a Root,
    pub state: &'a State,
}

/// One at a time.
const DRAFT: &str = "index";

impl Drafts<'_> {
    fn open(self, git: &Repository, bytes: &[u8]) -> Result<Index, WriteError> {
        self.state.put(DRAFT, bytes)?;
        // By the open folder: by its name somebody may have put a symlink there meanwhile.
        let mut path = PathBuf::from(format!("/proc/self/fd/{}", self.state.handle().as_raw_fd()));
        if !path.exists() {
            path = self.root.real()?.join(STATE);
        }
        let path = path.join(DRAFT);
        Ok(Index::open(&path).map_err(|e| GitError::index(git, &e))?)
    }

    /// The draft's bytes; it is gone then.
    fn take(self, git: &Repository) -> Result<Vec<u8>, WriteError> {
        let gone = || GitError::repository(git.path(), "the draft of its index is gone");
        let bytes = self.state.bytes(DRAFT).ok_or_else(gone)?;
        self.state.drop(DRAFT);
        Ok(bytes)
    }
}
