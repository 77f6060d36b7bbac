//! How alike two rows are, and the alignment of two short runs that is worth most.

use super::rows::Rows;
use super::words::{is_identifier, words};
use std::collections::HashMap;
use std::rc::Rc;

/// The words of rows, counted once for each text.
#[derive(Debug, Default)]
pub struct Likeness {
    numbers: HashMap<Vec<u8>, u32>,
    bags: HashMap<Vec<u8>, Rc<Bag>>,
}

/// The words of a row: each with its number, how often it stands there, and what one of it weighs.
#[derive(Debug, Default)]
struct Bag {
    words: Vec<(u32, u32, f64)>,
    weight: f64,
    has_identifier: bool,
}

impl Likeness {
    /// The pairs of an alignment of two runs of rows in which equal rows weigh most, and rows from `least` alike on (of 1)
    /// weigh something.
    pub fn best(
        &mut self,
        old: &Rows,
        new: &Rows,
        (olds, news): (&[usize], &[usize]),
        least: f64,
    ) -> Vec<(usize, usize)> {
        let mut bags = |rows: &Rows, of: &[usize]| of.iter().map(|r| self.bag(rows.row(*r))).collect::<Vec<_>>();
        let (old_bags, new_bags) = (bags(old, olds), bags(new, news));
        let width = news.len() + 1;
        let mut worth = vec![0.0f64; (olds.len() + 1) * width];
        let mut weights = vec![0.0f64; olds.len() * news.len()];
        for x in (0..olds.len()).rev() {
            for y in (0..news.len()).rev() {
                let weight = match old.says[olds[x]] == new.says[news[y]] {
                    true if old.lengths[olds[x]] > 2 => old.lengths[olds[x]].min(30) as f64 + 10.0,
                    true => 4.0,
                    false => {
                        Some(alike(&old_bags[x], &new_bags[y])).filter(|s| *s >= least).map_or(0.0, |s| s * s * 25.0)
                    }
                };
                weights[x * news.len() + y] = weight;
                let without = worth[(x + 1) * width + y].max(worth[x * width + y + 1]);
                let with = if weight > 0.0 { worth[(x + 1) * width + y + 1] + weight } else { 0.0 };
                worth[x * width + y] = without.max(with);
            }
        }
        let (mut x, mut y, mut pairs) = (0, 0, Vec::new());
        while x < olds.len() && y < news.len() {
            let weight = weights[x * news.len() + y];
            let rest = worth[(x + 1) * width + y + 1];
            if weight > 0.0 && (worth[x * width + y] - rest - weight).abs() < 1e-9 {
                pairs.push((olds[x], news[y]));
                (x, y) = (x + 1, y + 1);
            } else if worth[(x + 1) * width + y] >= worth[x * width + y + 1] {
                x += 1;
            } else {
                y += 1;
            }
        }
        pairs
    }

    fn bag(&mut self, row: &[u8]) -> Rc<Bag> {
        if let Some(bag) = self.bags.get(row) {
            return bag.clone();
        }
        let mut bag = Bag::default();
        for word in words(row).0 {
            let is_telling = is_identifier(word.text) || word.text[0].is_ascii_digit();
            bag.has_identifier |= is_identifier(word.text);
            let next = self.numbers.len() as u32;
            let number = *self.numbers.entry(word.text.to_vec()).or_insert(next);
            bag.words.push((number, 1, if is_telling { 1.0 } else { 0.3 }));
        }
        bag.words.sort_unstable_by_key(|word| word.0);
        bag.words.dedup_by(|next, kept| {
            next.0 == kept.0 && {
                kept.1 += next.1;
                true
            }
        });
        bag.weight = bag.words.iter().map(|word| f64::from(word.1) * word.2).sum();
        self.bags.entry(row.to_vec()).or_insert(Rc::new(bag)).clone()
    }
}

/// The share of their words that two rows have in common, 0 to 1; 0 where one has no identifier.
fn alike(a: &Bag, b: &Bag) -> f64 {
    if !a.has_identifier || !b.has_identifier {
        return 0.0;
    }
    let (mut i, mut j, mut shared) = (0, 0, 0.0);
    while i < a.words.len() && j < b.words.len() {
        let (x, y) = (a.words[i], b.words[j]);
        match x.0.cmp(&y.0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += f64::from(x.1.min(y.1)) * x.2;
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    2.0 * shared / (a.weight + b.weight)
}
