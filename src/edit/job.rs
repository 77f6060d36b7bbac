//! One site to edit, with all that its edits need to know.

use super::unit::Units;
use crate::find::{Env, Hit, Packages};
use crate::patchset::Layout;
use crate::pattern::{Part, Variant};
use crate::source::{Bytes, Edit, Source};
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

/// Why a site cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EditError {
    /// What is in the way, and what to do.
    pub message: String,
    /// The bytes of the source that are in the way.
    pub bytes: Bytes,
}

/// Why an edit is refused that takes a comment away.
pub(crate) const LOST_COMMENT: &str = "the edit would lose this comment; show it on a `-` line if it is to go";

/// One site to do, with all that its edits need to know.
pub(crate) struct Job<'a> {
    pub variant: &'a Variant,
    pub rows: &'a [crate::patchset::Row],
    /// Where the body has empty lines: each by the row below it.
    pub blanks: &'a [usize],
    pub layout: Layout,
    pub source: &'a Source,
    pub hit: &'a Hit,
    pub env: &'a Env,
    /// The packages that the body names, as the file knows them.
    pub packages: &'a Packages,
    pub parens: &'a Parens,
    pub units: &'a Units,
    /// The step of indentation of the body, worked out when it is first asked for.
    pub unit_of_body: OnceCell<super::unit::Unit>,
    /// How the site is indented, worked out when it is first asked for.
    pub margins: OnceCell<super::margins::Margins>,
    /// The comments that the before side shows.
    pub comments: OnceCell<HashSet<Bytes>>,
}

impl Job<'_> {
    /// The bytes that a run of before elements is bound to.
    pub(crate) fn bytes(&self, elements: &Range<usize>) -> Bytes {
        let bounds = &self.hit.matched.bounds[elements.clone()];
        let solid = || bounds.iter().filter(|b| !b.bytes.is_empty());
        match (solid().next(), solid().next_back()) {
            (Some(first), Some(last)) => first.bytes.start..last.bytes.end,
            _ => bounds.first().map_or(0..0, |b| b.bytes.clone()),
        }
    }

    /// Whether the before side shows the comment that has these bytes.
    pub fn shows_comment(&self, bytes: &Bytes) -> bool {
        let shown = self.comments.get_or_init(|| {
            let elements = self.variant.before.elements.iter().zip(&self.hit.matched.bounds);
            elements.filter(|(e, _)| matches!(e.part, Part::Comment(_))).map(|(_, b)| b.bytes.clone()).collect()
        });
        shown.contains(bytes)
    }

    /// A comment goes only where a `-` line shows it; it may go elsewhere with the code around it. Whether one that the new
    /// text seems to hold is in the result is seen when that is read again.
    pub fn keeps_comments(&self, edits: &[Edit]) -> Result<(), EditError> {
        for edit in edits.iter().filter(|e| !e.bytes.is_empty()) {
            for comment in self.source.comments_in(&edit.bytes) {
                let text = &self.source.bytes[comment.bytes.clone()];
                let kept = || edits.iter().any(|e| memchr::memmem::find(&e.text, text).is_some());
                if !self.shows_comment(&comment.bytes) && !kept() {
                    return Err(EditError { message: LOST_COMMENT.to_owned(), bytes: comment.bytes.clone() });
                }
            }
        }
        Ok(())
    }
}

/// Where one site gets parentheses.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Parens {
    /// The holes, as elements of the after side.
    pub holes: BTreeSet<usize>,
    /// Around the whole result.
    pub whole: bool,
}
