//! How commits are made, and what was made.

use super::repository::{Repo, Tracked};
use crate::checkout::Root;
use crate::patchset::Patchset;
use crate::write::git::{Move, Spot};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How commits are made.
#[derive(Clone, Copy, Debug)]
pub struct Commits<'a> {
    /// The patchset, with its parameters filled in.
    pub patchset: &'a Patchset,
    /// The target whose tables were read.
    pub target: Option<&'a str>,
    /// One commit for each repository, rather than one for each patch.
    pub squash: bool,
    /// The branch that is made for them and checked out.
    pub branch: Option<&'a str>,
    /// The date of all commits, in seconds since 1970, at +0000. With it nothing comes from git's settings, so that
    /// the same input gives the same commits everywhere.
    pub date: Option<i64>,
}

/// The commits made in one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its folder, relative to the root; empty for the one that the root lies in.
    pub path: PathBuf,
    /// The commits, oldest first.
    pub commits: Vec<Commit>,
    /// What was checked out before.
    pub before: String,
    /// The branch that they are on; `None` for a detached head.
    pub branch: Option<String>,
}

/// A commit that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// The ids of the patches that it brings or takes out; none, if it only moves submodules.
    pub patches: Vec<String>,
}

/// Commits that are written but that nothing refers to yet.
#[derive(Default)]
pub(crate) struct Prepared {
    pub moves: Vec<Move>,
    pub made: Vec<Made>,
    pub notes: Vec<String>,
    pub logs: Vec<(Spot, Vec<u8>)>,
}

/// The repositories that a plan is to be committed in, looked at: everything that is in the way is known before
/// anything changes.
pub struct Stage {
    pub(crate) root: Root,
    /// The repositories, those further down first.
    pub(crate) repositories: Vec<Repo>,
    /// The files that the plan changes, each with its repository.
    pub(crate) files: BTreeMap<PathBuf, (usize, Tracked)>,
    /// Files whose bytes on disk are not those of `HEAD`.
    pub apart: BTreeMap<PathBuf, Option<Vec<u8>>>,
    /// Those of the plan that git would call changed, with how.
    pub dirty: BTreeMap<PathBuf, &'static str>,
}
