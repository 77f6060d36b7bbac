//! What `rebase` found, as data: see `docs/json.md`.

use super::Encoded;
use super::json::{FORMAT, Set};
use super::words::verdict;
use crate::patchset::Patchset;
use crate::rebase::{FileFate, Outcome, Placed, Rebased, Way};
use serde::Serialize;

/// What a run was asked, and what it did.
#[derive(Clone, Copy, Debug)]
pub struct RebaseFacts<'a> {
    /// The patchset as it was.
    pub patchset: &'a Patchset,
    /// A and B, as they were given.
    pub from: &'a str,
    /// B.
    pub onto: &'a str,
    /// Whether the patchset was written.
    pub written: bool,
    /// The exit code.
    pub exit: u8,
}

/// A run of `rebase`.
#[derive(Clone, Debug, Serialize)]
pub struct RebaseRun {
    format: u32,
    command: &'static str,
    patchset: Set,
    from: String,
    onto: String,
    written: bool,
    patches: Vec<Patch>,
    exit: u8,
}

#[derive(Clone, Debug, Serialize)]
struct Patch {
    id: String,
    outcome: &'static str,
    reason: Option<String>,
    files: Vec<File>,
    bodies: Vec<Body>,
}

#[derive(Clone, Debug, Serialize)]
struct File {
    from: Encoded,
    onto: Encoded,
    refused: Option<String>,
    line: Option<usize>,
    renames: Vec<(String, String)>,
    changes: Vec<Change>,
}

#[derive(Clone, Debug, Serialize)]
struct Change {
    way: Way,
    from_line: usize,
    onto_line: Option<usize>,
}

#[derive(Clone, Debug, Serialize)]
struct Body {
    path: Encoded,
    diff: String,
    layout: Option<&'static str>,
}

impl RebaseRun {
    /// Of what was found.
    pub fn new(result: &Rebased, facts: &RebaseFacts<'_>) -> RebaseRun {
        let patches = result.patches.iter().map(|fate| {
            let (outcome, reason) = named(&fate.outcome);
            let body = |hunk: &crate::rebase::Hunk| Body {
                path: Encoded::of_path(&hunk.path),
                diff: hunk.text(),
                layout: hunk.body.letters.then_some("patch"),
            };
            let bodies = fate.hunks.iter().map(body).collect();
            Patch { id: fate.id.clone(), outcome, reason, files: fate.files.iter().map(file).collect(), bodies }
        });
        RebaseRun {
            format: FORMAT,
            command: "rebase",
            patchset: Set::of(facts.patchset),
            from: facts.from.to_owned(),
            onto: facts.onto.to_owned(),
            written: facts.written,
            patches: patches.collect(),
            exit: facts.exit,
        }
    }
}

fn named(outcome: &Outcome) -> (&'static str, Option<String>) {
    match outcome {
        Outcome::Fits => ("fits", None),
        Outcome::Rebased => ("rebased", None),
        Outcome::AlreadyThere => ("already-there", None),
        Outcome::Idle(found) => ("idle", Some(verdict(*found).to_owned())),
        Outcome::WaitsFor(id) => ("waits", Some(id.clone())),
        Outcome::NotInFrom(found) => ("not-in-from", Some(verdict(*found).to_owned())),
        Outcome::Refused(why) => ("refused", Some(why.clone())),
    }
}

fn file(file: &FileFate) -> File {
    let change = |placed: &Placed| Change {
        way: placed.placement.way,
        from_line: placed.edit.removed.start + 1,
        onto_line: placed.placement.replacements.iter().map(|r| r.rows.start + 1).min(),
    };
    let (from, onto) = (Encoded::of_path(&file.from), Encoded::of_path(&file.onto));
    match &file.result {
        Ok(carried) => File {
            from,
            onto,
            refused: None,
            line: None,
            renames: carried.renames.clone(),
            changes: carried.placed.iter().map(change).collect(),
        },
        Err((reason, line)) => File {
            from,
            onto,
            refused: Some(reason.to_string()),
            line: *line,
            renames: Vec::new(),
            changes: Vec::new(),
        },
    }
}
