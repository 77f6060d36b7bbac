use super::file_edit::edit_file;
use super::options::Options;
use super::ownership::Ownership;
use super::reversibility::{EditedFile, Reversibility};
use super::staged::StagedFile;
use crate::language::Language;
use crate::patchset::{Expect, Patch, Patchset};
use crate::proof::SiteEdit;
use crate::report::{Reason, place};
use crate::search::{
    CompiledBody, CompiledHunk, CompiledPatch, Finder, HunkMatches, SelectedSite, Visitor, Workspace, sites_of, sum,
};
use crate::source::Bytes;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A patch that is carried out.
#[derive(Clone, Copy)]
pub(crate) struct PatchRun<'a> {
    pub patchset: &'a Patchset,
    pub patch: &'a Patch,
    pub compiled: &'a CompiledPatch,
    /// Its number.
    pub number: usize,
    /// Which of its places may be edited, where that is not all of them.
    pub own: Option<&'a Ownership>,
    /// Who knows whether it can be taken back, where that is asked.
    pub inverses: Option<&'a dyn Reversibility>,
    /// Whether it is only tried, so that no reason is looked for where it finds nothing.
    pub is_trial: bool,
}

impl PatchRun<'_> {
    /// Whether a place may be edited.
    pub fn may_edit(&self, selected: &SelectedSite<'_, '_>, workspace: &Workspace<'_>) -> bool {
        self.own.is_none_or(|own| {
            let path = selected.path();
            workspace.read(path).is_ok_and(|bytes| own.is_own(self.number, path, &bytes, &selected.hit.changed))
        })
    }
}

/// Speculative edits of a patch. Each file is edited while its tree is in memory, by each body that has something to do in
/// it, before it is known which bodies count.
pub(crate) struct PatchEdit<'a, 'w, 't> {
    patch_run: PatchRun<'a>,
    finder: &'a Finder<'w, 't>,
    options: &'a Options,
    /// For each body, how many more sites can be right.
    left: Vec<AtomicUsize>,
    made: Edits,
    /// The number of each edit among those made, by body and file, where there are several bodies.
    numbers: HashMap<(usize, PathBuf), usize>,
}

/// The edits of some files, or of all, in the order of the files.
#[derive(Default)]
pub(crate) struct Edits {
    files: Vec<Made>,
    /// By body, why there is no way back.
    one_way: BTreeMap<usize, String>,
}

/// What a body makes of a file.
struct Made {
    body: usize,
    path: PathBuf,
    /// The file, and the trees that the way back is still to be tried with; or why it cannot be edited.
    result: Result<(StagedFile, Option<EditedFile>), Reason>,
    /// What a person should look at although it is edited.
    warnings: Vec<Reason>,
}

/// The edits that count.
#[derive(Default)]
pub(crate) struct Counted {
    pub changes: Vec<StagedFile>,
    /// Why files cannot be edited.
    pub refused: Vec<Reason>,
    /// What a person should look at although the edits are made.
    pub warnings: Vec<Reason>,
    /// Why there is no way back.
    pub one_way: Option<String>,
}

impl Visitor for PatchEdit<'_, '_, '_> {
    type Edits = Edits;

    fn visit(&self, sum_up: bool, matches: &[Vec<HunkMatches<'_>>], is_last: bool) -> Edits {
        let mut made = Edits::default();
        if sum_up {
            self.edit_for(0, &sum(matches).0, is_last, &mut made);
        } else {
            for (body, hunks) in matches.iter().enumerate() {
                self.edit_for(body, &sites_of(body, hunks), is_last, &mut made);
            }
        }
        made
    }

    fn take_in(&mut self, new: Edits) {
        let several = self.left.len() > 1;
        for made in new.files {
            if several {
                self.numbers.insert((made.body, made.path.clone()), self.made.files.len());
            }
            self.made.files.push(made);
        }
        for (body, why) in new.one_way {
            self.made.one_way.entry(body).or_insert(why);
        }
    }
}

