//! What people call the parts of code.

use super::{Language, ListKind};

impl Language {
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
