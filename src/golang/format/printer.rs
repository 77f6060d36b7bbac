//! Meets the wishes for white space in the order of the file, with the comments set among them.

use super::comments::{Group, comment_lines, groups};
use super::spacing::{Index, Section, Space, Wish};
use super::tabwriter::{Columns, Mark, expand};
use crate::language::go_nodes as go;
use crate::source::Bytes;

/// Deeper indentation than anyone writes; files beyond it are left alone.
const DEEPEST: usize = 500;

/// A file as gofmt would space it: its texts, and the white space between them.
pub(crate) struct Page {
    /// The stops and the lines of comments, in order; dropped separators are missing.
    pub texts: Vec<Bytes>,
    /// The white space before each text, the last one for the end of the file; lines and columns.
    pub columns: Columns,
}

/// Spaces a whole file. Nothing, if it is nested too deeply.
pub(crate) fn print(index: &Index<'_>, wishes: &[Wish]) -> Option<Page> {
    let mut printer = Printer::new(index);
    let mut wishes = wishes.iter().peekable();
    for stop in 0..=index.stops.len() {
        while let Some(wish) = wishes.next_if(|w| w.stop == stop) {
            printer.wish(stop, wish.space);
        }
        let upcoming = wishes.clone().take_while(|w| w.stop == stop + 1);
        printer.stop(stop, upcoming.map(|w| w.space));
        if printer.indent > DEEPEST {
            return None;
        }
    }
    let leads = printer.leads;
    let mut columns = expand(&printer.marks);
    for (text, lead) in leads {
        if let Some(gap) = columns.gaps.get_mut(text) {
            gap.extend_from_slice(&lead);
        }
    }
    Some(Page { texts: printer.texts, columns })
}

/// The white space that waits for the next text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pending {
    Nothing,
    Blank,
    Tab,
    Line,
    Feed,
    In,
    Out,
}

struct Printer<'a> {
    index: &'a Index<'a>,
    texts: Vec<Bytes>,
    marks: Vec<Mark>,
    /// White space that the inner lines of a comment keep: the text, and the bytes before it.
    leads: Vec<(usize, Vec<u8>)>,
    pending: Vec<Pending>,
    groups: std::iter::Peekable<std::vec::IntoIter<Group>>,
    /// For each stop, whether it is in a composite literal.
    in_literal: Vec<bool>,
    indent: usize,
    /// The lines put out so far, and the one that each stop began on.
    line: usize,
    began: Vec<usize>,
    at_line_start: bool,
    /// The rest of the line keeps no columns: a text with line ends is on it.
    no_columns: bool,
    /// The source line of what was put out last, moved on by line ends.
    source_line: usize,
    last_line: usize,
    /// A line end here would end the statement.
    ends_statement: bool,
    open_bracket: Option<u8>,
    last_text: &'a [u8],
}

