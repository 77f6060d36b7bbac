//! The way back: the same patches with their sides exchanged, last one first.

use super::Mode;
use super::options::Options;
use super::ready::Ready;
use super::report::{Place, Plan, Reason, Report, Site, Step, Verdict};
use super::undone::{Earlier, Undone, finals};
use crate::checkout::Tree;
use crate::patchset::{Body, Complaint, Create, Expect, HoleKind, Hunk, Patch, Patchset, Row, Sign, Work, scan};
use crate::pattern::Change;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What undoing a patchset comes to.
#[derive(Clone, Debug, Default)]
pub struct Undoing {
    /// The verdicts and steps of the way back, the last patch first.
    pub plan: Plan,
    /// The files that patches had made and that are as they were made.
    pub removals: Vec<(PathBuf, Vec<u8>)>,
}

/// Plans the way back. What is not a true inverse blocks it; where nobody can know whether it is, that is noted.
pub fn revert(
    patchset: &Patchset,
    tree: &dyn Tree,
    options: &Options,
    earlier: &Earlier<'_>,
) -> Result<Undoing, Vec<Complaint>> {
    let mut forward = patchset.clone();
    forward.patches.iter_mut().for_each(|patch| patch.needs.clear());
    let options = &Options { ways_back: false, ..options.clone() };
    let now = super::plan(&forward, tree, options)?;
    let mut back = forward.with(Vec::new());
    let mut numbers = Vec::new();
    let mut reports: BTreeMap<usize, Report> = BTreeMap::new();
    for (number, (patch, report)) in forward.patches.iter().zip(&now.reports).enumerate().rev() {
        let is_out = report.done() == 0
            && !matches!(report.verdict, Verdict::Drifted | Verdict::Ambiguous | Verdict::Unreadable);
        // Where a later patch stands in the way, that shows only when it is undone.
        let is_hidden = report.verdict == Verdict::Nothing;
        match inverse(patch).and_then(|inverse| Ready::of_inverse(&inverse).map(|_| inverse)) {
            result if is_out && !(is_hidden && result.is_ok()) || created(patch).is_some() => {
                let verdict = if report.verdict == Verdict::Skipped { Verdict::Skipped } else { Verdict::Nothing };
                reports.insert(number, bare(report, verdict, None));
            }
            Ok(inverse) => {
                back.patches.push(inverse);
                numbers.push(number);
            }
            Err(why) => drop(reports.insert(number, stuck(report, not_reversible(&why)))),
        }
    }
    let all = Options { only: Vec::new(), ..options.clone() };
    let undo = super::plan_stack(&back, tree, &all, Mode { twice: false, ..Mode::default() })?.plan;
    let mut steps: Vec<Step> = undo.steps;
    steps.iter_mut().for_each(|step| step.patch = numbers[step.patch]);
    for (report, &number) in undo.reports.into_iter().zip(&numbers) {
        reports.insert(number, report);
    }
    let removals = remove(&forward, &now, &mut steps, &mut reports, tree);
    if !reports.values().any(|r| r.blocks) {
        let mut stop = |number: usize, why: &str| {
            if let Some(report) = reports.get_mut(&number) {
                *report = stuck(&now.reports[number], not_reversible(why));
            }
        };
        let undone = Undone::new(&steps, &removals);
        let again = undone.again(&forward, tree, options)?;
        let ways = undone.earlier(&forward, &now, tree, options, earlier)?;
        if let Some((number, path)) = undone.differs(&again, &now, tree) {
            stop(number, &format!("applied again it would not give {} as it is now", path.display()));
        } else if let Some((number, path)) =
            ways.iter().find_map(|(path, is_same)| (!is_same).then(|| Some((undone.patch(path)?, path)))?)
        {
            let path = path.display();
            stop(number, &format!("{path} would not be what HEAD has, byte for byte; `git checkout` puts that back"));
        } else {
            for (&number, report) in reports.iter_mut().filter(|(_, r)| r.verdict == Verdict::Applies) {
                let unknown = |step: &&Step| step.patch == number && !ways.contains_key(&step.path);
                if let Some(step) = steps.iter().find(unknown).filter(|_| is_free(&forward.patches[number])) {
                    let path = step.path.display();
                    report.notes.push(format!(
                        "what comes back in {path} is spaced as the patch shows it; how it was spaced nobody knows"
                    ));
                }
            }
        }
    }
    let last = forward.patches.len().saturating_sub(1);
    steps.iter_mut().for_each(|step| step.patch = last - step.patch);
    Ok(Undoing { plan: Plan { reports: reports.into_values().rev().collect(), steps }, removals })
}

/// Whether any number of sites will do.
pub(super) fn is_open(patch: &Patch) -> bool {
    let is_open = |body: &Body| match &body.work {
        // Of several hunks each may have its sites in other files.
        Work::Edit(hunks) => hunks.iter().all(|h| match h.expect {
            Expect::Between(least, None) => least == 0 || least == 1 && hunks.len() == 1,
            _ => false,
        }),
        _ => false,
    };
    patch.bodies.iter().all(is_open)
}

/// The reason as it is told.
pub(super) fn not_reversible(why: &str) -> String {
    format!("not reversible: {why}")
}

