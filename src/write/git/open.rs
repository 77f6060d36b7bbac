use super::error::GitError;
use super::sharing::Sharing;
use super::spot::Spot;
use crate::checkout::{Folder, GateError, GitDir, Root};
use crate::write::error::{WriteError, failed};
use git2::{ConfigLevel, Reference, Repository, RepositoryOpenFlags};
use rustix::fs::FileType;
use std::ffi::OsStr;
use std::ops::Deref;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How a file begins that says of a journal.
const SEAL: &str = "treepatch-journal-";
/// A path is never longer.
const LIMIT: u64 = 4096;

/// A repository that the gate let through, with its own files held open.
pub(crate) struct Git {
    repository: Repository,
    dir: GitDir,
    sharing: Sharing,
}

impl Deref for Git {
    type Target = Repository;

    fn deref(&self) -> &Repository {
        &self.repository
    }
}

/// A file of a repository that a commit moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The index.
    Index,
    /// `HEAD`.
    Head,
    /// A reference, by its full name.
    Reference(String),
}

impl What {
    /// As it is written in a journal.
    pub fn name(&self) -> &str {
        match self {
            What::Index => "index",
            What::Head => "HEAD",
            What::Reference(name) => name,
        }
    }

    /// From a journal, which may hold anything: a name that leads elsewhere is none.
    pub fn of(name: &str) -> Option<What> {
        match name {
            "index" => Some(What::Index),
            "HEAD" => Some(What::Head),
            name => (name.starts_with("refs/heads/") && Reference::is_valid_name(name))
                .then(|| What::Reference(name.to_owned())),
        }
    }
}

impl Git {
    /// Makes sure that a file's attributes come from where they should. Git's library opens these files by name, and
    /// would wait for a pipe.
    pub fn check_attributes(&self, own: &Path) -> Result<(), GateError> {
        for folder in own.ancestors().skip(1) {
            for name in [".gitattributes", ".gitignore"] {
                let path = folder.join(name);
                if self.dir.top().0.kind(&path)?.is_some_and(|kind| kind != FileType::RegularFile) {
                    let why = "is no regular file, which treepatch does not read; move it away".to_owned();
                    return Err(GateError::Repository { path, why });
                }
            }
        }
        Ok(())
    }

    /// Whom it is shared with.
    pub fn sharing(&self) -> Sharing {
        self.sharing
    }

    /// The folder of its objects and references, and what to call it.
    pub fn common(&self) -> (&Folder, &Path) {
        self.dir.common()
    }

    /// Makes sure that all objects are on the disk, before anything refers to them.
    pub fn sync(&self) -> Result<(), WriteError> {
        let (folder, shown) = self.dir.common();
        rustix::fs::syncfs(folder.handle()).map_err(failed("sync", shown))
    }

    /// Where one of its files is.
    pub fn spot(&self, what: &What) -> Result<Spot, GateError> {
        let (folder, shown) = match what {
            What::Reference(_) => self.dir.common(),
            What::Head | What::Index => self.dir.own(),
        };
        Spot::new(folder, what.name().into(), shown, self.sharing)
    }

    /// Where a run says that it has a journal of this id.
    pub fn seal(&self, id: &str) -> Result<Spot, GateError> {
        let (folder, shown) = self.dir.own();
        Spot::new(folder, format!("{SEAL}{id}").into(), shown, self.sharing)
    }

    /// The folders of the repository that runs say to have journals in; not all of those need be there.
    pub fn sealed(&self) -> Result<Vec<PathBuf>, GateError> {
        let own = self.dir.own().0;
        let mut folders = Vec::new();
        for (name, kind) in own.entries(Path::new(""))? {
            if name.as_bytes().starts_with(SEAL.as_bytes()) && kind.is_file() {
                let folder = own.read(Path::new(&name), LIMIT).unwrap_or_default();
                let folder = PathBuf::from(OsStr::from_bytes(&folder));
                // No symlink on the way, and not out of the repository.
                folders.extend(self.dir.top().0.folder(&folder).is_ok().then_some(folder));
            }
        }
        Ok(folders)
    }

    /// The folder that the repository is of, without symlinks.
    pub fn top(&self) -> &Path {
        self.dir.top().1
    }