impl<'a> Printer<'a> {
    fn new(index: &'a Index<'a>) -> Printer<'a> {
        let source = index.source;
        let mut literal = vec![false; source.nodes.len()];
        for id in 0..source.nodes.len() {
            literal[id] = match source.kind(id) {
                go::LITERAL_VALUE => true,
                go::BLOCK => false,
                _ => id > 0 && literal[source.nodes[id].parent],
            };
        }
        let in_literal = index.stops.iter().map(|s| s.token.is_some_and(|t| literal[source.tokens[t].node])).collect();
        Printer {
            index,
            texts: Vec::new(),
            marks: Vec::new(),
            leads: Vec::new(),
            pending: Vec::new(),
            groups: groups(index).into_iter().peekable(),
            in_literal,
            indent: 0,
            line: 0,
            began: Vec::with_capacity(index.stops.len()),
            at_line_start: true,
            no_columns: false,
            source_line: 0,
            last_line: 0,
            ends_statement: false,
            open_bracket: None,
            last_text: b"",
        }
    }

    fn wish(&mut self, stop: usize, space: Space) {
        match space {
            Space::Blank => self.pending.push(Pending::Blank),
            Space::Tab => self.pending.push(Pending::Tab),
            Space::In => self.pending.push(Pending::In),
            Space::Out => self.pending.push(Pending::Out),
            Space::Line => self.line_end(Pending::Line),
            Space::Feed => self.line_end(Pending::Feed),
            Space::Break { least, indent, section } => {
                let lines = self.index.lines_before(stop).min(2).max(least);
                if lines == 0 {
                    return;
                }
                if indent {
                    self.pending.push(Pending::In);
                }
                let feed = match section {
                    Section::Same => false,
                    Section::New => true,
                    Section::NewAfterLines { since, labels } => {
                        self.began.get(since).is_some_and(|&from| self.line > from + labels)
                    }
                };
                for i in 0..lines {
                    self.line_end(if feed && i == 0 { Pending::Feed } else { Pending::Line });
                }
            }
        }
    }

    fn line_end(&mut self, end: Pending) {
        self.pending.push(end);
        self.ends_statement = false;
    }

    /// Puts out a stop, with the comments and the white space before it.
    fn stop(&mut self, stop: usize, upcoming: impl Iterator<Item = Space>) {
        let index = self.index;
        let Some(at) = index.stops.get(stop) else {
            self.ends_statement = false;
            let end = index.source.bytes.len();
            self.flush(stop, end, usize::MAX, 1, b"");
            return;
        };
        let text: &'a [u8] = &index.source.bytes[at.bytes.clone()];
        let breaks = |space: Space| match space {
            Space::Line | Space::Feed => true,
            Space::Break { least, .. } => least > 0,
            _ => false,
        };
        if at.token.is_none() && text == b";" && upcoming.into_iter().any(breaks) {
            self.began.push(self.line);
            return; // The line end says it already.
        }
        if self.pending.is_empty() && runs_together(self.last_text, text) {
            self.pending.push(Pending::Blank);
        }
        let (_, column) = index.source.lines.place(at.bytes.start);
        let (wrote_line, dropped_feed) = self.flush(stop, at.bytes.start, at.lines.0, column, text);
        if !self.ends_statement {
            let lines = at.lines.0.saturating_sub(self.source_line).min(2);
            let lines = if wrote_line && lines == 2 { 1 } else { lines };
            if lines > 0 {
                self.put_lines(if dropped_feed { Mark::Feed } else { Mark::Line }, lines);
            }
        }
        self.began.push(self.line);
        self.put_text(at.bytes.clone(), at.lines);
        self.ends_statement = at.token.is_some_and(|t| index.source.ends_with_line(t));
        self.open_bracket = Some(text).filter(|t| matches!(t, [b'(' | b'['])).map(|t| t[0]);
        self.last_text = text;
    }

    /// Whether a group of comments is to be put out before the text at this place.
    fn comment_before(&mut self, byte: usize) -> bool {
        let ends_statement = self.ends_statement;
        let comments = &self.index.source.comments;
        self.groups
            .peek()
            .is_some_and(|g| comments[g.comments.start].bytes.start < byte && !(ends_statement && g.ends_line))
    }

    /// Puts out the pending white space and the comments among it. Gives whether a line end was put out, and
    /// whether one that ends columns was dropped.
    fn flush(&mut self, stop: usize, byte: usize, line: usize, column: usize, text: &[u8]) -> (bool, bool) {
        if !self.comment_before(byte) {
            self.put_pending(self.pending.len());
            self.source_line = line;
            return (false, false);
        }
        let source = self.index.source;
        let mut last: Option<Bytes> = None;
        while self.comment_before(byte) {
            let Some(group) = self.groups.next() else { break };
            for comment in &source.comments[group.comments] {
                let last_is_line = last.as_ref().map(|l| source.bytes[l.clone()].starts_with(b"//"));
                self.comment_prefix(&comment.bytes, (line, column), last_is_line, text);
                self.put_comment(comment.bytes.clone());
                last = Some(comment.bytes.clone());
            }
        }
        let Some(last) = last else { return (false, false) };
        let is_line = source.bytes[last.clone()].starts_with(b"//");
        let mut needs_line = false;
        let closes = self.closes_literal(stop);
        let no_line = closes || self.closes_plain(stop);
        let no_blank = closes && !self.is_empty_literal(stop);
        let shut = match text {
            b"," => true,
            b")" => self.open_bracket != Some(b'('),
            b"]" => self.open_bracket != Some(b'['),
            _ => false,
        };
        if !no_blank && !is_line && source.lines.line(last.start) == line && !shut {
            let breaks = self.pending.iter().any(|p| matches!(p, Pending::Line | Pending::Feed));
            if breaks && !no_line && !self.in_literal.get(stop).copied().unwrap_or(false) {
                needs_line = true;
            } else {
                self.put_white(Mark::Blank);
            }
        }
        needs_line |= is_line || stop == self.index.stops.len() || text == b"}" && !no_line;
        self.comment_suffix(needs_line)
    }

    /// Whether a stop closes a composite literal.
    fn closes_literal(&self, stop: usize) -> bool {
        self.closing_node(stop).is_some_and(|id| self.index.source.kind(id) == go::LITERAL_VALUE)
    }

    /// Whether a stop closes a function body on one line.
    fn closes_plain(&self, stop: usize) -> bool {
        let function = |id: usize| {
            let parent = self.index.source.nodes[id].parent;
            let kind = self.index.source.kind(parent);
            matches!(kind, go::FUNCTION_DECLARATION | go::METHOD_DECLARATION | go::FUNCTION_LITERAL)
        };
        let block = self.closing_node(stop).filter(|&id| self.index.source.kind(id) == go::BLOCK && function(id));
        block.is_some() && !self.pending.iter().any(|p| matches!(p, Pending::Line | Pending::Feed))
    }

    fn closing_node(&self, stop: usize) -> Option<usize> {
        let token = self.index.stops.get(stop)?.token?;
        (self.index.source.text(token) == b"}").then(|| self.index.source.tokens[token].node)
    }

    fn is_empty_literal(&self, stop: usize) -> bool {
        self.closing_node(stop).is_some_and(|id| self.index.own(id).len() == self.index.source.nodes[id].tokens.len())
    }

    /// The white space before a comment.
    fn comment_prefix(&mut self, bytes: &Bytes, next: (usize, usize), last_is_line: Option<bool>, text: &[u8]) {
        if self.texts.is_empty() {
            return;
        }
        let (line, column) = self.index.source.lines.place(bytes.start);
        let line = line - 1;
        if line == self.last_line && last_is_line != Some(true) {
            let mut separated = false;
            if last_is_line.is_none() {
                let mut upto = 0;
                for i in 0..self.pending.len() {
                    match self.pending[i] {
                        Pending::Blank => self.pending[i] = Pending::Nothing,
                        Pending::Tab => separated = true,
                        Pending::In => {}
                        _ => {
                            upto = i;
                            break;
                        }
                    }
                }
                self.put_pending(upto);
            }
            if !separated {
                self.put_white(if line == next.0 { Mark::Blank } else { Mark::HardTab });
            }
            return;
        }
        let mut dropped = false;
        let mut upto = 0;
        for i in 0..self.pending.len() {
            match self.pending[i] {
                Pending::Blank | Pending::Tab => {
                    self.pending[i] = Pending::Nothing;
                    continue;
                }
                Pending::In => continue,
                Pending::Out => {
                    if self.pending.get(i + 1) == Some(&Pending::Out) || text != b"}" && column == next.1 {
                        continue;
                    }
                }
                Pending::Line | Pending::Feed => {
                    self.pending[i] = Pending::Nothing;
                    dropped = last_is_line.is_none();
                }
                Pending::Nothing => {}
            }
            upto = i;
            break;
        }
        self.put_pending(upto);
        let mut lines = line.saturating_sub(self.last_line);
        if self.indent == 0 && dropped {
            lines += 1;
        }
        if lines == 0 && last_is_line == Some(true) {
            lines = 1;
        }
        if lines > 0 {
            self.put_lines(Mark::Feed, lines.min(2));
        }
    }

    /// What is left of the pending white space behind a comment.
    fn comment_suffix(&mut self, mut needs_line: bool) -> (bool, bool) {
        let (mut wrote, mut dropped) = (false, false);
        for pending in &mut self.pending {
            match *pending {
                Pending::Blank | Pending::Tab => *pending = Pending::Nothing,
                Pending::Line | Pending::Feed if needs_line => {
                    needs_line = false;
                    wrote = true;
                }
                Pending::Line | Pending::Feed => {
                    dropped |= *pending == Pending::Feed;
                    *pending = Pending::Nothing;
                }
                _ => {}
            }
        }
        self.put_pending(self.pending.len());
        if needs_line {
            self.put_lines(Mark::Line, 1);
            wrote = true;
        }
        (wrote, dropped)
    }

    fn put_pending(&mut self, count: usize) {
        let mut i = 0;
        while i < count {
            match self.pending[i] {
                Pending::Nothing => {}
                Pending::In => self.indent += 1,
                Pending::Out => self.indent = self.indent.saturating_sub(1),
                Pending::Blank => self.put_white(Mark::Blank),
                Pending::Tab => self.put_white(Mark::Tab),
                // A label's line is less indented: the step comes before the line end.
                Pending::Line | Pending::Feed if i + 1 < count && self.pending[i + 1] == Pending::Out => {
                    self.pending[i] = Pending::Out;
                    self.pending[i + 1] = Pending::Feed;
                    continue;
                }
                Pending::Line => self.put_lines(Mark::Line, 1),
                Pending::Feed => self.put_lines(Mark::Feed, 1),
            }
            i += 1;
        }
        self.pending.drain(..count);
    }

    fn put_indent(&mut self) {
        if std::mem::take(&mut self.at_line_start) {
            self.marks.extend(std::iter::repeat_n(Mark::HardTab, self.indent.min(DEEPEST)));
        }
    }

    fn put_white(&mut self, mark: Mark) {
        self.put_indent();
        self.marks.push(if self.no_columns { Mark::Blank } else { mark });
    }

    fn put_lines(&mut self, mark: Mark, count: usize) {
        self.put_indent();
        let mark = if std::mem::take(&mut self.no_columns) { Mark::Feed } else { mark };
        self.marks.extend(std::iter::repeat_n(mark, count));
        self.line += count;
        self.source_line += count;
        self.at_line_start = true;
    }

    fn put_text(&mut self, bytes: Bytes, lines: (usize, usize)) {
        self.put_indent();
        let text = &self.index.source.bytes[bytes.clone()];
        self.marks.push(Mark::Text(characters(text)));
        self.texts.push(bytes);
        if lines.1 > lines.0 {
            self.no_columns = true;
        }
        self.line += lines.1 - lines.0;
        self.source_line = lines.1;
        self.last_line = lines.1;
    }

    fn put_comment(&mut self, bytes: Bytes) {
        let source = self.index.source;
        let text = &source.bytes[bytes.clone()];
        let (line, column) = source.lines.place(bytes.start);
        let line = line - 1;
        if text.starts_with(b"//") {
            let directive = column == 1 && text.starts_with(b"//line ");
            let indent = self.indent;
            if directive {
                self.indent = 0;
            }
            self.put_text(bytes, (line, line));
            self.indent = indent;
            return;
        }
        let indents = column == 1 && self.indent > 0;
        for (i, (range, lead)) in comment_lines(&source.bytes, bytes, indents).into_iter().enumerate() {
            if i > 0 {
                self.put_lines(Mark::Feed, 1);
            }
            if !range.is_empty() {
                if !lead.is_empty() {
                    self.leads.push((self.texts.len(), lead));
                }
                self.put_text(range, (line + i, line + i));
            }
            self.source_line = line + i;
            self.last_line = line + i;
        }
    }
}

/// How many characters a text has; bytes that are no UTF-8 count one each.
fn characters(text: &[u8]) -> usize {
    text.utf8_chunks().map(|c| c.valid().chars().count() + c.invalid().len()).sum()
}

/// Two operators that would be read as another one.
fn runs_together(before: &[u8], text: &[u8]) -> bool {
    match (before, text.first()) {
        (b"+", Some(b'+')) | (b"-", Some(b'-')) | (b"/", Some(b'*')) => true,
        (b"<", Some(b'-' | b'<')) | (b"&", Some(b'&' | b'^')) => true,
        (number, Some(b'.')) => number.iter().all(u8::is_ascii_digit) && !number.is_empty(),
        _ => false,
    }
}
