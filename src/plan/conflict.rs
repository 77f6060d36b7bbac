//! What a patch would change of what an earlier one writes.

use super::run::Run;
use super::staged::StagedFile;
use crate::report::{Reason, place_in};
use crate::search::{By, Workspace};
use crate::source::{Lines, Spans, Version};

/// A later patch may show what an earlier one wrote, but change it only where it says that it amends it.
pub(crate) fn conflict(
    stack: &Run<'_>,
    number: usize,
    changes: &[StagedFile],
    workspace: &Workspace<'_>,
) -> Option<Reason> {
    if stack.own.is_some() {
        // What is taken out goes in the other order.
        return None;
    }
    for changed in changes {
        let wrote = |(bytes, by): &(_, By)| match by {
            By::Wrote(earlier) if !stack.amends(number, *earlier) => Some((Clone::clone(bytes), *earlier)),
            _ => None,
        };
        let written = Spans::new(workspace.written(&changed.path).iter().filter_map(wrote).collect());
        for edit in changed.batches.first().into_iter().flatten().filter(|e| !e.bytes.is_empty()) {
            if let Some(by) = written.meeting(&edit.bytes).next() {
                let earlier = &stack.patchset.patches[*by].id.value;
                let text = format!(
                    "it would change what `{earlier}` writes; say `amends = [\"{earlier}\"]`, or make one patch of the two"
                );
                let before = changed.before.as_ref().map(Version::bytes).unwrap_or_default();
                let place = place_in(&changed.path, &Lines::new(&before), &before, edit.bytes.start);
                return Some(Reason { text, place: Some(place) });
            }
        }
    }
    None
}
