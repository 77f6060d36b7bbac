//! What a name means at a place: the package that a file imports under it, or something declared nearer.

use super::declarations::top_level;
use super::scopes::{Binding, Decl, locals};
use crate::language::go::kind;
use crate::language::go_nodes as go;
use crate::source::{Bytes, NodeId, Source, Tokens};

/// Something of this file that has the name of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// The name where it is declared.
    pub bytes: Bytes,
    /// What it is: `parameter`, `variable` …
    pub what: &'static str,
}

/// Where one name means something of this file, and not the package that is imported under it.
pub struct Scope<'a> {
    source: &'a Source,
    name: &'a str,
    local: Vec<Binding>,
    top: Option<(usize, Decl)>,
}

impl<'a> Scope<'a> {
    /// Looks for all declarations of the name. Labels, fields and methods have names of their own.
    pub fn of(source: &'a Source, name: &'a str) -> Scope<'a> {
        let local = locals(source, Some(name.as_bytes())).remove(name.as_bytes()).unwrap_or_default();
        let is_method = |what: &Decl| matches!(what, Decl::Func(id) if source.kind(*id) == kind::METHOD_DECL);
        let top = top_level(source).into_iter().find(|(text, what)| text == name && !is_method(what));
        let top = top.and_then(|(_, what)| Some((name_token(source, name, &what)?, what)));
        Scope { source, name, local, top }
    }

    /// What the name means at a token, unless it is an import.
    pub fn at(&self, token: usize) -> Option<Shadow> {
        let inner = self.local.iter().rev().find(|b| b.scope.contains(&token)).map(|b| (b.token, b.decl));
        let (token, decl) = inner.or(self.top)?;
        Some(Shadow { bytes: self.source.tokens[token].bytes.clone(), what: kind_of(self.source, decl) })
    }

    /// The tokens among which the name means something of this file: in order, and apart from each other.
    pub fn hidden(&self) -> Vec<Tokens> {
        if self.top.is_some() {
            return std::iter::once(0..self.source.tokens.len()).collect();
        }
        let mut hidden: Vec<Tokens> = Vec::new();
        for binding in &self.local {
            match hidden.last_mut().filter(|last| binding.scope.start <= last.end) {
                Some(last) => last.end = last.end.max(binding.scope.end),
                None => hidden.push(binding.scope.clone()),
            }
        }
        hidden
    }

    /// The tokens at which the name stands for the package: the `name` of each `name.X` where nothing else has it.
    pub fn uses(&self) -> impl Iterator<Item = usize> {
        let hidden = self.hidden();
        let is_hidden =
            move |t: usize| hidden[..hidden.partition_point(|h| h.start <= t)].last().is_some_and(|h| t < h.end);
        (0..self.source.tokens.len())
            .filter(|&t| is_qualifier(self.source, t, self.name))
            .filter(move |&t| !is_hidden(t))
    }
}

/// Whether a file uses the package that it imports under this name.
pub fn is_used(source: &Source, name: &str) -> bool {
    Scope::of(source, name).uses().next().is_some()
}

/// Whether a token is the `name` of a `name.X`.
pub fn is_qualifier(source: &Source, token: usize, name: &str) -> bool {
    if source.text(token) != name.as_bytes() {
        return false;
    }
    let node = &source.nodes[source.tokens[token].node];
    let parent = source.kind(node.parent);
    node.tokens == (token..token + 1)
        && (parent == go::SELECTOR && node.field == "operand"
            || parent == go::QUALIFIED_TYPE && node.field == "package")
}

/// The token that declares a name at the top level.
fn name_token(source: &Source, name: &str, what: &Decl) -> Option<usize> {
    let (Decl::Type(id) | Decl::Func(id) | Decl::Var(id, _) | Decl::Const(id, _)) = *what else { return None };
    let mut names = source.children(id).filter(|&c| source.nodes[c].field == "name");
    names.find(|&c| source.node_text(c) == name.as_bytes()).map(|c| source.nodes[c].tokens.start)
}

fn kind_of(source: &Source, decl: Decl) -> &'static str {
    let list = |id: NodeId| source.nodes[source.nodes[id].parent].field;
    match decl {
        Decl::Type(_) => "type",
        Decl::Func(_) => "function",
        Decl::Const(..) => "constant",
        Decl::Param(id) if list(id) == "receiver" => "receiver",
        Decl::Param(id) if list(id) == "result" => "result",
        Decl::Param(_) => "parameter",
        Decl::TypeParam(_) | Decl::ReceiverParam(_) => "type parameter",
        Decl::Var(..) | Decl::Short(..) | Decl::Range(..) | Decl::Switch(..) => "variable",
    }
}
