use std::env;
use std::path::Path;
use treepatch::checkout::{Packages, Root};
use treepatch::plan::FileChange;

/// What goes wrong silently in releases of BOSH, a sentence each; elsewhere there is nothing to say. docs/bosh.md says
/// more.
pub fn notes(dir: &Path, changes: &[FileChange]) -> Vec<String> {
    let mut notes = Vec::new();
    if changes.is_empty() {
        return notes;
    }
    if let Some(packages) = Root::open(dir).ok().and_then(|root| Packages::read(&root)) {
        for change in changes.iter().filter(|change| packages.misses(&change.path)) {
            let path = change.path.display();
            notes.push(format!("{path}: no packages/*/spec lists it, so that it is in no package"));
        }
    }
    if env::var_os("BUILD_DIR").is_some() && env::var_os("RELEASE_DIR").is_some() {
        notes.push(
            "this looks like a pre_packaging script (BUILD_DIR and RELEASE_DIR are set): the package's fingerprint is \
             known already, so that its content changes under the same identity; list the patchset among the package's \
             files in its spec, so that it changes, too"
                .to_owned(),
        );
    }
    notes
}
