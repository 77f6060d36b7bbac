//! The law of substitution: the result of an edit reads as the tree that one gets by putting what the holes are bound
//! to into the tree of the after side, and that into the tree of the file.
//!
//! A language's operators give one tree to a run of tokens. So the result has that tree if it has the tokens of it,
//! and if each hole and each site is one operand or one operation in it, as it was before.

use super::edited::Edited;
use super::expected::{Expected, Unit};
use super::site_edit::SiteEdit;
use crate::edit::{EditError, Parens};
use crate::source::{Groups, OffsetMap, Source, Tokens};

/// Why a site is refused whose tokens were not those of its body.
const OTHER_TOKENS: &str = "the result would not hold the words of the `+` side in their order; write the change as \
                            `-` and `+` lines of its own";
/// Why a site is refused that the grammar misreads.
const MISREAD: &str = "an operator beside this code binds tighter than the body has it, so that it is no whole of its \
                       own; show the operator as well";

/// The units that operators beside them take apart in a result.
pub(crate) fn torn(
    source: &Source,
    works: &[SiteEdit<'_>],
    parens: &[Parens],
    edited: &Edited,
) -> Result<Vec<Unit>, EditError> {
    let shift = OffsetMap::new(&edited.batches);
    let (mut before, mut after) = (Groups::new(source), Groups::new(&edited.source));
    let mut torn = Vec::new();
    for (run, sites) in runs(works) {
        let expected = Expected::new(source, &run, works, &sites, parens);
        if !expected.has_units() {
            continue;
        }
        let refused =
            |message: &str, tokens: &Tokens| EditError { message: message.to_owned(), bytes: source.span(tokens) };
        let Some(place) = place(source, &edited.source, &run, &shift) else {
            // The result has become one token with its neighbour: `-` and `2`.
            let first =
                sites.iter().find(|&&n| works[n].hit.matched.tokens.start == run.start && works[n].is_grouped(source));
            let unit = |&site: &usize| Unit { site, hole: None, old: Some(works[site].hit.matched.tokens.clone()) };
            torn.push(first.map(unit).ok_or_else(|| refused(OTHER_TOKENS, &run))?);
            continue;
        };
        let units = expected.found(source, &edited.source, place.clone());
        let units = units.ok_or_else(|| refused(OTHER_TOKENS, &run))?;
        if let Some(old) = units.iter().filter_map(|(unit, _)| unit.old.as_ref()).find(|old| !before.has(old)) {
            return Err(refused(MISREAD, old));
        }
        let bare = edited.source.bare_literals(&place);
        for (n, (unit, tokens)) in units.iter().enumerate() {
            let holds = |literal: &Tokens| innermost(&units, literal) == Some(n);
            if !after.has(tokens) || bare.iter().any(holds) {
                torn.push(unit.clone());
            }
        }
    }
    Ok(torn)
}

/// Sites that touch each other, and the tokens that they cover together, in order.
fn runs(works: &[SiteEdit<'_>]) -> Vec<(Tokens, Vec<usize>)> {
    let mut order: Vec<usize> = (0..works.len()).collect();
    let tokens = |n: usize| &works[n].hit.matched.tokens;
    order.sort_by_key(|&n| (tokens(n).start, n));
    let mut runs: Vec<(Tokens, Vec<usize>)> = Vec::new();
    for n in order {
        match runs.last_mut() {
            Some((run, sites)) if tokens(n).start <= run.end => {
                run.end = run.end.max(tokens(n).end);
                sites.push(n);
            }
            _ => runs.push((tokens(n).clone(), vec![n])),
        }
    }
    runs.iter_mut().for_each(|(_, sites)| sites.sort_unstable());
    runs
}

/// Where a run of tokens lies in the result: between its neighbours, which stay.
fn place(source: &Source, after: &Source, run: &Tokens, shift: &OffsetMap) -> Option<Tokens> {
    let of = |t: usize| {
        let at = after.token_at(shift.start(source.tokens[t].bytes.start));
        after.tokens.get(at).filter(|_| after.word(at) == source.word(t)).map(|_| at)
    };
    let start = match run.start.checked_sub(1) {
        Some(before) => of(before)? + 1,
        None => 0,
    };
    let end = if run.end < source.tokens.len() { of(run.end)? } else { after.tokens.len() };
    (start <= end).then_some(start..end)
}

/// The smallest unit that holds some tokens.
fn innermost(units: &[(Unit, Tokens)], tokens: &Tokens) -> Option<usize> {
    let holds = |t: &Tokens| t.start <= tokens.start && tokens.end <= t.end;
    let all = units.iter().enumerate().filter(|(_, (_, t))| holds(t));
    all.min_by_key(|(_, (_, t))| t.len()).map(|(n, _)| n)
}
