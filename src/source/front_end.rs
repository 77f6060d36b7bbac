use super::memo::Derived;
use super::parse::{self, How};
use super::parse_error::{ParseError, TEXT};
use super::tree::{Comment, Gap, Item, List, ListId, Node, NodeId, Source, Token};
use super::unclosed::Tables;
use super::{Bytes, Limits, Lines, Tokens};
use super::{Edit, loop_macros};
use crate::language::{Atom, Language, ListKind, Role, c, go};
use memchr::memchr;
use std::sync::{Arc, OnceLock};
use tree_sitter::Tree;

impl Source {
    /// Parses a file. Syntax errors are no failure: they are listed in [`Source::errors`].
    pub fn parse(language: Language, bytes: impl Into<Arc<Vec<u8>>>, limits: Limits) -> Result<Source, ParseError> {
        let bytes = bytes.into();
        let whole = std::iter::once(0..bytes.len()).collect();
        Source::build(language, bytes, whole, limits, How::Anew)
    }

    /// Parses text that is worth nothing with a syntax error in it, and may give up at the first.
    pub fn parse_strictly(language: Language, bytes: Vec<u8>) -> Result<Source, ParseError> {
        let whole = std::iter::once(0..bytes.len()).collect();
        Source::build(language, Arc::new(bytes), whole, Limits::NONE, How::Strictly)
    }

    /// Parses some parts of a file, as if nothing was between them; offsets are those of the whole file. The parts
    /// are in order, do not touch each other, and each holds whole items of the top level: see [`Language::cuts`].
    pub fn parse_parts(
        language: Language,
        bytes: impl Into<Arc<Vec<u8>>>,
        parts: Vec<Bytes>,
        limits: Limits,
    ) -> Result<Source, ParseError> {
        Source::build(language, bytes.into(), parts, limits, How::Anew)
    }

    /// The file after edits, which have made it these bytes and these parts: what they leave alone is not parsed again,
    /// unless there are syntax errors. There are no limits.
    pub fn edited(
        &self,
        edits: &[Edit],
        bytes: impl Into<Arc<Vec<u8>>>,
        parts: Vec<Bytes>,
    ) -> Result<Source, ParseError> {
        let bytes = bytes.into();
        match self.tree.as_ref().and_then(|tree| parse::edited(self.language, tree, edits, &bytes, &parts)) {
            Some(tree) => Source::of_tree(self.language, bytes, parts, tree, Limits::NONE),
            None => Source::parse_parts(self.language, bytes, parts, Limits::NONE),
        }
    }

    fn build(
        language: Language,
        bytes: Arc<Vec<u8>>,
        parts: Vec<Bytes>,
        limits: Limits,
        how: How<'_>,
    ) -> Result<Source, ParseError> {
        if bytes.len() > limits.bytes {
            return Err(ParseError::TooLarge { size: bytes.len(), limit: limits.bytes });
        }
        if language != Language::Text && memchr(0, &bytes[..bytes.len().min(TEXT)]).is_some() {
            return Err(ParseError::NoText);
        }
        if language == Language::Text {
            return Source::of_lines(bytes, limits);
        }
        let tree = parse::tree(language, &bytes, &parts, how)?;
        Source::of_tree(language, bytes, parts, tree, limits)
    }

