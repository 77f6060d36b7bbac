//! The way in: a patchset and the files of a release come in, a plan goes out.
//!
//! [`plan`] takes any tree, such as one in memory. [`Planner`] takes a folder on the disk, and does all that makes its verdicts
//! safe to act on: it fills in the tables, makes sure that every selected id exists, looks for interrupted runs, and
//! tells of folders that cannot be listed, of submodules that are not there, and of paths that the gate would refuse.

mod checkout;
mod counted;
mod gate;
mod plan;
mod reach;
mod selection;
mod submodules;

pub use checkout::{PlanError, Planned, Planner};
pub use counted::{Counters, Watcher};
pub use plan::{plan, plan_with_head};
pub use selection::{UnknownPatch, select};
pub use submodules::{Unseen, refuse, unseen};
