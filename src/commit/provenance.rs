use super::log::{Entry, entries};
use super::repository::Repo;
use crate::checkout::{Root, repository_of};
use crate::write::git::open;
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
        match self.look(file) {
            Known::Has(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// What `HEAD` says of a file.
    pub fn look(&self, file: &Path) -> Known {
        let look = || {
            let root = self.root.as_ref()?;
            let folder = repository_of(root, file).ok()?;
            let mut repositories = self.repositories.borrow_mut();
            let repo = repositories.entry(folder).or_insert_with_key(|folder| Repo::new(root, folder).ok()).as_ref()?;
            match repo.tree().ok()?.get_path(&repo.own(file)) {
                Ok(entry) => Some(Known::Has(repo.git.find_blob(entry.id()).ok()?.content().to_vec())),
                Err(e) if e.code() == git2::ErrorCode::NotFound => Some(Known::Lacks),
                Err(_) => None,
            }
        };
        look().unwrap_or(Known::Nothing)
    }
}

/// What `HEAD` says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It has these bytes.
    Has(Vec<u8>),
    /// The file is not there.
    Lacks,
    /// There is no repository, no commit, or none that can be read.
    Nothing,
}

/// The commits that `apply --commit` made for a patchset. Reads only, and only when it is asked.
pub struct OurCommits {
    root: Option<Root>,
    patchset: String,
    repositories: RefCell<BTreeMap<PathBuf, Option<Told>>>,
}

/// A repository, and the commits of the patchset in its history.
struct Told {
    repo: Repo,
    entries: Vec<Entry>,
}

impl OurCommits {
    /// Of the repositories at or below a root.
    pub fn new(root: &Path, patchset: &str) -> OurCommits {
        OurCommits { root: Root::open(root).ok(), patchset: patchset.to_owned(), repositories: RefCell::default() }
    }

    /// What a file was before each commit of a patch; `None` where it was not there.
    pub fn before(&self, patch: &str, file: &Path) -> Vec<Option<Vec<u8>>> {
        let look = || {
            let root = self.root.as_ref()?;
            let folder = repository_of(root, file).ok()?;
            let mut repositories = self.repositories.borrow_mut();
            let open = |folder: &PathBuf| {
                let repo = Repo::new(root, folder).ok()?;
                let entries = entries(&repo.git, &self.patchset).ok()?;
                Some(Told { repo, entries })
            };
            let Told { repo, entries } = repositories.entry(folder).or_insert_with_key(open).as_ref()?;
            let of_patch = entries.iter().filter(|entry| entry.patches.iter().any(|id| id == patch));
            Some(of_patch.filter_map(|entry| before(repo, entry, file)).collect())
        };
        look().unwrap_or_default()
    }
}

/// What a file was before a commit; nothing where that is not to be had.
fn before(repo: &Repo, entry: &Entry, file: &Path) -> Option<Option<Vec<u8>>> {
    let parent = repo.git.find_commit(entry.id).ok()?.parent(0).ok()?.tree().ok()?;
    match parent.get_path(&repo.own(file)) {
        Ok(found) => Some(Some(repo.git.find_blob(found.id()).ok()?.content().to_vec())),
        Err(e) if e.code() == git2::ErrorCode::NotFound => Some(None),
        Err(_) => None,
    }
}
