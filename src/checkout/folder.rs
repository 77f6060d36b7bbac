use super::error::GateError;
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

/// A folder held open. What lies below it is reached by its handle and without following a symlink anywhere, so that
/// what is looked at is what is read or changed, whatever others rename meanwhile.
#[derive(Debug)]
pub struct Folder {
    handle: OwnedFd,
}

impl From<OwnedFd> for Folder {
    fn from(handle: OwnedFd) -> Folder {
        Folder { handle }
    }
}

impl Folder {
    /// Opens a folder by its path, which may lead through symlinks.
    pub fn open(path: &Path) -> Result<Folder, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Folder { handle: rustix::fs::open(path, flags, Mode::empty())? })
    }

    /// The open folder itself.
    pub fn handle(&self) -> &OwnedFd {
        &self.handle
    }

    /// Another handle of it.
    pub fn again(&self) -> Result<Folder, GateError> {
        self.folder(Path::new(""))
    }

    /// Whether a path leads to this very folder.
    pub fn is(&self, path: &Path) -> bool {
        let same = || Some(identity(&self.handle)? == identity(&Folder::open(path).ok()?.handle)?);
        same().unwrap_or(false)
    }

    /// A folder below; the empty path is this one.
    pub fn folder(&self, path: &Path) -> Result<Folder, GateError> {
        let handle = self.open_below(path, OFlags::RDONLY | OFlags::DIRECTORY).map_err(|e| refusal(path, e))?;
        Ok(Folder { handle })
    }

    /// Opens the folder that holds a path's last component; gives that component, too.
    pub fn parent<'p>(&self, path: &'p Path) -> Result<(OwnedFd, &'p OsStr), GateError> {
        plain(path)?;
        let folder = self.folder(path.parent().unwrap_or(Path::new("")))?;
        Ok((folder.handle, path.file_name().unwrap_or_default()))
    }

    /// Opens a regular file for reading.
    pub fn file(&self, path: &Path) -> Result<File, GateError> {
        Ok(self.regular(path, OFlags::RDONLY)?.0)
    }

    /// Opens a regular file in order to write at its end.
    pub fn append(&self, path: &Path) -> Result<File, GateError> {
        Ok(self.regular(path, OFlags::WRONLY | OFlags::APPEND)?.0)
    }

    /// Opens a regular file; gives its size, too.
    fn regular(&self, path: &Path, flags: OFlags) -> Result<(File, u64), GateError> {
        plain(path)?;
        // NONBLOCK: opening a pipe must not wait for somebody at its other end.
        let handle = self.open_below(path, flags | OFlags::NONBLOCK).map_err(|e| refusal(path, e))?;
        let stat = rustix::fs::fstat(&handle).map_err(|e| refusal(path, e))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok((File::from(handle), stat.st_size.try_into().unwrap_or(0))),
            other => Err(GateError::NotRegular { path: path.to_owned(), kind: kind_name(other) }),
        }
    }

    /// The bytes of a regular file of at most `limit` bytes.
    pub fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, GateError> {
        let mut bytes = Vec::new();
        self.read_into(path, limit, &mut bytes)?;
        Ok(bytes)
    }

    /// The bytes of a regular file of at most `limit` bytes, in place of those that `bytes` holds.
    pub fn read_into(&self, path: &Path, limit: u64, bytes: &mut Vec<u8>) -> Result<(), GateError> {
        let system = |source| GateError::System { path: path.to_owned(), source };
        let (mut file, size) = self.regular(path, OFlags::RDONLY)?;
        let too_large = |size| GateError::TooLarge { path: path.to_owned(), size, limit };
        if size > limit {
            return Err(too_large(size));
        }
        bytes.clear();
        // A size is easily claimed: a file that is nothing but a hole has any.
        let room = usize::try_from(size).ok().and_then(|size| size.checked_add(1));
        let room = room.and_then(|room| bytes.try_reserve(room).ok());
        room.ok_or_else(|| {
            system(io::Error::new(io::ErrorKind::OutOfMemory, format!("no memory for its {size} bytes")))
        })?;
        // Mostly all of it comes at once, and one byte less than there is room for says that this is all.
        let first = rustix::io::retry_on_intr(|| rustix::io::read(&file, rustix::buffer::spare_capacity(bytes)));
        let first = first.map_err(|e| refusal(path, e))?;
        if first as u64 != size {
            // One byte more than allowed shows that the file grew meanwhile.
            file.by_ref().take(limit.saturating_add(1)).read_to_end(bytes).map_err(system)?;
        }
        if bytes.len() as u64 > limit { Err(too_large(bytes.len() as u64)) } else { Ok(()) }
    }

    /// How large a regular file is; `None` where nothing is.
    pub fn size(&self, path: &Path) -> Result<Option<u64>, GateError> {
        match self.regular(path, OFlags::RDONLY) {
            Ok((_, size)) => Ok(Some(size)),
            Err(e) if e.is_missing() => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// What a path is, itself and not what it may point to; `None` where nothing is.
    pub fn kind(&self, path: &Path) -> Result<Option<FileType>, GateError> {
        let (folder, name) = match self.parent(path) {
            Ok(found) => found,
            Err(e) if e.is_missing() => return Ok(None),
            Err(other) => return Err(other),
        };
        match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(FileType::from_raw_mode(stat.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(other) => Err(refusal(path, other)),
        }
    }

    /// What lies in a folder below, and what each thing is, sorted; the empty path is this one.
    pub fn entries(&self, path: &Path) -> Result<Vec<(OsString, FileType)>, GateError> {
        let folder = self.folder(path)?.handle;
        let fail = |e| refusal(path, e);
        let mut entries = Vec::new();
        for entry in rustix::fs::Dir::read_from(&folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                // Some file systems tell only when asked for each.
                FileType::Unknown => match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                    Err(Errno::NOENT) => continue,
                    Err(other) => return Err(fail(other)),
                },
                known => known,
            };
            entries.push((name.to_owned(), kind));
        }
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(entries)
    }

    /// Opens a path below; no component may be a symlink.
    fn open_below(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::CLOEXEC;
        if path.as_os_str().is_empty() {
            return rustix::fs::openat(&self.handle, ".", flags, Mode::empty());
        }
        if !path.components().all(|c| matches!(c, Component::Normal(_))) {
            return Err(Errno::XDEV);
        }
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::ResolveFlags;
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
            match rustix::fs::openat2(&self.handle, path, flags, Mode::empty(), resolve) {
                // Kernels before 5.6 and some sandboxes do not have it.
                Err(Errno::NOSYS | Errno::PERM) => {}
                answer => return answer,
            }
        }
        self.open_step_by_step(path, flags | OFlags::NOFOLLOW)
    }

    fn open_step_by_step(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let step = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut folder = rustix::fs::openat(&self.handle, ".", step, Mode::empty())?;
        let mut names = path.components().map(Component::as_os_str).peekable();
        while let Some(name) = names.next() {
            let flags = if names.peek().is_some() { step } else { flags };
            folder = match rustix::fs::openat(&folder, name, flags, Mode::empty()) {
                // With DIRECTORY the system calls a symlink "not a folder".
                Err(Errno::NOTDIR) if is_symlink(&folder, name) => return Err(Errno::LOOP),
                answer => answer?,
            };
        }
        Ok(folder)
    }
}

