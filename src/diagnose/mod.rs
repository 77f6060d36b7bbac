//! Near misses: what is where a site was expected, in the words of the source.
//!
//! Nothing here decides anything. It runs on failure only, within bounds of bytes and steps.

mod align;
mod conditions;
mod context;
mod describe;
mod differences;
mod likeness;
mod lines;
mod moved_lines;
mod names;
mod narrow;
mod other_files;
mod place;
mod short;
mod structure;

pub(crate) use narrow::narrow;
pub(crate) use other_files::{copies, elsewhere};
pub(crate) use short::Short;

use crate::find::{Env, Matcher, Packages, Rule, Steps};
use crate::language::Atom;
use crate::patchset::Patchset;
use crate::pattern::{Names, Side};
use crate::report::{NearMiss, Reason};
use crate::search::{FileMatches, Workspace, packages_of, rule_for};
use crate::source::{Source, Tokens};
use align::{Aligner, Alignment};
use context::Context;
use differences::differences;
use lines::near_lines;
use names::SideNames;
use short::Close;

use describe::Told;
use place::{patchset_line, place_of};
use rayon::prelude::*;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use structure::structure;

/// The most near misses that one hunk reports, whatever is missing.
const MOST: usize = 4;
/// The most files of a hunk that are compared token by token.
const FILES: usize = 6;
/// The most bytes of the files of a hunk that are searched for its names.
const BYTES: usize = 128 << 20;
/// Less of a body than this, per mille, is nothing to speak of.
const LEAST: i32 = 250;
/// With this much of the body, per mille, a place is surely the one that was meant.
pub(crate) const SURE: i32 = 700;
/// A side of more elements is too long to be laid on a file as a whole, and so many of them are.
const LONG: usize = 2_000;
const LAID: usize = 500;
/// The steps that it may take to see how far a long side comes.
const STEPS: u64 = 10_000_000;
/// The most differences of one place that are reported.
const DIFFERENCES: usize = 3;

/// Matches that a condition refuses, or that have one that nobody can answer. Plain refusals are left out unless
/// sites are missing.
pub(crate) fn refused(patchset: &Patchset, short: &Short<'_, '_>, workspace: &Workspace<'_>) -> Vec<NearMiss> {
    let all = short.hunk_matches.by_file.iter().flat_map(|s| s.found.refused.iter().map(move |r| (s, r)));
    let mut told: Vec<(&FileMatches<'_>, &crate::find::Refused)> =
        all.filter(|(_, r)| short.missing > 0 || r.by.unknown.is_some()).collect();
    // A declaration and its twin are one place.
    told.dedup_by(|a, b| a.0.path == b.0.path && a.1.by == b.1.by && a.1.tokens.end == b.1.tokens.end);
    told.sort_by_key(|(_, r)| r.by.unknown.is_none());
    let tell = |(s, r): (&FileMatches<'_>, &crate::find::Refused)| {
        let source = s.source(workspace).ok()?;
        let mut near = conditions::refused(patchset, short.names, s, &source, r);
        near.what.insert_str(0, &short.label);
        Some(near)
    };
    told.into_iter().take(MOST.max(short.missing.min(2 * MOST))).filter_map(tell).collect()
}

/// What came closest to the sites that are missing, over the hunks that miss some.
pub(crate) fn near(patchset: &Patchset, shorts: &[Short<'_, '_>], workspace: &Workspace<'_>) -> Close {
    let mut close = Close::default();
    let mut places: Vec<(i32, NearMiss)> = Vec::new();
    for short in shorts {
        let refused = refused(patchset, short, workspace);
        let left = short.missing.saturating_sub(refused.len());
        if !refused.is_empty() {
            close.share = 1000;
        }
        close.near.extend(refused);
        if left == 0 {
            continue;
        }
        let text = short.hunk.rules.values().find_map(|rule| rule.text.as_ref());
        // Of a deletion that is half made, the lines that are left say more.
        let is_left = short.hunk_matches.by_file.iter().any(|s| !s.found.left_over.is_empty());
        if let Some(body) = text {
            let Close { near, reasons, share } = near_lines(patchset, short, body, workspace);
            if !is_left {
                places.extend(near.into_iter().map(|miss| (share, miss)));
                close.reasons.extend(reasons);
            }
            continue;
        }
        let files = likely_files(short, workspace);
        let found = closest(patchset, short, &files, left);
        if let Some(reason) = gone(short, &files).filter(|_| found.is_empty()) {
            // One sentence for all bodies, if it is the same.
            let same = |r: &Reason| reason.text.ends_with(&r.text) || r.place.is_some() && r.place == reason.place;
            if !close.reasons.iter().any(same) {
                close.reasons.push(reason);
            }
        }
        places.extend(found);
    }
    // Of the bodies for several versions of the code, those that are far from it only confuse.
    let best = places.iter().map(|p| p.0).max().unwrap_or(0);
    let bodies = shorts.len();
    places.retain(|p| bodies == 1 || p.0 * 10 >= best * 7);
    if bodies > 1 {
        places.sort_by_key(|p| std::cmp::Reverse(p.0));
    }
    if best > 0 {
        close.reasons.clear();
    }
    close.share = close.share.max(best);
    close.near.extend(places.into_iter().map(|p| p.1));
    close.near.truncate(2 * MOST);
    close
}

/// A file that may hold what is left of a body.
struct Likely<'a> {
    path: PathBuf,
    rule: &'a Rule,
    source: Arc<Source>,
    env: Env,
    /// Places that are sites.
    taken: Vec<Tokens>,
    /// Names of the body that the file does not have.
    missing: Vec<String>,
}

