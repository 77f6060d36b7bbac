//! Where two tokens meet with nothing between them, the languages may read another: `b/` and `*p` open a comment.

use super::Language;
use crate::language::chunks::lex::is_word;

/// Operators and marks of more than one byte, and what opens a comment.
const GO: &[&str] = &[
    "&&", "&&=", "&=", "&^", "&^=", "||", "|=", "^=", "++", "+=", "--", "-=", "*=", "/=", "//", "/*", "%=", "<<",
    "<<=", "<=", "<-", ">>", ">>=", ">=", "==", "!=", ":=", "...",
];
const C: &[&str] = &[
    "&&", "&=", "||", "|=", "^=", "++", "+=", "--", "-=", "->", "*=", "/=", "//", "/*", "%=", "<<", "<<=", "<=", ">>",
    ">>=", ">=", "==", "!=", "...", "##", "::", "<:", "<%", "%:", "%:%:", "%>", ":>",
];

impl Language {
    /// Whether code that ends with a token and code that begins with one would be read as other tokens where nothing
    /// is between them.
    pub fn runs_together(self, left: &[u8], right: &[u8]) -> bool {
        let (Some(&last), Some(&next)) = (left.last(), right.first()) else { return false };
        if last.is_ascii_whitespace() || next.is_ascii_whitespace() {
            return false;
        }
        if !is_word(last) {
            let of_number = last == b'.' && next.is_ascii_digit();
            return of_number || self.makes_longer(left, right);
        }
        let word = &left[left.iter().rposition(|b| !is_word(*b)).map_or(0, |at| at + 1)..];
        let number = word[0].is_ascii_digit();
        let c = self == Language::C;
        match next {
            _ if is_word(next) => true,
            b'.' => number,
            // To C's preprocessor `0xe+1` is one number.
            b'+' | b'-' => c && number && matches!(last, b'e' | b'E' | b'p' | b'P'),
            b'"' | b'\'' => c && matches!(word, b"L" | b"u" | b"U" | b"u8"),
            _ => false,
        }
    }

    /// Whether the mark that `left` ends with becomes a longer one with what follows.
    fn makes_longer(self, left: &[u8], right: &[u8]) -> bool {
        // What most tokens are followed by goes on no mark.
        if right.first().is_none_or(|b| is_word(*b) || b"()[]{},;".contains(b)) {
            return false;
        }
        let marks = if self == Language::Go { GO } else { C };
        let ends = |mark: &&&str| left.ends_with(mark.as_bytes());
        let own = marks.iter().filter(ends).map(|mark| mark.len()).max().unwrap_or(1);
        let own = &left[left.len() - own..];
        marks.iter().any(|mark| {
            let rest = mark.as_bytes().strip_prefix(own);
            // A mark that is not read before it is whole, `...`, may need more of what follows.
            rest.is_some_and(|rest| !rest.is_empty() && right.starts_with(rest))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_that_would_be_read_as_others_run_together() {
        let go = |left: &str, right: &str| Language::Go.runs_together(left.as_bytes(), right.as_bytes());
        for (left, right) in [
            ("b/", "*p"),
            ("b+", "+x"),
            ("-", "-n"),
            ("b<", "-k"),
            ("a&", "^b"),
            ("&&", "=x"),
            ("return", "x"),
            ("1", ".x"),
            ("if é", "é"),
        ] {
            assert!(go(left, right), "{left} {right}");
        }
        for (left, right) in [
            ("x--", "-y"),
            ("<-", "-z"),
            ("x1", ".y"),
            ("a*", "*p"),
            ("f(", "-x"),
            ("", "x"),
            ("0xe", "+1"),
            ("-", ">"),
        ] {
            assert!(!go(left, right), "{left} {right}");
        }
        let c = |left: &str, right: &str| Language::C.runs_together(left.as_bytes(), right.as_bytes());
        for (left, right) in [("a-", ">b"), ("0xe", "+1"), ("L", "\"x\""), ("a&", "&b"), ("a/", "/ b"), ("a=", "=b")] {
            assert!(c(left, right), "{left} {right}");
        }
        for (left, right) in [("e", "+1"), ("Lx", "\"x\""), ("a&", "^b"), ("x++", "+y"), ("*", "*p"), ("=", "-1")] {
            assert!(!c(left, right), "{left} {right}");
        }
    }
}
