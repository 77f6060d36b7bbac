use super::commits::{Submodule, Work};
use super::log::{Entry, entries};
use super::model::{Commits, Made, Prepared, Stage};
use super::repository::Repo;
use super::stage::{Committed, ReadyCommits};
use crate::checkout::{Root, repositories_below};
use crate::report::FileChange;
use crate::write::git::{GitError, failed, is_in_repository, open, superproject};
use crate::write::{Removal, Run, WriteError};
use git2::build::TreeUpdateBuilder;
use git2::{Delta, DiffDelta, FileMode, Oid};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Prepares to undo the commits that `apply --commit` made for a patchset, with a commit for each: in every repository at
/// or below the root, newest first. `only` are the patches to undo; all, if it is empty.
///
/// Work that came later stays; where it changed the same lines, the conflict is named.
pub fn undo(root: &Path, options: &Commits<'_>, only: &[String]) -> Result<Undoing, WriteError> {
    let root = Root::open(root)?;
    let mut found: BTreeMap<PathBuf, Vec<Entry>> = BTreeMap::new();
    let mut repositories = Vec::new();
    let own = is_in_repository(&root).then(PathBuf::new);
    for path in own.into_iter().chain(repositories_below(&root)) {
        let git = open(&root, &path)?;
        let chosen = choose(&path, entries(&git, &options.patchset.name)?, only)?;
        if !chosen.is_empty() {
            repositories.push(Repo::new(&root, &path)?);
            found.insert(path, chosen);
        }
    }
    let stage = Stage::of(root, repositories)?;
    let mut run = Run::begin(Root::open(stage.root.path())?)?;
    let (mut changes, mut removals) = (Vec::new(), Vec::new());
    let mut prepared = Prepared::default();
    let mut below: Vec<Submodule<'_>> = Vec::new();
    for repo in &stage.repositories {
        let mut work = Work::new(repo, options)?;
        let mut patches = Vec::new();
        for entry in found.get(&repo.path).into_iter().flatten() {
            take_out(repo, &mut work, entry)?;
            let number = |id: &String| options.patchset.patches.iter().position(|p| p.id.value == *id);
            patches.extend(entry.patches.iter().filter_map(number));
        }
        files(&stage.root, repo, &mut work, &mut changes, &mut removals)?;
        let (links, rest): (Vec<_>, Vec<_>) = below.into_iter().partition(|link| link.parent == repo.path);
        below = rest;
        work.move_links(&links, true)?;
        if work.made.is_empty() {
            continue;
        }
        patches.extend(links.iter().flat_map(|link| link.patches.clone()));
        patches.sort_unstable();
        patches.dedup();
        if let Some(parent) = superproject(&stage.root, &repo.path)? {
            below.push(Submodule { path: &repo.path, parent, head: work.head, patches });
        }
        work.finish(run.drafts()?, &mut prepared)?;
    }
    Ok(Undoing { ready: ReadyCommits { run, prepared }, changes, removals })
}

/// Commits that undo others: they are written, and only have to be put in place.
pub struct Undoing {
    ready: ReadyCommits,
    changes: Vec<FileChange>,
    removals: Vec<Removal>,
}

impl Undoing {
    /// The commits, by repository, submodules first.
    pub fn made(&self) -> &[Made] {
        self.ready.made()
    }

    /// What else there is to know, one sentence each.
    pub fn notes(&self) -> &[String] {
        self.ready.notes()
    }

    /// Puts them in place, and the files with them: everything, or nothing.
    pub fn write(self) -> Result<Committed, WriteError> {
        self.ready.finish(&self.changes, &self.removals)
    }
}

/// The commits of the patches that are asked for.
fn choose(path: &Path, entries: Vec<Entry>, only: &[String]) -> Result<Vec<Entry>, GitError> {
    if only.is_empty() {
        return Ok(entries);
    }
    let mut chosen = Vec::new();
    for entry in entries {
        match entry.patches.iter().filter(|id| only.contains(id)).count() {
            0 => {}
            n if n == entry.patches.len() => chosen.push(entry),
            _ => {
                let why = format!("the commit {} holds other patches, too; undo all of them", entry.id);
                return Err(GitError::repository(path, why));
            }
        }
    }
    Ok(chosen)
}

