use super::memo::Derived;
use super::parts::is_whole;
use super::word_index::Places;
use super::{Bytes, Lines, Tokens};
use crate::language::{Atom, Language, ListKind};
use std::sync::{Arc, OnceLock};

/// The number of a node in [`Source::nodes`], which are in preorder.
pub type NodeId = usize;
/// The number of a list in [`Source::lists`], outer lists before inner ones.
pub type ListId = usize;

/// One token: a leaf of the tree, or a literal taken whole.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its bytes in the file.
    pub bytes: Bytes,
    /// What kind of text it is.
    pub atom: Atom,
    /// The innermost named node that holds it.
    pub node: NodeId,
    /// What separates it from the token before.
    pub gap: Gap,
}

/// What separates a token from the one before it, spacing and comments left aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Gap {
    /// Nothing.
    #[default]
    None,
    /// A comma between two items of a list.
    Comma,
    /// The end of a line-wise item: a line end or a semicolon.
    Line,
}

/// One named node of the grammar's tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// The grammar's name for it.
    pub kind: &'static str,
    /// The name under which the parent holds it, or "".
    pub field: &'static str,
    /// The node above; the root is its own parent.
    pub parent: NodeId,
    /// The tokens it covers.
    pub tokens: Tokens,
    /// One past the last node below it: its subtree is `id..end`.
    pub end: NodeId,
}

/// A comment, and the gap that it is in.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Its bytes, markers included, line end excluded.
    pub bytes: Bytes,
    /// The position of the first token behind it.
    pub before: usize,
}

/// One item of a list.
#[derive(Clone, Debug)]
pub struct Item {
    /// The tokens it covers.
    pub tokens: Tokens,
    /// Its node, where it is exactly one.
    pub node: Option<NodeId>,
}

/// A list: statements of a block, fields of a struct, arguments of a call, …
#[derive(Clone, Debug)]
pub struct List {
    /// The node that holds it.
    pub node: NodeId,
    /// What its items are.
    pub kind: ListKind,
    /// The positions between its brackets (or of its whole, where it has none).
    pub inside: Tokens,
    /// The items in order. Empty lists have none.
    pub items: Vec<Item>,
}

impl List {
    /// The item that begins at a position, as an index into [`List::items`].
    pub fn item_from(&self, p: usize) -> Option<usize> {
        self.items.binary_search_by_key(&p, |i| i.tokens.start).ok()
    }

    /// The item that ends at a position.
    pub fn item_to(&self, p: usize) -> Option<usize> {
        self.items.binary_search_by_key(&p, |i| i.tokens.end).ok()
    }

    /// Whether these tokens are one whole item.
    pub fn has_item(&self, tokens: &Tokens) -> bool {
        self.item_from(tokens.start).is_some_and(|i| self.items[i].tokens == *tokens)
    }
}

/// A parsed file.
#[derive(Clone, Debug)]
pub struct Source {
    /// The language it was parsed as.
    pub language: Language,
    /// The whole file.
    pub bytes: Arc<Vec<u8>>,
    /// Where lines begin and how they end.
    pub lines: Lines,
    /// The tokens in order.
    pub tokens: Vec<Token>,
    /// The named nodes in preorder; node 0 is the file.
    pub nodes: Vec<Node>,
    /// The comments in order.
    pub comments: Vec<Comment>,
    /// The lists, outer ones first.
    pub lists: Vec<List>,
    /// Token ranges that the grammar could not read (empty ranges where it missed a token).
    pub errors: Vec<Tokens>,
    /// Separators that are no tokens: semicolons and line-end marks, commas; in order.
    pub separators: Vec<Bytes>,
    /// The parts of the file that were read, in order: one that is all of it, unless [`Source::parse_parts`] made this.
    pub parts: Vec<Bytes>,
    /// The furthest end among the errors up to each.
    pub(crate) error_ends: Vec<usize>,
    pub(crate) first_node_at: Vec<NodeId>,
    pub(crate) borders: Vec<(usize, ListId)>,
    /// How gofmt lays it out, worked out when that is first asked for.
    pub layout: Derived,
    /// Where its words are, worked out when that is first asked for.
    pub(super) places: OnceLock<Places>,
    /// The grammar's own tree, from which that of an edited file is made. Of large files it is not kept: it takes as much
    /// memory as all that is here. Text has none.
    pub(super) tree: Option<tree_sitter::Tree>,
}

impl Source {
    /// Whether the whole file was read.
    pub fn is_whole(&self) -> bool {
        is_whole(&self.parts, self.bytes.len())
    }

    /// How much memory the file takes as a tree, roughly.
    pub fn memory(&self) -> usize {
        /// What a token costs with its share of nodes, lists, the grammar's own tree and the layout.
        const TOKEN: usize = 500;
        self.bytes.len() + self.tokens.len() * TOKEN
    }

