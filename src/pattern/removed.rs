//! Deletions that the after side leaves open: what is left of one that was not made may be further away.

use super::edit_script::Change;
use super::element::{Element, Part, Root, Side};
use super::elements::link;
use crate::language::{Atom, ListKind};
use crate::patchset::{Fragment, Sign};
use crate::source::Gap;
use std::collections::BTreeSet;
use std::ops::Range;

/// A deletion beside an ellipsis, or at the end of a body. Between two shown neighbours that are side by side nothing can
/// be left, so that those are not listed.
#[derive(Clone, Debug)]
pub struct Removed {
    /// The element of the after side that the deletion is before.
    pub at: usize,
    /// What goes, piece by piece.
    pub traces: Vec<Trace>,
}

/// A piece of the code that goes, as a pattern of its own.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What it shows.
    pub side: Side,
    /// What it is.
    pub form: Form,
    /// Whether it shows a name or a literal. `break` and `return nil` do not, and are everywhere.
    pub is_named: bool,
    /// The names that it shows and the after side does not; where there are none, its types, else its literals.
    pub own: Vec<Vec<u8>>,
    /// Its literals that the after side does not show.
    pub literals: Vec<Vec<u8>>,
}

/// What a piece of the code that goes is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Whole items of a list of this kind.
    Items(ListKind),
    /// The header of code that stays: `if ready {`.
    Header,
    /// A part of a row.
    Part,
    /// A comment.
    Comment(Vec<u8>),
}

/// The deletions among some changes that the after side leaves open.
pub(crate) fn removed(before: &Side, after: &Side, keeps: &[(usize, usize)], changes: &[Change]) -> Vec<Removed> {
    let mut found = Vec::new();
    let stays: BTreeSet<&[u8]> = after.elements.iter().filter_map(|e| Some(word(e)?.0)).collect();
    let places = Places::new(changes);
    for (n, change) in changes.iter().enumerate() {
        let (ranges, is_rows) = match change {
            Change::Tokens { before, after } if after.is_empty() => (vec![before.clone()], false),
            Change::Rows { delete, insert, .. } if !insert.iter().any(|i| shows_code(after, &i.elements)) => {
                (runs(delete.iter().filter(|d| !d.moved).map(|d| d.elements.clone())), true)
            }
            _ => continue,
        };
        for range in ranges {
            let (left, right) = places.of(&range, n, keeps);
            if !is_open(before, &range, after, left, right, is_rows) {
                continue;
            }
            let traces = traces(before, &range, is_rows, &stays);
            if !traces.is_empty() {
                found.push(Removed { at: right.min(after.elements.len()), traces });
            }
        }
    }
    found
}

/// The names that each `-` row shows and the after side does not, the longest first; rows without any are left out.
pub(crate) fn own_names(fragment: &Fragment, before: &Side, after: &Side) -> Vec<Vec<Vec<u8>>> {
    let stays: BTreeSet<&[u8]> = after.elements.iter().filter_map(|e| Some(word(e)?.0)).collect();
    let is_minus = |row: &usize| fragment.rows[*row].sign == Sign::Minus;
    let of_row = |row: usize| {
        let elements = before.elements[before.on_row(row)].iter();
        let names = elements.filter(|e| !before.source.is_type_name(e.tokens.start)).filter_map(word);
        let own = names.filter(|(text, atom)| *atom == Atom::Word && is_own(before, text) && !stays.contains(text));
        let mut own: Vec<Vec<u8>> = own.map(|(text, _)| text.to_vec()).collect();
        own.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        own.dedup();
        own
    };
    let mut rows: Vec<Vec<Vec<u8>>> = (0..fragment.rows.len()).filter(is_minus).map(of_row).collect();
    rows.retain(|names| !names.is_empty());
    rows.sort();
    rows.dedup();
    rows.truncate(MOST_ROWS);
    rows
}

/// The most rows whose names are searched for.
const MOST_ROWS: usize = 16;

/// Ranges of which those that touch are joined.
fn runs(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges.filter(|r| !r.is_empty()) {
        match out.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => out.push(range),
        }
    }
    out
}

fn is_comment(element: &Element) -> bool {
    matches!(element.part, Part::Comment(_))
}

fn shows_code(side: &Side, elements: &Range<usize>) -> bool {
    side.elements[elements.clone()].iter().any(|e| !is_comment(e))
}

/// Where deletions are on the after side.
struct Places {
    /// For each change, where what comes by the changes above it ends, and where what comes by those below begins.
    above: Vec<usize>,
    below: Vec<usize>,
}

