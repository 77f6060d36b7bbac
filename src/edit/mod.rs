//! A site into byte edits: only what changes is replaced, every other byte stays.

mod bare;
mod braces;
mod delete;
mod indent;
mod inline;
mod margin;
mod one_line;
mod parens;
mod render;
mod rows;
mod stretch;
mod verbatim;

pub use bare::Bare;
pub use braces::Braces;
pub use indent::Units;
pub use parens::Parens;

use crate::find::{Env, Hit, Packages, Rule};
use crate::patchset::Layout;
use crate::pattern::Change;
use crate::pattern::{Part, Shape, Side};
use crate::source::{Bytes, Edit, Source};
use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

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
    pub unit_of_body: OnceCell<indent::Unit>,
    /// How the site is indented, worked out when it is first asked for.
    pub margins: OnceCell<margin::Margins>,
    /// The comments that the before side shows.
    pub comments: OnceCell<HashSet<Bytes>>,
}

/// A site to edit: the rule that found it, the body as it is spelt there, and where it is.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The body.
    pub shape: &'a Shape,
    /// Where its before side matched.
    pub hit: &'a Hit,
}

/// The edits of one site, and whether they leave the layout as the patch shows it.
pub struct SiteEdits {
    /// In the order in which insertions at one place follow each other.
    pub edits: Vec<Edit>,
    /// Whether they are what `patch` would do: no rule about layout has a say in them.
    pub as_patch: bool,
}

/// The edits of one site that is to do. `units` are those of the source, for all of its sites.
///
/// Fails where a comment would be lost, or where the source has no place for a new line.
pub fn edits(
    target: Target<'_>,
    source: &Source,
    packages: &Packages,
    parens: &Parens,
    units: &Units,
) -> Result<SiteEdits, Refusal> {
    let (unit_of_body, margins, comments) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
    let Target { rule, shape, hit } = target;
    let fragment = &rule.pattern.fragment;
    let (rows, blanks) = (&fragment.rows[..], &fragment.blanks[..]);
    let env = &hit.env;
    let layout = Layout::Code;
    let mut job =
        Job { shape, rows, blanks, layout, source, hit, env, packages, parens, units, unit_of_body, margins, comments };
    let runs = job.runs();
    let mut shown = job.as_shown(&runs, rule.layout);
    let as_patch = job.layout == Layout::Patch;
    let mut edits = Vec::new();
    job.open_parens(&mut edits);
    let mut on_lines: Vec<Range<usize>> = std::iter::once(0..edits.len()).collect();
    for change in &shape.changes {
        if let Some(n) = run_of(shape, &runs, change).filter(|&n| shown[n].is_some()) {
            edits.extend(shown[n].as_mut().map(std::mem::take).into_iter().flatten());
            continue;
        }
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
    // Runs of empty lines alone are no changes of code.
    edits.extend(shown.iter_mut().flatten().flat_map(std::mem::take));
    if !as_patch {
        let as_shown: Vec<&Range<usize>> =
            runs.iter().zip(&shown).filter(|(_, edits)| edits.is_some()).map(|(run, _)| run).collect();
        job.reindent(&mut edits, &on_lines, &as_shown);
    }
    job.close_parens(&mut edits);
    edits.retain(|e| !(e.bytes.is_empty() && e.text.is_empty()));
    job.keeps_comments(&edits)?;
    Ok(SiteEdits { edits, as_patch })
}

/// The run of rows that a change belongs to, of runs in order.
fn run_of(shape: &Shape, runs: &[Range<usize>], change: &Change) -> Option<usize> {
    let row = first_row(shape, change);
    let n = runs.partition_point(|run| run.end <= row);
    runs.get(n).filter(|run| run.contains(&row)).map(|_| n)
}

/// The row of a body on which a change begins.
fn first_row(shape: &Shape, change: &Change) -> usize {
    let row = |side: &Side, elements: &Range<usize>| side.elements.get(elements.start).map(|e| e.row);
    let found = match change {
        Change::Tokens { before, after } if before.is_empty() => row(&shape.after, after),
        Change::Tokens { before, .. } => row(&shape.before, before),
        Change::Rows { delete, insert, .. } => match (delete.first(), insert.first()) {
            (Some(d), _) => row(&shape.before, &d.elements),
            (None, Some(i)) => Some(i.row),
            (None, None) => None,
        },
    };
    found.unwrap_or(usize::MAX)
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