/// The files of a hunk that hold most of its names, the best first.
fn likely_files<'a, 'r: 'a>(short: &Short<'a, 'r>, workspace: &Workspace<'_>) -> Vec<Likely<'a>> {
    let mut out = Vec::new();
    for rule in short.hunk.rules.values() {
        let is_named = |p: &&PathBuf| {
            short.hunk.globs.matches(p) && rule_for(short.hunk, p).is_some_and(|r| std::ptr::eq(r, rule))
        };
        let paths: Vec<&PathBuf> = workspace.paths().iter().filter(is_named).collect();
        let names = SideNames::of(rule);
        for (seen, path) in rank(search(&names, &paths, BYTES, workspace)).into_iter().take(FILES) {
            let missing = names.not_in(&seen);
            let Ok(source) = workspace.whole(path, rule.pattern.language) else { continue };
            let file_matches = short.hunk_matches.by_file.iter().find(|s| s.path == *path);
            let hits = file_matches.iter().flat_map(|s| &s.found.hits);
            let taken = hits.map(|h| source.token_at(h.bytes.start)..source.token_at(h.bytes.end)).collect();
            let env = file_matches.map_or(&short.hunk_matches.env, |s| &s.env).clone();
            out.push(Likely { path: path.clone(), rule, source, env, taken, missing });
        }
    }
    out
}

/// Which names occur in which files, as far as the bytes go.
fn search<'p>(
    names: &SideNames,
    paths: &[&'p PathBuf],
    mut left: usize,
    workspace: &Workspace<'_>,
) -> Vec<(Vec<bool>, &'p PathBuf)> {
    let mut found = Vec::new();
    for chunk in paths.chunks(64) {
        let look = |path: &&PathBuf| workspace.read(path).ok().map(|bytes| (bytes.len(), names.in_bytes(&bytes)));
        let seen: Vec<Option<(usize, Vec<bool>)>> = chunk.par_iter().map(look).collect();
        for (path, seen) in chunk.iter().zip(seen) {
            let Some((size, seen)) = seen else { continue };
            left = left.saturating_sub(size);
            if left == 0 {
                return found;
            }
            found.push((seen, *path));
        }
    }
    found
}

