//! The hunks of a patch, looked for in the files that may hold them.

use super::editing::Editing;
use super::looking::Looking;
use super::ready::{Ready, ReadyBody, ReadyHunk, ReadyWork};
use super::scout::Lead;
use super::survey::{Survey, agree, survey_all};
use super::workspace::Workspace;
use crate::find::Env;
use crate::pattern::HoleId;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many files are looked into and edited before it is put together what they hold.
const FILES: usize = 1024;

/// The most sites of all bodies of a patch together, each of which is held until the bodies are chosen.
pub(super) const SITES: usize = 1_000_000;

/// Looks for the hunks of all bodies: first into the files in which there may be something to do, which `editing` edits
/// while their trees are at hand, then for what is done elsewhere. Nothing where there are too many sites.
pub(super) fn look<'r>(
    ready: &'r Ready,
    sum: bool,
    looking: &Looking<'_, '_>,
    all_done: bool,
    mut editing: Option<&mut Editing<'_, '_, '_>>,
) -> Option<Vec<Vec<Survey<'r>>>> {
    let workspace = looking.workspace;
    let todo = ready.hunks().flat_map(|hunk| workspace.leads(hunk.ask)).filter(|lead| lead.todo);
    let live: BTreeSet<PathBuf> = todo.map(|lead| lead.path).collect();
    let live: Vec<PathBuf> = live.into_iter().collect();
    let sought = |hunk| Sought::new(hunk, workspace, &live);
    let bodies: Vec<(Vec<Sought<'r>>, BTreeSet<HoleId>)> =
        ready.bodies.iter().map(|body| (body.hunks().iter().map(sought).collect(), shared_holes(body))).collect();
    // Hunks that share holes have to be looked for in all files before any is edited.
    let together = bodies.iter().any(|(_, shared)| !shared.is_empty());
    let new = |(hunks, _): &(Vec<Sought<'r>>, _)| hunks.iter().map(|h| Survey::new(h.hunk, workspace)).collect();
    let mut surveys: Vec<Vec<Survey<'r>>> = bodies.iter().map(new).collect();
    let sites = AtomicUsize::new(0);
    // What the files hold of each hunk, and the edits of them. Their trees are let go of.
    let look = |files: &[PathBuf], editing: Option<&Editing<'_, '_, '_>>| {
        let mut part: Vec<Vec<Survey<'r>>> = Vec::with_capacity(bodies.len());
        for ((hunks, shared), body) in bodies.iter().zip(&ready.bodies) {
            let surveys: Vec<Survey<'r>> = match shared.is_empty() {
                true => hunks.iter().map(|hunk| hunk.look(files, looking)).collect(),
                false => survey_all(body.hunks(), shared, looking),
            };
            let new: usize = surveys.iter().map(Survey::sites).sum();
            part.push(surveys);
            if sites.fetch_add(new, Ordering::Relaxed) + new > SITES {
                return (part, None);
            }
        }
        let edits = editing.map(|editing| {
            agree(&mut part, looking);
            editing.edit(sum, &part, files.last() == live.last())
        });
        part.iter_mut().flatten().for_each(Survey::release);
        (part, edits)
    };
    let one_by_one: Vec<&[PathBuf]> = if together { vec![live.as_slice()] } else { live.chunks(1).collect() };
    for files in one_by_one.chunks(FILES) {
        let looks: Vec<_> = files.par_iter().with_max_len(1).map(|files| look(files, editing.as_deref())).collect();
        if sites.load(Ordering::Relaxed) > SITES {
            return None;
        }
        for (part, edits) in looks {
            surveys.iter_mut().flatten().zip(part.into_iter().flatten()).for_each(|(known, new)| known.join(new));
            editing.iter_mut().zip(edits).for_each(|(editing, edits)| editing.take_in(edits));
        }
    }
    for ((hunks, _), surveys) in bodies.iter().zip(&mut surveys).filter(|((_, shared), _)| shared.is_empty()) {
        for (sought, survey) in hunks.iter().zip(surveys) {
            survey.settle(sought.hunk, looking, &sought.settled, all_done);
        }
    }
    (surveys.iter().flatten().map(Survey::sites).sum::<usize>() <= SITES).then_some(surveys)
}

/// A hunk, and the files that may hold it, in order.
struct Sought<'r> {
    hunk: &'r ReadyHunk,
    /// Those in which the patch may have something to do.
    live: Vec<Lead>,
    /// The others.
    settled: Vec<Lead>,
}

impl<'r> Sought<'r> {
    fn new(hunk: &'r ReadyHunk, workspace: &Workspace<'_>, live: &[PathBuf]) -> Sought<'r> {
        let is_live = |lead: &Lead| live.binary_search(&lead.path).is_ok();
        let (live, settled) = workspace.leads(hunk.ask).into_iter().partition(is_live);
        Sought { hunk, live, settled }
    }

    /// Looks into some of the live files, which follow each other.
    fn look(&self, files: &[PathBuf], looking: &Looking<'_, '_>) -> Survey<'r> {
        let mut survey = Survey::default();
        if let (Some(first), Some(last)) = (files.first(), files.last()) {
            let from = self.live.partition_point(|lead| lead.path < *first);
            let to = self.live.partition_point(|lead| lead.path <= *last);
            survey.look(self.hunk, &Env::new(), looking, &self.live[from..to]);
        }
        survey
    }
}

/// Named holes that more than one hunk of a body uses.
fn shared_holes(body: &ReadyBody) -> BTreeSet<HoleId> {
    let ReadyWork::Hunks(hunks) = &body.work else { return BTreeSet::new() };
    let mut seen: BTreeMap<HoleId, usize> = BTreeMap::new();
    for hunk in hunks {
        let holes: BTreeSet<HoleId> = hunk.rules.values().flat_map(|rule| rule.holes()).collect();
        for hole in holes.into_iter().filter(|h| body.names.is_named(*h)) {
            *seen.entry(hole).or_default() += 1;
        }
    }
    seen.into_iter().filter(|(_, n)| *n > 1).map(|(h, _)| h).collect()
}
