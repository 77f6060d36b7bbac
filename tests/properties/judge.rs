//! What treepatch makes of a case, and whether that is right.

use crate::case::{Case, Dress, Kind};
use crate::referee;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use treepatch::checkout::Memory;
use treepatch::language::Language;
use treepatch::patchset::{Complaint, Patchset, load, substitute};
use treepatch::plan::{Assumed, Options, Plan, Verdict, plan, revert};
use treepatch::render::unified;

/// What must hold for every patch that is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// Bytes outside of the edited lines stay.
    Outside,
    /// The result is that of the plain edit (put through gofmt, or white space aside).
    Plain,
    /// The second run finds all done and changes nothing.
    Twice,
    /// What was applied can be taken out again, or was said to be not reversible.
    Revert,
    /// The diff, applied by other programs, gives the same.
    Diff,
    /// The result has no syntax error that was not there before.
    Parses,
    /// What gofmt would leave alone, it still would.
    Clean,
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}").to_lowercase())
    }
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The file was changed.
    Changed {
        /// Whether there is a way back.
        reversible: bool,
    },
    /// The plan was refused, with this verdict.
    Refused(&'static str),
    /// Nothing was to be done.
    Idle(&'static str),
    /// The patchset did not load.
    Unloaded,
}

/// A property that does not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    pub property: Property,
    pub wanted: Vec<u8>,
    pub got: Vec<u8>,
}

/// A case with its outcome and what is wrong about it.
pub struct Judged {
    pub case: Case,
    pub outcome: Outcome,
    /// What was said, where the file was not changed.
    pub said: String,
    pub failures: Vec<Failure>,
    /// Whether there is nothing to compare the result with: gofmt cannot read the plain edit.
    pub is_unread: bool,
    after: Option<Vec<u8>>,
    diff: Vec<u8>,
}

/// Judges cases, on as many threads as there are cores.
pub fn judge(cases: Vec<Case>) -> Vec<Judged> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((number, case)) = take(&cases, &next) {
            done.push((number, run(case)));
        }
        done
    };
    let mut judged: Vec<(usize, Judged)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|w| w.join().expect("no panic")).collect()
    });
    judged.sort_by_key(|(number, _)| *number);
    let mut judged: Vec<Judged> = judged.into_iter().map(|(_, judged)| judged).collect();
    compare(&mut judged);
    diffs(&mut judged);
    judged
}

fn take<'a>(cases: &'a [Case], next: &AtomicUsize) -> Option<(usize, &'a Case)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    cases.get(number).map(|case| (number, case))
}

fn options() -> Options {
    Options { threads: 1, ways_back: true, ..Options::default() }
}

fn load_all(case: &Case) -> Result<Patchset, Vec<Complaint>> {
    let mut patchset = load("made.toml", &case.patchset())?;
    substitute(&mut patchset, None)?;
    Ok(patchset)
}

fn tree(case: &Case, text: &[u8]) -> Memory {
    Memory::new([(PathBuf::from(case.file()), text.to_vec())])
}

/// The case's one file after a plan; nothing, where it does not change.
fn after(case: &Case, plan: &Plan) -> Option<Vec<u8>> {
    plan.changes().into_iter().find(|c| c.path == Path::new(&case.file())).map(|c| c.after)
}

