//! Where the code comes from: runs of whole declarations out of files that Debian packages ship.

use crate::disturb::Random;
use crate::properties::referee;
use std::path::{Path, PathBuf};
use treepatch::language::{Language, ListKind};
use treepatch::source::{Limits, Source};

/// A piece of a real file that stands for itself.
pub struct Excerpt {
    /// The file that it is from.
    pub origin: PathBuf,
    /// The piece, read.
    pub source: Source,
}

/// Files that are larger are left out; they would take their time many times over.
const LARGEST: u64 = 60_000;

/// About so many pieces, of at most `size` bytes each, of files below the folders. Go is as gofmt writes it, and
/// nothing has a syntax error.
pub fn excerpts(
    language: Language,
    folders: &[PathBuf],
    want: usize,
    size: usize,
    random: &mut Random,
) -> Vec<Excerpt> {
    let mut files = files(language, folders);
    let mut excerpts = Vec::new();
    while excerpts.len() < want && !files.is_empty() {
        let path = files.swap_remove(random.below(files.len()));
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if text.contains('\r') || text.contains("'''") || !text.ends_with('\n') {
            continue;
        }
        let Some(whole) = read(language, text) else { continue };
        if whole.bytes.len() <= size {
            excerpts.push(Excerpt { origin: path, source: whole });
            continue;
        }
        let pieces = pieces(&whole, size);
        for _ in 0..3.min(pieces.len()) {
            let text = &pieces[random.below(pieces.len())];
            let source = read(language, text.clone());
            excerpts.extend(source.map(|source| Excerpt { origin: path.clone(), source }));
        }
    }
    if language == Language::Go {
        let clean = referee::are_clean(excerpts.iter().map(|e| e.source.bytes.as_slice()));
        let mut clean = clean.into_iter();
        excerpts.retain(|_| clean.next() == Some(true));
    }
    excerpts
}

fn read(language: Language, text: String) -> Option<Source> {
    let source = Source::parse(language, text.into_bytes(), Limits::default()).ok()?;
    (source.errors.is_empty() && source.tokens.len() > 10).then_some(source)
}

/// The files of the language below the folders, in order of their names.
fn files(language: Language, folders: &[PathBuf]) -> Vec<PathBuf> {
    let ends: &[&str] = if language == Language::Go { &["go"] } else { &["c", "h"] };
    let mut files = Vec::new();
    let mut left = folders.to_vec();
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
            // What is below `testdata` is there to be wrong.
            if kind.is_dir() && entry.file_name() != "testdata" {
                left.push(path);
            } else if kind.is_file() && is_one(&path, ends) && entry.metadata().is_ok_and(|m| m.len() < LARGEST) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn is_one(path: &Path, ends: &[&str]) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| ends.contains(&e))
}

/// Cuts a file into runs of neighbouring declarations.
fn pieces(source: &Source, size: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    for list in source.lists.iter().filter(|l| l.kind == ListKind::File) {
        let mut from = None;
        let mut to = 0;
        let mut cut = |from: usize, to: usize| {
            let text = String::from_utf8_lossy(&source.bytes[from..to]).into_owned();
            let head = if source.language == Language::Go { "package p\n\n" } else { "" };
            pieces.push(format!("{head}{}\n", text.trim_matches('\n')));
        };
        for (before, item) in std::iter::once(None).chain(list.items.iter().map(Some)).zip(&list.items) {
            let start = before.map_or(0, |b| source.lines.next(source.span(&b.tokens).end));
            let end = source.lines.next(source.span(&item.tokens).end);
            let is_head = matches!(source.text(item.tokens.start), b"package" | b"import");
            if is_head || before.is_none() || end <= start {
                from = None;
                continue;
            }
            match from {
                Some(from) if end - from > size => cut(from, to),
                Some(_) => {
                    to = end;
                    continue;
                }
                None => {}
            }
            (from, to) = (Some(start), end);
        }
        if let Some(from) = from {
            cut(from, to);
        }
    }
    pieces.retain(|p| p.len() <= size + 20);
    pieces
}
