//! Which places of a tree a run of treepatch has made, told by what the files were before.

use crate::source::Bytes;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Which places of patches are a run's own, by their numbers in the stack that takes them out.
#[derive(Default)]
pub(crate) struct Ownership {
    /// What files were before a patch was put in.
    before: BTreeMap<(usize, PathBuf), Vec<Option<Vec<u8>>>>,
    assumed: BTreeSet<usize>,
    /// What was asked last of each file.
    changes: Mutex<BTreeMap<(usize, PathBuf), Changes>>,
    shares: Mutex<Shares>,
}

/// Files of patches, by whose their places in them are.
#[derive(Clone, Default)]
pub(crate) struct Shares {
    /// A run has put the patch in.
    pub own: BTreeSet<(usize, PathBuf)>,
    /// The patch was there before.
    pub left: BTreeSet<(usize, PathBuf)>,
    /// It cannot be known.
    pub unknown: BTreeSet<(usize, PathBuf)>,
}

/// A file, and where it differs from what it was, in one way or another.
struct Changes {
    bytes: Arc<Vec<u8>>,
    ranges: Vec<Bytes>,
}

impl Ownership {
    /// Notes what a file was before a patch was put in.
    pub fn add(&mut self, patch: usize, path: &Path, before: Vec<Option<Vec<u8>>>) {
        if !before.is_empty() {
            self.before.entry((patch, path.to_owned())).or_default().extend(before);
        }
    }

    /// Notes that all places of a patch are a run's.
    pub fn assume(&mut self, patch: usize) {
        self.assumed.insert(patch);
    }

    /// Whether a place of a file, by the bytes that would change, is one that a run has made.
    pub fn is_own(&self, patch: usize, path: &Path, bytes: &Arc<Vec<u8>>, changed: &[Bytes]) -> bool {
        let key = (patch, path.to_owned());
        let is_own = match self.before.get(&key) {
            _ if self.assumed.contains(&patch) => Some(true),
            None => None,
            Some(before) if before.contains(&None) => Some(true),
            Some(before) => Some(self.touches(&key, before, bytes, changed)),
        };
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        match is_own {
            Some(true) => shares.own.insert(key),
            Some(false) => shares.left.insert(key),
            None => shares.unknown.insert(key),
        };
        is_own == Some(true)
    }

