//! Items that change places.

use super::{Maker, reading, rows_of, separate};
use crate::properties::case::Draft;
use crate::properties::fragment::Word;
use crate::properties::place::{cut, occurrences};
use treepatch::source::Edit;

impl Maker<'_> {
    /// An item moves behind the next one, or before it; the comments that belong to it come along.
    pub(super) fn shift(&mut self) -> Option<Draft> {
        let source = self.source;
        let mut run = self.run()?;
        if run.at + 1 == run.places.len() && !run.grow_down(source) {
            return None;
        }
        let (a, b) = (run.places[run.at].clone(), run.places[run.at + 1].clone());
        let alike = source.bytes[a.span.clone()] == source.bytes[b.span.clone()];
        let unique = |p: &crate::properties::place::Place| occurrences(source, &p.tokens) == 1;
        let fits = |p: &crate::properties::place::Place| {
            let lines = source.bytes[p.span.clone()].iter().filter(|x| **x == b'\n').count();
            !p.has_comments(source) && lines < 6 && source.bytes.get(p.end - 1) == Some(&b'\n')
        };
        let commas = a.kind.by_lines() || a.comma.is_some() && b.comma.is_some();
        let ends = |p: &crate::properties::place::Place| source.bytes[..p.span.end].ends_with(b"\n");
        if alike || !unique(&a) || !unique(&b) || !fits(&a) || !fits(&b) || !commas || ends(&a) || ends(&b) {
            return None;
        }
        let pinned = [a.tokens.clone(), b.tokens.clone()];
        let mut old = self.show(&run, &pinned, true);
        separate(&mut old, &run, self.random);
        let down = self.random.below(2) == 0;
        let (goes, stays) = if down { (run.at, run.at + 1) } else { (run.at + 1, run.at) };
        let (goes, stays) = (rows_of(&old, &run, goes), rows_of(&old, &run, stays));
        if !a.kind.by_lines() {
            for end in [goes.end, stays.end] {
                let row = &mut old.rows[end - 1];
                if row.words.last().is_some_and(|w| w.text != ",") {
                    row.words.push(Word::new(",", false));
                }
            }
        }
        let style = self.style();
        let mut rows = self.signed(' ', &old, &style);
        rows[goes.clone()].iter_mut().for_each(|r| r.0 = '-');
        let moved: Vec<(char, String)> = rows[goes].iter().map(|r| ('+', r.1.clone())).collect();
        let at = if down { stays.end } else { stays.start };
        rows.splice(at..at, moved);
        let text = |p: &crate::properties::place::Place| source.bytes[p.doc..p.end].to_vec();
        let edits = if down {
            vec![cut(source, a.doc, a.end), Edit::new(b.end..b.end, text(&a))]
        } else {
            vec![Edit::new(run.above()..run.above(), text(&b)), cut(source, b.doc, b.end)]
        };
        Some(Draft { how: if down { "down" } else { "up" }, rows, reading: reading(a.kind), edits })
    }
}
