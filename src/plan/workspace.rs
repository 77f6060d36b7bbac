use super::asks::AskId;
use super::parts::parts;
use super::scout::{Lead, Scout};
use crate::checkout::{ReadError, Tree};
use crate::golang::GoTree;
use crate::language::Language;
use crate::source::{Bytes, Limits, Source};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The most bytes of files that are kept parsed for the patches to come.
const KEPT: usize = 32 << 20;
/// If no more bytes than these are asked for, all files are parsed before the first patch, at the same time.
const FEW: usize = 4 << 20;

/// The files as the patches so far have made them.
pub(super) struct Workspace<'t> {
    tree: &'t dyn Tree,
    scout: &'t Scout,
    /// How much work one file may make.
    pub limits: Limits,
    /// Whether files are never read in parts.
    whole: bool,
    changed: BTreeMap<PathBuf, Changed>,
    /// All paths, new files included.
    paths: Vec<PathBuf>,
    /// For each file of the tree that is to be kept, the asks that have a lead to it: where there are several, or few
    /// files at all.
    shared: HashMap<PathBuf, Vec<AskId>>,
    kept: Mutex<Kept>,
}

struct Changed {
    bytes: Arc<Vec<u8>>,
    /// What patches wrote, by patch.
    written: Vec<(Bytes, usize)>,
    /// What it may hold of each ask, and whether to do.
    leads: Vec<(AskId, bool)>,
}

/// Files that are parsed already, since more than one patch asks for them.
#[derive(Default)]
struct Kept {
    sources: HashMap<PathBuf, Arc<Source>>,
    bytes: usize,
}

