//! From the calls of sync/atomic back to the fields whose address they get.

use super::study::Study;
use super::{Level, Site, StructKey};
use crate::golang::context::{CONTEXTS, ContextId};
use crate::golang::file::{Decl, File, FileId, receiver, text};
use crate::golang::resolve::{Entity, Go, Member, first_word, only_child};
use crate::golang::types::{Basic, Type};
use crate::language::go::kind;
use crate::source::NodeId;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

/// The fields that 64-bit atomics reach, by struct and number.
#[derive(Default)]
pub(super) struct Hot {
    pub(super) structs: BTreeMap<StructKey, BTreeMap<usize, HotField>>,
}

/// How one field is reached.
pub(super) struct HotField {
    pub(super) level: Level,
    pub(super) sites: BTreeSet<Site>,
    /// The size of the elements it was reached in, where that is no multiple of 8.
    pub(super) stride: Option<u64>,
}

impl Hot {
    /// Adds a way to a field; the most direct one gives the level.
    pub(super) fn add(
        &mut self,
        key: StructKey,
        field: usize,
        level: Level,
        site: Option<Site>,
        stride: Option<u64>,
    ) -> bool {
        let fields = self.structs.entry(key).or_default();
        let new = !fields.contains_key(&field);
        let hot = fields.entry(field).or_insert(HotField { level, sites: BTreeSet::new(), stride: None });
        hot.level = hot.level.min(level);
        hot.sites.extend(site);
        hot.stride = hot.stride.or(stride);
        new
    }
}

/// Something an address can be in: what has to be followed further back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    /// A variable, parameter or field: the token that declares it.
    Variable(FileId, usize),
    /// The elements of a variable.
    Elements(FileId, usize),
    /// A result of a function.
    Result(FileId, NodeId, usize),
}

/// What sync/atomic does to 64-bit words.
const OPERATIONS: &[&str] = &["Add", "Load", "Store", "Swap", "CompareAndSwap", "And", "Or"];

/// Whether sync/atomic has a function of this name for 64-bit words.
pub(super) fn is_64_bit_function(name: &str) -> bool {
    let operation = name.strip_suffix("Int64").or_else(|| name.strip_suffix("Uint64"));
    operation.is_some_and(|operation| OPERATIONS.contains(&operation))
}

/// The names of all these functions.
fn functions() -> Vec<String> {
    OPERATIONS.iter().flat_map(|operation| [format!("{operation}Int64"), format!("{operation}Uint64")]).collect()
}

const ATOMIC: &str = "sync/atomic";

struct Reach<'s, 'w, 't> {
    study: &'s Study<'w, 't>,
    hot: Hot,
    todo: VecDeque<(Holder, String)>,
    seen: HashSet<Holder>,
}

