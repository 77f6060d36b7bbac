//! A run: the patches in order, and what is known of them all.

use super::options::Options;
use super::ownership::Ownership;
use super::reversibility::Reversibility;
use super::taken::TakenOut;
use crate::patchset::{Amends, Patchset};
use crate::report::{Plan, Reason};
use crate::search::{CompiledPatch, Workspace};

/// The patches of a run, in order.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub patchset: &'a Patchset,
    /// Those that take part, compiled.
    pub compiled: &'a [Option<CompiledPatch>],
    pub options: &'a Options,
    /// Who looks after earlier patches that a later one may disturb, if there are any.
    pub watch: Option<&'a dyn Watch>,
    /// Which patches amend which, if any do.
    pub amends: Option<&'a Amends>,
    /// The amending patches that were in, and are taken out.
    pub taken: Option<&'a TakenOut>,
    /// Whether a patch waits for those that it needs.
    pub needs: bool,
    /// Which places may be edited, where that is not all of them.
    pub own: Option<&'a Ownership>,
    /// Who knows whether a patch can be taken back, where that is asked.
    pub inverses: Option<&'a dyn Reversibility>,
}

/// Looks after patches that were carried out: each later one must leave them as a second run would find them done.
pub(crate) trait Watch: Sync {
    /// Why the patch that has just been carried out, of which `plan` has no report yet, disturbs one of them.
    fn disturbed(&self, run: &Run<'_>, workspace: &Workspace<'_>, plan: &Plan) -> Option<Reason>;
}

impl<'a> Run<'a> {
    /// Patches that do not amend one another.
    pub fn plain(patchset: &'a Patchset, compiled: &'a [Option<CompiledPatch>], options: &'a Options) -> Run<'a> {
        let (watch, amends, taken, own, inverses) = (None, None, None, None, None);
        Run { patchset, compiled, options, watch, amends, taken, needs: true, own, inverses }
    }

    /// Whether one patch says that it amends another.
    pub fn amends(&self, later: usize, earlier: usize) -> bool {
        self.amends.is_some_and(|amends| amends.holds(later, earlier))
    }
}
