//! Every example of the documentation is a test.
//!
//! In `docs/*.md` a fence `treepatch` holds sections that begin with `-- name --`:
//!
//! - `patch`: TOML. What every patch has (`format`, `[patchset]`, `id`, `title`, `why`, `files`) may be left out.
//! - a file name: the file as a diff with itself: ` ` and `-` lines before, ` ` and `+` lines after.
//! - `report`: what the program prints; may be left out where every patch applies.
//! - `error`: what is said of a patch that does not load.
//!
//! A second run must find nothing to do. A fence `toml` is a patchset that must load. In `README.md` a fence
//! `console` is a session in a folder that holds a copy of `testdata/release`; `...` stands for output not shown.
//! With `TREEPATCH_BLESS=1` files and messages of `docs/*.md` are written as things are.

#![allow(clippy::unwrap_used)]

use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use treepatch::patchset::{Diagnostic, load, substitute};
use treepatch::plan::Options;
use treepatch::report::Verdict;
use treepatch::vfs::MemoryTree;
use treepatch::{planner, render};

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn main() {
    let args = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut trials = Vec::new();
    for page in pages(root) {
        let text = std::fs::read_to_string(&page).unwrap();
        let name = page.strip_prefix(root).unwrap().display().to_string();
        let fences = fences(&text);
        if std::env::var_os("TREEPATCH_BLESS").is_some() {
            bless(&page, &text, &fences);
        }
        for fence in fences {
            let (name, body) = (format!("{name}:{}", fence.line), text[fence.body].to_owned());
            match fence.kind.as_str() {
                "treepatch" => trials.push(Trial::test(name, move || example(&body))),
                "toml" => trials.push(Trial::test(name, move || loads(&body))),
                "console" => trials.push(Trial::test(name, move || session(&body))),
                _ => {}
            }
        }
    }
    trials.push(Trial::test("docs/language.md names every key", every_key));
    trials.push(Trial::test("docs/language.md names every verdict", every_verdict));
    libtest_mimic::run(&args, trials).exit();
}

fn pages(root: &Path) -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.push(root.join("README.md"));
    pages.sort();
    pages
}

/// A fenced block of a page.
struct Fence {
    kind: String,
    /// The line that it begins on.
    line: usize,
    /// What stands in it.
    body: Range<usize>,
}

fn fences(text: &str) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let (mut at, mut open) = (0, false);
    for (n, line) in text.split_inclusive('\n').enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => {
                found.last_mut().unwrap().body.end = at;
                open = false;
            }
            Some(kind) => {
                let start = at + line.len();
                found.push(Fence { kind: kind.trim().to_owned(), line: n + 1, body: start..start });
                open = true;
            }
            None => {}
        }
        at += line.len();
    }
    assert!(!open, "a fence is not closed");
    found
}

fn bless(page: &Path, text: &str, fences: &[Fence]) {
    let mut out = String::new();
    let mut copied = 0;
    for fence in fences.iter().filter(|fence| fence.kind == "treepatch") {
        out.push_str(&text[copied..fence.body.start]);
        out.push_str(&as_it_is(&text[fence.body.clone()]));
        copied = fence.body.end;
    }
    out.push_str(&text[copied..]);
    std::fs::write(page, out).unwrap();
}

fn example(body: &str) -> Result<(), Failed> {
    same(body, &as_it_is(body))
}

fn same(shown: &str, is: &str) -> Result<(), Failed> {
    if shown == is {
        return Ok(());
    }
    Err(similar::TextDiff::from_lines(shown, is).unified_diff().header("shown", "as it is").to_string().into())
}

/// The sections of an example in order.
fn sections(body: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for line in body.split_inclusive('\n') {
        match line.trim_end().strip_prefix("-- ").and_then(|line| line.strip_suffix(" --")) {
            Some(name) => found.push((name, String::new())),
            None => found.last_mut().expect("an example begins with a section").1.push_str(line),
        }
    }
    found
}

