//! What people call the parts of code.

use super::{Language, ListKind};

const GO_WORDS: &[&str] = &[
    "any",
    "append",
    "bool",
    "byte",
    "cap",
    "complex128",
    "complex64",
    "copy",
    "delete",
    "error",
    "false",
    "float32",
    "float64",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "iota",
    "len",
    "make",
    "new",
    "nil",
    "panic",
    "print",
    "println",
    "recover",
    "rune",
    "string",
    "true",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uintptr",
    "_",
];

const C_WORDS: &[&str] = &[
    "NULL",
    "bool",
    "false",
    "int16_t",
    "int32_t",
    "int64_t",
    "int8_t",
    "intptr_t",
    "off_t",
    "ptrdiff_t",
    "size_t",
    "ssize_t",
    "true",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "uint8_t",
    "uintptr_t",
];

impl Language {
    /// Whether the word means the same in every file, so that it tells little about one of them.
    pub fn is_predeclared(self, word: &str) -> bool {
        match self {
            Language::Go => GO_WORDS.contains(&word),
            Language::C => C_WORDS.contains(&word),
            Language::Text => false,
        }
    }

    /// What a node is to the one that holds it, in a word: "type", "result", "receiver". `None` where there is no
    /// better word than code.
    pub fn part_name(self, kind: &str, field: &str) -> Option<&'static str> {
        Some(match (field, kind) {
            ("type", _) => "type",
            ("result", _) => "result",
            ("receiver", _) => "receiver",
            ("type_parameters", _) => "type parameters",
            ("type_arguments", _) => "type arguments",
            ("initializer", _) => "init statement",
            ("condition", _) => "condition",
            ("value" | "right", _) => "value",
            ("parameters", _) => "parameter list",
            (_, "storage_class_specifier") => "storage class",
            (_, "type_qualifier") => "qualifier",
            (_, "attribute_specifier" | "attribute_declaration") => "attribute",
            _ if self.is_code_kind(kind, field, "type") && kind != "identifier" => "type",
            _ => return None,
        })
    }
}

impl ListKind {
    /// What one item of such a list is called; `None` where there is no better word than item.
    pub fn item_name(self) -> Option<&'static str> {
        Some(match self {
            ListKind::File => "declaration",
            ListKind::Statements => "statement",
            ListKind::Fields => "field",
            ListKind::Methods => "method",
            ListKind::Specs => "line of the group",
            ListKind::Clauses => "case",
            ListKind::Parameters => "parameter",
            ListKind::Arguments => "argument",
            ListKind::Elements => "element",
            ListKind::Enumerators => "constant",
            ListKind::Commas => return None,
        })
    }
}
