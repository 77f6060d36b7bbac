//! Code that is in a file which `files` does not name: it may have moved, or the file was renamed.

use super::names::SideNames;
use super::{Likely, SURE, Short, align, explain, rank, search};
use crate::checkout::Globs;
use crate::find::{Env, Rule};
use crate::patchset::{self, Patch, Patchset, Work};
use crate::pattern::Required;
use crate::report::{NearMiss, Reason, place};
use crate::search::{CompiledHunk, CompiledPatch, Finder, Workspace, rule_for};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The most bytes of files outside `files` that are searched.
const BYTES: usize = 256 << 20;
/// The most files that are parsed.
const FILES: usize = 8;
/// The most files of the same name that are read.
const COPIES: usize = 32;
/// The most places that are reported.
const MOST: usize = 3;
/// With fewer names than these, code that is only like the body tells nothing.
const NAMES: usize = 3;
/// The deepest path that a glob is suggested with.
const DEEP: usize = 4;

/// Looks outside `files` for what the hunks miss. `share` is how much of a body its own files have, per mille.
pub(crate) fn elsewhere(
    patchset: &Patchset,
    patch: &Patch,
    compiled: &CompiledPatch,
    shorts: &[Short<'_, '_>],
    share: i32,
    workspace: &Workspace<'_>,
) -> (Vec<Reason>, Vec<NearMiss>) {
    let excluded = excluded(patch);
    let outside = |p: &&PathBuf| !compiled.names_file(p) && !excluded.as_ref().is_some_and(|g| g.matches(p));
    let paths: Vec<&PathBuf> = workspace.paths().iter().filter(outside).collect();
    let (mut reasons, mut near): (Vec<Reason>, Vec<(i32, NearMiss)>) = (Vec::new(), Vec::new());
    for short in shorts {
        for rule in short.hunk.rules.values() {
            let same = |p: &&&PathBuf| rule_for(short.hunk, p).is_some_and(|r| std::ptr::eq(r, rule));
            let paths: Vec<&PathBuf> = paths.iter().filter(same).copied().collect();
            let names = SideNames::of(rule);
            if names.names.is_empty() {
                continue;
            }
            let found = rank(search(&names, &paths, BYTES / shorts.len(), workspace));
            for (seen, path) in found.into_iter().take(FILES) {
                if seen.iter().filter(|s| **s).count() * 2 < seen.len() {
                    continue;
                }
                let Ok(source) = workspace.whole(path, rule.pattern.language) else { continue };
                if let Some(reason) = exact(short, rule, path, &source, workspace) {
                    reasons.push(reason);
                    continue;
                }
                if names.names.len() < NAMES {
                    continue;
                }
                let file = Likely {
                    path: path.clone(),
                    rule,
                    source,
                    env: Env::new(),
                    taken: Vec::new(),
                    missing: Vec::new(),
                };
                let best = align(&file).into_iter().next().filter(|(_, a)| a.share >= SURE && a.share > share);
                if let Some((variant, alignment)) = best {
                    let mut miss = explain(patchset, short, &file, variant, &alignment);
                    miss.what = format!("in another file, which `files` does not name, and changed: {}", miss.what);
                    near.push((alignment.share, miss));
                }
            }
        }
    }
    reasons.truncate(MOST);
    near.sort_by_key(|n| std::cmp::Reverse(n.0));
    let left = if reasons.is_empty() { 1 } else { 0 };
    (reasons, near.into_iter().take(left).map(|n| n.1).collect())
}

/// Notes copies of the code that `files` does not name, beside those that were found: only files are read that have the
/// name of one with sites, so that it costs next to nothing.
pub(crate) fn copies(
    patch: &Patch,
    compiled: &CompiledPatch,
    sites: &[(&CompiledHunk, &Path)],
    workspace: &Workspace<'_>,
) -> Vec<String> {
    let names: BTreeSet<&OsStr> = sites.iter().filter_map(|(_, path)| path.file_name()).collect();
    let named = names.into_iter().take(COPIES).flat_map(|name| workspace.named(name));
    let mut likely = named.filter(|p| !compiled.names_file(p)).peekable();
    if likely.peek().is_none() {
        return Vec::new();
    }
    let excluded = excluded(patch);
    let is_meant = |p: &&PathBuf| !excluded.as_ref().is_some_and(|g| g.matches(p));
    let mut hunks: Vec<&CompiledHunk> = sites.iter().map(|(hunk, _)| *hunk).collect();
    hunks.dedup_by_key(|hunk| hunk.query);
    let copy = |path: &PathBuf| {
        let bytes = workspace.read(path).ok()?;
        let find = |hunk: &&CompiledHunk| {
            let rule = rule_for(hunk, path)?;
            let words = [&rule.pattern.words_before, &rule.pattern.words_after];
            let holds = |w: &Required| w.in_file.iter().all(|word| memchr::memmem::find(&bytes, word).is_some());
            words.into_iter().any(holds).then_some(())?;
            let source = workspace.whole(path, rule.pattern.language).ok()?;
            let found = Finder::new(workspace).look(rule, &source, &Env::new(), path).ok()?;
            // What is done there needs no word.
            let hit = found.hits.iter().find(|hit| !hit.done)?;
            let line = place(path, &source, source.span(&hit.matched.tokens).start).line;
            let glob = glob_for(path, workspace.paths());
            let path = path.display();
            Some(format!(
                "a copy of the code is in {path}:{line}, which `files` does not name; \"{glob}\" would name it"
            ))
        };
        hunks.iter().find_map(find)
    };
    likely.filter(is_meant).take(COPIES).filter_map(copy).take(MOST).collect()
}

/// The body as it is, in another file.
fn exact(
    short: &Short<'_, '_>,
    rule: &Rule,
    path: &Path,
    source: &crate::source::Source,
    workspace: &Workspace<'_>,
) -> Option<Reason> {
    let found = Finder::new(workspace).look(rule, source, &Env::new(), path).ok()?;
    let hit = found.hits.first()?;
    let state = if hit.done { ", already changed," } else { "" };
    let text = format!(
        "{}the code{state} is in another file, which `files` does not name; \"{}\" would name it",
        short.label,
        glob_for(path, workspace.paths())
    );
    Some(Reason { text, place: Some(place(path, source, source.span(&hit.matched.tokens).start)) })
}

/// The shortest glob of a path's last names that no other file matches.
fn glob_for(path: &Path, paths: &[PathBuf]) -> String {
    let names: Vec<_> = path.iter().collect();
    for deep in 2..=DEEP {
        if deep >= names.len() {
            break;
        }
        let tail: PathBuf = names[names.len() - deep..].iter().collect();
        if paths.iter().filter(|p| p.ends_with(&tail)).count() == 1 {
            return format!("**/{}", tail.display());
        }
    }
    path.display().to_string()
}

/// Files that the author excludes on purpose: `!` globs.
fn excluded(patch: &Patch) -> Option<Globs> {
    let hunks = patch.bodies.iter().flat_map(|b| match &b.work {
        Work::Edit(hunks) => hunks.as_slice(),
        _ => &[],
    });
    let mut globs = Vec::new();
    for glob in hunks.flat_map(|h| &h.files.globs) {
        if let Some(plain) = glob.value.strip_prefix('!') {
            let mut glob = glob.clone();
            glob.value = plain.to_owned();
            globs.push(glob);
        }
    }
    if globs.is_empty() { None } else { Globs::new(&patchset::Globs { globs }).ok() }
}