/// The example with the files and messages that there are.
fn as_it_is(body: &str) -> String {
    let sections = sections(body);
    let get = |name: &str| sections.iter().find(|s| s.0 == name).map(|s| s.1.as_str());
    let is_file = |name: &str| !matches!(name, "patch" | "report" | "error" | "target");
    let shown = get("patch").expect("an example has a patch");
    let before: Files = sections
        .iter()
        .filter(|s| is_file(s.0) && !is_new(&s.1))
        .map(|(name, text)| (PathBuf::from(name), side(text, '-').into_bytes()))
        .collect();
    let patch = whole(shown, before.keys().next());
    let target = get("target").map(str::trim);
    let run = match run(&patch, &before, target) {
        Ok(run) => run,
        Err(diagnostics) => {
            let mut out = String::new();
            sections.iter().filter(|s| s.0 != "error").for_each(|(n, t)| write!(out, "-- {n} --\n{t}").unwrap());
            writeln!(out, "-- error --\n{}", said(&patch, diagnostics)).unwrap();
            return out;
        }
    };
    let mut out = String::new();
    for (name, text) in &sections {
        match *name {
            "report" | "error" => continue,
            name if is_file(name) => {
                let path = Path::new(name);
                let text =
                    |files: &Files| String::from_utf8_lossy(files.get(path).map_or(b"", Vec::as_slice)).into_owned();
                write!(out, "-- {name} --\n{}", signed(&text(&before), &text(&run.after))).unwrap();
            }
            name => write!(out, "-- {name} --\n{text}").unwrap(),
        }
    }
    let named = |path: &Path| sections.iter().any(|s| Path::new(s.0) == path);
    for (path, bytes) in run.after.iter().filter(|(path, _)| !named(path)) {
        write!(out, "-- {} --\n{}", path.display(), signed("", &String::from_utf8_lossy(bytes))).unwrap();
    }
    if get("report").is_some() || !run.applies {
        write!(out, "-- report --\n{}", run.report).unwrap();
    }
    let again = self::run(&patch, &run.after, target).unwrap_or_else(|_| panic!("it loads once, but not twice"));
    if again.after != run.after || run.applies && again.blocks {
        write!(out, "-- the second run --\n{}", again.report).unwrap();
    }
    out
}

/// Whether a file is one that a patch makes.
fn is_new(text: &str) -> bool {
    text.starts_with('+') && side(text, '-').is_empty()
}

/// One side of a signed file.
fn side(text: &str, sign: char) -> String {
    let line = |line: &str| match line.chars().next() {
        Some('\n') => Some("\n".to_owned()),
        Some(c) if c == ' ' || c == sign => Some(line[1..].to_owned()),
        Some('-' | '+') => None,
        _ => panic!("a file's line begins with a sign: {line}"),
    };
    text.split_inclusive('\n').filter_map(line).collect()
}

fn signed(before: &str, after: &str) -> String {
    let mut out = String::new();
    for change in similar::TextDiff::from_lines(before, after).iter_all_changes() {
        let sign = match change.tag() {
            similar::ChangeTag::Equal if change.value() == "\n" => "",
            similar::ChangeTag::Equal => " ",
            similar::ChangeTag::Delete => "-",
            similar::ChangeTag::Insert => "+",
        };
        write!(out, "{sign}{}", change.value()).unwrap();
    }
    out
}

/// A patchset, and how much of it was put before what the page shows.
struct Whole {
    text: String,
    hidden: usize,
}

fn whole(shown: &str, file: Option<&PathBuf>) -> Whole {
    let has = |start: &str| shown.lines().any(|line| line.starts_with(start));
    let mut text = String::new();
    if !has("format") {
        text.push_str("format = 1\n");
    }
    if !has("[patchset]") && !has("format") {
        text.push_str("[patchset]\nname = \"example\"\n");
    }
    if !has("[[patch]]") {
        text.push_str("[[patch]]\nid = \"example\"\ntitle = \"an example\"\nwhy = \"it shows something\"\n");
        if !has("files") && !has("create") {
            let extension = file.and_then(|file| file.extension()).map_or("go", |e| e.to_str().unwrap());
            writeln!(text, "files = [\"**/*.{extension}\"]").unwrap();
        }
    }
    let hidden = text.len();
    text.push_str(shown);
    Whole { text, hidden }
}

struct Run {
    report: String,
    after: Files,
    /// Whether every patch applies.
    applies: bool,
    blocks: bool,
}

fn run(patch: &Whole, files: &Files, target: Option<&str>) -> Result<Run, Vec<Diagnostic>> {
    let mut patchset = load("patch.toml", &patch.text)?;
    substitute(&mut patchset, target)?;
    let tree = MemoryTree::new(files.clone());
    let target = target.map(str::to_owned);
    let mut plan = planner::plan(&patchset, &tree, &Options { target, threads: 1, ..Options::default() })?;
    let hidden = patch.text[..patch.hidden].lines().count();
    plan.reports.iter_mut().flat_map(|r| &mut r.near).for_each(|near| near.row_line -= hidden.min(near.row_line));
    let view = render::View { verbose: false, quiet: false, color: false, width: None, ending: render::Ending::Dry };
    let mut after = files.clone();
    after.extend(plan.changes().into_iter().map(|c| (c.path, c.after)));
    Ok(Run {
        report: render::table(&plan, view),
        after,
        applies: plan.reports.iter().all(|r| r.verdict == Verdict::Applies),
        blocks: plan.is_refused(),
    })
}

