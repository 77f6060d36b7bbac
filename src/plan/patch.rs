//! One patch: looked for, judged, and carried out on the workspace.

use super::change::{Work, change};
use super::looking::Looking;
use super::near::{Short, elsewhere, narrow, near, place, place_in, refused};
use super::options::Options;
use super::ready::{Ready, ReadyBody, ReadyObsolete, ReadyWork};
use super::report::{Finding, NearMiss, Plan, Reason, Report, Site, Step, Verdict};
use super::shift::Shift;
use super::survey::{Focus, Sighting, Survey, agree, survey_all};
use super::tally::{self, Counts};
use super::workspace::Workspace;
use super::{asks::AskId, create, operation};
use crate::find::{Found, Hit, Matcher, Steps};
use crate::language::Language;
use crate::patchset::{Expect, Patch, Patchset};
use crate::pattern::{HoleId, Required, Shape, Side};
use crate::source::{Edit, Limits, Lines, Source, Tokens, apply_edits, sort_edits};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The most sites that the alternatives of a patch may have together, each held until one is chosen.
const SITES: usize = 1_000_000;

/// What became of a patch, before it is known whether the run may write.
pub(super) struct Outcome {
    pub verdict: Verdict,
    pub sites: Vec<Site>,
    pub alternatives: Vec<(PathBuf, usize)>,
    pub reasons: Vec<Reason>,
    pub near: Vec<NearMiss>,
    pub notes: Vec<String>,
    pub findings: Vec<Finding>,
    /// How many files the patch names.
    pub files: usize,
    /// Whether there may be more done sites than are told.
    pub open: bool,
}

impl Outcome {
    pub fn new(verdict: Verdict) -> Outcome {
        Outcome {
            verdict,
            sites: Vec::new(),
            alternatives: Vec::new(),
            reasons: Vec::new(),
            near: Vec::new(),
            notes: Vec::new(),
            findings: Vec::new(),
            files: 0,
            open: false,
        }
    }

    fn because(mut self, text: impl Into<String>) -> Outcome {
        self.reasons.push(Reason { text: text.into(), place: None });
        self
    }
}

/// Runs one patch: judges it, and where it has something to do puts the result into the workspace and the plan.
pub(super) fn run(
    patchset: &Patchset,
    patch: &Patch,
    ready: Option<&Ready>,
    number: usize,
    workspace: &mut Workspace<'_>,
    plan: &mut Plan,
    options: &Options,
) -> Report {
    let outcome = match (ready, unmet(patch, &plan.reports)) {
        (None, _) => Outcome::new(Verdict::Skipped).because(if options.only.is_empty() {
            "it is for another target"
        } else {
            "it was not asked for"
        }),
        (Some(_), Some(need)) => Outcome::new(Verdict::Blocked).because(need),
        (Some(ready), None) => attempt(patchset, patch, ready, number, workspace, plan, options),
    };
    Report {
        id: patch.id.value.clone(),
        title: patch.title.clone(),
        verdict: outcome.verdict,
        blocks: false,
        expect: expect_of(patch),
        sites: outcome.sites,
        alternatives: outcome.alternatives,
        reasons: outcome.reasons,
        near: outcome.near,
        notes: outcome.notes,
        findings: outcome.findings,
        open: outcome.open,
    }
}

/// The first need that is not met, in words.
fn unmet(patch: &Patch, reports: &[Report]) -> Option<String> {
    patch.needs.iter().find_map(|need| {
        let report = reports.iter().find(|r| r.id == need.value)?;
        (!tally::meets(report.verdict))
            .then(|| format!("it needs `{}`, which is {}", need.value, crate::plan::name(report.verdict)))
    })
}

fn expect_of(patch: &Patch) -> Expect {
    use crate::patchset::Work;
    match patch.bodies.first().map(|b| &b.work) {
        Some(Work::Edit(hunks)) => hunks.first().map(|h| h.expect).unwrap_or_default(),
        Some(Work::Operation(operation)) => operation.expect,
        Some(Work::Create(_)) | None => Expect::default(),
    }
}

