//! Statements, blocks and clauses.

use super::Layout;
use crate::golang::format::spacing::Space::{Blank, Break, In, Out};
use crate::golang::format::spacing::{Section, Wish};
use crate::language::go_nodes as go;
use crate::source::NodeId;

impl Layout<'_> {
    /// The statements of a block or clause, empty ones left out.
    pub(crate) fn statements(&self, id: NodeId) -> Vec<NodeId> {
        let holder = self.children(id).into_iter().find(|&c| self.kind(c) == go::STATEMENTS);
        let all = holder.map_or_else(Vec::new, |h| self.children(h));
        all.into_iter().filter(|&s| self.kind(s) != go::EMPTY).collect()
    }

    pub(crate) fn statement_lines(&mut self, statements: &[NodeId], clauses: bool) {
        for (i, &statement) in statements.iter().enumerate() {
            let section = match i {
                0 => Section::New,
                _ if clauses => Section::New,
                _ => {
                    let before = statements[i - 1];
                    Section::NewAfterLines { since: self.index.first(before), labels: self.labels(before) }
                }
            };
            let line = Break { least: 1, indent: false, section };
            match (i, clauses) {
                (0, false) => self.before(statement, &[In, line]),
                _ => self.before(statement, &[line]),
            }
        }
    }

    /// How many labels are before a statement.
    pub(crate) fn labels(&self, statement: NodeId) -> usize {
        let mut at = Some(statement);
        let mut labels = 0;
        while let Some(id) = at.filter(|&id| self.kind(id) == go::LABELED) {
            labels += 1;
            at = self.children(id).get(1).copied();
        }
        labels
    }

    pub(crate) fn block(&mut self, id: NodeId) {
        let statements = self.statements(id);
        let close = self.index.after(id) - 1;
        if self.plain[id - self.root] {
            if !statements.is_empty() {
                statements.iter().for_each(|&s| self.before(s, &[Blank]));
                self.at(close, &[Blank]);
            }
            return;
        }
        self.statement_lines(&statements, false);
        if statements.is_empty() {
            self.at(close, &[In]);
        }
        self.at(close, &[Out, Break { least: 1, indent: false, section: Section::New }]);
    }

    pub(crate) fn clause(&mut self, id: NodeId) {
        let Some(colon) = self.index.own_token(id, b":") else { return };
        let colon = self.index.stop(colon);
        let keyword = self.index.line(self.index.first(id));
        match self.kind(id) {
            go::EXPRESSION_CASE => {
                if let Some(list) = self.child(id, "value") {
                    self.before(list, &[Blank]);
                    self.expressions(list, 1, Some(keyword), Some(self.index.line(colon)));
                }
            }
            go::TYPE_CASE => {
                let types = self.fields(id, "type");
                types.first().into_iter().for_each(|&t| self.before(t, &[Blank]));
                if self.list(&types, 1, Some(keyword), Some(self.index.line(colon)), true) {
                    self.at(colon, &[Out]);
                }
            }
            go::COMMUNICATION_CASE => {
                self.child(id, "communication").into_iter().for_each(|c| self.before(c, &[Blank]));
            }
            _ => {}
        }
        let statements = self.statements(id);
        self.statement_lines(&statements, false);
        if statements.is_empty() {
            self.behind(id, In);
        }
        self.behind(id, Out);
    }

    pub(crate) fn switch(&mut self, id: NodeId) {
        let Some(open) = self.index.own(id).iter().copied().find(|&t| self.index.source.text(t) == b"{") else {
            return;
        };
        let close = self.index.after(id) - 1;
        let (header, clauses): (Vec<_>, Vec<_>) =
            self.children(id).into_iter().partition(|&c| self.index.source.nodes[c].tokens.end <= open);
        header.into_iter().for_each(|h| self.before(h, &[Blank]));
        if let Some(alias) = self.child(id, "alias") {
            self.expressions(alias, 1, None, None);
        }
        if let Some(define) = self.index.own_token(id, b":=") {
            self.before_token(define, &[Blank]);
        }
        self.before_token(open, &[Blank]);
        let open = self.index.stop(open);
        if clauses.is_empty() && self.kind(id) == go::SELECT && !self.index.has_comments(open, close) {
            return;
        }
        self.statement_lines(&clauses, true);
        self.at(close, &[Break { least: 1, indent: false, section: Section::New }]);
    }

    pub(crate) fn labeled(&mut self, id: NodeId) {
        self.wishes.push(Wish::ahead(self.index.first(id), id, Out));
        match self.children(id).get(1) {
            Some(&statement) => self.before(statement, &[In, Break { least: 1, indent: false, section: Section::New }]),
            None => self.behind(id, In),
        }
    }

    pub(crate) fn branch(&mut self, id: NodeId) {
        self.blank_children(id);
        if let Some(otherwise) = self.index.own_token(id, b"else") {
            self.before_token(otherwise, &[Blank]);
        }
    }

    pub(crate) fn for_clause(&mut self, id: NodeId) {
        let mut semicolons = self.index.own(id).iter().copied().filter(|&t| self.index.source.text(t) == b";");
        let second = semicolons.nth(1);
        for field in ["condition", "update"] {
            self.child(id, field).into_iter().for_each(|c| self.before(c, &[Blank]));
        }
        if let Some(second) = second.filter(|_| self.child(id, "condition").is_none()) {
            self.before_token(second, &[Blank]);
        }
    }

    pub(crate) fn range(&mut self, id: NodeId) {
        if let Some(left) = self.child(id, "left") {
            self.children(left).into_iter().skip(1).for_each(|c| self.before(c, &[Blank]));
            self.index.own(id).iter().for_each(|&t| self.before_token(t, &[Blank]));
        }
        self.child(id, "right").into_iter().for_each(|r| self.before(r, &[Blank]));
    }

    pub(crate) fn returned(&mut self, id: NodeId) {
        let Some(list) = self.children(id).into_iter().next() else { return };
        self.before(list, &[Blank]);
        let items = self.children(list);
        if self.is_indented_list(&items) {
            self.before(list, &[In]);
            self.list(&items, 1, None, None, false);
            self.behind(list, Out);
        } else {
            self.expressions(list, 1, None, None);
        }
    }

    /// Whether results look better when all their lines are indented: several of them span lines, or one
    /// begins on another line than the one before it ends on.
    pub(crate) fn is_indented_list(&self, items: &[NodeId]) -> bool {
        let (Some(&first), Some(&last)) = (items.first(), items.last()) else { return false };
        let mut line = self.index.node_line(first);
        if items.len() < 2 || line == self.index.node_end_line(last) {
            return false;
        }
        let mut spans = 0;
        for &item in items {
            let (begin, end) = (self.index.node_line(item), self.index.node_end_line(item));
            if line < begin {
                return true;
            }
            spans += usize::from(begin < end);
            line = end;
        }
        spans > 1
    }

    pub(crate) fn assignment(&mut self, id: NodeId) {
        let (left, right) = (self.child(id, "left"), self.child(id, "right"));
        let count = |list: Option<NodeId>| list.map_or(0, |l| self.children(l).len());
        let depth = if count(left) > 1 && self.kind(id) != go::RECEIVE && count(right) > 1 { 2 } else { 1 };
        let Some(operator) = self.index.own(id).first().map(|&t| self.index.stop(t)) else { return };
        let line = self.index.line(operator);
        if let Some(left) = left {
            self.expressions(left, depth, Some(self.index.node_line(left)), Some(line));
        }
        self.at(operator, &[Blank]);
        if let Some(right) = right {
            self.before(right, &[Blank]);
            if self.kind(right) == go::EXPRESSIONS {
                self.expressions(right, depth, Some(line), None);
            } else if self.list(&[right], depth, Some(line), None, true) {
                self.behind(right, Out);
            }
        }
    }
}
