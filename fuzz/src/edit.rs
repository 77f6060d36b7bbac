//! The edit engine, through whole plans: what a plan would write keeps every promise, or the plan is refused.

use super::seeds::{Files, seeds};
use super::told::Told;
use super::{body, disturb, toml};
use arbitrary::{Result, Unstructured};
use std::ops::Range;
use std::path::Path;
use treepatch::language::Language;
use treepatch::patchset::{Patchset, Work, load, substitute};
use treepatch::plan::Options;
use treepatch::planner;
use treepatch::render::{self, Ending, View, json};
use treepatch::report::{FileChange, Plan, Step, Verdict};
use treepatch::revert::{self, Assumed};
use treepatch::source::{Bytes, Limits, Source};
use treepatch::vfs::MemoryTree;

pub fn run(data: &[u8]) {
    if let Ok((text, files)) = case(&mut Unstructured::new(data)) {
        check(&text, &files);
    }
}

/// A patchset, and files that it may change.
fn case(u: &mut Unstructured<'_>) -> Result<(String, Files)> {
    if u.ratio(2, 3)? {
        let (path, source, text) = body::case(u)?;
        return Ok((text, [(path, source.bytes.to_vec())].into()));
    }
    let (mut text, mut files) = u.choose(&seeds().pages)?.clone();
    for (path, bytes) in &mut files {
        if let Some(language) = Language::of_path(path) {
            *bytes = disturb::code(u, language, std::mem::take(bytes))?;
        }
    }
    if u.ratio(1, 4)? {
        text = String::from_utf8_lossy(&disturb::bytes(u, text.into_bytes())?).into_owned();
    }
    Ok((text, files))
}

/// All that must hold for a run of this patchset over these files.
fn check(text: &str, files: &Files) {
    let mut told: Vec<(&str, &[u8])> = vec![("patchset", text.as_bytes())];
    told.extend(files.iter().map(|(path, bytes)| (path.to_str().unwrap(), bytes.as_slice())));
    let _told = Told(&told);
    let Ok(mut patchset) = load("fuzz.toml", text) else { return };
    if substitute(&mut patchset, Some("arm")).is_err() {
        return;
    }
    let limits = Limits { steps: 1_000_000, ..Limits::default() };
    let options =
        Options { target: Some("arm".to_owned()), threads: 1, limits, check_reversible: true, ..Options::default() };
    let plan = match planner::plan(&patchset, &MemoryTree::new(files.clone()), &options) {
        Ok(plan) => plan,
        Err(diagnostics) => return toml::show(&diagnostics, text),
    };
    tells_itself(&plan, &patchset);
    let changes = plan.changes();
    if changes.is_empty() {
        return;
    }
    let mut after = files.clone();
    after.extend(changes.iter().map(|c| (c.path.clone(), c.after.clone())));
    changes.iter().for_each(diff_is_the_change);
    plan.steps.iter().for_each(|step| {
        reads_clean(step);
        rest_is_untouched(step, &plan, &patchset);
    });
    // A later patch may write what an earlier one looks for.
    if let [_] = patchset.patches.as_slice() {
        let again = planner::plan(&patchset, &MemoryTree::new(after.clone()), &options).unwrap();
        assert!(!again.is_refused(), "refused the second time: {:?}", again.reports);
        assert!(again.changes().is_empty(), "twice is not once: {}", shown(&again.changes()));
    }
    // The way back takes out what was there before, too, and nobody asked whether what was not applied has one.
    if plan.reports.iter().all(|r| r.one_way.is_none() && r.verdict == Verdict::Applies) {
        let back =
            revert::revert(&patchset, &MemoryTree::new(after.clone()), &options, &Assumed { earlier: &|_| None })
                .unwrap();
        let why = || format!("{:#?}", back.plan.reports.iter().map(|r| &r.reasons).collect::<Vec<_>>());
        assert!(!back.plan.is_refused(), "no way back: {}", why());
        after.extend(back.plan.changes().into_iter().map(|c| (c.path, c.after)));
        back.removals.iter().for_each(|(path, _)| drop(after.remove(path)));
        assert_eq!(shown_files(&after), shown_files(files), "the way back leads elsewhere");
    }
}

