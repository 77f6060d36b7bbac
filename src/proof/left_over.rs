//! Removed code that is left elsewhere, in words.

use super::site_edit::SiteEdit;
use crate::find::LeftOver;
use crate::report::{Reason, brief, place};
use crate::search::{FileMatches, HunkMatches, Workspace};
use crate::source::{Source, Tokens};
use std::collections::BTreeSet;
use std::path::Path;

/// The most places of a file that are reported.
const MOST: usize = 3;

/// Why a deletion is refused after which a second run would not say `applied`: another copy of what goes is left.
pub(crate) fn second_run(path: &Path, source: &Source, after: &Source, work: &SiteEdit<'_>, left: &LeftOver) -> String {
    let row = first_line(after, &left.row);
    let line = place(path, after, after.span(&left.row).start).line;
    let remedy = remedy(path, source, work, left);
    format!("`{row}` would still be on line {line} of the result, so a second run could not say `applied`: {remedy}")
}

/// Why places that read like the result are none.
pub(crate) fn not_gone(file_matches: &FileMatches<'_>, workspace: &Workspace<'_>) -> Vec<Reason> {
    let left_over = &file_matches.found.left_over;
    let source = (!left_over.is_empty()).then(|| file_matches.source(workspace).ok()).flatten();
    let Some(source) = source else { return Vec::new() };
    let reason = |left: &LeftOver| {
        let at = place(&file_matches.path, &source, source.span(&left.site).start).line;
        let row = first_line(&source, &left.row);
        let text = format!("the rest of the diff is there, from line {at}, but `{row}` is still here");
        Reason { text, place: Some(place(&file_matches.path, &source, source.span(&left.row).start)) }
    };
    let mut rows = BTreeSet::new();
    let apart = left_over.iter().filter(|left| rows.insert(left.row.start));
    apart.take(MOST).map(reason).collect()
}

/// What to note of such places beside sites that are there.
pub(crate) fn notes(matches: &[Vec<HunkMatches<'_>>], workspace: &Workspace<'_>) -> Vec<String> {
    let with_copies = matches.iter().flatten().flat_map(|s| &s.by_file).filter(|s| !s.found.left_over.is_empty());
    let reasons = with_copies.take(MOST).flat_map(|s| not_gone(s, workspace));
    let note = |reason: Reason| {
        let place = reason.place.map_or(String::new(), |p| format!("{}:{}: ", p.path.display(), p.line));
        format!("{place}{}", reason.text)
    };
    reasons.take(MOST).map(note).collect()
}

/// Which row the body should show.
fn remedy(path: &Path, source: &Source, work: &SiteEdit<'_>, left: &LeftOver) -> String {
    let (variant, deletion) = left.deletion;
    let after = &work.rule.pattern.variants[variant].after;
    let below = work.rule.pattern.variants[variant].removed.get(deletion).and_then(|r| after.elements.get(r.at));
    let is_shown_below = below.is_some_and(|e| !e.part.is_dots());
    let (from, to) = work.hit.changed.iter().fold((usize::MAX, 0), |(from, to), c| (from.min(c.start), to.max(c.end)));
    let (row, side) = match is_shown_below {
        true => (source.token_at(from).checked_sub(1), "above"),
        false => (Some(source.token_at(to)), "below"),
    };
    let line = row.and_then(|t| source.tokens.get(t)).map(|t| place(path, source, t.bytes.start).text);
    match line.map(|line| brief(&line)) {
        Some(line) if !line.starts_with(['}', ')', ']']) => {
            format!("show the next row {side}, `{line}`, in the diff")
        }
        _ => "show the block around it, from one bracket to the other".to_owned(),
    }
}

/// The line that some code begins on, from there; a comment, where there is no code.
fn first_line(source: &Source, tokens: &Tokens) -> String {
    let bytes = match source.comments_at(tokens.start).first().filter(|_| tokens.is_empty()) {
        Some(comment) => comment.bytes.clone(),
        None => source.span(tokens),
    };
    let text = source.bytes[bytes].split(|b| *b == b'\n').next().unwrap_or_default();
    brief(&String::from_utf8_lossy(text))
}
