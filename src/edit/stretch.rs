//! Changed rows of a body laid beside the lines of the source.

use super::job::Job;
use super::margins::Prefix;
use super::unit::blanks;
use crate::language::Atom;
use crate::patchset::Sign;
use crate::pattern::{Part, Side};
use crate::source::Bytes;
use std::ops::Range;

/// Changed rows of a body between two rows that stay, as far as the source is laid out as they are.
pub(super) struct Stretch {
    /// The rows of the body.
    pub rows: Range<usize>,
    /// The last element of the row above, and the first of the row below, where the body shows them.
    pub above: Option<usize>,
    pub below: Option<usize>,
    /// What the lines of the source have before the rows of the body, blanks alone.
    pub prefix: Prefix,
    /// Its pieces in order, empty lines that stay between them.
    pub pieces: Vec<Piece>,
}

/// Rows that go and rows that come in the place of them.
pub(super) struct Piece {
    pub gone: Vec<usize>,
    pub new: Vec<usize>,
    /// The bytes of the rows that go, from their first line's start to the last one's end, or less where these lines
    /// hold more. Without such rows it is where the new ones come.
    pub bytes: Bytes,
    /// Whether nothing else is on these lines, before and behind.
    pub whole: (bool, bool),
    /// Whether an empty line that the body shows is the neighbour above.
    pub below_blank: bool,
}

impl Stretch {
    /// Whether all that goes are whole lines.
    pub fn is_whole(&self) -> bool {
        self.pieces.iter().all(|piece| piece.whole == (true, true))
    }
}

/// One row or empty line of a stretch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Blank,
    Gone(usize),
    New(usize),
}

