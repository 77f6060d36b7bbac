//! A look for the repository of one folder.

use crate::checkout::folder::Folder;
use crate::checkout::{GateError, Root};
use std::path::{Path, PathBuf};

/// A file that holds a path is never larger.
pub(crate) const LIMIT: u64 = 1 << 16;

#[derive(Debug)]
pub(crate) struct Store {
    pub folder: Folder,
    pub path: PathBuf,
}

/// A look for the repository of one folder.
pub(crate) struct Search<'a> {
    pub root: &'a Root,
    /// The root without symlinks.
    pub real: &'a Path,
    /// What the user knows the folder as.
    pub shown: &'a Path,
}

pub(crate) fn open(path: &Path, shown: &Path) -> Result<Folder, GateError> {
    Folder::open(path).map_err(|e| GateError::System { path: shown.to_owned(), source: e.into() })
}
