//! One side of a fragment read by its grammar.

use super::element::{Element, Part, Piece, Reach, Root, Side};
use super::frames::Frame;
use super::names::{HoleName, Names};
use crate::language::{Language, c};
use crate::patchset::{Fragment, HoleKind, HoleUse, Reading as As, Sign, scan};
use crate::source::{Bytes, Gap, Limits, ListId, Node, Source, Tokens};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The most parses that one side may cost, whatever it holds.
const MOST_PARSES: usize = 600;
/// The most bytes that they may cost: a long body has fewer tries.
const MOST_BYTES: usize = 16 << 20;
/// Sides of more bytes are not read on behind a syntax error, where nothing but the first one would be told.
const LONG: usize = 64 << 10;
/// The errors of a side that the parser gave up on: more than any other has.
const GIVEN_UP: usize = usize::MAX;

/// One side of a fragment as text, with its holes found.
pub(crate) struct SideText<'a> {
    fragment: &'a Fragment,
    language: Language,
    /// The rows, joined.
    pub text: String,
    /// Where each row begins in `text`, and which row of the fragment it is.
    starts: Vec<(usize, usize)>,
    uses: Vec<Use>,
    stem: String,
    /// The bytes that were parsed of a long side.
    spent: Cell<usize>,
}

/// A hole or ellipsis in the text.
struct Use {
    kind: HoleKind,
    name: String,
    bytes: Bytes,
    spellings: &'static [&'static str],
    /// The first use of the same hole.
    first: usize,
}

/// A side that the grammar could read in a frame, or could not.
pub(crate) struct Reading {
    source: Source,
    /// The body's bytes in the framed file.
    body: Bytes,
    /// For each use: its bytes in the framed file.
    segments: Vec<Bytes>,
    choices: Vec<usize>,
    /// 0 where it parses.
    errors: usize,
    /// A token that begins an element behind one without a comma.
    run_on: Option<usize>,
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// The spellings of all holes that were tried in one frame.
type Tried = HashSet<Vec<usize>>;

/// A beginning of names that the text does not hold.
fn free_stem(text: &str) -> String {
    const STEM: &str = "Zq";
    let number = |at: usize| {
        let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        &text[at..at + digits]
    };
    let taken: HashSet<&str> = text.match_indices(STEM).map(|(at, _)| number(at + STEM.len())).collect();
    let free = (0..=taken.len()).map(|n| n.to_string()).find(|n| !taken.contains(n.as_str()));
    match free {
        Some(free) if !taken.is_empty() => format!("{STEM}{free}x"),
        _ => STEM.to_owned(),
    }
}

impl<'a> SideText<'a> {
    /// The side of a fragment that leaves out rows of one sign.
    pub fn new(fragment: &'a Fragment, without: Sign, language: Language) -> Self {
        let mut text = String::new();
        let mut starts = Vec::new();
        for (i, row) in fragment.rows.iter().enumerate().filter(|(_, r)| r.sign != without) {
            if !starts.is_empty() {
                text.push('\n');
            }
            starts.push((text.len(), i));
            text.push_str(&row.text);
        }
        let mut uses: Vec<Use> = scan(&text)
            .into_iter()
            .filter(|u| u.kind != HoleKind::Stray)
            .map(|HoleUse { kind, name, bytes }| Use { kind, name, bytes, spellings: &["@"], first: 0 })
            .collect();
        let mut lines = Vec::with_capacity(starts.len());
        for (n, &(start, row)) in starts.iter().enumerate() {
            let end = starts.get(n + 1).map_or(text.len(), |s| s.0 - 1);
            if fragment.rows[row].text.trim() == "..." {
                let at = start + fragment.rows[row].text.find("...").unwrap_or(0);
                uses.push(Use {
                    kind: HoleKind::Dots,
                    name: String::new(),
                    bytes: at..at + 3,
                    spellings: &["@"],
                    first: 0,
                });
            }
            let line = text[start..end].trim();
            lines.push((start, end, line.len()));
        }
        uses.sort_by_key(|u| u.bytes.start);
        for u in &mut uses {
            let line = lines.partition_point(|l| l.0 <= u.bytes.start).checked_sub(1).map(|n| lines[n]);
            if let Some((_, end, len)) = line
                && u.bytes.end <= end
            {
                u.spellings = spellings(language, u.kind, len == u.bytes.len());
            }
        }
        let stem = free_stem(&text);
        let mut firsts: HashMap<String, usize> = HashMap::new();
        for (n, u) in uses.iter_mut().enumerate() {
            let named = !u.name.is_empty() && u.kind != HoleKind::Anonymous;
            u.first = if named { *firsts.entry(u.name.clone()).or_insert(n) } else { n };
        }
        SideText { fragment, language, text, starts, uses, stem, spent: Cell::new(0) }
    }

