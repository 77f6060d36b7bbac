//! What is left of code that a patch removes, around a place that reads as if it were gone.

use super::conditions::{Judge, declaration};
use super::env::Env;
use super::matcher::{Match, Matcher, OutOfSteps, Steps};
use crate::language::ListKind;
use crate::pattern::{Form, HoleId, Part, Removed, Trace, Variant};
use crate::source::{Bytes, ListId, NodeId, Source, Tokens};
use std::collections::HashMap;

/// A place that reads like the result, and the code that is to be gone from around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOver {
    /// The place.
    pub site: Tokens,
    /// What is left.
    pub row: Tokens,
    /// The shape that matched, and which of its deletions was not made.
    pub deletion: (usize, usize),
}

/// Looks for what is left in one file.
pub(crate) struct LeftOvers<'a> {
    judge: &'a Judge<'a>,
    source: &'a Source,
    env: &'a Env,
    variants: &'a [Variant],
    /// Code that the patch judges by itself: what it would remove, or what a condition keeps it from removing.
    judged: Vec<Bytes>,
    /// By shape, deletion and trace: where the trace occurs.
    copies: HashMap<(usize, usize, usize), Vec<Copy>>,
    /// Whether a stretch goes over the border of a part of the file.
    pub at_border: bool,
}

/// An occurrence of a trace.
struct Copy {
    tokens: Tokens,
    bound: Vec<(HoleId, Tokens)>,
}

impl<'a> LeftOvers<'a> {
    /// `judged` are the bytes that the matches of the before side change.
    pub fn new(judge: &'a Judge<'a>, source: &'a Source, env: &'a Env, mut judged: Vec<Bytes>) -> LeftOvers<'a> {
        judged.sort_by_key(|b| (b.start, b.end));
        let variants = &judge.rule.pattern.variants;
        LeftOvers { judge, source, env, variants, judged, copies: HashMap::new(), at_border: false }
    }

    /// What is left around a match of the after side.
    pub fn around(&mut self, variant: usize, m: &Match, steps: &mut Steps) -> Result<Option<LeftOver>, OutOfSteps> {
        for deletion in 0..self.variants[variant].removed.len() {
            let gap = Gap::new(self.source, &self.variants[variant], &self.variants[variant].removed[deletion], m);
            if let Some(row) = self.left(variant, deletion, m, &gap, steps)? {
                return Ok(Some(LeftOver { site: m.tokens.clone(), row, deletion: (variant, deletion) }));
            }
        }
        Ok(None)
    }

    /// What is left of a body that leaves nothing, in the code that it was inside of.
    pub fn within(&mut self, place: &Match, steps: &mut Steps) -> Result<Option<LeftOver>, OutOfSteps> {
        for deletion in 0..self.variants.first().map_or(0, |s| s.removed.len()) {
            let gap = Gap { at: place.tokens.start, left: Some(place.tokens.start), right: Some(place.tokens.end) };
            let nothing = Match { bounds: Vec::new(), tokens: place.tokens.clone(), broken: false, pasted: Vec::new() };
            if let Some(row) = self.left(0, deletion, &nothing, &gap, steps)? {
                return Ok(Some(LeftOver { site: place.tokens.clone(), row, deletion: (0, deletion) }));
            }
        }
        Ok(None)
    }

    /// The first occurrence of a piece of a deletion, in any spelling of the body, in the stretch that is open.
    fn left(
        &mut self,
        matched: usize,
        deletion: usize,
        m: &Match,
        gap: &Gap,
        steps: &mut Steps,
    ) -> Result<Option<Tokens>, OutOfSteps> {
        for variant in 0..self.variants.len() {
            let traces = self.variants[variant].removed.get(deletion).map_or(0, |r| r.traces.len());
            for trace in 0..traces {
                let key = (variant, deletion, trace);
                self.find_copies(key, steps)?;
                let trace = &self.variants[variant].removed[deletion].traces[trace];
                let stretch = gap.stretch(self.source, m, trace);
                // In the rest of the file there may be more.
                self.at_border |= !self.source.is_whole() && stretch == (0..self.source.tokens.len());
                let copies = &self.copies[&key];
                let held = Held { source: self.source, gap, stretch, trace, variant: &self.variants[matched], m };
                let from = copies.partition_point(|c| c.tokens.start < held.stretch.start);
                for copy in copies[from..].iter().take_while(|c| c.tokens.start <= held.stretch.end) {
                    steps.take(1)?;
                    if held.counts(copy) {
                        return Ok(Some(copy.tokens.clone()));
                    }
                }
                if let Some(changed) = held.changed(copies, &self.judged, steps)? {
                    return Ok(Some(changed));
                }
            }
        }
        Ok(None)
    }

    fn find_copies(&mut self, key: (usize, usize, usize), steps: &mut Steps) -> Result<(), OutOfSteps> {
        if self.copies.contains_key(&key) {
            return Ok(());
        }
        let (variant, deletion, trace) = key;
        let trace = &self.variants[variant].removed[deletion].traces[trace];
        let mut copies = Vec::new();
        if let Form::Comment(text) = &trace.form {
            let words = |text: &[u8]| text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect::<Vec<_>>();
            let wanted = words(text);
            let same = self.source.comments.iter().filter(|c| words(&self.source.bytes[c.bytes.clone()]) == wanted);
            let free = same.filter(|c| !is_judged(&self.judged, &c.bytes));
            copies.extend(free.map(|c| Copy { tokens: c.before..c.before, bound: Vec::new() }));
            steps.take(self.source.comments.len())?;
        } else {
            let mut matcher = Matcher::new(&trace.side, self.source, self.env, self.judge.packages);
            for found in matcher.all(steps)? {
                if !self.is_whole(trace, &found.tokens) || is_judged(&self.judged, &self.source.span(&found.tokens)) {
                    continue;
                }
                let bound = bindings(trace, &found);
                if self.judge.may_hold(&bound, self.env, steps)? {
                    copies.push(Copy { tokens: found.tokens, bound });
                }
            }
        }
        self.copies.insert(key, copies);
        Ok(())
    }

    /// Whether tokens are whole rows, where the trace is.
    fn is_whole(&self, trace: &Trace, tokens: &Tokens) -> bool {
        let Form::Items(kind) = trace.form else { return true };
        let in_list = self.source.lists_at(tokens.start).any(|l| {
            let list = &self.source.lists[l];
            is_like(list.kind, kind) && list.item_from(tokens.start).is_some() && list.item_to(tokens.end).is_some()
        });
        in_list || kind.by_lines() && self.source.nodes_over(tokens).any(|(id, _)| self.source.is_bare_body(id))
    }
}

