//! A side of a body as a file of its own.

use super::body::{Body, Kind, Wins};
use super::headings::Headings;
use super::lines::Text;
use super::matcher::{Bindings, Matcher};
use super::merge::written;
use crate::patchset::Sign;
use std::sync::Arc;

/// The steps that it may take to find one side in the other.
const STEPS: u64 = 1_000_000;

/// A side as a file. A hole is a word, and an ellipsis a line that is deeper than all others.
pub fn laid_out(body: &Body, sign: Sign) -> Text {
    let mut out = Vec::new();
    let deepest = body.rows.iter().map(|row| row.depth).max().unwrap_or(0);
    for row in body.rows.iter().filter(|row| row.is_on(sign)) {
        match (row.kind, &row.holes) {
            (Kind::Ellipsis, _) => {
                out.resize(out.len() + usize::try_from(deepest / 2 + 8).unwrap_or(8), b' ');
                out.push(1);
            }
            (_, None) => out.extend_from_slice(&row.text),
            (_, Some(elements)) => {
                let mut from = 0;
                for element in elements {
                    out.extend_from_slice(&row.text[from..element.bytes.start]);
                    match element.part.hole() {
                        Some(hole) => out.extend_from_slice(format!("\u{80}{hole}").as_bytes()),
                        None => out.extend_from_slice(written(&element.part, &Bindings::new())),
                    }
                    from = element.bytes.end;
                }
                out.extend_from_slice(&row.text[from..]);
            }
        }
        out.push(b'\n');
    }
    Text::new(Arc::new(out), Headings::None)
}

/// Lets one side tell where the holes of the other take in what it shows: `f($...x)` to `f($...x, y)`, and back.
pub fn settle(body: &mut Body) {
    let has_holes = body.rows.iter().any(|row| row.holes.is_some());
    if body.wins != Wins::Neither || !has_holes {
        return;
    }
    let holds = |all: Sign, is_after: bool| {
        let (text, known, mut steps) = (laid_out(body, all), Bindings::new(), STEPS);
        let ways = Matcher::new(body, body.side(is_after), &text, &known, &mut steps).ways();
        ways.is_ok_and(|ways| !ways.is_empty())
    };
    body.wins = match () {
        () if holds(Sign::Plus, false) => Wins::After,
        () if holds(Sign::Minus, true) => Wins::Before,
        () => Wins::Neither,
    };
}
