//! What a diff changes: which elements stay, and which are replaced, deleted, inserted or moved.

use super::element::{Element, Side};
use super::rows::Pairs;
use crate::patchset::{Fragment, Sign};
use std::ops::Range;

/// One change of a body, in elements of its sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Part of a line.
    Tokens {
        /// What goes; where it is empty, its start tells the place.
        before: Range<usize>,
        /// What comes.
        after: Range<usize>,
    },
    /// Whole lines of the body.
    Rows {
        /// The rows that go.
        delete: Vec<Deleted>,
        /// The rows that come, where the deleted ones were or else beside an anchor.
        insert: Vec<Inserted>,
        /// The last element of the row directly above.
        above: Option<usize>,
        /// The first element of the row directly below.
        below: Option<usize>,
    },
}

/// A row that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Its elements.
    pub elements: Range<usize>,
    /// Whether it comes back elsewhere, with all that belongs to it.
    pub moved: bool,
}

/// A row that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inserted {
    /// Its elements of the after side.
    pub elements: Range<usize>,
    /// The row, as an index into the fragment's rows.
    pub row: usize,
    /// The elements of the before side that move here.
    pub moved_from: Option<Range<usize>>,
}

/// The whole of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    /// Pairs of elements that stay: before, after.
    pub keeps: Vec<(usize, usize)>,
    /// The changes in order.
    pub changes: Vec<Change>,
    /// Rows with `+` that have nothing to hold on to.
    pub adrift: Vec<usize>,
}

/// Works out what changes between two sides of a fragment.
pub(super) fn script(fragment: &Fragment, pairs: &Pairs, before: &Side, after: &Side) -> Script {
    let mut out = Script::default();
    let rows = &fragment.rows;
    let of = |side: &Side, row: usize| -> Range<usize> {
        let from = side.elements.partition_point(|e| e.row < row);
        from..side.elements.partition_point(|e| e.row <= row)
    };
    let is_inner = |row: usize| before.inner_rows.contains(&row) || after.inner_rows.contains(&row);
    let is_paired = |row: usize| pairs.partner[row].is_some_and(|p| !is_inner(p) && !is_inner(row));
    let mut at = 0;
    while at < rows.len() {
        if rows[at].sign == Sign::Context {
            tokens(&mut out, before, of(before, at), after, of(after, at));
            at += 1;
            continue;
        }
        let end = (at..rows.len()).find(|&i| rows[i].sign == Sign::Context).unwrap_or(rows.len());
        let of_sign = |side: &Side, sign| {
            let whole = |i: &usize| rows[*i].sign == sign && !side.inner_rows.contains(i);
            (at..end).filter(whole).collect::<Vec<_>>().into_iter().peekable()
        };
        let (mut minus, mut plus) = (of_sign(before, Sign::Minus), of_sign(after, Sign::Plus));
        while minus.peek().is_some() || plus.peek().is_some() {
            let mut run = Run::default();
            while let Some(row) = minus.next_if(|&r| !is_paired(r)) {
                let moved = pairs.moved.iter().any(|m| m.0 == row) && is_item(before, &of(before, row));
                run.delete.push(Deleted { elements: of(before, row), moved });
            }
            while let Some(row) = plus.next_if(|&r| !is_paired(r)) {
                let from = pairs.moved.iter().find(|m| m.1 == row).map(|m| of(before, m.0));
                let moved_from = from.filter(|f| is_item(before, f) && is_item(after, &of(after, row)));
                run.insert.push(Inserted { elements: of(after, row), row, moved_from });
            }
            let below_row = minus.peek().copied().or_else(|| (end..rows.len()).next());
            run.finish(&mut out, before, below_row.map(|r| of(before, r)));
            if let (Some(m), Some(p)) = (minus.next(), plus.next()) {
                tokens(&mut out, before, of(before, m), after, of(after, p));
            }
        }
        at = end;
    }
    out
}

/// Rows that go and come together.
#[derive(Default)]
struct Run {
    delete: Vec<Deleted>,
    insert: Vec<Inserted>,
}

