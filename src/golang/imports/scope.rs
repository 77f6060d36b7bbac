//! What a name means at a place: the package that a file imports under it, or something declared nearer.

use crate::language::go_nodes as go;
use crate::source::{Bytes, NodeId, Source};

/// Whether a file uses the package that it imports under this name: `name.X` where nothing else has the name.
pub fn is_used(source: &Source, name: &str) -> bool {
    (0..source.tokens.len()).any(|t| is_qualifier(source, t, name) && shadows(source, name, t).is_none())
}

/// Whether a token is the `name` of a `name.X`.
fn is_qualifier(source: &Source, token: usize, name: &str) -> bool {
    if source.text(token) != name.as_bytes() {
        return false;
    }
    let node = &source.nodes[source.tokens[token].node];
    let parent = source.kind(node.parent);
    node.tokens == (token..token + 1)
        && (parent == go::SELECTOR && node.field == "operand"
            || parent == go::QUALIFIED_TYPE && node.field == "package")
}

/// The declaration that a name at this token position means, unless it is an import: a local, a parameter,
/// a type parameter, or a declaration of this file. Labels and fields have names of their own.
pub fn shadows(source: &Source, name: &str, at: usize) -> Option<Bytes> {
    let scope = Scope { source, name: name.as_bytes(), at };
    let innermost = source.tokens.get(at).map_or(0, |t| t.node);
    let found = std::iter::once(innermost).chain(source.ancestors(innermost)).find_map(|id| scope.declared_in(id))?;
    Some(source.span(&source.nodes[found].tokens))
}

struct Scope<'a> {
    source: &'a Source,
    name: &'a [u8],
    at: usize,
}

impl Scope<'_> {
    /// The name's declaration in the scope that a node opens, if it reaches the place.
    fn declared_in(&self, id: NodeId) -> Option<NodeId> {
        let source = self.source;
        match source.kind(id) {
            go::FILE => source.children(id).find_map(|c| self.in_declaration(c, true)),
            go::FUNCTION_DECLARATION | go::METHOD_DECLARATION | go::FUNCTION_LITERAL => self.in_function(id),
            go::TYPE_SPEC | go::TYPE_ALIAS => self.in_parameters(source.child(id, "type_parameters")?),
            go::BLOCK => self.in_statements(source.children(id).find(|&c| source.kind(c) == go::STATEMENTS)?),
            go::EXPRESSION_CASE | go::DEFAULT_CASE | go::TYPE_CASE | go::COMMUNICATION_CASE => self.in_clause(id),
            go::IF | go::SWITCH | go::TYPE_SWITCH => self.declared_before(source.child(id, "initializer")?),
            go::FOR => {
                let header = source.children(id).next()?;
                match source.kind(header) {
                    go::FOR_CLAUSE => self.declared_before(source.child(header, "initializer")?),
                    go::RANGE => self.defined_left(header).filter(|_| self.is_behind(header)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn is_behind(&self, id: NodeId) -> bool {
        self.source.nodes[id].tokens.end <= self.at
    }

    fn holds(&self, id: NodeId) -> bool {
        self.source.nodes[id].tokens.contains(&self.at)
    }

    fn is_named(&self, id: &NodeId) -> bool {
        self.source.node_text(*id) == self.name
    }

    fn names(&self, id: NodeId, field: &str) -> Option<NodeId> {
        self.source.children(id).filter(|&c| self.source.nodes[c].field == field).find(|c| self.is_named(c))
    }

    fn in_function(&self, id: NodeId) -> Option<NodeId> {
        let part = |field| self.source.child(id, field);
        let types = part("type_parameters").and_then(|p| self.in_parameters(p));
        let body = part("body").filter(|&b| self.holds(b));
        let values = ["parameters", "result", "receiver"];
        // The type parameters of a method's receiver are not looked into: `func (s *S[T]) …`.
        body.and_then(|_| values.into_iter().filter_map(part).find_map(|p| self.in_parameters(p))).or(types)
    }

    fn in_parameters(&self, list: NodeId) -> Option<NodeId> {
        self.source.children(list).find_map(|p| self.names(p, "name"))
    }

    fn in_clause(&self, id: NodeId) -> Option<NodeId> {
        let source = self.source;
        let colon = source.nodes[id].tokens.clone().find(|&t| source.tokens[t].node == id && source.text(t) == b":")?;
        if self.at <= colon {
            return None;
        }
        let statements = source.children(id).find(|&c| source.kind(c) == go::STATEMENTS);
        let local = statements.and_then(|s| self.in_statements(s));
        let received = || self.defined_left(source.child(id, "communication")?);
        let switched = || {
            let switch = source.nodes[id].parent;
            self.named_in_list(source.child(switch, "alias").filter(|_| source.kind(switch) == go::TYPE_SWITCH)?)
        };
        local.or_else(received).or_else(switched)
    }

    fn in_statements(&self, list: NodeId) -> Option<NodeId> {
        let source = self.source;
        let mut found = None;
        for mut statement in source.children(list).take_while(|&s| source.nodes[s].tokens.start <= self.at) {
            while source.kind(statement) == go::LABELED {
                let Some(inner) = source.children(statement).nth(1) else { break };
                statement = inner;
            }
            found = self.declared_before(statement).or(found);
        }
        found
    }

    /// What a statement declares for the places behind it.
    fn declared_before(&self, statement: NodeId) -> Option<NodeId> {
        match self.source.kind(statement) {
            go::SHORT_VAR => self.defined_left(statement).filter(|_| self.is_behind(statement)),
            _ => self.in_declaration(statement, false),
        }
    }

    /// The left side of a `:=`.
    fn defined_left(&self, id: NodeId) -> Option<NodeId> {
        let source = self.source;
        let defines = source.nodes[id].tokens.clone().any(|t| source.tokens[t].node == id && source.text(t) == b":=");
        self.named_in_list(source.child(id, "left").filter(|_| defines)?)
    }

    fn named_in_list(&self, list: NodeId) -> Option<NodeId> {
        self.source.children(list).find(|c| self.is_named(c))
    }

    /// What a declaration declares; in a file its names are known everywhere, in a block behind their specs.
    fn in_declaration(&self, id: NodeId, everywhere: bool) -> Option<NodeId> {
        let source = self.source;
        match source.kind(id) {
            go::FUNCTION_DECLARATION if everywhere => self.names(id, "name"),
            go::VAR_DECLARATION | go::CONST_DECLARATION | go::TYPE_DECLARATION => {
                let holder = source.children(id).find(|&c| source.kind(c) == go::VAR_SPECS).unwrap_or(id);
                source.children(holder).find_map(|spec| {
                    let is_type = matches!(source.kind(spec), go::TYPE_SPEC | go::TYPE_ALIAS);
                    let reaches = everywhere
                        || self.is_behind(spec)
                        || is_type && source.nodes[spec].tokens.start < self.at && self.holds(spec);
                    self.names(spec, "name").filter(|_| reaches)
                })
            }
            _ => None,
        }
    }
}
