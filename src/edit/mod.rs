//! A site into byte edits: only what changes is replaced, every other byte stays.

mod bare;
mod braces;
mod delete;
mod indent;
mod inline;
mod job;
mod margin;
mod margins;
mod one_line;
mod parens;
mod render;
mod rows;
mod stretch;
mod unit;
mod verbatim;

pub use bare::Bare;
pub use braces::Braces;
pub use job::{EditError, Parens};
pub(crate) use job::{Job, LOST_COMMENT};
pub use unit::Units;

use crate::find::{Hit, Packages, Rule};
use crate::patchset::Layout;
use crate::pattern::{Change, Side, Variant};
use crate::source::{Edit, Source};
use std::cell::OnceCell;
use std::ops::Range;

/// A site to edit: the rule that found it, the body as it is spelt there, and where it is.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The body.
    pub variant: &'a Variant,
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
) -> Result<SiteEdits, EditError> {
    let (unit_of_body, margins, comments) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
    let Target { rule, variant, hit } = target;
    let fragment = &rule.pattern.fragment;
    let (rows, blanks) = (&fragment.rows[..], &fragment.blanks[..]);
    let env = &hit.env;
    let layout = Layout::Code;
    let mut job = Job {
        variant,
        rows,
        blanks,
        layout,
        source,
        hit,
        env,
        packages,
        parens,
        units,
        unit_of_body,
        margins,
        comments,
    };
    let runs = job.runs();
    let mut shown = job.as_shown(&runs, rule.layout);
    let as_patch = job.layout == Layout::Patch;
    let mut edits = Vec::new();
    job.open_parens(&mut edits);
    let mut on_lines: Vec<Range<usize>> = std::iter::once(0..edits.len()).collect();
    for change in &variant.changes {
        if let Some(n) = run_of(variant, &runs, change).filter(|&n| shown[n].is_some()) {
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
fn run_of(variant: &Variant, runs: &[Range<usize>], change: &Change) -> Option<usize> {
    let row = first_row(variant, change);
    let n = runs.partition_point(|run| run.end <= row);
    runs.get(n).filter(|run| run.contains(&row)).map(|_| n)
}

/// The row of a body on which a change begins.
fn first_row(variant: &Variant, change: &Change) -> usize {
    let row = |side: &Side, elements: &Range<usize>| side.elements.get(elements.start).map(|e| e.row);
    let found = match change {
        Change::Tokens { before, after } if before.is_empty() => row(&variant.after, after),
        Change::Tokens { before, .. } => row(&variant.before, before),
        Change::Rows { delete, insert, .. } => match (delete.first(), insert.first()) {
            (Some(d), _) => row(&variant.before, &d.elements),
            (None, Some(i)) => Some(i.row),
            (None, None) => None,
        },
    };
    found.unwrap_or(usize::MAX)
}
