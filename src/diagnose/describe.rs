//! A difference in words: what the body wants, what is there, what happened.

use super::context::Context;
use super::differences::{Difference, Sort, lies_on, part_of, whole_items};
use super::likeness::{is_keyword, is_operator};
use super::moved_lines::moved;
use super::place::{code, home, line};
use crate::language::Atom;
use crate::pattern::Part;
use crate::report::brief;
use crate::source::{Source, Tokens};
use std::ops::Range;

/// A difference, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The row of the body, as an index into the fragment's rows.
    pub row: usize,
    /// The token at which it is.
    pub token: usize,
    pub wanted: String,
    pub found: String,
    pub what: String,
}

impl Context<'_> {
    pub fn tell(&self, d: &Difference) -> Told {
        let (wanted, found) = (self.written(&d.elements), code(self.source, &d.tokens));
        let what = match &d.sort {
            Sort::Hole(first) => {
                let hole = self.hole(d.elements.start);
                format!(
                    "`{hole}` stands for other code on line {}, and must be the same here",
                    line(self.source, *first)
                )
            }
            Sort::Comment => "a comment that the body shows is not here".to_owned(),
            Sort::Code => match (d.elements.is_empty(), d.tokens.is_empty()) {
                (true, _) => self.added(&d.tokens),
                (_, true) => self.gone(&d.elements),
                _ => self.changed(&d.elements, &d.tokens),
            },
        };
        let (wanted, found) = match d.sort {
            Sort::Hole(first) => {
                let first = (0..self.side.elements.len()).find_map(|e| {
                    lies_on(self.alignment, e)
                        .filter(|t| t.start == first && self.side.elements[e].part.hole().is_some())
                });
                (first.map_or(wanted, |t| code(self.source, &t)), found)
            }
            Sort::Comment => {
                let there = self.source.comments_at(d.tokens.start).last();
                let text = |b: &std::ops::Range<usize>| brief(&String::from_utf8_lossy(&self.source.bytes[b.clone()]));
                (wanted, there.map_or(String::new(), |c| text(&c.bytes)))
            }
            Sort::Code => (wanted, found),
        };
        Told { row: self.row(d), token: self.token(d), wanted, found, what }
    }

    /// The token that shows the difference best: where it begins, but for the end of something around a part of
    /// the body: there it is the beginning of that, or the line that is behind its end.
    fn token(&self, d: &Difference) -> usize {
        let source = self.source;
        let closer = unopened(d.tokens.clone().map(|t| source.text(t))).map(|n| d.tokens.start + n);
        match closer.filter(|_| d.elements.is_empty()) {
            Some(closer) if source.text(closer) == b")" => {
                let holder = source.tokens[closer].node;
                let above = source.nodes[source.nodes[holder].parent].tokens.start;
                if above < closer { above } else { d.tokens.start }
            }
            Some(_) if d.tokens.end < source.tokens.len() => d.tokens.end,
            _ => d.tokens.start,
        }
    }

    /// The row that the difference is on: for new code the row that it tears, or else the one below.
    fn row(&self, d: &Difference) -> usize {
        let elements = &self.side.elements;
        let at = d.elements.start.min(elements.len() - 1);
        elements[at].row
    }

    /// Elements as the author wrote them.
    fn written(&self, elements: &Range<usize>) -> String {
        match (self.side.elements.get(elements.start), elements.end.checked_sub(1)) {
            (Some(first), Some(last)) if !elements.is_empty() => {
                brief(&self.side.text[first.bytes.start..self.side.elements[last].bytes.end])
            }
            _ => String::new(),
        }
    }

    fn hole(&self, element: usize) -> String {
        self.side.elements[element].part.hole().map_or(String::new(), |h| self.names.show(h))
    }

    /// The source has what the body does not show.
    pub fn added(&self, tokens: &Tokens) -> String {
        let source = self.source;
        let text = code(source, tokens);
        match source.text(tokens.start) {
            b"else" => return format!("`else` branch added: `{text}`"),
            t if t.starts_with(b"#el") => return format!("branch added: `{text}`"),
            _ => {}
        }
        if let Some(closer) = unopened(tokens.clone().map(|t| source.text(t))) {
            return self.closes(tokens, tokens.start + closer);
        }
        if let Some(opener) = unmatched(tokens.clone().map(|t| source.text(t)), b"({[") {
            let opener = tokens.start + opener;
            let head = code(source, &(tokens.start..opener + 1));
            return match source.text(opener) {
                b"{" => format!("the code stands inside `{head}` now"),
                _ => format!("wrapped: `{head}…)` stands around it"),
            };
        }
        if let Some((list, count)) = whole_items(source, tokens) {
            let kind = source.lists[list].kind;
            let receiver = source.nodes[source.lists[list].node].field == "receiver";
            if let Some(item) = kind.item_name().filter(|_| !receiver) {
                return if count == 1 {
                    format!("{item} added: `{text}`")
                } else {
                    format!("{count} {item}s added: `{text}`")
                };
            }
        }
        match part_of(source, tokens) {
            Some(part) => format!("{part} added: `{text}`"),
            None => format!("more code stands here: `{text}`"),
        }
    }

    /// A bracket closes that the body does not show: the end of something around a part of it.
    fn closes(&self, tokens: &Tokens, closer: usize) -> String {
        let source = self.source;
        let holder = source.tokens[closer].node;
        let above = &source.nodes[source.nodes[holder].parent].tokens;
        let open = source.nodes[holder].tokens.start;
        match (home(source, tokens.start), home(source, tokens.end.min(source.tokens.len() - 1))) {
            (a, Some(there)) if a.as_ref() != Some(&there) => format!("from here on the lines stand in `{there}`"),
            _ if source.text(closer) == b")" && above.start <= open => {
                format!("wrapped: `{}…)` stands around it", code(source, &(above.start..open + 1)))
            }
            _ => format!(
                "a block ends here, and the lines of the body stand on both sides of its end: `{}`",
                code(source, tokens)
            ),
        }
    }

    /// Whether a difference opens a bracket that it does not close.
    pub fn opens(&self, d: &Difference) -> bool {
        let shown = d.elements.clone().map(|e| self.shown(e));
        let there = d.tokens.clone().map(|t| self.source.text(t));
        unmatched(shown, b"({[").is_some() || unmatched(there, b"({[").is_some()
    }

    /// The text of an element that is a token.
    fn shown(&self, element: usize) -> &[u8] {
        match &self.side.elements[element].part {
            Part::Token { text, .. } => text.as_slice(),
            _ => b"",
        }
    }

    /// The body shows what the source does not have.
    fn gone(&self, elements: &Range<usize>) -> String {
        let text = self.written(elements);
        if let Some(rows) = self.whole_rows(elements) {
            return self.rows_gone(elements, rows);
        }
        if let Some(opener) = unmatched(elements.clone().map(|e| self.shown(e)), b"({[") {
            let head = self.written(&(elements.start..elements.start + opener + 1));
            return format!("the code no longer stands inside `{head}`");
        }
        let shown = self.tokens_of(elements);
        if let Some((list, 1)) = whole_items(&self.side.source, &shown)
            && let Some(item) = self.side.source.lists[list].kind.item_name()
        {
            return format!("{item} gone: `{text}`");
        }
        match part_of(&self.side.source, &shown) {
            Some(part) => format!("{part} gone: `{text}`"),
            None => format!("gone: `{text}`"),
        }
    }

    fn rows_gone(&self, elements: &Range<usize>, rows: usize) -> String {
        if let Some(found) = moved(self, elements) {
            return found;
        }
        match rows {
            1 => "line gone".to_owned(),
            n => format!("{n} lines gone"),
        }
    }

    /// Other code is where the body shows some.
    fn changed(&self, elements: &Range<usize>, tokens: &Tokens) -> String {
        let (source, side) = (self.source, self.side);
        let pair = format!("`{}` -> `{}`", self.written(elements), code(source, tokens));
        if elements.len() == 1 && tokens.len() == 1 {
            return self.token_changed(elements.start, tokens.start, &pair);
        }
        if let Some(rows) = self.whole_rows(elements)
            && let Some(found) = moved(self, elements)
        {
            return if rows == 1 { found } else { format!("{found}; other code stands here") };
        }
        let shown = self.tokens_of(elements);
        let (was, is) = (part_of(&side.source, &shown), part_of(source, tokens));
        if let Some(part) = was.filter(|p| Some(*p) == is).or(is.filter(|p| *p == "type")) {
            return format!("{part} changed: {pair}");
        }
        let item = |source: &Source, tokens: &Tokens| {
            whole_items(source, tokens).filter(|i| i.1 == 1).and_then(|i| source.lists[i.0].kind.item_name())
        };
        match (item(&side.source, &shown), item(source, tokens)) {
            (Some(was), Some(is)) if was == is => format!("{is} changed: {pair}"),
            _ => format!("other code stands here: {pair}"),
        }
    }

    fn token_changed(&self, element: usize, t: usize, pair: &str) -> String {
        let source = self.source;
        let atom = source.tokens[t].atom;
        let (text, wanted) = match &self.side.elements[element].part {
            Part::Token { text, atom } => (text.as_slice(), *atom),
            Part::Package { path, .. } => return format!("another package: {pair}, and the body means \"{path}\""),
            Part::Item(_) | Part::Statement(_) => return format!("no single item stands here: {pair}"),
            _ => return format!("other code stands here: {pair}"),
        };
        let shown = self.side.elements[element].tokens.start;
        let is_type = |source: &Source, t: usize| {
            source
                .tokens
                .get(t)
                .is_some_and(|k| source.language.is_code_kind(source.kind(k.node), source.nodes[k.node].field, "type"))
        };
        match (wanted, atom) {
            _ if is_type(source, t) && is_type(&self.side.source, shown) => format!("type changed: {pair}"),
            (Atom::Word, Atom::Word) if is_keyword(source, text) || is_keyword(source, source.text(t)) => {
                format!("another word: {pair}")
            }
            (Atom::Word, Atom::Word) => {
                let kept = (0..source.tokens.len()).any(|t| source.text(t) == text);
                let fate = if kept { "another name" } else { "renamed" };
                format!("{fate}: {pair}")
            }
            (Atom::Number | Atom::Text | Atom::Macro, _) | (_, Atom::Number | Atom::Text | Atom::Macro) => {
                format!("value changed: {pair}")
            }
            _ if is_operator(source, t) => format!("operator changed: {pair}"),
            _ => format!("other code stands here: {pair}"),
        }
    }

    /// How many rows the elements are, if they are whole rows.
    pub fn whole_rows(&self, elements: &Range<usize>) -> Option<usize> {
        let all = &self.side.elements;
        let first = all.get(elements.start)?.row;
        let last = all.get(elements.end.checked_sub(1)?)?.row;
        let begins = elements.start == 0 || all[elements.start - 1].row != first;
        let ends = all.get(elements.end).is_none_or(|e| e.row != last);
        let mut rows: Vec<usize> = all[elements.clone()].iter().map(|e| e.row).collect();
        rows.dedup();
        // A lone bracket is no line to speak of.
        let says = all[elements.clone()].iter().any(|e| !matches!(e.part, Part::Token { atom: Atom::Mark, .. }));
        (begins && ends && says && all.len() > elements.len()).then_some(rows.len())
    }

    /// The tokens of the side's own source that some elements are.
    fn tokens_of(&self, elements: &Range<usize>) -> Tokens {
        let all = &self.side.elements[elements.clone()];
        match (all.first(), all.last()) {
            (Some(first), Some(last)) => first.tokens.start..last.tokens.end,
            _ => 0..0,
        }
    }
}

/// The first bracket that is opened and not closed again, among texts.
fn unmatched<'t>(texts: impl Iterator<Item = &'t [u8]>, openers: &[u8]) -> Option<usize> {
    let mut open = Vec::new();
    for (n, text) in texts.enumerate() {
        match text {
            b")" | b"]" | b"}" => drop(open.pop()),
            [one] if openers.contains(one) => open.push(n),
            _ => {}
        }
    }
    open.first().copied()
}

/// The first bracket that closes what was not opened, among texts.
fn unopened<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Option<usize> {
    let mut open = 0;
    for (n, text) in texts.enumerate() {
        match text {
            b"(" | b"[" | b"{" => open += 1,
            b")" | b"]" | b"}" if open == 0 => return Some(n),
            b")" | b"]" | b"}" => open -= 1,
            _ => {}
        }
    }
    None
}
