//! The journal reader: whatever stands in a journal, nothing outside of the root changes, and where the journal is
//! refused nothing inside does either.

use super::disturb;
use super::seeds::Files;
use super::told::Told;
use arbitrary::{Result, Unstructured};
use std::path::{Path, PathBuf};
use treepatch::render::Encoded;
use treepatch::write::{Direction, recover, unfinished};

const PATHS: &[&str] = &[
    "a.go",
    "b/c.c",
    "b/new/d.h",
    "../canary",
    "/tmp/none/canary",
    ".git/config",
    "b/.GIT/x",
    "link/canary",
    "a.go/x",
    "",
    ".",
    "b",
    "b/../../canary",
    ".treepatch-journal/journal",
    "git~1/x",
    "b/./c.c",
    "nul\0",
];
const BYTES: &[&[u8]] = &[b"package a\n", b"int c;\n", b"new\n", b"", b"\xff\xfe"];

pub fn run(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let Ok(journal) = journal(&mut u) else { return };
    let _told = Told(&[("journal", &journal)]);
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    std::fs::create_dir_all(root.join("b")).unwrap();
    std::fs::create_dir_all(root.join(".treepatch-journal")).unwrap();
    std::fs::write(dir.path().join("canary"), "alive").unwrap();
    std::fs::write(root.join("a.go"), BYTES[0]).unwrap();
    std::fs::write(root.join("b/c.c"), BYTES[1]).unwrap();
    std::os::unix::fs::symlink("..", root.join("link")).unwrap();
    std::fs::write(root.join(".treepatch-journal/journal"), &journal).unwrap();
    let before = files(&root);
    assert!(unfinished(&root).unwrap().is_some());
    let direction = if u.arbitrary().unwrap_or(false) { Direction::Undo } else { Direction::Finish };
    let settled = recover(&root, direction);
    assert_eq!(std::fs::read(dir.path().join("canary")).unwrap(), b"alive");
    let mut around: Vec<PathBuf> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().path()).collect();
    around.sort();
    assert_eq!(around, [dir.path().join("canary"), root.clone()]);
    match settled {
        Ok(_) => assert!(unfinished(&root).unwrap().is_none()),
        // What cannot be read is not begun.
        Err(treepatch::write::WriteError::Journal { .. }) => assert_eq!(files(&root), before),
        Err(_) => assert!(unfinished(&root).unwrap().is_some(), "given up, and the journal is gone"),
    }
}

/// A journal such as a run writes, or almost.
fn journal(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    if u.ratio(1, 8)? {
        return Ok(u.bytes(u.len())?.to_vec());
    }
    let encoded = |bytes: &[u8]| match Encoded::of(bytes) {
        Encoded::Text(text) => quoted(&text),
        Encoded::Bytes { base64 } => format!("{{\"base64\":{}}}", quoted(&base64)),
    };
    let path = |u: &mut Unstructured<'_>| Ok(encoded(u.choose(PATHS)?.as_bytes()));
    let bytes = |u: &mut Unstructured<'_>| Ok(encoded(u.choose(BYTES)?));
    let (mut folders, mut entries, mut removed, mut git) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..u.int_in_range(0..=3)? {
        match u.int_in_range(0..=5)? {
            0 => folders.push(path(u)?),
            1 => removed.push(format!("{{\"path\":{},\"before\":{}}}", path(u)?, bytes(u)?)),
            2 => git.push(format!(
                "{{\"repository\":{},\"what\":{},\"before\":null,\"after\":{}}}",
                path(u)?,
                quoted(u.choose(&["index", "HEAD", "refs/heads/x", "refs/heads/../x", "config"])?),
                bytes(u)?
            )),
            _ => {
                let before = if u.ratio(1, 4)? { "null".to_owned() } else { bytes(u)? };
                entries.push(format!("{{\"path\":{},\"before\":{before},\"after\":{}}}", path(u)?, bytes(u)?));
            }
        }
    }
    let list = |all: &[String]| format!("[{}]", all.join(","));
    let text = format!(
        "{{\"treepatch_journal\":1,\"folders\":{},\"files\":{},\"removed\":{},\"git\":{}}}",
        list(&folders),
        list(&entries),
        list(&removed),
        list(&git)
    );
    if u.ratio(1, 4)? { disturb::bytes(u, text.into_bytes()) } else { Ok(text.into_bytes()) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\0', "\\u0000"))
}

/// The files of a root, the state folder left out.
fn files(root: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match std::fs::symlink_metadata(&path).unwrap() {
                _ if path.ends_with(".treepatch-journal") => {}
                kind if kind.is_dir() => folders.push(path),
                kind if kind.is_symlink() => drop(files.insert(path, b"link".to_vec())),
                _ => drop(files.insert(path.clone(), std::fs::read(&path).unwrap())),
            }
        }
    }
    files
}
