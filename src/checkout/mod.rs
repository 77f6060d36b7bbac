//! The files of a checkout: which there are, their bytes, and which of them can matter to a patch.
//!
//! Everything that opens a file below the root does it through [`Root`], which follows no symlink and enters no
//! `.git`. This room reads; it never writes.

mod case;
mod disk;
mod error;
mod folder;
mod gate;
mod gitdir;
mod globs;
mod inventory;
mod packages;
mod repositories;
mod submodules;

pub use case::clash;
pub use disk::{Disk, Walk, is_own};
pub use error::{GateError, OpenError};
pub use folder::Folder;
pub(crate) use folder::NAME;
pub use gate::{Root, check};
pub use gitdir::GitDir;
pub use globs::{BadGlob, GlobTable, Globs};
pub use inventory::{InventoryError, Item, ItemKind, inventory, root_mode};
pub use packages::Packages;
pub use repositories::{is_repository, place_in_repository, repositories_above, repositories_below, repository_of};
pub use submodules::empty_submodules;
