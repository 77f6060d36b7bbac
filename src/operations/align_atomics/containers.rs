//! The structs that hold a struct with such a field by value.
//!
//! A generic struct holds what its type arguments are, so that what is known of it is found where it is instantiated.

use super::analysis::Study;
use super::hot::Hot;
use super::model::{Level, Site, StructKey};
use crate::golang::types::{File, FileId, Go, Place, Type, text};
use crate::language::go::kind;
use crate::source::NodeId;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// Adds the fields that hold a hot struct, and those that hold these, and so on.
pub(crate) fn add_holders(study: &Study<'_, '_>, hot: &mut Hot) {
    let mut todo: VecDeque<StructKey> = hot.structs.keys().copied().collect();
    let mut seen: BTreeSet<StructKey> = todo.iter().copied().collect();
    while let Some(inner) = todo.pop_front() {
        let mut holders = holders_of(study, inner);
        let generic = generic_uses(study, inner);
        for site in generic.elements {
            hot.elements.entry(inner).or_default().insert(site);
        }
        holders.extend(generic.holders);
        for holder in holders {
            if holder.in_array {
                hot.elements.entry(inner).or_default().insert(holder.site.clone());
            }
            let known = hot.structs.get_mut(&holder.key).and_then(|fields| fields.get_mut(&holder.field));
            let field = match known {
                Some(field) => field,
                None => hot.add(holder.key, holder.field, Level::Container, holder.site),
            };
            field.holds.insert(inner);
            if seen.insert(holder.key) {
                todo.push_back(holder.key);
            }
        }
    }
}

/// A field that holds a struct by value.
struct Holding {
    key: StructKey,
    field: usize,
    site: Site,
    /// Whether it holds several, side by side.
    in_array: bool,
}

fn holders_of(study: &Study<'_, '_>, inner: StructKey) -> Vec<Holding> {
    let mut found = Vec::new();
    let Some(shape) = study.shape(inner) else { return found };
    let source = &shape.file.source;
    let name = shape.name.clone();
    // A struct that is written inside a field.
    let enclosing = source.ancestors(inner.1).find(|&a| !matches!(source.kind(a), kind::ARRAY_TYPE | kind::PAREN_TYPE));
    match enclosing.map(|a| (a, source.kind(a))) {
        Some((field, kind::FIELD)) => hold(study, inner, &shape.file, field, &name, &mut found),
        Some((_, kind::TYPE_SPEC | kind::TYPE_ALIAS)) => {}
        _ => return found,
    }
    for (id, word) in names_of(study, inner) {
        let Some(file) = study.world.file(id) else { continue };
        for field in (0..file.source.nodes.len()).filter(|&n| file.source.kind(n) == kind::FIELD) {
            let named = file.source.child(field, "type").is_some_and(|t| by_value(&file, t, &word));
            if named {
                hold(study, inner, &file, field, &name, &mut found);
            }
        }
    }
    found
}

/// Notes the fields of a declaration if they hold the struct by value.
fn hold(study: &Study<'_, '_>, inner: StructKey, file: &Arc<File>, decl: NodeId, name: &str, found: &mut Vec<Holding>) {
    let source = &file.source;
    let list = source.nodes[decl].parent;
    let key = (file.id, source.nodes[list].parent);
    let Some(outer) = study.shape(key) else { return };
    let go = study.go_near(file.id, inner.0);
    for (i, field) in outer.fields.iter().enumerate().filter(|(_, f)| f.decl == decl) {
        let Some((holds, in_array)) = struct_in(go, &field.ty) else { continue };
        if (holds.file, holds.node) == inner {
            let site =
                Site { file: file.path.clone(), line: outer.line_of(field), how: format!("holds {name} by value") };
            found.push(Holding { key, field: i, site, in_array });
        }
    }
}

/// The struct that a type is or that its arrays are made of, and whether there are several.
pub(crate) fn struct_in(go: &Go<'_, '_>, ty: &Type) -> Option<(Place, bool)> {
    let mut ty = go.force(ty);
    let mut several = false;
    for _ in 0..20 {
        match go.under(&ty) {
            Type::Array(length, inner) => {
                ty = go.force(&inner);
                several |= length != Some(1);
            }
            Type::Struct(place) => return Some((place, several)),
            _ => return None,
        }
    }
    None
}

