use super::{Run, WriteError, unfinished_below};
use crate::checkout::{COPY, Item, ItemKind, Root, inventory, root_mode};
use crate::plan::FileChange;
use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// A patched copy of a tree that is to be made: nothing stands in its way, and nothing is made yet.
///
/// The copy has every file, folder and symlink below the root, with their permissions and the files with their times,
/// but for git's own files, so that submodules are plain folders in it. It grows beside the place where it is to be,
/// and goes there whole.
#[derive(Debug)]
pub struct Copying {
    /// Nobody else patches the tree until the copy is made.
    run: Run,
    items: Vec<Item>,
    target: PathBuf,
}

/// What a copy came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many files it has, symlinks included.
    pub files: usize,
}

impl Copying {
    /// Looks at the tree and at the place for the copy: it must not be there yet or be an empty folder, and must not lie
    /// in the tree itself.
    pub fn look(root: &Path, target: &Path) -> Result<Copying, WriteError> {
        let root = Root::open(root)?;
        let target = place(&root, target)?;
        let run = Run::begin(root)?;
        let items = inventory(&run.root)?;
        let folders = items.iter().filter(|i| matches!(i.kind, ItemKind::Folder(_))).map(|i| i.path.as_path());
        if let Some(below) = unfinished_below(&run.root, folders)? {
            return Err(WriteError::Unfinished(below));
        }
        Ok(Copying { run, items, target })
    }

    /// Makes the copy, with the changes in it.
    pub fn write(self, changes: &[FileChange]) -> Result<Copied, WriteError> {
        changes.iter().try_for_each(|change| self.is_as_planned(change))?;
        let draft = Draft::new(&self.target)?;
        let mut changes: BTreeMap<&Path, &FileChange> = changes.iter().map(|c| (c.path.as_path(), c)).collect();
        let mut files = 0;
        for Item { path, kind } in &self.items {
            let to = draft.path.join(path);
            match kind {
                // Its own permissions come last: it may be one that nobody can write to.
                ItemKind::Folder(_) => fs::create_dir(&to).map_err(failed("make the folder", &to))?,
                ItemKind::Link(target) => symlink(target, &to).map_err(failed("make the symlink", &to))?,
                ItemKind::File => self.file(path, &to, changes.remove(path.as_path()))?,
            }
            files += usize::from(!matches!(kind, ItemKind::Folder(_)));
        }
        for (path, change) in changes {
            let to = draft.path.join(path);
            let folder = to.parent().unwrap_or(&draft.path);
            fs::create_dir_all(folder).map_err(failed("make the folder", folder))?;
            fs::write(&to, &change.after).map_err(failed("write", &to))?;
            files += 1;
        }
        for Item { path, kind } in self.items.iter().rev() {
            if let ItemKind::Folder(mode) = kind {
                permit(&draft.path.join(path), *mode)?;
            }
        }
        draft.finish(root_mode(&self.run.root)?, &self.target)?;
        Ok(Copied { files })
    }

    fn is_as_planned(&self, change: &FileChange) -> Result<(), WriteError> {
        match (&change.before, self.run.root.read(&change.path, u64::MAX)) {
            (Some(before), Ok(bytes)) if *before == bytes => Ok(()),
            (None, Err(e)) if e.is_missing() => Ok(()),
            (_, Err(e)) if !e.is_missing() => Err(e.into()),
            _ => Err(WriteError::Changed(change.path.clone())),
        }
    }

    /// One file: its bytes, or those that it is to have. What is not changed keeps its time, so that nothing is built
    /// anew for it.
    fn file(&self, path: &Path, to: &Path, change: Option<&FileChange>) -> Result<(), WriteError> {
        let mut from = self.run.root.file(path)?;
        let meta = from.metadata().map_err(failed("look at", path))?;
        let mut copy = OpenOptions::new().write(true).create_new(true).open(to).map_err(failed("write", to))?;
        match change {
            Some(change) => copy.write_all(&change.after).map_err(failed("write", to))?,
            None => {
                io::copy(&mut from, &mut copy).map_err(failed("copy", path))?;
                let time = meta.modified().map_err(failed("look at", path))?;
                copy.set_modified(time).map_err(failed("set the time of", to))?;
            }
        }
        let mode = Permissions::from_mode(meta.permissions().mode() & 0o777);
        copy.set_permissions(mode).map_err(failed("set the mode of", to))
    }
}

