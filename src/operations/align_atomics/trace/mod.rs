//! From the calls of sync/atomic back to the fields whose address they get.
//!
//! [`take`] reads an expression that has the address; what it names is a [`Holder`], and [`put`] finds what the tree
//! puts into that. [`functions`] follows the functions of sync/atomic themselves where they are used as values.

pub mod functions;
pub mod put;
pub mod take;

use super::analysis::Study;
use super::{Level, Site, StructKey};
use crate::golang::build::{CONTEXTS, ContextId};
use crate::golang::types::Decl;
use crate::golang::types::{Entity, Go, Member, only_child};
use crate::golang::types::{File, FileId, text};
use crate::language::go::kind;
use crate::source::NodeId;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// The fields that 64-bit atomics reach, by struct and number.
#[derive(Clone, Default)]
pub(crate) struct Hot {
    pub(crate) structs: BTreeMap<StructKey, BTreeMap<usize, HotField>>,
    /// Those of these structs whose values lie side by side in slices or arrays, and are used where they lie.
    pub(crate) elements: BTreeMap<StructKey, BTreeSet<Site>>,
}

/// How one field is reached.
#[derive(Clone)]
pub(crate) struct HotField {
    pub(crate) level: Level,
    pub(crate) sites: BTreeSet<Site>,
    /// The structs that it holds by value.
    pub(crate) holds: BTreeSet<StructKey>,
}

impl HotField {
    pub(crate) fn new(level: Level) -> HotField {
        HotField { level, sites: BTreeSet::new(), holds: BTreeSet::new() }
    }
}

impl Hot {
    /// Adds a way to a field; the most direct one gives the level.
    pub(crate) fn add(&mut self, key: StructKey, field: usize, level: Level, site: Site) -> &mut HotField {
        let hot = self.structs.entry(key).or_default().entry(field).or_insert(HotField::new(level));
        hot.level = hot.level.min(level);
        hot.sites.insert(site);
        hot
    }

    /// The same without the fields that only hold what gets types of sync/atomic: the compiler aligns them.
    pub(crate) fn without_typed(&self, typed: &HashMap<StructKey, BTreeSet<usize>>) -> Hot {
        let mut left = self.clone();
        loop {
            let is_settled = |key: &StructKey, all: &BTreeMap<StructKey, BTreeMap<usize, HotField>>| {
                let typed = typed.get(key);
                all.get(key).is_none_or(|fields| fields.keys().all(|i| typed.is_some_and(|typed| typed.contains(i))))
            };
            let all = left.structs.clone();
            let before: usize = all.values().map(BTreeMap::len).sum();
            for fields in left.structs.values_mut() {
                let stays = |field: &HotField| {
                    field.level != Level::Container || !field.holds.iter().all(|held| is_settled(held, &all))
                };
                fields.retain(|_, field| stays(field));
            }
            left.structs.retain(|_, fields| !fields.is_empty());
            if left.structs.values().map(BTreeMap::len).sum::<usize>() == before {
                return left;
            }
        }
    }
}

/// Something an address can be in: what has to be followed further back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// A variable, parameter or field: the token that declares it.
    Variable(FileId, usize),
    /// A result of a function.
    Result(FileId, NodeId, usize),
}

/// How an address is looked for.
#[derive(Clone, Debug)]
struct Way {
    level: Level,
    how: String,
    /// How deep in the value the address lies: 0 where the value is the address, 1 where its elements are, and so on.
    depth: u8,
    /// Whether only a 64-bit integer counts: the value went through an interface, which takes anything.
    exact: bool,
    /// Where the value is a function that gives the address: the number of the result.
    result: Option<usize>,
}

/// The deepest container of containers that is looked into.
const MAX_DEPTH: u8 = 3;

impl Way {
    fn deeper(&self) -> Option<Way> {
        (self.depth < MAX_DEPTH).then(|| Way { depth: self.depth + 1, ..self.clone() })
    }

    fn shallower(&self) -> Option<Way> {
        Some(Way { depth: self.depth.checked_sub(1)?, ..self.clone() })
    }

    fn through(&self, what: &str) -> Way {
        Way { level: Level::Indirect, how: format!("{}, through {what}", self.how), ..self.clone() }
    }
}

/// A file, and who answers questions about it.
#[derive(Clone, Copy)]
pub(crate) struct Code<'a, 'w, 't> {
    pub(crate) go: &'a Go<'w, 't>,
    pub(crate) file: &'a Arc<File>,
}

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

pub(crate) const ATOMIC: &str = "sync/atomic";

struct Reach<'s, 'w, 't> {
    study: &'s Study<'w, 't>,
    hot: Hot,
    todo: VecDeque<(Holder, Way)>,
    seen: HashSet<(Holder, u8, Option<usize>)>,
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

