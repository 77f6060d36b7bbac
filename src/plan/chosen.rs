//! The sites of the bodies of a patch, and those of them that count.

use super::report::Reason;
use super::spans::Spans;
use super::survey::{Sighting, Survey};
use crate::find::Hit;
use std::collections::BTreeMap;
use std::path::Path;

/// A site chosen for a file: which body, which hunk, where.
#[derive(Clone)]
pub(super) struct Chosen<'a, 'r> {
    pub body: usize,
    pub hunk: usize,
    pub sighting: &'a Sighting<'r>,
    pub hit: &'a Hit,
    /// How many sites of the sighting are done.
    pub done: usize,
}

impl Chosen<'_, '_> {
    /// The file that it is in.
    pub fn path(&self) -> &Path {
        &self.sighting.path
    }
}

/// All sites of one body.
pub(super) fn sites_of<'a, 'r>(body: usize, hunks: &'a [Survey<'r>]) -> Vec<Chosen<'a, 'r>> {
    let mut sites = Vec::new();
    for (hunk, survey) in hunks.iter().enumerate() {
        let todo = survey.sightings.iter().flat_map(|s| &s.found.hits).any(|h| !h.done);
        for sighting in &survey.sightings {
            let done = sighting.found.hits.iter().filter(|h| h.done).count();
            // A place with nothing in it tells that all is done, not that part of it is.
            let is_site = |hit: &&Hit| {
                let shape = sighting.rule.pattern.shapes.get(hit.shape);
                !(todo && hit.done && shape.is_some_and(|shape| shape.after.elements.is_empty()))
            };
            let hits = sighting.found.hits.iter().filter(is_site);
            sites.extend(hits.map(|hit| Chosen { body, hunk, sighting, hit, done }));
        }
    }
    sites
}

/// The sites of all bodies together; says where two of them claim the same code.
pub(super) fn sum<'a, 'r>(surveys: &'a [Vec<Survey<'r>>]) -> (Vec<Chosen<'a, 'r>>, Vec<Reason>) {
    let mut chosen: Vec<Chosen<'a, 'r>> = Vec::new();
    let mut clashes = Vec::new();
    for (body, hunks) in surveys.iter().enumerate() {
        let earlier = if body == 0 { BTreeMap::new() } else { taken(&chosen) };
        for site in sites_of(body, hunks) {
            let touching = || earlier.get(site.path()).into_iter().flat_map(|taken| taken.meeting(&site.hit.bytes));
            // The same result by two bodies is one site.
            if site.hit.done && touching().any(|(other, _)| other.done) {
                continue;
            }
            match touching().next() {
                Some((_, other)) => {
                    let text = format!("{} has a site here, and so has {}", name(body), name(*other));
                    clashes.push(Reason { text, place: Some(site.sighting.start(site.hit)) });
                }
                None => chosen.push(site),
            }
        }
    }
    (chosen, clashes)
}

/// The sites that are chosen so far, by file, each with its body.
fn taken<'a>(chosen: &[Chosen<'a, '_>]) -> BTreeMap<&'a Path, Spans<(&'a Hit, usize)>> {
    let mut files: BTreeMap<&Path, Vec<_>> = BTreeMap::new();
    for c in chosen {
        files.entry(&c.sighting.path).or_default().push((c.hit.bytes.clone(), (c.hit, c.body)));
    }
    files.into_iter().map(|(path, sites)| (path, Spans::new(sites))).collect()
}

/// What people call a body.
pub(super) fn name(body: usize) -> String {
    if body == 0 { "the patch's own body".to_owned() } else { format!("alternative {body}") }
}
