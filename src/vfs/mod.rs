//! The files of a release, wherever they are: on disk, in memory, or one over the other.

pub mod go_tree;
pub mod memory;
pub mod overlay;
pub mod tree;

