//! Sites into verdicts and edits: the whole run as a value, before anything is written.

mod anchored;
mod change;
mod create;
mod imports;
mod inverse;
mod near;
mod operation;
mod options;
mod patch;
mod ready;
mod report;
mod shift;
mod survey;
mod tally;
mod workspace;

pub use inverse::{Earlier, Undoing, irreversible, revert};
pub use options::Options;
pub use report::*;

use crate::checkout::Tree;
use crate::patchset::{Complaint, Patchset};
use ready::Ready;
use workspace::Workspace;

/// Plans a run: every patch in order, each on the result of those before it.
///
/// `patchset` has its parameters filled in. Nothing is written; reading goes through `tree`. Fails with what is
/// wrong in the bodies, as places in the patchset file.
pub fn plan(patchset: &Patchset, tree: &dyn Tree, options: &Options) -> Result<Plan, Vec<Complaint>> {
    let is_selected = |patch: &crate::patchset::Patch| {
        let asked = options.only.is_empty() || options.only.contains(&patch.id.value);
        let target = options.target.as_ref().or(patchset.target.as_ref());
        asked && (patch.target.is_empty() || target.is_some_and(|t| patch.target.contains(t)))
    };
    let mut complaints = Vec::new();
    let mut ready = Vec::with_capacity(patchset.patches.len());
    for patch in &patchset.patches {
        match is_selected(patch).then(|| Ready::compile(patch)).transpose() {
            Ok(compiled) => ready.push(compiled),
            Err(wrong) => complaints.extend(wrong),
        }
    }
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let run = |plan: &mut Plan| {
        let mut workspace = Workspace::new(tree, options.limits);
        for (number, (patch, ready)) in patchset.patches.iter().zip(&ready).enumerate() {
            let report = patch::run(patchset, patch, ready.as_ref(), number, &mut workspace, plan, options);
            plan.reports.push(report);
        }
        tally::settle(patchset, &mut plan.reports, options);
    };
    let mut plan = Plan::default();
    match rayon::ThreadPoolBuilder::new().num_threads(options.threads).build() {
        Ok(pool) => pool.install(|| run(&mut plan)),
        // Without threads of its own the run uses those that there are; the result is the same.
        Err(_) => run(&mut plan),
    }
    Ok(plan)
}
