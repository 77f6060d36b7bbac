//! What the sites of a patch come to.

use super::alternatives::{Choice, Same, choose, expected};
use super::outcome::Outcome;
use super::verdict::{facts_of, is_met};
use crate::diagnose::narrow;
use crate::find::Found;
use crate::language::Language;
use crate::report::{Fact, Facts, Reason, Site, Verdict, brief, place};
use crate::search::{CompiledPatch, HunkMatches, SelectedSite, Workspace, name, sum};
use crate::source::{Bytes, Source, Spans, Tokens};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a patch is judged by, beside what its files hold.
pub(crate) struct Evaluation<'a, 't> {
    pub compiled: &'a CompiledPatch,
    /// Whether all bodies count together.
    pub sum: bool,
    pub workspace: &'a Workspace<'t>,
    /// In how many files upstream has made its own change.
    pub cured: usize,
    /// Whether two bodies make the same of a file.
    pub same: &'a Same<'a>,
}

impl Evaluation<'_, '_> {
    /// Chooses the sites that count, and counts them.
    pub fn evaluate<'a, 'r>(&self, matches: &'a [Vec<HunkMatches<'r>>]) -> (Outcome, Vec<SelectedSite<'a, 'r>>) {
        let all = || matches.iter().flatten();
        let mut outcome = Outcome::new(Facts::default());
        outcome.files = all().map(|s| s.files).max().unwrap_or(0);
        outcome.open = all().any(|s| s.open);
        let Choice { sites: selected, clashes, passed_over } = match self.sum {
            true => {
                let (sites, clashes) = sum(matches);
                Choice { sites, clashes, passed_over: Vec::new() }
            }
            false => choose(self.compiled, matches, self.cured, self.same),
        };
        if !clashes.is_empty() {
            outcome.facts.add(Fact::Conflict);
            outcome.reasons.extend(clashes);
        }
        if outcome.files > 0 {
            self.count(&selected, &mut outcome);
        }
        tell_unread(matches, self.workspace, &mut outcome);
        if outcome.verdict() != Verdict::Applied {
            outcome.notes.extend(declarations_passed_over(matches));
        }
        let apart = apart(&passed_over, &selected);
        match is_met(outcome.facts) {
            true => outcome.notes.extend(note_passed_over(&apart)),
            false => outcome.reasons.extend(others(&apart)),
        }
        let mut alternatives = BTreeSet::new();
        for c in &selected {
            outcome.sites.push(Site {
                place: c.file_matches.place(c.hit),
                done: c.hit.done,
                bytes: c.hit.bytes.clone(),
            });
            if c.body > 0 && alternatives.insert((&c.file_matches.path, c.body)) {
                outcome.alternatives.push((c.file_matches.path.clone(), c.body));
            }
        }
        outcome.sites.sort_by(|a, b| (&a.place, a.done).cmp(&(&b.place, b.done)));
        (outcome, selected)
    }

    /// What the counts say, and why.
    fn count(&self, selected: &[SelectedSite<'_, '_>], outcome: &mut Outcome) {
        let expected = expected(self.compiled, selected);
        let hunks = expected.iter().map(|e| e.hunk + 1).max().unwrap_or(1);
        for one in &expected {
            let counts = one.counts(selected);
            let facts = facts_of(&counts, one.expect, self.cured);
            if !is_met(facts) {
                let (todo, done) = counts.values().fold((0, 0), |s, c| (s.0 + c.0, s.1 + c.1));
                let part = if hunks > 1 { format!("hunk {}: ", one.hunk + 1) } else { String::new() };
                let expect = one.expect;
                let mut text = format!("{part}expected {expect}, found {todo} to do and {done} done");
                if facts.has(Fact::Conflict) {
                    text.push_str(&format!("; {}", self.narrow(one.hunk, selected)));
                }
                outcome.reasons.push(Reason { text, place: None });
            }
            outcome.facts = outcome.facts.and(facts);
        }
    }

    /// How to say which of too many sites are meant.
    fn narrow(&self, hunk: usize, selected: &[SelectedSite<'_, '_>]) -> String {
        let selected = || selected.iter().filter(|c| c.hunk == hunk);
        let sites: Vec<(&Path, usize)> =
            selected().map(|c| (c.file_matches.path.as_path(), c.hit.bytes.start)).collect();
        let language = selected().next().map(|c| c.file_matches.rule.pattern.language);
        let open = |path: &Path| self.workspace.whole(path, Language::of_path(path).or(language)?).ok();
        narrow(&sites, open)
    }
}

/// What to say of the other bodies where none fits.
fn others(apart: &[&SelectedSite<'_, '_>]) -> Vec<Reason> {
    let bodies: BTreeSet<usize> = apart.iter().map(|c| c.body).collect();
    let tell = |body: usize| {
        let place = apart.iter().find(|c| c.body == body).map(|c| c.file_matches.place(c.hit));
        let text =
            format!("{} has sites too, and does not fit either; `alternatives = \"sum\"` adds all up", name(body));
        Reason { text, place }
    };
    bodies.into_iter().map(tell).collect()
}

