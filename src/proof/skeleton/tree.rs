//! The links that a tree shows.

use super::chain::{Chains, Kind, Span};
use super::directives::Directives;
use crate::language::{Atom, Form, Language, ListKind};
use crate::source::{Bytes, Gap, NodeId, Source, Tokens};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The chains of the tokens in some ranges of a file, each of which begins where an item does.
pub(crate) fn chains(source: &Source, ranges: &[Bytes], directives: &Directives) -> Chains {
    let mut tree = Tree::new(source);
    let of = |range: &Bytes| source.token_at(range.start)..source.token_at(range.end);
    let all: Vec<Tokens> = ranges.iter().map(of).collect();
    for tokens in &all {
        tree.nodes(tokens);
        tree.clauses();
        tree.brackets(tokens);
    }
    let counts = |t: usize| {
        let token = &source.tokens[t];
        let follows =
            token.atom == Atom::Mark && matches!(source.text(t), b"{" | b"}" | b"(" | b")" | b"[" | b"]" | b";");
        !follows && !directives.holds(token.bytes.start)
    };
    let tokens = all.iter().cloned().flatten().map(|t| (source.tokens[t].bytes.clone(), counts(t)));
    Chains::weave(tree.spans, tokens)
}

struct Tree<'a> {
    source: &'a Source,
    spans: Vec<Span>,
    /// The spans of the `if` chains, by the nodes of their branches.
    chain_of: HashMap<NodeId, usize>,
    /// The braces that belong to a header.
    own: HashSet<usize>,
    /// Where what ends in a macro that repeats the next statement ends with that.
    stretched: HashMap<usize, usize>,
    /// The labels of the clauses of each `switch`, and where the last clause ends.
    switches: BTreeMap<NodeId, (Vec<Tokens>, usize)>,
}

impl<'a> Tree<'a> {
    fn new(source: &'a Source) -> Self {
        let (chain_of, own, stretched, switches) = Default::default();
        Tree { source, spans: Vec::new(), chain_of, own, stretched, switches }
    }

    fn push(&mut self, kind: Kind, tokens: &Tokens, marks: &[usize]) {
        let marks = marks.iter().filter_map(|&t| self.source.tokens.get(t)).map(|t| t.bytes.start).collect();
        let end = self.stretched.get(&tokens.end).copied().unwrap_or(tokens.end);
        let bytes = self.source.span(&(tokens.start..end));
        self.spans.push(Span { kind, bytes, marks });
    }

    /// Finds macros that repeat a statement and are themselves all that a header governs: `if (x) for_each(p) use(p);`. The
    /// grammar ends the header's statement with the macro.
    fn stretch(&mut self, within: &Tokens) {
        let source = self.source;
        for error in
            source.errors.iter().rev().filter(|e| e.is_empty() && within.start < e.start && e.start < within.end)
        {
            let own = source.tokens[error.start - 1].node;
            let ends = |id: &NodeId| source.nodes[*id].tokens.end == error.start;
            let Some(last) = std::iter::once(own).chain(source.ancestors(own)).take_while(ends).last() else {
                continue;
            };
            let next = source.nodes.get(source.nodes[last].end);
            let next = next.filter(|n| n.parent == source.nodes[last].parent && n.tokens.start == error.start);
            if let Some(next) = next.filter(|n| source.language.is_statement(n.kind)) {
                let end = self.stretched.get(&next.tokens.end).copied().unwrap_or(next.tokens.end);
                self.stretched.insert(error.start, end);
            }
        }
    }

    /// The links of all nodes that begin in a range of tokens.
    fn nodes(&mut self, within: &Tokens) {
        self.stretch(within);
        let source = self.source;
        let first = source.nodes.partition_point(|n| n.tokens.start < within.start);
        for (id, node) in source.nodes.iter().enumerate().skip(first) {
            if node.tokens.start >= within.end {
                break;
            }
            if node.tokens.is_empty() {
                continue;
            }
            if source.is_error(id) {
                self.error(id);
                continue;
            }
            let start = node.tokens.start;
            match source.language.form(node.kind, node.field) {
                Form::Function => self.function(id),
                Form::If => self.branch(id),
                Form::Else => self.last_branch(id, &node.tokens),
                Form::Loop => {
                    self.push(Kind::Loop, &node.tokens, &[start]);
                    self.body(source.child(id, "body"), &[start]);
                }
                Form::Switch => self.switch(id),
                Form::Clause => self.clause(id),
                Form::Statement if source.is_macro_header(id) => self.macro_loop(id),
                Form::Statement if self.stretched.contains_key(&node.tokens.end) => {
                    self.push(Kind::Loop, &node.tokens, &[start, start + 1]);
                    self.push(Kind::Body, &(node.tokens.end..self.stretched[&node.tokens.end]), &[start]);
                }
                Form::Statement => self.push(Kind::Statement, &node.tokens, &[]),
                Form::Imports => self.push(Kind::Imports, &node.tokens, &[start]),
                Form::Label | Form::Inner => {}
            }
        }
    }

