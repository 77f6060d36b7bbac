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
mod evidence;
mod expected;
mod fates;
mod file_edit;
mod file_names;
mod from_head;
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
mod prepared;
mod ready;
mod reparse;
mod report;
mod revert;
mod scout;
mod site_edit;
mod skeleton;
mod sought;
mod spans;
mod stack;
mod substitution;
mod survey;
mod tags;
mod take_out;
mod tally;
mod text_edit;
mod trial;
mod undone;
mod verify;
mod workspace;

pub use evidence::{Assumed, Evidence};
pub use options::Options;
pub use report::*;
pub use revert::{Undoing, revert};
pub use undone::Earlier;

use crate::checkout::Tree;
use crate::patchset::{Complaint, Patchset};
use from_head::from_head;
use prepared::{Mode, plan_stack};

/// Plans a run: every patch in order, each on the result of those before it.
///
/// `patchset` has its parameters filled in. Nothing is written; reading goes through `tree`. Fails with what is
/// wrong in the bodies, as places in the patchset file.
pub fn plan(patchset: &Patchset, tree: &dyn Tree, options: &Options) -> Result<Plan, Vec<Complaint>> {
    plan_with_head(patchset, tree, options, &|_| None)
}

/// Plans a run where it may be known what the repository has committed: patches that amend others, and cannot be taken out
/// to look for those, are looked for from there.
pub fn plan_with_head(
    patchset: &Patchset,
    tree: &dyn Tree,
    options: &Options,
    head: &Earlier<'_>,
) -> Result<Plan, Vec<Complaint>> {
    plan_in(patchset, tree, options, Mode::default(), head)
}

fn plan_in(
    patchset: &Patchset,
    tree: &dyn Tree,
    options: &Options,
    mode: Mode<'_>,
    head: &Earlier<'_>,
) -> Result<Plan, Vec<Complaint>> {
    let stacked = plan_stack(patchset, tree, options, mode)?;
    if stacked.plan.is_refused() && !stacked.stuck.is_empty() {
        let plan = from_head(patchset, tree, options, mode, (&stacked, head))?;
        return Ok(plan.unwrap_or(stacked.plan));
    }
    Ok(stacked.plan)
}
