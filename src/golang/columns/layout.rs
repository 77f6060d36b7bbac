//! gofmt's rules: which white space each node of the tree wants around its parts.
//!
//! One pass over the nodes in preorder, without recursion. A node speaks about the gaps between its own parts
//! ("between"), and about the gaps before and behind it; [`Wish::key`] says in which order they are met.

use super::space::{Index, Section, Space, Wish};
use crate::language::go_nodes as go;
use crate::source::NodeId;

use Space::{Blank, Break, Feed, In, Line, Out, Tab};

/// The longest one-line function, header and body, in bytes.
const ONE_LINE_FUNCTION: usize = 100;
/// The longest one-line struct or interface.
const ONE_LINE_FIELDS: usize = 30;
/// Longer than any line.
const ANY_LENGTH: usize = 1_000_000;

/// All wishes of the nodes below `root`, in order.
pub(super) fn lay(index: &Index<'_>, root: NodeId, nested: usize) -> Vec<Wish> {
    let end = index.source.nodes[root].end.max(root + 1);
    let mut layout = Layout {
        index,
        nested,
        root,
        wishes: Vec::new(),
        depth: vec![1; end - root],
        plain: vec![false; end - root],
        columned: vec![false; end - root],
    };
    for id in root..end {
        layout.node(id);
    }
    let mut wishes = layout.wishes;
    wishes.sort_by_key(Wish::key);
    wishes
}

struct Layout<'a> {
    index: &'a Index<'a>,
    /// How many sizes are being computed around this one.
    nested: usize,
    root: NodeId,
    wishes: Vec<Wish>,
    /// How deep in an expression a node stands: deeper ones have fewer blanks.
    depth: Vec<usize>,
    /// Blocks and field lists that are written on one line.
    plain: Vec<bool>,
    /// Keyed elements whose values stand in a column.
    columned: Vec<bool>,
}

