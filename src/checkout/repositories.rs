use super::Root;
use std::path::{Path, PathBuf};

/// The folders above a path (relative to the root) that are repositories of their own, innermost first; the last one
/// is the root's own, whether it is there or not.
pub fn repositories_above(root: &Root, path: &Path) -> Vec<PathBuf> {
    let folders = path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty());
    let nested = folders.filter(|folder| is_repository(root, folder));
    nested.map(Path::to_owned).chain([PathBuf::new()]).collect()
}

/// Whether a folder below the root has a `.git` of its own, whatever that is.
pub fn is_repository(root: &Root, folder: &Path) -> bool {
    matches!(root.with_repositories().kind(&folder.join(".git")), Ok(Some(_)))
}
