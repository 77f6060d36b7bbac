//! git's own files: indexes, heads and references as they are read, drafted, locked and moved.

pub mod convert;
pub mod error;
pub mod index;
pub mod links;
pub mod moves;
pub mod objects;
pub mod open;
pub mod seal;
pub mod sharing;
pub mod spot;
pub mod tip;

pub use error::GitError;
pub(crate) use index::Drafts;
pub(crate) use links::{is_submodule, may_be_submodule};
pub(crate) use moves::{Locks, Move, Side, settle, side, unlock};
pub(crate) use open::What;
pub(crate) use seal::{check_seal, seal, unseal};
