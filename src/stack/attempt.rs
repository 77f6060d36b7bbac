//! A stack, compiled and carried out in one way: what the patches come to, and what a second run would.

use super::take_out::{Amending, leave_out, take_out};
use super::trial::{Carried, Trial};
use super::watch::Watched;
use crate::patchset::{Diagnostic, Hunk, Patch, Patchset, Sign, Work};
use crate::plan::{Options, Ownership, Reversibility, Run, SecondRun, Watch, run_patch, settle};
use crate::report::{Fact, Plan, Reason, Verdict};
use crate::search::{CompiledPatch, Index, Workspace, glob_diagnostic};
use crate::threads;
use crate::vfs::FileTree;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// How a stack is planned.
#[derive(Clone, Copy)]
pub(crate) struct Mode<'a> {
    /// What a second run would not find done is refused: with patches that undo others, that is not asked.
    pub twice: bool,
    /// A patch waits for those that it needs.
    pub needs: bool,
    /// A second run can begin with what `HEAD` has, so that amending patches need no way back.
    pub with_head: bool,
    /// Which places may be edited, where that is not all of them.
    pub own: Option<&'a Ownership>,
    /// Who knows whether a patch can be taken back, where that is asked.
    pub inverses: Option<&'a dyn Reversibility>,
}

impl Default for Mode<'_> {
    fn default() -> Self {
        Mode { twice: true, needs: true, with_head: false, own: None, inverses: None }
    }
}

/// A plan, and what it takes to look for the patches in another way.
pub(crate) struct Stacked {
    pub plan: Plan,
    /// The amending patches that are in, or would be, and cannot be taken out.
    pub stuck: BTreeMap<usize, String>,
    /// The files that may hold something of a patch.
    pub candidates: BTreeSet<PathBuf>,
    /// Whether the files may as well be the result of the stack, with a patch in that leaves no trace.
    pub is_doubtful: bool,
}

/// Plans a run, with the amending patches taken out that are in. The later of them may only look as if they were in, as a
/// deletion does where there never was anything. So the stack is tried again without those: where it is refused with them,
/// and where they leave no trace and it comes to something else, which then counts.
pub(crate) fn plan_stack(
    patchset: &Patchset,
    tree: &dyn FileTree,
    options: &Options,
    mode: Mode<'_>,
) -> Result<Stacked, Vec<Diagnostic>> {
    let run = || -> Result<Stacked, Vec<Diagnostic>> {
        let prepared = Prepared::new(patchset, tree, options, mode)?;
        let first = prepared.plan(&BTreeSet::new());
        if let Some(other) = prepared.without_traceless(&first) {
            return Ok(prepared.stacked(other, true));
        }
        // What is refused in any way is most likely not in, where nothing shows that it is.
        let mut plainest = None;
        let left = prepared.traceless(&first).into_iter();
        for left in left.filter(|_| first.plan.is_refused() && first.stuck.is_empty()) {
            let other = prepared.plan(&left);
            if !other.plan.is_refused() {
                return Ok(prepared.stacked(other, false));
            }
            plainest = Some(other);
        }
        let are_all = first.taken.iter().all(|&number| leaves_no_trace(&patchset.patches[number]));
        Ok(prepared.stacked(plainest.filter(|_| are_all).unwrap_or(first), false))
    };
    threads::within(options.threads, run)
}

/// So many times a stack is tried with fewer patches taken out.
const TRIES: usize = 16;

/// Refuses patches that no later one is to blame for.
fn tell_unsettled(mut plan: Plan, found: &BTreeMap<usize, SecondRun>) -> Plan {
    for (&number, again) in found {
        let report = &mut plan.reports[number];
        let (why, place) = match again.clone() {
            SecondRun::ToDo(place) => (String::new(), Some(place)),
            SecondRun::Refused(why, place) => (format!(" ({why})"), place),
        };
        let text = format!("a second run would not find it done among the other patches{why}; make one patch of those");
        report.add(Fact::Conflict, Reason { text, place });
    }
    plan
}

/// A stack that is compiled, and the tree that is explored for it.
struct Prepared<'a> {
    patchset: &'a Patchset,
    tree: &'a dyn FileTree,
    options: &'a Options,
    mode: Mode<'a>,
    compiled: Vec<Option<CompiledPatch>>,
    amending: Option<Amending>,
    index: Index,
}

