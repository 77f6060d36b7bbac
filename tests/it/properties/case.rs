//! One generated patch: what it says, and what it means.

use std::fmt;
use std::path::PathBuf;
use treepatch::language::Language;
use treepatch::source::{Bytes, Edit};

/// What a patch does to the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Replace,
    Insert,
    Delete,
    Move,
    Wrap,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Replace, Kind::Insert, Kind::Delete, Kind::Move, Kind::Wrap];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}").to_lowercase())
    }
}

/// How the file is written, beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dress {
    Plain,
    Crlf,
    Bom,
    NoLastLineEnd,
}

impl Dress {
    /// A text in this dress.
    pub fn on(self, text: &[u8]) -> Vec<u8> {
        match self {
            Dress::Plain => text.to_vec(),
            Dress::Crlf => text.split_inclusive(|b| *b == b'\n').flat_map(crlf).collect(),
            Dress::Bom => [b"\xef\xbb\xbf", text].concat(),
            Dress::NoLastLineEnd => text.strip_suffix(b"\n").unwrap_or(text).to_vec(),
        }
    }

    /// The text without it; nothing where the text does not wear it as a whole.
    pub fn off(self, text: &[u8]) -> Option<Vec<u8>> {
        let plain = match self {
            Dress::Plain => text.to_vec(),
            Dress::Crlf => text.iter().copied().filter(|b| *b != b'\r').collect(),
            Dress::Bom => text.strip_prefix(b"\xef\xbb\xbf")?.to_vec(),
            Dress::NoLastLineEnd => [text, b"\n"].concat(),
        };
        (self.on(&plain) == text).then_some(plain)
    }
}

fn crlf(line: &[u8]) -> Vec<u8> {
    line.strip_suffix(b"\n").map_or_else(|| line.to_vec(), |l| [l, b"\r\n"].concat())
}

/// What a generator thinks up.
pub struct Draft {
    /// How it was made.
    pub how: &'static str,
    /// The rows of the body, with their signs.
    pub rows: Vec<(char, String)>,
    /// What the body is read as, if it must be said.
    pub reading: Option<&'static str>,
    /// What it means: a plain edit of the text.
    pub edits: Vec<Edit>,
}

/// A patch for a file.
#[derive(Clone)]
pub struct Case {
    pub number: usize,
    pub language: Language,
    pub kind: Kind,
    pub how: &'static str,
    pub origin: PathBuf,
    pub dress: Dress,
    /// The file, undressed.
    pub text: Vec<u8>,
    /// The patch without the head of the patchset.
    pub patch: String,
    /// What it means, in order of place.
    pub edits: Vec<Edit>,
}

impl Case {
    /// The plain edit of the file.
    pub fn plain(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut at = 0;
        for edit in &self.edits {
            out.extend_from_slice(&self.text[at..edit.bytes.start]);
            out.extend_from_slice(&edit.text);
            at = edit.bytes.end;
        }
        out.extend_from_slice(&self.text[at..]);
        out
    }

    /// The lines that the edits touch, and blank lines beside them.
    pub fn touched(&self) -> Bytes {
        let text = &self.text;
        let line_start = |at: usize| text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let line_end = |at: usize| text[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| at + n + 1);
        let (Some(first), Some(last)) = (self.edits.first(), self.edits.last()) else { return 0..0 };
        let mut start = line_start(first.bytes.start);
        let mut end = last.bytes.end;
        if end != line_start(end) || last.bytes.is_empty() && !last.text.ends_with(b"\n") {
            end = line_end(end);
        }
        let blank = |line: &[u8]| line.iter().all(u8::is_ascii_whitespace);
        while start > 0 && blank(&text[line_start(start - 1)..start]) {
            start = line_start(start - 1);
        }
        while end < text.len() && blank(&text[end..line_end(end)]) {
            end = line_end(end);
        }
        start..end
    }

    /// The patchset.
    pub fn patchset(&self) -> String {
        format!("format = 1\n[patchset]\nname = \"made\"\ntitle = \"made\"\n\n{}", self.patch)
    }

    /// The name of the file that the patch is for.
    pub fn file(&self) -> String {
        crate::properties::referee::name(self.number, self.end())
    }

    /// How its name ends.
    pub fn end(&self) -> &'static str {
        if self.language == Language::Go { "go" } else { "c" }
    }
}
