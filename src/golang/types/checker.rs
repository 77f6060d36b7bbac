//! From names and type syntax to types.

use super::declarations::{File, FileId, receiver, text};
use super::packages::World;
use super::scopes::Decl;
use super::ty::{Arguments, Basic, Named, Place, Signature, Type};
use crate::golang::build::ContextId;
use crate::golang::build::likely_name;
use crate::language::go::kind;
use crate::source::NodeId;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
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
    tops: RefCell<HashMap<TopKey, Option<(FileId, Decl)>>>,
    methods: RefCell<HashMap<MethodKey, Option<(FileId, NodeId)>>>,
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
    /// It is an imported package: its path, and its folder where that is at hand.
    Package(String, Option<String>),
    /// It is a predeclared type.
    Type(Type),
    /// It is any other predeclared name.
    Builtin,
    /// Nothing at hand declares it.
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

const BUILTINS: &[&str] = &[
    "append", "cap", "clear", "close", "complex", "copy", "delete", "imag", "len", "make", "max", "min", "new",
    "panic", "print", "println", "real", "recover", "true", "false", "nil", "iota",
];

/// The predeclared type of this name.
fn predeclared(name: &str) -> Option<Type> {
    Some(match name {
        "error" => Type::Error,
        "any" => Type::Any,
        "comparable" => Type::Any,
        _ => Type::Basic(Basic::named(name)?),
    })
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

    /// What a name means at a token of a file.
    pub fn lookup(&self, file: &Arc<File>, name: &str, token: usize) -> Entity {
        if let Some(binding) = file.local(name.as_bytes(), token) {
            return Entity::Decl(file.clone(), binding.decl);
        }
        self.lookup_top(file, name)
    }

    /// What a name means at the top level of a file.
    pub fn lookup_top(&self, file: &Arc<File>, name: &str) -> Entity {
        if let Some(top) = file.tops.get(name).and_then(|t| t.first()) {
            return Entity::Decl(file.clone(), top.what);
        }
        if let Some((path, dir)) = self.imported(file, name) {
            return Entity::Package(path, dir);
        }
        let universal = predeclared(name);
        let builtin = universal.is_some() || BUILTINS.contains(&name);
        if let Some((id, decl)) = self.sibling(file, name, builtin)
            && let Some(other) = self.world.file(id)
        {
            return Entity::Decl(other, decl);
        }
        if let Some(ty) = universal {
            return Entity::Type(ty);
        }
        if builtin {
            return Entity::Builtin;
        }
        for import in file.header.imports.iter().filter(|i| i.name.as_deref() == Some(".")) {
            match self.world.resolve_import(&file.dir, &import.path) {
                Some(dir) => {
                    if let Some((other, decl)) = self.exported(&dir, name) {
                        return Entity::Decl(other, decl);
                    }
                }
                None => self.note(format!("`{name}` may come from the dot import of {:?}", import.path)),
            }
        }
        self.note(format!("`{name}` is declared in no file of the tree"));
        Entity::Missing
    }

    /// The package that a file imports under this name.
    pub fn imported(&self, file: &File, name: &str) -> Option<(String, Option<String>)> {
        for import in &file.header.imports {
            let dir = || self.world.resolve_import(&file.dir, &import.path);
            match import.name.as_deref() {
                Some(given) if given == name => return Some((import.path.clone(), dir())),
                Some(_) => {}
                None if import.path == "C" && name == "C" => return Some(("C".to_owned(), None)),
                None => {
                    // A name that the path holds nowhere is rarely the package's, but only its clause can say so.
                    let dir = dir();
                    let real = dir.as_deref().and_then(|d| self.world.package_name(d));
                    let same = match &real {
                        Some(real) => real == name,
                        None => likely_name(&import.path) == name,
                    };
                    if same {
                        return Some((import.path.clone(), dir));
                    }
                }
            }
        }
        None
    }

    /// The declaration of a name in another file of the same package.
    fn sibling(&self, file: &File, name: &str, predeclared: bool) -> Option<(FileId, Decl)> {
        let key = (file.dir.clone(), file.header.package.clone(), file.is_test(), name.to_owned());
        if let Some(known) = self.tops.borrow().get(&key) {
            return *known;
        }
        let mut found = None;
        for id in self.world.package_of(file, self.context) {
            let may = if predeclared { self.redeclares(id, name) } else { self.world.mentions(id, name) };
            if id == file.id || !may {
                continue;
            }
            let Some(other) = self.world.file(id) else { continue };
            if let Some(top) = other.tops.get(name).and_then(|t| t.first()) {
                found = Some((id, top.what));
                break;
            }
        }
        self.tops.borrow_mut().insert(key, found);
        found
    }

    /// Whether the file may declare a predeclared name anew: judged by its text, since hardly any does.
    fn redeclares(&self, id: FileId, name: &str) -> bool {
        let Some(bytes) = self.world.bytes(id) else { return false };
        ["type", "func", "var", "const"].iter().any(|word| {
            memchr::memmem::find(&bytes, format!("\n{word} {name}").as_bytes()).is_some_and(|at| {
                let behind = bytes.get(at + 2 + word.len() + name.len());
                !behind.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
            })
        })
    }

    /// The declaration of a name in the package of a folder.
    pub fn exported(&self, dir: &str, name: &str) -> Option<(Arc<File>, Decl)> {
        let key = (dir.to_owned(), String::new(), false, name.to_owned());
        if let Some(known) = self.tops.borrow().get(&key) {
            return known.and_then(|(id, decl)| Some((self.world.file(id)?, decl)));
        }
        let mut context = self.context;
        let mut ids = self.world.exported_from(dir, context);
        if ids.is_empty() {
            // Nothing of the package is built in this context: any other tells more than none.
            let first = self.world.files_in(dir).into_iter().find_map(|id| self.world.context_of(id));
            context = first.unwrap_or(context);
            ids = self.world.exported_from(dir, context);
        }
        let found = ids.into_iter().filter(|&id| self.world.mentions(id, name)).find_map(|id| {
            let file = self.world.file(id)?;
            let top = file.tops.get(name)?.first()?.what;
            Some((id, top))
        });
        self.tops.borrow_mut().insert(key, found);
        found.and_then(|(id, decl)| Some((self.world.file(id)?, decl)))
    }

    /// A name of an imported package.
    pub fn in_package(&self, path: &str, dir: Option<&str>, name: &str) -> Entity {
        match dir.map(|d| self.exported(d, name)) {
            Some(Some((file, decl))) => Entity::Decl(file, decl),
            Some(None) => {
                self.note(format!("`{name}` is not declared in what the tree has of {path:?}"));
                Entity::Missing
            }
            None => {
                self.note(format!("the package {path:?} is not in the tree"));
                Entity::Missing
            }
        }
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
                    // Only a type can stand in a qualified type.
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

    /// The fields of a struct in order.
    pub fn fields(&self, place: &Place) -> Vec<Field> {
        let Some(file) = self.world.file(place.file) else { return Vec::new() };
        let source = &file.source;
        let Some(list) = source.children(place.node).find(|&c| source.kind(c) == kind::FIELDS) else {
            return Vec::new();
        };
        let mut fields = Vec::new();
        for decl in source.children(list).filter(|&c| source.kind(c) == kind::FIELD) {
            let Some(type_node) = source.child(decl, "type") else { continue };
            let ty = Type::Later(Place { file: file.id, node: type_node, arguments: place.arguments.clone() });
            let names: Vec<NodeId> = source.children(decl).filter(|&c| source.nodes[c].field == "name").collect();
            for &name_node in &names {
                let name = text(source, name_node);
                fields.push(Field { name, decl, name_node, ty: ty.clone(), embedded: false });
            }
            if names.is_empty() {
                let name = last_name(&file, type_node);
                let star = source.nodes[decl].tokens.start < source.nodes[type_node].tokens.start;
                let ty = if star { ty.pointer() } else { ty };
                fields.push(Field { name, decl, name_node: type_node, ty, embedded: true });
            }
        }
        fields
    }

    /// The field or method that `x.name` means for an `x` of this type.
    pub fn member(&self, ty: &Type, name: &str) -> Option<Member> {
        let mut level: Vec<(Type, Vec<(Place, usize)>)> = vec![(self.force(ty), Vec::new())];
        let mut seen: HashSet<(FileId, NodeId)> = HashSet::new();
        for _ in 0..12 {
            let mut next = Vec::new();
            let mut unknown = false;
            for (ty, path) in &level {
                let ty = match self.under_pointer(ty) {
                    Some(to) => self.force(&to),
                    None => ty.clone(),
                };
                if let Type::Named(named) = &ty {
                    if !seen.insert((named.file, named.spec)) {
                        continue;
                    }
                    if let Some((file, method)) = self.method(named, name) {
                        let arguments = receiver_bound(&file, method, &named.arguments);
                        return Some(Member::Method(file, method, arguments, path.clone()));
                    }
                }
                match self.under(&ty) {
                    Type::Struct(place) => {
                        for (i, field) in self.fields(&place).into_iter().enumerate() {
                            let mut path = path.clone();
                            path.push((place.clone(), i));
                            if field.name == name {
                                return Some(Member::Field(path, field.ty));
                            }
                            if field.embedded {
                                next.push((field.ty, path));
                            }
                        }
                    }
                    Type::Interface(place) => {
                        if let Some(file) = self.world.file(place.file) {
                            let source = &file.source;
                            for element in source.children(place.node) {
                                if source.kind(element) == kind::METHOD_ELEM {
                                    let same = source.child(element, "name").is_some_and(|n| text(source, n) == name);
                                    if same {
                                        let arguments = place.arguments.clone();
                                        return Some(Member::Method(file.clone(), element, arguments, path.clone()));
                                    }
                                } else {
                                    let embedded = Place { node: element, ..place.clone() };
                                    next.push((Type::Later(embedded), path.clone()));
                                }
                            }
                        }
                    }
                    Type::Unknown => unknown = true,
                    _ => {}
                }
            }
            if next.is_empty() || unknown {
                return None;
            }
            level = next;
        }
        None
    }

    /// What an unnamed pointer, or a type declared as a pointer, points to.
    fn under_pointer(&self, ty: &Type) -> Option<Arc<Type>> {
        match self.force(ty) {
            Type::Pointer(to) => Some(to),
            _ => None,
        }
    }

    /// The declaration of a method of a declared type.
    pub fn method(&self, named: &Named, name: &str) -> Option<(Arc<File>, NodeId)> {
        let key = (named.file, named.name.to_string(), name.to_owned());
        if let Some(known) = self.methods.borrow().get(&key) {
            return known.and_then(|(id, node)| Some((self.world.file(id)?, node)));
        }
        let file = self.world.file(named.file)?;
        // A type declared inside a function has no methods.
        let top = file.tops.get(&*named.name).is_some_and(|t| t.iter().any(|t| t.what == Decl::Type(named.spec)));
        let mut found = None;
        if top {
            let wanted = (named.name.to_string(), name.to_owned());
            for id in self.world.package_of(&file, self.context) {
                if !self.world.mentions(id, name) {
                    continue;
                }
                let Some(other) = self.world.file(id) else { continue };
                if let Some(&node) = other.methods.get(&wanted).and_then(|m| m.first()) {
                    found = Some((id, node));
                    break;
                }
            }
        }
        self.methods.borrow_mut().insert(key, found);
        found.and_then(|(id, node)| Some((self.world.file(id)?, node)))
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

/// What the names in the receiver `(x *T[K, V])` stand for.
fn receiver_bound(file: &File, method: NodeId, arguments: &[Type]) -> Arguments {
    let source = &file.source;
    if arguments.is_empty() || source.kind(method) != kind::METHOD_DECL {
        return None;
    }
    let param = receiver(source, method)?;
    let list = (param..source.nodes[param].end).find(|&n| source.kind(n) == kind::TYPE_ARGUMENTS)?;
    let names = source.children(list).map(|c| text(source, c));
    Some(Arc::new(names.zip(arguments.iter().cloned()).collect()))
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

/// The name that an embedded field gets from its type.
fn last_name(file: &File, mut node: NodeId) -> String {
    let source = &file.source;
    loop {
        let next = match source.kind(node) {
            kind::QUALIFIED_TYPE => source.child(node, "name"),
            kind::GENERIC_TYPE | kind::POINTER_TYPE | kind::PAREN_TYPE => source.children(node).next(),
            _ => None,
        };
        match next {
            Some(inner) => node = inner,
            None => return text(source, node),
        }
    }
}
