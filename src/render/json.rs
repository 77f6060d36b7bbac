//! The same as data: see `docs/json.md`, which describes every field.

use super::Encoded;
use super::diff::unified_file;
use super::visible::visible_json;
use crate::patchset::{Expect, Patchset};
use crate::report;
use crate::report::{Plan, Verdict};
use serde::Serialize;
use std::path::Path;

/// Raised when a field changes its meaning or goes away; new fields do not raise it.
pub const FORMAT: u32 = 1;

/// A run of `apply` or `check`.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// [`FORMAT`].
    pub format: u32,
    /// `apply` or `check`.
    pub command: &'static str,
    /// The root as it was given.
    pub root: Encoded,
    /// The patchset.
    pub patchset: Set,
    /// The target whose tables were read.
    pub target: Option<String>,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// Whether the files below were written.
    pub written: bool,
    /// The copy that they were written to, if not the root.
    pub into: Option<Encoded>,
    /// One for each patch, in patchset order.
    pub patches: Vec<Patch>,
    /// The files that change, by path; empty if a patch blocks.
    pub files: Vec<File>,
    /// The commits that were made, submodules first.
    pub commits: Vec<Commit>,
    /// What else there is to know of the run.
    pub notes: Vec<String>,
    /// The exit code of the process.
    pub exit: u8,
}

/// The patchset of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Set {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The file as it was given, or a built-in's name.
    pub origin: String,
}

/// One patch.
#[derive(Clone, Debug, Serialize)]
pub struct Patch {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Whether it forbids every write of the run.
    pub blocks: bool,
    /// How many sites there must be.
    pub expect: Bounds,
    /// Sites to do.
    pub todo: usize,
    /// Sites that are done.
    pub done: usize,
    /// Whether there may be more done sites than were counted.
    pub more_done: bool,
    /// The sites.
    pub sites: Vec<Site>,
    /// The alternative that was used, by file, where it is not the patch's own body.
    pub alternatives: Vec<Alternative>,
    /// Why the verdict is what it is.
    pub reasons: Vec<Reason>,
    /// What is where a site was expected.
    pub near: Vec<Near>,
    /// What to tell the user.
    pub notes: Vec<String>,
    /// What a person should look at although the verdict is good.
    pub warnings: Vec<Reason>,
    /// What an operation found.
    pub findings: Vec<Finding>,
}

/// How many sites there must be.
#[derive(Clone, Debug, Serialize)]
pub struct Bounds {
    /// At least so many (in each file, with `per_file`).
    pub least: usize,
    /// At most so many; no bound, if null.
    pub most: Option<usize>,
    /// Whether it is counted in each file that has any.
    pub per_file: bool,
    /// The same in words.
    pub text: String,
}

/// A place in a file.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// The file, relative to the root.
    pub path: Encoded,
    /// 1-based.
    pub line: usize,
    /// 1-based, in bytes.
    pub column: usize,
    /// The whole line; parts that are not UTF-8 are replaced by U+FFFD.
    pub text: String,
}

/// A site.
#[derive(Clone, Debug, Serialize)]
pub struct Site {
    /// Where it begins.
    #[serde(flatten)]
    pub place: Place,
    /// Whether it is done.
    pub done: bool,
    /// First byte of the match, in the file as the patch found it.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// An alternative in use.
#[derive(Clone, Debug, Serialize)]
pub struct Alternative {
    /// The file.
    pub path: Encoded,
    /// 1 for the first `[[patch.alternative]]`.
    pub number: usize,
}

/// A reason.
#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    /// One sentence.
    pub text: String,
    /// Where, if it is somewhere.
    pub place: Option<Place>,
}

/// A near miss.
#[derive(Clone, Debug, Serialize)]
pub struct Near {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// The line of the body that failed first.
    pub row: String,
    /// Its number in the patchset file.
    pub row_line: usize,
    /// What the body wanted there.
    pub wanted: String,
    /// What is there.
    pub found: String,
    /// What happened.
    pub what: String,
}

/// An operation's finding.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Where the thing is declared.
    #[serde(flatten)]
    pub place: Place,
    /// What it is.
    pub subject: String,
    /// Keys and values, in order.
    pub facts: Vec<(String, String)>,
    /// `moved`, `done`, `refused`, `reported`.
    pub outcome: String,
}

/// A file that changes.
#[derive(Clone, Debug, Serialize)]
pub struct File {
    /// The file, relative to the root.
    pub path: Encoded,
    /// Whether it is new.
    pub created: bool,
    /// Its part of the unified diff.
    pub diff: Encoded,
}

/// A commit that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Commit {
    /// The folder of its repository, relative to the root; `.` for the root's own.
    pub repository: Encoded,
    /// Its id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// The ids of its patches; none, if it only moves submodules.
    pub patches: Vec<String>,
    /// The branch that it is on; null on a detached head.
    pub branch: Option<String>,
}

