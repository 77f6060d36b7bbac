//! The sites of the bodies of a patch, and those of them that count.

use super::hunk_matches::{FileMatches, HunkMatches};
use crate::find::Hit;
use crate::report::Reason;
use crate::source::Spans;
use std::collections::BTreeMap;
use std::path::Path;

/// A site chosen for a file: which body, which hunk, where.
#[derive(Clone)]
pub(crate) struct SelectedSite<'a, 'r> {
    pub body: usize,
    pub hunk: usize,
    pub file_matches: &'a FileMatches<'r>,
    pub hit: &'a Hit,
    /// How many sites of the sighting are done.
    pub done: usize,
}

impl SelectedSite<'_, '_> {
    /// The file that it is in.
    pub fn path(&self) -> &Path {
        &self.file_matches.path
    }
}

/// All sites of one body.
pub(crate) fn sites_of<'a, 'r>(body: usize, hunks: &'a [HunkMatches<'r>]) -> Vec<SelectedSite<'a, 'r>> {
    let mut sites = Vec::new();
    for (hunk, hunk_matches) in hunks.iter().enumerate() {
        let todo = hunk_matches.by_file.iter().flat_map(|s| &s.found.hits).any(|h| !h.done);
        for file_matches in &hunk_matches.by_file {
            let done = file_matches.found.hits.iter().filter(|h| h.done).count();
            // A place with nothing in it tells that all is done, not that part of it is.
            let is_site = |hit: &&Hit| {
                let variant = file_matches.rule.pattern.variants.get(hit.variant);
                !(todo && hit.done && variant.is_some_and(|variant| variant.after.elements.is_empty()))
            };
            let hits = file_matches.found.hits.iter().filter(is_site);
            sites.extend(hits.map(|hit| SelectedSite { body, hunk, file_matches, hit, done }));
        }
    }
    sites
}

/// The sites of all bodies together; says where two of them claim the same code.
pub(crate) fn sum<'a, 'r>(matches: &'a [Vec<HunkMatches<'r>>]) -> (Vec<SelectedSite<'a, 'r>>, Vec<Reason>) {
    let mut selected: Vec<SelectedSite<'a, 'r>> = Vec::new();
    let mut clashes = Vec::new();
    for (body, hunks) in matches.iter().enumerate() {
        let earlier = if body == 0 { BTreeMap::new() } else { taken(&selected) };
        for site in sites_of(body, hunks) {
            let touching = || earlier.get(site.path()).into_iter().flat_map(|taken| taken.meeting(&site.hit.bytes));
            // The same result by two bodies is one site.
            if site.hit.done && touching().any(|(other, _)| other.done) {
                continue;
            }
            match touching().next() {
                Some((_, other)) => {
                    let text = format!("{} has a site here, and so has {}", name(body), name(*other));
                    clashes.push(Reason { text, place: Some(site.file_matches.start(site.hit)) });
                }
                None => selected.push(site),
            }
        }
    }
    (selected, clashes)
}

/// The sites that are chosen so far, by file, each with its body.
fn taken<'a>(selected: &[SelectedSite<'a, '_>]) -> BTreeMap<&'a Path, Spans<(&'a Hit, usize)>> {
    let mut files: BTreeMap<&Path, Vec<_>> = BTreeMap::new();
    for c in selected {
        files.entry(&c.file_matches.path).or_default().push((c.hit.bytes.clone(), (c.hit, c.body)));
    }
    files.into_iter().map(|(path, sites)| (path, Spans::new(sites))).collect()
}

/// What people call a body.
pub(crate) fn name(body: usize) -> String {
    if body == 0 { "the patch's own body".to_owned() } else { format!("alternative {body}") }
}
