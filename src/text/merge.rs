//! A line that a row changes, where it is laid out otherwise than the row: only the tokens that differ are replaced.

use super::body::Row;
use super::form::{indent, trailing};
use super::matcher::Bindings;
use super::row::{Element, Part};
use crate::source::Bytes;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A line as it is, and the row that meets it.
pub struct Old<'a> {
    /// The row.
    pub row: &'a Row,
    /// The line, without its line end.
    pub line: &'a [u8],
    /// For each part of the row its bytes in the line.
    pub parts: Vec<Bytes>,
}

/// The line as another row has it.
pub fn merge(old: &Old<'_>, new: &Row, known: &Bindings) -> Vec<u8> {
    let (was, is) = (old.row.elements(), new.elements());
    let keys = |elements: &[Element]| elements.iter().map(|e| format!("{:?}", e.part)).collect::<Vec<_>>();
    let mut from: Vec<Option<(usize, bool)>> = vec![None; is.len()];
    for op in capture_diff_slices(Algorithm::Myers, &keys(&was), &keys(&is)) {
        let is_kept = matches!(op, DiffOp::Equal { .. });
        if is_kept || matches!(op, DiffOp::Replace { .. }) {
            op.old_range().zip(op.new_range()).for_each(|(a, b)| from[b] = Some((a, is_kept)));
        }
    }
    let mut line = leading(old, new);
    for (n, element) in is.iter().enumerate() {
        if n > 0 {
            let own = &new.text[is[n - 1].bytes.end..element.bytes.start];
            let known = from[n].and_then(|(a, _)| a.checked_sub(1).map(|before| (before, a)));
            let is_alike = |(_, a): &(usize, usize)| was[*a].gap == element.gap;
            line.extend_from_slice(
                known
                    .filter(is_alike)
                    .map_or(own, |(before, a)| old.line.get(old.parts[before].end..old.parts[a].start).unwrap_or(own)),
            );
        }
        match from[n] {
            Some((a, true)) => line.extend_from_slice(&old.line[old.parts[a].clone()]),
            _ => line.extend_from_slice(written(&element.part, known)),
        }
    }
    let is_same = trailing(&old.row.text) == trailing(&new.text);
    line.extend_from_slice(if is_same { trailing(old.line) } else { trailing(&new.text) });
    line
}

/// What a part writes.
pub fn written<'a>(part: &'a Part, known: &'a Bindings) -> &'a [u8] {
    match part {
        Part::Token(text) => text,
        Part::Item(hole) | Part::Dots(hole) => known.get(hole).map_or(b"", Vec::as_slice),
    }
}

/// What the line is indented by: as it was, and by what the new row has more or less than the old one.
fn leading(old: &Old<'_>, new: &Row) -> Vec<u8> {
    let (was, is, own) = (old.row.indent(), new.indent(), indent(old.line));
    if let Some(more) = is.strip_prefix(was) {
        return [own, more].concat();
    }
    let less = was.strip_prefix(is).and_then(|less| own.strip_suffix(less));
    less.unwrap_or(if was == is { own } else { is }).to_vec()
}
