//! Where the skeleton of a file is to be proved: the declarations around its edits.

use crate::source::{Bytes, Edit, NodeId, OffsetMap, Source};

/// A range of whole declarations, before and after.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub before: Bytes,
    pub after: Bytes,
}

/// The declarations that the edits are in or beside, in order.
pub(crate) fn ranges(source: &Source, edits: &[Edit], shift: &OffsetMap) -> Vec<Range> {
    let mut found: Vec<Bytes> = Vec::new();
    for edit in edits {
        // Of many edits in one declaration only the first asks for it.
        if found.last().is_some_and(|f| f.start < edit.bytes.start && edit.bytes.end < f.end) {
            continue;
        }
        let next = source.token_at(edit.bytes.end);
        let before = source.tokens.partition_point(|t| t.bytes.end <= edit.bytes.start).checked_sub(1);
        let first = before.map_or(source.lines.content_start(), |t| declaration(source, t).start);
        let last = source.tokens.get(next).map_or(source.bytes.len(), |_| declaration(source, next).end);
        match found.last_mut().filter(|f| first <= f.end) {
            Some(range) => range.end = range.end.max(last),
            None => found.push(first..last),
        }
    }
    let both = |before: Bytes| {
        let after = shift.end(before.start)..shift.start(before.end);
        Range { before, after }
    };
    found.into_iter().map(both).collect()
}

/// The declaration of the top level that a token is in.
fn declaration(source: &Source, token: usize) -> Bytes {
    let own = source.tokens[token].node;
    let above: Vec<NodeId> = std::iter::once(own).chain(source.ancestors(own)).collect();
    let holds = |id: &&NodeId| source.language.holds_declarations(source.kind(**id));
    // A token that a conditional itself has stands for all of that.
    let node = above.iter().rev().find(|id| !holds(id)).or(above.iter().find(|id| **id != 0));
    node.map_or(source.tokens[token].bytes.clone(), |&id| source.span(&source.nodes[id].tokens))
}

/// Whether a range holds the same syntax errors before and after, if any; `None` where others have come or gone.
pub(crate) fn errors(before: &Source, after: &Source, range: &Range, shift: &OffsetMap) -> Option<bool> {
    let of = |source: &Source, bytes: &Bytes| -> Vec<Bytes> {
        let first = source.errors.partition_point(|e| source.gap_end(e.start) < bytes.start);
        // A token that is missed is missed behind another.
        let all = source.errors[first..].iter().map(|e| source.span(e));
        all.take_while(|e| e.start <= bytes.end).collect()
    };
    let (old, new) = (of(before, &range.before), of(after, &range.after));
    let image = |e: &Bytes| if e.is_empty() { shift.end(e.start)..shift.end(e.start) } else { shift.range(e) };
    let moved: Vec<Bytes> = old.iter().map(image).collect();
    (moved == new).then_some(!old.is_empty())
}
