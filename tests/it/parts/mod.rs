//! Files are read in parts where a few declarations hold all that a body can find. What comes of it is what comes of
//! reading them whole; a fixed sample is compared here, and `examples/parts.rs` compares any tree.

#![allow(clippy::unwrap_used, clippy::explicit_write)]

mod compare;

use std::io::Write;
use std::path::Path;
use treepatch::language::Language;

/// So many names are tried in each folder.
const NAMES: usize = 4;

#[test]
fn go_is_found_in_parts_as_in_the_whole() {
    if let Some(library) = crate::tools::go_library() {
        holds(&library.join("net"), Language::Go);
    }
}

#[test]
fn c_is_found_in_parts_as_in_the_whole() {
    if let Some(gnulib) = crate::tools::gnulib() {
        holds(&gnulib, Language::C);
    }
}

fn holds(folder: &Path, language: Language) {
    let compared = compare::compare(folder, language, NAMES);
    let told = [("differs", &compared.wrong), ("more in a torn file", &compared.more)];
    for (what, lines) in told {
        lines.iter().for_each(|line| writeln!(std::io::stderr(), "{what}: {line}").unwrap());
    }
    assert!(compared.wrong.is_empty());
    assert!(compared.sites > 200 && compared.files > 20, "{} sites, {} files", compared.sites, compared.files);
}
