use super::tree::{ReadError, Tree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files that are only in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    paths: Vec<PathBuf>,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Memory {
    /// A tree of these files.
    pub fn new(files: impl IntoIterator<Item = (PathBuf, Vec<u8>)>) -> Memory {
        let files: BTreeMap<PathBuf, Vec<u8>> = files.into_iter().collect();
        Memory { paths: files.keys().cloned().collect(), files }
    }
}

impl Tree for Memory {
    fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        let missing = || ReadError { path: path.to_owned(), reason: "no such file".to_owned() };
        self.files.get(path).cloned().ok_or_else(missing)
    }
}
