//! The proof: chain by chain.

use super::chain::{Chains, Kind, LinkId, Place};
use super::message;
use super::model::Broken;
use super::shown::{is_any, is_within};
use super::sites::{Around, Region, Sites};
use super::view::{Torn, View};
use crate::find::Bound;
use crate::pattern::{Part, Side};
use crate::source::Bytes;
use std::collections::HashMap;

impl View<'_> {
    /// How the law is broken, if it is.
    pub fn prove(&self, sites: &Sites<'_>) -> Option<Broken> {
        self.kept(sites).or_else(|| (0..sites.all.len()).find_map(|n| self.strays(sites, n)))
    }

    /// Each token that stays has the chain that it had, but for what its body shows.
    fn kept(&self, sites: &Sites<'_>) -> Option<Broken> {
        let mut regions: Option<std::iter::Peekable<std::vec::IntoIter<Region>>> = None;
        let mut open: Vec<Region> = Vec::new();
        // Neighbours mostly have the same chains and are in the same regions.
        let mut last = None;
        let mut changes = 0;
        for place in self.before.places.iter().filter(|p| p.counts) {
            let Some(new) = self.pairs.forth(place.bytes.start).and_then(|byte| self.after.at(byte)) else { continue };
            if self.twins.are_chains(place.link, new.link) {
                continue;
            }
            let regions = regions.get_or_insert_with(|| sites.regions(self).into_iter().peekable());
            let count = open.len();
            open.retain(|r| r.before.bytes.end > place.bytes.start);
            changes += count - open.len();
            while let Some(region) = regions.next_if(|r| r.before.bytes.start <= place.bytes.start) {
                changes += 1;
                open.extend(Some(region).filter(|r| r.before.bytes.end > place.bytes.start));
            }
            let covers = open.iter().filter(|r| r.after.bytes.contains(&new.bytes.start)).count();
            let key = Some((place.link, new.link, changes, covers));
            if std::mem::replace(&mut last, key) == key {
                continue;
            }
            if let Some(torn) = self.torn(place, new, &open) {
                return Some(message::broken(self, sites, &torn));
            }
        }
        None
    }

    /// Whether a token's chains differ by more than the regions around it say.
    fn torn<'v>(&self, before: &'v Place, after: &Place, open: &[Region]) -> Option<Torn<'v>> {
        let around: Vec<&Region> = open.iter().filter(|r| r.after.bytes.contains(&after.bytes.start)).collect();
        let all = |side: fn(&Region) -> &Around| -> Vec<LinkId> {
            around.iter().flat_map(|r| side(r).shown.iter().copied()).collect()
        };
        let left: Vec<LinkId> = around.iter().flat_map(|r| [r.before.left, r.after.left]).flatten().collect();
        let (gone, came) = (all(|r| &r.before), all(|r| &r.after));
        // Which statements are one is as the body shows it, and a syntax error is no link.
        let is_soft = |kind| kind == Kind::Error || kind == Kind::Statement && !around.is_empty();
        let rest = |chains: &Chains, link: LinkId, shown: &[LinkId]| {
            let stays = |&l: &LinkId| !shown.contains(&l) && !is_soft(chains.links[l].kind);
            let mut rest: Vec<LinkId> = chains.chain(link).filter(stays).collect();
            rest.reverse();
            rest
        };
        let (old, new) = (rest(&self.before, before.link, &gone), rest(&self.after, after.link, &came));
        let has_all = |chains: &Chains, link: LinkId, shown: &[LinkId]| {
            let around = |l: &LinkId| chains.chain(link).any(|other| other == *l);
            shown.iter().all(|l| chains.links[*l].kind == Kind::Statement || left.contains(l) || around(l))
        };
        let shown = has_all(&self.before, before.link, &gone) && has_all(&self.after, after.link, &came);
        if shown && old.len() == new.len() && old.iter().zip(&new).all(|(&a, &b)| self.twins.are(a, b)) {
            return None;
        }
        let is_within = |kind| {
            let holds = |chains: &Chains, link: LinkId| chains.chain(link).any(|l| chains.links[l].kind == kind);
            holds(&self.before, before.link) || holds(&self.after, after.link)
        };
        if is_within(Kind::Error) {
            // One of them is enough.
            self.torn.borrow_mut().get_or_insert_with(|| before.bytes.clone());
            return None;
        }
        // Imports have rules of their own.
        (!is_within(Kind::Imports)).then_some(Torn { token: before, old, new })
    }

    /// What a site brings is where what it shows beside it is: all that the after side shows is in the same
    /// surroundings, if all that the before side shows was.
    fn strays(&self, sites: &Sites<'_>, n: usize) -> Option<Broken> {
        let site = &sites.all[n];
        let after = site.after?;
        let shown = sites.shown(n, self.by);
        let old = Outer::of(&self.before, &site.variant.before, site.before, &shown.before)?;
        if !old.is_one() {
            return None;
        }
        let new = Outer::of(&self.after, &site.variant.after, after, &shown.after)?;
        let (stray, beside) = new.odd()?;
        Some(message::stray(self, site, (stray, beside)))
    }
}

