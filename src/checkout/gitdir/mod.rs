//! The files that a repository keeps for itself: where they are, and whether they are what they should be.
//!
//! Git's library opens a repository by names: it follows `.git` files, `commondir`, symlinks, settings that include
//! others and object stores that name others. A tree from a stranger can use each of these to lead it elsewhere. So a
//! repository is looked at here before the library sees it, and its files are held open, so that one can look
//! afterwards whether the library came to the same.

pub mod look;
pub mod objects;
pub mod references;
mod search;

use super::folder::Folder;
use super::{GateError, Root};
use rustix::fs::FileType;
use search::{LIMIT, Search, Store, open};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A repository's own files, held open.
#[derive(Debug)]
pub struct GitDir {
    /// The folder that the repository is of, without symlinks.
    top: Store,
    /// What is of this working tree alone: `HEAD`, the index.
    own: Store,
    /// What linked working trees share: references, objects. The same folder for most.
    common: Store,
    /// Whether it lies elsewhere and does not name `top` itself; then its `core.worktree` must.
    must_point_back: bool,
    /// Object stores outside of the root that it borrows from.
    borrowed: Vec<PathBuf>,
}

impl GitDir {
    /// Finds the repository whose files the folder `path` below the root is; the empty path asks for the one that the
    /// root lies in. `None` where there is none. One that leads elsewhere is refused.
    pub fn find(root: &Root, path: &Path) -> Result<Option<GitDir>, GateError> {
        let real = root.real()?;
        if !path.as_os_str().is_empty() {
            super::check(path)?;
            let top = root.with_repositories().folder(path)?;
            return Search { root, real: &real, shown: path }.at(&top, real.join(path));
        }
        let shown = root.path();
        let search = Search { root, real: &real, shown };
        let here = root.with_repositories();
        let disk = disk(here);
        for folder in real.ancestors() {
            let above = if folder == real { here.again() } else { open(folder, shown) };
            // As git has it: what cannot be read or lies on another disk is the end of the search.
            let Some(above) = above.ok().filter(|above| self::disk(above) == disk) else { break };
            if let Some(found) = search.at(&above, folder.to_owned())? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The folder that the repository is of, without symlinks.
    pub fn top(&self) -> (&Folder, &Path) {
        (&self.top.folder, &self.top.path)
    }

    /// Whether its `core.worktree` must name [`top`](GitDir::top): its files lie elsewhere, and do not say for whom.
    pub fn must_point_back(&self) -> bool {
        self.must_point_back
    }

    /// The object stores outside of the root that it borrows objects from.
    pub fn borrowed(&self) -> &[PathBuf] {
        &self.borrowed
    }

    /// The folder of `HEAD` and the index.
    pub fn own(&self) -> (&Folder, &Path) {
        (&self.own.folder, &self.own.path)
    }

    /// The folder of the references and objects.
    pub fn common(&self) -> (&Folder, &Path) {
        (&self.common.folder, &self.common.path)
    }
}

impl Search<'_> {
    fn at(&self, top: &Folder, path: PathBuf) -> Result<Option<GitDir>, GateError> {
        let name = Path::new(".git");
        let inside = path.join(name);
        let (own, is_elsewhere) = match top.kind(name)? {
            None => return Ok(None),
            // As git has it, a folder without a `HEAD` is no repository.
            Some(FileType::Directory) if top.kind(&name.join("HEAD"))?.is_none() => return Ok(None),
            Some(FileType::Directory) => (Store { folder: top.folder(name)?, path: inside.clone() }, false),
            Some(FileType::RegularFile) => (self.linked(top, &path)?, true),
            Some(FileType::Symlink) => return self.refuse("its `.git` is a symlink, which treepatch does not follow"),
            Some(_) => return self.refuse("its `.git` is neither a folder nor a file"),
        };
        let back = self.line(&own, "gitdir", "")?;
        let common = match self.line(&own, "commondir", "")? {
            None => Store { folder: own.folder.again()?, path: own.path.clone() },
            Some(to) if is_elsewhere => {
                let common = self.store(&own.path.join(to))?;
                // Git makes it so: a linked working tree's own files lie in those that it shares.
                if own.path.parent() != Some(&common.path.join("worktrees")) {
                    return self.refuse(&format!(
                        "its `commondir` points to {}, of which it is no linked working tree",
                        common.path.display()
                    ));
                }
                common
            }
            Some(to) => {
                return self.refuse(&format!(
                    "its `.git/commondir` points to {}; only a linked working tree has one",
                    to.display()
                ));
            }
        };
        let is_linked_worktree = own.path != common.path;
        if is_linked_worktree
            && back.map(|back| own.path.join(back)).and_then(|b| b.canonicalize().ok()) != Some(inside)
        {
            return self.refuse(&format!("its `.git` points to {}, which is of another folder", own.path.display()));
        }
        let top = Store { folder: top.again()?, path };
        let must_point_back = is_elsewhere && !is_linked_worktree;
        let mut found = GitDir { top, must_point_back, own, common, borrowed: Vec::new() };
        look::is_one(self, &found.own, &found.common)?;
        look::settings(self, &found.own)?;
        if is_linked_worktree {
            look::settings(self, &found.common)?;
        }
        references::reference(self, &found.own, Path::new("HEAD"))?;
        references::references(self, &found.own)?;
        references::references(self, &found.common)?;
        found.borrowed = objects::objects(self, &found.common)?;
        Ok(Some(found))
    }

    /// Where the `.git` file in a folder leads.
    fn linked(&self, top: &Folder, path: &Path) -> Result<Store, GateError> {
        let own = Store { folder: top.again()?, path: path.to_owned() };
        match self.line(&own, ".git", "gitdir:")? {
            Some(to) => self.store(&path.join(to)),
            None => self.refuse("its `.git` file vanished"),
        }
    }

    /// The path in a file that holds nothing else; `None` where there is no such file.
    fn line(&self, store: &Store, name: &str, prefix: &str) -> Result<Option<PathBuf>, GateError> {
        let bytes = match store.folder.read(Path::new(name), LIMIT) {
            Ok(bytes) => bytes,
            Err(e) if e.is_missing() => return Ok(None),
            Err(other) => return self.refuse(&other.to_string()),
        };
        let odd = || {
            format!(
                "its `{name}` holds more than a path; what follows the path, blanks too, git takes otherwise than others"
            )
        };
        let Some(text) = bytes.strip_prefix(prefix.as_bytes()) else { return self.refuse(&odd()) };
        let text = text.strip_prefix(b" ").filter(|_| !prefix.is_empty()).unwrap_or(text);
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        // Programs differ in what they cut off at the ends, and so in the folder that they come to.
        let is_plain = !text.iter().any(u8::is_ascii_control) && text.trim_ascii() == text && !text.is_empty();
        if is_plain { Ok(Some(PathBuf::from(OsStr::from_bytes(text)))) } else { self.refuse(&odd()) }
    }

    /// Opens the folder that a path leads to. Below the root no symlink is followed.
    fn store(&self, path: &Path) -> Result<Store, GateError> {
        let Ok(real) = path.canonicalize() else {
            return self.refuse(&format!("it points to {}, which is not there", path.display()));
        };
        let folder = match real.strip_prefix(self.real) {
            Ok(below) => self.root.with_repositories().folder(below)?,
            Err(_) => open(&real, self.shown)?,
        };
        Ok(Store { folder, path: real })
    }

    fn refuse<T>(&self, why: &str) -> Result<T, GateError> {
        Err(GateError::Repository { path: self.shown.to_owned(), why: format!("the repository is refused: {why}") })
    }
}

fn disk(folder: &Folder) -> Option<u64> {
    rustix::fs::fstat(folder.handle()).ok().map(|stat| stat.st_dev)
}
