use super::outcome::Outcome;
use crate::find::{Env, Matcher, OutOfSteps, Steps};
use crate::language::Language;
use crate::patchset::{Obsolete, Patch};
use crate::report::{Fact, Reason, Site, Verdict};
use crate::search::{CompiledObsolete, CompiledPatch, QueryId, Workspace};
use crate::source::{Source, Tokens};
use crate::text::Text;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What shows that upstream has made its own change.
#[derive(Default)]
pub(crate) struct Signs {
    /// The files of the patch in which it shows, each with what to tell about it. They are judged one by one.
    pub cured: BTreeMap<PathBuf, String>,
    /// What to tell where it shows in a file that the patch does not change: that is a sign for all of it.
    pub everywhere: Option<String>,
    /// Where it could show and nobody can see, while it shows nowhere else.
    pub unseen: Vec<Reason>,
}

impl Signs {
    /// Looks for what makes the patch obsolete.
    pub fn look(patch: &Patch, compiled: &CompiledPatch, workspace: &Workspace<'_>) -> Signs {
        let mut signs = Signs::default();
        let (Some(said), Some(obsolete)) = (&patch.obsolete, &compiled.obsolete) else { return signs };
        let mut unseen = |path: &Path, why: &str| {
            let text = format!(
                "whether upstream has made its own change (`obsolete`) cannot be seen in {}: {why}",
                path.display()
            );
            signs.unseen.push(Reason { text, place: None });
        };
        let mut candidates: BTreeMap<PathBuf, Vec<QueryId>> = BTreeMap::new();
        for &(query, _) in &obsolete.queries {
            workspace
                .candidates(query)
                .into_iter()
                .for_each(|candidate| candidates.entry(candidate.path).or_default().push(query));
            workspace.unread(query).iter().for_each(|error| unseen(&error.path, &error.reason));
        }
        for (path, queries) in candidates {
            // The asks differ in their files alone.
            match occurs(obsolete, &path, queries[0], workspace) {
                Ok(false) => {}
                Ok(true) if compiled.edits_file(&path) => drop(signs.cured.insert(path.clone(), note(said, &path))),
                Ok(true) => signs.everywhere = signs.everywhere.take().or_else(|| Some(note(said, &path))),
                Err(why) => unseen(&path, &why),
            }
        }
        if signs.are_any() {
            signs.unseen.clear();
        }
        signs
    }

    /// Whether it shows anywhere.
    pub fn are_any(&self) -> bool {
        self.everywhere.is_some() || !self.cured.is_empty()
    }

    /// Settles what the sites of a patch come to beside the signs.
    pub fn settle(self, outcome: &mut Outcome) {
        let todo = outcome.sites.iter().any(|s| !s.done);
        if !self.are_any() {
            if todo && !self.unseen.is_empty() {
                outcome.facts.add(Fact::Unreadable);
            }
            if todo || outcome.verdict() == Verdict::Drifted {
                outcome.reasons.extend(self.unseen);
            }
            return;
        }
        if outcome.verdict() == Verdict::Unreadable {
            return;
        }
        let beside =
            |site: &&Site| !site.done && (self.everywhere.is_some() || self.cured.contains_key(&site.place.path));
        if let Some(site) = outcome.sites.iter().find(beside) {
            outcome.facts = Fact::TooFew.into();
            let text = "upstream has made its own change (`obsolete`), and yet there are sites to do";
            outcome.reasons.push(Reason { text: text.to_owned(), place: Some(site.place.clone()) });
        } else if outcome.sites.is_empty() {
            outcome.facts = Fact::Superseded.into();
            outcome.near.clear();
            outcome.reasons.clear();
            outcome.warnings.clear();
        } else if let Some(file) = self.cured.keys().next().filter(|_| outcome.verdict() == Verdict::Drifted) {
            let text = format!(
                "upstream has made its own change in {} (`obsolete`), which does not make up for what is missing elsewhere",
                file.display()
            );
            outcome.reasons.push(Reason { text, place: None });
        }
        outcome.notes.extend(self.everywhere.into_iter().chain(self.cured.into_values()));
    }
}

/// The verdict once it is known whether any file is one of the patch's, and whether upstream has made its own change.
pub(crate) fn conclude(mut outcome: Outcome, signs: Signs) -> Outcome {
    if outcome.files == 0 && !signs.are_any() {
        outcome.facts = Fact::NoFile.into();
        outcome.reasons.insert(0, Reason { text: "no file matches `files`".to_owned(), place: None });
        return outcome;
    }
    signs.settle(&mut outcome);
    outcome
}

/// What to tell of a file in which upstream has made its own change.
fn note(said: &Obsolete, path: &Path) -> String {
    let note = said.note.as_deref().unwrap_or("upstream has made its own change");
    let mut note = format!("no longer needed: {}", note.trim_end().trim_end_matches('.'));
    if let Some(by) = &said.by {
        note.push_str(&format!(" (by {by})"));
    }
    if let Some(since) = &said.since {
        note.push_str(&format!(", since {since}"));
    }
    note.push_str(&format!(", in {}", path.display()));
    note
}

/// Whether one of the fragments occurs in a file. Fails with the reason why nobody can see.
fn occurs(obsolete: &CompiledObsolete, path: &Path, query: QueryId, workspace: &Workspace<'_>) -> Result<bool, String> {
    if !obsolete.lines.is_empty() {
        let Some(source) = workspace.source(path, Language::Text, query)? else { return Ok(false) };
        let (text, mut steps) = (Text::of(&source, path), workspace.limits.steps);
        let found = obsolete.lines.iter().any(|rows| text.has(rows, &mut steps));
        return if steps == 0 { Err(OutOfSteps.to_string()) } else { Ok(found) };
    }
    let Some(language) = Language::of_path(path) else { return Ok(false) };
    let Some(source) = workspace.source(path, language, query)? else { return Ok(false) };
    let found = matches(obsolete, &source, workspace)?;
    if found.iter().all(|tokens| source.is_inner(tokens)) {
        return Ok(!found.is_empty());
    }
    Ok(!matches(obsolete, &*workspace.whole(path, language)?, workspace)?.is_empty())
}

/// Where the fragments occur in a file.
fn matches(obsolete: &CompiledObsolete, source: &Source, workspace: &Workspace<'_>) -> Result<Vec<Tokens>, String> {
    let (env, packages) = (Env::new(), BTreeMap::new());
    let mut found = Vec::new();
    for (_, fragment) in obsolete.matches.iter().filter(|(l, _)| *l == source.language) {
        for s in &fragment.spellings {
            let mut matcher = Matcher::new(&s.side, source, &env, &packages).within(s.lists, s.grouped);
            let all = matcher.all(&mut Steps(workspace.limits.steps)).map_err(|e| e.to_string())?;
            found.extend(all.into_iter().map(|m| m.tokens));
        }
    }
    Ok(found)
}
