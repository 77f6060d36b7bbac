//! Sites into verdicts and edits: the whole run as a value, before anything is written.

mod again;
mod anchored;
mod asks;
mod back;
mod change;
mod changed;
mod chosen;
mod create;
mod editing;
mod hunks;
mod imports;
mod inverse;
mod judge;
mod looking;
mod near;
mod obsolete;
mod operation;
mod options;
mod parts;
mod patch;
mod ready;
mod report;
mod scout;
mod shift;
mod sought;
mod spans;
mod survey;
mod tally;
mod undone;
mod workspace;

pub use inverse::{Undoing, revert};
pub use options::Options;
pub use report::*;
pub use undone::Earlier;

use crate::checkout::Tree;
use crate::patchset::{Complaint, Patch, Patchset};
use rayon::prelude::*;
use ready::Ready;
use scout::Scout;
use workspace::Workspace;

/// Plans a run: every patch in order, each on the result of those before it.
///
/// `patchset` has its parameters filled in. Nothing is written; reading goes through `tree`. Fails with what is
/// wrong in the bodies, as places in the patchset file.
pub fn plan(patchset: &Patchset, tree: &dyn Tree, options: &Options) -> Result<Plan, Vec<Complaint>> {
    let is_selected = |patch: &Patch| {
        let asked = options.only.is_empty() || options.only.contains(&patch.id.value);
        let target = options.target.as_ref().or(patchset.target.as_ref());
        asked && (patch.target.is_empty() || target.is_some_and(|t| patch.target.contains(t)))
    };
    let run = || -> Result<Plan, Vec<Complaint>> {
        let compile = |patch| is_selected(patch).then(|| Ready::compile(patch)).transpose();
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
        let mut workspace = Workspace::new(tree, &scout, options.limits, options.whole_files);
        let mut plan = Plan::default();
        let mut left = ready.into_iter();
        for patches in patchset.patches.chunks(AHEAD) {
            let ready: Vec<Option<Ready>> = left.by_ref().take(AHEAD).collect();
            if options.ways_back {
                foresee(patchset, patches, &ready, &scout);
            }
            for (patch, ready) in patches.iter().zip(ready) {
                let report = patch::run(patchset, patch, ready.as_ref(), &mut workspace, &mut plan, options);
                plan.reports.push(report);
            }
        }
        tally::settle(patchset, &mut plan.reports, options);
        Ok(plan)
    };
    match rayon::ThreadPoolBuilder::new().num_threads(options.threads).build() {
        Ok(pool) => pool.install(run),
        // Without threads of its own the run uses those that there are; the result is the same.
        Err(_) => run(),
    }
}

/// So many patches are prepared at a time.
const AHEAD: usize = 256;

/// Makes the ways back of patches on all cores: most of those that find their words will change something.
fn foresee(patchset: &Patchset, patches: &[Patch], ready: &[Option<Ready>], scout: &Scout) {
    let all = patches.par_iter().zip(ready).filter_map(|(patch, ready)| Some((patch, ready.as_ref()?)));
    let may_do = |ready: &Ready| ready.hunks().any(|h| scout.answer(h.ask).leads.iter().any(|lead| lead.todo));
    all.filter(|(_, ready)| may_do(ready)).for_each(|(patch, ready)| {
        ready.way_back(patchset, patch);
    });
}
