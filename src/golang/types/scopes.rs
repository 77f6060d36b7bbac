//! The names that functions declare, and the tokens among which each of them means that.

use crate::language::go::kind::{self, opens_scope};
use crate::source::{NodeId, Source, Tokens};
use std::collections::HashMap;

/// What declares a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decl {
    /// A type: the spec.
    Type(NodeId),
    /// A function: the declaration.
    Func(NodeId),
    /// A variable of a `var` spec, and which of its names.
    Var(NodeId, usize),
    /// A constant of a `const` spec, and which of its names.
    Const(NodeId, usize),
    /// A parameter, result or receiver: the parameter declaration.
    Param(NodeId),
    /// A name of `:=`: the list on the right, and which of how many.
    Short(NodeId, usize, usize),
    /// A name of a `range` clause: the clause, and which.
    Range(NodeId, usize),
    /// The name that a type switch binds, in this clause.
    Switch(NodeId, NodeId),
    /// A type parameter: its declaration.
    TypeParam(NodeId),
    /// A type parameter that the receiver of a method names: which.
    ReceiverParam(usize),
}

/// A name declared inside a function.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The token that declares it.
    pub token: usize,
    /// The tokens among which it means this.
    pub scope: Tokens,
    /// What declares it.
    pub decl: Decl,
}

/// The names that the functions of a file declare, collected in one pass: all of them, or the one that is asked for. The
/// bindings of a name are in the order in which their scopes begin, outer ones first.
pub fn locals(source: &Source, only: Option<&[u8]>) -> HashMap<Vec<u8>, Vec<Binding>> {
    let mut all: HashMap<Vec<u8>, Vec<Binding>> = HashMap::new();
    let mut add = |name: NodeId, scope: Tokens, decl: Decl| {
        let node = &source.nodes[name];
        let is_asked_for = only.is_none_or(|only| source.node_text(name) == only);
        if is_asked_for && matches!(node.kind, kind::NAME | kind::TYPE_NAME) && !scope.is_empty() {
            let binding = Binding { token: node.tokens.start, scope, decl };
            all.entry(source.node_text(name).to_vec()).or_default().push(binding);
        }
    };
    for (id, node) in source.nodes.iter().enumerate() {
        match node.kind {
            kind::SHORT_VAR => {
                let (Some(left), Some(right)) = (source.child(id, "left"), source.child(id, "right")) else { continue };
                let Some(end) = scope_end(source, id) else { continue };
                let names: Vec<NodeId> = source.children(left).collect();
                for (i, &name) in names.iter().enumerate() {
                    add(name, node.tokens.end..end, Decl::Short(right, i, names.len()));
                }
            }
            kind::VAR_SPEC | kind::CONST_SPEC | kind::TYPE_SPEC | kind::TYPE_ALIAS => {
                let Some(end) = scope_end(source, id) else { continue };
                let is_type = matches!(node.kind, kind::TYPE_SPEC | kind::TYPE_ALIAS);
                let from = if is_type { node.tokens.start } else { node.tokens.end };
                named_by_spec(source, id, |name, decl| add(name, from..end, decl));
            }
            kind::PARAMETER | kind::VARIADIC => {
                receiver_params(source, id, |i, name, method| {
                    add(name, source.nodes[method].tokens.clone(), Decl::ReceiverParam(i));
                });
                let Some(body) = body_of_parameter(source, id) else { continue };
                let body = source.nodes[body].tokens.clone();
                for name in source.children(id).filter(|&c| source.nodes[c].field == "name") {
                    add(name, body.clone(), Decl::Param(id));
                }
            }
            kind::TYPE_PARAMETER => {
                let owner = source.nodes[node.parent].parent;
                let scope = source.nodes[node.parent].tokens.start..source.nodes[owner].tokens.end;
                for name in source.children(id).filter(|&c| source.nodes[c].field == "name") {
                    add(name, scope.clone(), Decl::TypeParam(id));
                }
            }
            kind::RANGE if declares(source, id) => {
                let (Some(left), Some(end)) = (source.child(id, "left"), scope_end(source, id)) else { continue };
                for (i, name) in source.children(left).enumerate() {
                    add(name, node.tokens.end..end, Decl::Range(id, i));
                }
            }
            kind::RECEIVE if declares(source, id) => {
                let (Some(left), Some(right)) = (source.child(id, "left"), source.child(id, "right")) else { continue };
                let Some(end) = scope_end(source, id) else { continue };
                let names: Vec<NodeId> = source.children(left).collect();
                for (i, &name) in names.iter().enumerate() {
                    add(name, node.tokens.end..end, Decl::Short(right, i, names.len()));
                }
            }
            kind::TYPE_SWITCH => {
                let Some(name) = source.child(id, "alias").and_then(|a| source.children(a).next()) else { continue };
                for case in source.children(id) {
                    if matches!(source.kind(case), kind::TYPE_CASE | kind::DEFAULT_CASE) {
                        // The types that the clause names are looked up outside of it.
                        let Some(from) = behind_colon(source, case) else { continue };
                        add(name, from..source.nodes[case].tokens.end, Decl::Switch(id, case));
                    }
                }
            }
            _ => {}
        }
    }
    for bindings in all.values_mut() {
        bindings.sort_by_key(|b| (b.scope.start, std::cmp::Reverse(b.scope.end)));
        drop_redeclared(bindings);
    }
    all
}

