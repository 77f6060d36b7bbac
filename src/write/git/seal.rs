//! What says in a repository that a journal is of a run that began there.
//!
//! A journal can come with a tree that somebody puts into a repository, and a stranger can know what a public
//! project's files and heads are. He cannot write into `.git` of the repository around his tree: so a run leaves a
//! file there before the journal is, whose name has the id of the journal, and `recover` moves nothing of a
//! repository that does not know it. Runs on two folders of one repository have each their own. It says which folder
//! of the repository the run is on, so that others find its journal.

use super::moves::Move;
use super::open::open;
use crate::checkout::Root;
use crate::write::error::WriteError;
use crate::write::interrupted::is_unfinished;
use git2::{ObjectType, Oid};
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Seals a journal in every repository that it moves something of.
pub(crate) fn seal(root: &Root, moves: &[Move], journal: &[u8]) -> Result<(), WriteError> {
    let (id, real) = (id(journal), root.real()?);
    repositories(moves).try_for_each(|path| {
        let git = open(root, path)?;
        let top = git.top();
        // Of one that lies below the root, whoever works there finds the journal above.
        let folder = real.strip_prefix(top).unwrap_or(Path::new(""));
        for other in git.sealed()? {
            let other = Root::open(&top.join(other)).ok();
            if let Some(other) = other.filter(|other| !other.is(root.path()))
                && is_unfinished(&other)?
            {
                return Err(WriteError::Unfinished(other.path().to_owned()));
            }
        }
        let spot = git.seal(&id)?;
        spot.mark(folder.as_os_str().as_bytes())?;
        spot.sync()
    })
}

/// Fails where a repository does not know the journal.
pub(crate) fn check_seal(root: &Root, moves: &[Move], journal: &[u8]) -> Result<(), WriteError> {
    let id = id(journal);
    for path in repositories(moves) {
        let spot = open(root, path)?.seal(&id)?;
        if spot.bytes()?.is_none() {
            return Err(WriteError::Stranger { path: spot.shown().to_owned() });
        }
    }
    Ok(())
}

/// Removes the seals of a journal that is settled, where they are.
pub(crate) fn unseal(root: &Root, moves: &[Move], journal: &[u8]) -> Result<(), WriteError> {
    let id = id(journal);
    repositories(moves).try_for_each(|path| {
        // What a stranger's journal names need not be there.
        let Ok(Ok(spot)) = open(root, path).map(|git| git.seal(&id)) else { return Ok(()) };
        if spot.bytes()?.is_some() { spot.remove() } else { Ok(()) }
    })
}

fn repositories(moves: &[Move]) -> impl Iterator<Item = &Path> {
    moves.iter().map(|this| this.repository.as_path()).collect::<BTreeSet<_>>().into_iter()
}

/// As `git hash-object` says it.
fn id(journal: &[u8]) -> String {
    Oid::hash_object(ObjectType::Blob, journal).map(|id| id.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::git::What;

    /// Runs on two folders of one repository do not know of each other, until git's locks tell them.
    #[test]
    fn every_journal_has_a_seal_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        git2::Repository::init(dir.path()).unwrap();
        let root = Root::open(dir.path()).unwrap();
        let moves = [Move { repository: "".into(), what: What::Index, before: None, after: Vec::new() }];
        let is_known = |journal| check_seal(&root, &moves, journal).is_ok();
        seal(&root, &moves, b"one").unwrap();
        seal(&root, &moves, b"two").unwrap();
        assert!(is_known(b"one") && is_known(b"two") && !is_known(b"three"));
        unseal(&root, &moves, b"two").unwrap();
        assert!(is_known(b"one") && !is_known(b"two"));
        unseal(&root, &moves, b"two").unwrap();
    }

    /// Else git's locks would be all that one learns of, and they would be taken away.
    #[test]
    fn a_run_that_was_interrupted_on_another_folder_of_the_repository_is_found() {
        let dir = tempfile::tempdir().unwrap();
        git2::Repository::init(dir.path()).unwrap();
        let journal = dir.path().join("one/.treepatch-journal/journal");
        std::fs::create_dir_all(journal.parent().unwrap()).unwrap();
        std::fs::create_dir(dir.path().join("two")).unwrap();
        let [one, two] = ["one", "two"].map(|name| Root::open(&dir.path().join(name)).unwrap());
        let moves = [Move { repository: "".into(), what: What::Index, before: None, after: Vec::new() }];
        seal(&one, &moves, b"one").unwrap();
        seal(&two, &moves, b"two").unwrap();
        std::fs::write(&journal, "one").unwrap();
        let told = seal(&two, &moves, b"three").unwrap_err().to_string();
        assert!(told.contains("one: an earlier run was interrupted"), "{told}");
        seal(&one, &moves, b"four").unwrap();
    }
}