fn attempt(
    patchset: &Patchset,
    patch: &Patch,
    ready: &Ready,
    number: usize,
    workspace: &mut Workspace<'_>,
    plan: &mut Plan,
    options: &Options,
) -> Outcome {
    let target = options.target.as_deref().or(patchset.target.as_deref());
    let (matches, note) = obsolete(patch, ready, workspace);
    let (mut outcome, changes) = match ready.bodies.first().map(|b| &b.work) {
        Some(ReadyWork::Create(new)) => {
            let (outcome, file) = create::create(new, workspace);
            (outcome, file.into_iter().map(|(path, bytes)| Changed::whole(path, bytes)).collect())
        }
        Some(ReadyWork::Operation(globs, operation)) => {
            let (outcome, edits) = operation::operate(globs, operation, target, workspace);
            carry_out(outcome, edits, workspace)
        }
        _ => edit_hunks(patchset, patch, ready, workspace, matches, options.all_done),
    };
    if outcome.files == 0 && !matches {
        outcome.verdict = Verdict::Absent;
        outcome.reasons.insert(0, Reason { text: "no file matches `files`".to_owned(), place: None });
        return outcome;
    }
    let todo = outcome.sites.iter().any(|s| !s.done);
    let done = outcome.sites.iter().any(|s| s.done);
    if matches && !matches!(outcome.verdict, Verdict::Unreadable) {
        if todo {
            outcome.verdict = Verdict::Drifted;
            outcome = outcome.because("upstream has made its own change (`obsolete`), and yet there are sites to do");
        } else if !done {
            outcome.verdict = Verdict::Obsolete;
            outcome.near.clear();
            outcome.reasons.clear();
        }
        outcome.notes.extend(note);
    }
    if !matches!(outcome.verdict, Verdict::Applies | Verdict::Partly) {
        return outcome;
    }
    if let Some(reason) = stack_conflict(patchset, &changes, workspace) {
        outcome.verdict = Verdict::Ambiguous;
        outcome.reasons.push(reason);
        return outcome;
    }
    for changed in changes {
        changed.put(number, workspace, plan);
    }
    outcome
}

/// One file as a patch leaves it.
struct Changed {
    path: PathBuf,
    before: Option<Vec<u8>>,
    after: Vec<u8>,
    batches: Vec<Vec<Edit>>,
    written: Vec<crate::source::Bytes>,
}

impl Changed {
    fn whole(path: PathBuf, bytes: Vec<u8>) -> Changed {
        let all = 0..bytes.len();
        Changed { path, before: None, after: bytes, batches: Vec::new(), written: vec![all] }
    }

    fn put(self, patch: usize, workspace: &mut Workspace<'_>, plan: &mut Plan) {
        let shift = Shift::new(&self.batches);
        let mut written: Vec<_> = workspace.written(&self.path).iter().map(|(w, by)| (shift.range(w), *by)).collect();
        written.extend(self.written.into_iter().map(|w| (w, patch)));
        workspace.put(&self.path, self.after.clone(), written);
        plan.steps.push(Step { patch, path: self.path, before: self.before, after: self.after });
    }
}

/// A later patch may show, but not change, what an earlier one wrote.
fn stack_conflict(patchset: &Patchset, changes: &[Changed], workspace: &Workspace<'_>) -> Option<Reason> {
    for changed in changes {
        let written = workspace.written(&changed.path);
        for edit in changed.batches.first().into_iter().flatten().filter(|e| !e.bytes.is_empty()) {
            let hit = written.iter().find(|(w, _)| w.start < edit.bytes.end && edit.bytes.start < w.end);
            if let Some((_, by)) = hit {
                let earlier = &patchset.patches[*by].id.value;
                let text = format!("it would change what `{earlier}` writes; make one patch of the two");
                let before = changed.before.as_deref().unwrap_or_default();
                let place = place_in(&changed.path, &Lines::new(before), before, edit.bytes.start);
                return Some(Reason { text, place: Some(place) });
            }
        }
    }
    None
}

/// Whether what makes the patch obsolete occurs, and what to tell about it.
fn obsolete(patch: &Patch, ready: &Ready, workspace: &Workspace<'_>) -> (bool, Option<String>) {
    let (Some(said), Some(obsolete)) = (&patch.obsolete, &ready.obsolete) else { return (false, None) };
    let mut leads: Vec<(PathBuf, AskId)> = Vec::new();
    for &(ask, _) in &obsolete.asks {
        leads.extend(workspace.leads(ask).into_iter().map(|lead| (lead.path, ask)));
    }
    leads.sort();
    let found = leads.into_iter().find(|(path, ask)| occurs(obsolete, path, *ask, workspace));
    let Some((path, _)) = found else { return (false, None) };
    let mut note = format!(
        "no longer needed: {}",
        said.note.as_deref().unwrap_or("upstream has made its own change").trim_end().trim_end_matches('.')
    );
    if let Some(by) = &said.by {
        note.push_str(&format!(" (by {by})"));
    }
    if let Some(since) = &said.since {
        note.push_str(&format!(", since {since}"));
    }
    note.push_str(&format!(", in {}", path.display()));
    (true, Some(note))
}

/// Whether one of the fragments occurs in a file.
fn occurs(obsolete: &ReadyObsolete, path: &Path, ask: AskId, workspace: &Workspace<'_>) -> bool {
    let Some(language) = Language::of_path(path) else { return false };
    let Ok(Some(source)) = workspace.source(path, language, ask) else { return false };
    let found = matches(obsolete, &source, workspace);
    if found.iter().all(|tokens| source.is_inner(tokens)) {
        return !found.is_empty();
    }
    workspace.whole(path, language).is_ok_and(|source| !matches(obsolete, &source, workspace).is_empty())
}

