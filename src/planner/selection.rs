//! Which patches of a patchset take part, with the values of their target.

use crate::patchset::{Amends, Diagnostic, Patchset, nearest, patch_for};
use std::collections::BTreeSet;

/// An id was asked for that the patchset does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{option} {id}: the patchset {patchset} has no such patch{} (`treepatch list {origin}` lists them)", meant(.nearest))]
pub struct UnknownPatch {
    /// The option that names it.
    pub option: &'static str,
    /// The id.
    pub id: String,
    /// The id that was probably meant.
    pub nearest: Option<String>,
    /// The name of the patchset.
    pub patchset: String,
    /// The file of the patchset, or its name if it is a built-in.
    pub origin: String,
}

fn meant(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|id| format!("; did you mean `{id}`?")).unwrap_or_default()
}

/// Makes sure that every id of an option exists.
pub fn select(patchset: &Patchset, option: &'static str, only: &[String]) -> Result<(), UnknownPatch> {
    let ids = || patchset.patches.iter().map(|p| p.id.value.as_str());
    match only.iter().find(|id| ids().all(|known| known != *id)) {
        None => Ok(()),
        Some(id) => Err(UnknownPatch {
            option,
            id: id.clone(),
            nearest: nearest(id, ids()).map(str::to_owned),
            patchset: patchset.name.clone(),
            origin: patchset.origin.clone(),
        }),
    }
}

/// Puts the target's values into the patches that are asked for, and into those that amend them.
pub(super) fn fill_in(patchset: &mut Patchset, only: &[String], target: Option<&str>) -> Result<(), Vec<Diagnostic>> {
    let beside = amending(patchset, only);
    let mut diagnostics = Vec::new();
    let mut patches = patchset.patches.clone();
    for patch in patches.iter_mut().filter(|p| only.is_empty() || only.contains(&p.id.value)) {
        match patch_for(patchset, patch, target) {
            Ok(filled_in) => *patch = filled_in,
            Err(more) => diagnostics.extend(more),
        }
    }
    for patch in patches.iter_mut().filter(|p| beside.contains(&p.id.value)) {
        // What is wrong with it is said when it is asked for.
        *patch = patch_for(patchset, patch, target).unwrap_or_else(|_| patch.clone());
    }
    patchset.patches = patches;
    if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) }
}

/// The patches that were not asked for, but amend some that were: they may have to come along.
pub(super) fn amending(patchset: &Patchset, only: &[String]) -> BTreeSet<String> {
    let id = |number: usize| patchset.patches[number].id.value.clone();
    let selected = (0..patchset.patches.len()).filter(|&number| only.contains(&id(number))).collect();
    let amending = Amends::of(&patchset.patches).amending_one_of(&selected);
    amending.into_iter().map(id).filter(|id| !only.contains(id)).collect()
}
