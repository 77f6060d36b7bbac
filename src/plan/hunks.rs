//! A patch of hunks: what its files hold of them, what that comes to, and the edits.

use super::changed::Changed;
use super::chosen::{Chosen, choose};
use super::editing::Editing;
use super::looking::Looking;
use super::near::{Short, elsewhere, narrow, near, place, refused};
use super::options::Options;
use super::patch::Outcome;
use super::ready::{Ready, ReadyBody, ReadyHunk, ReadyWork};
use super::report::{Reason, Site, Verdict};
use super::scout::Lead;
use super::survey::{Survey, agree, survey_all};
use super::tally::{self, Counts};
use super::workspace::Workspace;
use crate::find::{Env, Found};
use crate::language::Language;
use crate::patchset::{Expect, Patch, Patchset};
use crate::pattern::{HoleId, Required, Shape, Side};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// So many files are looked into and edited before the trees of the next ones are made.
const FILES: usize = 128;

/// Looks for the hunks of a patch, and edits what they find. `needless` says that upstream has made its own change, so
/// that nobody asks where the sites are.
pub(super) fn edit_hunks(
    patchset: &Patchset,
    patch: &Patch,
    ready: &Ready,
    workspace: &Workspace<'_>,
    needless: bool,
    options: &Options,
) -> (Outcome, Vec<Changed>) {
    let looking = Looking::new(workspace);
    let mut editing = Editing::new((patchset, patch, ready), &looking, options);
    let Some(surveys) = look(ready, patch.sum, &looking, options.all_done, &mut editing) else {
        let text = format!("it has more than {SITES} sites; narrow its bodies or `files`");
        let mut outcome = Outcome::new(Verdict::Unreadable).because(text);
        outcome.files = ready.hunks().map(|hunk| workspace.files(hunk.ask)).max().unwrap_or(0);
        return (outcome, Vec::new());
    };
    let all = || surveys.iter().flatten();
    let mut outcome = Outcome::new(Verdict::Nothing);
    outcome.notes.extend(wordless(ready));
    outcome.files = all().map(|s| s.files).max().unwrap_or(0);
    outcome.open = all().any(|s| s.open);
    let (chosen, clashes) = choose(patch.sum, &surveys);
    if !clashes.is_empty() {
        outcome.verdict = Verdict::Ambiguous;
        outcome.reasons.extend(clashes);
    }
    if outcome.files > 0 {
        let verdict = count(ready, &surveys, &chosen, workspace, &mut outcome);
        outcome.verdict = tally::worst(&[outcome.verdict, verdict]);
    }
    tell_unread(&surveys, workspace, &mut outcome);
    let mut alternatives = BTreeSet::new();
    for c in &chosen {
        outcome.sites.push(Site { place: c.sighting.place(c.hit), done: c.hit.done, bytes: c.hit.bytes.clone() });
        if c.body > 0 && alternatives.insert((&c.sighting.path, c.body)) {
            outcome.alternatives.push((c.sighting.path.clone(), c.body));
        }
    }
    outcome.sites.sort_by(|a, b| (&a.place, a.done).cmp(&(&b.place, b.done)));
    explain(patchset, patch, ready, &surveys, &chosen, workspace, needless, &mut outcome);
    let mut changes = Vec::new();
    if matches!(outcome.verdict, Verdict::Applies | Verdict::Partly) {
        (changes, outcome.one_way) = (editing.changes, editing.one_way);
        if !editing.refused.is_empty() {
            outcome.verdict = Verdict::Ambiguous;
            outcome.reasons.extend(editing.refused);
        }
    }
    (outcome, changes)
}

/// The most sites of all bodies of a patch together, each of which is held until the bodies are chosen.
const SITES: usize = 1_000_000;

