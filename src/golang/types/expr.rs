//! The types of expressions.

use super::checker::{Entity, Go, Member, first_word, only_child, type_parameters};
use super::declarations::{File, text};
use super::scopes::Decl;
use super::ty::{Basic, Place, Type};
use crate::language::go::kind;
use crate::source::NodeId;
use std::sync::Arc;

impl Go<'_, '_> {
    /// The type of an expression; of a call with several results a tuple.
    pub fn type_of(&self, file: &Arc<File>, node: NodeId) -> Type {
        if let Some(known) = self.known.borrow().get(&(file.id, node)) {
            return known.clone();
        }
        let before = self.given_up.get();
        let ty = self.deeper(Type::Unknown, || self.force(&self.expression(file, node)));
        // What was given up deep inside another question may be answered when it is asked alone.
        if self.given_up.get() == before && !ty.is_unknown() {
            self.known.borrow_mut().insert((file.id, node), ty.clone());
        }
        ty
    }

    fn expression(&self, file: &Arc<File>, node: NodeId) -> Type {
        let source = &file.source;
        let mut node = node;
        while matches!(source.kind(node), kind::PAREN | kind::STATEMENT | kind::ELEMENT) {
            match only_child(file, node) {
                Some(inner) => node = inner,
                None => return Type::Unknown,
            }
        }
        let operand = || source.child(node, "operand").map_or(Type::Unknown, |o| self.type_of(file, o));
        match source.kind(node) {
            kind::NAME => self.name_type(file, node),
            kind::SELECTOR => self.selector_type(file, node),
            kind::CALL => self.call_type(file, node),
            kind::CONVERSION => self.conversion_type(file, node),
            kind::COMPOSITE | kind::LITERAL_BODY => self.literal_type(file, node),
            kind::FUNC_LITERAL => Type::Func(Arc::new(self.signature(file, node, &None))),
            kind::ASSERTION => {
                let written = source.child(node, "type").and_then(|t| self.written_type(file, t, &None));
                written.unwrap_or(Type::Unknown)
            }
            kind::INDEX => {
                let Some(base) = source.child(node, "operand") else { return Type::Unknown };
                let ty = self.type_of(file, base);
                match self.under(&ty) {
                    Type::Func(_) => self.instantiated(file, node, base),
                    ty => self.element(&ty).1,
                }
            }
            kind::INSTANTIATION => {
                only_child(file, node).map_or(Type::Unknown, |base| self.instantiated(file, node, base))
            }
            kind::SLICE => {
                let ty = operand();
                match self.under(&ty) {
                    Type::Array(_, element) => Type::Slice(element),
                    Type::Pointer(to) => match self.under(&to) {
                        Type::Array(_, element) => Type::Slice(element),
                        _ => Type::Unknown,
                    },
                    Type::Basic(Basic::UntypedString) => Type::Basic(Basic::String),
                    _ => ty,
                }
            }
            kind::UNARY => match first_word(file, node) {
                b"&" => match operand() {
                    Type::Unknown => Type::Unknown,
                    ty => ty.pointer(),
                },
                b"*" => match self.under(&operand()) {
                    Type::Pointer(to) => self.force(&to),
                    _ => Type::Unknown,
                },
                b"<-" => match self.under(&operand()) {
                    Type::Chan(element) => self.force(&element),
                    _ => Type::Unknown,
                },
                _ => operand(),
            },
            kind::BINARY => self.binary_type(file, node),
            kind::INT => Type::Basic(Basic::UntypedInt),
            kind::FLOAT => Type::Basic(Basic::UntypedFloat),
            kind::IMAGINARY => Type::Basic(Basic::UntypedComplex),
            kind::RUNE => Type::Basic(Basic::UntypedRune),
            kind::STRING | kind::RAW_STRING => Type::Basic(Basic::UntypedString),
            kind::TRUE | kind::FALSE => Type::Basic(Basic::UntypedBool),
            kind::IOTA => Type::Basic(Basic::UntypedInt),
            kind::NIL => Type::Nil,
            _ => Type::Unknown,
        }
    }

