use super::globs::Reach;
use super::{GateError, OpenError, Root};
use crate::vfs::{FileTree, ReadError};
use crate::{patchset, threads};
use rayon::slice::ParallelSliceMut;
use std::cmp::Ordering;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

pub use crate::patchset::STATE;

/// Whether a name is that of a folder of treepatch's own, which is part of no checkout.
pub fn is_own(name: &OsStr) -> bool {
    patchset::is_own(name.as_bytes())
}

/// A checkout on disk.
#[derive(Debug)]
pub struct Disk {
    root: Root,
    limit: u64,
    paths: Vec<PathBuf>,
    roots: Vec<PathBuf>,
    trouble: Vec<ReadError>,
}

/// What is listed, and how.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    /// Only folders that one of these can match in are entered; all of them, if `None`.
    pub globs: Option<&'a [&'a patchset::Globs]>,
    /// A tree of no more folders than these is listed as a whole, whatever the globs say.
    pub small: usize,
    /// How many threads list; 0 for as many as there are cores.
    pub threads: usize,
    /// The largest file that is read, in bytes.
    pub limit: u64,
    /// Where the files are counted that were found, for whoever waits.
    pub found: Option<&'a AtomicUsize>,
}

impl Default for Walk<'_> {
    fn default() -> Self {
        Walk { globs: None, small: 0, threads: 0, limit: 256 << 20, found: None }
    }
}

impl Disk {
    /// Lists every regular file below `root`, hidden and ignored ones too. What lies in a component named `.git`
    /// (any case), symlinks, and treepatch's own folders ([`is_own`]) are left out.
    pub fn open(root: &Path) -> Result<Disk, OpenError> {
        Disk::walk(root, Walk::default())
    }

    /// Like [`Disk::open`], but enters only the folders that one of the globs can match in.
    pub fn open_for(root: &Path, globs: &[&patchset::Globs]) -> Result<Disk, OpenError> {
        Disk::walk(root, Walk { globs: Some(globs), ..Walk::default() })
    }

    /// Lists what `walk` says.
    pub fn walk(root: &Path, walk: Walk) -> Result<Disk, OpenError> {
        let root = Root::open(root)?;
        let Found { paths, mut roots, mut trouble } = threads::within(walk.threads, || {
            let mut found = list(&root, walk);
            found.paths.par_sort_unstable_by(|a, b| in_order(a, b));
            found
        });
        roots.sort_unstable();
        trouble.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Disk { root, limit: walk.limit, paths, roots, trouble })
    }

    /// The root, open.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The folders below in which there is a [`STATE`] folder: a run had, or has, each for its root.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }
}

impl FileTree for Disk {
    fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    fn read(&self, path: &Path) -> Result<Arc<Vec<u8>>, ReadError> {
        self.root
            .read(path, self.limit)
            .map(Arc::new)
            .map_err(|e| ReadError { path: path.to_owned(), reason: reason(&e) })
    }

    fn read_into(&self, path: &Path, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        let read = self.root.read_into(path, self.limit, bytes);
        read.map_err(|e| ReadError { path: path.to_owned(), reason: reason(&e) })
    }

    fn unreadable(&self) -> &[ReadError] {
        &self.trouble
    }
}

/// A gate's refusal without the path, which a `ReadError` has beside it.
fn reason(error: &GateError) -> String {
    match error {
        GateError::System { source, .. } => source.to_string(),
        other => {
            let text = other.to_string();
            text.split_once(": ").map_or(text.clone(), |(_, reason)| reason.to_owned())
        }
    }
}

