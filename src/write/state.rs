use super::dress::dress;
use super::hidden::Hidden;
use super::journal::Journal;
use super::{Job, WriteError, failed, git};
use crate::checkout::{Root, STATE};
use crate::plan::FileChange;
use rustix::fs::AtFlags;
use rustix::io::Errno;
use std::collections::HashSet;
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

const JOURNAL: &str = "journal";
const DRAFT: &str = "draft";
/// What is left of a journal until everything else is gone.
const SETTLED: &str = "settled";

/// The folder of a run that writes: the new files before they go to their places, and the journal.
///
/// A folder without a journal is of a run that was killed before it changed anything, or after it had changed
/// everything: it is swept away by the next one.
#[derive(Debug)]
pub(super) struct State {
    folder: Hidden,
}

impl State {
    /// Whether a run below this root was interrupted while it wrote.
    pub(super) fn has_journal(root: &Root) -> Result<bool, WriteError> {
        match State::open(root)? {
            None => Ok(false),
            Some(state) => state.has(JOURNAL),
        }
    }

    /// The folder as it is on disk.
    pub(super) fn open(root: &Root) -> Result<Option<State>, WriteError> {
        Ok(Hidden::open(root.handle(), STATE, Path::new(STATE))?.map(|folder| State { folder }))
    }

    /// Who made the folder, if it is there and may be looked into.
    pub(super) fn owner(root: &Root) -> Option<u32> {
        let state = State::open(root).ok()??;
        rustix::fs::fstat(state.handle()).ok().map(|stat| stat.st_uid)
    }

    /// Removes what a run left behind that was killed before or after it changed anything. The lock must be held,
    /// and there must be no journal.
    pub(super) fn sweep(root: &Root) -> Result<(), WriteError> {
        State::open(root)?.map_or(Ok(()), |old| old.remove(root))
    }

    /// Removes a folder that is empty and that nobody may enter: a run was killed in the moment in which it made it,
    /// under a umask that takes away even its owner's rights.
    pub(super) fn sweep_locked_out(root: &Root) {
        let look = State::has_journal(root);
        let is_locked_out = |source: &std::io::Error| source.kind() == std::io::ErrorKind::PermissionDenied;
        if look.is_err_and(|e| matches!(&e, WriteError::System { source, .. } if is_locked_out(source))) {
            let _ = rustix::fs::unlinkat(root.handle(), STATE, AtFlags::REMOVEDIR);
        }
    }

    /// A fresh folder. The lock must be held, and there must be none.
    pub(super) fn create(root: &Root) -> Result<State, WriteError> {
        Ok(State { folder: Hidden::create(root.handle(), STATE, &root.path().join(STATE))? })
    }

    /// The folder itself.
    pub(super) fn handle(&self) -> &OwnedFd {
        self.folder.handle()
    }

    /// The name of the new file of a change.
    pub(super) fn name(number: usize) -> String {
        format!("{number}.new")
    }

    /// The name of a new file that was taken away again.
    pub(super) fn made(number: usize) -> String {
        format!("{number}.made")
    }

    /// The name of a removed file.
    pub(super) fn gone(number: usize) -> String {
        format!("{number}.gone")
    }

    /// Writes every new file and then the journal. On disk nothing has changed yet.
    pub(super) fn prepare(&self, root: &Root, job: Job<'_>) -> Result<(), WriteError> {
        for (number, change) in job.changes.iter().enumerate() {
            self.stage(root, number, change)?;
        }
        job.recording.map_or(Ok(()), |recording| recording.stage(self))?;
        let journal = Journal {
            recording: job.recording.cloned(),
            changes: job.changes.to_vec(),
            folders: missing_folders(root, job.changes)?,
            removals: job.removals.to_vec(),
            moves: job.moves.to_vec(),
        };
        let journal = journal.write();
        self.put(DRAFT, &journal)?;
        git::seal(root, job.moves, &journal)?;
        rustix::fs::renameat(self.handle(), DRAFT, self.handle(), JOURNAL)
            .map_err(failed("write the journal", &Path::new(STATE).join(JOURNAL)))?;
        sync(self.handle(), Path::new(STATE))?;
        sync(root.handle(), root.path())
    }

