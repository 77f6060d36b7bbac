//! The plan of a way back: the patches with their sides exchanged, last one first, where a run has put them in.

use super::evidence::Evidence;
use super::round_trip::RoundTrip;
use crate::patchset::{Create, Diagnostic, Patch, Patchset, Work, inverse, not_reversible};
use crate::pattern::Change;
use crate::plan::{Options, Ownership, Shares};
use crate::report::{Fact, Facts, Place, Plan, Reason, Report, Site, Step, Verdict, last_versions};
use crate::search::CompiledPatch;
use crate::stack::{Mode, plan_in, plan_stack};
use crate::vfs::{FileTree, Overlay};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The result of undoing a patchset.
#[derive(Clone, Debug, Default)]
pub struct Undoing {
    /// The verdicts and steps of the way back, the last patch first.
    pub plan: Plan,
    /// The files that patches had made and that are as they were made.
    pub removals: Vec<(PathBuf, Vec<u8>)>,
}

/// Plans the way back of what a run has put in, as far as there is evidence of that. What is not a true inverse blocks it;
/// what nobody can know of the result is noted.
pub fn revert(
    patchset: &Patchset,
    tree: &dyn FileTree,
    options: &Options,
    evidence: &dyn Evidence,
) -> Result<Undoing, Vec<Diagnostic>> {
    let options = &Options { check_reversible: false, all_done: true, ..options.clone() };
    let mode = Mode { needs: false, ..Mode::default() };
    let now = plan_in(patchset, tree, options, mode, &|path| evidence.earlier(path))?;
    let mut way = ReversalBuilder {
        patchset,
        now: &now,
        tree,
        evidence,
        reports: BTreeMap::new(),
        steps: Vec::new(),
        older: BTreeSet::new(),
    };
    let (back, numbers, traceless) = way.exchanged();
    let (undo, shares) = way.take_out(&back, &numbers, options)?;
    way.steps = undo.steps;
    way.steps.iter_mut().for_each(|step| step.patch = numbers[step.patch]);
    let assumed = way.steps.iter().filter(|step| evidence.is_assumed(way.id(step.patch)));
    let assumed: Vec<PathBuf> = assumed.map(|step| step.path.clone()).collect();
    way.older.extend(assumed);
    way.tell(undo.reports, &numbers, &shares);
    way.tell_traceless(traceless, options)?;
    let removals = way.remove();
    way.refuse_where_nothing_goes();
    if !way.reports.values().any(|r| r.blocks) {
        way.prove(&removals, options)?;
    }
    let ReversalBuilder { reports, mut steps, .. } = way;
    let last = patchset.patches.len().saturating_sub(1);
    steps.iter_mut().for_each(|step| step.patch = last - step.patch);
    Ok(Undoing { plan: Plan { reports: reports.into_values().rev().collect(), steps }, removals })
}

/// The way back as far as it is known.
struct ReversalBuilder<'a> {
    patchset: &'a Patchset,
    /// The patches as they are found now.
    now: &'a Plan,
    tree: &'a dyn FileTree,
    evidence: &'a dyn Evidence,
    reports: BTreeMap<usize, Report>,
    steps: Vec<Step>,
    /// Files out of which more goes than has come since `HEAD`, or since the record.
    older: BTreeSet<PathBuf>,
}

