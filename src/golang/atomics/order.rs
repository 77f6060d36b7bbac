//! The new order of a struct's fields.

use super::reach::{Hot, HotField};
use super::study::{Shape, Study};
use super::{Options, StructKey, Style};
use crate::golang::layout::{Orders, Size, Slot, lay_out};
use crate::golang::resolve::{Field, Go};
use crate::golang::types::{Basic, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

/// The new orders, and what they are for.
#[derive(Default)]
pub(super) struct Plan {
    /// The structs that change.
    pub(super) orders: Orders,
    /// The fields that are not where they should be.
    pub(super) needs: BTreeSet<(StructKey, usize)>,
    /// The structs that no order cures, and why.
    pub(super) stays: BTreeMap<StructKey, String>,
}

/// How often orders are chosen anew because a struct inside changed its size.
const ROUNDS: usize = 10;

/// Chooses the orders of all hot structs in scope.
pub(super) fn plan(study: &Study<'_, '_>, hot: &Hot, scope: &dyn Fn(&Path) -> bool, options: &Options) -> Plan {
    plan_without(study, hot, scope, options, &BTreeMap::new())
}

/// The same, but these structs keep the order they have.
pub(super) fn plan_without(
    study: &Study<'_, '_>,
    hot: &Hot,
    scope: &dyn Fn(&Path) -> bool,
    options: &Options,
    refused: &BTreeMap<StructKey, String>,
) -> Plan {
    let mut plan = Plan::default();
    for _ in 0..ROUNDS {
        let before = plan.orders.clone();
        plan.needs.clear();
        plan.stays.clear();
        for (&key, fields) in hot.structs.iter().filter(|(key, _)| scope(study.world.path(key.0))) {
            let Some(shape) = study.shape(key) else { continue };
            let mut orders = plan.orders.clone();
            orders.remove(&key);
            let choice = Choice::new(study.go_for(key.0), &shape, fields, &orders, options);
            plan.needs.extend(choice.needs.iter().map(|&i| (key, i)));
            match choice.order {
                _ if refused.contains_key(&key) => {}
                Ok(Some(order)) => {
                    orders.insert(key, order);
                }
                Ok(None) => {}
                Err(reason) => {
                    plan.stays.insert(key, reason);
                }
            }
            plan.orders = orders;
        }
        if plan.orders == before {
            break;
        }
    }
    plan
}

/// What is chosen for one struct.
struct Choice {
    /// The fields that are not where they should be.
    needs: BTreeSet<usize>,
    /// The new order; nothing when the old one is good.
    order: Result<Option<Vec<Slot>>, String>,
}

/// Fields that move together: the names of one declaration.
type Unit = Range<usize>;

struct Chooser<'a> {
    sizes: Vec<Option<Size>>,
    words: Vec<bool>,
    /// Whether a field has a comment above it.
    documented: Vec<bool>,
    hot: &'a BTreeMap<usize, HotField>,
    units: Vec<Unit>,
}

impl Choice {
    fn new(
        go: &Go<'_, '_>,
        shape: &Shape,
        hot: &BTreeMap<usize, HotField>,
        orders: &Orders,
        options: &Options,
    ) -> Choice {
        let sizes: Vec<Option<Size>> = shape.fields.iter().map(|f| go.size(&f.ty, orders)).collect();
        let words = shape.fields.iter().map(|f| is_word(go, &f.ty)).collect();
        let source = &shape.file.source;
        let documented = |f: &Field| {
            let tokens = &source.nodes[f.decl].tokens;
            let line = source.lines.line(source.span(tokens).start);
            source.comments_at(tokens.start).iter().any(|c| source.lines.line(c.bytes.end) + 1 == line)
        };
        let documented = shape.fields.iter().map(documented).collect();
        let chooser = Chooser { documented, units: units(shape, hot, &sizes), sizes, words, hot };
        let leading = chooser.leading();
        let offsets = chooser.offsets(&chooser.plain());
        let bad = |i: &usize| offsets[*i].is_none_or(|at| at % 8 != 0);
        let in_front = |i: &usize| chooser.units[..leading].iter().any(|u| u.contains(i));
        let needs: BTreeSet<usize> = hot
            .keys()
            .copied()
            .filter(|i| match options.style {
                Style::Minimal | Style::AtomicTypes => bad(i),
                // What is no whole number of words cannot lead; aligned it has to be.
                Style::Leading => bad(i) || chooser.is_whole(&(*i..*i + 1)) && !in_front(i),
            })
            .collect();
        let stride = options.pad && hot.values().any(|h| h.stride.is_some());
        // Others may have to move along; they are no finding of their own.
        let order = chooser.order(leading, needs.clone(), options.pad, stride);
        Choice { needs, order }
    }
}

