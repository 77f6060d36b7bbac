//! What a diff changes: which elements stay, and which are replaced, deleted, inserted or moved.

use super::element::{Element, Side};
use super::rows::{Pairs, words};
use crate::patchset::{Fragment, Sign};
use std::collections::HashMap;
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
    let free = |sign| (0..rows.len()).filter(|&r| rows[r].sign == sign && !is_paired(r)).collect::<Vec<_>>();
    let moves = moves(fragment, pairs, (before, &free(Sign::Minus)), (after, &free(Sign::Plus)));
    let all = |side: &Side, rows: &Range<usize>| of(side, rows.start).start..of(side, rows.end - 1).end;
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
                match moves.iter().find(|m| m.0.contains(&row)) {
                    Some((from, _)) if from.start == row => {
                        run.delete.push(Deleted { elements: all(before, from), moved: true });
                    }
                    Some(_) => {}
                    None => run.delete.push(Deleted { elements: of(before, row), moved: false }),
                }
            }
            while let Some(row) = plus.next_if(|&r| !is_paired(r)) {
                match moves.iter().find(|m| m.1.contains(&row)) {
                    Some((from, to)) if to.start == row => {
                        let moved_from = Some(all(before, from));
                        run.insert.push(Inserted { elements: all(after, to), row, moved_from });
                    }
                    Some(_) => {}
                    None => run.insert.push(Inserted { elements: of(after, row), row, moved_from: None }),
                }
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

/// Rows that go and come back elsewhere: one whole item on both sides, of the same list, and the only one like it.
fn moves(
    fragment: &Fragment,
    pairs: &Pairs,
    (before, minus): (&Side, &[usize]),
    (after, plus): (&Side, &[usize]),
) -> Vec<(Range<usize>, Range<usize>)> {
    let row_words: Vec<Vec<&str>> = fragment.rows.iter().map(|r| words(&r.text)).collect();
    let alike = |m: usize, p: usize, len: usize| {
        let same = |i| {
            let both = minus.binary_search(&(m + i)).is_ok() && plus.binary_search(&(p + i)).is_ok();
            both && row_words[m + i] == row_words[p + i]
        };
        (0..len).all(same)
    };
    let by_words = |rows: &[usize]| {
        let mut all: HashMap<&[&str], Vec<usize>> = HashMap::new();
        rows.iter().for_each(|&row| all.entry(&row_words[row]).or_default().push(row));
        all
    };
    let (minus_by_words, plus_by_words) = (by_words(minus), by_words(plus));
    let repeats = |rows: &[usize], by_words: &HashMap<&[&str], Vec<usize>>, at: usize, len: usize| {
        let stands = |row: usize| rows.binary_search(&row).is_ok();
        let same = |r: &&usize| (0..len).all(|i| stands(*r + i) && row_words[*r + i] == row_words[at + i]);
        by_words.get(row_words[at].as_slice()).is_some_and(|likely| likely.iter().filter(same).count() > 1)
    };
    let place = |row: usize| pairs.partner[row].map_or(row, |p| p.min(row));
    let mut out: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for &m in minus.iter().filter(|&&m| !row_words[m].is_empty()) {
        if out.iter().any(|o| o.0.contains(&m)) {
            continue;
        }
        for &p in plus_by_words.get(row_words[m].as_slice()).into_iter().flatten() {
            let most = (1..).take_while(|&len| alike(m, p, len)).last().unwrap_or(0);
            let whole = |len: &usize| {
                let (x, y) = (item_over(before, m..m + len), item_over(after, p..p + len));
                matches!((x, y), (Some(x), Some(y)) if x.map(place) == y.map(place))
            };
            let Some(len) = (1..=most).rev().find(whole) else { continue };
            if !repeats(minus, &minus_by_words, m, len) && !repeats(plus, &plus_by_words, p, len) {
                out.push((m..m + len, p..p + len));
                break;
            }
        }
    }
    out
}

/// If these rows are one whole item of a list: the row on which the list opens, if the body shows it.
fn item_over(side: &Side, rows: Range<usize>) -> Option<Option<usize>> {
    let from = side.elements.partition_point(|e| e.row < rows.start);
    let to = side.elements.partition_point(|e| e.row < rows.end);
    let (first, last) = (side.elements[from..to].first()?, side.elements[from..to].last()?);
    let tokens = first.tokens.start..last.tokens.end;
    let whole = side.source.lists_at(tokens.start).any(|l| side.source.lists[l].has_item(&tokens));
    let open = side.elements[..from].iter().rev().find(|e| e.depth < first.depth);
    whole.then(|| open.map(|e| e.row))
}

/// Two rows that stand for each other, token by token.
fn tokens(out: &mut Script, before: &Side, b: Range<usize>, after: &Side, a: Range<usize>) {
    let parts = |elements: &[Element]| elements.iter().map(key).collect::<Vec<_>>();
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
