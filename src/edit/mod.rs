//! A site into byte edits: only what changes is replaced, every other byte stays.

mod indent;
mod inline;
mod one_line;
mod parens;
mod render;
mod rows;

use crate::find::{Env, Hit};
use crate::pattern::{Change, Part, Shape};
use crate::source::{Bytes, Edit, Source};
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};

pub use indent::Units;
pub use parens::Parens;

/// Why a site cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What is in the way, and what to do.
    pub message: String,
    /// The bytes of the source that are in the way.
    pub bytes: Bytes,
}

/// Why an edit is refused that takes a comment away.
pub(crate) const LOST_COMMENT: &str = "the edit would lose this comment; show it on a `-` line if it is to go";

/// One site to do, with all that its edits need to know.
pub(crate) struct Job<'a> {
    pub shape: &'a Shape,
    pub rows: &'a [crate::patchset::Row],
    pub source: &'a Source,
    pub hit: &'a Hit,
    pub env: &'a Env,
    /// The names of packages in this file, by the name that the body uses.
    pub packages: &'a BTreeMap<String, Option<String>>,
    pub parens: &'a Parens,
    pub units: &'a Units,
    /// The step of indentation of the body, worked out when it is first asked for.
    pub unit_of_body: OnceCell<indent::Unit>,
    /// The comments that the before side shows.
    pub comments: OnceCell<HashSet<Bytes>>,
}

/// The edits of one site that is to do, in the order in which insertions at one place follow each other. `units` are
/// those of the source, for all of its sites.
///
/// Fails where a comment would be lost, or where the source has no place for a new line.
pub fn edits(
    shape: &Shape,
    rows: &[crate::patchset::Row],
    source: &Source,
    hit: &Hit,
    packages: &BTreeMap<String, Option<String>>,
    parens: &Parens,
    units: &Units,
) -> Result<Vec<Edit>, Refusal> {
    let (unit_of_body, comments) = (OnceCell::new(), OnceCell::new());
    let job = Job { shape, rows, source, hit, env: &hit.env, packages, parens, units, unit_of_body, comments };
    let mut edits = Vec::new();
    job.open_parens(&mut edits);
    let mut on_lines: Vec<std::ops::Range<usize>> = std::iter::once(0..edits.len()).collect();
    for change in &shape.changes {
        match change {
            Change::Tokens { before, after } => {
                let from = edits.len();
                job.change_tokens(before, after, &mut edits)?;
                on_lines.push(from..edits.len());
            }
            Change::Rows { delete, insert, above, below } => {
                job.change_rows(delete, insert, *above, *below, &mut edits)?;
            }
        }
    }
    job.reindent(&mut edits, &on_lines);
    job.close_parens(&mut edits);
    edits.retain(|e| !(e.bytes.is_empty() && e.text.is_empty()));
    job.keeps_comments(&edits)?;
    Ok(edits)
}

impl Job<'_> {
    /// The bytes that a run of before elements is bound to.
    pub(crate) fn bytes(&self, elements: &std::ops::Range<usize>) -> Bytes {
        let bounds = &self.hit.matched.bounds[elements.clone()];
        let solid = || bounds.iter().filter(|b| !b.bytes.is_empty());
        match (solid().next(), solid().next_back()) {
            (Some(first), Some(last)) => first.bytes.start..last.bytes.end,
            _ => bounds.first().map_or(0..0, |b| b.bytes.clone()),
        }
    }

    /// Whether the before side shows the comment that has these bytes.
    fn shows_comment(&self, bytes: &Bytes) -> bool {
        let shown = self.comments.get_or_init(|| {
            let elements = self.shape.before.elements.iter().zip(&self.hit.matched.bounds);
            elements.filter(|(e, _)| matches!(e.part, Part::Comment(_))).map(|(_, b)| b.bytes.clone()).collect()
        });
        shown.contains(bytes)
    }

    /// A comment goes only where a `-` line shows it; it may go elsewhere with the code around it. Whether one that the new
    /// text seems to hold is in the result is seen when that is read again.
    fn keeps_comments(&self, edits: &[Edit]) -> Result<(), Refusal> {
        for edit in edits.iter().filter(|e| !e.bytes.is_empty()) {
            for comment in self.source.comments_in(&edit.bytes) {
                let text = &self.source.bytes[comment.bytes.clone()];
                let kept = || edits.iter().any(|e| memchr::memmem::find(&e.text, text).is_some());
                if !self.shows_comment(&comment.bytes) && !kept() {
                    return Err(Refusal { message: LOST_COMMENT.to_owned(), bytes: comment.bytes.clone() });
                }
            }
        }
        Ok(())
    }
}
