//! Reads code that may depend on the layout of a struct.

use crate::golang::types::{Go, Type};
use crate::operations::align_atomics::analysis::Study;
use crate::operations::align_atomics::model::StructKey;
use std::collections::BTreeSet;

/// Reads code that may depend on the layout of a struct.
pub(crate) struct Reader<'s, 'w, 't> {
    pub study: &'s Study<'w, 't>,
    pub key: StructKey,
    /// The struct, and those that hold it by value.
    pub around: BTreeSet<StructKey>,
    /// Whether there are types that it can be converted from or to.
    pub converts: bool,
}

/// The struct that a type is or points to.
pub(crate) fn struct_of(go: &Go<'_, '_>, ty: &Type) -> Option<StructKey> {
    match go.under(&go.pointee(ty)) {
        Type::Struct(place) => Some((place.file, place.node)),
        _ => None,
    }
}
