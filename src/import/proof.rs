//! The proof that a patch does what its original did, with the engine itself.

use crate::patchset::{Patchset, load};
use crate::plan::Options;
use crate::planner::plan;
use crate::report::{Plan, Verdict};
use crate::revert::{Assumed, revert};
use crate::vfs::MemoryTree;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files by their paths; one that is not there has no bytes.
pub type Files = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// Why a body does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It can be read in several ways.
    Reading,
    /// It gives other bytes.
    Bytes,
    /// What else, in words.
    Other(String),
}

impl Flaw {
    /// In words.
    pub fn text(&self) -> String {
        match self {
            Flaw::Reading => "it can be read in several ways".to_owned(),
            Flaw::Bytes => "it gives other bytes than the diff".to_owned(),
            Flaw::Other(why) => why.clone(),
        }
    }
}

/// Loads what was written.
pub fn loaded(text: &str) -> Result<Patchset, Flaw> {
    load("import", text).map_err(|diagnostics| flaw(&diagnostics))
}

fn flaw(diagnostics: &[crate::patchset::Diagnostic]) -> Flaw {
    match diagnostics.first() {
        Some(diagnostic) if diagnostic.message.starts_with("this can be read in") => Flaw::Reading,
        Some(diagnostic) => Flaw::Other(diagnostic.message.clone()),
        None => Flaw::Other("it does not load".to_owned()),
    }
}

/// Proves that patches make one tree of another, that a second run does nothing, and that a swap of the sides undoes it.
pub fn prove(set: &Patchset, before: &Files, after: &Files) -> Result<(), Flaw> {
    let options = Options { check_reversible: true, terse: true, ..Options::default() };
    let planned = plan(set, &memory(before), &options).map_err(|diagnostics| flaw(&diagnostics))?;
    refusal(&planned).map_or(Ok(()), |why| Err(Flaw::Other(why)))?;
    for (report, patch) in planned.reports.iter().zip(&set.patches).filter(|(_, patch)| patch.disabled.is_none()) {
        if report.verdict != Verdict::Applies || report.done() > 0 {
            let found = format!("`{}` is {}", patch.id.value, report.verdict);
            return Err(Flaw::Other(found));
        }
        if let Some(why) = &report.one_way {
            return Err(Flaw::Other(why.clone()));
        }
    }
    if result(&planned, before) != *after {
        return Err(Flaw::Bytes);
    }
    let again = plan(set, &memory(after), &Options { terse: true, ..Options::default() })
        .map_err(|diagnostics| flaw(&diagnostics))?;
    refusal(&again).map_or(Ok(()), |why| Err(Flaw::Other(format!("a second run: {why}"))))?;
    let undone = again.reports.iter().find(|report| !matches!(report.verdict, Verdict::Applied | Verdict::Skipped));
    match undone {
        Some(report) => Err(Flaw::Other(format!("a second run says {}", report.verdict))),
        None if again.changed().next().is_some() => Err(Flaw::Other("a second run would write".to_owned())),
        None => Ok(()),
    }
}

/// Proves that `revert` gives the first tree back.
pub fn prove_back(set: &Patchset, before: &Files, after: &Files) -> Result<(), Flaw> {
    let earlier = |path: &Path| before.get(path).cloned().flatten();
    let back = revert(set, &memory(after), &Options::default(), &Assumed { earlier: &earlier })
        .map_err(|diagnostics| flaw(&diagnostics))?;
    refusal(&back.plan).map_or(Ok(()), |why| Err(Flaw::Other(format!("revert: {why}"))))?;
    let mut files = result(&back.plan, after);
    for (path, _) in &back.removals {
        files.insert(path.clone(), None);
    }
    if files == *before { Ok(()) } else { Err(Flaw::Other("revert gives other bytes than there were".to_owned())) }
}

/// Whether a patch is still known as applied in these files.
pub fn is_known(set: &Patchset, files: &Files) -> bool {
    match plan(set, &memory(files), &Options { terse: true, ..Options::default() }) {
        Ok(plan) => plan.reports.iter().all(|report| report.verdict == Verdict::Applied),
        Err(_) => false,
    }
}

fn memory(files: &Files) -> MemoryTree {
    MemoryTree::new(files.iter().filter_map(|(path, bytes)| Some((path.clone(), bytes.clone()?))))
}

/// The first reason of a plan that is refused.
fn refusal(plan: &Plan) -> Option<String> {
    let report = plan.reports.iter().find(|report| report.blocks)?;
    let reason = report.reasons.first().map(|reason| reason.text.clone());
    let near = report.near.first().map(|near| near.what.clone());
    let why = reason.or(near).unwrap_or_else(|| format!("{} to do, {} done", report.todo(), report.done()));
    Some(format!("{}: {why}", report.verdict))
}

fn result(plan: &Plan, files: &Files) -> Files {
    let mut files = files.clone();
    for change in plan.each_change() {
        files.insert(change.path, Some(change.after));
    }
    files
}
