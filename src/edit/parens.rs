//! Parentheses around what a hole stands for, or around a whole site: `!(a == b)`.

use super::job::Job;
use crate::source::Edit;

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
        for &(b, a) in &self.variant.keeps {
            if self.wants_parens(a) {
                let at = self.hit.matched.bounds[b].bytes.end;
                edits.push(Edit::new(at..at, ")"));
            }
        }
    }

    /// The rest of them: insertions at one place follow each other in the order of the list.
    pub(super) fn close_parens(&self, edits: &mut Vec<Edit>) {
        for &(b, a) in &self.variant.keeps {
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
