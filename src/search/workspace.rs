use super::chunks::parts;
use super::file_names::FileNames;
use super::index::{Candidate, Candidates, Index};
use super::query::QueryId;
use crate::language::Language;
use crate::source::{Bytes, Edit, Limits, Source, Version};
use crate::vfs::{FileTree, ReadError};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The most memory that files take which are kept parsed for the patches to come.
const KEPT: usize = 64 << 20;
/// If no more bytes than these are asked for, all files are parsed before the first patch, at the same time.
const FEW: usize = 4 << 20;

/// The files as the patches so far have made them.
pub(crate) struct Workspace<'t> {
    tree: &'t dyn FileTree,
    index: &'t Index,
    /// How much work one file may make.
    pub limits: Limits,
    /// Whether files are never read in parts.
    whole: bool,
    changed: BTreeMap<PathBuf, Changed>,
    /// Files of the tree that are taken out.
    removed: BTreeSet<PathBuf>,
    /// What files were before patches were taken out of them.
    originals: BTreeMap<PathBuf, Version>,
    /// All paths, new files included.
    paths: Arc<Vec<PathBuf>>,
    names: FileNames,
    /// For each file of the tree that is to be kept, the asks that have a lead to it: where there are several, or few
    /// files at all.
    shared: Arc<HashMap<PathBuf, Vec<QueryId>>>,
    kept: Mutex<Kept>,
    /// What files may become again, as trees.
    foreseen: HashMap<PathBuf, Arc<Source>>,
    /// The last file that was changed: the next patch is often for the same part of it.
    last: Option<(PathBuf, Arc<Source>)>,
}

/// A file as earlier patches have left it.
pub(crate) struct Known {
    path: PathBuf,
    /// Its bytes, and what they wrote; nothing where none has changed it.
    state: Option<(Version, Vec<(Bytes, By)>)>,
}

/// What a place of a file is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// This patch wrote it.
    Wrote(usize),
    /// This patch was in, and is taken out.
    TakenOut(usize),
}

struct Changed {
    version: Version,
    /// What patches wrote, by patch.
    written: Vec<(Bytes, By)>,
    /// What it may hold of each ask, and whether to do. What has gone meanwhile may be among them.
    candidates: Candidates,
    /// How many of its bytes have been parsed.
    parsed: AtomicUsize,
}

/// Files that are parsed already, since more than one patch asks for them.
#[derive(Clone, Default)]
struct Kept {
    /// Each has all that any ask can find in the file.
    sources: HashMap<PathBuf, Arc<Source>>,
    /// Those too that there was no room for: as long as somebody holds one, it serves others.
    held: HashMap<PathBuf, Weak<Source>>,
    bytes: usize,
}

