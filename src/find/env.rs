//! What the holes of a patch are bound to.

use super::code::Code;
use crate::pattern::HoleId;

/// What the holes of a patch are bound to so far. There are few of them, and one of these for each site: so they are kept
/// side by side, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Env(Vec<(HoleId, Code)>);

impl Env {
    /// None are bound.
    pub fn new() -> Env {
        Env::default()
    }

    /// What a hole is bound to.
    pub fn get(&self, hole: &HoleId) -> Option<&Code> {
        self.place(*hole).ok().map(|n| &self.0[n].1)
    }

    /// Binds a hole that is not bound yet.
    pub fn bind(&mut self, hole: HoleId, code: impl FnOnce() -> Code) {
        if let Err(n) = self.place(hole) {
            self.0.insert(n, (hole, code()));
        }
    }

    /// The holes in order, each with its code.
    pub fn iter(&self) -> impl Iterator<Item = (HoleId, &Code)> {
        self.0.iter().map(|(hole, code)| (*hole, code))
    }

    /// Takes in what others bind, which wins.
    pub fn take_in(&mut self, others: Env) {
        for (hole, code) in others.0 {
            match self.place(hole) {
                Ok(n) => self.0[n].1 = code,
                Err(n) => self.0.insert(n, (hole, code)),
            }
        }
    }

    fn place(&self, hole: HoleId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&hole, |(hole, _)| *hole)
    }
}

impl FromIterator<(HoleId, Code)> for Env {
    fn from_iter<I: IntoIterator<Item = (HoleId, Code)>>(bound: I) -> Env {
        let mut bound: Vec<(HoleId, Code)> = bound.into_iter().collect();
        bound.sort_by_key(|(hole, _)| *hole);
        bound.dedup_by_key(|(hole, _)| *hole);
        Env(bound)
    }
}
