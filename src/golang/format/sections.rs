//! Which lines an edit may change besides its own.

use super::printer::Page;
use crate::language::go_nodes as go;
use crate::source::{Bytes, NodeId, Source};
use std::ops::Range;

/// For each line of the page whether it belongs to a section that is touched.
pub(crate) fn sections(source: &Source, page: &Page, touched: &[Bytes]) -> Vec<bool> {
    let sections = Sections::new(source, page);
    // Many may touch one section: each is noted by where it begins and ends, and all are filled in at once.
    let mut borders = vec![0isize; page.columns.joined.len() + 2];
    for lines in touched.iter().map(|range| sections.of(range)) {
        borders[lines.start] += 1;
        borders[lines.end] -= 1;
    }
    let mut open = 0;
    let is_touched = |border: &isize| {
        open += border;
        open > 0
    };
    borders.iter().take(page.columns.joined.len() + 1).map(is_touched).collect()
}

/// The lines of a page, as far as they share columns.
pub(crate) struct Sections<'a> {
    source: &'a Source,
    page: &'a Page,
    /// For each line the first and the last of those that it shares columns with.
    firsts: Vec<usize>,
    lasts: Vec<usize>,
    /// For each node the innermost composite literal's value that holds it.
    literals: Vec<Option<NodeId>>,
    /// For each text the last one before the next empty line.
    ends: Vec<usize>,
}

impl Sections<'_> {
    pub fn new<'a>(source: &'a Source, page: &'a Page) -> Sections<'a> {
        let joined = &page.columns.joined;
        let mut firsts: Vec<usize> = (0..=joined.len()).collect();
        let mut lasts = firsts.clone();
        for line in (0..joined.len()).filter(|&line| joined[line]) {
            firsts[line + 1] = firsts[line];
        }
        for line in (0..joined.len()).rev().filter(|&line| joined[line]) {
            lasts[line] = lasts[line + 1];
        }
        let mut literals: Vec<Option<NodeId>> = Vec::with_capacity(source.nodes.len());
        for (id, node) in source.nodes.iter().enumerate() {
            let above = literals.get(node.parent).copied().flatten();
            literals.push(if node.kind == go::LITERAL_VALUE { Some(id) } else { above });
        }
        let lines = &page.columns.line_of;
        let mut ends: Vec<usize> = (0..lines.len()).collect();
        for text in (1..lines.len()).rev().filter(|&text| lines[text] <= lines[text - 1] + 1) {
            ends[text - 1] = ends[text];
        }
        Sections { source, page, firsts, lasts, literals, ends }
    }

    /// The lines of the sections that a range touches.
    pub fn of(&self, range: &Bytes) -> Range<usize> {
        let (source, page, last_line) = (self.source, self.page, self.lasts.len() - 1);
        let line_of = &page.columns.line_of;
        if page.texts.is_empty() {
            return 0..0;
        }
        // The texts on the lines of the range, and those that it borders.
        let end = range.end.max(range.start).min(source.bytes.len());
        let range = &(source.lines.start(range.start)..source.lines.around(end, &source.bytes).end);
        let first = page.texts.partition_point(|t| t.end < range.start);
        let last = page.texts.partition_point(|t| t.start <= range.end);
        let first =
            if page.texts.get(first).is_none_or(|t| t.start > range.start) { first.saturating_sub(1) } else { first };
        let last = if last > 0 && page.texts[last - 1].end >= range.end { last - 1 } else { last };
        let from = line_of[first.min(line_of.len() - 1)].saturating_sub(1);
        let to = line_of.get(last).map_or(last_line, |l| (l + 1).min(last_line));
        let to = self.last_of_literal(range).map_or(to, |l| l.max(to));
        self.firsts[from]..self.lasts[to] + 1
    }

    /// In a composite literal, a key can change the columns down to the next empty line.
    fn last_of_literal(&self, range: &Bytes) -> Option<usize> {
        let (source, page) = (self.source, self.page);
        let token = source.token_at(range.start).min(source.tokens.len().checked_sub(1)?);
        let literal = self.literals[source.tokens[token].node]?;
        let end = source.span(&source.nodes[literal].tokens).end;
        let lines = &page.columns.line_of;
        let from = page.texts.partition_point(|t| t.start < range.end).min(lines.len() - 1);
        let to = page.texts.partition_point(|t| t.end <= end);
        Some(lines[self.ends[from].min(to.max(from + 1) - 1)])
    }
}

/// Marks the lines between each touched bracket and its other half: they may be nested otherwise than before.
pub(crate) fn between_brackets(source: &Source, page: &Page, touched: &[Bytes], marked: &mut [bool]) {
    let lines = &page.columns.line_of;
    for range in touched {
        let (from, to) = (source.token_at(range.start), source.token_at(range.end));
        for token in (from..to).filter(|&t| matches!(source.text(t), b"{" | b"}" | b"(" | b")" | b"[" | b"]")) {
            let span = source.span(&source.nodes[source.tokens[token].node].tokens);
            let from = page.texts.partition_point(|t| t.start < span.start);
            let to = page.texts.partition_point(|t| t.start < span.end);
            if let Some(lines) = lines.get(from..to).and_then(|l| Some(*l.first()?..=*l.last()?)) {
                marked[lines].fill(true);
            }
        }
    }
}
