use super::inventory::list;
use super::{GateError, Root, is_own};
use std::path::{Path, PathBuf};

/// The folders above a path (relative to the root) that are repositories of their own, innermost first; the last one
/// is the root's own, whether it is there or not.
pub fn repositories_above(root: &Root, path: &Path) -> Result<Vec<PathBuf>, GateError> {
    let mut found = Vec::new();
    for folder in path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()) {
        if is_repository(root, folder)? {
            found.push(folder.to_owned());
        }
    }
    found.push(PathBuf::new());
    Ok(found)
}

/// The innermost of them: the repository that a file lies in.
pub fn repository_of(root: &Root, path: &Path) -> Result<PathBuf, GateError> {
    Ok(repositories_above(root, path)?.into_iter().next().unwrap_or_default())
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

/// Where the root lies in the repository around it; the empty path where it is the top of one, `None` where there is
/// none.
pub fn place_in_repository(root: &Root) -> Option<PathBuf> {
    let real = root.real().ok()?;
    let is_top = |folder: &&Path| {
        let Ok(folder) = Root::open(folder) else { return false };
        let kind = |path: &str| folder.with_repositories().kind(Path::new(path)).ok().flatten();
        // As git has it, a folder without a `HEAD` is no repository.
        kind(".git").is_some_and(|git| !git.is_dir() || kind(".git/HEAD").is_some())
    };
    let top = real.ancestors().find(is_top)?;
    real.strip_prefix(top).ok().map(Path::to_owned)
}

/// Whether a folder below the root has a `.git` of its own, whatever that is.
pub fn is_repository(root: &Root, folder: &Path) -> Result<bool, GateError> {
    Ok(root.with_repositories().kind(&folder.join(".git"))?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where nobody can say whether there is a repository, the file belongs to none rather than to a wrong one.
    #[test]
    fn a_repository_that_cannot_be_looked_for_is_told() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("sub/.git")).unwrap();
        std::os::unix::fs::symlink("sub", dir.path().join("link")).unwrap();
        let root = Root::open(dir.path()).unwrap();
        assert_eq!(repository_of(&root, Path::new("sub/x/y.c")).unwrap(), Path::new("sub"));
        assert_eq!(repository_of(&root, Path::new("none/y.c")).unwrap(), Path::new(""));
        assert!(matches!(repository_of(&root, Path::new("link/y.c")), Err(GateError::Symlink { .. })));
    }
}
