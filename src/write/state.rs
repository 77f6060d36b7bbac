use super::appear::appear;
use super::journal::Journal;
use super::{Job, WriteError, failed};
use crate::checkout::{Root, STATE};
use crate::plan::FileChange;
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

const JOURNAL: &str = "journal";
const DRAFT: &str = "draft";
const IGNORE: &str = ".gitignore";
const EVERYTHING: &[u8] = b"*\n";

/// The folder of a run that writes: the new files before they go to their places, and the journal.
///
/// A `.gitignore` in it hides it from git, itself included. A folder without a journal is of a run that was killed
/// before it changed anything, or after it had changed everything: it is swept away by the next one.
#[derive(Debug)]
pub(super) struct State {
    handle: OwnedFd,
}

impl State {
    /// Whether a run below this root was interrupted while it wrote.
    pub(super) fn has_journal(root: &Root) -> Result<bool, WriteError> {
        match State::open(root)? {
            None => Ok(false),
            Some(state) => match rustix::fs::statat(&state.handle, JOURNAL, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(_) => Ok(true),
                Err(Errno::NOENT) => Ok(false),
                Err(other) => Err(failed("look for a journal", &Path::new(STATE).join(JOURNAL))(other)),
            },
        }
    }

    /// The folder as it is on disk.
    pub(super) fn open(root: &Root) -> Result<Option<State>, WriteError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(root.handle(), STATE, flags, Mode::empty()) {
            Ok(handle) => Ok(Some(State { handle })),
            Err(Errno::NOENT) => Ok(None),
            Err(other) => Err(failed("open the folder for unfinished work", Path::new(STATE))(other)),
        }
    }

    /// Removes what a run left behind that was killed before or after it changed anything. The lock must be held,
    /// and there must be no journal.
    pub(super) fn sweep(root: &Root) -> Result<(), WriteError> {
        State::open(root)?.map_or(Ok(()), |old| old.remove(root))
    }

    /// A fresh folder. The lock must be held, and there must be none.
    pub(super) fn create(root: &Root) -> Result<State, WriteError> {
        let what = "make the folder for unfinished work";
        rustix::fs::mkdirat(root.handle(), STATE, Mode::RWXU).map_err(failed(what, &root.path().join(STATE)))?;
        let state = State::open(root)?.ok_or_else(|| failed(what, &root.path().join(STATE))(Errno::NOENT))?;
        state.hide().inspect_err(|_| drop(state.remove(root)))?;
        Ok(state)
    }

    /// The folder itself.
    pub(super) fn handle(&self) -> &OwnedFd {
        &self.handle
    }

    /// The name of the new file of a change.
    pub(super) fn name(number: usize) -> String {
        format!("{number}.new")
    }

    /// Writes every new file and then the journal. On disk nothing has changed yet.
    pub(super) fn prepare(&self, root: &Root, job: Job<'_>) -> Result<(), WriteError> {
        for (number, change) in job.changes.iter().enumerate() {
            self.stage(root, number, change)?;
        }
        let journal = Journal {
            changes: job.changes.to_vec(),
            folders: missing_folders(root, job.changes)?,
            removals: job.removals.to_vec(),
            moves: job.moves.to_vec(),
        };
        self.put(DRAFT, &journal.write())?;
        rustix::fs::renameat(&self.handle, DRAFT, &self.handle, JOURNAL)
            .map_err(failed("write the journal", &Path::new(STATE).join(JOURNAL)))?;
        sync(&self.handle, Path::new(STATE))?;
        sync(root.handle(), root.path())
    }

    /// Writes one new file, with the mode and the owner of the one that it will replace.
    pub(super) fn stage(&self, root: &Root, number: usize, change: &FileChange) -> Result<(), WriteError> {
        let system = |what| failed(what, &change.path);
        self.drop(DRAFT);
        let dress = |file: &File| match change.before {
            Some(_) => self.dress(file, root, change),
            None => Ok(()),
        };
        self.fill(DRAFT, &change.after, &change.path, dress)?;
        // Under its own name a new file is always whole.
        rustix::fs::renameat(&self.handle, DRAFT, &self.handle, &*State::name(number))
            .map_err(system("write the new file"))
    }

    /// Gives a new file the mode and the owner of the old one.
    fn dress(&self, file: &File, root: &Root, change: &FileChange) -> Result<(), WriteError> {
        let system = |what| failed(what, &change.path);
        let (folder, old) = root.parent(&change.path)?;
        let stat = rustix::fs::statat(&folder, old, AtFlags::SYMLINK_NOFOLLOW).map_err(system("look at the file"))?;
        let mine = rustix::fs::fstat(file).map_err(system("look at the new file"))?;
        if (stat.st_uid, stat.st_gid) != (mine.st_uid, mine.st_gid) {
            let owner = rustix::fs::Uid::from_raw(stat.st_uid);
            // Only root may give files away; for others the new file is their own, as with any editor.
            let _ = rustix::fs::fchown(file, Some(owner), Some(rustix::fs::Gid::from_raw(stat.st_gid)));
        }
        // After the owner: a change of owner drops the set-user-id bits.
        rustix::fs::fchmod(file, Mode::from_raw_mode(stat.st_mode & 0o7777)).map_err(system("set the mode"))
    }

    /// The bytes of a file in the folder, if it is there and regular.
    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::openat(&self.handle, name, flags, Mode::empty()).ok()?);
        let mut bytes = Vec::new();
        file.metadata().ok()?.is_file().then(|| file.read_to_end(&mut bytes).ok())??;
        Some(bytes)
    }

    /// The journal.
    pub(super) fn journal(&self, root: &Root) -> Result<Journal, WriteError> {
        if !State::has_journal(root)? {
            return Err(WriteError::NothingToRecover(root.path().to_owned()));
        }
        let odd = || WriteError::Journal { path: root.path().to_owned(), reason: "it is no regular file".to_owned() };
        Journal::read(&self.bytes(JOURNAL).ok_or_else(odd)?, root.path())
    }

    /// Removes the folder, the journal first: without it the run is settled.
    pub(super) fn remove(&self, root: &Root) -> Result<(), WriteError> {
        let what = "remove the folder for unfinished work";
        let settled = |answer: Result<(), Errno>| match answer {
            Err(Errno::NOENT) => Ok(()),
            other => other.map_err(failed(what, &root.path().join(STATE))),
        };
        settled(rustix::fs::unlinkat(&self.handle, JOURNAL, AtFlags::empty()))?;
        sync(&self.handle, Path::new(STATE))?;
        let entries = rustix::fs::Dir::read_from(&self.handle).map_err(failed(what, Path::new(STATE)))?;
        let names: Vec<_> = entries.filter_map(Result::ok).map(|e| e.file_name().to_owned()).collect();
        // The .gitignore goes last: until then it hides the others.
        let (last, first): (Vec<_>, Vec<_>) = names.into_iter().partition(|n| n.to_bytes() == IGNORE.as_bytes());
        for name in first.into_iter().chain(last).filter(|n| !matches!(n.to_bytes(), b"." | b"..")) {
            settled(rustix::fs::unlinkat(&self.handle, &*name, AtFlags::empty()))?;
        }
        settled(rustix::fs::unlinkat(root.handle(), STATE, AtFlags::REMOVEDIR))
    }

    /// Puts the `.gitignore` in its place. Where the system can, it appears there whole: empty it would show itself.
    fn hide(&self) -> Result<(), WriteError> {
        if appear(&self.handle, IGNORE, EVERYTHING, false).is_ok() {
            return Ok(());
        }
        self.put(IGNORE, EVERYTHING)
    }

    /// Removes a file of the folder, if it is there.
    pub(super) fn drop(&self, name: &str) {
        let _ = rustix::fs::unlinkat(&self.handle, name, AtFlags::empty());
    }

    /// Writes a file of the folder, over one of that name.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        self.drop(name);
        self.fill(name, bytes, &Path::new(STATE).join(name), |_| Ok(()))
    }

    /// A new file in the folder, written, dressed and synced; `path` is what to call it when that fails.
    fn fill(
        &self,
        name: &str,
        bytes: &[u8],
        path: &Path,
        dress: impl FnOnce(&File) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(0o666);
        let handle = rustix::fs::openat(&self.handle, name, flags, mode).map_err(failed("write the new file", path))?;
        let mut file = File::from(handle);
        let system = |source| WriteError::System { what: "write the new file", path: path.to_owned(), source };
        file.write_all(bytes).map_err(system)?;
        dress(&file)?;
        file.sync_all().map_err(system)
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
    let mut missing = Vec::new();
    for change in changes.iter().filter(|c| c.before.is_none()) {
        let mut above: Vec<_> = change.path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()).collect();
        above.reverse();
        for folder in above {
            if missing.iter().any(|m| m == folder) {
                continue;
            }
            match root.parent(&folder.join("x")) {
                Ok(_) => {}
                Err(e) if e.is_missing() => missing.push(folder.to_owned()),
                Err(other) => return Err(other.into()),
            }
        }
    }
    Ok(missing)
}
