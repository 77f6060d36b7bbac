//! Where the words of a file are, so that who looks for one need not walk all tokens.

use std::borrow::Cow;

/// The tokens of a file, sorted into buckets by a hash of their words. It costs about as much as one walk.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// Where each bucket begins in `tokens`, and where the last ends.
    from: Vec<u32>,
    /// The tokens, bucket by bucket, each in order.
    tokens: Vec<u32>,
}

/// The most buckets.
const MOST: usize = 1 << 16;

impl Places {
    /// Sorts the words of a file's tokens.
    pub fn new<'a>(words: impl ExactSizeIterator<Item = Cow<'a, [u8]>>) -> Places {
        let all = words.len().next_power_of_two().min(MOST);
        let buckets: Vec<u16> = words.map(|word| bucket(&word, all) as u16).collect();
        let mut from = vec![0u32; all + 1];
        buckets.iter().for_each(|b| from[usize::from(*b) + 1] += 1);
        (1..=all).for_each(|b| from[b] += from[b - 1]);
        let mut next = from.clone();
        let mut tokens = vec![0u32; buckets.len()];
        for (t, b) in buckets.iter().enumerate() {
            let slot = &mut next[usize::from(*b)];
            tokens[*slot as usize] = t as u32;
            *slot += 1;
        }
        Places { from, tokens }
    }

    /// The tokens, in order, that may have this word.
    pub fn likely_at(&self, word: &[u8]) -> impl Iterator<Item = usize> {
        let bucket = bucket(word, self.from.len() - 1);
        let held = self.from[bucket] as usize..self.from[bucket + 1] as usize;
        self.tokens[held].iter().map(|t| *t as usize)
    }
}

/// The bucket of a word, of so many that there are.
fn bucket(word: &[u8], all: usize) -> usize {
    let hash = word.iter().fold(0x811c_9dc5u32, |hash, b| (hash ^ u32::from(*b)).wrapping_mul(0x0100_0193));
    (hash ^ hash >> 16) as usize % all
}
