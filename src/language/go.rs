//! Facts about Go and its grammar.

use super::kinds::{Atom, ListKind, Role};

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

pub(crate) fn role(kind: &str, named: bool, parent: &str) -> Role {
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

pub(crate) fn list(kind: &str, grouped: bool) -> Option<ListKind> {
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

pub(crate) fn is_item_holder(kind: &str) -> bool {
    kind == "statement_list"
}

pub(crate) fn is_value(kind: &str) -> bool {
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

pub(crate) fn is_bare_list(kind: &str) -> bool {
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

/// The specs that can have a value.
pub(crate) fn is_valued_spec(kind: &str) -> bool {
    matches!(kind, "const_spec" | "var_spec")
}

pub(crate) fn is_statement(kind: &str) -> bool {
    kind.ends_with("_statement")
        || kind.ends_with("_declaration")
        || kind.ends_with("_case")
        || matches!(kind, "block" | "package_clause")
}

pub(crate) fn is_declaration(kind: &str) -> bool {
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

/// The kinds of the nodes that Go's semantics are read from, by what they are.
pub mod kind {
    #![allow(missing_docs)]
    pub const PACKAGE_CLAUSE: &str = "package_clause";
    pub const IMPORT_DECL: &str = "import_declaration";
    pub const CONST_DECL: &str = "const_declaration";
    pub const VAR_DECL: &str = "var_declaration";
    pub const TYPE_DECL: &str = "type_declaration";
    pub const FUNC_DECL: &str = "function_declaration";
    pub const METHOD_DECL: &str = "method_declaration";
    pub const IMPORT_SPEC: &str = "import_spec";
    pub const CONST_SPEC: &str = "const_spec";
    pub const VAR_SPEC: &str = "var_spec";
    pub const VAR_SPEC_LIST: &str = "var_spec_list";
    pub const TYPE_SPEC: &str = "type_spec";
    pub const TYPE_ALIAS: &str = "type_alias";
    pub const PARAMETERS: &str = "parameter_list";
    pub const PARAMETER: &str = "parameter_declaration";
    pub const VARIADIC: &str = "variadic_parameter_declaration";
    pub const TYPE_PARAMETER: &str = "type_parameter_declaration";
    pub const FIELDS: &str = "field_declaration_list";
    pub const FIELD: &str = "field_declaration";
    pub const METHOD_ELEM: &str = "method_elem";
    pub const TYPE_ELEM: &str = "type_elem";

    pub const TYPE_NAME: &str = "type_identifier";
    pub const PACKAGE_NAME: &str = "package_identifier";
    pub const FIELD_NAME: &str = "field_identifier";
    pub const QUALIFIED_TYPE: &str = "qualified_type";
    pub const POINTER_TYPE: &str = "pointer_type";
    pub const SLICE_TYPE: &str = "slice_type";
    pub const ARRAY_TYPE: &str = "array_type";
    pub const OPEN_ARRAY_TYPE: &str = "implicit_length_array_type";
    pub const MAP_TYPE: &str = "map_type";
    pub const CHANNEL_TYPE: &str = "channel_type";
    pub const FUNCTION_TYPE: &str = "function_type";
    pub const STRUCT_TYPE: &str = "struct_type";
    pub const INTERFACE_TYPE: &str = "interface_type";
    pub const GENERIC_TYPE: &str = "generic_type";
    pub const PAREN_TYPE: &str = "parenthesized_type";
    pub const NEGATED_TYPE: &str = "negated_type";
    pub const TYPE_ARGUMENTS: &str = "type_arguments";

    pub const NAME: &str = "identifier";
    pub const BLANK: &str = "blank_identifier";
    pub const PAREN: &str = "parenthesized_expression";
    pub const SELECTOR: &str = "selector_expression";
    pub const INDEX: &str = "index_expression";
    pub const SLICE: &str = "slice_expression";
    pub const CALL: &str = "call_expression";
    pub const ARGUMENTS: &str = "argument_list";
    pub const VARIADIC_ARGUMENT: &str = "variadic_argument";
    pub const CONVERSION: &str = "type_conversion_expression";
    pub const INSTANTIATION: &str = "type_instantiation_expression";
    pub const ASSERTION: &str = "type_assertion_expression";
    pub const UNARY: &str = "unary_expression";
    pub const BINARY: &str = "binary_expression";
    pub const COMPOSITE: &str = "composite_literal";
    pub const LITERAL_BODY: &str = "literal_value";
    pub const ELEMENT: &str = "literal_element";
    pub const KEYED_ELEMENT: &str = "keyed_element";
    pub const FUNC_LITERAL: &str = "func_literal";
    pub const INT: &str = "int_literal";
    pub const FLOAT: &str = "float_literal";
    pub const IMAGINARY: &str = "imaginary_literal";
    pub const RUNE: &str = "rune_literal";
    pub const STRING: &str = "interpreted_string_literal";
    pub const RAW_STRING: &str = "raw_string_literal";
    pub const NIL: &str = "nil";
    pub const TRUE: &str = "true";
    pub const FALSE: &str = "false";
    pub const IOTA: &str = "iota";

    pub const EXPRESSIONS: &str = "expression_list";
    pub const BLOCK: &str = "block";
    pub const SHORT_VAR: &str = "short_var_declaration";
    pub const ASSIGNMENT: &str = "assignment_statement";
    pub const INC: &str = "inc_statement";
    pub const DEC: &str = "dec_statement";
    pub const RETURN: &str = "return_statement";
    pub const IF: &str = "if_statement";
    pub const FOR: &str = "for_statement";
    pub const RANGE: &str = "range_clause";
    pub const SWITCH: &str = "expression_switch_statement";
    pub const TYPE_SWITCH: &str = "type_switch_statement";
    pub const SELECT: &str = "select_statement";
    pub const EXPRESSION_CASE: &str = "expression_case";
    pub const TYPE_CASE: &str = "type_case";
    pub const DEFAULT_CASE: &str = "default_case";
    pub const COMMUNICATION_CASE: &str = "communication_case";
    pub const RECEIVE: &str = "receive_statement";
    pub const SEND: &str = "send_statement";
    pub const STATEMENT: &str = "expression_statement";

    /// The nodes that open a scope for names.
    pub fn opens_scope(kind: &str) -> bool {
        matches!(
            kind,
            BLOCK
                | IF
                | FOR
                | SWITCH
                | TYPE_SWITCH
                | EXPRESSION_CASE
                | TYPE_CASE
                | DEFAULT_CASE
                | COMMUNICATION_CASE
                | FUNC_LITERAL
                | FUNC_DECL
                | METHOD_DECL
        )
    }
}