impl Chooser<'_> {
    fn plain(&self) -> Vec<Slot> {
        (0..self.sizes.len()).map(Slot::Field).collect()
    }

    /// The offsets by field.
    fn offsets(&self, order: &[Slot]) -> Vec<Option<u64>> {
        let mut by_field = vec![None; self.sizes.len()];
        for (slot, offset) in order.iter().zip(lay_out(order, &self.sizes).0) {
            if let Slot::Field(i) = slot {
                by_field[*i] = offset;
            }
        }
        by_field
    }

    /// How many units at the front are 64-bit words, hot structs of a whole number of them, or nothing.
    fn leading(&self) -> usize {
        let leads = |unit: &Unit| {
            unit.clone().all(|i| match self.sizes[i] {
                Some(size) => size.bytes == 0 || size.bytes % 8 == 0 && (self.words[i] || self.hot.contains_key(&i)),
                None => false,
            })
        };
        self.units.iter().take_while(|u| leads(u)).count()
    }

    fn is_whole(&self, unit: &Unit) -> bool {
        unit.clone().all(|i| self.sizes[i].is_some_and(|s| s.bytes % 8 == 0))
    }

    fn order(
        &self,
        leading: usize,
        needs: BTreeSet<usize>,
        pad: bool,
        stride: bool,
    ) -> Result<Option<Vec<Slot>>, String> {
        let mut order = self.plain();
        if !needs.is_empty() {
            order = self.moved(leading, needs, pad)?;
        }
        if stride && lay_out(&order, &self.sizes).1.is_some_and(|end| end % 8 == 4) {
            order.push(Slot::Pad);
        }
        Ok((order != self.plain()).then_some(order))
    }

    fn moved(&self, leading: usize, mut needs: BTreeSet<usize>, pad: bool) -> Result<Vec<Slot>, String> {
        loop {
            let order = self.with_in_front(leading, &needs, pad)?;
            let offsets = self.offsets(&order);
            let bad: Vec<usize> =
                self.hot.keys().copied().filter(|&i| offsets[i].is_none_or(|at| at % 8 != 0)).collect();
            if bad.is_empty() {
                return Ok(order);
            }
            let before = needs.len();
            needs.extend(bad);
            if needs.len() == before {
                return Err("no order of its fields aligns them all; padding would".to_owned());
            }
        }
    }

    /// The order with the units of these fields behind the leading ones.
    fn with_in_front(&self, leading: usize, needs: &BTreeSet<usize>, pad: bool) -> Result<Vec<Slot>, String> {
        // Words in front that no atomic reaches make way; what is aligned because it is in front stays there.
        let keeps = |unit: &Unit| {
            unit.clone().any(|i| self.hot.contains_key(&i) || self.sizes[i].is_some_and(|s| s.bytes == 0))
        };
        let front = self.units[..leading].iter().rposition(keeps).map_or(0, |at| at + 1);
        let (front, behind) = self.units.split_at(front);
        let (moved, mut rest): (Vec<Unit>, Vec<Unit>) =
            behind.iter().cloned().partition(|unit| unit.clone().any(|i| needs.contains(&i)));
        let (whole, odd): (Vec<Unit>, Vec<Unit>) = moved.into_iter().partition(|unit| self.is_whole(unit));
        let is_words = |unit: &Unit| unit.clone().all(|i| self.words[i]);
        let (words, whole): (Vec<Unit>, Vec<Unit>) = whole.into_iter().partition(is_words);
        let mut order: Vec<Slot> = Vec::new();
        let place = |order: &mut Vec<Slot>, unit: &Unit| order.extend(unit.clone().map(Slot::Field));
        for unit in front.iter().chain(&words).chain(&whole) {
            place(&mut order, unit);
        }
        for (n, unit) in odd.iter().enumerate() {
            let end = lay_out(&order, &self.sizes).1;
            match end {
                Some(end) if end % 8 == 0 => {}
                Some(end) if end % 8 == 4 => {
                    // Something of four bytes has to stand between two of these.
                    let fills = |u: &Unit| {
                        u.len() == 1
                            && !self.hot.contains_key(&u.start)
                            && self.sizes[u.start].is_some_and(|s| s.bytes % 8 == 4)
                    };
                    let plain = |u: &Unit| fills(u) && !self.documented[u.start];
                    match rest.iter().position(plain).or_else(|| rest.iter().position(fills)) {
                        _ if pad => order.push(Slot::Pad),
                        Some(at) => place(&mut order, &rest.remove(at)),
                        None => return Err("two of its fields need padding between them".to_owned()),
                    }
                }
                _ if n == 0 => {}
                _ => return Err("the size of a field that is to be in front is not known".to_owned()),
            }
            place(&mut order, unit);
        }
        rest.iter().for_each(|unit| place(&mut order, unit));
        Ok(order)
    }
}

/// The declarations of a struct as ranges of field numbers. One whose names cannot all be aligned side by side is
/// taken apart.
fn units(shape: &Shape, hot: &BTreeMap<usize, HotField>, sizes: &[Option<Size>]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for (i, field) in shape.fields.iter().enumerate() {
        match units.last_mut() {
            Some(last) if shape.fields[last.start].decl == field.decl => last.end = i + 1,
            _ => units.push(i..i + 1),
        }
    }
    let splits = |unit: &Unit| {
        unit.len() > 1
            && unit.clone().any(|i| hot.contains_key(&i))
            && sizes[unit.start].is_none_or(|s| s.bytes % 8 != 0)
    };
    units
        .into_iter()
        .flat_map(|unit| match splits(&unit) {
            true => unit.map(|i| i..i + 1).collect(),
            false => vec![unit],
        })
        .collect()
}

/// Whether a type is a 64-bit integer or an array of them.
fn is_word(go: &Go<'_, '_>, ty: &Type) -> bool {
    let mut ty = go.force(ty);
    for _ in 0..20 {
        match go.under(&ty) {
            Type::Array(_, element) => ty = go.force(&element),
            Type::Basic(basic) => return matches!(basic, Basic::Int64 | Basic::Uint64),
            _ => return false,
        }
    }
    false
}