impl Layout<'_> {
    fn kind(&self, id: NodeId) -> &'static str {
        self.index.source.kind(id)
    }

    fn children(&self, id: NodeId) -> Vec<NodeId> {
        self.index.source.children(id).collect()
    }

    fn child(&self, id: NodeId, field: &str) -> Option<NodeId> {
        self.index.source.child(id, field)
    }

    fn fields(&self, id: NodeId, field: &str) -> Vec<NodeId> {
        self.index.source.children(id).filter(|&c| self.index.source.nodes[c].field == field).collect()
    }

    fn depth(&self, id: NodeId) -> usize {
        self.depth[id - self.root]
    }

    fn set_depth(&mut self, id: NodeId, depth: usize) {
        self.depth[id - self.root] = depth;
    }

    fn at(&mut self, stop: usize, spaces: &[Space]) {
        self.wishes.extend(spaces.iter().map(|&s| Wish::between(stop, s)));
    }

    fn before(&mut self, id: NodeId, spaces: &[Space]) {
        self.at(self.index.first(id), spaces);
    }

    fn before_token(&mut self, token: usize, spaces: &[Space]) {
        self.at(self.index.stop(token), spaces);
    }

    fn behind(&mut self, id: NodeId, space: Space) {
        self.wishes.push(Wish::behind(self.index.after(id), id, space));
    }

    fn node(&mut self, id: NodeId) {
        if self.index.source.nodes[id].tokens.is_empty() && self.kind(id) != go::FILE {
            return;
        }
        match self.kind(id) {
            go::FILE => self.file(id),
            go::PACKAGE_CLAUSE => self.blank_children(id),
            go::IMPORT_DECLARATION | go::CONST_DECLARATION | go::VAR_DECLARATION | go::TYPE_DECLARATION => {
                self.declaration(id);
            }
            go::FUNCTION_DECLARATION | go::METHOD_DECLARATION | go::FUNCTION_LITERAL => self.function(id),
            go::FUNCTION_TYPE | go::METHOD_ELEMENT => self.result(id),
            go::PARAMETERS | go::TYPE_PARAMETERS => self.parameters(id),
            go::STRUCT_TYPE => self.structure(id),
            go::INTERFACE_TYPE => self.interface(id),
            go::TYPE_ELEMENT | go::TYPE_CONSTRAINT => self.union(id),
            go::CHANNEL_TYPE => self.channel(id),
            go::BLOCK => self.block(id),
            go::EXPRESSION_CASE | go::TYPE_CASE | go::COMMUNICATION_CASE | go::DEFAULT_CASE => self.clause(id),
            go::SWITCH | go::TYPE_SWITCH | go::SELECT => self.switch(id),
            go::LABELED => self.labeled(id),
            go::IF => self.branch(id),
            go::FOR => self.blank_children(id),
            go::FOR_CLAUSE => self.for_clause(id),
            go::RANGE => self.range(id),
            go::RETURN => self.returned(id),
            go::GO | go::DEFER | go::BREAK | go::CONTINUE | go::GOTO => self.blank_children(id),
            go::SEND => self.blank_everything(id),
            go::INCREMENT | go::DECREMENT => self.children(id).into_iter().for_each(|c| self.set_depth(c, 2)),
            go::ASSIGNMENT | go::SHORT_VAR | go::RECEIVE => self.assignment(id),
            go::KEYED_ELEMENT if !self.columned[id - self.root] => {
                self.children(id).into_iter().skip(1).for_each(|c| self.before(c, &[Blank]));
            }
            go::LITERAL_VALUE => self.literal(id),
            go::LITERAL_ELEMENT | go::VARIADIC_ARGUMENT | go::TYPE_ASSERTION => self.pass_depth(id),
            go::BINARY => self.binary(id),
            go::UNARY => self.unary(id),
            go::PARENTHESIZED => {
                let depth = self.depth(id).saturating_sub(1).max(1);
                self.children(id).into_iter().for_each(|c| self.set_depth(c, depth));
            }
            go::SELECTOR | go::QUALIFIED_TYPE => self.selector(id),
            go::INDEX | go::SLICE => self.indexed(id),
            go::CALL | go::CONVERSION => self.call(id),
            go::TYPE_ARGUMENTS => self.type_arguments(id),
            _ => {}
        }
    }

    fn blank_children(&mut self, id: NodeId) {
        self.children(id).into_iter().for_each(|c| self.before(c, &[Blank]));
    }

    fn blank_everything(&mut self, id: NodeId) {
        for child in self.children(id).into_iter().skip(1) {
            self.before(child, &[Blank]);
        }
        for &token in self.index.own(id) {
            self.before_token(token, &[Blank]);
        }
    }

    fn pass_depth(&mut self, id: NodeId) {
        let depth = self.depth(id);
        self.children(id).into_iter().for_each(|c| self.set_depth(c, depth));
    }

    // Files and declarations

    fn file(&mut self, id: NodeId) {
        let mut before = None;
        for child in self.children(id).into_iter().filter(|&c| !self.index.source.nodes[c].tokens.is_empty()) {
            let group = match self.kind(child) {
                go::FUNCTION_DECLARATION | go::METHOD_DECLARATION => go::FUNCTION_DECLARATION,
                kind => kind,
            };
            if let Some(before) = before {
                let lines = self.index.node_end_line(child) > self.index.node_line(child);
                let section = if group == go::FUNCTION_DECLARATION && lines { Section::New } else { Section::Same };
                let least = if before == group { 1 } else { 2 };
                self.before(child, &[Break { least, indent: false, section }]);
            }
            before = Some(group);
        }
        self.at(self.index.stops.len(), &[Line]);
    }

    fn declaration(&mut self, id: NodeId) {
        let mut holder = id;
        if let Some(list) =
            self.children(id).into_iter().find(|&c| matches!(self.kind(c), go::IMPORT_SPECS | go::VAR_SPECS))
        {
            self.before(list, &[Blank]);
            holder = list;
        }
        let specs = self.children(holder);
        let Some(open) = self.index.own_token(holder, b"(") else {
            for spec in specs {
                self.before(spec, &[Blank]);
                self.spec(spec, 1, true);
            }
            return;
        };
        if holder == id {
            self.before_token(open, &[Blank]);
        }
        for (i, &spec) in specs.iter().enumerate() {
            if i == 0 {
                self.before(spec, &[In, Feed]);
            } else {
                self.next_line(spec, specs[i - 1]);
            }
        }
        if specs.len() > 1 && matches!(self.kind(id), go::CONST_DECLARATION | go::VAR_DECLARATION) {
            for (&spec, keep) in specs.iter().zip(self.type_columns(&specs)) {
                self.value_spec(spec, keep);
            }
        } else {
            specs.iter().for_each(|&s| self.spec(s, specs.len(), false));
        }
        if let Some(close) = self.index.own_token(holder, b")").filter(|_| !specs.is_empty()) {
            self.before_token(close, &[Out, Feed]);
        }
    }

    /// The line break between two fields, specs or methods.
    fn next_line(&mut self, id: NodeId, before: NodeId) {
        let section = Section::NewAfterLines { since: self.index.first(before), labels: 0 };
        self.before(id, &[Break { least: 1, indent: false, section }]);
    }

    /// For each spec of a group whether its type column is kept although it is empty: in a run of specs
    /// with values one of them has a type.
    fn type_columns(&self, specs: &[NodeId]) -> Vec<bool> {
        let mut keep = vec![false; specs.len()];
        let (mut run, mut typed) = (None, false);
        for (i, &spec) in specs.iter().enumerate() {
            if self.child(spec, "value").is_some() {
                if run.is_none() {
                    (run, typed) = (Some(i), false);
                }
            } else if let Some(from) = run.take() {
                keep[from..i].fill(typed);
            }
            typed |= self.child(spec, "type").is_some();
        }
        if let Some(from) = run {
            keep[from..].fill(typed);
        }
        keep
    }

    /// A spec of a group of several, in columns.
    fn value_spec(&mut self, id: NodeId, keep: bool) {
        let mut tabs = 3;
        self.names(id, false);
        let kind = self.child(id, "type");
        if let Some(kind) = kind {
            self.before(kind, &[Tab]);
        }
        if kind.is_some() || keep {
            tabs -= 1;
        }
        if self.values(id, if keep && kind.is_none() { &[Tab, Tab] } else { &[Tab] }) {
            tabs -= 1;
        }
        if self.index.has_trailing_comment(id) {
            (0..tabs).for_each(|_| self.behind(id, Tab));
        }
    }

    fn spec(&mut self, id: NodeId, of: usize, indent: bool) {
        match self.kind(id) {
            go::IMPORT_SPEC => {
                if let (Some(_), Some(path)) = (self.child(id, "name"), self.child(id, "path")) {
                    self.before(path, &[Blank]);
                }
            }
            go::TYPE_SPEC | go::TYPE_ALIAS => {
                let gap = if of == 1 { Blank } else { Tab };
                let kind = self.child(id, "type");
                match self.index.own_token(id, b"=") {
                    Some(equals) => {
                        self.before_token(equals, &[gap]);
                        kind.into_iter().for_each(|k| self.before(k, &[Blank]));
                    }
                    None => kind.into_iter().for_each(|k| self.before(k, &[gap])),
                }
            }
            _ => {
                let due = self.names(id, indent);
                if let Some(kind) = self.child(id, "type") {
                    self.before(kind, &[Blank]);
                }
                if due {
                    // The list of names ends before what follows it.
                    let names = self.fields(id, "name");
                    names.last().into_iter().for_each(|&n| self.behind(n, Out));
                }
                self.values(id, &[Blank]);
            }
        }
    }

    /// The names of a spec, field or parameter; whether their list was indented.
    fn names(&mut self, id: NodeId, indent: bool) -> bool {
        let names = self.fields(id, "name");
        self.list(&names, 1, None, None, indent)
    }

    /// The `= values` of a spec; whether there are any.
    fn values(&mut self, id: NodeId, gap: &[Space]) -> bool {
        let (Some(equals), Some(values)) = (self.index.own_token(id, b"="), self.child(id, "value")) else {
            return false;
        };
        self.before_token(equals, gap);
        self.before(values, &[Blank]);
        self.expressions(values, 1, None, None);
        true
    }

    // Functions

    fn function(&mut self, id: NodeId) {
        for field in ["receiver", "name"] {
            if let Some(part) = self.child(id, field) {
                self.before(part, &[Blank]);
            }
        }
        self.result(id);
        let Some(body) = self.child(id, "body") else { return };
        let plain = self.fits_on_one_line(id, body);
        let literal = self.kind(id) == go::FUNCTION_LITERAL;
        self.before(body, &[if plain && !literal { Tab } else { Blank }]);
        self.plain[body - self.root] = plain;
    }

    fn result(&mut self, id: NodeId) {
        if let Some(result) = self.child(id, "result") {
            self.before(result, &[Blank]);
        }
    }

    /// Whether a function is short enough to stand on one line, and does so in the source.
    fn fits_on_one_line(&self, id: NodeId, body: NodeId) -> bool {
        let index = self.index;
        let (open, close) = (index.first(body), index.after(body) - 1);
        if index.line(open) != index.end_line(close) || index.node_line(id) != index.end_line(open.saturating_sub(1)) {
            return false;
        }
        if index.length(open + 1..close, ONE_LINE_FUNCTION).is_none() {
            return false;
        }
        let statements = self.statements(body);
        if statements.len() > 5 {
            return false;
        }
        let mut size = "func".len();
        for part in self.children(id).into_iter().filter(|&c| c != body) {
            let literal = self.kind(id) == go::FUNCTION_LITERAL;
            let blank = match index.source.nodes[part].field {
                "receiver" | "name" => !literal,
                "result" => true,
                _ => false,
            };
            let Some(part) = index.size(part, ONE_LINE_FUNCTION, self.nested) else { return false };
            size += part + usize::from(blank);
        }
        for (i, &statement) in statements.iter().enumerate() {
            let Some(statement) = index.size(statement, ONE_LINE_FUNCTION, self.nested) else { return false };
            size += statement + if i > 0 { 2 } else { 0 };
        }
        if self.nested == 0 {
            let span = index.stops[index.first(id)].bytes.end..index.stops[close].bytes.start;
            size += index.source.comments_in(&span).iter().map(|c| c.bytes.len()).sum::<usize>();
        }
        size <= ONE_LINE_FUNCTION
    }

    fn parameters(&mut self, id: NodeId) {
        let items = self.children(id);
        let Some(&open) = self.index.own(id).first() else { return };
        let mut line_before = self.index.line(self.index.stop(open));
        let mut indent = true;
        for (i, &item) in items.iter().enumerate() {
            if line_before < self.index.node_line(item) && self.index.lines_before(self.index.first(item)) > 0 {
                self.before(item, &[Break { least: 0, indent, section: Section::New }]);
                indent = false;
            } else if i > 0 {
                self.before(item, &[Blank]);
            }
            let names = self.fields(item, "name");
            if let Some(&last) = names.last() {
                if self.names(item, indent) {
                    self.behind(last, Out);
                }
                let next = self.index.after(last);
                self.at(next, &[Blank]);
            }
            line_before = self.index.node_end_line(item);
        }
        if items.is_empty() {
            return;
        }
        let close = self.index.after(id) - 1;
        if line_before < self.index.line(close) {
            self.at(close, &[Break { least: 0, indent: false, section: Section::New }]);
        }
        if !indent {
            self.at(close, &[Out]);
        }
    }

    // Types

    fn structure(&mut self, id: NodeId) {
        let Some(list) = self.children(id).into_iter().find(|&c| self.kind(c) == go::FIELDS) else { return };
        let fields = self.children(list);
        let (open, close) = (self.index.first(list), self.index.after(list) - 1);
        if self.one_line_fields(open, close, &fields) {
            for &field in &fields {
                let names = self.fields(field, "name");
                names.iter().skip(1).for_each(|&n| self.before(n, &[Blank]));
                if let Some(kind) = self.child(field, "type").filter(|_| !names.is_empty()) {
                    self.before(kind, &[Blank]);
                }
            }
            return;
        }
        let gap = if fields.len() == 1 { Blank } else { Tab };
        for &field in &fields {
            let named = self.child(field, "name").is_some();
            let mut tabs = 2;
            if named {
                self.names(field, false);
                self.child(field, "type").into_iter().for_each(|k| self.before(k, &[gap]));
                tabs = 1;
            }
            if let Some(tag) = self.child(field, "tag") {
                let gaps = if named && gap == Tab { 2 } else { 1 };
                (0..gaps).for_each(|_| self.before(tag, &[gap]));
                tabs = 0;
            }
            if self.index.has_trailing_comment(field) {
                (0..tabs).for_each(|_| self.behind(field, gap));
            }
        }
        self.field_lines(open, close, &fields);
    }

    fn interface(&mut self, id: NodeId) {
        let Some(open) = self.index.own_token(id, b"{") else { return };
        let (open, close) = (self.index.stop(open), self.index.after(id) - 1);
        let items = self.children(id);
        if !self.one_line_fields(open, close, &items) {
            self.field_lines(open, close, &items);
        }
    }

    /// Lays out the braces if the fields are few and short enough to stand between them on one line.
    fn one_line_fields(&mut self, open: usize, close: usize, fields: &[NodeId]) -> bool {
        let index = self.index;
        let comments = self.nested == 0 && index.has_comments(open.saturating_sub(1), close);
        if comments || index.line(open) != index.line(close) {
            return false;
        }
        let [field] = *fields else { return fields.is_empty() };
        let kind = match self.child(field, "type") {
            _ if self.child(field, "tag").is_some() => None,
            Some(kind) => {
                // The star of an embedded pointer stands in the field, not in its type.
                let star = index.own(field).len();
                index.size(kind, ONE_LINE_FIELDS, self.nested).map(|s| s + star)
            }
            None if self.kind(field) == go::METHOD_ELEMENT => index
                .size(field, ANY_LENGTH, self.nested)
                .zip(self.child(field, "name"))
                .map(|(s, name)| "func".len() + s - index.source.node_text(name).len()),
            None => index.size(field, ONE_LINE_FIELDS, self.nested),
        };
        let named = usize::from(self.child(field, "name").is_some());
        let fits = kind.is_some_and(|size| size + named <= ONE_LINE_FIELDS);
        if fits {
            self.before(field, &[Blank]);
            self.at(close, &[Blank]);
        }
        fits
    }

    fn field_lines(&mut self, open: usize, close: usize, fields: &[NodeId]) {
        self.at(open, &[Blank]);
        let feed = !fields.is_empty() || self.index.has_comments(open.saturating_sub(1), close);
        let spaces = if feed { &[In, Feed][..] } else { &[In] };
        match fields.first() {
            Some(&first) => self.before(first, spaces),
            None => self.at(close, spaces),
        }
        for pair in fields.windows(2) {
            self.next_line(pair[1], pair[0]);
        }
        self.at(close, &[Out, Feed]);
    }

    fn channel(&mut self, id: NodeId) {
        let Some(value) = self.child(id, "value") else { return };
        let nodes = &self.index.source.nodes;
        let start = nodes[value].tokens.start;
        // Go reads `chan <-chan T` as `chan<- (chan T)`; the grammar takes the arrow to the inner one.
        let takes_arrow = self.kind(value) == go::CHANNEL_TYPE && self.index.source.text(start) == b"<-";
        let sends = takes_arrow && self.index.own(id).len() == 1;
        self.before_token(start + usize::from(sends), &[Blank]);
    }

    /// `A | B | C` in a constraint.
    fn union(&mut self, id: NodeId) {
        for (i, child) in self.children(id).into_iter().enumerate().skip(1) {
            let Some(&operator) = self.index.own(id).get(i - 1) else { return };
            self.operand_behind(operator, child, true, self.index.source.nodes[child].tokens.start);
            self.before_token(operator, &[Blank]);
        }
    }

    fn type_arguments(&mut self, id: NodeId) {
        let items = self.children(id);
        if items.len() > 1 {
            self.bracketed(id, &items, 2);
        }
    }

    // Statements

    /// The statements of a block or clause, empty ones left out.
    fn statements(&self, id: NodeId) -> Vec<NodeId> {
        let holder = self.children(id).into_iter().find(|&c| self.kind(c) == go::STATEMENTS);
        let all = holder.map_or_else(Vec::new, |h| self.children(h));
        all.into_iter().filter(|&s| self.kind(s) != go::EMPTY).collect()
    }

    fn statement_lines(&mut self, statements: &[NodeId], clauses: bool) {
        for (i, &statement) in statements.iter().enumerate() {
            let section = match i {
                0 => Section::New,
                _ if clauses => Section::New,
                _ => {
                    let before = statements[i - 1];
                    Section::NewAfterLines { since: self.index.first(before), labels: self.labels(before) }
                }
            };
            let line = Break { least: 1, indent: false, section };
            match (i, clauses) {
                (0, false) => self.before(statement, &[In, line]),
                _ => self.before(statement, &[line]),
            }
        }
    }

    /// How many labels stand before a statement.
    fn labels(&self, statement: NodeId) -> usize {
        let mut at = Some(statement);
        let mut labels = 0;
        while let Some(id) = at.filter(|&id| self.kind(id) == go::LABELED) {
            labels += 1;
            at = self.children(id).get(1).copied();
        }
        labels
    }

    fn block(&mut self, id: NodeId) {
        let statements = self.statements(id);
        let close = self.index.after(id) - 1;
        if self.plain[id - self.root] {
            if !statements.is_empty() {
                statements.iter().for_each(|&s| self.before(s, &[Blank]));
                self.at(close, &[Blank]);
            }
            return;
        }
        self.statement_lines(&statements, false);
        if statements.is_empty() {
            self.at(close, &[In]);
        }
        self.at(close, &[Out, Break { least: 1, indent: false, section: Section::New }]);
    }

    fn clause(&mut self, id: NodeId) {
        let Some(colon) = self.index.own_token(id, b":") else { return };
        let colon = self.index.stop(colon);
        let keyword = self.index.line(self.index.first(id));
        match self.kind(id) {
            go::EXPRESSION_CASE => {
                if let Some(list) = self.child(id, "value") {
                    self.before(list, &[Blank]);
                    self.expressions(list, 1, Some(keyword), Some(self.index.line(colon)));
                }
            }
            go::TYPE_CASE => {
                let types = self.fields(id, "type");
                types.first().into_iter().for_each(|&t| self.before(t, &[Blank]));
                if self.list(&types, 1, Some(keyword), Some(self.index.line(colon)), true) {
                    self.at(colon, &[Out]);
                }
            }
            go::COMMUNICATION_CASE => {
                self.child(id, "communication").into_iter().for_each(|c| self.before(c, &[Blank]));
            }
            _ => {}
        }
        let statements = self.statements(id);
        self.statement_lines(&statements, false);
        if statements.is_empty() {
            self.behind(id, In);
        }
        self.behind(id, Out);
    }

    fn switch(&mut self, id: NodeId) {
        let Some(open) = self.index.own(id).iter().copied().find(|&t| self.index.source.text(t) == b"{") else {
            return;
        };
        let close = self.index.after(id) - 1;
        let (header, clauses): (Vec<_>, Vec<_>) =
            self.children(id).into_iter().partition(|&c| self.index.source.nodes[c].tokens.end <= open);
        header.into_iter().for_each(|h| self.before(h, &[Blank]));
        if let Some(alias) = self.child(id, "alias") {
            self.expressions(alias, 1, None, None);
        }
        if let Some(define) = self.index.own_token(id, b":=") {
            self.before_token(define, &[Blank]);
        }
        self.before_token(open, &[Blank]);
        let open = self.index.stop(open);
        if clauses.is_empty() && self.kind(id) == go::SELECT && !self.index.has_comments(open, close) {
            return;
        }
        self.statement_lines(&clauses, true);
        self.at(close, &[Break { least: 1, indent: false, section: Section::New }]);
    }

    fn labeled(&mut self, id: NodeId) {
        self.wishes.push(Wish::ahead(self.index.first(id), id, Out));
        match self.children(id).get(1) {
            Some(&statement) => self.before(statement, &[In, Break { least: 1, indent: false, section: Section::New }]),
            None => self.behind(id, In),
        }
    }

    fn branch(&mut self, id: NodeId) {
        self.blank_children(id);
        if let Some(otherwise) = self.index.own_token(id, b"else") {
            self.before_token(otherwise, &[Blank]);
        }
    }

    fn for_clause(&mut self, id: NodeId) {
        let mut semicolons = self.index.own(id).iter().copied().filter(|&t| self.index.source.text(t) == b";");
        let second = semicolons.nth(1);
        for field in ["condition", "update"] {
            self.child(id, field).into_iter().for_each(|c| self.before(c, &[Blank]));
        }
        if let Some(second) = second.filter(|_| self.child(id, "condition").is_none()) {
            self.before_token(second, &[Blank]);
        }
    }

    fn range(&mut self, id: NodeId) {
        if let Some(left) = self.child(id, "left") {
            self.children(left).into_iter().skip(1).for_each(|c| self.before(c, &[Blank]));
            self.index.own(id).iter().for_each(|&t| self.before_token(t, &[Blank]));
        }
        self.child(id, "right").into_iter().for_each(|r| self.before(r, &[Blank]));
    }

    fn returned(&mut self, id: NodeId) {
        let Some(list) = self.children(id).into_iter().next() else { return };
        self.before(list, &[Blank]);
        let items = self.children(list);
        if self.is_indented_list(&items) {
            self.before(list, &[In]);
            self.list(&items, 1, None, None, false);
            self.behind(list, Out);
        } else {
            self.expressions(list, 1, None, None);
        }
    }

    /// Whether results look better when all their lines are indented: several of them span lines, or one
    /// begins on another line than the one before it ends on.
    fn is_indented_list(&self, items: &[NodeId]) -> bool {
        let (Some(&first), Some(&last)) = (items.first(), items.last()) else { return false };
        let mut line = self.index.node_line(first);
        if items.len() < 2 || line == self.index.node_end_line(last) {
            return false;
        }
        let mut spans = 0;
        for &item in items {
            let (begin, end) = (self.index.node_line(item), self.index.node_end_line(item));
            if line < begin {
                return true;
            }
            spans += usize::from(begin < end);
            line = end;
        }
        spans > 1
    }

    fn assignment(&mut self, id: NodeId) {
        let (left, right) = (self.child(id, "left"), self.child(id, "right"));
        let count = |list: Option<NodeId>| list.map_or(0, |l| self.children(l).len());
        let depth = if count(left) > 1 && self.kind(id) != go::RECEIVE && count(right) > 1 { 2 } else { 1 };
        let Some(operator) = self.index.own(id).first().map(|&t| self.index.stop(t)) else { return };
        let line = self.index.line(operator);
        if let Some(left) = left {
            self.expressions(left, depth, Some(self.index.node_line(left)), Some(line));
        }
        self.at(operator, &[Blank]);
        if let Some(right) = right {
            self.before(right, &[Blank]);
            if self.kind(right) == go::EXPRESSIONS {
                self.expressions(right, depth, Some(line), None);
            } else if self.list(&[right], depth, Some(line), None, true) {
                self.behind(right, Out);
            }
        }
    }

    // Expressions

    /// A list without brackets.
    fn expressions(&mut self, id: NodeId, depth: usize, from: Option<usize>, to: Option<usize>) {
        let items = self.children(id);
        if self.list(&items, depth, from, to, true) {
            self.behind(id, Out);
        }
    }

    /// The list in a bracket pair; the closing bracket stands on its own line if it did so.
    fn bracketed(&mut self, id: NodeId, items: &[NodeId], depth: usize) {
        let (open, close) = (self.index.first(id), self.index.after(id) - 1);
        let (from, to) = (self.index.line(open), self.index.line(close));
        let due = self.list(items, depth, Some(from), Some(to), true);
        let Some(&last) = items.last() else { return };
        let ellipsis = (self.kind(last) == go::VARIADIC_ARGUMENT).then(|| self.index.after(last) - 1);
        if due {
            self.at(ellipsis.unwrap_or(close), &[Out]);
        }
        if self.index.node_end_line(last) < to {
            self.at(close, &[Feed]);
        }
    }

    /// The items of a list, whose line breaks are kept. `from` and `to` are the lines of what stands before and
    /// behind it. Gives whether an indentation is to be taken back.
    fn list(&mut self, items: &[NodeId], depth: usize, from: Option<usize>, to: Option<usize>, indent: bool) -> bool {
        let (Some(&first), Some(&last)) = (items.first(), items.last()) else { return false };
        items.iter().for_each(|&x| self.set_depth(x, depth));
        let index = self.index;
        if from == Some(index.node_line(first)) && from == Some(index.node_end_line(last)) {
            items.iter().skip(1).for_each(|&x| self.before(x, &[Blank]));
            return false;
        }
        let mut broken = false;
        let mut last_break = None;
        if from.is_some_and(|from| from < index.node_line(first)) && index.lines_before(index.first(first)) > 0 {
            self.before(first, &[Break { least: 0, indent, section: Section::New }]);
            (broken, last_break) = (true, Some(0));
        }
        let mut keys = Keys::default();
        let mut line_before = from;
        for (i, &item) in items.iter().enumerate() {
            let line = index.node_line(item);
            let key = (self.kind(item) == go::KEYED_ELEMENT).then(|| index.source.children(item).next()).flatten();
            let size = match from.and(to).and_then(|_| index.size(item, ANY_LENGTH, self.nested)) {
                Some(_) if key.is_some() => key.and_then(|k| index.size(k, ANY_LENGTH, self.nested)).unwrap_or(0),
                Some(size) => size,
                None => 0,
            };
            let new_section = keys.ends_columns(size);
            let on_new_line = line_before.is_some_and(|before| before < line);
            if i > 0 {
                let lines = if on_new_line { index.lines_before(index.first(item)).min(2) } else { 0 };
                if lines == 0 {
                    self.before(item, &[Blank]);
                } else {
                    let several = last_break.map_or(0, |b| b + 1) < i;
                    let section = if new_section || several { Section::New } else { Section::Same };
                    self.before(item, &[Break { least: 0, indent: indent && !broken, section }]);
                    (broken, last_break) = (true, Some(i));
                    if lines > 1 || section == Section::New {
                        keys.restart();
                    }
                }
            }
            let mut children = index.source.children(item).skip(1);
            if let Some(value) = children.next().filter(|_| items.len() > 1 && key.is_some() && size > 0 && on_new_line)
            {
                self.before(value, &[Tab]);
                self.columned[item - self.root] = true;
            }
            keys.add(size);
            line_before = Some(line);
        }
        indent && broken
    }

    fn literal(&mut self, id: NodeId) {
        let items = self.children(id);
        self.bracketed(id, &items, 1);
        let close = self.index.after(id) - 1;
        self.at(close, &[In, Out]);
    }

    fn call(&mut self, id: NodeId) {
        let mut depth = self.depth(id);
        let parts = self.children(id);
        let arguments = self.child(id, "arguments");
        let count = arguments.map_or(1, |a| self.children(a).len());
        depth += usize::from(count > 1);
        if let Some(&callee) = parts.first() {
            let wrapped = self.child(id, "type_arguments").is_some();
            self.set_depth(callee, if wrapped { 1 } else { depth });
        }
        match arguments {
            Some(arguments) => {
                let items = self.children(arguments);
                self.bracketed(arguments, &items, depth);
            }
            None => {
                // A conversion has its brackets itself.
                let (Some(&operand), Some(open)) = (parts.get(1), self.index.own_token(id, b"(")) else { return };
                let (open, close) = (self.index.stop(open), self.index.after(id) - 1);
                let (from, to) = (self.index.line(open), self.index.line(close));
                if self.list(&[operand], depth, Some(from), Some(to), true) {
                    self.at(close, &[Out]);
                }
                if self.index.node_end_line(operand) < to {
                    self.at(close, &[Feed]);
                }
            }
        }
        if self.child(id, "type_arguments").is_none() && parts.first().is_some_and(|&c| self.is_split_selector(c)) {
            self.behind(id, Out);
        }
    }

    /// Whether the name of a selector stands on another line than its dot.
    fn is_split_selector(&self, id: NodeId) -> bool {
        matches!(self.kind(id), go::SELECTOR | go::QUALIFIED_TYPE) && {
            let name = self.index.after(id) - 1;
            self.index.lines_before(name) > 0
        }
    }

    fn selector(&mut self, id: NodeId) {
        let depth = self.depth(id);
        if let Some(operand) = self.child(id, "operand") {
            self.set_depth(operand, depth);
        }
        if self.is_split_selector(id) {
            self.at(self.index.after(id) - 1, &[In, Line]);
            let node = &self.index.source.nodes[id];
            let parent = node.parent;
            let called = id != self.root
                && (self.kind(parent) == go::CALL
                    && node.field == "function"
                    && self.child(parent, "type_arguments").is_none()
                    || self.kind(parent) == go::CONVERSION && node.field == "type");
            if !called {
                self.behind(id, Out);
            }
        }
    }

    fn indexed(&mut self, id: NodeId) {
        let depth = self.depth(id);
        let parts = self.children(id);
        let mut indices = Vec::new();
        for part in parts {
            if self.index.source.nodes[part].field == "operand" {
                self.set_depth(part, 1);
            } else {
                self.set_depth(part, depth + 1);
                indices.push(part);
            }
        }
        let binary = indices.iter().any(|&i| self.kind(i) == go::BINARY);
        if self.kind(id) == go::SLICE && depth <= 1 && indices.len() > 1 && binary {
            // Blanks around colons, but none beside the brackets or where nothing stands.
            let open = indices.first().map_or(0, |&i| self.index.source.nodes[i].tokens.start);
            for token in self.index.own(id).iter().copied().filter(|&t| self.index.source.text(t) == b":") {
                if token > open {
                    self.before_token(token, &[Blank]);
                }
                if let Some(&next) = indices.iter().find(|&&i| self.index.source.nodes[i].tokens.start == token + 1) {
                    self.before(next, &[Blank]);
                }
            }
        }
    }

    fn unary(&mut self, id: NodeId) {
        let star = self.index.own(id).first().is_some_and(|&t| self.index.source.text(t) == b"*");
        let depth = if star { 1 } else { self.depth(id) };
        self.children(id).into_iter().for_each(|c| self.set_depth(c, depth));
    }

    fn binary(&mut self, id: NodeId) {
        let parts = self.children(id);
        let ([left, right], Some(operator), Some(precedence)) =
            (&parts[..], self.index.operator(id), self.index.precedence(id))
        else {
            return;
        };
        let depth = self.depth(id);
        let same = self.index.precedence(*left) == Some(precedence);
        self.set_depth(*left, if same { depth } else { depth + 1 });
        self.set_depth(*right, depth + 1);
        let mix = self.index.mixed(id);
        let cutoff = match (mix.clash, mix.four && mix.five, depth) {
            (clash @ 1.., ..) => clash + 1,
            (_, true, 1) => 5,
            (_, false, 1) => 6,
            _ => 4,
        };
        let blank = precedence < cutoff;
        let start = self.index.source.nodes[*right].tokens.start;
        self.operand_behind(operator, *right, blank, start);
        if blank {
            self.before_token(operator, &[Blank]);
        }
    }

    /// The right operand: behind a blank, or on an indented line of its own.
    fn operand_behind(&mut self, operator: usize, operand: NodeId, blank: bool, start: usize) {
        let operator = self.index.stop(operator);
        let start = self.index.stop(start);
        if self.index.end_line(operator - 1) != self.index.line(start) {
            self.at(start, &[Break { least: 1, indent: true, section: Section::New }]);
            self.behind(operand, Out);
        } else if blank {
            self.at(start, &[Blank]);
        }
    }
}

/// The sizes of the elements so far, which decide where a new column begins.
#[derive(Default)]
struct Keys {
    before: usize,
    logs: f64,
    count: usize,
}

impl Keys {
    /// Whether an element of this size does not go on with the columns: one of the two does not fit on a
    /// line, or they are large and far from the geometric mean.
    fn ends_columns(&mut self, size: usize) -> bool {
        let before = std::mem::replace(&mut self.before, size);
        if before == 0 || size == 0 {
            return true;
        }
        const SMALL: usize = 40;
        const RATIO: f64 = 2.5;
        if self.count == 0 || before <= SMALL && size <= SMALL {
            return false;
        }
        let ratio = size as f64 / (self.logs / self.count as f64).exp();
        RATIO * ratio <= 1.0 || RATIO <= ratio
    }

    fn restart(&mut self) {
        (self.logs, self.count) = (0.0, 0);
    }

    fn add(&mut self, size: usize) {
        if size > 0 {
            self.logs += (size as f64).ln();
            self.count += 1;
        }
    }
}
