//! The rules of the house: which room may import which, where the grammars' words stand, who may print.

#![allow(clippy::unwrap_used)]

mod imports;

use imports::Imports;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may import.
const ROOMS: &[(&str, &[&str])] = &[
    ("language", &[]),
    ("source", &["language"]),
    ("patchset", &["source", "language"]),
    ("pattern", &["patchset", "source", "language"]),
    ("checkout", &["patchset", "source"]),
    ("find", &["pattern", "source", "patchset", "language"]),
    ("edit", &["find", "pattern", "source", "patchset", "language"]),
    ("golang", &["source", "language"]),
    ("plan", &["edit", "find", "golang", "pattern", "checkout", "source", "patchset", "language"]),
    ("rebase", &["plan", "checkout", "source", "patchset", "language"]),
    ("render", &["rebase", "plan", "patchset"]),
    ("write", &["plan", "render", "checkout", "patchset"]),
    ("cli", &["*"]),
];

fn files() -> Vec<(PathBuf, String)> {
    fn collect(dir: &Path, out: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                out.push((path, text));
            }
        }
    }
    let mut out = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    out
}

fn room(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    below.components().next().unwrap().as_os_str().to_string_lossy().into_owned()
}

#[test]
fn rooms_import_in_one_direction() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for (path, text) in files() {
        let room = room(&path);
        let Some(may) = allowed.get(room.as_str()) else { continue };
        for part in text.split("crate::").skip(1) {
            let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let is_room = ROOMS.iter().any(|r| r.0 == name);
            if is_room && name != room && !may.contains(&"*") && !may.contains(&name.as_str()) {
                wrong.insert(format!("{} imports {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The rooms in which circles are left to be cut. The list may only shrink.
const KNOTTED: &[&str] = &["golang/atomics", "plan", "write"];

#[test]
fn no_two_files_import_each_other() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: Vec<_> =
        files().into_iter().map(|(path, text)| (path.strip_prefix(&src).unwrap().to_owned(), text)).collect();
    let imports = Imports::read(&files);
    assert!(imports.files.values().map(BTreeSet::len).sum::<usize>() > 500, "the imports are not read");
    let mut circles = imports.circles();
    circles.retain(|circle| !KNOTTED.iter().any(|room| circle.iter().all(|file| file.starts_with(room))));
    assert_eq!(circles, Vec::<Vec<String>>::new());
}

#[test]
fn every_room_is_known() {
    let rooms: BTreeSet<String> = files().iter().map(|f| room(&f.0)).filter(|r| !r.ends_with(".rs")).collect();
    let known: BTreeSet<String> = ROOMS.iter().map(|r| r.0.to_owned()).collect();
    assert_eq!(rooms, known);
}

#[test]
fn node_kinds_are_spelt_in_the_language_room_alone() {
    let mut kinds = BTreeSet::new();
    for grammar in [tree_sitter::Language::from(tree_sitter_go::LANGUAGE), tree_sitter_c::LANGUAGE.into()] {
        let is_field = |kind: &str| grammar.field_id_for_name(kind).is_some();
        for id in 0..grammar.node_kind_count() as u16 {
            let kind = grammar.node_kind_for_id(id).unwrap_or("");
            if grammar.node_kind_is_named(id) && kind.contains('_') && !is_field(kind) {
                kinds.insert(format!("\"{kind}\""));
            }
        }
    }
    assert!(kinds.len() > 100);
    let mut wrong = Vec::new();
    for (path, text) in files().iter().filter(|f| room(&f.0) != "language") {
        let code = text.split("#[cfg(test)]").next().unwrap();
        wrong.extend(kinds.iter().filter(|k| code.contains(k.as_str())).map(|k| format!("{}: {k}", path.display())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_library_neither_prints_nor_exits_nor_reads_the_environment() {
    let forbidden = ["println!", "eprintln!", "print!(", "eprint!(", "process::exit", "env::var", "env::args", "dbg!("];
    let mut wrong = Vec::new();
    for (path, text) in files().iter().filter(|f| !["cli", "main.rs"].contains(&room(&f.0).as_str())) {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
        wrong.extend(
            lines
                .flat_map(|l| forbidden.iter().filter(|f| l.contains(**f)))
                .map(|f| format!("{}: {f}", path.display())),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a patchset or a tree can never make the program do, since it has no words for it.
#[test]
fn the_program_runs_nothing_and_calls_nobody() {
    let forbidden =
        ["process::Command", "std::net", "TcpStream", "UdpSocket", "Remote", "RepoBuilder", "find_remote", "fetch("];
    assert_eq!(spoken(&forbidden, &[]), Vec::<String>::new());
}

/// What lies below a root is reached by folders held open. Paths are opened by name only where they are the user's.
#[test]
fn files_are_opened_by_name_only_where_the_user_named_them() {
    let by_name =
        ["std::fs", "fs::read", "fs::metadata", "File::open", "OpenOptions", "read_dir", "rustix::open(", "tempfile::"];
    let own = [
        "checkout/folder.rs", // the gate
        "cli/patchsets.rs",   // the patchset that the user names
        "write/copy.rs",
        "write/output.rs", // the report that the user names
    ];
    assert_eq!(spoken(&by_name, &own), Vec::<String>::new());
}

/// The files in whose code one of the words stands, but for some.
fn spoken(words: &[&str], but: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in files().iter().filter(|f| !but.iter().any(|b| f.0.ends_with(b))) {
        let code =
            text.split("#[cfg(test)]").next().unwrap().replace("std::fs::File;", "").replace("std::fs::File::from", "");
        let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
        let wrong = lines.flat_map(|l| words.iter().filter(|w| l.replace("rustix::fs::", "rustix::").contains(**w)));
        found.extend(wrong.map(|word| format!("{}: {word}", path.display())));
    }
    found
}
