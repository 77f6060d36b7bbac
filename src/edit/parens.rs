//! Parentheses where a hole or the result would be torn apart by a tighter operator: `!(a == b)`.

use super::Job;
use crate::pattern::{Part, Root};
use crate::source::Edit;

/// Where parentheses are added. They are tried only when the edit does not read as meant without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Parens {
    /// Around what holes are bound to.
    pub holes: bool,
    /// Around the whole result.
    pub whole: bool,
}

impl Parens {
    /// What to try, in order.
    pub const TRIES: [Parens; 4] = [
        Parens { holes: false, whole: false },
        Parens { holes: true, whole: false },
        Parens { holes: false, whole: true },
        Parens { holes: true, whole: true },
    ];
}

impl Job<'_> {
    /// Whether an after element is a hole with loose code in a tight place.
    pub(super) fn wants_parens(&self, element: usize) -> bool {
        if !self.parens.holes {
            return false;
        }
        let side = &self.shape.after;
        let e = &side.elements[element];
        let Part::Item(hole) = e.part else { return false };
        let tight = side.source.nodes_over(&e.tokens).last().is_some_and(|(id, n)| {
            side.source.language.is_operand(side.source.kind(n.parent), side.source.nodes[id].field)
        });
        let at = self.shape.before.elements.iter().position(|e| e.part.hole() == Some(hole));
        let loose = at.is_some_and(|i| {
            let tokens = &self.hit.matched.bounds[i].tokens;
            self.source.nodes_over(tokens).any(|(_, n)| self.source.language.is_loose(n.kind))
        });
        tight && loose
    }

    /// The opening parentheses of the whole, and the closing ones of holes that stay.
    pub(super) fn open_parens(&self, edits: &mut Vec<Edit>) {
        if self.wraps_whole() {
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
        if self.wraps_whole() {
            let at = self.source.span(&self.hit.matched.tokens).end;
            edits.push(Edit::new(at..at, ")"));
        }
    }

    fn wraps_whole(&self) -> bool {
        self.parens.whole && self.shape.before.root == Root::Value && self.shape.after.root == Root::Value
    }
}
