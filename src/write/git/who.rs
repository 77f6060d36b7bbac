use super::log::entries;
use super::open::open;
use super::repository::Repo;
use crate::checkout::{Root, repository_of};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What the histories of a checkout tell about its patches. Reads only; where there is no history it knows nothing.
pub struct History {
    root: Root,
    /// By patch: the repositories and the commits.
    commits: BTreeMap<String, Vec<(PathBuf, String)>>,
}

impl History {
    /// Looks for the commits that `apply --commit` made for a patchset in the repositories that these files lie in;
    /// `None` where they lie in none.
    pub fn read<'f>(root: &Path, patchset: &str, files: impl Iterator<Item = &'f Path>) -> Option<History> {
        let root = Root::open(root).ok()?;
        let repositories: BTreeSet<PathBuf> = files.filter_map(|file| repository_of(&root, file).ok()).collect();
        let mut history = None;
        for path in repositories {
            let Ok(git) = open(&root, &path) else { continue };
            let commits: &mut BTreeMap<String, Vec<(PathBuf, String)>> = history.get_or_insert_default();
            for entry in entries(&git, patchset).unwrap_or_default() {
                for patch in entry.patches {
                    commits.entry(patch).or_default().push((path.clone(), entry.id.to_string()));
                }
            }
        }
        history.map(|commits| History { root, commits })
    }

    /// The commits of a patch, each with its repository.
    pub fn commits(&self, patch: &str) -> &[(PathBuf, String)] {
        self.commits.get(patch).map_or(&[], Vec::as_slice)
    }

    /// Whether a commit, by its hash or the beginning of it, is in the history of the repository that a file lies in.
    pub fn holds(&self, file: &Path, commit: &str) -> bool {
        let found = || {
            let folder = repository_of(&self.root, file).ok()?;
            let git = open(&self.root, &folder).ok()?;
            let head = git.head().ok()?.peel_to_commit().ok()?.id();
            // Not by what else git has for a commit: a patchset that names a file of `.git` would have that opened.
            let id = git.find_commit_by_prefix(commit).ok()?.id();
            Some(head == id || git.graph_descendant_of(head, id).ok()?)
        };
        found().unwrap_or(false)
    }
}

/// What `HEAD` has of the files of a checkout. Reads only.
pub struct Heads {
    root: Option<Root>,
    repositories: RefCell<BTreeMap<PathBuf, Option<Repo>>>,
}

impl Heads {
    /// Of the repositories at or below a root.
    pub fn new(root: &Path) -> Heads {
        Heads { root: Root::open(root).ok(), repositories: RefCell::default() }
    }

    /// The bytes that `HEAD` has of a file; `None` where they are not to be had.
    pub fn read(&self, file: &Path) -> Option<Vec<u8>> {
        let root = self.root.as_ref()?;
        let folder = repository_of(root, file).ok()?;
        let mut repositories = self.repositories.borrow_mut();
        let repo = repositories.entry(folder).or_insert_with_key(|folder| Repo::new(root, folder).ok()).as_ref()?;
        let id = repo.tree().ok()?.get_path(&repo.own(file)).ok()?.id();
        Some(repo.git.find_blob(id).ok()?.content().to_vec())
    }
}
