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
mod memory;
mod overlay;
mod packages;
mod repositories;
mod words;

pub use case::clash;
pub use disk::{COPY, DRAFTS, Disk, STATE, Walk, is_own};
pub use error::{GateError, OpenError};
pub use folder::Folder;
pub(crate) use folder::NAME;
pub use gate::{Root, check};
pub use gitdir::GitDir;
pub use globs::{BadGlob, GlobTable, Globs};
pub use inventory::{InventoryError, Item, ItemKind, inventory, root_mode};
pub use memory::Memory;
pub use overlay::Overlay;
pub use packages::Packages;
pub use repositories::{is_repository, repositories_above, repositories_below, repository_of};
pub use words::{Words, stands_alone};

use std::path::{Path, PathBuf};

/// Files to patch: a checkout on disk, or a few in memory (examples, tests).
pub trait Tree: Sync {
    /// Every regular file below the root, as sorted relative paths with `/`; only `.git` is left out.
    fn paths(&self) -> &[PathBuf];

    /// The bytes of one of these files.
    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError>;

    /// The bytes of one of these files, into memory that is there already.
    fn read_into(&self, path: &Path, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        *bytes = self.read(path)?;
        Ok(())
    }

    /// What could not be listed: folders whose files nobody knows.
    fn trouble(&self) -> &[ReadError] {
        &[]
    }
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}", path = .path.display())]
pub struct ReadError {
    /// The file, relative to the root.
    pub path: PathBuf,
    /// What the system said.
    pub reason: String,
}
