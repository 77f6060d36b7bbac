//! Why the order of a struct's fields must stay.
//!
//! Something besides the compiler knows it: assembly, code that gets at memory through [`casts`], packages that write
//! fields in order, another type of the same layout ([`twins`]). What reads a struct through reflection or in another
//! program is out of reach.

pub mod assembly;
pub mod casts;
mod reader;
pub mod twins;

use super::analysis::{Shape, Study};
use super::containers::all_names_of;
use super::hot::Hot;
use super::model::StructKey;
use super::trace::Code;
use crate::golang::types::{FileId, Go, Member, Slot, Type, text};
use crate::language::go::kind;
use crate::source::NodeId;
use casts::Casts;
use reader::{Reader, struct_of};
use std::collections::BTreeSet;

/// The reason to leave this struct as it is, if there is one.
pub(crate) fn reason(study: &Study<'_, '_>, hot: &Hot, key: StructKey, order: &[Slot]) -> Option<String> {
    let shape = study.shape(key)?;
    let twins = twins::twins(study, key, &shape);
    if let Some(reason) = must_stay_first(&shape, order).or(twins.assignable) {
        return Some(reason);
    }
    let reader = Reader { study, key, around: around(hot, key), converts: twins.convertible };
    if let Some(reason) = assembly::reads(study, &shape, &reader) {
        return Some(reason);
    }
    let mut files: BTreeSet<FileId> = BTreeSet::new();
    for &key in &reader.around {
        files.extend(all_names_of(study, key).into_iter().map(|(id, _)| id));
        // Values can be used in files that do not name the type.
        let dir = study.world.dir(key.0);
        files.extend(study.world.files_in(dir));
        files.extend(study.world.importers(dir));
    }
    files.into_iter().find_map(|id| reader.objection(id))
}

