//! Of several bodies of a patch, the ones that count: each is judged whole.
//!
//! A body *fits* where every hunk of it has as many sites as its `expect` allows, pending and applied together, and at
//! least one hunk has any. The only one that fits is taken, in all files. Where several fit, or none does, each file takes
//! the body that is *complete* in it: each hunk that must have a site has one in this file. Then the counts of all files
//! must meet `expect` together.

use super::verdict::{Counts, facts_of, is_met};
use crate::patchset::Expect;
use crate::report::Reason;
use crate::search::{CompiledAction, CompiledPatch, HunkMatches, SelectedSite, name, sites_of};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Whether two bodies make the same of a file.
pub(crate) type Same<'a> = dyn Fn(&Path, usize, usize) -> bool + 'a;

/// What is chosen.
pub(crate) struct Choice<'a, 'r> {
    pub sites: Vec<SelectedSite<'a, 'r>>,
    /// Why nothing can be chosen.
    pub clashes: Vec<Reason>,
    /// Sites that bodies have which do not fit.
    pub passed_over: Vec<SelectedSite<'a, 'r>>,
}

/// A body and its sites.
struct Candidate<'a, 'r> {
    body: usize,
    expects: Vec<Expect>,
    sites: Vec<SelectedSite<'a, 'r>>,
}

/// Chooses among the bodies.
pub(crate) fn choose<'a, 'r>(
    compiled: &CompiledPatch,
    matches: &'a [Vec<HunkMatches<'r>>],
    cured: usize,
    same: &Same<'_>,
) -> Choice<'a, 'r> {
    let mut all: Vec<Candidate<'a, 'r>> =
        matches.iter().enumerate().map(|(n, s)| Candidate::new(compiled, n, s)).collect();
    if all.len() == 1 {
        let sites = all.pop().map_or_else(Vec::new, |only| only.sites);
        return Choice { sites, clashes: Vec::new(), passed_over: Vec::new() };
    }
    let fitting: BTreeSet<usize> = all.iter().filter(|c| c.fits(cured)).map(|c| c.body).collect();
    let some = |bodies: &BTreeSet<usize>| all.iter().filter(|c| bodies.contains(&c.body)).collect::<Vec<_>>();
    let taken = match fitting.len() {
        1 => Ok(all.iter().flat_map(|c| &c.sites).filter(|s| fitting.contains(&s.body)).cloned().collect()),
        0 => {
            let by_file = by_file(&all.iter().collect::<Vec<_>>(), same).ok();
            let fits =
                |sites: &Vec<SelectedSite<'_, '_>>| expects_of(&all, sites).iter().all(|e| e.is_met(sites, cured));
            Ok(by_file.filter(|sites| !sites.is_empty() && fits(sites)).unwrap_or_else(|| nearest(&all, cured)))
        }
        _ => by_file(&some(&fitting), same).or_else(|clash| alike(&some(&fitting), same).ok_or(clash)),
    };
    match taken {
        Ok(sites) => {
            let used: BTreeSet<usize> = sites.iter().map(|s: &SelectedSite<'_, '_>| s.body).collect();
            let others = all.iter().filter(|c| !used.contains(&c.body) && !fitting.contains(&c.body));
            let passed_over = others.flat_map(|c| c.sites.iter().filter(|s| !s.hit.done)).cloned().collect();
            Choice { sites, clashes: Vec::new(), passed_over }
        }
        Err(clash) => {
            // The sites of the first are shown.
            let sites = all.iter().find(|c| fitting.contains(&c.body)).map_or_else(Vec::new, |c| c.sites.clone());
            Choice { sites, clashes: vec![clash], passed_over: Vec::new() }
        }
    }
}

/// What the hunks with one number must have together, over the bodies that sites are of.
pub(crate) struct Expected {
    pub hunk: usize,
    pub expect: Expect,
}

impl Expected {
    /// How many sites the hunk has in each file.
    pub fn counts(&self, sites: &[SelectedSite<'_, '_>]) -> Counts {
        let mut counts = Counts::new();
        for site in sites.iter().filter(|s| s.hunk == self.hunk) {
            let (todo, done) = counts.entry(site.path().to_owned()).or_default();
            if site.hit.done { *done += 1 } else { *todo += 1 }
        }
        counts
    }

    fn is_met(&self, sites: &[SelectedSite<'_, '_>], cured: usize) -> bool {
        is_met(facts_of(&self.counts(sites), self.expect, cured))
    }
}

/// What the hunks of the bodies must have that some sites are of; those of the first body, where there are none.
pub(crate) fn expected(compiled: &CompiledPatch, sites: &[SelectedSite<'_, '_>]) -> Vec<Expected> {
    let bodies: BTreeSet<usize> = sites.iter().map(|s| s.body).collect();
    let first = BTreeSet::from([0]);
    let bodies = if bodies.is_empty() { &first } else { &bodies };
    distinct(bodies.iter().map(|&body| expects(compiled, body)))
}

fn expects_of(all: &[Candidate<'_, '_>], sites: &[SelectedSite<'_, '_>]) -> Vec<Expected> {
    let bodies: BTreeSet<usize> = sites.iter().map(|s| s.body).collect();
    distinct(all.iter().filter(|c| bodies.contains(&c.body)).map(|c| c.expects.clone()))
}

