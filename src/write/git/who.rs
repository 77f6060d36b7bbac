use super::log::entries;
use super::open::open;
use super::undo::all;
use crate::checkout::{Root, repositories_above};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the histories of a checkout tell about its patches. Reads only; where there is no history it knows nothing.
pub struct History {
    root: Root,
    /// By patch: the repositories and the commits.
    commits: BTreeMap<String, Vec<(PathBuf, String)>>,
}

impl History {
    /// Looks for the commits that `apply --commit` made for a patchset; `None` where there is no repository.
    pub fn read(root: &Path, patchset: &str) -> Option<History> {
        let root = Root::open(root).ok()?;
        let mut commits: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
        for path in all(&root).ok()? {
            let git = open(&root, &path).ok()?;
            for entry in entries(&git, patchset).unwrap_or_default() {
                for patch in entry.patches {
                    commits.entry(patch).or_default().push((path.clone(), entry.id.to_string()));
                }
            }
        }
        Some(History { root, commits })
    }

    /// The commits of a patch, each with its repository.
    pub fn commits(&self, patch: &str) -> &[(PathBuf, String)] {
        self.commits.get(patch).map_or(&[], Vec::as_slice)
    }

    /// Whether a commit is in the history of the repository that a file lies in.
    pub fn holds(&self, file: &Path, commit: &str) -> bool {
        let folder = repositories_above(&self.root, file).into_iter().next().unwrap_or_default();
        let found = || {
            let git = open(&self.root, &folder).ok()?;
            let head = git.head().ok()?.peel_to_commit().ok()?.id();
            let id = git.revparse_single(commit).ok()?.peel_to_commit().ok()?.id();
            Some(head == id || git.graph_descendant_of(head, id).ok()?)
        };
        found().unwrap_or(false)
    }
}
