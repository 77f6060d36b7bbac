//! The text of new code: the body's own words, with what the holes are bound to in their places.

use super::job::Job;
use crate::pattern::{HoleId, Part, Piece};
use crate::source::Bytes;
use std::ops::Range;

impl Job<'_> {
    /// The text of a run of after elements, spaced as the author wrote it.
    pub(super) fn rendered(&self, elements: &Range<usize>) -> Vec<u8> {
        self.rendered_with(elements, b"").0
    }

    /// The text of a run of after elements, and where in it each element is. The lines of a comment but its first get
    /// a prefix.
    pub(super) fn rendered_with(
        &self,
        elements: &Range<usize>,
        prefix: &[u8],
    ) -> (Vec<u8>, Vec<(usize, Range<usize>)>) {
        let side = &self.variant.after;
        let mut out = Vec::new();
        let mut places = Vec::with_capacity(elements.len());
        let mut skip_comma = false;
        for i in elements.clone() {
            if i > elements.start {
                let between = side.between(i - 1, i);
                let between =
                    if skip_comma { between.trim_start_matches(',').trim_start_matches(' ') } else { between };
                out.extend_from_slice(between.as_bytes());
            }
            let text = match &side.elements[i].part {
                Part::Comment(_) => self.with_prefix(self.element_text(i), prefix),
                _ => self.element_text(i),
            };
            // An ellipsis over nothing takes its comma with it.
            skip_comma = text.is_empty();
            if text.is_empty() && i + 1 == elements.end {
                while matches!(out.last(), Some(b',' | b' ')) {
                    out.pop();
                }
            }
            // What a hole stands for may begin or end with another operator than the body's author had in mind.
            if self.source.language.runs_together(&out, &text) {
                out.push(b' ');
            }
            let start = out.len();
            out.extend(text);
            places.push((i, start..out.len()));
        }
        (out, places)
    }

    /// A text of several lines, a prefix before all of them but the first.
    fn with_prefix(&self, text: Vec<u8>, prefix: &[u8]) -> Vec<u8> {
        if prefix.is_empty() || !text.contains(&b'\n') {
            return text;
        }
        let mut out = Vec::with_capacity(text.len());
        for (n, line) in text.split_inclusive(|b| *b == b'\n').enumerate() {
            out.extend_from_slice(if n == 0 || line.trim_ascii().is_empty() { b"" } else { prefix });
            out.extend_from_slice(line);
        }
        out
    }

    /// The text of one after element.
    pub(super) fn element_text(&self, i: usize) -> Vec<u8> {
        let side = &self.variant.after;
        match &side.elements[i].part {
            Part::Item(hole) | Part::Statement(hole) | Part::Operator(hole) | Part::Dots(hole, _) => {
                let text = self.hole_text(*hole);
                if self.wants_parens(i) { [b"(".as_slice(), &text, b")"].concat() } else { text }
            }
            Part::Paste(pieces) => pieces
                .iter()
                .flat_map(|p| match p {
                    Piece::Text(text) => text.clone(),
                    Piece::Hole(hole) => self.hole_text(*hole),
                })
                .collect(),
            Part::Package { name, .. } => {
                let local = self.packages.get(name).and_then(Option::as_ref).map(|local| &local.name);
                local.unwrap_or(name).clone().into_bytes()
            }
            Part::Token { text, .. } if side.written(i).contains("$$") => text.clone(),
            Part::Token { .. } | Part::Comment(_) => {
                let mut lines = side.written(i).split('\n');
                let first = lines.next().unwrap_or_default().as_bytes().to_vec();
                lines.fold(first, |text, line| [&text, self.newline(), line.as_bytes()].concat())
            }
        }
    }

    /// What a hole is bound to, as it is in the source.
    fn hole_text(&self, hole: HoleId) -> Vec<u8> {
        match self.hole_bytes(hole) {
            Some(bytes) => self.source.bytes[bytes].to_vec(),
            None => self.env.get(&hole).map(|c| c.text().to_vec()).unwrap_or_default(),
        }
    }

    /// Where a hole is bound in this site.
    pub(super) fn hole_bytes(&self, hole: HoleId) -> Option<Bytes> {
        let i = self.variant.before.of_hole(hole)?;
        Some(self.hit.matched.bounds[i].bytes.clone())
    }
}
