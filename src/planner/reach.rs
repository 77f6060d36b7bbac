//! Where the patches of a run look.

use super::selection::amending;
use crate::patchset::{Body, Globs, Patchset, Spanned, Work};

/// The globs that say where to look; `None` where that is everywhere, as for operations, which follow the code.
pub(super) fn reach(patchset: &Patchset, only: &[String]) -> Option<Vec<Globs>> {
    let mut globs = Vec::new();
    let beside = amending(patchset, only);
    let is_asked = |id: &String| only.is_empty() || only.contains(id) || beside.contains(id);
    for patch in patchset.patches.iter().filter(|p| is_asked(&p.id.value)) {
        globs.extend(patch.obsolete.iter().filter_map(|o| o.files.clone()));
        for body in &patch.bodies {
            match &body.work {
                Work::Edit(_) => globs.extend(globs_of(body).into_iter().cloned()),
                Work::Operation(_) => return None,
                Work::Create(create) => {
                    globs.push(Globs { globs: vec![Spanned { value: create.path.value.clone(), span: 0..0 }] });
                }
            }
        }
    }
    Some(globs)
}

/// The globs of a body.
pub(super) fn globs_of(body: &Body) -> Vec<&Globs> {
    match &body.work {
        Work::Edit(hunks) => hunks.iter().map(|h| &h.files).collect(),
        Work::Operation(operation) => vec![&operation.files],
        Work::Create(_) => Vec::new(),
    }
}
