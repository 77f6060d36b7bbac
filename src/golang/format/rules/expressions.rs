//! Expressions: the blanks around operators, and broken lines.

use super::Layout;
use crate::golang::format::spacing::Section;
use crate::golang::format::spacing::Space::{Blank, Break, Feed, In, Line, Out};
use crate::language::go_nodes as go;
use crate::source::NodeId;

impl Layout<'_> {
    pub(crate) fn literal(&mut self, id: NodeId) {
        let items = self.children(id);
        self.bracketed(id, &items, 1);
        let close = self.index.after(id) - 1;
        self.at(close, &[In, Out]);
    }

    pub(crate) fn call(&mut self, id: NodeId) {
        let mut depth = self.depth(id);
        let parts = self.children(id);
        let arguments = self.child(id, "arguments");
        let count = arguments.map_or(1, |a| self.children(a).len());
        depth += usize::from(count > 1);
        if let Some(&callee) = parts.first() {
            let wrapped = self.child(id, "type_arguments").is_some();
            self.set_depth(callee, if wrapped { 1 } else { depth });
        }
        match arguments {
            Some(arguments) => {
                let items = self.children(arguments);
                self.bracketed(arguments, &items, depth);
            }
            None => {
                // A conversion has its brackets itself.
                let (Some(&operand), Some(open)) = (parts.get(1), self.index.own_token(id, b"(")) else { return };
                let (open, close) = (self.index.stop(open), self.index.after(id) - 1);
                let (from, to) = (self.index.line(open), self.index.line(close));
                if self.list(&[operand], depth, Some(from), Some(to), true) {
                    self.at(close, &[Out]);
                }
                if self.index.node_end_line(operand) < to {
                    self.at(close, &[Feed]);
                }
            }
        }
        if self.child(id, "type_arguments").is_none() && parts.first().is_some_and(|&c| self.is_split_selector(c)) {
            self.behind(id, Out);
        }
    }

    /// Whether the name of a selector is on another line than its dot.
    pub(crate) fn is_split_selector(&self, id: NodeId) -> bool {
        matches!(self.kind(id), go::SELECTOR | go::QUALIFIED_TYPE) && {
            let name = self.index.after(id) - 1;
            self.index.lines_before(name) > 0
        }
    }

    pub(crate) fn selector(&mut self, id: NodeId) {
        let depth = self.depth(id);
        if let Some(operand) = self.child(id, "operand") {
            self.set_depth(operand, depth);
        }
        if self.is_split_selector(id) {
            self.at(self.index.after(id) - 1, &[In, Line]);
            let node = &self.index.source.nodes[id];
            let parent = node.parent;
            let called = id != self.root
                && (self.kind(parent) == go::CALL
                    && node.field == "function"
                    && self.child(parent, "type_arguments").is_none()
                    || self.kind(parent) == go::CONVERSION && node.field == "type");
            if !called {
                self.behind(id, Out);
            }
        }
    }

    pub(crate) fn indexed(&mut self, id: NodeId) {
        let depth = self.depth(id);
        let parts = self.children(id);
        let mut indices = Vec::new();
        for part in parts {
            if self.index.source.nodes[part].field == "operand" {
                self.set_depth(part, 1);
            } else {
                self.set_depth(part, depth + 1);
                indices.push(part);
            }
        }
        let binary = indices.iter().any(|&i| self.kind(i) == go::BINARY);
        if self.kind(id) == go::SLICE && depth <= 1 && indices.len() > 1 && binary {
            // Blanks around colons, but none beside the brackets or where nothing is.
            let open = indices.first().map_or(0, |&i| self.index.source.nodes[i].tokens.start);
            for token in self.index.own(id).iter().copied().filter(|&t| self.index.source.text(t) == b":") {
                if token > open {
                    self.before_token(token, &[Blank]);
                }
                if let Some(&next) = indices.iter().find(|&&i| self.index.source.nodes[i].tokens.start == token + 1) {
                    self.before(next, &[Blank]);
                }
            }
        }
    }

    pub(crate) fn unary(&mut self, id: NodeId) {
        let star = self.index.own(id).first().is_some_and(|&t| self.index.source.text(t) == b"*");
        let depth = if star { 1 } else { self.depth(id) };
        self.children(id).into_iter().for_each(|c| self.set_depth(c, depth));
    }

    pub(crate) fn binary(&mut self, id: NodeId) {
        let parts = self.children(id);
        let ([left, right], Some(operator), Some(precedence)) =
            (&parts[..], self.index.operator(id), self.index.precedence(id))
        else {
            return;
        };
        let depth = self.depth(id);
        let same = self.index.precedence(*left) == Some(precedence);
        self.set_depth(*left, if same { depth } else { depth + 1 });
        self.set_depth(*right, depth + 1);
        let mix = self.index.mixed(id);
        let cutoff = match (mix.clash, mix.four && mix.five, depth) {
            (clash @ 1.., ..) => clash + 1,
            (_, true, 1) => 5,
            (_, false, 1) => 6,
            _ => 4,
        };
        let blank = precedence < cutoff;
        let start = self.index.source.nodes[*right].tokens.start;
        self.operand_behind(operator, *right, blank, start);
        if blank {
            self.before_token(operator, &[Blank]);
        }
    }

    /// The right operand: behind a blank, or on an indented line of its own.
    pub(crate) fn operand_behind(&mut self, operator: usize, operand: NodeId, blank: bool, start: usize) {
        let operator = self.index.stop(operator);
        let start = self.index.stop(start);
        if self.index.end_line(operator - 1) != self.index.line(start) {
            self.at(start, &[Break { least: 1, indent: true, section: Section::New }]);
            self.behind(operand, Out);
        } else if blank {
            self.at(start, &[Blank]);
        }
    }
}
