//! The same for bodies of text: lines laid beside lines.

use super::place::patchset_line;
use super::short::{Close, Short};
use crate::language::Language;
use crate::patchset::Patchset;
use crate::report::{NearMiss, Reason, place};
use crate::search::Workspace;
use crate::text::{Body, Near, Text, near};
use std::path::PathBuf;

/// The most files that are looked into.
const FILES: usize = 64;

/// The place that comes closest to a body of text, in the files of its hunk.
pub(super) fn near_lines(patchset: &Patchset, short: &Short<'_, '_>, body: &Body, workspace: &Workspace<'_>) -> Close {
    let mut best: Option<(Near, NearMiss)> = None;
    let named = || workspace.paths().iter().filter(|path| short.hunk.globs.matches(path));
    let files: Vec<&PathBuf> = named().take(FILES).collect();
    for path in &files {
        let Ok(source) = workspace.whole(path, Language::Text) else { continue };
        let text = Text::of(&source, path);
        let Some(found) = near(body, &text) else { continue };
        if best.as_ref().is_some_and(|(known, _)| known.share >= found.share) {
            continue;
        }
        let row = &short.hunk.rules[&Language::Text].pattern.fragment.rows[found.row];
        let miss = NearMiss {
            place: place(path, &source, text.lines[found.line].shown.start),
            row: row.text.trim().to_owned(),
            row_line: patchset_line(patchset, row.at),
            wanted: found.wanted.clone(),
            found: found.found.clone(),
            what: format!("{}{}", short.label, found.what),
        };
        best = Some((found, miss));
    }
    if let Some((found, miss)) = best {
        return Close { near: vec![miss], reasons: Vec::new(), share: found.share };
    }
    let place = match files.as_slice() {
        [file] => file.display().to_string(),
        _ => "any of the files that `files` names".to_owned(),
    };
    let text = format!("{}no line of the body occurs in {place}", short.label);
    let reasons = if files.is_empty() { Vec::new() } else { vec![Reason { text, place: None }] };
    Close { near: Vec::new(), reasons, share: 0 }
}
