//! The front end of files that no grammar reads: each line with something on it is one token.

use super::memo::Derived;
use super::parse_error::ParseError;
use super::tree::{Gap, Node, Source, Token};
use super::{Bytes, Limits, Lines, text_start};
use crate::language::{Atom, Language};
use memchr::memchr;
use std::sync::{Arc, OnceLock};

/// The kind of the one node that there is.
const FILE: &str = "text";

impl Source {
    /// A file as lines: a token from the first to the last byte of each line that is no blank, and one node over all.
    pub(super) fn of_lines(bytes: Arc<Vec<u8>>, limits: Limits) -> Result<Source, ParseError> {
        if memchr(0, &bytes).is_some() || is_wide(&bytes) {
            return Err(ParseError::NoLines);
        }
        let mut tokens = Vec::new();
        let mut at = text_start(&bytes);
        while at < bytes.len() {
            let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
            if let Some(shown) = shown(&bytes[at..end]) {
                let bytes = at + shown.start..at + shown.end;
                tokens.push(Token { bytes, atom: Atom::Text, node: 0, gap: Gap::Line });
            }
            at = end + 1;
        }
        if tokens.len() > limits.nodes {
            return Err(ParseError::TooMany { limit: limits.nodes });
        }
        let count = tokens.len();
        let mut first_node_at = vec![1; count];
        first_node_at.iter_mut().take(1).for_each(|first| *first = 0);
        Ok(Source {
            language: Language::Text,
            lines: Lines::new(&bytes),
            parts: std::iter::once(0..bytes.len()).collect(),
            bytes,
            tokens,
            nodes: vec![Node { kind: FILE, field: "", parent: 0, tokens: 0..count, end: 1 }],
            comments: Vec::new(),
            lists: Vec::new(),
            errors: Vec::new(),
            separators: Vec::new(),
            error_ends: Vec::new(),
            first_node_at,
            borders: Vec::new(),
            layout: Derived::default(),
            places: OnceLock::new(),
            tree: None,
        })
    }
}

/// A byte order mark of an encoding that writes letters with NUL bytes.
fn is_wide(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// The bytes of a line without the blanks at its ends, if there are any.
fn shown(line: &[u8]) -> Option<Bytes> {
    let is_shown = |b: &u8| !is_blank(*b);
    let start = line.iter().position(is_shown)?;
    let end = line.iter().rposition(is_shown).map_or(start, |last| last + 1);
    Some(start..end)
}

/// Whether a byte is a blank of a line.
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0b' | b'\x0c' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_line_without_its_ends() {
        let source =
            Source::parse(Language::Text, b"\xef\xbb\xbf a b\t\r\n\n\x0c\n\xe4".to_vec(), Limits::NONE).unwrap();
        let shown: Vec<&[u8]> = (0..source.tokens.len()).map(|t| source.text(t)).collect();
        assert_eq!(shown, [&b"a b"[..], b"\xe4"]);
    }

    #[test]
    fn what_has_no_lines_is_told() {
        for bytes in [&b"a\0"[..], b"\xff\xfea\0", b"\xfe\xff\0a"] {
            assert_eq!(Source::parse_strictly(Language::Text, bytes.to_vec()).err(), Some(ParseError::NoLines));
        }
    }
}
