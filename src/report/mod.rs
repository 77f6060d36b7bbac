//! What comes out of a run, as values: verdicts with their sites and reasons, and the files as they would be.

mod location;
mod patch_report;
mod plan;
mod verdict;

pub use location::Place;
pub(crate) use location::{brief, place, place_in};
pub use patch_report::{Finding, NearMiss, Reason, Report, Site};
pub(crate) use plan::last_versions;
pub use plan::{FileChange, Plan, Step};
pub use verdict::{Fact, Facts, Verdict};
