//! The way in: a patchset and a tree, planned.

use crate::patchset::{Diagnostic, Patchset};
use crate::plan::Options;
use crate::report::Plan;
use crate::revert::Inverses;
use crate::stack::{Earlier, Mode, plan_in};
use crate::vfs::FileTree;

/// Plans a run: every patch in order, each on the result of those before it.
///
/// `patchset` has its parameters filled in. Nothing is written; reading goes through `tree`. Fails with what is
/// wrong in the bodies, as places in the patchset file.
pub fn plan(patchset: &Patchset, tree: &dyn FileTree, options: &Options) -> Result<Plan, Vec<Diagnostic>> {
    plan_with_head(patchset, tree, options, &|_| None)
}

/// Plans a run where it may be known what the repository has committed: patches that amend others, and cannot be taken out
/// to look for those, are looked for from there.
pub fn plan_with_head(
    patchset: &Patchset,
    tree: &dyn FileTree,
    options: &Options,
    head: &Earlier<'_>,
) -> Result<Plan, Vec<Diagnostic>> {
    let inverses = Inverses::of(patchset);
    let mode = Mode { inverses: options.check_reversible.then_some(&inverses as _), ..Mode::default() };
    plan_in(patchset, tree, options, mode, head)
}
