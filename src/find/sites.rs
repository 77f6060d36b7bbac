use super::code::{Code, Env};
use super::conditions::{Judge, Objection, Types};
use super::matcher::{Match, Matcher, OutOfSteps, Steps};
use super::packages::Packages;
use super::rule::Rule;
use super::wins::Wins;
use crate::language::Atom;
use crate::patchset::{Pick, Sign};
use crate::pattern::{Change, Element, HoleId, Part, Shape, Side};
use crate::source::{Bytes, Source, Tokens};
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A site: a place that is to do or done.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Which shape of the pattern matched.
    pub shape: usize,
    /// Whether it is the after side that matched.
    pub done: bool,
    /// How it matched.
    pub matched: Match,
    /// The bytes of the match.
    pub bytes: Bytes,
    /// What the holes are bound to, those of the conditions included.
    pub env: Env,
    /// The bytes that the `-` and `+` lines stand for: what makes sites distinct.
    pub changed: Vec<Bytes>,
}

/// A match of the before side that a condition keeps from being a site, or of either that nobody can judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where it is.
    pub tokens: Tokens,
    /// The condition, and whether it does not hold or cannot be answered.
    pub by: Objection,
}

/// What one file holds of a rule.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The sites, in order of place.
    pub hits: Vec<Hit>,
    /// Places that would match if the grammar could read them.
    pub unreadable: Vec<Tokens>,
    /// Places where both sides match and neither tells.
    pub undecided: Vec<Tokens>,
    /// Places where the after side matches, but words of the lines that go are left in what an ellipsis covers.
    pub left_over: Vec<Tokens>,
    /// Matches that a condition refuses, or that have one that nobody can answer.
    pub refused: Vec<Refused>,
    /// How many places look like the body, an expression or type, and are a declaration, a member or a label.
    pub passed: usize,
    /// Tokens at which calls begin that the grammar has for parts of something else, so that they are no sites.
    pub unread: Vec<usize>,
    /// Whether a match reaches the border of a part of a file that was not read whole: then nobody knows its
    /// neighbours, and the file must be.
    pub at_border: bool,
}

impl Found {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        let Found { hits, unreadable, undecided, left_over, refused, passed, unread, at_border: _ } = self;
        let none_passed = *passed == 0 && unread.is_empty() && left_over.is_empty() && refused.is_empty();
        none_passed && hits.is_empty() && unreadable.is_empty() && undecided.is_empty()
    }
}

