use super::model::{Commit, Commits, Made, Prepared, Stage};
use super::repository::Repo;
use crate::patchset::{Patch, Patchset};
use crate::render::{Digested, Messages};
use crate::report::Step;
use crate::write::git::{Drafts, GITLINK, GitError, Move, Objects, What, failed, index, superproject};
use crate::write::{Run, WriteError};
use git2::build::TreeUpdateBuilder;
use git2::{Branch, FileMode, ObjectType, Oid, Signature, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Who commits where nobody else is known: with a fixed date and no author in the patchset, or without any settings.
const NOBODY: (&str, &str) = ("treepatch", "treepatch@localhost");

/// Writes all objects, and says what is to move.
pub(crate) fn prepare(
    stage: &Stage,
    run: &mut Run,
    options: &Commits<'_>,
    steps: &[Step],
) -> Result<Prepared, WriteError> {
    let mut prepared = Prepared::default();
    let mut below: Vec<Submodule<'_>> = Vec::new();
    for (number, repo) in stage.repositories.iter().enumerate() {
        let steps: Vec<&Step> =
            steps.iter().filter(|s| stage.files.get(&s.path).is_some_and(|f| f.0 == number)).collect();
        let mut work = Work::new(repo, options)?;
        let own = work.patches(stage, &steps)?;
        let (links, rest): (Vec<_>, Vec<_>) = below.into_iter().partition(|link| link.parent == repo.path);
        below = rest;
        work.links(&links)?;
        if options.squash {
            work.squash(&own, &links)?;
        }
        if work.made.is_empty() {
            continue;
        }
        let mut patches: Vec<usize> = own.into_iter().chain(links.iter().flat_map(|l| l.patches.clone())).collect();
        patches.sort_unstable();
        patches.dedup();
        if let Some(parent) = superproject(&stage.root, &repo.path)? {
            below.push(Submodule { path: &repo.path, parent, head: work.head, patches });
        }
        work.finish(run.drafts()?, &mut prepared)?;
    }
    Ok(prepared)
}

/// A submodule that got commits.
pub(crate) struct Submodule<'a> {
    pub path: &'a Path,
    pub parent: PathBuf,
    pub head: Oid,
    /// The patches in it and below.
    pub patches: Vec<usize>,
}

/// Commits that grow in one repository.
pub(crate) struct Work<'a> {
    repo: &'a Repo,
    options: &'a Commits<'a>,
    author: Signature<'static>,
    committer: Signature<'static>,
    pub head: Oid,
    pub tree: Oid,
    pub made: Vec<Commit>,
    /// What changes in the index.
    pub entries: BTreeMap<PathBuf, (Oid, u32)>,
    /// What goes from the index.
    pub gone: BTreeSet<PathBuf>,
    objects: Objects,
}