impl ReversalBuilder<'_> {
    /// The patches that may be in with their sides exchanged, the last one first, and their numbers. Those that have no way
    /// back and of which nothing is found, with the reason, may be in as well.
    fn exchanged(&mut self) -> (Patchset, Vec<usize>, BTreeMap<usize, String>) {
        let mut back = self.patchset.with(Vec::new());
        let (mut numbers, mut traceless) = (Vec::new(), BTreeMap::new());
        for (number, (patch, report)) in self.patchset.patches.iter().zip(&self.now.reports).enumerate().rev() {
            if report.verdict == Verdict::Blocked {
                // One that amends it has to come along.
                self.reports.insert(number, report.clone());
                continue;
            }
            let is_out = report.done() == 0
                && !matches!(report.verdict, Verdict::Drifted | Verdict::Ambiguous | Verdict::Unreadable);
            // Where a later patch is in the way, that shows only when it is undone.
            let is_hidden = report.verdict == Verdict::Nothing;
            match inverse(patch).and_then(|inverse| CompiledPatch::of_inverse(&inverse).map(|_| inverse)) {
                result if is_out && !(is_hidden && result.is_ok()) || created(patch).is_some() => {
                    let is_skipped = report.verdict == Verdict::Skipped;
                    let facts = if is_skipped { Fact::NotSelected.into() } else { Facts::default() };
                    self.reports.insert(number, bare(report, facts, None));
                    traceless.extend(result.err().filter(|_| is_hidden).map(|why| (number, why)));
                }
                Ok(inverse) => {
                    back.patches.push(inverse);
                    numbers.push(number);
                }
                Err(why) => drop(self.reports.insert(number, stuck(report, not_reversible(&why)))),
            }
        }
        (back, numbers, traceless)
    }

    /// A patch that leaves nothing by which it is found was put in if it finds something in what a file was before.
    fn tell_traceless(&mut self, traceless: BTreeMap<usize, String>, options: &Options) -> Result<(), Vec<Diagnostic>> {
        for (number, why) in traceless {
            let (patch, report) = (&self.patchset.patches[number], &self.now.reports[number]);
            let compiled = CompiledPatch::compile(patch)?;
            let id = self.id(number);
            let before = |path: &PathBuf| {
                let before = self.evidence.before(id, path, false).into_iter().flatten();
                let other = before.filter(|bytes| self.tree.get(path).as_ref() != Some(bytes)).last()?;
                Some((path.clone(), Some(other)))
            };
            let named = self.tree.paths().iter().filter(|path| compiled.names_file(path));
            let files: BTreeMap<PathBuf, Option<Vec<u8>>> = named.filter_map(before).collect();
            if files.is_empty() {
                continue;
            }
            let mode = Mode { needs: false, ..Mode::default() };
            let plan = plan_in(self.patchset, &Overlay::new(self.tree, &files), options, mode, &|_| None)?;
            if plan.reports[number].todo() > 0 {
                self.reports.insert(number, stuck(report, not_reversible(&why)));
            }
        }
        Ok(())
    }

    /// Takes out of the files what is a run's own. Where that is not known at once, commits are asked.
    fn take_out(
        &mut self,
        back: &Patchset,
        numbers: &[usize],
        options: &Options,
    ) -> Result<(Plan, Shares), Vec<Diagnostic>> {
        let all = Options { only: Vec::new(), ..options.clone() };
        let mut ownership = self.ownership(numbers);
        let mut is_asked = false;
        loop {
            let mode = Mode { twice: false, own: Some(&ownership), ..Mode::default() };
            let plan = plan_stack(back, self.tree, &all, mode)?.plan;
            let shares = ownership.shares();
            let open: BTreeSet<_> = shares.left.union(&shares.unknown).cloned().collect();
            ownership = ownership.again();
            let mut is_news = false;
            for (number, path) in open.iter().filter(|_| !is_asked) {
                let before = self.evidence.before_commits(self.id(numbers[*number]), path);
                if !before.is_empty() {
                    is_news = true;
                    self.older.insert(path.clone());
                }
                ownership.add(*number, path, before);
            }
            if !is_news {
                return Ok((plan, shares));
            }
            is_asked = true;
        }
    }

    /// What is known at once.
    fn ownership(&self, numbers: &[usize]) -> Ownership {
        let mut ownership = Ownership::default();
        let paths = |report: &Report| -> BTreeSet<PathBuf> {
            report.sites.iter().filter(|site| site.done).map(|site| site.place.path.clone()).collect()
        };
        let all: BTreeSet<PathBuf> = self.now.reports.iter().flat_map(paths).collect();
        for (n, &number) in numbers.iter().enumerate() {
            let id = self.id(number);
            if self.evidence.is_assumed(id) {
                ownership.assume(n);
                continue;
            }
            let own = paths(&self.now.reports[number]);
            for path in if own.is_empty() { &all } else { &own } {
                ownership.add(n, path, self.evidence.before(id, path, self.patchset.makes(path)));
            }
        }
        ownership
    }

    fn id(&self, number: usize) -> &str {
        &self.patchset.patches[number].id.value
    }

    /// Takes in what became of the exchanged patches.
    fn tell(&mut self, reports: Vec<Report>, numbers: &[usize], shares: &Shares) {
        let of = |set: &BTreeSet<(usize, PathBuf)>, n: usize| -> Option<PathBuf> {
            set.range((n, PathBuf::new())..).next().filter(|(other, _)| *other == n).map(|(_, path)| path.clone())
        };
        for (n, (mut report, &number)) in reports.into_iter().zip(numbers).enumerate() {
            if let Some(path) = of(&shares.unknown, n) {
                report = stuck(&self.now.reports[number], unknown(self.id(number), &path));
            } else if let Some(path) = of(&shares.left, n) {
                report.notes.push(left(&path));
            }
            self.reports.insert(number, report);
        }
    }

    /// The files that patches made: those that are as they were made go.
    fn remove(&mut self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut removals = Vec::new();
        for (number, (patch, report)) in self.patchset.patches.iter().zip(&self.now.reports).enumerate().rev() {
            let is_asked = !matches!(report.verdict, Verdict::Skipped | Verdict::Blocked);
            let Some(create) = created(patch).filter(|_| is_asked) else { continue };
            let path = PathBuf::from(&create.path.value);
            let Some(disk) = self.tree.get(&path) else { continue };
            let last =
                last_versions(&self.steps).get(path.as_path()).map_or_else(|| Arc::new(disk.clone()), |l| l.bytes());
            let mut told = bare(report, Fact::Pending, None);
            let is_as_made = *last == create.content.as_bytes();
            match self.is_own_file(number, &path) {
                Some(false) => {
                    told = bare(report, Facts::default(), None);
                    told.notes.extend(is_as_made.then(|| left(&path)));
                }
                None if is_as_made => told = stuck(report, unknown(self.id(number), &path)),
                _ if is_as_made => {
                    let text = create.content.lines().next().unwrap_or("").to_owned();
                    let place = Place { path: path.clone(), line: 1, column: 1, text };
                    told.sites = vec![Site { place, done: false, bytes: 0..disk.len() }];
                    self.steps.retain(|step| step.path != path);
                    removals.push((path, disk));
                }
                _ => {
                    let why =
                        format!("{} was edited since; remove it by hand, or put it back as it was", path.display());
                    told = bare(report, Fact::TooFew, Some(why));
                }
            }
            self.reports.insert(number, told);
        }
        removals
    }

    /// Whether a run has made a file of a patch; nothing where that cannot be known.
    fn is_own_file(&self, number: usize, path: &Path) -> Option<bool> {
        let id = self.id(number);
        let mut before = self.evidence.before(id, path, true);
        if !self.evidence.is_assumed(id) && !before.contains(&None) {
            before.extend(self.evidence.before_commits(id, path));
        }
        match before.is_empty() {
            _ if self.evidence.is_assumed(id) => Some(true),
            true => None,
            false => Some(before.contains(&None)),
        }
    }

    /// Where patches are in, and none of them is known to be a run's, nothing is what was asked for.
    fn refuse_where_nothing_goes(&mut self) {
        let goes =
            self.reports.values().any(|r| r.blocks || r.verdict == Verdict::Applies || r.verdict == Verdict::Partly);
        for (&number, report) in self.reports.iter_mut().filter(|(_, report)| !goes && !report.notes.is_empty()) {
            let id = &self.patchset.patches[number].id.value;
            let text = format!(
                "{}, and no commit says that treepatch put it in; `--assume-applied {id}` takes it out",
                report.notes.join("; ")
            );
            *report = stuck(&self.now.reports[number], text);
        }
    }

    /// Proves that applied again everything would be as it is now, and that nothing is lost that is known.
    fn prove(&mut self, removals: &[(PathBuf, Vec<u8>)], options: &Options) -> Result<(), Vec<Diagnostic>> {
        let round_trip = RoundTrip::new(&self.steps, removals);
        let again = round_trip.again(self.patchset, self.tree, options)?;
        let ways = round_trip.earlier(self.patchset, self.now, self.tree, options, self.evidence)?;
        let bad = match round_trip.differs(&again, self.now, self.tree) {
            Some((number, path)) => {
                Some((number, format!("applied again it would not give {} as it is now", path.display())))
            }
            None => {
                ways.iter().find(|(path, is_same)| !**is_same && !self.older.contains(*path)).and_then(|(path, _)| {
                    let number = round_trip.patch(path)?;
                    Some((number, self.evidence.lost(self.id(number), path)))
                })
            }
        };
        if let Some((number, why)) = bad {
            self.reports.insert(number, stuck(&self.now.reports[number], not_reversible(&why)));
            return Ok(());
        }
        for (&number, report) in self.reports.iter_mut().filter(|(_, r)| r.verdict == Verdict::Applies) {
            let unknown = |step: &&Step| step.patch == number && !ways.contains_key(&step.path);
            if let Some(step) = self.steps.iter().find(unknown).filter(|_| is_free(&self.patchset.patches[number])) {
                let path = step.path.display();
                report.notes.push(format!(
                    "what comes back in {path} is spaced as the patch shows it; how it was spaced nobody knows"
                ));
            }
        }
        Ok(())
    }
}