/// Finds the sites of a rule in a file. `env` holds what earlier hunks of the patch bound; `packages` the names
/// under which the file imports the packages that the body names.
pub fn find(
    rule: &Rule,
    source: &Source,
    env: &Env,
    packages: &Packages,
    types: &dyn Types,
    steps: &mut Steps,
) -> Result<Found, OutOfSteps> {
    let mut found = Found::default();
    let judge = Judge { rule, source, packages, types };
    let (mut passed, mut unread): (BTreeSet<usize>, BTreeSet<usize>) = Default::default();
    for (number, shape) in rule.pattern.shapes.iter().enumerate() {
        let mut look = |side: &Side, steps: &mut Steps| -> Result<Vec<Match>, OutOfSteps> {
            if side.elements.is_empty() {
                return Ok(Vec::new());
            }
            // `side` is one of the shape's own, so it lives long enough.
            let mut matcher = Matcher::new(side, source, env, packages).within(shape.lists, shape.twin).of_uses();
            let mut matches = matcher.all(steps)?;
            if std::ptr::eq(side, &raw const shape.before) {
                passed.extend(&matcher.passed);
                unread.extend(&matcher.unread);
            }
            if shape.twin.is_none() {
                let torn = matcher.over_errors(steps)?;
                let known: HashSet<usize> = matches.iter().map(|m| m.tokens.start).collect();
                matches.extend(torn.into_iter().filter(|t| !known.contains(&t.tokens.start)));
            }
            Ok(matches)
        };
        let before = look(&shape.before, steps)?;
        let after = look(&shape.after, steps)?;
        found.at_border |= before.iter().chain(&after).any(|m| !source.is_inner(&m.tokens));
        let gone = OnceCell::new();
        let mut sort = Sort { rule, shape, number, source, env, judge: &judge, found: &mut found, gone };
        sort.run(before, after, steps)?;
    }
    found.passed = passed.len();
    found.unread = unread.into_iter().collect();
    let leaves_nothing = rule.pattern.shapes.iter().all(|s| s.after.elements.is_empty());
    if leaves_nothing && found.hits.is_empty() && !rule.inside.is_empty() {
        // The code is gone: what it was inside of tells the place.
        for matched in judge.surroundings(env, steps)? {
            let bytes = source.span(&matched.tokens);
            let start = bytes.start;
            found.hits.push(Hit {
                shape: 0,
                done: true,
                matched,
                bytes,
                env: env.clone(),
                changed: std::iter::once(start..start).collect(),
            });
        }
    }
    let mut seen = HashSet::new();
    found.unreadable.retain(|tokens| seen.insert(tokens.clone()));
    found.hits.sort_by_key(|h| (h.matched.tokens.start, h.changed.first().map_or(0, |c| c.start)));
    drop_twice(&mut found.hits);
    match rule.pick {
        Some(Pick::First) => found.hits.truncate(1),
        Some(Pick::Last) => drop(found.hits.drain(..found.hits.len().saturating_sub(1))),
        None => {}
    }
    Ok(found)
}

/// Sorts the matches of one shape into to do, done and undecided.
struct Sort<'a, 'b> {
    rule: &'a Rule,
    shape: &'a Shape,
    number: usize,
    source: &'a Source,
    env: &'a Env,
    judge: &'a Judge<'a>,
    found: &'b mut Found,
    /// Where words stand that tell a line which goes, worked out when that is first asked for.
    gone: OnceCell<Vec<usize>>,
}

impl Sort<'_, '_> {
    fn run(&mut self, before: Vec<Match>, after: Vec<Match>, steps: &mut Steps) -> Result<(), OutOfSteps> {
        let wins = self.rule.wins[self.number];
        // A hole of the before side may have taken in what the after side shows around it: `f($x)` to `f(g($x))`.
        let (fixed, steady) = (self.shape.is_fixed(), &self.shape.steady);
        let same_place = |b: &Match, a: &Match| {
            // Where nothing stays, nothing but its own code tells a place.
            (fixed || steady.is_empty()) && b.tokens == a.tokens
                || !steady.is_empty()
                    && steady.iter().all(|&(x, y)| {
                        let (part, was, is) =
                            (&self.shape.before.elements[x].part, &b.bounds[x].bytes, &a.bounds[y].bytes);
                        // Where neither side is found in the other, none has taken in what the other shows.
                        let takes = part.takes_code() && wins != Wins::Neither;
                        part.is_dots() || was == is || takes && was.start <= is.start && is.end <= was.end
                    })
        };
        // Matches of the two sides meet at a token that stays.
        let anchor = self.shape.anchor();
        let index = |matches: &[Match], element: fn((usize, usize)) -> usize| {
            let mut places: HashMap<usize, Vec<usize>> = HashMap::new();
            for (n, m) in matches.iter().enumerate().filter(|(_, m)| !m.broken) {
                let place = anchor.map_or(0, |pair| m.bounds[element(pair)].bytes.start);
                places.entry(place).or_default().push(n);
            }
            places
        };
        let (befores, afters) = (index(&before, |p| p.0), index(&after, |p| p.1));
        let at = |places: &HashMap<usize, Vec<usize>>, m: &Match, element: fn((usize, usize)) -> usize| {
            let place = anchor.map_or(0, |pair| m.bounds[element(pair)].bytes.start);
            places.get(&place).cloned().unwrap_or_default()
        };
        let shared = |b: &Match| at(&afters, b, |p| p.0).into_iter().any(|n| same_place(b, &after[n]));
        let todo: Vec<&Match> = match wins {
            Wins::After => before.iter().filter(|b| b.broken || !shared(b)).collect(),
            Wins::Before => before.iter().collect(),
            Wins::Neither => {
                let clash: Vec<Tokens> =
                    before.iter().filter(|b| !b.broken && shared(b)).map(|b| b.tokens.clone()).collect();
                self.found.undecided.extend(clash);
                before.iter().filter(|b| b.broken || !shared(b)).collect()
            }
        };
        let done: Vec<&Match> = match wins {
            Wins::Before => {
                let covered = |a: &Match| at(&befores, a, |p| p.1).into_iter().any(|n| same_place(&before[n], a));
                let clear: Vec<&Match> = after.iter().filter(|a| !covered(a)).collect();
                let (left_over, done): (Vec<&Match>, _) = clear.into_iter().partition(|a| self.has_leftovers(a));
                self.found.left_over.extend(left_over.into_iter().map(|a| a.tokens.clone()));
                done
            }
            _ => after.iter().collect(),
        };
        let mut seen = BTreeSet::new();
        for (m, is_done) in todo.iter().map(|m| (*m, false)).chain(done.iter().map(|m| (*m, true))) {
            self.admit(m, is_done, &mut seen, steps)?;
        }
        Ok(())
    }

