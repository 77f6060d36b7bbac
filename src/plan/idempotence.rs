//! The same patch once more, on the result.

use super::create::create;
use super::evaluate::Evaluation;
use super::obsolete::{Signs, conclude};
use super::operation::operate;
use super::options::Options;
use super::outcome::Outcome;
use crate::find::Rule;
use crate::patchset::{Patch, Patchset};
use crate::report::{Fact, Place, Reason, Report, Site, Verdict};
use crate::search::{CompiledAction, CompiledBody, CompiledPatch, Finder, SITES, Workspace, look};
use std::path::Path;

/// Whether sites of a patch may count for one another, so that a second run has to be tried: there are several hunks or
/// bodies, or a place with nothing in it is known as done. Of all others it is known from the edit of each site.
pub(crate) fn sites_may_count_for_others(compiled: &CompiledPatch) -> bool {
    compiled.hunks().nth(1).is_some() || compiled.hunks().flat_map(|h| h.rules.values()).any(leaves_nothing)
}

fn leaves_nothing(rule: &Rule) -> bool {
    rule.pattern.variants.iter().any(|s| s.after.elements.is_empty())
}

/// What a second run would make of a patch, other than finding it as it should.
#[derive(Clone)]
pub(crate) enum SecondRun {
    /// It would find something to do.
    ToDo(Place),
    /// It would be refused, or would find nothing: why, and where.
    Refused(String, Option<Place>),
}

/// Looks for a patch on the files as they are now, and edits nothing.
pub(crate) fn look_again(
    patchset: &Patchset,
    patch: &Patch,
    compiled: &CompiledPatch,
    workspace: &Workspace<'_>,
    options: &Options,
) -> Outcome {
    let outcome = match compiled.bodies.first().map(|b| &b.work) {
        Some(CompiledAction::Create(new)) => create(new, workspace).0,
        Some(CompiledAction::Operation(globs, operation)) => {
            let target = options.target.as_deref().or(patchset.target.as_deref());
            operate(globs, operation, target, workspace).0
        }
        _ => {
            let finder = Finder::new(workspace);
            let cured = Signs::look(patch, compiled, workspace).cured.len();
            let Some(matches) = look(compiled, patch.sum, &finder, options.all_done) else {
                let text = format!("there would be more than {SITES} sites");
                return Outcome { files: 1, ..Outcome::new(Fact::Unreadable) }.because(text);
            };
            let is_done = |path: &Path, body: usize| {
                let mut by_file = matches[body].iter().flat_map(|s| &s.by_file).filter(|s| s.path == path);
                by_file.all(|s| s.found.hits.iter().all(|hit| hit.done))
            };
            let same = |path: &Path, a: usize, b: usize| is_done(path, a) && is_done(path, b);
            Evaluation { compiled, sum: patch.sum, workspace, cured, same: &same }.evaluate(&matches).0
        }
    };
    conclude(outcome, Signs::look(patch, compiled, workspace))
}

/// What a second run finds of a patch.
pub(crate) struct Seen {
    verdict: Verdict,
    sites: Vec<Site>,
    reasons: Vec<Reason>,
}

impl From<Outcome> for Seen {
    fn from(outcome: Outcome) -> Seen {
        Seen { verdict: outcome.verdict(), sites: outcome.sites, reasons: outcome.reasons }
    }
}

impl From<Report> for Seen {
    fn from(report: Report) -> Seen {
        Seen { verdict: report.verdict, sites: report.sites, reasons: report.reasons }
    }
}

impl SecondRun {
    /// What is wrong with what a second run finds of a patch that the first run found so. Nothing where it writes nothing,
    /// and says that what is in is in.
    pub fn of(first: Verdict, seen: impl Into<Seen>, compiled: &CompiledPatch) -> Option<SecondRun> {
        let outcome = seen.into();
        if let Some(site) = outcome.sites.into_iter().find(|site| !site.done) {
            return Some(SecondRun::ToDo(site.place));
        }
        let leaves_nothing = |b: &CompiledBody| {
            !b.hunks().is_empty() && b.hunks().iter().flat_map(|h| h.rules.values()).all(leaves_nothing)
        };
        let is_settled = match outcome.verdict {
            Verdict::Applied => true,
            Verdict::Nothing | Verdict::Obsolete => !is_in(first) || compiled.bodies.iter().any(leaves_nothing),
            Verdict::Absent | Verdict::Skipped => first == outcome.verdict,
            _ => false,
        };
        if is_settled {
            return None;
        }
        let why = outcome.reasons.into_iter().next();
        let (text, place) = why.map_or_else(|| ("it finds nothing".to_owned(), None), |why| (why.text, why.place));
        Some(SecondRun::Refused(text, place))
    }
}

/// Whether the verdict says that a patch is in once the run has written.
pub(crate) fn is_in(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Applies | Verdict::Partly | Verdict::Applied)
}

/// Why a second run would not find the patch done that has just been carried out.
pub(crate) fn undone_by_itself(
    patch: &Patch,
    compiled: &CompiledPatch,
    patchset: &Patchset,
    workspace: &Workspace<'_>,
    options: &Options,
) -> Option<Reason> {
    let outcome = look_again(patchset, patch, compiled, workspace, options);
    // With nothing left of what it shows, nothing can be found.
    SecondRun::of(Verdict::Nothing, outcome, compiled).map(|again| match again {
        SecondRun::ToDo(place) => Reason {
            text: "the result would hold a site of another hunk, so the patch would be applied for ever".to_owned(),
            place: Some(place),
        },
        SecondRun::Refused(why, place) => Reason { text: format!("a second run would be refused: {why}"), place },
    })
}
