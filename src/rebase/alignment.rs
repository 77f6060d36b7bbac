//! The rows of two versions of a file side by side: which are the same, and which are nearly the same.

use super::blocks::stretches;
use super::likeness::Likeness;
use super::rows::Rows;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

/// Two runs of rows longer than this (as a product) are not aligned row by row.
const MAX_ALIGNED: usize = 40_000;
/// From here on a run without a row that is alone on both sides is cut at its rarest row.
const MAX_WHOLE: usize = 20_000;
/// Two runs longer than this are not compared at all.
const MAX_COMPARED: usize = 4_000_000;

/// Which row of the second version each row of the first is paired with. Blank rows have no pair.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// Rows that say the same.
    pub exact: Vec<Option<usize>>,
    /// Rows that say nearly the same.
    pub similar: Vec<Option<usize>>,
}

impl Pairs {
    /// The row that a row is paired with, the same or similar.
    pub fn any(&self, row: usize) -> Option<usize> {
        self.exact[row].or(self.similar[row])
    }
}

/// How often each row stands in a run, and where first.
type Counts = HashMap<u32, (usize, usize)>;

/// Two files whose rows are to be aligned.
pub struct Aligner<'a> {
    pub old: &'a Rows,
    pub new: &'a Rows,
    pub likeness: &'a mut Likeness,
}

impl Aligner<'_> {
    /// Aligns some rows of the old file with some of the new one, and notes the pairs.
    pub fn align(&mut self, old: Range<usize>, new: Range<usize>, pairs: &mut Pairs) {
        let (old, new) = (self.old.full(old), self.new.full(new));
        let mut gaps = Vec::new();
        let mut todo = vec![(0..old.len(), 0..new.len())];
        while let Some((a, b)) = todo.pop() {
            self.split(&old, &new, (a, b), pairs, &mut todo, &mut gaps);
        }
        for (a, b) in gaps {
            self.fill(&old[a], &new[b], pairs);
        }
    }

    /// Pairs equal heads, equal tails and rows that stand once on both sides; what lies between goes to `todo` or, where
    /// no such row is left, to `gaps`.
    fn split(
        &self,
        old: &[usize],
        new: &[usize],
        (mut a, mut b): (Range<usize>, Range<usize>),
        pairs: &mut Pairs,
        todo: &mut Vec<(Range<usize>, Range<usize>)>,
        gaps: &mut Vec<(Range<usize>, Range<usize>)>,
    ) {
        let same = |x: usize, y: usize| self.old.says[old[x]] == self.new.says[new[y]];
        while !a.is_empty() && !b.is_empty() && same(a.start, b.start) {
            pairs.exact[old[a.start]] = Some(new[b.start]);
            (a.start, b.start) = (a.start + 1, b.start + 1);
        }
        while !a.is_empty() && !b.is_empty() && same(a.end - 1, b.end - 1) {
            (a.end, b.end) = (a.end - 1, b.end - 1);
            pairs.exact[old[a.end]] = Some(new[b.end]);
        }
        if a.is_empty() || b.is_empty() {
            return;
        }
        let counts = |rows: &Rows, of: &[usize]| {
            let mut counts = Counts::new();
            for (place, row) in of.iter().enumerate() {
                let entry = counts.entry(rows.says[*row]).or_insert((0, place));
                entry.0 += 1;
            }
            counts
        };
        let (in_old, in_new) = (counts(self.old, &old[a.clone()]), counts(self.new, &new[b.clone()]));
        let once: Vec<(usize, usize)> = a
            .clone()
            .filter_map(|x| {
                let says = self.old.says[old[x]];
                let is_telling = in_old[&says].0 == 1 && self.old.lengths[old[x]] > 2;
                in_new.get(&says).filter(|n| is_telling && n.0 == 1).map(|n| (x, b.start + n.1))
            })
            .collect();
        let mut anchors = increasing(&once);
        if anchors.is_empty() {
            let Some((x, y, length)) = self.rarest(old, new, (&a, &b), (&in_old, &in_new)) else {
                return gaps.push((a, b));
            };
            anchors.extend((0..length).map(|n| (x + n, y + n)));
        }
        let (mut x, mut y) = (a.start, b.start);
        for (p, q) in anchors {
            pairs.exact[old[p]] = Some(new[q]);
            todo.push((x..p, y..q));
            (x, y) = (p + 1, q + 1);
        }
        todo.push((x..a.end, y..b.end));
    }

    /// The longest block around the rarest row that both runs have, where they are too long to be aligned row by row.
    fn rarest(
        &self,
        old: &[usize],
        new: &[usize],
        (a, b): (&Range<usize>, &Range<usize>),
        (in_old, in_new): (&Counts, &Counts),
    ) -> Option<(usize, usize, usize)> {
        if a.len() * b.len() <= MAX_WHOLE {
            return None;
        }
        let common = in_old.iter().filter_map(|(says, (count, place))| {
            let length = self.old.lengths[old[a.start + place]];
            let other = in_new.get(says).filter(|_| length > 2)?.0;
            Some((count * other, Reverse(length), *place, *says))
        });
        let says = common.min()?.3;
        let places = |rows: &Rows, of: &[usize], range: &Range<usize>| -> Vec<usize> {
            range.clone().filter(|x| rows.says[of[*x]] == says).take(16).collect()
        };
        let mut best: Option<(usize, usize, usize)> = None;
        for s in places(self.old, old, a) {
            for t in places(self.new, new, b) {
                let same = |x: usize, y: usize| self.old.says[old[x]] == self.new.says[new[y]];
                let up = (0..(s - a.start).min(t - b.start)).take_while(|n| same(s - n - 1, t - n - 1)).count();
                let down = (0..(a.end - s).min(b.end - t)).take_while(|n| same(s + n, t + n)).count();
                if best.is_none_or(|(.., length)| up + down > length) {
                    best = Some((s - up, t - up, up + down));
                }
            }
        }
        best
    }

    /// Aligns two runs in which no row is alone.
    fn fill(&mut self, old: &[usize], new: &[usize], pairs: &mut Pairs) {
        let size = old.len() * new.len();
        if size <= MAX_ALIGNED {
            return self.weigh(old, new, pairs);
        }
        if size >= MAX_COMPARED {
            return;
        }
        let says = |rows: &Rows, of: &[usize]| of.iter().map(|row| rows.says[*row]).collect::<Vec<_>>();
        for cut in stretches(&says(self.old, old), &says(self.new, new)) {
            match cut.is_equal {
                true => cut.old.zip(cut.new).for_each(|(x, y)| pairs.exact[old[x]] = Some(new[y])),
                false if cut.old.len() * cut.new.len() < MAX_WHOLE => self.weigh(&old[cut.old], &new[cut.new], pairs),
                false => {}
            }
        }
    }

    fn weigh(&mut self, old: &[usize], new: &[usize], pairs: &mut Pairs) {
        for (x, y) in self.likeness.best(self.old, self.new, (old, new), 0.5) {
            let kind = if self.old.says[x] == self.new.says[y] { &mut pairs.exact } else { &mut pairs.similar };
            kind[x] = Some(y);
        }
    }
}