    fn admit(
        &mut self,
        m: &Match,
        done: bool,
        seen: &mut BTreeSet<(bool, Vec<(usize, usize)>)>,
        steps: &mut Steps,
    ) -> Result<(), OutOfSteps> {
        let side = if done { &self.shape.after } else { &self.shape.before };
        if m.broken {
            if !done {
                self.found.unreadable.push(m.tokens.clone());
            }
            return Ok(());
        }
        let changed = changed(self.shape, m, done);
        if !seen.insert((done, changed.iter().map(|c| (c.start, c.end)).collect())) {
            return Ok(());
        }
        let bound = bindings(side, m);
        let mut env = self.env.clone();
        for (hole, tokens) in bound.iter().filter(|(hole, _)| self.rule.named.contains(hole)) {
            // Its code is copied, which is work: holes may lie in each other as deep as the code does.
            steps.take(tokens.len())?;
            env.entry(*hole).or_insert_with(|| Code::of(self.source, tokens));
        }
        for (hole, code) in &m.pasted {
            env.entry(*hole).or_insert_with(|| code.clone());
        }
        match self.judge.check(m, &bound, &mut env, done, steps)? {
            None => {
                let (shape, bytes) = (self.number, self.source.span(&m.tokens));
                self.found.hits.push(Hit { shape, done, matched: m.clone(), bytes, env, changed });
            }
            Some(by) if done && by.unknown.is_none() => {}
            Some(by) => self.found.refused.push(Refused { tokens: m.tokens.clone(), by }),
        }
        Ok(())
    }

    /// Whether words that only `-` lines show are left in what the ellipses of an after match cover.
    fn has_leftovers(&self, m: &Match) -> bool {
        let places = || {
            let (gone, tokens) = (self.gone(), 0..self.source.tokens.len());
            tokens.filter(|&t| !gone.is_empty() && gone.contains(self.source.text(t))).collect()
        };
        let is_left = |tokens: &Tokens| {
            let gone: &Vec<usize> = self.gone.get_or_init(places);
            gone.get(gone.partition_point(|&t| t < tokens.start)).is_some_and(|&t| t < tokens.end)
        };
        self.shape.after.elements.iter().zip(&m.bounds).any(|(e, b)| e.part.is_dots() && is_left(&b.tokens))
    }