/// Looks for the hunks of all bodies: first into the files in which there may be something to do, which are edited while
/// their trees are at hand, then for what is done elsewhere. Nothing where there are too many sites.
fn look<'r>(
    ready: &'r Ready,
    sum: bool,
    looking: &Looking<'_, '_>,
    all_done: bool,
    editing: &mut Editing<'_, '_, '_>,
) -> Option<Vec<Vec<Survey<'r>>>> {
    let workspace = looking.workspace;
    let todo = ready.hunks().flat_map(|hunk| workspace.leads(hunk.ask)).filter(|lead| lead.todo);
    let live: BTreeSet<PathBuf> = todo.map(|lead| lead.path).collect();
    let live: Vec<PathBuf> = live.into_iter().collect();
    let sought = |hunk| Sought::new(hunk, workspace, &live);
    let bodies: Vec<(Vec<Sought<'r>>, BTreeSet<HoleId>)> =
        ready.bodies.iter().map(|body| (body.hunks().iter().map(sought).collect(), shared_holes(body))).collect();
    // Hunks that share holes have to be looked for in all files before any is edited.
    let together = bodies.iter().any(|(_, shared)| !shared.is_empty());
    let new = |(hunks, _): &(Vec<Sought<'r>>, _)| hunks.iter().map(|h| Survey::new(h.hunk, workspace)).collect();
    let mut surveys: Vec<Vec<Survey<'r>>> = bodies.iter().map(new).collect();
    let mut sites = 0;
    let chunks = if together { vec![live.as_slice()] } else { live.chunks(FILES).collect() };
    for files in chunks {
        let mut part: Vec<Vec<Survey<'r>>> = Vec::with_capacity(bodies.len());
        for ((hunks, shared), body) in bodies.iter().zip(&ready.bodies) {
            let surveys: Vec<Survey<'r>> = match shared.is_empty() {
                true => hunks.iter().map(|hunk| hunk.look(files, looking)).collect(),
                false => survey_all(body.hunks(), shared, looking),
            };
            sites += surveys.iter().map(Survey::sites).sum::<usize>();
            part.push(surveys);
            if sites > SITES {
                return None;
            }
        }
        agree(&mut part, looking);
        editing.edit(sum, &part);
        for (known, mut new) in surveys.iter_mut().flatten().zip(part.into_iter().flatten()) {
            new.release();
            known.join(new);
        }
    }
    editing.finish();
    for ((hunks, _), surveys) in bodies.iter().zip(&mut surveys).filter(|((_, shared), _)| shared.is_empty()) {
        for (sought, survey) in hunks.iter().zip(surveys) {
            survey.settle(sought.hunk, looking, &sought.settled, all_done);
        }
    }
    (surveys.iter().flatten().map(Survey::sites).sum::<usize>() <= SITES).then_some(surveys)
}

/// A hunk, and the files that may hold it, in order.
struct Sought<'r> {
    hunk: &'r ReadyHunk,
    /// Those in which the patch may have something to do.
    live: Vec<Lead>,
    /// The others.
    settled: Vec<Lead>,
}

impl<'r> Sought<'r> {
    fn new(hunk: &'r ReadyHunk, workspace: &Workspace<'_>, live: &[PathBuf]) -> Sought<'r> {
        let is_live = |lead: &Lead| live.binary_search(&lead.path).is_ok();
        let (live, settled) = workspace.leads(hunk.ask).into_iter().partition(is_live);
        Sought { hunk, live, settled }
    }

    /// Looks into some of the live files, which follow each other.
    fn look(&self, files: &[PathBuf], looking: &Looking<'_, '_>) -> Survey<'r> {
        let mut survey = Survey::default();
        if let (Some(first), Some(last)) = (files.first(), files.last()) {
            let from = self.live.partition_point(|lead| lead.path < *first);
            let to = self.live.partition_point(|lead| lead.path <= *last);
            survey.look(self.hunk, &Env::new(), looking, &self.live[from..to]);
        }
        survey
    }
}

