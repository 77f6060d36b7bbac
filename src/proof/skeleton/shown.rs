//! What a body shows of the nesting: which links its two sides put around each element that stays.

use super::chain::{Chains, Kind, Link, LinkId};
use super::directives::Directives;
use super::tree;
use super::twins::{Pairs, Twins};
use crate::find::Bound;
use crate::pattern::{Element, Part, Reach, Side, Variant};
use crate::source::Bytes;

/// A body's two sides as chains, by the tree or by the preprocessor lines.
pub(crate) struct Shown {
    pub before: ShownSide,
    pub after: ShownSide,
    /// The elements that stay (before, after) and around which the sides do not show the same.
    pub changed: Vec<(usize, usize)>,
}

/// One side.
pub(crate) struct ShownSide {
    chains: Chains,
    /// The innermost link around each element.
    of: Vec<LinkId>,
    /// For each link the elements that mark it; nothing where it is not the body's but of the frame it is read in.
    marks: Vec<Option<Vec<usize>>>,
}

/// What the chains of sides are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Tree,
    Lines,
}

impl Shown {
    pub fn new(variant: &Variant, by: By) -> Shown {
        let (before, after) = (ShownSide::new(&variant.before, by), ShownSide::new(&variant.after, by));
        let byte = |side: &Side, e: usize| side.source.span(&side.elements[e].tokens).start;
        let pairs = variant.keeps.iter().map(|&(b, a)| (byte(&variant.before, b), byte(&variant.after, a)));
        let twins = Twins::new(&before.chains, &after.chains, &Pairs::new(pairs.collect()));
        let differs = |&(b, a): &(usize, usize)| !twins.are_chains(before.of[b], after.of[a]);
        let changed = variant.keeps.iter().copied().filter(differs).collect();
        Shown { before, after, changed }
    }
}

impl ShownSide {
    /// Reads a side.
    pub fn new(side: &Side, by: By) -> ShownSide {
        let source = &side.source;
        let all: Vec<Bytes> = std::iter::once(0..source.bytes.len()).collect();
        let lines = Directives::of(source, &all);
        let chains = match by {
            By::Tree => tree::chains(source, &all, &lines),
            By::Lines => lines.chains(source, &all),
        };
        let spans = side.elements.iter().filter(|e| !e.tokens.is_empty()).map(|e| source.span(&e.tokens));
        let body = spans.reduce(|all, one| all.start.min(one.start)..all.end.max(one.end)).unwrap_or(0..0);
        let of = side.elements.iter().map(|e| {
            let span = source.span(&e.tokens);
            let link = chains.at(span.start).map_or(0, |place| place.link);
            // What a placeholder is read as is no link of the body.
            let is_placeholder =
                |l: &Link| matches!(l.kind, Kind::Statement | Kind::Clause) && is_within(&l.span, &span);
            let is_shown = |&l: &LinkId| !(is_any(e) && is_placeholder(&chains.links[l]));
            chains.chain(link).find(is_shown).unwrap_or(0)
        });
        let of = of.collect();
        let element = |mark: &usize| {
            let token = source.token_at(*mark);
            let at = side.elements.partition_point(|e| e.tokens.end <= token);
            side.elements.get(at).filter(|e| e.tokens.contains(&token)).map(|_| at)
        };
        let own = |l: &Link| {
            (l.kind != Kind::Root && is_within(&l.span, &body)).then(|| l.marks.iter().filter_map(element).collect())
        };
        let marks = chains.links.iter().map(own).collect();
        ShownSide { chains, of, marks }
    }

    /// The links that the side shows around an element, the innermost first.
    pub fn around(&self, element: usize) -> impl Iterator<Item = LinkId> {
        self.chains.chain(self.of[element]).take_while(|&link| self.marks[link].is_some())
    }

    /// Whether the side shows a clause without its `switch`: what it shows before that is of another one.
    pub fn has_bare_clause(&self) -> bool {
        (0..self.chains.links.len()).any(|l| self.is_bare_clause(l))
    }

    /// Whether a link that the side shows is a clause without its `switch`.
    pub fn is_bare_clause(&self, link: LinkId) -> bool {
        let own = &self.chains.links[link];
        own.kind == Kind::Clause && self.marks[link].is_some() && self.marks[own.parent].is_none()
    }

    /// The branch that an ellipsis ends and may go on behind, over whole branches.
    pub fn left_by(&self, side: &Side, element: usize) -> Option<LinkId> {
        let is_tail = matches!(side.elements[element].part, Part::Dots(_, Reach::Lines { tail: true }));
        let first = self.around(element).next().filter(|_| is_tail)?;
        matches!(self.chains.links[first].kind, Kind::Clause | Kind::Part).then_some(first)
    }

    /// For each link that the side shows the link of a file that it is, where the side is bound so.
    pub fn find(&self, chains: &Chains, bounds: &[Bound]) -> Vec<Option<LinkId>> {
        let find = |(link, marks): (&Link, &Option<Vec<usize>>)| {
            let bytes = marks.iter().flatten().map(|&e| &bounds[e].bytes).filter(|b| !b.is_empty()).map(|b| b.start);
            bytes.into_iter().find_map(|byte| chains.marked(byte, link.kind))
        };
        self.chains.links.iter().zip(&self.marks).map(find).collect()
    }
}

/// Whether an element stands for code that it does not show.
pub(crate) fn is_any(element: &Element) -> bool {
    matches!(element.part, Part::Item(_) | Part::Statement(_) | Part::Dots(..))
}

pub(crate) fn is_within(inner: &Bytes, outer: &Bytes) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
