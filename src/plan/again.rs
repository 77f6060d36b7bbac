//! The same patch once more, on its own result.

use super::judge::judge;
use super::looking::Looking;
use super::options::Options;
use super::ready::Ready;
use super::report::{Place, Reason, Verdict};
use super::sought::{SITES, look};
use super::workspace::Workspace;
use crate::find::Rule;
use crate::patchset::Patch;

/// Whether sites of a patch may count for one another, so that a second run has to be tried: there are several hunks or
/// bodies, or a place with nothing in it is known as done. Of all others it is known from the edit of each site.
pub(super) fn sites_may_count_for_others(ready: &Ready) -> bool {
    let leaves_nothing = |rule: &Rule| rule.pattern.shapes.iter().any(|s| s.after.elements.is_empty());
    ready.hunks().nth(1).is_some() || ready.hunks().flat_map(|h| h.rules.values()).any(leaves_nothing)
}

/// Why a second run would not find a patch done, now that the files are as it leaves them.
pub(super) fn undone_by_itself(
    patch: &Patch,
    ready: &Ready,
    workspace: &Workspace<'_>,
    options: &Options,
) -> Option<Reason> {
    let looking = Looking::new(workspace);
    let Some(surveys) = look(ready, patch.sum, &looking, options.all_done, None) else {
        return Some(refused(&format!("there would be more than {SITES} sites"), None));
    };
    let (outcome, _) = judge(ready, patch.sum, &surveys, workspace);
    if let Some(site) = outcome.sites.into_iter().find(|site| !site.done) {
        let text = "the result would hold a site of another hunk, so the patch would be applied for ever".to_owned();
        return Some(Reason { text, place: Some(site.place) });
    }
    if matches!(outcome.verdict, Verdict::Applied | Verdict::Nothing) {
        return None;
    }
    let why = outcome.reasons.into_iter().next();
    let (text, place) = why.map_or_else(Default::default, |why| (why.text, why.place));
    Some(refused(&text, place))
}

fn refused(why: &str, place: Option<Place>) -> Reason {
    Reason { text: format!("a second run would be refused: {why}"), place }
}