    /// What was found of the places that were asked for.
    pub fn shares(&self) -> Shares {
        self.shares.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same knowledge, and nothing asked yet.
    pub fn again(self) -> Ownership {
        Ownership { before: self.before, assumed: self.assumed, ..Ownership::default() }
    }

    fn touches(
        &self,
        key: &(usize, PathBuf),
        before: &[Option<Vec<u8>>],
        bytes: &Arc<Vec<u8>>,
        changed: &[Bytes],
    ) -> bool {
        let mut all = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if all.get(key).is_none_or(|known| !Arc::ptr_eq(&known.bytes, bytes) && known.bytes != *bytes) {
            let ranges = before.iter().flatten().flat_map(|before| differences(before, bytes)).collect();
            all.insert(key.clone(), Changes { bytes: bytes.clone(), ranges });
        }
        let ranges = all.get(key).map(|known| known.ranges.as_slice()).unwrap_or_default();
        changed.iter().any(|place| ranges.iter().any(|range| meet(bytes, place, range)))
    }
}

/// Whether two ranges share a byte. An empty one meets what it is beside of, blanks aside.
fn meet(bytes: &[u8], a: &Bytes, b: &Bytes) -> bool {
    if a.is_empty() || b.is_empty() {
        let (a, b) = (wide(bytes, a), wide(bytes, b));
        return a.start <= b.end && b.start <= a.end;
    }
    a.start < b.end && b.start < a.end
}

/// An empty range with the blanks and commas around it, and the comments behind it.
fn wide(bytes: &[u8], range: &Bytes) -> Bytes {
    if !range.is_empty() {
        return range.clone();
    }
    let is_between = |b: &&u8| b.is_ascii_whitespace() || **b == b',';
    let before = bytes[..range.start].iter().rev().take_while(is_between).count();
    let mut end = range.end;
    loop {
        end += bytes[end..].iter().take_while(is_between).count();
        let rest = &bytes[end..];
        let comment = match rest {
            [b'/', b'/', ..] => line_end(rest),
            [b'/', b'*', ..] => memchr::memmem::find(rest, b"*/").map_or(rest.len(), |close| close + 2),
            _ => return range.start - before..end,
        };
        end += comment;
    }
}

/// Where a file differs from what it was: the lines, and in lines that were exchanged the words.
fn differences(old: &[u8], new: &[u8]) -> Vec<Bytes> {
    let (old_lines, new_lines) = (pieces(old, line_end), pieces(new, line_end));
    let mut found = Vec::new();
    for (was, is) in changes(old, &old_lines, new, &new_lines) {
        if was.is_empty() || is.is_empty() {
            found.push(slid(old, new, &was, &is));
            continue;
        }
        let (from, to) = (pieces(&old[was.clone()], word_end), pieces(&new[is.clone()], word_end));
        let words = changes(&old[was.clone()], &from, &new[is.clone()], &to);
        found.extend(words.into_iter().map(|(_, word)| is.start + word.start..is.start + word.end));
        // Of lines that went along with others nobody knows between which they were.
        if ends(&old[was.clone()]) > ends(&new[is.clone()]) {
            let lines = pieces(&new[is.clone()], line_end);
            found.extend(lines.iter().flat_map(|line| [line.start, line.end]).map(|at| is.start + at..is.start + at));
        }
    }
    found
}

/// Runs of pieces that differ, as bytes of both sides.
fn changes(old: &[u8], old_pieces: &[Bytes], new: &[u8], new_pieces: &[Bytes]) -> Vec<(Bytes, Bytes)> {
    let texts =
        |bytes: &'_ [u8], pieces: &[Bytes]| pieces.iter().map(|p| bytes[p.clone()].to_vec()).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Myers, &texts(old, old_pieces), &texts(new, new_pieces));
    let span = |pieces: &[Bytes], range: Range<usize>, size: usize| {
        let start = pieces.get(range.start).map_or(size, |p| p.start);
        start..range.end.checked_sub(1).filter(|last| *last >= range.start).map_or(start, |last| pieces[last].end)
    };
    let ops = ops.into_iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    ops.map(|op| (span(old_pieces, op.old_range(), old.len()), span(new_pieces, op.new_range(), new.len()))).collect()
}

/// What came or went may as well have done so a little further up or down: the range over all of that.
fn slid(old: &[u8], new: &[u8], was: &Bytes, is: &Bytes) -> Bytes {
    let (bytes, run) = if is.is_empty() { (old, was) } else { (new, is) };
    let up = (1..=run.start).take_while(|n| bytes[run.start - n] == bytes[run.end - n]).count();
    let down = (0..bytes.len() - run.end).take_while(|n| bytes[run.start + n] == bytes[run.end + n]).count();
    is.start.saturating_sub(up)..(is.end + down).min(new.len())
}

/// Cuts bytes into pieces, each of which ends where `end` says.
fn pieces(bytes: &[u8], end: fn(&[u8]) -> usize) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let next = at + end(&bytes[at..]).max(1);
        pieces.push(at..next);
        at = next;
    }
    pieces
}

fn line_end(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}

fn ends(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

fn word_end(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_' || !b.is_ascii()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> Vec<String> {
        let found = differences(old.as_bytes(), new.as_bytes());
        found.into_iter().map(|range| new[range].to_owned()).collect()
    }

    #[test]
    fn words_of_exchanged_lines_differ_and_lines_that_came() {
        assert_eq!(shown("f(old(1), two(2))\n", "f(new(1), two(2))\n"), ["new"]);
        assert_eq!(shown("a\nc\n", "a\nb\nc\n"), ["\nb\n"]);
        assert_eq!(shown("a\nb\nc\n", "a\nc\n"), ["\n"]);
    }

    #[test]
    fn a_line_that_came_beside_its_like_may_be_either() {
        assert_eq!(shown("x\ny\nz\n", "x\ny\ny\nz\n"), ["\ny\ny\n"]);
    }

    #[test]
    fn an_empty_place_meets_what_it_is_beside_of() {
        assert!(meet(b"a;\n\tb;", &(2..2), &(4..6)) && meet(b"a;\n\tb;", &(2..2), &(3..3)));
        assert!(!meet(b"a;\nb;\nc;", &(2..2), &(6..8)) && !meet(b"ab", &(0..1), &(1..2)));
    }
}