/// `a, err := f()` in the scope that has an `err` assigns to it.
fn drop_redeclared(bindings: &mut Vec<Binding>) {
    let mut kept: Vec<Binding> = Vec::with_capacity(bindings.len());
    // The last binding of each scope, found by where the scope ends.
    let mut ends: std::collections::HashSet<usize> = std::collections::HashSet::new();
    for binding in bindings.drain(..) {
        let again = matches!(binding.decl, Decl::Short(_, _, count) if count > 1);
        if !(again && ends.contains(&binding.scope.end)) {
            ends.insert(binding.scope.end);
            kept.push(binding);
        }
    }
    *bindings = kept;
}

/// Whether `:=` is between the two sides of the node.
fn declares(source: &Source, id: NodeId) -> bool {
    source.child(id, "left").is_some_and(|left| {
        let mark = source.nodes[left].tokens.end;
        mark < source.tokens.len() && source.text(mark) == b":="
    })
}

/// Behind the colon of a clause.
fn behind_colon(source: &Source, case: NodeId) -> Option<usize> {
    let mut tokens = source.nodes[case].tokens.clone();
    tokens.find(|&t| source.tokens[t].node == case && source.text(t) == b":").map(|colon| colon + 1)
}

/// Where the scope around a node ends; nothing at the top level of the file.
fn scope_end(source: &Source, id: NodeId) -> Option<usize> {
    source.ancestors(id).find(|&a| opens_scope(source.kind(a))).map(|a| source.nodes[a].tokens.end)
}

/// The body of the function whose parameter, result or receiver this is.
fn body_of_parameter(source: &Source, id: NodeId) -> Option<NodeId> {
    let list = source.nodes[id].parent;
    let function = source.nodes[list].parent;
    let has_body = matches!(source.kind(function), kind::FUNC_DECL | kind::METHOD_DECL | kind::FUNC_LITERAL);
    if !has_body || source.kind(list) != kind::PARAMETERS {
        return None;
    }
    source.child(function, "body")
}

/// The type parameters that a receiver such as `*T[K, V]` names.
fn receiver_params(source: &Source, id: NodeId, mut found: impl FnMut(usize, NodeId, NodeId)) {
    let list = source.nodes[id].parent;
    if source.nodes[list].field != "receiver" {
        return;
    }
    let method = source.nodes[list].parent;
    let inside = id..source.nodes[id].end;
    let Some(arguments) = inside.clone().find(|&n| source.kind(n) == kind::TYPE_ARGUMENTS) else { return };
    for (i, element) in source.children(arguments).enumerate() {
        let name = std::iter::once(element)
            .chain(source.children(element))
            .find(|&n| matches!(source.kind(n), kind::TYPE_NAME | kind::NAME));
        if let Some(name) = name {
            found(i, name, method);
        }
    }
}

/// The names that a spec declares.
pub fn named_by_spec(source: &Source, spec: NodeId, mut found: impl FnMut(NodeId, Decl)) {
    let names = source.children(spec).filter(|&c| source.nodes[c].field == "name");
    match source.kind(spec) {
        kind::TYPE_SPEC | kind::TYPE_ALIAS => {
            if let Some(name) = source.child(spec, "name") {
                found(name, Decl::Type(spec));
            }
        }
        kind::VAR_SPEC => names.enumerate().for_each(|(i, name)| found(name, Decl::Var(spec, i))),
        kind::CONST_SPEC => names.enumerate().for_each(|(i, name)| found(name, Decl::Const(spec, i))),
        _ => {}
    }
}
