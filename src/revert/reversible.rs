use crate::patchset::{HoleTest, Patch, Patchset, Work, inverse, is_open, not_reversible};
use crate::plan::{EditedFile, Options, Reversibility, Run, run_patch, settle};
use crate::report::Plan;
use crate::search::{CompiledPatch, Index, Workspace};
use crate::vfs::MemoryTree;
use std::sync::OnceLock;

/// The inverses of the patches of a patchset, each compiled when it is first asked for.
pub(crate) struct Inverses<'a> {
    patchset: &'a Patchset,
    compiled: Vec<OnceLock<Result<Box<Inverse>, String>>>,
}

impl<'a> Inverses<'a> {
    pub fn of(patchset: &'a Patchset) -> Inverses<'a> {
        Inverses { patchset, compiled: patchset.patches.iter().map(|_| OnceLock::new()).collect() }
    }

    fn get(&self, patch: usize) -> &Result<Box<Inverse>, String> {
        let compile = || Inverse::new(self.patchset, &self.patchset.patches[patch]).map(Box::new);
        self.compiled[patch].get_or_init(compile)
    }
}

impl Reversibility for Inverses<'_> {
    fn prepare(&self, patch: usize) {
        self.get(patch);
    }

    fn irreversible(&self, patch: usize) -> Option<String> {
        self.get(patch).as_ref().err().cloned()
    }

    fn is_file_by_file(&self, patch: usize) -> bool {
        self.get(patch).as_ref().is_ok_and(|way| way.is_open)
    }

    fn irreversible_in(&self, patch: usize, files: &[EditedFile], options: &Options) -> Option<String> {
        self.get(patch).as_ref().ok()?.is_barred(files, options)
    }
}

/// The way back from what a patch does: the patch with its sides exchanged, compiled.
struct Inverse {
    /// That patch, alone.
    set: Patchset,
    compiled: [Option<CompiledPatch>; 1],
    index: Index,
    /// Whether each file stands for itself, since the number of sites is free.
    pub is_open: bool,
    asks_for_types: bool,
}

impl Inverse {
    /// Exchanges the sides. Fails with the reason why that undoes nothing.
    pub fn new(patchset: &Patchset, patch: &Patch) -> Result<Inverse, String> {
        let no_way = |why: String| not_reversible(&why);
        let inverse = inverse(patch).map_err(no_way)?;
        let mut compiled = CompiledPatch::of_inverse(&inverse).map_err(no_way)?;
        let mut queries = Vec::new();
        compiled.number(&mut queries);
        let index = Index::new(queries).map_err(|bad| no_way(bad.to_string()))?;
        let (is_open, asks_for_types) = (is_open(patch), asks_for_types(patch));
        let set = patchset.with(vec![inverse]);
        Ok(Inverse { set, compiled: [Some(compiled)], index, is_open, asks_for_types })
    }

    /// Why undoing these edits would not give the files as they were, if it would not.
    pub fn is_barred(&self, files: &[EditedFile], options: &Options) -> Option<String> {
        let nothing = MemoryTree::default();
        let options = Options { only: Vec::new(), check_reversible: false, ..options.clone() };
        let mut workspace = Workspace::new(&nothing, &self.index, options.limits, options.whole_files);
        files.iter().for_each(|file| workspace.put_known(&file.path, &file.after, &file.before));
        let mut plan = Plan::default();
        let run = Run::plain(&self.set, &self.compiled, &options);
        let report = run_patch(&run, &mut workspace, &mut plan);
        plan.reports.push(report);
        settle(&self.set, &mut plan.reports, &options);
        if plan.is_refused() {
            // Types may be declared in files that are not looked at here; `revert` looks at all of them.
            let why = not_reversible("its result cannot be told from other code");
            return (!self.asks_for_types).then_some(why);
        }
        let after = plan.last_versions();
        let is_as_before =
            |file: &EditedFile| after.get(file.path.as_path()).is_some_and(|last| last.bytes() == file.before.bytes);
        let other = files.iter().find(|file| !is_as_before(file))?;
        Some(not_reversible(&format!("{} would not be what it was, byte for byte", other.path.display())))
    }
}

fn asks_for_types(patch: &Patch) -> bool {
    let hunks = patch.bodies.iter().flat_map(|body| match &body.work {
        Work::Edit(hunks) => hunks.as_slice(),
        _ => &[],
    });
    hunks
        .flat_map(|h| &h.holes)
        .flat_map(|h| &h.tests)
        .any(|t| matches!(t.value, HoleTest::Type(_) | HoleTest::Fits(_)))
}