/// What the instantiations of generic types with a struct lead to.
#[derive(Default)]
struct GenericUses {
    /// The fields of generic structs that hold it by value.
    holders: Vec<Holding>,
    /// The slices and arrays of generic structs that are made of it.
    elements: Vec<Site>,
}

/// Finds what `Box[T]` holds where `T` is the struct.
fn generic_uses(study: &Study<'_, '_>, inner: StructKey) -> GenericUses {
    let mut uses = GenericUses::default();
    let Some(shape) = study.shape(inner) else { return uses };
    let takes =
        |study: &Study<'_, '_>, id: FileId, word: &str| study.world.bytes(id).is_some_and(|b| is_argument(&b, word));
    for (id, word) in names_in(study, inner, takes) {
        let Some(file) = study.world.file(id) else { continue };
        let go = study.go_near(id, inner.0);
        for node in 0..file.source.nodes.len() {
            if instantiates(&file, node, &word) {
                let ty = go.written_type(&file, node, &None).unwrap_or_else(|| match go.type_of(&file, node) {
                    Type::Func(signature) => signature.results.first().map_or(Type::Unknown, |r| go.pointee(r)),
                    ty => ty,
                });
                let line = file.source.lines.place(file.source.span(&file.source.nodes[node].tokens).start).0;
                let site = Site { file: file.path.clone(), line, how: format!("holds {} by value", shape.name) };
                instance(go, &ty, inner, &site, &mut uses, 0);
            }
        }
    }
    uses
}

/// How deep generic types in generic types are followed.
const MAX_GENERIC_DEPTH: usize = 6;

/// The fields of an instance of a generic struct that hold the struct, and those of the instances inside it.
fn instance(go: &Go<'_, '_>, ty: &Type, inner: StructKey, site: &Site, uses: &mut GenericUses, depth: usize) {
    let Type::Struct(place) = go.under(ty) else { return };
    if place.arguments.is_none() || depth > MAX_GENERIC_DEPTH {
        return;
    }
    let key = (place.file, place.node);
    for (i, field) in go.fields(&place).iter().enumerate() {
        let is_inner = |place: &Place| (place.file, place.node) == inner;
        match (struct_in(go, &field.ty), go.under(&field.ty)) {
            (Some((held, in_array)), _) if is_inner(&held) => {
                uses.holders.push(Holding { key, field: i, site: site.clone(), in_array });
            }
            (_, Type::Slice(element)) if struct_in(go, &element).is_some_and(|(held, _)| is_inner(&held)) => {
                uses.elements.push(Site { how: "an element of a generic list".to_owned(), ..site.clone() });
            }
            _ => instance(go, &field.ty, inner, site, uses, depth + 1),
        }
    }
}

/// Whether a node is a generic type or function with this name among its type arguments.
fn instantiates(file: &File, node: NodeId, word: &str) -> bool {
    let source = &file.source;
    let arguments: Vec<NodeId> = match source.kind(node) {
        kind::GENERIC_TYPE | kind::INSTANTIATION | kind::INDEX => {
            match source.children(node).find(|&c| source.kind(c) == kind::TYPE_ARGUMENTS) {
                Some(list) => source.children(list).collect(),
                None => source.children(node).skip(1).collect(),
            }
        }
        _ => return false,
    };
    arguments.into_iter().any(|a| source.nodes[a].tokens.clone().any(|t| source.text(t) == word.as_bytes()))
}

/// Whether the text has this word where a type argument can be: judged before anything is parsed.
fn is_argument(bytes: &[u8], word: &str) -> bool {
    let is_letter = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    memchr::memmem::find_iter(bytes, word.as_bytes()).any(|at| {
        let line = bytes[..at].iter().rev().take_while(|b| **b != b'\n');
        let opened = line.clone().any(|b| *b == b'[');
        let alone = !line.clone().next().is_some_and(is_letter);
        let behind = bytes[at + word.len()..].iter().find(|b| !matches!(b, b' ' | b'\t'));
        opened && alone && matches!(behind, Some(b']' | b',' | b'['))
    })
}

