//! What a node of the grammars is to the nesting of the code in it, and which preprocessor lines open and close
//! branches.

use super::Language;

/// What a node is to the nesting of the code in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// A function with a body, a literal included.
    Function,
    /// An `if` with all that belongs to it.
    If,
    /// An `else` with what it governs.
    Else,
    /// A loop.
    Loop,
    /// A `switch` or `select`.
    Switch,
    /// A `case` or `default` and, as far as the grammar puts it there, what follows.
    Clause,
    /// A label and the statement that it marks.
    Label,
    /// A statement without a body of its own, a declaration or a field.
    Statement,
    /// The imports of a Go file, which have rules of their own.
    Imports,
    /// Anything else: it says nothing about nesting.
    Inner,
}

/// What a preprocessor line is to the lines around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreprocessorLine {
    /// It opens a conditional: `#if`, `#ifdef`, `#ifndef`.
    If,
    /// It opens the next branch, with a condition: `#elif`.
    ElseIf,
    /// It opens the last branch: `#else`.
    Else,
    /// It closes a conditional: `#endif`.
    End,
    /// Any other.
    Other,
}

impl PreprocessorLine {
    /// The directive that a line is, from its `#` on.
    pub fn of(line: &[u8]) -> PreprocessorLine {
        let word = line.strip_prefix(b"#").unwrap_or(line).trim_ascii_start();
        match &word[..word.iter().take_while(|b| b.is_ascii_alphabetic()).count()] {
            b"if" | b"ifdef" | b"ifndef" => PreprocessorLine::If,
            b"elif" | b"elifdef" | b"elifndef" => PreprocessorLine::ElseIf,
            b"else" => PreprocessorLine::Else,
            b"endif" => PreprocessorLine::End,
            _ => PreprocessorLine::Other,
        }
    }
}

impl Language {
    /// What a node of this kind is to nesting; `field` is what it is to its parent.
    pub fn form(self, kind: &str, field: &str) -> Form {
        // What a header begins with (`for (int i = 0; …)`, `if x := f(); …`) is a part of the header.
        let in_header = matches!(field, "initializer" | "update" | "condition" | "communication" | "value");
        let form = match self {
            Language::Go => go(kind),
            Language::C => c(kind),
            Language::Text => Form::Inner,
        };
        if form == Form::Statement && in_header { Form::Inner } else { form }
    }

    /// Whether the node is a block: braces with statements.
    pub fn is_block(self, kind: &str) -> bool {
        matches!((self, kind), (Language::Go, "block") | (Language::C, "compound_statement"))
    }

    /// Whether a parenthesis behind this word opens a list (of arguments, parameters or specs), and not a condition or
    /// an expression.
    pub fn opens_list(self, word: &[u8]) -> bool {
        let is_keyword = || std::str::from_utf8(word).is_ok_and(|word| self.is_keyword(word));
        let groups: &[&[u8]] = &[b"import", b"var", b"const", b"type"];
        crate::language::chunks::lex::is_word(word.first().copied().unwrap_or(b' '))
            && (!is_keyword() || groups.contains(&word))
    }

    /// Whether the word begins a statement or a branch and can be no name, although a grammar that looks for one takes it so.
    pub fn begins_statement(self, word: &[u8]) -> bool {
        const WORDS: &[&[u8]] =
            &[b"if", b"else", b"for", b"while", b"do", b"switch", b"case", b"default", b"return", b"goto", b"break"];
        match self {
            Language::Go | Language::Text => false,
            Language::C => WORDS.contains(&word),
        }
    }

    /// Whether the word is a header's, or all of one.
    pub fn begins_header(self, word: &[u8]) -> bool {
        matches!(word, b"if" | b"else" | b"for" | b"while" | b"do" | b"switch")
    }

    /// Whether the node only holds declarations of the top level: the file, a conditional around some, `extern "C"`.
    pub fn holds_declarations(self, kind: &str) -> bool {
        match self {
            Language::Go => kind == "source_file",
            Language::Text => false,
            Language::C => {
                super::c::is_branch(kind)
                    || matches!(kind, "translation_unit" | "linkage_specification" | "declaration_list")
            }
        }
    }
}

fn go(kind: &str) -> Form {
    match kind {
        "function_declaration" | "method_declaration" | "func_literal" => Form::Function,
        "if_statement" => Form::If,
        "for_statement" => Form::Loop,
        "expression_switch_statement" | "type_switch_statement" | "select_statement" => Form::Switch,
        "expression_case" | "type_case" | "default_case" | "communication_case" => Form::Clause,
        "labeled_statement" => Form::Label,
        "import_declaration" => Form::Imports,
        "package_clause" | "field_declaration" | "method_elem" => Form::Statement,
        "block" => Form::Inner,
        _ if kind.ends_with("_statement") || kind == "short_var_declaration" => Form::Statement,
        "var_declaration" | "const_declaration" | "type_declaration" => Form::Statement,
        _ => Form::Inner,
    }
}

fn c(kind: &str) -> Form {
    match kind {
        "function_definition" => Form::Function,
        "if_statement" => Form::If,
        "else_clause" => Form::Else,
        "for_statement" | "while_statement" | "do_statement" => Form::Loop,
        "switch_statement" => Form::Switch,
        "case_statement" => Form::Clause,
        "labeled_statement" => Form::Label,
        "expression_statement" | "return_statement" | "break_statement" | "continue_statement" | "goto_statement" => {
            Form::Statement
        }
        "declaration" | "type_definition" | "field_declaration" => Form::Statement,
        _ => Form::Inner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_known_by_their_word() {
        let lines: [(&[u8], PreprocessorLine); 6] = [
            (b"#if X", PreprocessorLine::If),
            (b"# ifndef X", PreprocessorLine::If),
            (b"#\telse // no", PreprocessorLine::Else),
            (b"#endif/* X */", PreprocessorLine::End),
            (b"#ifx", PreprocessorLine::Other),
            (b"#", PreprocessorLine::Other),
        ];
        for (line, wanted) in lines {
            assert_eq!(PreprocessorLine::of(line), wanted);
        }
    }
}