/// Why a patch cannot go.
fn unknown(id: &str, path: &Path) -> String {
    format!(
        "whether treepatch put it into {} cannot be known: HEAD does not have the file, and there is no record of a run; \
         `--assume-applied {id}` takes it out",
        path.display()
    )
}

/// What is reported a patch that stays.
fn left(path: &Path) -> String {
    format!("it was in {} before, and stays there", path.display())
}

fn created(patch: &Patch) -> Option<&Create> {
    patch.bodies.iter().find_map(|body| match &body.work {
        Work::Create(create) => Some(create),
        _ => None,
    })
}

/// The report of a patch that is in, and cannot go.
fn stuck(report: &Report, why: String) -> Report {
    let reasons = vec![Reason { text: why, place: None }];
    Report { blocks: true, reasons, near: Vec::new(), notes: Vec::new(), ..report.clone() }
}

/// A report without what led to its verdict.
fn bare(report: &Report, facts: impl Into<Facts>, reason: Option<String>) -> Report {
    Report {
        verdict: facts.into().verdict(),
        blocks: reason.is_some(),
        sites: Vec::new(),
        alternatives: Vec::new(),
        reasons: reason.map(|text| Reason { text, place: None }).into_iter().collect(),
        near: Vec::new(),
        notes: Vec::new(),
        findings: Vec::new(),
        ..report.clone()
    }
}

/// Whether a patch takes away more than single tokens in the place of which others are: then there are blanks that
/// only the code had that it met.
fn is_free(patch: &Patch) -> bool {
    let is_free = |change: &Change| match change {
        Change::Tokens { before, after } => before.len() > 1 || before.len() > after.len(),
        Change::Rows { delete, .. } => delete.iter().any(|row| !row.moved),
    };
    let Ok(compiled) = CompiledPatch::compile(patch) else { return true };
    let mut hunks = compiled.hunks().map(|h| &h.rules);
    if hunks.any(|rules| rules.values().any(|rule| rule.text.is_some())) {
        return true;
    }
    let rules = compiled.hunks().flat_map(|h| h.rules.values());
    rules.flat_map(|r| &r.pattern.variants).flat_map(|s| &s.changes).any(is_free)
}