impl Job<'_> {
    /// The runs of changed rows of the body.
    pub(super) fn runs(&self) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        let changed = self.rows.iter().enumerate().filter(|(_, row)| row.sign != Sign::Context);
        for (row, _) in changed {
            match runs.last_mut().filter(|run| run.end == row) {
                Some(run) => run.end += 1,
                None => runs.push(row..row + 1),
            }
        }
        runs
    }

    /// A run of changed rows beside the lines of the source, if these are laid out as the rows are: the rows that go are
    /// whole lines but for one prefix of blanks, or new ones come between lines that are neighbours.
    pub(super) fn stretch(&self, rows: &Range<usize>) -> Option<Stretch> {
        if self.variant.grouped.is_some() || self.is_torn(rows) {
            return None;
        }
        let items = self.items(rows, true);
        if items.contains(&Item::Blank)
            && let Some(stretch) = self.laid(rows, &items)
        {
            return Some(stretch);
        }
        // An empty line that the source does not have means nothing.
        self.laid(rows, &self.items(rows, false))
    }

    /// Whether a token of a row that stays reaches over rows of the run.
    fn is_torn(&self, rows: &Range<usize>) -> bool {
        let reaches = |side: &Side, row: usize| {
            let owner = side.elements.partition_point(|e| e.row < row).checked_sub(1);
            side.inner_rows.contains(&row) && owner.is_none_or(|o| side.elements[o].row < rows.start)
        };
        rows.clone().any(|row| reaches(&self.variant.before, row) || reaches(&self.variant.after, row))
    }

    /// The rows and empty lines of a run in order, without those that an earlier row's token reaches over.
    fn items(&self, rows: &Range<usize>, with_blanks: bool) -> Vec<Item> {
        let mut items = Vec::new();
        for row in rows.start..=rows.end {
            let from = self.blanks.partition_point(|b| *b < row);
            let count = self.blanks[from..].iter().take_while(|b| **b == row).count();
            items.extend(std::iter::repeat_n(Item::Blank, if with_blanks { count } else { 0 }));
            if row == rows.end {
                break;
            }
            match self.rows[row].sign {
                Sign::Minus if !self.variant.before.inner_rows.contains(&row) => items.push(Item::Gone(row)),
                Sign::Plus if !self.variant.after.inner_rows.contains(&row) => items.push(Item::New(row)),
                _ => {}
            }
        }
        items
    }

    /// Lays the items beside the source, if they fit.
    fn laid(&self, rows: &Range<usize>, items: &[Item]) -> Option<Stretch> {
        let (above, below) = (self.shown_above(rows.start), self.shown_below(rows.end));
        let behind_above = above.and_then(|a| self.line_behind(a));
        let at_below = below.and_then(|b| self.line_of(b));
        let old = items.iter().filter(|i| !matches!(i, Item::New(_)));
        let gone = old.clone().enumerate().find_map(|(lines, item)| match item {
            Item::Gone(row) => Some((lines, *row, self.first_byte(*row)?)),
            _ => None,
        });
        let (start, code) = match (gone, behind_above, at_below) {
            (Some((lines, row, byte)), ..) => {
                let own = self.prefix_of(row).map(<[u8]>::to_vec);
                let code = if self.has_own_margin(row) { self.prefix_beside(rows, above, below) } else { own };
                (self.lines_up(self.source.lines.start(byte), lines)?, code)
            }
            (None, Some(start), _) => (start, self.prefix_beside(rows, above, below)),
            (None, None, Some(line)) if above.is_none() => {
                (self.lines_up(line, old.count())?, self.prefix_beside(rows, above, below))
            }
            _ => return None,
        };
        let prefix = self.prefix(rows, code?);
        // Rows that come first belong to the row above; where lines lie between, the source is laid out otherwise.
        let begins_new = matches!(items.iter().find(|i| **i != Item::Blank), Some(Item::New(_)));
        if begins_new && above.is_some() && behind_above != Some(start) {
            return None;
        }
        let (pieces, end) = self.pieces(items, start, &prefix)?;
        // New rows have their place beside rows that go, or between neighbours.
        let none_gone = pieces.iter().all(|p| p.gone.is_empty());
        let tied = |shown: Option<usize>, line: Option<usize>, at: usize, piece: &Piece| {
            let loose = piece.gone.is_empty() && !piece.new.is_empty();
            shown.is_none() || line == Some(at) || !none_gone && !loose
        };
        let fits = tied(above, behind_above, start, pieces.first()?) && tied(below, at_below, end, pieces.last()?);
        let anchored = !none_gone || above.is_some() || below.is_some();
        (fits && anchored).then_some(Stretch { rows: rows.clone(), above, below, prefix, pieces })
    }

    /// The items as pieces, if the lines from `start` on are those that go and stay; and where the line behind them
    /// begins.
    fn pieces(&self, items: &[Item], start: usize, prefix: &Prefix) -> Option<(Vec<Piece>, usize)> {
        let is_old = |item: &Item| !matches!(item, Item::New(_));
        let last = items.iter().rposition(is_old);
        let mut pieces = vec![Piece::at(start)];
        let mut at = start;
        for (n, item) in items.iter().enumerate() {
            let piece = pieces.last_mut()?;
            match *item {
                Item::New(row) => piece.new.push(row),
                Item::Blank => {
                    at = self.blank_line(at)?;
                    pieces.push(Piece { below_blank: true, ..Piece::at(at) });
                }
                Item::Gone(row) => {
                    let first = piece.gone.is_empty();
                    let line = self.line_as_row(row, at, prefix, (first, last == Some(n)))?;
                    if first {
                        (piece.bytes.start, piece.whole.0) = (line.bytes.start, line.whole.0);
                    }
                    (piece.bytes.end, piece.whole.1) = (line.bytes.end, line.whole.1);
                    piece.gone.push(row);
                    at = self.source.lines.next(line.bytes.end.max(at));
                }
            }
        }
        // A line that begins or ends with other code has no empty line beside it.
        let whole = pieces.iter().all(|p| p.whole == (true, true));
        (whole || pieces.len() == 1).then_some((pieces, at))
    }

    /// The start of the line so many above a line.
    fn lines_up(&self, line: usize, count: usize) -> Option<usize> {
        let number = self.source.lines.line(line).checked_sub(count)?;
        let mut at = line;
        while self.source.lines.line(at) > number {
            at = self.source.lines.start(at - 1);
        }
        Some(at)
    }

    /// The start of the line below an empty one.
    fn blank_line(&self, at: usize) -> Option<usize> {
        let source = self.source;
        let line = source.lines.around(at, &source.bytes);
        let next = source.lines.next(at);
        (next > line.end && source.bytes[line].trim_ascii().is_empty()).then_some(next)
    }

    /// The last element of the row above, if it stays and is no ellipsis.
    fn shown_above(&self, row: usize) -> Option<usize> {
        let last = self.variant.before.elements.partition_point(|e| e.row < row).checked_sub(1)?;
        self.is_shown(last).then_some(last)
    }

    /// The first element of the row below, if it stays and is no ellipsis.
    fn shown_below(&self, row: usize) -> Option<usize> {
        let first = self.variant.before.elements.partition_point(|e| e.row < row);
        (first < self.variant.before.elements.len() && self.is_shown(first)).then_some(first)
    }

    fn is_shown(&self, element: usize) -> bool {
        let side = &self.variant.before;
        !side.elements[element].part.is_dots() || side.written(element) != "..."
    }

    /// Where the line below the one begins that an element ends, if no other code ends that.
    fn line_behind(&self, element: usize) -> Option<usize> {
        let source = self.source;
        let mut end = self.hit.matched.bounds[element].bytes.end;
        let tag = source.token_at(end);
        if source.tokens.get(tag).is_some_and(|t| t.atom == Atom::Tag) {
            end = source.tokens[tag].bytes.end;
        }
        // A directive holds its own line end.
        if source.bytes[..end].ends_with(b"\n") {
            return Some(end);
        }
        let tail = self.line_tail(end)?;
        (tail < source.bytes.len()).then(|| source.lines.next(tail))
    }

    /// Where the line begins that an element begins, if no other code does.
    fn line_of(&self, element: usize) -> Option<usize> {
        let start = self.hit.matched.bounds[element].bytes.start;
        let line = self.source.lines.start(start);
        (line + blanks(&self.source.bytes[line..start]).len() == start).then_some(line)
    }

    /// The first byte of the source that a row of the before side stands for.
    pub(super) fn first_byte(&self, row: usize) -> Option<usize> {
        let bounds = &self.hit.matched.bounds;
        self.variant.before.on_row(row).map(|i| &bounds[i].bytes).find(|b| !b.is_empty()).map(|b| b.start)
    }
}

