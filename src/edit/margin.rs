//! What is before the rows of a body, and before the lines of the source that they stand for.

use super::job::Job;
use super::margins::{Margin, Margins, Prefix, Shown};
use super::unit::blanks;
use crate::language::{Language, ListKind};
use crate::patchset::{Layout, Sign};
use crate::pattern::{Inserted, Side};
use std::collections::BTreeMap;
use std::ops::Range;

/// So many rows are looked at for one that says how much further right the source is.
const NEAR: usize = 200;

impl Job<'_> {
    fn margins(&self) -> &Margins {
        self.margins.get_or_init(|| {
            let side = &self.variant.before;
            let is_code = |row: usize| self.rows[row].sign != Sign::Plus && !self.has_own_margin(row);
            let prefix = |row: usize| is_code(row).then(|| self.read_prefix(row)).flatten();
            let prefixes: Vec<Option<Vec<u8>>> = (0..self.rows.len()).map(prefix).collect();
            let mut shown: BTreeMap<Vec<u8>, Shown> = BTreeMap::new();
            for (row, prefix) in prefixes.iter().enumerate() {
                let Some(prefix) = prefix else { continue };
                let own = blanks(self.rows[row].text.as_bytes());
                let of = shown.entry(prefix.clone()).or_default();
                of.blanks |= own.first() == Some(&b' ');
                of.tabs |= own.first() == Some(&b'\t');
                of.any_blank |= own.contains(&b' ');
                if let Some(first) = side.elements.get(side.on_row(row).start).filter(|e| !e.wrapped) {
                    of.depths_differ |= of.depth.is_some_and(|depth| depth != first.depth);
                    of.depth = of.depth.or(Some(first.depth));
                }
            }
            let nested = |side: &Side| side.elements.iter().any(|e| e.depth != side.elements[0].depth && !e.wrapped);
            let bare = self.rows.iter().all(|row| !row.text.starts_with([' ', '\t']));
            let is_flat = bare && (nested(&self.variant.before) || nested(&self.variant.after));
            Margins { prefixes, shown, is_flat }
        })
    }

    /// What the line of a row has before the row's own blanks.
    pub(super) fn prefix_of(&self, row: usize) -> Option<&[u8]> {
        self.margins().prefixes[row].as_deref()
    }

    fn read_prefix(&self, row: usize) -> Option<Vec<u8>> {
        let byte = self.first_byte(row)?;
        let own = blanks(self.rows[row].text.as_bytes());
        let line = self.source.lines.start(byte);
        blanks(&self.source.bytes[line..byte]).strip_suffix(own).map(<[u8]>::to_vec)
    }

    /// How far to the left a row goes.
    pub(super) fn margin_of(&self, row: usize) -> Margin {
        let text = self.rows[row].text.trim();
        let name = text.strip_suffix(':').unwrap_or("");
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        match self.source.language {
            Language::C if text.starts_with('#') => Margin::Directive,
            Language::C if is_name && name != "default" => Margin::Label,
            _ => Margin::Code,
        }
    }

    pub(super) fn has_own_margin(&self, row: usize) -> bool {
        self.margin_of(row) != Margin::Code
    }

    /// The prefixes of the rows of a run, given that of its code: directives and labels have those of the nearest rows
    /// of their kind.
    pub(super) fn prefix(&self, rows: &Range<usize>, code: Vec<u8>) -> Prefix {
        let near = rows.start.saturating_sub(NEAR)..rows.start;
        let behind = rows.start..(rows.start + NEAR).min(self.rows.len());
        let nearest = |margin: Margin| {
            let old = |r: &usize| self.rows[*r].sign != Sign::Plus && self.margin_of(*r) == margin;
            behind.clone().chain(near.clone().rev()).filter(old).find_map(|r| self.read_prefix(r))
        };
        let directive = nearest(Margin::Directive).unwrap_or_default();
        let label = nearest(Margin::Label).unwrap_or_else(|| code.clone());
        Prefix { code, directive, label }
    }

    /// The prefix of rows that come beside others: that of both neighbours, of the nearest row that has one, or of the
    /// list that they come into.
    pub(super) fn prefix_beside(
        &self,
        rows: &Range<usize>,
        above: Option<usize>,
        below: Option<usize>,
    ) -> Option<Vec<u8>> {
        let of = |element: Option<usize>| {
            let row = self.variant.before.elements[element?].row;
            Some(self.prefix_of(row)).filter(|_| !self.has_own_margin(row))
        };
        let found = match (of(above), of(below)) {
            (Some(one), Some(other)) => one.filter(|one| other == Some(one)),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => {
                let near = rows.start.saturating_sub(NEAR)..rows.start;
                let behind = rows.start..(rows.start + NEAR).min(self.rows.len());
                let nearest = near.rev().chain(behind).find_map(|r| self.prefix_of(r));
                return nearest.map(<[u8]>::to_vec).or_else(|| self.prefix_of_list(rows, above, below));
            }
        };
        found.map(<[u8]>::to_vec)
    }

    /// The prefix of rows that come into a list of the source of which the body shows directives and labels alone.
    fn prefix_of_list(&self, rows: &Range<usize>, above: Option<usize>, below: Option<usize>) -> Option<Vec<u8>> {
        let source = self.source;
        let bounds = &self.hit.matched.bounds;
        let is_code = |row: &usize| self.rows[*row].sign == Sign::Plus && !self.has_own_margin(*row);
        let Some(row) = rows.clone().find(is_code) else { return Some(Vec::new()) };
        let own = blanks(self.rows[row].text.as_bytes());
        let gone = || rows.clone().find_map(|r| self.first_byte(r));
        let beside = above.map(|a| bounds[a].bytes.end).or_else(|| below.map(|b| bounds[b].bytes.start));
        let byte = beside.or_else(gone)?;
        let next = source.token_at(byte);
        let list = &source.lists[self.list_around(next)?];
        let begins = |token: usize| {
            let byte = source.tokens.get(token)?.bytes.start;
            let line = source.lines.start(byte);
            let blank = blanks(&source.bytes[line..byte]);
            (line + blank.len() == byte && source.bytes[byte] != b'#').then_some(blank)
        };
        let place = list.items.partition_point(|i| i.tokens.start < next);
        let (before, behind) = list.items.split_at(place);
        let found = before.iter().rev().chain(behind).find_map(|i| begins(i.tokens.start));
        let found = found.or((list.kind == ListKind::File).then_some(&b""[..]))?;
        found.strip_suffix(own).map(<[u8]>::to_vec)
    }

    /// The blanks of a new row: the prefix and its own. Where these do not say how the source is laid out, it is as deep
    /// as the body tells. `base` is the byte and the row that it is measured against, which goes or stays.
    pub(super) fn head(&self, row: usize, prefix: &Prefix, base: (usize, usize), goes: bool) -> Vec<u8> {
        let margin = self.margin_of(row);
        let own = blanks(self.rows[row].text.as_bytes());
        let is_shown =
            margin == Margin::Directive || self.layout == Layout::Patch || self.shows_blanks(row, &prefix.code);
        if is_shown {
            return [prefix.of(margin), own].concat();
        }
        let (byte, base) = base;
        let inserted = Inserted { elements: self.variant.after.on_row(row), row, moved_from: None };
        let steps = if goes { self.steps_from(&inserted, base) } else { self.steps(&inserted, base) };
        self.indentation(byte, steps)
    }

    /// How much deeper than a row that goes a new one is.
    fn steps_from(&self, row: &Inserted, base: usize) -> isize {
        let (before, after) = (&self.variant.before, &self.variant.after);
        let first = after.elements.get(row.elements.start).filter(|_| !row.elements.is_empty());
        let shown = self.level(row.row) - self.level(base);
        let Some(first) = first.filter(|e| e.wrapped || shown == 0 && !self.indents()) else { return shown };
        let own = before.on_row(base);
        let depth = before.elements.get(own.start).filter(|_| !own.is_empty()).map_or(0, |e| e.depth);
        first.depth as isize - depth as isize
    }

    /// Whether the blanks of a new row are those that the source would have.
    fn shows_blanks(&self, row: usize, prefix: &[u8]) -> bool {
        let own = blanks(self.rows[row].text.as_bytes());
        let margins = self.margins();
        let shown = margins.shown.get(prefix);
        if margins.is_flat {
            // The source may be flat, too.
            return shown.is_some_and(|s| s.depths_differ);
        }
        let is_wrapped = || {
            let after = &self.variant.after;
            after.elements.get(after.on_row(row).start).is_some_and(|e| e.row == row && e.wrapped)
        };
        let Some(&mark) = own.first() else { return true };
        let is_shown = shown.is_some_and(|s| if mark == b' ' { s.blanks } else { s.tabs });
        let is_go = self.source.language == Language::Go;
        // gofmt's blanks are tabs.
        if is_go && own.contains(&b' ') && !shown.is_some_and(|s| s.any_blank) {
            return false;
        }
        prefix.is_empty() || is_shown || !is_go && is_wrapped() || self.mark_of_step(prefix) == Some(mark)
    }
}
