use super::GitError;
use super::index::{self, Drafts};
use crate::checkout::Root;
use crate::write::{Direction, WriteError};
use git2::{Reference, Repository, RepositoryOpenFlags};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// One of git's own small files, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::write) struct Move {
    /// The repository's folder, relative to the root; empty for the one that the root lies in.
    pub repository: PathBuf,
    /// Which of its files.
    pub what: What,
    /// Its bytes; `None` where it does not exist.
    pub before: Option<Vec<u8>>,
    /// Its bytes after.
    pub after: Vec<u8>,
}

/// A file of a repository that a commit moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::write) enum What {
    /// The index.
    Index,
    /// `HEAD`.
    Head,
    /// A reference, by its full name.
    Reference(String),
}

impl What {
    /// As it is written in a journal.
    pub fn name(&self) -> &str {
        match self {
            What::Index => "index",
            What::Head => "HEAD",
            What::Reference(name) => name,
        }
    }

    /// From a journal, which may hold anything: a name that leads elsewhere is none.
    pub fn of(name: &str) -> Option<What> {
        match name {
            "index" => Some(What::Index),
            "HEAD" => Some(What::Head),
            name => (name.starts_with("refs/heads/") && Reference::is_valid_name(name))
                .then(|| What::Reference(name.to_owned())),
        }
    }

    /// The file itself.
    pub fn file(&self, git: &Repository) -> PathBuf {
        match self {
            What::Reference(name) => git.commondir().join(name),
            own => git.path().join(own.name()),
        }
    }
}

/// Opens the repository whose folder is the given one below the root; an empty path is the one the root lies in.
pub(super) fn open(root: &Root, path: &Path) -> Result<Repository, GitError> {
    let flags = if path.as_os_str().is_empty() { RepositoryOpenFlags::empty() } else { RepositoryOpenFlags::NO_SEARCH };
    let none: [&Path; 0] = [];
    let folder = root.path().join(path);
    Repository::open_ext(&folder, flags, none).map_err(|source| GitError::open(folder, &source))
}

/// Git's own locks on the files of some moves, each holding the new bytes already. What was not put into its place
/// is given back when this is dropped.
#[derive(Debug, Default)]
pub(in crate::write) struct Locks {
    held: Vec<Held>,
}

#[derive(Debug)]
struct Held {
    file: PathBuf,
    before: Option<Vec<u8>>,
    after: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The lock is there, and holds the new bytes.
    Locked,
    /// The lock has become the file.
    Placed,
    /// The file is what it was.
    Undone,
}

impl Locks {
    /// Locks every file, looks whether it is what it was, and writes the new bytes. Nothing has changed yet.
    pub fn take(root: &Root, moves: &[Move]) -> Result<Locks, WriteError> {
        let mut locks = Locks::default();
        for this in moves {
            let git = open(root, &this.repository)?;
            locks.hold(this.what.file(&git), this)?;
        }
        Ok(locks)
    }

    fn hold(&mut self, file: PathBuf, this: &Move) -> Result<(), WriteError> {
        let held = Held { file, before: this.before.clone(), after: this.after.clone(), state: State::Locked };
        fill(&held.file, &held.after)?;
        let (file, before) = (held.file.clone(), held.before.clone());
        // From here on it is ours to give back.
        self.held.push(held);
        if bytes(&file)? == before { Ok(()) } else { Err(WriteError::Changed(file)) }
    }

    /// Puts every file in its place, or none.
    pub fn place(&mut self, root: &Root) -> Result<(), WriteError> {
        let outcome = self.held.iter_mut().try_for_each(|held| {
            rename(&held.file)?;
            held.state = State::Placed;
            sync(&held.file)
        });
        let Err(cause) = outcome else { return Ok(()) };
        match self.held.iter_mut().rev().filter(|h| h.state == State::Placed).try_for_each(Held::undo) {
            Ok(()) => Err(cause),
            Err(undo) => {
                Err(WriteError::Torn { cause: Box::new(cause), undo: Box::new(undo), root: root.path().to_owned() })
            }
        }
    }
}

impl Held {
    fn undo(&mut self) -> Result<(), WriteError> {
        match &self.before {
            Some(before) => {
                fill(&self.file, before)?;
                rename(&self.file)?;
            }
            None => std::fs::remove_file(&self.file).map_err(system("remove", &self.file))?,
        }
        self.state = State::Undone;
        sync(&self.file)
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for held in self.held.iter().filter(|h| h.state == State::Locked) {
            let _ = std::fs::remove_file(lock(&held.file));
        }
    }
}

/// Which side of its move a file is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::write) enum Side {
    /// It is what it was.
    Before,
    /// It is what it was to become.
    After,
    /// Somebody else changed it.
    Neither,
}

/// Which side of its move a file is on now.
pub(in crate::write) fn side(drafts: Drafts<'_>, this: &Move) -> Result<Side, WriteError> {
    let git = open(drafts.root, &this.repository)?;
    let now = bytes(&this.what.file(&git))?;
    let is = |wanted: Option<&Vec<u8>>| match (wanted, &now) {
        (wanted, now) if wanted == now.as_ref() => Ok(true),
        // Git notes in the index what it has seen of the files, whenever it is asked for their state.
        (Some(wanted), Some(now)) if this.what == What::Index => index::same(drafts, &git, wanted, now),
        _ => Ok(false),
    };
    Ok(match () {
        () if is(this.before.as_ref())? => Side::Before,
        () if is(Some(&this.after))? => Side::After,
        () => Side::Neither,
    })
}

