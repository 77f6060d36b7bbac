//! A whole patchset from one tree to another: which patches fit as they are, and new bodies for those that do not.

use super::alarms::Trees;
use super::alternative::{Hunk, with};
use super::carry::{Carried, Carry, Fit, Refusal, carry};
use super::declared::declared;
use super::placement::Reason;
use super::proof::{Change, hunks};
use crate::checkout::{Memory, Tree};
use crate::language::Language;
use crate::patchset::{Complaint, Patchset, Work, load, patch_for};
use crate::plan::{Options, Plan, Report, Verdict, plan};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What is to be rebased, and how.
pub struct Asked<'a> {
    /// The patchset, with its text.
    pub patchset: &'a Patchset,
    /// A: the tree that it fits.
    pub from: &'a dyn Tree,
    /// B: the tree that it is to fit.
    pub onto: &'a dyn Tree,
    /// How far a patch may be carried.
    pub fit: Fit,
    /// What the plans are asked.
    pub options: Options,
    /// What an alternative is for.
    pub note: String,
    /// Whether new bodies take the place of the old ones.
    pub replace: bool,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Rebased {
    /// The patchset's text with the new bodies.
    pub text: String,
    /// One for each patch, in order.
    pub patches: Vec<Fate>,
}

/// What became of a patch.
#[derive(Clone, Debug)]
pub struct Fate {
    /// Its id.
    pub id: String,
    /// What it came to.
    pub outcome: Outcome,
    /// The files that it was carried in.
    pub files: Vec<FileFate>,
    /// The new bodies.
    pub hunks: Vec<Hunk>,
}

/// What a patch came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It fits B as it is.
    Fits,
    /// It fits B with new bodies.
    Rebased,
    /// B has it already.
    AlreadyThere,
    /// It has nothing to do in B, and that is allowed, or it is not for this target.
    Idle(Verdict),
    /// It fits only once an earlier patch does.
    WaitsFor(String),
    /// It does not fit A, so that nothing is known of its place.
    NotInFrom(Verdict),
    /// It has no place, or none that is sure: why.
    Refused(String),
}

impl Outcome {
    /// Whether a person is needed.
    pub fn needs_person(&self) -> bool {
        matches!(self, Outcome::WaitsFor(_) | Outcome::NotInFrom(_) | Outcome::Refused(_))
    }
}

/// A file that a patch was carried in.
#[derive(Clone, Debug)]
pub struct FileFate {
    /// Its path in A.
    pub from: PathBuf,
    /// Its path in B.
    pub onto: PathBuf,
    /// Where each change went, or why one did not: the reason, and the line in A (counted from 1) where it is one place's.
    pub result: Result<Carried, (Reason, Option<usize>)>,
}

/// Rebases a patchset. Fails with what is wrong in its bodies.
pub fn rebase(asked: &Asked<'_>) -> Result<Rebased, Vec<Complaint>> {
    let options = &asked.options;
    let in_a = plan(asked.patchset, asked.from, options)?;
    let in_b = plan(asked.patchset, asked.onto, options)?;
    let mut known: BTreeSet<PathBuf> = steps(&in_a).chain(sites(&in_b)).collect();
    let gone = known.iter().filter(|path| !asked.onto.paths().contains(path));
    let moved: Vec<PathBuf> = gone.filter_map(|path| moved(asked, path).ok()).collect();
    known.extend(moved);
    let small = |tree: &dyn Tree| {
        let own = tree.paths().iter().filter(|path| known.contains(*path));
        Memory::new(own.filter_map(|path| Some((path.clone(), tree.read(path).ok()?))))
    };
    let trees = TwoTrees { from: asked.from, onto: asked.onto };
    let mut work = Stacking {
        asked,
        in_a: &in_a,
        small: [small(asked.from), small(asked.onto)],
        now: plan(asked.patchset, &small(asked.onto), options)?,
        set: asked.patchset.with(asked.patchset.patches.clone()),
        trees: &trees,
        fates: Vec::new(),
    };
    for number in 0..asked.patchset.patches.len() {
        let fate = work.patch(number, &in_b.reports[number]);
        work.fates.push(fate);
    }
    work.prove()?;
    Ok(Rebased { text: work.set.text.to_string(), patches: work.fates })
}

