//! Words that are misaligned inside what a field holds, because the struct there stays as it is: where the field itself
//! must be is another question then.

use super::analysis::Study;
use super::hot::{Hot, HotField};
use super::model::StructKey;
use crate::golang::types::Orders;
use std::collections::BTreeSet;

/// How deep structs lie in structs at most.
const MAX_DEPTH: usize = 20;

/// Where the words inside a field begin, as offsets modulo 8; nothing where all begin at a multiple of 8.
pub(crate) fn skew(study: &Study<'_, '_>, hot: &Hot, field: &HotField, orders: &Orders) -> BTreeSet<u64> {
    let found: BTreeSet<u64> = field.holds.iter().flat_map(|&held| words(study, hot, held, orders, 0)).collect();
    if found.iter().all(|at| *at == 0) { BTreeSet::new() } else { found }
}

/// Whether all these words are aligned where the field is at this offset.
pub(crate) fn is_aligned(skew: &BTreeSet<u64>, offset: Option<u64>) -> bool {
    offset.is_some_and(|offset| skew.iter().all(|at| (offset + at) % 8 == 0))
}

/// Where the words of a struct begin, modulo 8.
fn words(study: &Study<'_, '_>, hot: &Hot, key: StructKey, orders: &Orders, depth: usize) -> BTreeSet<u64> {
    let (Some(shape), Some(fields)) = (study.shape(key).filter(|_| depth < MAX_DEPTH), hot.structs.get(&key)) else {
        return BTreeSet::new();
    };
    let go = study.go_for(key.0);
    let offsets = go.offsets(&shape.place, orders);
    let mut found = BTreeSet::new();
    for (&i, field) in fields {
        // Behind a type that is not known nothing is: the field is reported by itself.
        let Some(offset) = offsets.get(i).copied().flatten() else { continue };
        if field.holds.is_empty() {
            found.insert(offset % 8);
        }
        for &held in &field.holds {
            found.extend(words(study, hot, held, orders, depth + 1).iter().map(|at| (offset + at) % 8));
        }
    }
    found
}
