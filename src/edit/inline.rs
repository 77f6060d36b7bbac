//! Changes within a line: tokens replaced, inserted, deleted.
//!
//! What is between a change and its neighbours, blanks and commas, is a seam. The source keeps the seams that
//! the body keeps; where the body drops or adds one, so does the edit.

use super::job::{EditError, Job};
use super::rows::code_end;
use crate::language::Language;
use crate::pattern::{Part, Side, Variant};
use crate::source::{Bytes, Edit};
use std::ops::Range;

/// The neighbours of a change that stay, on the same line of the body: as elements of the before side.
struct Neighbours {
    left: Option<usize>,
    right: Option<usize>,
}

impl Job<'_> {
    pub(super) fn change_tokens(
        &self,
        before: &Range<usize>,
        after: &Range<usize>,
        edits: &mut Vec<Edit>,
    ) -> Result<(), EditError> {
        let (old, new) = (&self.variant.before, &self.variant.after);
        // Comments that end the line are behind the separator, which is no part of the change.
        let (before, old_comments) = without_comments(old, before);
        let (after, new_comments) = without_comments(new, after);
        match (before.is_empty(), after.is_empty()) {
            (true, true) => {}
            (false, false) => edits.push(self.replace_tokens(&before, &after)),
            (true, false) => match self.insert_around_comma(&before, &after) {
                Some(apart) => edits.extend(apart),
                None => edits.push(self.insert_tokens(&before, &after)),
            },
            (false, true) => edits.extend(self.delete_tokens(&before, &after)),
        }
        let text = self.rendered(&new_comments);
        match (old_comments.is_empty(), new_comments.is_empty()) {
            (true, true) => {}
            (true, false) => {
                let code = self.code_end(&(0..before.end));
                let separator = self.separator_behind(code, b",").or_else(|| self.separator_behind(code, b";"));
                let at = separator.map_or(code, |s| s.end);
                let seam = new_comments.start.checked_sub(1).map_or("", |i| new.between(i, i + 1));
                edits.push(Edit::new(at..at, [seam.trim_start_matches(',').as_bytes(), &text].concat()));
            }
            (false, false) => edits.push(Edit::new(self.bytes(&old_comments), text)),
            (false, true) => {
                let comments = self.bytes(&old_comments);
                let line = self.source.lines.start(comments.start);
                let code = line + self.source.bytes[line..comments.start].trim_ascii_end().len();
                edits.push(Edit::new(if code > line { code } else { comments.start }..comments.end, ""));
            }
        }
        Ok(())
    }

    fn replace_tokens(&self, before: &Range<usize>, after: &Range<usize>) -> Edit {
        let bounds = &self.hit.matched.bounds;
        let (old, new) = (&self.variant.before, &self.variant.after);
        let near = neighbours(self.variant, before, after);
        let mut bytes = self.bytes(before);
        let mut text = self.rendered(after);
        let may_go = |gap: &Bytes| self.source.comments_in(gap).is_empty();
        if let (true, Some(l), Some(r)) = (bytes.is_empty(), near.left, near.right) {
            // An ellipsis over nothing becomes something: the seams on both sides are new.
            let gap = bounds[l].bytes.end..bounds[r].bytes.start.max(bounds[l].bytes.end);
            if may_go(&gap) {
                let seams = (new.between(after.start - 1, after.start), new.between(after.end - 1, after.end));
                return Edit::new(gap, [seams.0.as_bytes(), &text, seams.1.as_bytes()].concat());
            }
        }
        if let Some(l) = near.left.filter(|&l| !bounds[l].bytes.is_empty()) {
            let seam = new.between(after.start - 1, after.start);
            let gap = bounds[l].bytes.end..bytes.start;
            if self.changes_seam(&gap, old.between(l, before.start), seam, after.start) && may_go(&gap) {
                bytes.start = gap.start;
                text.splice(0..0, seam.bytes());
            }
        }
        if let Some(r) = near.right.filter(|&r| !bounds[r].bytes.is_empty()) {
            let seam = new.between(after.end - 1, after.end);
            let gap = bytes.end..bounds[r].bytes.start;
            if self.changes_seam(&gap, old.between(before.end - 1, r), seam, after.end) && may_go(&gap) {
                bytes.end = gap.end;
                text.extend(seam.bytes());
            }
        }
        Edit::new(bytes, text)
    }

    /// Whether what is between two tokens is to change as the body changes it. Of a line end, which the body has
    /// not, the body's blanks say nothing; it goes where no line may end before `right`, an element of the after side.
    fn changes_seam(&self, gap: &Bytes, old: &str, new: &str, right: usize) -> bool {
        let gap = self.source.bytes.get(gap.clone()).unwrap_or_default();
        let line_end = memchr::memchr(b'\n', gap);
        let comma = old.contains(',') != new.contains(',');
        let side = &self.variant.after;
        let may_break = || side.elements.get(right).is_none_or(|e| side.source.may_break(e.tokens.start));
        match line_end {
            Some(at) => comma || !gap[..at].contains(&b',') && !may_break(),
            None => comma || !alike(old, new),
        }
    }

    /// New tokens between two that stay: the old seam is the one on the side that the body shows unchanged.
    fn insert_tokens(&self, before: &Range<usize>, after: &Range<usize>) -> Edit {
        let side = &self.variant.after;
        let bounds = &self.hit.matched.bounds;
        let near = neighbours(self.variant, before, after);
        let text = self.rendered(after);
        let is_nothing = |i: Option<usize>| i.is_none_or(|i| bounds[i].bytes.is_empty());
        let left_seam = near.left.map_or("", |_| side.between(after.start - 1, after.start));
        let right_seam = near.right.map_or("", |_| side.between(after.end - 1, after.end));
        let behind = |l: usize| {
            let at = bounds[l].bytes.end;
            Edit::new(at..at, [left_seam.as_bytes(), &text].concat())
        };
        let ahead = |r: usize| {
            let at = bounds[r].bytes.start;
            Edit::new(at..at, [&text, right_seam.as_bytes()].concat())
        };
        match (near.left, near.right) {
            (Some(l), Some(r)) => match (is_nothing(near.left), is_nothing(near.right)) {
                // An ellipsis over nothing takes one separator with it; the other stays for what is beyond.
                (true, false) if right_seam.contains(',') || !self.is_held(l, l.wrapping_sub(1)) => ahead(r),
                (true, false) => behind(l),
                (false, true) if left_seam.contains(',') || !self.is_held(r, r + 1) => behind(l),
                (false, true) => ahead(r),
                (true, true) if self.is_held(l, l.wrapping_sub(1)) => behind(l),
                (true, true) if self.is_held(r, r + 1) => ahead(r),
                (true, true) => Edit::new(bounds[l].bytes.clone(), text),
                (false, false) => {
                    let seam = self.variant.before.between(l, r);
                    // A comment behind what is on the left stays there.
                    let gap = bounds[l].bytes.end..bounds[r].bytes.start.max(bounds[l].bytes.end);
                    let commented = !self.source.comments_in(&gap).is_empty();
                    match self.beside_bracket(l, r).or_else(|| keeps(seam, left_seam, right_seam)) {
                        Some(false) if commented && left_seam.contains(',') && right_seam.contains(',') => ahead(r),
                        Some(true) => ahead(r),
                        Some(false) => behind(l),
                        None => {
                            let all = [left_seam.as_bytes(), &text, right_seam.as_bytes()].concat();
                            Edit::new(bounds[l].bytes.end..bounds[r].bytes.start, all)
                        }
                    }
                }
            },
            (Some(l), None) if is_nothing(near.left) => Edit::new(bounds[l].bytes.clone(), text),
            (Some(l), None) => behind(l),
            (None, Some(r)) if is_nothing(near.right) => Edit::new(bounds[r].bytes.clone(), text),
            (None, Some(r)) => ahead(r),
            (None, None) => {
                let at = bounds.get(before.start).map_or(self.source.bytes.len(), |b| b.bytes.start);
                Edit::new(at..at, text)
            }
        }
    }

    /// New tokens on both sides of the comma that two items keep between them, as `), int(` in `f($a, $b)` to
    /// `f(int($a), int($b))`: what the source has beside its comma, comments and line ends, stays there.
    fn insert_around_comma(&self, before: &Range<usize>, after: &Range<usize>) -> Option<[Edit; 2]> {
        let side = &self.variant.after;
        let bounds = &self.hit.matched.bounds;
        let near = neighbours(self.variant, before, after);
        let (left, right) = (near.left?, near.right?);
        let (left_seam, right_seam) =
            (side.between(after.start - 1, after.start), side.between(after.end - 1, after.end));
        let seam = self.variant.before.between(left, right);
        let is_nothing = |i: usize| bounds[i].bytes.is_empty();
        if !seam.contains(',') || is_nothing(left) || is_nothing(right) {
            return None;
        }
        if left_seam.contains(',') || right_seam.contains(',') {
            return None;
        }
        // The comma outside of the brackets that the new tokens close and open.
        let mut depth = 0isize;
        let mut outermost: Option<(isize, usize)> = None;
        for i in after.clone() {
            let between = if i > after.start { side.between(i - 1, i) } else { "" };
            if between.contains(',') && outermost.is_none_or(|(least, _)| depth < least) {
                outermost = Some((depth, i));
            }
            depth += match &side.elements[i].part {
                Part::Token { text, .. } if matches!(&text[..], b"(" | b"[" | b"{") => 1,
                Part::Token { text, .. } if matches!(&text[..], b")" | b"]" | b"}") => -1,
                _ => 0,
            };
        }
        let (_, comma) = outermost?;
        let (end, start) = (bounds[left].bytes.end, bounds[right].bytes.start);
        let behind = [left_seam.as_bytes(), &self.rendered(&(after.start..comma))].concat();
        let ahead = [&self.rendered(&(comma..after.end)), right_seam.as_bytes()].concat();
        Some([Edit::new(end..end, behind), Edit::new(start..start, ahead)])
    }

    /// A line end stays behind an opening bracket and before a closing one: which side of the new tokens the gap of
    /// the source goes to, the left (true) or the right.
    fn beside_bracket(&self, left: usize, right: usize) -> Option<bool> {
        let bounds = &self.hit.matched.bounds;
        let gap = bounds[left].bytes.end..bounds[right].bytes.start;
        let breaks = self.source.bytes.get(gap.clone())?.contains(&b'\n');
        let opens = matches!(self.source.bytes.get(gap.start.wrapping_sub(1)), Some(b'(' | b'[' | b'{'));
        let closes = matches!(self.source.bytes.get(gap.end), Some(b')' | b']' | b'}'));
        if !breaks || opens == closes { None } else { Some(opens) }
    }

    /// Where what goes leaves its neighbours side by side, a line end beside it stays: it belongs to the list. A last
    /// item takes the one before it along with its comma, a first one the one behind; and no bracket or semicolon that
    /// was behind what goes comes to be on a line of its own.
    fn line_end(&self, left: usize, gone: &Bytes, right: usize, seam: &str) -> Option<bool> {
        let bounds = &self.hit.matched.bounds;
        let holds = |gap: &Bytes, byte: u8| self.source.bytes.get(gap.clone()).is_some_and(|gap| gap.contains(&byte));
        let (left, right) = (bounds[left].bytes.end..gone.start, gone.end..bounds[right].bytes.start);
        let (before, behind) = (holds(&left, b'\n'), holds(&right, b'\n'));
        if seam.contains(',') || before == behind {
            return None;
        }
        if before && holds(&left, b',') && !holds(&right, b',') {
            return None;
        }
        if behind && holds(&right, b',') && !holds(&left, b',') {
            return Some(true);
        }
        let opens = matches!(self.source.bytes.get(left.start.wrapping_sub(1)), Some(b'(' | b'[' | b'{'));
        let alone = before && right.is_empty() && seam.is_empty() && !opens;
        if alone && self.source.comments_in(&left).is_empty() { Some(false) } else { Some(before) }
    }

    /// Where an item goes from between two others, the comment behind the one on the left stays with that; one behind
    /// the item itself would be lost.
    fn beside_comments(&self, left: usize, gone: &Bytes, right: usize, seam: &str) -> Option<bool> {
        let bounds = &self.hit.matched.bounds;
        let (left, right) = (bounds[left].bytes.end..gone.start, gone.end..bounds[right].bytes.start);
        let ends_line = |gap: &Bytes| {
            let comments = self.source.comments_in(gap);
            let line = self.source.lines.line(gap.start);
            let behind = comments.last().map(|c| c.bytes.end..gap.end);
            comments.iter().all(|c| self.source.lines.line(c.bytes.start) == line)
                && behind.is_some_and(|rest| self.source.bytes[rest].contains(&b'\n'))
        };
        (seam.contains(',') && (ends_line(&left) || ends_line(&right))).then_some(true)
    }

    /// Whether a comma of the body joins an element to a neighbour that is there in the source.
    fn is_held(&self, element: usize, neighbour: usize) -> bool {
        let side = &self.variant.before;
        let there = self.hit.matched.bounds.get(neighbour).is_some_and(|b| !b.bytes.is_empty());
        there && side.between(element.min(neighbour), element.max(neighbour)).contains(',')
    }

    /// Tokens that go, with the seam that the body does not keep.
    fn delete_tokens(&self, before: &Range<usize>, after: &Range<usize>) -> Vec<Edit> {
        let side = &self.variant.before;
        let bounds = &self.hit.matched.bounds;
        let bytes = self.bytes(before);
        let near = neighbours(self.variant, before, after);
        let is_nothing = |i: usize| bounds[i].bytes.is_empty();
        let edit = match (near.left, near.right) {
            (Some(l), Some(r)) => {
                let (from, to) = (bounds[l].bytes.end, bounds[r].bytes.start);
                let seam = self.variant.after.between(after.start - 1, after.start);
                let is_last = !is_nothing(l) && !is_nothing(r) && !seam.contains(',');
                if let Some(edits) = self.last_behind_comments(l, &bytes, r).filter(|_| is_last) {
                    return edits;
                }
                match (is_nothing(l), is_nothing(r)) {
                    (true, true) => Edit::new(bytes, ""),
                    (true, false) => Edit::new(bytes.start..to, ""),
                    (false, true) => Edit::new(from..bytes.end, ""),
                    (false, false) => match self
                        .beside_comments(l, &bytes, r, seam)
                        .or_else(|| self.line_end(l, &bytes, r, seam))
                        .or_else(|| keeps(seam, side.between(l, before.start), side.between(before.end - 1, r)))
                    {
                        Some(true) => Edit::new(bytes.start..to, ""),
                        Some(false) => Edit::new(from..bytes.end, ""),
                        None => Edit::new(from..to, seam),
                    },
                }
            }
            (None, Some(r)) => Edit::new(bytes.start..bounds[r].bytes.start, ""),
            (Some(l), None) => Edit::new(bounds[l].bytes.end..bytes.end, ""),
            (None, None) => Edit::new(bytes, ""),
        };
        vec![edit]
    }

    /// A last item goes from behind comments, which stay with the item before it, whose comma goes along unless there is
    /// another.
    fn last_behind_comments(&self, left: usize, gone: &Bytes, right: usize) -> Option<Vec<Edit>> {
        let (source, bounds) = (self.source, &self.hit.matched.bounds);
        let (left, right) = (bounds[left].bytes.end..gone.start, gone.end..bounds[right].bytes.start);
        let comments = source.comments_in(&left);
        let comment = &comments.last()?.bytes;
        let comma_in = |gap: &Bytes| {
            let from = source.separators.partition_point(|s| s.start < gap.start);
            let within = source.separators[from..].iter().take_while(|s| s.end <= gap.end);
            within.into_iter().find(|s| source.bytes[(*s).clone()] == *b",").cloned()
        };
        let (comma, behind) = (comma_in(&left)?, comma_in(&right));
        if !source.comments_in(&right).is_empty() || source.language == Language::Go && behind.is_none() {
            return None;
        }
        if comma.start >= comment.end {
            return Some(vec![Edit::new(comma.start..gone.end, "")]);
        }
        // One on a line of its own, or before the item on its line, is about the item.
        let line = source.lines.line(left.start);
        let is_behind = comments.iter().all(|c| source.lines.line(c.bytes.start) == line);
        if !is_behind || !source.bytes[comment.end..gone.start].contains(&b'\n') {
            return None;
        }
        let end = behind.as_ref().map_or(gone.end, |comma| comma.end);
        // A line comment goes on to the end of its line, which there must be.
        let runs_on =
            source.bytes[comment.clone()].starts_with(b"//") && !source.bytes[end..right.end].contains(&b'\n');
        match behind {
            Some(_) => (!runs_on).then(|| vec![Edit::new(comment.end..end, "")]),
            None => {
                let from = if runs_on { gone.start } else { comment.end };
                Some(vec![Edit::new(comma, ""), Edit::new(from..end, "")])
            }
        }
    }
}

