use super::GitError;
use super::error::failed;
use super::open::{Git, What, open};
use super::tip::Tip;
use crate::checkout::Root;
use crate::write::WriteError;
use git2::{AttrCheckFlags, AttrValue, Commit, Index, IndexEntry, ObjectType, RepositoryState, Tree};
use std::path::{Path, PathBuf};

/// What a submodule is in a tree or an index.
pub(super) const GITLINK: u32 = 0o160000;
const FILE: u32 = 0o100644;
/// `git sparse-checkout` and the like keep such files out of the working tree.
const SKIP_WORKTREE: u16 = 1 << 14;

/// A repository below the root, or around it.
pub(super) struct Repo {
    /// Its folder, relative to the root; empty for the one that the root lies in.
    pub path: PathBuf,
    /// Where the root is in it; empty but for a root that is a folder of a repository.
    inner: PathBuf,
    pub git: Git,
    /// The index, read once, and its bytes.
    pub index: Index,
    pub index_bytes: Vec<u8>,
    /// What is checked out.
    pub tip: Tip,
}

/// A file as git has it.
pub(super) struct Tracked {
    /// Its mode in `HEAD`, or the one that it gets.
    pub mode: u32,
    /// Its bytes in `HEAD`, if it is there.
    pub head: Option<Vec<u8>>,
    /// Why it cannot be committed, even by those who allow dirty files.
    pub trouble: Option<GitError>,
}

impl Repo {
    /// Opens the repository in a folder, and looks whether commits can be made in it.
    pub fn new(root: &Root, path: &Path) -> Result<Repo, WriteError> {
        let git = open(root, path)?;
        let shown = if path.as_os_str().is_empty() { root.path() } else { path };
        let refuse = |why: &str| GitError::repository(shown, why);
        let Some(workdir) = git.workdir() else { return Err(refuse("the repository is bare: it has no files").into()) };
        let real = |path: &Path| {
            path.canonicalize().map_err(|source| WriteError::System { what: "look at", path: path.to_owned(), source })
        };
        let here = real(&root.path().join(path))?;
        let inner = here.strip_prefix(real(workdir)?).map(Path::to_owned);
        let inner = inner.map_err(|_| refuse("the repository's files are elsewhere (core.worktree)"))?;
        if let Some(what) = at_work(git.state()) {
            return Err(refuse(&format!("{what} is in progress; finish it or abort it first")).into());
        }
        let tip = Tip::read(&git, shown)?;
        let index_bytes = git.spot(&What::Index)?.bytes()?;
        let index = git.index().map_err(|e| GitError::index(&git, &e))?;
        let Some(index_bytes) = index_bytes else {
            return Err(refuse("nothing is checked out (there is no index); `git reset` makes one").into());
        };
        if index.has_conflicts() {
            return Err(refuse("the index has conflicts; resolve them first").into());
        }
        Ok(Repo { path: path.to_owned(), inner, git, index, index_bytes, tip })
    }

    /// A path below the root as the repository knows it.
    pub fn own(&self, path: &Path) -> PathBuf {
        if self.path.as_os_str().is_empty() {
            self.inner.join(path)
        } else {
            path.strip_prefix(&self.path).unwrap_or(path).to_owned()
        }
    }

    /// A path of the repository as the root knows it; `None` where it lies outside.
    pub fn below_root(&self, own: &Path) -> Option<PathBuf> {
        if self.path.as_os_str().is_empty() {
            own.strip_prefix(&self.inner).ok().map(Path::to_owned)
        } else {
            Some(self.path.join(own))
        }
    }

    /// What to call it.
    pub fn name(&self) -> &Path {
        if self.path.as_os_str().is_empty() { Path::new(".") } else { &self.path }
    }

