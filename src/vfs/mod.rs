//! The files of a release, wherever they are: on disk, in memory, or some laid over others.

mod memory;
mod overlay;
mod tree;

pub use memory::MemoryTree;
pub use overlay::Overlay;
pub use tree::{FileTree, ReadError};