/// Finds all fields that 64-bit atomics reach directly or through pointers.
pub(super) fn reached_fields(study: &Study<'_, '_>) -> Hot {
    let world = study.world;
    let callers: Vec<FileId> = {
        use rayon::prelude::*;
        let calls = aho_corasick::AhoCorasick::new(functions()).ok();
        let names = |bytes: &[u8]| calls.as_ref().is_none_or(|calls| calls.is_match(bytes));
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
    };
    let mut reach = Reach { study, hot: Hot::default(), todo: VecDeque::new(), seen: HashSet::new() };
    for &id in callers.iter().filter(|&&id| study.is_built(id)) {
        let Some(file) = world.file(id) else { continue };
        for context in contexts(study, id) {
            reach.calls(study.go(context), &file);
        }
    }
    while let Some((holder, how)) = reach.todo.pop_front() {
        reach.follow(holder, &how);
    }
    reach.hot
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
    /// Takes in the calls of a file.
    fn calls(&mut self, go: &Go<'_, '_>, file: &Arc<File>) {
        let source = &file.source;
        let names: Vec<Option<&str>> =
            file.header.imports.iter().filter(|i| i.path == ATOMIC).map(|i| i.name.as_deref()).collect();
        let dotted = names.contains(&Some("."));
        for call in (0..source.nodes.len()).filter(|&n| source.kind(n) == kind::CALL) {
            let Some(mut function) = source.child(call, "function") else { continue };
            while source.kind(function) == kind::PAREN {
                let Some(inner) = only_child(file, function) else { break };
                function = inner;
            }
            let name = match source.kind(function) {
                kind::SELECTOR => {
                    let (Some(base), Some(field)) =
                        (source.child(function, "operand"), source.child(function, "field"))
                    else {
                        continue;
                    };
                    let package = source.node_text(base);
                    let named = names.iter().any(|n| n.unwrap_or("atomic").as_bytes() == package);
                    if !named || file.local(package, source.nodes[base].tokens.start).is_some() {
                        continue;
                    }
                    text(source, field)
                }
                kind::NAME if dotted => text(source, function),
                _ => continue,
            };
            if !is_64_bit_function(&name) {
                continue;
            }
            let Some(argument) = source.child(call, "arguments").and_then(|a| source.children(a).next()) else {
                continue;
            };
            self.address(go, file, argument, Level::Direct, &format!("atomic.{name}"));
        }
    }

    /// Takes in an expression that is an address: a field is noted, a variable is to be followed.
    fn address(&mut self, go: &Go<'_, '_>, file: &Arc<File>, node: NodeId, level: Level, how: &str) {
        let source = &file.source;
        let mut node = node;
        loop {
            match source.kind(node) {
                kind::PAREN | kind::ELEMENT => match only_child(file, node) {
                    Some(inner) => node = inner,
                    None => return,
                },
                kind::CONVERSION => match source.child(node, "operand") {
                    Some(inner) => node = inner,
                    None => return,
                },
                kind::CALL => {
                    let Some(function) = source.child(node, "function") else { return };
                    let arguments: Vec<NodeId> =
                        source.child(node, "arguments").map_or(Vec::new(), |a| source.children(a).collect());
                    if let [only] = arguments[..]
                        && go.written_type(file, function, &None).is_some()
                    {
                        node = only;
                        continue;
                    }
                    if let Some((other, decl)) = callee(go, file, node) {
                        self.push(Holder::Result(other.id, decl, 0), format!("{how}, through a result"));
                    }
                    return;
                }
                _ => break,
            }
        }
        match source.kind(node) {
            kind::UNARY if first_word(file, node) == b"&" => {
                if let Some(operand) = source.child(node, "operand") {
                    self.target(go, file, operand, level, how);
                }
            }
            kind::INDEX => {
                let holder = source.child(node, "operand").and_then(|base| self.holder(go, file, base));
                if let Some(Holder::Variable(id, token)) = holder {
                    self.push(Holder::Elements(id, token), format!("{how}, through an element"));
                }
            }
            kind::NAME | kind::SELECTOR => {
                if let Some(holder) = self.holder(go, file, node) {
                    self.push(holder, format!("{how}, through `{}`", text(source, node)));
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, holder: Holder, how: String) {
        if self.seen.insert(holder) {
            self.todo.push_back((holder, how));
        }
    }

    /// The declaration of the variable or field that an expression names.
    fn holder(&self, go: &Go<'_, '_>, file: &Arc<File>, mut node: NodeId) -> Option<Holder> {
        let source = &file.source;
        while source.kind(node) == kind::PAREN {
            node = only_child(file, node)?;
        }
        match source.kind(node) {
            kind::NAME => {
                let (name, token) = (text(source, node), source.nodes[node].tokens.start);
                if let Some(binding) = file.local(name.as_bytes(), token) {
                    return Some(Holder::Variable(file.id, binding.token));
                }
                if let Some(binding) = file.declared_at(token) {
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
                        let shape = self.study.shape((place.file, place.node))?;
                        let token = shape.file.source.nodes[shape.fields.get(*i)?.name_node].tokens.start;
                        Some(Holder::Variable(place.file, token))
                    }
                    Member::Method(..) => None,
                }
            }
            _ => None,
        }
    }

    /// Notes the field that the operand of `&` ends in.
    fn target(&mut self, go: &Go<'_, '_>, file: &Arc<File>, node: NodeId, level: Level, how: &str) {
        let source = &file.source;
        let mut node = node;
        loop {
            match source.kind(node) {
                kind::PAREN => match only_child(file, node) {
                    Some(inner) => node = inner,
                    None => return,
                },
                // An element of an array lies in the field; one of a slice does not.
                kind::INDEX => {
                    let Some(base) = source.child(node, "operand") else { return };
                    if !matches!(go.under(&go.type_of(file, base)), Type::Array(..)) {
                        return;
                    }
                    node = base;
                }
                _ => break,
            }
        }
        if source.kind(node) != kind::SELECTOR {
            return;
        }
        let (Some(base), Some(field)) = (source.child(node, "operand"), source.child(node, "field")) else { return };
        if go.package_operand(file, base).is_some() {
            return;
        }
        let ty = go.type_of(file, base);
        if let Some(Member::Field(path, _)) = go.member(&ty, &text(source, field)) {
            let stride = element_size(go, file, base).filter(|size| size % 8 != 0);
            self.note(path.last().map(|(place, i)| ((place.file, place.node), *i)), file, node, level, how, stride);
        }
    }

    fn note(
        &mut self,
        field: Option<(StructKey, usize)>,
        file: &File,
        node: NodeId,
        level: Level,
        how: &str,
        stride: Option<u64>,
    ) {
        let Some((key, i)) = field else { return };
        let source = &file.source;
        let line = source.lines.place(source.span(&source.nodes[node].tokens).start).0;
        let site = Site { file: file.path.clone(), line, how: how.to_owned() };
        self.hot.add(key, i, level, Some(site), stride);
    }

    /// Finds what is put into a holder.
    fn follow(&mut self, holder: Holder, how: &str) {
        let id = match holder {
            Holder::Variable(id, _) | Holder::Elements(id, _) | Holder::Result(id, ..) => id,
        };
        if self.study.world.is_standard(self.study.world.dir(id)) {
            return;
        }
        let Some(file) = self.study.world.file(id) else { return };
        let study = self.study;
        let go = study.go_for(id);
        match holder {
            Holder::Result(_, decl, i) => self.returned(go, &file, decl, i, how),
            Holder::Variable(_, token) | Holder::Elements(_, token) => {
                let elements = matches!(holder, Holder::Elements(..));
                self.arguments(&file, token, elements, how);
                self.assignments(&file, token, elements, how);
            }
        }
    }

    fn returned(&mut self, go: &Go<'_, '_>, file: &Arc<File>, decl: NodeId, i: usize, how: &str) {
        let source = &file.source;
        let Some(body) = source.child(decl, "body") else { return };
        for node in body..source.nodes[body].end {
            if source.kind(node) != kind::RETURN {
                continue;
            }
            let function = source
                .ancestors(node)
                .find(|&a| matches!(source.kind(a), kind::FUNC_LITERAL | kind::FUNC_DECL | kind::METHOD_DECL));
            if function != Some(decl) {
                continue;
            }
            if let Some(value) = source.children(node).next().and_then(|list| source.children(list).nth(i)) {
                self.pointed(go, file, value, how);
            }
        }
    }

    /// Takes in a value that is put into a holder, when it can be the address of a 64-bit word.
    fn pointed(&mut self, go: &Go<'_, '_>, file: &Arc<File>, node: NodeId, how: &str) {
        let may = match go.type_of(file, node) {
            Type::Unknown => true,
            ty => points_to_64_bits(go, &ty),
        };
        if may {
            self.address(go, file, node, Level::Indirect, how);
        }
    }

    /// The parameter that a token declares: the function, the number of the parameter or nothing for the receiver,
    /// and whether it takes any number of arguments.
    fn parameter(&self, file: &File, token: usize) -> Option<(NodeId, Option<usize>, bool)> {
        let source = &file.source;
        let name = source.nodes_at(token).map(|(id, _)| id).find(|&id| source.kind(id) == kind::NAME)?;
        let decl = source.nodes[name].parent;
        if !matches!(source.kind(decl), kind::PARAMETER | kind::VARIADIC) {
            return None;
        }
        let list = source.nodes[decl].parent;
        let function = source.nodes[list].parent;
        if !matches!(source.kind(function), kind::FUNC_DECL | kind::METHOD_DECL) {
            return None;
        }
        match source.nodes[list].field {
            "receiver" => Some((function, None, false)),
            "parameters" => {
                let names =
                    source.children(list).flat_map(|d| source.children(d).filter(|&c| source.nodes[c].field == "name"));
                let index = names.into_iter().position(|n| n == name)?;
                Some((function, Some(index), source.kind(decl) == kind::VARIADIC))
            }
            _ => None,
        }
    }

    /// What calls pass for a parameter or as the receiver.
    fn arguments(&mut self, file: &Arc<File>, token: usize, elements: bool, how: &str) {
        let Some((function, index, variadic)) = self.parameter(file, token) else { return };
        if variadic != elements && index.is_some() {
            return;
        }
        let study = self.study;
        let source = &file.source;
        let Some(name) = source.child(function, "name").map(|n| text(source, n)) else { return };
        let pointer = receiver(source, function)
            .and_then(|r| source.child(r, "type"))
            .is_some_and(|t| source.kind(t) == kind::POINTER_TYPE);
        if index.is_none() && !pointer {
            return;
        }
        for id in study.around(&file.dir, &name) {
            let Some(other) = study.world.file(id) else { continue };
            let go = study.go_near(id, file.id);
            let source = &other.source;
            for call in (0..source.nodes.len()).filter(|&n| source.kind(n) == kind::CALL) {
                let Some(called) = source.child(call, "function") else { continue };
                if !ends_in(&other, called, &name) {
                    continue;
                }
                let Some((target, decl)) = callee(go, &other, call) else { continue };
                if (target.id, decl) != (file.id, function) {
                    continue;
                }
                match index {
                    None => self.receiver_of(go, &other, called, &format!("{name}, {how}")),
                    Some(index) => {
                        let list = source.child(call, "arguments");
                        let passed: Vec<NodeId> = list.map_or(Vec::new(), |l| source.children(l).collect());
                        let these = if variadic {
                            passed.get(index..).unwrap_or(&[])
                        } else {
                            passed.get(index..=index).unwrap_or(&[])
                        };
                        for &argument in these {
                            self.pointed(go, &other, argument, &format!("argument of {name}, {how}"));
                        }
                    }
                }
            }
        }
    }

    /// Takes in `x` of `x.Method()`, whose address the method gets.
    fn receiver_of(&mut self, go: &Go<'_, '_>, file: &Arc<File>, selector: NodeId, how: &str) {
        let source = &file.source;
        let (Some(base), Some(field)) = (source.child(selector, "operand"), source.child(selector, "field")) else {
            return;
        };
        let ty = go.type_of(file, base);
        let Some(Member::Method(_, _, _, path)) = go.member(&ty, &text(source, field)) else { return };
        match path.last() {
            Some((place, i)) => {
                self.note(Some(((place.file, place.node), *i)), file, selector, Level::Indirect, how, None);
            }
            None if points_to_64_bits(go, &ty) => self.address(go, file, base, Level::Indirect, how),
            None => self.target(go, file, base, Level::Indirect, how),
        }
    }

    /// What assignments, declarations, literals and ranges put into a variable or field.
    fn assignments(&mut self, file: &Arc<File>, token: usize, elements: bool, how: &str) {
        let study = self.study;
        let name = String::from_utf8_lossy(file.source.text(token)).into_owned();
        let local = file.declared_at(token).is_some();
        let exported = name.chars().next().is_some_and(char::is_uppercase);
        let ids = if local {
            vec![file.id]
        } else if exported {
            study.around(&file.dir, &name)
        } else {
            study.world.files_in(&file.dir).into_iter().filter(|&id| study.world.mentions(id, &name)).collect()
        };
        let wanted = Holder::Variable(file.id, token);
        for id in ids {
            let Some(other) = study.world.file(id) else { continue };
            let go = study.go_near(id, file.id);
            for node in 0..other.source.nodes.len() {
                self.put(go, &other, node, &name, wanted, elements, how);
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn put(
        &mut self,
        go: &Go<'_, '_>,
        file: &Arc<File>,
        node: NodeId,
        name: &str,
        wanted: Holder,
        elements: bool,
        how: &str,
    ) {
        let source = &file.source;
        let pairs: Vec<(NodeId, NodeId)> = match source.kind(node) {
            kind::SHORT_VAR | kind::ASSIGNMENT => {
                let (Some(left), Some(right)) = (source.child(node, "left"), source.child(node, "right")) else {
                    return;
                };
                let (left, right): (Vec<_>, Vec<_>) =
                    (source.children(left).collect(), source.children(right).collect());
                if left.len() != right.len() {
                    return;
                }
                left.into_iter().zip(right).collect()
            }
            kind::VAR_SPEC => {
                let names: Vec<_> = source.children(node).filter(|&c| source.nodes[c].field == "name").collect();
                let values: Vec<_> = source.child(node, "value").map_or(Vec::new(), |v| source.children(v).collect());
                if names.len() != values.len() {
                    return;
                }
                names.into_iter().zip(values).collect()
            }
            kind::LITERAL_BODY if !elements => return self.put_in_literal(go, file, node, name, wanted, how),
            kind::RANGE if !elements => {
                let (Some(left), Some(over)) = (source.child(node, "left"), source.child(node, "right")) else {
                    return;
                };
                let value = source.children(left).nth(1).filter(|&v| source.node_text(v) == name.as_bytes());
                if value.and_then(|v| self.holder(go, file, v)) != Some(wanted) {
                    return;
                }
                match source.kind(over) {
                    kind::COMPOSITE => self.elements_of(go, file, over, how),
                    _ => {
                        if let Some(Holder::Variable(id, token)) = self.holder(go, file, over) {
                            self.push(Holder::Elements(id, token), how.to_owned());
                        }
                    }
                }
                return;
            }
            _ => return,
        };
        for (left, right) in pairs {
            let (target, element) = match source.kind(left) {
                kind::INDEX => (source.child(left, "operand").unwrap_or(left), true),
                _ => (left, false),
            };
            if !ends_in(file, target, name) || self.holder(go, file, target) != Some(wanted) {
                continue;
            }
            match (elements, element) {
                (true, true) | (false, false) => self.pointed(go, file, right, how),
                (true, false) if source.kind(right) == kind::COMPOSITE => self.elements_of(go, file, right, how),
                _ => {}
            }
        }
    }

    /// The addresses in `[]*int64{&a.b, &a.c}`.
    fn elements_of(&mut self, go: &Go<'_, '_>, file: &Arc<File>, literal: NodeId, how: &str) {
        let source = &file.source;
        let Some(body) = source.child(literal, "body") else { return };
        for element in source.children(body) {
            let value = match source.kind(element) {
                kind::KEYED_ELEMENT => source.child(element, "value"),
                _ => Some(element),
            };
            if let Some(value) = value.and_then(|v| only_child(file, v)) {
                self.pointed(go, file, value, how);
            }
        }
    }

    /// `T{field: &x.y}` and `T{&x.y}`.
    fn put_in_literal(
        &mut self,
        go: &Go<'_, '_>,
        file: &Arc<File>,
        body: NodeId,
        name: &str,
        wanted: Holder,
        how: &str,
    ) {
        let source = &file.source;
        let Holder::Variable(id, token) = wanted else { return };
        for (i, element) in source.children(body).enumerate() {
            let (value, may) = match source.kind(element) {
                kind::KEYED_ELEMENT => {
                    let key = source.child(element, "key");
                    (source.child(element, "value"), key.is_some_and(|k| source.node_text(k) == name.as_bytes()))
                }
                _ => (Some(element), first_word(file, element) == b"&"),
            };
            let Some(value) = value.and_then(|v| only_child(file, v)).filter(|_| may) else { continue };
            let Type::Struct(place) = go.under(&go.literal_type(file, body)) else { return };
            let Some(shape) = self.study.shape((place.file, place.node)).filter(|_| place.file == id) else { return };
            let field = match source.kind(element) {
                kind::KEYED_ELEMENT => shape.fields.iter().find(|f| f.name == name),
                _ => shape.fields.get(i),
            };
            if field.is_some_and(|f| shape.file.source.nodes[f.name_node].tokens.start == token) {
                self.pointed(go, file, value, how);
            }
        }
    }
}

/// The variable that a spec declares.
fn variable(file: &File, spec: NodeId, i: usize) -> Option<Holder> {
    let source = &file.source;
    let name = source.children(spec).filter(|&c| source.nodes[c].field == "name").nth(i)?;
    Some(Holder::Variable(file.id, source.nodes[name].tokens.start))
}

/// Whether an expression is this name or ends in it as a selector.
fn ends_in(file: &File, mut node: NodeId, name: &str) -> bool {
    while matches!(file.source.kind(node), kind::INDEX | kind::INSTANTIATION | kind::PAREN) {
        match only_child(file, node) {
            Some(inner) => node = inner,
            None => return false,
        }
    }
    let tokens = &file.source.nodes[node].tokens;
    !tokens.is_empty() && file.source.text(tokens.end - 1) == name.as_bytes()
}

/// The function or method that a call calls, where that is known without running anything.
pub(super) fn callee(go: &Go<'_, '_>, file: &Arc<File>, call: NodeId) -> Option<(Arc<File>, NodeId)> {
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

/// Whether a type is a pointer to a 64-bit integer, named or not.
fn points_to_64_bits(go: &Go<'_, '_>, ty: &Type) -> bool {
    match go.under(ty) {
        Type::Pointer(to) => matches!(go.under(&to), Type::Basic(basic) if basic.is_64_bit_integer()),
        Type::Basic(basic) => basic == Basic::UnsafePointer,
        _ => false,
    }
}

/// The size of the elements of the slice or array that an operand is taken from, the nearest one.
fn element_size(go: &Go<'_, '_>, file: &Arc<File>, mut node: NodeId) -> Option<u64> {
    let source = &file.source;
    loop {
        match source.kind(node) {
            kind::PAREN => node = only_child(file, node)?,
            kind::INDEX => {
                let base = source.child(node, "operand")?;
                return match go.under(&go.type_of(file, base)) {
                    Type::Slice(element) | Type::Array(_, element) => match go.under(&element) {
                        Type::Struct(_) => go.size(&element, &Default::default()).map(|s| s.bytes),
                        _ => None,
                    },
                    _ => None,
                };
            }
            kind::SELECTOR => {
                // A pointer on the way begins a new allocation.
                let base = source.child(node, "operand")?;
                if matches!(go.under(&go.type_of(file, node)), Type::Pointer(_)) {
                    return None;
                }
                node = base;
            }
            _ => return None,
        }
    }
}
