use super::{GateError, Root, check, is_own};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// Something below a root that a copy of the tree has to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it is, relative to the root.
    pub path: PathBuf,
    /// What it is.
    pub kind: ItemKind,
}

/// What there can be in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A folder, with what its owner, its group and others may do.
    Folder(u32),
    /// A regular file.
    File,
    /// A symlink that stays below the root, with what it says.
    Link(PathBuf),
    /// A symlink that leads out of the root, and to nothing.
    Dangling {
        /// What it says.
        target: PathBuf,
        /// Where that is, seen from the folder above the root; an absolute path where it is one.
        outside: PathBuf,
    },
}

/// Why there is no copy of a tree: one thing in it that a copy cannot have.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// It did not pass the gate, or cannot be listed.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// A symlink that would mean something else in another place, or whose goal is not copied.
    #[error("{path}: is a symlink to {target}, which is not in the copy; remove it, or patch the tree itself", path = .path.display(), target = .target.display())]
    Link {
        /// The symlink.
        path: PathBuf,
        /// What it says.
        target: PathBuf,
    },
    /// A pipe, a socket, a device.
    #[error("{path}: is {kind}, which cannot be copied; remove it", path = .path.display())]
    Odd {
        /// The thing.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
}

/// Everything below a root but what is git's and treepatch's own: folders before what is in them, otherwise by name.
/// What a copy cannot have is an error, so that nothing is left out in silence.
pub fn inventory(root: &Root) -> Result<Vec<Item>, InventoryError> {
    let mut items = Vec::new();
    // Each folder once: those that are found are listed in turn.
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for (name, kind) in list(root, &folder)? {
            let path = folder.join(&name);
            if name.eq_ignore_ascii_case(".git") || kind.is_dir() && is_own(&name) {
                continue;
            }
            let kind = look(root, &path)?;
            if let ItemKind::Folder(_) = kind {
                folders.push(path.clone());
            }
            items.push(Item { path, kind });
        }
    }
    items.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(items)
}

/// What may be done with the root folder itself.
pub fn root_mode(root: &Root) -> Result<u32, GateError> {
    let stat = rustix::fs::fstat(root.handle()).map_err(|e| system(Path::new("."), e))?;
    Ok(stat.st_mode & 0o777)
}

/// What there is in a folder: names, and what each is.
pub(crate) fn list(root: &Root, folder: &Path) -> Result<Vec<(OsString, FileType)>, GateError> {
    let failed = |e| system(folder, e);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let handle = match folder.as_os_str().is_empty() {
        true => rustix::fs::openat(root.handle(), ".", flags, Mode::empty()).map_err(failed)?,
        false => root.parent(&folder.join("x"))?.0,
    };
    let mut found = Vec::new();
    for entry in Dir::read_from(&handle).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if name == "." || name == ".." {
            continue;
        }
        // Not every file system says so right away.
        let kind = match entry.file_type() {
            FileType::Unknown => {
                let stat = rustix::fs::statat(&handle, name, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
                FileType::from_raw_mode(stat.st_mode)
            }
            known => known,
        };
        found.push((name.to_owned(), kind));
    }
    Ok(found)
}

fn look(root: &Root, path: &Path) -> Result<ItemKind, InventoryError> {
    let failed = |e| system(path, e);
    let (folder, name) = root.parent(path)?;
    let stat = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(ItemKind::File),
        FileType::Directory => Ok(ItemKind::Folder(stat.st_mode & 0o777)),
        FileType::Symlink => {
            let target = rustix::fs::readlinkat(&folder, name, Vec::new()).map_err(failed)?;
            let target = PathBuf::from(OsStr::from_bytes(target.as_bytes()));
            // The system follows it, and opens nothing.
            let is_nothing = || {
                let end = rustix::fs::statat(&folder, name, AtFlags::empty());
                matches!(end, Err(Errno::NOENT | Errno::NOTDIR))
            };
            match lead(root, path, &target)? {
                Lead::Within => Ok(ItemKind::Link(target)),
                Lead::Out(outside) if is_nothing() => Ok(ItemKind::Dangling { target, outside }),
                _ => Err(InventoryError::Link { path: path.to_owned(), target }),
            }
        }
        other => Err(InventoryError::Odd { path: path.to_owned(), kind: odd(other) }),
    }
}

fn odd(kind: FileType) -> &'static str {
    match kind {
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        _ => "a device",
    }
}

/// So many symlinks the system follows on one way; it opens nothing behind more.
const FOLLOWED: usize = 40;

/// Where a symlink leads.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Lead {
    /// To something that a copy has, too, or could have.
    Within,
    /// Out of the root: the rest of the way, seen from the folder above it, or absolute.
    Out(PathBuf),
    /// Into what no copy has.
    Hidden,
}

/// Goes the way of a symlink name by name, through the symlinks on it, as the system does: `a/..` is not where `a` lies
/// if that is a symlink.
fn lead(root: &Root, link: &Path, target: &Path) -> Result<Lead, GateError> {
    let mut at = link.parent().unwrap_or(Path::new("")).to_owned();
    let mut ahead: Vec<OsString> = names(target).collect();
    let mut followed = 0;
    while let Some(name) = ahead.pop() {
        if name == ".." {
            if !at.pop() {
                return Ok(Lead::Out(ahead.iter().rev().collect()));
            }
            continue;
        }
        if name == "/" {
            return Ok(Lead::Out(std::iter::once(&name).chain(ahead.iter().rev()).collect()));
        }
        at.push(name);
        if check(&at).is_err() {
            return Ok(Lead::Hidden);
        }
        if let Some(target) = followed_from(root, &at)? {
            if followed == FOLLOWED {
                break;
            }
            followed += 1;
            at.pop();
            ahead.extend(names(&target));
        }
    }
    Ok(Lead::Within)
}

