//! Compiled patches over a tree: which files may hold them, and where they match.

mod chunks;
mod compiled;
mod file_names;
mod finder;
mod import_names;
mod index;
mod query;
mod scan;
mod select;
mod survey;
mod words;
mod workspace;

pub(crate) use compiled::{Ready, ReadyBody, ReadyHunk, ReadyObsolete, ReadyWork, glob_complaint};
pub(crate) use finder::Looking;
pub(crate) use import_names::packages_of;
pub(crate) use index::Scout;
pub(crate) use query::AskId;
pub(crate) use scan::{SITES, Visitor, look, visit};
pub(crate) use select::{Chosen, name, sites_of, sum};
pub(crate) use survey::{Sighting, Survey, rule_for};
pub use words::{Words, stands_alone};
pub(crate) use workspace::{By, Workspace};
