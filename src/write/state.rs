use super::error::{WriteError, failed};
use super::hidden::Hidden;
use super::metadata::dress;
use crate::checkout::Root;
use crate::patchset::STATE;
use crate::report::FileChange;
use rustix::fs::AtFlags;
use rustix::io::Errno;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;

pub(crate) const JOURNAL: &str = "journal";
pub(crate) const DRAFT: &str = "draft";
/// What is left of a journal until everything else is gone.
pub(crate) const SETTLED: &str = "settled";

/// The folder of a run that writes: the new files before they go to their places, and the journal.
///
/// A folder without a journal is of a run that was killed before it changed anything, or after it had changed
/// everything: it is swept away by the next one.
#[derive(Debug)]
pub(crate) struct State {
    pub folder: Hidden,
}

impl State {
    /// Whether a run below this root was interrupted while it wrote.
    pub(crate) fn has_journal(root: &Root) -> Result<bool, WriteError> {
        match State::open(root)? {
            None => Ok(false),
            Some(state) => state.has(JOURNAL),
        }
    }

    /// The folder as it is on disk.
    pub(crate) fn open(root: &Root) -> Result<Option<State>, WriteError> {
        Ok(Hidden::open(root.handle(), STATE, Path::new(STATE))?.map(|folder| State { folder }))
    }

    /// Who made the folder, if it is there and may be looked into.
    pub(crate) fn owner(root: &Root) -> Option<u32> {
        let state = State::open(root).ok()??;
        rustix::fs::fstat(state.handle()).ok().map(|stat| stat.st_uid)
    }

    /// Removes a folder that is empty and that nobody may enter: a run was killed in the moment in which it made it,
    /// under a umask that takes away even its owner's rights.
    pub(crate) fn sweep_locked_out(root: &Root) {
        let look = State::has_journal(root);
        let is_locked_out = |source: &std::io::Error| source.kind() == std::io::ErrorKind::PermissionDenied;
        if look.is_err_and(|e| matches!(&e, WriteError::System { source, .. } if is_locked_out(source))) {
            let _ = rustix::fs::unlinkat(root.handle(), STATE, AtFlags::REMOVEDIR);
        }
    }

    /// A fresh folder. The lock must be held, and there must be none.
    pub(crate) fn create(root: &Root) -> Result<State, WriteError> {
        Ok(State { folder: Hidden::create(root.handle(), STATE, &root.path().join(STATE))? })
    }

    /// The folder itself.
    pub(crate) fn handle(&self) -> &OwnedFd {
        self.folder.handle()
    }

    /// The name of the new file of a change.
    pub(crate) fn name(number: usize) -> String {
        format!("{number}.new")
    }

    /// The name of a new file that was taken away again.
    pub(crate) fn made(number: usize) -> String {
        format!("{number}.made")
    }

    /// The name of a removed file.
    pub(crate) fn gone(number: usize) -> String {
        format!("{number}.gone")
    }

    /// Writes one new file, with the mode and the owner of the one that it will replace.
    pub(crate) fn stage(&self, root: &Root, number: usize, change: &FileChange) -> Result<(), WriteError> {
        let system = |what| failed(what, &change.path);
        let dress = |file: &File| match change.before {
            Some(_) => dress(file, root, &change.path),
            None => Ok(()),
        };
        self.folder.fill(DRAFT, &change.after, &change.path, dress)?;
        // Under its own name a new file is always whole.
        rustix::fs::renameat(self.handle(), DRAFT, self.handle(), &*State::name(number))
            .map_err(system("write the new file"))
    }

    /// The bytes of a file in the folder, if it is there and regular.
    pub(crate) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.folder.bytes(name)
    }

    /// Whether there is something of that name in the folder.
    pub(crate) fn has(&self, name: &str) -> Result<bool, WriteError> {
        match rustix::fs::statat(self.handle(), name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(other) => Err(failed("look at", &Path::new(STATE).join(name))(other)),
        }
    }

    /// Whether there is something in the folder that is no file of any of these contents. What cannot be read is.
    pub(crate) fn is_other(&self, name: &str, known: &[Option<&[u8]>]) -> Result<bool, WriteError> {
        Ok(self.has(name)? && self.bytes(name).is_none_or(|bytes| !known.contains(&Some(bytes.as_slice()))))
    }

    /// Writes a file of the folder, over one of that name.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        self.folder.put(name, bytes)
    }

    /// Removes a file of the folder, if it is there.
    pub(crate) fn drop(&self, name: &str) {
        self.folder.drop(name);
    }
}
