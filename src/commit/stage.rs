use super::commits;
use super::model::{Commits, Made, Prepared, Stage};
use super::repository::{Repo, Tracked};
use crate::checkout::{Root, repository_of};
use crate::report::{FileChange, Plan, Step};
use crate::write::git::{GitError, is_in_repository, superproject};
use crate::write::{Job, Removal, Run, WriteError, Written};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What was committed.
#[derive(Clone, Debug, Default)]
pub struct Committed {
    /// What was written to the working trees.
    pub written: Written,
    /// The repositories that got commits, submodules first.
    pub repositories: Vec<Made>,
    /// What else there is to know, one sentence each.
    pub notes: Vec<String>,
}

/// Commits that are written, and only have to be put in place.
pub struct ReadyCommits {
    pub(crate) run: Run,
    pub(crate) prepared: Prepared,
}

impl ReadyCommits {
    /// The commits, by repository, submodules first.
    pub fn made(&self) -> &[Made] {
        &self.prepared.made
    }

    /// What else there is to know, one sentence each.
    pub fn notes(&self) -> &[String] {
        &self.prepared.notes
    }

    /// Puts them in place, and writes the changes, those of the plan on the disk, to the working trees: everything, or
    /// nothing.
    pub fn write(self, changes: &[FileChange]) -> Result<Committed, WriteError> {
        self.finish(changes, &[])
    }

    pub(crate) fn finish(self, changes: &[FileChange], removals: &[Removal]) -> Result<Committed, WriteError> {
        let job = Job { changes, removals, moves: &self.prepared.moves, ..Job::default() };
        let written = self.run.write(job)?;
        self.prepared.log();
        Ok(Committed { written, repositories: self.prepared.made, notes: self.prepared.notes })
    }
}

impl Stage {
    /// Looks at the repositories of every file that the plan changes or finds changed.
    pub fn look(root: &Path, plan: &Plan) -> Result<Stage, WriteError> {
        let root = Root::open(root)?;
        let touched: BTreeMap<&Path, _> =
            plan.steps.iter().rev().map(|s| (s.path.as_path(), s.before.as_ref())).collect();
        let done = plan.reports.iter().flat_map(|r| &r.sites).filter(|s| s.done).map(|s| s.place.path.as_path());
        let done: BTreeSet<&Path> = done.filter(|path| !touched.contains_key(path)).collect();
        let mut stage = Stage::new(root, Vec::new());
        for (path, disk) in touched {
            let number = stage.repository_of(path)?;
            let disk = disk.map(|version| version.bytes());
            let disk = disk.as_ref().map(|bytes| bytes.as_slice());
            let tracked = stage.repositories[number].look(&stage.root, path, disk)?;
            stage.compare(path, disk, &tracked);
            if let Some(change) = tracked.change {
                stage.dirty.insert(path.to_owned(), change);
            }
            stage.files.insert(path.to_owned(), (number, tracked));
        }
        // Of what is done already only one thing is asked: whether it is committed. What hinders commits there is no
        // concern of this run.
        let needed = stage.repositories.len();
        for path in done {
            let disk = stage.root.read(path, u64::MAX).ok();
            let Ok(number) = stage.repository_of(path) else { continue };
            if let Ok(tracked) = stage.repositories[number].look(&stage.root, path, disk.as_deref()) {
                stage.compare(path, disk.as_deref(), &tracked);
            }
        }
        stage.repositories.truncate(needed);
        stage.add_superprojects()?;
        Ok(stage)
    }

    /// The repositories with those above them, for commits that are not of a plan.
    pub(crate) fn of(root: Root, repositories: Vec<Repo>) -> Result<Stage, WriteError> {
        let mut stage = Stage::new(root, repositories);
        stage.add_superprojects()?;
        Ok(stage)
    }

    fn new(root: Root, repositories: Vec<Repo>) -> Stage {
        Stage { root, repositories, files: BTreeMap::new(), apart: BTreeMap::new(), dirty: BTreeMap::new() }
    }

    /// Files whose content on disk is not `HEAD`'s, with what `HEAD` has. Commits are planned on that.
    pub fn apart(&self) -> &BTreeMap<PathBuf, Option<Vec<u8>>> {
        &self.apart
    }