/// What a name and a path can have at most, in bytes. The system says so only when it gets to them: not where a folder above
/// is still to be made.
pub(crate) const NAME: usize = 255;
pub(crate) const PATH: usize = 4095;

/// Refuses a path that is not a plain relative path.
pub(crate) fn plain(path: &Path) -> Result<(), GateError> {
    let forbidden = |why| Err(GateError::Forbidden { path: path.to_owned(), why });
    if path.as_os_str().is_empty() {
        return forbidden("the path is empty");
    }
    if path.as_os_str().as_encoded_bytes().contains(&0) {
        return forbidden("the path holds a zero byte");
    }
    if path.as_os_str().len() > PATH {
        return forbidden("it has more bytes than a path can have (4095)");
    }
    for component in path.components() {
        match component {
            Component::Normal(name) if name.len() > NAME => {
                return forbidden("a name in it has more bytes than a name can have (255)");
            }
            Component::Normal(_) => {}
            Component::ParentDir => return forbidden("it has `..` in it"),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {
                return forbidden("it is not relative to the root");
            }
        }
    }
    Ok(())
}

fn identity(handle: impl AsFd) -> Option<(u64, u64)> {
    rustix::fs::fstat(handle).ok().map(|stat| (stat.st_dev, stat.st_ino))
}

