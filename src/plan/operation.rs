//! Operations: what no pattern can say.

use super::patch::Outcome;
use super::report::{Reason, Verdict};
use super::workspace::Workspace;
use crate::checkout::Globs;
use crate::patchset::Operation;
use crate::source::Edit;
use std::path::PathBuf;

/// Runs an operation over the files that it names: its outcome, and the edits by file.
pub(super) fn operate(
    globs: &Globs,
    operation: &Operation,
    workspace: &Workspace<'_>,
) -> (Outcome, Vec<(PathBuf, Vec<Edit>)>) {
    let mut out = Outcome::new(Verdict::Ambiguous);
    out.files = workspace.paths().iter().filter(|p| globs.matches(p)).count();
    let text = format!("there is no operation `{}`", operation.name.value);
    out.reasons.push(Reason { text, place: None });
    (out, Vec::new())
}