impl<'t> Workspace<'t> {
    /// `scout` has explored the tree. With `whole`, no file is read in parts.
    pub fn new(tree: &'t dyn FileTree, index: &'t Index, limits: Limits, whole: bool) -> Workspace<'t> {
        let wanted = index.wanted();
        let few = wanted.values().map(|(_, size)| size).sum::<usize>() <= FEW;
        let shared = wanted.into_iter().filter(|(_, (queries, _))| few || queries.len() > 1);
        let shared = Arc::new(shared.map(|(path, (queries, _))| (path.to_owned(), queries)).collect());
        let workspace = Workspace { shared, ..Workspace::bare(tree, index, limits, whole) };
        if few {
            workspace.shared.par_iter().for_each(|(path, queries)| {
                let language =
                    queries.iter().find_map(|&query| Some(index.query(query).forms_for(path).next()?.language));
                // What fails, fails again where it matters.
                let _ = language.map(|language| workspace.source(path, language, queries[0]));
            });
        }
        workspace
    }

    fn bare(tree: &'t dyn FileTree, index: &'t Index, limits: Limits, whole: bool) -> Workspace<'t> {
        Workspace {
            tree,
            index,
            limits,
            whole,
            changed: BTreeMap::new(),
            removed: BTreeSet::new(),
            originals: BTreeMap::new(),
            paths: Arc::new(tree.paths().to_vec()),
            names: FileNames::default(),
            shared: Arc::default(),
            kept: Mutex::default(),
            foreseen: HashMap::new(),
            last: None,
        }
    }

    /// Another workspace with the files as they are now, in which no patch has written anything yet.
    pub fn fork(&self) -> Workspace<'t> {
        let bare = |changed: &Changed| Changed {
            version: changed.version.clone(),
            written: Vec::new(),
            candidates: changed.candidates.clone(),
            parsed: AtomicUsize::new(0),
        };
        Workspace {
            changed: self.changed.iter().map(|(path, changed)| (path.clone(), bare(changed))).collect(),
            removed: self.removed.clone(),
            paths: self.paths.clone(),
            names: FileNames::default(),
            shared: self.shared.clone(),
            kept: Mutex::new(self.kept().clone()),
            last: self.last.clone(),
            originals: BTreeMap::new(),
            foreseen: HashMap::new(),
            ..*self
        }
    }

    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// The files of the tree that have a name.
    pub fn named(&self, name: &OsStr) -> Vec<&PathBuf> {
        self.names.find(self.tree.paths(), name)
    }

    pub fn read(&self, path: &Path) -> Result<Arc<Vec<u8>>, ReadError> {
        match self.changed.get(path) {
            Some(changed) => Ok(self.last(path).map_or_else(|| changed.version.bytes(), |last| last.bytes.clone())),
            None if self.removed.contains(path) => {
                Err(ReadError { path: path.to_owned(), reason: "it was taken out".to_owned() })
            }
            None => self.tree.read(path),
        }
    }

    /// How many files have a name that is asked for.
    pub fn files(&self, query: QueryId) -> usize {
        let is_new = |path: &&PathBuf| self.tree.paths().binary_search(path).is_err();
        let new = self.changed.keys().filter(is_new).filter(|p| self.index.names(query, p));
        let removed = self.removed.iter().filter(|p| self.index.names(query, p));
        self.index.answer(query).files + new.count() - removed.count()
    }

    /// The files that may hold something of an ask, in order.
    pub fn candidates(&self, query: QueryId) -> Vec<Candidate> {
        let is_as_it_was = |candidate: &&Candidate| {
            !self.changed.contains_key(&candidate.path) && !self.removed.contains(&candidate.path)
        };
        let old = self.index.answer(query).candidates.iter().filter(is_as_it_was);
        let mut candidates: Vec<Candidate> = old.cloned().collect();
        for (path, Changed { version, candidates: held, .. }) in &self.changed {
            let candidate = held.get(&query);
            candidates.extend(candidate.map(|&todo| Candidate { path: path.clone(), todo, size: version.size() }));
        }
        candidates.sort_by(|a, b| a.path.cmp(&b.path));
        candidates
    }

    /// The files of an ask that cannot be read.
    pub fn unread(&self, query: QueryId) -> &[ReadError] {
        &self.index.answer(query).unread
    }

    /// A file as a tree that has all that an ask can find in it: of the whole file, or of the parts that matter; `None`
    /// where it can find nothing. Fails with the reason in words.
    pub fn source(&self, path: &Path, language: Language, query: QueryId) -> Result<Option<Arc<Source>>, String> {
        if let Some(source) = self.kept().get(path).filter(|s| s.language == language) {
            return Ok(Some(source));
        }
        let changed = self.changed.get(path);
        let several = match changed {
            // Most patches that have a lead to a file that was changed will change it, too: what is parsed for all of
            // them would serve one. If they do not, it pays once as much has been parsed as the file has.
            Some(changed) => changed.is_asked_often().then(|| changed.candidates.keys().copied().collect()),
            None => self.shared.get(path).cloned(),
        };
        let source = self.parse(path, language, several.as_deref().unwrap_or(&[query]))?;
        if let Some(source) = &source {
            changed.iter().for_each(|changed| changed.add_parsed(source));
            several.iter().for_each(|_| self.keep(path, source));
        }
        Ok(source)
    }

    /// Some parts of a file as a tree, as they were read before. Fails where it can no longer be read.
    pub fn in_parts(&self, path: &Path, language: Language, parts: &[Bytes]) -> Result<Arc<Source>, String> {
        if let Some(source) = self.kept().get(path).filter(|s| s.language == language && s.parts == parts) {
            return Ok(source);
        }
        let bytes = self.read(path).map_err(|e| e.reason)?;
        if parts.iter().any(|part| part.end > bytes.len()) {
            return Err("the file has changed meanwhile".to_owned());
        }
        Source::parse_parts(language, bytes, parts.to_vec(), self.limits).map(Arc::new).map_err(|e| e.to_string())
    }

    /// A file after edits as a tree of these parts: one that is known from before, where the file becomes that again.
    pub fn reparse(
        &self,
        path: &Path,
        source: &Source,
        edits: &[Edit],
        bytes: Vec<u8>,
        parts: Vec<Bytes>,
    ) -> Result<Arc<Source>, String> {
        let is_same = |s: &&Arc<Source>| s.language == source.language && s.parts == parts && *s.bytes == bytes;
        match self.foreseen.get(path).filter(is_same) {
            Some(known) => Ok(known.clone()),
            None => source.edited(edits, bytes, parts).map(Arc::new).map_err(|e| e.to_string()),
        }
    }

    /// The whole file as a tree.
    pub fn whole(&self, path: &Path, language: Language) -> Result<Arc<Source>, String> {
        let is_whole = |s: &Arc<Source>| s.language == language && s.is_whole();
        if let Some(source) = self.kept().get(path).or_else(|| self.last(path).cloned()).filter(is_whole) {
            return Ok(source);
        }
        let bytes = self.read(path).map_err(|e| e.reason)?;
        let source = Arc::new(Source::parse(language, bytes, self.limits).map_err(|e| e.to_string())?);
        let is_shared = self.kept().get(path).is_some();
        if is_shared {
            self.keep(path, &source);
        }
        Ok(source)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, path: &Path, source: &Arc<Source>) {
        let mut kept = self.kept();
        let size = source.memory();
        kept.forget(path);
        kept.held.insert(path.to_owned(), Arc::downgrade(source));
        if kept.bytes + size <= KEPT {
            kept.bytes += size;
            kept.sources.insert(path.to_owned(), source.clone());
        }
    }

    /// Reads and parses a file for some asks.
    fn parse(&self, path: &Path, language: Language, queries: &[QueryId]) -> Result<Option<Arc<Source>>, String> {
        let bytes = self.read(path).map_err(|e| e.reason)?;
        let by_language: Vec<_> = queries.iter().flat_map(|&a| self.index.query(a).forms_for(path)).collect();
        let in_parts = !self.whole && bytes.len() <= self.limits.bytes;
        let whole = || std::iter::once(0..bytes.len()).collect();
        let parts = in_parts.then(|| parts(language, &bytes, &by_language)).flatten().unwrap_or_else(whole);
        if parts.is_empty() {
            return Ok(None);
        }
        let is_same = |s: &&Arc<Source>| s.language == language && s.parts == parts;
        if let Some(last) = self.last(path).filter(is_same) {
            return Ok(Some(last.clone()));
        }
        let source = Source::parse_parts(language, bytes, parts, self.limits);
        source.map(Arc::new).map(Some).map_err(|e| e.to_string())
    }

    fn last(&self, path: &Path) -> Option<&Arc<Source>> {
        self.last.as_ref().filter(|(known, _)| known == path).map(|(_, source)| source)
    }

    /// Keeps the tree that a file was changed to, until the next file is.
    pub fn remember(&mut self, path: &Path, source: Arc<Source>) {
        self.last = Some((path.to_owned(), source));
    }

    /// What earlier patches wrote in a file, and where some are taken out.
    pub fn written(&self, path: &Path) -> &[(Bytes, By)] {
        self.changed.get(path).map_or(&[], |c| &c.written)
    }

    /// A file as it is now, to be distinguished from what it becomes.
    pub fn version(&self, path: &Path, bytes: &Arc<Vec<u8>>) -> Version {
        self.changed.get(path).map_or_else(|| Version::new(bytes.clone()), |changed| changed.version.clone())
    }

    /// Takes in a file that was made.
    pub fn put_made(&mut self, path: &Path, made: &Version, written: Vec<(Bytes, By)>) {
        let candidates = self.index.candidates_of_new(path, &made.bytes());
        self.put(path, made, written, candidates);
    }

    /// Takes in a file that was edited at some places, with what is written in it by whom. `bytes` are those before and
    /// after.
    pub fn put_edited(
        &mut self,
        path: &Path,
        bytes: (&[u8], &[u8]),
        places: &[Bytes],
        after: &Version,
        written: Vec<(Bytes, By)>,
    ) {
        let old = self.changed.remove(path).map(|changed| changed.candidates);
        let mut candidates = old.unwrap_or_else(|| self.index.candidates_of(path));
        self.index.add_gained(path, bytes, places, &mut candidates);
        self.put(path, after, written, candidates);
    }

    /// What is known of a file, to go back to.
    pub fn known(&self, path: &Path) -> Known {
        let state = self.changed.get(path).map(|changed| (changed.version.clone(), changed.written.clone()));
        Known { path: path.to_owned(), state }
    }

    /// Takes a file as it was known before it was edited.
    pub fn take_back(&mut self, known: Known) {
        let Known { path, state } = known;
        let candidates = self.changed.remove(&path).map(|changed| changed.candidates).unwrap_or_default();
        match state {
            Some((version, written)) => self.put(&path, &version, written, candidates),
            None => {
                self.forget(&path);
                if self.tree.paths().binary_search(&path).is_err() {
                    self.unlist(&path);
                }
            }
        }
    }

    /// Takes a file out.
    pub fn remove(&mut self, path: &Path) {
        self.changed.remove(path);
        self.forget(path);
        self.unlist(path);
        if self.tree.paths().binary_search_by(|p| p.as_path().cmp(path)).is_ok() {
            self.removed.insert(path.to_owned());
        }
    }

    fn unlist(&mut self, path: &Path) {
        if let Ok(at) = self.paths.binary_search_by(|p| p.as_path().cmp(path)) {
            Arc::make_mut(&mut self.paths).remove(at);
        }
    }

    /// Notes what a file is before the first patch is taken out of it.
    pub fn note_original(&mut self, path: &Path, version: Version) {
        self.originals.entry(path.to_owned()).or_insert(version);
    }

    /// What files were before patches were taken out of them.
    pub fn originals(&self) -> &BTreeMap<PathBuf, Version> {
        &self.originals
    }

    fn put(&mut self, path: &Path, version: &Version, written: Vec<(Bytes, By)>, candidates: Candidates) {
        if let Err(at) = self.paths.binary_search_by(|p| p.as_path().cmp(path)) {
            Arc::make_mut(&mut self.paths).insert(at, path.to_owned());
        }
        self.removed.remove(path);
        self.forget(path);
        let changed = Changed { version: version.clone(), written, candidates, parsed: AtomicUsize::new(0) };
        self.changed.insert(path.to_owned(), changed);
    }

    /// Lets go of the trees of a file that is another now.
    fn forget(&mut self, path: &Path) {
        self.kept().forget(path);
        self.last = self.last.take().filter(|(known, _)| known != path);
    }

    /// Takes in a file that is known as a tree with all that any ask can find in it, and what it may become.
    pub fn put_known(&mut self, path: &Path, now: &Arc<Source>, then: &Arc<Source>) {
        self.put_made(path, &Version::new(now.bytes.clone()), Vec::new());
        self.keep(path, now);
        self.foreseen.insert(path.to_owned(), then.clone());
    }
}

impl Changed {
    fn is_asked_often(&self) -> bool {
        self.candidates.len() > 1 && self.parsed.load(Ordering::Relaxed) > self.version.size()
    }

    fn add_parsed(&self, source: &Source) {
        self.parsed.fetch_add(source.parts.iter().map(|p| p.len()).sum(), Ordering::Relaxed);
    }
}

impl Kept {
    fn get(&self, path: &Path) -> Option<Arc<Source>> {
        self.sources.get(path).cloned().or_else(|| self.held.get(path)?.upgrade())
    }

    fn forget(&mut self, path: &Path) {
        self.held.remove(path);
        if let Some(old) = self.sources.remove(path) {
            self.bytes -= old.memory();
        }
    }
}

impl FileTree for Workspace<'_> {
    fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    fn read(&self, path: &Path) -> Result<Arc<Vec<u8>>, ReadError> {
        Workspace::read(self, path)
    }

    fn limits(&self) -> Limits {
        self.limits
    }
}