/// The one file of B of the same name, where A had no other.
fn moved(asked: &Asked<'_>, path: &Path) -> Result<PathBuf, String> {
    let named = |tree: &dyn Tree| -> Vec<PathBuf> {
        tree.paths().iter().filter(|other| other.file_name() == path.file_name()).cloned().collect()
    };
    let old = named(asked.from);
    let new: Vec<PathBuf> = named(asked.onto).into_iter().filter(|other| !old.contains(other)).collect();
    match new.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(format!("{} is not there any more", path.display())),
        all => Err(format!("{} is not there any more, and {} new files have its name", path.display(), all.len())),
    }
}

fn steps(plan: &Plan) -> impl Iterator<Item = PathBuf> {
    plan.steps.iter().map(|step| step.path.clone())
}

fn sites(plan: &Plan) -> impl Iterator<Item = PathBuf> {
    plan.reports.iter().flat_map(|report| report.sites.iter().map(|site| site.place.path.clone()))
}

/// The work on a stack, patch by patch.
struct Stacking<'a> {
    asked: &'a Asked<'a>,
    in_a: &'a Plan,
    /// The files of A and of B that the stack has to do with.
    small: [Memory; 2],
    /// The patchset as it is now, and what it comes to in B's files.
    set: Patchset,
    now: Plan,
    trees: &'a TwoTrees<'a>,
    fates: Vec<Fate>,
}

