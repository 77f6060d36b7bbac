//! The white space that a syntax tree asks for, before it is decided how wide it is.

use std::collections::HashMap;

use crate::language::go_nodes as go;
use crate::source::{Bytes, NodeId, Source};

/// One wish for white space before a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// A blank.
    Blank,
    /// The end of a column's cell.
    Tab,
    /// A line end.
    Line,
    /// A line end behind which no column goes on.
    Feed,
    /// Lines from here are indented by one more.
    In,
    /// Lines from here are indented by one less.
    Out,
    /// As many line ends as the source has, but not more than two and not fewer than `least`.
    Break { least: usize, indent: bool, section: Section },
}

/// Whether a line break ends the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// It does not.
    Same,
    /// It does.
    New,
    /// It does if the text since this stop takes more than one line (one more for each label).
    NewAfterLines { since: usize, labels: usize },
}

/// A token or a separator: what is printed, comments aside.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub bytes: Bytes,
    /// The token's number, unless it is a separator.
    pub token: Option<usize>,
    /// The 0-based lines it begins and ends on.
    pub lines: (usize, usize),
}

/// The two operator levels whose spacing depends on what else is in the expression, and the worst clash in it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mix {
    pub four: bool,
    pub five: bool,
    pub clash: usize,
}

/// What the layout looks up again and again.
pub(crate) struct Index<'a> {
    pub source: &'a Source,
    pub stops: Vec<Stop>,
    stop_of: Vec<usize>,
    own: Vec<usize>,
    own_from: Vec<usize>,
    mixes: HashMap<NodeId, Mix>,
}

