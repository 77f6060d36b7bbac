//! Structs that lie side by side in slices and arrays, and are used where they lie: no order of fields aligns every
//! element of a size that is no multiple of 8.

use super::analysis::Study;
use super::containers::names_in;
use super::hot::Hot;
use super::model::{Site, StructKey};
use crate::golang::types::{File, FileId, Go, Member, Type, first_word, receiver, text};
use crate::language::go::kind;
use crate::source::NodeId;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Adds the places where an element of a hot struct is used by its address.
pub(crate) fn add_elements(study: &Study<'_, '_>, hot: &mut Hot) {
    let keys: BTreeSet<StructKey> = hot.structs.keys().copied().collect();
    let mut files: BTreeSet<FileId> = BTreeSet::new();
    for &key in &keys {
        for (id, _) in names_in(study, key, is_listed) {
            // What has the slice is of the same package or of those that import it.
            let dir = study.world.dir(id).to_owned();
            files.extend(study.world.files_in(&dir));
            files.extend(study.world.importers(&dir));
        }
    }
    for id in files.into_iter().filter(|&id| study.is_built(id)) {
        if study.world.bytes(id).is_none_or(|bytes| memchr::memchr(b'[', &bytes).is_none()) {
            continue;
        }
        let Some(file) = study.world.file(id) else { continue };
        let go = study.go_for(id);
        for node in (0..file.source.nodes.len()).filter(|&n| file.source.kind(n) == kind::INDEX) {
            if let Some((key, how)) = element_at(go, &file, node).filter(|(key, _)| keys.contains(key)) {
                let line = file.source.lines.place(file.source.span(&file.source.nodes[node].tokens).start).0;
                let site = Site { file: file.path.clone(), line, how: how.to_owned() };
                hot.elements.entry(key).or_default().insert(site);
            }
        }
    }
}

/// Whether a file writes a list of this type: `[]T`, `[8]p.T`, `...T`; judged by its text.
fn is_listed(study: &Study<'_, '_>, id: FileId, word: &str) -> bool {
    let Some(bytes) = study.world.bytes(id) else { return false };
    let is_letter = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    memchr::memmem::find_iter(&bytes, word.as_bytes()).any(|at| {
        let mut before = &bytes[..at];
        if let Some(rest) = before.strip_suffix(b".").filter(|rest| !rest.ends_with(b"..")) {
            let name = rest.iter().rev().take_while(|b| is_letter(b)).count();
            before = &rest[..rest.len() - name];
        }
        let whole = !bytes.get(at + word.len()).is_some_and(is_letter);
        let before = before.trim_ascii_end();
        whole && (before.ends_with(b"]") || before.ends_with(b"..."))
    })
}

/// The struct that `x[i]` is by value, where its address is taken there.
fn element_at(go: &Go<'_, '_>, file: &Arc<File>, index: NodeId) -> Option<(StructKey, &'static str)> {
    let source = &file.source;
    let base = source.child(index, "operand")?;
    if !matches!(go.under(&go.type_of(file, base)), Type::Slice(_) | Type::Array(..) | Type::Pointer(_)) {
        return None;
    }
    let Type::Struct(place) = go.under(&go.type_of(file, index)) else { return None };
    let how = addressed(go, file, index)?;
    Some(((place.file, place.node), how))
}

/// How the address of an expression, or of a part of it, is taken.
fn addressed(go: &Go<'_, '_>, file: &Arc<File>, index: NodeId) -> Option<&'static str> {
    let source = &file.source;
    let mut node = index;
    loop {
        let above = source.nodes[node].parent;
        let is_operand = source.child(above, "operand") == Some(node);
        match source.kind(above) {
            kind::PAREN => {}
            kind::UNARY if first_word(file, above) == b"&" => return Some("an element by its address"),
            kind::SLICE if is_operand => {
                let array = matches!(go.under(&go.type_of(file, node)), Type::Array(..));
                return array.then_some("a slice of an element");
            }
            kind::INDEX if is_operand && matches!(go.under(&go.type_of(file, node)), Type::Array(..)) => {}
            kind::SELECTOR if is_operand => {
                let name = text(source, source.child(above, "field")?);
                match go.member(&go.type_of(file, node), &name)? {
                    Member::Field(path, _) if !goes_through_a_pointer(go, &path) => {}
                    Member::Method(other, method, _, path) => {
                        let pointer = receiver(&other.source, method)
                            .and_then(|r| other.source.child(r, "type"))
                            .is_some_and(|t| other.source.kind(t) == kind::POINTER_TYPE);
                        let by_address = pointer && !path.iter().any(|step| is_pointer(go, step));
                        return by_address.then_some("a method of an element");
                    }
                    Member::Field(..) => return None,
                }
            }
            _ => return None,
        }
        node = above;
    }
}

/// Whether an embedded field on the way to a field is a pointer, behind which another allocation begins.
fn goes_through_a_pointer(go: &Go<'_, '_>, path: &[(crate::golang::types::Place, usize)]) -> bool {
    path.split_last().is_some_and(|(_, embedded)| embedded.iter().any(|step| is_pointer(go, step)))
}

fn is_pointer(go: &Go<'_, '_>, (place, i): &(crate::golang::types::Place, usize)) -> bool {
    go.fields(place).get(*i).is_some_and(|field| matches!(go.under(&field.ty), Type::Pointer(_)))
}
