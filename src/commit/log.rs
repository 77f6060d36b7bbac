use crate::write::git::{GitError, failed};
use git2::{Oid, Repository, Sort};
use std::collections::BTreeSet;

/// A commit that `apply --commit` made for patches.
pub(crate) struct Entry {
    pub id: Oid,
    pub subject: String,
    /// The ids of its patches.
    pub patches: Vec<String>,
}

/// The commits of a patchset that are in `HEAD`'s history and not reverted, newest first.
pub(crate) fn entries(git: &Repository, patchset: &str) -> Result<Vec<Entry>, GitError> {
    let fail = || failed("read the history of", git);
    let mut walk = git.revwalk().map_err(fail())?;
    walk.set_sorting(Sort::TOPOLOGICAL).and_then(|()| walk.push_head()).map_err(fail())?;
    let (mut found, mut reverted) = (Vec::new(), BTreeSet::new());
    for id in walk {
        // The end of a shallow history is no failure.
        let Ok(commit) = id.and_then(|id| git.find_commit(id)) else { break };
        let Ok(message) = commit.message() else { continue };
        if trailers(message, "Treepatch-Patchset").all(|name| name != patchset) {
            continue;
        }
        reverted.extend(trailers(message, "Treepatch-Reverts").map(str::to_owned));
        let patches = trailers(message, "Treepatch-Patch").filter_map(|v| v.split(' ').next()).map(str::to_owned);
        let patches: Vec<String> = patches.collect();
        let is_ours = !patches.is_empty() && commit.parent_count() == 1 && !reverted.contains(&commit.id().to_string());
        if is_ours {
            let subject = message.lines().next().unwrap_or("").to_owned();
            found.push(Entry { id: commit.id(), subject, patches });
        }
    }
    Ok(found)
}

/// The values of a trailer: lines of the last paragraph.
fn trailers<'m>(message: &'m str, key: &'static str) -> impl Iterator<Item = &'m str> {
    let last = message.trim_end().rsplit("\n\n").next().unwrap_or("");
    last.lines().filter_map(move |line| line.strip_prefix(key)?.strip_prefix(": ")).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailers_stand_in_the_last_paragraph() {
        let message = "title\n\nTreepatch-Patch: no\n\nTreepatch-Patchset: mine\nTreepatch-Patch: width 12\n\n";
        assert_eq!(trailers(message, "Treepatch-Patch").collect::<Vec<_>>(), ["width 12"]);
        assert_eq!(trailers(message, "Treepatch-Patchset").collect::<Vec<_>>(), ["mine"]);
        assert_eq!(trailers("title", "Treepatch-Patch").count(), 0);
    }
}
