//! How operands group, read from the tokens by the language's own precedence. The grammar's tree only tells where an
//! expression ends, and which parentheses hold a type: about the rest it is wrong in places, and two trees that are
//! wrong alike prove nothing.

use super::tree::{NodeId, Source};
use super::{Gap, Tokens};
use crate::language::{COMMA, CONDITIONAL, Language, Level, PREFIX};
use std::collections::{HashMap, HashSet};

/// The groups of a file's expressions, worked out where they are asked for.
pub struct Groups<'a> {
    source: &'a Source,
    /// For operations that were asked for: the outermost that reaches them without a bracket between.
    tops: HashMap<NodeId, NodeId>,
    /// The groups of outermost operations.
    groups: HashMap<NodeId, HashSet<Tokens>>,
}

impl<'a> Groups<'a> {
    /// The groups of a file.
    pub fn new(source: &'a Source) -> Groups<'a> {
        Groups { source, tops: HashMap::new(), groups: HashMap::new() }
    }

    /// Whether these tokens are one operand or one operation, whole: no operator beside them reaches into them.
    pub fn has(&mut self, tokens: &Tokens) -> bool {
        if tokens.len() == 1 {
            return true;
        }
        let source = self.source;
        if tokens.is_empty() || self.is_direction_taken(tokens) || self.is_converted_to(tokens) {
            return false;
        }
        let node = source.node_around(tokens);
        let is_node = source.nodes[node].tokens == *tokens;
        if !is_node && !source.language.is_operation(source.kind(node)) {
            let inside = tokens.start.wrapping_sub(1)..tokens.end + 1;
            let is_cast = source.is_cast_operand(node) && source.nodes[node].tokens == inside;
            return is_cast || source.is_torn_value(tokens);
        }
        let top = self.top(node);
        if !source.language.is_operation(source.kind(top)) {
            return is_node;
        }
        self.holds(top, tokens)
    }

    /// Whether these tokens are an operand or operation, although the grammar puts them together otherwise.
    pub fn is_misread(&mut self, tokens: &Tokens) -> bool {
        let source = self.source;
        let node = source.node_around(tokens);
        if tokens.is_empty() || source.nodes[node].tokens == *tokens || !source.language.is_operation(source.kind(node))
        {
            return false;
        }
        let top = self.top(node);
        self.holds(top, tokens)
    }

    fn holds(&mut self, top: NodeId, tokens: &Tokens) -> bool {
        let source = self.source;
        self.groups.entry(top).or_insert_with(|| Reader::read(source, &source.nodes[top].tokens)).contains(tokens)
    }

    /// The outermost operation that a node belongs to without a bracket between.
    fn top(&mut self, node: NodeId) -> NodeId {
        let mut path = vec![node];
        let top = loop {
            let at = path[path.len() - 1];
            if let Some(&top) = self.tops.get(&at) {
                break top;
            }
            let above = self.source.nodes[at].parent;
            let is_operation = self.source.language.is_operation(self.source.kind(above));
            if at == 0 || !is_operation || self.source.is_in_brackets(at, above) {
                break at;
            }
            path.push(above);
        };
        self.tops.extend(path.into_iter().map(|node| (node, top)));
        top
    }

    /// Whether this is a type of functions that is converted to, which gofmt puts in parentheses: `(func())(x)`.
    fn is_converted_to(&self, tokens: &Tokens) -> bool {
        let source = self.source;
        let is_type = || source.nodes_over(tokens).any(|(_, n)| source.language.is_function_type(n.kind));
        let next = source.tokens.get(tokens.end).filter(|next| next.gap == Gap::None);
        next.is_some_and(|_| source.text(tokens.end) == b"(") && source.text(tokens.start) == b"func" && is_type()
    }

    /// Whether the arrow of `<-chan T` belongs to a `chan` before it: `chan <-chan T` is a `chan<-`.
    fn is_direction_taken(&self, tokens: &Tokens) -> bool {
        let text = |t: usize| self.source.tokens.get(t).map(|_| self.source.text(t));
        let before = tokens.start.checked_sub(1).and_then(text);
        before == Some(b"chan") && text(tokens.start) == Some(b"<-")
    }
}

impl Source {
    /// Whether a bracket of the node above is open where a node begins.
    fn is_in_brackets(&self, node: NodeId, above: NodeId) -> bool {
        let mut depth = 0;
        let mut at = self.nodes[above].tokens.start;
        for child in self.children(above) {
            for t in at..self.nodes[child].tokens.start {
                match self.text(t) {
                    b"(" | b"[" | b"{" => depth += 1,
                    b")" | b"]" | b"}" => depth -= 1,
                    _ => {}
                }
            }
            if child == node {
                return depth > 0;
            }
            at = self.nodes[child].tokens.end;
        }
        false
    }

