//! A file after its edits.

use crate::source::{Bytes, Edit, Source};
use std::sync::Arc;

/// A file after its edits.
#[derive(Clone)]
pub(crate) struct Edited {
    /// The file as it is now.
    pub source: Arc<Source>,
    /// What the patch wrote, in the new bytes.
    pub written: Vec<Bytes>,
    /// That part of it which is laid out as the language's formatter does it, rather than as `patch` would write it.
    pub laid: Vec<Bytes>,
    /// The edits, in the batches in which they were carried out.
    pub batches: Vec<Vec<Edit>>,
    /// Declarations of the file as it was in which syntax errors keep the skeleton law from being proved.
    pub unproved: Vec<Bytes>,
}

impl Edited {
    /// A file after one batch of edits that are written as they are.
    pub fn plain(source: Arc<Source>, written: Vec<Bytes>, batch: Vec<Edit>) -> Edited {
        Edited { source, written, laid: Vec::new(), batches: vec![batch], unproved: Vec::new() }
    }
}
