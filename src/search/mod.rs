//! Compiled patches over a tree: which files may hold them, and where they match.

mod chunks;
mod compiled;
mod file_names;
mod finder;
mod hunk_matches;
mod import_names;
mod index;
mod query;
mod scan;
mod select;
mod words;
mod workspace;

pub(crate) use compiled::{
    CompiledAction, CompiledBody, CompiledHunk, CompiledObsolete, CompiledPatch, glob_diagnostic,
};
pub(crate) use finder::Finder;
pub(crate) use hunk_matches::{FileMatches, HunkMatches, rule_for};
pub(crate) use import_names::packages_of;
pub(crate) use index::Index;
pub(crate) use query::QueryId;
pub(crate) use scan::{SITES, Visitor, look, visit};
pub(crate) use select::{SelectedSite, name, sites_of, sum};
pub use words::{Words, stands_alone};
pub(crate) use workspace::{By, Workspace};
