//! Where the address of a struct goes as `unsafe.Pointer`, and what comes back as one.
//!
//! There and back to the same type is safe, through variables, parameters, results and sync/atomic's pointers too.
//! Whatever else is done with such an address may depend on the layout behind it.

use super::reader::{Reader, struct_of};
use crate::golang::types::{Basic, FileId, Type, first_word, only_child, text};
use crate::language::go::kind;
use crate::operations::align_atomics::model::StructKey;
use crate::operations::align_atomics::trace::put::{calls_of, ends_in, parameter};
use crate::operations::align_atomics::trace::{ATOMIC, Code, Holder, callee, files_of, holder_of};
use crate::source::NodeId;
use std::collections::HashSet;
use std::sync::Arc;

/// What an unsafe pointer is the address of.
#[derive(Clone, Copy)]
enum Object {
    /// A struct.
    Struct(StructKey),
    /// A field of one, with its size.
    Field(u64),
}

pub(super) struct Casts<'r, 's, 'w, 't> {
    reader: &'r Reader<'s, 'w, 't>,
    seen: HashSet<(FileId, usize)>,
}

const KEPT: &str = "its address is kept as unsafe.Pointer and used otherwise than as a pointer to it";
const PASSED: &str = "its address is passed on as unsafe.Pointer";
const OTHER: &str = "it is cast to another type through unsafe.Pointer";

impl<'r, 's, 'w, 't> Casts<'r, 's, 'w, 't> {
    pub(super) fn new(reader: &'r Reader<'s, 'w, 't>) -> Casts<'r, 's, 'w, 't> {
        Casts { reader, seen: HashSet::new() }
    }

    /// What a conversion to or from `unsafe.Pointer` has to do with the layout.
    pub(super) fn conversion(
        &mut self,
        code: Code<'_, '_, '_>,
        node: NodeId,
        to: &Type,
        argument: NodeId,
    ) -> Option<String> {
        let Code { go, file } = code;
        let from = go.type_of(file, argument);
        if matches!(go.under(to), Type::Basic(Basic::UnsafePointer)) {
            if let Some((name, ty)) = self.reader.field_at(code, argument) {
                let object = Object::Field(go.size(&ty, &Default::default())?.bytes);
                return self.leaves(code, node, object).map(|what| format!("{what}: the address is that of `{name}`"));
            }
            let key = self.reader.layout_in(go, &from).filter(|_| matches!(go.under(&from), Type::Pointer(_)))?;
            return self.leaves(code, node, Object::Struct(key)).map(str::to_owned);
        }
        if matches!(go.under(&from), Type::Basic(Basic::UnsafePointer)) {
            let key = self.reader.layout_in(go, to).filter(|_| matches!(go.under(to), Type::Pointer(_)))?;
            let other = self.comes_from_another(code, argument, key);
            return other.then(|| "another type is cast to it through unsafe.Pointer".to_owned());
        }
        None
    }

