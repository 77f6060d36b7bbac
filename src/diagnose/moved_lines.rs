//! Lines of a body that are elsewhere in the file.

use super::align::Aligner;
use super::context::Context;
use super::names::tells;

use super::place::{home, line};
use std::ops::Range;

/// Lines that are less alike than this are others.
const SAME: i32 = 900;

/// Where these elements, whole rows, are instead, in words.
pub(crate) fn moved(context: &Context<'_>, elements: &Range<usize>) -> Option<String> {
    let (source, side) = (context.source, context.side);
    if !elements.clone().any(|e| tells(side, e)) {
        return None;
    }
    let aligner = Aligner::new(side, elements.clone(), source, context.packages);
    let here = &context.alignment.tokens;
    let places = aligner.best(4, SAME, &[]);
    let inside = |t: usize| here.contains(&t);
    let best = places.iter().find(|p| inside(p.tokens.start)).or(places.first())?;
    let at = best.tokens.start;
    let number = line(source, at);
    if inside(at) {
        return Some(format!("the lines stand in another order: this one is on line {number}"));
    }
    match (home(source, at), home(source, here.start)) {
        (there, around) if there == around => {
            let way = if at < here.start { "above" } else { "below" };
            Some(format!("this line stands further {way}, on line {number}"))
        }
        (Some(there), _) => Some(format!("this line stands in `{there}` now, on line {number}")),
        (None, _) => Some(format!("this line stands at the top level now, on line {number}")),
    }
}
