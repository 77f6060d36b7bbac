use std::env;
use std::path::Path;
use treepatch::checkout::{Packages, Root};
use treepatch::report::Plan;

/// What goes wrong silently in releases of BOSH, a sentence each; elsewhere there is nothing to say. docs/bosh.md says
/// more.
pub fn notes(dir: &Path, plan: &Plan) -> Vec<String> {
    let mut notes = Vec::new();
    if plan.changed().next().is_none() {
        return notes;
    }
    if let Some(packages) = Root::open(dir).ok().and_then(|root| Packages::read(&root)) {
        for path in plan.changed().filter(|path| packages.misses(path)) {
            let path = path.display();
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
