//! One file as a patch leaves it, until it is known that the patch is carried out.

use super::near::place_in;
use super::report::{Plan, Reason, Step};
use super::shift::{Shift, places};
use super::spans::Spans;
use super::workspace::Workspace;
use crate::patchset::Patchset;
use crate::source::{Bytes, Edit, Lines, Source, Version};
use std::path::PathBuf;
use std::sync::Arc;

/// One file as a patch leaves it.
pub(super) struct Changed {
    pub path: PathBuf,
    /// The file before; `None` where the patch makes it.
    pub before: Option<Version>,
    /// The edits of it, or all of what is made as one insertion.
    pub batches: Vec<Vec<Edit>>,
    /// What the patch wrote, in the new bytes.
    pub written: Vec<Bytes>,
    /// The file before and after as trees, while they are at hand.
    pub trees: Option<(Arc<Source>, Arc<Source>)>,
}

impl Changed {
    /// A file that the patch makes.
    pub fn made(path: PathBuf, bytes: Vec<u8>) -> Changed {
        let all = 0..bytes.len();
        Changed { path, before: None, batches: vec![vec![Edit::new(0..0, bytes)]], written: vec![all], trees: None }
    }

    /// Makes it a part of the plan, and of what the patches to come find.
    pub fn put(self, patch: usize, workspace: &mut Workspace<'_>, plan: &mut Plan) {
        let shift = Shift::new(&self.batches);
        let mut written: Vec<_> = workspace.written(&self.path).iter().map(|(w, by)| (shift.range(w), *by)).collect();
        written.extend(self.written.into_iter().map(|w| (w, patch)));
        let after = match &self.before {
            None => {
                let made = Version::default().and(self.batches);
                workspace.put_made(&self.path, &made, written);
                made
            }
            Some(before) => {
                let places = places(&self.batches);
                let after = before.and(self.batches);
                let (old, new) = match &self.trees {
                    Some((old, new)) => (old.bytes.clone(), new.bytes.clone()),
                    None => (before.bytes(), after.bytes()),
                };
                workspace.put_edited(&self.path, (&old, &new), &places, &after, written);
                self.trees.into_iter().for_each(|(_, new)| workspace.remember(&self.path, new));
                after
            }
        };
        plan.steps.push(Step { patch, path: self.path, before: self.before, after });
    }
}

/// A later patch may show, but not change, what an earlier one wrote.
pub(super) fn stack_conflict(patchset: &Patchset, changes: &[Changed], workspace: &Workspace<'_>) -> Option<Reason> {
    for changed in changes {
        let written = Spans::new(workspace.written(&changed.path).to_vec());
        for edit in changed.batches.first().into_iter().flatten().filter(|e| !e.bytes.is_empty()) {
            if let Some(by) = written.meeting(&edit.bytes).next() {
                let earlier = &patchset.patches[*by].id.value;
                let text = format!("it would change what `{earlier}` writes; make one patch of the two");
                let before = changed.before.as_ref().map(Version::bytes).unwrap_or_default();
                let place = place_in(&changed.path, &Lines::new(&before), &before, edit.bytes.start);
                return Some(Reason { text, place: Some(place) });
            }
        }
    }
    None
}
