//! Which place of the file in A is which place of the file in B: rows, functions, and rows that are broken elsewhere.

use super::alignment::{Aligner, Pairs};
use super::code::code;
use super::functions::{Function, around, functions};
use super::likeness::Likeness;
use super::rows::Rows;
use crate::language::Language;
use std::collections::HashMap;

/// How many rows a statement may be broken over.
const MAX_STATEMENT: usize = 6;
/// How many rows of A, and of B, may say the same broken elsewhere.
const MAX_BROKEN: (usize, usize) = (4, 5);

/// The file in A and in B, row for row.
pub struct Correspondence<'a> {
    /// The file in A.
    pub a: &'a Rows,
    /// The file in B.
    pub b: &'a Rows,
    /// The rows that are paired.
    pub pairs: Pairs,
    /// The functions of A.
    pub functions_a: Vec<Function>,
    /// The functions of B.
    pub functions_b: Vec<Function>,
    /// For each function of A the one of B that it is.
    pub namesakes: Vec<Option<usize>>,
    /// Rows of A that begin, and that end, what B says on other rows: the row of B that does.
    begins: HashMap<usize, usize>,
    /// For those that end it the row of B where it begins, too.
    ends: HashMap<usize, (usize, usize)>,
}

/// A neighbour of a place: a row, or the rim of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Above,
    Below,
}

