//! A second run, tried in memory on what the first one makes: it must write nothing.

use super::take_out::{Amending, leave_out, take_out};
use crate::plan::{Options, Run, SecondRun, TakenOut, is_in, look_again, run_patch};
use crate::report::{Plan, Step, Verdict};
use crate::search::Workspace;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a second run would find.
#[derive(Default)]
pub(crate) struct Trial {
    /// The patches that it would not find as it should.
    pub found: BTreeMap<usize, SecondRun>,
    /// The amending patches that it could not take out, and why.
    pub stuck: BTreeMap<usize, String>,
}

/// The first patches of a stack as they are carried out so far.
pub(crate) struct Carried<'a> {
    pub run: &'a Run<'a>,
    /// The patches that amend others, if there are any.
    pub amending: Option<&'a Amending>,
    pub plan: &'a Plan,
    /// A verdict for each.
    pub verdicts: Vec<Verdict>,
    /// The files as they are after them.
    pub workspace: &'a Workspace<'a>,
}

impl Carried<'_> {
    /// Tries the second run. Of the patches only the `watched` ones are asked for, if some are given.
    pub fn trial(&self, watched: Option<&BTreeSet<usize>>) -> Trial {
        if self.plan.steps.is_empty() {
            return Trial::default();
        }
        let is_watched = |number: &usize| watched.is_none_or(|watched| watched.contains(number));
        let amending = self.amending.map(|amending| (amending, self.amending_that_are_in(amending)));
        let mut trial = match amending {
            Some((amending, numbers)) if !numbers.is_empty() => {
                let mut trial = self.popped(amending, &numbers);
                for (number, again) in self.undeclared(amending, &numbers, &is_watched) {
                    trial.found.entry(number).or_insert(again);
                }
                trial
            }
            _ => {
                let numbers: Vec<usize> = (0..self.verdicts.len()).filter(is_watched).collect();
                let look = |&number: &usize| Some((number, self.look(number, self.workspace)?));
                let changes = Changes::of(&self.plan.steps);
                let may_differ = |number: &&usize| self.may_differ(**number, &changes, &|_| true);
                let found = numbers.par_iter().filter(may_differ).filter_map(look).collect();
                Trial { found, stuck: BTreeMap::new() }
            }
        };
        trial.found.retain(|number, _| is_watched(number));
        trial
    }

    fn amending_that_are_in(&self, amending: &Amending) -> Vec<usize> {
        let is_one = |&number: &usize| self.verdicts.get(number).is_some_and(|&verdict| is_in(verdict));
        amending.amends.amending().filter(is_one).collect()
    }

    /// Looks for one patch.
    fn look(&self, number: usize, workspace: &Workspace<'_>) -> Option<SecondRun> {
        let Run { patchset, options, .. } = *self.run;
        let (patch, compiled) = (&patchset.patches[number], self.run.compiled[number].as_ref()?);
        let first = self.verdicts[number];
        is_looked_for(first).then_some(())?;
        SecondRun::of(first, look_again(patchset, patch, compiled, workspace, options), compiled)
    }

    /// Whether a patch may find something else than it did, since later ones have changed or made files of it.
    fn may_differ(&self, number: usize, changes: &Changes<'_>, by: &dyn Fn(usize) -> bool) -> bool {
        let Some(compiled) = self.run.compiled[number].as_ref() else { return false };
        let is_changed = |path: &Path| changes.are_later(path, number, by);
        let sites = self.plan.reports.get(number).into_iter().flat_map(|report| &report.sites);
        let mut sites = sites.map(|site| site.place.path.as_path());
        let mut candidates = compiled.queries().flat_map(|query| self.workspace.candidates(query));
        // An operation follows the code through all files, and any new file may be the first that a patch names.
        let is_everywhere = compiled.is_operation() || self.verdicts[number] == Verdict::Absent;
        sites.any(is_changed)
            || candidates.any(|candidate| is_changed(&candidate.path))
            || is_everywhere && changes.paths().any(is_changed)
    }

    /// The whole second run, with all amending patches taken out first.
    fn popped(&self, amending: &Amending, numbers: &[usize]) -> Trial {
        let mut workspace = self.workspace.fork();
        let taken = take_out(self.run, amending, numbers.iter().rev().copied(), &mut workspace);
        let options = Options { check_reversible: false, ..self.run.options.clone() };
        // Of those that are not found as they should it is told that they are not, and not who waits for them.
        let run =
            Run { options: &options, watch: None, taken: Some(&taken), needs: false, inverses: None, ..*self.run };
        let mut again = Plan::default();
        for _ in &self.verdicts {
            let report = run_patch(&run, &mut workspace, &mut again);
            again.reports.push(report);
        }
        let lost = leave_out(&mut again, &workspace);
        let changed: BTreeSet<usize> = again.steps.iter().map(|step| step.patch).collect();
        let mut found = BTreeMap::new();
        for (number, report) in again.reports.into_iter().enumerate() {
            let (first, compiled) = (self.verdicts[number], self.run.compiled[number].as_ref());
            let Some(compiled) = compiled.filter(|_| is_looked_for(first)) else { continue };
            let other = changed
                .contains(&number)
                .then(|| SecondRun::Refused("it would come in again in another way".to_owned(), None));
            found.extend(SecondRun::of(first, report, compiled).or(other).map(|again| (number, again)));
        }
        if let (Some(path), Some(&number)) = (lost, numbers.last()) {
            let why = format!("{} would not come out as it is", path.display());
            found.entry(number).or_insert(SecondRun::Refused(why, None));
        }
        let TakenOut { stuck, .. } = taken;
        Trial { found, stuck }
    }

    /// The patches that an amending one leaves unknown without saying that it amends them.
    fn undeclared(
        &self,
        amending: &Amending,
        numbers: &[usize],
        is_watched: &dyn Fn(&usize) -> bool,
    ) -> BTreeMap<usize, SecondRun> {
        let changes = Changes::of(&self.plan.steps);
        let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for number in (0..self.verdicts.len()).filter(is_watched) {
            let is_stranger = |by: usize| numbers.contains(&by) && !amending.amends.holds(by, number);
            if is_looked_for(self.verdicts[number]) && self.may_differ(number, &changes, &is_stranger) {
                let above = numbers.iter().copied().filter(|&by| amending.amends.holds(by, number)).collect();
                groups.entry(above).or_default().push(number);
            }
        }
        let mut found = BTreeMap::new();
        for (above, group) in groups {
            let mut workspace = self.workspace.fork();
            take_out(self.run, amending, above.into_iter().rev(), &mut workspace);
            found.extend(group.into_iter().filter_map(|number| Some((number, self.look(number, &workspace)?))));
        }
        found
    }
}

/// Whether a second run has anything to look for: else the first one has said what is wrong.
fn is_looked_for(verdict: Verdict) -> bool {
    is_in(verdict) || matches!(verdict, Verdict::Nothing | Verdict::Absent | Verdict::Obsolete)
}

/// Which patches change which files.
struct Changes<'a>(BTreeMap<&'a Path, Vec<usize>>);

impl<'a> Changes<'a> {
    fn of(steps: &'a [Step]) -> Changes<'a> {
        let mut files: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
        steps.iter().for_each(|step| files.entry(&step.path).or_default().push(step.patch));
        Changes(files)
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().copied()
    }

    /// Whether one of some later patches changes a file.
    fn are_later(&self, path: &Path, than: usize, by: &dyn Fn(usize) -> bool) -> bool {
        let patches = self.0.get(path).map(Vec::as_slice).unwrap_or_default();
        let from = patches.partition_point(|&patch| patch <= than);
        patches[from..].iter().any(|&patch| by(patch))
    }
}
