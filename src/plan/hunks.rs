//! A patch of hunks: what its files hold of them, what that comes to, and the edits.

use super::evaluate::Evaluation;
use super::left_behind;
use super::patch_edit::{PatchEdit, PatchRun};
use super::staged::StagedFile;
use crate::proof::{left_over, not_gone};
use crate::search::{Finder, SelectedSite};

use super::obsolete::Signs;
use super::options::Options;
use super::outcome::Outcome;

use crate::diagnose::{Short, copies, elsewhere, near, refused};
use crate::patchset::Expect;
use crate::pattern::{Required, Side, Variant};
use crate::report::{Fact, Facts, Site, Verdict};
use crate::search::{CompiledAction, CompiledPatch, HunkMatches, SITES, Workspace, visit};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Looks for the hunks of a patch, and edits what they find. `signs` tell where upstream has made its own change.
pub(crate) fn edit_hunks(
    patch_run: PatchRun<'_>,
    workspace: &Workspace<'_>,
    signs: &Signs,
    options: &Options,
) -> (Outcome, Vec<StagedFile>) {
    let PatchRun { patch, compiled, own, is_trial, .. } = patch_run;
    let finder = Finder::new(workspace);
    let mut patch_edit = PatchEdit::new(patch_run, &finder, options);
    let Some(matches) = visit(compiled, patch.sum, &finder, options.all_done, Some(&mut patch_edit)) else {
        let text = format!("it has more than {SITES} sites; narrow its bodies or `files`");
        let mut outcome = Outcome::new(Fact::Unreadable).because(text);
        outcome.files = compiled.hunks().map(|hunk| workspace.files(hunk.query)).max().unwrap_or(0);
        return (outcome, Vec::new());
    };
    let same = |path: &Path, a: usize, b: usize| patch_edit.makes_same(path, a, b);
    let evaluation = Evaluation { compiled, sum: patch.sum, workspace, cured: signs.cured.len(), same: &same };
    let (mut outcome, selected) = evaluation.evaluate(&matches);
    outcome.notes.extend(wordless(compiled));
    // Where upstream has made its own change, nobody asks where the sites are.
    let needless = is_trial || options.terse || signs.are_any() && selected.is_empty();
    let missing = Missing { patch_run, workspace, matches: &matches, selected: &selected };
    missing.explain(needless, &mut outcome);
    if !options.terse && matches!(outcome.verdict(), Verdict::Applies | Verdict::Partly | Verdict::Applied) {
        let hunk = |c: &SelectedSite<'_, '_>| compiled.bodies[c.body].hunks().get(c.hunk);
        let mut sites: Vec<_> =
            selected.iter().filter_map(|c| Some((hunk(c)?, c.file_matches.path.as_path()))).collect();
        sites.dedup_by_key(|(hunk, path)| (hunk.query, *path));
        outcome.notes.extend(copies(patch, compiled, &sites, workspace));
        outcome.notes.extend(left_over::notes(&matches, workspace));
    }
    left_behind::where_nothing_was_found(compiled, &matches, workspace, &mut outcome);
    let mut changes = Vec::new();
    if matches!(outcome.verdict(), Verdict::Applies | Verdict::Partly) {
        let made = patch_edit.finish(&selected);
        (changes, outcome.one_way) = (made.changes, made.one_way);
        outcome.warnings.extend(made.warnings);
        if !made.refused.is_empty() {
            outcome.facts.add(Fact::Conflict);
            outcome.reasons.extend(made.refused);
        }
    }
    if own.is_some() {
        leave(patch_run, &selected, workspace, &mut outcome);
    }
    (outcome, changes)
}

