//! From names and type syntax to types.

use super::declarations::{File, FileId, text};
use super::packages::World;
use super::scopes::Decl;
use super::ty::{Arguments, Basic, Named, Place, Signature, Type};
use crate::golang::build::ContextId;
use crate::language::go::kind;
use crate::source::NodeId;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

/// How deep one question may lead to another. Deeper ones are answered with "unknown".
const DEPTH: u32 = 120;

/// How many questions one may lead to in all.
const STEPS: u32 = 50_000;

/// Answers questions about names and types in one build context.
pub struct Go<'w, 't> {
    /// The files.
    pub world: &'w World<'t>,
    /// The context.
    pub context: ContextId,
    /// Whether words have 32 bits: nothing is asked for any other target.
    pub(crate) is_32_bit: bool,
    depth: Cell<u32>,
    steps: Cell<u32>,
    /// How often a question was given up.
    pub(crate) given_up: Cell<u32>,
    /// The types of expressions that are known already.
    pub(crate) known: RefCell<HashMap<(FileId, NodeId), Type>>,
    /// What was missing when the last answer was "unknown".
    missing: RefCell<Option<String>>,
    pub(super) tops: RefCell<HashMap<TopKey, Option<(FileId, Decl)>>>,
    pub(super) methods: RefCell<HashMap<MethodKey, Option<(FileId, NodeId)>>>,
}

/// Folder, package, whether tests are among it, name.
type TopKey = (String, String, bool, String);
/// The file of the type, its name, the method's.
type MethodKey = (FileId, String, String);

/// What a name means.
#[derive(Clone, Debug)]
pub enum Entity {
    /// It is declared in this file.
    Decl(Arc<File>, Decl),
    /// It is an imported package: its path, and its folder where that is in memory.
    Package(String, Option<String>),
    /// It is a predeclared type.
    Type(Type),
    /// It is any other predeclared name.
    Builtin,
    /// Nothing in memory declares it.
    Missing,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name; of an embedded field the last name of its type.
    pub name: String,
    /// Its declaration, which may declare several.
    pub decl: NodeId,
    /// The node of its name, or of its type when it is embedded.
    pub name_node: NodeId,
    /// Its type.
    pub ty: Type,
    /// Whether it is embedded.
    pub embedded: bool,
}

/// What a selector leads to.
#[derive(Clone, Debug)]
pub enum Member {
    /// A field: the structs and the numbers of the fields on the way, and its type.
    Field(Vec<(Place, usize)>, Type),
    /// A method: its declaration (or interface element), what its receiver's type parameters stand for, and the
    /// embedded fields on the way.
    Method(Arc<File>, NodeId, Arguments, Vec<(Place, usize)>),
}

impl<'w, 't> Go<'w, 't> {
    /// Answers in this context.
    pub fn new(world: &'w World<'t>, context: ContextId) -> Go<'w, 't> {
        Go {
            world,
            context,
            is_32_bit: false,
            depth: Cell::new(0),
            steps: Cell::new(0),
            given_up: Cell::new(0),
            known: RefCell::default(),
            missing: RefCell::new(None),
            tops: RefCell::default(),
            methods: RefCell::default(),
        }
    }

    /// The same for targets whose words have 32 bits, and no others.
    pub fn on_32_bits(self) -> Go<'w, 't> {
        Go { is_32_bit: true, ..self }
    }

