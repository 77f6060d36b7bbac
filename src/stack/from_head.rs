//! A stack whose amending patches cannot be taken out, looked for from the other end: put on what `HEAD` has.

use super::attempt::{Mode, Stacked, plan_stack};
use crate::patchset::{Diagnostic, Patchset, Work};
use crate::plan::Options;
use crate::report::{Fact, Facts, Plan, Step, Verdict};
use crate::vfs::{FileTree, Overlay};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a file may have been before the patches, as its repository has it.
pub type Earlier<'a> = dyn Fn(&Path) -> Option<Vec<u8>> + 'a;

/// The plan of a stack that was put on `HEAD` up to some patch: the files are as the first patches make them of what
/// `HEAD` has. Nothing where they are not.
pub(super) fn from_head(
    patchset: &Patchset,
    tree: &dyn FileTree,
    options: &Options,
    mode: Mode<'_>,
    (stacked, head): (&Stacked, &Earlier<'_>),
) -> Result<Option<Plan>, Vec<Diagnostic>> {
    let made = created(patchset);
    let mut below: BTreeMap<PathBuf, Option<Vec<u8>>> = BTreeMap::new();
    let mut is_known = false;
    for path in stacked.candidates.iter().chain(&made) {
        let before = head(path);
        is_known |= before.is_some();
        match (before, tree.get(path)) {
            (before @ Some(_), now) if before != now => drop(below.insert(path.clone(), before)),
            (None, Some(_)) if made.contains(path) => drop(below.insert(path.clone(), None)),
            _ => {}
        }
    }
    if !is_known {
        return Ok(None);
    }
    let mode = Mode { with_head: true, ..mode };
    let mut plan = plan_stack(patchset, &Overlay::new(tree, &below), options, mode)?.plan;
    if plan.is_refused() {
        return Ok(None);
    }
    let Some(count) = prefix(&plan.steps, &below, tree) else { return Ok(None) };
    plan.steps.retain(|step| step.patch >= count);
    for report in plan.reports.iter_mut().take(count) {
        if matches!(report.verdict, Verdict::Applies | Verdict::Partly) {
            report.verdict = Facts::from(Fact::Applied).verdict();
            report.sites.iter_mut().for_each(|site| site.done = true);
            let one_way = report.one_way.take();
            report.notes.retain(|note| Some(note) != one_way.as_ref());
            report.notes.push("found by putting the patches on what HEAD has".to_owned());
        }
    }
    Ok(Some(plan))
}

fn created(patchset: &Patchset) -> BTreeSet<PathBuf> {
    let bodies = patchset.patches.iter().flat_map(|patch| &patch.bodies);
    let path = |work: &Work| match work {
        Work::Create(create) => Some(PathBuf::from(&create.path.value)),
        _ => None,
    };
    bodies.filter_map(|body| path(&body.work)).collect()
}

/// How many patches, at most, lead from what lies below to the files as they are.
fn prefix(steps: &[Step], below: &BTreeMap<PathBuf, Option<Vec<u8>>>, tree: &dyn FileTree) -> Option<usize> {
    let mut differing: BTreeSet<&Path> = below.keys().map(PathBuf::as_path).collect();
    let mut count = differing.is_empty().then_some(0);
    for (number, step) in steps.iter().enumerate() {
        let is_same = tree.get(&step.path).is_some_and(|now| now == *step.after.bytes());
        if is_same {
            differing.remove(step.path.as_path())
        } else {
            differing.insert(&step.path)
        };
        let is_last = steps.get(number + 1).is_none_or(|next| next.patch != step.patch);
        if differing.is_empty() && is_last {
            count = Some(step.patch + 1);
        }
    }
    count
}
