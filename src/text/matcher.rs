//! The ways in which a side of a body meets the lines of a file.

use super::body::{Blanks, Body, Gap, Row, Shown, Side, Wins};
use super::form::{form, lead};
use super::lines::Text;
use super::row::Try;
use crate::patchset::Sign;
use crate::pattern::HoleId;
use crate::source::Bytes;
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What holes are bound to: the bytes as they are in a file.
pub type Bindings = BTreeMap<HoleId, Vec<u8>>;

/// The work that matching may do is done.
#[derive(Debug)]
pub struct OutOfSteps;

/// One way in which a side meets a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// For each row of the body the line that it meets; none for rows of the other side, and ellipses.
    pub lines: Vec<Option<usize>>,
    /// For each row with holes the bytes of its parts, in the file.
    pub parts: BTreeMap<usize, Vec<Bytes>>,
    /// What the holes are bound to.
    pub bindings: Bindings,
}

/// A side of a body, looked for in a file.
pub struct Matcher<'a> {
    body: &'a Body,
    side: &'a Side,
    text: &'a Text,
    /// What earlier hunks bound.
    known: &'a Bindings,
    steps: &'a mut u64,
    /// States from which everything has been found.
    seen: HashSet<u64>,
    /// The furthest that an attempt came: how many lines of the side met, and the first of them.
    pub furthest: (usize, Vec<usize>),
}

/// A line that a row may meet.
#[derive(Clone, Debug)]
struct Candidate {
    line: usize,
    parts: Option<Vec<Bytes>>,
}

/// The lines met so far, and those that the last row may meet yet.
struct Level {
    left: std::vec::IntoIter<Candidate>,
    at: Option<Candidate>,
}

