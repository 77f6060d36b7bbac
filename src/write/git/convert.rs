//! What git makes of a file on its way between the working tree and its objects: line ends, and `$Id$`. Other filters run
//! programs or change encodings; files with those are refused.

use git2::{ObjectType, Oid};
use std::borrow::Cow;

/// How the file of one path is converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conversion {
    pub ends: Ends,
    /// Whether lines end in CRLF in the working tree.
    pub crlf: bool,
    /// Whether `$Id$` stands for the object.
    pub ident: bool,
}

/// Which line ends are converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ends {
    /// None.
    #[default]
    Kept,
    /// All.
    Text,
    /// Those of files that look like text.
    Auto,
}

/// What the attributes `text` (or `crlf`, its old name) and `eol` say, and the settings of the repository.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules<'a> {
    /// The attribute's value; `true` and `false` where it is set or unset.
    pub text: Option<&'a str>,
    pub eol: Option<&'a str>,
    pub ident: bool,
    /// `core.autocrlf`: `true`, `input`, or anything else.
    pub autocrlf: &'a str,
    /// `core.eol`.
    pub core_eol: &'a str,
}

impl Conversion {
    /// Follows git's rules.
    pub fn of(rules: Rules<'_>) -> Conversion {
        let Rules { text, eol, ident, autocrlf, core_eol } = rules;
        let usual = autocrlf == "true" || autocrlf != "input" && core_eol == "crlf";
        let eol = match eol {
            Some("lf") => Some(false),
            Some("crlf") => Some(true),
            _ => None,
        };
        let (ends, crlf) = match (text, eol) {
            (Some("false"), _) => (Ends::Kept, false),
            (Some("auto"), eol) => (Ends::Auto, eol.unwrap_or(usual)),
            // The attribute `eol` makes a text of the file.
            (_, Some(eol)) => (Ends::Text, eol),
            (Some("true"), None) => (Ends::Text, usual),
            (Some("input"), None) => (Ends::Text, false),
            (_, None) if autocrlf == "true" => (Ends::Auto, true),
            (_, None) if autocrlf == "input" => (Ends::Auto, false),
            (_, None) => (Ends::Kept, false),
        };
        Conversion { ends, crlf, ident }
    }

    /// Whether files stay as they are.
    pub fn is_none(self) -> bool {
        self.ends == Ends::Kept && !self.ident
    }

    /// What git keeps of a file of the working tree; `index` is what it keeps now.
    pub fn to_git<'b>(self, bytes: &'b [u8], index: Option<&[u8]>) -> Cow<'b, [u8]> {
        let bytes = self.ends_to_git(bytes, index);
        if self.ident { without_ids(&bytes).map_or(bytes, Cow::Owned) } else { bytes }
    }

    /// What git puts into the working tree for what it keeps.
    pub fn to_files<'b>(self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let bytes = if self.ident { with_ids(bytes).map_or(bytes.into(), Cow::Owned) } else { bytes.into() };
        let stats = Stats::of(&bytes);
        let is_touched = stats.lone_cr > 0 || stats.crlf > 0 || stats.is_binary();
        if !self.crlf || self.ends == Ends::Kept || stats.lone_lf == 0 || self.ends == Ends::Auto && is_touched {
            return bytes;
        }
        let mut out = Vec::with_capacity(bytes.len() + stats.lone_lf);
        for &byte in bytes.iter() {
            if byte == b'\n' && out.last() != Some(&b'\r') {
                out.push(b'\r');
            }
            out.push(byte);
        }
        out.into()
    }

    fn ends_to_git<'b>(self, bytes: &'b [u8], index: Option<&[u8]>) -> Cow<'b, [u8]> {
        let stats = Stats::of(bytes);
        // What git guesses to be text it leaves alone where it keeps CRLF already.
        let has_crlf = |index: &[u8]| Stats::of(index).crlf > 0 && !Stats::of(index).is_binary();
        let is_kept = match self.ends {
            Ends::Kept => true,
            Ends::Text => false,
            Ends::Auto => stats.is_binary() || index.is_some_and(has_crlf),
        };
        if is_kept || stats.crlf == 0 {
            return bytes.into();
        }
        let mut out = Vec::with_capacity(bytes.len());
        let mut rest = bytes.iter().copied().peekable();
        while let Some(byte) = rest.next() {
            if byte != b'\r' || rest.peek() != Some(&b'\n') {
                out.push(byte);
            }
        }
        out.into()
    }
}

/// What git counts to tell text from other files.
#[derive(Default)]
struct Stats {
    nul: usize,
    lone_cr: usize,
    lone_lf: usize,
    crlf: usize,
    printable: usize,
    other: usize,
}