    /// What a header governs, if it is there. Its keywords tell it.
    fn body(&mut self, body: Option<NodeId>, keywords: &[usize]) {
        let Some(body) = body else { return };
        let tokens = self.source.nodes[body].tokens.clone();
        self.owns(body);
        self.push(Kind::Body, &tokens, keywords);
    }

    /// The braces of a block belong to its header.
    fn owns(&mut self, block: NodeId) {
        if self.source.language.is_block(self.source.kind(block)) {
            self.own.insert(self.source.nodes[block].tokens.start);
        }
    }

    fn function(&mut self, id: NodeId) {
        let source = self.source;
        let node = &source.nodes[id];
        let Some(body) = source.child(id, "body") else { return };
        let mut marks = vec![node.tokens.start];
        if source.language == Language::C {
            let declarator = |&id: &NodeId| source.child(id, "declarator");
            let name = std::iter::successors(declarator(&id), declarator).last();
            marks = name.map(|name| source.nodes[name].tokens.start).into_iter().collect();
            marks.push(source.nodes[body].tokens.start);
        }
        self.owns(body);
        self.push(Kind::Function, &node.tokens, &marks);
    }

    /// An `if`: a chain of its own, or the next branch of the one that it is the `else` of.
    fn branch(&mut self, id: NodeId) {
        let source = self.source;
        let node = &source.nodes[id];
        let start = node.tokens.start;
        let parent = node.parent;
        let is_else = source.language.form(source.kind(parent), "") == Form::Else;
        let upper = if is_else { source.nodes[parent].parent } else { parent };
        let follows = is_else || node.field == "alternative";
        let body = source.child(id, "consequence");
        let end = body.map_or(node.tokens.end, |body| source.nodes[body].tokens.end);
        match self.chain_of.get(&upper).copied().filter(|_| follows && start > 0) {
            Some(chain) => {
                let mark = source.tokens[start].bytes.start;
                self.spans[chain].marks.push(mark);
                self.chain_of.insert(id, chain);
                // What an `else` governs is the same where that becomes an `else if`.
                self.push(Kind::Branch, &(start - 1..end), &[start, start - 1]);
                self.body(body, &[start, start - 1]);
            }
            None => {
                self.chain_of.insert(id, self.spans.len());
                self.push(Kind::Chain, &node.tokens, &[start]);
                self.push(Kind::Branch, &(start..end), &[start]);
                self.body(body, &[start]);
            }
        }
        // In Go an `else` is no node of its own.
        let last = source.child(id, "alternative").map(|last| (last, source.nodes[last].tokens.clone()));
        if let Some((last, tokens)) = last.filter(|(last, _)| source.language.is_block(source.kind(*last))) {
            self.push(Kind::Branch, &(tokens.start - 1..tokens.end), &[tokens.start - 1]);
            self.body(Some(last), &[tokens.start - 1]);
        }
    }

    /// An `else` that is no `else if`.
    fn last_branch(&mut self, id: NodeId, tokens: &Tokens) {
        let source = self.source;
        let Some(body) = source.children(id).next() else { return };
        if source.language.form(source.kind(body), "") != Form::If {
            self.push(Kind::Branch, tokens, &[tokens.start]);
            self.body(Some(body), &[tokens.start]);
        }
    }

    /// A macro and the statement that it repeats.
    fn macro_loop(&mut self, id: NodeId) {
        let source = self.source;
        let mut last = id;
        while source.is_macro_header(last) {
            last = source.nodes[last].end;
        }
        let header = source.nodes[id].tokens.clone();
        let body = source.nodes[id].end;
        let end = source.nodes[last].tokens.end;
        self.push(Kind::Loop, &(header.start..end), &[header.start, header.start + 1]);
        self.owns(body);
        self.push(Kind::Body, &(header.end..end), &[header.start]);
    }

    /// What the grammar cannot read. Where it is a header (`switch (x)` before a statement that has no braces), it governs
    /// what follows.
    fn error(&mut self, id: NodeId) {
        let source = self.source;
        let node = &source.nodes[id];
        let next = source.nodes.get(node.end).filter(|n| n.parent == node.parent && n.tokens.start == node.tokens.end);
        let start = node.tokens.start;
        match next.filter(|_| source.language.begins_header(source.text(start))) {
            Some(next) => {
                self.push(Kind::Loop, &(start..next.tokens.end), &[start]);
                self.push(Kind::Body, &next.tokens, &[start]);
            }
            None => self.push(Kind::Error, &node.tokens, &[]),
        }
    }