/// The names of a path, the last one first.
fn names(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().rev().filter(|c| *c != Component::CurDir).map(|c| c.as_os_str().to_owned())
}

/// Where a symlink says that it leads; `None` where there is something else, or nothing.
fn followed_from(root: &Root, path: &Path) -> Result<Option<PathBuf>, GateError> {
    let is_no_way = |e: &io::Error| matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    let (folder, name) = match root.parent(path) {
        Ok(found) => found,
        Err(GateError::System { source, .. }) if is_no_way(&source) => return Ok(None),
        Err(other) => return Err(other),
    };
    match rustix::fs::readlinkat(&folder, name, Vec::new()) {
        Ok(target) => Ok(Some(PathBuf::from(OsStr::from_bytes(target.as_bytes())))),
        Err(Errno::INVAL | Errno::NOENT) => Ok(None),
        Err(other) => Err(system(path, other)),
    }
}

fn system(path: &Path, error: Errno) -> GateError {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    GateError::System { path: path.to_owned(), source: error.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patchset::STATE;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn tree() -> (tempfile::TempDir, Root) {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::open(dir.path()).unwrap();
        (dir, root)
    }

    #[test]
    fn folders_come_before_what_is_in_them_and_git_is_left_out() {
        let (dir, root) = tree();
        for folder in [".git/objects", "sub", "x/.GIT", "empty", STATE] {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        for file in [".git/HEAD", "sub/.git", ".gitignore", "sub/a.c", "sub.c"] {
            fs::write(dir.path().join(file), "x").unwrap();
        }
        symlink("../sub.c", dir.path().join("sub/link.c")).unwrap();
        let all = inventory(&root).unwrap();
        let names: Vec<&str> = all.iter().map(|i| i.path.to_str().unwrap()).collect();
        assert_eq!(names, [".gitignore", "empty", "sub", "sub/a.c", "sub/link.c", "sub.c", "x"]);
        assert_eq!(all[4].kind, ItemKind::Link("../sub.c".into()));
    }

    #[test]
    fn links_stay_below_the_root_or_are_refused_by_name() {
        let (_dir, root) = tree();
        let stays = |link: &str, target: &str| lead(&root, Path::new(link), Path::new(target)).unwrap() == Lead::Within;
        for (link, target) in [("a", "b"), ("a", "."), ("a/b/c", "../../d/../e"), ("a", "not/there"), ("a/b", "./../x")]
        {
            assert!(stays(link, target), "{link} -> {target}");
        }
        for (link, target) in
            [("a", "/etc/passwd"), ("a", ".."), ("a/b", "../../x"), ("a", ".git/HEAD"), ("a/b", "../.GIT")]
        {
            assert!(!stays(link, target), "{link} -> {target}");
        }
        let (dir, root) = tree();
        symlink("/etc/passwd", dir.path().join("name")).unwrap();
        let told = inventory(&root).unwrap_err().to_string();
        assert!(told.starts_with("name: is a symlink to /etc/passwd, which is not in the copy"), "{told}");
    }

    #[test]
    fn a_link_that_leads_out_to_nothing_is_told_apart() {
        let (dir, root) = tree();
        symlink("/there/is/none", dir.path().join("a")).unwrap();
        symlink("sub/../../there-is-none/x", dir.path().join("b")).unwrap();
        fs::create_dir(dir.path().join("sub")).unwrap();
        let kinds: Vec<ItemKind> = inventory(&root).unwrap().into_iter().map(|item| item.kind).take(2).collect();
        let dangling =
            |target: &str, outside: &str| ItemKind::Dangling { target: target.into(), outside: outside.into() };
        assert_eq!(kinds[0], dangling("/there/is/none", "/there/is/none"));
        assert_eq!(kinds[1], dangling("sub/../../there-is-none/x", "there-is-none/x"));
    }

    #[test]
    fn links_are_followed_as_the_system_does() {
        let (dir, root) = tree();
        fs::create_dir_all(dir.path().join("p/q")).unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let links = [("p/q/up", "../.."), ("p/q/same", "."), ("p/round", "round"), ("p/q/again", "up/p/q/up")];
        for (link, target) in links {
            symlink(target, dir.path().join(link)).unwrap();
        }
        for target in ["p/q/up/x", "p/q/up/p/../x", "p/q/same/../x", "p/round/../x", "file/../x", "p/q/again/p"] {
            assert_eq!(lead(&root, Path::new("x"), Path::new(target)).unwrap(), Lead::Within, "{target}");
        }
        for target in ["p/q/up/../x", "p/q/again/../x", "p/q/same/up/..", "p/q/up/.git", "p/.git/../q"] {
            assert_ne!(lead(&root, Path::new("x"), Path::new(target)).unwrap(), Lead::Within, "{target}");
        }
    }

    #[test]
    fn what_is_neither_file_nor_folder_is_named() {
        let (dir, root) = tree();
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).unwrap();
        assert!(inventory(&root).unwrap_err().to_string().starts_with("socket: is a socket, which cannot be copied"));
    }
}
