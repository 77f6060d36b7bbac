//! How tightly operators bind, by the language's own rules: the grammars, which read code that no compiler takes,
//! are wrong about some of it (`!a = b`, `-a++`, `<-chan int(x)`).

use super::Language;

/// How tightly one operator binds: the higher, the tighter.
pub type Level = u8;

/// The level of prefix operators and casts in any language; what is behind an operand binds tighter.
pub const PREFIX: Level = 14;
/// The level of `?` and `:`.
pub const CONDITIONAL: Level = 3;
/// The level of assignments.
pub const ASSIGNMENT: Level = 2;
/// The level of the comma operator.
pub const COMMA: Level = 1;

impl Language {
    /// The level of an operator between two operands.
    pub fn infix_level(self, operator: &[u8]) -> Option<Level> {
        let levels: &[&[&[u8]]] = match self {
            Language::Go => GO,
            Language::C => C,
            Language::Text => &[],
        };
        let known = levels.iter().position(|level| level.contains(&operator));
        known
            .map(|at| at as Level + CONDITIONAL + 1)
            .or((self == Language::C && is_assignment(operator)).then_some(ASSIGNMENT))
    }

    /// Whether operators of this level group from the right: `a = (b = c)`.
    pub fn is_right_associative(self, level: Level) -> bool {
        matches!(level, ASSIGNMENT | CONDITIONAL)
    }

    /// Whether this word or mark before an operand is an operator.
    pub fn is_prefix(self, token: &[u8]) -> bool {
        match self {
            Language::Text => false,
            Language::Go => matches!(token, b"+" | b"-" | b"!" | b"^" | b"*" | b"&" | b"<-"),
            Language::C => {
                matches!(token, b"+" | b"-" | b"!" | b"~" | b"*" | b"&" | b"++" | b"--" | b"&&" | b"__extension__")
                    || self.is_size_operator(token)
            }
        }
    }

    /// Whether it is an operator that takes a type in parentheses as well as an expression.
    pub fn is_size_operator(self, token: &[u8]) -> bool {
        self == Language::C && matches!(token, b"sizeof" | b"_Alignof" | b"alignof" | b"__alignof__" | b"__alignof")
    }

    /// Whether it is an operator behind an operand, of one token.
    pub fn is_postfix(self, token: &[u8]) -> bool {
        self == Language::C && matches!(token, b"++" | b"--")
    }

    /// Whether the node puts operands together with operators: its operands group by how tightly these bind.
    pub fn is_operation(self, kind: &str) -> bool {
        match kind {
            "binary_expression" | "unary_expression" | "call_expression" => true,
            "type_conversion_expression"
            | "selector_expression"
            | "index_expression"
            | "slice_expression"
            | "type_assertion_expression"
            | "type_instantiation_expression"
            | "composite_literal" => self == Language::Go,
            "pointer_expression"
            | "update_expression"
            | "assignment_expression"
            | "conditional_expression"
            | "cast_expression"
            | "sizeof_expression"
            | "alignof_expression"
            | "extension_expression"
            | "comma_expression"
            | "field_expression"
            | "subscript_expression"
            | "compound_literal_expression" => self == Language::C,
            _ => false,
        }
    }

    /// Whether the node may be in parentheses wherever it is, and means the same.
    pub fn may_have_parens(self, kind: &str) -> bool {
        let value = self.is_operation(kind) || kind.ends_with("_literal") && kind != "composite_literal";
        value || self == Language::Go && kind.ends_with("_type") && kind != "qualified_type"
    }

    /// Whether the node is a type that is spelt out, or a function that is: an operand of its own.
    pub fn is_spelt_operand(self, kind: &str) -> bool {
        self == Language::Go && (kind == "func_literal" || kind.ends_with("_type"))
    }

    /// Whether the node is a type of functions.
    pub fn is_function_type(self, kind: &str) -> bool {
        self == Language::Go && kind == "function_type"
    }

    /// Whether a parenthesis that the node holds itself opens a type before an operand: a cast, or `(T){…}`.
    pub fn opens_with_type(self, kind: &str) -> bool {
        self == Language::C && matches!(kind, "cast_expression" | "compound_literal_expression")
    }

    /// Whether the node is a value of a type with its elements in braces.
    pub fn is_composite(self, kind: &str) -> bool {
        kind == "compound_literal_expression" || kind == "composite_literal"
    }

    /// Whether the node is the name of a type that a literal may begin with, so that its brace may be read as a block.
    pub fn is_named_type(self, kind: &str) -> bool {
        self == Language::Go && matches!(kind, "type_identifier" | "qualified_type" | "generic_type")
    }

    /// Whether the node is a statement in whose header the brace of a literal would open the statement's block.
    pub fn is_block_header(self, kind: &str) -> bool {
        self == Language::Go && super::go::has_header(kind)
    }

    /// Whether the node has brackets of its own around what it holds.
    pub fn is_bracketed(self, kind: &str) -> bool {
        matches!(
            kind,
            "parenthesized_expression"
                | "parenthesized_type"
                | "argument_list"
                | "literal_value"
                | "block"
                | "type_arguments"
        )
    }
}

fn is_assignment(operator: &[u8]) -> bool {
    matches!(operator, b"=" | b"+=" | b"-=" | b"*=" | b"/=" | b"%=" | b"<<=" | b">>=" | b"&=" | b"^=" | b"|=")
}

/// The operators of Go between two operands, the loosest first.
const GO: &[&[&[u8]]] = &[
    &[b"||"],
    &[b"&&"],
    &[b"==", b"!=", b"<", b"<=", b">", b">="],
    &[b"+", b"-", b"|", b"^"],
    &[b"*", b"/", b"%", b"<<", b">>", b"&", b"&^"],
];

/// The operators of C between two operands, the loosest first; assignments and `?:` are looser still.
const C: &[&[&[u8]]] = &[
    &[b"||"],
    &[b"&&"],
    &[b"|"],
    &[b"^"],
    &[b"&"],
    &[b"==", b"!="],
    &[b"<", b"<=", b">", b">="],
    &[b"<<", b">>"],
    &[b"+", b"-"],
    &[b"*", b"/", b"%"],
];
