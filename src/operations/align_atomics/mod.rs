//! The operation `go/align-atomics`: 64-bit struct fields that sync/atomic reaches and that a 32-bit target does not
//! align, found in a whole tree and moved.
//!
//! The stages: `trace` follows addresses from the calls of sync/atomic back to fields; `containers` finds the structs
//! that hold such structs by value, `elements` those that lie side by side; `atomic_types` gives fields other types;
//! `order` chooses the new order of the fields; `safety` says where an order must not change; `rewrite` and `literals`
//! turn an order into edits; `report` says what became of each field.

mod analysis;
mod atomic_types;
mod change;
mod containers;
mod elements;
mod hot;
mod literals;
mod model;
mod order;
mod report;
mod rewrite;
mod safety;
mod skew;
mod trace;

pub(crate) use model::StructKey;
pub use model::{Arch, Finding, Level, Options, Outcome, Report, Site, Style};

use crate::golang::types::{Slot, World};
use crate::vfs::FileTree;
use analysis::Study;
use atomic_types::Conversions;
use order::Settled;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// Finds the fields in a tree and plans their moves. Only files in `scope` are changed, and only structs declared
/// there are reported.
pub fn align_atomics(tree: &dyn FileTree, scope: &dyn Fn(&Path) -> bool, options: &Options) -> Report {
    let world = World::new(tree);
    let study = Study::new(&world);
    let own: BTreeSet<&Path> = tree.paths().iter().map(|p| p.as_path()).collect();
    let scope = &|path: &Path| own.contains(path) && scope(path);
    let mut hot = trace::reached_fields(&study);
    containers::add_holders(&study, &mut hot);
    elements::add_elements(&study, &mut hot);
    let mut conversions = match options.style {
        Style::AtomicTypes => atomic_types::convert(&study, &hot, scope),
        Style::Minimal | Style::Leading => Conversions::default(),
    };
    let mut settled = Settled { scope, options, refused: BTreeMap::new(), typed: HashMap::new() };
    let mut checked: HashMap<StructKey, Vec<Slot>> = HashMap::new();
    loop {
        settled.typed = conversions.fields.clone();
        let left = hot.without_typed(&settled.typed);
        // What was refused keeps its order; what holds it is planned again.
        let mut plan = order::plan(&study, &left, &settled);
        let before = settled.refused.len();
        for (&key, order) in &plan.orders.slots {
            // What was looked at in an earlier round needs no second look.
            if checked.insert(key, order.clone()).as_ref() == Some(order) {
                continue;
            }
            if let Some(reason) = safety::reason(&study, &hot, key, order) {
                settled.refused.insert(key, reason);
            }
        }
        plan.orders.slots.retain(|key, _| !settled.refused.contains_key(key));
        let changes = match conversions.changes(&study) {
            Ok(changes) => changes,
            Err((id, reason)) => {
                conversions.give_up(id, &reason);
                continue;
            }
        };
        let rewritten = rewrite::edits(&study, &plan.orders, &changes, scope);
        settled.refused.extend(rewritten.refused);
        for &id in &rewritten.torn {
            conversions.give_up(id, "its edits exclude each other");
        }
        if settled.refused.len() == before && rewritten.torn.is_empty() {
            let found = report::Found { study: &study, hot: &left, plan, settled: &settled, conversions: &conversions };
            return found.report(rewritten.edits);
        }
    }
}