    /// Whether these tokens, and the one before and the one behind them, are neighbours in the file too: always so in
    /// a whole file; else within one part, clear of its first token and its last.
    pub fn is_inner(&self, tokens: &Tokens) -> bool {
        if self.is_whole() {
            return true;
        }
        let Some(first) = self.tokens.get(tokens.start) else { return false };
        let part = self.parts.partition_point(|p| p.end <= first.bytes.start);
        self.parts
            .get(part)
            .is_some_and(|part| self.token_at(part.start) < tokens.start && tokens.end < self.token_at(part.end))
    }

    /// The bytes of token `t`. Directives (`# define`) are given without the blanks inside: see [`Source::word`].
    pub fn text(&self, t: usize) -> &[u8] {
        &self.bytes[self.tokens[t].bytes.clone()]
    }

    /// The text of token `t` as matching compares it: a directive without blanks behind its `#`, a raw string
    /// without carriage returns, which Go leaves out of it as well.
    pub fn word(&self, t: usize) -> std::borrow::Cow<'_, [u8]> {
        let text = self.text(t);
        if text.first() == Some(&b'`') && text.contains(&b'\r') {
            return text.iter().copied().filter(|b| *b != b'\r').collect::<Vec<_>>().into();
        }
        if text.first() == Some(&b'#') && text.len() > 1 && text[1].is_ascii_whitespace() {
            return text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect::<Vec<_>>().into();
        }
        text.into()
    }

    /// The tokens of which some part is on a 0-based line.
    pub fn tokens_on(&self, line: usize) -> Tokens {
        let first = self.tokens.partition_point(|t| self.lines.line(t.bytes.end.saturating_sub(1)) < line);
        let end = self.tokens.partition_point(|t| self.lines.line(t.bytes.start) <= line);
        first..end.max(first)
    }

    /// The bytes from the first token of a range to its last; an empty range gives an empty span at the gap.
    pub fn span(&self, tokens: &Tokens) -> Bytes {
        if tokens.is_empty() {
            let at = self.gap_start(tokens.start);
            return at..at;
        }
        self.tokens[tokens.start].bytes.start..self.tokens[tokens.end - 1].bytes.end
    }

    /// The source text of a token range, comments inside included.
    pub fn slice(&self, tokens: &Tokens) -> &[u8] {
        &self.bytes[self.span(tokens)]
    }

    /// The byte offset where the gap before position `p` begins: the end of the token before.
    pub fn gap_start(&self, p: usize) -> usize {
        if p == 0 { self.lines.content_start() } else { self.tokens[p - 1].bytes.end }
    }

    /// The byte offset where the gap before position `p` ends: the start of the token behind.
    pub fn gap_end(&self, p: usize) -> usize {
        self.tokens.get(p).map_or(self.bytes.len(), |t| t.bytes.start)
    }

    /// The list of the file's top level; an empty file has none.
    pub fn top(&self) -> Option<&List> {
        self.lists.first().filter(|list| list.node == 0)
    }

    /// The nodes whose first token is `t`, outermost first.
    pub fn nodes_at(&self, t: usize) -> impl DoubleEndedIterator<Item = (NodeId, &Node)> {
        self.chain(t).map(|id| (id, &self.nodes[id])).filter(|(_, n)| !n.tokens.is_empty())
    }

    /// The nodes that cover exactly these tokens, outermost first.
    pub fn nodes_over(&self, tokens: &Tokens) -> impl DoubleEndedIterator<Item = (NodeId, &Node)> {
        // Along the chain the ends fall, so that the few with the right one are found without a walk.
        let chain = if tokens.is_empty() { 0..0 } else { self.chain(tokens.start) };
        let nodes = &self.nodes[chain.clone()];
        let from = nodes.partition_point(|n| n.tokens.end > tokens.end);
        let to = nodes.partition_point(|n| n.tokens.end >= tokens.end);
        (chain.start + from..chain.start + to).map(|id| (id, &self.nodes[id]))
    }

    /// The numbers of the nodes that begin at a token: in preorder they follow each other.
    fn chain(&self, t: usize) -> std::ops::Range<NodeId> {
        let first = self.first_node_at.get(t).copied().unwrap_or(self.nodes.len());
        first..first + self.nodes[first..].partition_point(|n| n.tokens.start <= t)
    }

    /// The innermost node that covers these tokens (the file, if nothing smaller does).
    pub fn node_around(&self, tokens: &Tokens) -> NodeId {
        let covers = |id: NodeId| {
            let node = &self.nodes[id].tokens;
            node.start <= tokens.start && tokens.end <= node.end
        };
        let mut id = self.tokens.get(tokens.start).map_or(0, |t| t.node);
        while id != 0 && !covers(id) {
            // The nodes above it that begin at the same token are before it, and the ends of those fall: of thousands
            // that lie in each other the right one is found without a walk.
            let outermost = self.chain(self.nodes[id].tokens.start).start.min(id);
            let reach = self.nodes[outermost..id].partition_point(|n| n.tokens.end >= tokens.end);
            id = match reach.checked_sub(1).map(|last| outermost + last).filter(|&id| covers(id)) {
                Some(id) => id,
                None => self.nodes[outermost].parent,
            };
        }
        id
    }

    /// The node's ancestors, the nearest first, the file last; not the node itself.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors((id != 0).then(|| self.nodes[id].parent), |&id| (id != 0).then(|| self.nodes[id].parent))
    }

    /// The named children of a node, in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let end = self.nodes[id].end;
        std::iter::successors(Some(id + 1).filter(|&c| c < end), move |&c| Some(self.nodes[c].end).filter(|&c| c < end))
    }

    /// The first child that the node holds under this field name.
    pub fn child(&self, id: NodeId, field: &str) -> Option<NodeId> {
        self.children(id).find(|&c| self.nodes[c].field == field)
    }

    /// The node's kind.
    pub fn kind(&self, id: NodeId) -> &'static str {
        self.nodes[id].kind
    }

    /// The node's text, comments inside included.
    pub fn node_text(&self, id: NodeId) -> &[u8] {
        self.slice(&self.nodes[id].tokens)
    }

    /// The lists that have an item border at position `p`, outermost first.
    pub fn lists_at(&self, p: usize) -> impl DoubleEndedIterator<Item = ListId> {
        let from = self.borders.partition_point(|b| b.0 < p);
        let to = self.borders.partition_point(|b| b.0 <= p);
        self.borders[from..to].iter().map(|b| b.1)
    }

    /// The comments in the gap before position `p`.
    pub fn comments_at(&self, p: usize) -> &[Comment] {
        let from = self.comments.partition_point(|c| c.before < p);
        let to = self.comments.partition_point(|c| c.before <= p);
        &self.comments[from..to]
    }

    /// The comments whose bytes lie in `bytes`.
    pub fn comments_in(&self, bytes: &Bytes) -> &[Comment] {
        let from = self.comments.partition_point(|c| c.bytes.start < bytes.start);
        let to = self.comments.partition_point(|c| c.bytes.end <= bytes.end);
        &self.comments[from..to.max(from)]
    }

    /// Whether a syntax error touches these tokens, in them or as the gap between two of them.
    pub fn is_broken(&self, tokens: &Tokens) -> bool {
        self.errors_in(tokens).next().is_some()
    }

    /// The syntax errors that touch these tokens.
    pub fn errors_in(&self, tokens: &Tokens) -> impl Iterator<Item = &Tokens> {
        let (start, end) = (tokens.start, tokens.end);
        let touches = move |e: &&Tokens| {
            if e.is_empty() { start < e.start && e.start < end } else { e.start < end && start < e.end }
        };
        // Errors are sorted by their starts; how far the ends of all up to one reach rises, too.
        let from = self.error_ends.partition_point(|&reach| reach < start);
        let to = self.errors.partition_point(|e| e.start < end);
        self.errors[from.min(to)..to].iter().filter(touches)
    }

    /// The positions at which two tokens are so close that the language reads them as others, although the grammar,
    /// which looks for what may come next, does not.
    pub fn glued(&self) -> impl Iterator<Item = usize> {
        let touches = |p: &usize| self.tokens[p - 1].bytes.end == self.tokens[*p].bytes.start;
        let runs = |p: &usize| self.language.runs_together(self.text(p - 1), self.text(*p));
        (1..self.tokens.len()).filter(touches).filter(runs)
    }

    /// The positions of words that begin a statement and that the grammar, which looks for what may come next, takes for
    /// names: an `else` without its `if`.
    pub fn misplaced_words(&self) -> impl Iterator<Item = usize> {
        let is_one = |t: &usize| {
            let token = &self.tokens[*t];
            token.atom == Atom::Word
                && self.language.begins_statement(self.text(*t))
                && self.language.is_name(self.kind(token.node))
        };
        (0..self.tokens.len()).filter(is_one)
    }

    /// Whether the node is the parser's own for code that it could not read.
    pub fn is_error(&self, id: NodeId) -> bool {
        self.language.is_error(self.kind(id))
    }

    /// Whether two token ranges (of any two files) spell the same code.
    pub fn same(&self, a: &Tokens, other: &Source, b: &Tokens) -> bool {
        a.len() == b.len()
            && a.clone().zip(b.clone()).all(|(x, y)| {
                self.word(x) == other.word(y) && (x == a.start || self.tokens[x].gap == other.tokens[y].gap)
            })
    }

    /// The tokens, in order, that may have this word: all that do have it are among them.
    pub fn likely_at(&self, word: &[u8]) -> impl Iterator<Item = usize> {
        let words = || Places::new((0..self.tokens.len()).map(|t| self.word(t)));
        self.places.get_or_init(words).likely_at(word)
    }

    /// The first token that begins at or after this byte.
    pub fn token_at(&self, byte: usize) -> usize {
        self.tokens.partition_point(|t| t.bytes.start < byte)
    }
}
