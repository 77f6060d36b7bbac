//! gofmt's rules: which white space each node of the tree wants around its parts.
//!
//! One pass over the nodes in preorder, without recursion. A node speaks about the gaps between its own parts
//! ("between"), and about the gaps before and behind it; [`Wish::key`] says in which order they are met.

pub mod declarations;
pub mod expressions;
pub mod functions;
pub mod lists;
pub mod size;
pub mod statements;
pub mod types;

use super::spacing::Space::Blank;
use super::spacing::{Index, Space, Wish};
use crate::language::go_nodes as go;
use crate::source::NodeId;

/// Longer than any line.
const ANY_LENGTH: usize = 1_000_000;

/// All wishes of the nodes below `root`, in order.
pub(crate) fn lay(index: &Index<'_>, root: NodeId, nested: usize) -> Vec<Wish> {
    let end = index.source.nodes[root].end.max(root + 1);
    let mut layout = Layout {
        index,
        nested,
        root,
        wishes: Vec::new(),
        depth: vec![1; end - root],
        plain: vec![false; end - root],
        columned: vec![false; end - root],
    };
    for id in root..end {
        layout.node(id);
    }
    let mut wishes = layout.wishes;
    wishes.sort_by_key(Wish::key);
    wishes
}

struct Layout<'a> {
    index: &'a Index<'a>,
    /// How many sizes are being computed around this one.
    nested: usize,
    root: NodeId,
    wishes: Vec<Wish>,
    /// How deep in an expression a node is: deeper ones have fewer blanks.
    depth: Vec<usize>,
    /// Blocks and field lists that are written on one line.
    plain: Vec<bool>,
    /// Keyed elements whose values are in a column.
    columned: Vec<bool>,
}

impl Layout<'_> {
    fn kind(&self, id: NodeId) -> &'static str {
        self.index.source.kind(id)
    }

    fn children(&self, id: NodeId) -> Vec<NodeId> {
        self.index.source.children(id).collect()
    }

    fn child(&self, id: NodeId, field: &str) -> Option<NodeId> {
        self.index.source.child(id, field)
    }

    fn fields(&self, id: NodeId, field: &str) -> Vec<NodeId> {
        self.index.source.children(id).filter(|&c| self.index.source.nodes[c].field == field).collect()
    }

    fn depth(&self, id: NodeId) -> usize {
        self.depth[id - self.root]
    }

    fn set_depth(&mut self, id: NodeId, depth: usize) {
        self.depth[id - self.root] = depth;
    }

    fn at(&mut self, stop: usize, spaces: &[Space]) {
        self.wishes.extend(spaces.iter().map(|&s| Wish::between(stop, s)));
    }

    fn before(&mut self, id: NodeId, spaces: &[Space]) {
        self.at(self.index.first(id), spaces);
    }

    fn before_token(&mut self, token: usize, spaces: &[Space]) {
        self.at(self.index.stop(token), spaces);
    }

    fn behind(&mut self, id: NodeId, space: Space) {
        self.wishes.push(Wish::behind(self.index.after(id), id, space));
    }

    fn node(&mut self, id: NodeId) {
        if self.index.source.nodes[id].tokens.is_empty() && self.kind(id) != go::FILE {
            return;
        }
        match self.kind(id) {
            go::FILE => self.file(id),
            go::PACKAGE_CLAUSE => self.blank_children(id),
            go::IMPORT_DECLARATION | go::CONST_DECLARATION | go::VAR_DECLARATION | go::TYPE_DECLARATION => {
                self.declaration(id);
            }
            go::FUNCTION_DECLARATION | go::METHOD_DECLARATION | go::FUNCTION_LITERAL => self.function(id),
            go::FUNCTION_TYPE | go::METHOD_ELEMENT => self.result(id),
            go::PARAMETERS | go::TYPE_PARAMETERS => self.parameters(id),
            go::STRUCT_TYPE => self.structure(id),
            go::INTERFACE_TYPE => self.interface(id),
            go::TYPE_ELEMENT | go::TYPE_CONSTRAINT => self.union(id),
            go::CHANNEL_TYPE => self.channel(id),
            go::BLOCK => self.block(id),
            go::EXPRESSION_CASE | go::TYPE_CASE | go::COMMUNICATION_CASE | go::DEFAULT_CASE => self.clause(id),
            go::SWITCH | go::TYPE_SWITCH | go::SELECT => self.switch(id),
            go::LABELED => self.labeled(id),
            go::IF => self.branch(id),
            go::FOR => self.blank_children(id),
            go::FOR_CLAUSE => self.for_clause(id),
            go::RANGE => self.range(id),
            go::RETURN => self.returned(id),
            go::GO | go::DEFER | go::BREAK | go::CONTINUE | go::GOTO => self.blank_children(id),
            go::SEND => self.blank_everything(id),
            go::INCREMENT | go::DECREMENT => self.children(id).into_iter().for_each(|c| self.set_depth(c, 2)),
            go::ASSIGNMENT | go::SHORT_VAR | go::RECEIVE => self.assignment(id),
            go::KEYED_ELEMENT if !self.columned[id - self.root] => {
                self.children(id).into_iter().skip(1).for_each(|c| self.before(c, &[Blank]));
            }
            go::LITERAL_VALUE => self.literal(id),
            go::LITERAL_ELEMENT | go::VARIADIC_ARGUMENT | go::TYPE_ASSERTION => self.pass_depth(id),
            go::BINARY => self.binary(id),
            go::UNARY => self.unary(id),
            go::PARENTHESIZED => {
                let depth = self.depth(id).saturating_sub(1).max(1);
                self.children(id).into_iter().for_each(|c| self.set_depth(c, depth));
            }
            go::SELECTOR | go::QUALIFIED_TYPE => self.selector(id),
            go::INDEX | go::SLICE => self.indexed(id),
            go::CALL | go::CONVERSION => self.call(id),
            go::TYPE_ARGUMENTS => self.type_arguments(id),
            _ => {}
        }
    }

    fn blank_children(&mut self, id: NodeId) {
        self.children(id).into_iter().for_each(|c| self.before(c, &[Blank]));
    }

    fn blank_everything(&mut self, id: NodeId) {
        for child in self.children(id).into_iter().skip(1) {
            self.before(child, &[Blank]);
        }
        for &token in self.index.own(id) {
            self.before_token(token, &[Blank]);
        }
    }

    fn pass_depth(&mut self, id: NodeId) {
        let depth = self.depth(id);
        self.children(id).into_iter().for_each(|c| self.set_depth(c, depth));
    }
}
