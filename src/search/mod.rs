//! Compiled patches over a tree: which files may hold them, and where they match.

pub mod chunks;
pub mod compiled;
pub mod file_names;
pub mod finder;
pub mod import_names;
pub mod index;
pub mod query;
pub mod scan;
pub mod select;
pub mod survey;
pub mod words;
pub mod workspace;

