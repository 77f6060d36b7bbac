//! The fields that 64-bit atomics reach.

use crate::operations::align_atomics::model::{Level, Site, StructKey};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The fields that 64-bit atomics reach, by struct and number.
#[derive(Clone, Default)]
pub(crate) struct Hot {
    pub(crate) structs: BTreeMap<StructKey, BTreeMap<usize, HotField>>,
    /// Those of these structs whose values lie side by side in slices or arrays, and are used where they lie.
    pub(crate) elements: BTreeMap<StructKey, BTreeSet<Site>>,
}

/// How one field is reached.
#[derive(Clone)]
pub(crate) struct HotField {
    pub(crate) level: Level,
    pub(crate) sites: BTreeSet<Site>,
    /// The structs that it holds by value.
    pub(crate) holds: BTreeSet<StructKey>,
}

impl HotField {
    pub(crate) fn new(level: Level) -> HotField {
        HotField { level, sites: BTreeSet::new(), holds: BTreeSet::new() }
    }
}

impl Hot {
    /// Adds a way to a field; the most direct one gives the level.
    pub(crate) fn add(&mut self, key: StructKey, field: usize, level: Level, site: Site) -> &mut HotField {
        let hot = self.structs.entry(key).or_default().entry(field).or_insert(HotField::new(level));
        hot.level = hot.level.min(level);
        hot.sites.insert(site);
        hot
    }

    /// The same without the fields that only hold what gets types of sync/atomic: the compiler aligns them.
    pub(crate) fn without_typed(&self, typed: &HashMap<StructKey, BTreeSet<usize>>) -> Hot {
        let mut left = self.clone();
        loop {
            let is_settled = |key: &StructKey, all: &BTreeMap<StructKey, BTreeMap<usize, HotField>>| {
                let typed = typed.get(key);
                all.get(key).is_none_or(|fields| fields.keys().all(|i| typed.is_some_and(|typed| typed.contains(i))))
            };
            let all = left.structs.clone();
            let before: usize = all.values().map(BTreeMap::len).sum();
            for fields in left.structs.values_mut() {
                let stays = |field: &HotField| {
                    field.level != Level::Container || !field.holds.iter().all(|held| is_settled(held, &all))
                };
                fields.retain(|_, field| stays(field));
            }
            left.structs.retain(|_, fields| !fields.is_empty());
            if left.structs.values().map(BTreeMap::len).sum::<usize>() == before {
                return left;
            }
        }
    }
}
