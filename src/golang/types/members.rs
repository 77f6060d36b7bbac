//! Fields and methods of types.

use super::checker::*;
use super::declarations::{File, FileId, receiver, text};
use super::scopes::Decl;
use super::ty::{Arguments, Named, Place, Type};
use crate::language::go::kind;
use crate::source::NodeId;
use std::collections::HashSet;
use std::sync::Arc;

impl Go<'_, '_> {
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
    pub(super) fn under_pointer(&self, ty: &Type) -> Option<Arc<Type>> {
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
