//! Rows with holes, matched against one line.

use super::form::{form, is_word, tokens};
use crate::pattern::HoleId;
use crate::source::{Bytes, is_blank};

/// The most ways of one row through one line that are looked at.
const WAYS: usize = 64;
/// A longer line is met by no row with holes.
const LONGEST: usize = 16 << 10;
/// Marks that glue two words to one, for a hole: `1.60.1-rc2`, `lib/foo.c`.
const GLUE: &[u8] = b".-+/:@%~";

/// One part of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// What it is.
    pub part: Part,
    /// Whether a blank is before it, in the row.
    pub gap: bool,
    /// Its bytes in the row's text.
    pub bytes: Bytes,
}

/// What an element is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A word or mark.
    Token(Vec<u8>),
    /// `$x`: one word with what is glued to it, or a group in quotes or brackets.
    Item(HoleId),
    /// `$...x`: any number of tokens.
    Dots(HoleId),
}

impl Part {
    /// The hole that it is.
    pub fn hole(&self) -> Option<HoleId> {
        match self {
            Part::Token(_) => None,
            Part::Item(hole) | Part::Dots(hole) => Some(*hole),
        }
    }
}

/// The elements of a row without holes.
pub fn plain(text: &[u8]) -> Vec<Element> {
    let element = |bytes: Bytes| {
        let gap = bytes.start.checked_sub(1).is_some_and(|at| is_blank(text[at]));
        Element { part: Part::Token(text[bytes.clone()].to_vec()), gap, bytes }
    };
    let mut elements: Vec<Element> = tokens(text).into_iter().map(element).collect();
    elements.iter_mut().take(1).for_each(|first| first.gap = false);
    elements
}

/// One line, against which elements are laid.
pub struct Try<'a> {
    /// The line without its line end.
    pub line: &'a [u8],
    /// The form that a hole must have, where it is bound already.
    pub bound: &'a dyn Fn(HoleId) -> Option<Vec<u8>>,
    /// What it may cost.
    pub steps: &'a mut u64,
}

impl Try<'_> {
    /// The ways in which elements take the whole line, each as one range of the line for each element: the longest `$x` and
    /// the shortest `$...` first.
    pub fn ways(self, elements: &[Element]) -> Vec<Vec<Bytes>> {
        if self.line.len() > LONGEST {
            return Vec::new();
        }
        let tokens = tokens(self.line);
        let mut search = Search {
            line: self.line,
            tokens: &tokens,
            bound: self.bound,
            steps: self.steps,
            elements,
            found: Vec::new(),
        };
        search.from(0, &mut Vec::new());
        search.found
    }
}

struct Search<'a> {
    line: &'a [u8],
    tokens: &'a [Bytes],
    bound: &'a dyn Fn(HoleId) -> Option<Vec<u8>>,
    steps: &'a mut u64,
    elements: &'a [Element],
    found: Vec<Vec<Bytes>>,
}

