//! Changes of whole lines of the body.

use super::job::{EditError, Job};
use super::margins::Prefix;
use super::unit::{blanks, width};
use crate::language::{Atom, Directive, Language, ListKind};
use crate::pattern::{Deleted, Inserted, Part, Side};
use crate::source::{Bytes, Edit, List, Tokens};
use std::ops::Range;

/// The comma behind a new line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Comma {
    /// As the body shows it: what is behind the line is new, too.
    Shown,
    /// The line is an item of a list of the source, with others behind it.
    Needed,
    /// There is none, or the source has it already.
    Left,
}

impl Job<'_> {
    pub(super) fn change_rows(
        &self,
        delete: &[Deleted],
        insert: &[Inserted],
        above: Option<usize>,
        below: Option<usize>,
        edits: &mut Vec<Edit>,
    ) -> Result<(), EditError> {
        let moves = delete.iter().any(|d| d.moved) || insert.iter().any(|i| i.moved_from.is_some());
        if !delete.is_empty() && !insert.is_empty() && !moves {
            edits.push(self.replace_rows(delete, insert));
            return Ok(());
        }
        if let (Some(first), Some(last)) = (delete.first(), delete.last()) {
            if moves {
                for d in delete {
                    edits.push(self.delete_rows(&d.elements, d.moved)?);
                }
            } else {
                edits.push(self.delete_rows(&(first.elements.start..last.elements.end), false)?);
            }
        }
        if !insert.is_empty() {
            self.insert_rows(insert, above, below, edits)?;
        }
        Ok(())
    }

    pub(super) fn newline(&self) -> &'static [u8] {
        self.source.lines.ending().bytes()
    }

    /// The line end of the line that a byte is on: in a file with both kinds, a line keeps its own beside a new one.
    pub(super) fn newline_at(&self, byte: usize) -> &'static [u8] {
        let ends = &self.source.bytes[..self.source.lines.next(byte)];
        match ends {
            [.., b'\r', b'\n'] => b"\r\n",
            [.., b'\n'] => b"\n",
            _ => self.newline(),
        }
    }

    /// New lines in the place of old ones.
    fn replace_rows(&self, delete: &[Deleted], insert: &[Inserted]) -> Edit {
        let gone = delete[0].elements.start..delete[delete.len() - 1].elements.end;
        let mut bytes = self.bytes(&gone);
        let base = self.variant.before.elements[gone.start].row;
        let has_code = |row: &Inserted| code_end(&self.variant.after, &row.elements) > row.elements.start;
        let last = insert.iter().rposition(has_code);
        // The comma behind what goes is the one behind what comes, which may end in a comment.
        let behind = last.map_or(&[] as &[Inserted], |last| &insert[last + 1..]);
        let comments = !behind.is_empty()
            || last.is_some_and(|l| code_end(&self.variant.after, &insert[l].elements) < insert[l].elements.end);
        let mut comma_of_last = Comma::Shown;
        if let Some(comma) = self.separator_behind(self.code_end(&gone), b",") {
            comma_of_last = if comments || comma.end <= bytes.end { Comma::Needed } else { Comma::Left };
            if comments {
                bytes.end = bytes.end.max(comma.end);
            }
        } else if shows_comma(&self.variant.before, code_end(&self.variant.before, &gone)) {
            comma_of_last = Comma::Left;
        }
        let mut text = Vec::new();
        for (n, row) in insert.iter().enumerate() {
            if n > 0 {
                text.extend_from_slice(self.newline_at(bytes.end));
                text.extend(self.indentation(bytes.start, self.level(row.row) - self.level(base)));
            }
            text.extend(self.row_text(row, if Some(n) == last { comma_of_last } else { Comma::Shown }));
        }
        Edit::new(bytes, text)
    }

    /// Where in the source the code of a run of before elements ends, comments behind it left aside.
    pub(super) fn code_end(&self, elements: &Range<usize>) -> usize {
        self.bytes(&(elements.start..code_end(&self.variant.before, elements))).end
    }

    /// A new line as text, without its indentation.
    pub(super) fn row_text(&self, row: &Inserted, comma: Comma) -> Vec<u8> {
        self.row_text_with(row, comma, b"")
    }

    /// The same; the lines of a comment but its first get a prefix.
    pub(super) fn row_text_with(&self, row: &Inserted, comma: Comma, prefix: &[u8]) -> Vec<u8> {
        if row.elements.is_empty() {
            return self.rows[row.row].text.trim_start().as_bytes().to_vec();
        }
        let side = &self.variant.after;
        let end = code_end(side, &row.elements);
        let mut text = self.rendered_with(&(row.elements.start..end), prefix).0;
        let has_comma = comma == Comma::Needed || comma == Comma::Shown && self.ends_with_comma(row);
        if has_comma && !text.is_empty() {
            text.push(b',');
        }
        if end < row.elements.end {
            if end > row.elements.start {
                text.extend(side.between(end - 1, end).trim_start_matches(',').bytes());
            }
            text.extend(self.rendered_with(&(end..row.elements.end), prefix).0);
        }
        text
    }

    /// Whether the body shows a comma behind the code of the row.
    fn ends_with_comma(&self, row: &Inserted) -> bool {
        let end = code_end(&self.variant.after, &row.elements);
        end > row.elements.start && shows_comma(&self.variant.after, end)
    }

    /// The separator directly behind a byte, blanks aside.
    pub(super) fn separator_behind(&self, byte: usize, mark: &[u8]) -> Option<Bytes> {
        let source = self.source;
        let i = source.separators.partition_point(|s| s.start < byte);
        let s = source.separators.get(i)?;
        let clear = source.bytes[byte..s.start].iter().all(|b| matches!(b, b' ' | b'\t'));
        (clear && source.bytes[s.clone()] == *mark).then(|| s.clone())
    }

    /// The start of the separator directly before a byte.
    pub(super) fn separator_before(&self, byte: usize) -> Option<usize> {
        let source = self.source;
        let i = source.separators.partition_point(|s| s.end <= byte).checked_sub(1)?;
        let s = &source.separators[i];
        let clear = source.bytes[s.end..byte].iter().all(|b| matches!(b, b' ' | b'\t'));
        (clear && matches!(&source.bytes[s.clone()], b"," | b";")).then_some(s.start)
    }

    /// The end of the line behind a byte, if only separators and comments are there.
    pub(super) fn line_tail(&self, byte: usize) -> Option<usize> {
        let source = self.source;
        let mut at = byte;
        loop {
            match source.bytes.get(at) {
                None => return Some(at),
                Some(b'\n') => return Some(at),
                Some(b'\r') if source.bytes.get(at + 1) == Some(&b'\n') => return Some(at),
                Some(b' ' | b'\t' | b'\r' | b'\x0b' | b'\x0c') => at += 1,
                Some(b',' | b';') if source.separators.binary_search_by_key(&at, |s| s.start).is_ok() => at += 1,
                Some(b'/') => {
                    let i = source.comments.partition_point(|c| c.bytes.start < at);
                    let comment = source.comments.get(i).filter(|c| c.bytes.start == at)?;
                    at = comment.bytes.end;
                }
                Some(_) => return None,
            }
        }
    }

    /// The start of the line on which the comment directly above an item begins, or of the item's own line.
    pub(super) fn doc_start(&self, byte: usize) -> usize {
        let source = self.source;
        let mut start = source.lines.start(byte);
        let own = width(blanks(&source.bytes[start..]));
        while start > source.lines.content_start() {
            let above = source.lines.around(start - 1, &source.bytes);
            let end = above.start + source.bytes[above].trim_ascii_end().len();
            let comment = source.comments.binary_search_by_key(&end, |c| c.bytes.end);
            let Some(comment) = comment.ok().map(|c| &source.comments[c]) else { break };
            // What is about the file, or about a stretch of it, is not about the item.
            let code = source.language.directive(&source.bytes[comment.bytes.clone()]);
            if matches!(code, Some(Directive::Head | Directive::Region)) {
                break;
            }
            let line = source.lines.start(comment.bytes.start);
            let blank = blanks(&source.bytes[line..]);
            // A comment that is deeper ends what is above: `/* fall through */`.
            if line + blank.len() != comment.bytes.start || width(blank) > own {
                break;
            }
            start = line;
        }
        start
    }

    /// New lines beside one that stays.
    fn insert_rows(
        &self,
        insert: &[Inserted],
        above: Option<usize>,
        below: Option<usize>,
        edits: &mut Vec<Edit>,
    ) -> Result<(), EditError> {
        match (above, below) {
            (_, Some(below)) if self.is_taken_apart(below) => self.insert_above(insert, below, None, edits),
            (Some(above), _) => self.insert_below(insert, above, None, edits),
            (None, Some(below)) => self.insert_above(insert, below, None, edits),
            (None, None) => {
                let message = "nothing tells where the new line stands".to_owned();
                return Err(EditError { message, bytes: self.source.span(&self.hit.matched.tokens) });
            }
        }
        Ok(())
    }

    /// Behind the line that `above` ends; with a prefix as the rows are written.
    pub(super) fn insert_below(
        &self,
        insert: &[Inserted],
        above: usize,
        prefix: Option<&Prefix>,
        edits: &mut Vec<Edit>,
    ) {
        let source = self.source;
        let side = &self.variant.before;
        let row = side.elements[above].row;
        let bounds = &self.hit.matched.bounds;
        let mut at = bounds[above].bytes.end;
        let tag = source.token_at(at);
        if source.tokens.get(tag).is_some_and(|t| t.atom == Atom::Tag) {
            at = source.tokens[tag].bytes.end;
        }
        let next = source.token_at(at);
        let commas = self.in_comma_list(insert);
        // A comma is before the comment that ends the line.
        let is_comment = matches!(side.elements[above].part, Part::Comment(_));
        let code = if is_comment { source.gap_start(next) } else { at };
        let opens = matches!(source.bytes.get(code.wrapping_sub(1)), Some(b'{' | b'(' | b'['));
        let Some(tail) = self.line_tail(at) else {
            edits.extend(self.insert_on_line(insert, row, at, next, commas));
            return;
        };
        let (row, base) = self.base_of(above);
        let mut text = Vec::new();
        let mut place = tail;
        let has_comma = [code, at].into_iter().any(|byte| self.separator_behind(byte, b",").is_some());
        let last_in_list = source.tokens.get(next).is_none_or(|_| matches!(source.text(next), b"}" | b")" | b"]"));
        if commas && !opens && !has_comma {
            // The line above was the last without a comma: it gets one, before its comment.
            place = code;
            text.push(b',');
            text.extend_from_slice(&source.bytes[code..tail]);
        }
        // A list that ends with a comma still does.
        let goes_on = has_comma || opens && (!last_in_list || self.wants_last_comma(insert));
        for (row_in, comma) in insert.iter().zip(self.commas(insert, commas, goes_on)) {
            text.extend_from_slice(self.newline_at(tail));
            text.extend(self.new_line(row_in, (base, row), prefix, comma));
        }
        edits.push(Edit::new(place..tail, text));
    }

    /// The row that lines below an element are indented against, and the byte of the source that it begins with: where
    /// the element's row goes on with an item, the one on which that began.
    pub(super) fn base_of(&self, above: usize) -> (usize, usize) {
        let side = &self.variant.before;
        let bounds = &self.hit.matched.bounds;
        let solid = |i: &usize| !bounds[*i].bytes.is_empty();
        let own = side.on_row(side.elements[above].row);
        let closes = matches!(&side.elements[own.start].part, Part::Token { text, .. } if text == b"}");
        let end = side.elements[above].tokens.end;
        let items = side.source.lists_at(end).filter_map(|l| {
            let list = &side.source.lists[l];
            Some(list.items[list.item_to(end)?].tokens.start)
        });
        let began = items.max().filter(|_| !closes && !side.elements[above].tokens.is_empty()).and_then(|start| {
            let first = side.elements.partition_point(|e| e.tokens.end <= start);
            (side.elements.get(first)?.tokens.start == start && solid(&first)).then_some(first)
        });
        let row = began.map_or(own, |first| side.on_row(side.elements[first].row));
        let first = (row.start..=above.min(row.end - 1)).find(solid).unwrap_or(above);
        (side.elements[row.start].row, bounds[first].bytes.start)
    }

    /// Whether an item that begins at an element is no item of its kind any more: the element has become part of
    /// another, or of something less or more.
    pub(super) fn is_taken_apart(&self, element: usize) -> bool {
        let (before, after, keeps) = (&self.variant.before, &self.variant.after, &self.variant.keeps);
        let row = before.on_row(before.elements[element].row);
        let Some(kept) = keeps.get(keeps.partition_point(|k| k.0 < row.start)).filter(|k| row.contains(&k.0)) else {
            return false;
        };
        let new = after.on_row(after.elements[kept.1].row).start;
        let (old, new) = (before.elements[element].tokens.start, after.elements[new].tokens.start);
        let items = |side: &'_ Side, token: usize| -> Vec<(ListKind, Tokens)> {
            let lists = side.source.lists_at(token).map(|l| &side.source.lists[l]);
            lists.filter_map(|l| Some((l.kind, l.items[l.item_from(token)?].tokens.clone()))).collect()
        };
        let kept_in = |tokens: &Tokens, start: &dyn Fn(&(usize, usize)) -> usize| {
            keeps.partition_point(|k| start(k) < tokens.start)..keeps.partition_point(|k| start(k) < tokens.end)
        };
        let Some((kind, item)) = items(before, old).into_iter().next() else { return false };
        let stays = kept_in(&item, &|k| before.elements[k.0].tokens.start);
        let is_all = |tokens: &Tokens| kept_in(tokens, &|k| after.elements[k.1].tokens.start) == stays;
        let items = items(after, new);
        if items.is_empty() {
            // Behind a label, or a condition without braces; but a block that gets a head is the body of that.
            let is_body = before.source.text(old) == b"{";
            return is_body || !after.source.nodes_at(new).any(|(_, n)| is_all(&n.tokens));
        }
        let lines = |kind| matches!(kind, ListKind::File | ListKind::Statements);
        !items.iter().any(|(k, tokens)| (*k == kind || lines(*k) && lines(kind)) && is_all(tokens))
    }

    /// Before the line that `below` begins, above its doc comment; with a prefix as the rows are written.
    pub(super) fn insert_above(
        &self,
        insert: &[Inserted],
        below: usize,
        prefix: Option<&Prefix>,
        edits: &mut Vec<Edit>,
    ) {
        let source = self.source;
        let bytes = &self.hit.matched.bounds[below].bytes;
        let row = self.variant.before.elements[below].row;
        let line = source.lines.start(bytes.start);
        let commas = self.in_comma_list(insert);
        if !source.bytes[line..bytes.start].iter().all(u8::is_ascii_whitespace) {
            let next = source.token_at(bytes.start);
            let at = source.gap_start(next);
            edits.extend(self.insert_on_line(insert, row, at, next, commas));
            return;
        }
        // What is above a closing bracket belongs to the items before it; a comment above an item that is no more
        // belongs to what comes in its place.
        let closes = matches!(source.bytes.get(bytes.start), Some(b'}' | b')' | b']'));
        let place = if closes || self.is_taken_apart(below) { line } else { self.doc_start(bytes.start) };
        let mut text = Vec::new();
        for (row_in, comma) in insert.iter().zip(self.commas(insert, commas, true)) {
            text.extend(self.new_line(row_in, (bytes.start, row), prefix, comma));
            text.extend_from_slice(self.newline_at(bytes.start));
        }
        edits.push(Edit::new(place..place, text));
    }

    /// One new line with its indentation: that of the line it is beside, as much deeper as the body shows; or a
    /// prefix and its own.
    fn new_line(&self, row: &Inserted, base: (usize, usize), prefix: Option<&Prefix>, comma: Comma) -> Vec<u8> {
        if let Some(prefix) = prefix {
            return self.line_as_shown(row, base, prefix, comma);
        }
        if let Some(from) = &row.moved_from {
            return self.moved_line(&self.bytes(from));
        }
        let mut text = self.indentation(base.0, self.steps(row, base.1));
        let own = blanks(self.rows[row.row].text.as_bytes());
        let body = self.row_text_with(row, comma, text.strip_suffix(own).unwrap_or(&text));
        if body.is_empty() {
            return Vec::new();
        }
        if self.is_directive(&body) {
            text.clear();
        }
        text.extend(body);
        text
    }

    /// Whether a new line is a directive of C, which is at the left margin.
    pub(super) fn is_directive(&self, row: &[u8]) -> bool {
        self.source.language == Language::C && row.starts_with(b"#")
    }

    /// The commas behind new lines: the body shows them, but the one behind the last is up to the list that they come
    /// into, if they do: `goes_on` says whether it has more behind it.
    fn commas(&self, insert: &[Inserted], in_list: bool, goes_on: bool) -> Vec<Comma> {
        let has_code = |row: &Inserted| code_end(&self.variant.after, &row.elements) > row.elements.start;
        let mut commas = vec![Comma::Shown; insert.len()];
        if let Some(last) = insert.iter().rposition(has_code).filter(|_| in_list) {
            commas[last] = if goes_on { Comma::Needed } else { Comma::Left };
        }
        commas
    }

    /// How much deeper than its neighbour, as that is now, a new line is.
    pub(super) fn steps(&self, row: &Inserted, base_row: usize) -> isize {
        // What the neighbour itself is shifted by, since the body shows both as they are afterwards.
        let before = self.variant.before.on_row(base_row);
        let kept = self.variant.keeps.get(self.variant.keeps.partition_point(|k| k.0 < before.start));
        let stays = kept.filter(|k| before.contains(&k.0)).map(|k| (base_row, self.variant.after.elements[k.1].row));
        let shift = stays.and_then(|rows| self.deeper(rows)).unwrap_or(0);
        let base_row = stays.map_or(base_row, |(_, after)| after);
        let shown = self.level(row.row) - self.level(base_row);
        if shown != 0 || row.elements.is_empty() || self.indents() {
            return shown + shift;
        }
        // A body written without indentation: its brackets tell.
        let after = &self.variant.after;
        let depth = after.elements[row.elements.start].depth as isize;
        let base = after.elements[after.on_row(base_row)].first().map_or(depth, |e| e.depth as isize);
        depth - base + shift
    }

    /// A line that moves: with its doc comment, its trailing comment and its tag.
    pub(super) fn moved_line(&self, bytes: &Bytes) -> Vec<u8> {
        let source = self.source;
        let from = self.doc_start(bytes.start);
        let mut end = bytes.end;
        let next = source.token_at(end);
        if source.tokens.get(next).is_some_and(|t| t.atom == Atom::Tag) {
            end = source.tokens[next].bytes.end;
        }
        let to = self.line_tail(end).unwrap_or(end);
        let line = source.lines.start(bytes.start);
        let alone = source.bytes[line..bytes.start].iter().all(u8::is_ascii_whitespace);
        if alone { source.bytes[from..to].to_vec() } else { source.bytes[bytes.start..end].to_vec() }
    }

    /// Whether the new lines are items of a list of commas that is not new itself.
    pub(super) fn in_comma_list(&self, insert: &[Inserted]) -> bool {
        let side = &self.variant.after;
        let code = || insert.iter().filter(|i| !i.elements.is_empty());
        let tokens = |from: &Inserted, to: &Inserted| {
            side.elements[from.elements.start].tokens.start..side.elements[to.elements.end - 1].tokens.end
        };
        let (Some(first), Some(last)) = (code().next(), code().next_back()) else { return false };
        let all = tokens(first, last);
        let lists = |at: usize| side.source.lists_at(at).map(|l| &side.source.lists[l]);
        // Unless the body shows that it opens with something new.
        let is_old = |list: &List| {
            let opens = side.elements.partition_point(|e| e.tokens.end < list.inside.start);
            let shown = side.elements.get(opens).is_some_and(|e| e.tokens.end == list.inside.start);
            !shown || self.variant.keeps.binary_search_by_key(&opens, |k| k.1).is_ok()
        };
        let is_item = |tokens: &Tokens| {
            lists(tokens.start).any(|list| {
                !list.kind.by_lines()
                    && is_old(list)
                    && list.item_from(tokens.start).is_some()
                    && list.item_to(tokens.end).is_some()
                    && side.source.nodes[list.node].tokens.len() > tokens.len()
            }) && !lists(tokens.start).any(|list| list.kind.by_lines() && list.item_from(tokens.start).is_some())
        };
        is_item(&all) || code().any(|row| is_item(&tokens(row, row)))
    }

    fn wants_last_comma(&self, insert: &[Inserted]) -> bool {
        self.source.language == Language::Go || insert.last().is_some_and(|i| self.ends_with_comma(i))
    }
}

/// Behind the last of some elements that is no comment.
pub(super) fn code_end(side: &Side, elements: &Range<usize>) -> usize {
    let is_code = |i: &usize| !matches!(side.elements[*i].part, Part::Comment(_));
    elements.clone().rev().find(is_code).map_or(elements.start, |i| i + 1)
}

/// Whether a side shows a comma behind the element before `end`.
fn shows_comma(side: &Side, end: usize) -> bool {
    let at = end.checked_sub(1).map_or(0, |i| side.elements[i].bytes.end);
    side.text[at..].trim_start_matches([' ', '\t']).starts_with(',')
}
