use super::{Bytes, Edit};

/// Where bytes of a file come to lie when batches of edits are carried out one after the other.
pub struct OffsetMap {
    batches: Vec<Batch>,
}

/// One batch: the edits' ranges in order, and how much the file has grown behind each.
struct Batch {
    ranges: Vec<Bytes>,
    grown: Vec<isize>,
}

impl OffsetMap {
    /// The shift of these batches, each sorted.
    pub fn new(batches: &[Vec<Edit>]) -> OffsetMap {
        let batch = |edits: &Vec<Edit>| {
            let mut sum = 0;
            let grown = edits.iter().map(|e| {
                sum += e.text.len() as isize - e.bytes.len() as isize;
                sum
            });
            Batch { grown: grown.collect(), ranges: edits.iter().map(|e| e.bytes.clone()).collect() }
        };
        OffsetMap { batches: batches.iter().map(batch).collect() }
    }

    /// Where a token that stays comes to begin. What is inserted at its start comes before it.
    pub fn start(&self, byte: usize) -> usize {
        self.batches.iter().fold(byte, |at, batch| batch.moved(at, batch.ranges.partition_point(|r| r.end <= at)))
    }

    /// Where the end of a token that stays comes to be. What is inserted there comes behind it.
    pub fn end(&self, byte: usize) -> usize {
        self.batches
            .iter()
            .fold(byte, |at, batch| batch.moved(at, batch.ranges.partition_point(|r| r.end <= at && r.start < at)))
    }

    /// Where a token comes to begin; `None` where an edit touches it.
    pub fn kept(&self, token: &Bytes) -> Option<usize> {
        let (mut at, len) = (token.start, token.len());
        for batch in &self.batches {
            let before = batch.ranges.partition_point(|r| r.end <= at);
            if batch.ranges.get(before).is_some_and(|r| r.start < at + len) {
                return None;
            }
            at = batch.moved(at, before);
        }
        Some(at)
    }

    /// Where a range comes to lie.
    pub fn range(&self, bytes: &Bytes) -> Bytes {
        let (start, end) = (self.start(bytes.start), self.end(bytes.end));
        start..end.max(start)
    }
}

/// Where the texts of batches of edits lie once all are carried out.
pub fn places_of(batches: &[Vec<Edit>]) -> Vec<Bytes> {
    let mut places = Vec::new();
    for (number, batch) in batches.iter().enumerate() {
        let later = OffsetMap::new(&batches[number + 1..]);
        let mut grown = 0isize;
        for edit in batch {
            let start = edit.bytes.start.saturating_add_signed(grown);
            places.push(later.range(&(start..start + edit.text.len())));
            grown += edit.text.len() as isize - edit.bytes.len() as isize;
        }
    }
    places
}

impl Batch {
    /// A byte that has so many of the batch's edits before it.
    fn moved(&self, byte: usize, before: usize) -> usize {
        let grown = before.checked_sub(1).map_or(0, |last| self.grown[last]);
        byte.saturating_add_signed(grown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inserted_at_a_start_comes_before_it_and_at_an_end_behind_it() {
        let shift = OffsetMap::new(&[vec![Edit::new(4..4, "ab"), Edit::new(8..10, "")]]);
        assert_eq!(shift.range(&(4..8)), 6..10);
        assert_eq!(shift.range(&(2..4)), 2..4);
        assert_eq!(shift.range(&(10..12)), 10..12);
    }

    #[test]
    fn a_token_that_an_edit_touches_is_not_kept() {
        let shift = OffsetMap::new(&[vec![Edit::new(4..4, "ab"), Edit::new(8..10, "")], vec![Edit::new(0..1, "")]]);
        let kept = [4..8, 2..4, 2..5, 9..12, 8..10, 10..12].map(|token| shift.kept(&token));
        assert_eq!(kept, [Some(5), Some(1), None, None, None, Some(9)]);
    }
}
