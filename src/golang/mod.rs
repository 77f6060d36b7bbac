//! Go semantics over files.

pub mod columns;
