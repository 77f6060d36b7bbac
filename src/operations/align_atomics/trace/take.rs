//! Expressions that have the address of a 64-bit word, or hold one deeper inside.

use super::reach::{Code, Holder, Reach, Way, callee};
use crate::golang::types::{Basic, FileId, Go, Member, Type, first_word, only_child, text};
use crate::language::go::kind;
use crate::source::NodeId;

impl Reach<'_, '_, '_> {
    /// Takes in an expression: a field whose address it has is noted, what it names is to be followed.
    pub(crate) fn take(&mut self, code: Code<'_, '_, '_>, node: NodeId, way: &Way) {
        let source = &code.file.source;
        let mut node = node;
        while matches!(source.kind(node), kind::PAREN | kind::ELEMENT | kind::VARIADIC_ARGUMENT) {
            let Some(inner) = only_child(code.file, node) else { return };
            node = inner;
        }
        let operand = source.child(node, "operand");
        match (source.kind(node), operand) {
            (kind::CONVERSION, Some(inner)) => self.take(code, inner, way),
            (kind::ASSERTION, Some(inner)) => {
                self.take(code, inner, &Way { exact: true, ..way.through("an interface") });
            }
            (kind::INDEX, Some(base)) => self.take_inside(code, base, &way.through("an element")),
            (kind::SLICE, Some(base)) => self.take_slice(code, base, way),
            (kind::UNARY, Some(inner)) => match first_word(code.file, node) {
                b"&" if way.depth == 0 => self.target(code, inner, way),
                b"&" => self.take_content(code, inner, way),
                b"*" => self.take_inside(code, inner, way),
                b"<-" => self.take_inside(code, inner, &way.through("a channel")),
                _ => {}
            },
            (kind::CALL, _) => self.take_call(code, node, way),
            (kind::FUNC_LITERAL, _) => self.take_function(code.file.id, node, way),
            (kind::COMPOSITE | kind::LITERAL_BODY, _) => self.take_elements(code, node, way),
            (kind::NAME | kind::SELECTOR, _) => match self.holder(code, node) {
                Some(holder) => self.push(holder, way.through(&format!("`{}`", text(source, node)))),
                None => {
                    if let Some((other, decl)) = code.go.function_named(code.file, node) {
                        self.take_function(other.id, decl, way);
                    }
                }
            },
            _ => {}
        }
    }

    /// The same for a value that may be something else altogether: judged by its type.
    pub(crate) fn take_if_fit(&mut self, code: Code<'_, '_, '_>, node: NodeId, way: &Way) {
        let ty = code.go.type_of(code.file, node);
        let fits = match (way.result, code.go.under(&ty)) {
            (Some(_), under) => matches!(under, Type::Func(_) | Type::Unknown),
            (None, _) => may_lead(code.go, &ty, way.depth),
        };
        if fits {
            self.take(code, node, way);
        }
    }

    /// A function whose result is looked for.
    fn take_function(&mut self, file: FileId, function: NodeId, way: &Way) {
        if let Some(i) = way.result {
            self.push(Holder::Result(file, function, i), Way { result: None, ..way.clone() });
        }
    }

    /// What the elements of an expression lead to.
    fn take_inside(&mut self, code: Code<'_, '_, '_>, node: NodeId, way: &Way) {
        if let Some(way) = way.deeper() {
            self.take(code, node, &way);
        }
    }

    fn take_content(&mut self, code: Code<'_, '_, '_>, node: NodeId, way: &Way) {
        if let Some(way) = way.shallower() {
            self.take_if_fit(code, node, &way);
        }
    }

    /// `x[a:b]`: the address of an array's words, or the same words once more.
    fn take_slice(&mut self, code: Code<'_, '_, '_>, base: NodeId, way: &Way) {
        match code.go.under(&code.go.type_of(code.file, base)) {
            Type::Array(..) if way.depth == 0 => self.target(code, base, &way.through("a slice")),
            _ => self.take(code, base, way),
        }
    }

    /// A conversion, `append`, or a function of the tree whose result it is.
    fn take_call(&mut self, code: Code<'_, '_, '_>, call: NodeId, way: &Way) {
        let Code { go, file } = code;
        let source = &file.source;
        let Some(function) = source.child(call, "function") else { return };
        let arguments: Vec<NodeId> =
            source.child(call, "arguments").map_or(Vec::new(), |a| source.children(a).collect());
        if let [only] = arguments[..]
            && go.written_type(file, function, &None).is_some()
        {
            return self.take(code, only, way);
        }
        if go.builtin(file, function).is_some_and(|name| name == "append") {
            for (i, &argument) in arguments.iter().enumerate() {
                match source.kind(argument) {
                    _ if i == 0 => self.take(code, argument, way),
                    kind::VARIADIC_ARGUMENT => self.take(code, argument, way),
                    _ => self.take_content(code, argument, way),
                }
            }
            return;
        }
        self.take_result(code, call, 0, way);
    }

    /// The i-th result of a call.
    pub(crate) fn take_result(&mut self, code: Code<'_, '_, '_>, call: NodeId, i: usize, way: &Way) {
        match callee(code.go, code.file, call) {
            Some((other, decl)) => self.push(Holder::Result(other.id, decl, i), way.through("a result")),
            None if way.result.is_none() => {
                if let Some(function) = code.file.source.child(call, "function") {
                    self.take(code, function, &Way { result: Some(i), ..way.through("a result") });
                }
            }
            None => {}
        }
    }

    /// The elements of `[]*int64{&a.b, &a.c}`.
    fn take_elements(&mut self, code: Code<'_, '_, '_>, literal: NodeId, way: &Way) {
        let Some(way) = way.shallower() else { return };
        let source = &code.file.source;
        if matches!(code.go.under(&code.go.literal_type(code.file, literal)), Type::Struct(_)) {
            return;
        }
        let body = source.child(literal, "body").unwrap_or(literal);
        for element in source.children(body) {
            let value = match source.kind(element) {
                kind::KEYED_ELEMENT => source.child(element, "value"),
                _ => Some(element),
            };
            if let Some(value) = value.and_then(|v| only_child(code.file, v)) {
                self.take(code, value, &way);
            }
        }
    }

    /// Notes the field that the operand of `&` ends in.
    pub(crate) fn target(&mut self, code: Code<'_, '_, '_>, node: NodeId, way: &Way) {
        let Code { go, file } = code;
        let source = &file.source;
        let mut node = node;
        loop {
            match source.kind(node) {
                kind::PAREN => match only_child(file, node) {
                    Some(inner) => node = inner,
                    None => return,
                },
                // An element of an array lies in the field; one of a slice lies where the slice points.
                kind::INDEX => {
                    let Some(base) = source.child(node, "operand") else { return };
                    match go.under(&go.type_of(file, base)) {
                        Type::Array(..) => node = base,
                        Type::Slice(_) | Type::Pointer(_) => return self.take(code, base, &way.through("a slice")),
                        _ => return,
                    }
                }
                kind::UNARY if first_word(file, node) == b"*" => {
                    return source.child(node, "operand").map_or((), |inner| self.take(code, inner, way));
                }
                kind::SELECTOR => break,
                _ => return,
            }
        }
        let (Some(base), Some(field)) = (source.child(node, "operand"), source.child(node, "field")) else { return };
        if go.package_operand(file, base).is_some() {
            return;
        }
        if let Some(Member::Field(path, ty)) = go.member(&go.type_of(file, base), &text(source, field))
            && (!way.exact || is_word(go, &ty))
        {
            self.note(path.last().map(|(place, i)| ((place.file, place.node), *i)), file, node, way);
        }
    }

    /// Takes in `x` of `x.Method()`: the method gets its address, or where it wants no pointer its value.
    pub(crate) fn receiver_of(&mut self, code: Code<'_, '_, '_>, selector: NodeId, pointer: bool, way: &Way) {
        let Code { go, file } = code;
        let source = &file.source;
        let (Some(base), Some(field)) = (source.child(selector, "operand"), source.child(selector, "field")) else {
            return;
        };
        let ty = go.type_of(file, base);
        let Some(Member::Method(_, _, _, path)) = go.member(&ty, &text(source, field)) else { return };
        match path.last() {
            Some((place, i)) if pointer => self.note(Some(((place.file, place.node), *i)), file, selector, way),
            None if !pointer || matches!(go.under(&ty), Type::Pointer(_)) => self.take_if_fit(code, base, way),
            None => self.target(code, base, way),
            Some(_) => {}
        }
    }
}

/// Whether a type is a 64-bit integer, named or not, or an array of them.
fn is_word(go: &Go<'_, '_>, ty: &Type) -> bool {
    match go.under(ty) {
        Type::Array(_, element) => is_word(go, &element),
        Type::Basic(basic) => basic.is_64_bit_integer(),
        _ => false,
    }
}

/// Whether a value of this type can be the address of a 64-bit word, or hold one at this depth.
fn may_lead(go: &Go<'_, '_>, ty: &Type, depth: u8) -> bool {
    let under = go.under(ty);
    match (&under, depth) {
        (Type::Unknown | Type::Any | Type::Interface(_) | Type::Param(_), _) => true,
        (Type::Basic(basic), 0) => *basic == Basic::UnsafePointer,
        (Type::Pointer(to) | Type::Slice(to), 0) => is_word(go, to) || matches!(go.under(to), Type::Param(_)),
        (Type::Pointer(to) | Type::Slice(to) | Type::Array(_, to) | Type::Chan(to) | Type::Map(_, to), _) => {
            may_lead(go, to, depth.saturating_sub(1))
        }
        _ => false,
    }
}
