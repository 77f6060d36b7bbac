//! One side of a fragment read by its grammar, within the frames that a fragment can be in.

use super::frames::Frame;
use super::side_text::{SideText, Use, is_statement};
use crate::language::Language;
use crate::patchset::{HoleKind, Reading as As};
use crate::source::{Bytes, Limits, Source, Tokens};
use std::collections::HashSet;

/// The most parses that one side may cost, whatever it holds.
const MOST_PARSES: usize = 600;
/// The most bytes that they may cost: a long body has fewer tries.
const MOST_BYTES: usize = 16 << 20;
/// Sides of more bytes are not read on behind a syntax error, where nothing but the first one would be reported.
const LONG: usize = 64 << 10;
/// The errors of a side that the parser gave up on: more than any other has.
const GIVEN_UP: usize = usize::MAX;

/// A side that the grammar could read in a frame, or could not.
pub(crate) struct Reading {
    pub(super) source: Source,
    /// The body's bytes in the framed file.
    pub(super) body: Bytes,
    /// For each use: its bytes in the framed file.
    pub(super) segments: Vec<Bytes>,
    pub(super) choices: Vec<usize>,
    /// 0 where it parses.
    pub(super) errors: usize,
    /// A token that begins an element behind one without a comma.
    pub(super) run_on: Option<usize>,
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// The spellings of all holes that were tried in one frame.
type Tried = HashSet<Vec<usize>>;

impl SideText<'_> {
    /// The reading in a frame, if the grammar has one without an error.
    pub fn read_clean(&self, frame: Frame) -> Option<Reading> {
        if !self.may_begin(&frame) || !self.may_end(&frame) || self.spent.get() > MOST_BYTES {
            return None;
        }
        Some(self.read(frame)).filter(Reading::is_clean)
    }

    /// The best reading in a frame that has none without an error, to tell where it fails.
    pub fn read_wrong(&self, frame: Frame) -> Reading {
        if self.is_long() { self.parse_in(frame, vec![0; self.uses.len()], false) } else { self.read(frame) }
    }

    /// Whether it is dear to parse.
    pub fn is_long(&self) -> bool {
        self.text.len() > LONG
    }

    /// Reads the side in a frame: each hole spelt so that the grammar is content, if that can be.
    fn read(&self, frame: Frame) -> Reading {
        let mut tried = HashSet::new();
        let best = self.search(frame, &mut tried);
        if best.errors == 0 { self.likeliest(frame, best, &mut tried) } else { best }
    }