    /// Writes one new file, with the mode and the owner of the one that it will replace.
    pub(super) fn stage(&self, root: &Root, number: usize, change: &FileChange) -> Result<(), WriteError> {
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
    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.folder.bytes(name)
    }

    /// Whether there is something of that name in the folder.
    pub(super) fn has(&self, name: &str) -> Result<bool, WriteError> {
        match rustix::fs::statat(self.handle(), name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(other) => Err(failed("look at", &Path::new(STATE).join(name))(other)),
        }
    }

    /// Whether there is something in the folder that is no file of any of these contents. What cannot be read is.
    pub(super) fn is_other(&self, name: &str, known: &[Option<&[u8]>]) -> Result<bool, WriteError> {
        Ok(self.has(name)? && self.bytes(name).is_none_or(|bytes| !known.contains(&Some(bytes.as_slice()))))
    }

    /// Writes a file of the folder, over one of that name.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        self.folder.put(name, bytes)
    }

    /// Removes a file of the folder, if it is there.
    pub(super) fn drop(&self, name: &str) {
        self.folder.drop(name);
    }

    /// The journal. Fails where it moves something of a repository that knows of no such run.
    pub(super) fn journal(&self, root: &Root) -> Result<Journal, WriteError> {
        if !State::has_journal(root)? {
            return Err(WriteError::NothingToRecover(root.path().to_owned()));
        }
        let odd = || WriteError::Journal { path: root.path().to_owned(), reason: "it is no regular file".to_owned() };
        let bytes = self.bytes(JOURNAL).ok_or_else(odd)?;
        let journal = Journal::read(&bytes, root.path())?;
        git::check_seal(root, &journal.moves, &bytes)?;
        Ok(journal)
    }

    /// Removes the folder, the journal first: without it the run is settled. Its seals are the last that it tells of.
    pub(super) fn remove(&self, root: &Root) -> Result<(), WriteError> {
        match rustix::fs::renameat(self.handle(), JOURNAL, self.handle(), SETTLED) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(other) => return Err(failed("remove the journal", &root.path().join(STATE).join(JOURNAL))(other)),
        }
        sync(self.handle(), Path::new(STATE))?;
        // A run may have been killed between the seals and the journal, too.
        for bytes in [SETTLED, DRAFT].iter().filter_map(|name| self.bytes(name)) {
            if let Ok(settled) = Journal::read(&bytes, root.path()) {
                git::unseal(root, &settled.moves, &bytes)?;
            }
        }
        self.folder.remove(root.handle(), STATE)
    }
}

/// Makes sure that a folder's entries are on the disk. Some file systems cannot; then there is nothing to be done.
pub(super) fn sync(folder: impl AsFd, path: &Path) -> Result<(), WriteError> {
    match rustix::fs::fsync(folder) {
        Ok(()) | Err(Errno::INVAL | Errno::BADF | Errno::OPNOTSUPP) => Ok(()),
        Err(other) => Err(failed("sync the folder", path)(other)),
    }
}

/// The folders that new files need and that are not there, outermost first.
fn missing_folders(root: &Root, changes: &[FileChange]) -> Result<Vec<PathBuf>, WriteError> {
    let mut missing: Vec<PathBuf> = Vec::new();
    let mut known: HashSet<PathBuf> = HashSet::new();
    for change in changes.iter().filter(|c| c.before.is_none()) {
        let mut above: Vec<_> = change.path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()).collect();
        above.reverse();
        let mut is_missing = false;
        for folder in above {
            // What is below a folder that is not there is not there either.
            is_missing = is_missing
                || match root.parent(&folder.join("x")) {
                    Ok(_) => false,
                    Err(e) if e.is_missing() => true,
                    Err(other) => return Err(other.into()),
                };
            if is_missing && known.insert(folder.to_owned()) {
                missing.push(folder.to_owned());
            }
        }
    }
    Ok(missing)
}