/// Where the copy goes, as a path that no symlink and no `..` is in.
fn place(root: &Root, target: &Path) -> Result<PathBuf, WriteError> {
    let refuse = |why: &str| Err(WriteError::BadCopy { path: target.to_owned(), why: why.to_owned() });
    let real = match target.canonicalize() {
        Ok(real) => match fs::read_dir(&real).map(|mut entries| entries.next().is_none()) {
            Ok(true) => real,
            Ok(false) => return Err(WriteError::OutputIsFull(target.to_owned())),
            Err(e) if e.kind() == io::ErrorKind::NotADirectory => return refuse("is no folder, and cannot become one"),
            Err(other) => return Err(failed("list", target)(other)),
        },
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            if target.symlink_metadata().is_ok() {
                return refuse("is a symlink to nothing");
            }
            let Some(name) = target.file_name() else { return refuse("does not name a folder to make") };
            let above = match target.parent() {
                Some(above) if !above.as_os_str().is_empty() => above,
                _ => Path::new("."),
            };
            match above.canonicalize() {
                Ok(above) => above.join(name),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    return refuse(&format!("there is no folder {} to put the copy in", above.display()));
                }
                Err(other) => return Err(failed("look at", above)(other)),
            }
        }
        Err(other) => return Err(failed("look at", target)(other)),
    };
    let tree = root.path().canonicalize().map_err(failed("look at", root.path()))?;
    if real.starts_with(&tree) {
        return refuse(&format!("lies in {}, which is to be copied; name a folder elsewhere", root.path().display()));
    }
    Ok(real)
}

/// A copy that grows in a folder of a name of its own, which nobody else may enter. One that a killed run left behind
/// is replaced; one that is not finished is removed when dropped.
struct Draft {
    path: PathBuf,
    /// Locked as long as a run is at work there.
    handle: OwnedFd,
    finished: bool,
}

impl Draft {
    fn new(target: &Path) -> Result<Draft, WriteError> {
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(COPY);
        let path = target.with_file_name(name);
        if let Some((_theirs, is_locked)) = lock(&path)? {
            // Where there are no locks nobody knows whether a run is at work there.
            if !is_locked {
                return Err(WriteError::Locked(path));
            }
            remove(&path).map_err(failed("remove what a killed run left in", &path))?;
        }
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(failed("make the folder", &path))?;
        let (handle, _) = lock(&path)?.ok_or_else(|| failed("lock", &path)(io::ErrorKind::NotFound.into()))?;
        Ok(Draft { path, handle, finished: false })
    }

    /// Puts the copy in its place.
    fn finish(mut self, mode: u32, target: &Path) -> Result<(), WriteError> {
        // Everything in it is on the disk before it has its name.
        #[cfg(target_os = "linux")]
        rustix::fs::syncfs(&self.handle).map_err(|e| failed("sync", &self.path)(e.into()))?;
        permit(&self.path, mode)?;
        fs::rename(&self.path, target).map_err(failed("put the copy in its place,", target))?;
        self.finished = true;
        let above = target.parent().unwrap_or(Path::new("/"));
        // It is there, even if that cannot be made sure of.
        let synced = File::open(above).map_err(failed("sync", above)).and_then(|h| super::state::sync(h, above));
        synced.map_err(|e| WriteError::Untidy(Box::new(e)))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            let _ = remove(&self.path);
        }
    }
}

/// The folder of an unfinished copy, and whether it could be locked; `None` where there is none.
fn lock(path: &Path) -> Result<Option<(OwnedFd, bool)>, WriteError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(handle) => handle,
        Err(Errno::NOENT) => return Ok(None),
        Err(other) => return Err(failed("open", path)(other.into())),
    };
    match flock(&handle, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => Err(WriteError::Locked(path.to_owned())),
        locked => Ok(Some((handle, locked.is_ok()))),
    }
}

/// Removes a folder and all that is in it, even what only its owner's permissions keep.
fn remove(path: &Path) -> io::Result<()> {
    let first = fs::remove_dir_all(path);
    if first.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::PermissionDenied) {
        let mut folders = vec![path.to_owned()];
        while let Some(folder) = folders.pop() {
            fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        return fs::remove_dir_all(path);
    }
    first
}

fn permit(path: &Path, mode: u32) -> Result<(), WriteError> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed("set the mode of", path))
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::System { what, path, source }
}
