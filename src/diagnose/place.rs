//! Places and pieces of text as people read them.

use crate::find::declaration;
use crate::patchset::{Patchset, part_of};
use crate::report::{Place, brief, place};
use crate::source::{Bytes, Source, Tokens};
use std::path::Path;

/// The place of a token; behind the last one it is the end of the last line.
pub(crate) fn place_of(path: &Path, source: &Source, token: usize) -> Place {
    let end = || source.tokens.last().map_or(0, |t| t.bytes.end.saturating_sub(1).max(t.bytes.start));
    place(path, source, source.tokens.get(token).map_or_else(end, |t| t.bytes.start))
}

/// The 1-based line that a token is on.
pub(crate) fn line(source: &Source, token: usize) -> usize {
    source.lines.place(source.gap_end(token).min(source.bytes.len())).0
}

/// Where the file of the patchset begins that a byte is in.
fn file_start(patchset: &Patchset, at: usize) -> usize {
    part_of(&patchset.parts, at).map_or(0, |part| part.start.min(at))
}

/// The 1-based line of the patchset file that a byte is on.
pub(crate) fn patchset_line(patchset: &Patchset, at: usize) -> usize {
    let at = at.min(patchset.text.len());
    patchset.text.as_bytes()[file_start(patchset, at)..at].iter().filter(|b| **b == b'\n').count() + 1
}

/// The line of the patchset file that a range begins on, for a message: the first one with something on it.
pub(crate) fn patchset_row(patchset: &Patchset, span: &Bytes) -> (usize, String) {
    let number = patchset_line(patchset, span.start);
    let file = patchset.text.get(file_start(patchset, span.start)..).unwrap_or("");
    let text = file.lines().nth(number - 1).unwrap_or("");
    (number, text.trim().to_owned())
}

/// The code of some tokens on one line.
pub(crate) fn code(source: &Source, tokens: &Tokens) -> String {
    if tokens.is_empty() {
        return String::new();
    }
    brief(&String::from_utf8_lossy(source.slice(tokens)))
}

/// The top-level declaration that a token is in, by its first line; `None` where it is in none.
pub(crate) fn home(source: &Source, token: usize) -> Option<String> {
    let all = declaration(source, &(token..token + 1))?;
    let text = String::from_utf8_lossy(source.slice(&all)).into_owned();
    let first = text.lines().next().unwrap_or("").trim_end().trim_end_matches('{').trim_end();
    Some(brief(first))
}
