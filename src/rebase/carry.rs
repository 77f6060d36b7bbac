//! The whole of it: three texts in, the fourth out.

use super::alarms::{Check, Trees};
use super::correspondence::Correspondence;
use super::edits::{Edit, edits};
use super::likeness::Likeness;
use super::placement::{Placement, Reason, Way};
use super::placing::Placing;
use super::renames::Renames;
use super::rows::{Rows, Table};
use crate::language::Language;

/// How far a patch may be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Fit {
    /// What the patch removes, and its neighbours, must be there as they were.
    Exact,
    /// Other rows may stand around, and other words in the rows.
    #[default]
    Context,
    /// Names may be others.
    Rename,
}

/// A file in three versions.
#[derive(Clone, Copy, Debug)]
pub struct Carry<'a> {
    /// A: the file before the patch.
    pub before: &'a [u8],
    /// A with the patch.
    pub after: &'a [u8],
    /// B: the file that the patch is to be carried to.
    pub onto: &'a [u8],
    /// What it is written in, where that is known.
    pub language: Option<Language>,
    /// How far to go.
    pub fit: Fit,
}

/// The file in B with the patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Its bytes.
    pub text: Vec<u8>,
    /// Where each edit went, in the order of A.
    pub placed: Vec<Placed>,
    /// The names that were exchanged.
    pub renames: Vec<(String, String)>,
}

/// An edit and where it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What the patch does in A.
    pub edit: Edit,
    /// What it does in B.
    pub placement: Placement,
}

/// Why a patch is not carried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// The edit that found no place; `None` where the result as a whole is at fault.
    pub edit: Option<Edit>,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Refusal {
        Refusal { reason, edit: None }
    }
}

/// Carries a patch over. `trees` is asked for the names that the result has and B's file has not.
pub fn carry(carry: &Carry<'_>, trees: Option<&dyn Trees>) -> Result<Carried, Refusal> {
    let edits = edits(carry.before, carry.after).ok_or(Reason::Incomparable)?;
    let (mut table, mut likeness) = (Table::default(), Likeness::default());
    let a = Rows::new(carry.before.to_vec(), &mut table);
    let p = Rows::new(carry.after.to_vec(), &mut table);
    let b = Rows::new(carry.onto.to_vec(), &mut table);
    let whole = Correspondence::new(&a, &b, carry.language, &mut likeness);
    let renames = Renames::find(&whole, &p, &edits, carry.language);
    if renames.concerned.is_empty() || carry.fit < Fit::Rename {
        return finish(carry, (&whole, &p), &edits, &renames.unsure(), trees);
    }
    let shown = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let pairs: Vec<_> = renames.concerned.iter().map(|(old, new)| (shown(old), shown(new))).collect();
    let (a, p) = renames.carried(&whole, &p, &edits, carry.language, &mut table);
    let whole = Correspondence::new(&a, &b, carry.language, &mut likeness);
    let carried = finish(carry, (&whole, &p), &edits, &renames, trees)?;
    Ok(Carried { renames: pairs, ..carried })
}

fn finish(
    carry: &Carry<'_>,
    (whole, after): (&Correspondence<'_>, &Rows),
    edits: &[Edit],
    renames: &Renames,
    trees: Option<&dyn Trees>,
) -> Result<Carried, Refusal> {
    let placing = Placing { whole, after, language: carry.language };
    let mut placed = Vec::new();
    for edit in edits {
        let at = |reason| Refusal { reason, edit: Some(edit.clone()) };
        let placement = placing.place(edit).map_err(at)?;
        if carry.fit == Fit::Exact && placement.way != Way::Unchanged {
            return Err(at(Reason::Fit(placement.way)));
        }
        placed.push(Placed { edit: edit.clone(), placement });
    }
    let text = text(whole.b, &placed)?;
    let check = Check { whole, after, edits, renames, language: carry.language, result: &text };
    check.alarm()?;
    if let Some(trees) = trees {
        check.trees(trees)?;
    }
    Ok(Carried { text, placed, renames: Vec::new() })
}

/// B with the placements in it.
fn text(b: &Rows, placed: &[Placed]) -> Result<Vec<u8>, Reason> {
    let mut all: Vec<_> = placed.iter().flat_map(|p| &p.placement.replacements).collect();
    all.sort_by_key(|replacement| (replacement.rows.start, replacement.rows.end));
    if all.windows(2).any(|pair| pair[0].rows.end > pair[1].rows.start) {
        return Err(Reason::Overlap);
    }
    let (mut rows, mut next) = (Vec::new(), 0);
    for replacement in all {
        rows.extend((next..replacement.rows.start).map(|row| b.row(row)));
        rows.extend(replacement.by.iter().map(Vec::as_slice));
        next = replacement.rows.end;
    }
    rows.extend((next..b.len()).map(|row| b.row(row)));
    Ok(rows.join(&b'\n'))
}
