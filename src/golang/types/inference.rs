//! Type arguments, written or inferred.

use super::checker::{Go, type_parameters};
use super::declarations::File;
use super::ty::{Arguments, Type};
use crate::language::go::kind;
use crate::source::NodeId;
use std::collections::HashMap;
use std::sync::Arc;

impl Go<'_, '_> {
    /// The type of `f[T]`.
    pub(super) fn instantiated(&self, file: &Arc<File>, node: NodeId, base: NodeId) -> Type {
        let Some((other, decl)) = self.function_named(file, base) else { return Type::Unknown };
        let given = self.type_arguments(file, node, &None);
        let arguments = self.bound(&other, decl, &given);
        Type::Func(Arc::new(self.signature(&other, decl, &arguments)))
    }

    /// What the type parameters of a function stand for in a call, from its arguments.
    pub(super) fn inferred(&self, file: &Arc<File>, call: NodeId, other: &Arc<File>, decl: NodeId) -> Arguments {
        let source = &file.source;
        let mut found: HashMap<String, Type> = HashMap::new();
        if let Some(function) = source.child(call, "function")
            && matches!(source.kind(function), kind::INDEX | kind::INSTANTIATION)
        {
            let given = self.type_arguments(file, function, &None);
            found.extend(type_parameters(other, decl).into_iter().zip(given));
        }
        let signature = self.signature(other, decl, &None);
        if let Some(list) = source.child(call, "arguments") {
            for (param, argument) in signature.params.iter().zip(source.children(list)) {
                let ty = self.variable_type(self.type_of(file, argument));
                self.unify(param, &ty, &mut found, 0);
            }
        }
        Some(Arc::new(found.into_iter().collect()))
    }

    pub(super) fn unify(&self, param: &Type, ty: &Type, found: &mut HashMap<String, Type>, depth: usize) {
        if depth > 8 {
            return;
        }
        let param = self.force(param);
        if let Type::Param(name) = &param {
            if !ty.is_unknown() {
                found.entry(name.to_string()).or_insert_with(|| ty.clone());
            }
            return;
        }
        let ty = match (&param, self.force(ty)) {
            (Type::Named(_), ty) => ty,
            (_, ty) => self.under(&ty),
        };
        match (&param, &ty) {
            (Type::Pointer(a), Type::Pointer(b))
            | (Type::Slice(a), Type::Slice(b))
            | (Type::Chan(a), Type::Chan(b)) => {
                self.unify(a, b, found, depth + 1);
            }
            (Type::Array(_, a), Type::Array(_, b)) => self.unify(a, b, found, depth + 1),
            (Type::Map(a, b), Type::Map(c, d)) => {
                self.unify(a, c, found, depth + 1);
                self.unify(b, d, found, depth + 1);
            }
            (Type::Named(a), Type::Named(b)) => {
                for (x, y) in a.arguments.iter().zip(b.arguments.iter()) {
                    self.unify(x, y, found, depth + 1);
                }
            }
            (Type::Func(a), Type::Func(b)) => {
                for (x, y) in a.params.iter().chain(&a.results).zip(b.params.iter().chain(&b.results)) {
                    self.unify(x, y, found, depth + 1);
                }
            }
            _ => {}
        }
    }
}
