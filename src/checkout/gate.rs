use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

/// The root of a checkout, held open: the one way by which files below it are reached.
///
/// Every path is checked as a string first ([`check`]) and then opened relative to the open root without following
/// a symlink anywhere, so that what was checked is what is opened. The root itself may be or lie behind a symlink.
#[derive(Debug)]
pub struct Root {
    handle: OwnedFd,
    path: PathBuf,
}

/// Why a path is not opened.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The path itself leads out of the tree or into a repository's own files.
    #[error("{path}: refused: {why}", path = .path.display())]
    Forbidden {
        /// The path as it was given.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A symlink is in the way, or is the file.
    #[error("{path}: is a symlink or lies behind one; treepatch follows none below the root", path = .path.display())]
    Symlink {
        /// The path.
        path: PathBuf,
    },
    /// A folder, a device, a pipe, a socket.
    #[error("{path}: is {kind}, not a regular file", path = .path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// More bytes than the limit.
    #[error("{path}: has {size} bytes; the limit is {limit}", path = .path.display())]
    TooLarge {
        /// The path.
        path: PathBuf,
        /// Its size.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// The system said no.
    #[error("{path}: {source}", path = .path.display())]
    System {
        /// The path.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl GateError {
    /// Whether there is simply no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self, GateError::System { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// Why a root cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is nothing.
    #[error("{path}: there is no such folder", path = .0.display())]
    Missing(PathBuf),
    /// It is a file or the like.
    #[error("{path}: is not a folder; give the root of the checkout", path = .0.display())]
    NotAFolder(PathBuf),
    /// The system said no.
    #[error("{path}: {1}", path = .0.display())]
    System(PathBuf, io::Error),
}

/// Refuses a path that is not a plain relative path, or that names a repository's own files in any spelling.
///
/// The spellings are those that some file system or other takes for `.git`: other case, trailing dots and blanks,
/// the short name `git~1`, an alternate data stream, code points that HFS+ ignores.
pub fn check(path: &Path) -> Result<(), GateError> {
    let forbidden = |why| Err(GateError::Forbidden { path: path.to_owned(), why });
    if path.as_os_str().is_empty() {
        return forbidden("the path is empty");
    }
    if path.as_os_str().as_encoded_bytes().contains(&0) {
        return forbidden("the path holds a zero byte");
    }
    for component in path.components() {
        match component {
            Component::Normal(name) if is_repository(name) => return forbidden("it leads into a repository's `.git`"),
            Component::Normal(_) => {}
            Component::ParentDir => return forbidden("it has `..` in it"),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {
                return forbidden("it is not relative to the root");
            }
        }
    }
    Ok(())
}

/// Whether some file system takes this name for `.git`.
fn is_repository(name: &OsStr) -> bool {
    let ignorable = |c: &char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    let name: String = name.to_string_lossy().chars().filter(|c| !ignorable(c)).collect();
    name.split('\\').any(|part| {
        let part = part.split(':').next().unwrap_or(part).trim_end_matches(['.', ' ']).to_ascii_lowercase();
        part == ".git"
            || part.strip_prefix("git~").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    })
}

impl Root {
    /// Opens the root.
    pub fn open(path: &Path) -> Result<Root, OpenError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(if path.as_os_str().is_empty() { Path::new(".") } else { path }, flags, Mode::empty()) {
            Ok(handle) => Ok(Root { handle, path: path.to_owned() }),
            Err(Errno::NOENT) => Err(OpenError::Missing(path.to_owned())),
            Err(Errno::NOTDIR) => Err(OpenError::NotAFolder(path.to_owned())),
            Err(other) => Err(OpenError::System(path.to_owned(), other.into())),
        }
    }

    /// The root's path, as the user gave it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The open root.
    pub fn handle(&self) -> &OwnedFd {
        &self.handle
    }

    /// Opens the folder that holds a path's last component; gives that component, too.
    pub fn parent<'p>(&self, path: &'p Path) -> Result<(OwnedFd, &'p OsStr), GateError> {
        check(path)?;
        let name = path.file_name().unwrap_or_default();
        let folder = path.parent().unwrap_or(Path::new(""));
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        Ok((self.open_below(folder, flags).map_err(|e| refusal(folder, e))?, name))
    }

    /// Opens a regular file for reading.
    pub fn file(&self, path: &Path) -> Result<File, GateError> {
        check(path)?;
        // NONBLOCK: opening a pipe must not wait for somebody to write into it.
        let handle = self.open_below(path, OFlags::RDONLY | OFlags::NONBLOCK).map_err(|e| refusal(path, e))?;
        let file = File::from(handle);
        let kind = file.metadata().map_err(|source| GateError::System { path: path.to_owned(), source })?.file_type();
        if kind.is_file() {
            Ok(file)
        } else {
            Err(GateError::NotRegular { path: path.to_owned(), kind: kind_name(kind) })
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
        let mut file = self.file(path)?;
        let size = file.metadata().map_err(system)?.len();
        let too_large = |size| GateError::TooLarge { path: path.to_owned(), size, limit };
        if size > limit {
            return Err(too_large(size));
        }
        bytes.clear();
        bytes.reserve(size as usize + 1);
        // One byte more than allowed shows that the file grew meanwhile.
        file.by_ref().take(limit.saturating_add(1)).read_to_end(bytes).map_err(system)?;
        if bytes.len() as u64 > limit { Err(too_large(bytes.len() as u64)) } else { Ok(()) }
    }

    /// Opens a checked path below the root; no component may be a symlink.
    fn open_below(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        if path.as_os_str().is_empty() {
            return rustix::fs::openat(&self.handle, ".", flags, Mode::empty());
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
        self.open_step_by_step(path, flags)
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

fn is_symlink(folder: impl AsFd, name: &OsStr) -> bool {
    let stat = rustix::fs::statat(folder, name, rustix::fs::AtFlags::SYMLINK_NOFOLLOW);
    stat.is_ok_and(|s| rustix::fs::FileType::from_raw_mode(s.st_mode).is_symlink())
}

fn refusal(path: &Path, error: Errno) -> GateError {
    let path = path.to_owned();
    match error {
        Errno::LOOP | Errno::MLINK => GateError::Symlink { path },
        Errno::NXIO => GateError::NotRegular { path, kind: "a socket or a device" },
        other => GateError::System { path, source: other.into() },
    }
}

/// What to call a thing that is no regular file.
pub(crate) fn kind_name(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        k if k.is_dir() => "a folder",
        k if k.is_symlink() => "a symlink",
        k if k.is_fifo() => "a pipe",
        k if k.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(path: &str) -> bool {
        check(Path::new(path)).is_ok()
    }

    #[test]
    fn plain_paths_pass() {
        for path in ["a.go", "src/a b/ä.c", ".github/x", ".gitignore", "git", "legit", "a~1/b", "digit~1", "git~x"] {
            assert!(allowed(path), "{path}");
        }
    }

    #[test]
    fn ways_out_of_the_tree_are_refused() {
        for path in ["", "/etc/passwd", "../a", "a/../../b", "./a", "a\0b"] {
            assert!(!allowed(path), "{path:?}");
        }
    }

    #[test]
    fn every_spelling_of_git_is_refused() {
        for name in [
            ".git",
            ".GIT",
            ".Git",
            ".git.",
            ".git ",
            ".git . .",
            "git~1",
            "GIT~1",
            "git~12",
            ".g\u{200c}it",
            ".git\u{feff}",
            "\u{202e}.git",
            ".git::$INDEX_ALLOCATION",
            ".git:x",
            ".git\\config",
            "x\\.git",
        ] {
            assert!(!allowed(name), "{name:?}");
            assert!(!allowed(&format!("sub/{name}/hooks/post-checkout")), "{name:?}");
        }
    }

    #[test]
    fn both_ways_of_opening_stop_at_symlinks() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("real/deep")).unwrap();
        std::fs::write(at("real/deep/a.c"), "int a;").unwrap();
        std::os::unix::fs::symlink("real", at("link")).unwrap();
        std::os::unix::fs::symlink("a.c", at("real/deep/b.c")).unwrap();
        let root = Root::open(dir.path()).unwrap();
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        assert!(root.open_step_by_step(Path::new("real/deep/a.c"), flags).is_ok());
        for path in ["link/deep/a.c", "real/deep/b.c"] {
            assert_eq!(root.open_step_by_step(Path::new(path), flags).unwrap_err(), Errno::LOOP, "{path}");
            assert!(matches!(root.file(Path::new(path)), Err(GateError::Symlink { .. })), "{path}");
        }
        assert_eq!(root.read(Path::new("real/deep/a.c"), 6).unwrap(), b"int a;");
        assert!(matches!(root.read(Path::new("real/deep/a.c"), 5), Err(GateError::TooLarge { size: 6, limit: 5, .. })));
    }

    #[test]
    fn only_regular_files_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("folder.go")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket.go")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, dir.path().join("pipe.go"), Mode::RUSR | Mode::WUSR).unwrap();
        let root = Root::open(dir.path()).unwrap();
        for name in ["folder.go", "socket.go", "pipe.go"] {
            assert!(matches!(root.file(Path::new(name)), Err(GateError::NotRegular { .. })), "{name}");
        }
    }
}