/// Whether these bytes are among those that are judged, which are sorted.
fn is_judged(judged: &[Bytes], bytes: &Bytes) -> bool {
    let near = judged.partition_point(|j| j.start <= bytes.start);
    judged[..near].iter().rev().take(8).any(|j| bytes.end <= j.end)
}

/// Whether items of the two kinds of lists can be the same row.
fn is_like(a: ListKind, b: ListKind) -> bool {
    a == b || a.by_lines() && b.by_lines()
}

/// The named holes and what they are bound to.
fn bindings(trace: &Trace, m: &Match) -> Vec<(HoleId, Tokens)> {
    let firsts = trace.side.elements.iter().zip(&m.bounds).filter(|(element, _)| element.hole_prior.is_none());
    firsts.filter_map(|(element, at)| Some((element.part.hole()?, at.tokens.clone()))).collect()
}

/// Where a deletion was, in a file, and the shown code around it.
struct Gap {
    at: usize,
    /// Where the shown code above ends, if the body shows any.
    left: Option<usize>,
    /// Where the shown code below begins.
    right: Option<usize>,
}

impl Gap {
    fn new(source: &Source, variant: &Variant, removed: &Removed, m: &Match) -> Gap {
        let shown = |n: &usize| {
            let part = &variant.after.elements[*n].part;
            !part.is_dots() && !matches!(part, Part::Comment(_))
        };
        let left = (0..removed.at).rfind(shown).map(|n| m.bounds[n].tokens.end);
        let right = (removed.at..variant.after.elements.len()).find(shown).map(|n| m.bounds[n].tokens.start);
        let near = removed.at.checked_sub(1).map(|n| m.bounds[n].tokens.end);
        let at = near.or(right).unwrap_or(m.tokens.start).min(source.tokens.len());
        Gap { at, left, right }
    }