/// The patch with its sides exchanged; the reason, where that undoes nothing.
pub(super) fn inverse(patch: &Patch) -> Result<Patch, String> {
    let mut inverse = patch.clone();
    inverse.obsolete = None;
    inverse.needs.clear();
    inverse.amends.clear();
    for body in &mut inverse.bodies {
        match &mut body.work {
            Work::Edit(hunks) => hunks.iter_mut().try_for_each(swap)?,
            Work::Operation(operation) => return Err(format!("`{}` has no way back", operation.name.value)),
            Work::Create(_) => {}
        }
    }
    Ok(inverse)
}

fn swap(hunk: &mut Hunk) -> Result<(), String> {
    let side = |sign: Sign| {
        let rows = hunk.diff.rows.iter().filter(|row| row.sign == Sign::Context || row.sign == sign);
        scan(&rows.map(|row| row.text.as_str()).collect::<Vec<_>>().join("\n"))
    };
    let (before, after) = (side(Sign::Minus), side(Sign::Plus));
    let count = |uses: &[crate::patchset::HoleUse], kind| uses.iter().filter(|u| u.kind == kind).count();
    if let Some(lost) = before.iter().find(|hole| {
        matches!(hole.kind, HoleKind::Item | HoleKind::NamedDots) && after.iter().all(|other| other.name != hole.name)
    }) {
        return Err(format!("what `${}` stands for is on `-` lines alone, and lost", lost.name));
    }
    let dots = |sign: Sign| hunk.diff.rows.iter().filter(|r| r.sign == sign && r.text.trim() == "...").count();
    let is_lost = |kind| count(&before, kind) > count(&after, kind);
    if is_lost(HoleKind::Anonymous) || is_lost(HoleKind::Dots) || dots(Sign::Minus) > dots(Sign::Plus) {
        return Err("a `$_` or an ellipsis stands on `-` lines alone: what it stands for is lost".to_owned());
    }
    if count(&after, HoleKind::Pasted) > 0 {
        return Err("a name is put together on a `+` line, and cannot be taken apart".to_owned());
    }
    for row in &mut hunk.diff.rows {
        row.sign = match row.sign {
            Sign::Context => Sign::Context,
            Sign::Minus => Sign::Plus,
            Sign::Plus => Sign::Minus,
        };
    }
    // Removed lines first, as diffs are written.
    let key = |row: &Row| row.sign == Sign::Plus;
    hunk.diff.rows.chunk_by_mut(|a, b| a.sign != Sign::Context && b.sign != Sign::Context).for_each(|rows| {
        rows.sort_by_key(key);
    });
    // They hold for what is to do, not for what is done.
    hunk.has.clear();
    hunk.unless.clear();
    Ok(())
}

fn created(patch: &Patch) -> Option<&Create> {
    patch.bodies.iter().find_map(|body| match &body.work {
        Work::Create(create) => Some(create),
        _ => None,
    })
}

/// The report of a patch that is in, and cannot go.
fn stuck(report: &Report, why: String) -> Report {
    let reasons = vec![Reason { text: why, place: None }];
    Report { blocks: true, reasons, near: Vec::new(), notes: Vec::new(), ..report.clone() }
}

/// A report without what led to its verdict.
fn bare(report: &Report, verdict: Verdict, reason: Option<String>) -> Report {
    Report {
        verdict,
        blocks: reason.is_some(),
        sites: Vec::new(),
        alternatives: Vec::new(),
        reasons: reason.map(|text| Reason { text, place: None }).into_iter().collect(),
        near: Vec::new(),
        notes: Vec::new(),
        findings: Vec::new(),
        ..report.clone()
    }
}

/// The files that patches made: those that are as they were made go.
fn remove(
    set: &Patchset,
    now: &Plan,
    steps: &mut Vec<Step>,
    reports: &mut BTreeMap<usize, Report>,
    tree: &dyn Tree,
) -> Vec<(PathBuf, Vec<u8>)> {
    let mut removals = Vec::new();
    for (number, (patch, report)) in set.patches.iter().zip(&now.reports).enumerate().rev() {
        let Some(create) = created(patch).filter(|_| report.verdict != Verdict::Skipped) else { continue };
        let path = PathBuf::from(&create.path.value);
        let Some(disk) = tree.paths().binary_search(&path).ok().and_then(|_| tree.read(&path).ok()) else { continue };
        let last = finals(steps).get(path.as_path()).map_or_else(|| Arc::new(disk.clone()), |last| last.bytes());
        let mut told = bare(report, Verdict::Applies, None);
        if *last == create.content.as_bytes() {
            let text = create.content.lines().next().unwrap_or("").to_owned();
            let place = Place { path: path.clone(), line: 1, column: 1, text };
            told.sites = vec![Site { place, done: false, bytes: 0..disk.len() }];
            steps.retain(|step| step.path != path);
            removals.push((path, disk));
        } else {
            let why = format!("{} was edited since; remove it by hand, or put it back as it was", path.display());
            told = bare(report, Verdict::Drifted, Some(why));
        }
        reports.insert(number, told);
    }
    removals
}

/// Whether a patch takes away more than single tokens in the place of which others stand: then there are blanks that
/// only the code had that it met.
fn is_free(patch: &Patch) -> bool {
    let is_free = |change: &Change| match change {
        Change::Tokens { before, after } => before.len() > 1 || before.len() > after.len(),
        Change::Rows { delete, .. } => delete.iter().any(|row| !row.moved),
    };
    let Ok(ready) = Ready::compile(patch) else { return true };
    let rules = ready.hunks().flat_map(|h| h.rules.values());
    rules.flat_map(|r| &r.pattern.shapes).flat_map(|s| &s.changes).any(is_free)
}
