use super::error::{GateError, OpenError};
use super::folder::{Folder, PATH, plain};
use crate::patchset::{self, folded};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The root of a checkout, held open: the one way by which files below it are reached.
///
/// Every path is checked as a string first ([`check`]) and then opened relative to the open root without following
/// a symlink anywhere, so that what was checked is what is opened. The root itself may be or lie behind a symlink.
#[derive(Debug)]
pub struct Root {
    folder: Folder,
    path: PathBuf,
}

/// Refuses a path that is not a plain relative path, or that names a repository's own files in any spelling, or
/// treepatch's own.
///
/// The spellings are those that some file system or other takes for `.git`: other case, trailing dots and blanks,
/// the short name `git~1`, an alternate data stream, code points that are ignored, letters of other scripts' case.
pub fn check(path: &Path) -> Result<(), GateError> {
    plain(path)?;
    let refuse = |why| Err(GateError::Forbidden { path: path.to_owned(), why });
    match () {
        () if path.iter().any(is_repository) => refuse("it leads into a repository's `.git`"),
        () if path.iter().any(is_own) => refuse("it leads into a folder of treepatch's own"),
        () => Ok(()),
    }
}

/// Whether some file system takes this name for `.git`.
fn is_repository(name: &OsStr) -> bool {
    is_spelt(name, patchset::is_git)
}

/// Whether some file system takes this name for one of treepatch's own folders.
fn is_own(name: &OsStr) -> bool {
    is_spelt(name, |part| patchset::is_own(part.as_bytes()) || patchset::is_own_in_short(part))
}

/// Whether some file system takes this name for one that is meant. Those begin with a dot, or are short for one that
/// does, with a `~`.
fn is_spelt(name: &OsStr, is_meant: impl Fn(&str) -> bool) -> bool {
    let bytes = name.as_encoded_bytes();
    // Most names have none of what all the spellings have.
    if bytes.first() != Some(&b'.') && !bytes.iter().any(|b| matches!(b, b'~' | b':' | b'\\' | 0x80..)) {
        return false;
    }
    let name = folded(&name.to_string_lossy());
    name.split('\\').any(|part| is_meant(part.split(':').next().unwrap_or(part).trim_end_matches(['.', ' '])))
}

impl Root {
    /// Opens the root.
    pub fn open(path: &Path) -> Result<Root, OpenError> {
        match Folder::open(path) {
            Ok(folder) => Ok(Root { folder, path: path.to_owned() }),
            Err(Errno::NOENT) => Err(OpenError::Missing(path.to_owned())),
            Err(Errno::NOTDIR) => Err(OpenError::NotAFolder(path.to_owned())),
            Err(other) => Err(OpenError::System(path.to_owned(), other.into())),
        }
    }

    /// The root's path, as the user gave it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The root's path without any symlink.
    pub fn real(&self) -> Result<PathBuf, GateError> {
        let system = |source| GateError::System { path: self.path.clone(), source };
        let path = if self.path.as_os_str().is_empty() { Path::new(".") } else { &self.path };
        let real = path.canonicalize().map_err(system)?;
        // Somebody may have put another folder there since it was opened.
        match self.folder.is(&real) {
            true => Ok(real),
            false if real.as_os_str().len() > PATH => Err(system(io::ErrorKind::InvalidFilename.into())),
            false => Err(system(io::ErrorKind::StaleNetworkFileHandle.into())),
        }
    }

    /// Whether a path leads to the root itself.
    pub fn is(&self, path: &Path) -> bool {
        self.folder.is(path)
    }

    /// A folder below, as a root of its own.
    pub fn below(&self, path: &Path) -> Result<Root, GateError> {
        check(path)?;
        Ok(Root { folder: self.folder.folder(path)?, path: self.path.join(path) })
    }

    /// The open root.
    pub fn handle(&self) -> &OwnedFd {
        self.folder.handle()
    }

    /// The root as a folder in which `.git` is a name like any other: for what looks at repositories.
    pub(crate) fn with_repositories(&self) -> &Folder {
        &self.folder
    }

    /// Opens the folder that holds a path's last component; gives that component, too.
    pub fn parent<'p>(&self, path: &'p Path) -> Result<(OwnedFd, &'p OsStr), GateError> {
        check(path)?;
        self.folder.parent(path)
    }

    /// Opens a regular file for reading.
    pub fn file(&self, path: &Path) -> Result<File, GateError> {
        check(path)?;
        self.folder.file(path)
    }

    /// The bytes of a regular file of at most `limit` bytes.
    pub fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, GateError> {
        let mut bytes = Vec::new();
        self.read_into(path, limit, &mut bytes)?;
        Ok(bytes)
    }

    /// The bytes of a regular file of at most `limit` bytes, in place of those that `bytes` holds.
    pub fn read_into(&self, path: &Path, limit: u64, bytes: &mut Vec<u8>) -> Result<(), GateError> {
        check(path)?;
        self.folder.read_into(path, limit, bytes)
    }

    /// The names in a folder, sorted; the empty path is the root.
    pub fn names(&self, path: &Path) -> Result<Vec<OsString>, GateError> {
        if !path.as_os_str().is_empty() {
            check(path)?;
        }
        Ok(self.folder.entries(path)?.into_iter().map(|entry| entry.0).collect())
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
    fn every_spelling_of_our_own_names_is_refused() {
        for name in
            [".treepatch-journal", ".treepatch-output-0", ".out.treepatch-copy", ".TREEPATCH-Journal", "TREEPA~1"]
        {
            for name in [name.to_owned(), format!("{name}."), format!("{name} ."), format!("{name}:x")] {
                assert!(!allowed(&name) && !allowed(&format!("sub/{name}/journal")), "{name:?}");
            }
        }
        for name in [".tree\u{200c}patch-journal", "x\\.treepatch-journal"] {
            assert!(!allowed(name), "{name:?}");
        }
        for name in ["treepatch-journal", "x.treepatch-copy", ".treepatch", ".treepatch.toml", "treepa~x"] {
            assert!(allowed(name), "{name}");
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
}
