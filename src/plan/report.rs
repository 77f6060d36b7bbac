use crate::patchset::Expect;
use crate::source::{Bytes, Version};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a run would do: a verdict for every patch, and the files as they would be.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// One report per patch, in patchset order.
    pub reports: Vec<Report>,
    /// What each patch does to each file, in the order in which it happens.
    pub steps: Vec<Step>,
}

/// One patch's change of one file.
#[derive(Clone, Debug)]
pub struct Step {
    /// The patch, as an index into [`Plan::reports`].
    pub patch: usize,
    /// The file, relative to the root.
    pub path: PathBuf,
    /// The file before; `None` where it did not exist.
    pub before: Option<Version>,
    /// The file after.
    pub after: Version,
}

impl Step {
    /// The change by itself, with all bytes.
    pub fn change(&self) -> FileChange {
        FileChange::new(&self.path, self.before.as_ref(), &self.after)
    }
}

/// The end of one file's steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The file, relative to the root.
    pub path: PathBuf,
    /// Its bytes on disk; `None` where it does not exist.
    pub before: Option<Vec<u8>>,
    /// Its bytes after the run.
    pub after: Vec<u8>,
}

impl Plan {
    /// Whether a verdict forbids writing anything.
    pub fn is_refused(&self) -> bool {
        self.reports.iter().any(|r| r.blocks)
    }

    /// The files that change, sorted by path, each with its first and last bytes. Empty where the plan is refused.
    pub fn changes(&self) -> Vec<FileChange> {
        self.each_change().collect()
    }

    /// [`Plan::changes`] one by one: the bytes of a file are put together when its turn comes.
    pub fn each_change(&self) -> impl Iterator<Item = FileChange> {
        self.ends().map(|(path, before, after)| FileChange::new(path, before, after))
    }

    /// The files that change, sorted.
    pub fn changed(&self) -> impl Iterator<Item = &Path> {
        self.ends().map(|(path, ..)| path)
    }

    /// The files that change, each with its first and its last version.
    fn ends(&self) -> impl Iterator<Item = (&Path, Option<&Version>, &Version)> {
        let mut files: BTreeMap<&Path, (Option<&Version>, &Version)> = BTreeMap::new();
        let steps = if self.is_refused() { &[] } else { self.steps.as_slice() };
        for step in steps {
            let ends = files.entry(&step.path).or_insert((step.before.as_ref(), &step.after));
            ends.1 = &step.after;
        }
        let is_changed = |before: Option<&Version>, after: &Version| before.is_none_or(|before| before != after);
        files.into_iter().filter(move |(_, (b, a))| is_changed(*b, a)).map(|(path, (b, a))| (path, b, a))
    }
}

impl FileChange {
    fn new(path: &Path, before: Option<&Version>, after: &Version) -> FileChange {
        let bytes = |version: &Version| Arc::unwrap_or_clone(version.bytes());
        FileChange { path: path.to_owned(), before: before.map(bytes), after: bytes(after) }
    }
}

/// The closed list of verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Another target, or not selected.
    Skipped,
    /// A patch that it needs is not met.
    Blocked,
    /// A syntax error lies in a match, or a matching file cannot be read.
    Unreadable,
    /// No file matches `files`.
    Absent,
    /// There are sites to do, none is done.
    Applies,
    /// Some sites are to do, some are done.
    Partly,
    /// All is done already.
    Applied,
    /// Upstream no longer needs it.
    Obsolete,
    /// Nothing there, and that is allowed.
    Nothing,
    /// Too few sites.
    Drifted,
    /// Too many sites, or a conflict.
    Ambiguous,
}

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
    /// What stands where a site was expected.
    pub near: Vec<NearMiss>,
    /// What to tell the user: `obsolete`'s note, what a person has accepted.
    pub notes: Vec<String>,
    /// What a person should look at although the verdict is good; with [`strict`](super::Options::strict) it blocks.
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
    /// Makes it `ambiguous`, with the reason.
    pub(super) fn refuse(&mut self, why: &str) {
        self.verdict = Verdict::Ambiguous;
        self.reasons.push(Reason { text: why.to_owned(), place: None });
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

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, relative to the root.
    pub path: PathBuf,
    /// 1-based.
    pub line: usize,
    /// 1-based, in bytes.
    pub column: usize,
    /// The whole line, line end excluded (not UTF-8 parts replaced).
    pub text: String,
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
    /// What stands there instead, in the words of the source.
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

/// The verdict's name, as it is printed.
pub fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Skipped => "skipped",
        Verdict::Blocked => "blocked",
        Verdict::Unreadable => "unreadable",
        Verdict::Absent => "absent",
        Verdict::Applies => "applies",
        Verdict::Partly => "partly",
        Verdict::Applied => "applied",
        Verdict::Obsolete => "obsolete",
        Verdict::Nothing => "nothing",
        Verdict::Drifted => "drifted",
        Verdict::Ambiguous => "ambiguous",
    }
}

/// How many sites there must be, in words.
pub fn expected(expect: Expect) -> String {
    let sites = |n: usize| if n == 1 { "1 site".to_owned() } else { format!("{n} sites") };
    match expect {
        Expect::Between(0, None) => "any number of sites".to_owned(),
        Expect::Between(least, None) => format!("at least {}", sites(least)),
        Expect::Between(least, Some(most)) if least == most => sites(least),
        Expect::Between(0, Some(most)) => format!("at most {}", sites(most)),
        Expect::Between(least, Some(most)) => format!("{least} to {most} sites"),
        Expect::PerFile(n) => format!("{} per file", sites(n)),
    }
}
