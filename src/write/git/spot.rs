use super::error::GitError;
use super::sharing::Sharing;
use crate::checkout::{Folder, GateError};
use crate::write::error::{WriteError, failed};
use crate::write::fs::{anew, appear, sync};
use rustix::fs::{AtFlags, Mode, Timespec, Timestamps, UTIME_OMIT};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The place of one of git's own small files, reached by the open folder that it lies in.
#[derive(Debug)]
pub(crate) struct Spot {
    folder: Folder,
    path: PathBuf,
    /// What to call it.
    shown: PathBuf,
    /// Whom it is shared with.
    sharing: Sharing,
}

impl Spot {
    /// A file below a folder, whose own path is `shown`.
    pub fn new(folder: &Folder, path: PathBuf, shown: &Path, sharing: Sharing) -> Result<Spot, GateError> {
        Ok(Spot { folder: folder.again()?, shown: shown.join(&path), path, sharing })
    }

    /// What to call it.
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// What to call its lock.
    pub fn lock(&self) -> PathBuf {
        locked(self.shown.as_os_str()).into()
    }

    /// Its bytes; `None` where there is no such file. A reference that git has packed is what a file of it would hold.
    pub fn bytes(&self) -> Result<Option<Vec<u8>>, WriteError> {
        match self.read(&self.path)? {
            None if self.path.starts_with("refs") => {
                let all = self.read(Path::new("packed-refs"))?;
                Ok(all.and_then(|all| packed(&all, self.path.as_os_str().as_bytes())))
            }
            bytes => Ok(bytes),
        }
    }

    /// The bytes of its lock.
    pub fn locked(&self) -> Result<Option<Vec<u8>>, WriteError> {
        self.read(Path::new(&locked(self.path.as_os_str())))
    }

    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, WriteError> {
        match self.folder.read(path, u64::MAX) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.is_missing() => Ok(None),
            Err(GateError::System { source, .. }) => {
                Err(WriteError::System { what: "read", path: self.shown.clone(), source })
            }
            Err(other) => Err(GitError::repository(&self.shown, format!("the repository is refused: {other}")).into()),
        }
    }

    /// Takes its lock and writes the bytes there. The lock takes over the file's time: an index that looks younger
    /// than what it says about files would hide changes from git that were made meanwhile.
    pub fn fill(&self, bytes: &[u8]) -> Result<(), WriteError> {
        self.make_folders().and_then(|()| self.make_lock(bytes)).inspect_err(|_| self.remove_folders())
    }

    fn make_lock(&self, bytes: &[u8]) -> Result<(), WriteError> {
        let (folder, name) = self.parent()?;
        let write = |file: &mut File| {
            file.write_all(bytes)?;
            self.sharing.share(&*file)?;
            if let Ok(old) = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                // In a shared repository git gives the file anew what it is to have.
                if self.sharing == Sharing::Umask {
                    rustix::fs::fchmod(&*file, Mode::from_raw_mode(old.st_mode & 0o7777))?;
                }
                let last_access = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
                let last_modification = Timespec { tv_sec: old.st_mtime, tv_nsec: old.st_mtime_nsec as _ };
                rustix::fs::futimens(&*file, &Timestamps { last_access, last_modification })?;
            }
            file.sync_all()
        };
        // With its first moment the lock is whole, so that nobody takes an empty one, which git makes, for ours.
        match appear(&folder, locked(name), write) {
            Ok(()) => return Ok(()),
            Err(Errno::EXIST) => return Err(GitError::Busy(self.lock()).into()),
            Err(_) => {}
        }
        let mut file = match anew(&folder, locked(name)) {
            Ok(file) => file,
            Err(Errno::EXIST) => return Err(GitError::Busy(self.lock()).into()),
            Err(other) => return Err(failed("lock", &self.lock())(other)),
        };
        write(&mut file).map_err(|source| {
            let _ = self.unlock();
            WriteError::System { what: "write", path: self.lock(), source }
        })
    }

    /// Makes the file itself, in place of one that is there; it may be seen before it is whole.
    pub fn mark(&self, bytes: &[u8]) -> Result<(), WriteError> {
        let (folder, name) = self.parent()?;
        let failed = || failed("write", &self.shown);
        match rustix::fs::unlinkat(&folder, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(other) => return Err(failed()(other)),
        }
        let mut file = anew(&folder, name).map_err(failed())?;
        self.sharing.share(&file).map_err(failed())?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        written.map_err(|source| WriteError::System { what: "write", path: self.shown.clone(), source })
    }

    /// Makes the lock the file.
    pub fn place(&self) -> Result<(), WriteError> {
        let (folder, name) = self.parent()?;
        rustix::fs::renameat(&folder, locked(name), &folder, name)
            .map_err(failed("put the new file in its place", &self.shown))
    }

    /// Removes the lock.
    pub fn unlock(&self) -> Result<(), WriteError> {
        let (folder, name) = self.parent()?;
        rustix::fs::unlinkat(&folder, locked(name), AtFlags::empty()).map_err(failed("remove", &self.lock()))?;
        self.remove_folders();
        Ok(())
    }

    /// Removes the file.
    pub fn remove(&self) -> Result<(), WriteError> {
        let (folder, name) = self.parent()?;
        rustix::fs::unlinkat(&folder, name, AtFlags::empty()).map_err(failed("remove", &self.shown))?;
        self.remove_folders();
        Ok(())
    }

    /// Makes sure that what was done here is on the disk.
    pub fn sync(&self) -> Result<(), WriteError> {
        match self.parent() {
            Ok((folder, _)) => sync(folder, self.shown.parent().unwrap_or(&self.shown)),
            // With the only file in it the folder has gone.
            Err(WriteError::Gate(e)) if e.is_missing() => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Writes at the end of the file, if it is there. Whether that works is nobody's concern.
    pub fn append(&self, bytes: &[u8]) {
        if let Ok(mut file) = self.folder.append(&self.path) {
            let _ = file.write_all(bytes);
        }
    }

    fn parent(&self) -> Result<(OwnedFd, &OsStr), WriteError> {
        Ok(self.folder.parent(&self.path)?)
    }

    /// The folders between the repository's own and the file, innermost first.
    fn folders(&self) -> Vec<&Path> {
        self.path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()).collect()
    }

    fn make_folders(&self) -> Result<(), WriteError> {
        for path in self.folders().into_iter().rev() {
            let (folder, name) = self.folder.parent(path)?;
            match rustix::fs::mkdirat(&folder, name, Mode::from_raw_mode(0o777)) {
                Ok(()) => {
                    self.sharing.share_folder(&folder, name).map_err(failed("share the folder of", &self.shown))?
                }
                Err(Errno::EXIST) => {}
                Err(other) => return Err(failed("make the folder of", &self.shown)(other)),
            }
        }
        Ok(())
    }

    /// Removes the folders that a branch `a/b` needed, as far as they are empty: git wants none of them.
    pub fn remove_folders(&self) {
        for path in self.folders().into_iter().filter(|p| p.components().count() > 2) {
            if let Ok((folder, name)) = self.folder.parent(path) {
                let _ = rustix::fs::unlinkat(&folder, name, AtFlags::REMOVEDIR);
            }
        }
    }
}

/// What a file of a reference would hold that is among the packed ones.
fn packed(all: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let ids = all.split(|b| *b == b'\n').filter(|line| !line.starts_with(b"#"));
    let id = ids.filter_map(|line| line.strip_suffix(name)?.strip_suffix(b" ")).next()?;
    Some([id, b"\n"].concat())
}

fn locked(name: &OsStr) -> OsString {
    let mut name = name.to_owned();
    name.push(".lock");
    name
}