fn distinct(bodies: impl Iterator<Item = Vec<Expect>>) -> Vec<Expected> {
    let mut out: Vec<Expected> = Vec::new();
    for (hunk, expect) in bodies.flat_map(|expects| expects.into_iter().enumerate()) {
        if !out.iter().any(|e| e.hunk == hunk && e.expect == expect) {
            out.push(Expected { hunk, expect });
        }
    }
    out.sort_by_key(|e| e.hunk);
    out
}

/// How many sites each hunk of a body must have.
fn expects(compiled: &CompiledPatch, body: usize) -> Vec<Expect> {
    match compiled.bodies.get(body).map(|b| &b.work) {
        Some(CompiledAction::Hunks(hunks)) => {
            hunks.iter().map(|h| h.rules.values().next().map(|r| r.expect).unwrap_or_default()).collect()
        }
        _ => vec![Expect::default()],
    }
}

impl<'a, 'r> Candidate<'a, 'r> {
    fn new(compiled: &CompiledPatch, body: usize, matches: &'a [HunkMatches<'r>]) -> Candidate<'a, 'r> {
        Candidate { body, expects: expects(compiled, body), sites: sites_of(body, matches) }
    }

    fn expected(&self) -> impl Iterator<Item = Expected> {
        self.expects.iter().enumerate().map(|(hunk, &expect)| Expected { hunk, expect })
    }

    fn fits(&self, cured: usize) -> bool {
        !self.sites.is_empty() && self.expected().all(|e| e.is_met(&self.sites, cured))
    }

    /// The files in which each hunk has a site that must have one.
    fn complete(&self) -> BTreeSet<&'a Path> {
        let mut files: BTreeMap<&'a Path, BTreeSet<usize>> = BTreeMap::new();
        for site in &self.sites {
            files.entry(&site.file_matches.path).or_default().insert(site.hunk);
        }
        let must = |hunk: &usize| !matches!(self.expects[*hunk], Expect::Between(0, _));
        let musts: Vec<usize> = (0..self.expects.len()).filter(must).collect();
        files.retain(|_, hunks| musts.iter().all(|hunk| hunks.contains(hunk)));
        files.into_keys().collect()
    }
}

/// For each file the body that is complete in it. Fails where there is none, or several that make different code of it.
fn by_file<'a, 'r>(candidates: &[&Candidate<'a, 'r>], same: &Same<'_>) -> Result<Vec<SelectedSite<'a, 'r>>, Reason> {
    let mut bodies: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for candidate in candidates {
        candidate.complete().into_iter().for_each(|file| bodies.entry(file).or_default().push(candidate.body));
    }
    let mut sites = Vec::new();
    for site in candidates.iter().flat_map(|c| &c.sites) {
        let Some(bodies) = bodies.get(site.path()) else {
            return Err(clash(candidates, site));
        };
        let (first, others) = (bodies[0], &bodies[1..]);
        if let Some(other) = others.iter().find(|other| !same(site.path(), first, **other)) {
            let theirs = candidates.iter().flat_map(|c| &c.sites);
            let mut theirs = theirs.filter(|s| s.body == *other && s.path() == site.path());
            let site = theirs.clone().find(|s| !s.hit.done).or_else(|| theirs.next()).unwrap_or(site);
            return Err(clash(candidates, site));
        }
        if site.body == first {
            sites.push(site.clone());
        }
    }
    Ok(sites)
}

/// The sites of the first body, if all make the same of every file.
fn alike<'a, 'r>(candidates: &[&Candidate<'a, 'r>], same: &Same<'_>) -> Option<Vec<SelectedSite<'a, 'r>>> {
    let first = candidates.first()?;
    let files: BTreeSet<&Path> = candidates.iter().flat_map(|c| &c.sites).map(SelectedSite::path).collect();
    let is_like = |other: &&Candidate<'_, '_>| files.iter().all(|file| same(file, first.body, other.body));
    candidates[1..].iter().all(is_like).then(|| first.sites.clone())
}

fn clash(candidates: &[&Candidate<'_, '_>], site: &SelectedSite<'_, '_>) -> Reason {
    let other = candidates.iter().map(|c| c.body).find(|&body| body != site.body).unwrap_or(site.body);
    let (first, second) = (other.min(site.body), other.max(site.body));
    let text = format!(
        "{} and {} both fit, and make different code: show in each what only its version has",
        name(first),
        name(second)
    );
    Reason { text, place: Some(site.file_matches.start(site.hit)) }
}

/// The sites of the body that comes closest to fitting.
fn nearest<'a, 'r>(all: &[Candidate<'a, 'r>], cured: usize) -> Vec<SelectedSite<'a, 'r>> {
    let rank = |c: &&Candidate<'a, 'r>| {
        let met = c.expected().filter(|e| e.is_met(&c.sites, cured)).count();
        let with_sites: BTreeSet<usize> = c.sites.iter().map(|s| s.hunk).collect();
        (
            with_sites.len() * 1000 / c.expects.len().max(1),
            met * 1000 / c.expects.len().max(1),
            std::cmp::Reverse(c.body),
        )
    };
    all.iter().filter(|c| !c.sites.is_empty()).max_by_key(rank).map_or_else(Vec::new, |c| c.sites.clone())
}
