//! A site into edits of lines.

use super::body::{Body, Kind, Row};
use super::form::indent;
use super::lines::Text;
use super::matcher::{Bindings, Way};
use super::merge::{Old, merge};
use crate::patchset::Sign;
use crate::source::{Bytes, Edit, is_blank};
use std::ops::Range;

/// One edit, and what it writes.
#[derive(Clone, Debug)]
pub struct LineEdit {
    /// The edit.
    pub edit: Edit,
    /// The `+` rows that it writes, in order.
    pub rows: Vec<usize>,
    /// Whether it begins with a line end, that of the line above.
    pub ends_line: bool,
}

/// The edits of one site to do. `known` is what the holes are bound to.
pub fn edits(body: &Body, text: &Text, way: &Way, known: &Bindings) -> Vec<LineEdit> {
    let writer = Writer { body, text, way, known, stretches: body.stretches() };
    let mut edits = Vec::new();
    let mut at = 0;
    while at < body.rows.len() {
        let end = at + body.rows[at..].iter().take_while(|row| row.sign != Sign::Context).count();
        if end > at {
            edits.extend(writer.run(at..end));
        }
        at = end.max(at + 1);
    }
    edits
}

struct Writer<'a> {
    body: &'a Body,
    text: &'a Text,
    way: &'a Way,
    known: &'a Bindings,
    stretches: Vec<usize>,
}

/// How the lines of a stretch are laid out beside the rows of the body.
enum Layout<'a> {
    /// As the rows are, where these have all so many bytes of blanks taken off and these blanks put on.
    Verbatim(usize, &'a [u8]),
    /// Otherwise.
    Other,
}

impl<'a> Writer<'a> {
    /// The edits of one run of signed rows.
    fn run(&self, run: Range<usize>) -> Vec<LineEdit> {
        let layout = self.layout(self.stretches[run.start]);
        let rows: Vec<usize> = run.clone().filter(|&row| self.body.rows[row].sign == Sign::Plus).collect();
        let new: Vec<Vec<u8>> = rows.iter().map(|&row| self.line(row, &layout)).collect();
        let gone: Vec<usize> = run.clone().filter_map(|row| self.way.lines[row]).collect();
        let lines = &self.text.lines;
        let (Some(&first), Some(&last)) = (gone.first(), gone.last()) else {
            return self.insertion(&run, rows, &new).into_iter().collect();
        };
        // Empty lines that the body does not show stay where they are, what comes goes behind them.
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for line in gone {
            match pieces.last_mut() {
                Some(piece) if piece.end == line => piece.end = line + 1,
                _ => pieces.push(line..line + 1),
            }
        }
        let end = self.end_at(Some(first));
        let mut edits: Vec<LineEdit> = pieces
            .into_iter()
            .map(|piece| {
                let bytes = lines[piece.start].bytes.start..lines[piece.end - 1].next;
                LineEdit { edit: Edit::new(bytes, ""), rows: Vec::new(), ends_line: false }
            })
            .collect();
        let is_last = last + 1 == lines.len();
        let is_ended = !is_last || self.is_ended(&run, self.text.line_end(last));
        if let Some(edit) = edits.last_mut() {
            edit.edit.text = joined(&new, &end, is_ended);
            edit.rows = rows;
            if new.is_empty() && is_last && !is_ended {
                // The line above becomes the last one, and has no line end either.
                let above = lines[..last].iter().rposition(|line| line.next <= edit.edit.bytes.start);
                edit.edit.bytes.start = above.map_or(edit.edit.bytes.start, |line| lines[line].bytes.end);
            }
        }
        edits
    }

    fn insertion(&self, run: &Range<usize>, rows: Vec<usize>, new: &[Vec<u8>]) -> Option<LineEdit> {
        let lines = &self.text.lines;
        let above = run.start.checked_sub(1).and_then(|row| self.way.lines[row]);
        let Some(above) = above else {
            let below = (*self.way.lines.get(run.end)?)?;
            let at = lines[below].bytes.start;
            let text = joined(new, &self.end_at(below.checked_sub(1)), true);
            return Some(LineEdit { edit: Edit::new(at..at, text), rows, ends_line: false });
        };
        let (at, end) = (lines[above].next, self.end_at(Some(above)));
        let is_last = above + 1 == lines.len();
        let is_ended = !is_last || self.is_ended(run, self.text.line_end(above));
        let mut text = joined(new, &end, is_ended);
        let ends_line = self.text.line_end(above).is_empty();
        if ends_line {
            text.splice(0..0, end);
        }
        Some(LineEdit { edit: Edit::new(at..at, text), rows, ends_line })
    }

    /// Whether a line end is behind the last line of the file once a run is written there: as the rows say, or as it was.
    fn is_ended(&self, run: &Range<usize>, was: &[u8]) -> bool {
        let rows = &self.body.rows[run.clone()];
        let last = rows.iter().rev().find(|row| row.sign == Sign::Plus);
        match rows.iter().any(|row| row.unended) {
            true => !last.is_some_and(|row| row.unended),
            false => !was.is_empty(),
        }
    }

    /// The line end that a line has, or else the first of the file.
    fn end_at(&self, line: Option<usize>) -> Vec<u8> {
        let own = line.map(|line| self.text.line_end(line)).filter(|end| !end.is_empty());
        let first = || (0..self.text.lines.len()).map(|line| self.text.line_end(line)).find(|end| !end.is_empty());
        own.or_else(first).unwrap_or(b"\n").to_vec()
    }

