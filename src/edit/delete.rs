//! Lines that go.

use super::job::{EditError, Job};
use crate::language::{Atom, Language};
use crate::source::{Bytes, Edit, Gap};
use std::ops::Range;

impl Job<'_> {
    /// Takes lines away: whole ones where nothing else is on them.
    pub(super) fn delete_rows(&self, elements: &Range<usize>, moved: bool) -> Result<Edit, EditError> {
        let source = self.source;
        let Bytes { mut start, mut end } = self.bytes(elements);
        // The tag of a field and the separator behind go along.
        let next = source.token_at(end);
        if source.tokens.get(next).is_some_and(|t| t.atom == Atom::Tag) {
            end = source.tokens[next].bytes.end;
        }
        let comma_behind =
            self.separator_behind(self.code_end(elements), b",").or_else(|| self.separator_behind(end, b","));
        if let Some(separator) = comma_behind.clone().or_else(|| self.separator_behind(end, b";")) {
            end = end.max(separator.end);
        }
        let first = source.token_at(start);
        let next = source.token_at(end);
        let held_left = first < source.tokens.len() && source.tokens[first].gap == Gap::Comma;
        let last_of_list = source.tokens.get(next).is_none_or(|_| matches!(source.text(next), b")" | b"]" | b"}"));
        let line = source.lines.around(start, &source.bytes);
        let begins_line = source.bytes[line.start..start].iter().all(u8::is_ascii_whitespace);
        let tail = self.line_tail(end);
        // A comma before comments may stay where the list may end with one.
        let stays = || {
            let is_commented = !source.comments_in(&(source.tokens[first - 1].bytes.end..start)).is_empty();
            let may_end_so =
                source.language == Language::Go || source.tokens.get(next).is_some_and(|_| source.text(next) == b"}");
            is_commented && may_end_so && begins_line && tail.is_some()
        };
        if held_left && comma_behind.is_none() && last_of_list && !stays() {
            // The last item of a list without a comma behind it leaves none behind.
            start = source.tokens[first - 1].bytes.end;
            return Ok(Edit::new(start..end, ""));
        }
        let Some(tail) = tail.filter(|_| begins_line) else {
            // On a line with other code: up to the next token, or from the one before.
            let on_line =
                source.tokens.get(next).is_some_and(|t| t.bytes.start <= source.lines.around(end, &source.bytes).end);
            let closes = on_line && matches!(source.text(next), b")" | b"]" | b"}");
            if on_line && (begins_line || !closes) {
                return Ok(Edit::new(start..source.tokens[next].bytes.start, ""));
            }
            let from = self
                .separator_before(start)
                .unwrap_or_else(|| if first > 0 { source.tokens[first - 1].bytes.end } else { start });
            let keeps_blank = closes && source.bytes[end..].first() == Some(&b' ');
            let from = if closes && keeps_blank { from } else { from.max(source.lines.start(start)) };
            return Ok(Edit::new(from..end, ""));
        };
        let comment = source.comments_in(&(end..tail)).first();
        let mut from = line.start;
        if moved {
            from = self.doc_start(start);
        } else if let Some(comment) = comment.filter(|c| !self.shows_comment(&c.bytes)) {
            let message = "a comment stands behind the line that goes; show it on the `-` line if it is to go too";
            return Err(EditError { message: message.to_owned(), bytes: comment.bytes.clone() });
        }
        let to = source.lines.next(tail);
        let (from, to) = self.without_double_blanks(from, to);
        Ok(Edit::new(self.without_last_line_end(from, to), ""))
    }

    /// The bytes of lines that go. With the last line of a file without a final line end, the line end before it goes.
    pub(super) fn without_last_line_end(&self, from: usize, to: usize) -> Bytes {
        let source = self.source;
        let is_last = to == source.bytes.len() && !source.bytes.ends_with(b"\n");
        if is_last && from > source.lines.content_start() {
            return from - self.newline_at(from - 1).len().min(from)..to;
        }
        from..to
    }

    /// Where lines go, two blank lines do not become neighbours, and none is left at the end of the file; in Go, none is
    /// left at the edge of a block.
    pub(super) fn without_double_blanks(&self, from: usize, to: usize) -> (usize, usize) {
        let source = self.source;
        let line = |at: usize| &source.bytes[source.lines.around(at, &source.bytes)];
        let is_blank = |at: usize| line(at).trim_ascii().is_empty();
        let first = source.lines.content_start();
        if from <= first {
            return (from, to);
        }
        if to >= source.bytes.len() {
            let mut from = from;
            while from > first && is_blank(from - 1) {
                from = source.lines.start(from - 1);
            }
            return (from, to);
        }
        let above = source.lines.start(from - 1);
        let go = source.language == Language::Go;
        let opens = line(above).trim_ascii_end().ends_with(b"{") || line(above).trim_ascii_end().ends_with(b"(");
        let closes = matches!(line(to).trim_ascii_start().first(), Some(b'}' | b')'));
        if is_blank(to) && (is_blank(above) || go && opens) {
            return (from, source.lines.next(to));
        }
        if go && is_blank(above) && closes {
            return (above, to);
        }
        (from, to)
    }
}
