//! Code that comes to stand inside other code.

use super::{Maker, rows_of};
use crate::properties::case::Draft;
use crate::properties::fragment::Word;
use treepatch::language::ListKind;
use treepatch::source::Edit;

impl Maker<'_> {
    /// A statement gets a block around it; in C a declaration gets a condition of the preprocessor.
    pub(super) fn wrap_item(&mut self) -> Option<Draft> {
        let source = self.source;
        let run = self.run()?;
        let place = run.place().clone();
        if source.bytes[..place.span.end].ends_with(b"\n") {
            return None;
        }
        let name = self.name();
        let choices: &[(&str, &str)] = match (place.kind, self.go()) {
            (ListKind::Statements, true) => &[("if NEW {", "}"), ("for NEW {", "}"), ("func() {", "}()")],
            (ListKind::Statements, false) => &[("if (NEW) {", "}"), ("while (NEW) {", "}"), ("do {", "} while (NEW);")],
            (ListKind::File, false) => &[("#ifdef NEW", "#endif"), ("#if NEW > 1", "#endif")],
            _ => return None,
        };
        let (above, below) = *self.random.pick(choices)?;
        let (above, below) = (above.replace("NEW", &name), below.replace("NEW", &name));
        // Either the rows in the middle stay as they are, or they are written on both sides.
        let twice = self.random.below(2) == 0 && !above.starts_with('#');
        let pinned = if twice { vec![place.tokens.clone()] } else { Vec::new() };
        let old = self.show(&run, &pinned, true);
        let style = self.style();
        let middle = rows_of(&old, &run, run.at);
        let mut rows = self.signed(' ', &old, &style);
        let indent = style.indent(&old.rows[middle.start].indent);
        let mut come = vec![('+', format!("{indent}{above}"))];
        if twice {
            rows[middle.clone()].iter_mut().for_each(|r| r.0 = '-');
            let inner: Vec<(char, String)> = self.signed('+', &old, &style).drain(middle.clone()).collect();
            come.extend(inner.into_iter().map(|(sign, text)| (sign, format!("\t{text}"))));
            come.push(('+', format!("{indent}{below}")));
            rows.splice(middle.end..middle.end, come);
        } else {
            rows.insert(middle.end, ('+', format!("{indent}{below}")));
            rows.splice(middle.start..middle.start, come);
        }
        let indent = place.indent(source);
        let edits = vec![
            Edit::new(run.above()..run.above(), format!("{indent}{above}\n")),
            Edit::new(place.end..place.end, format!("{indent}{below}\n")),
        ];
        Some(Draft { how: if twice { "an item, twice" } else { "an item" }, rows, reading: Some("code"), edits })
    }

    /// An expression becomes an argument.
    pub(super) fn wrap_expression(&mut self) -> Option<Draft> {
        let source = self.source;
        let (tokens, mut old) = self.expression()?;
        let first = tokens.start..tokens.start + 1;
        old.veil(source, &tokens, std::slice::from_ref(&first), false, self.random);
        self.respell(&mut old, &[]);
        let mut new = old.clone();
        let call = [Word::new(self.name(), false), Word::new("(", false)];
        new.rows[0].words.splice(0..0, call);
        let last = new.rows.len() - 1;
        new.rows[last].words.push(Word::new(")", false));
        let style = self.style();
        let mut rows = self.signed('-', &old, &style);
        let come = self.signed('+', &new, &style);
        rows.extend(come);
        let span = source.span(&tokens);
        let edits =
            vec![Edit::new(span.start..span.start, format!("{}(", self.name())), Edit::new(span.end..span.end, ")")];
        Some(Draft { how: "an expression", rows, reading: None, edits })
    }
}
