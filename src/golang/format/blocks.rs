use crate::source::{Bytes, Edit, Source};

/// The blocks of a file: what is between two empty lines of its top level, in whole lines. No column reaches from
/// one into another. What edits join is one.
pub(crate) fn blocks(source: &Source, edits: &[Edit]) -> Vec<Bytes> {
    let is_joined = |at: usize| {
        let next = edits.partition_point(|e| e.bytes.end <= at);
        edits.get(next).is_some_and(|e| e.bytes.start < at)
    };
    let Some(file) = source.top() else { return Vec::new() };
    let mut blocks = Vec::new();
    let mut start = 0;
    for item in &file.items {
        let next = source.lines.next(source.span(&item.tokens).end);
        let is_empty = source.bytes[source.lines.around(next, &source.bytes)].trim_ascii().is_empty();
        if next < source.bytes.len() && is_empty && !is_joined(next) {
            blocks.push(start..next);
            start = next;
        }
    }
    blocks.push(start..source.bytes.len());
    blocks
}

/// Where a block comes to lie.
pub(crate) fn moved(block: &Bytes, edits: &[Edit]) -> Bytes {
    let grown = |edits: &[Edit]| edits.iter().map(|e| e.text.len() as isize - e.bytes.len() as isize).sum();
    let before = edits.partition_point(|e| e.bytes.end < block.start);
    let within = edits.partition_point(|e| e.bytes.end <= block.end);
    let start = block.start.saturating_add_signed(grown(&edits[..before]));
    start..block.end.saturating_add_signed(grown(&edits[..within.max(before)])).max(start)
}