impl Places {
    fn new(changes: &[Change]) -> Places {
        let comes = |change: &Change| -> Vec<Range<usize>> {
            let all = match change {
                Change::Tokens { after, .. } => vec![after.clone()],
                Change::Rows { insert, .. } => insert.iter().map(|i| i.elements.clone()).collect(),
            };
            all.into_iter().filter(|c| !c.is_empty()).collect()
        };
        let (mut above, mut below) = (vec![0; changes.len()], vec![usize::MAX; changes.len()]);
        for n in 1..changes.len() {
            above[n] = comes(&changes[n - 1]).iter().map(|c| c.end).fold(above[n - 1], usize::max);
        }
        for n in (1..changes.len()).rev() {
            below[n - 1] = comes(&changes[n]).iter().map(|c| c.start).fold(below[n], usize::min);
        }
        Places { above, below }
    }

    /// Behind the elements before the first number, before that of the second.
    fn of(&self, range: &Range<usize>, change: usize, keeps: &[(usize, usize)]) -> (usize, usize) {
        let kept = |b: usize| keeps.partition_point(|k| k.0 < b);
        let left = kept(range.start).checked_sub(1).map_or(0, |n| keeps[n].1 + 1);
        let right = keeps.get(kept(range.end)).map_or(usize::MAX, |k| k.1);
        (left.max(self.above[change]), right.min(self.below[change]))
    }
}

/// Whether code of the file can lie between a deletion and what the after side shows next to it.
fn is_open(before: &Side, range: &Range<usize>, after: &Side, left: usize, right: usize, is_rows: bool) -> bool {
    let shown = |e: &&Element| !is_comment(e);
    let above = after.elements[..left.min(after.elements.len())].iter().rfind(shown);
    let below = after.elements.get(right..).and_then(|rest| rest.iter().find(shown));
    // A part of a row at the end of a body ends where what the body shows ends, unless that may go on.
    let goes_on = is_rows || matches!(after.root, Root::Value) || item_at(before, range.start, range.end).is_some();
    let is_open = |neighbour: Option<&Element>| neighbour.map_or(goes_on, |e| e.part.is_dots());
    is_open(above) || is_open(below)
}

/// The pieces of the code that goes.
fn traces(side: &Side, range: &Range<usize>, is_rows: bool, stays: &BTreeSet<&[u8]>) -> Vec<Trace> {
    let trace = |range: Range<usize>, form: Form| Trace::new(side, range, form, stays);
    let mut all = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let element = &side.elements[at];
        let begins = at == range.start || side.elements[at - 1].row != element.row || element.gap != Gap::None;
        if let Part::Comment(text) = &element.part {
            all.push(trace(at..at + 1, Form::Comment(text.clone())));
            at += 1;
        } else if let Some((end, kind)) = item_at(side, at, range.end).filter(|_| begins) {
            all.push(trace(at..end, Form::Items(kind)));
            at = end;
        } else {
            let is_next = |n: &usize| side.elements[*n].row != element.row || is_comment(&side.elements[*n]);
            let end = (at + 1..range.end).find(is_next).unwrap_or(range.end);
            let form = if is_rows && governs(side, at..end) { Form::Header } else { Form::Part };
            all.push(trace(at..end, form));
            at = end;
        }
    }
    let counts = |t: &Trace| t.is_named || !is_rows && t.form == Form::Part && has_words(&t.side);
    if all.iter().any(counts) {
        all.retain(counts);
        return all;
    }
    // Nothing tells the pieces from other code, but all of them together may be reported.
    match whole_items(side, range) {
        Some(kind) => {
            Some(trace(range.clone(), Form::Items(kind))).filter(|t| has_words(&t.side)).into_iter().collect()
        }
        None => Vec::new(),
    }
}

impl Trace {
    fn new(side: &Side, range: Range<usize>, form: Form, stays: &BTreeSet<&[u8]>) -> Trace {
        let mut side = part_of(side, &range);
        if matches!(form, Form::Header | Form::Part) {
            side.root = Root::Part;
        }
        let is_statement = form == Form::Items(ListKind::Statements);
        let is_named =
            matches!(form, Form::Comment(_)) || side.elements.iter().any(|e| is_name(&side, e, is_statement));
        let (mut names, mut types, mut literals) = (Vec::new(), Vec::new(), Vec::new());
        for element in &side.elements {
            let Some((text, atom)) = word(element).filter(|(text, _)| !stays.contains(text)) else { continue };
            let kind = match atom {
                Atom::Text | Atom::Number => &mut literals,
                Atom::Word if !is_own(&side, text) => continue,
                _ if side.source.is_type_name(element.tokens.start) => &mut types,
                _ => &mut names,
            };
            kind.push(text.to_vec());
        }
        let own = [names, types, literals.clone()].into_iter().find(|words| !words.is_empty()).unwrap_or_default();
        Trace { side, form, is_named, own, literals }
    }
}

