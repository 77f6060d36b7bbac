//! The plan of a stack, looked at once more where a second run could see it otherwise.

use super::attempt::{Mode, leaves_no_trace, plan_stack};
use super::from_head::{Earlier, from_head};
use crate::patchset::{Diagnostic, Patch, Patchset};
use crate::plan::{Options, settle};
use crate::report::{Fact, Plan, Report};
use crate::vfs::{FileTree, Overlay};

/// Plans a run. Where amending patches cannot be taken out, and the run is refused, it is planned from what `HEAD` has.
pub(crate) fn plan_in(
    patchset: &Patchset,
    tree: &dyn FileTree,
    options: &Options,
    mode: Mode<'_>,
    head: &Earlier<'_>,
) -> Result<Plan, Vec<Diagnostic>> {
    let mut plan = plan_once(patchset, tree, options, mode, head)?;
    if let Some(number) = traceless(patchset, &plan).filter(|_| mode.twice) {
        // Whether such a patch is in may be reported in one way before it is put in, and in another afterwards.
        let files = plan.changes().into_iter().map(|change| (change.path, Some(change.after))).collect();
        let again = plan_once(patchset, &Overlay::new(tree, &files), options, mode, head)?;
        if again.is_refused() || !again.steps.is_empty() {
            let text = "a second run could not tell whether it is in: show what stands above and below, or make one patch of \
                        it and what it amends";
            plan.reports[number].add(Fact::Conflict, text.into());
            settle(patchset, &mut plan.reports, options);
        }
    }
    Ok(plan)
}

/// The last amending patch that has something to do, and leaves no trace of it.
fn traceless(patchset: &Patchset, plan: &Plan) -> Option<usize> {
    let mut patches = patchset.patches.iter().zip(&plan.reports);
    let is_one =
        |(patch, report): (&Patch, &Report)| !patch.amends.is_empty() && leaves_no_trace(patch) && report.todo() > 0;
    patches.rposition(is_one).filter(|_| !plan.is_refused())
}

fn plan_once(
    patchset: &Patchset,
    tree: &dyn FileTree,
    options: &Options,
    mode: Mode<'_>,
    head: &Earlier<'_>,
) -> Result<Plan, Vec<Diagnostic>> {
    let stacked = plan_stack(patchset, tree, options, mode)?;
    if stacked.is_doubtful || stacked.plan.is_refused() && !stacked.stuck.is_empty() {
        let plan = from_head(patchset, tree, options, mode, (&stacked, head))?;
        return Ok(plan.unwrap_or(stacked.plan));
    }
    Ok(stacked.plan)
}