    /// Looks whether `committed`, the plan on what `HEAD` has, can be committed beside `plan`, the one on the disk.
    pub fn judge(&self, plan: &Plan, committed: &Plan, allow_dirty: bool) -> Result<(), GitError> {
        if let Some((_, (_, tracked))) = self.files.iter().find(|(_, (_, t))| t.trouble.is_some())
            && let Some(trouble) = &tracked.trouble
        {
            return Err(trouble.clone());
        }
        let makes = |step: &&Step| !plan.steps.iter().any(|s| (s.patch, &s.path) == (step.patch, &step.path));
        if let Some(step) = committed.steps.iter().find(makes) {
            let id = plan.reports.get(step.patch).map_or("?", |r| r.id.as_str());
            let why = format!(
                "the edits of `{id}` are there already, but not committed; commit them, or take them back with `git checkout`"
            );
            return Err(GitError::file(&step.path, why));
        }
        if let Some((path, change)) = self.dirty.iter().next().filter(|_| !allow_dirty) {
            let why = format!("{change}; commit or stash that (--allow-dirty leaves it uncommitted)");
            return Err(GitError::file(path, why));
        }
        self.is_alike(plan, committed)?;
        match committed.reports.iter().find(|r| r.blocks) {
            None => Ok(()),
            Some(report) => {
                let path = self.apart.keys().next().cloned().unwrap_or_default();
                let verdict = report.verdict;
                let why = format!("without what is not committed there, `{}` is `{verdict}`", report.id);
                Err(GitError::file(&path, why))
            }
        }
    }

    /// Writes the commits of the steps, those of the plan on what `HEAD` has. Nothing refers to them yet.
    pub fn prepare(self, options: &Commits<'_>, steps: &[Step]) -> Result<ReadyCommits, WriteError> {
        let mut run = Run::begin(Root::open(self.root.path())?)?;
        let prepared = commits::prepare(&self, &mut run, options, steps)?;
        Ok(ReadyCommits { run, prepared })
    }

    /// What is committed of a file that git converts must be what git would make of the file on disk.
    fn is_alike(&self, plan: &Plan, committed: &Plan) -> Result<(), GitError> {
        let last = |plan: &Plan, path: &Path| {
            plan.steps.iter().rev().find(|step| step.path == path).map(|step| step.after.bytes().to_vec())
        };
        for (path, (_, tracked)) in &self.files {
            if tracked.conversion.is_none() || self.dirty.contains_key(path) {
                continue;
            }
            let kept = |plan: &Plan| last(plan, path).map(|bytes| tracked.kept(&bytes).into_owned());
            if kept(plan) != kept(committed) {
                let why = "is converted by git (`text`, `eol`, `ident`), and the patches do not make the same of what git keeps \
                           of it; patch without --commit, and commit it with git";
                return Err(GitError::file(path, why));
            }
        }
        Ok(())
    }

    fn compare(&mut self, path: &Path, disk: Option<&[u8]>, tracked: &Tracked) {
        if tracked.head.as_deref() != disk {
            self.apart.insert(path.to_owned(), tracked.head.clone());
        }
    }

    /// The number of the repository that a file lies in.
    fn repository_of(&mut self, path: &Path) -> Result<usize, WriteError> {
        let folder = repository_of(&self.root, path)?;
        if let Some(known) = self.repositories.iter().position(|r| r.path == folder) {
            return Ok(known);
        }
        if folder.as_os_str().is_empty() && !is_in_repository(&self.root) {
            return Err(GitError::NoRepository(path.to_owned()).into());
        }
        self.repositories.push(Repo::new(&self.root, &folder)?);
        Ok(self.repositories.len() - 1)
    }

    /// Adds the repositories whose submodules get commits, and looks whether those are what they say they are.
    fn add_superprojects(&mut self) -> Result<(), WriteError> {
        let mut next = 0;
        while next < self.repositories.len() {
            let child = self.repositories[next].path.clone();
            next += 1;
            let Some(parent) = superproject(&self.root, &child)? else { continue };
            let known = self.repositories.iter().position(|r| r.path == parent);
            let number = match known {
                Some(known) => known,
                None => {
                    self.repositories.push(Repo::new(&self.root, &parent)?);
                    self.repositories.len() - 1
                }
            };
            let (head, parent) = (self.repositories[next - 1].tip.commit, &self.repositories[number]);
            let own = parent.own(&child);
            let recorded = parent.tree()?.get_path(&own).ok().map(|e| e.id());
            if recorded != Some(head) || parent.entry(&own).map(|e| e.id) != Some(head) {
                let why = format!(
                    "the submodule is not at the commit that {} records; commit that first, or go there with `git submodule update`",
                    parent.name().display()
                );
                return Err(GitError::repository(&child, why).into());
            }
        }
        let order = |r: &Repo| (std::cmp::Reverse(r.path.components().count()), r.path.clone());
        let names: Vec<PathBuf> = self.repositories.iter().map(|r| r.path.clone()).collect();
        self.repositories.sort_by_key(order);
        for (number, _) in self.files.values_mut() {
            *number = self.repositories.iter().position(|r| r.path == names[*number]).unwrap_or(0);
        }
        Ok(())
    }
}
