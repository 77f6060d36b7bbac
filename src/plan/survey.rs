//! One hunk looked for in all the files that it names.

use super::imports::packages_of;
use super::ready::ReadyHunk;
use super::workspace::Workspace;
use crate::find::{Answer, Code, Env, Found, Hit, Rule, Steps, Types, find};
use crate::golang::{self, View};
use crate::language::Language;
use crate::pattern::HoleId;
use crate::source::{Source, Tokens};
use rayon::prelude::*;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What one file holds of one hunk.
pub(super) struct Sighting<'r> {
    pub path: PathBuf,
    pub source: Arc<Source>,
    pub rule: &'r Rule,
    pub found: Found,
    /// The holes that earlier hunks bound.
    pub env: Env,
}

/// A file of the hunk that could not be looked into.
pub(super) struct Unseen {
    pub path: PathBuf,
    pub why: String,
}

#[derive(Default)]
pub(super) struct Survey<'r> {
    pub sightings: Vec<Sighting<'r>>,
    pub unseen: Vec<Unseen>,
    /// How many files the globs name.
    pub files: usize,
}

/// Looks for a hunk in every file that it names.
pub(super) fn survey<'r>(hunk: &'r ReadyHunk, env: &Env, workspace: &Workspace<'_>) -> Survey<'r> {
    let paths: Vec<&PathBuf> = workspace.paths().iter().filter(|p| hunk.globs.matches(p)).collect();
    let files = paths.len();
    let seen: Vec<Result<Option<Sighting<'r>>, Unseen>> =
        paths.into_par_iter().map(|path| sight(hunk, env, workspace, path)).collect();
    let mut out = Survey { files, ..Survey::default() };
    for one in seen {
        match one {
            Ok(sighting) => out.sightings.extend(sighting),
            Err(unseen) => out.unseen.push(unseen),
        }
    }
    out
}

fn sight<'r>(
    hunk: &'r ReadyHunk,
    env: &Env,
    workspace: &Workspace<'_>,
    path: &Path,
) -> Result<Option<Sighting<'r>>, Unseen> {
    let unseen = |why: String| Unseen { path: path.to_owned(), why };
    let Some(rule) = rule_for(hunk, path) else { return Ok(None) };
    let bytes = workspace.read(path).map_err(|e| unseen(e.reason))?;
    let holds = |words: &[Vec<u8>]| words.iter().all(|w| memchr::memmem::find(&bytes, w).is_some());
    if !holds(&rule.pattern.words_before) && !holds(&rule.pattern.words_after) {
        return Ok(None);
    }
    let source = Source::parse(rule.pattern.language, bytes.to_vec(), workspace.limits);
    let source = Arc::new(source.map_err(|e| unseen(e.to_string()))?);
    let found = look(rule, &source, env, workspace, path).map_err(|e| unseen(e.to_string()))?;
    Ok(Some(Sighting { path: path.to_owned(), source, rule, found, env: env.clone() }))
}

/// The rule for a file: by its name, or the only one that there is.
pub(super) fn rule_for<'r>(hunk: &'r ReadyHunk, path: &Path) -> Option<&'r Rule> {
    match Language::of_path(path) {
        Some(language) => hunk.rules.get(&language),
        None if hunk.rules.len() == 1 => hunk.rules.values().next(),
        None => None,
    }
}

/// Finds the sites of a rule in a file of the workspace.
pub(super) fn look(
    rule: &Rule,
    source: &Source,
    env: &Env,
    workspace: &Workspace<'_>,
    path: &Path,
) -> Result<Found, crate::find::OutOfSteps> {
    let packages = packages_of(rule, source);
    let types = GoTypes { workspace, path, view: OnceCell::new() };
    find(rule, source, env, &packages, &types, &mut Steps(workspace.limits.steps))
}

/// Types are asked of the whole tree, and only where a rule asks.
struct GoTypes<'w, 't> {
    workspace: &'w Workspace<'t>,
    path: &'w Path,
    view: OnceCell<View<'w>>,
}

impl Types for GoTypes<'_, '_> {
    fn has_type(&self, source: &Source, tokens: &Tokens, wanted: &str) -> Answer {
        let view = self.view.get_or_init(|| View::within(self.workspace, self.path, source));
        answer(golang::has_type(view, source, tokens, wanted))
    }