    fn name_type(&self, file: &Arc<File>, node: NodeId) -> Type {
        let name = text(&file.source, node);
        let token = file.source.nodes[node].tokens.start;
        match self.lookup(file, &name, token) {
            Entity::Decl(other, decl) => self.declared(&other, decl),
            _ => Type::Unknown,
        }
    }

    /// The type of what a declaration declares, as a value.
    pub fn declared(&self, file: &Arc<File>, decl: Decl) -> Type {
        let source = &file.source;
        let written = |node: NodeId| self.written_type(file, node, &None).unwrap_or(Type::Unknown);
        self.deeper(Type::Unknown, || match decl {
            Decl::Type(_) | Decl::TypeParam(_) | Decl::ReceiverParam(_) => Type::Unknown,
            Decl::Func(id) => Type::Func(Arc::new(self.signature(file, id, &None))),
            Decl::Param(id) => match source.child(id, "type") {
                Some(ty) if source.kind(id) == kind::VARIADIC => written(ty).slice(),
                Some(ty) => written(ty),
                None => Type::Unknown,
            },
            Decl::Var(spec, i) => match (source.child(spec, "type"), source.child(spec, "value")) {
                (Some(ty), _) => written(ty),
                (None, Some(values)) => {
                    let names = source.children(spec).filter(|&c| source.nodes[c].field == "name").count();
                    self.assigned(file, values, i, names)
                }
                _ => Type::Unknown,
            },
            Decl::Const(spec, i) => self.const_type(file, spec, i),
            Decl::Short(right, i, count) => self.assigned(file, right, i, count),
            Decl::Range(clause, i) => {
                let Some(over) = source.child(clause, "right") else { return Type::Unknown };
                let ty = self.type_of(file, over);
                let (key, element) = self.ranged(&ty);
                if i == 0 { key } else { element }
            }
            Decl::Switch(switch, case) => {
                let types: Vec<NodeId> = source.children(case).filter(|&c| source.nodes[c].field == "type").collect();
                match types.as_slice() {
                    [one] if source.node_text(*one) != b"nil" => written(*one),
                    _ => source.child(switch, "value").map_or(Type::Unknown, |v| self.type_of(file, v)),
                }
            }
        })
    }

    /// The type of the i-th of `count` variables that a list of values is assigned to.
    fn assigned(&self, file: &Arc<File>, values: NodeId, i: usize, count: usize) -> Type {
        let source = &file.source;
        let items: Vec<NodeId> = match source.kind(values) {
            kind::EXPRESSIONS => source.children(values).collect(),
            _ => vec![values],
        };
        if items.len() == count {
            return items.get(i).map_or(Type::Unknown, |&item| self.variable_type(self.type_of(file, item)));
        }
        let [mut single] = items[..] else { return Type::Unknown };
        while source.kind(single) == kind::PAREN {
            let Some(inner) = only_child(file, single) else { return Type::Unknown };
            single = inner;
        }
        let with_ok = match source.kind(single) {
            kind::INDEX | kind::ASSERTION => true,
            kind::UNARY => first_word(file, single) == b"<-",
            _ => false,
        };
        if with_ok && count == 2 {
            return if i == 1 { Type::Basic(Basic::Bool) } else { self.type_of(file, single) };
        }
        match self.type_of(file, single) {
            Type::Tuple(types) => types.get(i).map_or(Type::Unknown, |ty| self.force(ty)),
            _ => Type::Unknown,
        }
    }

    /// The type that a variable gets from a value of this type.
    pub(super) fn variable_type(&self, ty: Type) -> Type {
        match ty {
            Type::Basic(basic) => Type::Basic(basic.default_type()),
            Type::Tuple(_) => Type::Unknown,
            ty => ty,
        }
    }

