//! What says in a repository that a journal is of a run that began there.
//!
//! A journal can come with a tree that somebody puts into a repository, and a stranger can know what a public
//! project's files and heads are. He cannot write into `.git` of the repository around his tree: so a run leaves the id
//! of its journal there before the journal is, and `recover` moves nothing of a repository that does not know it.

use super::Move;
use super::open::open;
use crate::checkout::Root;
use crate::write::WriteError;
use git2::{ObjectType, Oid};
use std::collections::BTreeSet;
use std::path::Path;

/// Seals a journal in every repository that it moves something of.
pub(in crate::write) fn seal(root: &Root, moves: &[Move], journal: &[u8]) -> Result<(), WriteError> {
    let id = id(journal);
    repositories(moves).try_for_each(|path| {
        let spot = open(root, path)?.seal()?;
        spot.put(&id)?;
        spot.sync()
    })
}

/// Fails where a repository does not know the journal.
pub(in crate::write) fn check_seal(root: &Root, moves: &[Move], journal: &[u8]) -> Result<(), WriteError> {
    let id = id(journal);
    for path in repositories(moves) {
        let spot = open(root, path)?.seal()?;
        if spot.bytes()?.as_ref() != Some(&id) {
            return Err(WriteError::Stranger { path: spot.shown().to_owned() });
        }
    }
    Ok(())
}

/// Removes the seals of a journal that is settled, where they are.
pub(in crate::write) fn unseal(root: &Root, moves: &[Move], journal: &[u8]) -> Result<(), WriteError> {
    let id = id(journal);
    repositories(moves).try_for_each(|path| {
        // What a stranger's journal names need not be there.
        let Ok(Ok(spot)) = open(root, path).map(|git| git.seal()) else { return Ok(()) };
        if spot.bytes()?.as_ref() == Some(&id) { spot.remove() } else { Ok(()) }
    })
}

fn repositories(moves: &[Move]) -> impl Iterator<Item = &Path> {
    moves.iter().map(|this| this.repository.as_path()).collect::<BTreeSet<_>>().into_iter()
}

/// As `git hash-object` says it.
fn id(journal: &[u8]) -> Vec<u8> {
    Oid::hash_object(ObjectType::Blob, journal).map(|id| format!("{id}\n").into_bytes()).unwrap_or_default()
}