    /// The rows of a stretch that are lines, the other side's left out, with the lines that they meet.
    fn shown(&self, stretch: usize) -> impl Iterator<Item = (usize, &'a Row, usize)> + '_ {
        let rows = self.body.rows.iter().enumerate().filter(move |(n, _)| self.stretches[*n] == stretch);
        rows.filter(|(_, row)| row.kind == Kind::Line).filter_map(|(n, row)| Some((n, row, self.way.lines[n]?)))
    }

    fn layout(&self, stretch: usize) -> Layout<'a> {
        let rows =
            self.body.rows.iter().zip(&self.stretches).filter(|(row, of)| **of == stretch && row.kind == Kind::Line);
        let common = rows.map(|(row, _)| row.indent()).reduce(|a, b| {
            let len = a.iter().zip(b).take_while(|(a, b)| a == b).count();
            &a[..len]
        });
        let common = common.map_or(0, <[u8]>::len);
        let mut prefix: Option<&'a [u8]> = None;
        for (_, row, line) in self.shown(stretch) {
            let content = self.text.content(line);
            let rest = match row.holes {
                None => &row.text[common..],
                Some(_) => &row.indent()[common..],
            };
            let laid = if row.holes.is_none() { content } else { indent(content) };
            let Some(own) = laid.strip_suffix(rest).filter(|own| own.iter().all(|b| is_blank(*b))) else {
                return Layout::Other;
            };
            if prefix.is_some_and(|known| known != own) {
                return Layout::Other;
            }
            prefix = Some(own);
        }
        Layout::Verbatim(common, prefix.unwrap_or(b""))
    }

    /// A `+` row as a line.
    fn line(&self, number: usize, layout: &Layout<'_>) -> Vec<u8> {
        let row = &self.body.rows[number];
        let partner = row.partner.map(|partner| (partner, &self.body.rows[partner]));
        match layout {
            Layout::Verbatim(common, prefix) if row.kind == Kind::Blank => {
                let is_same = prefix.len() == *common;
                if is_same { row.text.clone() } else { row.text.get(*common..).unwrap_or(b"").to_vec() }
            }
            Layout::Verbatim(common, prefix) if partner.is_none_or(|(_, old)| old.holes.is_none()) => {
                [prefix, &self.filled(row)[*common..]].concat()
            }
            _ if row.kind == Kind::Blank => row.text.clone(),
            _ => match partner.and_then(|(partner, old)| Some((partner, old, self.way.lines[partner]?))) {
                Some((partner, old, line)) => {
                    let parts = self.parts(partner, old, line);
                    merge(&Old { row: old, line: self.text.content(line), parts }, row, self.known)
                }
                None => {
                    let filled = self.filled(row);
                    [&self.indent_for(number, row)[..], &filled[indent(&filled).len()..]].concat()
                }
            },
        }
    }

    /// The bytes of the parts of a row, in its line.
    fn parts(&self, number: usize, row: &Row, line: usize) -> Vec<Bytes> {
        let start = self.text.lines[line].bytes.start;
        match self.way.parts.get(&number) {
            Some(parts) => parts.iter().map(|range| range.start - start..range.end - start).collect(),
            None => {
                let tokens = super::form::tokens(self.text.content(line));
                debug_assert_eq!(tokens.len(), row.elements().len());
                tokens
            }
        }
    }

    /// A row with its holes filled.
    fn filled(&self, row: &Row) -> Vec<u8> {
        let Some(elements) = &row.holes else { return row.text.clone() };
        let (mut text, mut from) = (Vec::new(), 0);
        for element in elements {
            text.extend_from_slice(&row.text[from..element.bytes.start]);
            text.extend_from_slice(super::merge::written(&element.part, self.known));
            from = element.bytes.end;
        }
        text.extend_from_slice(&row.text[from..]);
        text
    }

    /// What a new line is indented by: as the nearest line is that has most of its indentation in the body, and by what it has
    /// beyond that.
    fn indent_for(&self, number: usize, row: &Row) -> Vec<u8> {
        let own = row.indent();
        let stretch = self.stretches[number];
        let all = self.shown(stretch).filter(|(_, other, _)| own.starts_with(other.indent()));
        let best = all.min_by_key(|(n, other, _)| (std::cmp::Reverse(other.indent().len()), n.abs_diff(number)));
        if let Some((_, other, line)) = best {
            return [indent(self.text.content(line)), &own[other.indent().len()..]].concat();
        }
        // All lines that are shown are deeper.
        let deeper = self.shown(stretch).filter(|(_, other, _)| other.indent().starts_with(own));
        let nearest = deeper.min_by_key(|(n, other, _)| (other.indent().len(), n.abs_diff(number)));
        let less = nearest
            .and_then(|(_, other, line)| indent(self.text.content(line)).strip_suffix(&other.indent()[own.len()..]));
        less.unwrap_or(own).to_vec()
    }
}

/// Lines with their line ends.
fn joined(lines: &[Vec<u8>], end: &[u8], is_ended: bool) -> Vec<u8> {
    let mut text = lines.join(end);
    if is_ended && !lines.is_empty() {
        text.extend_from_slice(end);
    }
    text
}
