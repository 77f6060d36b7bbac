//! A change of a file that may copy other places of it.

use crate::source::Bytes;

/// A change of a file that may copy other places of it, as the changes inside those leave them.
pub(crate) struct Change {
    pub(crate) at: Bytes,
    pub(crate) parts: Vec<Part>,
}

/// A stretch of what a change puts in place.
pub(crate) enum Part {
    /// These bytes of the file.
    Copy(Bytes),
    /// This text.
    Text(Vec<u8>),
}

impl Change {
    /// These bytes go.
    pub fn delete(at: Bytes) -> Change {
        Change { at, parts: Vec::new() }
    }

    /// This text comes before the byte.
    pub(crate) fn insert(at: usize, text: impl Into<Vec<u8>>) -> Change {
        Change { at: at..at, parts: vec![Part::Text(text.into())] }
    }
}