    /// Where a log is: of `HEAD`, or of a reference.
    pub fn log(&self, what: &What) -> Result<Spot, GateError> {
        let (folder, shown) = match what {
            What::Reference(_) => self.dir.common(),
            What::Head | What::Index => self.dir.own(),
        };
        Spot::new(folder, Path::new("logs").join(what.name()), shown, self.sharing)
    }
}

/// Opens the repository whose folder is the given one below the root; an empty path is the one the root lies in.
///
/// It is looked at before git's library opens it, and afterwards whether the library came to the same.
pub(crate) fn open(root: &Root, path: &Path) -> Result<Git, GitError> {
    let folder = root.path().join(path);
    let dir = match GitDir::find(root, path) {
        Ok(Some(dir)) => dir,
        Ok(None) => return Err(GitError::NoRepository(folder)),
        Err(error) => return Err(error.into()),
    };
    let none: [&Path; 0] = [];
    // This `.git` and nothing else: the library would go on with the folder that it lies in.
    let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
    let repository = Repository::open_ext(dir.top().1.join(".git"), flags, none)
        .map_err(|source| GitError::open(folder.clone(), &source))?;
    let shown: PathBuf = if path.as_os_str().is_empty() { root.path().into() } else { path.into() };
    let refuse = |why: &str| Err(GitError::repository(&shown, format!("the repository is refused: {why}")));
    if !dir.own().0.is(repository.path()) || !dir.common().0.is(repository.commondir()) {
        return refuse("somebody moved it while treepatch worked; run it again");
    }
    let is_top = |path: &Path| path.canonicalize().is_ok_and(|real| real == dir.top().1);
    if repository.workdir().is_some_and(|workdir| !is_top(workdir)) {
        return refuse("its core.worktree says that its files are elsewhere");
    }
    let own = own_settings(&repository, &["core.worktree", "core.attributesfile", "core.excludesfile"]);
    if dir.must_point_back() && !own.contains(&"core.worktree") {
        return refuse(&format!(
            "its `.git` points to {}, which does not point back (core.worktree), and so may be somebody else's",
            dir.own().1.display()
        ));
    }
    if let Some(store) = dir.borrowed().iter().find(|store| !is_of_a_remote(&repository, store)) {
        return refuse(&format!(
            "it borrows objects from {}, which is outside of the root and no remote of it (objects/info/alternates); \
             `git repack -a -d` and removing that file make it whole",
            store.display()
        ));
    }
    if let Some(name) = own.iter().find(|name| **name != "core.worktree") {
        return refuse(&format!(
            "its settings read a file from elsewhere ({name}); `git config --local --unset {name}`"
        ));
    }
    match Sharing::of(&repository) {
        Ok(sharing) => Ok(Git { repository, dir, sharing }),
        Err(value) => refuse(&format!("its core.sharedRepository is `{value}`, which git does not take")),
    }
}

/// Which of these settings the repository itself makes.
fn own_settings<'n>(git: &Repository, names: &[&'n str]) -> Vec<&'n str> {
    let Ok(config) = git.config() else { return Vec::new() };
    let levels =
        [ConfigLevel::Local, ConfigLevel::Worktree].into_iter().filter_map(|level| config.open_level(level).ok());
    let levels: Vec<_> = levels.collect();
    names.iter().copied().filter(|name| levels.iter().any(|level| level.get_entry(name).is_ok())).collect()
}

/// Whether an object store is of a repository that this one was cloned from, as `git clone --shared` does it.
fn is_of_a_remote(git: &Repository, store: &Path) -> bool {
    let is_its = |url: &Path| {
        let mut stores = ["objects", ".git/objects"].iter().filter_map(|below| url.join(below).canonicalize().ok());
        url.is_absolute() && stores.any(|its| its == store)
    };
    let mut found = false;
    if let Ok(config) = git.config().and_then(|config| config.open_level(ConfigLevel::Local))
        && let Ok(urls) = config.entries(Some(r"^remote\..*\.url$"))
    {
        let _ = urls.for_each(|entry| found |= entry.value().is_ok_and(|url| is_its(Path::new(url))));
    }
    found
}
