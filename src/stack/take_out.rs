//! Amending patches that are in, taken out in memory so that what they amend can be looked up, as quilt pops a stack.

use crate::patchset::{Amends, Body, Expect, Patch, Patchset, Work, inverse};
use crate::plan::{Options, PatchRun, Run, Signs, StagedFile, TakenOut, edit_hunks, look_again};
use crate::report::{Plan, Site, Step, Verdict};
use crate::search::{By, CompiledAction, CompiledPatch, Workspace};
use crate::source::Version;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a run knows of the patches that amend others.
pub(crate) struct Amending {
    /// Which patches amend which.
    pub amends: Amends,
    /// Those that amend a patch which takes part. They may be in though they were not asked for.
    patches: BTreeMap<usize, Both>,
}

/// An amending patch, ready to be taken out and put in again.
struct Both {
    forward: CompiledPatch,
    /// With its sides exchanged, or why that cannot be.
    inverse: Result<(Patch, CompiledPatch), String>,
}

impl Both {
    /// How many sites there are in all is no question here: some may wait for what the patch amends.
    fn of(patch: &Patch) -> Option<Both> {
        // What is wrong with a patch is said when it is asked for.
        let forward = CompiledPatch::compile(&of_any_number(patch.clone())).ok()?;
        let inverse =
            inverse(patch).map(of_any_number).and_then(|patch| Ok((CompiledPatch::of_inverse(&patch)?, patch)));
        Some(Both { forward, inverse: inverse.map(|(compiled, patch)| (patch, compiled)) })
    }

    fn compiled_mut(&mut self) -> impl Iterator<Item = &mut CompiledPatch> {
        let inverse = self.inverse.as_mut().ok().map(|(_, compiled)| compiled);
        std::iter::once(&mut self.forward).chain(inverse)
    }
}

fn of_any_number(mut patch: Patch) -> Patch {
    let any = |body: &mut Body| {
        if let Work::Edit(hunks) = &mut body.work {
            hunks.iter_mut().for_each(|hunk| hunk.expect = Expect::Between(0, None));
        }
    };
    patch.bodies.iter_mut().for_each(any);
    patch
}

impl Amending {
    /// Prepares those that amend a patch which takes part; nothing where there are none.
    pub fn of(
        patchset: &Patchset,
        is_selected: impl Fn(&Patch) -> bool,
        is_for_target: impl Fn(&Patch) -> bool,
    ) -> Option<Amending> {
        let amends = Amends::of(&patchset.patches);
        if amends.is_empty() {
            return None;
        }
        let selected = (0..patchset.patches.len()).filter(|&number| is_selected(&patchset.patches[number])).collect();
        let numbers = amends.amending_one_of(&selected).into_iter().filter(|&n| is_for_target(&patchset.patches[n]));
        let patches = numbers.filter_map(|number| Some((number, Both::of(&patchset.patches[number])?))).collect();
        Some(Amending { amends, patches })
    }

    /// The patches that may be in, and would be taken out.
    pub fn numbers(&self) -> Vec<usize> {
        self.patches.keys().copied().collect()
    }

    /// All that it asks of files.
    pub fn compiled_mut(&mut self) -> impl Iterator<Item = &mut CompiledPatch> {
        self.patches.values_mut().flat_map(Both::compiled_mut)
    }
}

/// Takes out those of some amending patches that are in, in the order in which they come: the last one first.
pub(crate) fn take_out(
    stack: &Run<'_>,
    amending: &Amending,
    numbers: impl Iterator<Item = usize>,
    workspace: &mut Workspace<'_>,
) -> TakenOut {
    let mut taken = TakenOut::default();
    let options = Options { check_reversible: false, all_done: true, ..stack.options.clone() };
    for number in numbers {
        let Some(both) = amending.patches.get(&number) else { continue };
        let patch = &stack.patchset.patches[number];
        let found = look_again(stack.patchset, patch, &both.forward, workspace, &options);
        // With a place that is to do, it was not put in; what is done may be upstream's.
        if found.verdict() != Verdict::Applied {
            taken.torn.extend((found.verdict() == Verdict::Partly).then_some(number));
            continue;
        }
        let one = One { stack, number, patch, both, options: &options };
        match one.take_out(workspace) {
            Ok(()) => drop(taken.out.insert(number, by_file(&found.sites))),
            Err(why) => drop(taken.stuck.insert(number, why)),
        }
    }
    taken
}

fn by_file(sites: &[Site]) -> BTreeMap<PathBuf, usize> {
    let mut files = BTreeMap::new();
    sites.iter().filter(|s| s.done).for_each(|s| *files.entry(s.place.path.clone()).or_insert(0) += 1);
    files
}

