//! A stack, compiled and carried out in one way: what the patches come to, and what a second run would.

use super::again::Again;
use super::evidence::Ownership;
use super::options::Options;
use super::patch::{self, Stack};
use super::ready::{self, Ready};
use super::report::{Plan, Reason, Verdict};
use super::scout::Scout;
use super::stack::unsettled;
use super::take_out::{Amending, leave_out, take_out};
use super::tally;
use super::trial::Trial;
use super::workspace::Workspace;
use crate::checkout::Tree;
use crate::patchset::{Complaint, Hunk, Patch, Patchset, Sign, Work};
use crate::threads;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// How a stack is planned.
#[derive(Clone, Copy)]
pub(super) struct Mode<'a> {
    /// What a second run would not find done is refused: with patches that undo others, that is not asked.
    pub twice: bool,
    /// A patch waits for those that it needs.
    pub needs: bool,
    /// A second run can begin with what `HEAD` has, so that amending patches need no way back.
    pub with_head: bool,
    /// Which places may be edited, where that is not all of them.
    pub own: Option<&'a Ownership>,
}

impl Default for Mode<'_> {
    fn default() -> Self {
        Mode { twice: true, needs: true, with_head: false, own: None }
    }
}

/// A plan, and what it takes to look for the patches in another way.
pub(super) struct Stacked {
    pub plan: Plan,
    /// The amending patches that are in, or would be, and cannot be taken out.
    pub stuck: BTreeMap<usize, String>,
    /// The files that may hold something of a patch.
    pub leads: BTreeSet<PathBuf>,
    /// Whether the files may as well be the result of the stack, with a patch in that leaves no trace.
    pub is_doubtful: bool,
}