/// All that treepatch does with one case.
fn run(case: &Case) -> Judged {
    let before = case.dress.on(&case.text);
    let mut judged = Judged {
        case: case.clone(),
        outcome: Outcome::Unloaded,
        said: String::new(),
        failures: Vec::new(),
        is_unread: false,
        after: None,
        diff: Vec::new(),
    };
    let unloaded =
        |complaints: Vec<Complaint>| complaints.into_iter().map(|c| c.message).collect::<Vec<_>>().join("; ");
    let patchset = match load_all(case) {
        Ok(patchset) => patchset,
        Err(complaints) => {
            judged.said = unloaded(complaints);
            return judged;
        }
    };
    let planned = match plan(&patchset, &tree(case, &before), &options()) {
        Ok(planned) => planned,
        Err(complaints) => {
            judged.said = unloaded(complaints);
            return judged;
        }
    };
    let report = &planned.reports[0];
    let verdict = treepatch::plan::name(report.verdict);
    let Some(after) = after(case, &planned) else {
        judged.outcome = if planned.is_refused() { Outcome::Refused(verdict) } else { Outcome::Idle(verdict) };
        let reasons = report.reasons.iter().map(|r| r.text.clone());
        let near = report.near.iter().map(|n| format!("{} (wanted `{}`, found `{}`)", n.what, n.wanted, n.found));
        judged.said = reasons.chain(near).collect::<Vec<_>>().join("; ");
        return judged;
    };
    let mut fail = |property, wanted: &[u8], got: &[u8]| {
        judged.failures.push(Failure { property, wanted: wanted.to_vec(), got: got.to_vec() });
    };
    // Twice is once.
    match plan(&patchset, &tree(case, &after), &options()) {
        Ok(again) => {
            let changed = self::after(case, &again);
            if again.reports[0].verdict != Verdict::Applied || changed.is_some() {
                let verdict = treepatch::plan::name(again.reports[0].verdict);
                fail(Property::Twice, &after, &changed.unwrap_or_else(|| verdict.as_bytes().to_vec()));
            }
        }
        Err(_) => fail(Property::Twice, &after, b"the patchset does not load any more"),
    }
    // There and back.
    let reversible = planned.reports.iter().all(|r| r.one_way.is_none());
    if reversible {
        match revert(&patchset, &tree(case, &after), &options(), &Assumed { earlier: &|_| None }) {
            Ok(undoing) => {
                let back = self::after(case, &undoing.plan);
                if back.as_ref() != Some(&before) {
                    let said = undoing.plan.reports.iter().flat_map(|r| &r.reasons).map(|r| r.text.clone());
                    let said = said.collect::<Vec<_>>().join("; ").into_bytes();
                    fail(Property::Revert, &before, &back.unwrap_or(said));
                }
            }
            Err(_) => fail(Property::Revert, &before, b"the way back does not load"),
        }
    }
    if referee::errors(case.language, &after) > referee::errors(case.language, &before) {
        fail(Property::Parses, b"no new syntax error", &after);
    }
    judged.outcome = Outcome::Changed { reversible };
    judged.diff = unified(&planned.changes(), false);
    judged.after = Some(after);
    judged
}

/// Compares the results with those of the plain edits.
fn compare(judged: &mut [Judged]) {
    let go = judged.iter().any(|j| j.case.language == Language::Go);
    let changed: Vec<&mut Judged> = judged.iter_mut().filter(|j| j.after.is_some()).collect();
    let plain: Vec<Vec<u8>> = changed.iter().map(|j| j.case.plain()).collect();
    let formatted = if go { referee::gofmt(plain.iter().map(Vec::as_slice)) } else { Vec::new() };
    let results: Vec<Option<Vec<u8>>> =
        changed.iter().map(|j| j.case.dress.off(j.after.as_deref().unwrap_or_default())).collect();
    let clean = if go {
        referee::are_clean(results.iter().map(|r| r.as_deref().unwrap_or(b"package p\n")))
    } else {
        Vec::new()
    };
    for (n, judged) in changed.into_iter().enumerate() {
        let fail =
            |property, wanted: &[u8], got: &[u8]| Failure { property, wanted: wanted.to_vec(), got: got.to_vec() };
        let dressed = judged.after.clone().unwrap_or_default();
        let Some(result) = &results[n] else {
            let wanted = format!("a file that is {:?} as before", judged.case.dress);
            judged.failures.push(fail(Property::Outside, wanted.as_bytes(), &dressed));
            continue;
        };
        if !keeps_outside(&judged.case, result) {
            judged.failures.push(fail(Property::Outside, &judged.case.text, result));
        }
        match judged.case.language {
            Language::Go => {
                // What gofmt cannot read is no Go any more by the plain edit, such as a group whose first constant is
                // gone that the others repeat.
                let Some(wanted) = formatted[n].as_deref() else {
                    judged.is_unread = true;
                    continue;
                };
                if !is_plain(judged.case.kind, wanted, result) {
                    judged.failures.push(fail(Property::Plain, wanted, result));
                }
                if !clean[n] {
                    judged.failures.push(fail(Property::Clean, b"a file that gofmt would leave alone", result));
                }
            }
            Language::C | Language::Text => {
                if squeezed(result) != squeezed(&plain[n]) {
                    judged.failures.push(fail(Property::Plain, &plain[n], result));
                }
            }
        }
    }
}

