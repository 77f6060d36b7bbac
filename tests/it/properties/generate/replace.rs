//! Code in the place of other code.

use super::{Maker, reading, rows_of, separate};
use crate::properties::case::Draft;
use crate::properties::fragment::{Fragment, Word, is_name};
use crate::properties::place::occurrences;
use treepatch::language::Atom;
use treepatch::source::{Edit, Node};

impl Maker<'_> {
    /// One word of an item becomes another.
    pub(super) fn replace_token(&mut self) -> Option<Draft> {
        let source = self.source;
        let run = self.run()?;
        let tokens = run.place().tokens.clone();
        let token = tokens.start + self.random.below(tokens.len());
        let text = source.text(token);
        let new = match source.tokens[token].atom {
            Atom::Word if is_name(source, token) => self.name(),
            Atom::Number => format!("{}", 1_000_000 + self.number),
            Atom::Text if text.starts_with(b"\"") => format!("\"{} is new\"", self.name()),
            Atom::Mark => match text {
                b"+" if self.is_binary(token) => "-".to_owned(),
                b"==" => "!=".to_owned(),
                b"&&" if self.is_binary(token) => "||".to_owned(),
                b"<" if self.is_binary(token) => ">=".to_owned(),
                _ => return None,
            },
            _ => return None,
        };
        let before = self.show(&run, std::slice::from_ref(&(token..token + 1)), true);
        let mut after = before.clone();
        after.replace(&(token..token + 1), vec![Word { token: Some(token), ..Word::new(new.clone(), false) }])?;
        let style = self.style();
        let rows = self.difference(&before, &after, &style);
        let edits = vec![Edit::new(source.tokens[token].bytes.clone(), new)];
        Some(Draft { how: "a token", rows, reading: reading(run.place().kind), edits })
    }

    fn is_binary(&self, token: usize) -> bool {
        self.source.kind(self.source.tokens[token].node) == "binary_expression"
    }

    /// A whole item becomes another.
    pub(super) fn replace_item(&mut self) -> Option<Draft> {
        let source = self.source;
        let run = self.run()?;
        let place = run.place().clone();
        if place.has_comments(source) || source.bytes[..place.span.end].ends_with(b"\n") {
            return None;
        }
        let new = self.snippet(&place)?;
        // A comment of the new code and one that stays would share the line.
        if new.iter().any(|row| row.contains("//") || row.contains("/*") || row.starts_with('#')) {
            return None;
        }
        // A `return` among several new rows is the old one that comes to stand deeper, and takes its comment along.
        if source.text(place.tokens.start) == b"return" && new.len() > 1 {
            return None;
        }
        let mut old = self.show(&run, std::slice::from_ref(&place.tokens), true);
        separate(&mut old, &run, self.random);
        let style = self.style();
        let gone = rows_of(&old, &run, run.at);
        let indent = style.indent(&old.rows[gone.start].indent);
        let mut rows = self.signed(' ', &old, &style);
        rows[gone.clone()].iter_mut().for_each(|r| r.0 = '-');
        let comma = if place.kind.by_lines() { "" } else { "," };
        let last = new.len() - 1;
        let come = new.iter().enumerate().map(|(i, row)| {
            let comma = if i == last { comma } else { "" };
            ('+', format!("{indent}{row}{comma}"))
        });
        rows.splice(gone.end..gone.end, come);
        let text = Maker::lines(&new, &place.indent(source));
        let edits = vec![Edit::new(place.span.clone(), text.trim_end().trim_start())];
        Some(Draft { how: "an item", rows, reading: reading(place.kind), edits })
    }

    /// An expression becomes a call, wherever it stands.
    pub(super) fn replace_expression(&mut self) -> Option<Draft> {
        let (tokens, mut old) = self.expression()?;
        let keep = self.random.below(2) == 0;
        let text = String::from_utf8_lossy(self.source.slice(&tokens)).into_owned();
        let argument = if keep { text } else { "1".to_owned() };
        let new = format!("{}({argument})", self.name());
        let style = self.style();
        self.respell(&mut old, &[]);
        let mut come = old.clone();
        if keep {
            let call = [Word::new(self.name(), false), Word::new("(", false)];
            come.rows[0].words.splice(0..0, call);
            let last = come.rows.len() - 1;
            come.rows[last].words.push(Word::new(")", false));
        }
        let mut rows = self.signed('-', &old, &style);
        let come = if keep { self.signed('+', &come, &style) } else { vec![('+', new.clone())] };
        rows.extend(come);
        let edits = vec![Edit::new(self.source.span(&tokens), new)];
        Some(Draft { how: "an expression", rows, reading: None, edits })
    }

    /// An expression that stands nowhere else, and its rows.
    pub(super) fn expression(&mut self) -> Option<(treepatch::source::Tokens, Fragment)> {
        let source = self.source;
        let fits = |n: &&Node| {
            let kinds = ["call_expression", "binary_expression", "selector_expression", "index_expression"];
            let more = ["field_expression", "subscript_expression", "composite_literal", "conditional_expression"];
            (kinds.contains(&n.kind) || more.contains(&n.kind)) && n.tokens.len() <= 24
        };
        let nodes: Vec<&Node> = source.nodes.iter().filter(fits).collect();
        let node = self.random.pick(&nodes)?;
        let tokens = node.tokens.clone();
        let span = source.span(&tokens);
        let line = source.lines.start(span.start);
        let directive = source.bytes[line..span.start].trim_ascii_start().starts_with(b"#");
        let commented = !source.comments_in(&span).is_empty();
        if directive || commented || occurrences(source, &tokens) != 1 {
            return None;
        }
        Some((tokens.clone(), Fragment::of(source, &tokens)))
    }
}
