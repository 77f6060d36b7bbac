//! One patch: looked for, judged, and carried out on the workspace.

use super::conflict::conflict;
use super::hunks::edit_hunks;
use super::idempotence::{sites_may_count_for_others, undone_by_itself};
use super::obsolete::{Signs, conclude};
use super::outcome::Outcome;
use super::patch_edit::PatchRun;
use super::run::Run;
use super::staged::StagedFile;
use super::taken::Restored;
use super::verdict;
use super::{create, left_behind, operation};
use crate::language::Language;
use crate::patchset::{Expect, Patch};
use crate::report::{Fact, Plan, Reason, Report, Verdict};
use crate::search::{CompiledAction, CompiledPatch, Workspace};
use crate::source::{Edit, Limits, OffsetMap, Source, apply_edits, sort_edits};
use std::path::PathBuf;
use std::sync::Arc;

/// Runs the next patch of a plan: judges it, and where it has something to do puts the result into the workspace and the plan.
pub(crate) fn run(run: &Run<'_>, workspace: &mut Workspace<'_>, plan: &mut Plan) -> Report {
    let Run { patchset, compiled, options, .. } = *run;
    let number = plan.reports.len();
    let patch = &patchset.patches[number];
    let unmet = run.needs.then(|| unmet(patch, &plan.reports)).flatten();
    let outcome = match (&compiled[number], unmet.or_else(|| left_behind(run, number))) {
        (None, _) if patch.disabled.is_some() => Outcome::new(Fact::NotSelected)
            .because(format!("it is disabled: {}", patch.disabled.as_deref().unwrap_or(""))),
        (None, _) => Outcome::new(Fact::NotSelected).because(if options.only.is_empty() {
            "it is for another target"
        } else {
            "it was not asked for"
        }),
        (Some(_), Some(need)) => Outcome::new(Fact::NeedUnmet).because(need),
        (Some(compiled), None) => attempt(run, patch, compiled, workspace, plan),
    };
    let mut notes = outcome.notes;
    notes.extend(outcome.one_way.clone());
    Report {
        id: patch.id.value.clone(),
        title: patch.title.clone(),
        verdict: outcome.facts.verdict(),
        blocks: false,
        expect: expect_of(patch),
        sites: outcome.sites,
        alternatives: outcome.alternatives,
        reasons: outcome.reasons,
        near: outcome.near,
        notes,
        warnings: outcome.warnings,
        findings: outcome.findings,
        is_operation: outcome.is_operation,
        open: outcome.open,
        one_way: outcome.one_way,
    }
}

/// The first need that is not met, in words.
fn unmet(patch: &Patch, reports: &[Report]) -> Option<String> {
    let unmet = |id: &str, does: &str, is_met: fn(Verdict) -> bool| {
        let verdict = reports.iter().find(|r| r.id == id)?.verdict;
        let remedy =
            if verdict == Verdict::Skipped { format!("; with --only, add `--only {id}`") } else { String::new() };
        (!is_met(verdict)).then(|| format!("it {does} `{id}`, which is {}{remedy}", verdict))
    };
    // Of what an amended patch may find none, there may be none.
    let may_be_amended = |verdict| verdict::meets(verdict) || verdict == Verdict::Nothing;
    let need = patch.needs.iter().find_map(|need| unmet(&need.value, "needs", verdict::meets));
    need.or_else(|| patch.amends.iter().find_map(|amended| unmet(&amended.value, "amends", may_be_amended)))
}

/// The first patch that is in and amends this one, but was not asked for with it; in words.
fn left_behind(run: &Run<'_>, number: usize) -> Option<String> {
    let taken = run.taken?;
    let is_left = |by: &usize| run.compiled[*by].is_none() && run.amends(*by, number);
    let by = taken.out.keys().chain(taken.stuck.keys()).copied().find(is_left)?;
    let id = &run.patchset.patches[by].id.value;
    Some(format!("`{id}`, which amends it, is in: they go together; add `--only {id}`"))
}

fn expect_of(patch: &Patch) -> Expect {
    use crate::patchset::Work;
    match patch.bodies.first().map(|b| &b.work) {
        Some(Work::Edit(hunks)) => hunks.first().map(|h| h.expect).unwrap_or_default(),
        Some(Work::Operation(operation)) => operation.expect,
        Some(Work::Create(_)) | None => Expect::default(),
    }
}