    /// The words that only `-` lines show. Types are shared by many, so they tell only where those lines show no other
    /// word; where they show none, literals do.
    fn gone(&self) -> BTreeSet<Vec<u8>> {
        let rows = &self.rule.pattern.fragment.rows;
        let is_type = |e: &Element| self.shape.before.source.is_type_name(e.tokens.start);
        let shown = |minus: bool, types: bool, atoms: &[Atom]| -> BTreeSet<Vec<u8>> {
            let of = self.shape.before.elements.iter().filter(|e| (rows[e.row].sign == Sign::Minus) == minus);
            of.filter(|e| types || !is_type(e))
                .filter_map(|e| match &e.part {
                    Part::Token { text, atom } if atoms.contains(atom) && !self.is_keyword(text) => Some(text.clone()),
                    _ => None,
                })
                .collect()
        };
        let only_minus = |types: bool, atoms: &[Atom]| &shown(true, types, atoms) - &shown(false, true, atoms);
        let tries = [(false, &[Atom::Word][..]), (true, &[Atom::Word]), (true, &[Atom::Text, Atom::Number])];
        let gone = tries.into_iter().map(|(types, atoms)| only_minus(types, atoms)).find(|g| !g.is_empty());
        gone.unwrap_or_default()
    }

    fn is_keyword(&self, text: &[u8]) -> bool {
        let language = self.source.language;
        std::str::from_utf8(text).is_ok_and(|word| language.is_keyword(word) || language.is_predeclared(word))
    }
}

/// The holes of a side and the tokens that a match binds them to.
fn bindings(side: &Side, m: &Match) -> Vec<(HoleId, Tokens)> {
    let firsts = side.elements.iter().zip(&m.bounds).filter(|(element, _)| element.hole_prior.is_none());
    firsts.filter_map(|(element, at)| Some((element.part.hole()?, at.tokens.clone()))).collect()
}

/// The bytes that the changed lines stand for in a match of one side.
pub fn changed(shape: &Shape, m: &Match, done: bool) -> Vec<Bytes> {
    let over = |range: &std::ops::Range<usize>| -> Bytes {
        let bounds = &m.bounds;
        if range.is_empty() {
            let at = range.start.checked_sub(1).map(|i| bounds[i].bytes.end);
            let at = at.or_else(|| bounds.get(range.start).map(|b| b.bytes.start)).unwrap_or(0);
            return at..at;
        }
        bounds[range.start].bytes.start..bounds[range.end - 1].bytes.end
    };
    let mut out = Vec::new();
    for change in &shape.changes {
        match (change, done) {
            (Change::Tokens { before, .. }, false) => out.push(over(before)),
            (Change::Tokens { after, .. }, true) if after.is_empty() => {
                // What ellipses beside it cover makes no other place of it.
                let side = &shape.after.elements;
                let left = (0..after.start).rev().find(|&i| !side[i].part.is_dots());
                let at = left.map_or_else(|| over(after).start, |i| m.bounds[i].bytes.end);
                out.push(at..at);
            }
            (Change::Tokens { after, .. }, true) => out.push(over(after)),
            (Change::Rows { delete, above, below, .. }, false) => {
                out.extend(delete.iter().map(|d| over(&d.elements)));
                if delete.is_empty() {
                    let at = above.map(|a| m.bounds[a].bytes.end).or(below.map(|b| m.bounds[b].bytes.start));
                    out.extend(at.map(|at| at..at));
                }
            }
            (Change::Rows { insert, .. }, true) => {
                out.extend(insert.iter().filter(|i| !i.elements.is_empty()).map(|i| over(&i.elements)));
            }
        }
    }
    if done && out.is_empty() {
        // A deletion that is done: the place is what the kept lines stand for.
        let first = m.bounds.iter().find(|b| !b.bytes.is_empty()).map_or(0, |b| b.bytes.start);
        out.push(first..first);
    }
    out
}

/// A place that both spellings of a body find (a declaration and its twin) is one site.
fn drop_twice(hits: &mut Vec<Hit>) {
    let mut seen = BTreeSet::new();
    hits.retain(|h| seen.insert((h.done, h.changed.iter().map(|c| (c.start, c.end)).collect::<Vec<_>>())));
}
