//! Whether code is used where it is, or only looks like an expression: a prototype looks like a call.

use super::tree::{Node, NodeId, Source};
use super::{Gap, Tokens};
use crate::language::{Atom, Language};

impl Source {
    /// Whether these tokens are an expression or a type, and not what is declared there, a member, a label or the like.
    pub fn is_use(&self, tokens: &Tokens) -> bool {
        let language = self.language;
        let Some((id, node)) = self.nodes_over(tokens).next_back() else { return true };
        if language.is_declarator(node.kind) {
            return self.is_after_macro(id);
        }
        if language.is_no_use(node.kind, node.field, self.kind(node.parent)) {
            return false;
        }
        !language.is_name(node.kind) || !self.is_declared_on_the_left(id) && !self.is_field_key(id)
    }

    /// Whether what the grammar of C has for a declarator is behind a macro call without a semicolon, which it has
    /// for the type: then it is most likely one more.
    fn is_after_macro(&self, id: NodeId) -> bool {
        let declarator = |above: &NodeId| !self.language.is_declarator(self.kind(*above));
        let above = self.ancestors(id).find(declarator).unwrap_or(0);
        let first = self.children(above).find(|&c| self.language.is_specifier(self.kind(c), self.nodes[c].field));
        let of = self.child(above, "type").or(first);
        of.map_or(self.is_error(above), |t| self.language.is_macro_type(self.kind(t)))
    }

    /// Whether a name of Go is declared here by `:=`.
    fn is_declared_on_the_left(&self, id: NodeId) -> bool {
        let up = self.nodes[id].parent;
        let list = if self.language.is_open_list(self.kind(up)) { up } else { id };
        let holder = self.nodes[list].parent;
        let declares = || {
            let node = &self.nodes[holder].tokens;
            node.clone().any(|t| self.tokens[t].node == holder && self.text(t) == b":=")
        };
        self.language.may_declare_left(self.kind(holder))
            && matches!(self.nodes[list].field, "left" | "alias")
            && declares()
    }

    /// Whether a name of Go is the key of an element that names a field.
    fn is_field_key(&self, id: NodeId) -> bool {
        let element = self.nodes[id].parent;
        let keyed = self.nodes[element].parent;
        let language = self.language;
        if !language.is_element(self.kind(element)) || !language.is_keyed(self.kind(keyed)) {
            return false;
        }
        let is_key = self.nodes[keyed].tokens.start == self.nodes[element].tokens.start;
        // Where the type is left out, it is most likely a struct's.
        let literal = self.nodes[self.nodes[keyed].parent].parent;
        let typed = self.child(literal, "type").filter(|_| language.is_composite(self.kind(literal)));
        is_key && !typed.is_some_and(|t| language.has_value_keys(self.kind(t)))
    }

    /// Whether these tokens are an expression or type of C that the grammar has no node for.
    pub fn is_torn_value(&self, tokens: &Tokens) -> bool {
        self.is_statement_but_for_its_semicolon(tokens)
            || self.is_sizeof(tokens)
            || self.is_type_run(tokens)
            || self.is_lost_type(tokens)
            || self.is_macro_behind_macro(tokens)
    }

    /// Whether this is the word of a type beside one that the grammar does not know: `(long __force)x`.
    fn is_lost_type(&self, tokens: &Tokens) -> bool {
        let node = self.tokens.get(tokens.start).map_or(0, |t| t.node);
        let is_lone = || {
            let name = self.child(node, "type").is_some_and(|t| self.language.is_name(self.kind(t)));
            name && self.nodes[node].tokens.len() == 2
        };
        tokens.len() == 1 && self.language.is_type_word(self.text(tokens.start)) && (self.is_error(node) || is_lone())
    }

    /// Whether this is the second of macro calls without semicolons, `A(x)` in `B(y) A(x) C(z)`, which the grammar of C
    /// has for the declarator of what follows.
    fn is_macro_behind_macro(&self, tokens: &Tokens) -> bool {
        let is_declared = |(id, n): (NodeId, &Node)| {
            let list = self.children(id).nth(1);
            let closes = list.is_some_and(|list| self.nodes[list].tokens.end == tokens.end);
            self.language.is_declarator(n.kind) && closes && self.is_after_macro(id)
        };
        self.nodes_at(tokens.start).any(is_declared)
    }

    /// Whether these tokens are a call by the looks of them, `f(…)`, and end in brackets that are no call's: what the
    /// grammar of C makes of macros that it does not know.
    pub fn is_misread_call(&self, tokens: &Tokens) -> bool {
        let language = self.language;
        let opens = || self.text(tokens.start + 1) == b"(" && self.text(tokens.end - 1) == b")";
        let is_name = || language.is_name(self.kind(self.tokens[tokens.start].node));
        let around = || self.node_around(tokens);
        language == Language::C
            && tokens.len() > 2
            && opens()
            && is_name()
            && !language.is_operation(self.kind(around()))
            && self
                .ancestors(around())
                .chain([around()])
                .any(|id| self.is_error(id) || language.is_macro_type(self.kind(id)))
    }

    /// Whether these tokens are a macro call of C that stands for statements, declarations or fields: no semicolon ends it,
    /// and what follows is no operator but a word, a directive or the end of the block.
    pub fn is_unclosed_call(&self, tokens: &Tokens) -> bool {
        let is_call = || self.tokens[tokens.start].atom == Atom::Word && self.text(tokens.start + 1) == b"(";
        let ends = || match self.tokens.get(tokens.end) {
            None => true,
            Some(next) if next.gap == Gap::Comma => false,
            Some(next) if self.text(tokens.end) == b"}" => {
                let list = self.lists.binary_search_by_key(&next.node, |l| l.node);
                list.is_ok_and(|l| self.lists[l].kind.by_lines())
            }
            Some(next) => next.atom == Atom::Word || self.text(tokens.end).starts_with(b"#"),
        };
        self.language == Language::C && tokens.len() > 2 && is_call() && self.text(tokens.end - 1) == b")" && ends()
    }

    /// Whether these tokens are the words of a C type in a declaration, which the grammar does not put together:
    /// `const struct node` in `const struct node n;`.
    pub fn is_type_run(&self, tokens: &Tokens) -> bool {
        let around = self.node_around(tokens);
        let within = |t: &Tokens| tokens.start <= t.start && t.end <= tokens.end;
        let mut covered = tokens.start;
        let mut has_type = false;
        for child in self.children(around).filter(|&c| within(&self.nodes[c].tokens)) {
            let node = &self.nodes[child];
            if node.tokens.start != covered || !self.language.is_specifier(node.kind, node.field) {
                return false;
            }
            has_type |= node.field == "type";
            covered = node.tokens.end;
        }
        has_type && covered == tokens.end
    }
}
