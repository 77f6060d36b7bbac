//! Parentheses around what a hole stands for, or around a whole site: `!(a == b)`.

use super::Job;
use crate::source::Edit;
use std::collections::BTreeSet;

/// Where one site gets parentheses.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Parens {
    /// The holes, as elements of the after side.
    pub holes: BTreeSet<usize>,
    /// Around the whole result.
    pub whole: bool,
}

impl Job<'_> {
    /// Whether an element of the after side gets parentheses.
    pub(super) fn wants_parens(&self, element: usize) -> bool {
        self.parens.holes.contains(&element)
    }

    /// The opening parentheses of the whole, and the closing ones of holes that stay.
    pub(super) fn open_parens(&self, edits: &mut Vec<Edit>) {
        if self.parens.whole {
            let at = self.source.span(&self.hit.matched.tokens).start;
            edits.push(Edit::new(at..at, "("));
        }
        for &(b, a) in &self.shape.keeps {
            if self.wants_parens(a) {
                let at = self.hit.matched.bounds[b].bytes.end;
                edits.push(Edit::new(at..at, ")"));
            }
        }
    }

    /// The rest of them: insertions at one place follow each other in the order of the list.
    pub(super) fn close_parens(&self, edits: &mut Vec<Edit>) {
        for &(b, a) in &self.shape.keeps {
            if self.wants_parens(a) {
                let at = self.hit.matched.bounds[b].bytes.start;
                edits.push(Edit::new(at..at, "("));
            }
        }
        if self.parens.whole {
            let at = self.source.span(&self.hit.matched.tokens).end;
            edits.push(Edit::new(at..at, ")"));
        }
    }
}
