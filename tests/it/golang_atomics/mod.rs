//! `go/align-atomics`: fields that sync/atomic reaches, in small trees before and after.

#![allow(clippy::unwrap_used)]

mod elements;
mod order;
mod reach;
mod refuse;
mod typed;

use std::path::{Path, PathBuf};
use treepatch::operations::align_atomics::{Level, Options, Outcome, Report, Style, align_atomics};
use treepatch::source::apply_edits;
use treepatch::vfs::{FileTree, MemoryTree};

type Files = Vec<(String, String)>;

fn files(list: &[(&str, &str)]) -> Files {
    list.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect()
}

fn run(files: &Files, options: &Options) -> Report {
    let tree = MemoryTree::new(files.iter().map(|(p, t)| (p.clone(), t.clone().into_bytes())));
    align_atomics(&tree, &|_| true, options)
}

/// The files after the edits of a report.
fn applied(files: &Files, report: &Report) -> Files {
    let change = |(path, text): &(String, String)| match report.edits.get(Path::new(path)) {
        Some(edits) => {
            let bytes = apply_edits(text.as_bytes(), edits).0;
            (path.clone(), String::from_utf8(bytes).expect("edits keep UTF-8"))
        }
        None => (path.clone(), text.clone()),
    };
    files.iter().map(change).collect()
}

/// Runs the operation twice: the second run must find nothing to do and the same structs done.
fn align(list: &[(&str, &str)], options: &Options) -> (Report, Files) {
    let before = files(list);
    let report = run(&before, options);
    let after = applied(&before, &report);
    let again = run(&after, options);
    assert_eq!(again.to_do, 0, "a second run moves {:?} in {after:?}", again.findings);
    assert_eq!(again.edits, Default::default());
    assert_eq!(again.done, report.done + report.to_do);
    (report, after)
}

const COUNTER: &str = "package p

import \"sync/atomic\"

// counter counts.
type counter struct {
	name string // shown to people
	flag bool
	// hits is read by many.
	hits uint64 `json:\"hits\"` // since the start
	last int64
}

func (c *counter) inc() { atomic.AddUint64(&c.hits, 1) }
";

/// The struct `T` of a file with these fields, and functions that use it.
fn with_fields(fields: &str, rest: &str) -> String {
    format!("package p\n\nimport \"sync/atomic\"\n\ntype T struct {{\n{fields}}}\n\n{rest}\n")
}

/// What the fields of `T` become.
#[track_caller]
fn fields_become(fields: &str, rest: &str, options: &Options, expected: &str) {
    let text = with_fields(fields, rest);
    let (_, after) = align(&[("p/a.go", &text)], options);
    let body = after[0].1.split_once("struct {\n").and_then(|(_, b)| b.split("\n}\n").next()).map(|b| format!("{b}\n"));
    assert_eq!(body.as_deref(), Some(expected));
}

const USE_N: &str = "func (t *T) f() { atomic.AddInt64(&t.n, 1) }";