fn is_symlink(folder: impl AsFd, name: &OsStr) -> bool {
    let stat = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    stat.is_ok_and(|s| FileType::from_raw_mode(s.st_mode).is_symlink())
}

fn refusal(path: &Path, error: Errno) -> GateError {
    let path = path.to_owned();
    match error {
        Errno::LOOP | Errno::MLINK => GateError::Symlink { path },
        Errno::NXIO => GateError::NotRegular { path, kind: "a pipe, a socket or a device" },
        other => GateError::System { path, source: other.into() },
    }
}

/// What to call a thing that is no regular file.
pub(crate) fn kind_name(kind: FileType) -> &'static str {
    match kind {
        FileType::Directory => "a folder",
        FileType::Symlink => "a symlink",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        FileType::RegularFile => "a file",
        _ => "a device",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_opening_stop_at_symlinks() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("real/deep")).unwrap();
        std::fs::write(at("real/deep/a.c"), "int a;").unwrap();
        std::os::unix::fs::symlink("real", at("link")).unwrap();
        std::os::unix::fs::symlink("a.c", at("real/deep/b.c")).unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        assert!(folder.open_step_by_step(Path::new("real/deep/a.c"), flags).is_ok());
        for path in ["link/deep/a.c", "real/deep/b.c"] {
            assert_eq!(folder.open_step_by_step(Path::new(path), flags).unwrap_err(), Errno::LOOP, "{path}");
            assert!(matches!(folder.file(Path::new(path)), Err(GateError::Symlink { .. })), "{path}");
        }
        assert!(matches!(folder.folder(Path::new("link")), Err(GateError::Symlink { .. })));
        let flags = flags | OFlags::DIRECTORY;
        assert_eq!(folder.open_step_by_step(Path::new("link"), flags).unwrap_err(), Errno::LOOP);
        assert_eq!(folder.read(Path::new("real/deep/a.c"), 6).unwrap(), b"int a;");
        let large = folder.read(Path::new("real/deep/a.c"), 5);
        assert!(matches!(large, Err(GateError::TooLarge { size: 6, limit: 5, .. })));
        // A hole of eight terabytes, for which nobody has memory.
        std::fs::File::create(at("hole")).unwrap().set_len(8 << 40).unwrap();
        let hole = folder.read(Path::new("hole"), u64::MAX).unwrap_err();
        assert!(hole.to_string().contains("no memory for its 8796093022208 bytes"), "{hole}");
    }

    #[test]
    fn only_regular_files_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("folder.go")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket.go")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, dir.path().join("pipe.go"), Mode::RUSR | Mode::WUSR).unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        for name in ["folder.go", "socket.go", "pipe.go"] {
            let name = Path::new(name);
            assert!(matches!(folder.file(name), Err(GateError::NotRegular { .. })), "{}", name.display());
            assert!(folder.append(name).is_err(), "{}", name.display());
        }
        let kinds: Vec<&str> = folder.entries(Path::new("")).unwrap().into_iter().map(|e| kind_name(e.1)).collect();
        assert_eq!(kinds, ["a folder", "a pipe", "a socket"]);
    }
}
