//! A whole pile: patch by patch on the tree that the ones before have left, and proven as a whole.

use super::carry::{Carried, Change, carry};
use super::diff::FileDiff;
use super::draft::{Draft, Hunk, Work};
use super::locate::{Placed, applied, lines, locate};
use super::original::{Original, name, unique};
use super::proof::{Files, is_known, loaded, prove, prove_back};
use super::runs::runs;
use super::state::State;
use super::toml;
use crate::vfs::FileTree;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How a pile is imported.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The name of the patchset.
    pub name: String,
    /// How many rows of context at each end of a hunk need not fit.
    pub fuzz: usize,
    /// All bodies are text.
    pub text: bool,
}

/// A patchset that was made.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The first lines of the patchset file.
    pub name: String,
    /// The patches: id and text.
    pub patches: Vec<(String, String)>,
    /// What could not be carried.
    pub losses: Vec<Loss>,
    /// What else there is to say.
    pub notes: Vec<String>,
    /// How much there was, and how much of it was carried.
    pub counts: Counts,
    /// Why the patchset as a whole does not do what the pile does, if so.
    pub unproven: Option<String>,
}

/// Something that could not be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The patch, as the pile calls it.
    pub patch: String,
    /// The file, as far as it has a name.
    pub file: String,
    /// The 1-based line of the patch file, where it is about a hunk.
    pub line: Option<usize>,
    /// The reason.
    pub why: String,
}

/// Counts of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Patches of the pile.
    pub patches: usize,
    /// Of these, carried whole.
    pub whole: usize,
    /// Of these, carried in part.
    pub partly: usize,
    /// Hunks in files that a grammar reads.
    pub code_hunks: usize,
    /// Of these, carried.
    pub code_carried: usize,
    /// Hunks in other files.
    pub other_hunks: usize,
    /// Of these, carried.
    pub other_carried: usize,
    /// Bodies that were written.
    pub bodies: usize,
    /// Of these, with `layout = "patch"`.
    pub letters: usize,
    /// Of these, in Go and C.
    pub code_bodies: usize,
    /// Of the bodies in Go and C, those that are text.
    pub as_text: usize,
}

impl Imported {
    /// All of it as one file.
    pub fn text(&self) -> String {
        let patches = self.patches.iter().map(|(_, text)| format!("\n{text}"));
        toml::head(&self.name, &title(&self.name), None) + &patches.collect::<String>()
    }

    /// A file that includes the patches, and a file for each of them.
    pub fn files(&self) -> Vec<(PathBuf, String)> {
        let head = toml::head(&self.name, &title(&self.name), Some("patches/*.toml"));
        let patches = self
            .patches
            .iter()
            .enumerate()
            .map(|(at, (id, text))| (PathBuf::from(format!("patches/{:04}-{id}.toml", at + 1)), text.clone()));
        std::iter::once((PathBuf::from("patchset.toml"), head)).chain(patches).collect()
    }
}

fn title(name: &str) -> String {
    format!("Patches of {name}")
}

/// Makes a patchset of a pile of patches, for a tree that has all, some or none of them. `turn` counts patches that are done.
pub fn import(originals: &[Original], tree: &dyn FileTree, settings: &Settings, turn: &AtomicUsize) -> Imported {
    let enabled: Vec<&Original> = originals.iter().filter(|original| original.disabled.is_none()).collect();
    let state = State::of(&enabled, tree, settings.fuzz);
    let mut stack = Stack {
        settings,
        before: state.files.clone(),
        files: state.files,
        prepared: BTreeMap::new(),
        drafts: Vec::new(),
        taken: BTreeSet::new(),
        clean: BTreeMap::new(),
        out: Imported { name: settings.name.clone(), ..Imported::default() },
    };
    if state.taken_off > 0 {
        let all = if state.taken_off == enabled.len() { "all" } else { "the first" };
        stack.out.notes.push(format!(
            "the tree holds {all} {} of the patches; they were taken off in memory, and the patchset is proven on what is below",
            state.taken_off
        ));
    }
    stack.prepare(originals, turn);
    for (number, original) in originals.iter().enumerate() {
        stack.take(number, original);
    }
    stack.finish()
}