/// The diagnostics about a patch, counted in lines of what the page shows.
fn said(patch: &Whole, diagnostics: Vec<Diagnostic>) -> String {
    let shift = |at: usize| at.saturating_sub(patch.hidden);
    let messages = diagnostics.into_iter().map(|mut c| {
        c.span = shift(c.span.start)..shift(c.span.end);
        let text = render::diagnostic(&c, "patch.toml", &patch.text[patch.hidden..], false);
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    });
    messages.collect::<Vec<_>>().join("\n\n")
}

/// A patchset that is shown must load, its bodies included.
fn loads(body: &str) -> Result<(), Failed> {
    let patch = whole(body, None);
    match load("patch.toml", &patch.text) {
        Ok(mut patchset) => {
            let target = patchset.tables.values().flat_map(|table| table.rows.keys()).next().cloned();
            substitute(&mut patchset, target.as_deref()).map_err(|c| said(&patch, c))?;
            planner::plan(&patchset, &MemoryTree::new(Files::new()), &Options { target, ..Options::default() })
                .map_err(|c| said(&patch, c))?;
            Ok(())
        }
        Err(diagnostics) => Err(said(&patch, diagnostics).into()),
    }
}

/// A session: lines with `$ treepatch …` and what each prints, on both streams.
fn session(body: &str) -> Result<(), Failed> {
    let dir = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/release"), &dir.path().join("release"));
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in body.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command, Vec::new())),
            (None, Some((_, shown))) => shown.push(line),
            (None, None) => panic!("a session begins with a command"),
        }
    }
    for (command, shown) in commands {
        let mut words = command.split_whitespace();
        if words.next() != Some("treepatch") {
            continue;
        }
        let words = words.take_while(|word| !word.starts_with('#'));
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_treepatch"))
            .args(words)
            .current_dir(dir.path())
            .output()
            .unwrap();
        let mut printed = String::from_utf8(output.stdout).unwrap();
        printed.push_str(&String::from_utf8(output.stderr).unwrap());
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        if !reads_as(&shown, &printed) {
            same(&(shown.join("\n") + "\n"), &(printed.join("\n") + "\n"))?;
        }
    }
    Ok(())
}

/// Whether lines are what is shown, where `...` is any number of lines.
fn reads_as(shown: &[&str], lines: &[&str]) -> bool {
    match shown.split_first() {
        None => lines.is_empty(),
        Some((&"...", rest)) => (0..=lines.len()).any(|skip| reads_as(rest, &lines[skip..])),
        Some((first, rest)) => lines.split_first().is_some_and(|(line, lines)| first == line && reads_as(rest, lines)),
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn language() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")).unwrap()
}

/// Every key of `testdata/patchsets/every-key.toml` is in the reference.
fn every_key() -> Result<(), Failed> {
    fn keys(table: &toml::Table, below: &str, out: &mut Vec<String>) {
        for (key, value) in table {
            // What the author names is no key of ours.
            if !matches!(below, "table" | "number" | "where" | "imports") {
                out.push(key.clone());
            }
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            values.iter().filter_map(toml::Value::as_table).for_each(|table| keys(table, key, out));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/patchsets/every-key.toml");
    let every: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let mut all = Vec::new();
    keys(&every, "", &mut all);
    let text = language();
    let missing: Vec<String> = all.into_iter().filter(|key| !is_named(&text, key)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("not named: {missing:?}").into()) }
}

/// Whether a word stands in the text as code.
fn is_named(text: &str, word: &str) -> bool {
    text.split('`')
        .skip(1)
        .step_by(2)
        .any(|code| code.split(|c: char| !c.is_alphanumeric() && c != '-').any(|w| w == word))
}

fn every_verdict() -> Result<(), Failed> {
    use Verdict::*;
    let all = [Skipped, Blocked, Unreadable, Absent, Applies, Partly, Applied, Obsolete, Nothing, Drifted, Ambiguous];
    let text = language();
    let missing: Vec<&str> =
        all.into_iter().map(Verdict::as_str).filter(|name| !text.contains(&format!("| `{name}`"))).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("not in the table: {missing:?}").into()) }
}
