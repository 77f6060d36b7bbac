//! What became of a piece of a file that batches of edits have changed.

use crate::source::{Bytes, Edit, OffsetMap};

/// What became of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// They are as they were, and begin here.
    Kept(usize),
    /// An edit wrote these bytes in their place.
    Replaced(Bytes),
    /// They are gone.
    Gone,
}

/// The fates of the bytes of a file.
pub(crate) struct Fates<'a> {
    /// Each batch, where it moves what it keeps, and where the ones behind it do.
    batches: Vec<(&'a [Edit], OffsetMap, OffsetMap)>,
}

impl<'a> Fates<'a> {
    /// Of the batches of edits that made a file, each sorted.
    pub fn new(batches: &'a [Vec<Edit>]) -> Fates<'a> {
        let later = |n: usize| OffsetMap::new(&batches[n + 1..]);
        let of = |(n, batch): (usize, &'a Vec<Edit>)| {
            (batch.as_slice(), OffsetMap::new(std::slice::from_ref(batch)), later(n))
        };
        Fates { batches: batches.iter().enumerate().map(of).collect() }
    }

    /// What became of these bytes, of which there is one at least.
    pub fn of(&self, bytes: &Bytes) -> Fate {
        let mut at = bytes.clone();
        for (edits, map, later) in &self.batches {
            let first = edits.partition_point(|e| e.bytes.end <= at.start);
            if let Some(edit) = edits.get(first).filter(|e| e.bytes.start < at.end) {
                if edit.text.iter().all(u8::is_ascii_whitespace) {
                    return Fate::Gone;
                }
                // What is written begins where the edit does, behind all that is inserted there.
                let start = map.start(edit.bytes.start);
                return Fate::Replaced(later.range(&(start..start + edit.text.len())));
            }
            at = map.range(&at);
        }
        Fate::Kept(at.start)
    }

    /// Whether an edit touches these bytes of the file as it was.
    pub fn touches(&self, bytes: &Bytes) -> bool {
        let mut at = bytes.clone();
        self.batches.iter().any(|(edits, map, _)| {
            let first = edits.partition_point(|e| e.bytes.end < at.start);
            let touched = edits.get(first).is_some_and(|e| e.bytes.start <= at.end);
            at = map.range(&at);
            touched
        })
    }
}