    /// The types of the key and the element that `range` gives.
    fn ranged(&self, ty: &Type) -> (Type, Type) {
        let under = self.under(ty);
        match &under {
            Type::Chan(element) => (self.force(element), Type::Unknown),
            Type::Basic(Basic::String | Basic::UntypedString) => (Type::Basic(Basic::Int), Type::Basic(Basic::Int32)),
            Type::Basic(Basic::UntypedInt) => (Type::Basic(Basic::Int), Type::Unknown),
            Type::Basic(_) => (self.force(ty), Type::Unknown),
            Type::Func(signature) => match signature.params.first().map(|p| self.under(p)) {
                Some(Type::Func(step)) => {
                    let part = |i: usize| step.params.get(i).map_or(Type::Unknown, |p| self.force(p));
                    (part(0), part(1))
                }
                _ => (Type::Unknown, Type::Unknown),
            },
            ty => self.element(ty),
        }
    }

    /// The types of the key and the element of something that can be indexed.
    pub fn element(&self, ty: &Type) -> (Type, Type) {
        match self.under(ty) {
            Type::Slice(element) | Type::Array(_, element) => (Type::Basic(Basic::Int), self.force(&element)),
            Type::Map(key, element) => (self.force(&key), self.force(&element)),
            Type::Basic(Basic::String | Basic::UntypedString) => (Type::Basic(Basic::Int), Type::Basic(Basic::Uint8)),
            Type::Pointer(to) => match self.under(&to) {
                Type::Array(_, element) => (Type::Basic(Basic::Int), self.force(&element)),
                _ => (Type::Unknown, Type::Unknown),
            },
            _ => (Type::Unknown, Type::Unknown),
        }
    }

    fn const_type(&self, file: &Arc<File>, spec: NodeId, i: usize) -> Type {
        let source = &file.source;
        let Some(spec) = self.const_source(file, spec) else { return Type::Unknown };
        if let Some(ty) = source.child(spec, "type") {
            return self.written_type(file, ty, &None).unwrap_or(Type::Unknown);
        }
        let value = source.child(spec, "value").and_then(|v| source.children(v).nth(i));
        value.map_or(Type::Unknown, |v| self.type_of(file, v))
    }

    /// The spec that gives a constant its value: its own, or the one above that it repeats.
    pub fn const_source(&self, file: &Arc<File>, spec: NodeId) -> Option<NodeId> {
        let source = &file.source;
        if source.child(spec, "value").is_some() {
            return Some(spec);
        }
        let parent = source.nodes[spec].parent;
        source.children(parent).take_while(|&c| c < spec).filter(|&c| source.child(c, "value").is_some()).last()
    }

    fn selector_type(&self, file: &Arc<File>, node: NodeId) -> Type {
        let source = &file.source;
        let (Some(base), Some(field)) = (source.child(node, "operand"), source.child(node, "field")) else {
            return Type::Unknown;
        };
        let name = text(source, field);
        if let Some((path, dir)) = self.package_operand(file, base) {
            return match self.in_package(&path, dir.as_deref(), &name) {
                Entity::Decl(other, decl) => self.declared(&other, decl),
                _ => Type::Unknown,
            };
        }
        // A method expression has a type before it, not a value.
        let ty = match self.written_type(file, base, &None) {
            Some(written) => return self.method_expression(&written, &name),
            None => self.type_of(file, base),
        };
        match self.member(&ty, &name) {
            Some(Member::Field(_, ty)) => self.force(&ty),
            Some(Member::Method(other, id, arguments, _)) => {
                Type::Func(Arc::new(self.signature(&other, id, &arguments)))
            }
            None => {
                self.note(format!("no field or method `{name}` is known here"));
                Type::Unknown
            }
        }
    }

