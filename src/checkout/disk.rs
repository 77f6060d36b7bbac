use super::globs::Reach;
use super::{GateError, OpenError, ReadError, Root, Tree};
use crate::patchset;
use ignore::{DirEntry, WalkBuilder, WalkState};
use rayon::slice::ParallelSliceMut;
use std::cmp::Ordering;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

pub use crate::patchset::{COPY, DRAFTS, STATE};

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
    /// How many threads list; 0 for as many as there are cores.
    pub threads: usize,
    /// The largest file that is read, in bytes.
    pub limit: u64,
}

impl Default for Walk<'_> {
    fn default() -> Self {
        Walk { globs: None, threads: 0, limit: 256 << 20 }
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
        // A root that is a symlink is followed, unlike anything below it.
        let real = root.path().canonicalize().map_err(|e| OpenError::System(root.path().to_owned(), e))?;
        let Found { mut paths, mut roots, mut trouble } = list(&real, walk);
        paths.par_sort_unstable_by(|a, b| in_order(a, b));
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

impl Tree for Disk {
    fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.root.read(path, self.limit).map_err(|e| ReadError { path: path.to_owned(), reason: reason(&e) })
    }

    fn read_into(&self, path: &Path, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        let read = self.root.read_into(path, self.limit, bytes);
        read.map_err(|e| ReadError { path: path.to_owned(), reason: reason(&e) })
    }

    fn trouble(&self) -> &[ReadError] {
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

fn list(root: &Path, walk: Walk) -> Found {
    let reach = walk.globs.map(Reach::of);
    let prefix = root.as_os_str().len();
    let walker = WalkBuilder::new(root)
        .standard_filters(false)
        .follow_links(false)
        .threads(walk.threads)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
            let name = entry.file_name();
            entry.depth() == 0
                || is_state(entry)
                || !(name.eq_ignore_ascii_case(".git") || is_folder && is_own(name))
                    && (!is_folder || reach.as_ref().is_none_or(|r| r.enters(below(prefix, entry.path()))))
        })
        .build_parallel();
    let all = Mutex::new(Found::default());
    walker.run(|| {
        let mut mine = Share { all: &all, found: Found::default() };
        Box::new(move |entry| {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|t| t.is_file()) => {
                    mine.found.paths.push(below(prefix, entry.path()).to_owned());
                }
                Ok(entry) if is_state(&entry) => {
                    let root = below(prefix, entry.path()).parent().filter(|root| !root.as_os_str().is_empty());
                    mine.found.roots.extend(root.map(Path::to_owned));
                    return WalkState::Skip;
                }
                Ok(_) => {}
                Err(error) => mine.found.trouble.push(trouble(root, &error)),
            }
            WalkState::Continue
        })
    });
    all.into_inner().unwrap_or_else(|poison| poison.into_inner())
}

/// Whether this is a [`STATE`] folder. It is seen, and not entered.
fn is_state(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name() == STATE && entry.file_type().is_some_and(|t| t.is_dir())
}

/// The path of something that the walk found, without that of the root, which has `prefix` bytes. The walk joins names
/// to it, so that nothing has to be compared.
fn below(prefix: usize, path: &Path) -> &Path {
    let bytes = path.as_os_str().as_bytes().get(prefix..).unwrap_or_default();
    Path::new(OsStr::from_bytes(bytes.strip_prefix(b"/").unwrap_or(bytes)))
}

/// The order of paths as such, name by name, told from their bytes: these are relative and have single slashes.
fn in_order(a: &Path, b: &Path) -> Ordering {
    let (a, b) = (a.as_os_str().as_bytes(), b.as_os_str().as_bytes());
    let at = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
    // The end of a name comes before all that may stand in one.
    let rank = |bytes: &[u8]| bytes.get(at).map_or(0, |&b| if b == b'/' { 1 } else { 1 + u16::from(b) });
    rank(a).cmp(&rank(b))
}

#[derive(Default)]
struct Found {
    paths: Vec<PathBuf>,
    roots: Vec<PathBuf>,
    trouble: Vec<ReadError>,
}

/// What one thread has found; handed in when the thread is done.
struct Share<'a> {
    all: &'a Mutex<Found>,
    found: Found,
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(|poison| poison.into_inner());
        all.paths.append(&mut self.found.paths);
        all.roots.append(&mut self.found.roots);
        all.trouble.append(&mut self.found.trouble);
    }
}

fn trouble(root: &Path, error: &ignore::Error) -> ReadError {
    let path = place(error).unwrap_or(root);
    let reason = error.io_error().map_or_else(|| error.to_string(), |e| e.to_string());
    ReadError { path: path.strip_prefix(root).unwrap_or(path).to_owned(), reason }
}

fn place(error: &ignore::Error) -> Option<&Path> {
    let mut error = error;
    loop {
        match error {
            ignore::Error::WithPath { path, .. } => return Some(path),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error = err,
            ignore::Error::Loop { child, .. } => return Some(child),
            _ => return None,
        }
    }
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
        assert_eq!(disk.read(Path::new("pkg/a.go")).unwrap(), b"pkg/a.go");
        assert!(disk.read(Path::new("link/a.go")).unwrap_err().reason.contains("symlink"));
        assert!(disk.trouble().is_empty());
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
        assert_eq!(disk.read(Path::new("a.go")).unwrap(), b"real/a.go");
    }
}