impl<'t> Workspace<'t> {
    /// `scout` has explored the tree. With `whole`, no file is read in parts.
    pub fn new(tree: &'t dyn Tree, scout: &'t Scout, limits: Limits, whole: bool) -> Workspace<'t> {
        let wanted = scout.wanted();
        let few = wanted.values().map(|(_, size)| size).sum::<usize>() <= FEW;
        let shared = wanted.into_iter().filter(|(_, (asks, _))| few || asks.len() > 1);
        let shared = shared.map(|(path, (asks, _))| (path.to_owned(), asks)).collect();
        let (paths, kept) = (tree.paths().to_vec(), Mutex::default());
        let workspace = Workspace { tree, scout, limits, whole, changed: BTreeMap::new(), paths, shared, kept };
        if few {
            workspace.shared.par_iter().for_each(|(path, asks)| {
                let language = asks.iter().find_map(|&ask| Some(scout.ask(ask).forms_for(path).next()?.language));
                // What fails, fails again where it matters.
                let _ = language.map(|language| workspace.source(path, language, asks[0]));
            });
        }
        workspace
    }

    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    pub fn read(&self, path: &Path) -> Result<Arc<Vec<u8>>, ReadError> {
        match self.changed.get(path) {
            Some(changed) => Ok(changed.bytes.clone()),
            None => self.tree.read(path).map(Arc::new),
        }
    }

    /// How many files have a name that is asked for.
    pub fn files(&self, ask: AskId) -> usize {
        let is_new = |path: &&PathBuf| self.tree.paths().binary_search(path).is_err();
        let new = self.changed.keys().filter(is_new).filter(|p| self.scout.names(ask, p));
        self.scout.answer(ask).files + new.count()
    }

    /// The files that may hold something of an ask, in order.
    pub fn leads(&self, ask: AskId) -> Vec<Lead> {
        let old = self.scout.answer(ask).leads.iter().filter(|l| !self.changed.contains_key(&l.path));
        let mut leads: Vec<Lead> = old.cloned().collect();
        for (path, Changed { bytes, leads: held, .. }) in &self.changed {
            let lead = held.iter().find(|(id, _)| *id == ask);
            leads.extend(lead.map(|&(_, todo)| Lead { path: path.clone(), todo, size: bytes.len() }));
        }
        leads.sort_by(|a, b| a.path.cmp(&b.path));
        leads
    }

    /// The files of an ask that cannot be read.
    pub fn unread(&self, ask: AskId) -> &[ReadError] {
        &self.scout.answer(ask).unread
    }

    /// A file as a tree that has all that an ask can find in it: of the whole file, or of the parts that matter; `None`
    /// where it can find nothing. Fails with the reason in words.
    pub fn source(&self, path: &Path, language: Language, ask: AskId) -> Result<Option<Arc<Source>>, String> {
        let several = match self.changed.get(path) {
            Some(changed) => (changed.leads.len() > 1).then(|| changed.leads.iter().map(|l| l.0).collect()),
            None => self.shared.get(path).cloned(),
        };
        let Some(asks) = several else { return self.parse(path, language, &[ask]) };
        if let Some(source) = self.kept().sources.get(path).filter(|s| s.language == language) {
            return Ok(Some(source.clone()));
        }
        let source = self.parse(path, language, &asks)?;
        source.iter().for_each(|source| self.keep(path, source));
        Ok(source)
    }

    /// The whole file as a tree.
    pub fn whole(&self, path: &Path, language: Language) -> Result<Arc<Source>, String> {
        let is_kept = |s: &&Arc<Source>| s.language == language && s.is_whole();
        if let Some(source) = self.kept().sources.get(path).filter(is_kept) {
            return Ok(source.clone());
        }
        let source = Source::parse(language, self.owned(path)?, self.limits).map_err(|e| e.to_string())?;
        let source = Arc::new(source);
        if self.kept().sources.contains_key(path) {
            self.keep(path, &source);
        }
        Ok(source)
    }

    fn owned(&self, path: &Path) -> Result<Vec<u8>, String> {
        let bytes = self.read(path).map_err(|e| e.reason)?;
        Ok(Arc::try_unwrap(bytes).unwrap_or_else(|shared| shared.to_vec()))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, path: &Path, source: &Arc<Source>) {
        let mut kept = self.kept();
        let size = source.bytes.len();
        kept.forget(path);
        if kept.bytes + size <= KEPT {
            kept.bytes += size;
            kept.sources.insert(path.to_owned(), source.clone());
        }
    }

    /// Reads and parses a file for some asks.
    fn parse(&self, path: &Path, language: Language, asks: &[AskId]) -> Result<Option<Arc<Source>>, String> {
        let bytes = self.owned(path)?;
        let forms: Vec<_> = asks.iter().flat_map(|&a| self.scout.ask(a).forms_for(path)).collect();
        let in_parts = !self.whole && bytes.len() <= self.limits.bytes;
        let source = match in_parts.then(|| parts(language, &bytes, &forms)).flatten() {
            Some(parts) if parts.is_empty() => return Ok(None),
            Some(parts) => Source::parse_parts(language, bytes, parts, self.limits),
            None => Source::parse(language, bytes, self.limits),
        };
        source.map(Arc::new).map(Some).map_err(|e| e.to_string())
    }

    /// What earlier patches wrote in a file.
    pub fn written(&self, path: &Path) -> &[(Bytes, usize)] {
        self.changed.get(path).map_or(&[], |c| &c.written)
    }

    /// Takes in a file's new bytes, with what is written in it by whom.
    pub fn put(&mut self, path: &Path, bytes: Vec<u8>, written: Vec<(Bytes, usize)>) {
        if let Err(at) = self.paths.binary_search_by(|p| p.as_path().cmp(path)) {
            self.paths.insert(at, path.to_owned());
        }
        let leads = self.scout.leads_to(path, &bytes);
        self.kept().forget(path);
        self.changed.insert(path.to_owned(), Changed { bytes: Arc::new(bytes), written, leads });
    }
}

impl Kept {
    fn forget(&mut self, path: &Path) {
        if let Some(old) = self.sources.remove(path) {
            self.bytes -= old.bytes.len();
        }
    }
}

impl GoTree for Workspace<'_> {
    fn files(&self) -> &[PathBuf] {
        &self.paths
    }

    fn read(&self, path: &Path) -> Option<Arc<Vec<u8>>> {
        Workspace::read(self, path).ok()
    }

    fn limits(&self) -> Limits {
        self.limits
    }
}
