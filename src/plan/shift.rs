use crate::source::{Bytes, Edit};

/// Where bytes of a file come to lie when batches of edits are carried out one after the other.
pub(super) struct Shift<'a> {
    batches: &'a [Vec<Edit>],
}

impl<'a> Shift<'a> {
    /// The shift of these batches, each sorted.
    pub fn new(batches: &'a [Vec<Edit>]) -> Shift<'a> {
        Shift { batches }
    }

    /// Where a token that stays comes to begin. What is inserted at its start comes before it.
    pub fn start(&self, byte: usize) -> usize {
        self.batches.iter().fold(byte, |at, edits| {
            let grown: isize = edits
                .iter()
                .take_while(|e| e.bytes.start <= at)
                .filter(|e| e.bytes.end <= at)
                .map(|e| e.text.len() as isize - e.bytes.len() as isize)
                .sum();
            at.saturating_add_signed(grown)
        })
    }

    /// Where the end of a token that stays comes to be. What is inserted there comes behind it.
    pub fn end(&self, byte: usize) -> usize {
        self.batches.iter().fold(byte, |at, edits| {
            let grown: isize = edits
                .iter()
                .take_while(|e| e.bytes.start < at)
                .filter(|e| e.bytes.end <= at)
                .map(|e| e.text.len() as isize - e.bytes.len() as isize)
                .sum();
            at.saturating_add_signed(grown)
        })
    }

    /// Where a range comes to lie.
    pub fn range(&self, bytes: &Bytes) -> Bytes {
        let (start, end) = (self.start(bytes.start), self.end(bytes.end));
        start..end.max(start)
    }
}
