//! The new order of a struct's fields.

use super::analysis::{Shape, Study};
use super::hot::{Hot, HotField};
use super::model::{Options, StructKey, Style};
use super::skew::{is_aligned, skew};
use crate::golang::types::{Basic, Field, Go, Orders, Size, Slot, Type, lay_out, total};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::Path;

/// The new orders, and what they are for.
#[derive(Default)]
pub(crate) struct Plan {
    /// The structs that change.
    pub(crate) orders: Orders,
    /// The fields that are not where they should be.
    pub(crate) needs: BTreeSet<(StructKey, usize)>,
    /// The structs that no order cures, and why.
    pub(crate) stays: BTreeMap<StructKey, String>,
    /// The structs whose elements are not all aligned, and why.
    pub(crate) strides: BTreeMap<StructKey, String>,
    /// The fields that hold words which are misaligned by themselves: where these begin, modulo 8.
    pub(crate) skews: BTreeMap<(StructKey, usize), BTreeSet<u64>>,
}

/// What is settled before orders are chosen.
pub(crate) struct Settled<'a> {
    /// The files that may change.
    pub(crate) scope: &'a dyn Fn(&Path) -> bool,
    /// What was asked for.
    pub(crate) options: &'a Options,
    /// The structs that keep the order they have, and why.
    pub(crate) refused: BTreeMap<StructKey, String>,
    /// The fields that get a type of sync/atomic.
    pub(crate) typed: HashMap<StructKey, BTreeSet<usize>>,
}

/// How often orders are chosen anew because a struct inside changed its size.
const ROUNDS: usize = 10;

/// Chooses the orders of all hot structs in scope.
pub(crate) fn plan(study: &Study<'_, '_>, hot: &Hot, settled: &Settled<'_>) -> Plan {
    let mut plan = Plan::default();
    plan.orders.typed = settled.typed.clone();
    for _ in 0..ROUNDS {
        let before = plan.orders.clone();
        plan.needs.clear();
        plan.stays.clear();
        plan.strides.clear();
        plan.skews.clear();
        for &key in hot.structs.keys().filter(|key| (settled.scope)(study.world.path(key.0))) {
            plan.choose(study, hot, settled, key);
        }
        if plan.orders == before {
            break;
        }
    }
    plan
}

impl Plan {
    /// Chooses the order of one struct.
    fn choose(&mut self, study: &Study<'_, '_>, hot: &Hot, settled: &Settled<'_>, key: StructKey) {
        let (Some(shape), Some(fields)) = (study.shape(key), hot.structs.get(&key)) else { return };
        let elements = hot.elements.get(&key);
        self.orders.slots.remove(&key);
        let skew = |(&i, field)| (i, skew(study, hot, field, &self.orders));
        let skews: BTreeMap<usize, BTreeSet<u64>> =
            fields.iter().map(skew).filter(|(_, skew)| !skew.is_empty()).collect();
        let chooser = Chooser { skews, ..Chooser::new(study.go_for(key.0), &shape, fields, &self.orders) };
        let needs = chooser.needs(settled.options.style);
        let order = match settled.refused.contains_key(&key) {
            true => Ok(None),
            false => chooser.order(needs.clone(), settled.options.pad, elements.is_some()),
        };
        self.skews.extend(chooser.skews.iter().map(|(&i, skew)| ((key, i), skew.clone())));
        self.needs.extend(needs.into_iter().map(|i| (key, i)));
        let chosen = order.as_ref().ok().and_then(Option::as_ref).cloned().unwrap_or_else(|| chooser.plain());
        if let Some(at) = elements.and_then(|places| places.first())
            && let Some(why) = chooser.stride(&chosen)
        {
            self.strides.insert(key, format!("{why} (used at {}:{})", at.file.display(), at.line));
        }
        match order {
            Ok(Some(order)) => drop(self.orders.slots.insert(key, order)),
            Ok(None) => {}
            Err(reason) => drop(self.stays.insert(key, reason)),
        }
    }
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
    /// The fields that hold words which are misaligned by themselves.
    skews: BTreeMap<usize, BTreeSet<u64>>,
}

