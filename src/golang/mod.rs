//! Go's semantics over many files: packages, declared types, struct layout on 32-bit targets, and the operations that
//! need them. A file is parsed only when a question leads to it.

pub mod atomics;
pub mod columns;
mod condition;
mod constant;
mod context;
mod file;
mod header;
pub mod imports;
mod infer;
mod layout;
mod modules;
mod paths;
mod resolve;
mod stubs;
mod tree;
mod types;
mod world;

pub use columns::{align, realign};
pub use condition::{Answer, View, constant_value, fits, has_type};
pub use tree::{GoTree, MemoryTree};
pub use world::World;
