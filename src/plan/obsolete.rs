use super::asks::AskId;
use super::ready::{Ready, ReadyObsolete};
use super::report::Reason;
use super::workspace::Workspace;
use crate::find::{Matcher, Steps};
use crate::language::Language;
use crate::patchset::Patch;
use crate::source::{Source, Tokens};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What shows that upstream has made its own change.
#[derive(Default)]
pub(super) struct Signs {
    /// What to tell about it, where it shows.
    pub note: Option<String>,
    /// Where it could show and nobody can see, while it shows nowhere else.
    pub unseen: Vec<Reason>,
}

impl Signs {
    /// Looks for what makes the patch obsolete.
    pub fn look(patch: &Patch, ready: &Ready, workspace: &Workspace<'_>) -> Signs {
        let mut signs = Signs::default();
        let (Some(said), Some(obsolete)) = (&patch.obsolete, &ready.obsolete) else { return signs };
        let mut unseen = |path: &Path, why: &str| {
            let text = format!(
                "whether upstream has made its own change (`obsolete`) cannot be seen in {}: {why}",
                path.display()
            );
            signs.unseen.push(Reason { text, place: None });
        };
        let mut leads: Vec<(PathBuf, AskId)> = Vec::new();
        for &(ask, _) in &obsolete.asks {
            leads.extend(workspace.leads(ask).into_iter().map(|lead| (lead.path, ask)));
            workspace.unread(ask).iter().for_each(|error| unseen(&error.path, &error.reason));
        }
        leads.sort();
        for (path, ask) in leads {
            match occurs(obsolete, &path, ask, workspace) {
                Ok(false) => {}
                Ok(true) => {
                    let note = said.note.as_deref().unwrap_or("upstream has made its own change");
                    let mut note = format!("no longer needed: {}", note.trim_end().trim_end_matches('.'));
                    if let Some(by) = &said.by {
                        note.push_str(&format!(" (by {by})"));
                    }
                    if let Some(since) = &said.since {
                        note.push_str(&format!(", since {since}"));
                    }
                    note.push_str(&format!(", in {}", path.display()));
                    return Signs { note: Some(note), unseen: Vec::new() };
                }
                Err(why) => unseen(&path, &why),
            }
        }
        signs
    }
}

/// Whether one of the fragments occurs in a file. Fails with the reason why nobody can see.
fn occurs(obsolete: &ReadyObsolete, path: &Path, ask: AskId, workspace: &Workspace<'_>) -> Result<bool, String> {
    let Some(language) = Language::of_path(path) else { return Ok(false) };
    let Some(source) = workspace.source(path, language, ask)? else { return Ok(false) };
    let found = matches(obsolete, &source, workspace)?;
    if found.iter().all(|tokens| source.is_inner(tokens)) {
        return Ok(!found.is_empty());
    }
    Ok(!matches(obsolete, &*workspace.whole(path, language)?, workspace)?.is_empty())
}

/// Where the fragments occur in a file.
fn matches(obsolete: &ReadyObsolete, source: &Source, workspace: &Workspace<'_>) -> Result<Vec<Tokens>, String> {
    let (env, packages) = (BTreeMap::new(), BTreeMap::new());
    let mut found = Vec::new();
    for (_, fragment) in obsolete.matches.iter().filter(|(l, _)| *l == source.language) {
        for s in &fragment.spellings {
            let mut matcher = Matcher::new(&s.side, source, &env, &packages).within(s.lists, s.twin);
            let all = matcher.all(&mut Steps(workspace.limits.steps)).map_err(|e| e.to_string())?;
            found.extend(all.into_iter().map(|m| m.tokens));
        }
    }
    Ok(found)
}
