use crate::source::Bytes;

/// Which sides of a diff a row stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// On both sides.
    Context,
    /// On the before side only.
    Minus,
    /// On the after side only.
    Plus,
}

/// One line of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The sides it stands on.
    pub sign: Sign,
    /// The code behind the sign, without the line end.
    pub text: String,
    /// Where `text` begins in the patchset file, in bytes.
    pub at: usize,
}

/// A piece of Go or C, cut into rows. In `inside`, `has`, `unless` and `match` every row is context.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Fragment {
    /// The rows; empty lines are left out.
    pub rows: Vec<Row>,
    /// The whole value in the patchset file.
    pub span: Bytes,
}