/// Commits the tree without what one commit brought.
fn take_out(repo: &Repo, work: &mut Work<'_>, entry: &Entry) -> Result<(), WriteError> {
    let git = &repo.git;
    let fail = || failed("undo a commit of", git);
    let commit = git.find_commit(entry.id).map_err(fail())?;
    let base = commit.tree().map_err(fail())?;
    let parent = commit.parent(0).and_then(|parent| parent.tree()).map_err(fail())?;
    // Submodules do not go back: they get commits of their own, and move on.
    let diff = git.diff_tree_to_tree(Some(&parent), Some(&base), None).map_err(fail())?;
    let mut links = TreeUpdateBuilder::new();
    for delta in diff.deltas().filter(|d| d.new_file().mode() == FileMode::Commit) {
        if let Some(path) = delta.new_file().path() {
            links.upsert(path, delta.new_file().id(), FileMode::Commit);
        }
    }
    let parent = links.create_updated(git, &parent).and_then(|id| git.find_tree(id)).map_err(fail())?;
    let ours = git.find_tree(work.tree).map_err(fail())?;
    let mut merged = git.merge_trees(&base, &ours, &parent, None).map_err(fail())?;
    if merged.has_conflicts() {
        let conflicts = merged.conflicts().map_err(fail())?;
        let path = conflicts.flatten().find_map(|c| c.our.or(c.ancestor).or(c.their)).map(|e| e.path);
        let path = path.map(|p| String::from_utf8_lossy(&p).into_owned()).unwrap_or_default();
        let id: String = entry.id.to_string().chars().take(12).collect();
        let why = format!("later work changed what {id} ({}) brought; undo that commit by hand", entry.subject);
        return Err(GitError::file(&repo.path.join(path), why).into());
    }
    let tree = merged.write_tree_to(git).map_err(fail())?;
    if tree == work.tree {
        return Ok(());
    }
    let written = git.find_tree(tree).and_then(|tree| git.diff_tree_to_tree(Some(&ours), Some(&tree), None));
    let written = written.map_err(fail())?;
    work.share(tree, written.deltas().filter_map(|delta| delta.new_file().path()))?;
    work.tree = tree;
    let message = work.messages().revert(&entry.subject, &entry.id.to_string());
    work.commit(&message, entry.patches.clone())
}

/// What the commits come to for the files and the index.
fn files(
    root: &Root,
    repo: &Repo,
    work: &mut Work<'_>,
    changes: &mut Vec<FileChange>,
    removals: &mut Vec<Removal>,
) -> Result<(), WriteError> {
    let git = &repo.git;
    let fail = || failed("compare trees of", git);
    let (old, new) = (repo.tree()?, git.find_tree(work.tree).map_err(fail())?);
    let diff = git.diff_tree_to_tree(Some(&old), Some(&new), None).map_err(fail())?;
    for delta in diff.deltas() {
        let Some(own) = delta.old_file().path().or(delta.new_file().path()) else { continue };
        let Some(path) = repo.below_root(own) else {
            return Err(GitError::repository(repo.name(), format!("{} lies outside of the root", own.display())).into());
        };
        is_plain(&delta, &path)?;
        let disk = match root.read(&path, u64::MAX) {
            Ok(bytes) => Some(bytes),
            Err(e) if e.is_missing() => None,
            Err(other) => return Err(other.into()),
        };
        let tracked = repo.look(root, &path, disk.as_deref())?;
        if let Some(trouble) = tracked.trouble {
            return Err(trouble.into());
        }
        if let Some(change) = tracked.change {
            return Err(GitError::file(&path, format!("{change}; commit or stash that first")).into());
        }
        match (delta.status(), disk) {
            (Delta::Deleted, Some(before)) => {
                work.gone.insert(own.to_owned());
                removals.push(Removal { path, before });
            }
            (_, before) => {
                let id: Oid = delta.new_file().id();
                let blob = git.find_blob(id).map_err(failed("read a file of", git))?;
                work.entries.insert(own.to_owned(), (id, u32::from(delta.new_file().mode())));
                let after = tracked.conversion.to_files(blob.content()).into_owned();
                changes.push(FileChange { path, before, after });
            }
        }
    }
    Ok(())
}

/// Only what files hold is undone: no modes change, and nothing but plain files comes or goes.
fn is_plain(delta: &DiffDelta<'_>, path: &Path) -> Result<(), GitError> {
    let (old, new) = (delta.old_file(), delta.new_file());
    let is_file = |mode| matches!(mode, FileMode::Blob | FileMode::BlobExecutable | FileMode::BlobGroupWritable);
    let is_plain = match delta.status() {
        Delta::Added => new.mode() == FileMode::Blob,
        Delta::Deleted => is_file(old.mode()),
        _ => is_file(old.mode()) && old.mode() == new.mode(),
    };
    let why = "would become a symlink, an executable or none: undo that commit with `git revert`";
    if is_plain { Ok(()) } else { Err(GitError::file(path, why)) }
}
