//! What a diff changes: which elements stay, and which are replaced, deleted, inserted or moved.

use super::element::{Element, Side};
use super::rows::{Pairs, words};
use crate::patchset::{Fragment, Sign};
use std::cell::Cell;
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

/// The most comparisons of rows that it may take to find what moves; beyond them rows go and come.
const COMPARING: usize = 1_000_000;
/// The most pairs of tokens of two rows between what they begin and end with alike; beyond them all of that is replaced.
const PAIRS: usize = 4_000_000;

/// The whole of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    /// Pairs of elements that stay: before, after.
    pub keeps: Vec<(usize, usize)>,
    /// The changes in order.
    pub changes: Vec<Change>,
    /// Rows with `+` that have nothing to hold on to.
    pub adrift: Vec<usize>,
    /// Whether holes stay before all else.
    holds: bool,
}

/// Works out what changes between two sides of a fragment. With `holds`, holes stay before all else.
pub(crate) fn script(fragment: &Fragment, pairs: &Pairs, before: &Side, after: &Side, holds: bool) -> Script {
    let mut out = Script { holds, ..Script::default() };
    let rows = &fragment.rows;
    let of = Side::on_row;
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
                match moves.get(row) {
                    Some((from, _)) if from.start == row => {
                        run.delete.push(Deleted { elements: all(before, from), moved: true });
                    }
                    Some(_) => {}
                    None => run.delete.push(Deleted { elements: of(before, row), moved: false }),
                }
            }
            while let Some(row) = plus.next_if(|&r| !is_paired(r)) {
                match moves.get(row) {
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

/// Rows that go and come back elsewhere.
#[derive(Default)]
struct Moves {
    /// The rows that go, and those that come.
    pairs: Vec<(Range<usize>, Range<usize>)>,
    /// For each row the pair that it belongs to.
    of_row: Vec<Option<usize>>,
}

impl Moves {
    fn get(&self, row: usize) -> Option<&(Range<usize>, Range<usize>)> {
        self.of_row[row].map(|pair| &self.pairs[pair])
    }

    fn push(&mut self, from: Range<usize>, to: Range<usize>) {
        let pair = Some(self.pairs.len());
        from.clone().chain(to.clone()).for_each(|row| self.of_row[row] = pair);
        self.pairs.push((from, to));
    }
}

/// Finds moves: one whole item on both sides, of the same list, and the only one like it.
fn moves(
    fragment: &Fragment,
    pairs: &Pairs,
    (before, minus): (&Side, &[usize]),
    (after, plus): (&Side, &[usize]),
) -> Moves {
    let rows = fragment.rows.len();
    let row_words: Vec<Vec<&str>> = fragment.rows.iter().map(|r| words(&r.text)).collect();
    let marked = |rows_of: &[usize]| {
        let mut marks = vec![false; rows];
        rows_of.iter().for_each(|&row| marks[row] = true);
        marks
    };
    let (goes, comes) = (marked(minus), marked(plus));
    let same = |marks: &[bool], row: usize, other: usize| {
        row < rows && other < rows && marks[row] && row_words[row] == row_words[other]
    };
    let by_words = |rows: &[usize]| {
        let mut all: HashMap<&[&str], Vec<usize>> = HashMap::new();
        rows.iter().for_each(|&row| all.entry(&row_words[row]).or_default().push(row));
        all
    };
    let (minus_by_words, plus_by_words) = (by_words(minus), by_words(plus));
    let left = Cell::new(COMPARING);
    let repeats = |like: &HashMap<&[&str], Vec<usize>>, marks: &[bool], at: usize, len: usize| {
        let likely = like.get(row_words[at].as_slice()).into_iter().flatten();
        let mut found = likely.filter(|&&r| (0..len).all(|i| spend(&left) && same(marks, r + i, at + i)));
        found.nth(1).is_some()
    };
    let (in_before, in_after) = (Items::new(before), Items::new(after));
    let place = |row: usize| pairs.partner[row].map_or(row, |p| p.min(row));
    let mut out = Moves { pairs: Vec::new(), of_row: vec![None; rows] };
    for &m in minus.iter().filter(|&&m| !row_words[m].is_empty()) {
        if out.get(m).is_some() {
            continue;
        }
        let wholes = in_before.from(m);
        let likely = plus_by_words.get(row_words[m].as_slice()).into_iter().flatten();
        for &p in likely.take_while(|_| !wholes.is_empty()) {
            let alike = |i: usize| spend(&left) && same(&goes, m + i, m + i) && same(&comes, p + i, m + i);
            let whole = |(len, list): &&(usize, Option<usize>)| {
                (0..*len).all(alike)
                    && in_after.from(p).iter().any(|(l, other)| l == len && other.map(place) == list.map(place))
            };
            let Some(&(len, _)) = wholes.iter().find(whole) else { continue };
            let twice = repeats(&minus_by_words, &goes, m, len) || repeats(&plus_by_words, &comes, p, len);
            if left.get() == 0 {
                return out;
            }
            if !twice {
                out.push(m..m + len, p..p + len);
                break;
            }
        }
    }
    out
}

/// Takes one of the comparisons that are left.
fn spend(left: &Cell<usize>) -> bool {
    left.set(left.get().saturating_sub(1));
    left.get() > 0
}

/// The whole items of the lists of a side, by the rows that they are.
struct Items<'a> {
    side: &'a Side,
    /// For each element the nearest one before it that is less deep.
    outside: Vec<Option<usize>>,
}

impl Items<'_> {
    fn new(side: &Side) -> Items<'_> {
        let mut open: Vec<usize> = Vec::new();
        let mut outside = Vec::with_capacity(side.elements.len());
        for (i, e) in side.elements.iter().enumerate() {
            while open.pop_if(|o| side.elements[*o].depth >= e.depth).is_some() {}
            outside.push(open.last().copied());
            open.push(i);
        }
        Items { side, outside }
    }

    /// The items that begin on a row and are whole rows, the longest first: how many rows, and the row on which the
    /// list opens, if the body shows it.
    fn from(&self, row: usize) -> Vec<(usize, Option<usize>)> {
        let (side, on_row) = (self.side, self.side.on_row(row));
        let Some(first) = side.elements.get(on_row.start).filter(|_| !on_row.is_empty()) else { return Vec::new() };
        let item = |l: usize| {
            let list = &side.source.lists[l];
            let end = list.items[list.item_from(first.tokens.start)?].tokens.end;
            let behind = side.elements.partition_point(|e| e.tokens.end <= end);
            let last = side.elements[..behind].last().filter(|e| e.tokens.end == end)?;
            let inner = (last.row + 1..).take_while(|r| side.inner_rows.contains(r)).count();
            (side.on_row(last.row).end == behind).then_some(last.row + 1 + inner - row)
        };
        let mut lens: Vec<usize> = side.source.lists_at(first.tokens.start).filter_map(item).collect();
        lens.sort_unstable_by(|a, b| b.cmp(a));
        lens.dedup();
        let opens = self.outside[on_row.start].map(|o| side.elements[o].row);
        lens.into_iter().map(|len| (len, opens)).collect()
    }
}

