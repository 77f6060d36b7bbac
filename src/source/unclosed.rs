//! Calls of C that no semicolon ends, as the grammar spells them: one alone is a statement whose semicolon is missing, or an
//! error; several are an error that holds the statements between them as well. From here on there is one spelling, the
//! statement.

use super::Tokens;
use super::tree::{Node, NodeId, Token};
use crate::language::{Language, ListKind, c};
use std::collections::HashSet;

/// The tables of a file that name nodes by their numbers.
pub(super) struct Tables<'a> {
    pub nodes: &'a mut Vec<Node>,
    pub tokens: &'a mut Vec<Token>,
    pub commas: &'a mut Vec<(usize, NodeId)>,
    pub unclosed: &'a mut Vec<(usize, NodeId)>,
    pub errors: &'a mut Vec<Tokens>,
}

impl Tables<'_> {
    /// Makes statements of such calls, in the place of the errors that hold them.
    pub fn settle(&mut self, language: Language) {
        let is_error = |n: &Node| language.is_error(n.kind);
        if language != Language::C || self.errors.is_empty() || !self.nodes.iter().any(is_error) {
            return;
        }
        let mut gone: Vec<bool> = (0..self.nodes.len()).map(|id| self.holds_calls(language, id)).collect();
        // With a comma between them they are no statements.
        self.commas.iter().for_each(|&(_, id)| gone[id] = false);
        if gone.contains(&true) {
            let read = gone.iter().zip(self.nodes.iter()).filter(|(gone, _)| **gone);
            let read: HashSet<Tokens> = read.map(|(_, node)| node.tokens.clone()).collect();
            self.errors.retain(|error| !read.contains(error));
            self.renumber(&gone);
        }
    }

    /// Whether a node is an error among statements that holds calls and whole statements, and no token of its own.
    fn holds_calls(&self, language: Language, id: NodeId) -> bool {
        let node = &self.nodes[id];
        if !language.is_error(node.kind) {
            return false;
        }
        let above = &self.nodes[node.parent];
        let is_among = || language.list(above.kind, self.nodes[above.parent].kind, false) == Some(ListKind::Statements);
        let (mut at, mut calls) = (node.tokens.start, 0);
        let mut child = id + 1;
        while child < node.end {
            let held = &self.nodes[child];
            let is_call = c::is_call(held.kind);
            if held.tokens.start != at || !(is_call || language.is_statement(held.kind)) {
                return false;
            }
            calls += usize::from(is_call);
            (at, child) = (held.tokens.end, held.end);
        }
        calls > 0 && at == node.tokens.end && is_among()
    }

    /// Takes those nodes out, and puts a statement around each call that they hold.
    fn renumber(&mut self, gone: &[bool]) {
        let old = std::mem::take(self.nodes);
        let mut number = Vec::with_capacity(old.len() + 1);
        let mut put = 0;
        let wraps = |id: NodeId| gone[old[id].parent] && c::is_call(old[id].kind);
        for (id, &gone) in gone.iter().enumerate() {
            put += usize::from(wraps(id));
            number.push(put);
            put += usize::from(!gone);
        }
        number.push(put);
        let end = |id: NodeId| match old.get(id) {
            Some(_) => number[id] - usize::from(wraps(id)),
            None => put,
        };
        for (id, node) in old.iter().enumerate() {
            let upper = if gone[node.parent] { old[node.parent].parent } else { node.parent };
            let (parent, end) = (number[upper], end(node.end));
            if wraps(id) {
                self.unclosed.push((node.tokens.end, id));
                let tokens = node.tokens.clone();
                self.nodes.push(Node { kind: c::UNCLOSED, field: "", parent, tokens, end });
                self.nodes.push(Node { parent: number[id] - 1, end, ..node.clone() });
            } else if !gone[id] {
                self.nodes.push(Node { parent, end, ..node.clone() });
            }
        }
        let statement = |id: NodeId| number[id] - usize::from(wraps(id));
        self.unclosed.iter_mut().for_each(|(_, id)| *id = statement(*id));
        self.commas.iter_mut().for_each(|(_, id)| *id = number[*id]);
        self.tokens.iter_mut().for_each(|token| token.node = number[token.node]);
    }
}