    fn method_expression(&self, ty: &Type, name: &str) -> Type {
        let Some(Member::Method(file, id, arguments, _)) = self.member(ty, name) else { return Type::Unknown };
        let mut signature = self.signature(&file, id, &arguments);
        signature.params.insert(0, ty.clone());
        Type::Func(Arc::new(signature))
    }

    /// The package that an operand names.
    pub fn package_operand(&self, file: &Arc<File>, node: NodeId) -> Option<(String, Option<String>)> {
        let source = &file.source;
        if source.kind(node) != kind::NAME {
            return None;
        }
        let name = text(source, node);
        match self.lookup(file, &name, source.nodes[node].tokens.start) {
            Entity::Package(path, dir) => Some((path, dir)),
            _ => None,
        }
    }

    fn call_type(&self, file: &Arc<File>, node: NodeId) -> Type {
        let source = &file.source;
        let Some(function) = source.child(node, "function") else { return Type::Unknown };
        if let Some(name) = self.builtin(file, function) {
            return self.builtin_type(file, node, &name);
        }
        if let Some(ty) = self.written_type(file, function, &None) {
            return ty;
        }
        self.results(file, node, function)
    }

    /// `T[int](x)` and `f[int](x)` look alike.
    fn conversion_type(&self, file: &Arc<File>, node: NodeId) -> Type {
        let Some(ty) = file.source.child(node, "type") else { return Type::Unknown };
        match self.written_type(file, ty, &None) {
            Some(ty) => ty,
            None => match self.under(&self.instantiated(file, ty, ty)) {
                Type::Func(signature) => result(&signature.results),
                _ => Type::Unknown,
            },
        }
    }

    /// The predeclared function that a call names.
    pub fn builtin(&self, file: &Arc<File>, function: NodeId) -> Option<String> {
        let source = &file.source;
        if source.kind(function) != kind::NAME {
            return None;
        }
        let name = text(source, function);
        let found = self.lookup(file, &name, source.nodes[function].tokens.start);
        matches!(found, Entity::Builtin).then_some(name)
    }

    fn builtin_type(&self, file: &Arc<File>, node: NodeId, name: &str) -> Type {
        let source = &file.source;
        let first = source.child(node, "arguments").and_then(|a| source.children(a).next());
        let Some(first) = first else { return Type::Unknown };
        let written = || self.written_type(file, first, &None).unwrap_or(Type::Unknown);
        match name {
            "new" => written().pointer(),
            "make" => written(),
            "append" | "min" | "max" => self.variable_type(self.type_of(file, first)),
            "len" | "cap" | "copy" => Type::Basic(Basic::Int),
            "recover" => Type::Any,
            "complex" => Type::Basic(Basic::Complex128),
            "real" | "imag" => Type::Basic(Basic::Float64),
            _ => Type::Unknown,
        }
    }

    fn results(&self, file: &Arc<File>, node: NodeId, function: NodeId) -> Type {
        if let Some((other, decl)) = self.generic_function(file, function) {
            let arguments = self.inferred(file, node, &other, decl);
            return result(&self.signature(&other, decl, &arguments).results);
        }
        match self.under(&self.type_of(file, function)) {
            Type::Func(signature) => result(&signature.results),
            _ => Type::Unknown,
        }
    }

    /// The declaration of the generic function that an expression names.
    fn generic_function(&self, file: &Arc<File>, node: NodeId) -> Option<(Arc<File>, NodeId)> {
        let (other, decl) = self.function_named(file, node)?;
        (!type_parameters(&other, decl).is_empty()).then_some((other, decl))
    }

