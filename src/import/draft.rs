//! What is to be written, as data.

use crate::patchset::{Date, Upstream};
use std::path::PathBuf;

/// A patch of a patchset that is being made.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// `id`.
    pub id: String,
    /// `title`.
    pub title: String,
    /// `why`.
    pub why: String,
    /// `needs`.
    pub needs: Vec<String>,
    /// `amends`.
    pub amends: Vec<String>,
    /// `disabled`.
    pub disabled: Option<String>,
    /// `author`.
    pub author: Option<String>,
    /// `date`.
    pub date: Option<Date>,
    /// `trailers`.
    pub trailers: Vec<String>,
    /// `[patch.upstream]`.
    pub upstream: Upstream,
    /// What it does.
    pub work: Work,
}

/// The body of a patch.
#[derive(Clone, Debug)]
pub enum Work {
    /// `diff`, or several `[[patch.hunk]]`s.
    Hunks(Vec<Hunk>),
    /// `create`.
    Create {
        /// The path of the new file.
        path: PathBuf,
        /// What it holds.
        content: String,
    },
}

impl Default for Work {
    fn default() -> Self {
        Work::Hunks(Vec::new())
    }
}

/// One body, with the file it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The file.
    pub path: PathBuf,
    /// The rows of `diff`.
    pub rows: Vec<String>,
    /// `inside`.
    pub inside: Option<String>,
    /// `as`.
    pub reading: Option<&'static str>,
    /// `layout = "patch"`.
    pub letters: bool,
    /// Why it is text, where a grammar reads the file.
    pub as_text: Option<String>,
}