/// The text of a token that is no mark.
fn word(element: &Element) -> Option<(&[u8], Atom)> {
    match &element.part {
        Part::Token { text, atom } if matches!(atom, Atom::Word | Atom::Text | Atom::Number) => Some((text, *atom)),
        Part::Package { name, .. } => Some((name.as_bytes(), Atom::Word)),
        _ => None,
    }
}

/// Whether a word is no word of the language.
fn is_own(side: &Side, text: &[u8]) -> bool {
    let language = side.source.language;
    let word = std::str::from_utf8(text).unwrap_or_default();
    !language.is_keyword(word) && !language.is_predeclared(word) && !word.starts_with('#')
}

/// Whether an element tells its row from most others. Numbers do in tables, and not in `return 0`.
fn is_name(side: &Side, element: &Element, is_statement: bool) -> bool {
    match &element.part {
        Part::Token { text, atom: Atom::Word } => is_own(side, text),
        Part::Token { atom: Atom::Text | Atom::Macro, .. } | Part::Package { .. } | Part::Paste(_) => true,
        Part::Token { atom: Atom::Number, .. } => !is_statement,
        _ => false,
    }
}

fn has_words(side: &Side) -> bool {
    let is_word = |e: &Element| matches!(&e.part, Part::Token { atom, .. } if *atom != Atom::Mark);
    side.elements.iter().any(is_word)
}

/// Some elements of a side as a side of their own, comments left out.
fn part_of(side: &Side, range: &Range<usize>) -> Side {
    let mut elements: Vec<Element> = side.elements[range.clone()].iter().filter(|e| !is_comment(e)).cloned().collect();
    if let Some(first) = elements.first_mut() {
        (first.gap, first.list) = (Gap::None, None);
    }
    for element in &mut elements {
        (element.list_prior, element.hole_prior) = (None, None);
    }
    let holes = link(&mut elements);
    let tokens = elements.first().map_or(0, |e| e.tokens.start)..elements.last().map_or(0, |e| e.tokens.end);
    let root = Root::of(&side.source, &tokens);
    // It is matched, and never shown.
    let (text, inner_rows, source) = (String::new(), BTreeSet::new(), side.source.clone());
    Side { elements, holes, root, text, inner_rows, source }
}

/// The widest item of a list that begins with an element and ends before another one: where it ends, and the list's kind.
/// A spec of a group has no keyword of its own, which the body shows.
fn item_at(side: &Side, from: usize, to: usize) -> Option<(usize, ListKind)> {
    let first = side.elements[from].tokens.start;
    let is_left_out = |t: &usize| from.checked_sub(1).is_none_or(|n| side.elements[n].tokens.end <= *t);
    let keyword = first.checked_sub(1).filter(is_left_out);
    let item = |start: usize, of: Option<ListKind>| {
        side.source.lists_at(start).find_map(|l| {
            let list = &side.source.lists[l];
            let end = list.items[list.item_from(start)?].tokens.end;
            let inside = side.elements[from..to].partition_point(|e| e.tokens.end <= end);
            let last = side.elements[from..from + inside].iter().rposition(|e| !is_comment(e))?;
            let ends = side.elements[from + last].tokens.end == end;
            ends.then_some((from + last + 1, of.unwrap_or(list.kind)))
        })
    };
    item(first, None).or_else(|| item(keyword?, Some(ListKind::Specs)))
}

/// The kind of the list of which all these elements are whole items, if they are.
fn whole_items(side: &Side, range: &Range<usize>) -> Option<ListKind> {
    let (mut at, mut kind) = (range.start, None);
    while at < range.end {
        if is_comment(&side.elements[at]) {
            at += 1;
            continue;
        }
        let (end, of) = item_at(side, at, range.end)?;
        if kind.is_some_and(|k| k != of) {
            return None;
        }
        (at, kind) = (end, Some(of));
    }
    kind
}

/// Whether the elements are the header of code that goes on behind them.
fn governs(side: &Side, range: Range<usize>) -> bool {
    let tokens = side.elements[range.start].tokens.start..side.elements[range.end - 1].tokens.end;
    let node = side.source.node_around(&tokens);
    node != 0 && tokens.end < side.source.nodes[node].tokens.end
}