impl Run {
    fn finish(self, out: &mut Script, before: &Side, below: Option<Range<usize>>) {
        let Run { mut delete, insert } = self;
        delete.retain(|d| !d.elements.is_empty());
        if delete.is_empty() && insert.is_empty() {
            return;
        }
        let edge = match (delete.first(), &below) {
            (Some(d), _) => d.elements.start,
            (None, Some(b)) => b.start,
            (None, None) => before.elements.len(),
        };
        let shown = |e: &usize| !before.elements[*e].part.is_dots() || before.written(*e) != "...";
        let above = edge.checked_sub(1).filter(shown);
        let below = below.filter(|b| !b.is_empty()).map(|b| b.start).filter(shown);
        if delete.is_empty() && above.is_none() && below.is_none() {
            out.adrift.extend(insert.iter().map(|i| i.row));
            return;
        }
        out.changes.push(Change::Rows { delete, insert, above, below });
    }
}

/// Whether these elements are one whole item of a list.
fn is_item(side: &Side, elements: &Range<usize>) -> bool {
    let Some((first, last)) = ends(&side.elements, elements) else { return false };
    let tokens = first.tokens.start..last.tokens.end;
    side.source.lists_at(tokens.start).any(|l| side.source.lists[l].has_item(&tokens))
}

fn ends<'a>(elements: &'a [Element], range: &Range<usize>) -> Option<(&'a Element, &'a Element)> {
    let slice = elements.get(range.clone())?;
    Some((slice.first()?, slice.last()?))
}

/// Two rows that stand for each other, token by token.
fn tokens(out: &mut Script, before: &Side, b: Range<usize>, after: &Side, a: Range<usize>) {
    let parts = |elements: &[Element]| elements.iter().map(|e| key(e)).collect::<Vec<_>>();
    let (left, right) = (parts(&before.elements[b.clone()]), parts(&after.elements[a.clone()]));
    let mut keeps: Vec<(usize, usize)> = Vec::new();
    for op in similar::capture_diff_slices(similar::Algorithm::Myers, &left, &right) {
        if op.tag() == similar::DiffTag::Equal {
            keeps.extend(op.old_range().zip(op.new_range()));
        }
    }
    pair_brackets(&mut keeps, &left, &right);
    let (mut x, mut y) = (0, 0);
    for (i, j) in keeps.iter().copied().chain([(left.len(), right.len())]) {
        if x < i || y < j {
            let (old, new) = (b.start + x..b.start + i, a.start + y..a.start + j);
            out.changes.push(Change::Tokens { before: old, after: new });
        }
        (x, y) = (i + 1, j + 1);
    }
    out.keeps.extend(keeps.into_iter().map(|(i, j)| (b.start + i, a.start + j)));
}

/// Brackets stay in pairs: in `f(x)` to `f(g(x))` the bracket that stays is the one that closes `f`.
fn pair_brackets(keeps: &mut [(usize, usize)], left: &[super::Part], right: &[super::Part]) {
    let (left, right) = (closing(left), closing(right));
    for n in 0..keeps.len() {
        let (open, twin) = keeps[n];
        let (Some(close), Some(wanted)) = (left[open], right[twin]) else { continue };
        let Some(k) = keeps.iter().position(|k| k.0 == close || k.1 == wanted) else { continue };
        let free = |new: (usize, usize)| {
            let above = k.checked_sub(1).is_none_or(|p| keeps[p].0 < new.0 && keeps[p].1 < new.1);
            above && keeps.get(k + 1).is_none_or(|n| new.0 < n.0 && new.1 < n.1)
        };
        if free((close, wanted)) {
            keeps[k] = (close, wanted);
        }
    }
}

/// For each opening bracket, where it is closed.
fn closing(parts: &[super::Part]) -> Vec<Option<usize>> {
    let mut out = vec![None; parts.len()];
    let mut open = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let super::Part::Token { text, .. } = part else { continue };
        match &text[..] {
            b"(" | b"[" | b"{" => open.push(i),
            b")" | b"]" | b"}" => {
                if let Some(start) = open.pop() {
                    out[start] = Some(i);
                }
            }
            _ => {}
        }
    }
    out
}

/// What must be equal for an element to stay. How far an ellipsis reaches is its side's own affair.
fn key(element: &Element) -> super::Part {
    match &element.part {
        super::Part::Dots(hole, _) => super::Part::Dots(*hole, super::Reach::Commas),
        super::Part::Statement(hole) => super::Part::Item(*hole),
        part => part.clone(),
    }
}