    /// Where what is left of a deletion may be. Between shown neighbours it is what the ellipses cover. Beyond the end of a
    /// body it is the whole file, where the place is at its top level; the list, where its items are a set; else all up to
    /// the end of the declaration. What no name tells from others belongs to its block.
    fn stretch(&self, source: &Source, m: &Match, trace: &Trace) -> Tokens {
        if let (Some(left), Some(right)) = (self.left, self.right) {
            return left..right;
        }
        let file = 0..source.tokens.len();
        let Some(declared) = declaration(source, &m.tokens).filter(|d| *d != m.tokens) else { return file };
        let own = own_list(source, m);
        let around = match (&trace.form, own) {
            (Form::Part, _) => row_around(source, &m.tokens).unwrap_or(declared),
            (_, Some(list)) if source.lists[list].kind.is_set() => {
                if source.nodes_over(&declared).any(|(_, n)| source.language.is_import(n.kind)) {
                    return file;
                }
                return list_around(source, list);
            }
            (_, Some(list)) if !trace.is_named => list_around(source, list),
            _ => declared,
        };
        self.left.unwrap_or(around.start)..self.right.unwrap_or(around.end)
    }
}

/// The list that a match is items of.
fn own_list(source: &Source, m: &Match) -> Option<ListId> {
    let is_own = |&l: &ListId| {
        let list = &source.lists[l];
        list.item_from(m.tokens.start).is_some() && list.item_to(m.tokens.end).is_some()
    };
    source.lists_at(m.tokens.start).rfind(is_own)
}

/// The code that holds the items of a list, the branches of a conditional that it is one of included.
fn list_around(source: &Source, list: ListId) -> Tokens {
    let node = source.lists[list].node;
    let is_branch = |&id: &NodeId| source.language.is_conditional(source.kind(id));
    let node = std::iter::once(node).chain(source.ancestors(node)).find(|id| !is_branch(id)).unwrap_or(0);
    source.nodes[node].tokens.clone()
}

/// The statement, field or the like that some code is in.
fn row_around(source: &Source, tokens: &Tokens) -> Option<Tokens> {
    let node = source.node_around(tokens);
    let chain = std::iter::once(node).chain(source.ancestors(node)).map(|id| source.nodes[id].tokens.clone());
    let is_row = |t: &Tokens| {
        let mut lists = source.lists_at(t.start).map(|l| &source.lists[l]);
        lists.any(|list| list.kind.by_lines() && list.has_item(t))
    };
    chain.into_iter().find(is_row)
}

/// The innermost row that a token is in, of a list of this kind.
fn row_of(source: &Source, token: usize, kind: ListKind) -> Option<Tokens> {
    let start = source.tokens.get(token)?.node;
    let chain = std::iter::once(start).chain(source.ancestors(start));
    let is_row = |id: &NodeId| {
        let tokens = &source.nodes[*id].tokens;
        let mut lists = source.lists_at(tokens.start).map(|l| &source.lists[l]);
        lists.any(|list| is_like(list.kind, kind) && list.has_item(tokens)) || source.is_bare_body(*id)
    };
    chain.into_iter().find(is_row).map(|id| source.nodes[id].tokens.clone())
}

/// What a copy must be to be left over from one deletion.
struct Held<'a> {
    source: &'a Source,
    gap: &'a Gap,
    stretch: Tokens,
    trace: &'a Trace,
    variant: &'a Variant,
    m: &'a Match,
}

