//! Facts about Go and its grammar.

use super::{Atom, ListKind, Role};

/// The reserved words of Go.
pub const KEYWORDS: &[&str] = &[
    "break",
    "case",
    "chan",
    "const",
    "continue",
    "default",
    "defer",
    "else",
    "fallthrough",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "package",
    "range",
    "return",
    "select",
    "struct",
    "switch",
    "type",
    "var",
];

pub(super) fn role(kind: &str, named: bool, parent: &str) -> Role {
    match kind {
        "comment" => Role::Comment,
        "raw_string_literal" | "interpreted_string_literal" if parent == "field_declaration" => Role::Atom(Atom::Tag),
        "raw_string_literal" | "interpreted_string_literal" | "rune_literal" => Role::Atom(Atom::Text),
        "int_literal" | "float_literal" | "imaginary_literal" => Role::Atom(Atom::Number),
        "\n" | "\0" => Role::Nothing,
        ";" if terminates(parent) => Role::Nothing,
        "blank_identifier" | "dot" | "iota" | "nil" | "true" | "false" | "fallthrough_statement" => {
            Role::Atom(Atom::Word)
        }
        _ if !named => Role::Atom(if KEYWORDS.contains(&kind) { Atom::Word } else { Atom::Mark }),
        _ => Role::Inner,
    }
}

/// Nodes in which a semicolon only ends an item. (In `for` clauses and `if` headers it means something.)
fn terminates(parent: &str) -> bool {
    matches!(
        parent,
        "source_file"
            | "statement_list"
            | "block"
            | "field_declaration_list"
            | "interface_type"
            | "import_spec_list"
            | "var_spec_list"
            | "const_declaration"
            | "type_declaration"
            | "ERROR"
    )
}

pub(super) fn list(kind: &str, grouped: bool) -> Option<ListKind> {
    Some(match kind {
        "source_file" => ListKind::File,
        "block" | "expression_case" | "type_case" | "default_case" | "communication_case" => ListKind::Statements,
        "field_declaration_list" => ListKind::Fields,
        "interface_type" => ListKind::Methods,
        "import_spec_list" | "var_spec_list" => ListKind::Specs,
        "const_declaration" | "type_declaration" if grouped => ListKind::Specs,
        "expression_switch_statement" | "type_switch_statement" | "select_statement" => ListKind::Clauses,
        "parameter_list" | "type_parameter_list" => ListKind::Parameters,
        "argument_list" | "type_arguments" => ListKind::Arguments,
        "literal_value" => ListKind::Elements,
        "expression_list" => ListKind::Commas,
        _ => return None,
    })
}

pub(super) fn is_item_holder(kind: &str) -> bool {
    kind == "statement_list"
}

pub(super) fn is_value(kind: &str) -> bool {
    kind.ends_with("_expression")
        || kind.ends_with("_type")
        || kind.ends_with("_literal")
        || kind.ends_with("identifier")
        || matches!(
            kind,
            "literal_element"
                | "expression_list"
                | "expression_statement"
                | "iota"
                | "nil"
                | "true"
                | "false"
                | "type_elem"
                | "type_instantiation_expression"
                | "label_name"
                | "dot"
        )
}

pub(super) fn is_bare_list(kind: &str) -> bool {
    matches!(
        kind,
        "expression_list"
            | "argument_list"
            | "parameter_list"
            | "type_parameter_list"
            | "type_arguments"
            | "statement_list"
            | "field_declaration_list"
            | "import_spec_list"
            | "var_spec_list"
    )
}

pub(super) fn is_statement(kind: &str) -> bool {
    kind.ends_with("_statement")
        || kind.ends_with("_declaration")
        || kind.ends_with("_case")
        || matches!(kind, "block" | "package_clause")
}

pub(super) fn is_declaration(kind: &str) -> bool {
    matches!(
        kind,
        "function_declaration"
            | "method_declaration"
            | "const_declaration"
            | "var_declaration"
            | "type_declaration"
            | "import_declaration"
    )
}

/// The header clauses (`if`, `for`, `switch`) whose parts before the body an ellipsis `$...` can stand for.
pub fn has_header(kind: &str) -> bool {
    matches!(kind, "if_statement" | "for_statement" | "expression_switch_statement" | "type_switch_statement")
}

/// The declarations that can be written alone (`const x = 1`) or as a spec in a group: keyword, spec kinds.
pub const GROUPS: &[(&str, &str, &[&str])] = &[
    ("const_declaration", "const", &["const_spec"]),
    ("var_declaration", "var", &["var_spec"]),
    ("type_declaration", "type", &["type_spec", "type_alias"]),
    ("import_declaration", "import", &["import_spec"]),
];