    fn of_tree(
        language: Language,
        bytes: Arc<Vec<u8>>,
        parts: Vec<Bytes>,
        tree: Tree,
        limits: Limits,
    ) -> Result<Source, ParseError> {
        let mut build = Build::new(language, &bytes);
        build.walk(&tree, limits.nodes).map_err(|()| ParseError::TooMany { limit: limits.nodes })?;
        let Build { mut tokens, mut nodes, comments, mut errors, separators, mut commas, mut unclosed, .. } = build;
        close_nodes(&mut nodes, tokens.len());
        // What grew by doubling is half empty.
        nodes.shrink_to_fit();
        tokens.shrink_to_fit();
        let (held, errors_held, unclosed_held) = (&mut tokens, &mut errors, &mut unclosed);
        Tables { nodes: &mut nodes, tokens: held, commas: &mut commas, unclosed: unclosed_held, errors: errors_held }
            .settle(language);
        let unread = unclosed.into_iter().filter(|&(_, id)| !loop_macros::is_header(language, &nodes, id));
        errors.extend(unread.map(|(at, _)| at..at));
        errors.sort_by_key(|e| (e.start, e.end));
        let reach = |furthest: &mut usize, e: &Tokens| {
            *furthest = e.end.max(*furthest);
            Some(*furthest)
        };
        let error_ends = errors.iter().scan(0, reach).collect();
        let lists = find_lists(language, &nodes, &tokens, &bytes, &commas);
        set_gaps(&mut tokens, &lists, &commas);
        let mut first_node_at = vec![usize::MAX; tokens.len()];
        for (id, node) in nodes.iter().enumerate().rev() {
            if !node.tokens.is_empty() {
                first_node_at[node.tokens.start] = id;
            }
        }
        let mut next = nodes.len();
        for slot in first_node_at.iter_mut().rev() {
            if *slot == usize::MAX { *slot = next } else { next = *slot }
        }
        let mut borders: Vec<(usize, usize)> = Vec::new();
        for (id, list) in lists.iter().enumerate() {
            borders.push((list.inside.start, id));
            borders.push((list.inside.end, id));
            borders.extend(list.items.iter().flat_map(|i| [(i.tokens.start, id), (i.tokens.end, id)]));
        }
        borders.sort_unstable();
        borders.dedup();
        let lines = Lines::new(&bytes);
        let size: usize = parts.iter().map(|part| part.len()).sum();
        Ok(Source {
            language,
            bytes,
            lines,
            tokens,
            nodes,
            comments,
            lists,
            errors,
            error_ends,
            separators,
            parts,
            first_node_at,
            borders,
            layout: Derived::default(),
            places: OnceLock::new(),
            tree: Some(tree).filter(|_| size <= LARGE),
        })
    }
}

/// Of files in which more than this is read, the grammar's tree goes once it is taken in.
const LARGE: usize = 2 << 20;

/// The walk over the grammar's tree.
struct Build<'a> {
    language: Language,
    bytes: &'a [u8],
    tokens: Vec<Token>,
    nodes: Vec<Node>,
    comments: Vec<Comment>,
    errors: Vec<Tokens>,
    separators: Vec<Bytes>,
    /// Commas: the position they are at, and the node that holds them.
    commas: Vec<(usize, NodeId)>,
    /// Semicolons that the grammar misses: the position, and the statement.
    unclosed: Vec<(usize, NodeId)>,
}

impl<'a> Build<'a> {
    fn new(language: Language, bytes: &'a [u8]) -> Self {
        Build {
            language,
            bytes,
            tokens: Vec::new(),
            nodes: Vec::new(),
            comments: Vec::new(),
            errors: Vec::new(),
            separators: Vec::new(),
            commas: Vec::new(),
            unclosed: Vec::new(),
        }
    }

