//! What it takes to find the place of an edit.

use super::correspondence::Correspondence;
use super::edits::Edit;
use super::rows::Rows;
use super::words::squeezed;
use crate::language::Language;

/// A patch's change of a file, and the file that it is to be carried to.
pub struct Placing<'a> {
    /// The file in A and in B.
    pub whole: &'a Correspondence<'a>,
    /// The file in A with the patch.
    pub after: &'a Rows,
    /// What it is written in.
    pub language: Option<Language>,
}

impl Placing<'_> {
    /// The rows of A above and below an edit that are not blank; -1 and the number of rows are the rims.
    pub fn neighbours(&self, edit: &Edit) -> (isize, isize) {
        let a = self.whole.a;
        (a.above(edit.removed.start).map_or(-1, |row| row as isize), a.from(edit.removed.end) as isize)
    }
}

/// Whether two rows say the same.
pub fn says_same(a: &[u8], b: &[u8]) -> bool {
    squeezed(a) == squeezed(b)
}