/// Removes the lock that an interrupted run left on a file. A lock of somebody else is reported.
pub(in crate::write) fn unlock(root: &Root, this: &Move) -> Result<(), WriteError> {
    let file = this.what.file(&open(root, &this.repository)?);
    // A run that was killed may have written a part of it, or nothing yet.
    let is_ours =
        |bytes: &[u8]| this.after.starts_with(bytes) || this.before.as_ref().is_some_and(|b| b.starts_with(bytes));
    match bytes(&lock(&file))? {
        None => Ok(()),
        Some(bytes) if is_ours(&bytes) => std::fs::remove_file(lock(&file)).map_err(system("remove", &lock(&file))),
        Some(_) => Err(GitError::Busy(lock(&file)).into()),
    }
}

/// Makes a file what the interrupted run was to make it, or what it was before.
pub(in crate::write) fn settle(root: &Root, this: &Move, way: Direction) -> Result<(), WriteError> {
    let file = this.what.file(&open(root, &this.repository)?);
    let wanted = match way {
        Direction::Finish => Some(&this.after),
        Direction::Undo => this.before.as_ref(),
    };
    match wanted {
        wanted if bytes(&file)?.as_ref() == wanted => return Ok(()),
        Some(wanted) => fill(&file, wanted).and_then(|()| rename(&file))?,
        None => std::fs::remove_file(&file).map_err(system("remove", &file))?,
    }
    sync(&file)
}

fn lock(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// Writes a file's lock. It takes over the file's time: an index that looks younger than what it says about files
/// would hide changes from git that were made meanwhile.
fn fill(file: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let path = lock(file);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(system("make the folder", folder))?;
    }
    let mut handle = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(handle) => handle,
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(GitError::Busy(path).into()),
        Err(other) => return Err(system("lock", &path)(other)),
    };
    let write = |handle: &mut File| {
        handle.write_all(bytes)?;
        if let Ok(old) = file.metadata() {
            handle.set_permissions(old.permissions())?;
            handle.set_modified(old.modified()?)?;
        }
        handle.sync_all()
    };
    write(&mut handle).map_err(|source| {
        let _ = std::fs::remove_file(&path);
        WriteError::System { what: "write", path, source }
    })
}

fn rename(file: &Path) -> Result<(), WriteError> {
    std::fs::rename(lock(file), file).map_err(system("put the new file in its place", file))
}

fn sync(file: &Path) -> Result<(), WriteError> {
    let folder = file.parent().unwrap_or(Path::new("."));
    File::open(folder)
        .map_err(system("sync the folder", folder))
        .and_then(|handle| crate::write::state::sync(handle, folder))
}

pub(super) fn bytes(file: &Path) -> Result<Option<Vec<u8>>, WriteError> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(other) => Err(system("read", file)(other)),
    }
}

fn system(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::System { what, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three files, of which the last cannot be put into its place.
    #[test]
    fn if_the_last_fails_the_first_are_as_before() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::open(dir.path()).unwrap();
        let file = |name: &str| dir.path().join(name);
        std::fs::write(file("one"), "old").unwrap();
        std::fs::write(file("three"), "old").unwrap();
        let mut locks = Locks::default();
        for (name, before) in [("one", Some(b"old".to_vec())), ("two", None), ("three", Some(b"old".to_vec()))] {
            let this = Move { repository: PathBuf::new(), what: What::Index, before, after: b"new".to_vec() };
            locks.hold(file(name), &this).unwrap();
        }
        std::fs::remove_file(file("three.lock")).unwrap();
        assert!(matches!(locks.place(&root), Err(WriteError::System { .. })));
        drop(locks);
        let mut names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["one", "three"]);
        assert_eq!([std::fs::read(file("one")).unwrap(), std::fs::read(file("three")).unwrap()], [b"old", b"old"]);
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_not_replaced_and_not_left_locked() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("HEAD");
        std::fs::write(&file, "theirs").unwrap();
        let before = Some(b"old".to_vec());
        let this = Move { repository: PathBuf::new(), what: What::Head, before, after: b"new".to_vec() };
        let mut locks = Locks::default();
        assert!(matches!(locks.hold(file.clone(), &this), Err(WriteError::Changed(_))));
        drop(locks);
        assert_eq!(std::fs::read(&file).unwrap(), b"theirs");
        assert!(!lock(&file).exists());
    }

    #[test]
    fn a_lock_of_somebody_else_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("HEAD");
        std::fs::write(lock(&file), "").unwrap();
        let this = Move { repository: PathBuf::new(), what: What::Head, before: None, after: b"new".to_vec() };
        let mut locks = Locks::default();
        assert!(matches!(locks.hold(file.clone(), &this), Err(WriteError::Git(GitError::Busy(_)))));
        drop(locks);
        assert!(lock(&file).exists());
    }
}
