//! Which sites and holes of a file get parentheses: those that the result needs, and no others.

use super::expected::Unit;
use super::site_edit::SiteEdit;
use crate::edit::Parens;
use crate::pattern::{Element, Part};
use crate::source::{Node, Source};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};

/// So often only the outermost of torn units get parentheses, which may cure the ones in them. Code that is nested deeper
/// gets them everywhere at once.
const ROUNDS: usize = 16;

/// Where parentheses are tried at a site that nothing takes apart, and that is yet not known again: around its holes,
/// around the whole.
const TRIES: [(bool, bool); 3] = [(true, false), (false, true), (true, true)];

/// The parentheses that the sites of a file are known to need so far.
pub(crate) struct Brackets {
    /// Those of each site.
    pub parens: Vec<Parens>,
    /// The units that have them because they would be torn.
    units: HashSet<Unit>,
    /// Units whose parentheses may have become needless, and that were tried without.
    doubted: HashSet<Unit>,
    rounds: usize,
    /// How many of [`TRIES`] each site had.
    tries: Vec<usize>,
}

impl Brackets {
    /// None for any of so many sites.
    pub fn none(sites: usize) -> Brackets {
        let parens = vec![Parens::default(); sites];
        Brackets { parens, units: HashSet::new(), doubted: HashSet::new(), rounds: 0, tries: vec![0; sites] }
    }

    /// Gives torn units their parentheses. Fails with the first where all have them already.
    pub fn give(&mut self, torn: Vec<Unit>) -> Result<(), Unit> {
        let first = torn.first().cloned();
        let new: Vec<Unit> = torn.into_iter().filter(|unit| !self.units.contains(unit)).collect();
        self.rounds += 1;
        let given = if self.rounds > ROUNDS { new } else { outermost(new) };
        match first.filter(|_| given.is_empty()) {
            Some(unit) => Err(unit),
            None => {
                given.iter().for_each(|unit| self.set(unit, true));
                self.units.extend(given);
                Ok(())
            }
        }
    }

    /// Takes away the parentheses around units in which others got theirs later, once; says whether there are any.
    pub fn doubt(&mut self) -> bool {
        let doubtful: Vec<Unit> = outer(&self.units).into_iter().filter(|u| !self.doubted.contains(u)).collect();
        for unit in &doubtful {
            self.set(unit, false);
            self.units.remove(unit);
        }
        let any = !doubtful.is_empty();
        self.doubted.extend(doubtful);
        any
    }

    /// Gives back what was taken away in doubt; says whether there was anything.
    pub fn restore(&mut self) -> bool {
        let missing: Vec<Unit> = self.doubted.difference(&self.units).cloned().collect();
        missing.iter().for_each(|unit| self.set(unit, true));
        self.units.extend(missing.iter().cloned());
        !missing.is_empty()
    }

    /// Tries parentheses at a site that does not read as its body does; says whether there are any left to try.
    pub fn try_next(&mut self, source: &Source, works: &[SiteEdit<'_>], site: usize) -> bool {
        let Some(&(holes, whole)) = TRIES.get(self.tries[site]) else { return false };
        self.tries[site] += 1;
        let work = &works[site];
        let loose = |(a, element): (usize, &Element)| {
            let Part::Item(hole) = element.part else { return None };
            let tokens = &work.hit.matched.bounds[work.variant().before.of_hole(hole)?].tokens;
            let may_have_parens = |(_, n): (_, &Node)| source.language.may_have_parens(n.kind);
            (tokens.len() > 1 && source.nodes_over(tokens).any(may_have_parens)).then_some(a)
        };
        let of_holes = work.variant().after.elements.iter().enumerate().filter_map(loose);
        let holes = if holes { of_holes.collect() } else { BTreeSet::new() };
        self.parens[site] = Parens { holes, whole: whole && work.is_grouped(source) };
        let own: Vec<Unit> = self.units.iter().filter(|unit| unit.site == site).cloned().collect();
        own.iter().for_each(|unit| self.set(unit, true));
        true
    }

    fn set(&mut self, unit: &Unit, wanted: bool) {
        let parens = &mut self.parens[unit.site];
        match unit.hole {
            None => parens.whole = wanted,
            Some(hole) if wanted => drop(parens.holes.insert(hole)),
            Some(hole) => drop(parens.holes.remove(&hole)),
        }
    }
}

/// In order of place, outer ones first. What is bound elsewhere than in the file has no place.
fn key(unit: &Unit) -> Option<(usize, Reverse<usize>)> {
    unit.old.as_ref().map(|tokens| (tokens.start, Reverse(tokens.end)))
}

/// Those that lie in no other.
fn outermost(mut units: Vec<Unit>) -> Vec<Unit> {
    units.sort_by_key(key);
    let mut end = 0;
    let mut is_outer = |unit: &Unit| match &unit.old {
        Some(tokens) if tokens.end <= end => false,
        Some(tokens) => {
            end = tokens.end;
            true
        }
        None => true,
    };
    units.retain(|unit| is_outer(unit));
    units
}

/// Those in which another lies.
fn outer(units: &HashSet<Unit>) -> Vec<Unit> {
    let mut units: Vec<&Unit> = units.iter().filter(|unit| unit.old.is_some()).collect();
    units.sort_by_key(|unit| key(unit));
    let holds = |pair: &[&Unit]| match (&pair[0].old, &pair[1].old) {
        (Some(a), Some(b)) => a != b && b.end <= a.end,
        _ => false,
    };
    units.windows(2).filter(|pair| holds(pair)).map(|pair| pair[0].clone()).collect()
}