    /// Takes in the whole tree; fails where it has more nodes and tokens than `most`.
    fn walk(&mut self, tree: &tree_sitter::Tree, most: usize) -> Result<(), ()> {
        let mut cursor = tree.walk();
        let mut above: Vec<NodeId> = Vec::new();
        loop {
            let entered = self.enter(&cursor, above.last().copied());
            if self.nodes.len() + self.tokens.len() > most {
                return Err(());
            }
            if let Some(id) = entered {
                if cursor.goto_first_child() {
                    above.push(id);
                    continue;
                }
                self.leave(id);
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return Ok(());
                }
                if let Some(id) = above.pop() {
                    self.leave(id);
                }
            }
        }
    }

    /// Takes in the node under the cursor; gives its number if its children are to be visited.
    fn enter(&mut self, cursor: &tree_sitter::TreeCursor<'_>, above: Option<NodeId>) -> Option<NodeId> {
        let node = cursor.node();
        let (kind, range) = (self.language.names().kind(node.kind_id()), node.byte_range());
        let parent = above.unwrap_or(0);
        let parent_kind = above.map_or("", |id| self.nodes[id].kind);
        if node.is_missing() && kind == ";" && parent != 0 {
            self.unclosed.push((self.tokens.len(), parent));
            return None;
        }
        if node.is_missing() {
            self.errors.push(self.tokens.len()..self.tokens.len());
            return None;
        }
        match self.language.role(kind, node.is_named(), parent_kind) {
            Role::Comment => {
                self.comments.push(Comment { bytes: self.trim(range), before: self.tokens.len() });
                None
            }
            Role::Nothing => {
                self.separators.push(range);
                None
            }
            Role::Atom(Atom::Mark) if kind == "," => {
                self.commas.push((self.tokens.len(), parent));
                self.separators.push(range);
                None
            }
            Role::Atom(atom) => {
                let id = if node.is_named() { self.node(cursor, kind, parent) } else { parent };
                self.token(range, atom, id);
                if node.is_named() {
                    self.leave(id);
                }
                None
            }
            Role::Inner => {
                let id = self.node(cursor, kind, parent);
                if node.child_count() == 0 {
                    self.token(range, Atom::Word, id);
                }
                Some(id)
            }
        }
    }

    fn node(&mut self, cursor: &tree_sitter::TreeCursor<'_>, kind: &'static str, parent: NodeId) -> NodeId {
        let at = self.tokens.len();
        let field = self.language.names().field(cursor.field_id());
        self.nodes.push(Node { kind, field, parent, tokens: at..at, end: 0 });
        self.nodes.len() - 1
    }

    fn leave(&mut self, id: NodeId) {
        let (tokens, nodes) = (self.tokens.len(), self.nodes.len());
        self.nodes[id].tokens.end = tokens;
        self.nodes[id].end = nodes;
        if self.language.is_error(self.nodes[id].kind) && !self.is_type_argument(id) {
            self.errors.push(self.nodes[id].tokens.clone());
        }
    }

    /// Whether what the grammar could not read is the name in `container_of(p, struct foo, member)`: it knows no types
    /// among arguments, and takes `struct` for a name.
    fn is_type_argument(&self, id: NodeId) -> bool {
        let node = &self.nodes[id];
        let before = node.tokens.start.checked_sub(1).map(|t| &self.bytes[self.tokens[t].bytes.clone()]);
        self.language == Language::C
            && c::is_arguments(self.nodes[node.parent].kind)
            && node.tokens.len() == 1
            && self.tokens[node.tokens.start].atom == Atom::Word
            && matches!(before, Some(b"struct" | b"union" | b"enum"))
    }

    fn token(&mut self, mut range: Bytes, atom: Atom, node: NodeId) {
        if atom == Atom::Macro {
            range = self.split_macro(range);
        }
        if !range.is_empty() {
            self.tokens.push(Token { bytes: range, atom, node, gap: Gap::None });
        }
    }

    /// Cuts a line comment and blanks off the end of a macro's value, which the grammar leaves in it.
    fn split_macro(&mut self, range: Bytes) -> Bytes {
        let text = &self.bytes[range.clone()];
        let (mut i, mut quote) = (0, None);
        let mut end = text.len();
        while i < text.len() {
            match (quote, text[i]) {
                (_, b'\\') => i += 1,
                (None, q @ (b'"' | b'\'')) => quote = Some(q),
                (Some(q), b) if b == q => quote = None,
                (None, b'/') if text.get(i + 1) == Some(&b'/') => {
                    end = i;
                    break;
                }
                _ => {}
            }
            i += 1;
        }
        let value = self.trim(range.start..range.start + end);
        if end < text.len() {
            let comment = self.trim(range.start + end..range.end);
            self.comments.push(Comment { bytes: comment, before: self.tokens.len() + usize::from(!value.is_empty()) });
        }
        value
    }

    fn trim(&self, range: Bytes) -> Bytes {
        let blank = self.bytes[range.clone()].iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
        range.start..range.end - blank
    }
}

/// The root covers everything, even where the grammar's root begins at the first token.
fn close_nodes(nodes: &mut [Node], tokens: usize) {
    if let Some(root) = nodes.first_mut() {
        root.tokens = 0..tokens;
    }
}

fn children(nodes: &[Node], id: NodeId) -> impl Iterator<Item = NodeId> {
    let end = nodes[id].end;
    std::iter::successors(Some(id + 1).filter(|&c| c < end), move |&c| Some(nodes[c].end).filter(|&c| c < end))
}

