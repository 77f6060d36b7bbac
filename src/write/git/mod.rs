//! git's own files: indexes, heads and references as they are read, drafted, locked and moved.

mod convert;
mod error;
pub mod index;
mod links;
mod moves;
mod objects;
mod open;
mod seal;
mod sharing;
mod spot;
mod tip;

pub(crate) use convert::{Conversion, Rules};
pub use error::GitError;
pub(crate) use error::failed;
pub(crate) use index::Drafts;
pub(crate) use links::{GITLINK, is_in_repository, is_submodule, may_be_submodule, superproject};
pub(crate) use moves::{Locks, Move, Side, settle, side, unlock};
pub(crate) use objects::Objects;
pub(crate) use open::{Git, What, open};
pub(crate) use seal::{check_seal, seal, unseal};
pub(crate) use spot::Spot;
pub(crate) use tip::Tip;