    pub fn commit(&self) -> Result<Commit<'_>, GitError> {
        self.git.find_commit(self.tip.commit).map_err(failed("read HEAD of", &self.git))
    }

    pub fn tree(&self) -> Result<Tree<'_>, GitError> {
        self.commit()?.tree().map_err(failed("read HEAD of", &self.git))
    }

    /// Looks at one file (relative to the root) that holds `disk` now. Fails where nobody can say what git has of it.
    pub fn look(&self, path: &Path, disk: Option<&[u8]>) -> Result<Tracked, GitError> {
        let own = self.own(path);
        let refuse = |why: &str| GitError::file(path, why);
        self.git.check_attributes(&own)?;
        let mut above = own.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty());
        if let Some(link) = above.find(|p| self.entry(p).is_some_and(|e| e.mode == GITLINK)) {
            let link = link.display();
            return Err(refuse(&format!(
                "lies in the submodule {link}, which is not initialised; `git submodule update --init {link}` does it"
            )));
        }
        let head = match self.tree()?.get_path(&own) {
            Ok(entry) => Some((entry.id(), entry.filemode() as u32)),
            Err(e) if e.code() == git2::ErrorCode::NotFound => None,
            Err(other) => return Err(failed("read HEAD of", &self.git)(other)),
        };
        let entry = self.entry(&own);
        if entry.as_ref().is_some_and(|e| e.flags_extended & SKIP_WORKTREE != 0) {
            return Err(refuse("is kept out of the working tree (sparse checkout)"));
        }
        self.attributes(path, &own)?;
        let is_staged = head != entry.map(|e| (e.id, e.mode));
        let trouble = match (head, disk) {
            _ if is_staged => Some("has staged changes; commit them, or take them back with `git restore --staged`"),
            (None, Some(_)) if self.git.is_path_ignored(&own).unwrap_or(false) => {
                Some("is ignored by git; `git add -f` and commit it first, or patch without --commit")
            }
            (None, Some(_)) => Some("is not tracked by git; add and commit it first, or patch without --commit"),
            _ => None,
        };
        let Some((id, mode)) = head else {
            return Ok(Tracked { mode: FILE, head: None, trouble: trouble.map(refuse) });
        };
        let blob = self.git.find_object(id, Some(ObjectType::Blob)).and_then(|o| o.peel_to_blob());
        let blob = blob.map_err(failed("read a file of", &self.git))?;
        if disk.is_some_and(|d| d != blob.content() && without_returns(d) == without_returns(blob.content())) {
            return Err(refuse(
                "has other line ends than git keeps (text, eol or core.autocrlf), which treepatch does not convert",
            ));
        }
        Ok(Tracked { mode, head: Some(blob.content().to_vec()), trouble: trouble.map(refuse) })
    }

    fn attributes(&self, path: &Path, own: &Path) -> Result<(), GitError> {
        for name in ["filter", "working-tree-encoding"] {
            let value = self.git.get_attr(own, name, AttrCheckFlags::FILE_THEN_INDEX);
            let value = value.map_err(failed("read the attributes of", &self.git))?;
            if let AttrValue::String(value) = AttrValue::from_string(value) {
                let why = format!("goes through git's `{name}={value}`, which treepatch does not do");
                return Err(GitError::file(path, why));
            }
        }
        Ok(())
    }

    pub fn entry(&self, own: &Path) -> Option<IndexEntry> {
        self.index.get_path(own, 0)
    }

    /// A setting of the repository or the user.
    pub fn setting(&self, name: &str) -> Option<String> {
        self.git.config().ok()?.snapshot().ok()?.get_str(name).ok().map(str::to_owned)
    }
}

fn at_work(state: RepositoryState) -> Option<&'static str> {
    use RepositoryState::*;
    match state {
        Clean => None,
        Merge => Some("a merge"),
        Revert | RevertSequence => Some("a revert"),
        CherryPick | CherryPickSequence => Some("a cherry-pick"),
        Bisect => Some("a bisect"),
        Rebase | RebaseInteractive | RebaseMerge => Some("a rebase"),
        ApplyMailbox | ApplyMailboxOrRebase => Some("an am or a rebase"),
    }
}

fn without_returns(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|&b| b != b'\r').collect()
}