impl<'a> Matcher<'a> {
    /// A side of a body, to be looked for.
    pub fn new(body: &'a Body, side: &'a Side, text: &'a Text, known: &'a Bindings, steps: &'a mut u64) -> Matcher<'a> {
        Matcher { body, side, text, known, steps, seen: HashSet::new(), furthest: (0, Vec::new()) }
    }

    /// All ways; of those with the same places of what changes the first.
    pub fn ways(&mut self) -> Result<Vec<Way>, OutOfSteps> {
        let mut found = Vec::new();
        if self.side.lines.is_empty() {
            return Ok(found);
        }
        let mut levels = vec![Level { left: self.starts()?.into_iter(), at: None }];
        while let Some(level) = levels.last_mut() {
            level.at = level.left.next();
            self.take(1)?;
            if level.at.is_none() {
                levels.pop();
                continue;
            }
            let met: Vec<&Candidate> = levels.iter().filter_map(|level| level.at.as_ref()).collect();
            if met.len() > self.furthest.0 {
                self.furthest = (met.len(), met.iter().map(|c| c.line).collect());
            }
            if !self.seen.insert(self.state(&met)) {
                continue;
            }
            if met.len() == self.side.lines.len() {
                let last = met[met.len() - 1].line;
                if self.is_end(last) {
                    found.push(self.way(&met));
                }
                continue;
            }
            let next = self.next(&met)?;
            levels.push(Level { left: next.into_iter(), at: None });
        }
        Ok(found)
    }

    fn take(&mut self, steps: usize) -> Result<(), OutOfSteps> {
        *self.steps = self.steps.saturating_sub(steps as u64);
        if *self.steps == 0 { Err(OutOfSteps) } else { Ok(()) }
    }

    fn shown(&self, n: usize) -> (&'a Shown, &'a Row) {
        let shown = &self.side.lines[n];
        (shown, &self.body.rows[shown.row])
    }

    /// What tells states apart: the row, its line, the lines of those rows whose places count, and the holes.
    fn state(&self, met: &[&Candidate]) -> u64 {
        let mut hasher = DefaultHasher::new();
        (met.len(), met.last().map(|c| c.line)).hash(&mut hasher);
        for (shown, candidate) in self.side.lines.iter().zip(met) {
            if shown.counts {
                candidate.line.hash(&mut hasher);
            }
            if let Some(parts) = &candidate.parts {
                (candidate.line, parts).hash(&mut hasher);
            }
        }
        hasher.finish()
    }

    /// The lines that the first row may meet.
    fn starts(&mut self) -> Result<Vec<Candidate>, OutOfSteps> {
        let (shown, row) = self.shown(0);
        let lines: Vec<usize> = match row.holes {
            None => self.text.with_form(&row.form).collect(),
            Some(_) => (0..self.text.lines.len()).filter(|&n| !self.text.lines[n].is_blank()).collect(),
        };
        let mut found = Vec::new();
        for line in lines {
            if self.has_blanks_above(line, &shown.gap.below, 0) {
                found.extend(self.meet(row, line, &[])?);
            }
        }
        Ok(found)
    }

    /// The lines that the next row may meet.
    fn next(&mut self, met: &[&Candidate]) -> Result<Vec<Candidate>, OutOfSteps> {
        let (shown, row) = self.shown(met.len());
        let (_, above) = self.shown(met.len() - 1);
        let last = met[met.len() - 1].line;
        let mut found = Vec::new();
        for line in self.reachable(last, &shown.gap, row)? {
            if self.is_related(above, last, row, line) {
                found.extend(self.meet(row, line, met)?);
            }
        }
        Ok(found)
    }

    /// The lines that a gap leads to.
    fn reachable(&mut self, last: usize, gap: &Gap, row: &Row) -> Result<Vec<usize>, OutOfSteps> {
        let lines = &self.text.lines;
        let blanks = lines[last + 1..].iter().take_while(|line| line.is_blank()).count();
        if !fits(&gap.above, blanks) {
            return Ok(Vec::new());
        }
        let first = last + 1 + blanks;
        if !gap.is_open {
            return Ok((first < lines.len()).then_some(first).into_iter().collect());
        }
        let (from, peer) = (lines[last].depth.unwrap_or(0), lead(self.text.form(last)));
        let (mut found, mut low, mut met_peer) = (Vec::new(), i32::MAX, false);
        let mut steps = 0;
        for (line, at) in lines.iter().enumerate().skip(first) {
            steps += 1;
            if let Some(depth) = line_depth(at) {
                let is_inside = if depth == from { low >= from } else { low > depth.min(from) };
                let is_like = row.holes.is_some() || self.text.form(line) == row.form;
                let taken = if line == first { gap.above.rows.len() } else { 0 };
                if is_like
                    && is_inside
                    && !(met_peer && depth == from)
                    && self.has_blanks_above(line, &gap.below, taken)
                {
                    found.push(line);
                }
                met_peer |= depth == from && !peer.is_empty() && lead(self.text.form(line)) == peer;
            }
            if let Some(bar) = at.bar {
                low = low.min(bar);
            }
        }
        self.take(steps / 8)?;
        Ok(found)
    }

    /// Whether as many empty lines are above a line as are shown, besides those that other rows meet.
    fn has_blanks_above(&self, line: usize, blanks: &Blanks, taken: usize) -> bool {
        let above = self.text.lines[..line].iter().rev().take_while(|line| line.is_blank()).count();
        above >= taken && fits(blanks, above - taken)
    }

    /// Whether of two lines the lower one is deeper, as deep or less deep as it is in the body. Headings are exempt.
    fn is_related(&self, above: &Row, upper: usize, row: &Row, lower: usize) -> bool {
        let depth = |line: usize| self.text.lines[line].depth.unwrap_or(0);
        let (upper, lower) = (depth(upper), depth(lower));
        upper < 0 || lower < 0 || row.depth.cmp(&above.depth) == lower.cmp(&upper)
    }

    /// The ways in which a row meets a line.
    fn meet(&mut self, row: &Row, line: usize, met: &[&Candidate]) -> Result<Vec<Candidate>, OutOfSteps> {
        self.take(1)?;
        let content = self.text.content(line);
        if row.unended && !(self.text.line_end(line).is_empty() && line + 1 == self.text.lines.len()) {
            return Ok(Vec::new());
        }
        if self.body.wins == Wins::Bytes && row.sign != Sign::Context && !self.is_byte_for_byte(row, content) {
            return Ok(Vec::new());
        }
        let Some(elements) = &row.holes else {
            let is_met = self.text.form(line) == row.form;
            return Ok(is_met.then_some(Candidate { line, parts: None }).into_iter().collect());
        };
        let bound = |hole: HoleId| self.bound(hole, met).map(|text| form(&text).into_owned());
        let mut steps = *self.steps;
        let ways = Try { line: content, bound: &bound, steps: &mut steps }.ways(elements);
        *self.steps = steps;
        self.take(1)?;
        let start = self.text.lines[line].bytes.start;
        let shift = |range: Bytes| start + range.start..start + range.end;
        let candidate = |way: Vec<Bytes>| Candidate { line, parts: Some(way.into_iter().map(shift).collect()) };
        Ok(ways.into_iter().map(candidate).collect())
    }

    /// Whether a row says a line byte for byte; of a row with holes its blanks at both ends.
    fn is_byte_for_byte(&self, row: &Row, content: &[u8]) -> bool {
        match row.holes {
            None => row.text == content,
            Some(_) => {
                let ends = |text: &[u8]| {
                    let shown = super::form::shown(text);
                    (text[..shown.start].to_vec(), text[shown.end..].to_vec())
                };
                ends(&row.text) == ends(content)
            }
        }
    }

    /// What a hole is bound to by the rows met so far, or by earlier hunks.
    fn bound(&self, hole: HoleId, met: &[&Candidate]) -> Option<Vec<u8>> {
        for (shown, candidate) in self.side.lines.iter().zip(met) {
            let (Some(elements), Some(parts)) = (&self.body.rows[shown.row].holes, &candidate.parts) else { continue };
            if let Some((_, range)) = elements.iter().zip(parts).find(|(e, _)| e.part.hole() == Some(hole)) {
                return Some(self.text.bytes()[range.clone()].to_vec());
            }
        }
        self.known.get(&hole).cloned()
    }

    /// Whether a side may end with a line.
    fn is_end(&self, last: usize) -> bool {
        let blanks = self.text.lines[last + 1..].iter().take_while(|line| line.is_blank()).count();
        let is_ended = !self.side.is_ended || !self.text.line_end(last).is_empty();
        is_ended && fits(&self.side.tail.above, blanks)
    }

    fn way(&self, met: &[&Candidate]) -> Way {
        let mut way =
            Way { lines: vec![None; self.body.rows.len()], parts: BTreeMap::new(), bindings: Bindings::new() };
        let mut above = None;
        for (shown, candidate) in self.side.lines.iter().zip(met) {
            way.lines[shown.row] = Some(candidate.line);
            self.place_blanks(&shown.gap, above, Some(candidate.line), &mut way);
            above = Some(candidate.line);
            let Some(parts) = &candidate.parts else { continue };
            way.parts.insert(shown.row, parts.clone());
            let elements = self.body.rows[shown.row].holes.iter().flatten();
            for (hole, range) in elements.zip(parts).filter_map(|(e, range)| Some((e.part.hole()?, range))) {
                way.bindings.entry(hole).or_insert_with(|| self.text.bytes()[range.clone()].to_vec());
            }
        }
        self.place_blanks(&self.side.tail, above, None, &mut way);
        way
    }

    /// Says which empty lines the rows of a gap meet.
    fn place_blanks(&self, gap: &Gap, above: Option<usize>, below: Option<usize>, way: &mut Way) {
        if let Some(above) = above {
            gap.above.rows.iter().enumerate().for_each(|(n, row)| way.lines[*row] = Some(above + 1 + n));
        }
        if let Some(below) = below {
            let from = below - gap.below.rows.len();
            gap.below.rows.iter().enumerate().for_each(|(n, row)| way.lines[*row] = Some(from + n));
        }
    }
}

fn line_depth(line: &super::lines::Line) -> Option<i32> {
    line.depth
}

/// Whether there are as many empty lines as are shown.
fn fits(blanks: &Blanks, there: usize) -> bool {
    if blanks.is_exact { there == blanks.rows.len() } else { there >= blanks.rows.len() }
}

/// What a row without a sign binds where it meets a line.
pub fn meets(row: &Row, line: usize, text: &Text, known: &Bindings, steps: &mut u64) -> Option<Bindings> {
    *steps = steps.saturating_sub(1);
    let Some(elements) = &row.holes else {
        return (text.form(line) == row.form).then(Bindings::new);
    };
    let bound = |hole: HoleId| known.get(&hole).map(|text| form(text).into_owned());
    let way = Try { line: text.content(line), bound: &bound, steps }.ways(elements).into_iter().next()?;
    let holes = elements.iter().zip(way).filter_map(|(e, range)| Some((e.part.hole()?, range)));
    Some(holes.map(|(hole, range)| (hole, text.content(line)[range].to_vec())).collect())
}
