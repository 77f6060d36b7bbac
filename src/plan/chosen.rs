//! Of the sites that several bodies have, those that count.

use super::report::Reason;
use super::spans::Spans;
use super::survey::{Sighting, Survey};
use crate::find::Hit;
use std::collections::BTreeMap;
use std::path::Path;

/// A site chosen for a file: which body, which hunk, where.
pub(super) struct Chosen<'a, 'r> {
    pub body: usize,
    pub hunk: usize,
    pub sighting: &'a Sighting<'r>,
    pub hit: &'a Hit,
    /// How many sites of the sighting are done.
    pub done: usize,
}

/// Chooses, per file, the first body that has sites; says where a later one has sites of its own. With `sum` all bodies
/// count together.
pub(super) fn choose<'a, 'r>(sum: bool, surveys: &'a [Vec<Survey<'r>>]) -> (Vec<Chosen<'a, 'r>>, Vec<Reason>) {
    let mut chosen: Vec<Chosen<'a, 'r>> = Vec::new();
    let mut clashes = Vec::new();
    for (body, hunks) in surveys.iter().enumerate() {
        let earlier = if body == 0 { BTreeMap::new() } else { taken(&chosen) };
        for (hunk, survey) in hunks.iter().enumerate() {
            let todo = survey.sightings.iter().flat_map(|s| &s.found.hits).any(|h| !h.done);
            for sighting in &survey.sightings {
                let taken = earlier.get(sighting.path.as_path());
                let done = sighting.found.hits.iter().filter(|h| h.done).count();
                for hit in &sighting.found.hits {
                    if todo && hit.done && sighting.rule.pattern.shapes[hit.shape].after.elements.is_empty() {
                        // A place with nothing in it tells that all is done, not that part of it is.
                        continue;
                    }
                    let Some(taken) = taken else {
                        chosen.push(Chosen { body, hunk, sighting, hit, done });
                        continue;
                    };
                    let touching = || taken.sites.meeting(&hit.bytes);
                    if hit.done && touching().any(|(other, _)| other.done) {
                        // The same result by two bodies is one site.
                        continue;
                    }
                    let clash = if sum { touching().next().map(|(_, body)| *body) } else { Some(taken.first) };
                    match clash {
                        Some(other) => {
                            let earlier = body_name(other);
                            let text = format!("alternative {body} has a site here too, beside those of {earlier}");
                            clashes.push(Reason { text, place: Some(sighting.start(hit)) });
                        }
                        None => chosen.push(Chosen { body, hunk, sighting, hit, done }),
                    }
                }
            }
        }
    }
    (chosen, clashes)
}

/// The sites that bodies have in one file.
struct Taken<'a> {
    /// Each with its body.
    sites: Spans<(&'a Hit, usize)>,
    /// The first body that has any.
    first: usize,
}

/// The sites that are chosen so far, by file.
fn taken<'a>(chosen: &[Chosen<'a, '_>]) -> BTreeMap<&'a Path, Taken<'a>> {
    let mut files: BTreeMap<&Path, Vec<&Chosen<'a, '_>>> = BTreeMap::new();
    chosen.iter().for_each(|c| files.entry(&c.sighting.path).or_default().push(c));
    let taken = |of: Vec<&Chosen<'a, '_>>| {
        let first = of.iter().map(|c| c.body).min().unwrap_or(0);
        Taken { sites: Spans::new(of.iter().map(|c| (c.hit.bytes.clone(), (c.hit, c.body))).collect()), first }
    };
    files.into_iter().map(|(path, of)| (path, taken(of))).collect()
}

fn body_name(body: usize) -> String {
    if body == 0 { "the patch's own body".to_owned() } else { format!("alternative {body}") }
}