fn attempt(
    run: &Run<'_>,
    patch: &Patch,
    compiled: &CompiledPatch,
    workspace: &mut Workspace<'_>,
    plan: &mut Plan,
) -> Outcome {
    let Run { patchset, options, .. } = *run;
    let target = options.target.as_deref().or(patchset.target.as_deref());
    let number = plan.reports.len();
    let signs = Signs::look(patch, compiled, workspace);
    let (outcome, changes) = match compiled.bodies.first().map(|b| &b.work) {
        Some(CompiledAction::Create(new)) => {
            let (outcome, file) = create::create(new, workspace);
            (outcome, file.into_iter().map(|(path, bytes)| StagedFile::made(path, bytes)).collect())
        }
        Some(CompiledAction::Operation(globs, operation)) => {
            let (outcome, edits) = operation::operate(globs, operation, target, workspace);
            let (mut outcome, changes) = carry_out(outcome, edits, workspace);
            outcome.one_way = run.inverses.and_then(|inverses| inverses.irreversible(number));
            (outcome, changes)
        }
        _ => {
            let Run { own, inverses, .. } = *run;
            let patch_run = PatchRun { patchset, patch, compiled, number, own, inverses, is_trial: false };
            edit_hunks(patch_run, workspace, &signs, options)
        }
    };
    let mut outcome = conclude(outcome, signs);
    let in_the_way = run.taken.and_then(|taken| taken.in_the_way(patchset, run.amends?, number));
    if let Some(text) = in_the_way.filter(|_| !matches!(outcome.verdict(), Verdict::Applied | Verdict::Nothing)) {
        outcome.facts.add(Fact::Conflict);
        outcome.reasons.insert(0, Reason { text, place: None });
    }
    if outcome.verdict() == Verdict::Drifted {
        let half = run.taken.and_then(|taken| taken.half_in_the_way(patchset, run.amends?, number));
        outcome.reasons.extend(half.map(|text| Reason { text, place: None }));
    }
    let restored = run.taken.and_then(|taken| taken.restored(number, &outcome, workspace));
    if let Some(Err(text)) = &restored {
        outcome.add(Fact::Conflict, text.clone());
    }
    if !matches!(outcome.verdict(), Verdict::Applies | Verdict::Partly) {
        left_behind::in_macros(compiled, workspace, &mut outcome);
        outcome.one_way = None;
        return outcome;
    }
    let refused = conflict(run, number, &changes, workspace).or_else(|| put_all(run, changes, workspace, plan));
    if let Some(reason) = refused {
        outcome.add(Fact::Conflict, reason);
        outcome.one_way = None;
    } else if let Some(Ok(Restored { sites, facts })) = restored {
        if !facts.has(Fact::Pending) {
            outcome.one_way = None;
        }
        (outcome.sites, outcome.facts) = (sites, facts);
    }
    left_behind::in_macros(compiled, workspace, &mut outcome);
    outcome
}

/// Makes the changes of a patch a part of the plan. Where a second run would not find it done, or no longer one of those
/// that are watched, all is put back; gives why.
fn put_all(run: &Run<'_>, changes: Vec<StagedFile>, workspace: &mut Workspace<'_>, plan: &mut Plan) -> Option<Reason> {
    let Run { patchset, options, watch, .. } = *run;
    let number = plan.reports.len();
    let (patch, compiled) = (&patchset.patches[number], run.compiled[number].as_ref()?);
    let steps = plan.steps.len();
    // Where some places are left as they are, a second run finds them.
    let is_doubtful = sites_may_count_for_others(compiled) && run.own.is_none();
    let may_go_back = is_doubtful || watch.is_some();
    let known: Vec<_> = changes.iter().filter(|_| may_go_back).map(|c| workspace.known(&c.path)).collect();
    changes.into_iter().for_each(|changed| changed.put(number, workspace, plan));
    let by_itself = is_doubtful.then(|| undone_by_itself(patch, compiled, patchset, workspace, options)).flatten();
    let refused = by_itself.or_else(|| watch?.disturbed(run, workspace, plan))?;
    known.into_iter().for_each(|known| workspace.take_back(known));
    plan.steps.truncate(steps);
    Some(refused)
}

/// The edits of an operation, carried out.
fn carry_out(
    mut outcome: Outcome,
    edits: Vec<(PathBuf, Vec<Edit>)>,
    workspace: &Workspace<'_>,
) -> (Outcome, Vec<StagedFile>) {
    let mut changes = Vec::new();
    for (path, mut edits) in edits {
        let Ok(before) = workspace.read(&path) else { continue };
        let refuse = |outcome: &mut Outcome, text: String| {
            outcome.add(Fact::Conflict, format!("{}: {text}", path.display()));
        };
        if let Err(overlap) = sort_edits(&mut edits) {
            refuse(&mut outcome, overlap.to_string());
            continue;
        }
        let (bytes, written) = apply_edits(&before, &edits);
        let bytes = Arc::new(bytes);
        let parse = |bytes: &Arc<Vec<u8>>| Source::parse(Language::Go, bytes.clone(), Limits::NONE);
        let (Ok(old), Ok(new)) = (parse(&before), parse(&bytes)) else { continue };
        if new.errors.len() > old.errors.len() {
            refuse(&mut outcome, "the result would not parse any more".to_owned());
            continue;
        }
        let mut columns = crate::golang::format::realign(&old, &edits, &new, &written);
        let (written, batches) = match sort_edits(&mut columns) {
            Ok(()) if !columns.is_empty() => {
                let batches = vec![edits, columns];
                let shift = OffsetMap::new(&batches[1..]);
                (written.iter().map(|w| shift.range(w)).collect(), batches)
            }
            _ => (written, vec![edits]),
        };
        let before = Some(workspace.version(&path, &before));
        changes.push(StagedFile { path, before, batches, written, trees: None });
    }
    (outcome, changes)
}