/// Tells of what cannot be read, and of matches that nobody can judge.
fn tell_unread(surveys: &[Vec<Survey<'_>>], workspace: &Workspace<'_>, outcome: &mut Outcome) {
    let all = || surveys.iter().flatten();
    for unseen in all().flat_map(|s| &s.unseen) {
        outcome.verdict = Verdict::Unreadable;
        outcome.reasons.push(Reason { text: format!("{}: {}", unseen.path.display(), unseen.why), place: None });
    }
    for s in all().flat_map(|s| &s.sightings) {
        let Found { unreadable, undecided, .. } = &s.found;
        if unreadable.is_empty() && undecided.is_empty() {
            continue;
        }
        let Ok(source) = s.source(workspace) else { continue };
        for tokens in unreadable {
            outcome.verdict = Verdict::Unreadable;
            let place = place(&s.path, &source, source.span(tokens).start);
            let text = format!(
                "a syntax error lies in what would be a site; the {} grammar cannot read it",
                source.language.name()
            );
            outcome.reasons.push(Reason { text, place: Some(place) });
        }
        for tokens in undecided {
            outcome.verdict = tally::worst(&[outcome.verdict, Verdict::Ambiguous]);
            let place = place(&s.path, &source, source.span(tokens).start);
            let text = "both sides of the body match here, so nobody can tell whether it is done".to_owned();
            outcome.reasons.push(Reason { text, place: Some(place) });
        }
    }
}

/// What to say where no word of a body tells which files can hold it, so that all of them have to be parsed.
fn wordless(ready: &Ready) -> Option<String> {
    let mut patterns = ready.hunks().flat_map(|h| h.rules.values()).map(|rule| &rule.pattern);
    let lacks = |words: &Required, side: fn(&Shape) -> &Side, shapes: &[Shape]| {
        words.in_file.is_empty() && shapes.iter().any(|s| !side(s).elements.is_empty())
    };
    let side = patterns.find_map(|p| {
        let todo = lacks(&p.words_before, |s| &s.before, &p.shapes);
        let done = lacks(&p.words_after, |s| &s.after, &p.shapes);
        todo.then_some("before").or(done.then_some("after"))
    })?;
    Some(format!(
        "slow: the {side} side shows no name or literal to search for, so every file that `files` names is parsed"
    ))
}

/// Named holes that more than one hunk of a body uses.
fn shared_holes(body: &ReadyBody) -> BTreeSet<HoleId> {
    let ReadyWork::Hunks(hunks) = &body.work else { return BTreeSet::new() };
    let mut seen: BTreeMap<HoleId, usize> = BTreeMap::new();
    for hunk in hunks {
        let sides = hunk.rules.values().flat_map(|r| &r.pattern.shapes).flat_map(|s| [&s.before, &s.after]);
        let holes: BTreeSet<HoleId> = sides.flat_map(|s| &s.elements).filter_map(|e| e.part.hole()).collect();
        for hole in holes.into_iter().filter(|h| body.names.is_named(*h)) {
            *seen.entry(hole).or_default() += 1;
        }
    }
    seen.into_iter().filter(|(_, n)| *n > 1).map(|(h, _)| h).collect()
}

/// The verdict of the counts, and why.
fn count(
    ready: &Ready,
    surveys: &[Vec<Survey<'_>>],
    chosen: &[Chosen<'_, '_>],
    workspace: &Workspace<'_>,
    outcome: &mut Outcome,
) -> Verdict {
    let bodies: BTreeSet<usize> = chosen.iter().map(|c| c.body).collect();
    let lead = bodies.iter().copied().find(|_| bodies.len() == 1).unwrap_or(0);
    let hunks = surveys.get(lead).map_or(0, Vec::len).max(1);
    let mut verdicts = Vec::new();
    for hunk in 0..hunks {
        let mut counts = Counts::new();
        for c in chosen.iter().filter(|c| c.hunk == hunk) {
            let slot = counts.entry(c.sighting.path.clone()).or_default();
            if c.hit.done { slot.1 += 1 } else { slot.0 += 1 }
        }
        let expect = match ready.bodies.get(lead).map(|b| &b.work) {
            Some(ReadyWork::Hunks(ready)) => ready.get(hunk).and_then(|h| h.rules.values().next()).map(|r| r.expect),
            _ => None,
        };
        let verdict = tally::verdict(&counts, expect.unwrap_or_default());
        if matches!(verdict, Verdict::Drifted | Verdict::Ambiguous) {
            let (todo, done) = counts.values().fold((0, 0), |s, c| (s.0 + c.0, s.1 + c.1));
            let part = if hunks > 1 { format!("hunk {}: ", hunk + 1) } else { String::new() };
            let expect = crate::plan::expected(expect.unwrap_or_default());
            let mut text = format!("{part}expected {expect}, found {todo} to do and {done} done");
            if verdict == Verdict::Ambiguous {
                let sites = chosen.iter().filter(|c| c.hunk == hunk);
                let sites: Vec<(&Path, usize)> =
                    sites.map(|c| (c.sighting.path.as_path(), c.hit.bytes.start)).collect();
                let language = ready.bodies.get(lead).and_then(|b| b.hunks().first()?.rules.keys().next().copied());
                let open = |path: &Path| {
                    let language = Language::of_path(path).or(language)?;
                    workspace.whole(path, language).ok()
                };
                text.push_str(&format!("; {}", narrow(&sites, open)));
            }
            outcome.reasons.push(Reason { text, place: None });
        }
        verdicts.push(verdict);
    }
    tally::worst(&verdicts)
}

/// Says what stands where sites are missing, and which matches nobody can judge.
#[allow(clippy::too_many_arguments)] // what a patch has in hand, once
fn explain(
    patchset: &Patchset,
    patch: &Patch,
    ready: &Ready,
    surveys: &[Vec<Survey<'_>>],
    chosen: &[Chosen<'_, '_>],
    workspace: &Workspace<'_>,
    needless: bool,
    outcome: &mut Outcome,
) {
    let shorts = shorts(ready, surveys, chosen);
    let absent = outcome.files == 0;
    if outcome.verdict != Verdict::Drifted && !absent || needless {
        outcome.near.extend(shorts.iter().flat_map(|short| refused(patchset, short, workspace)));
        return;
    }
    let missing: Vec<Short<'_, '_>> = shorts.into_iter().filter(|s| s.missing > 0).collect();
    let close = near(patchset, &missing, workspace);
    outcome.near.extend(close.near);
    if chosen.is_empty() && close.share < super::near::SURE {
        let (reasons, near) = elsewhere(patchset, patch, ready, &missing, close.share, workspace);
        outcome.reasons.extend(reasons);
        outcome.near.splice(0..0, near);
    }
    outcome.reasons.extend(close.reasons);
}

/// The hunks of the bodies that count, each with how many of its sites are missing.
fn shorts<'a, 'r>(ready: &'a Ready, surveys: &'a [Vec<Survey<'r>>], chosen: &[Chosen<'_, '_>]) -> Vec<Short<'a, 'r>> {
    let mut shorts = Vec::new();
    for (number, (body, surveys)) in ready.bodies.iter().zip(surveys).enumerate() {
        let ReadyWork::Hunks(hunks) = &body.work else { continue };
        let counts = chosen.is_empty() || chosen.iter().any(|c| c.body == number);
        for (n, (hunk, survey)) in hunks.iter().zip(surveys).enumerate() {
            let mut sites: BTreeMap<&Path, usize> = BTreeMap::new();
            let mine = chosen.iter().filter(|c| c.body == number && c.hunk == n);
            mine.for_each(|c| *sites.entry(&c.sighting.path).or_default() += 1);
            let all: usize = sites.values().sum();
            let short = match hunk.rules.values().next().map(|r| r.expect).unwrap_or_default() {
                Expect::Between(least, _) => least.saturating_sub(all),
                Expect::PerFile(each) if all == 0 => each,
                Expect::PerFile(each) => sites.values().map(|n| each.saturating_sub(*n)).sum(),
            };
            let alternative = if number > 0 { format!("alternative {number}: ") } else { String::new() };
            let part = if hunks.len() > 1 { format!("hunk {}: ", n + 1) } else { String::new() };
            let missing = if counts { short } else { 0 };
            let label = format!("{alternative}{part}");
            shorts.push(Short { label, hunk, names: &body.names, survey, missing });
        }
    }
    shorts
}