    /// Whether it shows no code.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The row of the fragment that a byte of the text is on.
    fn row(&self, at: usize) -> usize {
        self.starts[self.starts.partition_point(|s| s.0 <= at) - 1].1
    }

    /// Where a range of the text stands in the patchset file.
    pub fn place(&self, bytes: &Bytes) -> Bytes {
        if self.starts.is_empty() {
            return self.fragment.span.clone();
        }
        let (start, row) = self.starts[self.starts.partition_point(|s| s.0 <= bytes.start).max(1) - 1];
        let at = self.fragment.rows[row].at + bytes.start - start;
        at..at + bytes.len().max(1).min(self.text.len() - bytes.start.min(self.text.len())).max(1)
    }

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
        // First every hole of a kind alike, since neighbours mostly stand in the same list; then one by one.
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
}

impl SideText<'_> {
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

/// The ways to spell a hole, `@` for its placeholder, the likeliest first.
fn spellings(language: Language, kind: HoleKind, alone: bool) -> &'static [&'static str] {
    use HoleKind::*;
    match (language, kind, alone) {
        (_, Pasted | Dollar | Stray, _) | (Language::Text, ..) => &["@"],
        (Language::Go, Item | Anonymous, false) => &["@", "==", "+="],
        (Language::Go, Item | Anonymous, true) => &["@", "@,"],
        (Language::Go, Dots | NamedDots, false) => &["@", "@ @", "case @:"],
        (Language::Go, Dots | NamedDots, true) => &["@", "@,", "case @:", "case <-@:", "@ @", "@ \"@\""],
        (Language::C, Item | Anonymous, false) => &["@", "==", "+=", "@;"],
        (Language::C, Item | Anonymous, true) => &["@;", "@,", "@", "@();"],
        (Language::C, Dots | NamedDots, false) => &["@", "@;", "@;;", "case @:"],
        (Language::C, Dots | NamedDots, true) => &["@;", "@,", "@", "case @:;"],
    }
}

