//! The sites of a file with what their bodies show.

use super::chain::{Chains, Kind, LinkId};
use super::model::Site;
use super::shown::{By, Shown, ShownSide};
use super::view::View;
use crate::find::Bound;
use crate::pattern::{Part, Reach, Side, Variant};
use crate::source::{Bytes, Source};
use std::collections::HashMap;

/// The sites of a file; what a body shows is worked out once for all of its sites.
pub(crate) struct Sites<'a> {
    pub all: &'a [Site<'a>],
    shown: Vec<[Shown; 2]>,
    /// The body of each site.
    of: Vec<usize>,
}

impl<'a> Sites<'a> {
    pub fn new(all: &'a [Site<'a>]) -> Sites<'a> {
        let mut known: HashMap<*const Variant, usize> = HashMap::new();
        let mut shown = Vec::new();
        let of = all.iter().map(|site| {
            *known.entry(std::ptr::from_ref(site.variant)).or_insert_with(|| {
                shown.push([Shown::new(site.variant, By::Tree), Shown::new(site.variant, By::Lines)]);
                shown.len() - 1
            })
        });
        let of = of.collect();
        Sites { all, shown, of }
    }

    /// What the body of a site shows.
    pub fn shown(&self, site: usize, by: By) -> &Shown {
        &self.shown[self.of[site]][usize::from(by == By::Lines)]
    }
}

/// Code around which the sides of a body do not show the same.
pub(crate) struct Region {
    pub before: Around,
    pub after: Around,
}

/// A region on one side.
pub(crate) struct Around {
    pub bytes: Bytes,
    /// The links of the file that the body's side shows around it.
    pub shown: Vec<LinkId>,
    /// The one of them that some of the code may have left behind: an ellipsis goes on over whole branches.
    pub left: Option<LinkId>,
    /// The one of them that is a clause without its `switch`.
    bare: Option<LinkId>,
}

impl Sites<'_> {
    /// The regions of all sites, in order.
    pub fn regions(&self, view: &View<'_>) -> Vec<Region> {
        let mut regions = Vec::new();
        for (n, site) in self.all.iter().enumerate() {
            let (shown, Some(bounds)) = (self.shown(n, view.by), site.after) else { continue };
            if shown.changed.is_empty() {
                continue;
            }
            let before = Bind::new(view.change.before, &site.variant.before, site.before, &shown.before, &view.before);
            let after = Bind::new(view.change.after, &site.variant.after, bounds, &shown.after, &view.after);
            let region = |&(b, a): &(usize, usize)| {
                let mut region = Region { before: before.around(b), after: after.around(a) };
                region.take_other_clause(view);
                region
            };
            regions.extend(shown.changed.iter().map(region));
        }
        regions.retain(|r| !r.before.bytes.is_empty());
        regions.sort_by_key(|r| (r.before.bytes.start, std::cmp::Reverse(r.before.bytes.end)));
        regions
    }
}

impl Region {
    /// Where one side of the body shows a clause without the `switch`, the code was in another clause of that before, or
    /// is afterwards.
    fn take_other_clause(&mut self, view: &View<'_>) {
        let around = |chains: &Chains, bytes: &Bytes, fits: &dyn Fn(LinkId) -> bool| {
            let link = chains.within(bytes).first()?.link;
            chains.chain(link).find(|&l| chains.links[l].kind == Kind::Clause && fits(chains.links[l].parent))
        };
        let (before, after) = (&view.before, &view.after);
        match (self.before.bare, self.after.bare) {
            (None, Some(clause)) => {
                let of = after.links[clause].parent;
                let other = around(before, &self.before.bytes, &|l| view.twins.are(l, of));
                self.before.shown.extend(other);
            }
            (Some(clause), None) => {
                let of = before.links[clause].parent;
                let other = around(after, &self.after.bytes, &|l| view.twins.are(of, l));
                self.after.shown.extend(other);
            }
            _ => {}
        }
    }
}

/// A side bound to a file.
struct Bind<'a> {
    source: &'a Source,
    side: &'a Side,
    bounds: &'a [Bound],
    shown: &'a ShownSide,
    links: Vec<Option<LinkId>>,
}

impl<'a> Bind<'a> {
    fn new(source: &'a Source, side: &'a Side, bounds: &'a [Bound], shown: &'a ShownSide, chains: &Chains) -> Self {
        Bind { source, side, bounds, shown, links: shown.find(chains, bounds) }
    }

    fn around(&self, element: usize) -> Around {
        let bytes = extent(self.source, self.side, self.bounds, element);
        let links = || self.shown.around(element);
        let shown = links().filter_map(|l| self.links[l]).collect();
        let left = self.shown.left_by(self.side, element).and_then(|l| self.links[l]);
        let bare = links().find(|&l| self.shown.is_bare_clause(l)).and_then(|l| self.links[l]);
        Around { bytes, shown, left, bare }
    }
}

/// The code that an element stands for. How far an ellipsis goes that begins or ends the body, nothing tells: it may
/// stand for all up to the edge of its list.
fn extent(source: &Source, side: &Side, bounds: &[Bound], element: usize) -> Bytes {
    let bound = &bounds[element];
    let mut bytes = bound.bytes.clone();
    let is_open = matches!(side.elements[element].part, Part::Dots(_, Reach::Lines { .. }));
    let Some(list) = bound.list.filter(|_| is_open).map(|l| &source.lists[l]) else { return bytes };
    if element == 0 {
        bytes.start = bytes.start.min(source.gap_end(list.inside.start));
    }
    if element + 1 == side.elements.len() {
        bytes.end = bytes.end.max(source.gap_start(list.inside.end));
    }
    bytes
}
