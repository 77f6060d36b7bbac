//! What the disk has to say of a plan: folders that cannot be listed, and paths that may not be written.

use super::reach::globs_of;
use crate::checkout::{Globs, Root};
use crate::patchset::Patchset;
use crate::report::{Fact, Plan, Report, Verdict};
use crate::vfs::ReadError;
use crate::write::{self, WriteError};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A folder that could not be listed makes every patch unreadable that could have had files in it.
pub(super) fn add_unreadable_folders(plan: &mut Plan, patchset: &Patchset, folders: &[ReadError]) {
    for (report, patch) in plan.reports.iter_mut().zip(&patchset.patches) {
        if report.verdict == Verdict::Skipped {
            continue;
        }
        let globs: Vec<_> = patch.bodies.iter().flat_map(globs_of).filter_map(|g| Globs::new(g).ok()).collect();
        for error in folders.iter().filter(|e| globs.iter().any(|g| g.enters(&e.path))) {
            report.add(Fact::Unreadable, format!("the folder cannot be listed: {error}").into());
            report.blocks = true;
        }
    }
}

/// What the gate would not let through when it is written makes a patch unreadable that asks for it, as where there is
/// a symlink above a new file. Fails where a file has changed since it was read, but for those that had other bytes.
pub(super) fn add_refused_paths(
    plan: &mut Plan,
    root: &Root,
    files: &BTreeMap<PathBuf, Option<Vec<u8>>>,
) -> Result<(), WriteError> {
    let mut refused = Vec::new();
    for change in plan.each_change() {
        match write::look(root, &change) {
            Err(error @ (WriteError::Gate(_) | WriteError::Case { .. })) => refused.push((change.path, error)),
            Err(error @ WriteError::Changed(_)) if !files.contains_key(&change.path) => return Err(error),
            _ => {}
        }
    }
    for (path, error) in refused {
        let to_do = |r: &&mut Report| r.sites.iter().any(|s| !s.done && s.place.path == path);
        for report in plan.reports.iter_mut().filter(to_do) {
            let problem = match error {
                WriteError::Case { .. } => Fact::Conflict,
                _ => Fact::Unreadable,
            };
            report.add(problem, error.to_string().into());
            report.blocks = true;
        }
    }
    Ok(())
}
