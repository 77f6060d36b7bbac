//! Go's semantics over many files: packages, declared types, struct layout on 32-bit targets, and the operations that
//! need them. A file is parsed only when a question leads to it.

pub mod build;
pub mod format;
pub mod imports;
pub mod types;