    /// Whether the side's first token can be the first in a frame, as far as a look at the text tells. The dearest of
    /// all parses are those that fail.
    fn may_begin(&self, frame: &Frame) -> bool {
        let text = self.text.trim_start();
        let begins = |word: &str| text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_of_name));
        match self.language {
            Language::Go if begins("case") || begins("default") => frame.reading == As::Case,
            // A designator: `.name = x`.
            Language::C if text.strip_prefix('.').is_some_and(|name| name.starts_with(char::is_alphabetic)) => {
                frame.reading == As::Element
            }
            _ => true,
        }
    }

    /// Whether the side's last token can be the last in a frame, as far as a look at the text tells.
    fn may_end(&self, frame: &Frame) -> bool {
        let text = self.text.trim_end();
        let last_line = text.rsplit('\n').next().unwrap_or("");
        // A hole may be spelt with a mark behind it, and a comment hides the last token.
        let is_hole = self.uses.last().is_some_and(|u| u.bytes.end >= text.len());
        if text.is_empty() || is_hole || text.ends_with("*/") || last_line.contains("//") {
            return true;
        }
        if text.ends_with(',') {
            return frame.may_end_in_comma();
        }
        let is_statement = self.language == Language::C && frame.reading == As::Code && !frame.value;
        !is_statement || text.ends_with([';', '}', ':', '{', '\\']) || text.contains('#')
    }

    /// A clean reading with each hole spelt in the likeliest way that stays clean.
    fn likeliest(&self, frame: Frame, mut best: Reading, tried: &mut Tried) -> Reading {
        let mut parses = 0;
        for n in 0..self.uses.len() {
            for k in 0..best.choices[n] {
                if parses >= self.tries() {
                    return best;
                }
                let mut choices = best.choices.clone();
                choices[n] = k;
                if !tried.insert(choices.clone()) {
                    continue;
                }
                parses += 1;
                let next = self.parse(frame, choices);
                if next.errors == 0 {
                    best = next;
                    break;
                }
            }
        }
        best
    }

    /// How often the side may be parsed.
    fn tries(&self) -> usize {
        MOST_PARSES.min(MOST_BYTES / self.text.len().max(1))
    }

    fn search(&self, frame: Frame, tried: &mut Tried) -> Reading {
        let first = vec![0; self.uses.len()];
        tried.insert(first.clone());
        let mut best = self.parse(frame, first);
        let widest = self.uses.iter().map(|u| u.spellings.len()).max().unwrap_or(1);
        // First every hole of a kind alike, since neighbours mostly are in the same list; then one by one.
        for k in 1..widest {
            if best.errors == 0 {
                return best;
            }
            let choices: Vec<usize> = self.uses.iter().map(|u| k.min(u.spellings.len() - 1)).collect();
            if tried.insert(choices.clone()) {
                self.improve(frame, &mut best, choices);
            }
        }
        loop {
            let before = best.errors;
            for n in 0..self.uses.len() {
                for k in 0..self.uses[n].spellings.len() {
                    if best.errors == 0 || tried.len() > self.tries() {
                        return best;
                    }
                    if k == best.choices[n] {
                        continue;
                    }
                    let mut choices = best.choices.clone();
                    choices[n] = k;
                    if tried.insert(choices.clone()) {
                        self.improve(frame, &mut best, choices);
                    }
                }
            }
            if best.errors == before {
                return best;
            }
        }
    }

    /// Takes this spelling of the holes if it reads better.
    fn improve(&self, frame: Frame, best: &mut Reading, choices: Vec<usize>) {
        let next = self.parse(frame, choices);
        if next.errors < best.errors {
            *best = next;
        }
    }

    /// What stands for a hole when the side is parsed: the same name for the same hole, and for no other.
    fn placeholder(&self, n: usize) -> String {
        format!("{}{}z", self.stem, self.uses[n].first)
    }

    fn parse(&self, frame: Frame, choices: Vec<usize>) -> Reading {
        // Spellings are chosen by how many errors they leave, and macros among C's statements and elements leave some
        // that are none.
        let is_choice = self.uses.iter().any(|u| u.spellings.len() > 1);
        let has_macros =
            self.language == Language::C && !frame.value && matches!(frame.reading, As::Code | As::Element);
        self.parse_in(frame, choices, self.is_long() && !is_choice && !has_macros)
    }

    fn parse_in(&self, frame: Frame, choices: Vec<usize>, strict: bool) -> Reading {
        let mut framed = frame.head.as_bytes().to_vec();
        let mut segments = Vec::with_capacity(self.uses.len());
        let mut at = 0;
        for (n, u) in self.uses.iter().enumerate() {
            framed.extend_from_slice(&self.text.as_bytes()[at..u.bytes.start]);
            let start = framed.len();
            match u.kind {
                HoleKind::Dollar => framed.push(b'$'),
                _ => framed.extend(u.spellings[choices[n]].replace('@', &self.placeholder(n)).bytes()),
            }
            segments.push(start..framed.len());
            at = u.bytes.end;
        }
        framed.extend_from_slice(&self.text.as_bytes()[at..]);
        let body = frame.head.len()..framed.len();
        framed.extend_from_slice(frame.tail.as_bytes());
        self.spent.set(self.spent.get() + if self.is_long() { framed.len() } else { 0 });
        let limits = Limits::NONE;
        let empty = || Source::parse(self.language, Vec::new(), limits).ok();
        let parsed = if strict {
            Source::parse_strictly(self.language, framed).ok()
        } else {
            Source::parse(self.language, framed, limits).ok()
        };
        let failed = parsed.is_none();
        // An empty file stands in for one that the parser gave up on; it counts as all wrong.
        let Some(source) = parsed.or_else(empty) else { unreachable!("the empty file parses") };
        let mut errors = if failed { GIVEN_UP } else { source.errors.iter().map(|e| e.len() + 1).sum() };
        if errors == 0 && frame.value && !is_value(&source, &body_tokens(&source, &body)) {
            errors = 1;
        }
        // A hole spelt as a statement must be one whole, not the end of one.
        let is_torn = |(n, u): (usize, &Use)| {
            let holds_one = matches!(u.kind, HoleKind::Item | HoleKind::Anonymous);
            holds_one
                && is_statement(u.spellings[choices[n]])
                && !source
                    .nodes_over(&body_tokens(&source, &segments[n]))
                    .any(|(_, node)| source.language.is_statement(node.kind))
        };
        let torn = self.uses.iter().enumerate().filter(|&(n, u)| is_torn((n, u))).count();
        errors = usize::saturating_add(errors, torn);
        // A comment at the end has taken in what the frame has behind it, and is another than the one shown.
        let behind = source.comments.partition_point(|c| c.bytes.start < body.end);
        if source.comments[..behind].last().is_some_and(|c| c.bytes.end > body.end) {
            errors = errors.saturating_add(1);
        }
        if errors == 0 && self.language == Language::Go {
            errors = self.adrift(&source, &segments) + source.run_on_items().count() + torn_lines(&source, &body);
        }
        let run_on = run_on_element(&source, &body).filter(|_| frame.reading == As::Element);
        errors = errors.saturating_add(usize::from(run_on.is_some()));
        Reading { source, body, segments, choices, errors, run_on }
    }

    /// How many of the ellipses on lines of their own were not read as items of a list: a placeholder can run into
    /// the next line (`x` and `"path"` of an import).
    fn adrift(&self, source: &Source, segments: &[Bytes]) -> usize {
        let alone = |u: &Use| u.kind == HoleKind::Dots && self.text[u.bytes.clone()] == *"...";
        let is_item = |segment: &Bytes| {
            let tokens = source.token_at(segment.start)..source.token_at(segment.end);
            source.lists_at(tokens.start).any(|l| source.lists[l].has_item(&tokens))
        };
        self.uses.iter().zip(segments).filter(|(u, segment)| alone(u) && !is_item(segment)).count()
    }
}

