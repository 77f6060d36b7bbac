//! Sites into verdicts and edits: the whole run as a value, before anything is written.

mod accepted;
mod again;
mod alternatives;
mod anchored;
mod asks;
mod back;
mod brackets;
mod changed;
mod chosen;
mod comments;
mod create;
mod editing;
mod expected;
mod fates;
mod file_edit;
mod file_names;
mod hunks;
mod imports;
mod inverse;
mod judge;
mod left_behind;
mod left_over;
mod looking;
mod near;
mod obsolete;
mod operation;
mod options;
mod parts;
mod patch;
mod ready;
mod reparse;
mod report;
mod scout;
mod site_edit;
mod skeleton;
mod sought;
mod spans;
mod stack;
mod substitution;
mod survey;
mod tags;
mod tally;
mod undone;
mod verify;
mod workspace;

pub use inverse::{Undoing, revert};
pub use options::Options;
pub use report::*;
pub use undone::Earlier;

use crate::checkout::Tree;
use crate::patchset::{Complaint, Patch, Patchset};
use crate::threads;
use patch::Stack;
use rayon::prelude::*;
use ready::Ready;
use scout::Scout;
use stack::unsettled;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use workspace::Workspace;

/// Plans a run: every patch in order, each on the result of those before it.
///
/// `patchset` has its parameters filled in. Nothing is written; reading goes through `tree`. Fails with what is
/// wrong in the bodies, as places in the patchset file.
pub fn plan(patchset: &Patchset, tree: &dyn Tree, options: &Options) -> Result<Plan, Vec<Complaint>> {
    plan_stack(patchset, tree, options, true)
}

/// Plans a run. With `twice`, what a second run would not find done is refused: with patches that undo others, that is
/// not asked.
fn plan_stack(patchset: &Patchset, tree: &dyn Tree, options: &Options, twice: bool) -> Result<Plan, Vec<Complaint>> {
    let is_selected = |patch: &Patch| {
        let asked = options.only.is_empty() || options.only.contains(&patch.id.value);
        let target = options.target.as_ref().or(patchset.target.as_ref());
        asked && (patch.target.is_empty() || target.is_some_and(|t| patch.target.contains(t)))
    };
    let run = || -> Result<Plan, Vec<Complaint>> {
        let compile = |patch| {
            let compile = if twice { Ready::compile } else { Ready::compile_inverse };
            is_selected(patch).then(|| compile(patch)).transpose()
        };
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
        let mut asks = Vec::new();
        ready.iter_mut().flatten().for_each(|ready| ready.number(&mut asks));
        let mut scout = Scout::new(asks).map_err(|bad| vec![ready::complaint(&bad)])?;
        scout.explore(tree);
        let mut watched = BTreeSet::new();
        let mut plan = loop {
            let mut workspace = Workspace::new(tree, &scout, options.limits, options.whole_files);
            let stack = Stack { patchset, ready: &ready, options, watched: &watched };
            let plan = carry_out(&stack, &scout, &mut workspace);
            let found = if twice { unsettled(patchset, &ready, &workspace, &plan, options) } else { BTreeSet::new() };
            // Most stacks go well. In one that does not, it takes a second look to tell which patch is in the way.
            if found.is_subset(&watched) {
                break tell_unsettled(plan, &found);
            }
            watched.extend(found);
        };
        tally::settle(patchset, &mut plan.reports, options);
        Ok(plan)
    };
    threads::within(options.threads, run)
}

/// Refuses patches that no later one is to blame for.
fn tell_unsettled(mut plan: Plan, found: &BTreeSet<usize>) -> Plan {
    for &number in found {
        let report = &mut plan.reports[number];
        report.verdict = Verdict::Ambiguous;
        let text = "a second run would not find it done among the other patches; make one patch of those".to_owned();
        report.reasons.push(Reason { text, place: None });
    }
    plan
}

/// Carries out all patches in order.
fn carry_out(stack: &Stack<'_>, scout: &Scout, workspace: &mut Workspace<'_>) -> Plan {
    let mut plan = Plan::default();
    for (number, _) in stack.patchset.patches.iter().enumerate() {
        if let Some(turn) = &stack.options.turn {
            turn.store(number + 1, Ordering::Relaxed);
        }
        if stack.options.ways_back && number % AHEAD == 0 {
            foresee(stack, number, scout);
        }
        let report = patch::run(stack, workspace, &mut plan);
        plan.reports.push(report);
    }
    plan
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