impl Stats {
    fn of(bytes: &[u8]) -> Stats {
        let mut stats = Stats::default();
        let mut rest = bytes.iter().copied().peekable();
        while let Some(byte) = rest.next() {
            match byte {
                b'\r' if rest.peek() == Some(&b'\n') => {
                    rest.next();
                    stats.crlf += 1;
                }
                b'\r' => stats.lone_cr += 1,
                b'\n' => stats.lone_lf += 1,
                0 => (stats.nul, stats.other) = (stats.nul + 1, stats.other + 1),
                0x08 | b'\t' | 0x0c | 0x1b | 0x20..=0x7e | 0x80.. => stats.printable += 1,
                _ => stats.other += 1,
            }
        }
        // The end-of-file mark of old systems.
        if bytes.last() == Some(&0x1a) {
            stats.other -= 1;
        }
        stats
    }

    fn is_binary(&self) -> bool {
        self.lone_cr > 0 || self.nul > 0 || self.printable >> 7 < self.other
    }
}

/// Takes out what is in `$Id: …$`; `None` where there is none.
fn without_ids(bytes: &[u8]) -> Option<Vec<u8>> {
    replace_ids(bytes, "Id$", |id| id.starts_with(b"Id:"))
}

/// Puts the object's own id into `$Id$`. What another system has put there, which has blanks in it, stays.
fn with_ids(bytes: &[u8]) -> Option<Vec<u8>> {
    let id = Oid::hash_object(ObjectType::Blob, bytes).ok()?;
    replace_ids(bytes, &format!("Id: {id} $"), |id| {
        let inner = id.strip_prefix(b"Id:").and_then(|inner| inner.get(1..));
        // A blank right before the end is of git's own spelling.
        let is_foreign = |inner: &[u8]| inner.iter().position(|b| *b == b' ').is_some_and(|at| at + 1 < inner.len());
        id == b"Id" || id.starts_with(b"Id:") && !inner.is_some_and(is_foreign)
    })
}

/// Replaces what is from behind a `$` to the next one on its line, where `is_meant` says so.
fn replace_ids(bytes: &[u8], by: &str, is_meant: impl Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut rest, mut is_changed) = (bytes, false);
    while let Some(dollar) = memchr::memchr(b'$', rest) {
        out.extend_from_slice(&rest[..=dollar]);
        rest = &rest[dollar + 1..];
        if !rest.starts_with(b"Id:") && !rest.starts_with(b"Id$") {
            continue;
        }
        let Some(end) = memchr::memchr(b'$', rest) else { break };
        if !rest[..end].contains(&b'\n') && is_meant(&rest[..end]) {
            out.extend_from_slice(by.as_bytes());
            rest = &rest[end + 1..];
            is_changed = true;
        }
    }
    out.extend_from_slice(rest);
    is_changed.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENT: Conversion = Conversion { ends: Ends::Kept, crlf: false, ident: true };

    #[test]
    fn ids_go_and_come() {
        let git = |text: &str| String::from_utf8(IDENT.to_git(text.as_bytes(), None).into_owned()).unwrap();
        assert_eq!(git("a $Id: 0123 $ b $Id: x$ $Id$ $Id:\n$ $Idx$"), "a $Id$ b $Id$ $Id$ $Id:\n$ $Idx$");
        let files = IDENT.to_files(b"x $Id$ $Id: a.c,v 1.2 me $\n");
        let id = Oid::hash_object(ObjectType::Blob, b"x $Id$ $Id: a.c,v 1.2 me $\n").unwrap();
        assert_eq!(files, format!("x $Id: {id} $ $Id: a.c,v 1.2 me $\n").as_bytes());
    }

    #[test]
    fn line_ends_go_and_come() {
        let of = |text, eol, autocrlf| Conversion::of(Rules { text, eol, autocrlf, ..Rules::default() });
        let auto = of(None, None, "true");
        assert_eq!(auto.to_git(b"a\r\nb\n", None), &b"a\nb\n"[..]);
        assert_eq!(auto.to_git(b"a\r\nb\n", Some(b"a\r\n")), &b"a\r\nb\n"[..]);
        assert_eq!(auto.to_git(b"a\r\n\0", None), &b"a\r\n\0"[..]);
        assert_eq!(auto.to_files(b"a\nb\n"), &b"a\r\nb\r\n"[..]);
        let text = of(Some("true"), Some("crlf"), "");
        assert_eq!(text.to_git(b"a\r\n\0\rb", Some(b"a\r\n")), &b"a\n\0\rb"[..]);
        assert_eq!(text.to_files(b"a\nb\r\n"), &b"a\r\nb\r\n"[..]);
        assert!(of(Some("false"), Some("crlf"), "true").is_none() && of(None, None, "false").is_none());
    }
}
