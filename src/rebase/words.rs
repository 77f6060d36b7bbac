//! Words: what a row is made of, white space aside.

use std::collections::HashMap;

/// A word and the white space before it, both as they stand in the text.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    /// The white space between the word before and this one.
    pub space: &'a [u8],
    /// An identifier, a number, an operator of one to three characters, or one other byte.
    pub text: &'a [u8],
    /// Where the word begins in the text, in bytes.
    pub start: usize,
}

/// Operators of more than one character.
const OPERATORS: &[&[u8]] = &[
    b"...", b":=", b"==", b"!=", b"<=", b">=", b"&&", b"||", b"->", b"++", b"--", b"<-", b"+=", b"-=", b"*=", b"/=",
    b"|=", b"&=", b"^=", b"%=", b"<<", b">>",
];

/// Words of Go and C that nobody declares.
const COMMON: &[&str] = &[
    "NULL",
    "_",
    "append",
    "auto",
    "bool",
    "break",
    "byte",
    "case",
    "chan",
    "char",
    "const",
    "continue",
    "default",
    "defer",
    "double",
    "else",
    "enum",
    "err",
    "error",
    "extern",
    "fallthrough",
    "false",
    "float",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "inline",
    "int",
    "interface",
    "len",
    "long",
    "make",
    "map",
    "new",
    "nil",
    "package",
    "range",
    "register",
    "return",
    "select",
    "short",
    "signed",
    "size_t",
    "sizeof",
    "static",
    "string",
    "struct",
    "switch",
    "true",
    "type",
    "typedef",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "uint8_t",
    "union",
    "unsigned",
    "var",
    "void",
    "volatile",
    "while",
    "do",
];

/// The words of a text, and the white space behind the last.
pub fn words(text: &[u8]) -> (Vec<Word<'_>>, &[u8]) {
    let mut words = Vec::new();
    let (mut end, mut at) = (0, 0);
    while at < text.len() {
        if is_space(text[at]) {
            at += 1;
            continue;
        }
        let length = word_at(&text[at..]);
        words.push(Word { space: &text[end..at], text: &text[at..at + length], start: at });
        at += length;
        end = at;
    }
    (words, &text[end..])
}

/// The length of the word that a text begins with.
fn word_at(text: &[u8]) -> usize {
    let run = |holds: &dyn Fn(u8) -> bool| text.iter().take_while(|b| holds(**b)).count();
    match text[0] {
        b if is_letter(b) => run(&is_part),
        b if b.is_ascii_digit() => run(&|b| is_part(b) || b == b'.'),
        _ => OPERATORS.iter().find(|o| text.starts_with(o)).map_or(1, |o| o.len()),
    }
}

/// Whether a byte is white space.
pub fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

/// Whether a byte can begin an identifier.
pub fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// Whether a byte can stand in an identifier.
pub fn is_part(byte: u8) -> bool {
    is_letter(byte) || byte.is_ascii_digit()
}

/// Whether a word is an identifier.
pub fn is_identifier(word: &[u8]) -> bool {
    word.first().is_some_and(|b| is_letter(*b))
}

/// Whether a word belongs to the language, or is in everybody's mouth.
pub fn is_common(word: &[u8]) -> bool {
    COMMON.iter().any(|common| common.as_bytes() == word)
}

/// The identifiers of a text, each with how often it occurs.
pub type Names = HashMap<Vec<u8>, usize>;

/// The identifiers of a text.
pub fn names(text: &[u8]) -> Names {
    let mut names = Names::new();
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().take_while(|b| is_part(**b)).count();
        if length > 0 && is_letter(text[at]) {
            let name = &text[at..at + length];
            match names.get_mut(name) {
                Some(count) => *count += 1,
                None => drop(names.insert(name.to_vec(), 1)),
            }
        }
        at += length.max(1);
    }
    names
}

/// A text without its white space.
pub fn squeezed(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|b| !is_space(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_the_white_space_before_them() {
        let (found, tail) = words(b"a := b->c[10]  // \"x\"\n");
        let texts: Vec<&str> = found.iter().map(|w| std::str::from_utf8(w.text).unwrap()).collect();
        assert_eq!(texts, ["a", ":=", "b", "->", "c", "[", "10", "]", "/", "/", "\"", "x", "\""]);
        assert_eq!((found[1].space, found[8].space, tail), (&b" "[..], &b"  "[..], &b"\n"[..]));
    }

    #[test]
    fn numbers_are_no_names() {
        let mut found: Vec<_> = names(b"x1 + 0x1F + x1").into_iter().collect();
        found.sort();
        assert_eq!(found, [(b"x1".to_vec(), 2)]);
    }
}
