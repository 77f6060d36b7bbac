//! What the sites of a patch come to.

use super::chosen::{Chosen, choose};
use super::near::{narrow, place};
use super::patch::Outcome;
use super::ready::{Ready, ReadyWork};
use super::report::{Reason, Site, Verdict};
use super::survey::Survey;
use super::tally::{self, Counts};
use super::workspace::Workspace;
use crate::find::Found;
use crate::language::Language;
use std::collections::BTreeSet;
use std::path::Path;

/// Chooses the sites that count, and counts them.
pub(super) fn judge<'a, 'r>(
    ready: &Ready,
    sum: bool,
    surveys: &'a [Vec<Survey<'r>>],
    workspace: &Workspace<'_>,
) -> (Outcome, Vec<Chosen<'a, 'r>>) {
    let all = || surveys.iter().flatten();
    let mut outcome = Outcome::new(Verdict::Nothing);
    outcome.files = all().map(|s| s.files).max().unwrap_or(0);
    outcome.open = all().any(|s| s.open);
    let (chosen, clashes) = choose(sum, surveys);
    if !clashes.is_empty() {
        outcome.verdict = Verdict::Ambiguous;
        outcome.reasons.extend(clashes);
    }
    if outcome.files > 0 {
        let verdict = count(ready, surveys, &chosen, workspace, &mut outcome);
        outcome.verdict = tally::worst(&[outcome.verdict, verdict]);
    }
    tell_unread(surveys, workspace, &mut outcome);
    if outcome.verdict != Verdict::Applied {
        outcome.notes.extend(passed_over(surveys));
    }
    let mut alternatives = BTreeSet::new();
    for c in &chosen {
        outcome.sites.push(Site { place: c.sighting.place(c.hit), done: c.hit.done, bytes: c.hit.bytes.clone() });
        if c.body > 0 && alternatives.insert((&c.sighting.path, c.body)) {
            outcome.alternatives.push((c.sighting.path.clone(), c.body));
        }
    }
    outcome.sites.sort_by(|a, b| (&a.place, a.done).cmp(&(&b.place, b.done)));
    (outcome, chosen)
}

/// Says how many places only look like an expression that a body is.
fn passed_over(surveys: &[Vec<Survey<'_>>]) -> Option<String> {
    let passed: usize = surveys.iter().flatten().flat_map(|s| &s.sightings).map(|s| s.found.passed).sum();
    let places = if passed == 1 { "1 place".to_owned() } else { format!("{passed} places") };
    (passed > 0).then(|| {
        format!(
            "passed over {places} where these words declare something, or name a member or a label; as = \"name\" meets \
             every occurrence of a name"
        )
    })
}

/// Tells of what cannot be read, and of matches that nobody can judge.
fn tell_unread(surveys: &[Vec<Survey<'_>>], workspace: &Workspace<'_>, outcome: &mut Outcome) {
    let all = || surveys.iter().flatten();
    for unseen in all().flat_map(|s| &s.unseen) {
        outcome.verdict = Verdict::Unreadable;
        outcome.reasons.push(Reason { text: format!("{}: {}", unseen.path.display(), unseen.why), place: None });
    }
    for s in all().flat_map(|s| &s.sightings) {
        let Found { unreadable, undecided, unread, .. } = &s.found;
        if unreadable.is_empty() && undecided.is_empty() && unread.is_empty() {
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
        for &token in unread {
            let place = place(&s.path, &source, source.gap_end(token));
            let text = "the words of the body stand here, but the C grammar takes them for a part of something else, so \
                        that this is no site; show more of the code around it in a hunk of its own";
            outcome.warnings.push(Reason { text: text.to_owned(), place: Some(place) });
        }
        for tokens in undecided {
            outcome.verdict = tally::worst(&[outcome.verdict, Verdict::Ambiguous]);
            let place = place(&s.path, &source, source.span(tokens).start);
            let text = "both sides of the body match here, so nobody can tell whether it is done".to_owned();
            outcome.reasons.push(Reason { text, place: Some(place) });
        }
    }
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
