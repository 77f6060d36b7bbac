//! What is put into a variable, a parameter, a field or a result.

use super::reach::{Code, Holder, MAX_DEPTH, Reach, Way, call_of, callee, files_of};
use crate::golang::types::{File, Type, first_word, only_child, receiver, text};
use crate::language::go::kind;
use crate::operations::align_atomics::Level;
use crate::source::NodeId;
use std::sync::Arc;

/// A variable that is followed: what its name is, and what declares it.
struct Wanted<'a> {
    name: &'a str,
    holder: Holder,
    way: &'a Way,
}

/// A parameter that a token declares.
pub(crate) struct Parameter {
    pub(crate) function: NodeId,
    /// Its number; nothing for the receiver.
    pub(crate) index: Option<usize>,
    /// Whether it takes any number of arguments.
    pub(crate) variadic: bool,
}

impl Reach<'_, '_, '_> {
    /// Finds what is put into a holder.
    pub(crate) fn follow(&mut self, holder: Holder, way: &Way) {
        let (Holder::Variable(id, _) | Holder::Result(id, ..)) = holder;
        let study = self.study;
        if study.world.is_standard(study.world.dir(id)) {
            return;
        }
        let Some(file) = study.world.file(id) else { return };
        match holder {
            Holder::Result(_, decl, i) => self.returned(Code { go: study.go_for(id), file: &file }, decl, i, way),
            Holder::Variable(_, token) => {
                self.arguments(&file, token, way);
                self.assignments(&file, token, way);
            }
        }
    }

    fn returned(&mut self, code: Code<'_, '_, '_>, decl: NodeId, i: usize, way: &Way) {
        let source = &code.file.source;
        let Some(body) = source.child(decl, "body") else { return };
        for node in (body..source.nodes[body].end).filter(|&n| source.kind(n) == kind::RETURN) {
            let is_function =
                |a: &NodeId| matches!(source.kind(*a), kind::FUNC_LITERAL | kind::FUNC_DECL | kind::METHOD_DECL);
            if source.ancestors(node).find(is_function) != Some(decl) {
                continue;
            }
            let values: Vec<NodeId> =
                source.children(node).next().map_or(Vec::new(), |list| source.children(list).collect());
            match values[..] {
                // `return f()` of a function with several results.
                [call] if source.kind(call) == kind::CALL && i > 0 => self.take_result(code, call, i, way),
                _ => values.get(i).into_iter().for_each(|&value| self.take_if_fit(code, value, way)),
            }
        }
        // A named result is set like a variable, and a bare `return` gives what it has.
        if let Some(name) = named_result(code.file, decl, i) {
            let token = source.nodes[name].tokens.start;
            self.push(Holder::Variable(code.file.id, token), way.clone());
        }
    }

    /// What calls pass for a parameter or as the receiver.
    fn arguments(&mut self, file: &Arc<File>, token: usize, way: &Way) {
        let Some(Parameter { function, index, variadic }) = parameter(file, token) else { return };
        let study = self.study;
        let source = &file.source;
        let Some(name) = source.child(function, "name").map(|n| text(source, n)) else {
            return self.literal_arguments(file, function, (index.unwrap_or(0), variadic), way);
        };
        let pointer = receiver(source, function)
            .and_then(|r| source.child(r, "type"))
            .is_some_and(|t| source.kind(t) == kind::POINTER_TYPE);
        for id in study.around(&file.dir, &name) {
            let Some(other) = study.world.file(id) else { continue };
            let code = Code { go: study.go_near(id, file.id), file: &other };
            for call in calls_of(code, (file, function), &name) {
                let Some(index) = index else {
                    let way = Way { how: format!("{name}, {}", way.how), ..way.clone() };
                    if let Some(called) = other.source.child(call, "function") {
                        self.receiver_of(code, called, pointer, &way);
                    }
                    continue;
                };
                let way = Way { how: format!("argument of {name}, {}", way.how), ..way.clone() };
                self.passed(code, call, (index, variadic), &way);
            }
            self.values_of(code, (file, function), &name, index, way);
        }
    }

    /// What calls of a function without a name pass: there and then, or through a variable.
    fn literal_arguments(&mut self, file: &Arc<File>, function: NodeId, (index, variadic): (usize, bool), way: &Way) {
        let code = Code { go: self.study.go_for(file.id), file };
        match call_of(file, function) {
            Some(call) => self.passed(code, call, (index, variadic), way),
            None => self.function_value(code, function, index, way),
        }
    }

    /// Follows a function where a file uses it as a value.
    fn values_of(
        &mut self,
        code: Code<'_, '_, '_>,
        (file, function): (&Arc<File>, NodeId),
        name: &str,
        index: Option<usize>,
        way: &Way,
    ) {
        let source = &code.file.source;
        let Some(index) = index.filter(|_| source_is_function(file, function)) else { return };
        for node in (0..source.nodes.len()).filter(|&n| matches!(source.kind(n), kind::NAME | kind::SELECTOR)) {
            let is_value = source.nodes[node].field != "name"
                && ends_in(code.file, node, name)
                && call_of(code.file, node).is_none()
                && code.go.function_named(code.file, node).is_some_and(|(f, d)| (f.id, d) == (file.id, function));
            if is_value {
                self.function_value(code, node, index, way);
            }
        }
    }

    /// The arguments of a call for one parameter.
    fn passed(&mut self, code: Code<'_, '_, '_>, call: NodeId, (index, variadic): (usize, bool), way: &Way) {
        let source = &code.file.source;
        let Some(list) = source.child(call, "arguments") else { return };
        let passed: Vec<NodeId> = source.children(list).collect();
        for (i, &argument) in passed.iter().enumerate().skip(index) {
            let spread = source.kind(argument) == kind::VARIADIC_ARGUMENT;
            match variadic && !spread {
                true => {
                    if let Some(way) = way.shallower() {
                        self.take_if_fit(code, argument, &way);
                    }
                }
                false if spread => self.take(code, argument, way),
                false if i == index => self.take_if_fit(code, argument, way),
                false => {}
            }
        }
    }

    /// What assignments, declarations, literals, ranges and channels put into a variable or field.
    fn assignments(&mut self, file: &Arc<File>, token: usize, way: &Way) {
        let study = self.study;
        let name = String::from_utf8_lossy(file.source.text(token)).into_owned();
        let wanted = Wanted { name: &name, holder: Holder::Variable(file.id, token), way };
        for id in files_of(study, file, token, &name) {
            let Some(other) = study.world.file(id) else { continue };
            let code = Code { go: study.go_near(id, file.id), file: &other };
            for node in 0..other.source.nodes.len() {
                self.put(code, node, &wanted);
            }
        }
    }

    fn put(&mut self, code: Code<'_, '_, '_>, node: NodeId, wanted: &Wanted<'_>) {
        let source = &code.file.source;
        let both = || Some((source.child(node, "left")?, source.child(node, "right")?));
        let list = |list: NodeId| source.children(list).collect::<Vec<_>>();
        match source.kind(node) {
            kind::SHORT_VAR | kind::ASSIGNMENT | kind::RECEIVE => {
                if let Some((left, right)) = both() {
                    let right = if source.kind(right) == kind::EXPRESSIONS { list(right) } else { vec![right] };
                    self.put_each(code, &list(left), &right, wanted);
                }
            }
            kind::VAR_SPEC => {
                let names: Vec<_> = source.children(node).filter(|&c| source.nodes[c].field == "name").collect();
                let values = source.child(node, "value").map_or(Vec::new(), list);
                self.put_each(code, &names, &values, wanted);
            }
            kind::SEND => {
                if let (Some(channel), Some(value)) = (source.child(node, "channel"), source.child(node, "value")) {
                    self.put_inside(code, channel, value, wanted);
                }
            }
            kind::RANGE => {
                if let Some((left, over)) = both() {
                    let is_channel = matches!(code.go.under(&code.go.type_of(code.file, over)), Type::Chan(_));
                    let value = source.children(left).nth(usize::from(!is_channel));
                    if value.is_some_and(|v| self.is_wanted(code, v, wanted))
                        && let Some(way) = wanted.way.deeper()
                    {
                        self.take(code, over, &way);
                    }
                }
            }
            kind::LITERAL_BODY => self.put_in_literal(code, node, wanted),
            _ => {}
        }
    }

    /// Whether an expression names what is followed.
    fn is_wanted(&self, code: Code<'_, '_, '_>, node: NodeId, wanted: &Wanted<'_>) -> bool {
        ends_in(code.file, node, wanted.name) && self.holder(code, node) == Some(wanted.holder)
    }

    /// The two sides of an assignment.
    fn put_each(&mut self, code: Code<'_, '_, '_>, left: &[NodeId], right: &[NodeId], wanted: &Wanted<'_>) {
        let source = &code.file.source;
        for (i, &target) in left.iter().enumerate() {
            match right {
                _ if left.len() == right.len() => {
                    if self.is_wanted(code, target, wanted) {
                        self.take_if_fit(code, right[i], wanted.way);
                    } else {
                        self.put_inside(code, target, right[i], wanted);
                    }
                }
                // `p, ok := <-c`, and a call with several results.
                [one] if self.is_wanted(code, target, wanted) => match source.kind(*one) {
                    kind::CALL => self.take_result(code, *one, i, wanted.way),
                    _ if i == 0 => self.take(code, *one, wanted.way),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// `x[i] = value`, `*x = value` and `x <- value`, nested or not.
    fn put_inside(&mut self, code: Code<'_, '_, '_>, target: NodeId, value: NodeId, wanted: &Wanted<'_>) {
        let source = &code.file.source;
        let mut node = target;
        let mut way = wanted.way.clone();
        let mut inside = source.kind(source.nodes[target].parent) == kind::SEND;
        for _ in 0..2 * MAX_DEPTH {
            if inside {
                let Some(shallower) = way.shallower() else { return };
                way = shallower;
            }
            if self.is_wanted(code, node, wanted) && inside {
                return self.take_if_fit(code, value, &way);
            }
            inside = match source.kind(node) {
                kind::INDEX => true,
                kind::UNARY => first_word(code.file, node) == b"*",
                kind::PAREN => false,
                _ => return,
            };
            match source.child(node, "operand").or_else(|| only_child(code.file, node)) {
                Some(base) => node = base,
                None => return,
            }
        }
    }

    /// `T{field: &x.y}` and `T{&x.y}`.
    fn put_in_literal(&mut self, code: Code<'_, '_, '_>, body: NodeId, wanted: &Wanted<'_>) {
        let Code { go, file } = code;
        let source = &file.source;
        let Holder::Variable(id, token) = wanted.holder else { return };
        for (i, element) in source.children(body).enumerate() {
            let (value, may) = match source.kind(element) {
                kind::KEYED_ELEMENT => {
                    let key = source.child(element, "key");
                    let same = key.is_some_and(|k| source.node_text(k) == wanted.name.as_bytes());
                    (source.child(element, "value"), same)
                }
                _ => (Some(element), true),
            };
            let Some(value) = value.and_then(|v| only_child(file, v)).filter(|_| may) else { continue };
            let Type::Struct(place) = go.under(&go.literal_type(file, body)) else { return };
            let Some(shape) = self.study.shape((place.file, place.node)).filter(|_| place.file == id) else { return };
            let field = match source.kind(element) {
                kind::KEYED_ELEMENT => shape.fields.iter().find(|f| f.name == wanted.name),
                _ => shape.fields.get(i),
            };
            if field.is_some_and(|f| shape.file.source.nodes[f.name_node].tokens.start == token) {
                self.take_if_fit(code, value, &Way { level: Level::Indirect, ..wanted.way.clone() });
            }
        }
    }
}

/// Whether a node declares a function that is no method.
fn source_is_function(file: &File, node: NodeId) -> bool {
    file.source.kind(node) == kind::FUNC_DECL
}

/// The calls of a function in a file.
pub(crate) fn calls_of(code: Code<'_, '_, '_>, (file, function): (&Arc<File>, NodeId), name: &str) -> Vec<NodeId> {
    let source = &code.file.source;
    let calls = (0..source.nodes.len()).filter(|&n| source.kind(n) == kind::CALL);
    let means = |&call: &NodeId| {
        source.child(call, "function").is_some_and(|called| ends_in(code.file, called, name))
            && callee(code.go, code.file, call).is_some_and(|(f, decl)| (f.id, decl) == (file.id, function))
    };
    calls.filter(means).collect()
}

/// The parameter that a token declares.
pub(crate) fn parameter(file: &File, token: usize) -> Option<Parameter> {
    let source = &file.source;
    let name = source.nodes_at(token).map(|(id, _)| id).find(|&id| source.kind(id) == kind::NAME)?;
    let decl = source.nodes[name].parent;
    if !matches!(source.kind(decl), kind::PARAMETER | kind::VARIADIC) {
        return None;
    }
    let list = source.nodes[decl].parent;
    let function = source.nodes[list].parent;
    if !matches!(source.kind(function), kind::FUNC_DECL | kind::METHOD_DECL | kind::FUNC_LITERAL) {
        return None;
    }
    match source.nodes[list].field {
        "receiver" => Some(Parameter { function, index: None, variadic: false }),
        "parameters" => {
            let names =
                source.children(list).flat_map(|d| source.children(d).filter(|&c| source.nodes[c].field == "name"));
            let index = Some(names.into_iter().position(|n| n == name)?);
            Some(Parameter { function, index, variadic: source.kind(decl) == kind::VARIADIC })
        }
        _ => None,
    }
}

/// The name of a function's i-th result, where it has one.
fn named_result(file: &File, decl: NodeId, i: usize) -> Option<NodeId> {
    let source = &file.source;
    let list = source.child(decl, "result").filter(|&r| source.kind(r) == kind::PARAMETERS)?;
    source.children(list).flat_map(|d| source.children(d).filter(|&c| source.nodes[c].field == "name")).nth(i)
}

/// Whether an expression is this name or ends in it as a selector.
pub(crate) fn ends_in(file: &File, mut node: NodeId, name: &str) -> bool {
    while matches!(file.source.kind(node), kind::INDEX | kind::INSTANTIATION | kind::PAREN) {
        match only_child(file, node) {
            Some(inner) => node = inner,
            None => return false,
        }
    }
    let tokens = &file.source.nodes[node].tokens;
    !tokens.is_empty() && file.source.text(tokens.end - 1) == name.as_bytes()
}
