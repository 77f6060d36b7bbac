//! The chains of a piece of code: for each token the statements, headers, blocks and lists around it.
//!
//! All links of a file are spans that lie in each other. A link is known again by its *marks*, the tokens that make it
//! what it is: its keyword, its bracket, its name.

use crate::source::Bytes;
use std::collections::HashMap;

/// What a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// All of it.
    Root,
    /// Code that the grammar could not read.
    Error,
    /// A function.
    Function,
    /// An `if` chain: all of its branches.
    Chain,
    /// A branch of an `if` chain, its condition included.
    Branch,
    /// What a branch or a loop governs, braces or not.
    Body,
    /// A loop, its header included.
    Loop,
    /// A `switch` or `select`.
    Switch,
    /// A clause, from its labels to the next clause.
    Clause,
    /// A statement, declaration or field.
    Statement,
    /// Braces that are no header's own.
    Braces,
    /// A list in parentheses.
    List,
    /// The imports of a file.
    Imports,
    /// A preprocessor conditional.
    Conditional,
    /// A branch of a preprocessor conditional.
    Part,
}

impl Kind {
    /// Whether a link of this kind has no keyword that would tell it, so that any token in it does.
    pub fn is_nameless(self) -> bool {
        matches!(self, Kind::Statement | Kind::Function | Kind::Chain | Kind::Loop)
    }
}

/// The number of a link in [`Chains::links`].
pub(crate) type LinkId = usize;

/// One link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub kind: Kind,
    /// The link around it; the root is its own parent.
    pub parent: LinkId,
    /// Its bytes.
    pub span: Bytes,
    /// The first bytes of the tokens that tell it.
    pub marks: Vec<usize>,
}

/// A token and the innermost link around it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub bytes: Bytes,
    pub link: LinkId,
    /// Whether its chain counts: brackets, separators and directives only follow others.
    pub counts: bool,
}

/// The chains of all tokens of a piece of code.
#[derive(Clone, Debug)]
pub(crate) struct Chains {
    /// Outer links before inner ones; the first is the root.
    pub links: Vec<Link>,
    /// The tokens in order.
    pub places: Vec<Place>,
    marked: HashMap<(usize, Kind), LinkId>,
}

/// A link before it has its place among the others.
pub(crate) struct Span {
    pub kind: Kind,
    pub bytes: Bytes,
    pub marks: Vec<usize>,
}

impl Chains {
    /// Puts spans into each other. Of two that are equal a clause, or else the first, is the outer one; one that reaches
    /// over the end of what it begins in ends there. The tokens (bytes, and whether they count) are in order.
    pub fn weave(mut spans: Vec<Span>, tokens: impl Iterator<Item = (Bytes, bool)>) -> Chains {
        spans.sort_by_key(|s| (s.bytes.start, std::cmp::Reverse(s.bytes.end), s.kind != Kind::Clause));
        let root = Link { kind: Kind::Root, parent: 0, span: 0..usize::MAX, marks: Vec::new() };
        let mut chains = Chains { links: vec![root], places: Vec::new(), marked: HashMap::new() };
        let mut spans = spans.into_iter().filter(|s| !s.bytes.is_empty()).peekable();
        let mut open: Vec<LinkId> = vec![0];
        for (bytes, counts) in tokens {
            chains.close(&mut open, bytes.start);
            while let Some(span) = spans.next_if(|s| s.bytes.start <= bytes.start) {
                chains.close(&mut open, span.bytes.start);
                let parent = open.last().copied().unwrap_or(0);
                let end = span.bytes.end.min(chains.links[parent].span.end);
                let (kind, span, marks) = (span.kind, span.bytes.start..end, span.marks);
                open.push(chains.links.len());
                chains.links.push(Link { kind, parent, span, marks });
            }
            chains.close(&mut open, bytes.start);
            let link = open.last().copied().unwrap_or(0);
            if counts && chains.links[link].kind == Kind::Statement {
                chains.links[link].marks.push(bytes.start);
            }
            chains.places.push(Place { bytes, link, counts });
        }
        for (id, link) in chains.links.iter().enumerate() {
            for mark in &link.marks {
                chains.marked.entry((*mark, link.kind)).or_insert(id);
            }
        }
        chains
    }

    fn close(&self, open: &mut Vec<LinkId>, at: usize) {
        while open.last().is_some_and(|&link| self.links[link].span.end <= at) {
            open.pop();
        }
    }

    /// The token that begins at a byte.
    pub fn at(&self, byte: usize) -> Option<&Place> {
        let place = self.places.binary_search_by_key(&byte, |p| p.bytes.start).ok()?;
        Some(&self.places[place])
    }

    /// The tokens that begin in a range of bytes.
    pub fn within(&self, bytes: &Bytes) -> &[Place] {
        let place = |byte: usize| self.places.partition_point(|p| p.bytes.start < byte);
        &self.places[place(bytes.start)..place(bytes.end).max(place(bytes.start))]
    }

    /// The link of a kind that a token marks.
    pub fn marked(&self, byte: usize, kind: Kind) -> Option<LinkId> {
        self.marked.get(&(byte, kind)).copied()
    }

    /// A link and those around it, the innermost first; not the root.
    pub fn chain(&self, link: LinkId) -> impl Iterator<Item = LinkId> {
        std::iter::successors((link != 0).then_some(link), |&id| Some(self.links[id].parent).filter(|&p| p != 0))
    }
}
