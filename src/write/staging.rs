use super::error::{WriteError, failed};
use super::fs::{anew, mkdir, permit, sync};
use super::hidden::Hidden;
use crate::checkout::{Folder, NAME};
use crate::patchset::COPY;
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The folder in the hidden one that becomes what is made.
const TREE: &str = "tree";

/// A place where a folder is to appear whole: nothing is there, or an empty folder.
#[derive(Debug)]
pub(crate) struct Place {
    above: OwnedFd,
    name: OsString,
    /// What to call it when something fails.
    shown: PathBuf,
}

impl Place {
    /// A place in an open folder.
    pub(crate) fn new(above: OwnedFd, name: &OsStr, shown: &Path) -> Place {
        Place { above, name: name.to_owned(), shown: shown.to_owned() }
    }

    /// A place by a path without symlinks, of which all but the end is there.
    pub(crate) fn at(path: &Path, shown: &Path) -> Result<Place, WriteError> {
        let above =
            Folder::open(path.parent().unwrap_or(Path::new("/"))).map_err(failed("open the folder of", shown))?;
        let above = above.handle().try_clone();
        let above = above.map_err(|source| WriteError::System { what: "open", path: shown.to_owned(), source })?;
        Ok(Place::new(above, path.file_name().unwrap_or_default(), shown))
    }

    /// Whether a path leads to nothing, seen from the folder that the place is in.
    pub(crate) fn is_nothing_beside(&self, path: &Path) -> bool {
        let end = rustix::fs::statat(&self.above, path, AtFlags::empty());
        matches!(end, Err(Errno::NOENT | Errno::NOTDIR))
    }

    /// Sweeps away what a killed run left beside it.
    pub(crate) fn sweep(&self) -> Result<(), WriteError> {
        let Some(left) = Hidden::open(&self.above, self.hidden(), &self.beside())? else { return Ok(()) };
        // Where there are no locks nobody knows whether a run is at work there.
        if !left.lock()? {
            return Err(WriteError::Locked(self.beside()));
        }
        clear(&left, &self.beside())?;
        left.remove(&self.above, self.hidden())
    }

    /// Something is there. It may be what a run has finished that was killed before it could tidy up.
    pub(crate) fn is_full(&self) -> WriteError {
        let _ = self.sweep();
        WriteError::OutputIsFull(self.shown.clone())
    }

    /// The name of the folder in which it grows. A name that is long already is cut.
    fn hidden(&self) -> OsString {
        let bytes = self.name.as_bytes();
        let is_start = |&end: &usize| bytes.get(end).is_none_or(|byte| byte & 0xc0 != 0x80);
        let most = bytes.len().min(NAME - ".".len() - COPY.len());
        let end = (0..=most).rev().find(is_start).unwrap_or(most);
        let mut name = OsString::from(".");
        name.push(OsStr::from_bytes(&bytes[..end]));
        name.push(COPY);
        name
    }

    fn beside(&self) -> PathBuf {
        self.shown.with_file_name(self.hidden())
    }

    /// Begins: a folder that nobody else may enter, and that git does not see.
    pub(crate) fn begin(self) -> Result<Growing, WriteError> {
        self.can_be_replaced()?;
        self.sweep()?;
        let hidden = Hidden::create(&self.above, self.hidden(), &self.beside())?;
        let path = self.beside().join(TREE);
        let tree = mkdir(hidden.handle(), TREE, Mode::from_raw_mode(0o777))
            .and_then(|()| open(hidden.handle(), OsStr::new(TREE)))
            .map_err(failed("make the folder", &path));
        match tree {
            Ok(tree) => Ok(Growing { place: self, hidden, tree: Folder::from(tree), path, is_swept: false }),
            Err(error) => {
                let _ = clear(&hidden, &self.beside()).and_then(|()| hidden.remove(&self.above, self.hidden()));
                Err(error)
            }
        }
    }

    /// An empty folder that is there is replaced by another one. Whoever works in it would not see that.
    pub(crate) fn can_be_replaced(&self) -> Result<(), WriteError> {
        let Ok(there) = open(&self.above, &self.name) else { return Ok(()) };
        let disk = |folder: &OwnedFd| rustix::fs::fstat(folder).map(|stat| stat.st_dev).ok();
        let why = match () {
            () if disk(&there) != disk(&self.above) => "another file system is mounted there",
            () if Folder::from(there).is(Path::new("")) => "you are in that folder",
            () => return Ok(()),
        };
        let why = format!("cannot be replaced by what is made: {why}; name a folder that is not there yet");
        Err(WriteError::BadCopy { path: self.shown.clone(), why })
    }
}

/// A folder that grows beside the place where it is to be, and goes there whole, in one step. What is not finished is
/// removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Growing {
    place: Place,
    hidden: Hidden,
    tree: Folder,
    /// What to call it when something fails.
    path: PathBuf,
    is_swept: bool,
}