impl<'a, 'w, 't> PatchEdit<'a, 'w, 't> {
    pub fn new(patch_run: PatchRun<'a>, finder: &'a Finder<'w, 't>, options: &'a Options) -> Self {
        let most = |hunk: &CompiledHunk| match hunk.rules.values().next().map(|rule| rule.expect) {
            Some(Expect::Between(_, most)) => most.unwrap_or(usize::MAX),
            Some(Expect::PerFile(_)) => usize::MAX,
            None => 0,
        };
        let of_body = |body: &CompiledBody| body.hunks().iter().map(most).fold(0, usize::saturating_add);
        let mut left: Vec<usize> = patch_run.compiled.bodies.iter().map(of_body).collect();
        if patch_run.patch.sum {
            left = vec![left.into_iter().fold(0, usize::saturating_add)];
        }
        let left = left.into_iter().map(AtomicUsize::new).collect();
        PatchEdit { patch_run, finder, options, left, made: Edits::default(), numbers: HashMap::new() }
    }

    fn edit_for(&self, body: usize, sites: &[SelectedSite<'_, '_>], last: bool, made: &mut Edits) {
        let mut files: BTreeMap<&Path, Vec<&SelectedSite<'_, '_>>> = BTreeMap::new();
        for c in sites.iter().filter(|c| !c.hit.done) {
            files.entry(c.path()).or_default().push(c);
        }
        let sites: usize = files.values().map(Vec::len).sum();
        let take = |left: usize| Some(left.saturating_sub(sites));
        if self.left[body].fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok_and(|left| left < sites) {
            // So many are wrong, however they would be edited.
            let text = "there are more sites than `expect` allows, so that none was edited".to_owned();
            let refuse = |path: &&Path| {
                let reason = Reason { text: text.clone(), place: None };
                Made { body, path: path.to_path_buf(), result: Err(reason), warnings: Vec::new() }
            };
            made.files.extend(files.keys().take(1).map(refuse));
            return;
        }
        files.values_mut().for_each(|mine| mine.retain(|c| self.patch_run.may_edit(c, self.finder.workspace)));
        let files: Vec<_> = files.into_iter().filter(|(_, mine)| !mine.is_empty()).collect();
        let edited: Vec<_> =
            files.par_iter().with_max_len(1).map(|(path, selected)| edit(path, selected, self.finder)).collect();
        let kept = files.len().checked_sub(1).filter(|_| last);
        let from = made.files.len();
        for (n, ((path, _), edited)) in files.iter().zip(edited).enumerate() {
            let mut warnings = Vec::new();
            let result = edited.map(|(mut changed, edited, warned)| {
                changed.trees.take_if(|_| Some(n) != kept);
                warnings = warned;
                (changed, Some(edited))
            });
            made.files.push(Made { body, path: path.to_path_buf(), result, warnings });
        }
        let mut new: Vec<&mut Made> = made.files[from..].iter_mut().collect();
        if let Some(why) = self.go_back(&mut new, made.one_way.contains_key(&body), false) {
            made.one_way.entry(body).or_insert(why);
        }
    }

    /// Whether two bodies make the same of a file.
    pub fn makes_same(&self, path: &Path, a: usize, b: usize) -> bool {
        let of = |body: usize| self.numbers.get(&(body, path.to_owned())).map(|&n| &self.made.files[n]);
        let bytes = |made: &Made| {
            let (changed, _) = made.result.as_ref().ok()?;
            Some(changed.before.as_ref()?.and(changed.batches.clone()).bytes())
        };
        match (of(a), of(b)) {
            (None, None) => true,
            (Some(a), Some(b)) => bytes(a).is_some_and(|a| Some(a) == bytes(b)),
            _ => false,
        }
    }

    /// What counts of all that was made; no more files come.
    pub fn finish(mut self, selected: &[SelectedSite<'_, '_>]) -> Counted {
        let of_file =
            |c: &SelectedSite<'_, '_>| (c.path().to_owned(), if self.patch_run.patch.sum { 0 } else { c.body });
        let counts: BTreeSet<(PathBuf, usize)> = selected.iter().map(of_file).collect();
        let bodies: BTreeSet<usize> = counts.iter().map(|(_, body)| *body).collect();
        let mut made = std::mem::take(&mut self.made);
        let mut counted = Counted::default();
        made.files.retain(|made| counts.contains(&(made.path.clone(), made.body)));
        made.files.sort_by(|a, b| a.path.cmp(&b.path));
        counted.one_way = made.one_way.into_iter().find(|(body, _)| bodies.contains(body)).map(|(_, why)| why);
        let mut files: Vec<&mut Made> = made.files.iter_mut().collect();
        let one_way = self.go_back(&mut files, counted.one_way.is_some(), true);
        counted.one_way = counted.one_way.or(one_way);
        for made in made.files {
            counted.warnings.extend(made.warnings);
            match made.result {
                Ok((changed, _)) => counted.changes.push(changed),
                Err(reason) => counted.refused.push(reason),
            }
        }
        counted
    }

