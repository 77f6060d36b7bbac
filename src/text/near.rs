//! What is where a body of text was expected: the place that has most of its lines, and the first row that fails there.
//! Nothing here decides anything.

use super::body::{Body, Kind, Row, Shown, Wins};
use super::form::{lead, tokens};
use super::laws::brief;
use super::lines::Text;
use crate::patchset::Sign;
use std::collections::BTreeSet;

/// The most lines from which the rest of a body is laid beside a file.
const STARTS: usize = 200;
/// The most lines that are compared word by word, and the longest of them, in bytes.
const LINES: usize = 50_000;
const LONG: usize = 2_000;
/// A line that has less of the words of a row and itself together, per mille, is not like it.
const LIKE: usize = 500;
/// How far below a row the next one is looked for.
const WINDOW: usize = 12;

/// The place of a file that comes closest to the before side of a body.
#[derive(Debug)]
pub struct Near {
    /// How much of the body it has, per mille.
    pub share: i32,
    /// The first row that fails.
    pub row: usize,
    /// The line at which it does.
    pub line: usize,
    /// What the row shows.
    pub wanted: String,
    /// What is there.
    pub found: String,
    /// What is the matter, in words.
    pub what: String,
}

/// The closest place, if any line of the body is in the file.
pub fn near(body: &Body, text: &Text) -> Option<Near> {
    let rows: Vec<&Shown> = body.before.lines.iter().collect();
    let mut starts: Vec<(usize, usize, usize)> = Vec::new();
    for (n, shown) in rows.iter().enumerate() {
        let row = &body.rows[shown.row];
        if row.holes.is_none() && (!row.is_weak() || rows.len() == 1) {
            let lines: Vec<usize> = text.with_form(&row.form).collect();
            starts.extend(lines.iter().take(STARTS).map(|line| (lines.len(), n, *line)));
        }
    }
    if starts.is_empty() {
        return likest(body, text);
    }
    // Rare lines first.
    starts.sort_unstable();
    let laid = starts.into_iter().take(STARTS).map(|(_, n, line)| lay(body, text, &rows, n, line));
    let weight = |laid: &Vec<Option<usize>>| -> i32 {
        let met = rows.iter().zip(laid).filter(|(_, line)| line.is_some());
        met.map(|(shown, _)| if body.rows[shown.row].is_weak() { 1 } else { 4 }).sum()
    };
    let best = laid.max_by_key(|laid| (weight(laid), std::cmp::Reverse(laid.iter().flatten().next().copied())))?;
    let all: i32 = rows.iter().map(|shown| if body.rows[shown.row].is_weak() { 1 } else { 4 }).sum();
    let mut near = Place { body, text, rows: &rows, laid: &best }.first_failure();
    near.share = 1000 * weight(&best) / all.max(1);
    Some(near)
}

/// The line that is most like the first row that tells something, where no row is there as it is.
fn likest(body: &Body, text: &Text) -> Option<Near> {
    let rows: Vec<&Shown> = body.before.lines.iter().collect();
    let n = rows.iter().position(|shown| !body.rows[shown.row].is_weak())?;
    let words = |line: &[u8]| tokens(line).into_iter().map(|t| line[t].to_vec()).collect::<BTreeSet<_>>();
    let wanted = words(&body.rows[rows[n].row].text);
    let share = |line: usize| {
        let found = words(text.content(line));
        1000 * found.intersection(&wanted).count() / found.union(&wanted).count().max(1)
    };
    let lines =
        (0..text.lines.len()).filter(|line| !text.lines[*line].is_blank() && text.lines[*line].bytes.len() < LONG);
    let (share, line) = lines
        .take(LINES)
        .map(|line| (share(line), line))
        .max_by_key(|(share, line)| (*share, std::cmp::Reverse(*line)))?;
    let mut near = Place { body, text, rows: &rows, laid: &[] }.differs(n, line);
    near.share = i32::try_from(share / 2).unwrap_or(0);
    (share >= LIKE).then_some(near)
}

