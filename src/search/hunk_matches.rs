//! One hunk looked for in all the files that it names.

use super::compiled::CompiledHunk;
use super::finder::Finder;
use super::index::Candidate;
use super::workspace::Workspace;
use crate::find::{Env, Found, Hit, Rule};
use crate::language::Language;
use crate::patchset::Expect;
use crate::pattern::HoleId;
use crate::report::{Place, place};
use crate::source::{Bytes, Source};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most bytes that are parsed to count done sites where their number decides nothing.
const DONE_BYTES: usize = 1 << 20;
/// How many files are looked into at a time for that.
const DONE_FILES: usize = 16;

/// What one file holds of one hunk.
#[derive(Clone)]
pub(crate) struct FileMatches<'r> {
    pub path: PathBuf,
    pub rule: &'r Rule,
    pub found: Found,
    /// The holes that earlier hunks bound.
    pub env: Env,
    /// Where the sites are, by the byte that they are reported by.
    places: BTreeMap<usize, Place>,
    /// The file as a tree, while it is in memory, and the parts of it that were read.
    source: Option<Arc<Source>>,
    parts: Vec<Bytes>,
}

/// A file of the hunk that could not be looked into.
#[derive(Clone)]
pub(crate) struct Unseen {
    pub path: PathBuf,
    pub why: String,
}

/// What all files hold of one hunk.
#[derive(Clone, Default)]
pub(crate) struct HunkMatches<'r> {
    pub by_file: Vec<FileMatches<'r>>,
    pub unseen: Vec<Unseen>,
    /// How many files the globs name.
    pub files: usize,
    /// Whether there may be more done sites than were counted.
    pub open: bool,
    /// What other hunks bound the holes to that they share with it, in one of the ways.
    pub env: Env,
    /// How many bytes were parsed.
    parsed: usize,
}

impl<'r> FileMatches<'r> {
    /// Where a site is: its first changed line.
    pub fn place(&self, hit: &Hit) -> Place {
        self.place_at(hit.changed.first().map_or(hit.bytes.start, |b| b.start))
    }

    /// The line that a site begins on.
    pub fn start(&self, hit: &Hit) -> Place {
        self.place_at(hit.bytes.start)
    }

    /// Looks again, into the whole file. What can no longer be read or looked into is left as it was.
    fn reread(&mut self, finder: &Finder<'_, '_>) {
        let Some(source) = self.source.as_ref().filter(|s| !s.is_whole()) else { return };
        let Ok(whole) = finder.workspace.whole(&self.path, source.language) else { return };
        let Ok(mut found) = finder.look(self.rule, &whole, &self.env, &self.path) else { return };
        let known = |h: &Hit| {
            self.found.hits.iter().any(|k| (k.variant, k.done, &k.changed) == (h.variant, h.done, &h.changed))
        };
        found.hits.retain(known);
        self.parts = whole.parts.clone();
        (self.found, self.source) = (found, Some(whole));
    }

    fn place_at(&self, byte: usize) -> Place {
        let unknown = || Place { path: self.path.clone(), line: 0, column: 0, text: String::new() };
        self.places.get(&byte).cloned().unwrap_or_else(unknown)
    }

    /// The file as a tree, in the state in which it was looked into. Fails where it can no longer be read.
    pub fn source(&self, workspace: &Workspace<'_>) -> Result<Arc<Source>, String> {
        match &self.source {
            Some(source) => Ok(source.clone()),
            None => workspace.in_parts(&self.path, self.rule.pattern.language, &self.parts),
        }
    }
}