/// Lists what lies below the root, a folder on a thread.
fn list(root: &Root, walk: Walk) -> Found {
    let list = |reach: Option<Reach>, most: usize| {
        let (found, left) = (Mutex::new(Found::default()), AtomicUsize::new(most));
        let listing = Listing { root, reach, found: &found, left: &left, count: walk.found };
        rayon::scope(|scope| listing.folder(scope, PathBuf::new()));
        let is_whole = left.into_inner() > 0;
        is_whole.then(|| found.into_inner().unwrap_or_else(|poison| poison.into_inner()))
    };
    let small = walk.globs.filter(|_| walk.small > 0).and_then(|globs| {
        let mut found = list(None, walk.small + 1)?;
        // What is in the way elsewhere is no matter.
        let reach = Reach::of(globs);
        found.roots.retain(|root| reach.enters(root));
        found.trouble.retain(|error| error.path.as_os_str().is_empty() || reach.enters(&error.path));
        Some(found)
    });
    small.or_else(|| list(walk.globs.map(Reach::of), usize::MAX)).unwrap_or_default()
}

struct Listing<'a> {
    root: &'a Root,
    reach: Option<Reach>,
    found: &'a Mutex<Found>,
    /// Where the files are counted that were found.
    count: Option<&'a AtomicUsize>,
    /// How many more folders are listed; 0 where there were more.
    left: &'a AtomicUsize,
}

impl Listing<'_> {
    /// Lists a folder; those in it are listed by whoever has nothing else to do.
    fn folder<'s>(&'s self, scope: &rayon::Scope<'s>, folder: PathBuf) {
        let take = |left: usize| Some(left.saturating_sub(1));
        if self.left.fetch_update(Relaxed, Relaxed, take).is_ok_and(|left| left <= 1) {
            return;
        }
        let mut mine = Found::default();
        match self.root.with_repositories().entries(&folder) {
            Ok(entries) => {
                for (name, kind) in entries {
                    let is_folder = kind.is_dir();
                    if is_folder && name == STATE {
                        // It is seen, and not entered.
                        mine.roots.extend((!folder.as_os_str().is_empty()).then(|| folder.clone()));
                    }
                    if name.eq_ignore_ascii_case(".git") || is_folder && is_own(&name) {
                        continue;
                    }
                    let path = folder.join(name);
                    if kind.is_file() {
                        mine.paths.push(path);
                    } else if is_folder && self.reach.as_ref().is_none_or(|reach| reach.enters(&path)) {
                        scope.spawn(move |scope| self.folder(scope, path));
                    }
                }
            }
            Err(error) => mine.trouble.push(ReadError { path: folder, reason: reason(&error) }),
        }
        if let Some(count) = self.count {
            count.fetch_add(mine.paths.len(), Relaxed);
        }
        let mut all = self.found.lock().unwrap_or_else(|poison| poison.into_inner());
        all.paths.append(&mut mine.paths);
        all.roots.append(&mut mine.roots);
        all.trouble.append(&mut mine.trouble);
    }
}

/// The order of paths as such, name by name, told from their bytes: these are relative and have single slashes.
fn in_order(a: &Path, b: &Path) -> Ordering {
    let (a, b) = (a.as_os_str().as_bytes(), b.as_os_str().as_bytes());
    let at = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
    // The end of a name comes before all that may be in one.
    let rank = |bytes: &[u8]| bytes.get(at).map_or(0, |&b| if b == b'/' { 1 } else { 1 + u16::from(b) });
    rank(a).cmp(&rank(b))
}

#[derive(Default)]
struct Found {
    paths: Vec<PathBuf>,
    roots: Vec<PathBuf>,
    trouble: Vec<ReadError>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patchset::Spanned;

