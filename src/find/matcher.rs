use super::code::Code;
use super::env::Env;
use super::packages::Packages;
use crate::language::{Atom, ListKind};
use crate::pattern::{HoleId, Part, Piece, Reach, Root, Side};
use crate::source::{Bytes, Gap, Groups, ListId, Source, Tokens};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// What one element of a side is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The tokens; empty for a comment or an ellipsis over nothing.
    pub tokens: Tokens,
    /// The bytes.
    pub bytes: Bytes,
    /// The list whose border the element is at, where that matters.
    pub list: Option<ListId>,
}

/// One way in which a side matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// What each element is bound to.
    pub bounds: Vec<Bound>,
    /// All of it.
    pub tokens: Tokens,
    /// Whether a syntax error lies in what the body shows.
    pub broken: bool,
    /// Holes that only pasted words show, and the part of the word that they stand for.
    pub pasted: Vec<(HoleId, Code)>,
}

/// The closest that a side came to matching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// How many elements matched. All of them, where the whole is not put together as the side is.
    pub element: usize,
    /// Where the attempt began.
    pub start: usize,
    /// The token at which it failed.
    pub at: usize,
}

/// A bound on the work that matching may do: steps, never time, so that every machine gives the same verdict.
#[derive(Clone, Debug)]
pub struct Steps(pub u64);

impl Steps {
    /// Takes some.
    pub(crate) fn take(&mut self, steps: usize) -> Result<(), OutOfSteps> {
        self.0 = self.0.checked_sub(steps as u64).ok_or(OutOfSteps)?;
        Ok(())
    }
}

/// The bound was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "matching takes more steps here than the limit: show more of the code between the ellipses, or raise it with \
     `--limit steps=N` (docs/limits.md)"
)]
pub struct OutOfSteps;

/// Matches one side against one source.
pub struct Matcher<'a> {
    pub(crate) side: &'a Side,
    pub(crate) source: &'a Source,
    /// Holes that are bound outside this side.
    env: &'a Env,
    /// The packages that the body names, as the file knows them.
    packages: &'a Packages,
    lists: Option<&'static [ListKind]>,
    grouped: Option<&'static str>,
    /// Whether it meets uses alone, where it is an expression or a type.
    uses: bool,
    /// Where such a side matched what is no use.
    pub passed: BTreeSet<usize>,
    /// Where it would match a call that the grammar reads as a part of something else.
    pub unread: BTreeSet<usize>,
    /// Reads over syntax errors, to find what a site would be without them.
    loose: bool,
    /// The steps that were made since they were last counted: nodes, items and tokens looked at.
    pub(crate) work: Cell<usize>,
    /// How the source's operands group.
    groups: RefCell<Groups<'a>>,
    /// The best near miss so far.
    pub miss: Option<Miss>,
}