    /// Tries the way back with the trees of some files: of all at the end, or of these where the number of sites is free,
    /// so that each file stands for itself. Says why there is none.
    fn go_back(&self, made: &mut [&mut Made], is_known: bool, is_last: bool) -> Option<String> {
        let trees = made.iter_mut().filter_map(|made| made.result.as_mut().ok()?.1.take());
        let Some(inverses) = self.patch_run.inverses.filter(|_| !is_known) else {
            trees.for_each(drop);
            return None;
        };
        let mut trees: Vec<EditedFile> = trees.collect();
        if trees.is_empty() {
            return None;
        }
        let number = self.patch_run.number;
        if let Some(why) = inverses.irreversible(number) {
            return Some(why);
        }
        if is_last || inverses.is_file_by_file(number) {
            return inverses.irreversible_in(number, &trees, self.options);
        }
        // They go back to where they were.
        let ok = made.iter_mut().filter_map(|made| made.result.as_mut().ok());
        ok.zip(trees.drain(..)).for_each(|((_, slot), tree)| *slot = Some(tree));
        None
    }
}

/// What is said of an edit among code that the grammar cannot read.
const UNPROVED: &str = "a syntax error lies in the code around this edit, so it was not checked which headers and blocks \
                        govern what afterwards: read the result";

/// What is said of an edit of code as text that the grammar cannot vouch for.
const TEXT_ONLY: &str = "checked as text only: the grammar cannot say whether all else stays under the headers and blocks \
                         that it was under: read the result";

/// Edits all chosen sites of one file. Fails with the reason where the result would not be what the patch says.
fn edit(
    path: &Path,
    selected: &[&SelectedSite<'_, '_>],
    finder: &Finder<'_, '_>,
) -> Result<(StagedFile, EditedFile, Vec<Reason>), Reason> {
    let read = |c: &SelectedSite<'_, '_>| c.file_matches.source(finder.workspace);
    let lost = |text: String| Reason { text: format!("{}: {text}", path.display()), place: None };
    let source = selected.first().map(|c| read(c)).transpose().map_err(lost)?;
    let Some(source) = source else { return Err(lost("there is nothing to do".to_owned())) };
    let works = selected.iter().zip(holding(selected)).map(|(c, holds)| {
        let (rule, env) = (c.file_matches.rule, &c.file_matches.env);
        SiteEdit { rule, hit: c.hit, env, done: c.done, holds }
    });
    let works: Vec<SiteEdit<'_>> = works.collect();
    let edited = edit_file(path, &source, &works, finder).map_err(|refusal| {
        let place = place(path, &source, refusal.bytes.start);
        Reason { text: refusal.message, place: Some(place) }
    })?;
    let text = if source.language == Language::Text { TEXT_ONLY } else { UNPROVED };
    let unproved = |bytes: &Bytes| Reason { text: text.to_owned(), place: Some(place(path, &source, bytes.start)) };
    let warnings = edited.unproved.iter().map(unproved).collect();
    let before = Some(finder.workspace.version(path, &source.bytes));
    let trees = Some((source.clone(), edited.source.clone()));
    let (path, batches, written) = (path.to_owned(), edited.batches, edited.written);
    let changed = StagedFile { path: path.clone(), before, batches, written, trees };
    Ok((changed, EditedFile { path, before: source, after: edited.source }, warnings))
}

/// For each site whether the next one in the file lies in it.
fn holding(selected: &[&SelectedSite<'_, '_>]) -> Vec<bool> {
    let tokens = |n: usize| &selected[n].hit.matched.tokens;
    let mut order: Vec<usize> = (0..selected.len()).collect();
    order.sort_by_key(|&n| (tokens(n).start, std::cmp::Reverse(tokens(n).end)));
    let mut holding = vec![false; selected.len()];
    for pair in order.windows(2) {
        holding[pair[0]] = tokens(pair[1]).end <= tokens(pair[0]).end;
    }
    holding
}
