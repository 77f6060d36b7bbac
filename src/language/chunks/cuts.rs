//! The pieces of a file.

/// The pieces of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cuts {
    /// Where each piece begins, in rising order; the first at 0. A piece holds whole lines: one item of the top level
    /// or several, with the comments above.
    pub starts: Vec<usize>,
    /// How many pieces, from the first, every reading needs: in Go those that say what the file imports.
    pub header: usize,
}
