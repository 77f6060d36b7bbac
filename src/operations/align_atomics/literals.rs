//! Positional composite literals, rewritten to a struct's new order.

use super::analysis::Study;
use super::change::{Change, Part};
use super::containers::all_names_of;
use super::model::StructKey;
use crate::golang::types::{File, FileId, Slot, Type};
use crate::language::go::kind;
use crate::source::NodeId;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The positional literals of a struct anywhere in the tree.
pub(crate) fn positional(study: &Study<'_, '_>, key: StructKey, fields: usize) -> Vec<(FileId, NodeId)> {
    let mut found = Vec::new();
    let files: BTreeSet<FileId> = all_names_of(study, key).into_iter().map(|(id, _)| id).collect();
    for id in files {
        let Some(file) = study.world.file(id) else { continue };
        let source = &file.source;
        let go = study.go_near(id, key.0);
        for body in (0..source.nodes.len()).filter(|&n| source.kind(n) == kind::LITERAL_BODY) {
            let elements: Vec<NodeId> = source.children(body).collect();
            let positional =
                elements.len() == fields && elements.iter().all(|&e| source.kind(e) != kind::KEYED_ELEMENT);
            if !positional {
                continue;
            }
            if let Type::Struct(place) = go.under(&go.literal_type(&file, body))
                && (place.file, place.node) == key
            {
                found.push((id, body));
            }
        }
    }
    found
}

/// The edits that give a literal the new order, or the reason why there are none.
pub(crate) fn reorder(file: &Arc<File>, body: NodeId, order: &[Slot], names: &[String]) -> Result<Vec<Change>, String> {
    let source = &file.source;
    let elements: Vec<NodeId> = source.children(body).collect();
    let whole = source.span(&source.nodes[body].tokens);
    let line = source.lines.place(whole.start).0;
    if source.is_broken(&source.nodes[body].tokens) {
        return Err(format!("a literal of it has a syntax error ({}:{line})", file.path.display()));
    }
    // Values that are computed by calls keep their order, as their effects do: they get keys instead.
    let calls = |&e: &NodeId| (e..source.nodes[e].end).any(|n| matches!(source.kind(n), kind::CALL | kind::UNARY));
    let computed = elements.iter().filter(|e| calls(e)).count();
    let outside = source.comments_in(&whole).iter().any(|c| {
        !elements.iter().any(|&e| {
            let span = source.span(&source.nodes[e].tokens);
            span.start <= c.bytes.start && c.bytes.end <= span.end
        })
    });
    if computed > 1 || outside {
        if names.iter().any(|n| n == "_") {
            return Err(format!("a literal of it cannot be given keys ({}:{line})", file.path.display()));
        }
        let key = |(&e, name): (&NodeId, &String)| {
            let at = source.span(&source.nodes[e].tokens).start;
            Change::insert(at, format!("{name}: "))
        };
        return Ok(elements.iter().zip(names).map(key).collect());
    }
    let mut changes = Vec::new();
    let mut places = elements.iter();
    let mut pending: Vec<Part> = Vec::new();
    for slot in order {
        let Slot::Field(i) = slot else {
            pending.push(Part::Text(b"[4]byte{}, ".to_vec()));
            continue;
        };
        let (Some(&at), Some(&from)) = (places.next(), elements.get(*i)) else { continue };
        if at != from || !pending.is_empty() {
            let mut parts = std::mem::take(&mut pending);
            parts.push(Part::Copy(source.span(&source.nodes[from].tokens)));
            changes.push(Change { at: source.span(&source.nodes[at].tokens), parts });
        }
    }
    if !pending.is_empty() {
        let end = elements.last().map_or(whole.end - 1, |&e| source.span(&source.nodes[e].tokens).end);
        changes.push(Change::insert(end, ", [4]byte{}"));
    }
    Ok(changes)
}