impl Stacking<'_> {
    /// What becomes of a patch. `whole` is what the whole of B says of it as it is.
    fn patch(&mut self, number: usize, whole: &Report) -> Fate {
        let patch = &self.asked.patchset.patches[number];
        let mut fate =
            Fate { id: patch.id.value.clone(), outcome: Outcome::Fits, files: Vec::new(), hunks: Vec::new() };
        if let Some(id) = self.waits_for(number) {
            fate.outcome = Outcome::WaitsFor(id);
            return fate;
        }
        let verdict = match self.now.reports[number].verdict {
            // The files that are known may not be all.
            Verdict::Absent | Verdict::Nothing | Verdict::Obsolete => whole.verdict,
            verdict => verdict,
        };
        fate.outcome = match verdict {
            Verdict::Applies | Verdict::Partly => Outcome::Fits,
            Verdict::Applied => Outcome::AlreadyThere,
            Verdict::Skipped | Verdict::Obsolete | Verdict::Nothing => Outcome::Idle(verdict),
            Verdict::Absent if !self.now.reports[number].blocks && !whole.blocks => Outcome::Idle(verdict),
            _ => self.carried(number, &mut fate),
        };
        fate
    }

    /// An earlier patch that this one needs or amends and that did not fit.
    fn waits_for(&self, number: usize) -> Option<String> {
        let patch = &self.asked.patchset.patches[number];
        let mut wanted = patch.needs.iter().chain(&patch.amends);
        let is_out = |id: &str| self.fates.iter().any(|fate| fate.id == id && fate.outcome.needs_person());
        wanted.find(|id| is_out(&id.value)).map(|id| id.value.clone())
    }

    /// Carries a patch over, and gives it new bodies.
    fn carried(&mut self, number: usize, fate: &mut Fate) -> Outcome {
        let edits = self.asked.patchset.patches[number].bodies.iter().all(|b| matches!(b.work, Work::Edit(_)));
        if !edits {
            return Outcome::Refused("it is no diff, so that there is nothing to carry; mend it by hand".to_owned());
        }
        let steps: Vec<_> = self.in_a.steps.iter().filter(|step| step.patch == number).collect();
        if steps.is_empty() {
            return Outcome::NotInFrom(self.in_a.reports[number].verdict);
        }
        let mut made = Vec::new();
        for step in steps {
            let change = step.change();
            match self.file(number, &change.path, change.before.as_deref().unwrap_or_default(), &change.after) {
                Ok((file, bodies)) => {
                    fate.files.push(file);
                    made.push(bodies);
                }
                Err(reason) => return Outcome::Refused(reason),
            }
        }
        if fate.files.iter().all(|file| matches!(file.result, Err((Reason::AlreadyThere, _)))) {
            return Outcome::AlreadyThere;
        }
        if let Some(reason) = fate.files.iter().find_map(|file| file.result.as_ref().err()) {
            return Outcome::Refused(reason.0.to_string());
        }
        let Some(made) = made.into_iter().collect::<Option<Vec<Vec<Hunk>>>>() else {
            return Outcome::Refused("no body of the language says what is to be done; write it by hand".to_owned());
        };
        fate.hunks = made.concat();
        match self.take(number, fate) {
            Ok(()) => Outcome::Rebased,
            Err(reason) => Outcome::Refused(reason),
        }
    }

    /// Carries one file over; gives the bodies that do it.
    fn file(
        &self,
        number: usize,
        path: &Path,
        before: &[u8],
        after: &[u8],
    ) -> Result<(FileFate, Option<Vec<Hunk>>), String> {
        let onto = self.onto(number, path)?;
        let language = Language::of_path(path);
        let three = Carry { before, after, onto: &onto.1, language, fit: self.asked.fit };
        let mut carried = carry(&three, Some(self.trees));
        if carried.is_err()
            && self.asked.fit == Fit::Context
            && let Ok(other) = carry(&Carry { fit: Fit::Rename, ..three }, Some(self.trees))
        {
            carried = Err(Reason::Renamed(other.renames).into());
        }
        let mut file =
            FileFate { from: path.to_owned(), onto: onto.0.clone(), result: Err((Reason::Incomparable, None)) };
        let bodies = match &carried {
            Ok(carried) => language
                .and_then(|language| hunks(&Change { path: &onto.0, language, before: &onto.1, after: &carried.text })),
            Err(_) => Some(Vec::new()),
        };
        file.result = carried.map_err(|Refusal { reason, edit }| (reason, edit.map(|edit| edit.removed.start + 1)));
        Ok((file, bodies))
    }

    /// The file of B that a file of A is, with the earlier patches in it.
    fn onto(&self, number: usize, path: &Path) -> Result<(PathBuf, Vec<u8>), String> {
        let place = match self.asked.onto.paths().iter().any(|other| other == path) {
            true => path.to_owned(),
            false => moved(self.asked, path)?,
        };
        let last = self.now.steps.iter().rfind(|step| step.patch < number && step.path == place);
        let bytes = match last {
            Some(step) => step.after.bytes().to_vec(),
            None => self.asked.onto.read(&place).map_err(|error| format!("{}: {}", place.display(), error.reason))?,
        };
        Ok((place, bytes))
    }

    /// Takes new bodies into the patchset, if they do what was found and the old tree is patched as before.
    fn take(&mut self, number: usize, fate: &Fate) -> Result<(), String> {
        let Asked { note, replace, options, patchset, .. } = self.asked;
        let text = with(&self.set.text, number, &fate.hunks, note, *replace)
            .ok_or("the patchset's text cannot be edited: its patches are not in [[patch]] tables")?;
        let said = |complaints: Vec<Complaint>| complaints.first().map_or(String::new(), |c| c.message.clone());
        let set = ready(patchset, &text, options.target.as_deref()).map_err(said)?;
        let now = plan(&set, &self.small[1], options).map_err(said)?;
        let report = &now.reports[number];
        if report.verdict != Verdict::Applies {
            let why = report.reasons.first().map(|r| r.text.clone()).unwrap_or_default();
            return Err(format!("with its new body the patch is {}: {why}", crate::plan::name(report.verdict)));
        }
        for file in &fate.files {
            let step = now.steps.iter().find(|step| step.patch == number && step.path == file.onto);
            let bytes = step.map(|step| step.after.bytes());
            if !file.result.as_ref().is_ok_and(|carried| bytes.is_some_and(|bytes| *bytes == carried.text)) {
                return Err("with its new body the patch does not do in the stack what was found".to_owned());
            }
        }
        if !replace {
            let old = plan(&set, &self.small[0], options).map_err(said)?;
            let of = |plan: &Plan| {
                let steps = plan.steps.iter().filter(|step| step.patch == number);
                steps.map(|step| (step.path.clone(), step.after.bytes())).collect::<Vec<_>>()
            };
            if of(&old) != of(self.in_a) {
                return Err("with its new body the patch does something else in the old tree".to_owned());
            }
        }
        (self.set, self.now) = (set, now);
        Ok(())
    }

    /// The whole of B has the last word: what was found in the files that are known must hold there.
    fn prove(&mut self) -> Result<(), Vec<Complaint>> {
        if !self.fates.iter().any(|fate| fate.outcome == Outcome::Rebased) {
            return Ok(());
        }
        let whole = plan(&self.set, self.asked.onto, &self.asked.options)?;
        for (fate, report) in self.fates.iter_mut().zip(&whole.reports) {
            if matches!(fate.outcome, Outcome::Rebased | Outcome::Fits) && report.blocks {
                let why = report.reasons.first().map(|r| r.text.clone()).unwrap_or_default();
                fate.outcome =
                    Outcome::Refused(format!("in the whole tree it is {}: {why}", crate::plan::name(report.verdict)));
            }
        }
        Ok(())
    }
}

