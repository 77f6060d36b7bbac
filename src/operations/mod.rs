//! operations
pub mod align_atomics;
