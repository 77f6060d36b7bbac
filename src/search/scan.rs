//! The hunks of a patch, looked for in the files that may hold them.

use super::compiled::{CompiledAction, CompiledBody, CompiledHunk, CompiledPatch};
use super::finder::Finder;
use super::hunk_matches::{HunkMatches, agree, match_jointly};
use super::index::Candidate;
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
    fn visit(&self, sum: bool, matches: &[Vec<HunkMatches<'_>>], is_last: bool) -> Self::Edits;

    /// Takes in what came of a visit, in the order of the files.
    fn take_in(&mut self, edits: Self::Edits);
}

/// Visits no file.
struct Nobody;

impl Visitor for Nobody {
    type Edits = ();

    fn visit(&self, _: bool, _: &[Vec<HunkMatches<'_>>], _: bool) {}

    fn take_in(&mut self, (): ()) {}
}

/// Looks for the hunks of all bodies, and leaves the files alone.
pub(crate) fn look<'r>(
    compiled: &'r CompiledPatch,
    sum: bool,
    finder: &Finder<'_, '_>,
    all_done: bool,
) -> Option<Vec<Vec<HunkMatches<'r>>>> {
    visit(compiled, sum, finder, all_done, None::<&mut Nobody>)
}

/// Looks for the hunks of all bodies: first into the files in which there may be something to do, which the visitor sees
/// while their trees are in memory, then for what is done elsewhere. Nothing where there are too many sites.
pub(crate) fn visit<'r, V: Visitor>(
    compiled: &'r CompiledPatch,
    sum: bool,
    finder: &Finder<'_, '_>,
    all_done: bool,
    mut visitor: Option<&mut V>,
) -> Option<Vec<Vec<HunkMatches<'r>>>> {
    let workspace = finder.workspace;
    let todo = compiled.hunks().flat_map(|hunk| workspace.candidates(hunk.query)).filter(|candidate| candidate.todo);
    let live: BTreeSet<PathBuf> = todo.map(|candidate| candidate.path).collect();
    let live: Vec<PathBuf> = live.into_iter().collect();
    let hunk_scan = |hunk| HunkScan::new(hunk, workspace, &live);
    let bodies: Vec<(Vec<HunkScan<'r>>, BTreeSet<HoleId>)> =
        compiled.bodies.iter().map(|body| (body.hunks().iter().map(hunk_scan).collect(), shared_holes(body))).collect();
    // Hunks that share holes have to be looked for in all files before any is edited.
    let together = bodies.iter().any(|(_, shared)| !shared.is_empty());
    let new = |(hunks, _): &(Vec<HunkScan<'r>>, _)| hunks.iter().map(|h| HunkMatches::new(h.hunk, workspace)).collect();
    let mut matches: Vec<Vec<HunkMatches<'r>>> = bodies.iter().map(new).collect();
    let sites = AtomicUsize::new(0);
    // What the files hold of each hunk, and the edits of them. Their trees are let go of.
    let look = |files: &[PathBuf], visitor: Option<&V>| {
        let mut part: Vec<Vec<HunkMatches<'r>>> = Vec::with_capacity(bodies.len());
        for ((hunks, shared), body) in bodies.iter().zip(&compiled.bodies) {
            let matches: Vec<HunkMatches<'r>> = match shared.is_empty() {
                true => hunks.iter().map(|hunk| hunk.look(files, finder)).collect(),
                false => match_jointly(body.hunks(), shared, finder),
            };
            let new: usize = matches.iter().map(HunkMatches::sites).sum();
            part.push(matches);
            if sites.fetch_add(new, Ordering::Relaxed) + new > SITES {
                return (part, None);
            }
        }
        let edits = visitor.map(|visitor| {
            agree(&mut part, finder);
            visitor.visit(sum, &part, files.last() == live.last())
        });
        part.iter_mut().flatten().for_each(HunkMatches::release);
        (part, edits)
    };
    let one_by_one: Vec<&[PathBuf]> = if together { vec![live.as_slice()] } else { live.chunks(1).collect() };
    for files in one_by_one.chunks(FILES) {
        let looks: Vec<_> = files.par_iter().with_max_len(1).map(|files| look(files, visitor.as_deref())).collect();
        if sites.load(Ordering::Relaxed) > SITES {
            return None;
        }
        for (part, edits) in looks {
            matches.iter_mut().flatten().zip(part.into_iter().flatten()).for_each(|(known, new)| known.join(new));
            visitor.iter_mut().zip(edits).for_each(|(visitor, edits)| visitor.take_in(edits));
        }
    }
    for ((hunks, _), matches) in bodies.iter().zip(&mut matches).filter(|((_, shared), _)| shared.is_empty()) {
        for (hunk_scan, hunk_matches) in hunks.iter().zip(matches) {
            hunk_matches.settle(hunk_scan.hunk, finder, &hunk_scan.settled, all_done);
        }
    }
    (matches.iter().flatten().map(HunkMatches::sites).sum::<usize>() <= SITES).then_some(matches)
}

/// A hunk, and the files that may hold it, in order.
struct HunkScan<'r> {
    hunk: &'r CompiledHunk,
    /// Those in which the patch may have something to do.
    live: Vec<Candidate>,
    /// The others.
    settled: Vec<Candidate>,
}

impl<'r> HunkScan<'r> {
    fn new(hunk: &'r CompiledHunk, workspace: &Workspace<'_>, live: &[PathBuf]) -> HunkScan<'r> {
        let is_live = |candidate: &Candidate| live.binary_search(&candidate.path).is_ok();
        let (live, settled) = workspace.candidates(hunk.query).into_iter().partition(is_live);
        HunkScan { hunk, live, settled }
    }

    /// Looks into some of the live files, which follow each other.
    fn look(&self, files: &[PathBuf], finder: &Finder<'_, '_>) -> HunkMatches<'r> {
        let mut hunk_matches = HunkMatches::default();
        if let (Some(first), Some(last)) = (files.first(), files.last()) {
            let from = self.live.partition_point(|candidate| candidate.path < *first);
            let to = self.live.partition_point(|candidate| candidate.path <= *last);
            hunk_matches.look(self.hunk, &Env::new(), finder, &self.live[from..to]);
        }
        hunk_matches
    }
}

/// Named holes that more than one hunk of a body uses.
fn shared_holes(body: &CompiledBody) -> BTreeSet<HoleId> {
    let CompiledAction::Hunks(hunks) = &body.work else { return BTreeSet::new() };
    let mut seen: BTreeMap<HoleId, usize> = BTreeMap::new();
    for hunk in hunks {
        let holes: BTreeSet<HoleId> = hunk.rules.values().flat_map(|rule| rule.holes()).collect();
        for hole in holes.into_iter().filter(|h| body.names.is_named(*h)) {
            *seen.entry(hole).or_default() += 1;
        }
    }
    seen.into_iter().filter(|(_, n)| *n > 1).map(|(h, _)| h).collect()
}
