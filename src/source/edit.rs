use super::Bytes;

/// A change of a file: these bytes become that text. An empty range inserts, an empty text deletes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The bytes that go.
    pub bytes: Bytes,
    /// The bytes that come in their place.
    pub text: Vec<u8>,
}

impl Edit {
    /// A change of `bytes` to `text`.
    pub fn new(bytes: Bytes, text: impl Into<Vec<u8>>) -> Edit {
        Edit { bytes, text: text.into() }
    }
}

/// Two edits claim the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two edits claim the bytes {first:?} and {second:?}")]
pub struct Overlap {
    /// The range of the edit that comes first in the file.
    pub first: Bytes,
    /// The range of the other.
    pub second: Bytes,
}

/// Sorts edits by place, the order among insertions at one place kept, and refuses overlaps.
pub fn sort_edits(edits: &mut [Edit]) -> Result<(), Overlap> {
    edits.sort_by_key(|e| (e.bytes.start, e.bytes.end));
    match edits.windows(2).find(|w| w[0].bytes.end > w[1].bytes.start) {
        Some(w) => Err(Overlap { first: w[0].bytes.clone(), second: w[1].bytes.clone() }),
        None => Ok(()),
    }
}

/// Carries out edits that [`sort_edits`] has put in order: the new file, and where in it each edit's text lies.
pub fn apply_edits(bytes: &[u8], edits: &[Edit]) -> (Vec<u8>, Vec<Bytes>) {
    let mut out = Vec::with_capacity(bytes.len() + edits.iter().map(|e| e.text.len()).sum::<usize>());
    let mut at = 0;
    let mut placed = Vec::with_capacity(edits.len());
    for edit in edits {
        out.extend_from_slice(&bytes[at..edit.bytes.start]);
        placed.push(out.len()..out.len() + edit.text.len());
        out.extend_from_slice(&edit.text);
        at = edit.bytes.end;
    }
    out.extend_from_slice(&bytes[at..]);
    (out, placed)
}