impl Growing {
    /// Puts a file into it, and the folders above that.
    pub(crate) fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
        let mut folders: Vec<_> = path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()).collect();
        folders.reverse();
        for folder in folders {
            let (above, name) = self.tree.parent(folder)?;
            match mkdir(&above, name, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(other) => return Err(failed("make the folder", &self.shown(folder))(other)),
            }
        }
        let mut file = self.file(path)?;
        file.write_all(bytes).map_err(|source| WriteError::System { what: "write", path: self.shown(path), source })
    }

    /// A new file in it, to be written.
    pub(crate) fn file(&self, path: &Path) -> Result<File, WriteError> {
        let (folder, name) = self.tree.parent(path)?;
        anew(&folder, name).map_err(failed("write", &self.shown(path)))
    }

    /// Makes a folder in it, for its owner alone.
    pub(crate) fn folder(&self, path: &Path) -> Result<(), WriteError> {
        let (above, name) = self.tree.parent(path)?;
        mkdir(&above, name, Mode::RWXU).map_err(failed("make the folder", &self.shown(path)))
    }

    /// Makes a symlink in it.
    pub(crate) fn link(&self, path: &Path, target: &Path) -> Result<(), WriteError> {
        let (folder, name) = self.tree.parent(path)?;
        rustix::fs::symlinkat(target, &folder, name).map_err(failed("make the symlink", &self.shown(path)))
    }

    /// Sets the mode of a folder in it.
    pub(crate) fn permit(&self, path: &Path, mode: u32) -> Result<(), WriteError> {
        let folder = self.tree.folder(path)?;
        let mode = Mode::from_raw_mode(mode);
        rustix::fs::fchmod(folder.handle(), mode).map_err(failed("set the mode of", &self.shown(path)))
    }

    /// What to call something in it.
    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        self.path.join(path)
    }

    /// Puts it in its place, with this mode if one is given.
    pub(crate) fn finish(mut self, mode: Option<u32>) -> Result<(), WriteError> {
        let tree = self.tree.handle();
        // Everything in it is on the disk before it has its name.
        #[cfg(target_os = "linux")]
        rustix::fs::syncfs(tree).map_err(failed("sync", &self.path))?;
        let permit = |mode: u32| {
            rustix::fs::fchmod(tree, Mode::from_raw_mode(mode)).map_err(failed("set the mode of", &self.path))
        };
        // A folder that its owner may not write to cannot be moved, except by those who may do all.
        let is_late = mode.is_some_and(|mode| mode & 0o200 == 0);
        mode.map_or(Ok(()), |mode| permit(if is_late { mode | 0o700 } else { mode }))?;
        let Place { above, name, shown } = &self.place;
        rustix::fs::renameat(self.hidden.handle(), TREE, above, name).map_err(|error| match error {
            Errno::NOTEMPTY | Errno::EXIST => WriteError::OutputIsFull(shown.clone()),
            other => failed("put the finished folder at", shown)(other),
        })?;
        // It is there, whatever comes now.
        let late = if is_late { mode.map_or(Ok(()), permit) } else { Ok(()) };
        let synced = late.and_then(|()| sync(above, shown.parent().unwrap_or(shown)));
        let swept = synced.and_then(|()| self.hidden.remove(above, self.place.hidden()));
        // From here on a folder of that name is another run's.
        self.is_swept = swept.is_ok();
        swept.map_err(|e| WriteError::Untidy(Box::new(e)))
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        if !self.is_swept {
            let cleared = clear(&self.hidden, &self.place.beside());
            let _ = cleared.and_then(|()| self.hidden.remove(&self.place.above, self.place.hidden()));
        }
    }
}

fn open(above: &OwnedFd, name: &OsStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(above, name, flags, Mode::empty())
}

/// Removes the folders in a hidden one with all that is in them, even what only its owner's permissions keep. Its own
/// files stay: they hide it.
fn clear(hidden: &Hidden, shown: &Path) -> Result<(), WriteError> {
    let again = hidden.handle().try_clone();
    let again = again.map_err(|source| WriteError::System { what: "open", path: shown.to_owned(), source })?;
    let top = Folder::from(again);
    let failed = |path: &Path| {
        let path = shown.join(path);
        move |error| failed("remove what a killed run left in", &path)(error)
    };
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut next = vec![PathBuf::new()];
    while let Some(folder) = next.pop() {
        let is_top = folder.as_os_str().is_empty();
        if !is_top {
            let (above, name) = top.parent(&folder)?;
            let handle = open(&above, name).or_else(|_| {
                permit(&above, name, Mode::RWXU)?;
                open(&above, name)
            });
            let handle = handle.map_err(failed(&folder))?;
            rustix::fs::fchmod(&handle, Mode::RWXU).map_err(failed(&folder))?;
        }
        for (name, kind) in top.entries(&folder)? {
            let path = folder.join(&name);
            if kind == FileType::Directory {
                next.push(path);
            } else if !is_top {
                let (above, name) = top.parent(&path)?;
                rustix::fs::unlinkat(&above, name, AtFlags::empty()).map_err(failed(&path))?;
            }
        }
        folders.push(folder);
    }
    for folder in folders.iter().rev().filter(|folder| !folder.as_os_str().is_empty()) {
        let (above, name) = top.parent(folder)?;
        rustix::fs::unlinkat(&above, name, AtFlags::REMOVEDIR).map_err(failed(folder))?;
    }
    Ok(())
}