/// The struct, and those that hold it by value.
fn around(hot: &Hot, key: StructKey) -> BTreeSet<StructKey> {
    let mut found = BTreeSet::from([key]);
    loop {
        let before = found.len();
        for (&outer, fields) in &hot.structs {
            if fields.values().any(|field| field.holds.iter().any(|held| found.contains(held))) {
                found.insert(outer);
            }
        }
        if found.len() == before {
            return found;
        }
    }
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

/// Packages whose functions can depend on a layout.
const WATCHED: &[&str] = &["unsafe", "encoding/binary", "encoding/asn1", "reflect"];

impl Reader<'_, '_, '_> {
    /// What in a file depends on the order of the fields, and where.
    fn objection(&self, id: FileId) -> Option<String> {
        let watched = self.study.world.header(id).imports.iter().any(|i| WATCHED.contains(&i.path.as_str()));
        if !watched && !self.converts {
            return None;
        }
        let file = self.study.world.file(id)?;
        let code = Code { go: self.study.go_near(id, self.key.0), file: &file };
        let source = &file.source;
        let calls = (0..source.nodes.len()).filter(|&n| matches!(source.kind(n), kind::CALL | kind::CONVERSION));
        for node in calls {
            if let Some(what) = self.forbids(code, node, watched) {
                let line = source.lines.place(source.span(&source.nodes[node].tokens).start).0;
                return Some(format!("{what} ({}:{line})", file.path.display()));
            }
        }
        None
    }

    /// What about this call or conversion depends on the order of the fields.
    fn forbids(&self, code: Code<'_, '_, '_>, node: NodeId, watched: bool) -> Option<String> {
        let Code { go, file } = code;
        let source = &file.source;
        let arguments: Vec<NodeId> = match source.kind(node) {
            kind::CONVERSION => source.child(node, "operand").into_iter().collect(),
            _ => source.child(node, "arguments").map_or(Vec::new(), |a| source.children(a).collect()),
        };
        let function = source.child(node, "function").or_else(|| source.child(node, "type"))?;
        if let [argument] = arguments[..]
            && let Some(to) = go.written_type(file, function, &None)
        {
            return self
                .between(code, &to, argument)
                .or_else(|| watched.then(|| Casts::new(self).conversion(code, node, &to, argument))?);
        }
        if !watched || source.kind(node) != kind::CALL || source.kind(function) != kind::SELECTOR {
            return None;
        }
        let (path, _) = go.package_operand(file, source.child(function, "operand")?)?;
        let name = text(source, source.child(function, "field")?);
        let passed = || arguments.iter().any(|&a| self.is_it(go, &go.type_of(file, a)));
        let says = |found: bool, what: &str| found.then(|| what.to_owned());
        match (path.as_str(), name.as_str()) {
            ("unsafe", "Sizeof") => {
                let reads = arguments.first().is_some_and(|&a| self.is_value(go, &go.type_of(file, a)));
                says(reads, "unsafe.Sizeof reads its layout")
            }
            // By name it stays right; only what counts on the number does not.
            ("unsafe", "Offsetof") => {
                let base = arguments.first().and_then(|&a| source.child(a, "operand"))?;
                let reads = asserts(code, node) && self.is_it(go, &go.type_of(file, base));
                says(reads, "a constant depends on the number that unsafe.Offsetof gives")
            }
            ("encoding/binary", _) => says(passed(), "encoding/binary writes its fields in order"),
            ("encoding/asn1", _) => says(passed(), "encoding/asn1 writes its fields in order"),
            ("reflect", "TypeOf" | "ValueOf" | "Indirect") => {
                says(passed() && reflects_by_number(code, node), "reflect takes its fields by number")
            }
            _ => None,
        }
    }

    /// `U(t)` and `(*U)(&t)`: two struct types of one layout.
    fn between(&self, code: Code<'_, '_, '_>, to: &Type, argument: NodeId) -> Option<String> {
        let a = struct_of(code.go, to)?;
        let b = struct_of(code.go, &code.go.type_of(code.file, argument))?;
        let between = a != b && (a == self.key || b == self.key);
        between.then(|| "it is converted from or to another struct type".to_owned())
    }

    /// The struct around the fields that a type is, or that it is pointers, slices and arrays of.
    fn layout_in(&self, go: &Go<'_, '_>, ty: &Type) -> Option<StructKey> {
        let mut ty = go.force(ty);
        for _ in 0..6 {
            match go.under(&ty) {
                Type::Pointer(inner) | Type::Slice(inner) | Type::Array(_, inner) => ty = go.force(&inner),
                Type::Struct(place) => {
                    return Some((place.file, place.node)).filter(|key| self.around.contains(key));
                }
                _ => return None,
            }
        }
        None
    }

    fn is_it(&self, go: &Go<'_, '_>, ty: &Type) -> bool {
        self.layout_in(go, ty).is_some()
    }

    fn is_value(&self, go: &Go<'_, '_>, ty: &Type) -> bool {
        !matches!(go.under(ty), Type::Pointer(_) | Type::Slice(_)) && self.is_it(go, ty)
    }

    /// The field that `&x.f` is the address of, where its struct is one of these.
    fn field_at(&self, code: Code<'_, '_, '_>, node: NodeId) -> Option<(String, Type)> {
        let Code { go, file } = code;
        let source = &file.source;
        let operand = source.child(node, "operand").filter(|_| source.kind(node) == kind::UNARY)?;
        let (base, field) = (source.child(operand, "operand")?, source.child(operand, "field")?);
        let name = text(source, field);
        match go.member(&go.type_of(file, base), &name)? {
            Member::Field(path, ty) => {
                let (place, _) = path.last()?;
                self.around.contains(&(place.file, place.node)).then_some((name, ty))
            }
            Member::Method(..) => None,
        }
    }
}

/// Whether an offset is part of the length of an array or of an index, by which programs assert at compile time what it
/// is. Whether it is a multiple of 8 may be asserted: that is what the move is for.
fn asserts(code: Code<'_, '_, '_>, node: NodeId) -> bool {
    let source = &code.file.source;
    let above = source.nodes[node].parent;
    let operator = source.child(above, "left").filter(|&left| left == node).map(|l| source.nodes[l].tokens.end);
    let is_rest = source.kind(above) == kind::BINARY && operator.is_some_and(|t| matches!(source.text(t), b"%" | b"&"));
    let inside = || {
        source.ancestors(node).take_while(|&a| !matches!(source.kind(a), kind::BLOCK | kind::FUNC_LITERAL)).any(|a| {
            let literal = || source.child(a, "operand").is_some_and(|o| source.kind(o) == kind::COMPOSITE);
            source.kind(a) == kind::ARRAY_TYPE || source.kind(a) == kind::INDEX && literal()
        })
    };
    !is_rest && inside()
}

/// Whether the function around a call of reflect takes fields by a written number.
fn reflects_by_number(code: Code<'_, '_, '_>, node: NodeId) -> bool {
    let source = &code.file.source;
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
