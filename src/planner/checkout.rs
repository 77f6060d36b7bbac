//! The plan of a patchset over a folder on the disk.

use super::counted::{Counted, Counters, Watcher};
use super::gate::{add_refused_paths, add_unreadable_folders};
use super::plan::plan_with_head;
use super::reach::reach;
use super::selection::{UnknownPatch, fill_in, select};
use super::submodules::{Unseen, add_missing};
use crate::checkout::{Disk, OpenError, Walk};
use crate::commit::{Heads, Past};
use crate::patchset::{Diagnostic, Globs, Patchset};
use crate::plan::Options;
use crate::report::{Plan, Reason, Verdict};
use crate::revert;
use crate::vfs::{FileTree, Overlay};
use crate::write::{self, Removal, WriteError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Plans a patchset over a folder on the disk. Nothing is written.
pub struct Planner<'a> {
    patchset: Patchset,
    root: &'a Path,
    options: Options,
    watcher: &'a dyn Watcher,
}

/// A plan, with the patchset that it is of.
pub struct Planned {
    /// The patchset with its tables filled in.
    pub patchset: Patchset,
    /// What a run would do.
    pub plan: Plan,
    /// The patches that could have files in submodules which are not initialised.
    pub unseen: Unseen,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A patch was selected that the patchset does not have.
    #[error(transparent)]
    Unknown(#[from] UnknownPatch),
    /// A body does not compile, or a table lacks a value: what is wrong, as places in the patchset file.
    #[error("the patchset does not compile: {}", .0.first().map_or("", |d| d.message.as_str()))]
    Patchset(Vec<Diagnostic>),
    /// The root cannot be opened.
    #[error(transparent)]
    Root(#[from] OpenError),
    /// A run was interrupted here, or somebody writes at this moment.
    #[error(transparent)]
    Busy(#[from] WriteError),
}

/// A tree of no more folders is listed as a whole, so that copies of the code are seen that `files` does not name.
const SMALL_TREE_FOLDERS: usize = 64;

impl<'a> Planner<'a> {
    /// Prepares to plan a patchset over the folder `root`. Fails where an id of `options.only` does not exist, where a table
    /// has no value for the target, and where a run was interrupted.
    pub fn new(mut patchset: Patchset, root: &'a Path, options: Options) -> Result<Planner<'a>, PlanError> {
        select(&patchset, "--only", &options.only)?;
        let target = options.target.clone().or_else(|| patchset.target.clone());
        fill_in(&mut patchset, &options.only, target.as_deref()).map_err(PlanError::Patchset)?;
        if let Some(root) = write::unfinished(root)? {
            return Err(WriteError::Unfinished(root).into());
        }
        Ok(Planner { patchset, root, options: Options { target, ..options }, watcher: &() })
    }

    /// Tells a watcher how far it is.
    pub fn watched_by(self, watcher: &'a dyn Watcher) -> Planner<'a> {
        Planner { watcher, ..self }
    }

    /// The patchset with its tables filled in.
    pub fn patchset(&self) -> &Patchset {
        &self.patchset
    }

    /// Plans what `apply` would do. With `check_reversible` it is noted which patches `revert` could not undo.
    pub fn plan(self, check_reversible: bool) -> Result<Planned, PlanError> {
        let options = Options { check_reversible, ..self.options.clone() };
        let nothing = BTreeMap::new();
        let reach = reach(&self.patchset, &self.options.only);
        let globs: Option<Vec<&Globs>> = reach.as_ref().map(|globs| globs.iter().collect());
        let (mut plan, mut unseen) = self.pass(globs.as_deref(), &nothing, &options)?;
        // Only a failure is worth a look at the rest of the tree: where has the code gone?
        let is_missing = |verdict| matches!(verdict, Verdict::Drifted | Verdict::Absent);
        if globs.is_some() && plan.reports.iter().any(|r| r.blocks && is_missing(r.verdict)) {
            (plan, unseen) = self.pass(None, &nothing, &options)?;
        }
        Ok(Planned { patchset: self.patchset, plan, unseen })
    }

    /// The plan that there would be if some files had other bytes, or (`None`) were not there.
    pub fn plan_instead(&self, files: &BTreeMap<PathBuf, Option<Vec<u8>>>) -> Result<Plan, PlanError> {
        let reach = reach(&self.patchset, &self.options.only);
        let globs: Option<Vec<&Globs>> = reach.as_ref().map(|globs| globs.iter().collect());
        Ok(self.pass(globs.as_deref(), files, &self.options)?.0)
    }

    /// Plans what `revert` would do, the last patch first; gives the files to remove, too. Of the `assumed` patches somebody has
    /// said that treepatch put them in.
    pub fn plan_revert(self, assumed: &[String]) -> Result<(Planned, Vec<Removal>), PlanError> {
        select(&self.patchset, "--assume-applied", assumed)?;
        let counters = self.watcher.begin();
        let reach = reach(&self.patchset, &self.options.only);
        let globs: Option<Vec<&Globs>> = reach.as_ref().map(|globs| globs.iter().collect());
        let disk = self.list(globs.as_deref(), &counters)?;
        let past = Past::open(self.root, &self.patchset.name, assumed)?;
        let tree = Counted { below: &disk, counters: &counters };
        let options = Options { turn: Some(counters.patch.clone()), ..self.options.clone() };
        let reversal = revert::revert(&self.patchset, &tree, &options, &past).map_err(PlanError::Patchset)?;
        let removals = reversal.removals.into_iter().map(|(path, before)| Removal { path, before }).collect();
        let (mut patchset, mut plan) = (self.patchset, reversal.plan);
        patchset.patches.reverse();
        add_unreadable_folders(&mut plan, &patchset, disk.unreadable());
        let unseen = add_missing(&mut plan, &patchset, disk.root(), &self.options);
        Ok((Planned { patchset, plan, unseen }, removals))
    }

    /// One pass over what is on the disk, but for some files.
    fn pass(
        &self,
        globs: Option<&[&Globs]>,
        files: &BTreeMap<PathBuf, Option<Vec<u8>>>,
        options: &Options,
    ) -> Result<(Plan, Unseen), PlanError> {
        let counters = self.watcher.begin();
        let disk = self.list(globs, &counters)?;
        let tree = Counted { below: &disk, counters: &counters };
        let options = Options { turn: Some(counters.patch.clone()), ..options.clone() };
        let heads = Heads::new(self.root);
        let mut plan = plan_with_head(&self.patchset, &Overlay::new(&tree, files), &options, &|file| heads.read(file))
            .map_err(PlanError::Patchset)?;
        add_unreadable_folders(&mut plan, &self.patchset, disk.unreadable());
        let unseen = add_missing(&mut plan, &self.patchset, disk.root(), &options);
        // A plan that was made while another run wrote may be one of the half of its work.
        if let Some(root) = write::unfinished(self.root)? {
            return Err(WriteError::Unfinished(root).into());
        }
        add_refused_paths(&mut plan, disk.root(), files)?;
        Ok((plan, unseen))
    }

    /// Lists the files, where no run was interrupted that had a folder below for its root. A file that may be parsed may be
    /// read.
    fn list(&self, globs: Option<&[&Globs]>, counters: &Counters) -> Result<Disk, PlanError> {
        let limit = Walk::default().limit.max(self.options.limits.bytes as u64);
        let (small, threads) = (SMALL_TREE_FOLDERS, self.options.threads);
        let walk = Walk { globs, small, threads, limit, found: Some(&counters.listed) };
        let disk = Disk::walk(self.root, walk)?;
        match write::unfinished_below(disk.root(), disk.roots().iter().map(PathBuf::as_path))? {
            Some(root) => Err(WriteError::Unfinished(root).into()),
            None => Ok(disk),
        }
    }
}

impl Planned {
    /// Makes every patch that is still to do need a person: the gate of a build that patches first.
    pub fn require_applied(&mut self, partial: bool) {
        for report in self.plan.reports.iter_mut().filter(|r| matches!(r.verdict, Verdict::Applies | Verdict::Partly)) {
            report.blocks = true;
            report.reasons.push(Reason::from("it is not applied, which --require applied asks for"));
        }
        for (number, _) in self.unseen.iter().filter(|_| !partial) {
            let Some(report) = self.plan.reports.get_mut(*number).filter(|report| !report.blocks) else { continue };
            report.blocks = true;
            let text =
                "whether it is applied there is not known, and --require applied asks for it; --partial goes without";
            report.reasons.push(Reason::from(text));
        }
    }
}