/// A change of a side without the comments that end its row, and these.
fn without_comments(side: &Side, run: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let row = |i: usize| side.elements.get(i).map(|e| e.row);
    let ends_row = row(run.end).is_none() || row(run.end) != row(run.end.wrapping_sub(1));
    let code = if ends_row { code_end(side, run) } else { run.end };
    (run.start..code, code..run.end)
}

/// The elements beside a change, as far as they are on its line of the body.
fn neighbours(variant: &Variant, before: &Range<usize>, after: &Range<usize>) -> Neighbours {
    let (side, run) = if before.is_empty() { (&variant.after, after) } else { (&variant.before, before) };
    let row = |i: usize| side.elements.get(i).map(|e| e.row);
    let on_line = |i: usize| row(i).is_some() && row(i) == row(run.start);
    let stays = |b: usize, a: usize| variant.keeps.binary_search(&(b, a)).is_ok();
    Neighbours {
        left: before.start.checked_sub(1).filter(|_| on_line(run.start.wrapping_sub(1))),
        right: Some(before.end).filter(|_| on_line(run.end) && stays(before.end, after.end)),
    }
}

/// Whether two seams hold the same separator, and a blank or none.
fn alike(a: &str, b: &str) -> bool {
    a.contains(',') == b.contains(',') && a.is_empty() == b.is_empty()
}

/// Which of two seams one seam goes on as: the left one (true), the right one, or neither.
fn keeps(one: &str, left: &str, right: &str) -> Option<bool> {
    let comma = |seam: &str| seam.contains(',') == one.contains(',');
    // Between two commas the one on the right stays, so that what goes takes the one before it along.
    [(alike(one, right), false), (alike(one, left), true), (comma(right), false), (comma(left), true)]
        .into_iter()
        .find(|(fits, _)| *fits)
        .map(|(_, left)| left)
}
