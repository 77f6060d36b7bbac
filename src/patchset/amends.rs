use super::Patch;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Which patches of a stack amend which, directly or through others.
#[derive(Clone, Debug, Default)]
pub struct Amends {
    /// For each amending patch, a bit for every patch that it amends.
    reach: BTreeMap<usize, Vec<u64>>,
}

impl Amends {
    /// Of patches in order, each of which amends earlier ones alone.
    pub fn of(patches: &[Patch]) -> Amends {
        let mut reach: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        if patches.iter().all(|patch| patch.amends.is_empty()) {
            return Amends { reach };
        }
        let numbers: HashMap<&str, usize> = patches.iter().enumerate().map(|(n, p)| (p.id.value.as_str(), n)).collect();
        for (number, patch) in patches.iter().enumerate() {
            let amended = patch.amends.iter().filter_map(|id| numbers.get(id.value.as_str()).copied());
            let amended: Vec<usize> = amended.filter(|&earlier| earlier < number).collect();
            if amended.is_empty() {
                continue;
            }
            let mut bits = vec![0; number.div_ceil(64)];
            for earlier in amended {
                bits[earlier / 64] |= 1 << (earlier % 64);
                for (bit, more) in bits.iter_mut().zip(reach.get(&earlier).into_iter().flatten()) {
                    *bit |= more;
                }
            }
            reach.insert(number, bits);
        }
        Amends { reach }
    }

    /// Whether no patch amends another.
    pub fn is_empty(&self) -> bool {
        self.reach.is_empty()
    }

    /// Whether a patch amends an earlier one.
    pub fn holds(&self, later: usize, earlier: usize) -> bool {
        self.reach
            .get(&later)
            .and_then(|bits| bits.get(earlier / 64))
            .is_some_and(|bits| bits >> (earlier % 64) & 1 == 1)
    }

    /// The patches that amend others, in order.
    pub fn amending(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.reach.keys().copied()
    }

    /// The patches that amend one of these.
    pub fn amending_one_of(&self, chosen: &BTreeSet<usize>) -> BTreeSet<usize> {
        self.amending().filter(|&later| chosen.iter().any(|&earlier| self.holds(later, earlier))).collect()
    }
}
