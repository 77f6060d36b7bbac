//! Places and pieces of text as people read them.

use crate::source::{Lines, Source};
use std::path::{Path, PathBuf};

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, relative to the root.
    pub path: PathBuf,
    /// 1-based.
    pub line: usize,
    /// 1-based, in bytes.
    pub column: usize,
    /// The whole line, line end excluded (not UTF-8 parts replaced).
    pub text: String,
}

/// The longest piece of code that a message quotes, in characters.
const LONGEST: usize = 72;

/// A place in a file that was read.
pub(crate) fn place(path: &Path, source: &Source, byte: usize) -> Place {
    place_in(path, &source.lines, &source.bytes, byte)
}

/// The most bytes of a line that a place shows.
const WIDEST: usize = 400;

/// A place in a file of which only the lines are known.
pub(crate) fn place_in(path: &Path, lines: &Lines, bytes: &[u8], byte: usize) -> Place {
    let byte = byte.min(bytes.len());
    let (line, column) = lines.place(byte);
    let around = lines.around(byte, bytes);
    // Of a line without end only the beginning is shown.
    let shown = around.start..around.end.min(around.start + WIDEST);
    let text = String::from_utf8_lossy(&bytes[shown]).into_owned();
    Place { path: path.to_owned(), line, column, text }
}

/// Code on one line, and not too much of it.
pub(crate) fn brief(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.chars().count() > LONGEST {
            return out.chars().take(LONGEST).chain(" …".chars()).collect();
        }
    }
    out
}