/// How many lines of a body of Go end where Go reads a semicolon, and the grammar reads on: `B` and `C` below it as
/// `B C`. That the last item of a list has no comma is no matter.
fn torn_lines(source: &Source, body: &Bytes) -> usize {
    let tokens = body_tokens(source, body);
    let closes = |p: usize| matches!(source.text(p), b")" | b"]" | b"}");
    source.torn_lines().filter(|&p| tokens.start < p && p < tokens.end && !closes(p)).count()
}

/// A token of C that begins a line as an element with a designator does, `.name` or `[n]`, and is inside of another.
fn run_on_element(source: &Source, body: &Bytes) -> Option<usize> {
    let begins_line = |t: usize| source.bytes[source.gap_start(t)..source.gap_end(t)].contains(&b'\n');
    let is_item = |t: usize| source.lists_at(t).any(|l| source.lists[l].item_from(t).is_some());
    let is_c = source.language == Language::C;
    let mut marks = body_tokens(source, body).skip(1).filter(|&t| is_c && matches!(source.text(t), b"." | b"["));
    marks.find(|&t| begins_line(t) && !is_item(t))
}

pub(super) fn body_tokens(source: &Source, body: &Bytes) -> Tokens {
    source.token_at(body.start)..source.token_at(body.end)
}

pub(super) fn is_value(source: &Source, tokens: &Tokens) -> bool {
    source.nodes_over(tokens).any(|(id, n)| id != 0 && source.language.is_value(n.kind))
}

impl Reading {
    /// Whether the grammar reads it without an error.
    pub fn is_clean(&self) -> bool {
        self.errors == 0
    }

    /// How much of it the grammar could not read.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Whether an element lacks its comma, so that the next one reads as a part of it.
    pub fn runs_on(&self) -> bool {
        self.run_on.is_some()
    }

    /// Whether the parser came to no end with it.
    pub fn is_given_up(&self) -> bool {
        self.errors == GIVEN_UP
    }

    /// Whether the whole is one labelled statement, which could as well be a keyed element.
    pub fn is_label(&self) -> bool {
        let tokens = body_tokens(&self.source, &self.body);
        self.source.nodes_over(&tokens).any(|(_, n)| self.source.language.is_label(n.kind))
    }

    /// Where, in the side's text, the grammar stopped understanding.
    pub fn trouble(&self, side: &SideText<'_>) -> Bytes {
        let t = self.source.errors.first().map(|e| e.start).or(self.run_on).unwrap_or(0);
        let at =
            self.source.tokens.get(t).map_or(self.body.end, |t| t.bytes.start).clamp(self.body.start, self.body.end);
        let from = self.to_text(side, at, false).min(side.text.len());
        let line = side.text[from..].lines().next().unwrap_or("").trim_end();
        from..from + line.len()
    }

    /// A byte of the framed file as a byte of the side's text; within a placeholder, its start or end.
    pub(super) fn to_text(&self, side: &SideText<'_>, at: usize, end: bool) -> usize {
        let n = self.segments.partition_point(|s| s.start < at || !end && s.start == at);
        match n.checked_sub(1) {
            None => at - self.body.start,
            Some(n) if at < self.segments[n].end || end && at == self.segments[n].end => {
                if end {
                    side.uses[n].bytes.end
                } else {
                    side.uses[n].bytes.start
                }
            }
            Some(n) => side.uses[n].bytes.end + at - self.segments[n].end,
        }
    }
}
