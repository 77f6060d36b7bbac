//! What `rebase` found, for people.

use super::paint::{BAD, CARE, DIM, GOOD, Paint, STRONG, clean};
use super::visible::visible_line;
use super::words::verdict;
use crate::rebase::{Fate, FileFate, Outcome, Placed, Rebased, Way};
use anstyle::Style;
use std::fmt::Write;

/// A line for each patch, and for each change of those that were carried how it found its place. With `verbose` the new
/// bodies, too; with `quiet` only what needs a person.
pub fn rebased(result: &Rebased, verbose: bool, quiet: bool, color: bool) -> String {
    let paint = Paint { on: color };
    let width = result.patches.iter().map(|fate| fate.id.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for fate in result.patches.iter().filter(|fate| !quiet || fate.outcome.needs_person()) {
        let (style, words) = outcome(&fate.outcome);
        let id = visible_line(&fate.id);
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{}  {}",
            paint.text(STRONG, format!("{id:width$}")),
            paint.text(style, visible_line(&words))
        );
        for file in &fate.files {
            out.push_str(&changes(file, paint));
        }
        if verbose {
            out.push_str(&bodies(fate, paint));
        }
    }
    out
}

fn outcome(outcome: &Outcome) -> (Style, String) {
    match outcome {
        Outcome::Fits => (GOOD, "fits as it is".to_owned()),
        Outcome::Rebased => (CARE, "fits with a new body".to_owned()),
        Outcome::AlreadyThere => (CARE, "is there already".to_owned()),
        Outcome::Idle(idle) => (DIM, verdict(*idle).to_owned()),
        Outcome::WaitsFor(id) => (BAD, format!("waits for {id}")),
        Outcome::NotInFrom(found) => {
            (BAD, format!("does not fit A ({}), so that nothing is known of its place", verdict(*found)))
        }
        Outcome::Refused(why) => (BAD, format!("refused: {why}")),
    }
}

/// Where each change of a file went.
fn changes(file: &FileFate, paint: Paint) -> String {
    let mut out = String::new();
    let path = file.onto.to_string_lossy();
    let moved =
        if file.from == file.onto { String::new() } else { format!(", moved from {}", file.from.to_string_lossy()) };
    match &file.result {
        Ok(carried) => {
            for placed in &carried.placed {
                let line = line(placed).map_or(String::new(), |line| format!(":{line}"));
                let row = format!("    {path}{line}: {}{moved}", way(placed.placement.way));
                let _ = writeln!(out, "{}", visible_line(&row));
            }
            for (old, new) in &carried.renames {
                let _ = writeln!(out, "    {}", visible_line(&format!("renamed {old} -> {new}")));
            }
        }
        Err((reason, line)) => {
            let line = line.map_or(String::new(), |line| format!(":{line}"));
            let row = format!("    {}{line} (in A): {reason}", file.from.to_string_lossy());
            let _ = writeln!(out, "{}", paint.text(BAD, visible_line(&row)));
        }
    }
    out
}

/// The line of B where a change begins, from 1.
fn line(placed: &Placed) -> Option<usize> {
    placed.placement.replacements.iter().map(|replacement| replacement.rows.start + 1).min()
}

/// How a change found its place, in words.
pub(super) fn way(way: Way) -> &'static str {
    match way {
        Way::Unchanged => "unchanged",
        Way::OneNeighbour => "context changed, one neighbour is left",
        Way::SimilarNeighbour => "context changed, a neighbour is similar",
        Way::Imports => "by the order of the imports",
        Way::BelowTheLine => "edited below the line",
    }
}

fn bodies(fate: &Fate, paint: Paint) -> String {
    let mut out = String::new();
    for hunk in &fate.hunks {
        let _ = writeln!(
            out,
            "    {}",
            paint.text(DIM, visible_line(&format!("the new body for {}:", hunk.path.display())))
        );
        for row in &hunk.body.rows {
            let style = match row.as_bytes().first() {
                Some(b'+') => GOOD,
                Some(b'-') => BAD,
                _ => Style::new(),
            };
            let _ = writeln!(out, "    {}", paint.text(style, clean(row)));
        }
    }
    out
}