/// Sees to it that all sightings of a file that is edited are of one tree: their tokens are numbered alike.
pub(crate) fn agree(matches: &mut [Vec<HunkMatches<'_>>], finder: &Finder<'_, '_>) {
    let all = |matches: &mut [Vec<HunkMatches<'_>>], act: &mut dyn FnMut(&mut FileMatches<'_>)| {
        matches.iter_mut().flatten().flat_map(|s| &mut s.by_file).for_each(act);
    };
    let mut parts: BTreeMap<PathBuf, Vec<Bytes>> = BTreeMap::new();
    let mut torn: BTreeSet<PathBuf> = BTreeSet::new();
    all(matches, &mut |file_matches| {
        let Some(source) = &file_matches.source else { return };
        match parts.get(&file_matches.path) {
            Some(known) if *known != source.parts => drop(torn.insert(file_matches.path.clone())),
            Some(_) => {}
            None => drop(parts.insert(file_matches.path.clone(), source.parts.clone())),
        }
    });
    all(matches, &mut |file_matches| {
        if torn.contains(&file_matches.path) {
            file_matches.reread(finder);
        }
    });
}

impl<'r> HunkMatches<'r> {
    /// What is known of a hunk before any file is looked into.
    pub fn new(hunk: &CompiledHunk, workspace: &Workspace<'_>) -> HunkMatches<'r> {
        let unread = workspace.unread(hunk.query).iter();
        let unseen = unread.map(|e| Unseen { path: e.path.clone(), why: e.reason.clone() }).collect();
        HunkMatches { files: workspace.files(hunk.query), unseen, ..HunkMatches::default() }
    }

    /// How many sites there are.
    pub fn sites(&self) -> usize {
        self.by_file.iter().map(|s| s.found.hits.len()).sum()
    }

    /// Takes in what is known of other files.
    pub fn join(&mut self, other: HunkMatches<'r>) {
        self.by_file.extend(other.by_file);
        self.unseen.extend(other.unseen);
        self.env.take_in(other.env);
        self.parsed += other.parsed;
    }

    /// Lets go of the trees.
    pub fn release(&mut self) {
        self.by_file.iter_mut().for_each(|s| s.source = None);
    }

    /// Looks into the files in which the patch has nothing to do: into all of them where that is asked for or their
    /// number counts.
    pub fn settle(&mut self, hunk: &'r CompiledHunk, finder: &Finder<'_, '_>, settled: &[Candidate], all: bool) {
        let env = Env::new();
        match hunk.rules.values().next().map(|r| (r.expect, r.pick)) {
            Some((Expect::Between(least, None), None)) if !all => {
                let mut left = settled.chunks(DONE_FILES);
                while !self.is_enough(least)
                    && let Some(files) = left.next()
                {
                    self.look(hunk, &env, finder, files);
                }
                self.open = left.next().is_some();
            }
            _ => self.look(hunk, &env, finder, settled),
        }
        self.by_file.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// Looks into some files.
    pub fn look(&mut self, hunk: &'r CompiledHunk, env: &Env, finder: &Finder<'_, '_>, candidates: &[Candidate]) {
        let sight = |candidate: &Candidate| {
            let seen = sight(hunk, env, finder, &candidate.path);
            seen.map_err(|why| Unseen { path: candidate.path.clone(), why })
        };
        let seen: Vec<Result<Seen<'r>, Unseen>> = candidates.par_iter().with_max_len(1).map(sight).collect();
        for one in seen {
            match one {
                Ok(Seen { file_matches, parsed }) => {
                    self.by_file.extend(file_matches);
                    self.parsed += parsed;
                }
                Err(unseen) => self.unseen.push(unseen),
            }
        }
    }

    /// Whether more done sites would change nothing but their number, and enough was read to count the few of a small
    /// tree.
    fn is_enough(&self, least: usize) -> bool {
        let hits = || self.by_file.iter().flat_map(|s| &s.found.hits);
        self.parsed >= DONE_BYTES && hits().any(|h| h.done) && hits().count() >= least
    }
}

/// What came of looking into a file.
struct Seen<'r> {
    file_matches: Option<FileMatches<'r>>,
    parsed: usize,
}

/// Looks into one file. Fails with the reason why that cannot be.
fn sight<'r>(hunk: &'r CompiledHunk, env: &Env, finder: &Finder<'_, '_>, path: &Path) -> Result<Seen<'r>, String> {
    let Some(rule) = rule_for(hunk, path) else { return Ok(Seen { file_matches: None, parsed: 0 }) };
    let language = rule.pattern.language;
    let Some(mut source) = finder.workspace.source(path, language, hunk.query)? else {
        return Ok(Seen { file_matches: None, parsed: 0 });
    };
    let mut found = finder.look(rule, &source, env, path).map_err(|e| e.to_string())?;
    // What cannot be read in a part, may be in the whole; and what an edit asks of the imports, it asks of the whole.
    let edits = !rule.imports.is_empty() && found.hits.iter().any(|h| !h.done);
    if (found.at_border || !found.unreadable.is_empty() || edits) && !source.is_whole() {
        source = finder.workspace.whole(path, language)?;
        found = finder.look(rule, &source, env, path).map_err(|e| e.to_string())?;
    }
    let parsed = source.parts.iter().map(|p| p.len()).sum();
    if found.is_empty() {
        return Ok(Seen { file_matches: None, parsed });
    }
    let parts = source.parts.clone();
    let (path, env) = (path.to_owned(), env.clone());
    let mut file_matches = FileMatches { path, rule, found, env, places: BTreeMap::new(), source: None, parts };
    let starts = file_matches
        .found
        .hits
        .iter()
        .flat_map(|h| h.changed.first().map(|c| c.start).into_iter().chain([h.bytes.start]));
    file_matches.places = starts.map(|byte| (byte, place(&file_matches.path, &source, byte))).collect();
    // Of files in which all is done, only the places are reported.
    let Found { hits, unreadable, undecided, refused, .. } = &file_matches.found;
    let is_settled = unreadable.is_empty() && undecided.is_empty() && refused.is_empty() && hits.iter().all(|h| h.done);
    file_matches.source = (!is_settled).then_some(source);
    Ok(Seen { file_matches: Some(file_matches), parsed })
}

