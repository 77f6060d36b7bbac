//! gofmt's order of imports.

use super::{ImportSpec, brackets, has_own_lines, specs, with_trailing_comments};
use crate::source::{Bytes, Edit, Source};

/// The edits that put imports of a group which were written just now where gofmt sorts them. None, if the imports of the
/// file as it was before were in another order.
pub fn sort(before: &Source, after: &Source, written: &[Bytes]) -> Vec<Edit> {
    let was_sorted = || all_runs(before).iter().all(|run| is_sorted(run));
    let runs = all_runs(after);
    let torn = runs.iter().filter(|run| !is_sorted(run));
    torn.filter(|_| was_sorted()).flat_map(|run| sort_run(after, run, written)).collect()
}

fn is_sorted(run: &[ImportSpec]) -> bool {
    run.is_sorted_by_key(key)
}

/// gofmt sorts by path, then by name.
fn key(spec: &ImportSpec) -> (String, String) {
    (spec.path.clone(), spec.name.clone().unwrap_or_default())
}

/// What gofmt sorts together: imports of one group on lines that follow each other.
fn all_runs(source: &Source) -> Vec<Vec<ImportSpec>> {
    let mut runs: Vec<Vec<ImportSpec>> = Vec::new();
    for spec in specs(source).into_iter().filter(|s| brackets(source, s.declaration).is_some()) {
        let line = source.lines.line(source.span(&spec.tokens).start);
        let follows = |above: &ImportSpec| {
            above.declaration == spec.declaration && line <= source.lines.line(source.span(&above.tokens).end) + 1
        };
        match runs.last_mut().filter(|run| run.last().is_some_and(follows)) {
            Some(run) => run.push(spec),
            None => runs.push(vec![spec]),
        }
    }
    runs
}

fn sort_run(source: &Source, run: &[ImportSpec], written: &[Bytes]) -> Vec<Edit> {
    if !run.iter().all(|s| has_own_lines(source, &with_trailing_comments(source, s))) {
        return Vec::new();
    }
    let is_new = |s: &ImportSpec| {
        let span = source.span(&s.tokens);
        let next = written.partition_point(|w| w.end <= span.start);
        written.get(next).is_some_and(|w| w.start < span.end)
    };
    // What was written stays where it is, so that its site is known again; the others go around it.
    let mut fixed: Vec<&ImportSpec> = Vec::new();
    for spec in run.iter().filter(|s| is_new(s)) {
        if fixed.last().is_none_or(|last| key(last) <= key(spec)) {
            fixed.push(spec);
        }
    }
    let start = |s: &ImportSpec| s.tokens.start;
    let stays = |s: &ImportSpec| {
        let above = fixed.partition_point(|f| start(f) < start(s));
        let is_fixed = fixed.get(above).is_some_and(|f| start(f) == start(s));
        is_fixed || !is_new(s) && above == fixed.partition_point(|f| key(f) <= key(s))
    };
    // Lines move with their line ends, which all of them have: the closing bracket is below.
    let lines = |s: &ImportSpec| {
        let span = with_trailing_comments(source, s);
        source.lines.start(span.start)..source.lines.next(span.end)
    };
    let mut sorted: Vec<&ImportSpec> = run.iter().collect();
    sorted.sort_by_key(|s| key(s));
    let mut edits = Vec::new();
    let mut at = run.last().map_or(0, |last| lines(last).end);
    for spec in sorted.into_iter().rev() {
        let own = lines(spec);
        if stays(spec) {
            at = own.start;
        } else {
            edits.push(Edit::new(at..at, &source.bytes[own.clone()]));
            edits.push(Edit::new(own, ""));
        }
    }
    edits.reverse();
    edits
}