/// The lines that rows meet, going on from one of them in both directions.
fn lay(body: &Body, text: &Text, rows: &[&Shown], start: usize, line: usize) -> Vec<Option<usize>> {
    let mut laid = vec![None; rows.len()];
    laid[start] = Some(line);
    let is = |row: usize, line: &usize| {
        let row = &body.rows[rows[row].row];
        row.holes.is_none() && text.form(*line) == row.form
    };
    let mut at = line;
    for n in start + 1..rows.len() {
        let window = if rows[n].gap.is_open { usize::MAX } else { WINDOW };
        let next = (at + 1..text.lines.len()).filter(|line| !text.lines[*line].is_blank()).take(window);
        laid[n] = next.into_iter().find(|line| is(n, line));
        at = laid[n].unwrap_or(at);
    }
    let mut at = line;
    for n in (0..start).rev() {
        let window = if rows[n + 1].gap.is_open { usize::MAX } else { WINDOW };
        let above = (0..at).rev().filter(|line| !text.lines[*line].is_blank()).take(window);
        laid[n] = above.into_iter().find(|line| is(n, line));
        at = laid[n].unwrap_or(at);
    }
    laid
}

struct Place<'a> {
    body: &'a Body,
    text: &'a Text,
    rows: &'a [&'a Shown],
    laid: &'a [Option<usize>],
}

