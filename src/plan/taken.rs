//! Amending patches that were in, and are taken out in memory.

use super::outcome::Outcome;
use crate::patchset::{Amends, Patchset};
use crate::report::{Fact, Facts, Site};
use crate::search::{By, Workspace};
use crate::source::{Bytes, Lines};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The amending patches that are in.
#[derive(Default)]
pub(crate) struct TakenOut {
    /// Those that were taken out, each with how many sites it had in which file.
    pub out: BTreeMap<usize, BTreeMap<PathBuf, usize>>,
    /// Those that cannot be taken out, and why.
    pub stuck: BTreeMap<usize, String>,
    /// Those that are in at some places, and to do at others. They count as not in.
    pub torn: BTreeSet<usize>,
}

impl TakenOut {
    /// Those that are in and amend a patch, but cannot be taken out; in words.
    pub fn in_the_way(&self, patchset: &Patchset, amends: &Amends, number: usize) -> Option<String> {
        let (&by, why) = self.stuck.iter().find(|(by, _)| amends.holds(**by, number))?;
        let by = &patchset.patches[by].id.value;
        Some(format!(
            "`{by}`, which amends it, is in, and cannot be taken out to look for it ({why}); start from a clean HEAD, or make \
             one patch of the two"
        ))
    }

    /// Those that amend a patch, and are in at some places only; in words.
    pub fn half_in_the_way(&self, patchset: &Patchset, amends: &Amends, number: usize) -> Option<String> {
        let by = self.torn.iter().find(|by| amends.holds(**by, number))?;
        let by = &patchset.patches[*by].id.value;
        Some(format!(
            "`{by}`, which amends it, is in at some places, and to do at others; put its files back to one state"
        ))
    }

    /// A patch that was in, and was taken out, comes in again: of its sites those are done that were. Gives how they are;
    /// nothing for another patch. Fails with the reason where it would not come in again.
    pub fn restored(
        &self,
        number: usize,
        outcome: &Outcome,
        workspace: &Workspace<'_>,
    ) -> Option<Result<Restored, String>> {
        let was = self.out.get(&number)?;
        let mut sites = outcome.sites.clone();
        for (path, &count) in was {
            let mine = |site: &Site| !site.done && site.place.path == *path;
            let all: Vec<usize> = (0..sites.len()).filter(|&n| mine(&sites[n])).collect();
            if all.len() < count {
                let text =
                    format!("it is in {}, but beside the other patches it would not be put in again", path.display());
                return Some(Err(text));
            }
            let marked = marked(number, path, &sites, &all, workspace);
            let done = if marked.len() == count { marked } else { all.into_iter().take(count).collect() };
            done.into_iter().for_each(|n| sites[n].done = true);
        }
        let mut facts = Facts::from(Fact::Applied);
        if sites.iter().any(|site| !site.done) {
            facts.add(Fact::Pending);
        }
        Some(Ok(Restored { sites, facts }))
    }
}

/// How a patch is that was taken out and comes in again.
pub(crate) struct Restored {
    pub sites: Vec<Site>,
    pub facts: Facts,
}

/// The sites at which a patch was taken out, among some of a file.
fn marked(number: usize, path: &Path, sites: &[Site], of: &[usize], workspace: &Workspace<'_>) -> Vec<usize> {
    let marks: Vec<&Bytes> =
        workspace.written(path).iter().filter(|(_, by)| *by == By::TakenOut(number)).map(|(bytes, _)| bytes).collect();
    let Ok(bytes) = workspace.read(path) else { return Vec::new() };
    let lines = Lines::new(&bytes);
    // What was inserted is taken out between lines.
    let is_marked = |site: &Site| {
        let (start, end) = (lines.around(site.bytes.start, &bytes).start, lines.next(site.bytes.end));
        marks.iter().any(|mark| mark.start <= end && start <= mark.end)
    };
    of.iter().copied().filter(|&n| is_marked(&sites[n])).collect()
}