/// What a plan does not know of its run.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// `apply`, `check` or `revert`.
    pub command: &'static str,
    /// The root as it was given.
    pub root: &'a Path,
    /// The target that was asked for.
    pub target: Option<&'a str>,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// Whether the changes were written.
    pub written: bool,
    /// The copy that they were written to.
    pub into: Option<&'a Path>,
    /// The commits that were made.
    pub commits: Vec<Commit>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// The exit code.
    pub exit: u8,
}

impl Run {
    /// A plan as data.
    pub fn new(plan: &Plan, patchset: &Patchset, facts: Facts) -> Run {
        Run {
            format: FORMAT,
            command: facts.command,
            root: Encoded::of_path(facts.root),
            patchset: Set::of(patchset),
            target: facts.target.map(str::to_owned),
            dry_run: facts.dry_run,
            written: facts.written,
            into: facts.into.map(Encoded::of_path),
            patches: plan.reports.iter().map(Patch::of).collect(),
            files: plan.each_change().map(|change| File::of(&change)).collect(),
            commits: facts.commits,
            notes: facts.notes,
            exit: facts.exit,
        }
    }
}

impl Set {
    /// Names a patchset.
    pub fn of(patchset: &Patchset) -> Set {
        Set { name: patchset.name.clone(), title: patchset.title.clone(), origin: patchset.origin.clone() }
    }
}

impl Patch {
    fn of(report: &report::Report) -> Patch {
        Patch {
            id: report.id.clone(),
            title: report.title.clone(),
            verdict: report.verdict,
            blocks: report.blocks,
            expect: Bounds::of(report.expect),
            todo: report.todo(),
            done: report.done(),
            more_done: report.open,
            sites: report.sites.iter().map(Site::of).collect(),
            alternatives: report.alternatives.iter().filter(|(_, n)| *n > 0).map(Alternative::of).collect(),
            reasons: report.reasons.iter().map(Reason::of).collect(),
            near: report.near.iter().map(Near::of).collect(),
            notes: report.notes.clone(),
            warnings: report.warnings.iter().map(Reason::of).collect(),
            findings: report.findings.iter().map(Finding::of).collect(),
        }
    }
}

impl Bounds {
    fn of(expect: Expect) -> Bounds {
        let (least, most, per_file) = match expect {
            Expect::Between(least, most) => (least, most, false),
            Expect::PerFile(n) => (n, Some(n), true),
        };
        Bounds { least, most, per_file, text: expect.to_string() }
    }
}

impl Place {
    fn of(place: &report::Place) -> Place {
        Place { path: Encoded::of_path(&place.path), line: place.line, column: place.column, text: place.text.clone() }
    }
}

impl Site {
    fn of(site: &report::Site) -> Site {
        Site { place: Place::of(&site.place), done: site.done, start: site.bytes.start, end: site.bytes.end }
    }
}

impl Alternative {
    fn of((path, number): &(std::path::PathBuf, usize)) -> Alternative {
        Alternative { path: Encoded::of_path(path), number: *number }
    }
}

impl Reason {
    fn of(reason: &report::Reason) -> Reason {
        Reason { text: reason.text.clone(), place: reason.place.as_ref().map(Place::of) }
    }
}

impl Near {
    fn of(near: &report::NearMiss) -> Near {
        Near {
            place: Place::of(&near.place),
            row: near.row.clone(),
            row_line: near.row_line,
            wanted: near.wanted.clone(),
            found: near.found.clone(),
            what: near.what.clone(),
        }
    }
}

impl Finding {
    fn of(finding: &report::Finding) -> Finding {
        Finding {
            place: Place::of(&finding.place),
            subject: finding.subject.clone(),
            facts: finding.facts.clone(),
            outcome: finding.outcome.clone(),
        }
    }
}

impl File {
    fn of(change: &report::FileChange) -> File {
        File {
            path: Encoded::of_path(&change.path),
            created: change.before.is_none(),
            diff: Encoded::of(&unified_file(change, false)),
        }
    }
}

/// A run of `test`.
#[derive(Clone, Debug, Serialize)]
pub struct Tests {
    /// [`FORMAT`].
    pub format: u32,
    /// `test`.
    pub command: &'static str,
    /// The patchset.
    pub patchset: Set,
    /// One for each example, in patchset order.
    pub examples: Vec<Example>,
    /// The exit code of the process.
    pub exit: u8,
}

/// One `[[patch.example]]`.
#[derive(Clone, Debug, Serialize)]
pub struct Example {
    /// The patch's id.
    pub patch: String,
    /// 1 for the patch's first example.
    pub number: usize,
    /// Its line in the patchset file.
    pub line: usize,
    /// Whether it holds.
    pub passed: bool,
    /// What went wrong.
    pub problem: Option<String>,
    /// What should have come out and what did, as a unified diff.
    pub diff: Option<Encoded>,
}

/// Any of these as text: indented, with a line end. What is hidden is escaped, as it may be shown on a terminal.
pub fn text(value: &impl Serialize) -> String {
    // These values hold no maps with odd keys and no numbers that JSON lacks, so that this cannot fail.
    serde_json::to_string_pretty(value).map(|text| visible_json(text + "\n")).unwrap_or_default()
}