/// Whatever came out, it can be told.
fn tells_itself(plan: &Plan, patchset: &Patchset) {
    for verbose in [true, false] {
        let view = View { verbose, quiet: !verbose, color: verbose, width: None, ending: Ending::Dry };
        assert!(!verbose || !render::table(plan, view).is_empty());
    }
    let root = Path::new(".");
    let facts = json::Facts {
        command: "check",
        root,
        target: None,
        dry_run: true,
        written: false,
        into: None,
        commits: Vec::new(),
        notes: Vec::new(),
        exit: 0,
    };
    assert!(json::text(&json::Run::new(plan, patchset, facts)).starts_with('{'));
    render::unified(&plan.changes(), true);
    assert!(
        plan.reports.iter().all(|r| !r.blocks || !r.reasons.is_empty() || !r.near.is_empty()),
        "{:?}",
        plan.reports
    );
}

/// An independent program makes the same of the diff.
fn diff_is_the_change(change: &FileChange) {
    let diff = render::unified_file(change, false);
    let patch = diffy::Patch::from_bytes(&diff).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&diff)));
    let patched = diffy::apply_bytes(change.before.as_deref().unwrap_or_default(), &patch).unwrap();
    assert!(patched == change.after, "the diff leads elsewhere: {}", String::from_utf8_lossy(&diff));
}

/// There is no syntax error that was not there before. Macro calls without a semicolon, which the grammar of C takes for
/// this or that, count only where the rest has errors, too.
fn reads_clean(step: &Step) {
    let Some(language) = Language::of_path(&step.path) else { return };
    let errors = |bytes: &[u8]| {
        Source::parse(language, bytes.to_vec(), Default::default()).map_or(0, |source| source.errors.len())
    };
    let (before, after) = (step.before.as_ref().map(|b| b.bytes()).unwrap_or_default(), step.after.bytes());
    let grows = |before: &[u8], after: &[u8]| errors(after) > errors(before);
    let is_new =
        grows(&before, &after) && (language != Language::C || grows(&without_calls(&before), &without_calls(&after)));
    assert!(!is_new, "new syntax errors: {}", String::from_utf8_lossy(&after));
}

/// A file without the lines that are one call and nothing else.
fn without_calls(bytes: &[u8]) -> Vec<u8> {
    let is_call = |line: &&[u8]| {
        let line = line.trim_ascii();
        let name = line.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        name > 0 && line[name..].starts_with(b"(") && line.ends_with(b")")
    };
    bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !is_call(line)).flatten().copied().collect()
}

