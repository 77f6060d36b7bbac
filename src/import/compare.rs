//! Two trees, as one patch that leads from the first to the second.

use super::diff::{self, FileDiff};
use super::head::Head;
use super::original::Original;
use crate::vfs::FileTree;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What makes one tree of another. Fails with what cannot be compared.
pub fn compare(name: &str, old: &dyn FileTree, new: &dyn FileTree) -> Result<Original, String> {
    let paths: BTreeSet<&PathBuf> = old.paths().iter().chain(new.paths()).collect();
    let mut diffs = Vec::new();
    for path in paths {
        let (before, after) = (old.get(path), new.get(path));
        if before == after {
            continue;
        }
        let mut options = git2::DiffOptions::new();
        let (from, to) = (before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default());
        let failed = |error: git2::Error| format!("{}: {}", path.display(), error.message());
        let mut patch =
            git2::Patch::from_buffers(from, Some(path), to, Some(path), Some(&mut options)).map_err(failed)?;
        let text = patch.to_buf().map_err(failed)?;
        let (_, mut found) = diff::read(&text).map_err(|(_, why)| format!("{}: {why}", path.display()))?;
        let named = |is_there: bool, side: &str| is_there.then(|| format!("{side}/{}", path.display()).into_bytes());
        for diff in &mut found {
            *diff = FileDiff {
                old: named(before.is_some(), "a"),
                new: named(after.is_some(), "b"),
                ..std::mem::take(diff)
            };
        }
        diffs.extend(found);
    }
    let head = Head { title: None, ..Head::default() };
    Ok(Original { name: name.to_owned(), head, diffs, strip: 1, disabled: None })
}
