use super::code::Code;
use super::conditions::{FailedCondition, Judge, Types};
use super::env::Env;
use super::left_over::{LeftOver, LeftOvers};
use super::matcher::{Match, Matcher, OutOfSteps, Steps};
use super::packages::Packages;
use super::precedence::Precedence;
use super::rule::Rule;
use crate::patchset::Pick;
use crate::pattern::{Change, HoleId, Side, Variant};
use crate::source::{Bytes, Source, Tokens};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// A site: a place that is to do or done.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Which shape of the pattern matched.
    pub variant: usize,
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
    /// How the rows of a body of text meet lines.
    pub way: Option<Arc<crate::text::Way>>,
}

/// A match of the before side that a condition keeps from being a site, or of either that nobody can judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where it is.
    pub tokens: Tokens,
    /// The condition, and whether it does not hold or cannot be answered.
    pub by: FailedCondition,
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
    /// Places where the after side matches, while code that is to be gone is still there.
    pub left_over: Vec<LeftOver>,
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
    let mut matches: Vec<(Vec<Match>, Vec<Match>)> = Vec::new();
    for (number, variant) in rule.pattern.variants.iter().enumerate() {
        let mut look = |side: &Side, steps: &mut Steps| -> Result<Vec<Match>, OutOfSteps> {
            if side.elements.is_empty() {
                return Ok(Vec::new());
            }
            // `side` is one of the shape's own, so it lives long enough.
            let mut matcher =
                Matcher::new(side, source, env, packages).within(variant.lists, variant.grouped).of_uses();
            let mut matches = matcher.all(steps)?;
            if std::ptr::eq(side, &raw const variant.before) {
                passed.extend(&matcher.passed);
                unread.extend(&matcher.unread);
            }
            if variant.grouped.is_none() {
                let torn = matcher.over_errors(steps)?;
                let known: HashSet<usize> = matches.iter().map(|m| m.tokens.start).collect();
                matches.extend(torn.into_iter().filter(|t| !known.contains(&t.tokens.start)));
            }
            Ok(matches)
        };
        let (before, after) = (look(&variant.before, steps)?, look(&variant.after, steps)?);
        found.at_border |= before.iter().chain(&after).any(|m| !source.is_inner(&m.tokens));
        let mut sort = Sort { rule, variant, number, source, env, judge: &judge, found: &mut found };
        sort.todo(&before, &after, steps)?;
        matches.push((before, after));
    }
    let changes = |(n, (before, _)): (usize, &(Vec<Match>, Vec<Match>))| -> Vec<Bytes> {
        let whole = before.iter().filter(|m| !m.broken);
        whole.flat_map(|m| changed(&rule.pattern.variants[n], m, false)).collect()
    };
    let judged: Vec<Bytes> = matches.iter().enumerate().flat_map(changes).collect();
    let mut left_overs = LeftOvers::new(&judge, source, env, judged);
    for ((number, variant), (before, after)) in rule.pattern.variants.iter().enumerate().zip(&matches) {
        let mut sort = Sort { rule, variant, number, source, env, judge: &judge, found: &mut found };
        sort.done(before, after, &mut left_overs, steps)?;
    }
    found.passed = passed.len();
    found.unread = unread.into_iter().collect();
    let leaves_nothing = rule.pattern.variants.iter().all(|s| s.after.elements.is_empty());
    if leaves_nothing && found.hits.is_empty() && !rule.inside.is_empty() {
        // The code is gone: what it was inside of tells the place.
        for matched in judge.surroundings(env, steps)? {
            if let Some(left) = left_overs.within(&matched, steps)? {
                found.left_over.push(left);
                continue;
            }
            let bytes = source.span(&matched.tokens);
            let start = bytes.start;
            found.hits.push(Hit {
                variant: 0,
                done: true,
                matched,
                bytes,
                env: env.clone(),
                changed: std::iter::once(start..start).collect(),
                way: None,
            });
        }
    }
    found.at_border |= left_overs.at_border;
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
    variant: &'a Variant,
    number: usize,
    source: &'a Source,
    env: &'a Env,
    judge: &'a Judge<'a>,
    found: &'b mut Found,
}

impl Sort<'_, '_> {
    fn todo(&mut self, before: &[Match], after: &[Match], steps: &mut Steps) -> Result<(), OutOfSteps> {
        let precedence = self.rule.precedence[self.number];
        let afters = Meetings::new(self.variant, after, |pair| pair.1);
        let shared =
            |b: &Match| afters.at(b, |pair| pair.0).any(|n| is_same_place(self.variant, precedence, b, &after[n]));
        if precedence == Precedence::Neither {
            let clash = before.iter().filter(|b| !b.broken && shared(b)).map(|b| b.tokens.clone());
            self.found.undecided.extend(clash);
        }
        let todo: Vec<&Match> =
            before.iter().filter(|b| precedence == Precedence::Before || b.broken || !shared(b)).collect();
        let mut seen = BTreeSet::new();
        todo.into_iter().try_for_each(|m| self.admit(m, false, &mut seen, steps))
    }

