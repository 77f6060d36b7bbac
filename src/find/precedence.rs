use super::env::Env;
use super::matcher::{Match, Matcher, OutOfSteps, Steps};
use super::packages::{LocalPackage, Packages};
use crate::pattern::Variant;

/// Which side tells, at a place where both match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precedence {
    /// The before side: the change takes something away.
    Before,
    /// The after side: the change adds something.
    After,
    /// Neither: such a place is ambiguous.
    Neither,
}

/// Why a body can have no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecidable {
    /// Each side is found in the other.
    #[error("each side of the body is found in the other, so nobody could tell what is to do and what is done")]
    Both,
    /// The result holds a new site.
    #[error("the body finds itself in its own result, so it would be applied for ever")]
    Endless,
    /// Matching one against the other does not end.
    #[error("the body has too many ellipses in a row to compare its two sides")]
    TooFar,
}

impl From<OutOfSteps> for Undecidable {
    fn from(_: OutOfSteps) -> Self {
        Undecidable::TooFar
    }
}

/// The steps that it may take to compare the two sides of a body, at all and for each of their elements.
const COMPARING: u64 = 2_000_000;
const EACH: u64 = 16;

/// Matches each side of a shape against the text of the other, holes and ellipses taken as opaque items.
///
/// `may_end` says that conditions may keep the body from its own result; then that is left to the plan.
pub fn precedence(variant: &Variant, may_end: bool) -> Result<Precedence, Undecidable> {
    let (env, packages) = (Env::new(), self_named(variant));
    let elements = variant.before.elements.len() + variant.after.elements.len();
    let mut steps = Steps(COMPARING + EACH * elements as u64);
    let in_after = Matcher::new(&variant.before, &variant.after.source, &env, &packages).all(&mut steps)?;
    let in_before = Matcher::new(&variant.after, &variant.before.source, &env, &packages).all(&mut steps)?;
    let tokens = || variant.after.elements.iter().map(|e| &e.tokens);
    let whole = tokens().map(|t| t.start).min().unwrap_or(0)..tokens().map(|t| t.end).max().unwrap_or(0);
    let fixed = variant.is_fixed();
    let covered = |m: &Match| {
        (fixed || variant.steady.is_empty()) && m.tokens == whole
            || !variant.steady.is_empty()
                && variant.steady.iter().all(|&(b, a)| {
                    let (part, new, kept) =
                        (&variant.before.elements[b].part, &m.bounds[b].tokens, &variant.after.elements[a].tokens);
                    part.is_dots() || new == kept || part.takes_code() && new.start <= kept.start && kept.end <= new.end
                })
    };
    let only_adds = variant.keeps.len() == variant.before.elements.len();
    match (in_after.is_empty(), in_before.is_empty()) {
        (false, false) => Err(Undecidable::Both),
        (false, true) if !may_end && !in_after.iter().all(covered) => Err(Undecidable::Endless),
        (false, true) => Ok(Precedence::After),
        (true, false) => Ok(Precedence::Before),
        // A side alone may not read as it does in a file, but what takes nothing away needs no match to be seen through.
        (true, true) if only_adds => Ok(Precedence::After),
        (true, true) => Ok(Precedence::Neither),
    }
}

/// In a body, a package goes by the name that the body gives it.
fn self_named(variant: &Variant) -> Packages {
    let elements = variant.before.elements.iter().chain(&variant.after.elements);
    elements
        .filter_map(|e| match &e.part {
            crate::pattern::Part::Package { name, .. } => Some((name.clone(), Some(LocalPackage::named(name)))),
            _ => None,
        })
        .collect()
}
