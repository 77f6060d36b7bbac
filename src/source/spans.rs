use super::Bytes;

/// Ranges of bytes in order of place, each with what it is of, that know which of them meet another range.
pub(crate) struct Spans<T> {
    all: Vec<(Bytes, T)>,
    /// The furthest end up to each.
    ends: Vec<usize>,
}

impl<T> Spans<T> {
    /// Sorts ranges; those that begin at one place stay in their order.
    pub fn new(mut all: Vec<(Bytes, T)>) -> Spans<T> {
        all.sort_by_key(|(bytes, _)| bytes.start);
        let mut furthest = 0;
        let reach = all.iter().map(|(bytes, _)| {
            furthest = furthest.max(bytes.end);
            furthest
        });
        Spans { ends: reach.collect(), all }
    }

    /// Those that share a byte with a range.
    pub fn meeting(&self, bytes: &Bytes) -> impl Iterator<Item = &T> {
        let (start, end) = (bytes.start, bytes.end);
        let from = self.ends.partition_point(|&reach| reach <= start);
        let to = self.all.partition_point(|(other, _)| other.start < end);
        self.all[from.min(to)..to].iter().filter(move |(other, _)| start < other.end).map(|(_, of)| of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_meets_those_that_share_a_byte_with_it() {
        let spans = Spans::new(vec![(8..9, "c"), (0..10, "a"), (2..4, "b"), (12..12, "d")]);
        let meeting = |bytes: Bytes| spans.meeting(&bytes).copied().collect::<String>();
        assert_eq!(meeting(3..8), "ab");
        assert_eq!(meeting(8..20), "acd");
        assert_eq!(meeting(10..12), "");
    }
}
