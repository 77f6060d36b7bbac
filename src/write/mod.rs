//! The only room that changes the disk: the files of a plan, all or none, and output files.
//!
//! A run goes through these steps, and may be killed at any of them:
//!
//! 1. The root is locked ([`Lock`]), so that no other run of treepatch writes below it.
//! 2. Every path passes the gate, and the bytes on disk are compared with those that the plan was made from.
//! 3. Every new content is written to a file in [`STATE`](crate::patchset::STATE), a folder that git does not see,
//!    and synced. A full disk or a missing permission shows here, where nothing has changed yet.
//! 4. The journal is written: what each file was and will be. From here on a killed run can be finished or undone.
//! 5. Each new file is swapped with the old one by a rename, and what came out is compared once more.
//! 6. The record of what is put in ([`Record`]) is renamed over the old one, where there is one.
//! 7. Where there are commits (`commit`), the repositories' indexes and heads follow in the same way: they wait in
//!    git's own lock files, taken before step 5, and are renamed.
//! 8. The journal is removed, then the folder. A failure in steps 5 to 7 swaps back what was swapped.

mod concurrent;
mod copy;
mod direction;
mod error;
mod folders;
mod fs;
pub mod git;
mod hidden;
mod interrupted;
mod job;
mod journal;
mod lifecycle;
mod lock;
mod metadata;
mod output;
mod record;
mod recover;
mod remove;
mod run;
mod set_aside;
mod staging;
mod state;
mod swap;

pub use copy::{Copied, Copying};
pub use direction::Direction;
pub use error::WriteError;
pub use interrupted::{unfinished, unfinished_below};
pub(crate) use job::Job;
pub use job::{Removal, Written};
pub use lock::Lock;
pub use output::{Output, folder, output};
pub use record::{Noting, Record};
pub use recover::recover;
pub(crate) use run::Run;
pub use run::{apply, apply_noting, revert, revert_noting};
pub use swap::look;