impl<'a> Matcher<'a> {
    /// A matcher of a side that may be anywhere.
    pub fn new(side: &'a Side, source: &'a Source, env: &'a Env, packages: &'a Packages) -> Matcher<'a> {
        let (work, groups) = (Cell::new(0), RefCell::new(Groups::new(source)));
        let (passed, unread, uses, loose) = (BTreeSet::new(), BTreeSet::new(), false, false);
        Matcher {
            side,
            source,
            env,
            packages,
            lists: None,
            grouped: None,
            uses,
            passed,
            unread,
            loose,
            work,
            groups,
            miss: None,
        }
    }

    /// Binds the lists in which the side may be.
    pub fn within(mut self, lists: Option<&'static [ListKind]>, grouped: Option<&'static str>) -> Matcher<'a> {
        (self.lists, self.grouped) = (lists, grouped);
        self
    }

    /// An expression or type then meets uses alone, and no declarations, members or labels that look like it.
    pub fn of_uses(mut self) -> Matcher<'a> {
        self.uses = self.side.root == Root::Value && self.lists.is_none();
        self
    }

    /// Every match in the source, in order of place.
    pub fn all(&mut self, steps: &mut Steps) -> Result<Vec<Match>, OutOfSteps> {
        self.between(0..self.source.tokens.len(), steps)
    }

    /// Every match that begins in a range of tokens.
    pub fn between(&mut self, range: Tokens, steps: &mut Steps) -> Result<Vec<Match>, OutOfSteps> {
        let mut found = Vec::new();
        // A look at a token is a part of a step.
        steps.take(range.len() / 8)?;
        for start in self.starts(range) {
            self.at(start, steps, &mut found)?;
        }
        Ok(found)
    }

    /// Matches over syntax errors: what would be a site if the grammar could read the file.
    pub fn over_errors(&mut self, steps: &mut Steps) -> Result<Vec<Match>, OutOfSteps> {
        let source = self.source;
        if source.errors.is_empty() || !self.has_anchor() {
            return Ok(Vec::new());
        }
        self.loose = true;
        let torn = |t: usize| source.language.is_error(source.kind(source.tokens[t].node));
        let mut found = Vec::new();
        for start in self.starts(0..source.tokens.len()) {
            let from = found.len();
            self.at(start, steps, &mut found)?;
            found.truncate(from + 1);
            if let Some(m) = found.get(from) {
                let missing = source.errors_in(&m.tokens).any(|e| e.is_empty());
                if !missing && !m.tokens.clone().any(torn) {
                    found.truncate(from);
                }
            }
        }
        self.loose = false;
        Ok(found)
    }

    /// Whether the side shows words enough to be recognised over errors.
    fn has_anchor(&self) -> bool {
        let words = self.side.elements.iter().filter(|e| matches!(e.part, Part::Token { atom: Atom::Word, .. }));
        words.count() > 0 && !matches!(self.side.elements.first().map(|e| &e.part), Some(Part::Dots(..)))
    }

    /// The tokens of a range at which a match may begin. In a whole file those that show the first word are looked up,
    /// so that many sides do not walk it each.
    fn starts(&self, range: Tokens) -> Vec<usize> {
        let first = self.side.elements.iter().map(|e| &e.part).find(|p| !matches!(p, Part::Comment(_)));
        let word = match first {
            None => return Vec::new(),
            Some(Part::Token { text, .. }) => Some(text.as_slice()),
            Some(Part::Package { name, .. }) => match self.packages.get(name) {
                Some(Some(local)) => Some(local.name.as_bytes()),
                _ => return Vec::new(),
            },
            Some(_) => None,
        };
        match (word, first) {
            (Some(word), Some(part)) if range == (0..self.source.tokens.len()) => {
                self.source.likely_at(word).filter(|&start| self.is_token(part, start)).collect()
            }
            (Some(_), Some(part)) => range.filter(|&start| self.is_token(part, start)).collect(),
            _ => range.collect(),
        }
    }

    /// Every match that begins at one token.
    fn at(&mut self, start: usize, steps: &mut Steps, found: &mut Vec<Match>) -> Result<(), OutOfSteps> {
        let count = self.side.elements.len();
        let mut bounds: Vec<Bound> = Vec::with_capacity(count);
        // Where there was more than one way to go on: the element, and the ways that are left.
        let mut choices: Vec<(usize, Vec<Bound>)> = Vec::new();
        loop {
            steps.take(1 + self.work.take())?;
            let at = bounds.last().map_or(start, |b| b.tokens.end);
            let mut ways = if bounds.len() < count { self.ways(&bounds, at) } else { Vec::new() };
            if bounds.len() == count {
                match (self.pasted(&bounds), self.whole(&bounds, start, at)) {
                    (Some(_), None) if self.uses && self.source.is_misread_call(&(start..at)) => {
                        self.unread.insert(start);
                        self.note_miss(count, start, at);
                    }
                    (Some(_), Some(tokens)) if self.uses && !self.source.is_use(&tokens) => {
                        self.passed.insert(tokens.start);
                    }
                    (Some(pasted), Some(tokens)) => {
                        let broken = self.is_broken(&bounds);
                        // It is kept until all are found: ellipses can be placed in more ways than memory holds.
                        steps.take(4 * count)?;
                        found.push(Match { bounds: bounds.clone(), tokens, broken, pasted });
                    }
                    _ => self.note_miss(count, start, at),
                }
            }
            steps.take(ways.len())?;
            ways.reverse();
            if let Some(way) = ways.pop() {
                if !ways.is_empty() {
                    choices.push((bounds.len(), ways));
                }
                bounds.push(way);
                continue;
            }
            if bounds.len() < count {
                self.note_miss(bounds.len(), start, at);
            }
            loop {
                let Some((element, ways)) = choices.last_mut() else { return Ok(()) };
                if let Some(way) = ways.pop() {
                    bounds.truncate(*element);
                    bounds.push(way);
                    break;
                }
                choices.pop();
            }
        }
    }

    pub(crate) fn spend(&self, steps: usize) {
        self.work.set(self.work.get().saturating_add(steps));
    }

    fn note_miss(&mut self, element: usize, start: usize, at: usize) {
        if element > 0 && !self.loose && self.miss.as_ref().is_none_or(|m| m.element < element) {
            self.miss = Some(Miss { element, start, at });
        }
    }

    /// The ways in which the next element can match at a position.
    fn ways(&self, bounds: &[Bound], at: usize) -> Vec<Bound> {
        let i = bounds.len();
        let element = &self.side.elements[i];
        let source = self.source;
        if let Part::Comment(text) = &element.part {
            return self.comment(bounds, at, text).into_iter().collect();
        }
        let at = if matches!(&element.part, Part::Token { atom: Atom::Tag, .. }) { at } else { self.past_tag(at) };
        if self.loose {
            return self.loose_ways(i, at);
        }
        if let Part::Dots(_, reach) = &element.part {
            let mut ways = self.reach(bounds, at, *reach);
            ways.retain(|w| self.agrees(bounds, i, &w.tokens) && self.next_fits(i, w.tokens.end));
            return ways;
        }
        if at >= source.tokens.len() {
            return Vec::new();
        }
        let Some(list) = self.gap(bounds, at) else { return Vec::new() };
        let bound = |tokens: Tokens| Bound { bytes: source.span(&tokens), tokens, list };
        match &element.part {
            Part::Token { .. } | Part::Package { .. } | Part::Paste(_) => {
                if self.is_token(&element.part, at) {
                    vec![bound(at..at + 1)]
                } else {
                    Vec::new()
                }
            }
            Part::Operator(_) => {
                let token = &source.tokens[at];
                let operator = token.atom == Atom::Mark
                    && !matches!(
                        source.text(at),
                        b"(" | b")" | b"{" | b"}" | b"[" | b"]" | b"." | b";" | b":" | b"..."
                    );
                let tokens = at..at + 1;
                if operator && self.agrees(bounds, i, &tokens) { vec![bound(tokens)] } else { Vec::new() }
            }
            Part::Item(_) | Part::Statement(_) => {
                let statement = matches!(element.part, Part::Statement(_));
                let fits = |id: usize| {
                    if statement { source.is_whole_statement(id) } else { source.is_one_item(id) }
                };
                let nodes = source.nodes_at(at).filter(|(id, _)| *id != 0 && fits(*id)).map(|(_, n)| n.tokens.clone());
                let mut ways: Vec<Bound> = Vec::new();
                for tokens in source.composed_items_at(at, statement).chain(nodes) {
                    self.spend(1);
                    if ways.last().is_none_or(|w| w.tokens != tokens)
                        && self.agrees(bounds, i, &tokens)
                        && self.next_fits(i, tokens.end)
                    {
                        ways.push(bound(tokens));
                    }
                }
                ways
            }
            Part::Comment(_) | Part::Dots(..) => Vec::new(),
        }
    }

    /// Checks what separates the next element from the one before; gives the list it is a border of.
    fn gap(&self, bounds: &[Bound], at: usize) -> Option<Option<ListId>> {
        let i = bounds.len();
        let element = &self.side.elements[i];
        let before = (0..i).rev().find(|&j| !matches!(self.side.elements[j].part, Part::Comment(_)));
        let Some(before) = before else { return Some(None) };
        let here = self.source.tokens[at].gap;
        let after_dots = matches!(self.side.elements[before].part, Part::Dots(_, Reach::Lines { .. } | Reach::Commas));
        if element.gap == Gap::None && after_dots {
            // Behind an ellipsis comes the list's end, or its next item where the ellipsis is all of a side's rest.
            return Some(None);
        }
        if element.gap != here && !(after_dots && bounds[before].tokens.is_empty()) {
            return None;
        }
        if element.gap == Gap::None {
            return Some(None);
        }
        let by_lines = element.gap == Gap::Line;
        // What is separated from something before it is not the first item: `b` in `(a int, b, c int)` begins the names
        // of a parameter, too. Only behind an ellipsis over nothing it may be.
        let from = usize::from(element.gap == here);
        let starts = |l: &ListId| {
            let list = &self.source.lists[*l];
            list.kind.by_lines() == by_lines && list.item_from(at).is_some_and(|item| item >= from)
        };
        match element.list_prior.and_then(|p| bounds[p].list) {
            Some(list) => starts(&list).then_some(Some(list)),
            None => Some(self.source.lists_at(at).rfind(starts)),
        }
    }

    fn comment(&self, bounds: &[Bound], at: usize, text: &[u8]) -> Option<Bound> {
        let from = match bounds.last() {
            Some(b) if b.tokens.is_empty() => b.bytes.end,
            _ => 0,
        };
        let same = |c: &&crate::source::Comment| {
            c.bytes.start >= from && words(&self.source.bytes[c.bytes.clone()]).eq(words(text))
        };
        let comment = self.source.comments_at(self.past_tag(at)).iter().find(same)?;
        Some(Bound { tokens: at..at, bytes: comment.bytes.clone(), list: None })
    }

    /// Field tags are transparent: the position behind one.
    fn past_tag(&self, at: usize) -> usize {
        match self.source.tokens.get(at) {
            Some(t) if t.atom == Atom::Tag => at + 1,
            _ => at,
        }
    }

    fn is_token(&self, part: &Part, at: usize) -> bool {
        let Some(_) = self.source.tokens.get(at) else { return false };
        match part {
            Part::Token { text, .. } => *self.source.word(at) == **text,
            Part::Package { name, .. } => {
                self.packages.get(name).and_then(Option::as_ref).is_some_and(|local| local.is_at(self.source, at))
            }
            // What the pieces stand for is checked when all holes are bound.
            Part::Paste(pieces) => {
                let text = self.source.text(at);
                let fixed = |p: Option<&Piece>| match p {
                    Some(Piece::Text(t)) => t.clone(),
                    _ => Vec::new(),
                };
                text.starts_with(&fixed(pieces.first())) && text.ends_with(&fixed(pieces.last()))
            }
            _ => false,
        }
    }

    /// Whether the element behind `i` can match at a position, as far as one look tells.
    pub(crate) fn next_fits(&self, i: usize, at: usize) -> bool {
        match self.side.elements.get(i + 1).map(|e| &e.part) {
            Some(part @ (Part::Token { .. } | Part::Package { .. })) => {
                self.is_token(part, at) || self.is_token(part, self.past_tag(at))
            }
            _ => true,
        }
    }

    /// Whether code can be what the hole of element `i` is bound to elsewhere.
    fn agrees(&self, bounds: &[Bound], i: usize, tokens: &Tokens) -> bool {
        let element = &self.side.elements[i];
        if let Some(prior) = element.hole_prior {
            self.spend(tokens.len());
            return self.source.same(&bounds[prior].tokens, self.source, tokens);
        }
        match element.part.hole().and_then(|h| self.env.get(&h)) {
            Some(code) => {
                self.spend(tokens.len());
                code.is(self.source, tokens)
            }
            None => true,
        }
    }

    /// The text that a hole is bound to.
    fn text_of(&self, bounds: &[Bound], hole: HoleId) -> Option<Vec<u8>> {
        match self.side.of_hole(hole) {
            Some(i) => Some(self.source.slice(&bounds[i].tokens).to_vec()),
            None => self.env.get(&hole).map(|c| c.text().to_vec()),
        }
    }

    /// Checks pasted words when all else is bound; gives the holes that nothing else shows. A word that has more
    /// than one of those cannot be taken apart.
    fn pasted(&self, bounds: &[Bound]) -> Option<Vec<(HoleId, Code)>> {
        let mut inferred: Vec<(HoleId, Code)> = Vec::new();
        for (element, bound) in self.side.elements.iter().zip(bounds) {
            let Part::Paste(pieces) = &element.part else { continue };
            let (mut head, mut open, mut tail) = (Vec::new(), None, Vec::new());
            for piece in pieces {
                let text = match piece {
                    Piece::Text(text) => Some(text.clone()),
                    Piece::Hole(hole) => {
                        let known = inferred.iter().find(|(h, _)| h == hole).map(|(_, c)| c.text().to_vec());
                        known.or_else(|| self.text_of(bounds, *hole))
                    }
                };
                match (text, piece, open) {
                    (Some(text), _, None) => head.extend(text),
                    (Some(text), _, Some(_)) => tail.extend(text),
                    (None, Piece::Hole(hole), None) => open = Some(*hole),
                    (None, ..) => return None,
                }
            }
            let word = self.source.slice(&bound.tokens);
            let middle = word.strip_prefix(&*head)?.strip_suffix(&*tail)?;
            match open {
                Some(hole) if !middle.is_empty() => inferred.push((hole, Code::word(middle))),
                None if middle.is_empty() => {}
                _ => return None,
            }
        }
        Some(inferred)
    }

    /// What is left to check when every element is bound; gives the tokens of the whole.
    fn whole(&self, bounds: &[Bound], start: usize, end: usize) -> Option<Tokens> {
        // Where an ellipsis begins the side, its bound tells the true start.
        let tokens = start..end;
        if self.loose {
            return Some(tokens);
        }
        let tagged = start..self.past_tag(end);
        // An embedded field without its tag is a type, and with it no value any more.
        let is_tagged_value = tagged != tokens && self.side.root == Root::Value && self.is_rooted(bounds, &tokens);
        let is_rooted = |t: &Tokens| self.is_rooted(bounds, t) || is_tagged_value && *t == tagged;
        [tokens, tagged.clone()].into_iter().find(|t| is_rooted(t) && self.stands_right(t))
    }

    fn is_rooted(&self, bounds: &[Bound], tokens: &Tokens) -> bool {
        let source = self.source;
        match &self.side.root {
            Root::Empty => false,
            Root::Part => true,
            Root::Value => {
                let value = source.nodes_over(tokens).any(|(id, n)| id != 0 && source.language.is_value(n.kind));
                // `f[T](x)` in `*f[T](x)`, which the grammar has as a conversion to `*f[T]`, is a whole by Go's own rules.
                let misread = || self.groups.borrow_mut().is_misread(tokens);
                let whole = value || source.is_torn_value(tokens) || misread();
                whole && !source.is_cut_sizeof(tokens)
            }
            Root::Name => source.nodes_over(tokens).any(|(_, n)| source.language.is_name(n.kind)),
            Root::Node(kinds) => {
                let node = source.nodes_over(tokens).any(|(id, n)| {
                    id != 0 && kinds.iter().any(|k| *k == n.kind || source.language.is_same_statement(k, n.kind))
                });
                // `f(g(x, struct s));` is a type with a semicolon to the C grammar.
                let plain = || kinds.iter().any(|k| source.language.is_same_statement(k, k));
                node || plain() && source.composed_items_at(tokens.start, true).any(|item| item == *tokens)
            }
            Root::Run { by_lines, list: root } => {
                let of_root = self.side.elements.iter().zip(bounds).find(|(e, _)| e.list.is_some() && e.list == *root);
                let list = of_root.and_then(|(_, b)| b.list);
                source.lists_at(tokens.start).any(|l| {
                    let held = &source.lists[l];
                    held.kind.by_lines() == *by_lines
                        && list.is_none_or(|r| r == l)
                        && (tokens.is_empty()
                            || held.item_from(tokens.start).is_some() && held.item_to(tokens.end).is_some())
                })
            }
        }
    }

    /// Whether the whole is in a list that the patch allows.
    fn stands_right(&self, tokens: &Tokens) -> bool {
        let Some(kinds) = self.lists else { return true };
        self.source.lists_at(tokens.start).any(|l| {
            let list = &self.source.lists[l];
            let (Some(_), Some(last)) = (list.item_from(tokens.start), list.item_to(tokens.end)) else { return false };
            // A const spec that later ones repeat (iota) cannot be changed alone.
            let repeated = self.grouped == Some("const")
                && list
                    .items
                    .get(last + 1)
                    .is_some_and(|next| !next.tokens.clone().any(|t| self.source.text(t) == b"="));
            kinds.contains(&list.kind) && !repeated
        })
    }

    /// Whether a syntax error lies in what the body shows.
    fn is_broken(&self, bounds: &[Bound]) -> bool {
        if self.loose {
            return true;
        }
        let shown = |i: usize| !self.side.elements[i].part.is_dots();
        // What the grammar read as a whole of its own is readable, whatever is wrong around it.
        let whole = bounds.first().map_or(0, |b| b.tokens.start)..bounds.last().map_or(0, |b| b.tokens.end);
        let read = !self.source.is_error(self.source.node_around(&whole));
        let counts = |e: &&Tokens| !(read && e.start <= whole.start && whole.end <= e.end);
        let torn = |t: &Tokens| self.source.errors_in(t).any(|e| counts(&e));
        (0..bounds.len()).any(|i| shown(i) && torn(&bounds[i].tokens))
            || (1..bounds.len()).any(|i| {
                let seam = bounds[i].tokens.start;
                shown(i)
                    && shown(i - 1)
                    && self.source.errors_in(&(seam.saturating_sub(1)..seam + 1)).any(|e| e.is_empty())
            })
    }

    /// The ways of an element when the tree cannot be trusted: balanced runs of tokens.
    fn loose_ways(&self, i: usize, at: usize) -> Vec<Bound> {
        const FAR: usize = 400;
        let source = self.source;
        let part = &self.side.elements[i].part;
        let bound = |tokens: Tokens| Bound { bytes: source.span(&tokens), tokens, list: None };
        if !matches!(part, Part::Item(_) | Part::Statement(_) | Part::Operator(_) | Part::Dots(..)) {
            return if self.is_token(part, at) { vec![bound(at..at + 1)] } else { Vec::new() };
        }
        let wide = part.is_dots();
        let mut ways = Vec::new();
        if wide && self.next_fits(i, at) {
            ways.push(bound(at..at));
        }
        let mut depth = 0usize;
        for t in at..source.tokens.len().min(at + FAR) {
            match source.text(t) {
                b"(" | b"[" | b"{" => depth += 1,
                b")" | b"]" | b"}" if depth == 0 => break,
                b")" | b"]" | b"}" => depth -= 1,
                b";" if depth == 0 && !wide => break,
                _ if depth == 0 && !wide && t > at && source.tokens[t].gap != Gap::None => break,
                _ => {}
            }
            if depth == 0 && self.next_fits(i, t + 1) {
                ways.push(bound(at..t + 1));
            }
        }
        ways
    }
}

/// Comments are the same if their words are.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|b| b.is_ascii_whitespace()).filter(|w| !w.is_empty())
}