/// Whether a type's node ends in this name without a pointer, slice, map or channel on the way.
fn by_value(file: &File, mut node: NodeId, word: &str) -> bool {
    let source = &file.source;
    loop {
        let next = match source.kind(node) {
            kind::ARRAY_TYPE => source.child(node, "element"),
            kind::PAREN_TYPE | kind::GENERIC_TYPE => source.children(node).next(),
            kind::QUALIFIED_TYPE => source.child(node, "name"),
            kind::TYPE_NAME => return source.node_text(node) == word.as_bytes(),
            _ => return false,
        };
        match next {
            Some(inner) => node = inner,
            None => return false,
        }
    }
}

/// Whether the text has this word where a field or a type declaration can end: judged before anything is parsed.
fn ends_item(bytes: &[u8], word: &str) -> bool {
    let is_letter = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    memchr::memmem::find_iter(bytes, word.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        let whole =
            before.is_none_or(|b| !is_letter(b) && *b != b'*') && !bytes.get(at + word.len()).is_some_and(is_letter);
        let behind = bytes[at + word.len()..].iter().find(|b| !matches!(b, b' ' | b'\t'));
        whole && behind.is_none_or(|b| matches!(b, b'\n' | b'\r' | b'`' | b'"' | b'/' | b';' | b'}' | b'[' | b')'))
    })
}

/// The names under which a struct is known, each with a file that holds it: its own, and those declared from it.
fn names_of(study: &Study<'_, '_>, key: StructKey) -> Vec<(FileId, String)> {
    named_from(study, key, |study, id, word| study.world.bytes(id).is_some_and(|b| ends_item(&b, word)), by_value)
}

/// The same, each with a file whose text the function takes.
pub(crate) fn names_in(
    study: &Study<'_, '_>,
    key: StructKey,
    takes: impl Fn(&Study<'_, '_>, FileId, &str) -> bool,
) -> Vec<(FileId, String)> {
    let keeps = |study: &Study<'_, '_>, id: FileId, word: &str| {
        takes(study, id, word) || study.world.bytes(id).is_some_and(|b| ends_item(&b, word))
    };
    let all = named_from(study, key, keeps, by_value);
    all.into_iter().filter(|(id, word)| takes(study, *id, word)).collect()
}

/// The same as [`names_of`], with the types that are slices, arrays, maps or pointers of it.
pub(crate) fn all_names_of(study: &Study<'_, '_>, key: StructKey) -> Vec<(FileId, String)> {
    named_from(
        study,
        key,
        |_, _, _| true,
        |file, node, word| {
            let source = &file.source;
            let opaque = matches!(source.kind(node), kind::STRUCT_TYPE | kind::INTERFACE_TYPE | kind::FUNCTION_TYPE);
            !opaque && source.nodes[node].tokens.clone().any(|t| source.text(t) == word.as_bytes())
        },
    )
}

fn named_from(
    study: &Study<'_, '_>,
    key: StructKey,
    keeps: impl Fn(&Study<'_, '_>, FileId, &str) -> bool,
    leads: impl Fn(&File, NodeId, &str) -> bool,
) -> Vec<(FileId, String)> {
    let Some(shape) = study.shape(key) else { return Vec::new() };
    let source = &shape.file.source;
    let spec = source.ancestors(key.1).find(|&a| matches!(source.kind(a), kind::TYPE_SPEC | kind::TYPE_ALIAS));
    let Some(first) = spec.and_then(|s| source.child(s, "name")).map(|n| text(source, n)) else {
        return vec![(key.0, String::new())];
    };
    let mut todo: Vec<(String, String)> = vec![(shape.file.dir.clone(), first)];
    let mut seen: BTreeSet<(String, String)> = todo.iter().cloned().collect();
    let mut found = Vec::new();
    while let Some((dir, word)) = todo.pop() {
        for id in study.around(&dir, &word) {
            if !keeps(study, id, &word) {
                continue;
            }
            found.push((id, word.clone()));
            let Some(file) = study.world.file(id) else { continue };
            let source = &file.source;
            for spec in
                (0..source.nodes.len()).filter(|&n| matches!(source.kind(n), kind::TYPE_SPEC | kind::TYPE_ALIAS))
            {
                let (Some(name), Some(ty)) = (source.child(spec, "name"), source.child(spec, "type")) else { continue };
                if leads(&file, ty, &word) {
                    let next = (file.dir.clone(), text(source, name));
                    if seen.insert(next.clone()) {
                        todo.push(next);
                    }
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}
