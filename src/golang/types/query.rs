//! Answers to a patch's conditions on types.

use super::checker::{Entity, Go};
use super::declarations::{File, FileId};
use super::names::Scope;
use super::packages::World;
use super::ty::{Basic, Type};
use crate::golang::build::{CONTEXTS, ContextId, base};
use crate::language::go::kind;
use crate::source::{Answer, NodeId, Source, Tokens};
use crate::vfs::FileTree;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One file, seen from inside its tree or alone. One view serves many questions about the same source.
pub struct View<'t> {
    world: World<'t>,
    path: PathBuf,
}

impl<'t> View<'t> {
    /// A file alone: what other files declare is unknown.
    pub fn alone(path: &Path, source: &Source) -> View<'static> {
        View { world: World::alone(path).with(path, source), path: path.to_owned() }
    }

    /// A file of a tree.
    pub fn within(tree: &'t dyn FileTree, path: &Path, source: &Source) -> View<'t> {
        View::of(&World::new(tree), path, source)
    }

    /// A file of a world that many views share.
    pub fn of(world: &World<'t>, path: &Path, source: &Source) -> View<'t> {
        View { world: world.with(path, source), path: path.to_owned() }
    }

    /// Where another file of the package declares a name at its top level: the file, and the line.
    pub fn declared_beside(&self, name: &str) -> Option<(PathBuf, usize)> {
        let own = self.world.overlay()?;
        let contexts = (0..CONTEXTS.len() as ContextId).filter(|&c| own.header.contexts & (1 << c) != 0);
        let beside: BTreeSet<FileId> = contexts.flat_map(|c| self.world.package_of(own, c)).collect();
        let mut others = beside.into_iter().filter(|&id| id != own.id && self.world.mentions(id, name));
        others.find_map(|id| {
            let file = self.world.file(id)?;
            let shadow = Scope::of(&file.source, name).at(usize::MAX)?;
            Some((file.path.clone(), file.source.lines.place(shadow.bytes.start).0))
        })
    }

    /// Asks about `source`, which is taken in anew when it is not the one the view was made with.
    fn ask(&self, source: &Source, question: impl Fn(&Go<'_, '_>, &Arc<File>) -> Answer) -> Answer {
        match self.world.overlay() {
            Some(file) if file.source.bytes == source.bytes => ask(&self.world, file, question),
            _ => {
                let world = self.world.with(&self.path, source);
                match world.overlay() {
                    Some(file) => ask(&world, file, question),
                    None => Answer::Unknown("the file is not at hand".to_owned()),
                }
            }
        }
    }
}

fn ask(world: &World<'_>, file: &Arc<File>, question: impl Fn(&Go<'_, '_>, &Arc<File>) -> Answer) -> Answer {
    let bits = file.header.contexts;
    let context = if bits == 0 { 0 } else { bits.trailing_zeros() as ContextId };
    question(&Go::new(world, context), file)
}

/// Whether the expression of these tokens has this type: `"*bytes.Buffer"`, `"[]int"`, `"error"`, a type of the same
/// package by its bare name, one of another package by the last part of its import path or by the whole.
pub fn has_type(view: &View<'_>, source: &Source, tokens: &Tokens, wanted: &str) -> Answer {
    view.ask(source, |go, file| {
        let Some(ty) = type_of_tokens(go, file, tokens) else {
            return Answer::Unknown(go.take_note().unwrap_or_else(|| "it is no expression".to_owned()));
        };
        match matches(go, file, &ty, wanted.trim()) {
            Some(true) => Answer::Yes,
            Some(false) => Answer::No,
            None => Answer::Unknown(go.take_note().unwrap_or_else(|| "its type is not known".to_owned())),
        }
    })
}

/// Whether the value of these tokens, a constant expression, can be held by this type, such as `"int32"`.
pub fn fits(view: &View<'_>, source: &Source, tokens: &Tokens, wanted: &str) -> Answer {
    view.ask(source, |go, file| {
        let Some((low, high)) = Basic::named(wanted.trim()).and_then(Basic::range) else {
            return Answer::Unknown(format!("`{wanted}` is no integer type of a fixed size"));
        };
        match constant_of_tokens(go, file, tokens) {
            Some(value) if low <= value && value <= high => Answer::Yes,
            Some(_) => Answer::No,
            None => Answer::Unknown(go.take_note().unwrap_or_else(|| "its value is not known".to_owned())),
        }
    })
}

fn constant_of_tokens(go: &Go<'_, '_>, file: &Arc<File>, tokens: &Tokens) -> Option<i128> {
    let value = file.source.nodes_over(tokens).find_map(|(id, _)| go.constant(file, id, &None));
    value.or_else(|| {
        let name = declared_name(file, tokens)?;
        let binding = go.lookup(file, &name, tokens.start);
        match binding {
            Entity::Decl(other, super::scopes::Decl::Const(spec, i)) => go.const_spec_value(&other, spec, i),
            _ => None,
        }
    })
}

fn declared_name(file: &File, tokens: &Tokens) -> Option<String> {
    (tokens.len() == 1).then(|| String::from_utf8_lossy(file.source.text(tokens.start)).into_owned())
}

/// The type of what these tokens write: an expression, a declared name, a field, or a type itself.
fn type_of_tokens(go: &Go<'_, '_>, file: &Arc<File>, tokens: &Tokens) -> Option<Type> {
    let source = &file.source;
    // The innermost node of a single name is the name; of anything longer the outermost expression says most.
    let over: Vec<NodeId> = source.nodes_over(tokens).map(|(id, _)| id).collect();
    let holds = |id: &NodeId| matches!(source.kind(*id), kind::EXPRESSIONS | kind::STATEMENT | kind::ELEMENT);
    let innermost = *over.last()?;
    let node = if tokens.len() == 1 { innermost } else { over.into_iter().find(|id| !holds(id)).unwrap_or(innermost) };
    let known = |ty: Type| match ty {
        Type::Unknown => None,
        Type::Basic(basic) => Some(Type::Basic(basic.default_type())),
        ty => Some(ty),
    };
    if tokens.len() == 1 {
        if let Some(binding) = file.declared_at(tokens.start) {
            return known(go.declared(file, binding.decl));
        }
        let parent = source.nodes[node].parent;
        match (source.kind(node), source.nodes[node].field) {
            (kind::FIELD_NAME, "field") => return known(go.type_of(file, parent)),
            (kind::FIELD_NAME, "name") => {
                return known(go.written_type(file, source.child(parent, "type")?, &None)?);
            }
            (kind::NAME, "name") if matches!(source.kind(parent), kind::PARAMETER | kind::VARIADIC) => {
                return known(go.declared(file, super::scopes::Decl::Param(parent)));
            }
            _ => {}
        }
        if let Some(top) = file.tops.get(&declared_name(file, tokens)?)
            && source.nodes[node].field == "name"
        {
            return known(go.declared(file, top.first()?.what));
        }
    }
    known(go.type_of(file, node)).or_else(|| known(go.written_type(file, node, &None)?))
}

/// Whether a type is the wanted one; nothing when that is not known.
fn matches(go: &Go<'_, '_>, file: &Arc<File>, ty: &Type, wanted: &str) -> Option<bool> {
    let ty = go.force(ty);
    let same = |inner: &Type, wanted: &str| matches(go, file, inner, wanted.trim());
    if let Some(rest) = wanted.strip_prefix('*') {
        return match &ty {
            Type::Pointer(to) => same(to, rest),
            _ => differs(&ty),
        };
    }
    if let Some(rest) = wanted.strip_prefix("[]") {
        return match &ty {
            Type::Slice(element) => same(element, rest),
            _ => differs(&ty),
        };
    }
    if let Some((length, rest)) = wanted.strip_prefix('[').and_then(|w| w.split_once(']')) {
        return match &ty {
            Type::Array(known, element) => match (known, length.trim().parse::<u64>()) {
                (Some(known), Ok(length)) if *known != length => Some(false),
                (None, Ok(_)) => None,
                _ => same(element, rest),
            },
            _ => differs(&ty),
        };
    }
    if let Some((key, rest)) = wanted.strip_prefix("map[").and_then(split_bracket) {
        return match &ty {
            Type::Map(k, v) => match (same(k, key), same(v, rest)) {
                (Some(true), Some(true)) => Some(true),
                (Some(false), _) | (_, Some(false)) => Some(false),
                _ => None,
            },
            _ => differs(&ty),
        };
    }
    for direction in ["chan<- ", "<-chan ", "chan "] {
        if let Some(rest) = wanted.strip_prefix(direction) {
            return match &ty {
                Type::Chan(element) => same(element, rest),
                _ => differs(&ty),
            };
        }
    }
    match wanted {
        "interface{}" | "any" if matches!(ty, Type::Any) => return Some(true),
        "error" if matches!(ty, Type::Error) => return Some(true),
        "unsafe.Pointer" => {
            return match ty {
                Type::Basic(basic) => Some(basic == Basic::UnsafePointer),
                ty => differs(&ty),
            };
        }
        _ => {}
    }
    let wanted = wanted.split('[').next().unwrap_or(wanted);
    matches_name(go, file, &ty, wanted)
}

/// A type of another shape than the wanted one is not it; one that is not known may be.
fn differs(ty: &Type) -> Option<bool> {
    match ty {
        Type::Unknown | Type::Foreign(..) | Type::Param(_) | Type::Later(_) => None,
        _ => Some(false),
    }
}

/// `K]V` behind `map[`, where `K` may hold brackets of its own.
fn split_bracket(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (i, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' if depth == 0 => return Some((&text[..i], &text[i + 1..])),
            ']' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn matches_name(go: &Go<'_, '_>, file: &Arc<File>, ty: &Type, wanted: &str) -> Option<bool> {
    let (package, name) = match wanted.rsplit_once('.') {
        Some((package, name)) => (Some(package), name),
        None => (None, wanted),
    };
    match ty {
        Type::Named(named) => {
            let dir = go.world.dir(named.file);
            let same_package = match package {
                None => dir == file.dir,
                Some(package) => package_is(go, dir, package),
            };
            if same_package && *named.name == *name {
                return Some(true);
            }
        }
        Type::Foreign(path, own) if **own == *name => {
            let same_package = match package {
                None => path.is_empty(),
                Some(package) => {
                    **path == *package || base(path) == package || crate::golang::build::likely_name(path) == package
                }
            };
            if same_package {
                return Some(true);
            }
        }
        Type::Basic(basic) if package.is_none() && Basic::named(name) == Some(*basic) => {
            // Unless the package declares the name anew.
            return Some(matches!(go.lookup_top(file, name), Entity::Type(_)));
        }
        _ => {}
    }
    // The wanted name may be an alias of the type.
    match named_type(go, file, package, name) {
        Some(Type::Named(alias)) => match ty {
            Type::Named(named) => Some((named.file, named.spec) == (alias.file, alias.spec)),
            ty => differs(ty),
        },
        Some(Type::Basic(alias)) => match ty {
            Type::Basic(basic) => Some(alias == *basic),
            ty => differs(ty),
        },
        Some(Type::Foreign(..)) | None => match ty {
            Type::Named(_) | Type::Basic(_) if package.is_none() && Basic::named(name).is_some() => Some(false),
            // What is not in memory might be declared as an alias of anything.
            Type::Named(_) | Type::Error | Type::Any | Type::Basic(_) => Some(false),
            ty => differs(ty),
        },
        Some(_) => differs(ty),
    }
}

fn package_is(go: &Go<'_, '_>, dir: &str, package: &str) -> bool {
    let path = go.world.import_path(dir);
    path == package || base(&path) == package || go.world.package_name(dir).as_deref() == Some(package)
}

/// The type that the wanted name means in this file, if that can be reported.
fn named_type(go: &Go<'_, '_>, file: &Arc<File>, package: Option<&str>, name: &str) -> Option<Type> {
    let entity = match package {
        None => go.lookup_top(file, name),
        Some(package) => {
            let is_it = |path: &str| path == package || base(path) == package;
            let import = file.header.imports.iter().find(|i| is_it(&i.path))?;
            let dir = go.world.resolve_import(&file.dir, &import.path)?;
            go.in_package(&import.path, Some(&dir), name)
        }
    };
    match entity {
        Entity::Type(ty) => Some(ty),
        Entity::Decl(other, super::scopes::Decl::Type(spec)) => Some(go.declared_type(&other, spec, name, [].into())),
        _ => None,
    }
}
