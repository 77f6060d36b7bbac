//! Two sequences side by side by their longest common blocks (Ratcliff and Obershelp): what a person sees as kept.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// A stretch of both sequences: equal, or one put in the place of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Of the first sequence.
    pub old: Range<usize>,
    /// Of the second.
    pub new: Range<usize>,
    /// Whether both say the same.
    pub is_equal: bool,
}

/// Cuts two sequences into stretches that are equal and stretches that are not, in order.
pub fn stretches<T: Hash + Eq>(old: &[T], new: &[T]) -> Vec<Stretch> {
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (a, b, length) in blocks(old, new).into_iter().chain([(old.len(), new.len(), 0)]) {
        if i < a || j < b {
            out.push(Stretch { old: i..a, new: j..b, is_equal: false });
        }
        if length > 0 {
            out.push(Stretch { old: a..a + length, new: b..b + length, is_equal: true });
        }
        (i, j) = (a + length, b + length);
    }
    out
}

/// For each element of the first sequence the element of the second that it is equal to and paired with.
pub fn pairs<T: Hash + Eq>(old: &[T], new: &[T]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; old.len()];
    for (a, b, length) in blocks(old, new) {
        (0..length).for_each(|n| pairs[a + n] = Some(b + n));
    }
    pairs
}

/// The common blocks, in order: where each begins in both, and its length.
fn blocks<T: Hash + Eq>(old: &[T], new: &[T]) -> Vec<(usize, usize, usize)> {
    let mut places: HashMap<&T, Vec<usize>> = HashMap::new();
    new.iter().enumerate().for_each(|(place, element)| places.entry(element).or_default().push(place));
    let old: Vec<&[usize]> = old.iter().map(|element| places.get(element).map_or(&[][..], Vec::as_slice)).collect();
    let mut longest = Longest { runs: [vec![0; new.len() + 1], vec![0; new.len() + 1]], touched: Default::default() };
    let (mut found, mut todo) = (Vec::new(), vec![(0..old.len(), 0..new.len())]);
    while let Some((a, b)) = todo.pop() {
        let (i, j, length) = longest.block(&old, a.clone(), b.clone());
        if length > 0 {
            found.push((i, j, length));
            todo.push((a.start..i, b.start..j));
            todo.push((i + length..a.end, j + length..b.end));
        }
    }
    found.sort_unstable();
    found
}

/// Looks for the longest block; keeps its memory from one search to the next.
struct Longest {
    /// How long the run is that ends at an element of the second sequence: for the row before, and for this one.
    runs: [Vec<usize>; 2],
    touched: [Vec<usize>; 2],
}

impl Longest {
    fn block(&mut self, old: &[&[usize]], a: Range<usize>, b: Range<usize>) -> (usize, usize, usize) {
        let mut best = (a.start, b.start, 0);
        for i in a {
            let places = old[i];
            let first = places.partition_point(|place| *place < b.start);
            for &j in places[first..].iter().take_while(|place| **place < b.end) {
                let length = self.runs[0][j] + 1;
                self.runs[1][j + 1] = length;
                self.touched[1].push(j + 1);
                if length > best.2 {
                    best = (i + 1 - length, j + 1 - length, length);
                }
            }
            self.turn();
        }
        self.turn();
        best
    }

    /// This row becomes the row before.
    fn turn(&mut self) {
        for place in self.touched[0].drain(..) {
            self.runs[0][place] = 0;
        }
        self.runs.swap(0, 1);
        self.touched.swap(0, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_block_is_kept() {
        assert_eq!(blocks(b"private Thread currentThread;", b"private volatile Thread currentThread;").len(), 2);
        assert_eq!(pairs(b"abxcd", b"abcd"), [Some(0), Some(1), None, Some(2), Some(3)]);
        let cut = stretches(b"qabxcd", b"abycdf");
        assert_eq!(cut.iter().filter(|s| !s.is_equal).count(), 3);
    }
}