/// Whether the result is that of the plain edit. An empty line that the body does not show may be above what wraps the code
/// below it, or within.
fn is_plain(kind: Kind, wanted: &[u8], result: &[u8]) -> bool {
    let full = |text: &[u8]| {
        let lines = text.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        lines.map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    wanted == result || kind == Kind::Wrap && full(wanted) == full(result)
}

fn squeezed(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect()
}

/// Whether everything outside of the touched lines is as it was. In Go that is the paragraph around them, whose columns
/// gofmt aligns.
fn keeps_outside(case: &Case, result: &[u8]) -> bool {
    let mut touched = case.touched();
    if case.language == Language::Go {
        touched = declarations(&case.text, touched);
    }
    let (head, tail) = (&case.text[..touched.start], &case.text[touched.end..]);
    result.len() >= head.len() + tail.len() && result.starts_with(head) && result.ends_with(tail)
}

/// The Go declarations around some bytes, told by their lines: gofmt begins those at the left margin, and what belongs
/// together has no blank line in between.
fn declarations(text: &[u8], bytes: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive(|b| *b == b'\n') {
        let end = at + line.len();
        let next = text.get(end).copied().unwrap_or(b'x');
        if line.trim_ascii().is_empty() && (next.is_ascii_alphabetic() || next == b'/') {
            starts.push(end);
        }
        at = end;
    }
    starts.push(text.len());
    let from = starts.iter().rev().find(|s| **s <= bytes.start.saturating_sub(1)).copied().unwrap_or(0);
    let to = starts.iter().find(|s| **s > bytes.end).copied().unwrap_or(text.len());
    from..to
}

/// Applies the diffs with git and patch, all at once.
fn diffs(judged: &mut [Judged]) {
    let Some(end) = judged.first().map(|j| j.case.end()) else { return };
    let mut changed: Vec<&mut Judged> = judged.iter_mut().filter(|j| j.after.is_some()).collect();
    let before: Vec<Vec<u8>> = changed.iter().map(|j| j.case.dress.on(&j.case.text)).collect();
    let mut diff = Vec::new();
    for (n, judged) in changed.iter().enumerate() {
        // The folder numbers its files anew.
        let (old, new) = (judged.case.file(), referee::name(n, end));
        let text = &judged.diff;
        let head = text.windows(3).position(|w| w == b"@@ ").unwrap_or(text.len());
        diff.extend(String::from_utf8_lossy(&text[..head]).replace(&old, &new).into_bytes());
        diff.extend_from_slice(&text[head..]);
    }
    for program in [&["git", "apply", "--whitespace=nowarn"][..], &["patch", "-p1", "-s", "--binary", "-i"]] {
        let (results, said) = referee::patched(program, before.iter().map(Vec::as_slice), &diff, end);
        for (judged, result) in changed.iter_mut().zip(&results) {
            let wanted = judged.after.clone().unwrap_or_default();
            if *result != wanted {
                let got = [b"<", program[0].as_bytes(), b"> ", said.as_bytes(), b"\n", result.as_slice()].concat();
                judged.failures.push(Failure { property: Property::Diff, wanted, got });
            }
        }
    }
}

/// The same case in a smaller file: the declaration that is edited, alone.
pub fn smaller(case: &Case) -> Option<Case> {
    let around = match case.language {
        Language::Go => declarations(&case.text, case.touched()),
        Language::C | Language::Text => return None,
    };
    let head: &[u8] = if around.start == 0 { b"" } else { b"package p\n\n" };
    let text = [head, case.text[around.clone()].trim_ascii_end(), b"\n"].concat();
    let mut smaller = Case { text, dress: Dress::Plain, ..case.clone() };
    for edit in &mut smaller.edits {
        let shift = |at: usize| at.checked_sub(around.start).map(|at| at + head.len());
        edit.bytes = shift(edit.bytes.start)?..shift(edit.bytes.end)?;
        (edit.bytes.end <= smaller.text.len()).then_some(())?;
    }
    (smaller.text.len() < case.text.len()).then_some(smaller)
}