/// Tells only of the places that may be edited.
fn leave(patch_run: PatchRun<'_>, selected: &[SelectedSite<'_, '_>], workspace: &Workspace<'_>, outcome: &mut Outcome) {
    let strangers = selected.iter().filter(|c| !c.hit.done && !patch_run.may_edit(c, workspace));
    let strangers: BTreeSet<(&Path, usize, usize)> =
        strangers.map(|c| (c.file_matches.path.as_path(), c.hit.bytes.start, c.hit.bytes.end)).collect();
    let is_stranger = |s: &Site| strangers.contains(&(s.place.path.as_path(), s.bytes.start, s.bytes.end));
    outcome.sites.retain(|site| site.done || !is_stranger(site));
    let is_good = matches!(outcome.verdict(), Verdict::Applies | Verdict::Partly);
    if is_good && outcome.sites.iter().all(|site| site.done) {
        outcome.facts = Facts::default();
    }
}

/// What to say where no word of a body tells which files can hold it, so that all of them have to be parsed.
fn wordless(compiled: &CompiledPatch) -> Option<String> {
    let mut patterns = compiled.hunks().flat_map(|h| h.rules.values()).map(|rule| &rule.pattern);
    let lacks = |words: &Required, side: fn(&Variant) -> &Side, variants: &[Variant]| {
        words.in_file.is_empty() && variants.iter().any(|s| !side(s).elements.is_empty())
    };
    let side = patterns.find_map(|p| {
        let todo = lacks(&p.words_before, |s| &s.before, &p.variants);
        let done = lacks(&p.words_after, |s| &s.after, &p.variants);
        todo.then_some("before").or(done.then_some("after"))
    })?;
    Some(format!(
        "slow: the {side} side shows no name or literal to search for, so every file that `files` names is parsed"
    ))
}

/// What was found of a patch, looked at for what is missing.
struct Missing<'a, 'w, 'r> {
    patch_run: PatchRun<'a>,
    workspace: &'a Workspace<'w>,
    matches: &'a [Vec<HunkMatches<'r>>],
    selected: &'a [SelectedSite<'a, 'r>],
}

impl Missing<'_, '_, '_> {
    /// Says what is there where sites are missing, and which matches could not be judged. `needless` says that only the
    /// latter is wanted.
    fn explain(&self, needless: bool, outcome: &mut Outcome) {
        let Missing { patch_run: PatchRun { patchset, patch, compiled, .. }, workspace, matches, selected } = *self;
        let shorts = shorts(compiled, matches, selected);
        let absent = outcome.files == 0;
        if outcome.verdict() != Verdict::Drifted && !absent || needless {
            outcome.near.extend(shorts.iter().flat_map(|short| refused(patchset, short, workspace)));
            return;
        }
        let missing: Vec<Short<'_, '_>> = shorts.into_iter().filter(|s| s.missing > 0).collect();
        let by_file = missing.iter().flat_map(|s| &s.hunk_matches.by_file);
        outcome.reasons.extend(by_file.flat_map(|s| not_gone(s, workspace)));
        let close = near(patchset, &missing, workspace);
        outcome.near.extend(close.near);
        if selected.is_empty() && close.share < crate::diagnose::SURE {
            let (reasons, near) = elsewhere(patchset, patch, compiled, &missing, close.share, workspace);
            outcome.reasons.extend(reasons);
            outcome.near.splice(0..0, near);
        }
        outcome.reasons.extend(close.reasons);
    }
}

/// The hunks of the bodies that count, each with how many of its sites are missing.
fn shorts<'a, 'r>(
    compiled: &'a CompiledPatch,
    matches: &'a [Vec<HunkMatches<'r>>],
    selected: &[SelectedSite<'_, '_>],
) -> Vec<Short<'a, 'r>> {
    let mut shorts = Vec::new();
    for (number, (body, matches)) in compiled.bodies.iter().zip(matches).enumerate() {
        let CompiledAction::Hunks(hunks) = &body.work else { continue };
        let counts = selected.is_empty() || selected.iter().any(|c| c.body == number);
        for (n, (hunk, hunk_matches)) in hunks.iter().zip(matches).enumerate() {
            let mut sites: BTreeMap<&Path, usize> = BTreeMap::new();
            let mine = selected.iter().filter(|c| c.body == number && c.hunk == n);
            mine.for_each(|c| *sites.entry(&c.file_matches.path).or_default() += 1);
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
            shorts.push(Short { label, hunk, names: &body.names, hunk_matches, missing });
        }
    }
    shorts
}