    /// `f(x)` in a `f(x);` that the C grammar takes for a declaration.
    pub fn is_statement_but_for_its_semicolon(&self, tokens: &Tokens) -> bool {
        let whole = || tokens.start..tokens.end + 1;
        let is_plain = |kind: &str| self.language.is_same_statement(kind, kind);
        self.tokens.get(tokens.end).is_some_and(|_| self.text(tokens.end) == b";")
            && self.nodes_over(&whole()).any(|(_, n)| is_plain(n.kind))
    }

    /// Composite literals in the header of a statement, whose brace Go takes for that of the statement's block: those
    /// that begin within some tokens.
    pub fn bare_literals(&self, within: &Tokens) -> Vec<Tokens> {
        let from = self.nodes.partition_point(|n| n.tokens.start < within.start);
        let begins = |id: &NodeId| self.nodes[*id].tokens.start < within.end;
        let literals = (from..self.nodes.len()).take_while(begins).filter(|&id| self.is_bare_literal(id));
        literals.map(|id| self.nodes[id].tokens.clone()).collect()
    }

    fn is_bare_literal(&self, id: NodeId) -> bool {
        let language = self.language;
        let is_named = || self.child(id, "type").is_some_and(|t| language.is_named_type(self.kind(t)));
        if !language.is_composite(self.kind(id)) || !is_named() {
            return false;
        }
        let mut below = id;
        for above in self.ancestors(id) {
            let kind = self.kind(above);
            if language.is_block_header(kind) {
                return true;
            }
            let in_brackets = language.is_operation(kind) && self.is_in_brackets(below, above);
            if in_brackets || language.is_bracketed(kind) || language.is_branch(kind) {
                return false;
            }
            below = above;
        }
        false
    }
}

/// An operator that waits for its right operand.
struct Waiting {
    level: Level,
    /// Where the group begins that it makes.
    start: usize,
    /// Whether it is a `?` whose `:` is still to come.
    open: bool,
}

/// Reads one run of operands and operators, brackets taken whole.
struct Reader<'a> {
    source: &'a Source,
    end: usize,
    waiting: Vec<Waiting>,
    groups: HashSet<Tokens>,
}

impl<'a> Reader<'a> {
    fn read(source: &'a Source, run: &Tokens) -> HashSet<Tokens> {
        let mut reader = Reader { source, end: run.end, waiting: Vec::new(), groups: HashSet::new() };
        let mut at = run.start;
        while at < run.end {
            let (start, end) = match reader.prefixes(at) {
                Some(operand) => operand,
                None => break,
            };
            at = reader.operators(start, end);
        }
        reader.groups
    }

