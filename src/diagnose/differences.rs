//! Where an alignment and a side part company.

use super::align::{Alignment, Step};
use crate::pattern::{Part, Side};
use crate::source::{Source, Tokens};
use std::ops::Range;

/// One difference: these elements on the side, those tokens in the source. Either may be none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Elements, in order; comments between them included.
    pub elements: Range<usize>,
    pub tokens: Tokens,
    pub sort: Sort,
}

/// What kind of difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Tokens differ.
    Code,
    /// A hole stands for other code than where this element used it before.
    Hole(usize),
    /// A comment that the side shows is not there.
    Comment,
}

impl Difference {
    /// Whether it is brackets that close, and nothing else: the end of something that was reported where it opens.
    pub fn is_closing(&self, side: &Side, source: &Source) -> bool {
        let closes = |text: &[u8]| matches!(text, b")" | b"]" | b"}");
        let element = |e: usize| matches!(&side.elements[e].part, Part::Token { text, .. } if closes(text));
        self.sort == Sort::Code
            && self.elements.clone().all(element)
            && self.tokens.clone().all(|t| closes(source.text(t)))
    }
}

/// All differences, in the order of the side.
pub(crate) fn differences(side: &Side, source: &Source, alignment: &Alignment) -> Vec<Difference> {
    let mut out: Vec<Difference> = Vec::new();
    let mut open: Option<Difference> = None;
    // Behind the last element and token that were taken.
    let (mut element, mut token) = (alignment.elements.start, alignment.tokens.start);
    for step in &alignment.steps {
        let (elements, tokens) = match step {
            Step::Kept(e, tokens) => {
                out.extend(open.take());
                (element, token) = (e + 1, tokens.end);
                continue;
            }
            Step::Other(e, t) => (*e..e + 1, *t..t + 1),
            Step::Gone(e, _) if side.elements[*e].part.is_dots() => continue,
            Step::Gone(e, t) => (*e..e + 1, *t..*t),
            Step::New(t) => (element..element, *t..t + 1),
        };
        let now = open.get_or_insert(Difference {
            elements: elements.start..elements.start,
            tokens: tokens.start.max(token)..tokens.start.max(token),
            sort: Sort::Code,
        });
        now.elements.end = now.elements.end.max(elements.end);
        now.tokens.end = now.tokens.end.max(tokens.end);
        (element, token) = (element.max(elements.end), token.max(tokens.end));
    }
    out.extend(open);
    out.iter_mut().for_each(|d| slide(source, d));
    out.extend(holes(side, source, alignment));
    out.extend(comments(side, source, alignment));
    out.sort_by_key(|d| (d.elements.start, d.tokens.start));
    out
}

/// What an element lies on.
pub(crate) fn lies_on(alignment: &Alignment, element: usize) -> Option<Tokens> {
    alignment.steps.iter().find_map(|s| match s {
        Step::Kept(e, tokens) if *e == element => Some(tokens.clone()),
        Step::Other(e, t) if *e == element => Some(*t..t + 1),
        _ => None,
    })
}

fn holes(side: &Side, source: &Source, alignment: &Alignment) -> Vec<Difference> {
    let other = |e: usize| {
        let (prior, here) = (lies_on(alignment, side.elements[e].hole_prior?)?, lies_on(alignment, e)?);
        let sort = Sort::Hole(prior.start);
        (!source.same(&prior, source, &here)).then_some(Difference { elements: e..e + 1, tokens: here, sort })
    };
    alignment.elements.clone().filter_map(other).collect()
}

fn comments(side: &Side, source: &Source, alignment: &Alignment) -> Vec<Difference> {
    let words = |b: &[u8]| String::from_utf8_lossy(b).split_whitespace().collect::<Vec<_>>().join(" ");
    let missing = |e: usize| {
        let Part::Comment(text) = &side.elements[e].part else { return None };
        let all = &alignment.elements;
        let next = (e + 1..all.end).find_map(|n| lies_on(alignment, n)).map(|t| t.start);
        let at = next.or_else(|| (all.start..e).rev().find_map(|n| lies_on(alignment, n)).map(|t| t.end))?;
        let there = source.comments_at(at).iter().any(|c| words(&source.bytes[c.bytes.clone()]) == words(text));
        (!there).then_some(Difference { elements: e..e + 1, tokens: at..at, sort: Sort::Comment })
    };
    alignment.elements.clone().filter_map(missing).collect()
}

/// `a; b` beside `a; b; b`: of the runs that could be the new one, a run of whole items is meant, or a whole part.
fn slide(source: &Source, d: &mut Difference) {
    const FAR: usize = 20;
    let is_whole = |tokens: &Tokens| whole_items(source, tokens).is_some() || part_of(source, tokens).is_some();
    if !d.elements.is_empty() || d.tokens.is_empty() || is_whole(&d.tokens) {
        return;
    }
    let Tokens { start, end } = d.tokens.clone();
    for k in 1..=FAR.min(start) {
        if source.word(start - k) != source.word(end - k) {
            break;
        }
        if is_whole(&(start - k..end - k)) {
            d.tokens = start - k..end - k;
            return;
        }
    }
    for k in 1..=FAR.min(source.tokens.len() - end) {
        if source.word(start + k - 1) != source.word(end + k - 1) {
            break;
        }
        if is_whole(&(start + k..end + k)) {
            d.tokens = start + k..end + k;
            return;
        }
    }
}

/// The list of which these tokens are whole items, and how many; the innermost.
pub(crate) fn whole_items(source: &Source, tokens: &Tokens) -> Option<(usize, usize)> {
    source.lists_at(tokens.start).rev().find_map(|l| {
        let items = &source.lists[l].items;
        let first = items.iter().position(|i| i.tokens.start == tokens.start)?;
        let last = items.iter().position(|i| i.tokens.end == tokens.end)?;
        (first <= last).then_some((l, last + 1 - first))
    })
}

/// What these tokens are to the code around them; a semicolon behind them counts as theirs.
pub(crate) fn part_of(source: &Source, tokens: &Tokens) -> Option<&'static str> {
    let ends = tokens.end.checked_sub(1).is_some_and(|last| tokens.len() > 1 && source.text(last) == b";");
    let tokens = tokens.start..tokens.end - usize::from(ends);
    source.nodes_over(&tokens).find_map(|(_, n)| source.language.part_name(n.kind, n.field))
}
