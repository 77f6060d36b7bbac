//! Go semantics over files.

pub mod columns;
pub mod imports;