struct Stack<'a> {
    settings: &'a Settings,
    /// The files before the first patch.
    before: Files,
    /// The files now.
    files: Files,
    /// Changes that were carried ahead of their turn, by patch and diff.
    prepared: BTreeMap<(usize, usize), (Change, Carried)>,
    drafts: Vec<Draft>,
    taken: BTreeSet<String>,
    /// For each file the patches that are known as applied in it, by their numbers in `drafts`.
    clean: BTreeMap<PathBuf, Vec<usize>>,
    out: Imported,
}

impl Stack<'_> {
    /// Carries the changes of all patches at once, on the files as the originals leave them.
    fn prepare(&mut self, originals: &[Original], turn: &AtomicUsize) {
        let mut files = self.files.clone();
        let mut changes = Vec::new();
        for (number, original) in originals.iter().enumerate() {
            let mut then = files.clone();
            for (at, diff) in original.diffs.iter().enumerate() {
                let Some(path) = diff.path(original.strip) else { continue };
                if let Ok((change, _)) = self.change(diff, &path, then.get(&path).cloned().flatten()) {
                    then.insert(path, Some(change.after.clone()));
                    changes.push(((number, at), change));
                } else if let Some(after) =
                    super::state::patched(diff, then.get(&path).cloned().flatten().as_deref(), self.settings.fuzz)
                {
                    then.insert(path, after);
                }
            }
            if original.disabled.is_none() {
                files = then;
            }
        }
        let left: Vec<AtomicUsize> = originals
            .iter()
            .enumerate()
            .map(|(number, _)| AtomicUsize::new(changes.iter().filter(|((of, _), _)| *of == number).count()))
            .collect();
        turn.fetch_add(left.iter().filter(|left| left.load(Ordering::Relaxed) == 0).count(), Ordering::Relaxed);
        let text = self.settings.text;
        let carried = |(key, change): ((usize, usize), Change)| {
            let carried = carry(&change, text);
            if left[key.0].fetch_sub(1, Ordering::Relaxed) == 1 {
                turn.fetch_add(1, Ordering::Relaxed);
            }
            (key, (change, carried))
        };
        self.prepared = changes.into_par_iter().map(carried).collect();
    }

    /// The change of a file that a diff edits.
    fn change(&self, diff: &FileDiff, path: &Path, before: Option<Vec<u8>>) -> Result<(Change, Vec<Placed>), usize> {
        let Some(before) = before.filter(|_| diff.new.is_some() && !diff.is_binary) else { return Err(0) };
        let lines = lines(&before);
        let placed = locate(&lines, &diff.hunks, self.settings.fuzz)?;
        let (after, runs) = (applied(&lines, &placed), runs(&placed));
        Ok((Change { path: path.to_owned(), before, after, runs }, placed))
    }

    /// The next patch.
    fn take(&mut self, number: usize, original: &Original) {
        let mut then = self.files.clone();
        let mut taking = Taking { original, hunks: Vec::new(), made: Vec::new(), losses: Vec::new() };
        for (at, diff) in original.diffs.iter().enumerate() {
            self.diff((number, at), diff, &mut then, &mut taking);
        }
        let Taking { hunks, made, losses, .. } = taking;
        self.out.counts.patches += 1;
        let is_carried = !hunks.is_empty() || !made.is_empty();
        match (is_carried, losses.is_empty()) {
            (true, true) => self.out.counts.whole += 1,
            (true, false) => self.out.counts.partly += 1,
            _ => {}
        }
        if original.diffs.is_empty() {
            self.out.losses.push(Loss {
                patch: original.name.clone(),
                file: String::new(),
                line: None,
                why: "no diff stands in it".to_owned(),
            });
        }
        self.out.losses.extend(losses);
        self.out.counts.bodies += hunks.len();
        let is_code = |hunk: &&Hunk| crate::language::Language::of_path(&hunk.path).is_some();
        self.out.counts.code_bodies += hunks.iter().filter(is_code).count();
        self.out.counts.as_text += hunks.iter().filter(|hunk| hunk.as_text.is_some()).count();
        self.out.counts.letters += hunks.iter().filter(|hunk| hunk.letters).count();
        let first = self.drafts.len();
        let id = unique(&original.stem(), &mut self.taken);
        if !hunks.is_empty() {
            self.draft(original, id.clone(), Work::Hunks(hunks));
        }
        for (path, content) in made {
            let is_first = self.drafts.len() == first;
            let base = path.file_name().map(|base| name(&base.to_string_lossy())).unwrap_or_default();
            let id = if is_first { id.clone() } else { unique(&format!("{id}.{base}"), &mut self.taken) };
            self.draft(original, id, Work::Create { path: path.clone(), content });
            if !is_first && let Some(draft) = self.drafts.last_mut() {
                draft.title = format!("{}: {}", draft.title, path.display());
            }
        }
        if original.disabled.is_none() {
            self.files = then;
            self.amend(first);
        }
    }

    fn draft(&mut self, original: &Original, id: String, work: Work) {
        let head = &original.head;
        self.drafts.push(Draft {
            id,
            title: original.title(),
            why: original.why(),
            disabled: original.disabled.clone(),
            author: head.author.clone(),
            date: head.date,
            trailers: head.trailers.iter().filter(|trailer| crate::patchset::is_trailer(trailer)).cloned().collect(),
            upstream: head.upstream.clone(),
            work,
            ..Draft::default()
        });
    }

    /// One file of a patch.
    fn diff(&mut self, key: (usize, usize), diff: &FileDiff, then: &mut Files, taking: &mut Taking<'_>) {
        let named = diff.new.as_ref().or(diff.old.as_ref()).map(|name| String::from_utf8_lossy(name).into_owned());
        let Some(path) = diff.path(taking.original.strip) else {
            let why = "its name is not UTF-8, or leads out of the tree";
            return taking.lose(named.unwrap_or_default(), None, why);
        };
        let file = path.display().to_string();
        let is_code = crate::language::Language::of_path(&path).is_some();
        *(if is_code { &mut self.out.counts.code_hunks } else { &mut self.out.counts.other_hunks }) += diff.hunks.len();
        let before = then.get(&path).cloned().flatten();
        if let Some(why) = unsupported(diff) {
            taking.lose(file.clone(), None, why);
            if diff.hunks.is_empty()
                || diff.new.is_none()
                || diff.moved.is_some()
                || diff.is_link()
                || diff.is_submodule()
            {
                return;
            }
        }
        if diff.old.is_none() {
            return self.make(diff, &path, before, then, taking);
        }
        let (change, placed) = match self.change(diff, &path, before.clone()) {
            Ok(change) => change,
            Err(_) if before.is_none() => return taking.lose(file, None, "the tree does not have the file"),
            Err(hunk) => {
                let line = diff.hunks.get(hunk).map(|hunk| hunk.line);
                return taking.lose(file, line, "`patch` finds no place for this hunk, nor then for the file");
            }
        };
        self.tell_offsets(&placed, &file, taking.original);
        let carried = match self.prepared.remove(&key) {
            Some((same, carried)) if same == change => carried,
            _ => carry(&change, self.settings.text),
        };
        let mut lost: BTreeMap<usize, String> = BTreeMap::new();
        for (run, why) in &carried.lost {
            lost.entry(change.runs[*run].hunk).or_insert_with(|| why.clone());
        }
        let left = diff.hunks.len() - lost.len();
        *(if is_code { &mut self.out.counts.code_carried } else { &mut self.out.counts.other_carried }) += left;
        for (hunk, why) in lost {
            let line = diff.hunks.get(hunk).map(|hunk| hunk.line);
            taking.lose(file.clone(), line, &why);
        }
        taking.hunks.extend(carried.hunks);
        then.insert(path, Some(carried.after));
    }

    /// A new file.
    fn make(
        &mut self,
        diff: &FileDiff,
        path: &Path,
        before: Option<Vec<u8>>,
        then: &mut Files,
        taking: &mut Taking<'_>,
    ) {
        let file = path.display().to_string();
        if before.is_some() {
            return taking.lose(file, None, "it is to be made, and the tree has it already");
        }
        let content: Vec<u8> = diff.hunks.iter().flat_map(|hunk| hunk.side(b'+')).flatten().copied().collect();
        match String::from_utf8(content) {
            Ok(content) => {
                let is_code = crate::language::Language::of_path(path).is_some();
                let counts = &mut self.out.counts;
                *(if is_code { &mut counts.code_carried } else { &mut counts.other_carried }) += diff.hunks.len();
                then.insert(path.to_owned(), Some(content.clone().into_bytes()));
                taking.made.push((path.to_owned(), content));
            }
            Err(_) => taking.lose(file, None, "the new file is not UTF-8"),
        }
    }

    /// Says where a hunk was found elsewhere than it says, or with less than it shows.
    fn tell_offsets(&mut self, placed: &[Placed], file: &str, original: &Original) {
        for one in placed.iter().filter(|one| one.fuzz > 0) {
            self.out
                .notes
                .push(format!("{}:{}: fits {file} with fuzz {} alone", original.name, one.hunk.line, one.fuzz));
        }
        let far = placed.iter().map(|one| one.offset.unsigned_abs()).max().unwrap_or(0);
        if far > 0 {
            let lines = if far == 1 { "line" } else { "lines" };
            self.out.notes.push(format!("{}: fits {file} with an offset of up to {far} {lines}", original.name));
        }
    }

    /// Finds the earlier patches that are no longer known as applied.
    fn amend(&mut self, first: usize) {
        for number in first..self.drafts.len() {
            let paths: BTreeSet<PathBuf> = paths(&self.drafts[number]);
            let mut amended = BTreeSet::new();
            for path in &paths {
                let earlier = self.clean.entry(path.clone()).or_default();
                let (drafts, files) = (&self.drafts, &self.files);
                earlier.retain(|&other| {
                    if amended.contains(&other) {
                        return false;
                    }
                    let only = |draft: &Draft| -> Files {
                        self::paths(draft)
                            .into_iter()
                            .map(|path| (path.clone(), files.get(&path).cloned().flatten()))
                            .collect()
                    };
                    let alone = Draft { amends: Vec::new(), needs: Vec::new(), ..drafts[other].clone() };
                    let text = format!("{}\n{}", toml::head("x", "x", None), toml::patch(&alone));
                    let known = loaded(&text).is_ok_and(|set| is_known(&set, &only(&alone)));
                    if !known {
                        amended.insert(other);
                    }
                    known
                });
                earlier.push(number);
            }
            let ids: Vec<String> = amended.iter().map(|&other| self.drafts[other].id.clone()).collect();
            self.drafts[number].amends = ids;
        }
    }

    fn finish(mut self) -> Imported {
        self.out.patches = self.drafts.iter().map(|draft| (draft.id.clone(), toml::patch(draft))).collect();
        if self.drafts.is_empty() {
            return self.out;
        }
        let proof = loaded(&self.out.text()).and_then(|set| {
            prove(&set, &self.before, &self.files)?;
            prove_back(&set, &self.before, &self.files)
        });
        self.out.unproven = proof.err().map(|flaw| flaw.text());
        self.out
    }
}