/// Two rows that stand for each other, token by token.
fn tokens(out: &mut Script, before: &Side, b: Range<usize>, after: &Side, a: Range<usize>) {
    let parts = |elements: &[Element]| elements.iter().map(key).collect::<Vec<_>>();
    let (left, right) = (parts(&before.elements[b.clone()]), parts(&after.elements[a.clone()]));
    let mut keeps = if out.holds { kept_holes_first(&left, &right) } else { kept(&left, &right) };
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

/// What stays of two runs of tokens: of the holes the most that can, and then of all else.
fn kept_holes_first(left: &[super::Part], right: &[super::Part]) -> Vec<(usize, usize)> {
    let is_hole = |part: &super::Part| part.takes_code() || part.is_dots();
    let holes = |parts: &[super::Part]| (0..parts.len()).filter(|&i| is_hole(&parts[i])).collect::<Vec<_>>();
    let (old, new) = (holes(left), holes(right));
    let of = |parts: &[super::Part], at: &[usize]| at.iter().map(|&i| parts[i].clone()).collect::<Vec<_>>();
    let fixed = kept(&of(left, &old), &of(right, &new)).into_iter().map(|(i, j)| (old[i], new[j]));
    let (mut x, mut y) = (0, 0);
    let mut keeps = Vec::new();
    for (i, j) in fixed.chain([(left.len(), right.len())]) {
        keeps.extend(kept(&left[x..i], &right[y..j]).into_iter().map(|(b, a)| (x + b, y + a)));
        keeps.extend((i < left.len()).then_some((i, j)));
        (x, y) = (i + 1, j + 1);
    }
    keeps
}

/// What stays of two runs of tokens, the most that can.
fn kept(left: &[super::Part], right: &[super::Part]) -> Vec<(usize, usize)> {
    let head = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (old, new) = (&left[head..], &right[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    if (old.len() - tail).saturating_mul(new.len() - tail) > PAIRS {
        let (from, to) = (left.len() - tail, right.len() - tail);
        return (0..head).map(|i| (i, i)).chain((0..tail).map(|i| (from + i, to + i))).collect();
    }
    let ops = similar::capture_diff_slices(similar::Algorithm::Myers, left, right);
    let equal = ops.iter().filter(|op| op.tag() == similar::DiffTag::Equal);
    equal.flat_map(|op| op.old_range().zip(op.new_range())).collect()
}

/// Brackets stay in pairs: in `f(x)` to `f(g(x))` the bracket that stays is the one that closes `f`.
fn pair_brackets(keeps: &mut [(usize, usize)], left: &[super::Part], right: &[super::Part]) {
    let (left, right) = (closing(left), closing(right));
    for n in 0..keeps.len() {
        let (open, grouped) = keeps[n];
        let (Some(close), Some(wanted)) = (left[open], right[grouped]) else { continue };
        // Both columns rise, so that each is searched by halves.
        let found = [keeps.binary_search_by_key(&close, |k| k.0), keeps.binary_search_by_key(&wanted, |k| k.1)];
        let Some(k) = found.into_iter().flatten().min() else { continue };
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
