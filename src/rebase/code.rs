//! What of a text is code: strings, comments and includes are not.

use super::words::{is_letter, is_part, is_space};

/// A text with a blank for each string, comment and `#include`.
pub fn code(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match noise_at(text, at) {
            Some(end) => {
                out.push(b' ');
                at = end;
            }
            None => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    out
}

/// A row with other names in its code.
pub fn renamed(row: &[u8], name: &dyn Fn(&[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(row.len());
    let mut at = 0;
    while at < row.len() {
        if let Some(end) = quoted_at(row, at).or_else(|| comment_at(row, at)) {
            out.extend_from_slice(&row[at..end]);
            at = end;
            continue;
        }
        let length = row[at..].iter().take_while(|b| is_part(**b)).count().max(1);
        let word = &row[at..at + length];
        match name(word).filter(|_| is_letter(word[0])) {
            Some(other) => out.extend_from_slice(&other),
            None => out.extend_from_slice(word),
        }
        at += length;
    }
    out
}

/// The end of what begins here and is no code.
fn noise_at(text: &[u8], at: usize) -> Option<usize> {
    match text[at] {
        b'"' | b'\'' => quoted_at(text, at),
        b'`' => text[at + 1..].iter().position(|b| *b == b'`').map(|n| at + n + 2),
        b'/' => comment_at(text, at),
        b'#' => include_at(text, at),
        b'*' => is_row_start(text, at).then(|| comment_row_at(text, at)).flatten(),
        _ => None,
    }
}

/// Whether nothing but blanks stand before a place in its row.
fn is_row_start(text: &[u8], at: usize) -> bool {
    text[..at].iter().rev().take_while(|b| **b != b'\n').all(|b| is_space(*b))
}

/// The end of a string or character that begins here and ends in its row.
fn quoted_at(text: &[u8], at: usize) -> Option<usize> {
    let quote = *text.get(at).filter(|b| matches!(b, b'"' | b'\''))?;
    let mut end = at + 1;
    loop {
        match *text.get(end)? {
            b'\\' => end += 2,
            b'\n' => return None,
            b if b == quote && (quote == b'"' || end > at + 1) => return Some(end + 1),
            b if b == quote => return None,
            _ => end += 1,
        }
    }
}

/// The end of a comment that begins here.
fn comment_at(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    if rest.starts_with(b"//") {
        return Some(at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()));
    }
    let body = rest.strip_prefix(b"/*")?;
    body.windows(2).position(|w| w == b"*/").map(|n| at + n + 4)
}

/// The end of a row that goes on with a comment: a star, and a blank or nothing behind it.
fn comment_row_at(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at + 1..];
    let end = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    let row = &rest[..end];
    (row.is_empty() || row == b"/" || is_space(row[0])).then_some(at + 1 + end)
}

/// The end of an `#include` row.
fn include_at(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at + 1..];
    let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let end = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    rest[blanks..].starts_with(b"include").then_some(at + 1 + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_comments_and_includes_are_no_code() {
        let text = b"#include <a.h>\nx = \"y\\\"\"; // z\n/* a\n * b\n */ c('d');\n * e\nf * g;\n";
        assert_eq!(String::from_utf8_lossy(&code(text)), " \nx =  ;  \n  c( );\n  \nf * g;\n");
    }

    #[test]
    fn names_are_exchanged_in_code_alone() {
        let swap = |word: &[u8]| (word == b"old").then(|| b"new".to_vec());
        let row = renamed(b"old(\"old\", 'o', older); // old", &swap);
        assert_eq!(String::from_utf8_lossy(&row), "new(\"old\", 'o', older); // old");
    }
}