/// A patch that is being taken.
struct Taking<'a> {
    original: &'a Original,
    hunks: Vec<Hunk>,
    /// New files.
    made: Vec<(PathBuf, String)>,
    losses: Vec<Loss>,
}

impl Taking<'_> {
    fn lose(&mut self, file: String, line: Option<usize>, why: &str) {
        self.losses.push(Loss { patch: self.original.name.clone(), file, line, why: why.to_owned() });
    }
}

/// The files of a patch.
fn paths(draft: &Draft) -> BTreeSet<PathBuf> {
    match &draft.work {
        Work::Hunks(hunks) => hunks.iter().map(|hunk| hunk.path.clone()).collect(),
        Work::Create { path, .. } => BTreeSet::from([path.clone()]),
    }
}

/// What no patchset can say yet of a file.
fn unsupported(diff: &FileDiff) -> Option<&'static str> {
    match () {
        () if diff.is_link() => Some("a symlink cannot be carried"),
        () if diff.is_submodule() => Some("a submodule cannot be carried"),
        () if diff.is_binary => Some("a binary file cannot be carried yet"),
        () if diff.moved.as_ref().is_some_and(|moved| moved.is_copy) => Some("a copy of a file cannot be carried yet"),
        () if diff.moved.is_some() => Some("moving a file cannot be carried yet"),
        () if diff.new.is_none() => Some("deleting a file cannot be carried yet"),
        () if diff.new_mode == Some(0o100_755) && diff.old_mode != Some(0o100_755) => {
            Some("that it becomes executable cannot be carried yet")
        }
        () if diff.old_mode == Some(0o100_755) && diff.new_mode == Some(0o100_644) => {
            Some("that it is no longer executable cannot be carried yet")
        }
        () => None,
    }
}