/// What to say of code that a body would change which does not fit.
fn note_passed_over(apart: &[&SelectedSite<'_, '_>]) -> Option<String> {
    let first = apart.first()?;
    let place = first.file_matches.place(first.hit);
    let body = name(first.body);
    let file = place.path.display();
    Some(format!("{body} does not fit as a whole: its site at {file}:{} is left as it is", place.line))
}

/// The token at which the grammar lost its way in some code that it cannot read.
fn error_at(source: &Source, tokens: &Tokens) -> Option<usize> {
    let touching: Vec<&Tokens> = source.errors_in(tokens).collect();
    let outside = touching.iter().min_by_key(|e| e.len())?;
    // An error in one that spans it all is the nearer cause.
    let inner = source.errors_in(outside).filter(|e| e.len() < outside.len()).min_by_key(|e| (e.len(), e.start));
    // Of braces that two branches of a conditional open, only one is closed.
    let is_torn = |t: &usize| source.is_error(source.tokens[*t].node);
    let torn = touching.iter().flat_map(|e| e.start..e.end).filter(is_torn);
    let branch = torn.filter(|&t| source.text(t).starts_with(b"#")).min();
    branch.or(inner.map(|e| e.start)).or(Some(outside.start)).filter(|&t| t < source.tokens.len())
}

/// Those of some sites that lie apart from the chosen ones; none where nothing was chosen.
fn apart<'c, 'a, 'r>(
    sites: &'c [SelectedSite<'a, 'r>],
    selected: &[SelectedSite<'_, '_>],
) -> Vec<&'c SelectedSite<'a, 'r>> {
    if sites.is_empty() || selected.is_empty() {
        return Vec::new();
    }
    let mut files: BTreeMap<&Path, Vec<(Bytes, ())>> = BTreeMap::new();
    for c in selected {
        files.entry(c.path()).or_default().push((c.hit.bytes.clone(), ()));
    }
    let files: BTreeMap<&Path, Spans<()>> = files.into_iter().map(|(path, all)| (path, Spans::new(all))).collect();
    let meets =
        |c: &SelectedSite<'_, '_>| files.get(c.path()).is_some_and(|s| s.meeting(&c.hit.bytes).next().is_some());
    sites.iter().filter(|c| !meets(c)).collect()
}

/// Says how many places only look like an expression that a body is.
fn declarations_passed_over(matches: &[Vec<HunkMatches<'_>>]) -> Option<String> {
    let passed: usize = matches.iter().flatten().flat_map(|s| &s.by_file).map(|s| s.found.passed).sum();
    let places = if passed == 1 { "1 place".to_owned() } else { format!("{passed} places") };
    (passed > 0).then(|| {
        format!(
            "passed over {places} where these words declare something, or name a member or a label; as = \"name\" meets \
             every occurrence of a name"
        )
    })
}

/// Tells of what cannot be read, and of matches that nobody can judge.
fn tell_unread(matches: &[Vec<HunkMatches<'_>>], workspace: &Workspace<'_>, outcome: &mut Outcome) {
    let all = || matches.iter().flatten();
    for unseen in all().flat_map(|s| &s.unseen) {
        outcome.add(Fact::Unreadable, format!("{}: {}", unseen.path.display(), unseen.why));
    }
    for s in all().flat_map(|s| &s.by_file) {
        let Found { unreadable, undecided, unread, .. } = &s.found;
        if unreadable.is_empty() && undecided.is_empty() && unread.is_empty() {
            continue;
        }
        let Ok(source) = s.source(workspace) else { continue };
        for tokens in unreadable {
            let error = error_at(&source, tokens).map(|t| place(&s.path, &source, source.tokens[t].bytes.start));
            let place = place(&s.path, &source, source.span(tokens).start);
            let text = format!(
                "a syntax error lies in what would be a site; the {} grammar cannot read it{}",
                source.language.name(),
                error
                    .filter(|e| e.line != place.line)
                    .map_or(String::new(), |e| { format!(": the error is on line {}, `{}`", e.line, brief(&e.text)) })
            );
            outcome.add(Fact::Unreadable, Reason { text, place: Some(place) });
        }
        for &token in unread {
            let place = place(&s.path, &source, source.gap_end(token));
            let text = "the words of the body stand here, but the C grammar takes them for a part of something else, so \
                        that this is no site; show more of the code around it in a hunk of its own";
            outcome.warnings.push(Reason { text: text.to_owned(), place: Some(place) });
        }
        for tokens in undecided {
            let place = place(&s.path, &source, source.span(tokens).start);
            let text = "both sides of the body match here, so nobody can tell whether it is done".to_owned();
            outcome.add(Fact::Conflict, Reason { text, place: Some(place) });
        }
    }
}
