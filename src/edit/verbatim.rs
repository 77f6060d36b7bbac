//! Rows that are written letter for letter, since the source is laid out as the body shows it.

use super::margins::Prefix;
use super::rows::Comma;
use super::stretch::{Piece, Stretch};
use super::{Job, run_of};
use crate::language::Language;
use crate::patchset::Layout;
use crate::pattern::{Change, Inserted, Part, Side};
use crate::source::{Bytes, Edit};
use std::ops::Range;

/// New rows as text, and where in it their elements are.
#[derive(Default)]
struct Written {
    text: Vec<u8>,
    places: Vec<(usize, Range<usize>)>,
}

impl Job<'_> {
    /// For each run of changed rows the edits that write it as it is shown, where it is. If all of them are, and are to
    /// be as `patch` would write them, so they are from now on.
    pub(super) fn as_shown(&mut self, runs: &[Range<usize>], layout: Layout) -> Vec<Option<Vec<Edit>>> {
        let mut changes: Vec<Vec<&Change>> = vec![Vec::new(); runs.len()];
        for change in &self.variant.changes {
            if let Some(run) = run_of(self.variant, runs, change) {
                changes[run].push(change);
            }
        }
        let stretches: Vec<Option<Stretch>> = runs.iter().map(|run| self.stretch(run)).collect();
        let written = |job: &Job<'_>| {
            let all = stretches.iter().zip(&changes);
            all.map(|(stretch, changes)| job.verbatim(stretch.as_ref()?, changes)).collect::<Vec<_>>()
        };
        // Where the source is laid out in another way than the body, `patch` would do nothing.
        if layout == Layout::Patch && stretches.iter().all(|s| s.as_ref().is_some_and(Stretch::is_whole)) {
            self.layout = layout;
            let written = written(self);
            if written.iter().all(Option::is_some) {
                return written;
            }
            self.layout = Layout::Code;
        }
        written(self)
    }

    /// The edits that write a stretch as its rows show it. None where another rule about the layout wins.
    fn verbatim(&self, stretch: &Stretch, changes: &[&Change]) -> Option<Vec<Edit>> {
        if self.layout == Layout::Code && !self.may_be_verbatim(stretch, changes) {
            return None;
        }
        let mut edits = Vec::new();
        for (n, piece) in stretch.pieces.iter().enumerate() {
            match (piece.gone.is_empty(), piece.new.is_empty()) {
                (true, true) => {}
                (false, false) => self.replace_lines(stretch, piece, &mut edits)?,
                (false, true) => edits.push(self.delete_lines(piece, n + 1 < stretch.pieces.len())?),
                (true, false) => self.insert_lines(stretch, n, &mut edits)?,
            }
        }
        Some(edits)
    }

    /// Whether what moves are the rows alone: no comment above them goes along.
    fn moves_alone(&self, changes: &[&Change]) -> bool {
        let alone = |elements: &Range<usize>| {
            let start = self.bytes(elements).start;
            self.doc_start(start) == self.source.lines.start(start)
        };
        changes.iter().all(|change| match change {
            Change::Tokens { .. } => true,
            Change::Rows { delete, insert, .. } => {
                delete.iter().all(|d| !d.moved || alone(&d.elements))
                    && insert.iter().all(|i| i.moved_from.as_ref().is_none_or(|from| self.moves_as_shown(from, i)))
            }
        })
    }

    /// Whether no rule about comments, moves or nesting says otherwise than the rows.
    fn may_be_verbatim(&self, stretch: &Stretch, changes: &[&Change]) -> bool {
        self.moves_alone(changes) && self.keeps_comments_above(stretch) && !self.is_beside_shifted(stretch)
    }

    /// Whether a row beside the stretch is indented anew, so that the source is not laid out as the body is then.
    fn is_beside_shifted(&self, stretch: &Stretch) -> bool {
        let side = &self.variant.before;
        let is_shifted = |element: usize| {
            let first = side.on_row(side.elements[element].row).start;
            let kept = self.variant.keeps.binary_search_by_key(&first, |k| k.0);
            let rows =
                kept.ok().map(|k| (side.elements[first].row, self.variant.after.elements[self.variant.keeps[k].1].row));
            rows.and_then(|rows| self.deeper(rows)).unwrap_or(0) != 0
        };
        stretch.above.into_iter().chain(stretch.below).any(is_shifted)
    }

    /// Whether no row comes between code that stays and the comment above it, which goes along with that code.
    fn keeps_comments_above(&self, stretch: &Stretch) -> bool {
        let (before, after) = (&self.variant.before, &self.variant.after);
        let keeps = |piece: &Piece| {
            let first = piece.gone.first().map(|&row| before.on_row(row).start);
            let kept = first.and_then(|first| self.variant.keeps.binary_search_by_key(&first, |k| k.0).ok());
            let row = kept.map(|k| after.elements[self.variant.keeps[k].1].row);
            let is_pushed_down = row.is_some_and(|row| Some(&row) != piece.new.first());
            let (start, source) = (piece.bytes.start, self.source);
            let comment = source.comments_at(source.token_at(start)).last();
            !is_pushed_down
                || comment.is_some_and(|c| self.shows_comment(&c.bytes))
                || self.doc_start(start) == source.lines.start(start)
        };
        stretch.pieces.iter().all(keeps)
    }

    /// Whether what comes from elsewhere is there as the body shows it here, indentation aside.
    fn moves_as_shown(&self, from: &Range<usize>, row: &Inserted) -> bool {
        let lines = |text: &[u8]| text.split(|b| *b == b'\n').map(|l| l.trim_ascii().to_vec()).collect::<Vec<_>>();
        let rows = self.rows_of(&self.variant.after, &row.elements);
        let shown = rows.map(|row| self.rows[row].text.as_str()).collect::<Vec<_>>().join("\n");
        lines(&self.moved_line(&self.bytes(from))) == lines(shown.as_bytes())
    }

    /// The rows on which a run of elements of a side is.
    fn rows_of(&self, side: &Side, elements: &Range<usize>) -> impl Iterator<Item = usize> + use<> {
        let row = |i: usize| side.elements.get(i).map_or(self.rows.len(), |e| e.row);
        let inner: Vec<usize> = side.inner_rows.iter().copied().collect();
        let mut rows: Vec<usize> = elements.clone().map(row).collect();
        rows.dedup();
        let last = rows.last().copied();
        rows.extend(
            last.into_iter().flat_map(|last| (last + 1..).take_while(|r| inner.contains(r)).collect::<Vec<_>>()),
        );
        rows.into_iter()
    }

    /// New lines in the place of old ones, what stays of these left where it is.
    fn replace_lines(&self, stretch: &Stretch, piece: &Piece, edits: &mut Vec<Edit>) -> Option<()> {
        let ending = self.newline_at(piece.bytes.start);
        let base = (piece.bytes.start, *piece.gone.first()?);
        let mut new = Written::default();
        for (n, &row) in piece.new.iter().enumerate() {
            if n > 0 {
                new.text.extend_from_slice(ending);
            }
            let head = self.head(row, &stretch.prefix, base, true);
            let skips = n == 0 && !piece.whole.0;
            self.write_row(row, if skips { Vec::new() } else { head }, &stretch.prefix, &mut new);
        }
        let last = *piece.new.last()?;
        if !piece.whole.1 {
            self.without_tail(piece, last, &mut new)?;
        }
        if !piece.whole.0 && (self.needs_own_line(*piece.new.first()?) || self.is_several(piece)) {
            return None;
        }
        let (mut from, mut at) = (piece.bytes.start, 0);
        let bounds = &self.hit.matched.bounds;
        let row_start = |row: usize| self.variant.before.on_row(row).start;
        let (first, last) = (row_start(base.1), piece.gone.last().map_or(0, |&row| row_start(row + 1)));
        let keep = |element: usize| self.variant.keeps.partition_point(|k| k.0 < element);
        let kept = self.variant.keeps[keep(first)..keep(last).max(keep(first))].iter().filter(|(b, a)| {
            piece.gone.binary_search(&self.variant.before.elements[*b].row).is_ok()
                && piece.new.binary_search(&self.variant.after.elements[*a].row).is_ok()
        });
        for &(b, a) in kept {
            let bytes = &bounds[b].bytes;
            let place = new.places.binary_search_by_key(&a, |p| p.0).ok().map(|n| new.places[n].1.clone())?;
            if bytes.is_empty() || place.is_empty() {
                continue;
            }
            edits.extend(self.change(from..bytes.start, &new.text[at..place.start]));
            if self.variant.before.elements[b].part.hole().is_none() {
                // The same token may be written in another way: `# define`.
                edits.extend(self.change(bytes.clone(), &new.text[place.clone()]));
            }
            (from, at) = (bytes.end, place.end);
        }
        edits.extend(self.change(from..piece.bytes.end, &new.text[at..]));
        Some(())
    }

    /// The edit that makes one text of another, if it is another; blanks that both begin or end with stay.
    fn change(&self, bytes: Bytes, text: &[u8]) -> Option<Edit> {
        let old = self.source.bytes.get(bytes.clone()).unwrap_or_default();
        let is_same = || {
            let plain = |text: &[u8]| text.iter().copied().filter(|b| *b != b'\r').collect::<Vec<_>>();
            old.contains(&b'\r') && plain(old) == plain(text)
        };
        if old == text || is_same() {
            return None;
        }
        let blank = |(a, b): &(&u8, &u8)| a == b && a.is_ascii_whitespace();
        let head = old.iter().zip(text).take_while(blank).count();
        let (old, text) = (&old[head..], &text[head..]);
        let tail = old.iter().rev().zip(text.iter().rev()).take_while(blank).count();
        Some(Edit::new(bytes.start + head..bytes.end - tail, &text[..text.len() - tail]))
    }

    /// Takes what the last row has behind its code off the new text: the line of the source keeps its own.
    fn without_tail(&self, piece: &Piece, last: usize, new: &mut Written) -> Option<()> {
        let (before, after) = (&self.variant.before, &self.variant.after);
        let (old_end, new_end) = (before.on_row(*piece.gone.last()?).end, after.on_row(last).end);
        let end = new.places.last()?.1.end;
        if new.places.last()?.0 + 1 != new_end || matches!(after.elements[new_end - 1].part, Part::Comment(_)) {
            return None;
        }
        if matches!(before.elements[old_end - 1].part, Part::Comment(_)) || self.needs_own_line(last) {
            return None;
        }
        let line = self.source.lines.around(piece.bytes.end, &self.source.bytes).end;
        let rest = piece.bytes.end..line.max(piece.bytes.end);
        // A comment stays with the code before it; what shares its line with other items is no line for new ones.
        let comments = !self.source.comments_in(&rest).is_empty();
        if piece.new.len() > 1 && (comments || self.line_tail(piece.bytes.end).is_none() && self.is_several(piece)) {
            return None;
        }
        let (old, shown) = (before.tail(old_end - 1).trim(), after.tail(new_end - 1).trim());
        let has_comma = self.separator_behind(piece.bytes.end, b",").is_some();
        // A comma that the body adds has to come behind the code, and before the comment.
        if old != shown && !old.contains(',') && shown.contains(',') && !has_comma {
            return None;
        }
        if self.source.language == Language::C && old.contains(';') != shown.contains(';') {
            return None;
        }
        new.text.truncate(end);
        Some(())
    }

    /// Whether the new rows are more than one item of a list of lines.
    fn is_several(&self, piece: &Piece) -> bool {
        let side = &self.variant.after;
        let begins = |row: &usize| {
            let first = side.elements.get(side.on_row(*row).start).filter(|e| e.row == *row)?;
            let lists = side.source.lists_at(first.tokens.start).map(|l| &side.source.lists[l]);
            let is_item = |l: &crate::source::List| l.kind.by_lines() && l.item_from(first.tokens.start).is_some();
            Some((first.depth, lists.into_iter().any(is_item)))
        };
        let depth = piece.new.iter().find_map(begins).map(|(depth, _)| depth);
        piece.new.iter().skip(1).filter_map(begins).any(|(d, item)| item && Some(d) == depth)
    }

    /// Lines that go. Empty lines around them stay that the body shows; of others, two do not become neighbours. gofmt
    /// would not have two in any case.
    fn delete_lines(&self, piece: &Piece, above_blank: bool) -> Option<Edit> {
        let source = self.source;
        if piece.whole != (true, true) || self.layout == Layout::Code && self.leaves_comma(piece) {
            return None;
        }
        let (from, to) = (piece.bytes.start, source.lines.next(piece.bytes.end));
        let is_blank = |at: usize| source.bytes[source.lines.around(at, &source.bytes)].trim_ascii().is_empty();
        let at_end = to == source.bytes.len();
        let blanks = from > 0 && is_blank(from - 1) && !at_end && is_blank(to);
        let keeps = match (source.language, piece.below_blank, above_blank) {
            (Language::C, true, true) => true,
            (Language::C, true, false) => at_end,
            (Language::Go, true, false) | (Language::Go, false, true) => !blanks && !at_end,
            _ => false,
        };
        let keeps = keeps || self.layout == Layout::Patch;
        let (from, to) = if keeps { (from, to) } else { self.without_double_blanks(from, to) };
        Some(Edit::new(self.without_last_line_end(from, to), ""))
    }

    /// Whether the last item of a list goes that has no comma behind it, and the one above has one.
    fn leaves_comma(&self, piece: &Piece) -> bool {
        let source = self.source;
        let (first, next) = (source.token_at(piece.bytes.start), source.token_at(piece.bytes.end));
        let closes = source.tokens.get(next).is_none_or(|_| matches!(source.text(next), b")" | b"]" | b"}"));
        let held = source.tokens.get(first).is_some_and(|t| t.gap == crate::source::Gap::Comma);
        let from = source.separators.partition_point(|s| s.end <= piece.bytes.start);
        let mut own = source.separators[from..].iter().take_while(|s| s.end <= piece.bytes.end);
        let is_last = |s: &Bytes| source.bytes[s.clone()] == *b"," && source.token_at(s.end) == next;
        held && closes && !own.any(is_last)
    }

    /// New lines where none go.
    fn insert_lines(&self, stretch: &Stretch, n: usize, edits: &mut Vec<Edit>) -> Option<()> {
        let piece = &stretch.pieces[n];
        let insert: Vec<Inserted> = piece
            .new
            .iter()
            .map(|&row| Inserted { elements: self.variant.after.on_row(row), row, moved_from: None })
            .collect();
        let above = stretch.above.filter(|_| n == 0);
        let below = stretch.below.filter(|_| n + 1 == stretch.pieces.len());
        if self.layout == Layout::Code && !piece.below_blank && above.or(below).is_some() {
            let (above, below) = (above, below.filter(|_| above.is_none()));
            let prefix = Some(&stretch.prefix);
            match (above, below) {
                (Some(above), _) => self.insert_below(&insert, above, prefix, edits),
                (None, Some(below)) => self.insert_above(&insert, below, prefix, edits),
                (None, None) => {}
            }
            return Some(());
        }
        if self.layout == Layout::Code && self.in_comma_list(&insert) && !self.has_commas(stretch, piece) {
            return None;
        }
        let mut new = Written::default();
        let base = self.base_line(stretch);
        for &row in &piece.new {
            let head = self.head(row, &stretch.prefix, base, false);
            self.write_row(row, head, &stretch.prefix, &mut new);
            new.text.extend_from_slice(self.newline_at(piece.bytes.start.saturating_sub(1)));
        }
        edits.push(Edit::new(piece.bytes.clone(), new.text));
        Some(())
    }

    /// Whether items that come below an empty line need no other commas than the body shows.
    fn has_commas(&self, stretch: &Stretch, piece: &Piece) -> bool {
        let source = self.source;
        let above = stretch.above.map(|a| self.hit.matched.bounds[a].bytes.end);
        let held = above.is_some_and(|end| self.separator_behind(end, b",").is_some());
        let last = piece.new.last().map_or("", |row| self.rows[*row].text.trim_end());
        let next = source.token_at(piece.bytes.end);
        let closes = source.tokens.get(next).is_none_or(|_| matches!(source.text(next), b"}" | b")" | b"]"));
        held && (last.ends_with(',') || closes && source.language == Language::C)
    }

    /// The row that new ones are indented against, and the byte of the source that it begins with.
    fn base_line(&self, stretch: &Stretch) -> (usize, usize) {
        match (stretch.above, stretch.below) {
            (Some(above), _) => {
                let (row, byte) = self.base_of(above);
                (byte, row)
            }
            (None, Some(below)) => {
                (self.hit.matched.bounds[below].bytes.start, self.variant.before.elements[below].row)
            }
            (None, None) => (self.source.span(&self.hit.matched.tokens).start, stretch.rows.start),
        }
    }

    /// Whether a row of the after side cannot share its line: a directive, or a comment alone.
    fn needs_own_line(&self, row: usize) -> bool {
        let text = self.rows[row].text.trim_start().as_bytes();
        self.is_directive(text) || text.is_empty() || text.starts_with(b"//") || text.starts_with(b"/*")
    }

    /// Appends one row of the after side behind these blanks.
    fn write_row(&self, row: usize, head: Vec<u8>, prefix: &Prefix, new: &mut Written) {
        let side = &self.variant.after;
        let elements = side.on_row(row);
        if elements.is_empty() {
            let text = self.rows[row].text.as_str();
            let text = if prefix.code.is_empty() && self.source.language == Language::C { text } else { text.trim() };
            new.text.extend((!text.trim().is_empty()).then_some(head).into_iter().flatten());
            new.text.extend_from_slice(text.as_bytes());
            return;
        }
        new.text.extend(head);
        let start = new.text.len();
        let (text, places) = self.rendered_with(&elements, &prefix.code);
        new.text.extend(text);
        new.places.extend(places.into_iter().map(|(i, p)| (i, start + p.start..start + p.end)));
        let tail = side.tail(elements.end - 1);
        let tail = if self.source.language == Language::Go { tail.trim_start_matches([' ', ';']) } else { tail };
        new.text.extend_from_slice(tail.as_bytes());
    }

    /// A new row as it is shown, the comma behind it aside.
    pub(super) fn line_as_shown(&self, row: &Inserted, base: (usize, usize), prefix: &Prefix, comma: Comma) -> Vec<u8> {
        let mut new = Written::default();
        let head = self.head(row.row, prefix, base, false);
        if row.elements.is_empty() {
            self.write_row(row.row, head, prefix, &mut new);
            return new.text;
        }
        let tail = self.variant.after.tail(row.elements.end - 1);
        let tail = match self.source.language {
            Language::Go | Language::Text => "",
            Language::C => tail.strip_prefix(',').unwrap_or(tail),
        };
        [&head, &self.row_text_with(row, comma, &prefix.code)[..], tail.as_bytes()].concat()
    }
}
