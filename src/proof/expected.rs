//! The tokens that the edits of a file must leave, made from the trees alone and not from the edits: the file's own,
//! with the after side of each site in its place.

use super::site_edit::SiteEdit;
use crate::edit::Parens;
use crate::language::Atom;
use crate::pattern::{HoleId, Part};
use crate::source::{Source, Tokens};
use std::borrow::Cow;

/// A part of a site that must stay one operand or one operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Unit {
    /// The site, by its number.
    pub site: usize,
    /// The hole, as an element of the after side; `None` is the whole site.
    pub hole: Option<usize>,
    /// Its tokens in the file as it was; `None` for a hole that something else than the site's own code binds.
    pub old: Option<Tokens>,
}

/// One token that the result must have.
#[derive(Clone, Copy)]
enum Want<'a> {
    /// One of the file as it was.
    Old(usize),
    /// One of a body.
    Text(&'a [u8]),
    /// One whose spelling is not checked.
    Any,
}

/// What happens at a place of the file.
enum Event<'a> {
    Write(Vec<Want<'a>>),
    Begin(usize),
    End(usize),
}

/// The tokens that come to be where a run of tokens was, and where the units lie in them.
pub(crate) struct Expected<'a> {
    tokens: Vec<Want<'a>>,
    units: Vec<(Unit, Tokens)>,
}

impl<'a> Expected<'a> {
    /// The tokens of a run that holds all of these sites whole.
    pub fn new(
        source: &Source,
        run: &Tokens,
        works: &'a [SiteEdit<'a>],
        sites: &[usize],
        parens: &[Parens],
    ) -> Expected<'a> {
        let mut events = Events { all: Vec::new(), units: Vec::new(), gone: vec![false; run.len()] };
        for &n in sites {
            events.add(source, run, (n, &works[n]), &parens[n]);
        }
        let Events { mut all, units, gone } = events;
        all.sort_by_key(|(at, rank, _)| (*at, *rank));
        let mut expected = Expected { tokens: Vec::new(), units: units.into_iter().map(|u| (u, 0..0)).collect() };
        let mut all = all.into_iter().peekable();
        for at in run.start..=run.end {
            while let Some((_, _, event)) = all.next_if(|e| e.0 <= at) {
                let here = expected.tokens.len();
                match event {
                    Event::Write(tokens) => expected.tokens.extend(tokens),
                    Event::Begin(unit) => expected.units[unit].1.start = here,
                    Event::End(unit) => expected.units[unit].1.end = here,
                }
            }
            if at < run.end && !gone[at - run.start] {
                expected.tokens.push(Want::Old(at));
            }
        }
        expected
    }

    /// Whether there is anything that an operator could take apart.
    pub fn has_units(&self) -> bool {
        !self.units.is_empty()
    }

    /// The units with their tokens in the file as it is; `None` where the run, which lies at `place` now, does not hold
    /// the tokens that it must. Braces and semicolons that a bare body gets are no part of the body.
    pub fn found(self, source: &Source, after: &Source, place: Tokens) -> Option<Vec<(Unit, Tokens)>> {
        let is_tag = |want: &Want<'_>| matches!(want, Want::Old(t) if source.tokens[*t].atom == Atom::Tag);
        let mut at = place.start;
        let mut places = Vec::with_capacity(self.tokens.len());
        let mut wants = self.tokens.iter().enumerate().peekable();
        while let Some((n, want)) = wants.next() {
            let signed = |t: usize| self.tokens.get(n + 1).is_some_and(|next| want.is_sign_of(next, source, after, t));
            let fits = |t: usize| want.is(source, after, t) || signed(t);
            while at < place.end && !fits(at) && may_come(after, at) {
                at += 1;
            }
            if at < place.end && fits(at) {
                places.push(Some(at));
                if !want.is(source, after, at) {
                    // Nothing begins between a sign and its number, which are one token.
                    places.push(None);
                    wants.next();
                }
                at += 1;
            } else if is_tag(want) {
                places.push(Some(at));
            } else {
                return None;
            }
        }
        if !(at..place.end).all(|t| may_come(after, t)) {
            return None;
        }
        let lies = |tokens: &Tokens| match tokens.is_empty() {
            true => at..at,
            false => {
                let last = places[..tokens.end].iter().rev().find_map(|p| *p).unwrap_or(at);
                let start = places[tokens.start].unwrap_or(if tokens.len() > 1 { last + 1 } else { last });
                start..last + 1
            }
        };
        Some(self.units.into_iter().map(|(unit, tokens)| (unit, lies(&tokens))).collect())
    }
}

