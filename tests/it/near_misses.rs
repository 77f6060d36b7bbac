//! What is told about code that is almost what a body shows: one line each.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use treepatch::patchset::load;
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::report::NearMiss;
use treepatch::vfs::MemoryTree;

/// The near misses of a patch that changes `before` (its first line, that is) in a file.
fn near(file: &str, before: &str, text: &str) -> Vec<NearMiss> {
    let (first, rest) = before.split_once('\n').unwrap_or((before, ""));
    let rest: String = rest.lines().map(|l| format!(" {l}\n")).collect();
    let after = match first.split_once(' ') {
        Some((head, tail)) => format!("{head}x {tail}"),
        None => format!("zz_{first}"),
    };
    let changed = if rest.is_empty() && file.ends_with(".go") { format!("changed({first})") } else { after };
    let toml = format!(
        "format = 1\n[patchset]\nname = \"t\"\ntitle = \"t\"\n[[patch]]\nid = \"p\"\ntitle = \"t\"\nwhy = \"w\"\n\
         files = [\"{file}\"]\ndiff = '''\n-{first}\n+{changed}\n{rest}'''\n"
    );
    let patchset = load("t.toml", &toml).unwrap_or_else(|e| panic!("{toml}\n{e:?}"));
    let tree = MemoryTree::new([(PathBuf::from(file), text.as_bytes().to_vec())]);
    let plan = plan(&patchset, &tree, &Options::default()).unwrap_or_else(|e| panic!("{toml}\n{e:?}"));
    plan.reports.into_iter().flat_map(|r| r.near).collect()
}

fn what(file: &str, before: &str, text: &str) -> String {
    near(file, before, text).into_iter().map(|n| n.what).next().unwrap_or_default()
}

fn in_go(before: &str, statements: &str) -> String {
    what("a.go", before, &format!("package a\n\nfunc f() {{\n\t{statements}\n}}\n"))
}

fn in_c(before: &str, statements: &str) -> String {
    what("a.c", before, &format!("int f(void) {{\n\t{statements}\n}}\n"))
}

#[test]
fn one_word_for_another() {
    for (before, there, expected) in [
        ("open(path, mode)", "open(name, mode)", "renamed: `path` -> `name`"),
        ("open(path, mode)", "open(name, mode); use(path)", "another name: `path` -> `name`"),
        ("open(path, 3)", "open(path, 4)", "value changed: `3` -> `4`"),
        ("open(path, 3)", "open(path, limit)", "value changed: `3` -> `limit`"),
        ("open(path, \"r\")", "open(path, \"w\")", "value changed: `\"r\"` -> `\"w\"`"),
        ("size + offset", "use(size - offset)", "operator changed: `+` -> `-`"),
        ("open(path, mode)", "close(path, mode)", "renamed: `open` -> `close`"),
        ("disk.open(path)", "drive.open(path)", "renamed: `disk` -> `drive`"),
    ] {
        assert_eq!(in_go(before, there), expected, "{before} | {there}");
    }
}

#[test]
fn what_came_and_what_went() {
    for (before, there, expected) in [
        ("open(path, mode)", "open(path, mode, true)", "argument added: `true`"),
        ("open(path, mode)", "open(ctx, path, mode)", "argument added: `ctx`"),
        ("open(path, mode)", "open(path)", "argument gone: `mode`"),
        ("open(path, size)", "open(path, int64(size))", "wrapped: `int64(…)` stands around it"),
        ("open(path, int64(size))", "open(path, size)", "the code no longer stands inside `int64(`"),
        ("open(path, mode)", "open(path, mode.bits)", "more code stands here: `.bits`"),
    ] {
        assert_eq!(in_go(before, there), expected, "{before} | {there}");
    }
}

#[test]
fn lines() {
    for (before, there, expected) in [
        ("open(path)\nread(path)", "open(path)\n\tseek(path)\n\tread(path)", "statement added: `seek(path)`"),
        (
            "open(path)\nread(path)",
            "open(path)\n\tif ok {\n\t\tread(path)\n\t}",
            "the code stands inside `if ok {` now",
        ),
        ("open(path)\nseek(disk, 5)\nread(path)", "open(path)\n\tread(path)", "line gone"),
        (
            "open(path)\nseek(5)\nread(path, buffer, mode)",
            "open(path)\n\tread(path, buffer, mode)\n\tclose(path)\n\tseek(5)",
            "this line stands further below, on line 7",
        ),
        (
            "open(path)\nseek(disk, 5)\nread(path)",
            "seek(disk, 5)\n\topen(path)\n\tread(path)",
            "the lines stand in another order: this one is on line 5",
        ),
    ] {
        assert_eq!(in_go(before, there), expected, "{before} | {there}");
    }
}

#[test]
fn c_says_it_in_its_own_words() {
    for (before, there, expected) in [
        ("count = read_all(fd, buffer);", "count = read_all(fd, buffer, 0);", "argument added: `0`"),
        ("unsigned long count = 0;", "unsigned int count = 0;", "type changed: `long` -> `int`"),
        ("long count = 0;", "const long count = 0;", "qualifier added: `const`"),
        ("long count = 0;", "static long count = 0;", "storage class added: `static`"),
        ("buffer->size = 4;", "buffer.size = 4;", "operator changed: `->` -> `.`"),
    ] {
        assert_eq!(in_c(before, there), expected, "{before} | {there}");
    }
}

#[test]
fn the_row_that_failed_first_is_named() {
    let text = "package a\n\nfunc f() {\n\topen(path)\n\tread(name)\n}\n";
    let miss = &near("a.go", "open(path)\nread(path)", text)[0];
    assert_eq!((miss.row.as_str(), miss.row_line), ("read(path)", 13));
    assert_eq!((miss.place.line, miss.place.column, miss.place.text.as_str()), (5, 7, "\tread(name)"));
    assert_eq!((miss.wanted.as_str(), miss.found.as_str()), ("path", "name"));
}

#[test]
fn the_place_with_the_rarest_words_is_the_closest() {
    let text = "package a\n\nfunc f() {\n\tlog(a, b, c)\n\tlog(a, b, c)\n\tlog(rare, b, d)\n}\n";
    let found = near("a.go", "log(rare, b, c)", text);
    assert_eq!(found.iter().map(|n| n.place.line).collect::<Vec<_>>(), [6]);
}

#[test]
fn a_deep_nest_and_a_long_file_are_no_trouble() {
    let deep = format!("package a\n\nvar x = {}path{}\n", "(".repeat(5000), ")".repeat(5000));
    assert!(near("a.go", "open(path, mode)", &deep).len() <= 1);
    let long = format!("package a\n\nfunc f() {{\n{}\topen(path)\n}}\n", "\tread(mode, 1)\n".repeat(20_000));
    assert_eq!(what("a.go", "open(path, mode)", &long), "argument gone: `mode`");
}