/// Where the fragments occur in a file.
fn matches(obsolete: &ReadyObsolete, source: &Source, workspace: &Workspace<'_>) -> Vec<Tokens> {
    let (env, packages) = (BTreeMap::new(), BTreeMap::new());
    let mut found = Vec::new();
    for (_, fragment) in obsolete.matches.iter().filter(|(l, _)| *l == source.language) {
        for s in &fragment.spellings {
            let mut matcher = Matcher::new(&s.side, source, &env, &packages).within(s.lists, s.twin);
            let all = matcher.all(&mut Steps(workspace.limits.steps));
            found.extend(all.into_iter().flatten().map(|m| m.tokens));
        }
    }
    found
}

/// The edits of an operation, carried out.
fn carry_out(
    mut outcome: Outcome,
    edits: Vec<(PathBuf, Vec<Edit>)>,
    workspace: &Workspace<'_>,
) -> (Outcome, Vec<Changed>) {
    let mut changes = Vec::new();
    for (path, mut edits) in edits {
        let Ok(before) = workspace.read(&path) else { continue };
        let refuse = |outcome: &mut Outcome, text: String| {
            outcome.verdict = Verdict::Ambiguous;
            outcome.reasons.push(Reason { text: format!("{}: {text}", path.display()), place: None });
        };
        if let Err(overlap) = sort_edits(&mut edits) {
            refuse(&mut outcome, overlap.to_string());
            continue;
        }
        let (bytes, written) = apply_edits(&before, &edits);
        let parse = |bytes: &[u8]| Source::parse(Language::Go, bytes.to_vec(), Limits::NONE);
        let (Ok(old), Ok(new)) = (parse(&before), parse(&bytes)) else { continue };
        if new.errors.len() > old.errors.len() {
            refuse(&mut outcome, "the result would not parse any more".to_owned());
            continue;
        }
        let mut columns = crate::golang::realign(&old, &edits, &new, &written);
        let (after, written, batches) = match sort_edits(&mut columns) {
            Ok(()) if !columns.is_empty() => {
                let batches = vec![edits, columns];
                let shift = Shift::new(&batches[1..]);
                let written = written.iter().map(|w| shift.range(w)).collect();
                (apply_edits(&bytes, &batches[1]).0, written, batches)
            }
            _ => (bytes, written, vec![edits]),
        };
        changes.push(Changed { path, before: Some(before.to_vec()), after, batches, written });
    }
    (outcome, changes)
}

/// A site chosen for a file: which body, which hunk, where.
struct Chosen<'a, 'r> {
    body: usize,
    hunk: usize,
    sighting: &'a Sighting<'r>,
    hit: &'a Hit,
}

