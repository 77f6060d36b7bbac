use super::error::{WriteError, failed};
use super::fs::appear;
use super::hidden::Hidden;
use super::{folders, staging};
use crate::checkout::Root;
use crate::patchset::DRAFTS;
use rustix::fs::{Access, AtFlags, FileType, Mode};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

/// The name of a file before it is whole.
const DRAFT: &str = "draft";

/// A file that the user named for an output, looked at: it can be written, and nothing is written yet.
///
/// The user's own paths are taken as they are: a symlink stays one, and what it points to is replaced; a device or a
/// pipe is written into. But what lies below the root, a tree that others made, passes the gate like any file of it.
#[derive(Debug)]
pub struct Output {
    place: Place,
    /// What to call it when something fails.
    shown: PathBuf,
}

#[derive(Debug)]
enum Place {
    /// A device or a pipe.
    Stream,
    File {
        folder: OwnedFd,
        name: OsString,
        /// The mode of the file that is there.
        mode: Option<u32>,
        /// Its path below the root, if it lies there.
        below: Option<PathBuf>,
    },
}

impl Output {
    /// Looks at the place.
    pub fn look(root: Option<&Path>, path: &Path) -> Result<Output, WriteError> {
        let root = root.map(Root::open).transpose()?;
        let place = match whither(root.as_ref(), path)? {
            Whither::Below(below) => inside(root.as_ref(), &below, path)?,
            Whither::Elsewhere(real) => outside(root.as_ref(), &real, path)?,
        };
        if let Place::File { folder, .. } = &place {
            let access = rustix::fs::accessat(folder, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::empty());
            if let Err(error @ (Errno::ACCESS | Errno::ROFS)) = access {
                return Err(failed("write", path)(error));
            }
        }
        Ok(Output { place, shown: path.to_owned() })
    }

    /// Whether it is this file below the root.
    pub fn is(&self, path: &Path) -> bool {
        matches!(&self.place, Place::File { below: Some(below), .. } if below == path)
    }

    /// Writes the bytes there, wholly or not at all.
    pub fn write(self, bytes: &[u8]) -> Result<(), WriteError> {
        match &self.place {
            Place::Stream => {
                let file = fs::OpenOptions::new().write(true).open(&self.shown);
                let written = file.and_then(|mut file| file.write_all(bytes));
                written.map_err(|source| WriteError::System { what: "write", path: self.shown, source })
            }
            Place::File { folder, name, mode, .. } => put(folder, name, *mode, &self.shown, bytes),
        }
    }
}

/// Writes bytes to a file that the user named, wholly or not at all. See [`Output`].
pub fn output(root: Option<&Path>, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    Output::look(root, path)?.write(bytes)
}

/// A place that does not lie below the root by its own name; `shown` is what the user calls it.
fn outside(root: Option<&Root>, path: &Path, shown: &Path) -> Result<Place, WriteError> {
    let system = |source| WriteError::System { what: "write", path: shown.to_owned(), source };
    let target = match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => return Err(WriteError::OutputIsFolder(shown.to_owned())),
        Ok(meta) if !meta.is_file() => return Ok(Place::Stream),
        Ok(_) => path.canonicalize().map_err(system)?,
        Err(e) if e.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(e) => return Err(system(e)),
    };
    // What the user's symlink points to may lie below the root, too.
    if let Whither::Below(below) = whither(root, &target)? {
        return inside(root, &below, shown);
    }
    let folder = target.parent().unwrap_or(Path::new(""));
    let folder = Root::open(folder).map_err(|e| system(io::Error::other(e.to_string())))?;
    let folder = folder.handle().try_clone().map_err(system)?;
    let mode = fs::metadata(&target).ok().map(|meta| meta.permissions().mode());
    let name = target.file_name().unwrap_or_default().to_owned();
    Ok(Place::File { folder, name, mode, below: None })
}

/// Writes files into a folder that the user named, which must be empty or not there yet: all of them, or none.
pub fn folder(root: &Path, path: &Path, files: &[(PathBuf, Vec<u8>)]) -> Result<(), WriteError> {
    let root = Root::open(root)?;
    let system = |source| WriteError::System { what: "make the folder", path: path.to_owned(), source };
    let (place, there) = match whither(Some(&root), path)? {
        Whither::Below(below) if below.as_os_str().is_empty() => {
            return Err(WriteError::OutputIsFull(path.to_owned()));
        }
        Whither::Below(below) => {
            folders::make_folders(&root, &below, &mut Vec::new())?;
            let (above, name) = root.parent(&below)?;
            let there = match root.below(&below) {
                Ok(there) => Some(there),
                Err(e) if e.is_missing() => None,
                Err(other) => return Err(other.into()),
            };
            (staging::Place::new(above, name, path), there)
        }
        Whither::Elsewhere(at) => {
            let (real, there) = match at.canonicalize() {
                Ok(real) => (real, Some(Root::open(&at)?)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    let Some(name) = at.file_name() else { return Err(WriteError::nameless(path)) };
                    let above = at.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
                    fs::create_dir_all(above).map_err(system)?;
                    (above.canonicalize().map_err(system)?.join(name), None)
                }
                Err(other) => return Err(system(other)),
            };
            (staging::Place::at(&real, path)?, there)
        }
    };
    let mode = match there {
        None => None,
        Some(there) if !there.names(Path::new(""))?.is_empty() => return Err(place.is_full()),
        Some(there) => Some(rustix::fs::fstat(there.handle()).map_err(failed("look at", path))?.st_mode & 0o7777),
    };
    let growing = place.begin()?;
    files.iter().try_for_each(|(name, bytes)| growing.put(name, bytes))?;
    growing.finish(mode)
}

