//! Why the order of a struct's fields must stay.

use super::StructKey;
use super::holders::all_names_of;
use super::reach::callee;
use super::study::{Shape, Study};
use crate::golang::file::{File, FileId, text};
use crate::golang::layout::{Orders, Slot};
use crate::golang::resolve::{Go, only_child};
use crate::golang::types::{Basic, Type};
use crate::language::go::kind;
use crate::source::NodeId;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The reason to leave this struct as it is, if there is one.
pub(super) fn reason(study: &Study<'_, '_>, key: StructKey, orders: &Orders) -> Option<String> {
    let shape = study.shape(key)?;
    let order = orders.get(&key)?;
    if let Some(reason) = must_stay_first(&shape, order) {
        return Some(reason);
    }
    let mut files: BTreeSet<FileId> = all_names_of(study, key).into_iter().map(|(id, _)| id).collect();
    // Values can be used in files that do not name the type.
    files.extend(study.world.files_in(&shape.file.dir));
    files.extend(study.world.importers(&shape.file.dir));
    let mut words: Vec<&str> = vec!["unsafe", "encoding/binary", "encoding/asn1", "reflect"];
    words.retain(|w| files.iter().any(|&id| imports(study, id, w)));
    let twins = twins(study, key, &shape);
    for id in files {
        let watched = words.iter().any(|w| imports(study, id, w));
        let converts = twins.iter().any(|twin| study.world.mentions(id, twin));
        if !watched && !converts {
            continue;
        }
        let Some(file) = study.world.file(id) else { continue };
        let uses = Uses { study, go: study.go_near(id, key.0), file: &file, key };
        for node in 0..file.source.nodes.len() {
            if matches!(file.source.kind(node), kind::CALL | kind::CONVERSION)
                && let Some(what) = uses.forbids(node)
            {
                let source = &file.source;
                let line = source.lines.place(source.span(&source.nodes[node].tokens).start).0;
                return Some(format!("{what} ({}:{line})", file.path.display()));
            }
        }
    }
    None
}

fn imports(study: &Study<'_, '_>, id: FileId, path: &str) -> bool {
    study.world.header(id).imports.iter().any(|i| i.path == path)
}

/// A first field that says so itself, or marks the layout as the host's.
fn must_stay_first(shape: &Shape, order: &[Slot]) -> Option<String> {
    let source = &shape.file.source;
    let host = shape.fields.iter().any(|f| {
        let decl = source.node_text(f.decl);
        f.name == "_" && memchr::memmem::find(decl, b"HostLayout").is_some()
    });
    if host {
        return Some("its layout is the host's".to_owned());
    }
    if order.first() == Some(&Slot::Field(0)) {
        return None;
    }
    let first = shape.fields.first()?;
    let tokens = &source.nodes[first.decl].tokens;
    let near = source.comments_at(tokens.start).iter().chain(source.comments_at(tokens.end));
    let line = |byte: usize| source.lines.line(byte);
    let decl_line = line(source.span(tokens).start);
    let says = near.filter(|c| line(c.bytes.start) <= decl_line).any(|c| {
        let text = String::from_utf8_lossy(&source.bytes[c.bytes.clone()]).to_lowercase();
        ["must be first", "must be the first", "must stay first", "must come first", "must remain first"]
            .iter()
            .any(|words| text.contains(words))
    });
    says.then(|| format!("a comment says that `{}` must be first", first.name))
}