/// `needless` says that upstream has made its own change, so that nobody asks where the sites are.
fn edit_hunks(
    patchset: &Patchset,
    patch: &Patch,
    ready: &Ready,
    workspace: &Workspace<'_>,
    needless: bool,
    all_done: bool,
) -> (Outcome, Vec<Changed>) {
    let todo = ready.hunks().flat_map(|hunk| workspace.leads(hunk.ask)).filter(|lead| lead.todo);
    let live = todo.map(|lead| lead.path).collect();
    let focus = Focus { live: &live, all: all_done };
    let looking = Looking::new(workspace);
    let mut surveys: Vec<Vec<Survey<'_>>> = Vec::new();
    for body in &ready.bodies {
        surveys.push(survey_all(body.hunks(), &shared_holes(body), &looking, focus));
        let hits: usize = surveys.iter().flatten().flat_map(|s| &s.sightings).map(|s| s.found.hits.len()).sum();
        if surveys.len() > 1 && hits > SITES {
            let text =
                format!("its alternatives have more than {SITES} sites together; make the bodies or `files` narrower");
            let mut outcome = Outcome::new(Verdict::Unreadable).because(text);
            outcome.files = surveys.iter().flatten().map(|s| s.files).max().unwrap_or(0);
            return (outcome, Vec::new());
        }
    }
    agree(&mut surveys, &looking);
    let all = || surveys.iter().flatten();
    let mut outcome = Outcome::new(Verdict::Nothing);
    outcome.notes.extend(wordless(ready));
    outcome.files = all().map(|s| s.files).max().unwrap_or(0);
    outcome.open = all().any(|s| s.open);
    let mut chosen: Vec<Chosen<'_, '_>> = Vec::new();
    choose(patch.sum, &surveys, &mut chosen, &mut outcome);
    if outcome.files > 0 {
        let verdict = count(ready, &surveys, &chosen, workspace, &mut outcome);
        outcome.verdict = tally::worst(&[outcome.verdict, verdict]);
    }
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
    let mut told: BTreeSet<(&Path, usize)> = BTreeSet::new();
    for c in &chosen {
        outcome.sites.push(Site { place: c.sighting.place(c.hit), done: c.hit.done, bytes: c.hit.bytes.clone() });
        if c.body > 0 && told.insert((c.sighting.path.as_path(), c.body)) {
            outcome.alternatives.push((c.sighting.path.clone(), c.body));
        }
    }
    outcome.sites.sort_by(|a, b| (&a.place, a.done).cmp(&(&b.place, b.done)));
    explain(patchset, patch, ready, &surveys, &chosen, workspace, needless, &mut outcome);
    let mut changes = Vec::new();
    if matches!(outcome.verdict, Verdict::Applies | Verdict::Partly) {
        let mut by_file: BTreeMap<&Path, Vec<&Chosen<'_, '_>>> = BTreeMap::new();
        for c in chosen.iter().filter(|c| !c.hit.done) {
            by_file.entry(&c.sighting.path).or_default().push(c);
        }
        let by_file: Vec<_> = by_file.into_iter().collect();
        let edited: Vec<_> = by_file.par_iter().map(|(path, chosen)| edit(path, chosen, &looking)).collect();
        for edited in edited {
            match edited {
                Ok(changed) => changes.push(changed),
                Err(reason) => {
                    outcome.verdict = Verdict::Ambiguous;
                    outcome.reasons.push(reason);
                }
            }
        }
    }
    (outcome, changes)
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

/// Edits all chosen sites of one file. Fails with the reason where the result would not be what the patch says.
fn edit(path: &Path, chosen: &[&Chosen<'_, '_>], looking: &Looking<'_, '_>) -> Result<Changed, Reason> {
    let read = |c: &Chosen<'_, '_>| c.sighting.source(looking.workspace);
    let lost = |text: String| Reason { text: format!("{}: {text}", path.display()), place: None };
    let source = chosen.first().map(|c| read(c)).transpose().map_err(lost)?;
    let Some(source) = source else { return Err(lost("there is nothing to do".to_owned())) };
    let done = |c: &Chosen<'_, '_>| c.sighting.found.hits.iter().filter(|h| h.done).count();
    let works = chosen.iter().map(|c| Work { rule: c.sighting.rule, hit: c.hit, env: &c.sighting.env, done: done(c) });
    let works: Vec<Work<'_>> = works.collect();
    let edited = change(path, &source, &works, looking).map_err(|refusal| {
        let place = place(path, &source, refusal.bytes.start);
        Reason { text: refusal.message, place: Some(place) }
    })?;
    Ok(Changed {
        path: path.to_owned(),
        before: Some(source.bytes.clone()),
        after: edited.source.bytes,
        batches: edited.batches,
        written: edited.written,
    })
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

/// Chooses, per file, the first body that has sites; says where a later one has sites of its own.
fn choose<'a, 'r>(sum: bool, surveys: &'a [Vec<Survey<'r>>], chosen: &mut Vec<Chosen<'a, 'r>>, outcome: &mut Outcome) {
    for (body, hunks) in surveys.iter().enumerate() {
        for (hunk, survey) in hunks.iter().enumerate() {
            let todo = survey.sightings.iter().flat_map(|s| &s.found.hits).any(|h| !h.done);
            for sighting in &survey.sightings {
                for hit in &sighting.found.hits {
                    if todo && hit.done && sighting.rule.pattern.shapes[hit.shape].after.elements.is_empty() {
                        // A place with nothing in it tells that all is done, not that part of it is.
                        continue;
                    }
                    let earlier = if body == 0 { &[] } else { &chosen[..] };
                    let others = || earlier.iter().filter(|c| c.body != body && c.sighting.path == sighting.path);
                    if others().any(|c| c.hit.done && hit.done && touch(c.hit, hit)) {
                        // The same result by two bodies is one site.
                        continue;
                    }
                    let clash = others().find(|c| !sum || touch(c.hit, hit));
                    if let Some(first) = clash {
                        outcome.verdict = Verdict::Ambiguous;
                        let text = format!(
                            "alternative {body} has a site here too, beside those of {}",
                            body_name(first.body)
                        );
                        outcome.reasons.push(Reason { text, place: Some(sighting.start(hit)) });
                        continue;
                    }
                    chosen.push(Chosen { body, hunk, sighting, hit });
                }
            }
        }
    }
}

fn body_name(body: usize) -> String {
    if body == 0 { "the patch's own body".to_owned() } else { format!("alternative {body}") }
}

/// Whether two hits claim the same code.
fn touch(a: &Hit, b: &Hit) -> bool {
    let (x, y) = (&a.bytes, &b.bytes);
    x.start < y.end && y.start < x.end
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
