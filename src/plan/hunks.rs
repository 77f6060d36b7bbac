//! A patch of hunks: what its files hold of them, what that comes to, and the edits.

use super::changed::Changed;
use super::chosen::Chosen;
use super::editing::{Editing, Task};
use super::judge::Judging;
use super::left_behind;
use super::left_over::{self, not_gone};
use super::looking::Looking;
use super::near::{Short, copies, elsewhere, near, refused};
use super::obsolete::Signs;
use super::options::Options;
use super::patch::Outcome;
use super::ready::{Ready, ReadyWork};
use super::report::{Site, Verdict};
use super::sought::{SITES, look};
use super::survey::Survey;
use super::workspace::Workspace;
use crate::patchset::{Expect, Patch, Patchset};
use crate::pattern::{Required, Shape, Side};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Looks for the hunks of a patch, and edits what they find. `signs` tell where upstream has made its own change.
pub(super) fn edit_hunks(
    task: Task<'_>,
    workspace: &Workspace<'_>,
    signs: &Signs,
    options: &Options,
) -> (Outcome, Vec<Changed>) {
    let Task { patchset, patch, ready, own, is_trial } = task;
    let looking = Looking::new(workspace);
    let mut editing = Editing::new(task, &looking, options);
    let Some(surveys) = look(ready, patch.sum, &looking, options.all_done, Some(&mut editing)) else {
        let text = format!("it has more than {SITES} sites; narrow its bodies or `files`");
        let mut outcome = Outcome::new(Verdict::Unreadable).because(text);
        outcome.files = ready.hunks().map(|hunk| workspace.files(hunk.ask)).max().unwrap_or(0);
        return (outcome, Vec::new());
    };
    let same = |path: &Path, a: usize, b: usize| editing.makes_same(path, a, b);
    let judging = Judging { ready, sum: patch.sum, workspace, cured: signs.cured.len(), same: &same };
    let (mut outcome, chosen) = judging.judge(&surveys);
    outcome.notes.extend(wordless(ready));
    // Where upstream has made its own change, nobody asks where the sites are.
    let needless = is_trial || options.terse || signs.are_any() && chosen.is_empty();
    explain(patchset, patch, ready, &surveys, &chosen, workspace, needless, &mut outcome);
    if !options.terse && matches!(outcome.verdict, Verdict::Applies | Verdict::Partly | Verdict::Applied) {
        let hunk = |c: &Chosen<'_, '_>| ready.bodies[c.body].hunks().get(c.hunk);
        let mut sites: Vec<_> = chosen.iter().filter_map(|c| Some((hunk(c)?, c.sighting.path.as_path()))).collect();
        sites.dedup_by_key(|(hunk, path)| (hunk.ask, *path));
        outcome.notes.extend(copies(patch, ready, &sites, workspace));
        outcome.notes.extend(left_over::notes(&surveys, workspace));
    }
    left_behind::where_nothing_was_found(ready, &surveys, workspace, &mut outcome);
    let mut changes = Vec::new();
    if matches!(outcome.verdict, Verdict::Applies | Verdict::Partly) {
        let made = editing.finish(&chosen);
        (changes, outcome.one_way) = (made.changes, made.one_way);
        outcome.warnings.extend(made.warnings);
        if !made.refused.is_empty() {
            outcome.verdict = Verdict::Ambiguous;
            outcome.reasons.extend(made.refused);
        }
    }
    if own.is_some() {
        leave(task, &chosen, workspace, &mut outcome);
    }
    (outcome, changes)
}

/// Tells only of the places that may be edited.
fn leave(task: Task<'_>, chosen: &[Chosen<'_, '_>], workspace: &Workspace<'_>, outcome: &mut Outcome) {
    let strangers = chosen.iter().filter(|c| !c.hit.done && !task.may_edit(c, workspace));
    let strangers: BTreeSet<(&Path, usize, usize)> =
        strangers.map(|c| (c.sighting.path.as_path(), c.hit.bytes.start, c.hit.bytes.end)).collect();
    let is_stranger = |s: &Site| strangers.contains(&(s.place.path.as_path(), s.bytes.start, s.bytes.end));
    outcome.sites.retain(|site| site.done || !is_stranger(site));
    let is_good = matches!(outcome.verdict, Verdict::Applies | Verdict::Partly);
    if is_good && outcome.sites.iter().all(|site| site.done) {
        outcome.verdict = Verdict::Nothing;
    }
}

