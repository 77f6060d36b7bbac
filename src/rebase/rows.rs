//! A text as rows, each known by what it says without white space.

use super::words::{is_space, squeezed};
use std::collections::HashMap;
use std::ops::Range;

/// What rows say, numbered: equal numbers are equal rows. Number 0 is a blank row.
#[derive(Debug, Default)]
pub struct Table {
    numbers: HashMap<Vec<u8>, u32>,
}

impl Table {
    fn number(&mut self, text: Vec<u8>) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let next = self.numbers.len() as u32 + 1;
        *self.numbers.entry(text).or_insert(next)
    }
}

/// The rows of a text. The bytes behind its last line end are a row, too, though there may be none.
#[derive(Clone, Debug)]
pub struct Rows {
    text: Vec<u8>,
    spans: Vec<Range<usize>>,
    /// What each row says.
    pub says: Vec<u32>,
    /// How many bytes each row has, white space aside.
    pub lengths: Vec<usize>,
}

impl Rows {
    /// Cuts a text into rows.
    pub fn new(text: Vec<u8>, table: &mut Table) -> Rows {
        let mut spans = Vec::new();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', &text).chain([text.len()]) {
            spans.push(start..end);
            start = end + 1;
        }
        let (mut says, mut lengths) = (Vec::with_capacity(spans.len()), Vec::with_capacity(spans.len()));
        for span in &spans {
            let bare = squeezed(&text[span.clone()]);
            lengths.push(bare.len());
            says.push(table.number(bare));
        }
        Rows { text, spans, says, lengths }
    }

    /// The whole text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// A row without its line end.
    pub fn row(&self, row: usize) -> &[u8] {
        &self.text[self.spans[row].clone()]
    }

    /// The text from the first to the last of some rows, without the last line end.
    pub fn slice(&self, rows: Range<usize>) -> &[u8] {
        if rows.is_empty() { b"" } else { &self.text[self.spans[rows.start].start..self.spans[rows.end - 1].end] }
    }

    /// Whether a row is blank.
    pub fn is_blank(&self, row: usize) -> bool {
        self.says[row] == 0
    }

    /// The rows of a range that are not blank.
    pub fn full(&self, rows: Range<usize>) -> Vec<usize> {
        rows.filter(|row| !self.is_blank(*row)).collect()
    }

    /// The nearest row above that is not blank.
    pub fn above(&self, row: usize) -> Option<usize> {
        (0..row.min(self.len())).rev().find(|row| !self.is_blank(*row))
    }

    /// The first row from here on that is not blank; the number of rows where there is none.
    pub fn from(&self, row: usize) -> usize {
        (row..self.len()).find(|row| !self.is_blank(*row)).unwrap_or(self.len())
    }

    /// What a row says, without white space.
    pub fn bare(&self, row: usize) -> Vec<u8> {
        squeezed(self.row(row))
    }

    /// The blanks that a row begins with.
    pub fn indent(&self, row: usize) -> &[u8] {
        let text = self.row(row);
        &text[..text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()]
    }
}

/// Whether a row is nothing but white space.
pub fn is_blank(row: &[u8]) -> bool {
    row.iter().all(|b| is_space(*b))
}
