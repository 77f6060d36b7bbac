//! A file read again after its edits.

use crate::edit::EditError;
use crate::search::Finder;
use crate::source::{Bytes, Edit, Limits, Source};
use std::path::Path;
use std::sync::Arc;

/// Reads a file again that a batch of edits has given new bytes.
pub(crate) type Reparse<'a> = dyn Fn(&Source, Vec<u8>, &[Edit]) -> Result<Arc<Source>, EditError> + 'a;

pub(crate) fn reparse(
    path: &Path,
    finder: &Finder<'_, '_>,
) -> impl Fn(&Source, Vec<u8>, &[Edit]) -> Result<Arc<Source>, EditError> {
    |source, bytes, batch| {
        // In the same parts, which the edits have moved.
        let parts = moved(&source.parts, batch);
        finder.workspace.reparse(path, source, batch, bytes, parts).map_err(unread)
    }
}

/// The same file, read as a whole.
pub(crate) fn whole(source: &Source) -> Result<Arc<Source>, EditError> {
    let whole = Source::parse(source.language, source.bytes.clone(), Limits::NONE);
    whole.map(Arc::new).map_err(|e| unread(e.to_string()))
}

fn unread(error: String) -> EditError {
    EditError { message: format!("the result cannot be read again: {error}"), bytes: 0..0 }
}

/// Where parts of a file come to lie. Edits lie within parts, so that what is inserted at a border belongs to the part.
fn moved(parts: &[Bytes], batch: &[Edit]) -> Vec<Bytes> {
    let mut edits = batch.iter().peekable();
    let mut grown = 0isize;
    let mut out = Vec::with_capacity(parts.len());
    for part in parts {
        let start = part.start.saturating_add_signed(grown);
        while let Some(edit) = edits.next_if(|e| e.bytes.end <= part.end) {
            grown += edit.text.len() as isize - edit.bytes.len() as isize;
        }
        out.push(start..part.end.saturating_add_signed(grown));
    }
    out
}
