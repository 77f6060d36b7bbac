//! One patch: its verdict and all that led to it.

use super::location::Place;
use super::verdict::{Fact, Verdict};
use crate::patchset::Expect;
use crate::source::Bytes;
use std::path::PathBuf;

/// One patch's verdict and what led to it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The patch's id.
    pub id: String,
    /// The patch's title.
    pub title: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether it forbids every write of the run (and makes the exit code 1).
    pub blocks: bool,
    /// How many sites were asked for.
    pub expect: Expect,
    /// The sites, to do and done, sorted by file and place.
    pub sites: Vec<Site>,
    /// Which alternative the sites are of, by file: 0 is the patch's own body and is left out.
    pub alternatives: Vec<(PathBuf, usize)>,
    /// Why the verdict is what it is, where that is not plain from the counts; one sentence each.
    pub reasons: Vec<Reason>,
    /// What is where a site was expected.
    pub near: Vec<NearMiss>,
    /// What to tell the user: `obsolete`'s note, what a person has accepted.
    pub notes: Vec<String>,
    /// What a person should look at although the verdict is good; with `strict` it blocks.
    pub warnings: Vec<Reason>,
    /// An operation's findings, one per field or the like.
    pub findings: Vec<Finding>,
    /// Whether an operation has made it, which has no diff to mend.
    pub is_operation: bool,
    /// Whether there may be more done sites than these: where `expect` has no upper bound their number decides
    /// nothing, and in a large tree only the first are counted.
    pub open: bool,
    /// Why no swap of the patch's sides would undo what it does, where that was asked for and is so. It is among the
    /// notes, too.
    pub one_way: Option<String>,
}

impl Report {
    /// Adds a problem: what it is, and why. The verdict gets no better by it.
    pub fn add(&mut self, problem: Fact, why: Reason) {
        self.verdict = self.verdict.with(problem);
        self.reasons.push(why);
    }

    /// Sites that are still to do (S).
    pub fn todo(&self) -> usize {
        self.sites.iter().filter(|s| !s.done).count()
    }

    /// Sites that are done (D).
    pub fn done(&self) -> usize {
        self.sites.iter().filter(|s| s.done).count()
    }
}

/// A site.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where it begins.
    pub place: Place,
    /// Whether it is done already.
    pub done: bool,
    /// The bytes that the match covers, in the file as the patch found it.
    pub bytes: Bytes,
}

/// A reason behind a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// One sentence: what, and what to do.
    pub text: String,
    /// Where, if it is somewhere.
    pub place: Option<Place>,
}

/// The closest thing to a site that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// Where it is.
    pub place: Place,
    /// The line of the body that failed first: its text, and its 1-based line in the patchset file.
    pub row: String,
    /// That line's number in the patchset file.
    pub row_line: usize,
    /// What the body wanted there.
    pub wanted: String,
    /// What is there instead, in the words of the source.
    pub found: String,
    /// What happened, in a few words: "renamed", "type changed", "moved to another file", "condition unknown: …".
    pub what: String,
}

/// What an operation found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where the thing is declared.
    pub place: Place,
    /// What it is, such as `Counter.delta`.
    pub subject: String,
    /// Key and value pairs, in a fixed order: how reached, offset before, offset after, …
    pub facts: Vec<(String, String)>,
    /// `moved`, `padded`, `converted`, `done`, `refused`, `reported`, `accepted`.
    pub outcome: String,
}

impl From<String> for Reason {
    /// A reason that is nowhere in particular.
    fn from(text: String) -> Reason {
        Reason { text, place: None }
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Reason {
        Reason::from(text.to_owned())
    }
}
