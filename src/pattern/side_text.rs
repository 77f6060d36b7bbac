//! One side of a fragment as text, with its holes found.

use crate::language::Language;
use crate::patchset::{Fragment, HoleKind, HoleUse, Sign, scan};
use crate::source::Bytes;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};

/// One side of a fragment as text, with its holes found.
pub(crate) struct SideText<'a> {
    pub(super) fragment: &'a Fragment,
    pub(super) language: Language,
    /// The rows, joined.
    pub text: String,
    /// Where each row begins in `text`, and which row of the fragment it is.
    pub(super) starts: Vec<(usize, usize)>,
    pub(super) uses: Vec<Use>,
    pub(super) stem: String,
    /// The bytes that were parsed of a long side.
    pub(super) spent: Cell<usize>,
}

/// A hole or ellipsis in the text.
pub(super) struct Use {
    pub kind: HoleKind,
    pub name: String,
    pub bytes: Bytes,
    pub spellings: &'static [&'static str],
    /// The first use of the same hole.
    pub first: usize,
}

/// A beginning of names that the text does not hold.
fn free_stem(text: &str) -> String {
    const STEM: &str = "Zq";
    let number = |at: usize| {
        let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        &text[at..at + digits]
    };
    let taken: HashSet<&str> = text.match_indices(STEM).map(|(at, _)| number(at + STEM.len())).collect();
    let free = (0..=taken.len()).map(|n| n.to_string()).find(|n| !taken.contains(n.as_str()));
    match free {
        Some(free) if !taken.is_empty() => format!("{STEM}{free}x"),
        _ => STEM.to_owned(),
    }
}

impl<'a> SideText<'a> {
    /// The side of a fragment that leaves out rows of one sign.
    pub fn new(fragment: &'a Fragment, without: Sign, language: Language) -> Self {
        let mut text = String::new();
        let mut starts = Vec::new();
        for (i, row) in fragment.rows.iter().enumerate().filter(|(_, r)| r.sign != without) {
            if !starts.is_empty() {
                text.push('\n');
            }
            starts.push((text.len(), i));
            text.push_str(&row.text);
        }
        let mut uses: Vec<Use> = scan(&text)
            .into_iter()
            .filter(|u| u.kind != HoleKind::Stray)
            .map(|HoleUse { kind, name, bytes }| Use { kind, name, bytes, spellings: &["@"], first: 0 })
            .collect();
        let mut lines = Vec::with_capacity(starts.len());
        for (n, &(start, row)) in starts.iter().enumerate() {
            let end = starts.get(n + 1).map_or(text.len(), |s| s.0 - 1);
            if fragment.rows[row].text.trim() == "..." {
                let at = start + fragment.rows[row].text.find("...").unwrap_or(0);
                uses.push(Use {
                    kind: HoleKind::Dots,
                    name: String::new(),
                    bytes: at..at + 3,
                    spellings: &["@"],
                    first: 0,
                });
            }
            let line = text[start..end].trim();
            lines.push((start, end, line.len()));
        }
        uses.sort_by_key(|u| u.bytes.start);
        for u in &mut uses {
            let line = lines.partition_point(|l| l.0 <= u.bytes.start).checked_sub(1).map(|n| lines[n]);
            if let Some((_, end, len)) = line
                && u.bytes.end <= end
            {
                u.spellings = spellings(language, u.kind, len == u.bytes.len());
            }
        }
        let stem = free_stem(&text);
        let mut firsts: HashMap<String, usize> = HashMap::new();
        for (n, u) in uses.iter_mut().enumerate() {
            let named = !u.name.is_empty() && u.kind != HoleKind::Anonymous;
            u.first = if named { *firsts.entry(u.name.clone()).or_insert(n) } else { n };
        }
        SideText { fragment, language, text, starts, uses, stem, spent: Cell::new(0) }
    }

    /// Whether it shows no code.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The row of the fragment that a byte of the text is on.
    pub(super) fn row(&self, at: usize) -> usize {
        self.starts[self.starts.partition_point(|s| s.0 <= at) - 1].1
    }

    /// Where a range of the text is in the patchset file.
    pub fn place(&self, bytes: &Bytes) -> Bytes {
        if self.starts.is_empty() {
            return self.fragment.span.clone();
        }
        let (start, row) = self.starts[self.starts.partition_point(|s| s.0 <= bytes.start).max(1) - 1];
        let at = self.fragment.rows[row].at + bytes.start - start;
        at..at + bytes.len().max(1).min(self.text.len() - bytes.start.min(self.text.len())).max(1)
    }
}

/// The ways to spell a hole, `@` for its placeholder, the likeliest first.
fn spellings(language: Language, kind: HoleKind, alone: bool) -> &'static [&'static str] {
    use HoleKind::*;
    match (language, kind, alone) {
        (_, Pasted | Dollar | Stray, _) | (Language::Text, ..) => &["@"],
        (Language::Go, Item | Anonymous, false) => &["@", "==", "+="],
        (Language::Go, Item | Anonymous, true) => &["@", "@,"],
        (Language::Go, Dots | NamedDots, false) => &["@", "@ @", "case @:"],
        (Language::Go, Dots | NamedDots, true) => &["@", "@,", "case @:", "case <-@:", "@ @", "@ \"@\""],
        (Language::C, Item | Anonymous, false) => &["@", "==", "+=", "@;"],
        (Language::C, Item | Anonymous, true) => &["@;", "@,", "@", "@();"],
        (Language::C, Dots | NamedDots, false) => &["@", "@;", "@;;", "case @:"],
        (Language::C, Dots | NamedDots, true) => &["@;", "@,", "@", "case @:;"],
    }
}

/// Whether a spelling makes a hole a statement of its own.
pub(super) fn is_statement(spelling: &str) -> bool {
    matches!(spelling, "@;" | "@();")
}