impl<'a> Chooser<'a> {
    fn new(go: &Go<'_, '_>, shape: &Shape, hot: &'a BTreeMap<usize, HotField>, orders: &Orders) -> Chooser<'a> {
        let sizes = go.field_sizes(&shape.place, orders);
        let words = shape.fields.iter().map(|f| is_word(go, &f.ty)).collect();
        let source = &shape.file.source;
        let documented = |f: &Field| {
            let tokens = &source.nodes[f.decl].tokens;
            let line = source.lines.line(source.span(tokens).start);
            source.comments_at(tokens.start).iter().any(|c| source.lines.line(c.bytes.end) + 1 == line)
        };
        let documented = shape.fields.iter().map(documented).collect();
        Chooser { documented, units: units(shape, hot, &sizes), sizes, words, hot, skews: BTreeMap::new() }
    }

    /// The fields that are not where they should be.
    fn needs(&self, style: Style) -> BTreeSet<usize> {
        let offsets = self.offsets(&self.plain());
        let leading = self.leading();
        let in_front = |i: usize| self.units[..leading].iter().any(|u| u.contains(&i));
        let needs = |&i: &usize| {
            let bad = self.is_bad(i, &offsets);
            match style {
                // The compiler aligns these itself, or no place would.
                _ if self.sizes[i].is_some_and(|size| size.align == 8) || self.skews.contains_key(&i) => false,
                Style::Minimal => bad,
                // What is no whole number of words cannot lead; aligned it has to be.
                Style::Leading | Style::AtomicTypes => bad || self.is_whole(&(i..i + 1)) && !in_front(i),
            }
        };
        self.hot.keys().copied().filter(needs).collect()
    }

    /// Why not all elements of a slice of such structs are aligned.
    fn stride(&self, order: &[Slot]) -> Option<String> {
        match total(order, &self.sizes) {
            Some(size) if size.bytes % 8 == 0 => None,
            Some(size) => {
                Some(format!("it lies in elements of {} bytes, of which every second one is misaligned", size.bytes))
            }
            None => Some("it lies in elements of unknown size".to_owned()),
        }
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

    /// Whether a field has an offset that does not align it.
    fn is_bad(&self, i: usize, offsets: &[Option<u64>]) -> bool {
        let by_compiler = self.sizes[i].is_some_and(|size| size.align == 8);
        !by_compiler && !self.skews.contains_key(&i) && offsets[i].is_none_or(|at| at % 8 != 0)
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

    /// The new order; nothing when the old one is good.
    fn order(&self, needs: BTreeSet<usize>, pad: bool, elements: bool) -> Result<Option<Vec<Slot>>, String> {
        let mut order = self.plain();
        if !needs.is_empty() {
            order = self.moved(self.leading(), needs, pad)?;
        }
        // Behind a last field of no size, which takes room that padding takes away again, two are needed.
        for _ in 0..2 {
            if pad && elements && total(&order, &self.sizes).is_some_and(|size| size.bytes % 8 == 4) {
                order.push(Slot::Pad);
            }
        }
        let (before, after) = (self.offsets(&self.plain()), self.offsets(&order));
        if self.skews.iter().any(|(&i, skew)| is_aligned(skew, before[i]) && !is_aligned(skew, after[i])) {
            return Err("what it holds would lose its alignment".to_owned());
        }
        Ok((order != self.plain()).then_some(order))
    }

    fn moved(&self, leading: usize, mut needs: BTreeSet<usize>, pad: bool) -> Result<Vec<Slot>, String> {
        loop {
            let order = self.with_in_front(leading, &needs, pad)?;
            let offsets = self.offsets(&order);
            let bad: Vec<usize> = self.hot.keys().copied().filter(|&i| self.is_bad(i, &offsets)).collect();
            if bad.is_empty() {
                return Ok(order);
            }
            let before = needs.len();
            needs.extend(bad);
            if needs.len() == before {
                return Err("no order of its fields aligns them all; padding would (`pad = true`)".to_owned());
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
                    // Something of four bytes has to be between two of these.
                    let fills = |u: &Unit| {
                        u.len() == 1
                            && !self.hot.contains_key(&u.start)
                            && self.sizes[u.start].is_some_and(|s| s.bytes % 8 == 4)
                    };
                    let plain = |u: &Unit| fills(u) && !self.documented[u.start];
                    match rest.iter().position(plain).or_else(|| rest.iter().position(fills)) {
                        _ if pad => order.push(Slot::Pad),
                        Some(at) => place(&mut order, &rest.remove(at)),
                        None => {
                            return Err("two of its fields need padding between them (`pad = true` puts it)".to_owned());
                        }
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
