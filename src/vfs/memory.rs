use super::tree::{FileTree, ReadError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files that are only in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    paths: Vec<PathBuf>,
    bytes: Vec<Arc<Vec<u8>>>,
}

impl MemoryTree {
    /// A tree of these files. Of two files with one path the later counts.
    pub fn new<P: Into<PathBuf>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> MemoryTree {
        let sorted: BTreeMap<PathBuf, Vec<u8>> =
            files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect();
        let (paths, bytes) = sorted.into_iter().map(|(path, bytes)| (path, Arc::new(bytes))).unzip();
        MemoryTree { paths, bytes }
    }
}

impl FileTree for MemoryTree {
    fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    fn read(&self, path: &Path) -> Result<Arc<Vec<u8>>, ReadError> {
        let found = self.paths.binary_search_by(|known| known.as_path().cmp(path));
        found.map(|at| self.bytes[at].clone()).map_err(|_| ReadError::missing(path))
    }
}