impl<'a> Correspondence<'a> {
    /// Aligns the two files.
    pub fn new(a: &'a Rows, b: &'a Rows, language: Option<Language>, likeness: &mut Likeness) -> Correspondence<'a> {
        let mut pairs = Pairs { exact: vec![None; a.len()], similar: vec![None; a.len()] };
        let mut aligner = Aligner { old: a, new: b, likeness };
        aligner.align(0..a.len(), 0..b.len(), &mut pairs);
        let (functions_a, functions_b) = (functions(a, language), functions(b, language));
        let mut whole = Correspondence {
            a,
            b,
            pairs,
            namesakes: vec![None; functions_a.len()],
            functions_a,
            functions_b,
            begins: HashMap::new(),
            ends: HashMap::new(),
        };
        whole.by_function(&mut aligner);
        whole.broken_rows();
        whole
    }

    /// The function of A that a row lies in.
    pub fn function(&self, row: usize) -> Option<usize> {
        around(&self.functions_a, row)
    }

    /// The row of B that stands for a neighbour, where it says the same: -1 and the number of rows are the rims.
    pub fn anchor(&self, row: isize, side: Option<Side>) -> Option<isize> {
        if row < 0 {
            return Some(-1);
        }
        let row = row as usize;
        if row >= self.a.len() {
            return Some(self.b.len() as isize);
        }
        let broken = match side {
            Some(Side::Above) => self.ends.get(&row).map(|(end, _)| end),
            Some(Side::Below) => self.begins.get(&row),
            None => None,
        };
        self.pairs.exact[row].or(broken.copied()).map(|row| row as isize)
    }

    /// The row of B where what stands for a row of A begins, if that is not the row given.
    pub fn first_row(&self, row_a: usize, row_b: usize) -> usize {
        let broken = self.ends.get(&row_a).filter(|(end, _)| *end == row_b).map(|(_, begin)| *begin);
        self.pairs.any(row_a).filter(|to| *to < row_b).or(broken).unwrap_or(row_b)
    }

    /// Whether there are only blank rows between two rows of B.
    pub fn is_blank_between(&self, above: isize, below: isize) -> bool {
        (above + 1..below).all(|row| self.b.is_blank(row as usize))
    }

    /// The last row of the statement that a row of B opens, where the row of A ends one.
    pub fn statement_end(&self, row_a: usize, row_b: usize) -> usize {
        let open = |row: &[u8]| {
            let code = code(row);
            let count = |of: u8| code.iter().filter(|b| **b == of).count() as isize;
            count(b'(') - count(b')')
        };
        if open(self.a.row(row_a)) != 0 {
            return row_b;
        }
        let (mut depth, mut end) = (open(self.b.row(row_b)), row_b);
        while depth > 0 && end + 1 < self.b.len() && end < row_b + MAX_STATEMENT {
            end += 1;
            depth += open(self.b.row(end));
        }
        if depth == 0 { end } else { row_b }
    }

    /// Whether a row of A is a bracket alone, and what stands beyond it is not what stands beyond its pair.
    pub fn is_weak(&self, row_a: isize, row_b: isize, side: Side) -> bool {
        if row_a < 0 || row_a as usize >= self.a.len() || self.a.lengths[row_a as usize] > 3 {
            return false;
        }
        let row = row_a as usize;
        if side == Side::Below && matches!(self.a.row(row).trim_ascii_start().first(), Some(b'}' | b')')) {
            let closes = |f: &Function, row: isize| f.rows.end as isize - 1 == row;
            let function = self.function(row).map(|f| (f, self.namesakes[f]));
            if let Some((f, Some(g))) = function
                && closes(&self.functions_a[f], row_a)
                && closes(&self.functions_b[g], row_b)
            {
                return false;
            }
        }
        let beyond = |rows: &Rows, row: isize| match side {
            Side::Above => rows.above(row.max(0) as usize),
            Side::Below => Some(rows.from((row + 1) as usize)).filter(|r| *r < rows.len()),
        };
        match (beyond(self.a, row_a), beyond(self.b, row_b)) {
            (Some(u), Some(v)) => self.pairs.exact[u] != Some(v),
            _ => false,
        }
    }

    /// Pairs functions by name, or by where most of their rows went; those whose rows went elsewhere are aligned again.
    fn by_function(&mut self, aligner: &mut Aligner<'_>) {
        let counts = |functions: &[Function]| {
            let mut counts: HashMap<String, (usize, usize)> = HashMap::new();
            for (number, function) in functions.iter().enumerate() {
                counts.entry(function.name.clone()).or_insert((0, number)).0 += 1;
            }
            counts
        };
        let (in_a, in_b) = (counts(&self.functions_a), counts(&self.functions_b));
        for number in 0..self.functions_a.len() {
            let function = self.functions_a[number].clone();
            let alone = in_b.get(&function.name).filter(|b| b.0 == 1 && in_a[&function.name].0 == 1);
            let Some((_, other)) = alone.copied() else {
                self.namesakes[number] = self.majority(&function);
                continue;
            };
            self.namesakes[number] = Some(other);
            let place = self.functions_b[other].rows.clone();
            let strays = |row: usize| self.pairs.any(row).is_some_and(|to| !place.contains(&to));
            let header = self.pairs.any(function.rows.start);
            if function.rows.clone().any(strays) || header != Some(place.start) {
                for row in function.rows.clone() {
                    self.pairs.exact[row] = None;
                    self.pairs.similar[row] = None;
                }
                aligner.align(function.rows, place, &mut self.pairs);
            }
        }
    }

    /// The function of B that took more than half of the rows of one of A.
    fn majority(&self, function: &Function) -> Option<usize> {
        let mut votes = vec![0; self.functions_b.len()];
        for row in function.rows.clone() {
            let to = self.pairs.any(row).and_then(|to| around(&self.functions_b, to));
            to.into_iter().for_each(|to| votes[to] += 1);
        }
        let full = self.a.full(function.rows.clone()).len();
        votes.iter().position(|votes| votes * 2 > full)
    }

    /// Finds runs of a few rows that say the same as a few rows of B which are broken elsewhere.
    fn broken_rows(&mut self) {
        let (ia, ib) = (self.a.full(0..self.a.len()), self.b.full(0..self.b.len()));
        let place: HashMap<usize, usize> = ib.iter().enumerate().map(|(n, row)| (*row, n)).collect();
        for (k, &row) in ia.iter().enumerate() {
            if self.pairs.exact[row].is_some() {
                continue;
            }
            let above = if k == 0 { Some(0) } else { self.pairs.exact[ia[k - 1]].map(|to| place[&to] + 1) };
            let similar = self.pairs.similar[row].map(|to| place[&to]);
            let starts = [above, similar.and_then(|s| s.checked_sub(1)), similar];
            let Some((x, y, z)) = starts.into_iter().flatten().find_map(|s| self.broken(&ia[k..], ib.get(s..)?)) else {
                continue;
            };
            self.begins.insert(row, y);
            self.ends.insert(x, (z, y));
        }
    }

    /// The last row of A, the first and the last of B, where both begin with runs that say the same.
    fn broken(&self, ia: &[usize], ib: &[usize]) -> Option<(usize, usize, usize)> {
        let mut said = Vec::new();
        for (n, &row) in ia.iter().take(MAX_BROKEN.0).enumerate() {
            said.extend(self.a.bare(row));
            if n > 0 && self.pairs.exact[row].is_some() {
                return None;
            }
            let mut other = Vec::new();
            for (m, &to) in ib.iter().take(MAX_BROKEN.1).enumerate() {
                other.extend(self.b.bare(to));
                if other == said && n + m > 0 {
                    return Some((row, ib[0], to));
                }
                if other.len() > said.len() {
                    break;
                }
            }
        }
        None
    }
}
