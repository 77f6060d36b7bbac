use super::back::Edited;
use super::changed::Changed;
use super::chosen::{Chosen, choose};
use super::evidence::Ownership;
use super::file_edit::edit_file;
use super::looking::Looking;
use super::near::place;
use super::options::Options;
use super::ready::Ready;
use super::report::Reason;
use super::site_edit::SiteEdit;
use super::survey::Survey;
use super::workspace::Workspace;
use crate::patchset::{Expect, Patch, Patchset};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A patch that is carried out.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub patchset: &'a Patchset,
    pub patch: &'a Patch,
    pub ready: &'a Ready,
    /// Its number, and which of its places may be edited, where that is not all of them.
    pub own: Option<(usize, &'a Ownership)>,
}

impl Task<'_> {
    /// Whether a place may be edited.
    pub fn may_edit(&self, chosen: &Chosen<'_, '_>, workspace: &Workspace<'_>) -> bool {
        self.own.is_none_or(|(number, own)| {
            let path = &chosen.sighting.path;
            workspace.read(path).is_ok_and(|bytes| own.is_own(number, path, &bytes, &chosen.hit.changed))
        })
    }
}

/// The edits of a patch, made while the trees of its files are at hand and before it is known whether they count: what
/// else the patch finds may forbid them.
pub(super) struct Editing<'a, 'w, 't> {
    task: Task<'a>,
    looking: &'a Looking<'w, 't>,
    options: &'a Options,
    /// How many more sites can be right.
    left: AtomicUsize,
    made: Edits,
}

/// What came of the edits of some files, or of all.
#[derive(Default)]
pub(super) struct Edits {
    pub changes: Vec<Changed>,
    /// Why files cannot be edited.
    pub refused: Vec<Reason>,
    /// Why there is no way back.
    pub one_way: Option<String>,
    /// The trees that the way back is still to be tried with, where it takes all files.
    trees: Vec<Edited>,
}

impl<'a, 'w, 't> Editing<'a, 'w, 't> {
    pub fn new(task: Task<'a>, looking: &'a Looking<'w, 't>, options: &'a Options) -> Self {
        let most = task.ready.hunks().flat_map(|h| h.rules.values().next()).map(|rule| match rule.expect {
            Expect::Between(_, most) => most.unwrap_or(usize::MAX),
            Expect::PerFile(_) => usize::MAX,
        });
        let left = AtomicUsize::new(most.fold(0, usize::saturating_add));
        Editing { task, looking, options, left, made: Edits::default() }
    }

    /// Edits the files of some surveys, of which each has all that is known of its files. With `last`, the trees of the
    /// last of them are kept for the next patch.
    pub fn edit(&self, sum: bool, surveys: &[Vec<Survey<'_>>], last: bool) -> Edits {
        let chosen = choose(sum, surveys).0;
        let mut files: BTreeMap<&Path, Vec<&Chosen<'_, '_>>> = BTreeMap::new();
        for c in chosen.iter().filter(|c| !c.hit.done) {
            files.entry(&c.sighting.path).or_default().push(c);
        }
        let mut made = Edits::default();
        let sites: usize = files.values().map(Vec::len).sum();
        let take = |left: usize| Some(left.saturating_sub(sites));
        if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok_and(|left| left < sites) {
            // So many are wrong, however they would be edited.
            let text = "there are more sites than `expect` allows, so that none was edited".to_owned();
            made.refused.push(Reason { text, place: None });
            return made;
        }
        files.values_mut().for_each(|mine| mine.retain(|c| self.task.may_edit(c, self.looking.workspace)));
        let files: Vec<_> = files.into_iter().filter(|(_, mine)| !mine.is_empty()).collect();
        let edited: Vec<_> =
            files.par_iter().with_max_len(1).map(|(path, chosen)| edit(path, chosen, self.looking)).collect();
        let kept = files.len().checked_sub(1).filter(|_| last);
        for (n, edited) in edited.into_iter().enumerate() {
            match edited {
                Ok((mut changed, edited)) => {
                    changed.trees.take_if(|_| Some(n) != kept);
                    made.changes.push(changed);
                    made.trees.push(edited);
                }
                Err(reason) => made.refused.push(reason),
            }
        }
        self.go_back(&mut made, false);
        made
    }

    /// Takes in what [`Editing::edit`] has made, in the order of the files.
    pub fn take_in(&mut self, new: Edits) {
        let made = &mut self.made;
        made.changes.extend(new.changes);
        made.refused.extend(new.refused);
        made.trees.extend(new.trees);
        made.one_way = made.one_way.take().or(new.one_way);
    }

    /// All that was made; no more files come.
    pub fn finish(mut self) -> Edits {
        let mut made = std::mem::take(&mut self.made);
        self.go_back(&mut made, true);
        made
    }

    /// Tries the way back with the trees at hand: of all files at the end, or of these where the number of sites is free,
    /// so that each file stands for itself.
    fn go_back(&self, made: &mut Edits, is_last: bool) {
        let Task { patchset, patch, ready, .. } = self.task;
        if !self.options.ways_back || made.one_way.is_some() || self.made.one_way.is_some() {
            made.trees.clear();
        }
        if made.trees.is_empty() {
            return;
        }
        match ready.way_back(patchset, patch) {
            Err(why) => made.one_way = Some(why.clone()),
            Ok(way) if is_last || way.is_open => {
                made.one_way = way.is_barred(&std::mem::take(&mut made.trees), self.options);
            }
            Ok(_) => {}
        }
    }
}

/// Edits all chosen sites of one file. Fails with the reason where the result would not be what the patch says.
fn edit(path: &Path, chosen: &[&Chosen<'_, '_>], looking: &Looking<'_, '_>) -> Result<(Changed, Edited), Reason> {
    let read = |c: &Chosen<'_, '_>| c.sighting.source(looking.workspace);
    let lost = |text: String| Reason { text: format!("{}: {text}", path.display()), place: None };
    let source = chosen.first().map(|c| read(c)).transpose().map_err(lost)?;
    let Some(source) = source else { return Err(lost("there is nothing to do".to_owned())) };
    let works =
        chosen.iter().map(|c| SiteEdit { rule: c.sighting.rule, hit: c.hit, env: &c.sighting.env, done: c.done });
    let works: Vec<SiteEdit<'_>> = works.collect();
    let edited = edit_file(path, &source, &works, looking).map_err(|refusal| {
        let place = place(path, &source, refusal.bytes.start);
        Reason { text: refusal.message, place: Some(place) }
    })?;
    let before = Some(looking.workspace.version(path, &source.bytes));
    let trees = Some((source.clone(), edited.source.clone()));
    let (path, batches, written) = (path.to_owned(), edited.batches, edited.written);
    let changed = Changed { path: path.clone(), before, batches, written, trees };
    Ok((changed, Edited { path, before: source, after: edited.source }))
}
