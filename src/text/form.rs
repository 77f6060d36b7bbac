//! The form of a line: its tokens, and between each two of them a blank or none.

use crate::source::{Bytes, is_blank};
use std::borrow::Cow;

/// Whether a byte belongs to a word: ASCII letters, digits, `_` and all of other alphabets.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The bytes of a line without the blanks at its ends.
pub fn shown(line: &[u8]) -> Bytes {
    let start = line.iter().position(|b| !is_blank(*b)).unwrap_or(line.len());
    let end = line.iter().rposition(|b| !is_blank(*b)).map_or(start, |last| last + 1);
    start..end
}

/// The form, as bytes that are equal where the forms are: without the blanks at the ends, every other run of blanks one
/// space. Two words never touch, so that the tokens follow from the bytes.
pub fn form(line: &[u8]) -> Cow<'_, [u8]> {
    let line = &line[shown(line)];
    let is_plain = |pair: &[u8]| !(is_blank(pair[0]) && (pair[0] != b' ' || is_blank(pair[1])));
    if line.windows(2).all(is_plain) {
        return Cow::Borrowed(line);
    }
    let mut form = Vec::with_capacity(line.len());
    for &byte in line {
        match is_blank(byte) {
            true if form.last() == Some(&b' ') => {}
            true => form.push(b' '),
            false => form.push(byte),
        }
    }
    Cow::Owned(form)
}

/// The tokens of a line: words, and every other byte that is no blank alone.
pub fn tokens(line: &[u8]) -> Vec<Bytes> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let rest = line[at..].iter();
        let len = match line[at] {
            byte if is_word(byte) => rest.take_while(|b| is_word(**b)).count(),
            _ => 1,
        };
        if !is_blank(line[at]) {
            tokens.push(at..at + len);
        }
        at += len;
    }
    tokens
}

/// The blanks that a line begins with.
pub fn indent(line: &[u8]) -> &[u8] {
    &line[..line.iter().position(|b| !is_blank(*b)).unwrap_or(line.len())]
}

/// The blanks that a line ends with.
pub fn trailing(line: &[u8]) -> &[u8] {
    &line[shown(line).end..]
}

/// How far to the right blanks lead, a tab going to the next column of eight.
fn column(blanks: &[u8]) -> i32 {
    blanks.iter().fold(0, |at, b| if *b == b'\t' { (at / 8 + 1) * 8 } else { at + 1 })
}

/// The depth of a line that is not blank: twice the column of its first token, and a half step more for an item of a
/// list (`- x`), which YAML may write at the column of its key.
pub fn depth(line: &[u8]) -> i32 {
    let shown = &line[shown(line)];
    let is_item = shown.first() == Some(&b'-') && shown.get(1).is_none_or(|b| is_blank(*b));
    2 * column(indent(line)) + i32::from(is_item)
}

/// What a line begins with that its peers begin with, too: the first word with the marks glued before it, or its marks
/// alone if a blank follows; `[` for a line in brackets.
pub fn lead(form: &[u8]) -> &[u8] {
    if form.starts_with(b"[") {
        return &form[..1];
    }
    let marks = form.iter().take_while(|b| !is_word(**b) && !is_blank(**b)).count();
    let word = form[marks..].iter().take_while(|b| is_word(**b)).count();
    &form[..marks + word]
}

/// Whether a row says little about where it is: at most two words, none of six bytes or more.
pub fn is_weak<'a>(words: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut few = 0;
    for word in words {
        few += 1;
        if few > 2 || word.len() >= 6 {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_one_space_for_blanks() {
        for (line, wanted) in [
            (" a\t b  ", "a b"),
            ("a b", "a b"),
            ("a\tb", "a b"),
            ("\t", ""),
            ("\u{c}x = 1", "x = 1"),
            ("a\u{a0}b", "a\u{a0}b"),
        ] {
            assert_eq!(form(line.as_bytes()), wanted.as_bytes(), "{line:?}");
        }
    }

    #[test]
    fn tokens_are_words_and_marks() {
        let line = b"$x->1.5 \xe4b";
        let found: Vec<&[u8]> = tokens(line).into_iter().map(|t| &line[t]).collect();
        assert_eq!(found, [&b"$"[..], b"x", b"-", b">", b"1", b".", b"5", b"\xe4b"]);
    }

    #[test]
    fn depth_is_by_columns_and_a_half_step() {
        for (line, wanted) in [("a", 0), ("\ta", 16), ("   \ta", 16), ("- a", 1), ("  -", 5), ("-a", 0)] {
            assert_eq!(depth(line.as_bytes()), wanted, "{line:?}");
        }
    }

    #[test]
    fn peers_begin_alike() {
        for (line, wanted) in [
            (".SH NAME", ".SH"),
            ("<dependency>", "<dependency"),
            ("## A", "##"),
            ("- a", "-"),
            ("[a]", "["),
            ("if x", "if"),
        ] {
            assert_eq!(lead(line.as_bytes()), wanted.as_bytes(), "{line:?}");
        }
    }
}