/// The links around a whole side, found from each of its elements.
struct Outer {
    /// For each element that tells: the element, and the link; nothing where what the side shows around it is not there.
    found: Vec<(usize, Option<LinkId>)>,
}

impl Outer {
    fn of(chains: &Chains, side: &Side, bounds: &[Bound], shown: &super::shown::ShownSide) -> Option<Outer> {
        let links = shown.find(chains, bounds);
        let bare = shown.has_bare_clause();
        let mut found = Vec::new();
        let mut known: HashMap<(LinkId, LinkId), Option<LinkId>> = HashMap::new();
        for (e, (element, bound)) in side.elements.iter().zip(bounds).enumerate() {
            let tells = !matches!(element.part, Part::Comment(_)) && !bound.bytes.is_empty();
            let Some(place) = chains.at(bound.bytes.start).filter(|p| tells && p.counts) else { continue };
            let inner = if is_any(element) { bound.bytes.clone() } else { place.bytes.clone() };
            let left = shown.left_by(side, e);
            let around: Vec<LinkId> = shown.around(e).filter(|&l| Some(l) != left).filter_map(|l| links[l]).collect();
            let key = (place.link, shown.around(e).next().unwrap_or(0));
            let outer = match known.get(&key).filter(|_| !is_any(element)) {
                Some(outer) => *outer,
                None => climb(chains, place.link, &around, &Soft { inner, left: left.and_then(|l| links[l]), bare }),
            };
            if !is_any(element) {
                known.insert(key, outer);
            }
            if outer.is_none_or(|link| chains.chain(link).all(|l| chains.links[l].kind != Kind::Error)) {
                found.push((e, outer));
            }
        }
        (!found.is_empty()).then_some(Outer { found })
    }

    fn is_one(&self) -> bool {
        self.odd().is_none()
    }

    /// An element that is not where the first is, and that one.
    fn odd(&self) -> Option<(usize, usize)> {
        let (first, link) = *self.found.first()?;
        let odd = self.found.iter().find(|(_, other)| *other != link || other.is_none())?;
        Some((odd.0, first))
    }
}

/// What is passed over on the way out of a side.
struct Soft {
    /// The code that an element stands for, with all that is in it.
    inner: Bytes,
    /// A branch that it may have left behind.
    left: Option<LinkId>,
    /// Whether a clause around the side is none of its business.
    bare: bool,
}

/// From the innermost link around some code up through those that a side shows around it, to the first that is outside of
/// the side. Nothing where a shown one is not there.
fn climb(chains: &Chains, from: LinkId, shown: &[LinkId], soft: &Soft) -> Option<LinkId> {
    let is_soft = |l: LinkId| {
        let link = &chains.links[l];
        l != 0 && (link.kind == Kind::Statement || Some(l) == soft.left || is_within(&link.span, &soft.inner))
    };
    let up = |l: LinkId| chains.links[l].parent;
    let mut at = from;
    for &link in shown.iter().filter(|&&l| chains.links[l].kind != Kind::Statement) {
        while at != link && is_soft(at) {
            at = up(at);
        }
        if at != link {
            return None;
        }
        at = up(at);
    }
    while is_soft(at) {
        at = up(at);
    }
    Some(if soft.bare && chains.links[at].kind == Kind::Clause { up(at) } else { at })
}