/// The names of the structs with the same fields in the same order, between which values can be converted.
fn twins(study: &Study<'_, '_>, key: StructKey, shape: &Shape) -> Vec<String> {
    let Some(longest) = shape.fields.iter().map(|f| f.name.as_str()).max_by_key(|n| n.len()) else { return Vec::new() };
    let mut found = BTreeSet::new();
    let mut ids = study.around(&shape.file.dir, longest);
    for id in study.world.files_in(&shape.file.dir) {
        for import in &study.world.header(id).imports {
            if let Some(dir) =
                study.world.resolve_import(&shape.file.dir, &import.path).filter(|d| !study.world.is_standard(d))
            {
                ids.extend(study.world.files_in(&dir).into_iter().filter(|&id| study.world.mentions(id, longest)));
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        if !shape.fields.iter().all(|f| study.world.mentions(id, &f.name)) {
            continue;
        }
        let Some(file) = study.world.file(id) else { continue };
        let source = &file.source;
        for node in (0..source.nodes.len()).filter(|&n| source.kind(n) == kind::STRUCT_TYPE && (id, n) != key) {
            let Some(other) = study.shape((id, node)) else { continue };
            let same = other.fields.len() == shape.fields.len()
                && other.fields.iter().zip(&shape.fields).all(|(a, b)| a.name == b.name);
            if same {
                found.insert(other.name.trim_start_matches("var ").to_owned());
                found.insert(shape.name.clone());
            }
        }
    }
    found.into_iter().collect()
}

struct Uses<'a, 'w, 't> {
    study: &'a Study<'w, 't>,
    go: &'a Go<'w, 't>,
    file: &'a Arc<File>,
    key: StructKey,
}

impl Uses<'_, '_, '_> {
    /// Whether a type is the struct, or pointers, slices and arrays of it.
    fn is_it(&self, ty: &Type) -> bool {
        let mut ty = self.go.force(ty);
        for _ in 0..6 {
            match self.go.under(&ty) {
                Type::Pointer(inner) | Type::Slice(inner) | Type::Array(_, inner) => ty = self.go.force(&inner),
                Type::Struct(place) => return (place.file, place.node) == self.key,
                _ => return false,
            }
        }
        false
    }

    fn is_it_by_pointer(&self, ty: &Type) -> bool {
        matches!(self.go.under(ty), Type::Pointer(_)) && self.is_it(ty)
    }

    fn type_of(&self, node: NodeId) -> Type {
        self.go.type_of(self.file, node)
    }

    /// What about this call or conversion depends on the order of the fields.
    fn forbids(&self, node: NodeId) -> Option<&'static str> {
        let source = &self.file.source;
        let arguments: Vec<NodeId> = match source.kind(node) {
            kind::CONVERSION => source.child(node, "operand").into_iter().collect(),
            _ => source.child(node, "arguments").map_or(Vec::new(), |a| source.children(a).collect()),
        };
        let function = source.child(node, "function").or_else(|| source.child(node, "type"))?;
        if let [argument] = arguments[..]
            && let Some(to) = self.go.written_type(self.file, function, &None)
        {
            return self.conversion(node, &to, argument);
        }
        if source.kind(node) != kind::CALL || source.kind(function) != kind::SELECTOR {
            return None;
        }
        let (path, _) = self.go.package_operand(self.file, source.child(function, "operand")?)?;
        let name = text(source, source.child(function, "field")?);
        let passed = || arguments.iter().any(|&a| self.is_it(&self.type_of(a)));
        match (path.as_str(), name.as_str()) {
            ("unsafe", "Sizeof" | "Alignof") => arguments
                .first()
                .is_some_and(|&a| self.is_value(&self.type_of(a)))
                .then_some("unsafe.Sizeof reads its layout"),
            ("unsafe", "Offsetof") => {
                let base = arguments.first().and_then(|&a| source.child(a, "operand"))?;
                self.is_it(&self.type_of(base)).then_some("unsafe.Offsetof reads its layout")
            }
            ("encoding/binary", _) => passed().then_some("encoding/binary writes its fields in order"),
            ("encoding/asn1", _) => passed().then_some("encoding/asn1 writes its fields in order"),
            ("reflect", "TypeOf" | "ValueOf" | "Indirect") => {
                (passed() && self.reflects_by_number(node)).then_some("reflect takes its fields by number")
            }
            _ => None,
        }
    }

    fn is_value(&self, ty: &Type) -> bool {
        !matches!(self.go.under(ty), Type::Pointer(_) | Type::Slice(_)) && self.is_it(ty)
    }

    fn conversion(&self, node: NodeId, to: &Type, argument: NodeId) -> Option<&'static str> {
        let from = self.type_of(argument);
        let target = self.go.under(to);
        if matches!(target, Type::Basic(Basic::UnsafePointer)) {
            return if self.is_it_by_pointer(&from) { self.escapes(node) } else { None };
        }
        if matches!(self.go.under(&from), Type::Basic(Basic::UnsafePointer)) {
            // Back from an unsafe pointer: what it came from decides.
            if !self.is_it_by_pointer(to) {
                return None;
            }
            let origin = self.origin(argument)?;
            let from = self.type_of(origin);
            let other = match self.go.under(&from) {
                Type::Basic(Basic::Uintptr) => true,
                Type::Pointer(_) => !self.is_it(&from),
                _ => false,
            };
            return other.then_some("another type is cast to it through unsafe.Pointer");
        }
        let (a, b) = (self.struct_of(to)?, self.struct_of(&from)?);
        (a != b && (a == self.key || b == self.key)).then_some("it is converted from or to another struct type")
    }

    fn struct_of(&self, ty: &Type) -> Option<StructKey> {
        match self.go.under(&self.go.pointee(ty)) {
            Type::Struct(place) => Some((place.file, place.node)),
            _ => None,
        }
    }

    /// What was put into `unsafe.Pointer(…)`, when it stands right there.
    fn origin(&self, mut node: NodeId) -> Option<NodeId> {
        let source = &self.file.source;
        while source.kind(node) == kind::PAREN {
            node = only_child(self.file, node)?;
        }
        let function = source.child(node, "function")?;
        self.go.written_type(self.file, function, &None)?;
        source.child(node, "arguments").and_then(|a| source.children(a).next())
    }

    /// Where `unsafe.Pointer(p)` goes, if that is anywhere but back to the same type.
    fn escapes(&self, node: NodeId) -> Option<&'static str> {
        let source = &self.file.source;
        let mut at = node;
        loop {
            let above = source.nodes[at].parent;
            match source.kind(above) {
                kind::PAREN | kind::ARGUMENTS => at = above,
                kind::CALL | kind::CONVERSION => {
                    let function = source.child(above, "function").or_else(|| source.child(above, "type"))?;
                    if let Some(to) = self.go.written_type(self.file, function, &None) {
                        return match self.go.under(&to) {
                            Type::Pointer(_) if self.is_it(&to) => None,
                            Type::Basic(Basic::UnsafePointer) => None,
                            Type::Basic(_) => Some("its address becomes a uintptr"),
                            _ => Some("it is cast to another type through unsafe.Pointer"),
                        };
                    }
                    return self.passes(above, function);
                }
                _ => return None,
            }
        }
    }

    /// Whether a function that gets the unsafe pointer is one that only keeps it.
    fn passes(&self, call: NodeId, function: NodeId) -> Option<&'static str> {
        let source = &self.file.source;
        let package = source.child(function, "operand").and_then(|o| self.go.package_operand(self.file, o));
        match package {
            Some((path, _)) if path == "sync/atomic" || path == "runtime" => None,
            Some((path, _)) if path == "C" => Some("it is passed to C"),
            _ => match callee(self.go, self.file, call) {
                Some((other, _)) if self.study.world.is_standard(&other.dir) => {
                    Some("its address is passed on as unsafe.Pointer")
                }
                // A function of the tree whose own casts are looked at like all others.
                Some(_) => None,
                None => Some("its address is passed on as unsafe.Pointer"),
            },
        }
    }

    /// Whether the function around a call of reflect takes fields by a written number.
    fn reflects_by_number(&self, node: NodeId) -> bool {
        let source = &self.file.source;
        let function = source.ancestors(node).find(|&a| matches!(source.kind(a), kind::FUNC_DECL | kind::METHOD_DECL));
        let Some(function) = function else { return false };
        (function..source.nodes[function].end).any(|call| {
            source.kind(call) == kind::CALL
                && source.child(call, "function").is_some_and(|f| {
                    source.child(f, "field").is_some_and(|n| matches!(source.node_text(n), b"Field" | b"FieldByIndex"))
                })
                && source
                    .child(call, "arguments")
                    .is_some_and(|a| source.children(a).any(|x| matches!(source.kind(x), kind::INT | kind::COMPOSITE)))
        })
    }
}
