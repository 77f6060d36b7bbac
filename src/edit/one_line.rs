//! New items in a list or block that is written on one line: beside the others, or, where Go's own layout would
//! not leave them there, on lines of their own.

use super::job::Job;
use super::rows::Comma;
use crate::language::{Language, ListKind};
use crate::pattern::Inserted;
use crate::source::{Edit, List, ListId, NodeId, Source};

/// The widest function, header and body, that gofmt leaves on one line, and the most statements in it.
const WIDEST: usize = 100;
const MOST_STATEMENTS: usize = 5;

impl Job<'_> {
    /// Inserts behind byte `at`, which ends the token before `next`. `row` is the row of the body that the new
    /// ones are indented against.
    pub(super) fn insert_on_line(
        &self,
        insert: &[Inserted],
        row: usize,
        at: usize,
        next: usize,
        commas: bool,
    ) -> Vec<Edit> {
        let list = (!commas).then(|| self.list_around(next)).flatten();
        match list.filter(|&l| !self.fits_on_line(insert, l)) {
            Some(list) => self.unfold(insert, row, at, next, list),
            None => vec![self.insert_inline(insert, at, next, commas)],
        }
    }

    /// The innermost list of lines in which a gap between tokens lies.
    pub(super) fn list_around(&self, next: usize) -> Option<ListId> {
        let source = self.source;
        let of_node = |id: NodeId| {
            let list = source.lists.binary_search_by_key(&id, |l| l.node).ok()?;
            let List { kind, inside, .. } = &source.lists[list];
            (kind.by_lines() && inside.start <= next && next <= inside.end).then_some(list)
        };
        // One of the two tokens beside the gap lies in it, or is its bracket.
        let around = |t: usize| {
            let node = source.tokens.get(t)?.node;
            std::iter::once(node).chain(source.ancestors(node)).find_map(of_node)
        };
        next.checked_sub(1).and_then(around).max(around(next))
    }

    fn fits_on_line(&self, insert: &[Inserted], list: ListId) -> bool {
        let source = self.source;
        let list = &source.lists[list];
        let texts: Vec<Vec<u8>> = insert.iter().map(|i| self.row_text(i, Comma::Left)).collect();
        let plain = |t: &Vec<u8>| {
            let opens = matches!(t.last(), Some(b'{' | b'(' | b'[' | b':'));
            !opens && !self.is_directive(t) && !matches!(t.first(), Some(b'}' | b')' | b']')) && !t.starts_with(b"//")
        };
        if !texts.iter().all(plain) {
            return false;
        }
        if source.language != Language::Go {
            return list.items.len() + insert.len() == 1 || !list.items.is_empty();
        }
        let count = list.items.len() + insert.len();
        match list.kind {
            ListKind::Statements => {
                let body = &source.nodes[list.node];
                let header = source.nodes[body.parent].tokens.start;
                let width = source.span(&(header..body.tokens.end)).len();
                let new: usize = texts.iter().map(|t| t.len() + 2).sum();
                let of_function = source.language.is_function(source.kind(body.parent));
                of_function && count <= MOST_STATEMENTS && width + new <= WIDEST
            }
            ListKind::Fields | ListKind::Methods => count == 1,
            _ => false,
        }
    }

    /// Puts the items of a list that share a line on lines of their own, the new ones among them.
    fn unfold(&self, insert: &[Inserted], row: usize, at: usize, next: usize, list: ListId) -> Vec<Edit> {
        let source = self.source;
        let list = &source.lists[list];
        let line_of = |byte: usize| source.lines.line(byte);
        let open = source.gap_start(list.inside.start);
        let bracketed = list.inside.start > 0
            && source.text(list.inside.start - 1) == b"{"
            && source.tokens.get(list.inside.end).is_some_and(|_| source.text(list.inside.end) == b"}");
        let deeper = self.indentation(open, isize::from(list.kind != ListKind::File));
        let line = |blank: &[u8]| [self.newline(), blank].concat();
        let mut edits = Vec::new();
        if bracketed && matches!(list.kind, ListKind::Fields | ListKind::Methods) {
            let brace = source.tokens[list.inside.start - 1].bytes.start;
            if brace > 0 && !source.bytes[brace - 1].is_ascii_whitespace() {
                edits.push(Edit::new(brace..brace, " "));
            }
        }
        let mut text = Vec::new();
        let base = if list.kind == ListKind::File { 0 } else { self.shown_level(row, at, open) };
        for new in insert {
            text.extend_from_slice(self.newline());
            let row_text = self.row_text(new, Comma::Shown);
            if !self.is_directive(&row_text) {
                text.extend(self.indentation(open, base + self.steps(new, row)));
            }
            text.extend(row_text);
        }
        let mut starts: Vec<usize> = list.items.iter().map(|i| i.tokens.start).collect();
        if bracketed {
            starts.push(list.inside.end);
        }
        let last = bracketed.then_some(list.inside.end);
        // Those that share a line with the place, one with the next; what is on other lines stays as it is.
        let shares_line = |start: &&usize| {
            let gap = gap_without_comments(source, **start);
            line_of(gap.start) == line_of(gap.end)
        };
        let place = starts.partition_point(|&start| start < next);
        let behind = starts[place..].iter().skip(1).take_while(shares_line).count();
        let end = (place + 1).min(starts.len());
        let before = starts[..end].iter().rev().take_while(shares_line).count();
        for start in starts[end - before..end + behind].iter().copied() {
            let gap = gap_without_comments(source, start);
            let blank = if Some(start) == last { self.indentation(open, 0) } else { deeper.clone() };
            // As much deeper as the body shows it, and apart, so that all sites in the list ask for the same gap.
            let shifted = if Some(start) == last { 0 } else { self.shift_at(gap.end).max(0) };
            let here = start == next;
            let first = !bracketed && start == list.inside.start && !here;
            if here && gap.is_empty() {
                // One edit where two would be at the same byte.
                text.extend(line(&blank));
                text.extend(self.step(&blank, shifted));
            } else if !first {
                edits.push(Edit::new(gap.end..gap.end, self.step(&blank, shifted)));
                edits.push(Edit::new(gap, line(&blank)));
            }
        }
        edits.push(Edit::new(at..at, text));
        edits
    }

    /// How many steps deeper than the line of the opening bracket the rows of the body's own level are.
    fn shown_level(&self, row: usize, at: usize, open: usize) -> isize {
        // Where the row above is the one with the bracket, the rows tell themselves.
        let shows_bracket = at == open || self.rows[row].text.trim_end().ends_with(['{', '(']);
        let closes = self.rows[row].text.trim_start().starts_with(['}', ')']);
        if shows_bracket || closes { 0 } else { 1 }
    }

    fn inline_separator(&self, commas: bool) -> &'static [u8] {
        match (commas, self.source.language) {
            (true, _) => b", ",
            (false, Language::Go) => b"; ",
            (false, Language::C | Language::Text) => b" ",
        }
    }

    /// Inserts beside the other items of the line.
    fn insert_inline(&self, insert: &[Inserted], at: usize, next: usize, commas: bool) -> Edit {
        let source = self.source;
        let separator = self.inline_separator(commas);
        let texts: Vec<Vec<u8>> = insert.iter().map(|i| self.row_text(i, Comma::Left)).collect();
        let joined = texts.join(separator);
        let closes = source.tokens.get(next).is_some_and(|_| matches!(source.text(next), b"}" | b")" | b"]"));
        let before = at.checked_sub(1).map(|b| source.bytes[b]);
        let opens = matches!(before, Some(b'{' | b'(' | b'['));
        if opens {
            let spaced = before == Some(b'{') && !commas;
            let blank = source.bytes.get(at).is_some_and(|b| matches!(b, b' ' | b'\t'));
            let lead: &[u8] = if spaced { b" " } else { b"" };
            let trail: &[u8] = match (closes, spaced) {
                (true, true) if !blank => b" ",
                (true, _) => b"",
                // Between `{` and the first item the old blank stays behind the new item.
                (false, true) => separator.trim_ascii_end(),
                (false, false) => separator,
            };
            return Edit::new(at..at, [lead, &joined, trail].concat());
        }
        // A separator that is here already is the one before the new items.
        match self.separator_behind(at, if commas { b"," } else { b";" }) {
            Some(s) if !closes => {
                Edit::new(s.end..s.end, [b" ".as_slice(), &joined, separator.trim_ascii_end()].concat())
            }
            // A list that ends with a comma still does.
            Some(s) => Edit::new(s.end..s.end, [b" ".as_slice(), &joined, if commas { b"," } else { b"" }].concat()),
            None => Edit::new(at..at, [separator, &joined].concat()),
        }
    }
}

/// The bytes before a token in which nothing but blanks and separators is.
fn gap_without_comments(source: &Source, token: usize) -> crate::source::Bytes {
    let (start, end) = (source.gap_start(token), source.gap_end(token));
    let from = source.comments_in(&(start..end)).last().map_or(start, |c| c.bytes.end);
    from..end
}
