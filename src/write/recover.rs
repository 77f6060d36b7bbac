use super::direction::{Direction, Stands};
use super::error::WriteError;
use super::job::Written;
use super::lock::Lock;
use super::state::State;
use super::{concurrent, folders, git, interrupted, lifecycle, remove, swap};
use crate::checkout::Root;
use crate::report::FileChange;
use std::path::Path;

/// Settles an interrupted run. It can be interrupted, too, and run again, in either direction.
pub fn recover(root: &Path, direction: Direction) -> Result<Written, WriteError> {
    let root = Root::open(root)?;
    let _lock = Lock::take(&root)?;
    State::sweep_locked_out(&root);
    if !State::has_journal(&root)? {
        // What a run left that changed nothing, or everything.
        lifecycle::sweep(&root)?;
        // The run may have had a folder above for its root.
        let path = root.path().to_owned();
        return Err(interrupted::above(&root)?.map_or(WriteError::NothingToRecover(path), WriteError::Unfinished));
    }
    let nothing = || WriteError::NothingToRecover(root.path().to_owned());
    let state = State::open(&root)?.ok_or_else(nothing)?;
    let journal = lifecycle::journal(&state, &root)?;
    concurrent::put_back(&root, &state, &journal.changes, &journal.removals)?;
    // First look at every file, so that nothing moves if one is in the way.
    let mut work = Vec::new();
    for (number, change) in journal.changes.iter().enumerate() {
        if !stands(&root, &state, number, change)?.is_settled(direction, &change.path)? {
            work.push((number, change));
        }
    }
    for (number, removal) in journal.removals.iter().enumerate() {
        remove::stands(&root, &state, number, removal)?.is_settled(direction, &removal.path)?;
    }
    let drafts = git::Drafts { root: &root, state: &state };
    for this in &journal.moves {
        if git::side(drafts, this)? == git::Side::Neither {
            return Err(WriteError::Foreign { path: this.repository.join(".git").join(this.what.name()) });
        }
    }
    git::unlock(&root, &journal.moves)?;
    let mut written = Written::default();
    for (number, change) in work {
        step(&root, &state, number, change, direction)?;
        written.files.push(change.path.clone());
    }
    for (number, removal) in journal.removals.iter().enumerate() {
        remove::settle(&root, &state, number, removal, direction)?;
    }
    if let Some(recording) = &journal.recording {
        match direction {
            Direction::Finish => recording.place(&root, &state)?,
            Direction::Undo => recording.undo(&root, &state)?,
        }
    }
    let settle = |this| git::settle(&root, this, direction);
    match direction {
        Direction::Finish => {
            journal.moves.iter().try_for_each(settle)?;
            remove::tidy(&root, &journal.removals)?;
        }
        // What came last goes first.
        Direction::Undo => {
            journal.moves.iter().rev().try_for_each(settle)?;
            folders::remove_folders(&root, &journal.folders)?;
        }
    }
    lifecycle::remove(&state, &root)?;
    Ok(written)
}

fn stands(root: &Root, state: &State, number: usize, change: &FileChange) -> Result<Stands, WriteError> {
    let now = match root.read(&change.path, u64::MAX) {
        Ok(bytes) => Some(bytes),
        Err(e) if e.is_missing() => None,
        Err(other) => return Err(other.into()),
    };
    match now {
        now if now == change.before => Ok(Stands::Before),
        Some(now) if now == change.after => Ok(Stands::After),
        // The new file still waits for its turn.
        Some(_) if state.bytes(&State::name(number)).as_ref() == Some(&change.after) => Ok(Stands::Edited),
        _ => Err(WriteError::Foreign { path: change.path.clone() }),
    }
}

fn step(root: &Root, state: &State, number: usize, change: &FileChange, way: Direction) -> Result<(), WriteError> {
    let todo = match (way, &change.before) {
        (Direction::Finish, _) => change.clone(),
        (Direction::Undo, Some(before)) => {
            FileChange { path: change.path.clone(), before: Some(change.after.clone()), after: before.clone() }
        }
        (Direction::Undo, None) => return swap::take_away(root, state, number, change),
    };
    // After an undo of a swap this is the old file itself, with its times and other names.
    if state.bytes(&State::name(number)).as_ref() != Some(&todo.after) {
        state.stage(root, number, &todo)?;
    }
    swap::single(root, state, number, &todo)
}
