//! Where a name is: as an expression or a type, which is a use of it, or as something else.

use super::Language;

impl Language {
    /// Whether what a node holds under this field is no use of the name that it is: what is declared, a member, a
    /// label, a tag, a macro's name. `parent` is the kind of that node.
    pub fn is_no_use(self, kind: &str, field: &str, parent: &str) -> bool {
        match self {
            Language::Go => is_no_use_in_go(kind, field, parent),
            Language::C => is_no_use_in_c(kind, field, parent),
            Language::Text => false,
        }
    }

    /// Whether the node writes something around a declared name, as C does: `*p`, `a[2]`, `f(int x)`.
    pub fn is_declarator(self, kind: &str) -> bool {
        self == Language::C
            && matches!(
                kind,
                "function_declarator"
                    | "pointer_declarator"
                    | "array_declarator"
                    | "init_declarator"
                    | "parenthesized_declarator"
            )
    }

    /// Whether the node is a macro call that the grammar of C has for a type.
    pub fn is_macro_type(self, kind: &str) -> bool {
        self == Language::C && kind == "macro_type_specifier"
    }

    /// Whether the word is a type, or begins one, whatever the grammar has it for.
    pub fn is_type_word(self, word: &[u8]) -> bool {
        self == Language::C && matches!(word, b"long" | b"short" | b"signed" | b"unsigned")
    }

    /// Whether the node declares the names on its left where it has a `:=`.
    pub fn may_declare_left(self, kind: &str) -> bool {
        self == Language::Go
            && matches!(kind, "short_var_declaration" | "range_clause" | "receive_statement" | "type_switch_statement")
    }

    /// Whether the node is one element of a literal, before or behind a colon.
    pub fn is_element(self, kind: &str) -> bool {
        self == Language::Go && kind == "literal_element"
    }

    /// Whether the node is an element of a literal with a key.
    pub fn is_keyed(self, kind: &str) -> bool {
        self == Language::Go && kind == "keyed_element"
    }

    /// Whether the keys of a literal of such a type are values, not names of fields.
    pub fn has_value_keys(self, kind: &str) -> bool {
        matches!(kind, "map_type" | "slice_type" | "array_type" | "implicit_length_array_type")
    }

    /// Whether the node is a comma list without brackets.
    pub fn is_open_list(self, kind: &str) -> bool {
        self == Language::Go && kind == "expression_list"
    }

    /// Whether the node is a word or run of words of C that say what a declared name is, apart from the name.
    pub fn is_specifier(self, kind: &str, field: &str) -> bool {
        self == Language::C && (field == "type" || kind == "type_qualifier")
    }
}

fn is_no_use_in_go(kind: &str, field: &str, parent: &str) -> bool {
    match field {
        "name" => matches!(
            parent,
            "function_declaration"
                | "method_declaration"
                | "method_elem"
                | "const_spec"
                | "var_spec"
                | "type_spec"
                | "type_alias"
                | "parameter_declaration"
                | "variadic_parameter_declaration"
                | "type_parameter_declaration"
                | "field_declaration"
                | "import_spec"
        ),
        "field" | "alias" => true,
        "label" => true,
        _ => matches!(kind, "label_name" | "field_identifier") || parent == "package_clause",
    }
}

fn is_no_use_in_c(kind: &str, field: &str, parent: &str) -> bool {
    match field {
        "declarator" | "label" | "field" => true,
        "name" => matches!(
            parent,
            "enumerator"
                | "preproc_def"
                | "preproc_function_def"
                | "preproc_ifdef"
                | "preproc_elifdef"
                | "struct_specifier"
                | "union_specifier"
                | "enum_specifier"
        ),
        _ => {
            matches!(kind, "statement_identifier" | "field_identifier")
                // `int` is no type of its own in `unsigned int`.
                || matches!(
                    parent,
                    "preproc_params" | "preproc_defined" | "parenthesized_declarator" | "sized_type_specifier"
                )
        }
    }
}
