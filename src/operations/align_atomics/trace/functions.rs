//! Functions that are used as values: `add := atomic.AddInt64`, `inc := func(p *int64) { … }`.

use super::put::{ends_in, parameter};
use super::reach::{Code, Holder, Reach, Way, call_of, callee, files_of};
use crate::golang::types::{Type, only_child, text};
use crate::language::go::kind;
use crate::source::NodeId;
use std::collections::HashSet;

impl Reach<'_, '_, '_> {
    /// Follows a function to the variables, parameters and fields that it is put into, and takes in the argument of
    /// this number of their calls.
    pub(crate) fn function_value(&mut self, code: Code<'_, '_, '_>, node: NodeId, index: usize, way: &Way) {
        let mut todo: Vec<Holder> = self.destination(code, node).into_iter().collect();
        let mut seen: HashSet<Holder> = todo.iter().copied().collect();
        while let Some(holder) = todo.pop() {
            let next = self.calls_through(holder, index, way);
            todo.extend(next.into_iter().filter(|&holder| seen.insert(holder)));
        }
    }

    /// Takes in the calls of the function that a variable has; gives the variables that it is handed on to.
    fn calls_through(&mut self, holder: Holder, index: usize, way: &Way) -> Vec<Holder> {
        let Holder::Variable(id, token) = holder else { return Vec::new() };
        let study = self.study;
        let Some(file) = study.world.file(id) else { return Vec::new() };
        let name = String::from_utf8_lossy(file.source.text(token)).into_owned();
        let way = way.through(&format!("`{name}`"));
        let mut next = Vec::new();
        for id in files_of(study, &file, token, &name) {
            let Some(other) = study.world.file(id) else { continue };
            let code = Code { go: study.go_near(id, file.id), file: &other };
            let source = &other.source;
            for node in 0..source.nodes.len() {
                let named = matches!(source.kind(node), kind::NAME | kind::SELECTOR)
                    && ends_in(&other, node, &name)
                    && self.holder(code, node) == Some(holder);
                if !named {
                    continue;
                }
                let Some(call) = call_of(&other, node) else {
                    next.extend(self.destination(code, node));
                    continue;
                };
                if let Some(address) = source.child(call, "arguments").and_then(|a| source.children(a).nth(index)) {
                    self.take_if_fit(code, address, &way);
                }
            }
        }
        next
    }

    /// What a value is put into: a variable, a field or a parameter.
    fn destination(&self, code: Code<'_, '_, '_>, mut node: NodeId) -> Option<Holder> {
        let source = &code.file.source;
        let mut above = source.nodes[node].parent;
        while matches!(source.kind(above), kind::PAREN | kind::ELEMENT) && source.kind(node) != kind::ELEMENT {
            (node, above) = (above, source.nodes[above].parent);
        }
        let index = source.children(above).position(|c| c == node)?;
        match source.kind(above) {
            kind::EXPRESSIONS => {
                let statement = source.nodes[above].parent;
                match (source.kind(statement), source.nodes[above].field) {
                    (kind::SHORT_VAR | kind::ASSIGNMENT, "right") => {
                        let left = source.child(statement, "left")?;
                        self.holder(code, source.children(left).nth(index)?)
                    }
                    (kind::VAR_SPEC, _) => {
                        let mut names = source.children(statement).filter(|&c| source.nodes[c].field == "name");
                        self.holder(code, names.nth(index)?)
                    }
                    _ => None,
                }
            }
            kind::ARGUMENTS => {
                let (other, function) = callee(code.go, code.file, source.nodes[above].parent)?;
                let parameters = other.source.child(function, "parameters")?;
                let mut tokens = other.source.children(parameters).flat_map(|d| {
                    let names = other.source.children(d).filter(|&c| other.source.nodes[c].field == "name");
                    names.map(|n| other.source.nodes[n].tokens.start).collect::<Vec<_>>()
                });
                let token = tokens.nth(index)?;
                parameter(&other, token).map(|_| Holder::Variable(other.id, token))
            }
            kind::LITERAL_BODY | kind::KEYED_ELEMENT => self.field_of_element(code, above, (node, index)),
            _ => None,
        }
    }

    /// The field that an element of a struct literal sets.
    fn field_of_element(
        &self,
        code: Code<'_, '_, '_>,
        above: NodeId,
        (node, index): (NodeId, usize),
    ) -> Option<Holder> {
        let Code { go, file } = code;
        let source = &file.source;
        let keyed = source.kind(above) == kind::KEYED_ELEMENT;
        if keyed && source.nodes[node].field != "value" {
            return None;
        }
        let body = if keyed { source.nodes[above].parent } else { above };
        let Type::Struct(place) = go.under(&go.literal_type(file, body)) else { return None };
        let shape = self.study.shape((place.file, place.node))?;
        let field = if keyed {
            let key = source.child(above, "key")?;
            let key = only_child(file, key).unwrap_or(key);
            shape.fields.iter().find(|f| f.name == text(source, key))?
        } else {
            shape.fields.get(index)?
        };
        Some(Holder::Variable(place.file, shape.file.source.nodes[field.name_node].tokens.start))
    }
}