/// The declaration of the variable or field that an expression names.
pub(crate) fn holder_of(study: &Study<'_, '_>, code: Code<'_, '_, '_>, mut node: NodeId) -> Option<Holder> {
    let Code { go, file } = code;
    let source = &file.source;
    while source.kind(node) == kind::PAREN {
        node = only_child(file, node)?;
    }
    match source.kind(node) {
        kind::NAME => {
            let (name, token) = (text(source, node), source.nodes[node].tokens.start);
            if let Some(binding) = file.local(name.as_bytes(), token).or_else(|| file.declared_at(token)) {
                return Some(Holder::Variable(file.id, binding.token));
            }
            match go.lookup_top(file, &name) {
                Entity::Decl(other, Decl::Var(spec, i)) => variable(&other, spec, i),
                _ => None,
            }
        }
        kind::SELECTOR => {
            let (base, field) = (source.child(node, "operand")?, source.child(node, "field")?);
            let name = text(source, field);
            if let Some((path, dir)) = go.package_operand(file, base) {
                return match go.in_package(&path, dir.as_deref(), &name) {
                    Entity::Decl(other, Decl::Var(spec, i)) => variable(&other, spec, i),
                    _ => None,
                };
            }
            match go.member(&go.type_of(file, base), &name)? {
                Member::Field(path, _) => {
                    let (place, i) = path.last()?;
                    let shape = study.shape((place.file, place.node))?;
                    let token = shape.file.source.nodes[shape.fields.get(*i)?.name_node].tokens.start;
                    Some(Holder::Variable(place.file, token))
                }
                Member::Method(..) => None,
            }
        }
        _ => None,
    }
}

/// The files in which the variable, parameter or field of this name that a token declares can be used.
pub(crate) fn files_of(study: &Study<'_, '_>, file: &Arc<File>, token: usize, name: &str) -> Vec<FileId> {
    if file.declared_at(token).is_some() {
        return vec![file.id];
    }
    if name.chars().next().is_some_and(char::is_uppercase) {
        return study.around(&file.dir, name);
    }
    study.world.files_in(&file.dir).into_iter().filter(|&id| study.world.mentions(id, name)).collect()
}

/// The function of sync/atomic that a node names.
fn function_at(file: &File, node: NodeId) -> Option<String> {
    let source = &file.source;
    let names = || file.header.imports.iter().filter(|i| i.path == ATOMIC).map(|i| i.name.as_deref());
    match source.kind(node) {
        kind::SELECTOR => {
            let (base, field) = (source.child(node, "operand")?, source.child(node, "field")?);
            let package = source.node_text(base);
            let named = names().any(|n| n.unwrap_or("atomic").as_bytes() == package);
            let shadowed = || file.local(package, source.nodes[base].tokens.start).is_some();
            (named && !shadowed()).then(|| text(source, field))
        }
        kind::NAME if names().any(|n| n == Some(".")) => {
            let name = text(source, node);
            let free = file.local(name.as_bytes(), source.nodes[node].tokens.start).is_none();
            let qualified = source.kind(source.nodes[node].parent) == kind::SELECTOR;
            (free && !qualified && !file.tops.contains_key(&name)).then_some(name)
        }
        _ => None,
    }
}

/// The call whose function a node is.
pub(crate) fn call_of(file: &File, mut node: NodeId) -> Option<NodeId> {
    let source = &file.source;
    let mut above = source.nodes[node].parent;
    while source.kind(above) == kind::PAREN {
        (node, above) = (above, source.nodes[above].parent);
    }
    (source.kind(above) == kind::CALL && source.child(above, "function") == Some(node)).then_some(above)
}

/// The variable that a spec declares.
fn variable(file: &File, spec: NodeId, i: usize) -> Option<Holder> {
    let source = &file.source;
    let name = source.children(spec).filter(|&c| source.nodes[c].field == "name").nth(i)?;
    Some(Holder::Variable(file.id, source.nodes[name].tokens.start))
}

/// The function or method that a call calls, where that is known without running anything.
pub(crate) fn callee(go: &Go<'_, '_>, file: &Arc<File>, call: NodeId) -> Option<(Arc<File>, NodeId)> {
    let source = &file.source;
    let mut function = source.child(call, "function")?;
    while source.kind(function) == kind::PAREN {
        function = only_child(file, function)?;
    }
    if let Some(found) = go.function_named(file, function) {
        return Some(found);
    }
    if source.kind(function) != kind::SELECTOR {
        return None;
    }
    let (base, field) = (source.child(function, "operand")?, source.child(function, "field")?);
    match go.member(&go.type_of(file, base), &text(source, field))? {
        Member::Method(other, decl, ..) if other.source.kind(decl) == kind::METHOD_DECL => Some((other, decl)),
        _ => None,
    }
}
