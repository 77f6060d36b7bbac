//! What must hold around a place: `inside`, `has`, `unless`, `file-has`.

use super::body::{Body, Row};
use super::lines::Text;
use super::matcher::{Bindings, Way, meets};
use std::ops::Range;

/// A condition that does not hold, by its number among those of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// No `inside` of all that there are.
    Inside,
    /// A `has`.
    Has(usize),
    /// An `unless`, and the line at which it is.
    Unless(usize, usize),
    /// A `file-has`.
    FileHas(usize),
}

/// A place, to be asked what is around it.
pub struct Around<'a> {
    /// The body that meets it.
    pub body: &'a Body,
    /// The file.
    pub text: &'a Text,
    /// How the body meets it.
    pub way: &'a Way,
}

impl Around<'_> {
    /// The first condition that does not hold, and what those that hold bind. `has` and `unless` are for what is to do.
    pub fn check(&self, is_done: bool, bindings: &mut Bindings, steps: &mut u64) -> Option<Unmet> {
        let lines = || self.way.lines.iter().flatten().copied().filter(|line| !self.text.lines[*line].is_blank());
        let (Some(first), Some(last)) = (lines().min(), lines().max()) else { return None };
        if !self.body.inside.is_empty() {
            let mut found = self.body.inside.iter().filter_map(|rows| self.stands_in(rows, lines(), bindings, steps));
            let Some(new) = found.next() else { return Some(Unmet::Inside) };
            *bindings = new;
        }
        for (n, rows) in self.body.file_has.iter().enumerate() {
            let Some((_, new)) = self.text.occurs(rows, 0..self.text.lines.len(), bindings, steps) else {
                return Some(Unmet::FileHas(n));
            };
            *bindings = new;
        }
        if is_done {
            return None;
        }
        for (n, rows) in self.body.has.iter().enumerate() {
            let Some((_, new)) = self.text.occurs(rows, first..last + 1, bindings, steps) else {
                return Some(Unmet::Has(n));
            };
            *bindings = new;
        }
        let around = self.outermost(first, last);
        for (n, rows) in self.body.unless.iter().enumerate() {
            if let Some((line, _)) = self.text.occurs(rows, around.clone(), bindings, steps) {
                return Some(Unmet::Unless(n, line));
            }
        }
        None
    }

    /// Whether all lines of the place that the rows change, or else its first, have lines like these in their chain, in this
    /// order from the outside.
    fn stands_in(
        &self,
        rows: &[Row],
        lines: impl Iterator<Item = usize>,
        bindings: &Bindings,
        steps: &mut u64,
    ) -> Option<Bindings> {
        let top = lines.min_by_key(|line| (self.text.lines[*line].depth, *line))?;
        let mut chain: Vec<usize> = self.text.chain(top).collect();
        chain.reverse();
        let mut chain = chain.into_iter();
        let mut bindings = bindings.clone();
        for row in rows {
            let new = chain.find_map(|line| meets(row, line, self.text, &bindings, steps))?;
            bindings.extend(new);
        }
        Some(bindings)
    }

    /// The block of the outermost header of some lines: what is under a heading or a line at column 0, or else the block
    /// around them.
    fn outermost(&self, first: usize, last: usize) -> Range<usize> {
        let header = self.text.chain(first).last();
        let Some(header) = header else { return self.text.block([first, last].into_iter()) };
        let depth = self.text.lines[header].depth.unwrap_or(0);
        let below = self.text.lines[header + 1..].iter().take_while(|line| line.bar.is_none_or(|bar| bar > depth));
        header..(header + 1 + below.count()).max(last + 1)
    }
}

impl Text {
    /// Whether rows occur as lines that follow each other, empty ones aside.
    pub fn has(&self, rows: &[Row], steps: &mut u64) -> bool {
        self.occurs(rows, 0..self.lines.len(), &Bindings::new(), steps).is_some()
    }

    /// Where rows occur as lines that follow each other, empty ones aside; and what they bind.
    fn occurs(
        &self,
        rows: &[Row],
        range: Range<usize>,
        bindings: &Bindings,
        steps: &mut u64,
    ) -> Option<(usize, Bindings)> {
        let lines: Vec<usize> = range.filter(|line| !self.lines[*line].is_blank()).collect();
        for start in 0..(lines.len() + 1).saturating_sub(rows.len()) {
            let mut bindings = bindings.clone();
            let is_met = rows.iter().zip(&lines[start..]).all(|(row, line)| {
                let new = meets(row, *line, self, &bindings, steps);
                let is_met = new.is_some();
                bindings.extend(new.into_iter().flatten());
                is_met
            });
            if is_met {
                return Some((lines[start], bindings));
            }
        }
        None
    }
}