/// What to say where no word of a body tells which files can hold it, so that all of them have to be parsed.
fn wordless(ready: &Ready) -> Option<String> {
    let mut patterns = ready.hunks().flat_map(|h| h.rules.values()).map(|rule| &rule.pattern);
    let lacks = |words: &Required, side: fn(&Shape) -> &Side, shapes: &[Shape]| {
        words.in_file.is_empty() && shapes.iter().any(|s| !side(s).elements.is_empty())
    };
    let side = patterns.find_map(|p| {
        let todo = lacks(&p.words_before, |s| &s.before, &p.shapes);
        let done = lacks(&p.words_after, |s| &s.after, &p.shapes);
        todo.then_some("before").or(done.then_some("after"))
    })?;
    Some(format!(
        "slow: the {side} side shows no name or literal to search for, so every file that `files` names is parsed"
    ))
}

/// Says what stands where sites are missing, and which matches nobody can judge.
#[allow(clippy::too_many_arguments)] // what a patch has in hand, once
fn explain(
    patchset: &Patchset,
    patch: &Patch,
    ready: &Ready,
    surveys: &[Vec<Survey<'_>>],
    chosen: &[Chosen<'_, '_>],
    workspace: &Workspace<'_>,
    needless: bool,
    outcome: &mut Outcome,
) {
    let shorts = shorts(ready, surveys, chosen);
    let absent = outcome.files == 0;
    if outcome.verdict != Verdict::Drifted && !absent || needless {
        outcome.near.extend(shorts.iter().flat_map(|short| refused(patchset, short, workspace)));
        return;
    }
    let missing: Vec<Short<'_, '_>> = shorts.into_iter().filter(|s| s.missing > 0).collect();
    let sightings = missing.iter().flat_map(|s| &s.survey.sightings);
    outcome.reasons.extend(sightings.flat_map(|s| not_gone(s, workspace)));
    let close = near(patchset, &missing, workspace);
    outcome.near.extend(close.near);
    if chosen.is_empty() && close.share < super::near::SURE {
        let (reasons, near) = elsewhere(patchset, patch, ready, &missing, close.share, workspace);
        outcome.reasons.extend(reasons);
        outcome.near.splice(0..0, near);
    }
    outcome.reasons.extend(close.reasons);
}

/// The hunks of the bodies that count, each with how many of its sites are missing.
fn shorts<'a, 'r>(ready: &'a Ready, surveys: &'a [Vec<Survey<'r>>], chosen: &[Chosen<'_, '_>]) -> Vec<Short<'a, 'r>> {
    let mut shorts = Vec::new();
    for (number, (body, surveys)) in ready.bodies.iter().zip(surveys).enumerate() {
        let ReadyWork::Hunks(hunks) = &body.work else { continue };
        let counts = chosen.is_empty() || chosen.iter().any(|c| c.body == number);
        for (n, (hunk, survey)) in hunks.iter().zip(surveys).enumerate() {
            let mut sites: BTreeMap<&Path, usize> = BTreeMap::new();
            let mine = chosen.iter().filter(|c| c.body == number && c.hunk == n);
            mine.for_each(|c| *sites.entry(&c.sighting.path).or_default() += 1);
            let all: usize = sites.values().sum();
            let short = match hunk.rules.values().next().map(|r| r.expect).unwrap_or_default() {
                Expect::Between(least, _) => least.saturating_sub(all),
                Expect::PerFile(each) if all == 0 => each,
                Expect::PerFile(each) => sites.values().map(|n| each.saturating_sub(*n)).sum(),
            };
            let alternative = if number > 0 { format!("alternative {number}: ") } else { String::new() };
            let part = if hunks.len() > 1 { format!("hunk {}: ", n + 1) } else { String::new() };
            let missing = if counts { short } else { 0 };
            let label = format!("{alternative}{part}");
            shorts.push(Short { label, hunk, names: &body.names, survey, missing });
        }
    }
    shorts
}
