//! From the calls of sync/atomic back to the fields whose address they get.
//!
//! [`take`] reads an expression that has the address; what it names is a [`Holder`], and [`put`] finds what the tree
//! puts into that. [`functions`] follows the functions of sync/atomic themselves where they are used as values.

mod functions;
pub mod put;
mod reach;
pub mod take;

use super::analysis::Study;
use super::hot::Hot;
use super::model::{Level, Site, StructKey};
use crate::golang::build::{CONTEXTS, ContextId};
use crate::golang::types::{File, FileId};
use crate::language::go::kind;
use crate::source::NodeId;
pub(crate) use reach::{ATOMIC, Code, Holder, call_of, callee, files_of, holder_of};
use reach::{Reach, Way, function_at};
use std::collections::{BTreeSet, HashSet, VecDeque};

/// What sync/atomic does to 64-bit words.
const OPERATIONS: &[&str] = &["Add", "Load", "Store", "Swap", "CompareAndSwap", "And", "Or"];

/// Whether sync/atomic has a function of this name for 64-bit words.
pub(crate) fn is_64_bit_function(name: &str) -> bool {
    let operation = name.strip_suffix("Int64").or_else(|| name.strip_suffix("Uint64"));
    operation.is_some_and(|operation| OPERATIONS.contains(&operation))
}

/// The names of all these functions.
fn function_names() -> Vec<String> {
    OPERATIONS.iter().flat_map(|operation| [format!("{operation}Int64"), format!("{operation}Uint64")]).collect()
}

/// Finds all fields that 64-bit atomics reach directly or through pointers.
pub(crate) fn reached_fields(study: &Study<'_, '_>) -> Hot {
    let world = study.world;
    let mut reach = Reach { study, hot: Hot::default(), todo: VecDeque::new(), seen: HashSet::new() };
    for id in callers(study).into_iter().filter(|&id| study.is_built(id)) {
        let Some(file) = world.file(id) else { continue };
        for context in contexts(study, id) {
            reach.uses(Code { go: study.go(context), file: &file });
        }
    }
    while let Some((holder, way)) = reach.todo.pop_front() {
        reach.follow(holder, &way);
    }
    reach.hot
}

/// The files that name one of the functions, parsed.
fn callers(study: &Study<'_, '_>) -> Vec<FileId> {
    use rayon::prelude::*;
    let world = study.world;
    let names = aho_corasick::AhoCorasick::new(function_names()).ok();
    let names = |bytes: &[u8]| names.as_ref().is_none_or(|names| names.is_match(bytes));
    let uses = |id: &FileId| {
        world.header(*id).imports.iter().any(|i| i.path == ATOMIC) && world.bytes(*id).is_some_and(|b| names(&b))
    };
    let mut ids: Vec<FileId> = world.ids().into_par_iter().filter(uses).collect();
    // Types of known packages that the tree uses and does not bring along.
    ids.extend(world.known_ids().filter(|id| uses(id) && !world.importers(world.dir(*id)).is_empty()));
    ids.par_iter().for_each(|&id| {
        world.file(id);
    });
    ids
}

/// The contexts to look at a file in: its first, and those of its neighbours that use atomics and are not built there.
fn contexts(study: &Study<'_, '_>, id: FileId) -> BTreeSet<ContextId> {
    let world = study.world;
    let own = world.header(id).contexts;
    let mut all: BTreeSet<ContextId> = world.context_of(id).into_iter().collect();
    for other in world.files_in(world.dir(id)) {
        if let Some(context) = world.context_of(other)
            && CONTEXTS[usize::from(context)].is_32_bit()
            && own & (1 << context) != 0
            && world.bytes(other).is_some_and(|b| memchr::memmem::find(&b, b"atomic").is_some())
        {
            all.insert(context);
        }
    }
    all
}

impl Reach<'_, '_, '_> {
    /// Takes in the calls of a file, and the functions that it uses as values.
    fn uses(&mut self, code: Code<'_, '_, '_>) {
        let source = &code.file.source;
        for node in (0..source.nodes.len()).filter(|&n| matches!(source.kind(n), kind::SELECTOR | kind::NAME)) {
            let Some(name) = function_at(code.file, node).filter(|name| is_64_bit_function(name)) else { continue };
            let way = Way { level: Level::Direct, how: format!("atomic.{name}"), depth: 0, exact: false, result: None };
            match call_of(code.file, node) {
                Some(call) => {
                    let first = source.child(call, "arguments").and_then(|a| source.children(a).next());
                    if let Some(address) = first {
                        self.take(code, address, &way);
                    }
                }
                None => self.function_value(code, node, 0, &way),
            }
        }
    }

    fn push(&mut self, holder: Holder, way: Way) {
        if self.seen.insert((holder, way.depth, way.result)) {
            self.todo.push_back((holder, way));
        }
    }

    fn holder(&self, code: Code<'_, '_, '_>, node: NodeId) -> Option<Holder> {
        holder_of(self.study, code, node)
    }

    /// Notes that a node reaches a field.
    fn note(&mut self, field: Option<(StructKey, usize)>, file: &File, node: NodeId, way: &Way) {
        let Some((key, i)) = field else { return };
        let line = file.source.lines.place(file.source.span(&file.source.nodes[node].tokens).start).0;
        self.hot.add(key, i, way.level, Site { file: file.path.clone(), line, how: way.how.clone() });
    }
}