impl Search<'_> {
    /// Goes on from a token, all elements before having their ranges. Rows with holes are short: see `Body`.
    fn from(&mut self, token: usize, taken: &mut Vec<Bytes>) {
        *self.steps = self.steps.saturating_sub(1);
        if *self.steps == 0 || self.found.len() >= WAYS {
            return;
        }
        let Some(element) = self.elements.get(taken.len()) else {
            if token == self.tokens.len() {
                self.found.push(taken.clone());
            }
            return;
        };
        for (to, range) in self.ends(element, token, taken) {
            taken.push(range);
            self.from(to, taken);
            taken.pop();
        }
    }

    /// Where an element may end that begins at a token, each with the bytes that it takes.
    fn ends(&self, element: &Element, token: usize, taken: &[Bytes]) -> Vec<(usize, Bytes)> {
        let is_there = || token < self.tokens.len() && self.is_apart(token, taken);
        match &element.part {
            Part::Token(text) if is_there() && self.line[self.tokens[token].clone()] == **text => {
                vec![(token + 1, self.tokens[token].clone())]
            }
            Part::Item(hole) if is_there() => {
                let ends =
                    self.items(token).into_iter().map(|to| (to, self.tokens[token].start..self.tokens[to - 1].end));
                ends.filter(|(_, range)| self.fits(*hole, range, taken)).collect()
            }
            Part::Dots(hole) => {
                let runs = (token..=self.tokens.len()).filter_map(|to| Some((to, self.run(token, to, taken)?)));
                runs.filter(|(_, range)| self.fits(*hole, range, taken)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether a blank is before a token exactly where the row has one.
    fn is_apart(&self, token: usize, taken: &[Bytes]) -> bool {
        let (Some(last), Some(start)) = (taken.last(), self.tokens.get(token).map(|t| t.start)) else { return true };
        let (element, before) = (&self.elements[taken.len()], &self.elements[taken.len() - 1]);
        let has_blank = token.checked_sub(1).is_some_and(|left| self.tokens[left].end < start);
        match before.part {
            // Dots that hold nothing leave one blank of the two that are shown around them.
            Part::Dots(_) if last.is_empty() => {
                let all_shown = element.gap && (before.gap || taken.len() == 1);
                !all_shown || has_blank || token == 0
            }
            Part::Dots(_) => !element.gap || has_blank,
            _ => element.gap == has_blank,
        }
    }

    /// The bytes of a run of tokens that dots may take, with the blanks beside it that are not shown.
    fn run(&self, from: usize, to: usize, taken: &[Bytes]) -> Option<Bytes> {
        let element = &self.elements[taken.len()];
        let next = self.elements.get(taken.len() + 1);
        let left = from.checked_sub(1).map_or(0, |left| self.tokens[left].end);
        let right = self.tokens.get(to).map_or(self.line.len(), |t| t.start);
        if from == to {
            let at = if from == 0 { right } else { left };
            return Some(at..at);
        }
        let (first, last) = (self.tokens[from].start, self.tokens[to - 1].end);
        if element.gap && from > 0 && left == first {
            return None;
        }
        let start = if element.gap || from == 0 { first } else { left };
        let end = if next.is_none_or(|next| next.gap) { last } else { right };
        Some(start..end)
    }

    /// Whether a hole may stand for these bytes, which it has to have everywhere.
    fn fits(&self, hole: HoleId, range: &Bytes, taken: &[Bytes]) -> bool {
        let text = || form(&self.line[range.clone()]);
        let earlier = self.elements.iter().zip(taken).find(|(e, _)| e.part.hole() == Some(hole));
        earlier.is_none_or(|(_, range)| form(&self.line[range.clone()]) == text())
            && (self.bound)(hole).is_none_or(|known| known == *text())
    }

    /// Where one item that begins at a token may end, the longest first.
    fn items(&self, from: usize) -> Vec<usize> {
        let byte = |t: usize| self.line[self.tokens[t].start];
        let first = byte(from);
        if matches!(first, b'"' | b'\'' | b'`') {
            let is_escaped = |t: usize| byte(t - 1) == b'\\' && self.tokens[t - 1].end == self.tokens[t].start;
            let twin = (from + 1..self.tokens.len()).find(|&t| byte(t) == first && !is_escaped(t));
            return twin.map(|t| t + 1).into_iter().collect();
        }
        if matches!(first, b'(' | b'[' | b'{') {
            let mut open = Vec::new();
            for t in from..self.tokens.len() {
                match byte(t) {
                    b'(' => open.push(b')'),
                    b'[' => open.push(b']'),
                    b'{' => open.push(b'}'),
                    close @ (b')' | b']' | b'}') if open.pop() != Some(close) => return Vec::new(),
                    _ => {}
                }
                if open.is_empty() {
                    return vec![t + 1];
                }
            }
            return Vec::new();
        }
        if !is_word(first) {
            return Vec::new();
        }
        let touches = |t: usize| t < self.tokens.len() && self.tokens[t - 1].end == self.tokens[t].start;
        let mut ends = vec![from + 1];
        let mut at = from + 1;
        while touches(at) && GLUE.contains(&byte(at)) && touches(at + 1) && is_word(byte(at + 1)) {
            at += 2;
            ends.push(at);
        }
        ends.reverse();
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row in which `$1` … are items and `$.1` … dots.
    fn row(text: &str) -> Vec<Element> {
        let mut elements = Vec::new();
        for element in plain(text.as_bytes()) {
            elements.push(element);
        }
        let mut out: Vec<Element> = Vec::new();
        let mut rest = elements.into_iter().peekable();
        while let Some(mut element) = rest.next() {
            if element.part == Part::Token(b"$".to_vec()) {
                let is_dots = rest.next_if(|e| e.part == Part::Token(b".".to_vec())).is_some();
                let Some(Element { part: Part::Token(name), .. }) = rest.next() else { panic!() };
                let hole = usize::from(name[0]);
                element.part = if is_dots { Part::Dots(hole) } else { Part::Item(hole) };
            }
            out.push(element);
        }
        out
    }

    fn ways(elements: &str, line: &str) -> Vec<Vec<String>> {
        let elements = row(elements);
        let text = |range: Bytes| line[range].to_owned();
        let holes = |way: Vec<Bytes>| {
            elements.iter().zip(way).filter(|(e, _)| e.part.hole().is_some()).map(|(_, range)| text(range)).collect()
        };
        let found = Try { line: line.as_bytes(), bound: &|_| None, steps: &mut 10_000 }.ways(&elements);
        found.into_iter().map(holes).collect()
    }

    #[test]
    fn an_item_is_a_word_with_what_is_glued_to_it_or_a_group() {
        assert_eq!(ways("v $1", "v 1.60.1-rc2"), [["1.60.1-rc2"]]);
        assert_eq!(ways("v $1.c", "v lib/foo.c"), [["lib/foo"]]);
        assert_eq!(ways("f $1", "f (a [b] c)"), [["(a [b] c)"]]);
        assert_eq!(ways("x = $1", "x = \"a \\\" b\""), [["\"a \\\" b\""]]);
        assert!(ways("x = $1", "x = a b").is_empty());
        assert!(ways("x = $1", "x =a").is_empty());
    }

    #[test]
    fn dots_take_the_blanks_beside_them() {
        assert_eq!(ways("f($.1)", "f( a  b )"), [[" a  b "]]);
        assert_eq!(ways("f($.1)", "f()"), [[""]]);
        assert_eq!(ways("x = $.1", "x ="), [[""]]);
        assert_eq!(ways("x = $.1", "x =  a b"), [["a b"]]);
        assert!(ways("a $.1 b", "ab").is_empty());
        assert_eq!(ways("a $.1 b", "a b"), [[""]]);
        assert_eq!(ways("$.1 b", "b"), [[""]]);
    }

    #[test]
    fn a_hole_twice_is_equal_forms() {
        assert_eq!(ways("$1 $1", "a.b a.b"), [["a.b", "a.b"]]);
        assert!(ways("$1 $1", "a b").is_empty());
        assert_eq!(ways("$.1 x $.2", "a x b x c"), [["a", "b x c"], ["a x b", "c"]]);
    }
}
