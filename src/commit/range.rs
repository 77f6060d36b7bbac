//! The commits of a range, as patches. Reads only.

use crate::checkout::{Root, place_in_repository};
use crate::write::git::open;
use git2::{Commit, DiffFormat, DiffOptions, Oid, Repository, Sort};
use std::path::Path;

/// A commit as a mail, as `git format-patch` writes it.
#[derive(Clone, Debug)]
pub struct PatchOfCommit {
    /// Its short id and subject.
    pub name: String,
    /// The mail.
    pub patch: Vec<u8>,
}

/// The commits of `OLD..NEW` in the repository that a folder is the root of, oldest first. Merges are refused by name.
pub fn commits(root: &Path, range: &str) -> Result<Vec<PatchOfCommit>, String> {
    let root = Root::open(root).map_err(|error| error.to_string())?;
    if place_in_repository(&root).is_some_and(|place| !place.as_os_str().is_empty()) {
        return Err(format!("{range}: the tree is a folder of a repository; name the top of it with --tree"));
    }
    let git = open(&root, Path::new("")).map_err(|error| error.to_string())?;
    let (old, new) = range.split_once("..").ok_or("a range is REV..REV")?;
    let new = if new.is_empty() { "HEAD" } else { new };
    let (old, new) = (commit(&git, old)?, commit(&git, new)?);
    let failed = |error: git2::Error| format!("{range}: {}", error.message());
    let mut walk = git.revwalk().map_err(failed)?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE).map_err(failed)?;
    walk.push(new).map_err(failed)?;
    walk.hide(old).map_err(failed)?;
    let mut found = Vec::new();
    for id in walk {
        let commit = git.find_commit(id.map_err(failed)?).map_err(failed)?;
        if commit.parent_count() > 1 {
            return Err(format!(
                "{}: is a merge, which is no patch; name a range without it, or make the branch straight with git rebase",
                name(&commit)
            ));
        }
        found.push(PatchOfCommit { name: name(&commit), patch: mail(&git, &commit).map_err(failed)? });
    }
    Ok(found)
}

fn commit(git: &Repository, revision: &str) -> Result<Oid, String> {
    let found = git.revparse_single(revision).and_then(|object| object.peel_to_commit());
    found.map(|commit| commit.id()).map_err(|_| format!("{revision}: the repository has no such commit"))
}

fn name(commit: &Commit<'_>) -> String {
    let id = commit.id().to_string();
    format!("{} {}", &id[..10], commit.summary().ok().flatten().unwrap_or(""))
}

fn mail(git: &Repository, commit: &Commit<'_>) -> Result<Vec<u8>, git2::Error> {
    let author = commit.author();
    let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
    let (subject, body) = message.split_once('\n').unwrap_or((&message, ""));
    let when = author.when();
    let date = crate::patchset::Date { seconds: when.seconds(), offset: when.offset_minutes() };
    let mut out = format!(
        "From {} Mon Sep 17 00:00:00 2001\nFrom: {} <{}>\nDate: {}\nSubject: {subject}\n\n{}\n---\n",
        commit.id(),
        String::from_utf8_lossy(author.name_bytes()),
        String::from_utf8_lossy(author.email_bytes()),
        date.mail(),
        body.trim(),
    )
    .into_bytes();
    let old = commit.parents().next().map(|parent| parent.tree()).transpose()?;
    let mut options = DiffOptions::new();
    let mut diff = git.diff_tree_to_tree(old.as_ref(), Some(&commit.tree()?), Some(&mut options))?;
    diff.find_similar(None)?;
    diff.print(DiffFormat::Patch, |_, _, line| {
        if matches!(line.origin(), '+' | '-' | ' ') {
            out.push(line.origin() as u8);
        }
        out.extend(line.content());
        true
    })?;
    Ok(out)
}
