//! The word for each patch.

use std::fmt;

/// The closed list of verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Another target, or not selected.
    Skipped,
    /// A patch that it needs is not met.
    Blocked,
    /// A syntax error lies in a match, or a matching file cannot be read.
    Unreadable,
    /// No file matches `files`.
    Absent,
    /// There are sites to do, none is done.
    Applies,
    /// Some sites are to do, some are done.
    Partly,
    /// All is done already.
    Applied,
    /// Upstream no longer needs it.
    Obsolete,
    /// Nothing there, and that is allowed.
    Nothing,
    /// Too few sites.
    Drifted,
    /// Too many sites, or a conflict.
    Ambiguous,
}

impl Verdict {
    /// Its name, as it is printed and as it is in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Skipped => "skipped",
            Verdict::Blocked => "blocked",
            Verdict::Unreadable => "unreadable",
            Verdict::Absent => "absent",
            Verdict::Applies => "applies",
            Verdict::Partly => "partly",
            Verdict::Applied => "applied",
            Verdict::Obsolete => "obsolete",
            Verdict::Nothing => "nothing",
            Verdict::Drifted => "drifted",
            Verdict::Ambiguous => "ambiguous",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