impl<'a> Index<'a> {
    pub fn new(source: &'a Source) -> Index<'a> {
        let line = |byte: usize| source.lines.line(byte);
        let lines = |bytes: &Bytes| (line(bytes.start), line(bytes.end.saturating_sub(1).max(bytes.start)));
        let separators = source.separators.iter().filter(|b| matches!(&source.bytes[(*b).clone()], b"," | b";"));
        let mut stops: Vec<Stop> = (separators.cloned())
            .map(|bytes| Stop { lines: lines(&bytes), bytes, token: None })
            .chain(source.tokens.iter().enumerate().map(|(t, token)| Stop {
                bytes: token.bytes.clone(),
                token: Some(t),
                lines: lines(&token.bytes),
            }))
            .collect();
        stops.sort_by_key(|s| s.bytes.start);
        let mut stop_of = vec![stops.len(); source.tokens.len() + 1];
        for (i, stop) in stops.iter().enumerate() {
            if let Some(t) = stop.token {
                stop_of[t] = i;
            }
        }
        let mut own_from = vec![0; source.nodes.len() + 1];
        for token in &source.tokens {
            own_from[token.node + 1] += 1;
        }
        for id in 0..source.nodes.len() {
            own_from[id + 1] += own_from[id];
        }
        let mut next = own_from.clone();
        let mut own = vec![0; source.tokens.len()];
        for (t, token) in source.tokens.iter().enumerate() {
            own[next[token.node]] = t;
            next[token.node] += 1;
        }
        let mut index = Index { source, stops, stop_of, own, own_from, mixes: HashMap::new() };
        index.mix();
        index
    }

    /// The tokens that are directly in a node.
    pub fn own(&self, id: NodeId) -> &[usize] {
        &self.own[self.own_from[id]..self.own_from[id + 1]]
    }

    /// The first token with this text that is directly in a node.
    pub fn own_token(&self, id: NodeId, text: &[u8]) -> Option<usize> {
        self.own(id).iter().copied().find(|&t| self.source.text(t) == text)
    }

    /// The stop of a token.
    pub fn stop(&self, token: usize) -> usize {
        self.stop_of.get(token).copied().unwrap_or(self.stops.len())
    }

    /// The first stop of a node.
    pub fn first(&self, id: NodeId) -> usize {
        self.stop(self.source.nodes[id].tokens.start)
    }

    /// The stop behind the last one of a node.
    pub fn after(&self, id: NodeId) -> usize {
        let tokens = &self.source.nodes[id].tokens;
        if tokens.is_empty() { self.first(id) } else { self.stop(tokens.end - 1) + 1 }
    }

    /// The line that a stop begins on.
    pub fn line(&self, stop: usize) -> usize {
        self.stops.get(stop).map_or(usize::MAX, |s| s.lines.0)
    }

    /// The line that a stop ends on.
    pub fn end_line(&self, stop: usize) -> usize {
        self.stops.get(stop).map_or(usize::MAX, |s| s.lines.1)
    }

    /// The line that a node begins on.
    pub fn node_line(&self, id: NodeId) -> usize {
        self.line(self.first(id))
    }

    /// The line that a node ends on.
    pub fn node_end_line(&self, id: NodeId) -> usize {
        self.end_line(self.after(id).saturating_sub(1))
    }

    /// How many line ends the source has before a stop, comments left aside.
    pub fn lines_before(&self, stop: usize) -> usize {
        if stop == 0 { 0 } else { self.line(stop).saturating_sub(self.end_line(stop - 1)) }
    }

    /// Whether comments are between two stops.
    pub fn has_comments(&self, from: usize, to: usize) -> bool {
        let end = self.stops.get(to).map_or(self.source.bytes.len(), |s| s.bytes.start);
        let start = self.stops.get(from).map_or(end, |s| s.bytes.end);
        start <= end && !self.source.comments_in(&(start..end)).is_empty()
    }

    /// Whether the last line of a node ends with a comment.
    pub fn has_trailing_comment(&self, id: NodeId) -> bool {
        let after = self.after(id);
        let Some(last) = after.checked_sub(1).and_then(|i| self.stops.get(i)) else { return false };
        let end = self.stops.get(after).map_or(self.source.bytes.len(), |s| s.bytes.start);
        let mut line = last.lines.1;
        let mut found = false;
        for comment in self.source.comments_in(&(last.bytes.end..end)) {
            if self.source.lines.line(comment.bytes.start) > line {
                break;
            }
            found = true;
            line = self.source.lines.line(comment.bytes.end.saturating_sub(1));
        }
        found && self.line(after) != line
    }

    /// The precedence of a binary expression's operator.
    pub fn precedence(&self, id: NodeId) -> Option<usize> {
        let operator = self.operator(id)?;
        Some(match self.source.text(operator) {
            b"||" => 1,
            b"&&" => 2,
            b"==" | b"!=" | b"<" | b"<=" | b">" | b">=" => 3,
            b"+" | b"-" | b"|" | b"^" => 4,
            _ => 5,
        })
    }

    /// The operator's token of a binary expression.
    pub fn operator(&self, id: NodeId) -> Option<usize> {
        (self.source.kind(id) == go::BINARY).then(|| self.own(id).first().copied()).flatten()
    }

    /// What is mixed in a binary expression.
    pub fn mixed(&self, id: NodeId) -> Mix {
        self.mixes.get(&id).copied().unwrap_or_default()
    }

    /// Computes what is mixed in each binary expression, inner ones first.
    fn mix(&mut self) {
        for id in (0..self.source.nodes.len()).rev() {
            let Some(precedence) = self.precedence(id) else { continue };
            let mut mix = Mix { four: precedence == 4, five: precedence == 5, clash: 0 };
            let mut children = self.source.children(id);
            let (left, right) = (children.next(), children.next());
            let mut join = |inner: Mix| {
                mix.four |= inner.four;
                mix.five |= inner.five;
                mix.clash = mix.clash.max(inner.clash);
            };
            if let Some(left) = left.filter(|&l| self.precedence(l).is_some()) {
                join(self.mixed(left));
            }
            if let Some(right) = right {
                if self.precedence(right).is_some() {
                    join(self.mixed(right));
                } else if let (go::UNARY, Some(&inner), Some(outer)) =
                    (self.source.kind(right), self.own(right).first(), self.operator(id))
                {
                    match (self.source.text(outer), self.source.text(inner)) {
                        (b"/", b"*") | (b"&", b"&" | b"^") => mix.clash = 5,
                        (b"+", b"+") | (b"-", b"-") => mix.clash = mix.clash.max(4),
                        _ => {}
                    }
                }
            }
            self.mixes.insert(id, mix);
        }
    }

    /// The length of some stops without the white space between them, up to a limit.
    pub fn length(&self, stops: std::ops::Range<usize>, limit: usize) -> Option<usize> {
        let mut length = 0;
        for stop in &self.stops[stops] {
            length += stop.bytes.len();
            if length > limit {
                return None;
            }
        }
        Some(length)
    }
}

/// A wish for white space, with its rank among those before the same stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub stop: usize,
    rank: (u8, usize),
    pub space: Space,
}

impl Wish {
    /// A wish of a node that ends before the stop: inner nodes first.
    pub fn behind(stop: usize, node: NodeId, space: Space) -> Wish {
        Wish { stop, rank: (0, usize::MAX - node), space }
    }

    /// A wish of the node that holds what is on both sides.
    pub fn between(stop: usize, space: Space) -> Wish {
        Wish { stop, rank: (1, 0), space }
    }

    /// A wish of a node that begins at the stop: outer nodes first.
    pub fn ahead(stop: usize, node: NodeId, space: Space) -> Wish {
        Wish { stop, rank: (2, node), space }
    }

    /// Where and in which order the wish is to be met.
    pub fn key(&self) -> (usize, (u8, usize)) {
        (self.stop, self.rank)
    }
}
