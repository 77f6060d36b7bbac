//! One file as a patch leaves it, until it is known that the patch is carried out.

use crate::report::{Plan, Step};
use crate::search::{By, Workspace};
use crate::source::{Bytes, Edit, OffsetMap, Source, Version, places_of};
use std::path::PathBuf;
use std::sync::Arc;

/// One file as a patch leaves it.
pub(crate) struct StagedFile {
    pub path: PathBuf,
    /// The file before; `None` where the patch makes it.
    pub before: Option<Version>,
    /// The edits of it, or all of what is made as one insertion.
    pub batches: Vec<Vec<Edit>>,
    /// What the patch wrote, in the new bytes.
    pub written: Vec<Bytes>,
    /// The file before and after as trees, while they are in memory.
    pub trees: Option<(Arc<Source>, Arc<Source>)>,
}

impl StagedFile {
    /// A file that the patch makes.
    pub fn made(path: PathBuf, bytes: Vec<u8>) -> StagedFile {
        let all = 0..bytes.len();
        StagedFile { path, before: None, batches: vec![vec![Edit::new(0..0, bytes)]], written: vec![all], trees: None }
    }

    /// The file as the patch leaves it.
    pub fn after(&self) -> Version {
        self.before.clone().unwrap_or_default().and(self.batches.clone())
    }

    /// Makes it a part of the plan, and of what the patches to come find.
    pub fn put(self, patch: usize, workspace: &mut Workspace<'_>, plan: &mut Plan) {
        let (path, before) = (self.path.clone(), self.before.clone());
        let after = self.enter(By::Wrote(patch), workspace);
        plan.steps.push(Step { patch, path, before, after });
    }

    /// Makes it a part of what the patches to come find; gives the file as it is then.
    pub fn enter(self, by: By, workspace: &mut Workspace<'_>) -> Version {
        let shift = OffsetMap::new(&self.batches);
        let mut written: Vec<_> = workspace.written(&self.path).iter().map(|(w, by)| (shift.range(w), *by)).collect();
        written.extend(self.written.into_iter().map(|w| (w, by)));
        match &self.before {
            None => {
                let made = Version::default().and(self.batches);
                workspace.put_made(&self.path, &made, written);
                made
            }
            Some(before) => {
                let places = places_of(&self.batches);
                let after = before.and(self.batches);
                let (old, new) = match &self.trees {
                    Some((old, new)) => (old.bytes.clone(), new.bytes.clone()),
                    None => (before.bytes(), after.bytes()),
                };
                workspace.put_edited(&self.path, (&old, &new), &places, &after, written);
                self.trees.into_iter().for_each(|(_, new)| workspace.remember(&self.path, new));
                after
            }
        }
    }
}