impl Held<'_> {
    fn counts(&self, copy: &Copy) -> bool {
        let (source, tokens) = (self.source, &copy.tokens);
        let shown = self.variant.after.elements.iter().zip(&self.m.bounds).filter(|(e, _)| !e.part.is_dots());
        let is_shown = || shown.clone().any(|(_, b)| b.tokens.start < tokens.end && tokens.start < b.tokens.end);
        tokens.end <= self.stretch.end
            && !is_shown()
            && self.agrees(copy)
            && match self.trace.form {
                Form::Header => {
                    let around = &source.nodes[source.node_around(tokens)].tokens;
                    around.start <= self.gap.at && self.gap.at < around.end
                }
                Form::Items(kind) if !kind.by_lines() && !kind.is_set() => source.lists_at(tokens.start).any(|l| {
                    let list = &source.lists[l];
                    list.kind == kind && list.inside.start <= self.gap.at && self.gap.at <= list.inside.end
                }),
                _ => true,
            }
    }

    /// A row that shows what goes in another form: the removed row was changed. Between shown neighbours it is any with the
    /// same first name or with all names, else the one right beside the gap, with all names and literals.
    fn changed(&self, copies: &[Copy], judged: &[Bytes], steps: &mut Steps) -> Result<Option<Tokens>, OutOfSteps> {
        let source = self.source;
        let (Form::Items(kind), Some(head)) = (&self.trace.form, self.trace.own.first()) else { return Ok(None) };
        let holds = |row: &Tokens, words: &[Vec<u8>]| words.iter().all(|w| row.clone().any(|t| *source.word(t) == **w));
        // With other code in its holes it is another row.
        let is_other = |row: &Tokens| copies.binary_search_by_key(&row.start, |c| c.tokens.start).is_ok();
        let may_be = |row: &Tokens| {
            let is_in = self.stretch.start <= row.start && row.end <= self.stretch.end;
            is_in && !is_other(row) && !is_judged(judged, &source.span(row))
        };
        if self.gap.left.is_none() || self.gap.right.is_none() {
            let Some(row) = self.beside(*kind).filter(may_be) else { return Ok(None) };
            steps.take(row.len())?;
            // In a block of the row, it is a row of its own.
            let shows_head = |t: &usize| *source.word(*t) == **head;
            let is_own = |t: usize| row_of(source, t, *kind).as_ref() == Some(&row);
            if !row.clone().filter(shows_head).any(is_own) {
                return Ok(None);
            }
            let own = [&self.trace.own, &self.trace.literals, &self.bound()];
            return Ok(own.into_iter().all(|words| holds(&row, words)).then_some(row));
        }
        steps.take(self.stretch.len() / 8)?;
        for at in self.stretch.clone().filter(|&t| *source.word(t) == **head) {
            let Some(row) = row_of(source, at, *kind).filter(may_be) else { continue };
            steps.take(row.len() / 8)?;
            let is_first = !row.clone().take_while(|t| *t < at).any(|t| source.is_name(t));
            if is_first || holds(&row, &self.trace.own) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// The row right beside the gap, on its open side.
    fn beside(&self, kind: ListKind) -> Option<Tokens> {
        match (self.gap.left, self.gap.right) {
            (Some(left), None) => row_of(self.source, left, kind).filter(|row| row.start == left),
            (None, Some(right)) => row_of(self.source, right.checked_sub(1)?, kind).filter(|row| row.end == right),
            _ => None,
        }
    }

    /// The words that the holes of the trace hold, where the place binds them.
    fn bound(&self) -> Vec<Vec<u8>> {
        let holes = self.trace.side.elements.iter().filter_map(|e| e.part.hole());
        let known = holes.filter_map(|hole| self.m.bounds.get(self.variant.after.of_hole(hole)?));
        known.flat_map(|b| b.tokens.clone()).map(|t| self.source.word(t).into_owned()).collect()
    }

    /// Whether the holes of a copy hold what they hold at the place.
    fn agrees(&self, copy: &Copy) -> bool {
        copy.bound.iter().all(|(hole, tokens)| {
            let known = self.variant.after.of_hole(*hole).and_then(|n| self.m.bounds.get(n));
            let pasted = self.m.pasted.iter().find(|(h, _)| h == hole);
            known.is_none_or(|b| self.source.same(&b.tokens, self.source, tokens))
                && pasted.is_none_or(|(_, code)| code.is(self.source, tokens))
        })
    }
}
