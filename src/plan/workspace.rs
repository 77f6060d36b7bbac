use crate::checkout::{ReadError, Tree};
use crate::golang::GoTree;
use crate::source::{Bytes, Limits};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files as the patches so far have made them.
pub(super) struct Workspace<'t> {
    tree: &'t dyn Tree,
    /// How much work one file may make.
    pub limits: Limits,
    changed: BTreeMap<PathBuf, Changed>,
    /// All paths, new files included.
    paths: Vec<PathBuf>,
}

struct Changed {
    bytes: Arc<Vec<u8>>,
    /// What patches wrote, by patch.
    written: Vec<(Bytes, usize)>,
}

impl<'t> Workspace<'t> {
    pub fn new(tree: &'t dyn Tree, limits: Limits) -> Workspace<'t> {
        Workspace { tree, limits, changed: BTreeMap::new(), paths: tree.paths().to_vec() }
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

    /// What earlier patches wrote in a file.
    pub fn written(&self, path: &Path) -> &[(Bytes, usize)] {
        self.changed.get(path).map_or(&[], |c| &c.written)
    }

    /// Takes in a file's new bytes, with what is written in it by whom.
    pub fn put(&mut self, path: &Path, bytes: Vec<u8>, written: Vec<(Bytes, usize)>) {
        if let Err(at) = self.paths.binary_search_by(|p| p.as_path().cmp(path)) {
            self.paths.insert(at, path.to_owned());
        }
        self.changed.insert(path.to_owned(), Changed { bytes: Arc::new(bytes), written });
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
