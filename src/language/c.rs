//! Facts about C and its grammar.

use super::kinds::{Atom, ListKind, Role};

/// The reserved words of C, and the directives that the grammar spells as words.
pub const KEYWORDS: &[&str] = &[
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
    "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "defined",
];

pub(crate) fn role(kind: &str, named: bool) -> Role {
    match kind {
        "comment" => Role::Comment,
        "string_literal" | "char_literal" | "system_lib_string" => Role::Atom(Atom::Text),
        "number_literal" => Role::Atom(Atom::Number),
        "preproc_arg" => Role::Atom(Atom::Macro),
        "\n" | "\r\n" => Role::Nothing,
        _ if !named => {
            let first = kind.trim_start_matches('#').as_bytes().first().copied().unwrap_or(b' ');
            Role::Atom(if first.is_ascii_alphabetic() || first == b'_' { Atom::Word } else { Atom::Mark })
        }
        _ => Role::Inner,
    }
}

pub(crate) fn list(kind: &str, parent: &str) -> Option<ListKind> {
    Some(match kind {
        "translation_unit" | "declaration_list" => ListKind::File,
        "compound_statement" if parent == "switch_statement" => ListKind::Clauses,
        "compound_statement" | "case_statement" => ListKind::Statements,
        "field_declaration_list" => ListKind::Fields,
        "preproc_if" | "preproc_ifdef" | "preproc_elif" | "preproc_elifdef" | "preproc_else" => match parent {
            "field_declaration_list" => ListKind::Fields,
            "enumerator_list" => ListKind::Enumerators,
            "compound_statement" | "case_statement" => ListKind::Statements,
            _ => ListKind::File,
        },
        "parameter_list" | "preproc_params" => ListKind::Parameters,
        "argument_list" => ListKind::Arguments,
        "initializer_list" => ListKind::Elements,
        "enumerator_list" => ListKind::Enumerators,
        _ => return None,
    })
}

/// A branch of a preprocessor conditional, which is a list of lines between its header and the next branch.
pub fn is_branch(kind: &str) -> bool {
    matches!(kind, "preproc_if" | "preproc_ifdef" | "preproc_elif" | "preproc_elifdef" | "preproc_else")
}

/// A later branch of a preprocessor conditional, which the grammar nests inside the one before.
pub fn is_later_branch(kind: &str) -> bool {
    matches!(kind, "preproc_elif" | "preproc_elifdef" | "preproc_else")
}

pub(crate) fn is_value(kind: &str) -> bool {
    kind.ends_with("_expression")
        || kind.ends_with("_literal")
        || kind.ends_with("identifier")
        || matches!(
            kind,
            "type_descriptor"
                | "primitive_type"
                | "sized_type_specifier"
                | "struct_specifier"
                | "union_specifier"
                | "enum_specifier"
                | "macro_type_specifier"
                | "concatenated_string"
                | "initializer_list"
                | "true"
                | "false"
                | "null"
                | "preproc_defined"
                | "function_declarator"
                | "parenthesized_declarator"
                | "array_declarator"
                | "pointer_declarator"
        )
}

pub(crate) fn is_bare_list(kind: &str) -> bool {
    matches!(
        kind,
        "comma_expression"
            | "argument_list"
            | "parameter_list"
            | "preproc_params"
            | "field_declaration_list"
            | "enumerator_list"
    )
}

pub(crate) fn is_statement(kind: &str) -> bool {
    kind.ends_with("_statement")
        || kind.starts_with("preproc_")
            && kind != "preproc_arg"
            && kind != "preproc_defined"
            && kind != "preproc_params"
        || matches!(
            kind,
            "declaration"
                | "function_definition"
                | "type_definition"
                | "field_declaration"
                | "linkage_specification"
                | "struct_specifier"
                | "union_specifier"
                | "enum_specifier"
        )
}

pub(crate) fn is_declaration(kind: &str) -> bool {
    matches!(
        kind,
        "function_definition"
            | "declaration"
            | "type_definition"
            | "struct_specifier"
            | "union_specifier"
            | "enum_specifier"
            | "preproc_def"
            | "preproc_function_def"
            | "preproc_include"
    )
}

/// Statements whose parenthesised header an ellipsis `($...)` can stand for.
pub fn has_header(kind: &str) -> bool {
    matches!(kind, "if_statement" | "for_statement" | "while_statement" | "switch_statement" | "do_statement")
}

/// What ends in a semicolon and may be declaration, field or expression by nothing but surroundings.
pub(crate) fn is_plain_statement(kind: &str) -> bool {
    matches!(kind, "declaration" | "field_declaration" | "expression_statement")
}

/// What declares a name with a type: its type words come first, then the declarator.
pub(crate) fn declares_typed_name(kind: &str) -> bool {
    matches!(kind, "declaration" | "parameter_declaration" | "field_declaration")
}

/// A call: what a macro with a block of its own looks like.
pub fn is_call(kind: &str) -> bool {
    kind == "call_expression"
}

/// What the grammar makes of a call whose semicolon it misses.
pub const UNCLOSED: &str = "expression_statement";

/// A statement that only its semicolon ends.
pub fn ends_in_semicolon(kind: &str) -> bool {
    kind == UNCLOSED
}

/// A preprocessor directive that is among statements.
pub fn is_directive(kind: &str) -> bool {
    kind.starts_with("preproc_")
}

/// What C writes around a declared name, which is part of the declaration and not of the name. In parentheses it
/// may be an argument: `f(*x);` looks like a declaration.
pub fn is_declarator(kind: &str, parent: &str) -> bool {
    matches!(kind, "pointer_declarator" | "array_declarator" | "function_declarator" | "init_declarator")
        && parent != "parenthesized_declarator"
}

/// The arguments of a call.
pub fn is_arguments(kind: &str) -> bool {
    kind == "argument_list"
}

/// The size of a type or of an expression.
pub fn is_sizeof(kind: &str) -> bool {
    kind == "sizeof_expression"
}

/// A cast.
pub fn is_cast(kind: &str) -> bool {
    kind == "cast_expression"
}

/// A statement without braces that `if`, `else` or a loop governs.
pub(crate) fn is_bare_body(kind: &str, field: &str, parent: &str) -> bool {
    let governed = match parent {
        "if_statement" => field == "consequence",
        "else_clause" => is_statement(kind),
        "for_statement" | "while_statement" | "do_statement" => field == "body",
        _ => false,
    };
    governed && kind != "compound_statement"
}

/// Whether a word is the operator `_Pragma`, which is among statements without a semicolon.
pub fn is_pragma(word: &[u8]) -> bool {
    word == b"_Pragma"
}