/// The rule for a file: by its name, or the only one that there is.
pub(crate) fn rule_for<'r>(hunk: &'r CompiledHunk, path: &Path) -> Option<&'r Rule> {
    // Any file can be read as text.
    if let Some(rule) = hunk.rules.get(&Language::Text) {
        return Some(rule);
    }
    match Language::of_path(path) {
        Some(language) => hunk.rules.get(&language),
        None if hunk.rules.len() == 1 => hunk.rules.values().next(),
        None => None,
    }
}

/// The most ways to bind the holes that hunks share: for each of them all files are looked into again.
const MOST_WAYS: usize = 256;

/// What is known of hunks whose holes are bound in too many ways: nothing.
fn too_many<'r>(hunk_matches: &HunkMatches<'r>, hunks: usize) -> Vec<HunkMatches<'r>> {
    let why = format!(
        "the holes that the hunks share are bound in more than {MOST_WAYS} ways: narrow them with `where` or `inside`, or \
         name fewer files"
    );
    let path = hunk_matches.by_file.first().map(|s| s.path.clone()).unwrap_or_default();
    let mut all = vec![HunkMatches { files: hunk_matches.files, ..HunkMatches::default() }; hunks];
    all.iter_mut().take(1).for_each(|first| first.unseen.push(Unseen { path: path.clone(), why: why.clone() }));
    all
}

/// Looks for several hunks that go together into all files: a named hole that several of them use stands for equal code
/// in all.
pub(crate) fn match_jointly<'r>(
    hunks: &'r [CompiledHunk],
    shared: &BTreeSet<HoleId>,
    finder: &Finder<'_, '_>,
) -> Vec<HunkMatches<'r>> {
    // Each way to bind the shared holes is a group of sites of its own; a group counts if every hunk has its part.
    let mut groups: Vec<(Env, Vec<HunkMatches<'r>>)> = vec![(Env::new(), Vec::new())];
    for hunk in hunks {
        let mut next = Vec::new();
        for (env, matches) in groups {
            let mut hunk_matches = HunkMatches::default();
            hunk_matches.look(hunk, &env, finder, &finder.workspace.candidates(hunk.query));
            let mut ways: Vec<Env> = Vec::new();
            for hit in hunk_matches.by_file.iter().flat_map(|s| &s.found.hits) {
                let way = project(hit, shared, &env);
                if !ways.contains(&way) {
                    ways.push(way);
                }
                if next.len() + ways.len() > MOST_WAYS {
                    return too_many(&hunk_matches, hunks.len());
                }
            }
            if ways.is_empty() {
                next.push((env, with(matches, hunk_matches)));
                continue;
            }
            for way in ways {
                let part = restrict(&hunk_matches, shared, &way, &env);
                next.push((way, with(matches.clone(), part)));
            }
        }
        groups = next;
    }
    let whole =
        |g: &&(Env, Vec<HunkMatches<'r>>)| g.1.iter().all(|s| s.by_file.iter().any(|s| !s.found.hits.is_empty()));
    let complete: Vec<&(Env, Vec<HunkMatches<'r>>)> = groups.iter().filter(whole).collect();
    let kept: Vec<&(Env, Vec<HunkMatches<'r>>)> =
        if complete.is_empty() { groups.iter().take(1).collect() } else { complete };
    (0..hunks.len())
        .map(|h| {
            let mut out = kept[0].1[h].clone();
            out.env.clone_from(&kept[0].0);
            for group in &kept[1..] {
                for file_matches in &group.1[h].by_file {
                    match out.by_file.iter_mut().find(|s| s.path == file_matches.path && s.env == file_matches.env) {
                        Some(same) => {
                            let known: Vec<_> = same.found.hits.iter().map(|h| (h.done, h.changed.clone())).collect();
                            let new = file_matches
                                .found
                                .hits
                                .iter()
                                .filter(|h| !known.contains(&(h.done, h.changed.clone())));
                            same.found.hits.extend(new.cloned());
                        }
                        None => out.by_file.push(file_matches.clone()),
                    }
                }
            }
            out.by_file.sort_by(|a, b| a.path.cmp(&b.path));
            out
        })
        .collect()
}

fn with<T>(mut list: Vec<T>, one: T) -> Vec<T> {
    list.push(one);
    list
}

/// The part of a hit's bindings that other hunks must agree with.
fn project(hit: &Hit, shared: &BTreeSet<HoleId>, env: &Env) -> Env {
    let mut out = env.clone();
    out.take_in(hit.env.iter().filter(|(h, _)| shared.contains(h)).map(|(h, c)| (h, c.clone())).collect());
    out
}

fn restrict<'r>(hunk_matches: &HunkMatches<'r>, shared: &BTreeSet<HoleId>, way: &Env, env: &Env) -> HunkMatches<'r> {
    let mut out = hunk_matches.clone();
    for file_matches in &mut out.by_file {
        file_matches.found.hits.retain(|h| project(h, shared, env) == *way);
    }
    out
}
