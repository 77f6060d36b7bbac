//! Items that go.

use super::{Maker, reading, rows_of, separate};
use crate::properties::case::Draft;
use crate::properties::fragment::Word;
use crate::properties::place::{Run, cut, occurrences};
use treepatch::language::ListKind;
use treepatch::source::Edit;

impl Maker<'_> {
    /// An item between others that stay.
    pub(super) fn delete_item(&mut self) -> Option<Draft> {
        let source = self.source;
        let mut run = self.run()?;
        // What stays must tell the place when the item is gone.
        let above = run.at > 0 || run.grow_up(source);
        let below = run.at + 1 < run.places.len() || run.grow_down(source);
        let place = run.place().clone();
        let rest = |run: &Run| match (above, below) {
            (true, true) => true,
            (true, false) => occurrences(source, &(run.tokens().start..place.tokens.start)) == 1,
            (false, true) => occurrences(source, &(place.tokens.end..run.tokens().end)) == 1,
            (false, false) => false,
        };
        if !rest(&run) || occurrences(source, &run.tokens()) != 1 || place.has_comments(source) {
            return None;
        }
        let with_doc = place.doc < place.start && self.random.below(2) == 0;
        let mut old = self.show(&run, std::slice::from_ref(&place.tokens), true);
        separate(&mut old, &run, self.random);
        let gone = rows_of(&old, &run, run.at);
        if let Some(tail) = &place.tail {
            let text = String::from_utf8_lossy(&source.bytes[tail.clone()]).into_owned();
            let row = &mut old.rows[gone.end - 1];
            if !place.kind.by_lines() && row.words.last().is_some_and(|w| w.text != ",") {
                row.words.push(Word::new(",", false));
            }
            row.words.push(Word::new(text, true));
        }
        let style = self.style();
        let indent = style.indent(&old.rows[gone.start].indent);
        let mut rows = self.signed(' ', &old, &style);
        rows[gone.clone()].iter_mut().for_each(|r| r.0 = '-');
        let mut from = place.start;
        if with_doc {
            from = place.doc;
            let doc = String::from_utf8_lossy(&source.bytes[place.doc..place.start]).into_owned();
            let lines = doc.lines().map(|line| ('-', format!("{indent}{}", line.trim())));
            rows.splice(gone.start..gone.start, lines);
        }
        let last = !place.kind.by_lines() && place.comma.is_none();
        let edits = if last {
            // The last of a list without a comma behind it takes the one before it along.
            let before = run.places[run.at.checked_sub(1)?].clone();
            if before.tail.is_some() || place.doc < place.start {
                return None;
            }
            let comma = before.comma?;
            vec![Edit::new(comma, ""), cut(source, from, place.end)]
        } else {
            vec![cut(source, from, place.end)]
        };
        Some(Draft { how: "an item", rows, reading: reading(place.kind), edits })
    }

    /// The statements of an `if` or `for` stay, its header and its bracket go.
    pub(super) fn unwrap(&mut self) -> Option<Draft> {
        let source = self.source;
        let run = self.run()?;
        let place = run.place().clone();
        if place.kind != ListKind::Statements || place.tail.is_some() {
            return None;
        }
        let line = |token: usize| source.lines.line(source.tokens[token].bytes.start);
        let body = source.lists.iter().find(|l| {
            l.kind == ListKind::Statements
                && l.inside.end + 1 == place.tokens.end
                && !l.items.is_empty()
                && l.inside.start > place.tokens.start
                && line(l.inside.start - 1) == line(place.tokens.start)
        })?;
        let (open, close) = (body.inside.start - 1, body.inside.end);
        let header = place.tokens.start..open + 1;
        let alone = line(body.inside.start) > line(open) && line(body.inside.end - 1) < line(close);
        let open_end = source.tokens[open].bytes.end;
        let behind = source.bytes[open_end..source.lines.next(open_end)].trim_ascii();
        if !alone || !behind.is_empty() || !source.comments_in(&source.span(&header)).is_empty() {
            return None;
        }
        let mut old = self.show(&run, &[header.clone(), body.inside.clone(), close..close + 1], false);
        separate(&mut old, &run, self.random);
        let (first, last) = (old.row_of(header.start)?, old.row_of(open)?);
        let end = old.row_of(close)?;
        // Rows are whole: the header for itself, and the bracket.
        let mixed = old.rows[last].words.last()?.token != Some(open) || old.rows[end].words[0].token != Some(close);
        let joined = old.rows[first].words[0].token != Some(header.start);
        if mixed || joined || old.rows[end].words.len() > 1 {
            return None;
        }
        let style = self.style();
        let mut rows = self.signed(' ', &old, &style);
        rows[first..=last].iter_mut().for_each(|r| r.0 = '-');
        rows[end].0 = '-';
        let start = source.lines.start(source.tokens[close].bytes.start);
        let edits = vec![
            Edit::new(place.start..source.lines.next(open_end), ""),
            Edit::new(start..source.lines.next(source.tokens[close].bytes.end), ""),
        ];
        Some(Draft { how: "around an item", rows, reading: Some("code"), edits })
    }
}