impl<'a> Work<'a> {
    pub fn new(repo: &'a Repo, options: &'a Commits<'a>) -> Result<Work<'a>, WriteError> {
        let (author, committer) = identities(repo, options)?;
        let tree = repo.tree()?.id();
        let (made, entries, gone) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        let objects = Objects::before(&repo.git)?;
        Ok(Work { repo, options, author, committer, head: repo.tip.commit, tree, made, entries, gone, objects })
    }

    /// Commits the patches that change files here; gives their numbers. Squashed they only change the tree.
    fn patches(&mut self, stage: &Stage, steps: &[&Step]) -> Result<Vec<usize>, WriteError> {
        let numbers: BTreeSet<usize> = steps.iter().map(|s| s.patch).collect();
        let mut own = Vec::new();
        for number in numbers {
            let Some(patch) = self.options.patchset.patches.get(number) else { continue };
            let mut changed = BTreeMap::new();
            for step in steps.iter().filter(|s| s.patch == number) {
                let Some((_, tracked)) = stage.files.get(&step.path) else { continue };
                let git = &self.repo.git;
                let id = git.blob(&tracked.kept(&step.after.bytes())).map_err(failed("write a file into", git))?;
                changed.insert(self.repo.own(&step.path), (id, tracked.mode));
            }
            if !self.change(changed)? {
                continue;
            }
            own.push(number);
            if !self.options.squash {
                let message = self.messages().patch(patch, &digest(self.options.patchset, patch));
                let author = of_patch(patch, &self.author).map_err(failed("name the author in", &self.repo.git))?;
                let own = std::mem::replace(&mut self.author, author);
                self.commit(&message, vec![patch.id.value.clone()])?;
                self.author = own;
            }
        }
        Ok(own)
    }

    /// Moves submodules, in one commit; squashed they only change the tree.
    fn links(&mut self, links: &[Submodule<'_>]) -> Result<(), WriteError> {
        if self.options.squash { self.change_links(links).map(drop) } else { self.move_links(links, false) }
    }

    fn change_links(&mut self, links: &[Submodule<'_>]) -> Result<bool, WriteError> {
        self.change(links.iter().map(|link| (self.repo.own(link.path), (link.head, GITLINK))).collect())
    }

    /// Moves submodules, in one commit: to where patches are in, or (`out`) out again.
    pub fn move_links(&mut self, links: &[Submodule<'_>], out: bool) -> Result<(), WriteError> {
        if self.change_links(links)? {
            let message = self.messages().submodules(&self.moved(links), out);
            self.commit(&message, Vec::new())?;
        }
        Ok(())
    }

    /// One commit of all that has changed.
    fn squash(&mut self, own: &[usize], links: &[Submodule<'_>]) -> Result<(), WriteError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let message = match own {
            [] => self.messages().submodules(&self.moved(links), false),
            own => self.messages().squashed(&self.digested(own)),
        };
        self.commit(&message, self.digested(own).iter().map(|(patch, _)| patch.id.value.clone()).collect())
    }

    /// The submodules by the paths that this repository has for them.
    fn moved(&self, links: &[Submodule<'_>]) -> Vec<(PathBuf, Vec<Digested<'a>>)> {
        links.iter().map(|link| (self.repo.own(link.path), self.digested(&link.patches))).collect()
    }

    fn digested(&self, numbers: &[usize]) -> Vec<Digested<'a>> {
        let set = self.options.patchset;
        numbers.iter().filter_map(|&n| set.patches.get(n)).map(|patch| (patch, digest(set, patch))).collect()
    }

    pub fn messages(&self) -> Messages<'a> {
        Messages { patchset: self.options.patchset, target: self.options.target }
    }

    /// Changes the tree; says whether it is another one now.
    fn change(&mut self, changed: BTreeMap<PathBuf, (Oid, u32)>) -> Result<bool, WriteError> {
        if changed.is_empty() {
            return Ok(false);
        }
        let git = &self.repo.git;
        let base = git.find_tree(self.tree).map_err(failed("read a tree of", git))?;
        let mut builder = TreeUpdateBuilder::new();
        for (path, &(id, mode)) in &changed {
            builder.upsert(path.as_path(), id, file_mode(mode));
        }
        let tree = builder.create_updated(git, &base).map_err(failed("write a tree into", git))?;
        self.share(tree, changed.keys().map(PathBuf::as_path))?;
        let differs = tree != self.tree;
        self.tree = tree;
        self.entries.extend(changed);
        Ok(differs)
    }

    /// Shares a tree that was written, with what it has of these paths.
    pub fn share<'p>(&self, tree: Oid, paths: impl Iterator<Item = &'p Path>) -> Result<(), WriteError> {
        let git = &self.repo.git;
        self.objects.share(git, tree)?;
        let tree = git.find_tree(tree).map_err(failed("read a tree of", git))?;
        let parts: BTreeSet<&Path> = paths.flat_map(Path::ancestors).filter(|p| !p.as_os_str().is_empty()).collect();
        let ids = parts.into_iter().filter_map(|path| tree.get_path(path).ok()).map(|entry| entry.id());
        ids.into_iter().try_for_each(|id| self.objects.share(git, id))
    }

    pub fn commit(&mut self, message: &str, patches: Vec<String>) -> Result<(), WriteError> {
        let git = &self.repo.git;
        let write = || {
            let (tree, parent) = (git.find_tree(self.tree)?, git.find_commit(self.head)?);
            git.commit(None, &self.author, &self.committer, message, &tree, &[&parent])
        };
        self.head = write().map_err(failed("write a commit into", git))?;
        self.objects.share(git, self.head)?;
        let subject = message.lines().next().unwrap_or("").to_owned();
        self.made.push(Commit { id: self.head.to_string(), subject, patches });
        Ok(())
    }

    /// Says what is to move in the repository.
    pub fn finish(self, drafts: Drafts<'_>, prepared: &mut Prepared) -> Result<(), WriteError> {
        let repo = self.repo;
        repo.git.sync()?;
        let entries = self.entries.iter().map(|(path, &(id, mode))| (path, id, mode));
        let push = |prepared: &mut Prepared, what: What, before, after: Vec<u8>| {
            prepared.moves.push(Move { repository: repo.path.clone(), what, before, after });
        };
        let index = index::updated(drafts, &repo.git, &repo.index_bytes, entries, &self.gone)?;
        push(prepared, What::Index, Some(repo.index_bytes.clone()), index);
        let head = repo.tip.head.clone();
        let id = format!("{}\n", self.head).into_bytes();
        let mut branch = None;
        match (self.options.branch, &repo.tip.branch) {
            (Some(name), _) => {
                let full = new_branch(repo, name)?;
                let on_it = format!("ref: {full}\n").into_bytes();
                // The branch is there before `HEAD` is on it: on one that is not, git would begin a new history.
                push(prepared, What::Reference(full), None, id);
                push(prepared, What::Head, Some(head), on_it);
                branch = Some(name.to_owned());
            }
            (None, Some((full, before))) => {
                branch = full.strip_prefix("refs/heads/").map(str::to_owned);
                // `HEAD` stays, but nobody may switch to another branch meanwhile.
                push(prepared, What::Head, Some(head.clone()), head);
                push(prepared, What::Reference(full.clone()), Some(before.clone()), id);
            }
            (None, None) => push(prepared, What::Head, Some(head), id),
        }
        let who =
            format!("{} <{}>", self.committer.name().unwrap_or(NOBODY.0), self.committer.email().unwrap_or(NOBODY.1));
        let seconds = self.committer.when().seconds();
        let line = format!(
            "{} {} {who} {seconds} +0000\tcommit: treepatch {}\n",
            repo.tip.commit, self.head, self.options.patchset.name
        );
        prepared.logs.push((repo.git.log(&What::Head)?, line.clone().into_bytes()));
        if let (Some(branch), None) = (&branch, self.options.branch) {
            let what = What::Reference(format!("refs/heads/{branch}"));
            prepared.logs.push((repo.git.log(&what)?, line.into_bytes()));
        }
        if repo.setting("commit.gpgsign").is_some_and(|v| v == "true") {
            let name = repo.name().display();
            prepared.notes.push(format!("{name}: commit.gpgsign is set, but these commits are not signed"));
        }
        if branch.is_none() {
            prepared.note(
                "commits on a detached head are on no branch and on no remote; --branch NAME makes a branch for them",
            );
        }
        prepared.made.push(Made {
            path: repo.path.clone(),
            commits: self.made,
            before: repo.tip.commit.to_string(),
            branch,
        });
        Ok(())
    }
}

impl Prepared {
    fn note(&mut self, note: &str) {
        if self.notes.iter().all(|known| known != note) {
            self.notes.push(note.to_owned());
        }
    }

    /// Notes the moves in git's logs, where it keeps some. The logs are a convenience: what fails here is let be.
    pub fn log(&self) {
        self.logs.iter().for_each(|(log, line)| log.append(line));
    }
}

/// What identifies a patch's text: the id that git gives a file of that content, cut short.
pub fn digest(set: &Patchset, patch: &Patch) -> String {
    let start = patch.span.start;
    let end = set.patches.iter().map(|p| p.span.start).filter(|&s| s > start).min().unwrap_or(set.text.len());
    let text = set.text.get(start..end).unwrap_or("");
    let id = Oid::hash_object(ObjectType::Blob, text.trim_end().as_bytes());
    id.map(|id| id.to_string().chars().take(12).collect()).unwrap_or_default()
}

/// Who wrote a patch, and when, where the patch says so.
fn of_patch(patch: &Patch, other: &Signature<'static>) -> Result<Signature<'static>, git2::Error> {
    let named = patch.author.as_deref().and_then(|a| a.strip_suffix('>')).and_then(|a| a.split_once(" <"));
    let when = patch.date.map_or(other.when(), |date| Time::new(date.seconds, date.offset));
    match (named, other.name(), other.email()) {
        (Some((name, mail)), ..) => Signature::new(name, mail, &when),
        (None, Ok(name), Ok(mail)) => Signature::new(name, mail, &when),
        _ => Ok(other.clone()),
    }
}

/// Author and committer.
fn identities(repo: &Repo, options: &Commits<'_>) -> Result<(Signature<'static>, Signature<'static>), GitError> {
    let author = options.patchset.author.as_deref();
    let author = author.and_then(|a| a.strip_suffix('>')).and_then(|a| a.split_once(" <"));
    let make = |(name, mail): (&str, &str)| match options.date {
        Some(date) => Signature::new(name, mail, &Time::new(date, 0)),
        None => Signature::now(name, mail),
    };
    let make = |who| make(who).map_err(failed("name the author in", &repo.git));
    match (options.date, repo.git.signature()) {
        (None, Ok(own)) => {
            let own = own.to_owned();
            let author = author.map(make).transpose()?.unwrap_or_else(|| own.clone());
            Ok((author, own))
        }
        _ => {
            let who = make(author.unwrap_or(NOBODY))?;
            Ok((who.clone(), who))
        }
    }
}

/// The full name of a branch that is to be made.
fn new_branch(repo: &Repo, name: &str) -> Result<String, GitError> {
    let full = format!("refs/heads/{name}");
    let refuse = |why: String| Err(GitError::repository(repo.name(), why));
    if !Branch::name_is_valid(name).unwrap_or(false) {
        return refuse(format!("`{name}` cannot be the name of a branch"));
    }
    let git = &repo.git;
    let names = git.references().map_err(failed("list the branches of", git))?;
    let names: Vec<String> = names.filter_map(|r| r.ok()?.name().ok().map(str::to_owned)).collect();
    let clash = |n: &&String| **n == full || n.starts_with(&format!("{full}/")) || full.starts_with(&format!("{n}/"));
    match names.iter().find(clash) {
        None => Ok(full),
        Some(other) => refuse(format!(
            "there is a branch {} already; choose another name",
            other.trim_start_matches("refs/heads/")
        )),
    }
}

fn file_mode(mode: u32) -> FileMode {
    match mode {
        GITLINK => FileMode::Commit,
        0o100_755 => FileMode::BlobExecutable,
        _ => FileMode::Blob,
    }
}
