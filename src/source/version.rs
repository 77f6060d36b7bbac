use super::edit::{Edit, apply_edits};
use std::fmt;
use std::sync::Arc;

/// After so many batches of edits the bytes themselves are kept again.
const MOST: usize = 32;

/// A file at one point of a plan: the bytes that it began with, and the edits since. Versions of one file share what
/// they have in common, so that thousands of small changes of it cost little more than the file.
#[derive(Clone, Default)]
pub struct Version {
    base: Arc<Vec<u8>>,
    /// The batches of edits, each made for the file as those before it have left it.
    batches: Vec<Arc<Vec<Edit>>>,
    size: usize,
}

impl Version {
    /// A file of these bytes.
    pub fn new(bytes: impl Into<Arc<Vec<u8>>>) -> Version {
        let base = bytes.into();
        Version { size: base.len(), base, batches: Vec::new() }
    }

    /// The file after more batches of edits, which are in the order of [`super::sort_edits`].
    pub fn and(&self, batches: Vec<Vec<Edit>>) -> Version {
        let mut next = self.clone();
        for batch in batches {
            let grown: isize = batch.iter().map(|e| e.text.len() as isize - e.bytes.len() as isize).sum();
            next.size = next.size.saturating_add_signed(grown);
            next.batches.push(Arc::new(batch));
        }
        if next.batches.len() > MOST { Version::new(next.bytes()) } else { next }
    }

    /// The bytes. They are put together anew with each call, unless there are no edits.
    pub fn bytes(&self) -> Arc<Vec<u8>> {
        self.batches.iter().fold(self.base.clone(), |bytes, batch| Arc::new(apply_edits(&bytes, batch).0))
    }

    /// How many bytes there are.
    pub fn size(&self) -> usize {
        self.size
    }
}

impl<T: Into<Arc<Vec<u8>>>> From<T> for Version {
    fn from(bytes: T) -> Version {
        Version::new(bytes)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.size == other.size && self.bytes() == other.bytes()
    }
}

impl Eq for Version {}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_carried_out_one_batch_after_the_other() {
        let first = Version::new(b"a b c".to_vec());
        let second = first.and(vec![vec![Edit::new(0..1, "one")], vec![Edit::new(4..5, "two"), Edit::new(7..7, "!")]]);
        assert_eq!(second.bytes().as_slice(), b"one two c!");
        assert_eq!((first.bytes().len(), second.size()), (5, second.bytes().len()));
    }

    #[test]
    fn many_batches_become_bytes() {
        let mut version = Version::new(Vec::new());
        for _ in 0..100 {
            version = version.and(vec![vec![Edit::new(version.size()..version.size(), "x")]]);
        }
        assert!(version.batches.len() <= MOST);
        assert_eq!(version.bytes().as_slice(), [b'x'; 100]);
    }
}