/// A patchset of this text, with its parameters filled in.
fn ready(old: &Patchset, text: &str, target: Option<&str>) -> Result<Patchset, Vec<Complaint>> {
    let set = load(&old.origin, text)?;
    let patches = set.patches.iter().map(|patch| patch_for(&set, patch, target)).collect::<Result<Vec<_>, _>>()?;
    Ok(set.with(patches))
}

/// The two trees, asked for words.
struct TwoTrees<'a> {
    from: &'a dyn Tree,
    onto: &'a dyn Tree,
}

impl Trees for TwoTrees<'_> {
    fn lacking(&self, names: &BTreeSet<Vec<u8>>) -> BTreeSet<Vec<u8>> {
        let mut open = names.clone();
        each_file(self.onto, |_, text| open.retain(|name| !holds(text, name)));
        let mut declares: BTreeMap<Vec<u8>, bool> = open.iter().map(|name| (name.clone(), false)).collect();
        if !open.is_empty() {
            each_file(self.from, |language, text| {
                for row in text.split(|b| *b == b'\n').filter(|row| open.iter().any(|name| holds(row, name))) {
                    let here = declared(row, Some(language));
                    declares.iter_mut().for_each(|(name, is)| *is |= here.contains(name));
                }
            });
        }
        declares.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
    }
}

fn holds(text: &[u8], name: &[u8]) -> bool {
    memchr::memmem::find_iter(text, name).any(|at| {
        let is_part = |b: Option<&u8>| b.is_some_and(|b| super::words::is_part(*b));
        !is_part(at.checked_sub(1).and_then(|before| text.get(before))) && !is_part(text.get(at + name.len()))
    })
}

/// Every file of a tree whose language is known.
fn each_file(tree: &dyn Tree, mut see: impl FnMut(Language, &[u8])) {
    let mut bytes = Vec::new();
    for path in tree.paths() {
        if let Some(language) = Language::of_path(path)
            && tree.read_into(path, &mut bytes).is_ok()
        {
            see(language, &bytes);
        }
    }
}