/// A line of the source that is as a row of the body.
struct Line {
    bytes: Bytes,
    whole: (bool, bool),
}

impl Job<'_> {
    /// The line at a byte, if it is a row that goes: whole, or, for the first and the last of a run, as far as the row
    /// reaches.
    fn line_as_row(&self, row: usize, at: usize, prefix: &Prefix, (first, last): (bool, bool)) -> Option<Line> {
        let (source, side) = (self.source, &self.variant.before);
        let bounds = &self.hit.matched.bounds;
        let elements = side.on_row(row);
        if elements.is_empty() {
            let text = self.rows[row].text.trim_end();
            let line = source.lines.around(at, &source.bytes);
            let same = text.is_empty() && at < source.bytes.len() && source.bytes[line.clone()].trim_ascii().is_empty();
            return same.then_some(Line { bytes: line, whole: (true, true) });
        }
        let start = bounds[elements.start].bytes.start;
        let indent = blanks(source.bytes.get(at..start)?);
        let begins = at + indent.len() == start;
        if source.lines.start(start) != at {
            return None;
        }
        let own = blanks(self.rows[row].text.as_bytes());
        let indented = indent.strip_suffix(own) == Some(prefix.of(self.margin_of(row)));
        if begins && !indented || !begins && !first {
            return None;
        }
        if !self.is_as_written(&elements, &prefix.code) {
            return None;
        }
        let end = self.without_line_end(bounds[elements.end - 1].bytes.end);
        let line = source.lines.around(end, &source.bytes);
        let (tail, rest) = (side.tail(elements.end - 1), &source.bytes[end..line.end.max(end)]);
        let ends = tail.as_bytes() == rest || tail.trim_end().is_empty() && rest.is_empty();
        if !ends && !last {
            return None;
        }
        let bytes = if begins { at } else { start }..if ends { line.end.max(end) } else { end };
        Some(Line { bytes, whole: (begins, ends) })
    }

    /// The end of a text without the line end that it may hold, as directives do.
    fn without_line_end(&self, end: usize) -> usize {
        let text = &self.source.bytes[..end];
        let text = text.strip_suffix(b"\n").map_or(text, |text| text.strip_suffix(b"\r").unwrap_or(text));
        text.len()
    }

    /// Whether some elements of one row are in the source letter for letter as the body shows them, with what is
    /// between them.
    fn is_as_written(&self, elements: &Range<usize>, prefix: &[u8]) -> bool {
        let (source, side) = (self.source, &self.variant.before);
        let bounds = &self.hit.matched.bounds;
        elements.clone().all(|i| {
            let bytes = &bounds[i].bytes;
            let found = &source.bytes[bytes.clone()];
            let same = match &side.elements[i].part {
                Part::Comment(_) => same_lines(side.written(i), found, prefix),
                Part::Token { .. } if !side.written(i).contains("$$") => same_lines(side.written(i), found, b""),
                Part::Dots(..) => !bytes.is_empty(),
                _ => true,
            };
            let joined = i == elements.start || {
                let before = bounds[i - 1].bytes.end;
                before <= bytes.start && source.bytes[before..bytes.start] == *side.between(i - 1, i).as_bytes()
            };
            same && joined
        })
    }
}

/// Whether a text of several lines is another but for line ends, and a prefix before all lines but the first.
fn same_lines(written: &str, found: &[u8], prefix: &[u8]) -> bool {
    let mut found = found.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut same = written.split('\n').enumerate().map(|(n, line)| {
        let Some(found) = found.next() else { return false };
        let bare = n == 0 || line.trim().is_empty();
        found == line.as_bytes() || !bare && found.strip_prefix(prefix) == Some(line.as_bytes())
    });
    let all = same.by_ref().all(|same| same);
    drop(same);
    all && found.next().is_none()
}

impl Piece {
    fn at(byte: usize) -> Piece {
        Piece { gone: Vec::new(), new: Vec::new(), bytes: byte..byte, whole: (true, true), below_blank: false }
    }
}