    /// The declaration of the function that a name or `package.Name` means.
    pub fn function_named(&self, file: &Arc<File>, mut node: NodeId) -> Option<(Arc<File>, NodeId)> {
        let source = &file.source;
        while matches!(source.kind(node), kind::INDEX | kind::INSTANTIATION | kind::GENERIC_TYPE | kind::PAREN) {
            node = only_child(file, node)?;
        }
        let entity = match source.kind(node) {
            kind::NAME | kind::TYPE_NAME => self.lookup(file, &text(source, node), source.nodes[node].tokens.start),
            kind::SELECTOR => {
                let (path, dir) = self.package_operand(file, source.child(node, "operand")?)?;
                self.in_package(&path, dir.as_deref(), &text(source, source.child(node, "field")?))
            }
            kind::QUALIFIED_TYPE => {
                let (path, dir) = self.imported(file, &text(source, source.child(node, "package")?))?;
                self.in_package(&path, dir.as_deref(), &text(source, source.child(node, "name")?))
            }
            _ => return None,
        };
        match entity {
            Entity::Decl(other, Decl::Func(id)) => Some((other, id)),
            _ => None,
        }
    }

    /// The type of a composite literal, or of an element that leaves its type out.
    pub fn literal_type(&self, file: &Arc<File>, node: NodeId) -> Type {
        let source = &file.source;
        if source.kind(node) == kind::COMPOSITE {
            let Some(ty) = source.child(node, "type") else { return Type::Unknown };
            if source.kind(ty) == kind::OPEN_ARRAY_TYPE {
                let Some(element) = source.child(ty, "element") else { return Type::Unknown };
                let count = source.child(node, "body").map(|body| source.children(body).count() as u64);
                let element = Type::Later(Place { file: file.id, node: element, arguments: None });
                return Type::Array(count, Arc::new(element));
            }
            return self.written_type(file, ty, &None).unwrap_or(Type::Unknown);
        }
        let above = source.nodes[node].parent;
        if source.kind(above) == kind::COMPOSITE {
            return self.literal_type(file, above);
        }
        // The element, which may be the key or the value of a pair, and the literal around it.
        let field = source.nodes[above].field;
        let mut outer = source.nodes[above].parent;
        if source.kind(outer) == kind::KEYED_ELEMENT {
            outer = source.nodes[outer].parent;
        }
        if source.kind(outer) != kind::LITERAL_BODY {
            return Type::Unknown;
        }
        let around = self.deeper(Type::Unknown, || self.literal_type(file, outer));
        let around = match self.under(&around) {
            Type::Pointer(to) => self.under(&to),
            ty => ty,
        };
        let (key, element) = self.element(&around);
        let ty = if field == "key" { key } else { element };
        match &ty {
            Type::Pointer(to) => self.force(to),
            _ => ty,
        }
    }

    fn binary_type(&self, file: &Arc<File>, node: NodeId) -> Type {
        let source = &file.source;
        let (Some(left), Some(right)) = (source.child(node, "left"), source.child(node, "right")) else {
            return Type::Unknown;
        };
        let operator = source.text(source.nodes[left].tokens.end);
        match operator {
            b"==" | b"!=" | b"<" | b"<=" | b">" | b">=" => Type::Basic(Basic::UntypedBool),
            b"<<" | b">>" => self.type_of(file, left),
            _ => match self.type_of(file, left) {
                Type::Basic(basic) if basic.is_untyped() => match self.type_of(file, right) {
                    Type::Basic(other) if other.is_untyped() => Type::Basic(wider(basic, other)),
                    ty => ty,
                },
                Type::Unknown => match self.type_of(file, right) {
                    Type::Basic(other) if other.is_untyped() => Type::Unknown,
                    ty => ty,
                },
                ty => ty,
            },
        }
    }
}

/// The type of an operation on two untyped constants.
fn wider(a: Basic, b: Basic) -> Basic {
    let rank = |basic: Basic| match basic {
        Basic::UntypedInt => 1,
        Basic::UntypedRune => 2,
        Basic::UntypedFloat => 3,
        Basic::UntypedComplex => 4,
        _ => 0,
    };
    if rank(b) > rank(a) { b } else { a }
}

fn result(results: &[Type]) -> Type {
    match results {
        [one] => one.clone(),
        several => Type::Tuple(several.into()),
    }
}
