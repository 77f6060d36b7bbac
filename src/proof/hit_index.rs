use super::site_edit::SiteEdit;
use crate::find::{Found, Hit};
use crate::source::{Bytes, OffsetMap};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The hits of a file by the place of a token that stays, so that each site meets its own and not all others.
pub(crate) struct HitIndex<'a> {
    found: &'a Found,
    /// By shape, done or not, and the first byte of the shape's anchor.
    places: HashMap<(usize, bool, usize), Vec<&'a Hit>>,
    /// By shape, done or not, and an element, where a shape has no anchor.
    spans: RefCell<HashMap<(usize, bool, usize), Rc<Spans<'a>>>>,
}

/// Hits by the place of one of their elements.
struct Spans<'a> {
    /// In order of place.
    hits: Vec<(Bytes, &'a Hit)>,
    /// The furthest end among them up to each.
    ends: Vec<usize>,
}

impl<'a> Spans<'a> {
    fn new(hits: impl Iterator<Item = &'a Hit>, element: usize) -> Spans<'a> {
        let mut hits: Vec<(Bytes, &Hit)> = hits.map(|hit| (hit.matched.bounds[element].bytes.clone(), hit)).collect();
        hits.sort_by_key(|(bytes, _)| bytes.start);
        let furthest = |end: &mut usize, (bytes, _): &(Bytes, &Hit)| {
            *end = bytes.end.max(*end);
            Some(*end)
        };
        let ends = hits.iter().scan(0, furthest).collect();
        Spans { hits, ends }
    }

    /// Those whose element holds some bytes, in order of place.
    fn around(&self, bytes: &Bytes) -> Vec<&'a Hit> {
        let to = self.hits.partition_point(|(b, _)| b.start <= bytes.start);
        let near = (0..to).rev().take_while(|&n| self.ends[n] >= bytes.end);
        let mut around: Vec<&Hit> = near.filter(|&n| self.hits[n].0.end >= bytes.end).map(|n| self.hits[n].1).collect();
        around.reverse();
        around
    }
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
        HitIndex { found, places, spans: RefCell::default() }
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
        let kept = work.variant().steady.first().filter(|_| anchor.is_none());
        let around = kept.map(|&(before, after)| {
            let place = shift.range(&work.hit.matched.bounds[before].bytes);
            self.spans(variant, done, if done { after } else { before }).around(&place)
        });
        known.into_iter().flatten().copied().chain(around.into_iter().flatten())
    }

    fn spans(&self, variant: usize, done: bool, element: usize) -> Rc<Spans<'a>> {
        let of_shape = |hit: &&Hit| hit.variant == variant && hit.done == done;
        let new = || Rc::new(Spans::new(self.found.hits.iter().filter(of_shape), element));
        self.spans.borrow_mut().entry((variant, done, element)).or_insert_with(new).clone()
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