    fn switch(&mut self, id: NodeId) {
        let source = self.source;
        let tokens = source.nodes[id].tokens.clone();
        let mut end = tokens.end;
        match source.child(id, "body") {
            Some(body) => self.owns(body),
            None => {
                let own = |&t: &usize| source.tokens[t].node == id && source.text(t) == b"{";
                self.own.extend(tokens.clone().find(own));
            }
        }
        if source.text(end - 1) == b"}" {
            end -= 1;
        }
        self.push(Kind::Switch, &tokens, &[tokens.start]);
        self.switches.insert(id, (Vec::new(), end));
    }

    /// A clause is one of the `switch` or, as a body may show it, of the block that is the next thing around it,
    /// conditionals aside.
    fn clause(&mut self, id: NodeId) {
        let source = self.source;
        for above in source.ancestors(id) {
            let node = &source.nodes[above];
            let is_switch = self.switches.contains_key(&above);
            if !is_switch && source.language.is_block(node.kind) && !self.is_switched(above) {
                let end = node.tokens.end - usize::from(source.text(node.tokens.end - 1) == b"}");
                self.switches.insert(above, (Vec::new(), end));
            }
            if let Some((clauses, _)) = self.switches.get_mut(&above) {
                let tokens = &source.nodes[id].tokens;
                let own = |&t: &usize| source.tokens[t].node == id && source.text(t) == b":";
                clauses.push(tokens.start..tokens.clone().find(own).map_or(tokens.start, |c| c + 1));
                return;
            }
            let form = source.language.form(node.kind, node.field);
            if !matches!(form, Form::Inner | Form::Clause | Form::Label) {
                return;
            }
        }
    }

    /// Whether a block is that of a `switch`.
    fn is_switched(&self, block: NodeId) -> bool {
        self.switches.contains_key(&self.source.nodes[block].parent)
    }

    /// A clause goes on to the next one, whatever the grammar says; in C clauses with nothing but labels between are one.
    fn clauses(&mut self) {
        for (_, (labels, end)) in std::mem::take(&mut self.switches) {
            let mut at = 0;
            while at < labels.len() {
                let stacked = |n: &usize| {
                    self.source.language == Language::C && labels.get(n + 1).is_some_and(|l| l.start == labels[*n].end)
                };
                let last = (at..).find(|n| !stacked(n)).unwrap_or(at);
                let until = labels.get(last + 1).map_or(end, |next| next.start);
                // The label beside what follows tells it best. The labels themselves are the `switch`'s.
                let marks: Vec<usize> = labels[at..=last].iter().rev().map(|l| l.start).collect();
                let content = labels[last].end..until;
                if !content.is_empty() {
                    self.push(Kind::Clause, &content, &marks);
                }
                at = last + 1;
            }
        }
    }

    /// The links of brackets: braces that are no header's, and lists in parentheses. Those that group say nothing.
    fn brackets(&mut self, within: &Tokens) {
        let source = self.source;
        let mut open: Vec<usize> = Vec::new();
        for t in within.clone().filter(|&t| source.tokens[t].atom == Atom::Mark) {
            match source.text(t) {
                b"(" | b"[" | b"{" => open.push(t),
                b")" | b"]" | b"}" => {
                    let Some(start) = open.pop() else { continue };
                    let is_list = start > within.start && self.opens_list(start);
                    let kind = match source.text(start) {
                        b"{" if !self.own.contains(&start) => Kind::Braces,
                        b"(" if is_list => Kind::List,
                        _ => continue,
                    };
                    self.push(kind, &(start..t + 1), &[start]);
                }
                _ => {}
            }
        }
    }

    /// Whether a parenthesis opens a list: behind a name, and behind a bracket where it does not group.
    fn opens_list(&self, t: usize) -> bool {
        let source = self.source;
        if source.tokens[t].gap != Gap::None {
            return false;
        }
        match source.tokens[t - 1].atom {
            Atom::Word => source.language.opens_list(source.text(t - 1)),
            Atom::Mark if matches!(source.text(t - 1), b")" | b"]" | b"}") => {
                let node = source.tokens[t].node;
                let list = source.lists.binary_search_by_key(&node, |l| l.node);
                source.language == Language::Go || list.is_ok_and(|l| source.lists[l].kind == ListKind::Arguments)
            }
            _ => false,
        }
    }
}
