//! Every page of `testdata/cases` is a test: a patch, the files before, the files after, and the report.
//!
//! A page holds sections that begin with `-- name --`: `patch` (TOML; `format` and `[patchset]` may be left out),
//! `before NAME`, `after NAME` (only files that change) and `report`. A result of the second run that is not
//! "applied, nothing changes" stands in `again`. A byte order mark before each file must change nothing of all that. With `TREEPATCH_BLESS=1` pages are written as things are.

#![allow(clippy::unwrap_used)]

mod page;

use libtest_mimic::{Arguments, Failed, Trial};
use page::Page;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use treepatch::patchset::{load, substitute};
use treepatch::plan::Options;
use treepatch::planner;
use treepatch::report::Plan;
use treepatch::vfs::MemoryTree;

fn main() {
    let args = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut pages = Vec::new();
    collect(&root, &mut pages);
    pages.sort();
    let trial = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().with_extension("").display().to_string();
        Trial::test(name, move || run(&path))
    };
    libtest_mimic::run(&args, pages.into_iter().map(trial).collect()).exit();
}

fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|e| e == "page") {
            out.push(path);
        }
    }
}

impl Page {
    fn files(&self, kind: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let of = |s: &(String, String)| {
            let name = s.0.strip_prefix(kind)?.strip_prefix(' ')?;
            Some((PathBuf::from(name), unescape(&s.1)))
        };
        self.sections.iter().filter_map(of).collect()
    }
}