    /// Where an unsafe pointer goes, if that is anywhere but back to the same type.
    fn leaves(&mut self, code: Code<'_, '_, '_>, node: NodeId, object: Object) -> Option<&'static str> {
        let source = &code.file.source;
        let mut at = node;
        loop {
            let above = source.nodes[at].parent;
            match source.kind(above) {
                kind::PAREN | kind::ARGUMENTS | kind::ELEMENT => at = above,
                kind::CALL | kind::CONVERSION => {
                    let function = source.child(above, "function").or_else(|| source.child(above, "type"))?;
                    match code.go.written_type(code.file, function, &None) {
                        Some(to) if matches!(code.go.under(&to), Type::Basic(Basic::UnsafePointer)) => at = above,
                        Some(to) => return converted(code, above, &to, object),
                        None => return self.passes(code, (above, function), node, object),
                    }
                }
                kind::EXPRESSIONS => return self.assigned(code, above, at, object),
                kind::KEYED_ELEMENT | kind::LITERAL_BODY => {
                    // The field of a literal: followed where it is read.
                    return self.element(code, above, at, object);
                }
                kind::BINARY => {
                    let left = source.child(above, "left")?;
                    let compares = matches!(source.text(source.nodes[left].tokens.end), b"==" | b"!=");
                    return (!compares).then_some(KEPT);
                }
                kind::UNARY if first_word(code.file, above) == b"&" => return self.by_address(code, above, object),
                kind::STATEMENT | kind::IF | kind::BLOCK => return None,
                _ => return matches!(object, Object::Struct(_)).then_some(KEPT),
            }
        }
    }

    /// `&p` of a pointer that is kept: for sync/atomic, which gives it back.
    fn by_address(&mut self, code: Code<'_, '_, '_>, address: NodeId, object: Object) -> Option<&'static str> {
        let source = &code.file.source;
        let call = source.nodes[source.nodes[address].parent].parent;
        let function = source.child(call, "function").filter(|_| source.kind(call) == kind::CALL);
        let package = function
            .and_then(|f| source.child(f, "operand"))
            .and_then(|operand| code.go.package_operand(code.file, operand));
        match (package, function.and_then(|f| source.child(f, "field")).map(|f| text(source, f))) {
            (Some((path, _)), Some(name)) if path == ATOMIC => match name.as_str() {
                "LoadPointer" | "SwapPointer" => self.leaves(code, call, object),
                _ => None,
            },
            _ => Some(KEPT),
        }
    }

    /// A side of an assignment, a declaration, or a result.
    fn assigned(&mut self, code: Code<'_, '_, '_>, list: NodeId, node: NodeId, object: Object) -> Option<&'static str> {
        let source = &code.file.source;
        let statement = source.nodes[list].parent;
        let index = source.children(list).position(|c| c == node)?;
        let target = match (source.kind(statement), source.nodes[list].field) {
            (_, "left") => return None,
            (kind::RETURN, _) => return self.returned(code, statement, object),
            (kind::VAR_SPEC, _) => source.children(statement).filter(|&c| source.nodes[c].field == "name").nth(index),
            _ => source.child(statement, "left").and_then(|left| source.children(left).nth(index)),
        };
        let target = target?;
        if source.node_text(target) == b"_" {
            return None;
        }
        match holder_of(self.reader.study, code, target) {
            Some(holder) => self.kept(holder, object),
            None => Some(KEPT),
        }
    }

    fn element(&mut self, code: Code<'_, '_, '_>, above: NodeId, node: NodeId, object: Object) -> Option<&'static str> {
        let Code { go, file } = code;
        let source = &file.source;
        let keyed = source.kind(above) == kind::KEYED_ELEMENT;
        let body = if keyed { source.nodes[above].parent } else { above };
        let Type::Struct(place) = go.under(&go.literal_type(file, body)) else { return Some(KEPT) };
        let shape = self.reader.study.shape((place.file, place.node))?;
        let field = if keyed {
            let key = source.child(above, "key")?;
            shape.fields.iter().find(|f| f.name.as_bytes() == source.node_text(key))
        } else {
            source.children(above).position(|c| c == node).and_then(|i| shape.fields.get(i))
        };
        let token = field.map(|f| shape.file.source.nodes[f.name_node].tokens.start)?;
        self.kept(Holder::Variable(place.file, token), object)
    }

    /// The calls of the function that returns it.
    fn returned(&mut self, code: Code<'_, '_, '_>, node: NodeId, object: Object) -> Option<&'static str> {
        let source = &code.file.source;
        let is_function =
            |a: &NodeId| matches!(source.kind(*a), kind::FUNC_LITERAL | kind::FUNC_DECL | kind::METHOD_DECL);
        let function = source.ancestors(node).find(is_function)?;
        let Some(name) = source.child(function, "name").map(|n| text(source, n)) else { return Some(PASSED) };
        if !self.seen.insert((code.file.id, function)) {
            return None;
        }
        let study = self.reader.study;
        study.around(&code.file.dir, &name).into_iter().find_map(|id| {
            let file = study.world.file(id)?;
            let other = Code { go: study.go_near(id, code.file.id), file: &file };
            let calls = calls_of(other, (code.file, function), &name);
            calls.into_iter().find_map(|call| self.leaves(other, call, object))
        })
    }

    /// All uses of a variable, parameter or field that keeps it.
    fn kept(&mut self, holder: Holder, object: Object) -> Option<&'static str> {
        let Holder::Variable(id, token) = holder else { return Some(KEPT) };
        if !self.seen.insert((id, token)) {
            return None;
        }
        let study = self.reader.study;
        let file = study.world.file(id)?;
        let name = String::from_utf8_lossy(file.source.text(token)).into_owned();
        files_of(study, &file, token, &name).into_iter().find_map(|id| {
            let other = study.world.file(id)?;
            let code = Code { go: study.go_near(id, file.id), file: &other };
            let source = &other.source;
            (0..source.nodes.len()).find_map(|node| {
                let named = matches!(source.kind(node), kind::NAME | kind::SELECTOR)
                    && !matches!(source.nodes[node].field, "name" | "key")
                    && ends_in(&other, node, &name)
                    && holder_of(study, code, node) == Some(holder);
                if named { self.leaves(code, node, object) } else { None }
            })
        })
    }

    /// Whether a function that gets the unsafe pointer is one that only keeps it.
    fn passes(
        &mut self,
        code: Code<'_, '_, '_>,
        (call, function): (NodeId, NodeId),
        node: NodeId,
        object: Object,
    ) -> Option<&'static str> {
        let Code { go, file } = code;
        let source = &file.source;
        let arguments: Vec<NodeId> =
            source.child(call, "arguments").map_or(Vec::new(), |a| source.children(a).collect());
        let within = |argument: &NodeId| *argument <= node && node < source.nodes[*argument].end;
        let index = arguments.iter().position(within)?;
        let package = source.child(function, "operand").and_then(|operand| go.package_operand(file, operand));
        match package {
            Some((path, _)) if path == "runtime" => return None,
            Some((path, _)) if path == ATOMIC => return self.stored(code, arguments[0], object),
            Some((path, _)) if path == "C" => return Some("it is passed to C"),
            Some((path, _)) if path == "unsafe" => return Some("its address is computed with"),
            _ => {}
        }
        if go.builtin(file, function).is_some() {
            return Some(KEPT);
        }
        let Some((other, decl)) = callee(go, file, call) else { return Some(PASSED) };
        if self.reader.study.world.is_standard(&other.dir) {
            return Some(PASSED);
        }
        if other.source.child(decl, "body").is_none() {
            return Some("it is passed to assembly");
        }
        let parameters = other.source.child(decl, "parameters")?;
        let names = other.source.children(parameters).flat_map(|d| {
            let names = other.source.children(d).filter(|&c| other.source.nodes[c].field == "name");
            names.map(|n| other.source.nodes[n].tokens.start).collect::<Vec<_>>()
        });
        let token = names.collect::<Vec<_>>().get(index).copied().filter(|&t| other.source.text(t) != b"_");
        match token.and_then(|token| Some((token, parameter(&other, token)?))) {
            Some((_, parameter)) if parameter.variadic => Some(PASSED),
            Some((token, _)) => self.kept(Holder::Variable(other.id, token), object),
            None => None,
        }
    }

    /// What sync/atomic stores it in: a pointer variable that is followed, or one of the right type.
    fn stored(&mut self, code: Code<'_, '_, '_>, into: NodeId, object: Object) -> Option<&'static str> {
        let Code { go, file } = code;
        let source = &file.source;
        let operand = source.child(into, "operand").filter(|_| source.kind(into) == kind::UNARY)?;
        let holder = holder_of(self.reader.study, code, operand)?;
        let keeps = matches!(go.under(&go.type_of(file, operand)), Type::Basic(Basic::UnsafePointer));
        if keeps { self.kept(holder, object) } else { None }
    }

    /// Whether something else than a pointer to the struct is put into an unsafe pointer.
    fn comes_from_another(&mut self, code: Code<'_, '_, '_>, node: NodeId, key: StructKey) -> bool {
        let Code { go, file } = code;
        let source = &file.source;
        match source.kind(node) {
            kind::PAREN | kind::ELEMENT => {
                only_child(file, node).is_some_and(|inner| self.comes_from_another(code, inner, key))
            }
            kind::CALL | kind::CONVERSION => {
                let Some(function) = source.child(node, "function").or_else(|| source.child(node, "type")) else {
                    return false;
                };
                if go.written_type(file, function, &None).is_none() {
                    let package = source.child(function, "operand").and_then(|o| go.package_operand(file, o));
                    return package.is_some_and(|(path, _)| path == "unsafe" || path == "C");
                }
                let list = source.child(node, "arguments").and_then(|a| source.children(a).next());
                let Some(origin) = source.child(node, "operand").or(list) else { return false };
                let from = go.type_of(file, origin);
                match go.under(&from) {
                    Type::Basic(Basic::Uintptr) => true,
                    Type::Basic(Basic::UnsafePointer) => self.comes_from_another(code, origin, key),
                    Type::Pointer(_) => struct_of(go, &from) != Some(key),
                    _ => false,
                }
            }
            kind::NAME | kind::SELECTOR => match holder_of(self.reader.study, code, node) {
                Some(Holder::Variable(id, token)) => self.holds_another(id, token, key),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether something else is put into a variable or parameter.
    fn holds_another(&mut self, id: FileId, token: usize, key: StructKey) -> bool {
        let study = self.reader.study;
        let Some(file) = study.world.file(id).filter(|_| self.seen.insert((id, token))) else { return false };
        let name = String::from_utf8_lossy(file.source.text(token)).into_owned();
        let passed = parameter(&file, token).and_then(|p| Some((p.function, p.index?)));
        let called = passed.and_then(|(function, _)| file.source.child(function, "name"));
        let called = called.map(|n| text(&file.source, n));
        let mut files = files_of(study, &file, token, &name);
        if let Some(called) = &called {
            files.extend(study.around(&file.dir, called));
        }
        files.sort_unstable();
        files.dedup();
        files.into_iter().any(|id| {
            let Some(other) = study.world.file(id) else { return false };
            let code = Code { go: study.go_near(id, file.id), file: &other };
            let mut values = values_put(self, code, &name, Holder::Variable(file.id, token));
            if let (Some((function, index)), Some(called)) = (passed, &called) {
                let calls = calls_of(code, (&file, function), called);
                let argument = |call| {
                    let list = other.source.child(call, "arguments")?;
                    other.source.children(list).nth(index)
                };
                values.extend(calls.into_iter().filter_map(argument));
            }
            values.into_iter().any(|value| self.comes_from_another(code, value, key))
        })
    }
}

/// What assignments and declarations of a file put into a variable.
fn values_put(casts: &Casts<'_, '_, '_, '_>, code: Code<'_, '_, '_>, name: &str, holder: Holder) -> Vec<NodeId> {
    let source = &code.file.source;
    let list = |list: Option<NodeId>| list.map_or(Vec::new(), |list| source.children(list).collect::<Vec<_>>());
    let mut found = Vec::new();
    for node in 0..source.nodes.len() {
        let (targets, values) = match source.kind(node) {
            kind::SHORT_VAR | kind::ASSIGNMENT => (list(source.child(node, "left")), list(source.child(node, "right"))),
            kind::VAR_SPEC => {
                let names = source.children(node).filter(|&c| source.nodes[c].field == "name").collect();
                (names, list(source.child(node, "value")))
            }
            _ => continue,
        };
        let is_it = |target: NodeId| {
            ends_in(code.file, target, name) && holder_of(casts.reader.study, code, target) == Some(holder)
        };
        found.extend(targets.into_iter().zip(values).filter(|(target, _)| is_it(*target)).map(|(_, value)| value));
    }
    found
}

/// What an unsafe pointer becomes by a conversion.
fn converted(code: Code<'_, '_, '_>, node: NodeId, to: &Type, object: Object) -> Option<&'static str> {
    let Code { go, file } = code;
    let source: &Arc<_> = &file.source;
    match (go.under(to), object) {
        (Type::Pointer(_), Object::Struct(key)) => (struct_of(go, to) != Some(key)).then_some(OTHER),
        (Type::Pointer(to), Object::Field(bytes)) => {
            let fits = go.size(&to, &Default::default()).is_some_and(|size| size.bytes <= bytes);
            (!fits).then_some("a field of it is cast to a larger type through unsafe.Pointer")
        }
        // An address that is only looked at, as `uintptr(p) % 8`.
        (Type::Basic(_), object) => {
            let mut above = source.nodes[node].parent;
            let mut inner = node;
            while source.kind(above) == kind::PAREN {
                (inner, above) = (above, source.nodes[above].parent);
            }
            let operator = source
                .child(above, "left")
                .filter(|&left| left == inner && source.kind(above) == kind::BINARY)
                .map(|left| source.text(source.nodes[left].tokens.end));
            let looked_at = matches!(operator, Some(b"%" | b"&" | b"==" | b"!="));
            let computed = matches!(operator, Some(b"+" | b"-"));
            match object {
                Object::Struct(_) => (!looked_at).then_some("its address becomes a uintptr"),
                Object::Field(_) => computed.then_some("its fields are reached by a computed address"),
            }
        }
        (_, Object::Struct(_)) => Some(OTHER),
        _ => None,
    }
}
