//! Commits: what a plan does, as commits in the repositories that its files lie in.
//!
//! Every patch becomes one commit in each repository that it changes (or all of them one, when squashed). Then each
//! repository that holds changed submodules gets one commit that moves them all: one, because a superproject in
//! which half of the patches are in has never been tried by anybody. All objects are written first, where nothing
//! refers to them; then the files of the working trees, the indexes and the heads follow in one journaled step.
//!
//! Commits are made from `HEAD`'s tree, so that what else is changed or staged stays as it is and out of them. No
//! hook, filter, shell or `git` program runs, and nothing is signed.

mod commit;
mod convert;
mod error;
mod index;
mod links;
mod log;
mod moves;
mod open;
mod repository;
mod revision;
mod seal;
mod sharing;
mod spot;
mod stage;
mod tip;
mod undo;
mod who;

pub use commit::{Commit, Commits, Made, digest};
pub use error::GitError;
pub(super) use index::Drafts;
pub(super) use links::{is_submodule, may_be_submodule};
pub(super) use moves::{Locks, Move, Side, settle, side, unlock};
pub(super) use open::What;
pub use revision::Revision;
pub(super) use seal::{check_seal, seal, unseal};
pub use stage::{Committed, Ready, Stage};
pub use undo::{Undoing, undo};
pub use who::{Heads, History, Known, OurCommits};
