//! Facts about the languages that treepatch reads: which grammar parses them, what counts as one token,
//! which nodes are lists and where their items are. No other room spells the grammars' node kinds,
//! so that a grammar upgrade touches this folder only.

pub mod c;
mod chunks;
mod code_kind;
mod directives;
pub mod go;
pub mod go_nodes;
mod joins;
mod kinds;
mod nesting;
mod occurrences;
mod operators;

pub use chunks::Cuts;
pub use directives::Directive;
pub use kinds::{Atom, ListKind, Names, Role, text_start};
pub use nesting::{Form, PreprocessorLine};
pub use operators::{COMMA, CONDITIONAL, Level, PREFIX};

use std::path::Path;
use std::sync::OnceLock;

/// A source language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Go, as `.go` files.
    Go,
    /// C, as `.c` and `.h` files.
    C,
    /// Lines and words, as any other file has them.
    Text,
}

impl Language {
    /// The language of a file, judged by its name alone.
    pub fn of_path(path: &Path) -> Option<Language> {
        match path.extension()?.to_str()? {
            "go" => Some(Language::Go),
            "c" | "h" => Some(Language::C),
            _ => None,
        }
    }

    /// The name that people use for it.
    pub fn name(self) -> &'static str {
        match self {
            Language::Go => "Go",
            Language::C => "C",
            Language::Text => "text",
        }
    }

    /// The tree-sitter grammar; text has none.
    pub fn grammar(self) -> Option<tree_sitter::Language> {
        match self {
            Language::Go => Some(tree_sitter_go::LANGUAGE.into()),
            Language::C => Some(tree_sitter_c::LANGUAGE.into()),
            Language::Text => None,
        }
    }

    /// The names of the grammar's node kinds and fields, by number.
    pub fn names(self) -> &'static Names {
        static GO: OnceLock<Names> = OnceLock::new();
        static C: OnceLock<Names> = OnceLock::new();
        static TEXT: OnceLock<Names> = OnceLock::new();
        let none = || Names::none();
        match self {
            Language::Go => &GO,
            Language::C => &C,
            Language::Text => &TEXT,
        }
        .get_or_init(|| self.grammar().map_or_else(none, |grammar| Names::read(&grammar)))
    }

    /// What the source tree does with a node of this kind; `parent` is the kind of the node above it.
    pub fn role(self, kind: &str, named: bool, parent: &str) -> Role {
        match self {
            Language::Go => go::role(kind, named, parent),
            Language::C => c::role(kind, named),
            Language::Text => Role::Nothing,
        }
    }

    /// The list that a node of this kind is, if it is one. `grouped` says that it holds an opening parenthesis.
    pub fn list(self, kind: &str, parent: &str, grouped: bool) -> Option<ListKind> {
        match self {
            Language::Go => go::list(kind, grouped),
            Language::C => c::list(kind, parent),
            Language::Text => None,
        }
    }

    /// Whether this node only holds the items of the list above it (`statement_list` inside a Go block).
    pub fn is_item_holder(self, kind: &str) -> bool {
        self == Language::Go && go::is_item_holder(kind)
    }

    /// Whether the node is an expression or a type: something that the grammars give different
    /// kinds in different places although the code is the same (`f(x)` as call or conversion).
    pub fn is_value(self, kind: &str) -> bool {
        match self {
            Language::Go => go::is_value(kind),
            Language::C => c::is_value(kind),
            Language::Text => false,
        }
    }

    /// Whether a hole may never stand for this node: bracketed or comma-separated lists, which are not one item.
    pub fn is_bare_list(self, kind: &str) -> bool {
        match self {
            Language::Go => go::is_bare_list(kind),
            Language::C => c::is_bare_list(kind),
            Language::Text => false,
        }
    }

    /// Whether the node is a statement, a declaration or a clause: what is alone in a list of lines.
    pub fn is_statement(self, kind: &str) -> bool {
        match self {
            Language::Go => go::is_statement(kind),
            Language::C => c::is_statement(kind),
            Language::Text => false,
        }
    }

    /// Whether the node declares something at the top level of a file (the reach of `unless`).
    pub fn is_declaration(self, kind: &str) -> bool {
        match self {
            Language::Go => go::is_declaration(kind),
            Language::C => c::is_declaration(kind),
            Language::Text => false,
        }
    }

    /// Whether the node is a function with a body: a declaration, a method or a literal.
    pub fn is_function(self, kind: &str) -> bool {
        match self {
            Language::Go => matches!(kind, "function_declaration" | "method_declaration" | "func_literal"),
            Language::C => kind == "function_definition",
            Language::Text => false,
        }
    }

    /// Whether the node is a branch: a clause, or a part of a preprocessor conditional.
    pub fn is_branch(self, kind: &str) -> bool {
        match self {
            Language::Go => kind.ends_with("_case"),
            Language::C => c::is_branch(kind) || kind == "case_statement",
            Language::Text => false,
        }
    }

    /// Whether the node is a clause of a `switch` or `select`.
    pub fn is_case(self, kind: &str) -> bool {
        match self {
            Language::Go => kind.ends_with("_case"),
            Language::C => kind == "case_statement",
            Language::Text => false,
        }
    }

    /// Whether the node is a branch of a preprocessor conditional.
    pub fn is_conditional(self, kind: &str) -> bool {
        self == Language::C && c::is_branch(kind)
    }

    /// Whether the node imports packages, alone or in a group.
    pub fn is_import(self, kind: &str) -> bool {
        self == Language::Go && kind == go::kind::IMPORT_DECL
    }

    /// Whether two kinds of statement can be the same code: the C grammar tells `f(x);` and `T (x);` apart by guess,
    /// and in Go `x = 1` is a spec of `const` and of `var`.
    pub fn is_same_statement(self, a: &str, b: &str) -> bool {
        match self {
            Language::Go => go::is_valued_spec(a) && go::is_valued_spec(b),
            Language::C => c::is_plain_statement(a) && c::is_plain_statement(b),
            Language::Text => false,
        }
    }

    /// Whether a node is of the sort that `where.HOLE.kind` names so.
    pub fn is_code_kind(self, kind: &str, field: &str, sort: &str) -> bool {
        match sort {
            "name" => kind.ends_with("identifier"),
            "expression" => self.is_value(kind) && !kind.ends_with("_type") && field != "type",
            "statement" => self.is_statement(kind),
            "declaration" => self.is_declaration(kind) || kind.ends_with("_declaration"),
            "type" => {
                kind.ends_with("_type")
                    || kind.ends_with("type_identifier")
                    || kind.ends_with("_specifier")
                    || field == "type"
            }
            "field" => kind == "field_declaration",
            "element" => kind.ends_with("_element") || field == "element",
            "call" => kind == "call_expression",
            "string" => matches!(kind, "interpreted_string_literal" | "raw_string_literal" | "string_literal"),
            "number" => matches!(kind, "int_literal" | "float_literal" | "imaginary_literal" | "number_literal"),
            "block" => matches!(kind, "block" | "compound_statement"),
            _ => false,
        }
    }

    /// Whether the node declares a name behind the words of its type, as C does.
    pub fn declares_typed_name(self, kind: &str) -> bool {
        self == Language::C && c::declares_typed_name(kind)
    }

    /// Whether the node is a name.
    pub fn is_name(self, kind: &str) -> bool {
        kind.ends_with("identifier")
    }

    /// Whether the node is a label with the statement behind it.
    pub fn is_label(self, kind: &str) -> bool {
        kind == "labeled_statement"
    }

    /// Whether the node is what a header without braces (`if (x)`) governs; `field` is what it is to its parent.
    pub fn is_bare_body(self, kind: &str, field: &str, parent: &str) -> bool {
        self == Language::C && c::is_bare_body(kind, field, parent)
    }

    /// Whether the node is the parser's own for code that it could not read.
    pub fn is_error(self, kind: &str) -> bool {
        kind == "ERROR"
    }

    /// Whether the node is the bare name of a type, or of the package that it is from.
    pub fn is_type_name(self, kind: &str) -> bool {
        matches!(kind, "type_identifier" | "package_identifier" | "primitive_type" | "sized_type_specifier")
    }

    /// Whether `word` is a keyword of the language.
    pub fn is_keyword(self, word: &str) -> bool {
        match self {
            Language::Go => go::KEYWORDS.contains(&word),
            Language::C => c::KEYWORDS.contains(&word),
            Language::Text => false,
        }
    }
}
