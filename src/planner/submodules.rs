//! Submodules that are not initialised: what lies in them is not looked at, and no verdict may pass over that.

use crate::checkout::{Globs, OpenError, Root, empty_submodules};
use crate::patchset::{Patch, Patchset, Work};
use crate::plan::Options;
use crate::report::{Fact, Facts, Plan, Reason, Report, Site, Verdict};
use crate::write::WriteError;
use crate::write::git::GitError;
use std::path::{Path, PathBuf};

/// The patches of a run that could have had files in submodules which are not there, each with those.
pub type Unseen = Vec<(usize, Vec<PathBuf>)>;

/// Tells each patch that could have had files in submodules that are not initialised, and takes out of the plan what
/// would have been made in one.
pub(super) fn add_missing(plan: &mut Plan, patchset: &Patchset, root: &Root, options: &Options) -> Unseen {
    let empty = empty_submodules(root);
    let mut unseen = Unseen::new();
    if empty.is_empty() {
        return unseen;
    }
    for (number, (report, patch)) in plan.reports.iter_mut().zip(&patchset.patches).enumerate() {
        if matches!(report.verdict, Verdict::Skipped | Verdict::Blocked) {
            continue;
        }
        let of = |site: &Site| empty.iter().find(|folder| site.place.path.starts_with(folder));
        if let Some(folder) = report.sites.iter().find_map(of) {
            plan.steps.retain(|step| step.patch != number);
            let is_needed = patchset.patches.iter().any(|p| p.needs.iter().any(|id| id.value == report.id));
            let is_all = report.sites.iter().all(|site| of(site).is_some());
            withdraw(report, folder, (options.partial || patch.optional) && is_all && !is_needed);
            continue;
        }
        let meant = meant(patch, &empty);
        if meant.is_empty() {
            continue;
        }
        let reason = Reason {
            text: format!("{}, so that no file of it is looked at{}", not_initialised(&meant), remedy(&meant)),
            place: None,
        };
        match report.verdict {
            Verdict::Absent if report.blocks => report.reasons.push(reason),
            _ => {
                report.blocks |= options.strict;
                report.warnings.push(reason);
            }
        }
        unseen.push((number, meant));
    }
    unseen
}

/// The submodules that are not initialised and that a patch of these could have had files in; the first such patch counts.
pub fn unseen(patchset: &Patchset, root: &Path, only: &[String]) -> Result<Vec<PathBuf>, OpenError> {
    let empty = empty_submodules(&Root::open(root)?);
    let chosen = patchset.patches.iter().filter(|patch| only.is_empty() || only.contains(&patch.id.value));
    Ok(chosen.map(|patch| meant(patch, &empty)).find(|meant| !meant.is_empty()).unwrap_or_default())
}

/// Refuses to commit past submodules that are not initialised.
pub fn refuse(unseen: &[PathBuf]) -> Result<(), WriteError> {
    let Some(path) = unseen.first() else { return Ok(()) };
    let remedy = remedy(&unseen[..1]);
    let why = format!(
        "is a submodule that is not initialised, and patches may have files in it{remedy}, --partial goes without"
    );
    Err(GitError::Repository { path: path.clone(), why }.into())
}

fn meant(patch: &Patch, empty: &[PathBuf]) -> Vec<PathBuf> {
    empty.iter().filter(|folder| is_meant(patch, folder)).cloned().collect()
}

/// Nothing is made where a submodule belongs.
fn withdraw(report: &mut Report, folder: &Path, is_allowed: bool) {
    let folder = [folder.to_owned()];
    let text = format!("{}, and nothing is made in its place{}", not_initialised(&folder), remedy(&folder));
    report.sites.clear();
    report.verdict = Facts::from(Fact::NoFile).verdict();
    report.blocks = !is_allowed;
    let reason = Reason { text, place: None };
    if is_allowed { report.warnings.push(reason) } else { report.reasons.push(reason) }
}

fn is_meant(patch: &Patch, folder: &Path) -> bool {
    let is_in = |globs| Globs::new(globs).is_ok_and(|globs| globs.means(folder));
    patch.bodies.iter().any(|body| match &body.work {
        Work::Edit(hunks) => hunks.iter().any(|hunk| is_in(&hunk.files)),
        Work::Operation(operation) => is_in(&operation.files),
        Work::Create(create) => Path::new(&create.path.value).starts_with(folder),
    })
}

/// So many are named.
const NAMED: usize = 3;

fn not_initialised(folders: &[PathBuf]) -> String {
    match folders {
        [one] => format!("the submodule {} is not initialised", one.display()),
        all => {
            let names: Vec<String> = all.iter().take(NAMED).map(|path| path.display().to_string()).collect();
            let more = if all.len() > NAMED { ", …" } else { "" };
            format!("{} submodules are not initialised ({}{more})", all.len(), names.join(", "))
        }
    }
}

/// What brings them.
fn remedy(folders: &[PathBuf]) -> String {
    let which = match folders {
        [one] => format!(" {}", one.display()),
        _ => String::new(),
    };
    format!("; `git submodule update --init{which}` brings what is missing")
}
