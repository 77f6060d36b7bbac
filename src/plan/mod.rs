//! Sites into verdicts and edits: the whole run as a value, before anything is written.

mod accepted;
mod alternatives;
mod conflict;
mod create;
mod evaluate;
mod file_edit;
mod hunks;
mod idempotence;
mod import_edits;
mod left_behind;
mod obsolete;
mod operation;
mod options;
mod outcome;
mod ownership;
mod patch;
mod patch_edit;
mod reversibility;
mod run;
mod staged;
mod taken;
mod text_edit;
mod verdict;

pub(crate) use hunks::edit_hunks;
pub(crate) use idempotence::{SecondRun, is_in, look_again};
pub(crate) use obsolete::Signs;
pub use options::Options;
pub(crate) use ownership::{Ownership, Shares};
pub(crate) use patch::run as run_patch;
pub(crate) use patch_edit::PatchRun;
pub(crate) use reversibility::{EditedFile, Reversibility};
pub(crate) use run::{Run, Watch};
pub(crate) use staged::StagedFile;
pub(crate) use taken::TakenOut;
pub(crate) use verdict::settle;
