//! What the nodes and tokens of the grammars are to the rest of the program.

/// The byte at which the text of a file begins: behind a byte order mark, which is a part of no name and no line.
pub fn text_start(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

/// What the items of a list are: the surroundings in which a fragment can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// The top level of a file.
    File,
    /// Statements of a block, a clause or a branch.
    Statements,
    /// Fields of a struct or union.
    Fields,
    /// Methods of an interface.
    Methods,
    /// Specs of a Go declaration group: `const (…)`, `var (…)`, `type (…)`, `import (…)`.
    Specs,
    /// `case` and `default` clauses.
    Clauses,
    /// Parameters or results of a function, type parameters, macro parameters.
    Parameters,
    /// Arguments of a call or of a type.
    Arguments,
    /// Elements of a composite literal or initialiser.
    Elements,
    /// Constants of a C enum.
    Enumerators,
    /// Anything else that commas separate: `a, b = b, a`, `case 1, 2:`, `int a, *b;`.
    Commas,
}

impl ListKind {
    /// Whether the items are on lines of their own (or behind semicolons) rather than between commas.
    pub fn by_lines(self) -> bool {
        use ListKind::*;
        matches!(self, File | Statements | Fields | Methods | Specs | Clauses)
    }

    /// Whether the order of the items is mostly free, and the same one is there once: then an item that is anywhere in the
    /// list is in it.
    pub fn is_set(self) -> bool {
        use ListKind::*;
        matches!(self, File | Fields | Methods | Specs | Clauses | Elements | Enumerators)
    }
}

/// What the source tree does with one node of the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A node with children of interest.
    Inner,
    /// A node taken as one token, whatever the grammar puts inside.
    Atom(Atom),
    /// A comment: transparent to matching.
    Comment,
    /// A token without meaning: a line end, a stray terminator.
    Nothing,
}

/// What kind of text one token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Atom {
    /// Identifiers and keywords.
    Word,
    /// Numbers.
    Number,
    /// String and character literals.
    Text,
    /// Operators and brackets.
    Mark,
    /// The value of a `#define`: raw text up to the end of the line.
    Macro,
    /// A Go field tag: transparent unless the pattern shows one.
    Tag,
}

/// The names that a grammar gives to node kinds and fields. They live as long as the program:
/// there is one set for each language.
pub struct Names {
    kinds: Vec<&'static str>,
    fields: Vec<&'static str>,
}

impl Names {
    /// Of a language without a grammar.
    pub(super) fn none() -> Names {
        Names { kinds: Vec::new(), fields: Vec::new() }
    }

    pub(super) fn read(grammar: &tree_sitter::Language) -> Names {
        let keep = |name: Option<&str>| -> &'static str { Box::leak(name.unwrap_or("").to_owned().into_boxed_str()) };
        let kinds = (0..grammar.node_kind_count()).map(|id| keep(grammar.node_kind_for_id(id as u16))).collect();
        let fields = (0..=grammar.field_count()).map(|id| keep(grammar.field_name_for_id(id as u16))).collect();
        Names { kinds, fields }
    }

    /// The kind with this number; the parser's own error kind is "ERROR".
    pub fn kind(&self, id: u16) -> &'static str {
        self.kinds.get(usize::from(id)).copied().unwrap_or("ERROR")
    }

    /// The field with this number, or "".
    pub fn field(&self, id: Option<std::num::NonZeroU16>) -> &'static str {
        id.and_then(|id| self.fields.get(usize::from(id.get())).copied()).unwrap_or("")
    }
}
