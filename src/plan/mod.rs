//! Sites into verdicts and edits: the whole run as a value, before anything is written.

pub mod accepted;
pub mod alternatives;
pub mod conflict;
pub mod create;
pub mod file_edit;
pub mod hunks;
pub mod import_edits;
pub mod left_behind;
pub mod obsolete;
pub mod operation;
pub mod options;
pub mod outcome;
pub mod ownership;
pub mod patch;
pub mod reversibility;
pub mod run;
pub mod taken;
pub mod evaluate;
pub mod idempotence;
pub mod patch_edit;
pub mod staged;
pub mod verdict;

pub use options::Options;
