//! Structs, interfaces and other types.

use super::size;
use super::{ANY_LENGTH, Layout};
use crate::golang::format::spacing::Space::{Blank, Feed, In, Out, Tab};
use crate::language::go_nodes as go;
use crate::source::NodeId;

/// The longest one-line struct or interface.
const ONE_LINE_FIELDS: usize = 30;

impl Layout<'_> {
    pub(crate) fn structure(&mut self, id: NodeId) {
        let Some(list) = self.children(id).into_iter().find(|&c| self.kind(c) == go::FIELDS) else { return };
        let fields = self.children(list);
        let (open, close) = (self.index.first(list), self.index.after(list) - 1);
        if self.one_line_fields(open, close, &fields) {
            for &field in &fields {
                let names = self.fields(field, "name");
                names.iter().skip(1).for_each(|&n| self.before(n, &[Blank]));
                if let Some(kind) = self.child(field, "type").filter(|_| !names.is_empty()) {
                    self.before(kind, &[Blank]);
                }
            }
            return;
        }
        let gap = if fields.len() == 1 { Blank } else { Tab };
        for &field in &fields {
            let named = self.child(field, "name").is_some();
            let mut tabs = 2;
            if named {
                self.names(field, false);
                self.child(field, "type").into_iter().for_each(|k| self.before(k, &[gap]));
                tabs = 1;
            }
            if let Some(tag) = self.child(field, "tag") {
                let gaps = if named && gap == Tab { 2 } else { 1 };
                (0..gaps).for_each(|_| self.before(tag, &[gap]));
                tabs = 0;
            }
            if self.index.has_trailing_comment(field) {
                (0..tabs).for_each(|_| self.behind(field, gap));
            }
        }
        self.field_lines(open, close, &fields);
    }

    pub(crate) fn interface(&mut self, id: NodeId) {
        let Some(open) = self.index.own_token(id, b"{") else { return };
        let (open, close) = (self.index.stop(open), self.index.after(id) - 1);
        let items = self.children(id);
        if !self.one_line_fields(open, close, &items) {
            self.field_lines(open, close, &items);
        }
    }

    /// Lays out the braces if the fields are few and short enough to be between them on one line.
    pub(crate) fn one_line_fields(&mut self, open: usize, close: usize, fields: &[NodeId]) -> bool {
        let index = self.index;
        let comments = self.nested == 0 && index.has_comments(open.saturating_sub(1), close);
        if comments || index.line(open) != index.line(close) {
            return false;
        }
        let [field] = *fields else { return fields.is_empty() };
        let kind = match self.child(field, "type") {
            _ if self.child(field, "tag").is_some() => None,
            Some(kind) => {
                // The star of an embedded pointer is in the field, not in its type.
                let star = index.own(field).len();
                size::on_one_line(index, kind, ONE_LINE_FIELDS, self.nested).map(|s| s + star)
            }
            None if self.kind(field) == go::METHOD_ELEMENT => size::on_one_line(index, field, ANY_LENGTH, self.nested)
                .zip(self.child(field, "name"))
                .map(|(s, name)| "func".len() + s - index.source.node_text(name).len()),
            None => size::on_one_line(index, field, ONE_LINE_FIELDS, self.nested),
        };
        let named = usize::from(self.child(field, "name").is_some());
        let fits = kind.is_some_and(|size| size + named <= ONE_LINE_FIELDS);
        if fits {
            self.before(field, &[Blank]);
            self.at(close, &[Blank]);
        }
        fits
    }

    pub(crate) fn field_lines(&mut self, open: usize, close: usize, fields: &[NodeId]) {
        self.at(open, &[Blank]);
        let feed = !fields.is_empty() || self.index.has_comments(open.saturating_sub(1), close);
        let spaces = if feed { &[In, Feed][..] } else { &[In] };
        match fields.first() {
            Some(&first) => self.before(first, spaces),
            None => self.at(close, spaces),
        }
        for pair in fields.windows(2) {
            self.next_line(pair[1], pair[0]);
        }
        self.at(close, &[Out, Feed]);
    }

    pub(crate) fn channel(&mut self, id: NodeId) {
        let Some(value) = self.child(id, "value") else { return };
        let nodes = &self.index.source.nodes;
        let start = nodes[value].tokens.start;
        // Go reads `chan <-chan T` as `chan<- (chan T)`; the grammar takes the arrow to the inner one.
        let takes_arrow = self.kind(value) == go::CHANNEL_TYPE && self.index.source.text(start) == b"<-";
        let sends = takes_arrow && self.index.own(id).len() == 1;
        self.before_token(start + usize::from(sends), &[Blank]);
    }

    /// `A | B | C` in a constraint.
    pub(crate) fn union(&mut self, id: NodeId) {
        for (i, child) in self.children(id).into_iter().enumerate().skip(1) {
            let Some(&operator) = self.index.own(id).get(i - 1) else { return };
            self.operand_behind(operator, child, true, self.index.source.nodes[child].tokens.start);
            self.before_token(operator, &[Blank]);
        }
    }

    pub(crate) fn type_arguments(&mut self, id: NodeId) {
        let items = self.children(id);
        if items.len() > 1 {
            self.bracketed(id, &items, 2);
        }
    }
}
