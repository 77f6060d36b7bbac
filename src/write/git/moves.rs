use super::error::GitError;
use super::index::{self, Drafts};
use super::open::{What, open};
use super::spot::Spot;
use crate::checkout::Root;
use crate::write::direction::Direction;
use crate::write::error::WriteError;
use std::path::PathBuf;

/// One of git's own small files, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    /// The repository's folder, relative to the root; empty for the one that the root lies in.
    pub repository: PathBuf,
    /// Which of its files.
    pub what: What,
    /// Its bytes; `None` where it does not exist.
    pub before: Option<Vec<u8>>,
    /// Its bytes after.
    pub after: Vec<u8>,
}

/// Git's own locks on the files of some moves, each holding the new bytes already. What was not put into its place
/// is given back when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    held: Vec<Held>,
}

#[derive(Debug)]
struct Held {
    spot: Spot,
    before: Option<Vec<u8>>,
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
            locks.hold(open(root, &this.repository)?.spot(&this.what)?, this)?;
        }
        Ok(locks)
    }

    fn hold(&mut self, spot: Spot, this: &Move) -> Result<(), WriteError> {
        spot.fill(&this.after)?;
        let is_same = spot.bytes().map(|now| now == this.before);
        let shown = spot.shown().to_owned();
        // From here on it is ours to give back.
        self.held.push(Held { spot, before: this.before.clone(), state: State::Locked });
        if is_same? { Ok(()) } else { Err(WriteError::Changed(shown)) }
    }

    /// Puts every file in its place, or none.
    pub fn place(&mut self, root: &Root) -> Result<(), WriteError> {
        let outcome = self.held.iter_mut().try_for_each(|held| {
            held.spot.place()?;
            held.state = State::Placed;
            held.spot.sync()
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
                self.spot.fill(before)?;
                self.spot.place()?;
            }
            None => self.spot.remove()?,
        }
        self.state = State::Undone;
        self.spot.sync()
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for held in self.held.iter().filter(|h| h.state == State::Locked) {
            let _ = held.spot.unlock();
        }
    }
}

/// Which side of its move a file is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// It is what it was.
    Before,
    /// It is what it was to become.
    After,
    /// Somebody else changed it.
    Neither,
}

/// Which side of its move a file is on now.
pub(crate) fn side(drafts: Drafts<'_>, this: &Move) -> Result<Side, WriteError> {
    let git = open(drafts.root, &this.repository)?;
    let now = git.spot(&this.what)?.bytes()?;
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

/// Removes the locks that an interrupted run left. If one is of somebody else it is reported, and all of them stay.
pub(crate) fn unlock(root: &Root, moves: &[Move]) -> Result<(), WriteError> {
    let left = moves.iter().map(|this| left_lock(root, this)).collect::<Result<Vec<_>, _>>()?;
    left.iter().flatten().try_for_each(Spot::unlock)
}

/// Where an interrupted run left a lock on a file, if it did.
fn left_lock(root: &Root, this: &Move) -> Result<Option<Spot>, WriteError> {
    let spot = open(root, &this.repository)?.spot(&this.what)?;
    // Where locks cannot appear whole, a run that was killed may have written a part of one. An empty one may be git's.
    let is_ours = |bytes: &[u8]| {
        let mut sides = std::iter::once(&this.after).chain(&this.before);
        !bytes.is_empty() && sides.any(|side| side.starts_with(bytes))
    };
    match spot.locked()? {
        None => Ok(None),
        Some(bytes) if is_ours(&bytes) => Ok(Some(spot)),
        Some(_) => Err(GitError::Busy(spot.lock()).into()),
    }
}

/// Makes a file what the interrupted run was to make it, or what it was before.
pub(crate) fn settle(root: &Root, this: &Move, way: Direction) -> Result<(), WriteError> {
    let spot = open(root, &this.repository)?.spot(&this.what)?;
    let wanted = match way {
        Direction::Finish => Some(&this.after),
        Direction::Undo => this.before.as_ref(),
    };
    let now = spot.bytes()?;
    match wanted {
        None if now.is_none() => spot.remove_folders(),
        wanted if now.as_ref() == wanted => return Ok(()),
        Some(wanted) => spot.fill(wanted).and_then(|()| spot.place())?,
        None => spot.remove()?,
    }
    spot.sync()
}

#[cfg(test)]
mod tests {
    use super::super::sharing::Sharing;
    use super::*;
    use crate::checkout::Folder;
    use std::path::Path;

    fn spot(dir: &Path, name: &str) -> Spot {
        Spot::new(&Folder::open(dir).unwrap(), name.into(), dir, Sharing::default()).unwrap()
    }

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
            locks.hold(spot(dir.path(), name), &this).unwrap();
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
        assert!(matches!(locks.hold(spot(dir.path(), "HEAD"), &this), Err(WriteError::Changed(_))));
        drop(locks);
        assert_eq!(std::fs::read(&file).unwrap(), b"theirs");
        assert!(!file.with_extension("lock").exists());
    }

    #[test]
    fn a_lock_of_somebody_else_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("HEAD");
        std::fs::write(file.with_extension("lock"), "").unwrap();
        let this = Move { repository: PathBuf::new(), what: What::Head, before: None, after: b"new".to_vec() };
        let mut locks = Locks::default();
        assert!(matches!(locks.hold(spot(dir.path(), "HEAD"), &this), Err(WriteError::Git(GitError::Busy(_)))));
        drop(locks);
        assert!(file.with_extension("lock").exists());
    }
}
