//! Patches as commits, and what the commits of a repository say of them.
//!
//! Every patch becomes one commit in each repository that it changes (or all of them one, when squashed). Then each
//! repository that holds changed submodules gets one commit that moves them all: one, because a superproject in
//! which half of the patches are in has never been tried by anybody. All objects are written first, where nothing
//! refers to them; then the files of the working trees, the indexes and the heads follow in one journaled step.
//!
//! Commits are made from `HEAD`'s tree, so that what else is changed or staged stays as it is and out of them. No
//! hook, filter, shell or `git` program runs, and nothing is signed.

mod commits;
mod log;
mod model;
mod past;
mod provenance;
mod range;
mod repository;
mod revision;
mod stage;
mod undo;

pub use commits::digest;
pub use past::Past;
pub use provenance::{Heads, History, Known};
pub use range::{PatchOfCommit, commits};
pub use revision::Revision;
pub use stage::{Committed, ReadyCommits};
pub use undo::{Undoing, undo};

pub use model::{Commit, Commits, Made, Stage};