    fn checkout(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, *file).unwrap();
        }
        dir
    }

    fn listed(disk: &Disk) -> Vec<&str> {
        disk.paths().iter().map(|p| p.to_str().unwrap()).collect()
    }

    fn globs(text: &[&str]) -> patchset::Globs {
        patchset::Globs { globs: text.iter().map(|g| Spanned { value: g.to_string(), span: 0..0 }).collect() }
    }

    #[test]
    fn every_file_is_listed_but_git() {
        let dir = checkout(&[
            "pkg/a.go",
            ".hidden/b.go",
            "vendor/c.go",
            ".gitignore",
            ".ignore",
            "sub/.git",
            "x/.GIT/config",
            ".git/HEAD",
            ".github/d.c",
            ".treepatch-journal/0",
            "deep/.treepatch-journal/kept",
        ]);
        std::fs::write(dir.path().join(".gitignore"), "pkg/\n*.go\n").unwrap();
        std::fs::write(dir.path().join(".ignore"), "*\n").unwrap();
        std::os::unix::fs::symlink("pkg", dir.path().join("link")).unwrap();
        std::os::unix::fs::symlink("a.go", dir.path().join("pkg/link.go")).unwrap();
        let disk = Disk::open(dir.path()).unwrap();
        let expected = [".github/d.c", ".gitignore", ".hidden/b.go", ".ignore", "pkg/a.go", "vendor/c.go"];
        assert_eq!(listed(&disk), expected);
        assert_eq!(*disk.read(Path::new("pkg/a.go")).unwrap(), b"pkg/a.go");
        assert!(disk.read(Path::new("link/a.go")).unwrap_err().reason.contains("symlink"));
        assert!(disk.unreadable().is_empty());
    }

    #[test]
    fn paths_are_in_the_order_that_paths_have() {
        let mut paths: Vec<&Path> =
            ["a/b", "a-b/c", "a", "a.b", "a/b/c", "b", "a\u{1}", "a0", "a/b-c", "A/b"].map(Path::new).to_vec();
        let mut other = paths.clone();
        paths.sort();
        other.sort_by(|a, b| in_order(a, b));
        assert_eq!(paths, other);
    }

    #[test]
    fn only_folders_that_a_glob_can_match_in_are_entered() {
        let dir = checkout(&["src/a/x.go", "src/b/x.go", "doc/x.go", "top.go", "src/a/deep/er/x.go"]);
        let list = |g: &[&str]| {
            let globs = globs(g);
            listed(&Disk::open_for(dir.path(), &[&globs]).unwrap()).join(" ")
        };
        assert_eq!(list(&["src/a/**/*.go"]), "src/a/deep/er/x.go src/a/x.go top.go");
        assert_eq!(list(&["src/*/x.go"]), "src/a/x.go src/b/x.go top.go");
        assert_eq!(list(&["src/{a,b/c}/x.go", "doc/*"]), "doc/x.go src/a/deep/er/x.go src/a/x.go src/b/x.go top.go");
        assert_eq!(list(&["**/x.go", "!src/**"]), "doc/x.go src/a/deep/er/x.go src/a/x.go src/b/x.go top.go");
    }

    #[test]
    fn a_small_tree_is_listed_as_a_whole() {
        let dir = checkout(&["src/a/x.go", "src/b/x.go", "doc/x.go"]);
        let globs = globs(&["src/a/x.go"]);
        let list = |small: usize| {
            let walk = Walk { globs: Some(&[&globs]), small, ..Walk::default() };
            listed(&Disk::walk(dir.path(), walk).unwrap()).join(" ")
        };
        assert_eq!(list(4), "src/a/x.go");
        assert_eq!(list(5), "doc/x.go src/a/x.go src/b/x.go");
    }

    #[test]
    fn a_root_must_be_a_folder() {
        let dir = checkout(&["file"]);
        assert!(matches!(Disk::open(&dir.path().join("none")), Err(OpenError::Missing(_))));
        assert!(matches!(Disk::open(&dir.path().join("file")), Err(OpenError::NotAFolder(_))));
    }

    #[test]
    fn a_root_may_be_a_symlink() {
        let dir = checkout(&["real/a.go"]);
        std::os::unix::fs::symlink("real", dir.path().join("link")).unwrap();
        let disk = Disk::open(&dir.path().join("link")).unwrap();
        assert_eq!(listed(&disk), ["a.go"]);
        assert_eq!(*disk.read(Path::new("a.go")).unwrap(), b"real/a.go");
    }
}
