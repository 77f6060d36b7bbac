//! New items beside others.

use super::{Maker, reading, rows_of, separate};
use crate::properties::case::Draft;
use crate::properties::place::{Place, Run};
use treepatch::language::ListKind;
use treepatch::source::Edit;

impl Maker<'_> {
    /// Below an item: behind its last line, and the comment there.
    pub(super) fn insert_below(&mut self) -> Option<Draft> {
        let source = self.source;
        let run = self.run()?;
        let place = run.place().clone();
        let next = source.tokens.get(place.tokens.end).map(|_| source.text(place.tokens.end));
        if next == Some(b"import") || source.bytes[..place.span.end].ends_with(b"\n") {
            return None;
        }
        let (new, blank) = self.new_rows(&place)?;
        let mut old = self.show(&run, &[], true);
        separate(&mut old, &run, self.random);
        let style = self.style();
        let at = rows_of(&old, &run, run.at);
        let indent = style.indent(&old.rows[at.start].indent);
        let comma = self.comma(&mut old, at.end - 1, &place);
        let mut rows = self.signed(' ', &old, &style);
        let mut come = Vec::new();
        if blank {
            come.push(('+', String::new()));
        }
        come.extend(plus(&new, &indent, comma));
        rows.splice(at.end..at.end, come);
        let mut text = Maker::lines(&new, &place.indent(source));
        if blank {
            text.insert(0, '\n');
        }
        let mut edits = Vec::new();
        if !place.kind.by_lines() {
            if place.comma.is_some() {
                text.insert(text.len() - 1, ',');
            } else {
                edits.push(Edit::new(place.span.end..place.span.end, ","));
            }
        }
        edits.push(Edit::new(place.end..place.end, text));
        Some(Draft { how: "below", rows, reading: reading(place.kind), edits })
    }

    /// Above an item, and above its comment.
    pub(super) fn insert_above(&mut self) -> Option<Draft> {
        let source = self.source;
        let run = self.run()?;
        // Between two rows that are shown, the one above would win.
        let run = Run { places: run.places[run.at..].to_vec(), at: 0 };
        let place = run.place().clone();
        if crate::properties::place::occurrences(source, &run.tokens()) != 1 {
            return None;
        }
        let (new, blank) = self.new_rows(&place)?;
        let mut old = self.show(&run, &[], true);
        separate(&mut old, &run, self.random);
        let style = self.style();
        let indent = style.indent(&old.rows[0].indent);
        let comma = if place.kind.by_lines() { "" } else { "," };
        let mut rows: Vec<(char, String)> = plus(&new, &indent, comma).collect();
        if blank {
            rows.push(('+', String::new()));
        }
        let shown = self.signed(' ', &old, &style);
        rows.extend(shown);
        let mut text = Maker::lines(&new, &place.indent(source));
        if !place.kind.by_lines() {
            text.insert(text.len() - 1, ',');
        }
        if blank {
            text.push('\n');
        }
        let edits = vec![Edit::new(place.doc..place.doc, text)];
        Some(Draft { how: "above", rows, reading: reading(place.kind), edits })
    }

    /// The new rows, and whether a blank line stands between them and the old.
    fn new_rows(&mut self, place: &Place) -> Option<(Vec<String>, bool)> {
        let new = self.snippet(place)?;
        let apart = matches!(place.kind, ListKind::File | ListKind::Statements);
        Some((new, apart && self.random.below(3) == 0))
    }

    /// The comma behind new items of a comma list; the row above gets its own.
    fn comma(&mut self, old: &mut crate::properties::fragment::Fragment, above: usize, place: &Place) -> &'static str {
        if place.kind.by_lines() {
            return "";
        }
        let row = &mut old.rows[above];
        if row.words.last().is_some_and(|w| w.text != ",") {
            row.words.push(crate::properties::fragment::Word::new(",", false));
        }
        let is_last = above + 1 == old.rows.len();
        if is_last && self.random.below(2) == 0 { "" } else { "," }
    }
}

fn plus(new: &[String], indent: &str, comma: &'static str) -> impl Iterator<Item = (char, String)> {
    let last = new.len() - 1;
    let row = move |(i, row): (usize, &String)| {
        let comma = if i == last { comma } else { "" };
        ('+', format!("{indent}{row}{comma}"))
    };
    new.iter().enumerate().map(row).collect::<Vec<_>>().into_iter()
}
