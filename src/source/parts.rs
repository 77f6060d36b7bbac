//! The parts of a file that were read.

use super::Bytes;

/// Whether the parts of a file are all of it.
pub(crate) fn is_whole(parts: &[Bytes], len: usize) -> bool {
    matches!(parts, [all] if *all == (0..len))
}