/// Puts the files first that hold most names; a name counts for more, the fewer files have it.
fn rank(mut found: Vec<(Vec<bool>, &PathBuf)>) -> Vec<(Vec<bool>, &PathBuf)> {
    let names = found.first().map_or(0, |f| f.0.len());
    let count = |n: usize| found.iter().filter(|f| f.0[n]).count();
    let worth: Vec<usize> = (0..names).map(|n| 1_000_000 / count(n).max(1)).collect();
    let score = |seen: &[bool]| seen.iter().zip(&worth).filter(|(s, _)| **s).map(|(_, w)| *w).sum::<usize>();
    found.sort_by_cached_key(|(seen, path)| (std::cmp::Reverse(score(seen)), *path));
    found
}

/// The places that have most of the body, each with its share.
fn closest(patchset: &Patchset, short: &Short<'_, '_>, files: &[Likely<'_>], missing: usize) -> Vec<(i32, NearMiss)> {
    let aligned: Vec<(usize, usize, Alignment)> = files
        .par_iter()
        .enumerate()
        .flat_map_iter(|(n, file)| align(file).into_iter().map(move |(variant, a)| (n, variant, a)))
        .collect();
    let mut aligned = aligned;
    aligned.sort_by_key(|(n, variant, a)| (std::cmp::Reverse(a.share), *n, a.tokens.start, *variant));
    let best = aligned.first().map_or(0, |a| a.2.share);
    let worth_telling = |(rank, (_, _, a)): &(usize, (usize, usize, Alignment))| {
        let wanted = *rank < missing && a.share * 2 >= best;
        *rank == 0 || wanted || *rank < MOST && a.share * 20 >= best * 19
    };
    aligned
        .into_iter()
        .enumerate()
        .filter(worth_telling)
        .take(MOST)
        .map(|(_, (n, variant, a))| (a.share, explain(patchset, short, &files[n], variant, &a)))
        .collect()
}

/// The places of one file that are like the body; where both spellings of it lie on the same code, the better one.
fn align(file: &Likely<'_>) -> Vec<(usize, Alignment)> {
    let packages = packages_of(file.rule, &file.source);
    let mut found: Vec<(usize, Alignment)> = Vec::new();
    for (n, variant) in file.rule.pattern.variants.iter().enumerate() {
        let side = &variant.before;
        let aligner = Aligner::new(side, to_lay(side, file, &packages), &file.source, &packages);
        found.extend(aligner.best(MOST, LEAST, &file.taken).into_iter().map(|a| (n, a)));
    }
    found.sort_by_key(|(n, a)| (std::cmp::Reverse(a.share), *n, a.tokens.start));
    let over = |a: &Tokens, b: &Tokens| a.start < b.end && b.start < a.end;
    let mut kept: Vec<(usize, Alignment)> = Vec::new();
    for (n, a) in found {
        let taken = file.taken.iter().any(|t| over(t, &a.tokens)) || kept.iter().any(|k| over(&k.1.tokens, &a.tokens));
        if !taken && align::has_name(&file.rule.pattern.variants[n].before, &a) {
            kept.push((n, a));
        }
    }
    kept
}

/// The elements of a side that are laid on a file: all of them, or of a long side those around the one that it came
/// to when it was matched.
fn to_lay(side: &Side, file: &Likely<'_>, packages: &Packages) -> Range<usize> {
    let all = side.elements.len();
    if all <= LONG {
        return 0..all;
    }
    let mut matcher = Matcher::new(side, &file.source, &file.env, packages);
    // What it finds is no site for some other reason; how far it comes is what counts.
    let _ = matcher.all(&mut Steps(STEPS));
    let missed = matcher.miss.map_or(0, |miss| miss.element);
    let from = missed.saturating_sub(LAID / 2).min(all - LAID);
    from..from + LAID
}

/// One place in words.
fn explain(
    patchset: &Patchset,
    short: &Short<'_, '_>,
    file: &Likely<'_>,
    variant: usize,
    alignment: &Alignment,
) -> NearMiss {
    let source = &file.source;
    let packages: Packages = packages_of(file.rule, source);
    let (told, untold) = tell_all(file.rule, variant, source, &file.env, &packages, short.names, alignment);
    let first = &told[0];
    let row = file.rule.pattern.fragment.rows.get(first.row);
    let mut what = format!("{}{}", short.label, first.what);
    let mut said = vec![first.what.as_str()];
    for more in told[1..].iter().filter(|t| t.what != first.what).take(DIFFERENCES - 1) {
        if !said.contains(&more.what.as_str()) {
            what.push_str(&format!("; on line {}: {}", place::line(source, more.token), more.what));
            said.push(&more.what);
        }
    }
    let rest = untold + told.iter().filter(|t| !said.contains(&t.what.as_str())).count();
    if rest > 0 {
        what.push_str(&format!("; and {rest} more difference{}", if rest == 1 { "" } else { "s" }));
    }
    NearMiss {
        place: place_of(&file.path, source, first.token),
        row: row.map_or(String::new(), |r| r.text.trim().to_owned()),
        row_line: row.map_or(0, |r| patchset_line(patchset, r.at)),
        wanted: first.wanted.clone(),
        found: first.found.clone(),
        what,
    }
}

/// The differences of a place in words, in the order of the body, at least one; and how many more there are.
fn tell_all(
    rule: &Rule,
    variant: usize,
    source: &Source,
    env: &Env,
    packages: &Packages,
    names: &Names,
    alignment: &Alignment,
) -> (Vec<Told>, usize) {
    let variant = &rule.pattern.variants[variant];
    let context = Context { side: &variant.before, source, names, packages, alignment };
    let found = differences(&variant.before, source, alignment);
    // Brackets that close what was reported where it opens need no words of their own.
    let opens = |n: usize| found[..n].iter().any(|d| context.opens(d));
    let closes = |n: usize| found[n].is_closing(&variant.before, source) && opens(n);
    let worth_telling: Vec<usize> = (0..found.len()).filter(|n| !closes(*n)).collect();
    let mut told: Vec<Told> = worth_telling.iter().take(2 * DIFFERENCES).map(|n| context.tell(&found[*n])).collect();
    let untold = worth_telling.len() - told.len();
    // A line that was missed above, and told where it is, is no new one there.
    let missed: Vec<String> = told.iter().filter(|t| t.found.is_empty()).map(|t| t.wanted.clone()).collect();
    told.retain(|t| !t.wanted.is_empty() || !missed.contains(&t.found));
    if told.is_empty() { (vec![structure(&context, variant, env)], 0) } else { (told, untold) }
}

/// What to say where nothing like the body is in any of its files.
fn gone(short: &Short<'_, '_>, files: &[Likely<'_>]) -> Option<Reason> {
    let file = files.first()?;
    if let Some((file, macro_value)) = files.iter().find_map(|f| in_macro(f).map(|t| (f, t))) {
        let text = "the names of the body stand in the value of a macro here, inside of which nothing can be matched";
        let place = place_of(&file.path, &file.source, macro_value);
        return Some(Reason { text: format!("{}{text}", short.label), place: Some(place) });
    }
    let place = match files.len() {
        1 => file.path.display().to_string(),
        _ => "any of the files that `files` names".to_owned(),
    };
    // Names that no file has: the list of the best file, as far as the others miss them too.
    let missing = file.missing.iter().filter(|n| files.iter().all(|f| f.missing.contains(n)));
    let quoted: Vec<String> = missing.map(|n| format!("`{n}`")).collect();
    let there = if files.len() == 1 { "in it" } else { "there" };
    let names = match &quoted[..] {
        [] => String::new(),
        [one] => format!("; {one} is nowhere {there}"),
        [head @ .., last] if head.len() < 3 => format!("; {} and {last} are nowhere {there}", head.join(", ")),
        many => format!("; {} and {} more of its names are nowhere {there}", many[..2].join(", "), many.len() - 2),
    };
    Some(Reason { text: format!("{}no line of the body occurs in {place}{names}", short.label), place: None })
}

/// A macro whose value holds all names of the body.
fn in_macro(file: &Likely<'_>) -> Option<usize> {
    let names = SideNames::of(file.rule);
    let source = &file.source;
    let holds = |t: &usize| names.in_bytes(source.text(*t)).iter().all(|seen| *seen);
    (0..source.tokens.len()).filter(|t| source.tokens[*t].atom == Atom::Macro && !names.names.is_empty()).find(holds)
}
