//! The rules of the house: which room may import which, where the grammars' words stand, who may print.

#![allow(clippy::unwrap_used)]

mod imports;

use imports::Imports;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may import. A line imports what is above it.
const ROOMS: &[(&str, &[&str])] = &[
    ("language", &[]),
    ("source", &["language"]),
    ("vfs", &["source"]),
    ("patchset", &["source", "language"]),
    ("pattern", &["patchset", "source", "language"]),
    ("report", &["patchset", "source"]),
    ("checkout", &["vfs", "patchset"]),
    ("text", &["pattern", "patchset", "source", "language"]),
    ("find", &["text", "pattern", "patchset", "source", "language"]),
    ("edit", &["find", "pattern", "patchset", "source", "language"]),
    ("golang/build", &["vfs", "language"]),
    ("golang/types", &["golang/build", "vfs", "source", "language"]),
    ("golang/imports", &["golang/types", "source", "language"]),
    ("golang/format", &["source", "language"]),
    ("operations", &["golang", "vfs", "source", "language"]),
    ("search", &["find", "text", "golang", "checkout", "report", "pattern", "patchset", "vfs", "source", "language"]),
    (
        "diagnose",
        &["search", "text", "find", "golang", "checkout", "report", "pattern", "patchset", "vfs", "source", "language"],
    ),
    ("proof", &["search", "edit", "find", "golang", "report", "pattern", "patchset", "source", "language"]),
    (
        "plan",
        &[
            "proof",
            "text",
            "diagnose",
            "search",
            "operations",
            "edit",
            "find",
            "golang",
            "checkout",
            "report",
            "pattern",
            "patchset",
            "source",
            "language",
        ],
    ),
    ("stack", &["plan", "search", "report", "patchset", "vfs", "source"]),
    ("revert", &["stack", "plan", "search", "report", "pattern", "patchset", "vfs", "source"]),
    ("render", &["report", "patchset"]),
    ("write", &["render", "report", "checkout", "patchset"]),
    ("commit", &["write", "revert", "render", "report", "checkout", "patchset", "vfs"]),
    ("planner", &["commit", "write", "revert", "stack", "plan", "report", "checkout", "patchset", "vfs"]),
    ("import", &["planner", "revert", "plan", "report", "pattern", "patchset", "vfs", "source", "language"]),
    ("rebase", &["planner", "render", "revert", "plan", "report", "patchset", "vfs", "source", "language"]),
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
    let parts: Vec<_> = below.with_extension("").iter().map(|p| p.to_string_lossy().into_owned()).collect();
    match &parts[..] {
        [first, second, _, ..] if first == "golang" => format!("{first}/{second}"),
        [first, second] if first == "golang" && second != "mod" => format!("{first}/{second}"),
        [first, ..] => first.clone(),
        [] => String::new(),
    }
}

#[test]
fn rooms_import_in_one_direction() {
    let mut known: Vec<&str> = Vec::new();
    for (room, may) in ROOMS {
        let is_above = |other: &&str| known.iter().any(|k| k == other || k.split('/').next() == Some(other));
        assert!(may.iter().all(|other| *other == "*" || is_above(other)), "{room} imports a room below it");
        known.push(room);
    }
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for (path, text) in files() {
        let room = room(&path);
        let Some(may) = allowed.get(room.as_str()) else { continue };
        let code = text.split("#[cfg(test)]").next().unwrap();
        for part in code.split("crate::").skip(1) {
            let words: Vec<&str> = part.split("::").take(2).collect();
            let name: String = words[0].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let inner = words.get(1).map(|w| w.chars().take_while(|c| c.is_alphanumeric()).collect::<String>());
            let full = inner.map(|inner| format!("{name}/{inner}")).unwrap_or_default();
            let is_room = ROOMS.iter().any(|r| r.0 == name || r.0 == full);
            let is_allowed = |m: &str| m == "*" || m == name || m == full;
            if is_room && name != room && full != room && !may.iter().any(|m| is_allowed(m)) {
                wrong.insert(format!("{} imports {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_two_files_import_each_other() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: Vec<_> =
        files().into_iter().map(|(path, text)| (path.strip_prefix(&src).unwrap().to_owned(), text)).collect();
    let imports = Imports::read(&files);
    assert!(imports.files.values().map(BTreeSet::len).sum::<usize>() > 500, "the imports are not read");
    assert_eq!(imports.circles(), Vec::<Vec<String>>::new());
}

#[test]
fn every_room_is_known() {
    let face = ["lib", "main", "threads", "golang"];
    let rooms: BTreeSet<String> = files().iter().map(|f| room(&f.0)).filter(|r| !face.contains(&r.as_str())).collect();
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
    for (path, text) in files().iter().filter(|f| !["cli", "main"].contains(&room(&f.0).as_str())) {
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
        "cli/patchsets.rs",   // the patchset that the user names, and what it includes
        "cli/sources.rs",     // the patches that the user names
        "write/copy.rs",
        "write/output.rs", // the report that the user names
    ];
    assert_eq!(spoken(&by_name, &own), Vec::<String>::new());
}

/// The files in whose code one of the words stands, but for some.
fn spoken(words: &[&str], but: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in files().iter().filter(|f| !but.iter().any(|b| f.0.ends_with(b))) {
        let code = text
            .split("#[cfg(test)]")
            .next()
            .unwrap()
            .replace("std::fs::File;", "")
            .replace("std::fs::{File, TryLockError};", "")
            .replace("std::fs::File::from", "");
        let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
        let wrong = lines.flat_map(|l| words.iter().filter(|w| l.replace("rustix::fs::", "rustix::").contains(**w)));
        found.extend(wrong.map(|word| format!("{}: {word}", path.display())));
    }
    found
}

/// A verdict follows from facts, in one function; whoever finds something out adds a fact.
#[test]
fn only_one_function_names_a_verdict() {
    let named = ["verdict = Verdict::", "verdict: Verdict::", "Outcome::new(Verdict::", "bare(report, Verdict::"];
    let mut wrong = Vec::new();
    for (path, text) in files().iter().filter(|f| !f.0.ends_with("report/verdict.rs") && room(&f.0) != "proof") {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let lines = code.lines().filter(|l| !l.contains("matches!(") && !l.trim_start().starts_with("//"));
        wrong.extend(lines.filter(|l| named.iter().any(|n| l.contains(n))).map(|l| format!("{}: {l}", path.display())));
    }
    assert_eq!(wrong, Vec::<String>::new());
}