/// One amending patch that is in.
struct One<'a> {
    stack: &'a Run<'a>,
    number: usize,
    patch: &'a Patch,
    both: &'a Both,
    options: &'a Options,
}

impl One<'_> {
    /// Takes it out, if it would come in again as it is. Fails with the reason, and changes nothing.
    fn take_out(&self, workspace: &mut Workspace<'_>) -> Result<(), String> {
        let (inverse, compiled) = self.both.inverse.as_ref().map_err(String::clone)?;
        if let Some(CompiledAction::Create(new)) = self.both.forward.bodies.first().map(|b| &b.work) {
            let path = Path::new(&new.path.value);
            let bytes = workspace.read(path).map_err(|e| e.to_string())?;
            workspace.note_original(path, Version::new(bytes));
            workspace.remove(path);
            return Ok(());
        }
        let mut wanted: BTreeMap<PathBuf, Arc<Vec<u8>>> = BTreeMap::new();
        let changes = self.edit(inverse, compiled, workspace)?;
        if changes.is_empty() {
            return Err("with its sides exchanged it is not found".to_owned());
        }
        let mut known = Vec::new();
        for changed in changes {
            let before = changed.before.clone().unwrap_or_default();
            wanted.insert(changed.path.clone(), before.bytes());
            known.push((workspace.known(&changed.path), changed.path.clone(), before));
            changed.enter(By::TakenOut(self.number), workspace);
        }
        let again = self.edit(self.patch, &self.both.forward, workspace);
        let after = |changed: StagedFile| (changed.path.clone(), changed.after().bytes());
        let again: Result<BTreeMap<_, _>, String> = again.map(|changes| changes.into_iter().map(after).collect());
        if again.as_ref().is_ok_and(|again| *again == wanted) {
            known.into_iter().for_each(|(_, path, before)| workspace.note_original(&path, before));
            return Ok(());
        }
        known.into_iter().for_each(|(known, ..)| workspace.take_back(known));
        let other = again?.into_iter().find(|(path, bytes)| wanted.get(path) != Some(bytes));
        let path = other.map(|(path, _)| path).or_else(|| wanted.into_keys().next()).unwrap_or_default();
        Err(format!("taken out and put in again, it would not give {} byte for byte", path.display()))
    }

    fn edit(
        &self,
        patch: &Patch,
        compiled: &CompiledPatch,
        workspace: &Workspace<'_>,
    ) -> Result<Vec<StagedFile>, String> {
        if matches!(compiled.bodies.first().map(|b| &b.work), Some(CompiledAction::Operation(..))) {
            return Err("an operation has no way back".to_owned());
        }
        let (patchset, number) = (self.stack.patchset, self.number);
        let patch_run = PatchRun { patchset, patch, compiled, number, own: None, inverses: None, is_trial: true };
        let (outcome, changes) = edit_hunks(patch_run, workspace, &Signs::default(), self.options);
        let is_good =
            matches!(outcome.verdict(), Verdict::Applies | Verdict::Partly | Verdict::Applied | Verdict::Nothing);
        let why = || outcome.reasons.first().map_or("its edits are refused", |why| &why.text).to_owned();
        if is_good { Ok(changes) } else { Err(why()) }
    }
}

/// Leaves out the steps by which files come to be what they were before patches were taken out of them. Gives the first
/// file that would not be that again although no patch has anything to do in it.
pub(crate) fn leave_out(plan: &mut Plan, workspace: &Workspace<'_>) -> Option<PathBuf> {
    let mut steps: BTreeMap<&Path, Vec<usize>> =
        workspace.originals().keys().map(|p| (p.as_path(), Vec::new())).collect();
    for (number, step) in plan.steps.iter().enumerate() {
        steps.get_mut(step.path.as_path()).into_iter().for_each(|mine| mine.push(number));
    }
    let has_todo = |step: &Step| {
        plan.reports.get(step.patch).is_some_and(|r| r.sites.iter().any(|s| !s.done && s.place.path == step.path))
    };
    let (mut idle, mut first, mut lost) = (BTreeSet::new(), Vec::new(), None);
    for ((path, original), mine) in workspace.originals().iter().zip(steps.values()) {
        let same = mine.iter().rposition(|&number| plan.steps[number].after == *original);
        let (gone, left) = mine.split_at(same.map_or(0, |last| last + 1));
        let is_meant = left.iter().any(|&number| has_todo(&plan.steps[number]));
        if !is_meant && (!left.is_empty() || gone.is_empty()) {
            lost = lost.or(Some(path.clone()));
        }
        idle.extend(gone.iter().copied());
        first.extend(left.first().map(|&number| (number, original.clone())));
    }
    for (number, original) in first {
        plan.steps[number].before = Some(original);
    }
    let mut number = 0..;
    plan.steps.retain(|_| number.next().is_none_or(|number| !idle.contains(&number)));
    lost
}
