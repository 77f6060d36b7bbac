//! The same patch once more, on its own result.

use super::create::create;
use super::judge::Judging;
use super::looking::Looking;
use super::obsolete::Signs;
use super::operation::operate;
use super::options::Options;
use super::ready::{Ready, ReadyWork};
use super::report::{Place, Reason, Verdict};
use super::sought::{SITES, look};
use super::workspace::Workspace;
use crate::find::Rule;
use crate::patchset::{Patch, Patchset};
use std::path::Path;

/// Whether sites of a patch may count for one another, so that a second run has to be tried: there are several hunks or
/// bodies, or a place with nothing in it is known as done. Of all others it is known from the edit of each site.
pub(super) fn sites_may_count_for_others(ready: &Ready) -> bool {
    let leaves_nothing = |rule: &Rule| rule.pattern.shapes.iter().any(|s| s.after.elements.is_empty());
    ready.hunks().nth(1).is_some() || ready.hunks().flat_map(|h| h.rules.values()).any(leaves_nothing)
}

/// What a second run would make of a patch that is carried out, other than finding it done.
pub(super) enum Again {
    /// It would find something to do.
    ToDo(Place),
    /// It would be refused: why, and where.
    Refused(String, Option<Place>),
}

/// Looks for a patch on the files as they are now. Nothing where it is done.
pub(super) fn second_run(
    patch: &Patch,
    ready: &Ready,
    patchset: &Patchset,
    workspace: &Workspace<'_>,
    options: &Options,
) -> Option<Again> {
    let outcome = match ready.bodies.first().map(|b| &b.work) {
        Some(ReadyWork::Create(new)) => create(new, workspace).0,
        Some(ReadyWork::Operation(globs, operation)) => {
            let target = options.target.as_deref().or(patchset.target.as_deref());
            operate(globs, operation, target, workspace).0
        }
        _ => {
            let looking = Looking::new(workspace);
            let cured = Signs::look(patch, ready, workspace).cured.len();
            let Some(surveys) = look(ready, patch.sum, &looking, options.all_done, None) else {
                return Some(Again::Refused(format!("there would be more than {SITES} sites"), None));
            };
            let is_done = |path: &Path, body: usize| {
                let mut sightings = surveys[body].iter().flat_map(|s| &s.sightings).filter(|s| s.path == path);
                sightings.all(|s| s.found.hits.iter().all(|hit| hit.done))
            };
            let same = |path: &Path, a: usize, b: usize| is_done(path, a) && is_done(path, b);
            Judging { ready, sum: patch.sum, workspace, cured, same: &same }.judge(&surveys).0
        }
    };
    if let Some(site) = outcome.sites.into_iter().find(|site| !site.done) {
        return Some(Again::ToDo(site.place));
    }
    if matches!(outcome.verdict, Verdict::Applied | Verdict::Nothing) {
        return None;
    }
    let why = outcome.reasons.into_iter().next();
    let (text, place) = why.map_or_else(Default::default, |why| (why.text, why.place));
    Some(Again::Refused(text, place))
}

/// Why a second run would not find the patch done that has just been carried out.
pub(super) fn undone_by_itself(
    patch: &Patch,
    ready: &Ready,
    patchset: &Patchset,
    workspace: &Workspace<'_>,
    options: &Options,
) -> Option<Reason> {
    second_run(patch, ready, patchset, workspace, options).map(|again| match again {
        Again::ToDo(place) => Reason {
            text: "the result would hold a site of another hunk, so the patch would be applied for ever".to_owned(),
            place: Some(place),
        },
        Again::Refused(why, place) => Reason { text: format!("a second run would be refused: {why}"), place },
    })
}
