use super::error::{WriteError, failed};
use super::fs::{anew, mkdir};
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, flock};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

const IGNORE: &str = ".gitignore";
const EVERYTHING: &[u8] = b"*\n";
/// No git shows a file of this name, wherever it is.
const UNSEEN: &str = ".git";

/// A folder for what is not finished, beside other people's files. git does not see it, at no moment of its life: empty
/// folders it does not show, and the first thing that comes into it is a `.gitignore` that hides all, itself included.
#[derive(Debug)]
pub(crate) struct Hidden {
    handle: OwnedFd,
    /// What to call it when something fails.
    shown: PathBuf,
}

impl Hidden {
    /// One that is there.
    pub(crate) fn open(above: impl AsFd, name: impl AsRef<OsStr>, shown: &Path) -> Result<Option<Hidden>, WriteError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(above, name.as_ref(), flags, Mode::empty()) {
            Ok(handle) => Ok(Some(Hidden { handle, shown: shown.to_owned() })),
            Err(Errno::NOENT) => Ok(None),
            Err(other) => Err(failed("open the folder for unfinished work", shown)(other)),
        }
    }

    /// A new one, locked. It must not be there.
    pub(crate) fn create(above: impl AsFd, name: impl AsRef<OsStr>, shown: &Path) -> Result<Hidden, WriteError> {
        let (what, name) = ("make the folder for unfinished work", name.as_ref());
        mkdir(&above, name, Mode::RWXU).map_err(failed(what, shown))?;
        let hidden = Hidden::open(&above, name, shown)?.ok_or_else(|| failed(what, shown)(Errno::NOENT))?;
        hidden.lock()?;
        hidden.hide().inspect_err(|_| drop(hidden.remove(&above, name)))?;
        Ok(hidden)
    }

    /// One that stays for many runs: as it is there, or a new one. A run may have been killed before it was hidden.
    pub(crate) fn take(above: impl AsFd, name: impl AsRef<OsStr>, shown: &Path) -> Result<Hidden, WriteError> {
        let name = name.as_ref();
        let Some(there) = Hidden::open(&above, name, shown)? else { return Hidden::create(above, name, shown) };
        if there.bytes(IGNORE).as_deref() != Some(EVERYTHING) {
            there.hide()?;
        }
        Ok(there)
    }

    fn hide(&self) -> Result<(), WriteError> {
        // Under its own name the file is never empty: as such it would show itself.
        self.put(UNSEEN, EVERYTHING)?;
        let rename = rustix::fs::renameat(&self.handle, UNSEEN, &self.handle, IGNORE);
        rename.map_err(failed("make the folder for unfinished work", &self.shown))
    }

    /// The folder itself.
    pub(crate) fn handle(&self) -> &OwnedFd {
        &self.handle
    }

    /// Marks it as in use, as long as it is open. Where there are no locks this does nothing, and says so.
    pub(crate) fn lock(&self) -> Result<bool, WriteError> {
        match flock(&self.handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Err(WriteError::Locked(self.shown.clone())),
            Err(_) => Ok(false),
        }
    }

    /// Removes it and all that is in it.
    pub(crate) fn remove(&self, above: impl AsFd, name: impl AsRef<OsStr>) -> Result<(), WriteError> {
        let failed = || failed("remove the folder for unfinished work", &self.shown);
        let settled = |answer: Result<(), Errno>| match answer {
            Err(Errno::NOENT) => Ok(()),
            other => other.map_err(failed()),
        };
        let entries = rustix::fs::Dir::read_from(&self.handle).map_err(failed())?;
        let names: Vec<_> = entries.filter_map(Result::ok).map(|e| e.file_name().to_owned()).collect();
        // The .gitignore goes last: until then it hides the others.
        let (last, first): (Vec<_>, Vec<_>) = names.into_iter().partition(|n| n.to_bytes() == IGNORE.as_bytes());
        for name in first.into_iter().chain(last).filter(|n| !matches!(n.to_bytes(), b"." | b"..")) {
            settled(rustix::fs::unlinkat(&self.handle, &*name, AtFlags::empty()))?;
        }
        settled(rustix::fs::unlinkat(above, name.as_ref(), AtFlags::REMOVEDIR))
    }

    /// The bytes of a file in the folder, if it is there and regular.
    pub(crate) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::openat(&self.handle, name, flags, Mode::empty()).ok()?);
        let mut bytes = Vec::new();
        file.metadata().ok()?.is_file().then(|| file.read_to_end(&mut bytes).ok())??;
        Some(bytes)
    }

    /// Removes a file of the folder, if it is there.
    pub(crate) fn drop(&self, name: &str) {
        let _ = rustix::fs::unlinkat(&self.handle, name, AtFlags::empty());
    }

    /// Writes a file of the folder, over one of that name.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        self.fill(name, bytes, &self.shown.join(name), |_| Ok(()))
    }

    /// Writes, dresses and syncs a file of the folder, over one of that name; `path` is what to call it when that fails.
    pub(crate) fn fill(
        &self,
        name: &str,
        bytes: &[u8],
        path: &Path,
        dress: impl FnOnce(&File) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.drop(name);
        let mut file = anew(&self.handle, name).map_err(failed("write the new file", path))?;
        // Whoever made a file can read and change it, whatever the umask: git must read the .gitignore, `recover` all.
        let made = rustix::fs::fstat(&file).map_err(failed("look at", path))?;
        let made = Mode::from_raw_mode(made.st_mode & 0o7777);
        if !made.contains(Mode::RUSR | Mode::WUSR) {
            rustix::fs::fchmod(&file, made | Mode::RUSR | Mode::WUSR).map_err(failed("write the new file", path))?;
        }
        let system = |source| WriteError::System { what: "write the new file", path: path.to_owned(), source };
        file.write_all(bytes).map_err(system)?;
        dress(&file)?;
        file.sync_all().map_err(system)
    }
}
