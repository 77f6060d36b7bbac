//! What the proof is about, and its result.

use crate::find::Bound;
use crate::patchset::Row;
use crate::pattern::Variant;
use crate::source::{Bytes, Edit, OffsetMap, Source};

/// A file before and after its edits.
#[derive(Clone, Copy)]
pub(crate) struct Change<'a> {
    pub before: &'a Source,
    pub after: &'a Source,
    /// The edits, in the batches in which they were carried out.
    pub batches: &'a [Vec<Edit>],
    pub shift: &'a OffsetMap,
}

/// A site: where the sides of its body are bound.
pub(crate) struct Site<'a> {
    pub variant: &'a Variant,
    pub rows: &'a [Row],
    pub before: &'a [Bound],
    /// In the result; a body that leaves nothing is bound to nothing.
    pub after: Option<&'a [Bound]>,
}

/// How an edit breaks the law.
pub(crate) struct Broken {
    /// The header or the token that it is about, in the file as it was.
    pub bytes: Bytes,
    pub message: String,
}

/// The result of the proof.
#[derive(Default)]
pub(crate) struct Verdict {
    pub broken: Option<Broken>,
    /// Declarations in which syntax errors keep it from being made, in the file as it was.
    pub unproved: Vec<Bytes>,
}

impl Site<'_> {
    /// The bytes of the site in the file as it was.
    pub fn start(&self) -> usize {
        self.before.iter().filter(|b| !b.bytes.is_empty()).map(|b| b.bytes.start).min().unwrap_or(0)
    }
}