/// A plan, with some amending patches taken out.
struct Attempt {
    plan: Plan,
    /// Those that were.
    taken: Vec<usize>,
    /// Those that could not be, and why.
    stuck: BTreeMap<usize, String>,
}

impl<'a> Prepared<'a> {
    /// Compiles the patches that take part, and those that amend them, and explores the tree for them.
    fn new(
        patchset: &'a Patchset,
        tree: &'a dyn FileTree,
        options: &'a Options,
        mode: Mode<'a>,
    ) -> Result<Prepared<'a>, Vec<Diagnostic>> {
        let target = options.target.as_ref().or(patchset.target.as_ref());
        let is_for_target = |patch: &Patch| patch.target.is_empty() || target.is_some_and(|t| patch.target.contains(t));
        let is_asked = |patch: &Patch| options.only.is_empty() || options.only.contains(&patch.id.value);
        let is_for_target = |patch: &Patch| is_for_target(patch) && patch.disabled.is_none();
        let is_selected = |patch: &Patch| is_asked(patch) && is_for_target(patch);
        let compile = if mode.twice { CompiledPatch::compile } else { CompiledPatch::compile_inverse };
        let compile = |patch| is_selected(patch).then(|| compile(patch)).transpose();
        let results: Vec<Result<Option<CompiledPatch>, Vec<Diagnostic>>> =
            patchset.patches.par_iter().map(compile).collect();
        let (mut compiled, mut diagnostics) = (Vec::with_capacity(results.len()), Vec::new());
        for one in results {
            match one {
                Ok(one) => compiled.push(one),
                Err(wrong) => diagnostics.extend(wrong),
            }
        }
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        let mut amending = Amending::of(patchset, is_selected, is_for_target);
        let mut queries = Vec::new();
        compiled.iter_mut().flatten().for_each(|compiled| compiled.number(&mut queries));
        amending.iter_mut().flat_map(Amending::compiled_mut).for_each(|compiled| compiled.number(&mut queries));
        let mut index = Index::new(queries).map_err(|bad| vec![glob_diagnostic(&bad)])?;
        index.explore(tree);
        Ok(Prepared { patchset, tree, options, mode, compiled, amending, index })
    }

    /// Plans the run. Of the amending patches some are left as they are, though they look as if they were in.
    fn plan(&self, left: &BTreeSet<usize>) -> Attempt {
        let (mut watched, mut stuck) = (BTreeSet::new(), BTreeMap::new());
        loop {
            let guard = Watched { patches: &watched, amending: self.amending.as_ref() };
            let run = Run {
                watch: (!watched.is_empty()).then_some(&guard as &dyn Watch),
                amends: self.amending.as_ref().map(|amending| &amending.amends),
                needs: self.mode.needs,
                own: self.mode.own,
                inverses: self.mode.inverses,
                ..Run::plain(self.patchset, &self.compiled, self.options)
            };
            let (plan, taken, trial) = self.carry_out(&run, left);
            stuck.extend(trial.stuck);
            // Most stacks go well. In one that does not, it takes a second look to tell which patch is in the way.
            if trial.found.keys().all(|number| watched.contains(number)) {
                let mut plan = tell_unsettled(plan, &trial.found);
                settle(self.patchset, &mut plan.reports, self.options);
                return Attempt { plan, taken, stuck };
            }
            watched.extend(trial.found.into_keys());
        }
    }

    /// Carries out all patches in order, and tries a second run. Gives the amending patches that were taken out for it, too.
    fn carry_out(&self, run: &Run<'_>, left: &BTreeSet<usize>) -> (Plan, Vec<usize>, Trial) {
        let mut workspace = Workspace::new(self.tree, &self.index, self.options.limits, self.options.whole_files);
        let taken = self.amending.as_ref().map(|amending| {
            let numbers = amending.numbers().into_iter().rev().filter(|number| !left.contains(number));
            take_out(run, amending, numbers, &mut workspace)
        });
        let taken = taken.unwrap_or_default();
        let run = Run { taken: Some(&taken), ..*run };
        let mut plan = Plan::default();
        for number in 0..run.patchset.patches.len() {
            if let Some(turn) = &run.options.turn {
                turn.store(number + 1, Ordering::Relaxed);
            }
            if let Some(inverses) = run.inverses.filter(|_| number % AHEAD == 0) {
                self.prepare_inverses(inverses, number);
            }
            let report = run_patch(&run, &mut workspace, &mut plan);
            plan.reports.push(report);
        }
        let lost = leave_out(&mut plan, &workspace).filter(|_| plan.reports.iter().all(|r| is_good(r.verdict)));
        if let (Some(path), Some(&number)) = (lost, taken.out.keys().next_back()) {
            let text = format!("beside the other patches {} would not come out as it is", path.display());
            plan.reports[number].add(Fact::Conflict, text.into());
        }
        let mut trial = if self.mode.twice { self.second_run(&run, &workspace, &plan) } else { Trial::default() };
        trial.stuck.extend(taken.stuck);
        (plan, taken.out.into_keys().collect(), trial)
    }

    /// The patches that a second run would not find as it should, now that all others are carried out: a later one came
    /// between what they show, or brought a site of theirs.
    fn second_run(&self, run: &Run<'_>, workspace: &Workspace<'_>, plan: &Plan) -> Trial {
        let verdicts = plan.reports.iter().map(|report| report.verdict).collect();
        let amending = self.amending.as_ref();
        let mut trial = Carried { run, amending, plan, verdicts, workspace }.trial(None);
        if self.mode.with_head {
            let stuck: Vec<usize> = trial.stuck.keys().copied().collect();
            trial.found.retain(|&number, _| !stuck.iter().any(|&by| run.amends(by, number)));
        }
        trial
    }

    /// Compiles the inverses of some patches on all cores: most of those that find their words will change something.
    fn prepare_inverses(&self, inverses: &dyn Reversibility, from: usize) {
        let may_do = |compiled: &CompiledPatch| {
            compiled.hunks().any(|h| self.index.answer(h.query).candidates.iter().any(|candidate| candidate.todo))
        };
        let all = self.compiled.par_iter().enumerate().skip(from).take(AHEAD);
        all.filter(|(_, compiled)| compiled.as_ref().is_some_and(may_do))
            .for_each(|(number, _)| inverses.prepare(number));
    }

    /// Whether all of these take part in the run.
    fn are_asked_for(&self, numbers: &[usize]) -> bool {
        numbers.iter().all(|&number| self.compiled[number].is_some())
    }

    /// Those of the patches taken out that leave no trace, and may only look as if they were in: the last one, the last two,
    /// and so on.
    fn traceless(&self, attempt: &Attempt) -> Vec<BTreeSet<usize>> {
        if !self.mode.twice || !self.are_asked_for(&attempt.taken) {
            return Vec::new();
        }
        let is_traceless = |number: &usize| leaves_no_trace(&self.patchset.patches[*number]);
        let traceless: Vec<usize> = attempt.taken.iter().rev().copied().filter(is_traceless).take(TRIES).collect();
        (1..=traceless.len()).map(|count| traceless[..count].iter().copied().collect()).collect()
    }

    /// The plan without some of them, where it comes to something else.
    fn without_traceless(&self, first: &Attempt) -> Option<Attempt> {
        let left = self.traceless(first).into_iter().filter(|_| !first.plan.is_refused());
        let others = left.map(|left| self.plan(&left));
        others.filter(|other| !other.plan.is_refused() && other.plan.changes() != first.plan.changes()).last()
    }

    fn stacked(&self, attempt: Attempt, is_doubtful: bool) -> Stacked {
        let Attempt { plan, stuck, .. } = attempt;
        let candidates = if stuck.is_empty() && !is_doubtful { BTreeMap::new() } else { self.index.wanted() };
        Stacked { plan, stuck, candidates: candidates.into_keys().map(Path::to_owned).collect(), is_doubtful }
    }
}

/// Whether a patch only removes code, so that it looks as if it were in where that code never was.
pub(super) fn leaves_no_trace(patch: &Patch) -> bool {
    let only_removes = |hunk: &Hunk| hunk.diff.rows.iter().all(|row| row.sign != Sign::Plus);
    patch.bodies.iter().any(|body| matches!(&body.work, Work::Edit(hunks) if hunks.iter().all(only_removes)))
}

/// Whether a verdict forbids no write by itself.
fn is_good(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Blocked | Verdict::Unreadable | Verdict::Drifted | Verdict::Ambiguous)
}

/// So many patches are prepared at a time.
const AHEAD: usize = 256;
