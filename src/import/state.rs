//! The tree that a series begins with: as it is, or with what is in of the series taken off.

use super::diff::{DiffHunk, FileDiff};
use super::locate::{applied, lines, locate};
use super::original::Original;
use super::proof::Files;
use crate::vfs::FileTree;
use std::path::PathBuf;

/// What a series finds.
pub struct State {
    /// The files that the series names, before its first patch.
    pub files: Files,
    /// How many of its patches are in, and were taken off.
    pub taken_off: usize,
}

impl State {
    /// Looks at a tree.
    pub fn of(originals: &[&Original], tree: &dyn FileTree, fuzz: usize) -> State {
        let mut files = Files::new();
        for path in originals.iter().flat_map(|original| paths(original)) {
            files.entry(path).or_insert_with_key(|path| tree.get(path));
        }
        if goes_through(originals, files.clone(), fuzz) {
            return State { files, taken_off: 0 };
        }
        for count in (1..=originals.len()).rev() {
            if let Some(below) = taken_off(&originals[..count], &files) {
                return State { files: below, taken_off: count };
            }
        }
        State { files, taken_off: 0 }
    }
}

/// The paths that a patch names.
pub fn paths(original: &Original) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for diff in &original.diffs {
        paths.extend(diff.path(original.strip));
        paths.extend(diff.moved.as_ref().and_then(|moved| std::str::from_utf8(&moved.from).ok()).map(PathBuf::from));
    }
    paths
}

/// Whether every patch applies, one on the other.
fn goes_through(originals: &[&Original], mut files: Files, fuzz: usize) -> bool {
    originals.iter().all(|original| {
        original.diffs.iter().all(|diff| {
            let Some(path) = diff.path(original.strip) else { return true };
            let bytes = files.get(&path).cloned().flatten();
            match patched(diff, bytes.as_deref(), fuzz) {
                Some(after) => {
                    files.insert(path, after);
                    true
                }
                None => false,
            }
        })
    })
}

/// A file as a diff leaves it: `Some(None)` where it is gone. `None` where the diff does not fit.
pub fn patched(diff: &FileDiff, before: Option<&[u8]>, fuzz: usize) -> Option<Option<Vec<u8>>> {
    if !diff.has_rows() {
        return Some(before.map(<[u8]>::to_vec));
    }
    let is_new = diff.old.is_none() && diff.moved.is_none();
    if is_new && before.is_some_and(|bytes| !bytes.is_empty()) || before.is_none() && !is_new {
        return None;
    }
    let lines = lines(before.unwrap_or_default());
    let after = applied(&lines, &locate(&lines, &diff.hunks, fuzz).ok()?);
    let is_gone = diff.new.is_none() && after.is_empty();
    Some((!is_gone).then_some(after))
}

/// The files without some patches, the last one taken off first; `None` where one of them is not in.
fn taken_off(originals: &[&Original], files: &Files) -> Option<Files> {
    let mut files = files.clone();
    for original in originals.iter().rev() {
        for diff in original.diffs.iter().rev().filter(|diff| diff.has_rows()) {
            let path = diff.path(original.strip)?;
            let back =
                FileDiff { old: diff.new.clone(), new: diff.old.clone(), hunks: back(&diff.hunks), ..diff.clone() };
            let bytes = files.get(&path).cloned().flatten();
            files.insert(path, patched(&back, bytes.as_deref(), 0)?);
        }
    }
    Some(files)
}

fn back(hunks: &[DiffHunk]) -> Vec<DiffHunk> {
    let mut grown = 0isize;
    let mut out = Vec::new();
    for hunk in hunks {
        let (old, new) = (hunk.side(b'-').count() as isize, hunk.side(b'+').count() as isize);
        out.push(hunk.reversed(hunk.old_start.saturating_add_signed(grown)));
        grown += new - old;
    }
    out
}