    fn fits(&self, source: &Source, tokens: &Tokens, wanted: &str) -> Answer {
        let view = self.view.get_or_init(|| View::within(self.workspace, self.path, source));
        answer(golang::fits(view, source, tokens, wanted))
    }
}

fn answer(answer: golang::Answer) -> Answer {
    match answer {
        golang::Answer::Yes => Answer::Yes,
        golang::Answer::No => Answer::No,
        golang::Answer::Unknown(why) => Answer::Unknown(why),
    }
}

/// Looks for several hunks that go together: a named hole that several of them use stands for equal code in all.
pub(super) fn survey_all<'r>(
    hunks: &'r [ReadyHunk],
    shared: &BTreeSet<HoleId>,
    workspace: &Workspace<'_>,
) -> Vec<Survey<'r>> {
    if shared.is_empty() || hunks.len() < 2 {
        return hunks.iter().map(|h| survey(h, &Env::new(), workspace)).collect();
    }
    // Each way to bind the shared holes is a group of sites of its own; a group counts if every hunk has its part.
    let mut groups: Vec<(Env, Vec<Survey<'r>>)> = vec![(Env::new(), Vec::new())];
    for hunk in hunks {
        let mut next = Vec::new();
        for (env, surveys) in groups {
            let survey = survey(hunk, &env, workspace);
            let mut ways: Vec<Env> = Vec::new();
            for hit in survey.sightings.iter().flat_map(|s| &s.found.hits) {
                let way = project(hit, shared, &env);
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
            if ways.is_empty() {
                next.push((env, with(surveys, survey)));
                continue;
            }
            for way in ways {
                let part = restrict(&survey, shared, &way, &env);
                next.push((way, with(surveys.iter().map(copy).collect(), part)));
            }
        }
        groups = next;
    }
    let whole = |g: &&(Env, Vec<Survey<'r>>)| g.1.iter().all(|s| s.sightings.iter().any(|s| !s.found.hits.is_empty()));
    let complete: Vec<&(Env, Vec<Survey<'r>>)> = groups.iter().filter(whole).collect();
    let kept: Vec<&(Env, Vec<Survey<'r>>)> =
        if complete.is_empty() { groups.iter().take(1).collect() } else { complete };
    (0..hunks.len())
        .map(|h| {
            let mut out = copy(&kept[0].1[h]);
            for group in &kept[1..] {
                for sighting in &group.1[h].sightings {
                    match out.sightings.iter_mut().find(|s| s.path == sighting.path && s.env == sighting.env) {
                        Some(same) => {
                            let known: Vec<_> = same.found.hits.iter().map(|h| (h.done, h.changed.clone())).collect();
                            let new =
                                sighting.found.hits.iter().filter(|h| !known.contains(&(h.done, h.changed.clone())));
                            same.found.hits.extend(new.cloned());
                        }
                        None => out.sightings.push(copy_sighting(sighting)),
                    }
                }
            }
            out.sightings.sort_by(|a, b| a.path.cmp(&b.path));
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
    let new: Vec<(HoleId, Code)> =
        hit.env.iter().filter(|(h, _)| shared.contains(h)).map(|(h, c)| (*h, c.clone())).collect();
    out.extend(new);
    out
}

fn restrict<'r>(survey: &Survey<'r>, shared: &BTreeSet<HoleId>, way: &Env, env: &Env) -> Survey<'r> {
    let mut out = copy(survey);
    for sighting in &mut out.sightings {
        sighting.found.hits.retain(|h| project(h, shared, env) == *way);
    }
    out
}

fn copy<'r>(survey: &Survey<'r>) -> Survey<'r> {
    Survey {
        sightings: survey.sightings.iter().map(copy_sighting).collect(),
        unseen: survey.unseen.iter().map(|u| Unseen { path: u.path.clone(), why: u.why.clone() }).collect(),
        files: survey.files,
    }
}

fn copy_sighting<'r>(s: &Sighting<'r>) -> Sighting<'r> {
    Sighting {
        path: s.path.clone(),
        source: s.source.clone(),
        rule: s.rule,
        found: s.found.clone(),
        env: s.env.clone(),
    }
}
