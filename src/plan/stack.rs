//! What patches of a stack do to one another: a second run must find every one of them done.

use super::again::{Again, second_run};
use super::changed::Changed;
use super::near::place_in;
use super::options::Options;
use super::ready::Ready;
use super::report::{Plan, Reason, Verdict};
use super::spans::Spans;
use super::workspace::Workspace;
use crate::patchset::Patchset;
use crate::source::{Lines, Version};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A later patch may show, but not change, what an earlier one wrote.
pub(super) fn stack_conflict(patchset: &Patchset, changes: &[Changed], workspace: &Workspace<'_>) -> Option<Reason> {
    for changed in changes {
        let written = Spans::new(workspace.written(&changed.path).to_vec());
        for edit in changed.batches.first().into_iter().flatten().filter(|e| !e.bytes.is_empty()) {
            if let Some(by) = written.meeting(&edit.bytes).next() {
                let earlier = &patchset.patches[*by].id.value;
                let text = format!("it would change what `{earlier}` writes; make one patch of the two");
                let before = changed.before.as_ref().map(Version::bytes).unwrap_or_default();
                let place = place_in(&changed.path, &Lines::new(&before), &before, edit.bytes.start);
                return Some(Reason { text, place: Some(place) });
            }
        }
    }
    None
}

/// The patches that are done, but that a second run would not find done, now that all others are in: a later one came
/// between what they show, or brought a site of theirs.
pub(super) fn unsettled(
    patchset: &Patchset,
    ready: &[Option<Ready>],
    workspace: &Workspace<'_>,
    plan: &Plan,
    options: &Options,
) -> BTreeSet<usize> {
    let mut last: BTreeMap<&Path, usize> = BTreeMap::new();
    last.extend(plan.steps.iter().map(|step| (step.path.as_path(), step.patch)));
    let is_changed_later = |number: usize, path: &Path| last.get(path).is_some_and(|&patch| patch > number);
    let may_differ = |number: usize| {
        let sites = || plan.reports[number].sites.iter().any(|site| is_changed_later(number, &site.place.path));
        let leads = |ready: &Ready| {
            ready.hunks().flat_map(|h| workspace.leads(h.ask)).any(|lead| is_changed_later(number, &lead.path))
        };
        sites() || ready[number].as_ref().is_some_and(leads)
    };
    let is_unsettled = |number: usize| {
        let ready = ready[number].as_ref().filter(|_| is_done(plan, number) && may_differ(number))?;
        second_run(&patchset.patches[number], ready, patchset, workspace, options).map(|_| number)
    };
    if last.is_empty() {
        return BTreeSet::new();
    }
    (0..plan.reports.len()).into_par_iter().filter_map(is_unsettled).collect()
}

/// Why the patch that has just been carried out cannot be: with it one of the `watched` ones would no longer be found
/// done.
pub(super) fn unsettles(
    patchset: &Patchset,
    ready: &[Option<Ready>],
    watched: &BTreeSet<usize>,
    workspace: &Workspace<'_>,
    plan: &Plan,
    options: &Options,
) -> Option<Reason> {
    watched.range(..plan.reports.len()).filter(|&&number| is_done(plan, number)).find_map(|&number| {
        let patch = &patchset.patches[number];
        let again = second_run(patch, ready[number].as_ref()?, patchset, workspace, options)?;
        let id = &patch.id.value;
        let (why, place) = match again {
            Again::ToDo(place) => ("would be to do again".to_owned(), Some(place)),
            Again::Refused(why, place) => (format!("would no longer be known as done ({why})"), place),
        };
        let text =
            format!("with it, `{id}` {why}; make one patch of the two, or have this one show what that one writes");
        Some(Reason { text, place })
    })
}

fn is_done(plan: &Plan, number: usize) -> bool {
    matches!(plan.reports[number].verdict, Verdict::Applies | Verdict::Partly | Verdict::Applied)
}
