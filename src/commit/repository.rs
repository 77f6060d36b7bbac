use crate::checkout::Root;
use crate::write::WriteError;
use crate::write::git::{Conversion, GITLINK, Git, GitError, Rules, Tip, What, failed, open};
use git2::{AttrCheckFlags, AttrValue, Commit, Index, IndexEntry, ObjectType, RepositoryState, Tree};
use rustix::fs::AtFlags;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

const FILE: u32 = 0o100644;
/// What tells files from symlinks and submodules in a mode.
const KIND: u32 = 0o170000;
const OWNER_RUNS: u32 = 0o100;
/// `git sparse-checkout` and the like keep such files out of the working tree.
const SKIP_WORKTREE: u16 = 1 << 14;

/// A repository below the root, or around it.
pub(crate) struct Repo {
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
pub(crate) struct Tracked {
    /// Its mode in `HEAD`, or the one that it gets.
    pub mode: u32,
    /// Its bytes in `HEAD`, if it is there.
    pub head: Option<Vec<u8>>,
    /// What git makes of its bytes when it is committed or checked out.
    pub conversion: Conversion,
    /// What git would call changed, if it does.
    pub change: Option<&'static str>,
    /// Why it cannot be committed, even by those who allow dirty files.
    pub trouble: Option<GitError>,
}

impl Tracked {
    /// What git keeps of the file with these bytes. A file that git keeps otherwise than it would now stays so.
    pub fn kept<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let head = self.head.as_deref();
        let is_usual = head.is_none_or(|head| self.conversion.to_git(head, Some(head)) == head);
        if is_usual { self.conversion.to_git(bytes, head) } else { bytes.into() }
    }
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
    pub fn look(&self, root: &Root, path: &Path, disk: Option<&[u8]>) -> Result<Tracked, GitError> {
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
        let conversion = self.conversion(path, &own)?;
        let is_staged = head != entry.map(|e| (e.id, e.mode));
        let trouble = match (head, disk) {
            _ if is_staged => Some("has staged changes; commit them, or take them back with `git restore --staged`"),
            (None, Some(_)) if self.git.is_path_ignored(&own).unwrap_or(false) => {
                Some("is ignored by git; `git add -f` and commit it first, or patch without --commit")
            }
            (None, Some(_)) => Some("is not tracked by git; add and commit it first, or patch without --commit"),
            (Some((_, mode)), _) if mode & KIND != FILE & KIND => {
                Some("is no file in `HEAD`; commit what is there now first, or patch without --commit")
            }
            _ => None,
        };
        let trouble = trouble.map(refuse);
        let Some((id, mode)) = head else {
            return Ok(Tracked { mode: FILE, head: None, conversion, change: None, trouble });
        };
        let blob = self.git.find_object(id, Some(ObjectType::Blob)).and_then(|o| o.peel_to_blob());
        let head = blob.map_err(failed("read a file of", &self.git))?.content().to_vec();
        let change = match disk {
            None => Some("is deleted, and that is not committed"),
            Some(disk) if conversion.to_git(disk, Some(&head)) != head => Some("has changes that are not committed"),
            Some(_) if self.trusts_modes() && is_executable(root, path) != (mode & OWNER_RUNS != 0) => {
                Some("has a change of its mode (executable or not) that is not committed")
            }
            Some(_) => None,
        };
        Ok(Tracked { mode, head: Some(head), conversion, change, trouble })
    }

    /// How git converts a file. Where a program would do it, or the encoding changes, the file is refused.
    fn conversion(&self, path: &Path, own: &Path) -> Result<Conversion, GitError> {
        for name in ["filter", "working-tree-encoding"] {
            if let Some(value) = self.attribute(own, name)?.filter(|value| value != "false" && value != "true") {
                let why = format!("goes through git's `{name}={value}`, which treepatch does not do");
                return Err(GitError::file(path, why));
            }
        }
        let known = |value: &String| ["true", "false", "input", "auto"].contains(&value.as_str());
        let text = match self.attribute(own, "text")?.filter(known) {
            None => self.attribute(own, "crlf")?.filter(known),
            text => text,
        };
        let (eol, ident) = (self.attribute(own, "eol")?, self.attribute(own, "ident")?);
        let autocrlf = match self.setting("core.autocrlf") {
            Some(value) if value.eq_ignore_ascii_case("input") => "input",
            _ if self.is_set("core.autocrlf", false) => "true",
            _ => "false",
        };
        let core_eol = self.setting("core.eol").unwrap_or_default().to_ascii_lowercase();
        Ok(Conversion::of(Rules {
            text: text.as_deref(),
            eol: eol.as_deref(),
            ident: ident.as_deref() == Some("true"),
            autocrlf,
            core_eol: &core_eol,
        }))
    }

    /// The value of an attribute; `true` and `false` where it is set or unset.
    fn attribute(&self, own: &Path, name: &str) -> Result<Option<String>, GitError> {
        let value = self.git.get_attr(own, name, AttrCheckFlags::FILE_THEN_INDEX);
        let value = value.map_err(failed("read the attributes of", &self.git))?;
        Ok(match AttrValue::from_string(value) {
            AttrValue::True => Some("true".to_owned()),
            AttrValue::False => Some("false".to_owned()),
            AttrValue::String(value) => Some(value.to_owned()),
            _ => None,
        })
    }

    pub fn entry(&self, own: &Path) -> Option<IndexEntry> {
        self.index.get_path(own, 0)
    }

    /// A setting of the repository or the user.
    pub fn setting(&self, name: &str) -> Option<String> {
        self.git.config().ok()?.snapshot().ok()?.get_str(name).ok().map(str::to_owned)
    }

    /// Whether a setting is on, or else what is usual.
    fn is_set(&self, name: &str, usual: bool) -> bool {
        self.git.config().and_then(|config| config.get_bool(name)).unwrap_or(usual)
    }

    /// Whether it matters to git which files may be run.
    fn trusts_modes(&self) -> bool {
        self.is_set("core.filemode", true)
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

/// Whether its owner may run a file, as git sees it.
fn is_executable(root: &Root, path: &Path) -> bool {
    let mode = || {
        let (folder, name) = root.parent(path).ok()?;
        Some(rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()?.st_mode)
    };
    mode().is_some_and(|mode| mode & OWNER_RUNS != 0)
}