    /// Asks a question inside another one, unless they are nested too deep.
    pub fn deeper<T>(&self, otherwise: T, ask: impl FnOnce() -> T) -> T {
        if self.depth.get() == 0 {
            self.steps.set(0);
        }
        if self.depth.get() >= DEPTH || self.steps.get() >= STEPS {
            self.note("the code is nested too deep");
            self.given_up.set(self.given_up.get() + 1);
            return otherwise;
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(self.depth.get() + 1);
        let answer = ask();
        self.depth.set(self.depth.get() - 1);
        answer
    }

    /// Keeps what was missing first.
    pub fn note(&self, missing: impl Into<String>) {
        let mut slot = self.missing.borrow_mut();
        if slot.is_none() {
            *slot = Some(missing.into());
        }
    }

    /// What was missing since this was last asked.
    pub fn take_note(&self) -> Option<String> {
        self.missing.borrow_mut().take()
    }

    /// The type that a node writes; `Unknown` when it writes none.
    pub fn type_at(&self, place: &Place) -> Type {
        let Some(file) = self.world.file(place.file) else { return Type::Unknown };
        self.deeper(Type::Unknown, || self.written_type(&file, place.node, &place.arguments).unwrap_or(Type::Unknown))
    }

    /// Looks a type up that was put off.
    pub fn force(&self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        for _ in 0..DEPTH {
            match ty {
                Type::Later(place) => ty = self.type_at(&place),
                ty => return ty,
            }
        }
        Type::Unknown
    }

    /// The type that a node writes, or nothing when it is no type.
    pub fn written_type(&self, file: &Arc<File>, node: NodeId, arguments: &Arguments) -> Option<Type> {
        let source = &file.source;
        let later = |node: NodeId| Arc::new(Type::Later(Place { file: file.id, node, arguments: arguments.clone() }));
        let here = || Place { file: file.id, node, arguments: arguments.clone() };
        let inner = |field: &str| source.child(node, field);
        let mut node = node;
        for _ in 0..DEPTH {
            match source.kind(node) {
                kind::PAREN_TYPE | kind::PAREN | kind::TYPE_ELEM => node = only_child(file, node)?,
                _ => break,
            }
        }
        let here = || Place { node, ..here() };
        let inner = |field: &str| inner(field).or_else(|| source.child(node, field));
        match source.kind(node) {
            kind::TYPE_NAME | kind::NAME => {
                let name = text(source, node);
                self.named_type(file, &name, source.nodes[node].tokens.start, arguments)
            }
            kind::QUALIFIED_TYPE | kind::SELECTOR => {
                let (package, name) = match source.kind(node) {
                    kind::SELECTOR => (source.child(node, "operand")?, source.child(node, "field")?),
                    _ => (source.child(node, "package")?, source.child(node, "name")?),
                };
                if !matches!(source.kind(package), kind::NAME | kind::PACKAGE_NAME) {
                    return None;
                }
                let token = source.nodes[package].tokens.start;
                let (package, name) = (text(source, package), text(source, name));
                if file.local(package.as_bytes(), token).is_some() || file.tops.contains_key(&package) {
                    return None;
                }
                let (path, dir) = self.imported(file, &package)?;
                if path == "unsafe" && name == "Pointer" {
                    return Some(Type::Basic(Basic::UnsafePointer));
                }
                match self.in_package(&path, dir.as_deref(), &name) {
                    Entity::Decl(other, Decl::Type(spec)) => Some(self.declared_type(&other, spec, &name, [].into())),
                    Entity::Decl(..) => None,
                    // Only a type can be in a qualified type.
                    _ if source.kind(node) == kind::QUALIFIED_TYPE => Some(Type::Foreign(path.into(), name.into())),
                    _ => None,
                }
            }
            kind::POINTER_TYPE => Some(Type::Pointer(later(only_child(file, node)?))),
            kind::UNARY if first_word(file, node) == b"*" => {
                let operand = inner("operand")?;
                self.deeper(None, || self.written_type(file, operand, arguments))?;
                Some(Type::Pointer(later(operand)))
            }
            kind::SLICE_TYPE => Some(Type::Slice(later(inner("element")?))),
            kind::ARRAY_TYPE => {
                let length = self.constant(file, inner("length")?, arguments).and_then(|n| u64::try_from(n).ok());
                Some(Type::Array(length, later(inner("element")?)))
            }
            kind::OPEN_ARRAY_TYPE => Some(Type::Array(None, later(inner("element")?))),
            kind::MAP_TYPE => Some(Type::Map(later(inner("key")?), later(inner("value")?))),
            kind::CHANNEL_TYPE => Some(Type::Chan(later(inner("value")?))),
            kind::FUNCTION_TYPE => Some(Type::Func(Arc::new(self.signature(file, node, arguments)))),
            kind::STRUCT_TYPE => Some(Type::Struct(here())),
            kind::INTERFACE_TYPE if source.children(node).next().is_none() => Some(Type::Any),
            kind::INTERFACE_TYPE => Some(Type::Interface(here())),
            kind::GENERIC_TYPE | kind::INSTANTIATION | kind::INDEX => {
                let base = inner("type").or_else(|| inner("operand")).or_else(|| source.children(node).next())?;
                let base = self.deeper(None, || self.written_type(file, base, arguments))?;
                let given = self.type_arguments(file, node, arguments);
                match base {
                    Type::Named(named) => Some(Type::Named(Named { arguments: given.into(), ..named })),
                    Type::Foreign(path, name) => Some(Type::Foreign(path, name)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The type arguments in `T[A, B]`.
    pub fn type_arguments(&self, file: &Arc<File>, node: NodeId, arguments: &Arguments) -> Vec<Type> {
        let source = &file.source;
        let later = |node| Type::Later(Place { file: file.id, node, arguments: arguments.clone() });
        match source.children(node).find(|&c| source.kind(c) == kind::TYPE_ARGUMENTS) {
            Some(list) => source.children(list).map(later).collect(),
            None if source.kind(node) == kind::INDEX => source.child(node, "index").map(later).into_iter().collect(),
            None => source.children(node).skip(1).map(later).collect(),
        }
    }

    fn named_type(&self, file: &Arc<File>, name: &str, token: usize, arguments: &Arguments) -> Option<Type> {
        match self.lookup(file, name, token) {
            Entity::Decl(other, Decl::Type(spec)) => Some(self.declared_type(&other, spec, name, [].into())),
            Entity::Decl(_, Decl::TypeParam(_) | Decl::ReceiverParam(_)) => {
                let given = arguments.iter().flat_map(|a| a.iter()).find(|(n, _)| n == name);
                Some(given.map_or_else(|| Type::Param(name.into()), |(_, ty)| ty.clone()))
            }
            Entity::Type(ty) => Some(ty),
            Entity::Missing => {
                // Where the grammar says that it is a type, it is one of this package.
                let at = file.source.nodes_at(token).any(|(_, n)| n.kind == kind::TYPE_NAME && n.tokens.len() == 1);
                at.then(|| Type::Foreign("".into(), name.into()))
            }
            _ => None,
        }
    }

    /// The type that a spec declares; an alias is what it stands for.
    pub fn declared_type(&self, file: &Arc<File>, spec: NodeId, name: &str, arguments: Arc<[Type]>) -> Type {
        let source = &file.source;
        let is_alias = source.kind(spec) == kind::TYPE_ALIAS;
        match source.child(spec, "type") {
            Some(node) if is_alias => {
                let place = Place { file: file.id, node, arguments: self.bound(file, spec, &arguments) };
                self.type_at(&place)
            }
            _ => Type::Named(Named { file: file.id, spec, name: name.into(), arguments }),
        }
    }

    /// What the type parameters of a spec or function stand for.
    pub fn bound(&self, file: &File, owner: NodeId, arguments: &[Type]) -> Arguments {
        let names = type_parameters(file, owner);
        if names.is_empty() || arguments.is_empty() {
            return None;
        }
        Some(Arc::new(names.into_iter().zip(arguments.iter().cloned()).collect()))
    }

    /// The type behind names: never `Named` nor `Later`.
    pub fn under(&self, ty: &Type) -> Type {
        let mut ty = self.force(ty);
        for _ in 0..DEPTH {
            ty = match ty {
                Type::Later(place) => self.type_at(&place),
                Type::Named(named) => {
                    let Some(file) = self.world.file(named.file) else { return Type::Unknown };
                    let Some(node) = file.source.child(named.spec, "type") else { return Type::Unknown };
                    self.type_at(&Place {
                        file: file.id,
                        node,
                        arguments: self.bound(&file, named.spec, &named.arguments),
                    })
                }
                Type::Foreign(path, name) => {
                    self.note(format!("`{name}` of {path:?} is not in the tree"));
                    return Type::Unknown;
                }
                ty => return ty,
            };
        }
        Type::Unknown
    }

    /// The type that a pointer points to, or the type itself.
    pub fn pointee(&self, ty: &Type) -> Type {
        match self.under(ty) {
            Type::Pointer(to) => self.force(&to),
            _ => self.force(ty),
        }
    }

    /// The type of a function from its declaration, its literal, its type or its interface element.
    pub fn signature(&self, file: &Arc<File>, node: NodeId, arguments: &Arguments) -> Signature {
        let source = &file.source;
        let later = |node| Type::Later(Place { file: file.id, node, arguments: arguments.clone() });
        let mut signature = Signature { params: Vec::new(), variadic: false, results: Vec::new() };
        let list = |list: NodeId, out: &mut Vec<Type>| {
            let mut variadic = false;
            for param in source.children(list) {
                let Some(ty) = source.child(param, "type") else { continue };
                let names = source.children(param).filter(|&c| source.nodes[c].field == "name").count().max(1);
                let is_rest = source.kind(param) == kind::VARIADIC;
                variadic |= is_rest;
                let ty = if is_rest { later(ty).slice() } else { later(ty) };
                out.extend(std::iter::repeat_n(ty, names));
            }
            variadic
        };
        if let Some(params) = source.child(node, "parameters") {
            signature.variadic = list(params, &mut signature.params);
        }
        match source.child(node, "result") {
            Some(result) if source.kind(result) == kind::PARAMETERS => {
                list(result, &mut signature.results);
            }
            Some(result) => signature.results.push(later(result)),
            None => {}
        }
        signature
    }
}

/// The names of the type parameters that a spec or a function declares.
pub fn type_parameters(file: &File, owner: NodeId) -> Vec<String> {
    let source = &file.source;
    let Some(list) = source.child(owner, "type_parameters") else { return Vec::new() };
    let mut names = Vec::new();
    for param in source.children(list) {
        names.extend(source.children(param).filter(|&c| source.nodes[c].field == "name").map(|c| text(source, c)));
    }
    names
}

/// The one child of a node.
pub fn only_child(file: &File, node: NodeId) -> Option<NodeId> {
    file.source.children(node).next()
}

/// The text of a node's first token.
pub fn first_word(file: &File, node: NodeId) -> &[u8] {
    let tokens = &file.source.nodes[node].tokens;
    if tokens.is_empty() { b"" } else { file.source.text(tokens.start) }
}
