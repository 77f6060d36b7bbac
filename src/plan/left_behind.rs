//! Names of removed rows that are still there in another form, where no hunk looks: nothing is an error about them, but a
//! person should know.

use super::outcome::Outcome;
use crate::language::{Atom, Language};
use crate::patchset::Expect;
use crate::report::{Place, Reason, Verdict, brief, place, place_in};
use crate::search::{CompiledHunk, CompiledPatch, HunkMatches, Workspace, rule_for, stands_alone};
use crate::source::{Lines, NodeId, Source, Tokens};
use memchr::memmem::Finder;
use std::collections::BTreeSet;
use std::path::Path;

/// The most places that are listed.
const MOST: usize = 5;
/// The most files that are looked into.
const FILES: usize = 64;

/// Lists what is left where every hunk was allowed to find nothing, and did.
pub(crate) fn where_nothing_was_found(
    compiled: &CompiledPatch,
    matches: &[Vec<HunkMatches<'_>>],
    workspace: &Workspace<'_>,
    outcome: &mut Outcome,
) {
    if outcome.verdict() != Verdict::Nothing {
        return;
    }
    let mut places: BTreeSet<Place> = BTreeSet::new();
    for (hunk, hunk_matches) in
        compiled.bodies.iter().zip(matches).flat_map(|(body, matches)| body.hunks().iter().zip(matches))
    {
        let Some(query) = hunk.names else { continue };
        for candidate in workspace.candidates(query).iter().take(FILES) {
            let Some(rule) = rule_for(hunk, &candidate.path) else { continue };
            let Ok(Some(source)) = workspace.source(&candidate.path, rule.pattern.language, query) else { continue };
            // What a condition keeps the patch from changing is meant to stay.
            let by_file = hunk_matches.by_file.iter().filter(|s| s.path == candidate.path);
            let refused: Vec<usize> = by_file
                .filter_map(|s| Some((s.source(workspace).ok()?, s)))
                .flat_map(|(of, s)| s.found.refused.iter().map(move |r| of.span(&r.tokens).start).collect::<Vec<_>>())
                .collect();
            for row in rule.pattern.own_names.iter().flat_map(|names| rows_with(&source, names)) {
                let bytes = source.span(&row);
                if !refused.iter().any(|at| bytes.contains(at)) {
                    places.insert(place(&candidate.path, &source, bytes.start));
                }
            }
        }
    }
    outcome.warnings.extend(reasons(places, "what the patch removes is still there, in another form"));
}

/// Notes what is left in the values of macros, into which no hunk looks, in the files that have sites. Where all places
/// are meant, that is a warning.
pub(crate) fn in_macros(compiled: &CompiledPatch, workspace: &Workspace<'_>, outcome: &mut Outcome) {
    if !matches!(outcome.verdict(), Verdict::Applies | Verdict::Partly | Verdict::Applied) {
        return;
    }
    let files: BTreeSet<&Path> = outcome.sites.iter().map(|s| s.place.path.as_path()).collect();
    let (mut all, mut some): (BTreeSet<Place>, BTreeSet<Place>) = Default::default();
    for hunk in compiled.hunks() {
        let places = if is_for_all(hunk) { &mut all } else { &mut some };
        for path in files.iter().filter(|p| hunk.globs.matches(p)).take(FILES) {
            let rule = rule_for(hunk, path).filter(|r| r.pattern.language == Language::C);
            let Some(rule) = rule.filter(|r| !r.pattern.own_names.is_empty()) else { continue };
            let Ok(bytes) = workspace.read(path) else { continue };
            let lines = Lines::new(&bytes);
            for names in &rule.pattern.own_names {
                let found = macros_with(&bytes, &lines, names);
                places.extend(found.map(|at| place_in(path, &lines, &bytes, at)));
            }
        }
    }
    some.retain(|place| !all.contains(place));
    let text = "what the patch removes is also in the value of a macro here, which is not looked into";
    outcome.warnings.extend(reasons(all, text));
    let note = |place: Place| format!("{text}: {}:{}: {}", place.path.display(), place.line, brief(&place.text));
    outcome.notes.extend(some.into_iter().take(MOST).map(note));
}

fn is_for_all(hunk: &CompiledHunk) -> bool {
    hunk.rules.values().all(|rule| matches!(rule.expect, Expect::Between(_, None)) && rule.pick.is_none())
}

fn reasons(places: BTreeSet<Place>, text: &str) -> Vec<Reason> {
    let more = places.len().saturating_sub(MOST);
    let tell = |place: Place| Reason { text: text.to_owned(), place: Some(place) };
    let mut all: Vec<Reason> = places.into_iter().take(MOST).map(tell).collect();
    if more > 0 {
        all.push(Reason { text: format!("{text}, in {more} more places"), place: None });
    }
    all
}

/// The rows of a file that show all of some names, in code or in the value of a macro.
fn rows_with(source: &Source, names: &[Vec<u8>]) -> Vec<Tokens> {
    let Some(first) = names.first() else { return Vec::new() };
    let macros = (0..source.tokens.len()).filter(|&t| source.tokens[t].atom == Atom::Macro);
    let mut starts: Vec<usize> = source.likely_at(first).chain(macros).filter(|&t| shows(source, t, first)).collect();
    starts.sort_unstable();
    let mut rows: Vec<Tokens> = starts.into_iter().filter_map(|t| row_around(source, t)).collect();
    rows.dedup();
    rows.retain(|row| names.iter().all(|name| row.clone().any(|t| shows(source, t, name))));
    rows
}

/// Whether a token is a name, or a macro's value that holds it.
fn shows(source: &Source, token: usize, name: &[u8]) -> bool {
    let text = source.text(token);
    match source.tokens[token].atom {
        Atom::Macro => holds(text, name),
        _ => text == name,
    }
}

/// Whether a name is alone somewhere in some bytes.
fn holds(bytes: &[u8], name: &[u8]) -> bool {
    Finder::new(name).find_iter(bytes).any(|at| stands_alone(bytes, at, at + name.len()))
}

/// The innermost statement, field, element or the like that a token is in.
fn row_around(source: &Source, token: usize) -> Option<Tokens> {
    let node = source.tokens[token].node;
    let is_row = |id: &NodeId| {
        let tokens = &source.nodes[*id].tokens;
        let mut lists = source.lists_at(tokens.start).map(|l| &source.lists[l]);
        lists.any(|list| (list.kind.by_lines() || list.kind.is_set()) && list.has_item(tokens))
            || source.is_bare_body(*id)
    };
    std::iter::once(node).chain(source.ancestors(node)).find(is_row).map(|id| source.nodes[id].tokens.clone())
}

/// Where the `#define`s of a C file begin whose values hold all of some names.
fn macros_with<'b>(bytes: &'b [u8], lines: &'b Lines, names: &'b [Vec<u8>]) -> impl Iterator<Item = usize> + 'b {
    let mut last = None;
    let found = names
        .first()
        .into_iter()
        .flat_map(move |name| Finder::new(name).find_iter(bytes).map(|at| (at, at + name.len())).collect::<Vec<_>>());
    found.filter(move |&(from, to)| stands_alone(bytes, from, to)).filter_map(move |(at, _)| {
        let start = directive_start(bytes, lines, at)?;
        if last.replace(start) == Some(start) {
            return None;
        }
        let value = value_of_define(&bytes[start..directive_end(bytes, lines, start)])?;
        names.iter().all(|name| holds(value, name)).then_some(start)
    })
}

/// The beginning of the line that a byte is on, continued lines joined, if that is a directive.
fn directive_start(bytes: &[u8], lines: &Lines, at: usize) -> Option<usize> {
    let mut start = lines.start(at);
    while start > 0 && bytes[..start].trim_ascii_end().ends_with(b"\\") {
        start = lines.start(start - 1);
    }
    bytes[start..].trim_ascii_start().starts_with(b"#").then_some(start)
}

fn directive_end(bytes: &[u8], lines: &Lines, start: usize) -> usize {
    let mut end = lines.next(start);
    while end < bytes.len() && bytes[..end].trim_ascii_end().ends_with(b"\\") {
        end = lines.next(end);
    }
    end
}

/// What a `#define` gives its name, parameters left out.
fn value_of_define(directive: &[u8]) -> Option<&[u8]> {
    let rest = directive.trim_ascii_start().strip_prefix(b"#")?.trim_ascii_start().strip_prefix(b"define")?;
    let rest = rest.trim_ascii_start();
    let name = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let rest = &rest[name..];
    let parameters = rest.starts_with(b"(").then(|| rest.iter().position(|b| *b == b')'));
    Some(&rest[parameters.flatten().map_or(0, |end| end + 1)..])
}
