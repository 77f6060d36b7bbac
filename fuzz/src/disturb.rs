//! Inputs that are almost those that we know: bytes or pieces of code are moved, copied and dropped.

use super::seeds::seeds;
use arbitrary::{Result, Unstructured};
use std::ops::Range;
use std::path::PathBuf;
use treepatch::language::Language;
use treepatch::source::{Limits, Source};

/// Copies, drops, moves and invents bytes.
pub fn bytes(u: &mut Unstructured<'_>, mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    for _ in 0..u.int_in_range(0..=3)? {
        let at = range(u, bytes.len(), 12)?;
        let other = range(u, bytes.len(), 60)?;
        let with: Vec<u8> = match u.int_in_range(0..=3)? {
            0 => Vec::new(),
            1 => bytes[other].to_vec(),
            2 => u.bytes(u.len().min(4))?.to_vec(),
            _ => [bytes[at.clone()].to_vec(), bytes[other].to_vec()].concat(),
        };
        bytes.splice(at, with);
    }
    Ok(bytes)
}

/// A Go or C file: one that we know, with some of its code put in other places of it.
pub fn source(u: &mut Unstructured<'_>) -> Result<(PathBuf, Vec<u8>)> {
    let (path, bytes) = u.choose(&seeds().sources)?.clone();
    Ok((path.clone(), code(u, Language::of_path(&path).unwrap(), bytes)?))
}

/// The same for bytes at hand.
pub fn code(u: &mut Unstructured<'_>, language: Language, mut code: Vec<u8>) -> Result<Vec<u8>> {
    for _ in 0..u.int_in_range(0..=3)? {
        let Ok(source) = Source::parse(language, code.clone(), Limits::default()) else { break };
        if source.nodes.len() < 2 {
            break;
        }
        let node = |u: &mut Unstructured<'_>| -> Result<Range<usize>> {
            let id = u.int_in_range(1..=source.nodes.len() - 1)?;
            Ok(source.span(&source.nodes[id].tokens))
        };
        let (at, other) = (node(u)?, node(u)?);
        let other = source.bytes[other].to_vec();
        let with = match u.int_in_range(0..=4)? {
            0 => other,
            1 => Vec::new(),
            2 => [other, b"\n".to_vec(), source.bytes[at.clone()].to_vec()].concat(),
            3 => [source.bytes[at.clone()].to_vec(), u.choose(COMMENTS)?.to_vec()].concat(),
            _ => [b"(", &source.bytes[at.clone()], b")"].concat(),
        };
        code.splice(at, with);
    }
    if u.ratio(1, 8)? { bytes(u, code) } else { Ok(code) }
}

const COMMENTS: &[&[u8]] = &[b" // why\n", b" /* why */ ", b"\n", b"\r\n", b"\t"];

/// A range of at most `most` below `end`.
fn range(u: &mut Unstructured<'_>, end: usize, most: usize) -> Result<Range<usize>> {
    let start = u.int_in_range(0..=end)?;
    Ok(start..(start + u.int_in_range(0..=most)?).min(end))
}
