//! How far an ellipsis may go.

use super::matcher::{Bound, Matcher};
use crate::pattern::Reach;
use crate::source::{ListId, NodeId};

impl Matcher<'_> {
    /// The runs of code that the next element, an ellipsis, can stand for; the shortest first.
    pub(crate) fn reach(&self, bounds: &[Bound], at: usize, reach: Reach) -> Vec<Bound> {
        let source = self.source;
        let bound = |end: usize, list| Bound { bytes: source.span(&(at..end)), tokens: at..end, list };
        match reach {
            Reach::Lines { tail } => self.over_items(bounds, at, true, tail),
            Reach::Commas => self.over_items(bounds, at, false, false),
            Reach::Header => self.header_end(at).map(|end| bound(end, None)).into_iter().collect(),
            Reach::Bracket => self.bracket_end(at).map(|end| bound(end, None)).into_iter().collect(),
            Reach::Specifiers => self.specifier_ends(at).into_iter().map(|end| bound(end, None)).collect(),
        }
    }

    fn over_items(&self, bounds: &[Bound], at: usize, by_lines: bool, tail: bool) -> Vec<Bound> {
        let source = self.source;
        let prior = self.side.elements[bounds.len()].list_prior.and_then(|p| bounds[p].list);
        let fits = |l: &ListId| source.lists[*l].kind.by_lines() == by_lines && prior.is_none_or(|p| p == *l);
        let mut ways: Vec<Bound> = Vec::new();
        for l in source.lists_at(at).rev().filter(fits) {
            let list = &source.lists[l];
            let mut ends = vec![at];
            let from = list.items.partition_point(|i| i.tokens.start < at);
            ends.extend(list.items[from..].iter().map(|i| i.tokens.end));
            if tail {
                self.over_branches(list.node, list.inside.end, &mut ends);
            }
            self.spend(ends.len() / 8);
            ends.retain(|&end| self.next_fits(bounds.len(), end));
            let way = |end| Bound { bytes: source.span(&(at..end)), tokens: at..end, list: Some(l) };
            ways.extend(ends.into_iter().map(way));
        }
        // Of the lists that a run can be of, the innermost comes first, and the sort keeps that. Nothing may be in any of
        // them, which tells where the elements behind it have to be.
        ways.sort_by_key(|w| w.tokens.end);
        ways.dedup_by(|b, a| a.tokens.end == b.tokens.end && !b.tokens.is_empty());
        ways
    }

    /// Behind the rest of a branch come whole branches.
    fn over_branches(&self, branch: NodeId, end: usize, ends: &mut Vec<usize>) {
        let source = self.source;
        if let Some(first) = source.child(branch, "alternative") {
            let mut next = Some(first);
            while let Some(branch) = next {
                next = source.child(branch, "alternative");
                ends.push(next.map_or(source.nodes[branch].tokens.end, |n| source.nodes[n].tokens.start));
            }
            return;
        }
        let above = source.lists_at(end).find(|&l| source.lists[l].items.iter().any(|i| i.node == Some(branch)));
        if let Some(above) = above {
            ends.extend(source.lists[above].items.iter().filter(|i| i.tokens.start >= end).map(|i| i.tokens.end));
        }
    }

    /// From behind a keyword to the brace of the body.
    fn header_end(&self, at: usize) -> Option<usize> {
        let source = self.source;
        let keyword = source.tokens.get(at.checked_sub(1)?)?;
        let node = keyword.node;
        if !source.has_header(node) {
            return None;
        }
        let body = source.children(node).find(|&c| matches!(source.nodes[c].field, "body" | "consequence"));
        let brace = || {
            source.nodes[node]
                .tokens
                .clone()
                .find(|&t| t >= at && source.tokens[t].node == node && source.text(t) == b"{")
        };
        body.map(|b| source.nodes[b].tokens.start).or_else(brace).filter(|&end| end >= at)
    }

    /// From behind an opening bracket to its closing one.
    fn bracket_end(&self, at: usize) -> Option<usize> {
        let source = self.source;
        let open = at.checked_sub(1)?;
        let close: &[u8] = match source.text(open) {
            b"(" => b")",
            b"[" => b"]",
            b"{" => b"}",
            _ => return None,
        };
        let node = source.tokens[open].node;
        source.nodes[node].tokens.clone().find(|&t| t >= at && source.tokens[t].node == node && source.text(t) == close)
    }

    /// The places between the words before a C declarator.
    fn specifier_ends(&self, at: usize) -> Vec<usize> {
        let source = self.source;
        let Some(token) = source.tokens.get(at) else { return Vec::new() };
        let mut ends = vec![at];
        let chain = std::iter::once(token.node).chain(source.ancestors(token.node));
        for node in chain {
            let Some(declarator) = source.child(node, "declarator") else { continue };
            let limit = source.nodes[declarator].tokens.start;
            if limit < at {
                continue;
            }
            let parts = source.children(node).map(|c| &source.nodes[c].tokens);
            ends.extend(parts.filter(|t| t.start >= at && t.end <= limit).map(|t| t.end));
            // The stars of a pointer result belong to the words before the name.
            let inner = std::iter::successors(Some(declarator), |&d| source.child(d, "declarator"));
            let starts = inner.map(|d| source.nodes[d].tokens.start);
            ends.extend(starts.take_while(|&t| (limit..t).all(|t| source.text(t) != b"(")).filter(|&t| t >= at));
            break;
        }
        ends.dedup();
        ends
    }
}
