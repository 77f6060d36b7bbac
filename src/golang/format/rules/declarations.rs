//! Files, declarations and their specs.

use super::Layout;
use crate::golang::format::spacing::Space::{Blank, Break, Feed, In, Line, Out, Tab};
use crate::golang::format::spacing::{Section, Space};
use crate::language::go_nodes as go;
use crate::source::NodeId;

impl Layout<'_> {
    pub(crate) fn file(&mut self, id: NodeId) {
        let mut before = None;
        for child in self.children(id).into_iter().filter(|&c| !self.index.source.nodes[c].tokens.is_empty()) {
            let group = match self.kind(child) {
                go::FUNCTION_DECLARATION | go::METHOD_DECLARATION => go::FUNCTION_DECLARATION,
                kind => kind,
            };
            if let Some(before) = before {
                let lines = self.index.node_end_line(child) > self.index.node_line(child);
                let section = if group == go::FUNCTION_DECLARATION && lines { Section::New } else { Section::Same };
                let least = if before == group { 1 } else { 2 };
                self.before(child, &[Break { least, indent: false, section }]);
            }
            before = Some(group);
        }
        self.at(self.index.stops.len(), &[Line]);
    }

    pub(crate) fn declaration(&mut self, id: NodeId) {
        let mut holder = id;
        if let Some(list) =
            self.children(id).into_iter().find(|&c| matches!(self.kind(c), go::IMPORT_SPECS | go::VAR_SPECS))
        {
            self.before(list, &[Blank]);
            holder = list;
        }
        let specs = self.children(holder);
        let Some(open) = self.index.own_token(holder, b"(") else {
            for spec in specs {
                self.before(spec, &[Blank]);
                self.spec(spec, 1, true);
            }
            return;
        };
        if holder == id {
            self.before_token(open, &[Blank]);
        }
        for (i, &spec) in specs.iter().enumerate() {
            if i == 0 {
                self.before(spec, &[In, Feed]);
            } else {
                self.next_line(spec, specs[i - 1]);
            }
        }
        if specs.len() > 1 && matches!(self.kind(id), go::CONST_DECLARATION | go::VAR_DECLARATION) {
            for (&spec, keep) in specs.iter().zip(self.type_columns(&specs)) {
                self.value_spec(spec, keep);
            }
        } else {
            specs.iter().for_each(|&s| self.spec(s, specs.len(), false));
        }
        if let Some(close) = self.index.own_token(holder, b")").filter(|_| !specs.is_empty()) {
            self.before_token(close, &[Out, Feed]);
        }
    }

    /// The line break between two fields, specs or methods.
    pub(crate) fn next_line(&mut self, id: NodeId, before: NodeId) {
        let section = Section::NewAfterLines { since: self.index.first(before), labels: 0 };
        self.before(id, &[Break { least: 1, indent: false, section }]);
    }

    /// For each spec of a group whether its type column is kept although it is empty: in a run of specs
    /// with values one of them has a type.
    pub(crate) fn type_columns(&self, specs: &[NodeId]) -> Vec<bool> {
        let mut keep = vec![false; specs.len()];
        let (mut run, mut typed) = (None, false);
        for (i, &spec) in specs.iter().enumerate() {
            if self.child(spec, "value").is_some() {
                if run.is_none() {
                    (run, typed) = (Some(i), false);
                }
            } else if let Some(from) = run.take() {
                keep[from..i].fill(typed);
            }
            typed |= self.child(spec, "type").is_some();
        }
        if let Some(from) = run {
            keep[from..].fill(typed);
        }
        keep
    }

    /// A spec of a group of several, in columns.
    pub(crate) fn value_spec(&mut self, id: NodeId, keep: bool) {
        let mut tabs = 3;
        self.names(id, false);
        let kind = self.child(id, "type");
        if let Some(kind) = kind {
            self.before(kind, &[Tab]);
        }
        if kind.is_some() || keep {
            tabs -= 1;
        }
        if self.values(id, if keep && kind.is_none() { &[Tab, Tab] } else { &[Tab] }) {
            tabs -= 1;
        }
        if self.index.has_trailing_comment(id) {
            (0..tabs).for_each(|_| self.behind(id, Tab));
        }
    }

    pub(crate) fn spec(&mut self, id: NodeId, of: usize, indent: bool) {
        match self.kind(id) {
            go::IMPORT_SPEC => {
                if let (Some(_), Some(path)) = (self.child(id, "name"), self.child(id, "path")) {
                    self.before(path, &[Blank]);
                }
            }
            go::TYPE_SPEC | go::TYPE_ALIAS => {
                let gap = if of == 1 { Blank } else { Tab };
                let kind = self.child(id, "type");
                match self.index.own_token(id, b"=") {
                    Some(equals) => {
                        self.before_token(equals, &[gap]);
                        kind.into_iter().for_each(|k| self.before(k, &[Blank]));
                    }
                    None => kind.into_iter().for_each(|k| self.before(k, &[gap])),
                }
            }
            _ => {
                let due = self.names(id, indent);
                if let Some(kind) = self.child(id, "type") {
                    self.before(kind, &[Blank]);
                }
                if due {
                    // The list of names ends before what follows it.
                    let names = self.fields(id, "name");
                    names.last().into_iter().for_each(|&n| self.behind(n, Out));
                }
                self.values(id, &[Blank]);
            }
        }
    }

    /// The names of a spec, field or parameter; whether their list was indented.
    pub(crate) fn names(&mut self, id: NodeId, indent: bool) -> bool {
        let names = self.fields(id, "name");
        self.list(&names, 1, None, None, indent)
    }

    /// The `= values` of a spec; whether there are any.
    pub(crate) fn values(&mut self, id: NodeId, gap: &[Space]) -> bool {
        let (Some(equals), Some(values)) = (self.index.own_token(id, b"="), self.child(id, "value")) else {
            return false;
        };
        self.before_token(equals, gap);
        self.before(values, &[Blank]);
        self.expressions(values, 1, None, None);
        true
    }
}
