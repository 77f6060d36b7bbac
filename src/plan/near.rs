//! Near misses: what stands where a site was expected.

use super::report::{NearMiss, Place};
use super::survey::Sighting;
use crate::find::Miss;
use crate::language::Atom;
use crate::patchset::Patchset;
use crate::pattern::{Names, Part, Side};
use crate::source::Source;
use std::path::Path;

/// The most near misses that one patch reports.
const MOST: usize = 5;

/// A place in a file.
pub(super) fn place(path: &Path, source: &Source, byte: usize) -> Place {
    let byte = byte.min(source.bytes.len());
    let (line, column) = source.lines.place(byte);
    let text = String::from_utf8_lossy(&source.bytes[source.lines.around(byte, &source.bytes)]).into_owned();
    Place { path: path.to_owned(), line, column, text }
}

/// What came closest to a site in these sightings: conditions that do not hold or cannot be answered, then the
/// attempts that got furthest.
pub(super) fn near(patchset: &Patchset, names: &Names, sightings: &[&Sighting<'_>]) -> Vec<NearMiss> {
    let mut out = Vec::new();
    for s in sightings {
        let fragment = &s.rule.pattern.fragment;
        let first = fragment.rows.first();
        let row = first.map_or(String::new(), |r| r.text.trim().to_owned());
        let row_line = first.map_or(0, |r| line_of(patchset, r.at));
        let at = |tokens: &crate::source::Tokens| place(&s.path, &s.source, s.source.span(tokens).start);
        let shown = |tokens: &crate::source::Tokens| first_line(s.source.slice(tokens));
        for unknown in &s.found.unknown {
            out.push(NearMiss {
                place: at(&unknown.tokens),
                row: row.clone(),
                row_line,
                wanted: "a condition that holds".to_owned(),
                found: shown(&unknown.tokens),
                what: format!("a condition is unknown: {}", unknown.why),
            });
        }
        for refused in &s.found.refused {
            out.push(NearMiss {
                place: at(refused),
                row: row.clone(),
                row_line,
                wanted: "the conditions of the patch".to_owned(),
                found: shown(refused),
                what: "the code is there, but a condition does not hold".to_owned(),
            });
        }
    }
    let mut misses: Vec<(usize, NearMiss)> = sightings
        .iter()
        .filter_map(|s| s.found.miss.as_ref().and_then(|(n, m)| miss(patchset, names, s, *n, m)))
        .collect();
    misses.sort_by_key(|m| std::cmp::Reverse(m.0));
    out.extend(misses.into_iter().map(|m| m.1));
    out.truncate(MOST);
    out
}

fn miss(patchset: &Patchset, names: &Names, s: &Sighting<'_>, shape: usize, miss: &Miss) -> Option<(usize, NearMiss)> {
    let side = &s.rule.pattern.shapes[shape].before;
    // Something must have been recognised: a name, a literal.
    let words = side.elements[..miss.element].iter().filter(|e| is_word(&e.part)).count();
    if words == 0 {
        return None;
    }
    let element = side.elements.get(miss.element)?;
    let row = &s.rule.pattern.fragment.rows[element.row];
    let wanted = wanted(side, miss.element, names);
    let byte = s.source.tokens.get(miss.at).map_or(s.source.bytes.len(), |t| t.bytes.start);
    let found = s
        .source
        .tokens
        .get(miss.at)
        .map_or("the end of the file".to_owned(), |_| String::from_utf8_lossy(s.source.text(miss.at)).into_owned());
    let what = what(&element.part, s, miss);
    let near = NearMiss {
        place: place(&s.path, &s.source, byte),
        row: row.text.trim().to_owned(),
        row_line: line_of(patchset, row.at),
        wanted,
        found,
        what,
    };
    Some((words, near))
}

fn is_word(part: &Part) -> bool {
    matches!(part, Part::Token { atom: Atom::Word | Atom::Text | Atom::Number, .. } | Part::Package { .. })
}

fn wanted(side: &Side, element: usize, names: &Names) -> String {
    match &side.elements[element].part {
        Part::Item(hole) | Part::Statement(hole) => format!("one item for {}", names.show(*hole)),
        Part::Operator(hole) => format!("an operator for {}", names.show(*hole)),
        Part::Dots(..) => "a run of whole items".to_owned(),
        _ => side.written(element).to_owned(),
    }
}

/// What happened, as far as one token tells.
fn what(wanted: &Part, s: &Sighting<'_>, miss: &Miss) -> String {
    let found = s.source.tokens.get(miss.at).map(|t| t.atom);
    match (wanted, found) {
        (_, None) => "the code ends here".to_owned(),
        (Part::Token { atom: Atom::Word, .. }, Some(Atom::Word)) => "another name stands here".to_owned(),
        (Part::Token { atom: Atom::Number | Atom::Text, .. }, Some(Atom::Number | Atom::Text)) => {
            "another value stands here".to_owned()
        }
        (Part::Token { .. }, _) => "other code stands here".to_owned(),
        (Part::Comment(_), _) => "the comment is not here".to_owned(),
        (Part::Item(_) | Part::Statement(_), _) => {
            "what stands here is no single item, or not the same as before".to_owned()
        }
        _ => "the code goes on in another way here".to_owned(),
    }
}

fn first_line(text: &[u8]) -> String {
    let line = text.split(|b| *b == b'\n').next().unwrap_or_default();
    String::from_utf8_lossy(line).trim_end().to_owned()
}

/// The 1-based line of the patchset file that a byte is on.
pub(super) fn line_of(patchset: &Patchset, at: usize) -> usize {
    let at = at.min(patchset.text.len());
    patchset.text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1
}
