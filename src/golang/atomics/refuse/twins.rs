//! Other struct types with the same fields in the same order.

use super::super::StructKey;
use super::super::study::{Shape, Study};
use crate::golang::file::FileId;
use crate::golang::resolve::Go;
use crate::golang::types::Type;
use crate::language::go::kind;
use crate::source::{NodeId, Source};

/// Why a struct cannot change because an identical type without a name can be assigned from or to it: such an
/// assignment looks like any other.
pub(super) fn assignable(study: &Study<'_, '_>, key: StructKey, shape: &Shape) -> Option<String> {
    let longest = shape.fields.iter().map(|f| f.name.as_str()).max_by_key(|n| n.len())?;
    let unexported = shape.fields.iter().any(|f| !f.name.starts_with(char::is_uppercase));
    for id in candidates(study, shape, longest) {
        if !shape.fields.iter().all(|f| study.world.mentions(id, &f.name)) {
            continue;
        }
        let header = study.world.header(id);
        let foreign = study.world.dir(id) != shape.file.dir || header.package != shape.file.header.package;
        // Names that begin with a small letter are others in each package.
        if foreign && unexported {
            continue;
        }
        let Some(file) = study.world.file(id) else { continue };
        let source = &file.source;
        for node in (0..source.nodes.len()).filter(|&n| source.kind(n) == kind::STRUCT_TYPE && (id, n) != key) {
            if has_name(source, node) && has_name(&shape.file.source, key.1) {
                continue;
            }
            let Some(other) = study.shape((id, node)) else { continue };
            let same = other.fields.len() == shape.fields.len()
                && other.fields.iter().zip(&shape.fields).all(|(a, b)| a.name == b.name)
                && may_be_identical((study.go_for(key.0), shape), (study.go_near(id, key.0), &other));
            if same {
                let line = source.lines.place(source.span(&source.nodes[node].tokens).start).0;
                return Some(format!(
                    "an identical struct type without a name is written at {}:{line}, and values of the one can be \
                     assigned to the other",
                    file.path.display()
                ));
            }
        }
    }
    None
}

/// The files that may write such a type and have to do with the struct.
fn candidates(study: &Study<'_, '_>, shape: &Shape, longest: &str) -> Vec<FileId> {
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
