//! The change of one file, carried over into bodies: of all that come into question, the first that is proven.

use super::body::{Body, Style, body};
use super::draft::{Draft, Hunk, Work};
use super::locate;
use super::proof::{Files, Flaw, loaded, prove};
use super::rows::{self, REACHES};
use super::runs::{Run, with_runs};
use super::shown::{Shown, Versions, Width};
use super::toml;
use crate::language::Language;
use crate::source::{Limits, Source};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A file before and after a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path below the root.
    pub path: PathBuf,
    /// Its bytes before.
    pub before: Vec<u8>,
    /// Its bytes after.
    pub after: Vec<u8>,
    /// Where the two differ.
    pub runs: Vec<Run>,
}

/// What could be carried of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The bodies, in the order of the file.
    pub hunks: Vec<Hunk>,
    /// The file as they leave it.
    pub after: Vec<u8>,
    /// Runs that could not be carried, each with the reason.
    pub lost: Vec<(usize, String)>,
}

/// How much is shown, from least to most.
const WIDTHS: &[Width] = &[
    Width { rows: 1, headers: false },
    Width { rows: 2, headers: false },
    Width { rows: 1, headers: true },
    Width { rows: 3, headers: false },
    Width { rows: 3, headers: true },
    Width { rows: 8, headers: true },
];

/// So many rows of bodies are tried for one change: of a long one the first few, of a short one all.
const EFFORT: usize = 1000;

/// Carries a change over.
/// `only_text` takes the text of code, too.
pub fn carry(change: &Change, only_text: bool) -> Carried {
    let all = |why: &str| Carried {
        hunks: Vec::new(),
        after: change.before.clone(),
        lost: (0..change.runs.len()).map(|run| (run, why.to_owned())).collect(),
    };
    if change.before.contains(&0) || change.after.contains(&0) {
        return all("the file is binary");
    }
    let sources = Language::of_path(&change.path).filter(|_| !only_text).and_then(|language| {
        let parse = |bytes: &[u8]| Source::parse(language, bytes.to_vec(), Limits::default()).ok();
        Some((parse(&change.before)?, parse(&change.after)?))
    });
    let versions = sources.as_ref().map(|(before, after)| Versions { before, after, runs: &change.runs });
    let carrier = Carrier {
        change,
        versions,
        only_text,
        before: locate::lines(&change.before),
        after: locate::lines(&change.after),
        known: RefCell::default(),
    };
    carrier.carry()
}

struct Carrier<'a> {
    change: &'a Change,
    /// The trees, where a grammar reads the file.
    versions: Option<Versions<'a>>,
    only_text: bool,
    before: Vec<&'a [u8]>,
    after: Vec<&'a [u8]>,
    /// Bodies that were tried, with what came of it.
    known: RefCell<Vec<(Hunk, Result<Hunk, Flaw>)>>,
}

/// A body that was proven, and the number of the width that it has.
#[derive(Clone)]
struct Proven {
    hunk: Hunk,
    runs: BTreeSet<usize>,
}

