//! One patch: looked for, judged, and carried out on the workspace.

use super::again::{sites_may_count_for_others, undone_by_itself};
use super::changed::Changed;
use super::editing::Task;
use super::evidence::Ownership;
use super::hunks::edit_hunks;
use super::obsolete::Signs;
use super::options::Options;
use super::ready::{Ready, ReadyWork};
use super::report::{Finding, NearMiss, Plan, Reason, Report, Site, Verdict};
use super::stack::{stack_conflict, unsettles};
use super::take_out::{Amending, Restored, TakenOut};
use super::tally;
use super::workspace::Workspace;
use super::{create, left_behind, operation};
use crate::language::Language;
use crate::patchset::{Expect, Patch, Patchset};
use crate::source::OffsetMap;
use crate::source::{Edit, Limits, Source, apply_edits, sort_edits};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// The patches of a run, in order.
#[derive(Clone, Copy)]
pub(super) struct Stack<'a> {
    pub patchset: &'a Patchset,
    /// Those that take part, compiled.
    pub ready: &'a [Option<Ready>],
    pub options: &'a Options,
    /// Those that each later one must leave as they are found done.
    pub watched: &'a BTreeSet<usize>,
    /// What is known of the patches that amend others, if there are any.
    pub amending: Option<&'a Amending>,
    /// The amending patches that were in, and are taken out.
    pub taken: Option<&'a TakenOut>,
    /// Whether a patch waits for those that it needs.
    pub needs: bool,
    /// Which places may be edited, where that is not all of them.
    pub own: Option<&'a Ownership>,
}

impl<'a> Stack<'a> {
    /// Patches that do not amend one another.
    pub fn plain(
        patchset: &'a Patchset,
        ready: &'a [Option<Ready>],
        options: &'a Options,
        watched: &'a BTreeSet<usize>,
    ) -> Stack<'a> {
        Stack { patchset, ready, options, watched, amending: None, taken: None, needs: true, own: None }
    }
}

/// What became of a patch, before it is known whether the run may write.
pub(super) struct Outcome {
    pub verdict: Verdict,
    pub sites: Vec<Site>,
    pub alternatives: Vec<(PathBuf, usize)>,
    pub reasons: Vec<Reason>,
    pub near: Vec<NearMiss>,
    pub notes: Vec<String>,
    /// What a person should look at although the verdict is good.
    pub warnings: Vec<Reason>,
    pub findings: Vec<Finding>,
    /// Whether an operation has made it.
    pub is_operation: bool,
    /// How many files the patch names.
    pub files: usize,
    /// Whether there may be more done sites than are told.
    pub open: bool,
    /// Why no swap of its sides would undo it, if so and asked for.
    pub one_way: Option<String>,
}

impl Outcome {
    pub fn new(verdict: Verdict) -> Outcome {
        Outcome {
            verdict,
            sites: Vec::new(),
            alternatives: Vec::new(),
            reasons: Vec::new(),
            near: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            findings: Vec::new(),
            is_operation: false,
            files: 0,
            open: false,
            one_way: None,
        }
    }

    /// Adds a reason.
    pub fn because(mut self, text: impl Into<String>) -> Outcome {
        self.reasons.push(Reason { text: text.into(), place: None });
        self
    }
}

/// Runs the next patch of a plan: judges it, and where it has something to do puts the result into the workspace and the plan.
pub(super) fn run(stack: &Stack<'_>, workspace: &mut Workspace<'_>, plan: &mut Plan) -> Report {
    let Stack { patchset, ready, options, .. } = *stack;
    let number = plan.reports.len();
    let patch = &patchset.patches[number];
    let unmet = stack.needs.then(|| unmet(patch, &plan.reports)).flatten();
    let outcome = match (&ready[number], unmet.or_else(|| left_behind(stack, number))) {
        (None, _) if patch.disabled.is_some() => Outcome::new(Verdict::Skipped)
            .because(format!("it is disabled: {}", patch.disabled.as_deref().unwrap_or(""))),
        (None, _) => Outcome::new(Verdict::Skipped).because(if options.only.is_empty() {
            "it is for another target"
        } else {
            "it was not asked for"
        }),
        (Some(_), Some(need)) => Outcome::new(Verdict::Blocked).because(need),
        (Some(ready), None) => attempt(stack, patch, ready, workspace, plan),
    };
    let mut notes = outcome.notes;
    notes.extend(outcome.one_way.clone());
    Report {
        id: patch.id.value.clone(),
        title: patch.title.clone(),
        verdict: outcome.verdict,
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
        (!is_met(verdict)).then(|| format!("it {does} `{id}`, which is {}{remedy}", crate::plan::name(verdict)))
    };
    // Of what an amended patch may find none, there may be none.
    let may_be_amended = |verdict| tally::meets(verdict) || verdict == Verdict::Nothing;
    let need = patch.needs.iter().find_map(|need| unmet(&need.value, "needs", tally::meets));
    need.or_else(|| patch.amends.iter().find_map(|amended| unmet(&amended.value, "amends", may_be_amended)))
}

