use super::GitError;
use super::open::{Git, open};
use crate::checkout::{ReadError, Root, Tree};
use git2::{ObjectType, Oid};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What a symlink's mode is.
const SYMLINK: i32 = 0o120_000;

/// The files of a revision: objects are read, the working tree is not. A submodule is at the commit that the revision has
/// recorded for it, and its objects are those of the submodule's own repository.
pub struct Revision {
    paths: Vec<PathBuf>,
    /// Where each file's object is: the number of the repository, and the object.
    objects: BTreeMap<PathBuf, (usize, Oid)>,
    repositories: Vec<Mutex<Git>>,
    trouble: Vec<ReadError>,
}

impl Revision {
    /// Lists the files of a revision below the root of a checkout. Fails where there is no repository, or it does not know
    /// the revision.
    pub fn open(root: &Root, name: &str) -> Result<Revision, GitError> {
        let git = open(root, Path::new(""))?;
        let commit = git.revparse_single(name).and_then(|object| object.peel_to_commit());
        let commit = commit.map_err(|error| library("find the revision in", root.path(), &error))?.id();
        let real = root.real().map_err(GitError::from)?;
        let inner = real.strip_prefix(git.top()).map(Path::to_owned).unwrap_or_default();
        let mut revision =
            Revision { paths: Vec::new(), objects: BTreeMap::new(), repositories: Vec::new(), trouble: Vec::new() };
        let mut links = vec![(git, commit, PathBuf::new(), inner)];
        while let Some((git, commit, place, inner)) = links.pop() {
            let (files, gitlinks) = listed(&git, commit, &inner)?;
            let number = revision.repositories.len();
            revision.objects.extend(files.into_iter().map(|(path, id)| (place.join(path), (number, id))));
            for (path, commit) in gitlinks {
                let path = place.join(path);
                match open(root, &path).and_then(|git| {
                    git.find_commit(commit).map(|_| ()).map(|()| git).map_err(|e| library("read", &path, &e))
                }) {
                    Ok(git) => links.push((git, commit, path, PathBuf::new())),
                    Err(error) => revision.trouble.push(ReadError { path, reason: error.to_string() }),
                }
            }
            revision.repositories.push(Mutex::new(git));
        }
        revision.paths = revision.objects.keys().cloned().collect();
        Ok(revision)
    }
}

/// Paths with their objects.
type Entries = Vec<(PathBuf, Oid)>;

/// The files and the gitlinks of a commit below a folder.
fn listed(git: &Git, commit: Oid, below: &Path) -> Result<(Entries, Entries), GitError> {
    let failed = |error: git2::Error| library("read", git.top(), &error);
    let mut tree = git.find_commit(commit).and_then(|commit| commit.tree()).map_err(failed)?;
    if !below.as_os_str().is_empty() {
        let entry = tree.get_path(below).map_err(failed)?;
        tree = git.find_tree(entry.id()).map_err(failed)?;
    }
    let (mut files, mut links) = (Vec::new(), Vec::new());
    let mut todo = vec![(PathBuf::new(), tree)];
    while let Some((place, tree)) = todo.pop() {
        for entry in &tree {
            let path = place.join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(entry.name_bytes()));
            match entry.kind() {
                Some(ObjectType::Tree) => todo.push((path, git.find_tree(entry.id()).map_err(failed)?)),
                Some(ObjectType::Blob) if entry.filemode() != SYMLINK => files.push((path, entry.id())),
                Some(ObjectType::Commit) => links.push((path, entry.id())),
                _ => {}
            }
        }
    }
    Ok((files, links))
}

fn library(what: &'static str, path: &Path, error: &git2::Error) -> GitError {
    GitError::Library { what, path: path.to_owned(), message: error.message().to_owned() }
}

impl Tree for Revision {
    fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        let failed = |reason: String| ReadError { path: path.to_owned(), reason };
        let (number, id) = self.objects.get(path).ok_or_else(|| failed("no such file".to_owned()))?;
        let git = self.repositories[*number].lock().unwrap_or_else(PoisonError::into_inner);
        let blob = git.find_blob(*id).map_err(|error| failed(error.message().to_owned()))?;
        Ok(blob.content().to_vec())
    }

    fn trouble(&self) -> &[ReadError] {
        &self.trouble
    }
}
