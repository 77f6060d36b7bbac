use super::site_edit::SiteEdit;
use crate::find::{Found, Hit};
use crate::source::{Bytes, OffsetMap};
use std::collections::HashMap;

/// The hits of a file by the place of a token that stays, so that each site meets its own and not all others.
pub(crate) struct HitIndex<'a> {
    found: &'a Found,
    /// By shape, done or not, and the first byte of the shape's anchor.
    places: HashMap<(usize, bool, usize), Vec<&'a Hit>>,
}

impl<'a> HitIndex<'a> {
    /// Sorts the hits of one rule.
    pub fn new(found: &'a Found, work: &SiteEdit<'_>) -> HitIndex<'a> {
        let mut places: HashMap<(usize, bool, usize), Vec<&Hit>> = HashMap::new();
        for hit in &found.hits {
            if let Some((before, after)) = work.rule.pattern.variants[hit.variant].anchor() {
                let element = if hit.done { after } else { before };
                let byte = hit.matched.bounds[element].bytes.start;
                places.entry((hit.variant, hit.done, byte)).or_default().push(hit);
            }
        }
        HitIndex { found, places }
    }

    /// The hits that may be the site of a work, in the file that it made.
    pub fn of(&self, work: &SiteEdit<'_>, shift: &OffsetMap, done: bool) -> impl Iterator<Item = &'a Hit> {
        let variant = work.hit.variant;
        // What stays in its place beside a site that holds others may be no anchor.
        let anchor = work.rule.pattern.variants[variant].anchor().filter(|_| !work.is_held());
        let known = anchor.and_then(|(before, _)| {
            let byte = shift.start(work.hit.matched.bounds[before].bytes.start);
            self.places.get(&(variant, done, byte))
        });
        let all = if anchor.is_none() { self.found.hits.as_slice() } else { &[] };
        let any = all.iter().filter(move |h| h.variant == variant && h.done == done);
        known.into_iter().flatten().copied().chain(any)
    }

    /// The hits that begin within some bytes of the file that a work made, where nothing stays that would anchor its site.
    pub fn within(&self, work: &SiteEdit<'_>, bytes: &Bytes, done: bool) -> impl Iterator<Item = &'a Hit> {
        let variant = work.hit.variant;
        let hits = &self.found.hits;
        let from = hits.partition_point(|h| h.bytes.start < bytes.start);
        let to = hits.partition_point(|h| h.bytes.start <= bytes.end);
        hits[from..to.max(from)].iter().filter(move |h| h.variant == variant && h.done == done)
    }
}