/// The first patch that is in and amends this one, but was not asked for with it; in words.
fn left_behind(stack: &Stack<'_>, number: usize) -> Option<String> {
    let (amending, taken) = (stack.amending?, stack.taken?);
    let is_left = |by: &usize| stack.ready[*by].is_none() && amending.amends.holds(*by, number);
    let by = taken.out.keys().chain(taken.stuck.keys()).copied().find(is_left)?;
    let id = &stack.patchset.patches[by].id.value;
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

fn attempt(stack: &Stack<'_>, patch: &Patch, ready: &Ready, workspace: &mut Workspace<'_>, plan: &mut Plan) -> Outcome {
    let Stack { patchset, options, .. } = *stack;
    let target = options.target.as_deref().or(patchset.target.as_deref());
    let number = plan.reports.len();
    let signs = Signs::look(patch, ready, workspace);
    let (outcome, changes) = match ready.bodies.first().map(|b| &b.work) {
        Some(ReadyWork::Create(new)) => {
            let (outcome, file) = create::create(new, workspace);
            (outcome, file.into_iter().map(|(path, bytes)| Changed::made(path, bytes)).collect())
        }
        Some(ReadyWork::Operation(globs, operation)) => {
            let (outcome, edits) = operation::operate(globs, operation, target, workspace);
            let (mut outcome, changes) = carry_out(outcome, edits, workspace);
            outcome.one_way =
                options.ways_back.then(|| ready.way_back(patchset, patch).as_ref().err().cloned()).flatten();
            (outcome, changes)
        }
        _ => {
            let task = Task { patchset, patch, ready, own: stack.own.map(|own| (number, own)), is_trial: false };
            edit_hunks(task, workspace, &signs, options)
        }
    };
    let mut outcome = conclude(outcome, signs);
    let in_the_way = stack.taken.and_then(|taken| taken.in_the_way(stack, number));
    if let Some(text) = in_the_way.filter(|_| !matches!(outcome.verdict, Verdict::Applied | Verdict::Nothing)) {
        outcome.verdict = tally::worst(&[outcome.verdict, Verdict::Ambiguous]);
        outcome.reasons.insert(0, Reason { text, place: None });
    }
    if outcome.verdict == Verdict::Drifted {
        let half = stack.taken.and_then(|taken| taken.half_in_the_way(stack, number));
        outcome.reasons.extend(half.map(|text| Reason { text, place: None }));
    }
    let restored = stack.taken.and_then(|taken| taken.restored(number, &outcome, workspace));
    if let Some(Err(text)) = &restored {
        outcome.verdict = tally::worst(&[outcome.verdict, Verdict::Ambiguous]);
        outcome.reasons.push(Reason { text: text.clone(), place: None });
    }
    if !matches!(outcome.verdict, Verdict::Applies | Verdict::Partly) {
        left_behind::in_macros(ready, workspace, &mut outcome);
        outcome.one_way = None;
        return outcome;
    }
    let refused = stack_conflict(stack, number, &changes, workspace)
        .or_else(|| put_all(stack, patch, ready, changes, workspace, plan));
    if let Some(reason) = refused {
        outcome.verdict = Verdict::Ambiguous;
        outcome.reasons.push(reason);
        outcome.one_way = None;
    } else if let Some(Ok(Restored { sites, verdict })) = restored {
        if verdict == Verdict::Applied {
            outcome.one_way = None;
        }
        (outcome.sites, outcome.verdict) = (sites, verdict);
    }
    left_behind::in_macros(ready, workspace, &mut outcome);
    outcome
}

/// The verdict once it is known whether any file is one of the patch's, and whether upstream has made its own change.
pub(super) fn conclude(mut outcome: Outcome, signs: Signs) -> Outcome {
    if outcome.files == 0 && !signs.are_any() {
        outcome.verdict = Verdict::Absent;
        outcome.reasons.insert(0, Reason { text: "no file matches `files`".to_owned(), place: None });
        return outcome;
    }
    signs.settle(&mut outcome);
    outcome
}

/// Makes the changes of a patch a part of the plan. Where a second run would not find it done, or no longer one of those
/// that are watched, all is put back; gives why.
fn put_all(
    stack: &Stack<'_>,
    patch: &Patch,
    ready: &Ready,
    changes: Vec<Changed>,
    workspace: &mut Workspace<'_>,
    plan: &mut Plan,
) -> Option<Reason> {
    let Stack { patchset, options, watched, .. } = *stack;
    let steps = plan.steps.len();
    // Where some places are left as they are, a second run finds them.
    let is_doubtful = sites_may_count_for_others(ready) && stack.own.is_none();
    let may_go_back = is_doubtful || !watched.is_empty();
    let known: Vec<_> = changes.iter().filter(|_| may_go_back).map(|c| workspace.known(&c.path)).collect();
    changes.into_iter().for_each(|changed| changed.put(plan.reports.len(), workspace, plan));
    let by_itself = is_doubtful.then(|| undone_by_itself(patch, ready, patchset, workspace, options)).flatten();
    let refused = by_itself.or_else(|| unsettles(stack, workspace, plan))?;
    known.into_iter().for_each(|known| workspace.take_back(known));
    plan.steps.truncate(steps);
    Some(refused)
}

/// The edits of an operation, carried out.
fn carry_out(
    mut outcome: Outcome,
    edits: Vec<(PathBuf, Vec<Edit>)>,
    workspace: &Workspace<'_>,
) -> (Outcome, Vec<Changed>) {
    let mut changes = Vec::new();
    for (path, mut edits) in edits {
        let Ok(before) = workspace.read(&path) else { continue };
        let refuse = |outcome: &mut Outcome, text: String| {
            outcome.verdict = Verdict::Ambiguous;
            outcome.reasons.push(Reason { text: format!("{}: {text}", path.display()), place: None });
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
        let mut columns = crate::golang::realign(&old, &edits, &new, &written);
        let (written, batches) = match sort_edits(&mut columns) {
            Ok(()) if !columns.is_empty() => {
                let batches = vec![edits, columns];
                let shift = OffsetMap::new(&batches[1..]);
                (written.iter().map(|w| shift.range(w)).collect(), batches)
            }
            _ => (written, vec![edits]),
        };
        let before = Some(workspace.version(&path, &before));
        changes.push(Changed { path, before, batches, written, trees: None });
    }
    (outcome, changes)
}