/// A place by its path below the root, which passes the gate.
fn inside(root: Option<&Root>, below: &Path, shown: &Path) -> Result<Place, WriteError> {
    let Some(root) = root.filter(|_| !below.as_os_str().is_empty()) else {
        return Err(WriteError::OutputIsFolder(shown.to_owned()));
    };
    let (folder, name) = root.parent(below)?;
    let mode = match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) if FileType::from_raw_mode(stat.st_mode).is_dir() => {
            return Err(WriteError::OutputIsFolder(shown.to_owned()));
        }
        // Asks the gate, which refuses what is no regular file.
        Ok(stat) => root.file(below).map(|_| Some(stat.st_mode))?,
        Err(Errno::NOENT) => None,
        Err(other) => return Err(failed("look at", shown)(other)),
    };
    let name = name.to_owned();
    Ok(Place::File { folder, name, mode, below: Some(below.to_owned()) })
}

/// Where a path of the user leads.
enum Whither {
    /// Below the root: the path from there.
    Below(PathBuf),
    /// Somewhere else: the path without `..`, and without symlinks but for its last name.
    Elsewhere(PathBuf),
}

/// Follows a path name by name, as the system does. The user's own symlinks are followed, those of the tree are not: a
/// way through one of them is refused, even one that leaves the tree again.
fn whither(root: Option<&Root>, path: &Path) -> Result<Whither, WriteError> {
    let system = |source| WriteError::System { what: "write", path: path.to_owned(), source };
    let absolute = std::path::absolute(path).map_err(system)?;
    let top = root.map(Root::real).transpose()?;
    let is_in = |at: &Path| top.as_ref().is_some_and(|top| at.starts_with(top));
    let mut at = PathBuf::new();
    let mut names = absolute.components().peekable();
    while let Some(name) = names.next() {
        if name == Component::ParentDir {
            if let (Some(top), Some(root)) = (&top, root)
                && let Ok(below) = at.strip_prefix(top)
                && !below.as_os_str().is_empty()
            {
                // Asks the gate: behind a symlink the folder above is another one.
                root.below(below)?;
            }
            if !at.exists() {
                let why = "leads through a folder that is not there".to_owned();
                return Err(WriteError::BadCopy { path: path.to_owned(), why });
            }
            at.pop();
            continue;
        }
        let was_in = is_in(&at);
        at.push(name);
        if !was_in && names.peek().is_some() {
            at = at.canonicalize().unwrap_or(at);
        }
        // The root may have another name, as where it is mounted twice.
        if let (Some(top), Some(root)) = (&top, root)
            && !is_in(&at)
            && root.is(&at)
        {
            at.clone_from(top);
        }
    }
    match top.as_ref().and_then(|top| at.strip_prefix(top).ok()) {
        Some(below) => Ok(Whither::Below(below.to_owned())),
        None => Ok(Whither::Elsewhere(at)),
    }
}

/// Puts a whole file into an open folder.
fn put(folder: &OwnedFd, name: &OsStr, mode: Option<u32>, shown: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    // A new file needs no other name on the way, which a killed run would leave behind.
    if mode.is_none() && appear(folder, name, |file| file.write_all(bytes).and_then(|()| file.sync_all())).is_ok() {
        return Ok(());
    }
    let (hidden, draft) = drafts(folder, shown)?;
    let permit = |file: &File| match mode {
        Some(mode) => rustix::fs::fchmod(file, Mode::from_raw_mode(mode & 0o7777)).map_err(failed("write", shown)),
        None => Ok(()),
    };
    let written = hidden.fill(DRAFT, bytes, shown, permit);
    let written = written
        .and_then(|()| rustix::fs::renameat(hidden.handle(), DRAFT, folder, name).map_err(failed("write", shown)));
    let swept = hidden.remove(folder, &draft);
    written.and(swept)
}

/// A hidden folder where a file can wait until it is whole, and its name. What killed runs left there is swept away.
fn drafts(folder: &OwnedFd, shown: &Path) -> Result<(Hidden, String), WriteError> {
    let mut last = Err(failed("write", shown)(Errno::EXIST));
    for name in (0..100).map(|n| format!("{DRAFTS}{n}")) {
        let at = shown.with_file_name(&name);
        // Where another run is at work, or somebody else put something, the next one will do.
        if sweep(folder, &name, &at).is_err() {
            continue;
        }
        last = Hidden::create(folder, &name, &at).map(|hidden| (hidden, name));
        match &last {
            Err(WriteError::Locked(_)) => {}
            Err(WriteError::System { source, .. }) if is_taken(source.kind()) => {}
            _ => break,
        }
    }
    last
}

/// Whether another run made that folder, or swept it away, at the same moment.
fn is_taken(error: io::ErrorKind) -> bool {
    matches!(error, io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound)
}

fn sweep(folder: &OwnedFd, name: &str, shown: &Path) -> Result<(), WriteError> {
    match Hidden::open(folder, name, shown)? {
        None => Ok(()),
        Some(left) if left.lock()? => left.remove(folder, name),
        // Where there are no locks nobody knows whether a run is at work there.
        Some(_) => Err(WriteError::Locked(shown.to_owned())),
    }
}
