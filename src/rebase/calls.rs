//! What code calls and reaches: numbers of arguments, and names behind names.

use super::words::{is_common, is_identifier, is_part, is_space, words};
use std::collections::{HashMap, HashSet};

/// A name, `.` or `->`, and a name.
pub type Path = (Vec<u8>, Vec<u8>, Vec<u8>);

/// How far the end of an argument list is looked for, in bytes.
const MAX_CALL: usize = 1500;

/// The numbers of arguments with which a text calls each name.
pub fn argument_counts(code: &[u8]) -> HashMap<Vec<u8>, HashSet<usize>> {
    let mut calls: HashMap<Vec<u8>, HashSet<usize>> = HashMap::new();
    for open in memchr::memchr_iter(b'(', code) {
        let start = code[..open].iter().rposition(|b| !is_part(*b)).map_or(0, |at| at + 1);
        let name = &code[start..open];
        if is_identifier(name)
            && !is_common(name)
            && let Some(count) = arguments(&code[open + 1..])
        {
            calls.entry(name.to_vec()).or_default().insert(count);
        }
    }
    calls
}

/// The number of arguments up to the bracket that closes.
fn arguments(code: &[u8]) -> Option<usize> {
    let (mut depth, mut commas, mut is_empty) = (1, 0, true);
    for byte in code.iter().take(MAX_CALL) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 1 => commas += 1,
            _ => {}
        }
        if depth == 0 {
            return Some(if is_empty { 0 } else { commas + 1 });
        }
        is_empty &= is_space(*byte);
    }
    None
}

/// The paths of a text: each name with the one that is reached from it.
pub fn paths(code: &[u8]) -> HashSet<Path> {
    let words = words(code).0;
    let is_path = |w: &&[super::words::Word<'_>]| {
        is_identifier(w[0].text)
            && matches!(w[1].text, b"." | b"->")
            && is_identifier(w[2].text)
            && w[1].space.is_empty()
            && w[2].space.is_empty()
    };
    let own = |w: &[super::words::Word<'_>]| (w[0].text.to_vec(), w[1].text.to_vec(), w[2].text.to_vec());
    words.windows(3).filter(is_path).map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_counted() {
        let counts = argument_counts(b"f(a, g(b, c), [d, e]) + h( ) + f(");
        assert_eq!(counts[&b"f"[..]], HashSet::from([3]));
        assert_eq!(counts[&b"h"[..]], HashSet::from([0]));
    }

    #[test]
    fn paths_are_pairs() {
        assert_eq!(paths(b"a.b->c + d . e").len(), 2);
    }
}