impl Carrier<'_> {
    fn carry(&self) -> Carried {
        let mut flaw = String::new();
        // Bodies that are good alone may stand in each other's way: with more around them they do not.
        for from in 0..WIDTHS.len().max(REACHES.len()) {
            let (proven, lost) = self.units(from);
            match self.together(&proven, &lost) {
                Ok(carried) => return carried,
                Err(why) => flaw = why.text(),
            }
        }
        self.one_by_one(&flaw)
    }

    /// A body for each group of runs that belong together, none narrower than some width.
    fn units(&self, from: usize) -> (Vec<Proven>, Vec<(usize, String)>) {
        let (mut proven, mut lost): (Vec<Proven>, Vec<(usize, String)>) = (Vec::new(), Vec::new());
        let mut open: Vec<BTreeSet<usize>> = self.groups();
        open.reverse();
        let mut tried = BTreeSet::new();
        while let Some(group) = open.pop() {
            match self.first_proven(&group, from) {
                Ok(one) => proven.push(one),
                // What is not whole alone may be with its neighbour, as `#if` in one and `#endif` in the next.
                Err(why) => match open.pop() {
                    Some(next) if group.len() + next.len() <= 12 && tried.insert(group.clone()) => {
                        let joined: BTreeSet<usize> = group.union(&next).copied().collect();
                        match self.first_proven(&joined, from) {
                            Ok(one) => proven.push(one),
                            Err(_) => {
                                lost.extend(group.into_iter().map(|run| (run, why.text())));
                                open.push(next);
                            }
                        }
                    }
                    next => {
                        lost.extend(group.into_iter().map(|run| (run, why.text())));
                        open.extend(next);
                    }
                },
            }
        }
        (proven, lost)
    }

    /// The runs, those together of which one cannot be shown without the other.
    fn groups(&self) -> Vec<BTreeSet<usize>> {
        let Some(versions) = &self.versions else { return rows::groups(&self.before, &self.change.runs) };
        let mut groups: Vec<Shown> = Vec::new();
        for run in 0..self.change.runs.len() {
            if groups.iter().any(|group| group.runs.contains(&run)) {
                continue;
            }
            let mut shown = versions.shown([run], WIDTHS[0]);
            let meets = |group: &Shown, shown: &Shown| {
                !group.kept.is_disjoint(&shown.kept) || !group.runs.is_disjoint(&shown.runs)
            };
            while let Some(at) = groups.iter().position(|group| meets(group, &shown)) {
                let other = groups.remove(at);
                shown = versions.shown(other.runs.union(&shown.runs).copied(), WIDTHS[0]);
            }
            groups.push(shown);
        }
        let mut groups: Vec<BTreeSet<usize>> = groups.into_iter().map(|group| group.runs).collect();
        groups.sort();
        groups
    }

    /// The first body that is proven to make these runs' change, and no other: of code, or else of text.
    fn first_proven(&self, runs: &BTreeSet<usize>, from: usize) -> Result<Proven, Flaw> {
        let flaw = match &self.versions {
            Some(versions) => match self.code(versions, runs, from) {
                Ok(proven) => return Ok(proven),
                Err(flaw) => Some(flaw),
            },
            None => None,
        };
        let reason = flaw.as_ref().map(Flaw::text).or(self.only_text.then(|| "asked for".to_owned()));
        let reason = reason.filter(|_| Language::of_path(&self.change.path).is_some());
        self.text(runs, from, reason.as_ref()).map_err(|text| flaw.unwrap_or(text))
    }

    /// Bodies of code. Where the last of them fails, the first flaw tells most.
    fn code(&self, versions: &Versions<'_>, runs: &BTreeSet<usize>, from: usize) -> Result<Proven, Flaw> {
        let mut flaw: Option<Flaw> = None;
        let mut effort = 0;
        for width in &WIDTHS[from.min(WIDTHS.len() - 1)..] {
            let shown = versions.shown(runs.iter().copied(), *width);
            for style in styles(*width) {
                let Some(body) = body(versions, &shown, style) else { continue };
                effort += body.rows.len();
                if let Some(flaw) = flaw.as_ref().filter(|_| effort > EFFORT) {
                    return Err(flaw.clone());
                }
                match self.proven(&body, None) {
                    Ok(hunk) => return Ok(Proven { hunk, runs: body.runs }),
                    Err(why) => flaw = flaw.or(Some(why)),
                }
            }
        }
        Err(flaw.unwrap_or_else(|| Flaw::Other("its rows are not UTF-8".to_owned())))
    }

    /// Bodies of text.
    fn text(&self, runs: &BTreeSet<usize>, from: usize, reason: Option<&String>) -> Result<Proven, Flaw> {
        let mut flaw = Flaw::Other("its rows are not UTF-8".to_owned());
        for reach in &REACHES[from.min(REACHES.len() - 1)..] {
            let Some(body) = rows::body(&self.before, &self.after, &self.change.runs, runs, *reach) else { continue };
            match self.proven(&body, reason) {
                Ok(hunk) => return Ok(Proven { hunk, runs: body.runs }),
                Err(why) => flaw = why,
            }
        }
        Err(flaw)
    }

    /// A body as a hunk, with the words that it needs.
    fn proven(&self, body: &Body, as_text: Option<&String>) -> Result<Hunk, Flaw> {
        let runs: Vec<&Run> = body.runs.iter().map(|&run| &self.change.runs[run]).collect();
        let after = with_runs(&self.before, &self.after, &runs);
        let mut hunk = Hunk {
            path: self.change.path.clone(),
            rows: body.rows.clone(),
            inside: body.inside.clone(),
            reading: None,
            letters: false,
            as_text: as_text.cloned(),
        };
        let asked = hunk.clone();
        if let Some((_, known)) = self.known.borrow().iter().find(|(other, _)| *other == asked) {
            return known.clone();
        }
        let mut tried = self.prove(std::slice::from_ref(&hunk), &after);
        if tried == Err(Flaw::Reading) && body.reading.is_some() {
            hunk.reading = body.reading;
            tried = self.prove(std::slice::from_ref(&hunk), &after);
        }
        if tried == Err(Flaw::Bytes) {
            hunk.letters = true;
            tried = self.prove(std::slice::from_ref(&hunk), &after);
        }
        let proven = tried.map(|()| hunk);
        self.known.borrow_mut().push((asked, proven.clone()));
        proven
    }

    /// All bodies of the file as one patch.
    fn together(&self, proven: &[Proven], lost: &[(usize, String)]) -> Result<Carried, Flaw> {
        let mut runs: Vec<usize> = proven.iter().flat_map(|one| one.runs.iter().copied()).collect();
        runs.sort_unstable();
        let runs: Vec<&Run> = runs.into_iter().map(|run| &self.change.runs[run]).collect();
        let after = with_runs(&self.before, &self.after, &runs);
        let hunks: Vec<Hunk> = proven.iter().map(|one| one.hunk.clone()).collect();
        if hunks.len() > 1 {
            self.prove(&hunks, &after)?;
        }
        Ok(Carried { hunks, after, lost: lost.to_vec() })
    }

    /// As many bodies as go together.
    fn one_by_one(&self, why: &str) -> Carried {
        let (proven, mut lost) = self.units(0);
        let mut good: Vec<Proven> = Vec::new();
        for one in proven {
            let runs = one.runs.clone();
            good.push(one);
            if self.together(&good, &[]).is_err() {
                good.pop();
                lost.extend(runs.into_iter().map(|run| (run, why.to_owned())));
            }
        }
        match self.together(&good, &lost) {
            Ok(carried) => carried,
            Err(_) => Carried { hunks: Vec::new(), after: self.change.before.clone(), lost },
        }
    }

    fn prove(&self, hunks: &[Hunk], after: &[u8]) -> Result<(), Flaw> {
        prove_hunks(hunks, &self.change.path, &self.change.before, after)
    }
}

/// Proves some bodies of one file.
fn prove_hunks(hunks: &[Hunk], path: &Path, before: &[u8], after: &[u8]) -> Result<(), Flaw> {
    let draft = Draft {
        id: "x".to_owned(),
        title: "x".to_owned(),
        why: "x".to_owned(),
        work: Work::Hunks(hunks.to_vec()),
        ..Draft::default()
    };
    let set = loaded(&format!("{}\n{}", toml::head("x", "x", None), toml::patch(&draft)))?;
    let files = |bytes: &[u8]| Files::from([(path.to_owned(), Some(bytes.to_vec()))]);
    prove(&set, &files(before), &files(after))
}

/// The ways to write down what is shown.
fn styles(width: Width) -> Vec<Style> {
    let style = |comments, brief, inside| Style { comments, brief, inside };
    let mut styles = Vec::new();
    for comments in [false, true] {
        if !width.headers {
            styles.push(style(comments, false, true));
        }
        styles.push(style(comments, true, false));
        styles.push(style(comments, false, false));
    }
    styles
}