impl Place<'_> {
    fn row(&self, n: usize) -> &Row {
        &self.body.rows[self.rows[n].row]
    }

    fn tell(&self, n: usize, line: usize, what: String) -> Near {
        let line = line.min(self.text.lines.len().saturating_sub(1));
        let found = if self.text.lines.is_empty() { String::new() } else { brief(self.text.form(line)) };
        Near { share: 0, row: self.rows[n].row, line, wanted: brief(&self.row(n).form), found, what }
    }

    fn first_failure(&self) -> Near {
        let mut last: Option<usize> = None;
        for n in 0..self.rows.len() {
            let Some(above) = last else {
                let Some(line) = self.laid[n] else {
                    let next = self.laid.iter().flatten().next().copied().unwrap_or(0);
                    let above = (0..next).rev().find(|line| !self.text.lines[*line].is_blank());
                    return match above {
                        Some(line) => self.differs(n, line),
                        None => self.tell(n, next, "nothing stands above this line".to_owned()),
                    };
                };
                last = Some(line);
                continue;
            };
            if let Some(near) = self.step(n, above) {
                return near;
            }
            last = self.laid[n].or_else(|| self.next(above));
        }
        let line = self.laid.iter().flatten().next().copied().unwrap_or(0);
        self.tell(0, line, self.why_no_site())
    }

    fn next(&self, line: usize) -> Option<usize> {
        (line + 1..self.text.lines.len()).find(|line| !self.text.lines[*line].is_blank())
    }

    /// Why a row does not follow the one above it.
    fn step(&self, n: usize, above: usize) -> Option<Near> {
        let gap = &self.rows[n].gap;
        let Some(next) = self.next(above) else {
            return Some(self.tell(n, above, "the file ends here".to_owned()));
        };
        if gap.is_open {
            return match self.laid[n] {
                None => Some(self.tell(n, above, "this row is nowhere below".to_owned())),
                Some(line) => self.crosses(n, above, line),
            };
        }
        let line = match self.laid[n] {
            Some(line) if line != next => {
                return Some(self.tell(n, next, "a line stands between that the body does not show".to_owned()));
            }
            Some(line) => line,
            None if self.row(n).holes.is_some() => next,
            None => return Some(self.differs(n, next)),
        };
        let blanks = line - above - 1;
        if blanks < gap.above.rows.len() {
            return Some(self.tell(n, line, "the empty line that the body shows above is not there".to_owned()));
        }
        if gap.above.is_exact && blanks > gap.above.rows.len() {
            let what =
                "there are more empty lines above than the body shows: their number counts where one comes or goes";
            return Some(self.tell(n, line, what.to_owned()));
        }
        self.relation(n, above, line)
    }

    /// What an ellipsis would have to cross.
    fn crosses(&self, n: usize, above: usize, line: usize) -> Option<Near> {
        let depth = |line: usize| self.text.lines[line].depth.unwrap_or(0);
        let (from, to) = (depth(above), depth(line));
        let least = from.min(to) + i32::from(from != to);
        let peer = lead(self.text.form(above));
        for between in above + 1..line {
            if self.text.lines[between].bar.is_some_and(|bar| bar < least) {
                let what = format!("the ellipsis would leave its block at line {}", between + 1);
                return Some(self.tell(n, between, what));
            }
            let is_peer = from == to && self.text.lines[between].depth == Some(from) && !peer.is_empty();
            if is_peer && lead(self.text.form(between)) == peer {
                let what =
                    format!("the ellipsis would pass line {}, which begins as the row above it does", between + 1);
                return Some(self.tell(n, between, what));
            }
        }
        self.relation(n, above, line)
    }

    fn relation(&self, n: usize, above: usize, line: usize) -> Option<Near> {
        let depth = |line: usize| self.text.lines[line].depth.unwrap_or(0);
        let (upper, lower) = (depth(above), depth(line));
        let (wanted, found) = (self.row(n).depth.cmp(&self.row(n - 1).depth), lower.cmp(&upper));
        if upper < 0 || lower < 0 || wanted == found {
            return None;
        }
        let name = |order: std::cmp::Ordering| match order {
            std::cmp::Ordering::Less => "less deep than",
            std::cmp::Ordering::Equal => "as deep as",
            std::cmp::Ordering::Greater => "deeper than",
        };
        let what = format!("this line is {} the one above, and in the body {} it", name(found), name(wanted));
        Some(self.tell(n, line, what))
    }

    /// How a line differs from the row that was expected there.
    fn differs(&self, n: usize, line: usize) -> Near {
        let row = self.row(n);
        let content = self.text.content(line);
        let words = |line: &[u8]| tokens(line).into_iter().map(|t| line[t].to_vec()).collect::<Vec<_>>();
        let (wanted, found) = (words(&row.text), words(content));
        if wanted == found {
            return self.tell(
                n,
                line,
                "blanks stand here where the row has none, or none where it has some".to_owned(),
            );
        }
        let first = wanted.iter().zip(&found).position(|(a, b)| a != b);
        let show = |word: Option<&Vec<u8>>| word.map_or("nothing".to_owned(), |word| format!("`{}`", brief(word)));
        let at = first.unwrap_or(wanted.len().min(found.len()));
        let what = match wanted.iter().zip(&found).any(|(a, b)| a == b) {
            true => format!("the line differs: {} instead of {}", show(found.get(at)), show(wanted.get(at))),
            false => "another line stands here".to_owned(),
        };
        let is_hole = |pair: &[u8]| pair[0] == b'$' && pair[1].is_ascii_alphabetic();
        let hint = row.holes.is_none() && row.text.windows(2).any(is_hole);
        let hint = if hint { "; `$` is text here, unless `sigil = \"$\"` makes it mark holes" } else { "" };
        self.tell(n, line, format!("{what}{hint}"))
    }

    /// Why there is no site although all lines are there.
    fn why_no_site(&self) -> String {
        let rows = || self.body.rows.iter().filter(|row| row.kind == Kind::Line && row.sign == Sign::Minus);
        match self.body.wins {
            Wins::Bytes if rows().next().is_some() => {
                "the lines are there with other blanks: where only blanks change, they are compared byte for byte"
                    .to_owned()
            }
            _ => "all lines are there, but not as a whole".to_owned(),
        }
    }
}
