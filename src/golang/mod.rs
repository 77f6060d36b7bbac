//! Go's semantics over many files: packages, declared types, struct layout on 32-bit targets, and the operations that
//! need them. A file is parsed only when a question leads to it.

pub mod build;
pub mod format;
pub mod imports;
pub mod types;

pub use crate::vfs::go_tree::{GoTree, MemoryTree};
pub use format::{align, realign};
pub use types::packages::World;
pub use types::query::{Answer, View, constant_value, fits, has_type};
pub use types::tags::{field_names, tagged_field};
