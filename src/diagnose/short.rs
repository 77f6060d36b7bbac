//! Hunks that lack sites, and what was found instead.

use crate::pattern::Names;
use crate::report::{NearMiss, Reason};
use crate::search::{CompiledHunk, HunkMatches};

/// A hunk that has too few sites.
pub(crate) struct Short<'a, 'r> {
    /// What tells it from the other hunks and alternatives of the patch: `alternative 2: `; mostly nothing.
    pub label: String,
    pub hunk: &'a CompiledHunk,
    pub names: &'a Names,
    pub hunk_matches: &'a HunkMatches<'r>,
    /// How many sites are missing.
    pub missing: usize,
}

/// What came closest.
#[derive(Default)]
pub(crate) struct Close {
    pub near: Vec<NearMiss>,
    pub reasons: Vec<Reason>,
    /// How much of a body the best place has, per mille.
    pub share: i32,
}