fn find_lists(
    language: Language,
    nodes: &[Node],
    tokens: &[Token],
    bytes: &[u8],
    commas: &[(usize, NodeId)],
) -> Vec<List> {
    let mark = |t: usize, m: &[u8]| tokens.get(t).is_some_and(|t| &bytes[t.bytes.clone()] == m);
    let mut commas_of: std::collections::HashMap<NodeId, Vec<usize>> = std::collections::HashMap::new();
    for &(at, node) in commas {
        commas_of.entry(node).or_default().push(at);
    }
    let mut lists = Vec::new();
    for (id, node) in nodes.iter().enumerate() {
        let grouped = children(nodes, id).next().is_none_or(|c| nodes[c].tokens.start > node.tokens.start)
            && mark(node.tokens.start + 1, b"(");
        let kind = match language.list(node.kind, nodes[node.parent].kind, grouped) {
            Some(kind) => kind,
            None if commas_of.contains_key(&id) => ListKind::Commas,
            None => continue,
        };
        let inside = interior(language, nodes, tokens, bytes, id, kind);
        let items = if kind.by_lines() {
            line_items(language, nodes, tokens, bytes, id, &inside)
        } else {
            let is_directive = |t: usize| tokens.get(t).is_some_and(|t| bytes[t.bytes.start] == b'#');
            comma_items(nodes, id, &inside, commas_of.get(&id).map_or(&[], |c| c), is_directive)
        };
        lists.push(List { node: id, kind, inside, items });
    }
    lists
}

/// The tokens of a node that no node below it holds, in order. What lies below is not walked through.
fn own_tokens(nodes: &[Node], id: NodeId) -> impl Iterator<Item = usize> {
    let Tokens { start, end } = nodes[id].tokens.clone();
    let held = children(nodes, id).map(|c| nodes[c].tokens.clone()).chain(std::iter::once(end..end));
    let gap = |at: &mut usize, held: Tokens| Some(std::mem::replace(at, held.end)..held.start);
    held.scan(start, gap).flatten()
}

/// The token positions between which the items of a list are.
fn interior(language: Language, nodes: &[Node], tokens: &[Token], bytes: &[u8], id: NodeId, kind: ListKind) -> Tokens {
    let node = &nodes[id];
    let Tokens { start, end } = node.tokens.clone();
    let text = |t: usize| -> &[u8] { &bytes[tokens[t].bytes.clone()] };
    if node.tokens.is_empty() || kind == ListKind::File && node.parent == id {
        return start..end;
    }
    if language == Language::C && c::is_branch(node.kind) {
        // The header is the directive and its condition or name; the next branch and #endif close the list.
        let mut from = start + 1;
        let mut to = end;
        for child in children(nodes, id) {
            match nodes[child].field {
                "condition" | "name" => from = nodes[child].tokens.end,
                "alternative" => to = nodes[child].tokens.start,
                _ => {}
            }
        }
        if to == end && end > from && text(end - 1).starts_with(b"#") && tokens[end - 1].node == id {
            to = end - 1;
        }
        return from..to.max(from);
    }
    let own = |t: usize| tokens[t].node == id;
    if let Some(open) = own_tokens(nodes, id).find(|&t| own(t) && matches!(text(t), b"(" | b"{" | b"[")) {
        let close = if own(end - 1) && matches!(text(end - 1), b")" | b"}" | b"]") { end - 1 } else { end };
        return open + 1..close.max(open + 1);
    }
    if kind.by_lines() {
        // A clause: its items come behind the colon.
        let colon = own_tokens(nodes, id).find(|&t| own(t) && text(t) == b":");
        return colon.map_or(end, |c| c + 1)..end;
    }
    let items = children(nodes, id).filter(|&c| matches!(nodes[c].field, "declarator" | "name" | "left" | "value"));
    let held: Vec<NodeId> = items.collect();
    match (held.first(), held.last()) {
        (Some(&first), Some(&last)) if !language.is_bare_list(node.kind) => {
            nodes[first].tokens.start..nodes[last].tokens.end
        }
        _ => start..end,
    }
}

