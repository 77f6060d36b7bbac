use super::inventory::list;
use super::{Root, is_own};
use std::path::{Path, PathBuf};

/// The folders above a path (relative to the root) that are repositories of their own, innermost first; the last one
/// is the root's own, whether it is there or not.
pub fn repositories_above(root: &Root, path: &Path) -> Vec<PathBuf> {
    let folders = path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty());
    let nested = folders.filter(|folder| is_repository(root, folder));
    nested.map(Path::to_owned).chain([PathBuf::new()]).collect()
}

/// The folders below the root that are repositories of their own, whether submodules or not. A folder that cannot be
/// listed holds none that could be used.
pub fn repositories_below(root: &Root) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for (name, kind) in list(root, &folder).unwrap_or_default() {
            let path = folder.join(&name);
            if name == ".git" {
                found.push(folder.clone());
            } else if kind.is_dir() && !is_own(&name) {
                folders.push(path);
            }
        }
    }
    found.retain(|folder| !folder.as_os_str().is_empty());
    found.sort_unstable();
    found
}

/// Whether a folder below the root has a `.git` of its own, whatever that is.
pub fn is_repository(root: &Root, folder: &Path) -> bool {
    matches!(root.with_repositories().kind(&folder.join(".git")), Ok(Some(_)))
}