    fn done(
        &mut self,
        before: &[Match],
        after: &[Match],
        left_overs: &mut LeftOvers<'_>,
        steps: &mut Steps,
    ) -> Result<(), OutOfSteps> {
        let precedence = self.rule.precedence[self.number];
        let befores = Meetings::new(self.variant, before, |pair| pair.0);
        let covered =
            |a: &Match| befores.at(a, |pair| pair.1).any(|n| is_same_place(self.variant, precedence, &before[n], a));
        let is_free = |a: &&Match| precedence != Precedence::Before || !covered(a);
        let mut done: Vec<&Match> = after.iter().filter(is_free).collect();
        if !self.variant.removed.is_empty() {
            // The ways to place the ellipses of one place are told apart by nothing: what one of them covers counts for all.
            let key = |m: &Match| changed(self.variant, m, true).iter().map(|c| (c.start, c.end)).collect::<Vec<_>>();
            let mut open = BTreeSet::new();
            for m in done.iter().filter(|m| !m.broken) {
                if let Some(left) = left_overs.around(self.number, m, steps)?
                    && open.insert(key(m))
                {
                    self.found.left_over.push(left);
                }
            }
            done.retain(|m| open.is_empty() || !open.contains(&key(m)));
        }
        let mut seen = BTreeSet::new();
        done.into_iter().try_for_each(|m| self.admit(m, true, &mut seen, steps))
    }

    fn admit(
        &mut self,
        m: &Match,
        done: bool,
        seen: &mut BTreeSet<(bool, Vec<(usize, usize)>)>,
        steps: &mut Steps,
    ) -> Result<(), OutOfSteps> {
        let side = if done { &self.variant.after } else { &self.variant.before };
        if m.broken {
            if !done {
                self.found.unreadable.push(m.tokens.clone());
            }
            return Ok(());
        }
        let changed = changed(self.variant, m, done);
        if !seen.insert((done, changed.iter().map(|c| (c.start, c.end)).collect())) {
            return Ok(());
        }
        let bound = bindings(side, m);
        let mut env = self.env.clone();
        for (hole, tokens) in bound.iter().filter(|(hole, _)| self.rule.named.contains(hole)) {
            // Its code is copied, which is work: holes may lie in each other as deep as the code does.
            steps.take(tokens.len())?;
            env.bind(*hole, || Code::of(self.source, tokens));
        }
        for (hole, code) in &m.pasted {
            env.bind(*hole, || code.clone());
        }
        match self.judge.check(m, &bound, &mut env, done, steps)? {
            None => {
                let (variant, bytes) = (self.number, self.source.span(&m.tokens));
                self.found.hits.push(Hit { variant, done, matched: m.clone(), bytes, env, changed, way: None });
            }
            Some(by) if done && by.unknown.is_none() => {}
            Some(by) => self.found.refused.push(Refused { tokens: m.tokens.clone(), by }),
        }
        Ok(())
    }
}

/// Matches of one side by where they show a token that stays: there they meet those of the other side.
struct Meetings {
    anchor: Option<(usize, usize)>,
    places: HashMap<usize, Vec<usize>>,
}

impl Meetings {
    fn new(variant: &Variant, matches: &[Match], element: fn((usize, usize)) -> usize) -> Meetings {
        let anchor = variant.anchor();
        let mut places: HashMap<usize, Vec<usize>> = HashMap::new();
        for (n, m) in matches.iter().enumerate().filter(|(_, m)| !m.broken) {
            let place = anchor.map_or(0, |pair| m.bounds[element(pair)].bytes.start);
            places.entry(place).or_default().push(n);
        }
        Meetings { anchor, places }
    }

    /// Those that may be at the place of a match of the other side.
    fn at(&self, m: &Match, element: fn((usize, usize)) -> usize) -> impl Iterator<Item = usize> {
        let place = self.anchor.map_or(0, |pair| m.bounds[element(pair)].bytes.start);
        self.places.get(&place).into_iter().flatten().copied()
    }
}

/// Whether a match of the before side and one of the after side are of the same place.
fn is_same_place(variant: &Variant, precedence: Precedence, b: &Match, a: &Match) -> bool {
    // A hole of the before side may have taken in what the after side shows around it: `f($x)` to `f(g($x))`.
    let steady = &variant.steady;
    // Where nothing stays, nothing but its own code tells a place.
    (variant.is_fixed() || steady.is_empty()) && b.tokens == a.tokens
        || !steady.is_empty()
            && steady.iter().all(|&(x, y)| {
                let (part, was, is) = (&variant.before.elements[x].part, &b.bounds[x].bytes, &a.bounds[y].bytes);
                // Where neither side is found in the other, none has taken in what the other shows.
                let takes = part.takes_code() && precedence != Precedence::Neither;
                part.is_dots() || was == is || takes && was.start <= is.start && is.end <= was.end
            })
}

/// The holes of a side and the tokens that a match binds them to.
fn bindings(side: &Side, m: &Match) -> Vec<(HoleId, Tokens)> {
    let firsts = side.elements.iter().zip(&m.bounds).filter(|(element, _)| element.hole_prior.is_none());
    firsts.filter_map(|(element, at)| Some((element.part.hole()?, at.tokens.clone()))).collect()
}

/// The bytes that the changed lines stand for in a match of one side.
pub fn changed(variant: &Variant, m: &Match, done: bool) -> Vec<Bytes> {
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
    for change in &variant.changes {
        match (change, done) {
            (Change::Tokens { before, .. }, false) => out.push(over(before)),
            (Change::Tokens { after, .. }, true) if after.is_empty() => {
                // What ellipses beside it cover makes no other place of it.
                let side = &variant.after.elements;
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