fn line_items(
    language: Language,
    nodes: &[Node],
    tokens: &[Token],
    bytes: &[u8],
    id: NodeId,
    inside: &Tokens,
) -> Vec<Item> {
    let mark = |t: usize| -> &[u8] { &bytes[tokens[t].bytes.clone()] };
    let mut items = Vec::new();
    let mut todo: Vec<NodeId> = children(nodes, id).collect();
    todo.reverse();
    while let Some(child) = todo.pop() {
        let node = &nodes[child];
        if node.tokens.is_empty() || node.tokens.start < inside.start || node.tokens.end > inside.end {
            continue;
        }
        if language.is_item_holder(node.kind) {
            let from = todo.len();
            todo.extend(children(nodes, child));
            todo[from..].reverse();
        } else if language.is_label(node.kind) {
            // A label and what it is before are two items of the list.
            let colon = (node.tokens.clone()).find(|&t| mark(t) == b":").unwrap_or(node.tokens.start);
            items.push(Item { tokens: node.tokens.start..colon + 1, node: None });
            let from = todo.len();
            todo.extend(children(nodes, child).filter(|&c| nodes[c].tokens.start > colon));
            todo[from..].reverse();
        } else {
            let (mut end, mut last) = (node.tokens.end, child);
            while mark(end - 1) != b";" && loop_macros::is_header(language, nodes, last) {
                // A macro and the statement that it repeats are one item.
                let Some(next) = todo.pop() else { break };
                (end, last) = (nodes[next].tokens.end, next);
            }
            // The semicolon behind a C type (`struct s {…};`) is held by the list.
            let closed = end < inside.end && tokens[end].node == id && mark(end) == b";";
            let item = node.tokens.start..end + usize::from(closed);
            items.push(Item { tokens: item, node: Some(child).filter(|_| last == child && !closed) });
        }
    }
    items
}

/// The items between commas. A preprocessor line, or a conditional that the grammar knows, is an item without one.
fn comma_items(
    nodes: &[Node],
    id: NodeId,
    inside: &Tokens,
    commas: &[usize],
    is_directive: impl Fn(usize) -> bool,
) -> Vec<Item> {
    let directives = children(nodes, id).map(|c| &nodes[c].tokens).filter(|t| !t.is_empty() && is_directive(t.start));
    let directives = directives.flat_map(|t| [t.start, t.end]);
    let mut cuts: Vec<usize> = commas.iter().copied().chain(directives).collect();
    cuts.retain(|&c| inside.start < c && c < inside.end);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.push(inside.end);
    let mut from = inside.start;
    let mut items = Vec::new();
    let mut held = children(nodes, id).peekable();
    for to in cuts {
        if from < to {
            while held.next_if(|&c| nodes[c].tokens.start < from).is_some() {}
            let node = held.peek().copied().filter(|&c| nodes[c].tokens == (from..to));
            items.push(Item { tokens: from..to, node });
        }
        from = to;
    }
    items
}

fn set_gaps(tokens: &mut [Token], lists: &[List], commas: &[(usize, NodeId)]) {
    for list in lists.iter().filter(|l| l.kind.by_lines()) {
        for item in list.items.iter().skip(1) {
            if let Some(t) = tokens.get_mut(item.tokens.start) {
                t.gap = Gap::Line;
            }
        }
    }
    // A comma with an item of its list behind it separates; any other is a trailing one.
    for &(at, node) in commas {
        let separates = lists.binary_search_by_key(&node, |l| l.node).ok().is_none_or(|l| lists[l].inside.end > at);
        if let Some(t) = tokens.get_mut(at).filter(|_| separates) {
            t.gap = Gap::Comma;
        }
    }
}

/// The facts that other rooms ask of the grammar by node, so that they spell no kinds.
impl Source {
    /// Whether this node has a header (`if …`, `for …`) that `$...` can stand for.
    pub fn has_header(&self, id: NodeId) -> bool {
        match self.language {
            Language::Go => go::has_header(self.nodes[id].kind),
            Language::C => c::has_header(self.nodes[id].kind),
            Language::Text => false,
        }
    }

    /// Whether a token is the name of a type.
    pub fn is_type_name(&self, t: usize) -> bool {
        self.tokens.get(t).is_some_and(|t| self.language.is_type_name(self.kind(t.node)))
    }