/// Outside of the sites, their lines and the comments beside them, every byte stays. In Go gofmt's columns may move, and
/// imports around one that is written, line by line.
fn rest_is_untouched(step: &Step, plan: &Plan, patchset: &Patchset) {
    let (Some(before), Some(language)) = (&step.before, Language::of_path(&step.path)) else { return };
    let hunks = patchset.patches[step.patch].bodies.iter().map(|b| match &b.work {
        Work::Edit(hunks) => Some(hunks),
        _ => None,
    });
    if hunks.clone().any(|h| h.is_none_or(|h| h.iter().any(|hunk| !hunk.imports.is_empty()))) {
        return;
    }
    let before = before.bytes();
    let Ok(source) = body::parse(&step.path, before.to_vec()) else { return };
    let sites = plan.reports[step.patch].sites.iter().filter(|s| !s.done && s.place.path == step.path);
    let mut windows: Vec<Range<usize>> = sites.map(|s| window(&source, &s.bytes)).collect();
    windows.sort_by_key(|w| w.start);
    imports_stay(&source, &windows, &step.after.bytes());
    let imports: Vec<_> = windows.iter().filter_map(|w| imports_around(&source, w)).collect();
    windows.extend(imports);
    windows.sort_by_key(|w| w.start);
    // Braces may come around what a header governs without any, the header's line being outside of the site.
    let braces = |bytes: &[u8]| bytes.iter().filter(|b| matches!(b, b'{' | b'}')).count();
    let is_braced = language == Language::C && braces(&step.after.bytes()) > braces(&before);
    let plain = |bytes: &[u8]| -> Vec<u8> {
        let blank = |b: &u8| match language {
            Language::Go => matches!(b, b' ' | b'\t'),
            Language::C | Language::Text => is_braced && matches!(b, b'{' | b'}' | b' ' | b'\t' | b'\n' | b'\r'),
        };
        bytes.iter().copied().filter(|b| !blank(b)).collect()
    };
    let (mut at, mut rest) = (0, Vec::new());
    for window in windows {
        if window.start >= at {
            rest.push(plain(&before[at..window.start]));
        }
        at = at.max(window.end);
    }
    rest.push(plain(&before[at..]));
    let after = plain(&step.after.bytes());
    let lost = |piece: &[u8]| format!("lost or changed: {}", String::from_utf8_lossy(piece));
    let (Some((first, others)), Some(last)) = (rest.split_first(), rest.last()) else { return };
    assert!(after.starts_with(first), "{}", lost(first));
    assert!(after.ends_with(last), "{}", lost(last));
    let mut at = first.len();
    for piece in others {
        let found = if piece.is_empty() { Some(0) } else { after[at..].windows(piece.len()).position(|w| w == piece) };
        at += found.unwrap_or_else(|| panic!("{}", lost(piece))) + piece.len();
    }
}

/// All lines of an import declaration that a window lies in, but for the first.
fn imports_around(source: &Source, window: &Range<usize>) -> Option<Range<usize>> {
    let spans = source.nodes.iter().filter(|n| n.kind == "import_declaration").map(|n| source.span(&n.tokens));
    let around = spans.into_iter().find(|span| span.start < window.start && window.end <= span.end)?;
    Some(source.lines.next(around.start)..around.end)
}

/// Every line of these declarations that no window covers is in the result.
fn imports_stay(source: &Source, windows: &[Range<usize>], after: &[u8]) {
    let mut left: Vec<&[u8]> = after.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).collect();
    let mut seen = 0;
    for around in windows.iter().filter_map(|w| imports_around(source, w)) {
        let mut at = around.start.max(seen);
        while at < around.end {
            let next = source.lines.next(at);
            if !windows.iter().any(|w| w.start < next && at < w.end) {
                let line = source.bytes[at..next].trim_ascii();
                let found = left.iter().position(|l| *l == line);
                left.swap_remove(found.unwrap_or_else(|| panic!("lost import: {}", String::from_utf8_lossy(line))));
            }
            at = next;
        }
        seen = seen.max(around.end);
    }
}

/// The lines of a site, and those of the comments and blanks around it.
fn window(source: &Source, site: &Bytes) -> Range<usize> {
    let (first, last) = (source.token_at(site.start), source.tokens.partition_point(|t| t.bytes.end <= site.end));
    let (from, to) = (source.gap_start(first), source.gap_end(last));
    let line_start = source.bytes[..site.start].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    let line_end =
        source.bytes[site.end..].iter().position(|b| *b == b'\n').map_or(source.bytes.len(), |n| site.end + n + 1);
    from.min(line_start)..to.max(line_end)
}

fn shown(changes: &[FileChange]) -> String {
    String::from_utf8_lossy(&render::unified(changes, false)).into_owned()
}

fn shown_files(files: &Files) -> Vec<(String, String)> {
    files.iter().map(|(p, b)| (p.display().to_string(), String::from_utf8_lossy(b).into_owned())).collect()
}
