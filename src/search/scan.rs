//! The hunks of a patch, looked for in the files that may hold them.

use super::compiled::{Ready, ReadyBody, ReadyHunk, ReadyWork};
use super::finder::Looking;
use super::index::Lead;
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
pub(crate) const SITES: usize = 1_000_000;

/// What is done with files while their trees are in memory.
pub(crate) trait Visitor: Sync {
    /// What comes of some files.
    type Edits: Send;

    /// Visits the files of some surveys, of which each has all that is known of its files. With `sum` all bodies count
    /// together. `is_last` says that no more files come.
    fn visit(&self, sum: bool, surveys: &[Vec<Survey<'_>>], is_last: bool) -> Self::Edits;

    /// Takes in what came of a visit, in the order of the files.
    fn take_in(&mut self, edits: Self::Edits);
}

/// Visits no file.
struct Nobody;

impl Visitor for Nobody {
    type Edits = ();

    fn visit(&self, _: bool, _: &[Vec<Survey<'_>>], _: bool) {}

    fn take_in(&mut self, (): ()) {}
}

/// Looks for the hunks of all bodies, and leaves the files alone.
pub(crate) fn look<'r>(
    ready: &'r Ready,
    sum: bool,
    looking: &Looking<'_, '_>,
    all_done: bool,
) -> Option<Vec<Vec<Survey<'r>>>> {
    visit(ready, sum, looking, all_done, None::<&mut Nobody>)
}

/// Looks for the hunks of all bodies: first into the files in which there may be something to do, which the visitor sees
/// while their trees are in memory, then for what is done elsewhere. Nothing where there are too many sites.
pub(crate) fn visit<'r, V: Visitor>(
    ready: &'r Ready,
    sum: bool,
    looking: &Looking<'_, '_>,
    all_done: bool,
    mut visitor: Option<&mut V>,
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
    let look = |files: &[PathBuf], visitor: Option<&V>| {
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
        let edits = visitor.map(|visitor| {
            agree(&mut part, looking);
            visitor.visit(sum, &part, files.last() == live.last())
        });
        part.iter_mut().flatten().for_each(Survey::release);
        (part, edits)
    };
    let one_by_one: Vec<&[PathBuf]> = if together { vec![live.as_slice()] } else { live.chunks(1).collect() };
    for files in one_by_one.chunks(FILES) {
        let looks: Vec<_> = files.par_iter().with_max_len(1).map(|files| look(files, visitor.as_deref())).collect();
        if sites.load(Ordering::Relaxed) > SITES {
            return None;
        }
        for (part, edits) in looks {
            surveys.iter_mut().flatten().zip(part.into_iter().flatten()).for_each(|(known, new)| known.join(new));
            visitor.iter_mut().zip(edits).for_each(|(visitor, edits)| visitor.take_in(edits));
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
        let sides = hunk.rules.values().flat_map(|r| &r.pattern.shapes).flat_map(|s| [&s.before, &s.after]);
        let holes: BTreeSet<HoleId> = sides.flat_map(|s| &s.elements).filter_map(|e| e.part.hole()).collect();
        for hole in holes.into_iter().filter(|h| body.names.is_named(*h)) {
            *seen.entry(hole).or_default() += 1;
        }
    }
    seen.into_iter().filter(|(_, n)| *n > 1).map(|(h, _)| h).collect()
}