    /// Whether a token is a name, and no word of the language.
    pub fn is_name(&self, t: usize) -> bool {
        let word = std::str::from_utf8(self.text(t)).unwrap_or_default();
        self.tokens[t].atom == Atom::Word && !self.language.is_keyword(word) && !self.language.is_predeclared(word)
    }

    /// Whether a hole for a statement can stand for this node.
    pub fn is_whole_statement(&self, id: NodeId) -> bool {
        self.language.is_statement(self.kind(id)) && !self.is_macro_header(id)
    }

    /// Whether a hole can stand for this node: a list is many items, and what C writes around a declared name
    /// (`*p`, `a[2]`, `f(void)`, `x = 1`) is no part of the name.
    pub fn is_one_item(&self, id: NodeId) -> bool {
        let node = &self.nodes[id];
        let is_list = self.language.is_bare_list(node.kind) && !self.is_cast_operand(id);
        !(is_list || self.language == Language::C && c::is_declarator(node.kind, self.kind(node.parent)))
    }

    /// Whether this is the `(x)` of a `(T)(x)`, which the grammar has as the arguments of a call.
    pub(crate) fn is_cast_operand(&self, id: NodeId) -> bool {
        let node = &self.nodes[id];
        let callee = &self.nodes[node.parent].tokens;
        self.language == Language::C
            && c::is_arguments(node.kind)
            && callee.start + 3 == node.tokens.start
            && self.text(callee.start) == b"("
            && self.language.is_name(self.kind(self.tokens[callee.start + 1].node))
            && node.tokens.len() > 2
    }

    /// Items of lists that begin at a position and are more than one node.
    pub fn composed_items_at(&self, t: usize, by_lines: bool) -> impl Iterator<Item = Tokens> {
        let lists = self.lists_at(t).filter(move |&l| self.lists[l].kind.by_lines() == by_lines);
        let item = move |l: ListId| {
            let items = &self.lists[l].items;
            let item = items.get(items.partition_point(|i| i.tokens.start < t))?;
            let whole = item.tokens.start == t && item.node.is_none() && self.text(item.tokens.end - 1) != b":";
            whole.then(|| item.tokens.clone())
        };
        lists.filter_map(item)
    }

    /// Whether these tokens are `sizeof(T)` in a `sizeof(T) - 4`, which the grammar takes for the size of a cast.
    pub fn is_sizeof(&self, tokens: &Tokens) -> bool {
        let is_short = |id: NodeId| {
            let cast = self.child(id, "value").filter(|&v| c::is_cast(self.kind(v)));
            let named = cast.and_then(|cast| self.child(cast, "type"));
            named.is_some_and(|t| self.nodes[t].tokens.end + 1 == tokens.end)
        };
        self.language == Language::C && self.nodes_at(tokens.start).any(|(id, n)| c::is_sizeof(n.kind) && is_short(id))
    }

    /// Whether these tokens are a `sizeof(x)` that goes on: `sizeof(x)->y` is the size of `(x)->y`.
    pub fn is_cut_sizeof(&self, tokens: &Tokens) -> bool {
        let goes_on =
            || self.tokens[tokens.end].gap == Gap::None && matches!(self.text(tokens.end), b"->" | b"." | b"[");
        self.language == Language::C
            && self.nodes_at(tokens.start).any(|(_, n)| c::is_sizeof(n.kind) && n.tokens.end <= tokens.end)
            && tokens.end < self.tokens.len()
            && goes_on()
    }

    /// Whether this is a C macro before the statement that it repeats.
    pub fn is_macro_header(&self, id: NodeId) -> bool {
        let end = self.nodes[id].tokens.end;
        end > 0 && self.text(end - 1) != b";" && loop_macros::is_header(self.language, &self.nodes, id)
    }

    /// Whether this node is a statement that a header without braces governs.
    pub fn is_bare_body(&self, id: NodeId) -> bool {
        let node = &self.nodes[id];
        self.language.is_bare_body(node.kind, node.field, self.kind(node.parent))
    }

    /// Whether this node is a later branch of a preprocessor conditional.
    pub fn is_later_branch(&self, id: NodeId) -> bool {
        self.language == Language::C && c::is_later_branch(self.nodes[id].kind)
    }
}
