use super::tree::{FileTree, ReadError};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A tree in which some files have other bytes, or are not there (`None`).
pub struct Overlay<'a> {
    below: &'a dyn FileTree,
    files: &'a BTreeMap<PathBuf, Option<Vec<u8>>>,
    paths: Cow<'a, [PathBuf]>,
}

impl<'a> Overlay<'a> {
    /// Lays the files over a tree.
    pub fn new(below: &'a dyn FileTree, files: &'a BTreeMap<PathBuf, Option<Vec<u8>>>) -> Overlay<'a> {
        if files.is_empty() {
            return Overlay { below, files, paths: below.paths().into() };
        }
        let kept = below.paths().iter().filter(|path| !files.contains_key(*path));
        let mut paths: Vec<PathBuf> =
            kept.chain(files.iter().filter(|f| f.1.is_some()).map(|f| f.0)).cloned().collect();
        paths.sort_unstable();
        Overlay { below, files, paths: paths.into() }
    }
}

impl FileTree for Overlay<'_> {
    fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    fn read(&self, path: &Path) -> Result<Arc<Vec<u8>>, ReadError> {
        match self.files.get(path) {
            None => self.below.read(path),
            Some(Some(bytes)) => Ok(Arc::new(bytes.clone())),
            Some(None) => Err(ReadError::missing(path)),
        }
    }

    fn read_into(&self, path: &Path, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        match self.files.get(path) {
            None => self.below.read_into(path, bytes),
            Some(_) => self.read(path).map(|read| bytes.clone_from(&read)),
        }
    }

    fn unreadable(&self) -> &[ReadError] {
        self.below.unreadable()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vfs::MemoryTree;

    #[test]
    fn what_lies_above_hides_what_is_below() {
        let memory = MemoryTree::new([("a", b"1".to_vec()), ("b", b"2".to_vec()), ("c", b"3".to_vec())]);
        let files =
            BTreeMap::from([("b".into(), Some(b"two".to_vec())), ("c".into(), None), ("d".into(), Some(vec![]))]);
        let overlay = Overlay::new(&memory, &files);
        assert_eq!(overlay.paths(), ["a", "b", "d"].map(PathBuf::from));
        assert_eq!(*overlay.read(Path::new("a")).unwrap(), b"1");
        assert_eq!(*overlay.read(Path::new("b")).unwrap(), b"two");
        assert!(overlay.read(Path::new("c")).is_err());
    }
}