impl Want<'_> {
    /// Whether a token of the result is this one.
    fn is(&self, source: &Source, after: &Source, t: usize) -> bool {
        self.text(source).is_none_or(|text| *text == *after.word(t))
    }

    /// Whether a token of the result is this one, a sign, and the number behind it: to the grammar of C they are one.
    fn is_sign_of(&self, number: &Want<'_>, source: &Source, after: &Source, t: usize) -> bool {
        after.tokens[t].atom == Atom::Number
            && self.text(source).zip(number.text(source)).is_some_and(|(sign, number)| {
                matches!(&*sign, b"-" | b"+") && after.text(t).strip_prefix(&*sign) == Some(&*number)
            })
    }

    fn text<'s>(&'s self, source: &'s Source) -> Option<Cow<'s, [u8]>> {
        match self {
            Want::Old(old) => Some(source.word(*old)),
            Want::Text(text) => Some((*text).into()),
            Want::Any => None,
        }
    }
}

/// Whether a token of the result need not be expected.
fn may_come(after: &Source, t: usize) -> bool {
    after.tokens[t].atom == Atom::Tag || matches!(after.text(t), b"{" | b"}" | b";")
}

/// What all sites of a run do.
struct Events<'a> {
    all: Vec<(usize, (u8, usize), Event<'a>)>,
    units: Vec<Unit>,
    /// The tokens that go, as offsets into the run.
    gone: Vec<bool>,
}

impl<'a> Events<'a> {
    /// Adds a site, in the order of its after side.
    fn add(&mut self, source: &Source, run: &Tokens, (site, work): (usize, &'a SiteEdit<'a>), parens: &Parens) {
        let (variant, bounds) = (work.variant(), &work.hit.matched.bounds);
        let whole = work.hit.matched.tokens.clone();
        let kept: Vec<Option<usize>> = kept_of(work);
        for (b, bound) in bounds.iter().enumerate() {
            if variant.keeps.binary_search_by_key(&b, |k| k.0).is_err() {
                bound.tokens.clone().for_each(|t| self.gone[t - run.start] = true);
            }
        }
        let mut push = |at: usize, event: Event<'a>| {
            self.all.push((at, work.rank(&whole, at), event));
        };
        let mut unit = |hole: Option<usize>, old: Option<Tokens>| {
            self.units.push(Unit { site, hole, old });
            self.units.len() - 1
        };
        let paren =
            |text: &'static [u8], wanted: bool| Event::Write(if wanted { vec![Want::Text(text)] } else { Vec::new() });
        let of_whole = work.is_grouped(source).then(|| unit(None, Some(whole.clone())));
        push(whole.start, paren(b"(", parens.whole));
        of_whole.into_iter().for_each(|u| push(whole.start, Event::Begin(u)));
        let mut at = whole.start;
        for (a, element) in variant.after.elements.iter().enumerate() {
            let wanted = parens.holes.contains(&a);
            let old = element.part.hole().and_then(|hole| bound_of(work, hole));
            let unit = is_operand(source, &element.part, old.as_ref()).then(|| unit(Some(a), old.clone()));
            let (from, to) = match kept[a] {
                Some(b) => (bounds[b].tokens.start, bounds[b].tokens.end),
                None => (at, at),
            };
            push(from, paren(b"(", wanted));
            unit.into_iter().for_each(|u| push(from, Event::Begin(u)));
            if kept[a].is_none() {
                push(from, Event::Write(written(&element.part, old, work)));
            }
            unit.into_iter().for_each(|u| push(to, Event::End(u)));
            push(to, paren(b")", wanted));
            at = to;
        }
        of_whole.into_iter().for_each(|u| push(whole.end, Event::End(u)));
        push(whole.end, paren(b")", parens.whole));
    }
}

/// For each element of the after side the one of the before side that stays as it.
fn kept_of(work: &SiteEdit<'_>) -> Vec<Option<usize>> {
    let variant = work.variant();
    let mut kept = vec![None; variant.after.elements.len()];
    variant.keeps.iter().for_each(|&(b, a)| kept[a] = Some(b));
    kept
}

/// The code of the site that a hole is bound to.
fn bound_of(work: &SiteEdit<'_>, hole: HoleId) -> Option<Tokens> {
    work.variant().before.of_hole(hole).map(|b| work.hit.matched.bounds[b].tokens.clone())
}

/// Whether a hole holds an operand or operation of several tokens.
fn is_operand(source: &Source, part: &Part, old: Option<&Tokens>) -> bool {
    let is_one = |tokens: &Tokens| {
        let language = source.language;
        tokens.len() > 1 && source.nodes_over(tokens).any(|(_, n)| language.may_have_parens(n.kind))
    };
    matches!(part, Part::Item(_)) && old.is_none_or(is_one)
}

/// The tokens of an element that is new.
fn written<'a>(part: &'a Part, old: Option<Tokens>, work: &SiteEdit<'_>) -> Vec<Want<'a>> {
    match part {
        Part::Token { text, .. } => vec![Want::Text(text)],
        Part::Package { .. } | Part::Paste(_) => vec![Want::Any],
        Part::Comment(_) => Vec::new(),
        Part::Item(hole) | Part::Statement(hole) | Part::Operator(hole) | Part::Dots(hole, _) => match old {
            Some(tokens) => tokens.map(Want::Old).collect(),
            None => vec![Want::Any; work.hit.env.get(hole).map_or(0, |code| code.tokens())],
        },
    }
}
