//! Braces around what a header governs, in the style of the file.

use super::bare::Bare;
use super::unit::{blanks, width};
use crate::language::Form;
use crate::source::{Bytes, Edit, NodeId, Source};
use std::cell::OnceCell;

/// So many blocks of a file are looked at to know its style.
const LOOKED_AT: usize = 200;

/// Where a file has the opening brace of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// At the end of the header's line.
    Behind,
    /// On a line of its own, so many columns deeper than the header.
    Below(usize),
}

/// The braces of a file.
pub struct Braces<'a> {
    source: &'a Source,
    /// Worked out when it is first asked for.
    style: OnceCell<Style>,
}

impl<'a> Braces<'a> {
    /// Braces as a file has them.
    pub fn new(source: &'a Source) -> Braces<'a> {
        Braces { source, style: OnceCell::new() }
    }

    fn style(&self) -> Style {
        *self.style.get_or_init(|| style(self.source))
    }

    /// The edits of all sites in a statement, with braces around what they leave.
    pub fn around(&self, bare: &Bare, mut edits: Vec<Edit>) -> Vec<Edit> {
        let source = self.source;
        let (header, body) = (source.span(&bare.header), source.span(&bare.body));
        let on_one_line = source.lines.line(header.end) == source.lines.line(body.start);
        let newline = source.lines.ending().bytes();
        let blank = blanks(&source.bytes[source.lines.around(header.start, &source.bytes)]).to_vec();
        if bare.is_empty {
            edits.insert(0, self.opening(&header, &body, b"{ }", &blank));
            return edits;
        }
        let has_lines = |edit: &Edit| edit.text.contains(&b'\n');
        if on_one_line && !edits.iter().any(has_lines) {
            edits.insert(0, Edit::new(header.end..header.end, " {"));
            edits.push(Edit::new(body.end..body.end, " }"));
            return edits;
        }
        if let (Style::Below(extra @ 1..), false) = (self.style(), on_one_line) {
            self.shift(&mut edits, &body, extra);
        }
        let first = self.opening(&header, &body, b"{", &blank);
        if on_one_line {
            self.unfold(&mut edits, (&header, &body), &blank);
        }
        edits.insert(0, first);
        edits.push(self.closing(bare, &edits, [newline, &blank].concat()));
        edits
    }

    /// Puts what is on the header's line on lines of their own.
    fn unfold(&self, edits: &mut Vec<Edit>, (header, body): (&Bytes, &Bytes), blank: &[u8]) {
        let source = self.source;
        let step = step(source, blank);
        let line = [source.lines.ending().bytes(), blank, &step].concat();
        for edit in edits.iter_mut() {
            edit.text = match edit.bytes == (header.end..header.end) {
                true => [&line, edit.text.trim_ascii()].concat(),
                false => deeper(&edit.text, &step, false),
            };
        }
        let comment = source.comments_in(&(header.end..body.start)).last();
        let gap = comment.map_or(header.end, |c| c.bytes.end)..body.start;
        edits.push(Edit::new(gap, line));
    }

    /// The opening brace, or `{ }`.
    fn opening(&self, header: &Bytes, body: &Bytes, braces: &[u8], blank: &[u8]) -> Edit {
        let source = self.source;
        match self.style() {
            Style::Behind => Edit::new(header.end..header.end, [b" ", braces].concat()),
            Style::Below(extra) => {
                // Behind the comment that ends the header's line.
                let line = source.lines.around(header.end, &source.bytes).end;
                let at = if line < body.start { line } else { header.end };
                let newline = source.lines.ending().bytes();
                Edit::new(at..at, [newline, blank, &b" ".repeat(extra), braces].concat())
            }
        }
    }

    /// The closing brace behind the statement and its comment; what follows it in the style that has braces behind the
    /// header, `else` or a loop's `while`, comes to its line.
    fn closing(&self, bare: &Bare, edits: &[Edit], line: Vec<u8>) -> Edit {
        let source = self.source;
        let body = source.span(&bare.body);
        let next = source.token_at(body.end);
        let gap = body.end..source.gap_end(next);
        let goes_on =
            next < source.tokens.len() && matches!(source.text(next), b"else" | b"while") && self.is_followed(bare);
        let extra = match self.style() {
            Style::Below(extra) => b" ".repeat(extra),
            Style::Behind => Vec::new(),
        };
        let closes = [&line[..], &extra, b"}"].concat();
        if goes_on && self.style() == Style::Behind && source.bytes[gap.clone()].trim_ascii().is_empty() {
            return Edit::new(gap, [&closes[..], b" "].concat());
        }
        let line = source.lines.around(body.end, &source.bytes);
        let rest = source.bytes[body.end..line.end.max(body.end)].trim_ascii();
        let is_comment = source.comments_in(&(body.end..line.end)).iter().map(|c| c.bytes.len()).sum::<usize>();
        let at = if rest.len() == is_comment || rest.is_empty() { line.end.max(body.end) } else { body.end };
        match edits.iter().find(|e| e.bytes.start < at && at < e.bytes.end) {
            // Its last line goes as a whole.
            Some(gone) => {
                let newline = source.lines.ending().bytes();
                Edit::new(gone.bytes.end..gone.bytes.end, [&closes[newline.len()..], newline].concat())
            }
            None => Edit::new(at..at, closes),
        }
    }

    /// Whether what is behind the statement belongs to the same header.
    fn is_followed(&self, bare: &Bare) -> bool {
        let source = self.source;
        let nodes = source.nodes_at(bare.header.start);
        nodes.into_iter().any(|(_, n)| n.tokens.start == bare.header.start && n.tokens.end > bare.body.end)
    }

    /// The statement and the new lines go deeper, where the brace is deeper than the header.
    fn shift(&self, edits: &mut Vec<Edit>, body: &Bytes, extra: usize) {
        let source = self.source;
        let extra = b" ".repeat(extra);
        for edit in edits.iter_mut() {
            let begins_line = edit.bytes.is_empty() && source.lines.start(edit.bytes.start) == edit.bytes.start;
            edit.text = deeper(&edit.text, &extra, begins_line);
        }
        let mut line = source.lines.start(body.start);
        while line < body.end {
            let at = line + blanks(&source.bytes[line..]).len();
            let is_cut = edits.iter().any(|e| e.bytes.start < at && at < e.bytes.end);
            if !is_cut && source.bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace()) {
                edits.push(Edit::new(at..at, extra.clone()));
                // Before what is written there.
                let last = edits.len() - 1;
                edits[..].rotate_right(usize::from(last > 0));
            }
            line = source.lines.next(line).max(line + 1);
        }
    }
}

