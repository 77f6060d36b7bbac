//! What is parsed anew after an edit is what parsing the whole file gives: on real sources, where words are replaced,
//! wrapped, doubled and taken out.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use treepatch::language::Language;
use treepatch::source::{Edit, Limits, Source, apply_edits};

/// So many edits are made in each language.
const EDITS: usize = 600;

#[test]
fn go_is_parsed_after_an_edit_as_it_is_anew() {
    if let Some(library) = crate::tools::go_library() {
        holds(&library.join("net/http"), Language::Go);
    }
}

#[test]
fn c_is_parsed_after_an_edit_as_it_is_anew() {
    if let Some(gnulib) = crate::tools::gnulib() {
        holds(&gnulib, Language::C);
    }
}

#[track_caller]
fn holds(folder: &Path, language: Language) {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| Language::of_path(path) == Some(language));
    files.sort();
    let parse = |bytes: Vec<u8>| Source::parse(language, bytes, Limits::NONE).unwrap();
    let clean = files.iter().map(|path| parse(std::fs::read(path).unwrap()));
    let clean: Vec<Source> =
        clean.filter(|s| s.errors.is_empty() && (20..3000).contains(&s.tokens.len())).take(60).collect();
    assert!(clean.len() > 20);
    let (mut random, mut taken_over) = (Random(7), 0);
    for round in 0..EDITS {
        let source = &clean[round % clean.len()];
        let token = random.below(source.tokens.len() - 2) + 1;
        let bytes = source.tokens[token].bytes.clone();
        let text = source.text(token);
        let edit = match random.below(5) {
            0 => Edit::new(bytes, b"replaced".to_vec()),
            1 => Edit::new(bytes, [b"(", text, b")"].concat()),
            2 => Edit::new(bytes.end..bytes.end, [b", ", text].concat()),
            3 => Edit::new(bytes, b"".to_vec()),
            _ => Edit::new(bytes.start..bytes.start, b"/* note */ ".to_vec()),
        };
        let edits = [edit];
        let (bytes, _) = apply_edits(&source.bytes, &edits);
        let whole = std::iter::once(0..bytes.len()).collect();
        let edited = source.edited(&edits, bytes.clone(), whole).unwrap();
        let anew = parse(bytes);
        taken_over += usize::from(anew.errors.is_empty());
        let alike = format!("{:?}", (&edited.tokens, &edited.nodes, &edited.lists, &edited.comments, &edited.errors))
            == format!("{:?}", (&anew.tokens, &anew.nodes, &anew.lists, &anew.comments, &anew.errors));
        assert!(alike, "{edits:?} in\n{}", String::from_utf8_lossy(&source.bytes));
    }
    assert!(taken_over > EDITS / 4, "only {taken_over} results were clean");
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}
