//! Other struct types with the same fields in the same order.

use crate::golang::types::{FileId, Go, Type};
use crate::language::go::kind;
use crate::operations::align_atomics::analysis::{Shape, Study};
use crate::operations::align_atomics::model::StructKey;
use crate::source::{NodeId, Source};

/// The other struct types that may be identical to one.
#[derive(Default)]
pub(crate) struct Twins {
    /// Why the struct cannot change: an identical type without a name can be assigned from or to it, and such an
    /// assignment looks like any other.
    pub(crate) assignable: Option<String>,
    /// Whether there are types with names of their own, between which values are converted.
    pub(crate) convertible: bool,
}

pub(crate) fn twins(study: &Study<'_, '_>, key: StructKey, shape: &Shape) -> Twins {
    let mut twins = Twins::default();
    for id in candidates(study, shape) {
        let Some(file) = study.world.file(id) else { continue };
        let source = &file.source;
        for node in (0..source.nodes.len()).filter(|&n| source.kind(n) == kind::STRUCT_TYPE && (id, n) != key) {
            let Some(other) = study.shape((id, node)) else { continue };
            let same = other.fields.len() == shape.fields.len()
                && other.fields.iter().zip(&shape.fields).all(|(a, b)| a.name == b.name)
                && may_be_identical((study.go_for(key.0), shape), (study.go_near(id, key.0), &other));
            if !same {
                continue;
            }
            if has_name(source, node) && has_name(&shape.file.source, key.1) {
                twins.convertible = true;
                continue;
            }
            let line = source.lines.place(source.span(&source.nodes[node].tokens).start).0;
            twins.assignable.get_or_insert_with(|| {
                format!(
                    "an identical struct type without a name is written at {}:{line}, and values of the one can be \
                     assigned to the other",
                    file.path.display()
                )
            });
        }
    }
    twins
}

/// The files that may write such a type. Names that begin with a small letter are others in each package.
fn candidates(study: &Study<'_, '_>, shape: &Shape) -> Vec<FileId> {
    let world = study.world;
    let is_own = shape.fields.iter().any(|f| !f.name.starts_with(char::is_uppercase));
    let mut ids: Vec<FileId> = if is_own { world.files_in(&shape.file.dir) } else { world.ids().collect() };
    ids.retain(|&id| !is_own || world.header(id).package == shape.file.header.package);
    ids.retain(|&id| shape.fields.iter().all(|f| world.mentions(id, &f.name)));
    ids
}

/// Whether a type declaration gives a struct its name.
fn has_name(source: &Source, node: NodeId) -> bool {
    source.kind(source.nodes[node].parent) == kind::TYPE_SPEC
}

/// Whether the fields of two structs may have the same types.
fn may_be_identical((go, a): (&Go<'_, '_>, &Shape), (other_go, b): (&Go<'_, '_>, &Shape)) -> bool {
    a.fields.iter().zip(&b.fields).all(|(a, b)| match (go.force(&a.ty), other_go.force(&b.ty)) {
        (Type::Basic(a), Type::Basic(b)) => a == b,
        (Type::Unknown | Type::Foreign(..), _) | (_, Type::Unknown | Type::Foreign(..)) => true,
        (Type::Named(a), Type::Named(b)) => (a.file, a.spec) == (b.file, b.spec),
        (a, b) => std::mem::discriminant(&a) == std::mem::discriminant(&b),
    })
}