/// A text with more blanks at the start of each of its lines.
fn deeper(text: &[u8], blank: &[u8], begins_line: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (n, line) in text.split_inclusive(|b| *b == b'\n').enumerate() {
        if (n > 0 || begins_line) && !line.trim_ascii().is_empty() {
            let own = blanks(line).len();
            out.extend_from_slice(&line[..own]);
            out.extend_from_slice(blank);
            out.extend_from_slice(&line[own..]);
        } else {
            out.extend_from_slice(line);
        }
    }
    out
}

/// One step of indentation below a line with these blanks.
fn step(source: &Source, blank: &[u8]) -> Vec<u8> {
    let tabs = source.bytes.split(|b| *b == b'\n').filter(|l| l.first() == Some(&b'\t')).count();
    let spaced = source.bytes.split(|b| *b == b'\n').filter(|l| l.starts_with(b"  ")).count();
    if tabs >= spaced && (blank.is_empty() || blank.contains(&b'\t')) { b"\t".to_vec() } else { vec![b' '; 4] }
}

/// The style of most blocks of a file.
fn style(source: &Source) -> Style {
    let mut votes: std::collections::BTreeMap<Option<usize>, usize> = Default::default();
    let blocks = source.nodes.iter().enumerate().filter(|(_, n)| source.language.is_block(n.kind));
    let looked_at = blocks.filter_map(|(id, _)| brace(source, id)).take(LOOKED_AT);
    looked_at.for_each(|vote| *votes.entry(vote).or_default() += 1);
    match votes.into_iter().max_by_key(|(_, count)| *count) {
        Some((Some(extra), _)) => Style::Below(extra),
        _ => Style::Behind,
    }
}

/// Where the brace of a header's block is: below it, so many columns deeper, or on its line.
fn brace(source: &Source, block: NodeId) -> Option<Option<usize>> {
    let node = &source.nodes[block];
    let header = &source.nodes[node.parent];
    let form = source.language.form(header.kind, header.field);
    if !matches!(form, Form::If | Form::Else | Form::Loop | Form::Switch) {
        return None;
    }
    let at = source.gap_end(node.tokens.start);
    let last = source.gap_start(node.tokens.start);
    if source.lines.line(last) == source.lines.line(at) {
        return Some(None);
    }
    let indent = |byte: usize| width(blanks(&source.bytes[source.lines.around(byte, &source.bytes)]));
    Some(Some(indent(at).saturating_sub(indent(source.gap_end(header.tokens.start)))))
}