/// The longest run of pairs in which the second number increases, too.
fn increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut ends: Vec<usize> = Vec::new();
    let mut back = vec![None; pairs.len()];
    for (n, (_, y)) in pairs.iter().enumerate() {
        let place = ends.partition_point(|end| pairs[*end].1 < *y);
        back[n] = place.checked_sub(1).map(|before| ends[before]);
        ends.truncate(ends.len().max(place));
        if place == ends.len() { ends.push(n) } else { ends[place] = n }
    }
    let mut run = Vec::new();
    let mut next = ends.last().copied();
    while let Some(n) = next {
        run.push(pairs[n]);
        next = back[n];
    }
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::super::rows::Table;
    use super::*;

    fn aligned(old: &str, new: &str) -> Pairs {
        let mut table = Table::default();
        let (old, new) = (Rows::new(old.into(), &mut table), Rows::new(new.into(), &mut table));
        let mut pairs = Pairs { exact: vec![None; old.len()], similar: vec![None; old.len()] };
        let mut likeness = Likeness::default();
        Aligner { old: &old, new: &new, likeness: &mut likeness }.align(0..old.len(), 0..new.len(), &mut pairs);
        pairs
    }

    #[test]
    fn rows_are_paired_though_others_come_between() {
        let pairs = aligned("a();\nb();\nc();\n", "a();\nx();\nb();\n  c ( ) ;\n");
        assert_eq!(pairs.exact, [Some(0), Some(2), Some(3), None]);
    }

    #[test]
    fn a_row_with_another_argument_is_similar() {
        let pairs = aligned("f(alpha, beta);\nreturn 1;\n", "f(alpha, beta, gamma);\nreturn 2;\n");
        assert_eq!(pairs.similar[0], Some(0));
        assert_eq!(pairs.exact[0], None);
    }

    #[test]
    fn the_longest_increasing_run_is_found() {
        assert_eq!(increasing(&[(0, 3), (1, 0), (2, 1), (3, 4), (4, 2)]), [(1, 0), (2, 1), (4, 2)]);
    }
}