/// Plans a run, with the amending patches taken out that are in. The later of them may only look as if they were in, as a
/// deletion does where there never was anything. So the stack is tried again without those: where it is refused with them,
/// and where they leave no trace and it comes to something else, which then counts.
pub(super) fn plan_stack(
    patchset: &Patchset,
    tree: &dyn Tree,
    options: &Options,
    mode: Mode<'_>,
) -> Result<Stacked, Vec<Complaint>> {
    let run = || -> Result<Stacked, Vec<Complaint>> {
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
fn tell_unsettled(mut plan: Plan, found: &BTreeMap<usize, Again>) -> Plan {
    for (&number, again) in found {
        let report = &mut plan.reports[number];
        report.verdict = Verdict::Ambiguous;
        let (why, place) = match again.clone() {
            Again::ToDo(place) => (String::new(), Some(place)),
            Again::Refused(why, place) => (format!(" ({why})"), place),
        };
        let text = format!("a second run would not find it done among the other patches{why}; make one patch of those");
        report.reasons.push(Reason { text, place });
    }
    plan
}

/// A stack that is compiled, and the tree that is explored for it.
struct Prepared<'a> {
    patchset: &'a Patchset,
    tree: &'a dyn Tree,
    options: &'a Options,
    mode: Mode<'a>,
    ready: Vec<Option<Ready>>,
    amending: Option<Amending>,
    scout: Scout,
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
        tree: &'a dyn Tree,
        options: &'a Options,
        mode: Mode<'a>,
    ) -> Result<Prepared<'a>, Vec<Complaint>> {
        let target = options.target.as_ref().or(patchset.target.as_ref());
        let is_for_target = |patch: &Patch| patch.target.is_empty() || target.is_some_and(|t| patch.target.contains(t));
        let is_asked = |patch: &Patch| options.only.is_empty() || options.only.contains(&patch.id.value);
        let is_selected = |patch: &Patch| is_asked(patch) && is_for_target(patch);
        let compile = if mode.twice { Ready::compile } else { Ready::compile_inverse };
        let compile = |patch| is_selected(patch).then(|| compile(patch)).transpose();
        let compiled: Vec<Result<Option<Ready>, Vec<Complaint>>> = patchset.patches.par_iter().map(compile).collect();
        let (mut ready, mut complaints) = (Vec::with_capacity(compiled.len()), Vec::new());
        for one in compiled {
            match one {
                Ok(one) => ready.push(one),
                Err(wrong) => complaints.extend(wrong),
            }
        }
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let mut amending = Amending::of(patchset, is_selected, is_for_target);
        let mut asks = Vec::new();
        ready.iter_mut().flatten().for_each(|ready| ready.number(&mut asks));
        amending.iter_mut().flat_map(Amending::ready_mut).for_each(|ready| ready.number(&mut asks));
        let mut scout = Scout::new(asks).map_err(|bad| vec![ready::complaint(&bad)])?;
        scout.explore(tree);
        Ok(Prepared { patchset, tree, options, mode, ready, amending, scout })
    }

    /// Plans the run. Of the amending patches some are left as they are, though they look as if they were in.
    fn plan(&self, left: &BTreeSet<usize>) -> Attempt {
        let (mut watched, mut stuck) = (BTreeSet::new(), BTreeMap::new());
        loop {
            let plain = Stack::plain(self.patchset, &self.ready, self.options, &watched);
            let stack = Stack { amending: self.amending.as_ref(), needs: self.mode.needs, own: self.mode.own, ..plain };
            let (plan, taken, trial) = self.carry_out(&stack, left);
            stuck.extend(trial.stuck);
            // Most stacks go well. In one that does not, it takes a second look to tell which patch is in the way.
            if trial.found.keys().all(|number| watched.contains(number)) {
                let mut plan = tell_unsettled(plan, &trial.found);
                tally::settle(self.patchset, &mut plan.reports, self.options);
                return Attempt { plan, taken, stuck };
            }
            watched.extend(trial.found.into_keys());
        }
    }

    /// Carries out all patches in order, and tries a second run. Gives the amending patches that were taken out for it, too.
    fn carry_out(&self, stack: &Stack<'_>, left: &BTreeSet<usize>) -> (Plan, Vec<usize>, Trial) {
        let mut workspace = Workspace::new(self.tree, &self.scout, self.options.limits, self.options.whole_files);
        let numbers = stack.amending.map(Amending::numbers).unwrap_or_default();
        let numbers = numbers.into_iter().rev().filter(|number| !left.contains(number));
        let taken = take_out(stack, numbers, &mut workspace);
        let stack = Stack { taken: Some(&taken), ..*stack };
        let mut plan = Plan::default();
        for number in 0..stack.patchset.patches.len() {
            if let Some(turn) = &stack.options.turn {
                turn.store(number + 1, Ordering::Relaxed);
            }
            if stack.options.ways_back && number % AHEAD == 0 {
                foresee(&stack, number, &self.scout);
            }
            let report = patch::run(&stack, &mut workspace, &mut plan);
            plan.reports.push(report);
        }
        let lost = leave_out(&mut plan, &workspace).filter(|_| plan.reports.iter().all(|r| is_good(r.verdict)));
        if let (Some(path), Some(&number)) = (lost, taken.out.keys().next_back()) {
            let text = format!("beside the other patches {} would not come out as it is", path.display());
            plan.reports[number].verdict = Verdict::Ambiguous;
            plan.reports[number].reasons.push(Reason { text, place: None });
        }
        let mut trial = if self.mode.twice { unsettled(&stack, &workspace, &plan) } else { Trial::default() };
        if let Some(Amending { amends, .. }) = stack.amending.filter(|_| self.mode.with_head) {
            let stuck: Vec<usize> = trial.stuck.keys().copied().collect();
            trial.found.retain(|&number, _| !stuck.iter().any(|&by| amends.holds(by, number)));
        }
        trial.stuck.extend(taken.stuck);
        (plan, taken.out.into_keys().collect(), trial)
    }

    /// Whether all of these take part in the run.
    fn are_asked_for(&self, numbers: &[usize]) -> bool {
        numbers.iter().all(|&number| self.ready[number].is_some())
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
        let leads = if stuck.is_empty() && !is_doubtful { BTreeMap::new() } else { self.scout.wanted() };
        Stacked { plan, stuck, leads: leads.into_keys().map(Path::to_owned).collect(), is_doubtful }
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

/// Makes the ways back of some patches on all cores: most of those that find their words will change something.
fn foresee(stack: &Stack<'_>, from: usize, scout: &Scout) {
    let all = stack.patchset.patches.par_iter().zip(stack.ready).skip(from).take(AHEAD);
    let may_do = |ready: &Ready| ready.hunks().any(|h| scout.answer(h.ask).leads.iter().any(|lead| lead.todo));
    let all = all.filter_map(|(patch, ready)| Some((patch, ready.as_ref().filter(|ready| may_do(ready))?)));
    all.for_each(|(patch, ready)| {
        ready.way_back(stack.patchset, patch);
    });
}