    fn text(&self, t: usize) -> &'a [u8] {
        if t < self.end { self.source.text(t) } else { b"" }
    }

    /// Takes in prefix operators up to an operand; gives that.
    fn prefixes(&mut self, mut at: usize) -> Option<(usize, usize)> {
        while at < self.end {
            match self.prefix_end(at) {
                Some(end) => {
                    self.waiting.push(Waiting { level: PREFIX, start: at, open: false });
                    at = end;
                }
                None => return Some((at, self.operand_end(at))),
            }
        }
        None
    }

    /// The end of a prefix operator or cast, if one is here.
    fn prefix_end(&self, at: usize) -> Option<usize> {
        let (source, text) = (self.source, self.text(at));
        if text == b"(" {
            let kind = source.kind(source.tokens[at].node);
            let close = self.closing(at);
            let is_type = source.language.opens_with_type(kind) || self.is_like_cast(at, close);
            return (is_type && self.text(close) != b"{").then_some(close);
        }
        if source.language.is_size_operator(text) && self.text(at + 1) == b"(" && self.holds_type(at) {
            return None;
        }
        if text == b"<-" && self.text(at + 1) == b"chan" {
            // The arrow belongs to the type, unless that is converted to: `<-chan int(c)` receives.
            let converts = self.spelt_end(at).is_none_or(|end| self.text(end) == b"(");
            return converts.then_some(at + 1);
        }
        source.language.is_prefix(text).then_some(at + 1)
    }

    /// Whether this is the beginning of a `(name)(…)`: the grammar has it as a call, and it mostly is a cast.
    fn is_like_cast(&self, at: usize, close: usize) -> bool {
        let source = self.source;
        let is_c = source.language == Language::C;
        is_c && close == at + 3
            && self.text(close) == b"("
            && source.language.is_name(source.kind(source.tokens[at + 1].node))
    }

    /// Whether the parenthesis behind a `sizeof` holds a type. The grammar may take it for a cast.
    fn holds_type(&self, at: usize) -> bool {
        let (source, open) = (self.source, self.source.tokens[at + 1].node);
        open == source.tokens[at].node || source.language.opens_with_type(source.kind(open))
    }

    fn operand_end(&self, at: usize) -> usize {
        let source = self.source;
        match self.text(at) {
            size if source.language.is_size_operator(size) => self.literal_end(self.closing(at + 1)),
            b"(" => self.literal_end(self.closing(at)),
            b"{" => self.closing(at),
            // Not with the arrow before it, of which it is no part.
            b"chan" => {
                let spelt = self.spelt_end(at).or_else(|| self.spelt_end(at.checked_sub(1)?));
                spelt.unwrap_or(at + 1)
            }
            _ => self.spelt_end(at).unwrap_or(at + 1),
        }
    }

    /// The end of `(T){…}` where the type ends here.
    fn literal_end(&self, close: usize) -> usize {
        let is_c = self.source.language == Language::C;
        if is_c && self.text(close) == b"{" { self.closing(close) } else { close }
    }

    /// The end of a type or function that is spelt out here.
    fn spelt_end(&self, at: usize) -> Option<usize> {
        let language = self.source.language;
        let spelt = |(_, n): &(NodeId, &super::Node)| language.is_spelt_operand(n.kind) && n.tokens.end <= self.end;
        self.source.nodes_at(at).find(spelt).map(|(_, n)| n.tokens.end)
    }

    /// Takes in what is behind an operand, up to where the next operand is to begin.
    fn operators(&mut self, mut start: usize, mut end: usize) -> usize {
        self.groups.insert(start..end);
        loop {
            let behind = self.postfix_end(end);
            if behind > end {
                end = behind;
                self.groups.insert(start..end);
                continue;
            }
            if end >= self.end {
                self.reduce(0, &mut start, end);
                return end;
            }
            let text = self.text(end);
            let comma = self.source.tokens[end].gap == Gap::Comma;
            let level = if comma { Some(COMMA) } else { self.source.language.infix_level(text) };
            match (level, text) {
                (Some(level), _) => {
                    self.reduce(level, &mut start, end);
                    self.waiting.push(Waiting { level, start, open: false });
                    return end + usize::from(!comma);
                }
                (None, b"?") => {
                    self.reduce(CONDITIONAL, &mut start, end);
                    self.waiting.push(Waiting { level: CONDITIONAL, start, open: true });
                    return end + 1;
                }
                (None, b":") if self.waiting.iter().any(|w| w.open) => {
                    self.reduce(0, &mut start, end);
                    if let Some(question) = self.waiting.last_mut() {
                        question.open = false;
                    }
                    return end + 1;
                }
                // `"a" NAME "b"` is one string.
                _ => {
                    end += 1;
                    self.groups.insert(start..end);
                }
            }
        }
    }

    /// Where what is behind an operand and belongs to it ends.
    fn postfix_end(&self, end: usize) -> usize {
        if end >= self.end || self.source.tokens[end].gap == Gap::Comma {
            return end;
        }
        match self.text(end) {
            b"(" | b"[" | b"{" => self.closing(end),
            b"." | b"->" if self.text(end + 1) == b"(" => self.closing(end + 1),
            b"." | b"->" => (end + 2).min(self.end),
            mark if self.source.language.is_postfix(mark) => end + 1,
            _ => end,
        }
    }

    /// Makes groups of what binds tighter than an operator of this level, which is at `end`.
    fn reduce(&mut self, level: Level, start: &mut usize, end: usize) {
        let right = self.source.language.is_right_associative(level);
        let binds = |w: &mut Waiting| !w.open && (w.level > level || w.level == level && !right);
        while let Some(done) = self.waiting.pop_if(binds) {
            *start = done.start;
            self.groups.insert(*start..end);
        }
    }

    /// Behind the bracket that closes the one at `open`.
    fn closing(&self, open: usize) -> usize {
        let source = self.source;
        let holder = source.tokens[open].node;
        let node = &source.nodes[holder].tokens;
        let is_own = source.tokens[node.end - 1].node == holder;
        if node.start == open && is_own && matches!(source.text(node.end - 1), b")" | b"]" | b"}") {
            return node.end.min(self.end);
        }
        let mut depth = 0;
        for t in open..self.end {
            match source.text(t) {
                b"(" | b"[" | b"{" => depth += 1,
                b")" | b"]" | b"}" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return t + 1;
            }
        }
        self.end
    }
}