/// `\r` at the end of a line, `\xNN`, `\BOM` and `\NOEOL` are spelt out on pages, so that pages stay plain text.
fn unescape(text: &str) -> Vec<u8> {
    let text = text.replace("\\BOM", "\u{feff}").replace("\\r\n", "\r\n").replace("\\NOEOL\n", "");
    let mut out = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("\\xE") {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        out.push(u8::from_str_radix(&rest[at + 2..at + 4], 16).unwrap());
        rest = &rest[at + 4..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn escape(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|b| write!(out, "\\x{b:02X}").unwrap());
    }
    let mut out = out.replace('\u{feff}', "\\BOM").replace("\r\n", "\\r\n");
    if !out.ends_with('\n') && !out.is_empty() {
        out.push_str("\\NOEOL\n");
    }
    out
}

fn run(path: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path).unwrap();
    let page = Page::read(&text);
    let patch = page.get("patch").expect("a page has a patch");
    let header = "format = 1\n[patchset]\nname = \"page\"\ntitle = \"a page\"\n";
    let toml = if patch.contains("format = ") { patch.to_owned() } else { format!("{header}{patch}") };
    let before = page.files("before");
    let target = page.head.lines().find_map(|l| l.strip_prefix("target: ")).map(str::to_owned);
    let (report, after) = report(&toml, &before, target.clone());
    let mut result = Page { head: page.head.clone(), sections: vec![("patch".to_owned(), patch.to_owned())] };
    result.sections.extend(before.iter().map(|(p, b)| (format!("before {}", p.display()), escape(b))));
    result.sections.extend(
        after
            .iter()
            .filter(|(p, b)| before.get(*p) != Some(b))
            .map(|(p, b)| (format!("after {}", p.display()), escape(b))),
    );
    result.sections.push(("report".to_owned(), report));
    let (again, twice) = self::report(&toml, &after, target.clone());
    let settled = again
        .lines()
        .filter(|l| !l.starts_with(' '))
        .all(|l| ["applied", "skipped", "nothing", "obsolete", "error"].iter().any(|v| l.contains(&format!(": {v}"))));
    if twice != after || !settled && after != before {
        result.sections.push(("again".to_owned(), again));
    }
    let mut written = result.head.clone();
    for (name, body) in &result.sections {
        written.push_str(&format!("-- {name} --\n{body}"));
        if !written.ends_with('\n') {
            written.push('\n');
        }
    }
    if written == text {
        return with_mark(&toml, &before, target);
    }
    if std::env::var_os("TREEPATCH_BLESS").is_some() {
        std::fs::write(path, written).unwrap();
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(&text, &written).unified_diff().header("page", "as it is").to_string();
    Err(diff.into())
}

/// A byte order mark before each file changes nothing but that it is there.
fn with_mark(toml: &str, before: &BTreeMap<PathBuf, Vec<u8>>, target: Option<String>) -> Result<(), Failed> {
    const MARK: &str = "\u{feff}";
    let both = |files: &BTreeMap<PathBuf, Vec<u8>>| {
        let (once, after) = report(toml, files, target.clone());
        let (again, _) = report(toml, &after, target.clone());
        let bare: String =
            after.iter().map(|(p, b)| format!("-- {} --\n{}", p.display(), escape(b).replace("\\BOM", ""))).collect();
        (format!("{bare}-- report --\n{once}-- again --\n{again}"), after)
    };
    let is_text = |path: &Path| path.extension().is_some_and(|e| e == "c" || e == "h" || e == "go");
    let marked = before.iter().map(|(path, bytes)| {
        let mark = if is_text(path) && !bytes.starts_with(MARK.as_bytes()) { MARK } else { "" };
        (path.clone(), [mark.as_bytes(), bytes].concat())
    });
    let marked: BTreeMap<PathBuf, Vec<u8>> = marked.collect();
    let ((plain, _), (page, after)) = (both(before), both(&marked));
    let keeps = |path: &PathBuf| !is_text(path) || after[path].starts_with(MARK.as_bytes());
    if plain == page && before.keys().all(keeps) {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(&plain, &page);
    Err(diff.unified_diff().header("page", "with a byte order mark").to_string().into())
}

fn report(
    toml: &str,
    files: &BTreeMap<PathBuf, Vec<u8>>,
    target: Option<String>,
) -> (String, BTreeMap<PathBuf, Vec<u8>>) {
    let shown = |diagnostics: Vec<treepatch::patchset::Diagnostic>| {
        let mut out = String::new();
        for c in diagnostics {
            let line = toml[..c.span.start.min(toml.len())].lines().count();
            writeln!(out, "error: {} [{}]", c.message, toml.lines().nth(line.saturating_sub(1)).unwrap_or("").trim())
                .unwrap();
        }
        (out, files.clone())
    };
    let mut patchset = match load("page.toml", toml) {
        Ok(patchset) => patchset,
        Err(diagnostics) => return shown(diagnostics),
    };
    if let Err(diagnostics) = substitute(&mut patchset, target.as_deref()) {
        return shown(diagnostics);
    }
    let tree = MemoryTree::new(files.clone());
    match planner::plan(&patchset, &tree, &Options { target, threads: 1, ..Options::default() }) {
        Ok(plan) => {
            let mut after = files.clone();
            after.extend(plan.changes().into_iter().map(|c| (c.path, c.after)));
            (table(&plan), after)
        }
        Err(diagnostics) => shown(diagnostics),
    }
}

fn table(plan: &Plan) -> String {
    let mut out = String::new();
    for r in &plan.reports {
        let verdict = r.verdict.as_str();
        writeln!(
            out,
            "{}: {verdict}, {} to do, {} done{}",
            r.id,
            r.todo(),
            r.done(),
            if r.blocks { ", blocks" } else { "" }
        )
        .unwrap();
        for (path, n) in &r.alternatives {
            writeln!(out, "  alternative {n} in {}", path.display()).unwrap();
        }
        for reason in &r.reasons {
            match &reason.place {
                Some(p) => writeln!(out, "  {}:{}:{}: {}", p.path.display(), p.line, p.column, reason.text).unwrap(),
                None => writeln!(out, "  {}", reason.text).unwrap(),
            }
        }
        for n in &r.near {
            let p = &n.place;
            writeln!(
                out,
                "  near {}:{}:{}: {} (wanted `{}`, found `{}`)",
                p.path.display(),
                p.line,
                p.column,
                n.what,
                n.wanted,
                n.found
            )
            .unwrap();
        }
        for warning in &r.warnings {
            let place = warning.place.as_ref().map(|p| format!("{}:{}:{}: ", p.path.display(), p.line, p.column));
            writeln!(out, "  warning: {}{}", place.unwrap_or_default(), warning.text).unwrap();
        }
        r.notes.iter().for_each(|n| writeln!(out, "  note: {n}").unwrap());
    }
    out
}