/// Whether a spelling makes a hole a statement of its own.
fn is_statement(spelling: &str) -> bool {
    matches!(spelling, "@;" | "@();")
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

fn body_tokens(source: &Source, body: &Bytes) -> Tokens {
    source.token_at(body.start)..source.token_at(body.end)
}

fn is_value(source: &Source, tokens: &Tokens) -> bool {
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
    fn to_text(&self, side: &SideText<'_>, at: usize, end: bool) -> usize {
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

    /// The side as elements. `partner` gives the row whose unnamed holes a `+` row shares.
    pub fn elements(
        self,
        side: &SideText<'_>,
        partner: &[Option<usize>],
        fragment: usize,
        names: &mut Names,
        imports: &BTreeMap<String, String>,
    ) -> Result<Side, Unpaired> {
        let tokens = body_tokens(&self.source, &self.body);
        let holes = self.hole_names(side, partner, fragment)?;
        let mut elements: Vec<Element> = Vec::new();
        let comments = self.source.comments_in(&self.body).to_vec();
        let mut comments = comments.iter().peekable();
        let mut t = tokens.start;
        loop {
            let next = if t < tokens.end { self.source.tokens[t].bytes.start } else { self.body.end };
            while let Some(c) = comments.next_if(|c| c.bytes.start < next) {
                let part = Part::Comment(self.source.bytes[c.bytes.clone()].to_vec());
                elements.push(self.element(side, part, Gap::None, c.bytes.clone(), t..t, None));
            }
            if t >= tokens.end {
                break;
            }
            let token = &self.source.tokens[t];
            let from = self.segments.partition_point(|s| s.start <= token.bytes.start).checked_sub(1);
            let use_at = from.filter(|&n| token.bytes.end <= self.segments[n].end);
            if let Some(n) = use_at.filter(|&n| side.uses[n].kind != HoleKind::Dollar) {
                let end = (t..tokens.end).find(|&e| self.source.tokens[e].bytes.start >= self.segments[n].end);
                let region = t..end.unwrap_or(tokens.end);
                let (part, list) = self.hole_part(side, n, &region, names.id(holes[n].clone()));
                let list = list.or_else(|| self.separated_list(t));
                elements.push(self.element(side, part, token.gap, self.segments[n].clone(), region.clone(), list));
                t = region.end;
                continue;
            }
            let part = self.token_part(side, t, &tokens, names, imports);
            let list = self.separated_list(t);
            elements.push(self.element(side, part, token.gap, token.bytes.clone(), t..t + 1, list));
            t += 1;
        }
        if let Some(first) = elements.first_mut() {
            first.gap = Gap::None;
        }
        let inner_rows = join_rows(side, &mut elements);
        nest(&mut elements);
        nest_bare_bodies(&mut elements, &self.source);
        wrap(&mut elements);
        let holes = link(&mut elements);
        let root = Root::of(&self.source, &tokens);
        Ok(Side { elements, holes, root, text: side.text.clone(), inner_rows, source: Arc::new(self.source) })
    }

    fn element(
        &self,
        side: &SideText<'_>,
        part: Part,
        gap: Gap,
        at: Bytes,
        tokens: Tokens,
        list: Option<ListId>,
    ) -> Element {
        let bytes = self.to_text(side, at.start, false)..self.to_text(side, at.end, true);
        Element {
            part,
            gap,
            row: side.row(bytes.start),
            bytes,
            tokens,
            list,
            list_prior: None,
            hole_prior: None,
            depth: 0,
            wrapped: false,
        }
    }

    /// What makes each hole the same as others: its name, or its row and number.
    fn hole_names(
        &self,
        side: &SideText<'_>,
        partner: &[Option<usize>],
        fragment: usize,
    ) -> Result<Vec<HoleName>, Unpaired> {
        let mut counts: BTreeMap<(usize, bool), usize> = BTreeMap::new();
        let mut names = Vec::with_capacity(side.uses.len());
        for u in &side.uses {
            let dots = matches!(u.kind, HoleKind::Dots | HoleKind::NamedDots);
            let named = matches!(u.kind, HoleKind::Item | HoleKind::NamedDots | HoleKind::Pasted);
            if named || u.kind == HoleKind::Dollar {
                names.push(HoleName::Named(u.name.clone()));
                continue;
            }
            let row = side.row(u.bytes.start);
            let nth = counts.entry((row, dots)).or_insert(0);
            *nth += 1;
            let row = match (side.fragment.rows[row].sign, partner.get(row).copied().flatten()) {
                (Sign::Plus, Some(minus)) => minus,
                (Sign::Plus, None) => return Err(Unpaired(u.bytes.clone())),
                _ => row,
            };
            names.push(HoleName::Unnamed { fragment, row, nth: *nth, dots });
        }
        Ok(names)
    }

    fn hole_part(&self, side: &SideText<'_>, n: usize, region: &Tokens, hole: usize) -> (Part, Option<ListId>) {
        let source = &self.source;
        let u = &side.uses[n];
        let spelling = u.spellings[self.choices[n]];
        let item_of = |l: &ListId| source.lists[*l].has_item(region);
        let list = source.lists_at(region.start).rfind(item_of);
        match u.kind {
            HoleKind::Dots | HoleKind::NamedDots => {
                let reach = match list {
                    Some(l) if source.lists[l].kind.by_lines() => {
                        let last = source.lists[l].inside.end == region.end;
                        Reach::Lines { tail: last && source.language.is_branch(source.kind(source.lists[l].node)) }
                    }
                    Some(_) => Reach::Commas,
                    None => self.reach_without_list(region),
                };
                (Part::Dots(hole, reach), list)
            }
            _ if !spelling.contains('@') => (Part::Operator(hole), None),
            _ if is_statement(spelling) => (Part::Statement(hole), None),
            _ => (Part::Item(hole), None),
        }
    }

    fn reach_without_list(&self, region: &Tokens) -> Reach {
        let source = &self.source;
        let node = source.node_around(region);
        let up = source.nodes[node].parent;
        let bracketed = region.start > 0
            && matches!(source.text(region.start - 1), b"(" | b"[")
            && source.tokens.get(region.end).is_some_and(|_| matches!(source.text(region.end), b")" | b"]"));
        if bracketed {
            Reach::Bracket
        } else if source.language == Language::C && source.nodes[node].field == "type" {
            Reach::Specifiers
        } else if source.has_header(up) || source.has_header(node) {
            Reach::Header
        } else {
            Reach::Commas
        }
    }

    /// The list whose border a separated token is.
    fn separated_list(&self, t: usize) -> Option<ListId> {
        let source = &self.source;
        let by_lines = match source.tokens[t].gap {
            Gap::None => return None,
            Gap::Comma => false,
            Gap::Line => true,
        };
        let starts = |l: &ListId| {
            let list = &source.lists[*l];
            list.kind.by_lines() == by_lines && list.item_from(t).is_some_and(|item| item > 0)
        };
        source.lists_at(t).rfind(starts)
    }

    fn token_part(
        &self,
        side: &SideText<'_>,
        t: usize,
        tokens: &Tokens,
        names: &mut Names,
        imports: &BTreeMap<String, String>,
    ) -> Part {
        let source = &self.source;
        let token = &source.tokens[t];
        let text = source.word(t).into_owned();
        let from = self.segments.partition_point(|s| s.start < token.bytes.start);
        let inside: Vec<usize> =
            (from..self.segments.len()).take_while(|&n| self.segments[n].end <= token.bytes.end).collect();
        if !inside.is_empty() {
            let mut pieces = Vec::new();
            let mut at = token.bytes.start;
            for n in inside {
                let (segment, u) = (&self.segments[n], &side.uses[n]);
                pieces.push(Piece::Text(source.bytes[at..segment.start].to_vec()));
                pieces.push(match u.kind {
                    HoleKind::Dollar => Piece::Text(b"$".to_vec()),
                    _ => Piece::Hole(names.id(HoleName::Named(u.name.clone()))),
                });
                at = segment.end;
            }
            pieces.push(Piece::Text(source.bytes[at..token.bytes.end].to_vec()));
            pieces.retain(|p| !matches!(p, Piece::Text(t) if t.is_empty()));
            if let [Piece::Hole(hole)] = pieces[..] {
                return Part::Item(hole);
            }
            return Part::Paste(pieces);
        }
        let dot = |t: usize| tokens.contains(&t) && source.text(t) == b".";
        if dot(t + 1) && (t == tokens.start || !dot(t - 1)) {
            let name = String::from_utf8_lossy(&text).into_owned();
            if let Some(path) = imports.get(&name) {
                return Part::Package { name, path: path.clone() };
            }
        }
        Part::Token { text, atom: token.atom }
    }
}

/// A `$_` or `$...` on a `+` row that has no `-` row to take its text from.
pub(crate) struct Unpaired(pub Bytes);

/// Counts what stands behind a token of several rows to the row that the token began on; gives the rows that are
/// left without elements by this.
fn join_rows(side: &SideText<'_>, elements: &mut [Element]) -> BTreeSet<usize> {
    let mut inner = BTreeSet::new();
    let mut joined = None;
    for e in elements {
        if let Some((last, first)) = joined
            && e.row == last
        {
            e.row = first;
        }
        let last = side.row(e.bytes.end.saturating_sub(1).max(e.bytes.start));
        if side.text[e.bytes.clone()].contains('\n') {
            let behind = &side.starts[side.starts.partition_point(|s| s.1 <= e.row)..];
            inner.extend(behind.iter().map(|s| s.1).take_while(|r| *r <= last));
            joined = Some((last, e.row));
        }
    }
    inner
}

/// Says how deep each row is nested. Brackets that open on one row count once, as they do in any layout; those that
/// a row begins by closing do not count for it.
fn nest(elements: &mut [Element]) {
    // The rows on which brackets are open, each with how many rows these are up to it.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < elements.len() {
        let row = elements[at].row;
        let end = at + elements[at..].iter().take_while(|e| e.row == row).count();
        let mark = |e: &Element| match &e.part {
            Part::Token { text, .. } => match &text[..] {
                b"(" | b"[" | b"{" => 1,
                b")" | b"]" | b"}" => -1,
                _ => 0,
            },
            _ => 0,
        };
        let closing = elements[at..end].iter().take_while(|e| mark(e) < 0).count();
        open.truncate(open.len().saturating_sub(closing));
        let rows = |open: &[(usize, usize)]| open.last().map_or(0, |o| o.1);
        for e in &mut elements[at..end] {
            e.depth = rows(&open);
        }
        for e in &elements[at + closing..end] {
            match mark(e) {
                1 => open.push((row, rows(&open) + usize::from(open.last().is_none_or(|o| o.0 != row)))),
                -1 => drop(open.pop()),
                _ => {}
            }
        }
        at = end;
    }
}

/// What a header without braces governs is a step deeper, too, where it stands on a row of its own.
fn nest_bare_bodies(elements: &mut [Element], source: &Source) {
    let row = |t: usize| elements.get(elements.partition_point(|e| e.tokens.end <= t)).map(|e| e.row);
    let mut steps: Vec<(usize, isize)> = Vec::new();
    // It looks like a macro that repeats what follows, and governs nothing.
    let is_pragma = |node: &Node| c::is_pragma(source.text(node.tokens.start));
    for (id, node) in source.nodes.iter().enumerate() {
        let parent = &source.nodes[node.parent];
        let (header, body) = match source.nodes.get(node.end).filter(|_| source.is_macro_header(id) && !is_pragma(node))
        {
            Some(body) => (node.tokens.start, body),
            None => (parent.tokens.start, node),
        };
        let bare = match std::ptr::eq(body, node) {
            true => source.is_bare_body(id),
            false => !source.language.is_code_kind(body.kind, body.field, "block"),
        };
        if bare && row(header) < row(body.tokens.start) {
            steps.extend([(body.tokens.start, 1), (body.tokens.end, -1)]);
        }
    }
    steps.sort_unstable();
    let (mut steps, mut deeper) = (steps.into_iter().peekable(), 0isize);
    // A row is as deep as what it begins with.
    let mut last = None;
    for e in elements {
        while let Some((_, step)) = steps.next_if(|s| s.0 <= e.tokens.start) {
            deeper += step;
        }
        let (_, of_row) = *last.insert(last.filter(|l: &(usize, isize)| l.0 == e.row).unwrap_or((e.row, deeper)));
        e.depth = e.depth.saturating_add_signed(of_row);
    }
}

/// Says which elements stand within a bracket that is no brace.
fn wrap(elements: &mut [Element]) {
    let mut open = Vec::new();
    for e in elements {
        e.wrapped = open.last().is_some_and(|bracket| *bracket != b'{');
        let Part::Token { text, .. } = &e.part else { continue };
        match &text[..] {
            b"(" | b"[" | b"{" => open.push(text[0]),
            b")" | b"]" | b"}" => drop(open.pop()),
            _ => {}
        }
    }
}

/// Fills in what earlier elements each one must agree with; gives the first of each hole.
pub(crate) fn link(elements: &mut [Element]) -> BTreeMap<usize, usize> {
    let mut lists: BTreeMap<usize, usize> = BTreeMap::new();
    let mut holes: BTreeMap<usize, usize> = BTreeMap::new();
    for (i, e) in elements.iter_mut().enumerate() {
        if let Some(list) = e.list {
            e.list_prior = lists.get(&list).copied();
            lists.entry(list).or_insert(i);
        }
        if let Some(hole) = e.part.hole() {
            e.hole_prior = holes.get(&hole).copied();
            holes.entry(hole).or_insert(i);
        }
    }
    holes
}
