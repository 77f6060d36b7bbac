//! The search as it is: what has been reached, and what is still to be followed.

use crate::golang::types::{Decl, Entity, File, FileId, Go, Member, only_child, text};
use crate::language::go::kind;
use crate::operations::align_atomics::analysis::Study;
use crate::operations::align_atomics::hot::Hot;
use crate::operations::align_atomics::model::Level;
use crate::source::NodeId;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// Something an address can be in: what has to be followed further back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// A variable, parameter or field: the token that declares it.
    Variable(FileId, usize),
    /// A result of a function.
    Result(FileId, NodeId, usize),
}

/// How an address is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub level: Level,
    pub how: String,
    /// How deep in the value the address lies: 0 where the value is the address, 1 where its elements are, and so on.
    pub depth: u8,
    /// Whether only a 64-bit integer counts: the value went through an interface, which takes anything.
    pub exact: bool,
    /// Where the value is a function that gives the address: the number of the result.
    pub result: Option<usize>,
}

/// The deepest container of containers that is looked into.
pub(crate) const MAX_DEPTH: u8 = 3;

impl Way {
    pub fn deeper(&self) -> Option<Way> {
        (self.depth < MAX_DEPTH).then(|| Way { depth: self.depth + 1, ..self.clone() })
    }

    pub fn shallower(&self) -> Option<Way> {
        Some(Way { depth: self.depth.checked_sub(1)?, ..self.clone() })
    }

    pub fn through(&self, what: &str) -> Way {
        Way { level: Level::Indirect, how: format!("{}, through {what}", self.how), ..self.clone() }
    }
}

/// A file, and who answers questions about it.
#[derive(Clone, Copy)]
pub(crate) struct Code<'a, 'w, 't> {
    pub(crate) go: &'a Go<'w, 't>,
    pub(crate) file: &'a Arc<File>,
}

pub(crate) struct Reach<'s, 'w, 't> {
    pub study: &'s Study<'w, 't>,
    pub hot: Hot,
    pub todo: VecDeque<(Holder, Way)>,
    pub seen: HashSet<(Holder, u8, Option<usize>)>,
}

/// The declaration of the variable or field that an expression names.
pub(crate) fn holder_of(study: &Study<'_, '_>, code: Code<'_, '_, '_>, mut node: NodeId) -> Option<Holder> {
    let Code { go, file } = code;
    let source = &file.source;
    while source.kind(node) == kind::PAREN {
        node = only_child(file, node)?;
    }
    match source.kind(node) {
        kind::NAME => {
            let (name, token) = (text(source, node), source.nodes[node].tokens.start);
            if let Some(binding) = file.local(name.as_bytes(), token).or_else(|| file.declared_at(token)) {
                return Some(Holder::Variable(file.id, binding.token));
            }
            match go.lookup_top(file, &name) {
                Entity::Decl(other, Decl::Var(spec, i)) => variable(&other, spec, i),
                _ => None,
            }
        }
        kind::SELECTOR => {
            let (base, field) = (source.child(node, "operand")?, source.child(node, "field")?);
            let name = text(source, field);
            if let Some((path, dir)) = go.package_operand(file, base) {
                return match go.in_package(&path, dir.as_deref(), &name) {
                    Entity::Decl(other, Decl::Var(spec, i)) => variable(&other, spec, i),
                    _ => None,
                };
            }
            match go.member(&go.type_of(file, base), &name)? {
                Member::Field(path, _) => {
                    let (place, i) = path.last()?;
                    let shape = study.shape((place.file, place.node))?;
                    let token = shape.file.source.nodes[shape.fields.get(*i)?.name_node].tokens.start;
                    Some(Holder::Variable(place.file, token))
                }
                Member::Method(..) => None,
            }
        }
        _ => None,
    }
}

/// The files in which the variable, parameter or field of this name that a token declares can be used.
pub(crate) fn files_of(study: &Study<'_, '_>, file: &Arc<File>, token: usize, name: &str) -> Vec<FileId> {
    if file.declared_at(token).is_some() {
        return vec![file.id];
    }
    if name.chars().next().is_some_and(char::is_uppercase) {
        return study.around(&file.dir, name);
    }
    study.world.files_in(&file.dir).into_iter().filter(|&id| study.world.mentions(id, name)).collect()
}

/// The call whose function a node is.
pub(crate) fn call_of(file: &File, mut node: NodeId) -> Option<NodeId> {
    let source = &file.source;
    let mut above = source.nodes[node].parent;
    while source.kind(above) == kind::PAREN {
        (node, above) = (above, source.nodes[above].parent);
    }
    (source.kind(above) == kind::CALL && source.child(above, "function") == Some(node)).then_some(above)
}

/// The function or method that a call calls, where that is known without running anything.
pub(crate) fn callee(go: &Go<'_, '_>, file: &Arc<File>, call: NodeId) -> Option<(Arc<File>, NodeId)> {
    let source = &file.source;
    let mut function = source.child(call, "function")?;
    while source.kind(function) == kind::PAREN {
        function = only_child(file, function)?;
    }
    if let Some(found) = go.function_named(file, function) {
        return Some(found);
    }
    if source.kind(function) != kind::SELECTOR {
        return None;
    }
    let (base, field) = (source.child(function, "operand")?, source.child(function, "field")?);
    match go.member(&go.type_of(file, base), &text(source, field))? {
        Member::Method(other, decl, ..) if other.source.kind(decl) == kind::METHOD_DECL => Some((other, decl)),
        _ => None,
    }
}

/// The variable that a spec declares.
pub(crate) fn variable(file: &File, spec: NodeId, i: usize) -> Option<Holder> {
    let source = &file.source;
    let name = source.children(spec).filter(|&c| source.nodes[c].field == "name").nth(i)?;
    Some(Holder::Variable(file.id, source.nodes[name].tokens.start))
}

/// The function of sync/atomic that a node names.
pub(crate) fn function_at(file: &File, node: NodeId) -> Option<String> {
    let source = &file.source;
    let names = || file.header.imports.iter().filter(|i| i.path == ATOMIC).map(|i| i.name.as_deref());
    match source.kind(node) {
        kind::SELECTOR => {
            let (base, field) = (source.child(node, "operand")?, source.child(node, "field")?);
            let package = source.node_text(base);
            let named = names().any(|n| n.unwrap_or("atomic").as_bytes() == package);
            let shadowed = || file.local(package, source.nodes[base].tokens.start).is_some();
            (named && !shadowed()).then(|| text(source, field))
        }
        kind::NAME if names().any(|n| n == Some(".")) => {
            let name = text(source, node);
            let free = file.local(name.as_bytes(), source.nodes[node].tokens.start).is_none();
            let qualified = source.kind(source.nodes[node].parent) == kind::SELECTOR;
            (free && !qualified && !file.tops.contains_key(&name)).then_some(name)
        }
        _ => None,
    }
}

pub(crate) const ATOMIC: &str = "sync/atomic";
