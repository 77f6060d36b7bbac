//! Changes within a line: tokens replaced, inserted, deleted.

use super::{Job, Refusal};
use crate::pattern::Side;
use crate::source::Edit;
use std::ops::Range;

impl Job<'_> {
    pub(super) fn change_tokens(
        &self,
        before: &Range<usize>,
        after: &Range<usize>,
        edits: &mut Vec<Edit>,
    ) -> Result<(), Refusal> {
        if let Some(edit) = self.change_commas(before, after) {
            edits.push(edit);
            return Ok(());
        }
        match (before.is_empty(), after.is_empty()) {
            (true, true) => {}
            (false, false) => edits.push(Edit::new(self.bytes(before), self.rendered(after))),
            (true, false) => edits.push(self.insert_tokens(before.start, after)),
            (false, true) => edits.push(self.delete_tokens(before)),
        }
        Ok(())
    }

    /// A change that also makes or takes away a comma between the neighbours that stay: all between them is new.
    fn change_commas(&self, before: &Range<usize>, after: &Range<usize>) -> Option<Edit> {
        let (old, new) = (&self.shape.before, &self.shape.after);
        let (l, r) = (before.start.checked_sub(1)?, before.end);
        let (x, y) = (after.start.checked_sub(1)?, after.end);
        let on_one_row = |side: &Side, from: usize, to: usize| {
            side.elements.get(to).is_some_and(|e| e.row == side.elements[from].row)
        };
        if !on_one_row(old, l, r) || !on_one_row(new, x, y) {
            return None;
        }
        let comma = |side: &Side, left: usize, right: usize| side.between(left, right).contains(',');
        let ends = |side: &Side, outer: (usize, usize), inner: &Range<usize>| match inner.is_empty() {
            true => (comma(side, outer.0, outer.1), comma(side, outer.0, outer.1)),
            false => (comma(side, outer.0, inner.start), comma(side, inner.end - 1, outer.1)),
        };
        let (was, is) = (ends(old, (l, r), before), ends(new, (x, y), after));
        let plain = match (before.is_empty(), after.is_empty()) {
            // The comma that is there stays on one side of what comes.
            (true, _) => is.0 == was.0 || is.1 == was.0,
            (_, true) => is.0 == was.0 || is.0 == was.1,
            (false, false) => was == is,
        };
        if plain {
            return None;
        }
        let bounds = &self.hit.matched.bounds;
        let (mut head, mut tail) = match after.is_empty() {
            true => (new.between(x, y), ""),
            false => (new.between(x, after.start), new.between(after.end - 1, y)),
        };
        if bounds[l].bytes.is_empty() {
            head = head.trim_start_matches(',').trim_start();
        }
        if bounds[r].bytes.is_empty() {
            tail = tail.trim_start_matches(',').trim_start();
        }
        let text = [head.as_bytes(), &self.rendered(after), tail.as_bytes()].concat();
        Some(Edit::new(bounds[l].bytes.end..bounds[r].bytes.start, text))
    }

    /// New tokens between two that stay: they stick to the neighbour that the body shows them sticking to.
    fn insert_tokens(&self, at: usize, after: &Range<usize>) -> Edit {
        let side = &self.shape.after;
        let row = side.elements[after.start].row;
        let left = after.start.checked_sub(1).filter(|&i| side.elements[i].row == row);
        let right = Some(after.end).filter(|&i| i < side.elements.len() && side.elements[i].row == row);
        let bounds = &self.hit.matched.bounds;
        let before_gap = left.map_or("", |l| side.between(l, after.start));
        let behind_gap = right.map_or("", |r| side.between(after.end - 1, r));
        let text = self.rendered(after);
        let to_the_left = match (left, right) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(_), Some(_)) => self.keeps_left(at, before_gap, behind_gap),
        };
        // A neighbour that is an ellipsis over nothing takes the separator with it.
        let nothing = |i: Option<usize>| i.and_then(|i| bounds.get(i)).is_some_and(|b| b.bytes.is_empty());
        if to_the_left {
            let left = at.checked_sub(1);
            let gap = if nothing(left) { before_gap.trim_start_matches(',').trim_start() } else { before_gap };
            let byte = left.map_or(0, |l| bounds[l].bytes.end);
            Edit::new(byte..byte, [gap.as_bytes(), &text].concat())
        } else {
            let gap = if nothing(Some(at)) { behind_gap.trim_start_matches(',').trim_start() } else { behind_gap };
            let byte = bounds.get(at).map_or(self.source.bytes.len(), |b| b.bytes.start);
            Edit::new(byte..byte, [&text, gap.as_bytes()].concat())
        }
    }

    /// Whether new tokens stick to the element before `at`: the gap that the source has there then stays behind them.
    fn keeps_left(&self, at: usize, before_gap: &str, behind_gap: &str) -> bool {
        let bounds = &self.hit.matched.bounds;
        let Some((left, right)) = at.checked_sub(1).zip(Some(at).filter(|&i| i < bounds.len())) else { return true };
        let gap = bounds[left].bytes.end..bounds[right].bytes.start.max(bounds[left].bytes.end);
        let here = String::from_utf8_lossy(&self.source.bytes[gap]);
        if here.contains('\n') {
            // A line end stays behind an opening bracket and before a closing one.
            let marks = |byte: Option<usize>, marks: [u8; 3]| {
                byte.and_then(|b| self.source.bytes.get(b)).is_some_and(|b| marks.contains(b))
            };
            if marks(bounds[left].bytes.end.checked_sub(1), *b"([{") {
                return false;
            }
            if marks(Some(bounds[right].bytes.start), *b")]}") {
                return true;
            }
        }
        match (kind(&here) == kind(before_gap), kind(&here) == kind(behind_gap)) {
            (true, false) => false,
            (false, true) => true,
            _ => match (before_gap.contains(','), behind_gap.contains(',')) {
                (true, false) => true,
                (false, true) => false,
                _ => before_gap.is_empty(),
            },
        }
    }

    /// Tokens that go, with the blanks and the comma that held them.
    fn delete_tokens(&self, before: &Range<usize>) -> Edit {
        let side = &self.shape.before;
        let row = side.elements[before.start].row;
        let bounds = &self.hit.matched.bounds;
        let left = before.start.checked_sub(1).filter(|&i| side.elements[i].row == row);
        let right = Some(before.end).filter(|&i| i < side.elements.len() && side.elements[i].row == row);
        let gap = |l: usize, r: usize| side.between(l, r);
        let bytes = self.bytes(before);
        let comma_left = left.is_some_and(|l| gap(l, before.start).contains(','));
        let comma_right = right.is_some_and(|r| gap(before.end - 1, r).contains(','));
        let comma_stays = left.zip(right).is_some_and(|(l, r)| self.after_gap(l, r).is_some_and(|g| g.contains(',')));
        let bytes = match (left, right) {
            (Some(_), Some(r)) if comma_stays && comma_left && !comma_right => bytes.start..bounds[r].bytes.start,
            (Some(l), Some(_)) if comma_stays && comma_right && !comma_left => bounds[l].bytes.end..bytes.end,
            (Some(l), _) if comma_left => bounds[l].bytes.end..bytes.end,
            (_, Some(r)) if comma_right => bytes.start..bounds[r].bytes.start,
            (None, Some(r)) => bytes.start..bounds[r].bytes.start,
            (Some(l), None) => bounds[l].bytes.end..bytes.end,
            (Some(l), Some(r)) if self.glued(l, r) == Some(true) => {
                // What breaks the line stays: it belongs to the list, not to what goes.
                let breaks = |gap: std::ops::Range<usize>| self.source.bytes[gap].contains(&b'\n');
                match (breaks(bounds[l].bytes.end..bytes.start), breaks(bytes.end..bounds[r].bytes.start)) {
                    (true, _) => bytes.start..bounds[r].bytes.start,
                    (false, true) => bounds[l].bytes.end..bytes.end,
                    (false, false) => bounds[l].bytes.end..bounds[r].bytes.start,
                }
            }
            (Some(l), Some(r)) => {
                let (before_gap, behind_gap) = (gap(l, before.start), gap(before.end - 1, r));
                if before_gap.is_empty()
                    || behind_gap.is_empty() && !before_gap.is_empty() && self.glued(l, r) == Some(false)
                {
                    bytes
                } else if behind_gap.is_empty() {
                    bounds[l].bytes.end..bytes.end
                } else {
                    bytes.start..bounds[r].bytes.start
                }
            }
            (None, None) => bytes,
        };
        Edit::new(bytes, "")
    }

    /// What the body shows afterwards between two before elements that stay, if they become neighbours.
    fn after_gap(&self, left: usize, right: usize) -> Option<&str> {
        let after = |b: usize| self.shape.keeps.iter().find(|k| k.0 == b).map(|k| k.1);
        let (l, r) = (after(left)?, after(right)?);
        (l + 1 == r).then(|| self.shape.after.between(l, r))
    }

    fn glued(&self, left: usize, right: usize) -> Option<bool> {
        self.after_gap(left, right).map(str::is_empty)
    }
}

/// What a gap is like: whether a comma stands in it, and whether a blank.
fn kind(gap: &str) -> (bool, bool) {
    (gap.contains(','), gap.contains(char::is_whitespace))
}
