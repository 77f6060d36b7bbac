use crate::source::Limits;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files that the Go semantics are read from: a checkout, or a plan's view of one.
pub trait GoTree: Sync {
    /// The paths of all files below the root: relative, `/` between the parts, sorted.
    fn files(&self) -> &[PathBuf];

    /// The bytes of one of them, or nothing when it cannot be read.
    fn read(&self, path: &Path) -> Option<Arc<Vec<u8>>>;

    /// How much work one file may make.
    fn limits(&self) -> Limits {
        Limits::default()
    }
}

/// A tree in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    paths: Vec<PathBuf>,
    bytes: Vec<Arc<Vec<u8>>>,
}

impl MemoryTree {
    /// A tree of these files. Of two files with one path the later counts.
    pub fn new<P: Into<PathBuf>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> MemoryTree {
        let sorted: std::collections::BTreeMap<PathBuf, Vec<u8>> =
            files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect();
        let (paths, bytes) = sorted.into_iter().map(|(path, bytes)| (path, Arc::new(bytes))).unzip();
        MemoryTree { paths, bytes }
    }
}

impl GoTree for MemoryTree {
    fn files(&self) -> &[PathBuf] {
        &self.paths
    }

    fn read(&self, path: &Path) -> Option<Arc<Vec<u8>>> {
        self.paths.binary_search_by(|p| p.as_path().cmp(path)).ok().map(|i| self.bytes[i].clone())
    }
}
