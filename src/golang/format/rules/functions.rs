//! Function headers, parameters, and which functions are on one line.

use super::Layout;
use super::size;
use crate::golang::format::spacing::Section;
use crate::golang::format::spacing::Space::{Blank, Break, Out, Tab};
use crate::language::go_nodes as go;
use crate::source::NodeId;

/// The longest one-line function, header and body, in bytes.
const ONE_LINE_FUNCTION: usize = 100;

impl Layout<'_> {
    pub(crate) fn function(&mut self, id: NodeId) {
        for field in ["receiver", "name"] {
            if let Some(part) = self.child(id, field) {
                self.before(part, &[Blank]);
            }
        }
        self.result(id);
        let Some(body) = self.child(id, "body") else { return };
        let plain = self.fits_on_one_line(id, body);
        let literal = self.kind(id) == go::FUNCTION_LITERAL;
        self.before(body, &[if plain && !literal { Tab } else { Blank }]);
        self.plain[body - self.root] = plain;
    }

    pub(crate) fn result(&mut self, id: NodeId) {
        if let Some(result) = self.child(id, "result") {
            self.before(result, &[Blank]);
        }
    }

    /// Whether a function is short enough to be on one line, and does so in the source.
    pub(crate) fn fits_on_one_line(&self, id: NodeId, body: NodeId) -> bool {
        let index = self.index;
        let (open, close) = (index.first(body), index.after(body) - 1);
        if index.line(open) != index.end_line(close) || index.node_line(id) != index.end_line(open.saturating_sub(1)) {
            return false;
        }
        if index.length(open + 1..close, ONE_LINE_FUNCTION).is_none() {
            return false;
        }
        let statements = self.statements(body);
        if statements.len() > 5 {
            return false;
        }
        let literal = self.kind(id) == go::FUNCTION_LITERAL;
        // gofmt counts the blank behind `func` of a declaration twice.
        let mut size = if literal { "func".len() } else { "func ".len() };
        for part in self.children(id).into_iter().filter(|&c| c != body) {
            let blank = match index.source.nodes[part].field {
                "receiver" | "name" => !literal,
                "result" => true,
                _ => false,
            };
            let Some(part) = size::on_one_line(index, part, ONE_LINE_FUNCTION, self.nested) else { return false };
            size += part + usize::from(blank);
        }
        for (i, &statement) in statements.iter().enumerate() {
            let Some(statement) = size::on_one_line(index, statement, ONE_LINE_FUNCTION, self.nested) else {
                return false;
            };
            size += statement + if i > 0 { 2 } else { 0 };
        }
        if self.nested == 0 {
            let span = index.stops[index.first(id)].bytes.end..index.stops[close].bytes.start;
            size += index.source.comments_in(&span).iter().map(|c| c.bytes.len()).sum::<usize>();
        }
        size <= ONE_LINE_FUNCTION
    }

    pub(crate) fn parameters(&mut self, id: NodeId) {
        let items = self.children(id);
        let Some(&open) = self.index.own(id).first() else { return };
        let mut line_before = self.index.line(self.index.stop(open));
        let mut indent = true;
        for (i, &item) in items.iter().enumerate() {
            if line_before < self.index.node_line(item) && self.index.lines_before(self.index.first(item)) > 0 {
                self.before(item, &[Break { least: 0, indent, section: Section::New }]);
                indent = false;
            } else if i > 0 {
                self.before(item, &[Blank]);
            }
            let names = self.fields(item, "name");
            if let Some(&last) = names.last() {
                if self.names(item, indent) {
                    self.behind(last, Out);
                }
                let next = self.index.after(last);
                self.at(next, &[Blank]);
            }
            line_before = self.index.node_end_line(item);
        }
        if items.is_empty() {
            return;
        }
        let close = self.index.after(id) - 1;
        if line_before < self.index.line(close) {
            self.at(close, &[Break { least: 0, indent: false, section: Section::New }]);
        }
        if !indent {
            self.at(close, &[Out]);
        }
    }
}
