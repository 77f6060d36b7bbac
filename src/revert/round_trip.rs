//! What the way back comes to, held against what is there now and what was there before.

use super::evidence::Evidence;
use crate::patchset::{Diagnostic, Patchset};
use crate::plan::Options;
use crate::report::{Plan, Step, last_versions};
use crate::stack::{Mode, plan_in};
use crate::vfs::{FileTree, Overlay};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files as they would be.
pub(crate) struct RoundTrip<'a> {
    steps: &'a [Step],
    files: BTreeMap<PathBuf, Option<Vec<u8>>>,
}

impl<'a> RoundTrip<'a> {
    pub fn new(steps: &'a [Step], removals: &[(PathBuf, Vec<u8>)]) -> RoundTrip<'a> {
        let files = last_versions(steps).into_iter().map(|(path, last)| (path.to_owned(), Some(last.bytes().to_vec())));
        RoundTrip { steps, files: files.chain(removals.iter().map(|(path, _)| (path.clone(), None))).collect() }
    }

    /// A patch that changes a file.
    pub fn patch(&self, path: &Path) -> Option<usize> {
        self.steps.iter().find(|s| s.path == path).map(|s| s.patch)
    }

    /// The plan that there would be.
    pub fn again(&self, set: &Patchset, tree: &dyn FileTree, options: &Options) -> Result<Plan, Vec<Diagnostic>> {
        plan(set, &Overlay::new(tree, &self.files), options)
    }

    /// The first file that would not come out as it is now if everything were applied again.
    pub fn differs(&self, again: &Plan, now: &Plan, tree: &dyn FileTree) -> Option<(usize, PathBuf)> {
        let again = again.last_versions();
        self.files.keys().find_map(|path| {
            let other = again.get(path.as_path()).map(|last| last.bytes()) != present(now, tree, path);
            other.then(|| Some((self.patch(path)?, path.clone())))?
        })
    }

    /// The files of which it is known what they were: what was there earlier becomes, with the patches, what is there
    /// now. Each with whether it would be that again.
    pub fn earlier(
        &self,
        set: &Patchset,
        now: &Plan,
        tree: &dyn FileTree,
        options: &Options,
        evidence: &dyn Evidence,
    ) -> Result<BTreeMap<PathBuf, bool>, Vec<Diagnostic>> {
        let changed = self.files.iter().filter(|(_, bytes)| bytes.is_some()).map(|(path, _)| path);
        let before = changed.filter_map(|path| Some((path.clone(), Some(evidence.earlier(path)?))));
        let before: BTreeMap<PathBuf, Option<Vec<u8>>> = before.collect();
        if before.is_empty() {
            return Ok(BTreeMap::new());
        }
        let plan = plan(set, &Overlay::new(tree, &before), options)?;
        let after = plan.last_versions();
        let leads_here = |path: &Path| {
            after.get(path).is_some_and(|last| present(now, tree, path).is_some_and(|bytes| bytes == last.bytes()))
        };
        let known = before.iter().filter(|(path, _)| leads_here(path));
        Ok(known.map(|(path, bytes)| (path.clone(), self.files.get(path) == Some(bytes))).collect())
    }
}

/// The bytes of a file once all is done that is to do in it now.
fn present(now: &Plan, tree: &dyn FileTree, path: &Path) -> Option<Arc<Vec<u8>>> {
    let last = now.steps.iter().rev().find(|step| step.path == path).map(|step| step.after.bytes());
    last.or_else(|| tree.read(path).ok())
}

/// The patches once more. One that needs or amends another need not wait for it: it is in already.
fn plan(set: &Patchset, tree: &dyn FileTree, options: &Options) -> Result<Plan, Vec<Diagnostic>> {
    plan_in(set, tree, options, Mode { needs: false, ..Mode::default() }, &|_| None)
}
