//! Sizes and offsets as the Go compiler lays them out on 32-bit targets: words have four bytes, and nothing is
//! aligned to more than a word but what sync/atomic marks.

use super::checker::{Field, Go};
use super::declarations::{File, FileId, text};
use super::ty::{Basic, Place, Type};
use crate::language::go::kind;
use crate::source::NodeId;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Size and alignment of a type in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The size.
    pub bytes: u64,
    /// The alignment.
    pub align: u64,
}

/// What becomes of structs, by their nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// Another order of a struct's fields.
    pub slots: HashMap<(FileId, NodeId), Vec<Slot>>,
    /// The numbers of the fields that get a 64-bit type of sync/atomic.
    pub typed: HashMap<(FileId, NodeId), BTreeSet<usize>>,
}

/// The size of sync/atomic's 64-bit types, which the compiler aligns by their mark.
const TYPED: Size = Size { bytes: 8, align: 8 };

/// One place in a new order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The field with this number.
    Field(usize),
    /// Four bytes of nothing.
    Pad,
}

/// The type of sync/atomic that its 64-bit types are aligned by.
const ALIGNED_MARK: &str = "align64";

impl Go<'_, '_> {
    /// Size and alignment of a type; nothing when they are not known.
    pub fn size(&self, ty: &Type, orders: &Orders) -> Option<Size> {
        self.deeper(None, || {
            let ty = self.force(ty);
            if let Type::Named(named) = &ty
                && *named.name == *ALIGNED_MARK
                && self.world.is_standard(self.world.dir(named.file))
            {
                return Some(Size { bytes: 0, align: 8 });
            }
            let word = |words: u64| Some(Size { bytes: 4 * words, align: 4 });
            match self.under(&ty) {
                Type::Basic(basic) => basic_size(basic),
                Type::Pointer(_) | Type::Map(..) | Type::Chan(_) | Type::Func(_) => word(1),
                Type::Slice(_) => word(3),
                Type::Interface(_) | Type::Any | Type::Error => word(2),
                Type::Array(length, element) => {
                    let element = self.size(&element, orders)?;
                    Some(Size { bytes: length?.checked_mul(element.bytes)?, align: element.align })
                }
                Type::Struct(place) => self.struct_size(&place, orders),
                Type::Param(name) => {
                    self.note(format!("`{name}` is a type parameter"));
                    None
                }
                _ => None,
            }
        })
    }

    fn struct_size(&self, place: &Place, orders: &Orders) -> Option<Size> {
        let sizes = self.field_sizes(place, orders);
        total(&order_of(place, sizes.len(), orders), &sizes)
    }

    /// The sizes of a struct's fields, by their number in the source.
    pub fn field_sizes(&self, place: &Place, orders: &Orders) -> Vec<Option<Size>> {
        let typed = orders.typed.get(&(place.file, place.node));
        let size = |(i, field): (usize, &Field)| match typed {
            Some(typed) if typed.contains(&i) => Some(TYPED),
            _ => self.size(&field.ty, orders),
        };
        self.fields(place).iter().enumerate().map(size).collect()
    }

    /// The offsets of a struct's fields, by their number in the source; unknown ones are nothing.
    pub fn offsets(&self, place: &Place, orders: &Orders) -> Vec<Option<u64>> {
        let sizes = self.field_sizes(place, orders);
        let order = order_of(place, sizes.len(), orders);
        let (at, _) = lay_out(&order, &sizes);
        let mut by_field = vec![None; sizes.len()];
        for (slot, offset) in order.iter().zip(at) {
            if let Slot::Field(i) = slot
                && let Some(known) = by_field.get_mut(*i)
            {
                *known = offset;
            }
        }
        by_field
    }

    /// Whether this names `unsafe.Sizeof`.
    pub fn is_size_of(&self, file: &Arc<File>, function: NodeId) -> bool {
        self.is_function_of(file, function, "unsafe", "Sizeof")
    }

    /// Whether an expression names this function of this package.
    pub fn is_function_of(&self, file: &Arc<File>, function: NodeId, package: &str, name: &str) -> bool {
        let source = &file.source;
        if source.kind(function) != kind::SELECTOR {
            return false;
        }
        let (Some(base), Some(field)) = (source.child(function, "operand"), source.child(function, "field")) else {
            return false;
        };
        text(source, field) == name && self.package_operand(file, base).is_some_and(|(path, _)| path == package)
    }

    /// The size of an expression's type.
    pub fn size_of_value(&self, file: &Arc<File>, node: NodeId) -> Option<i128> {
        self.size(&self.type_of(file, node), &Orders::default()).map(|s| i128::from(s.bytes))
    }
}

/// The order that a struct has or is to have.
pub fn order_of(place: &Place, fields: usize, orders: &Orders) -> Vec<Slot> {
    match orders.slots.get(&(place.file, place.node)) {
        Some(order) => order.clone(),
        None => (0..fields).map(Slot::Field).collect(),
    }
}

/// The size of what fills a slot.
pub fn slot_size(slot: Slot, sizes: &[Option<Size>]) -> Option<Size> {
    match slot {
        Slot::Field(i) => sizes.get(i).copied().flatten(),
        Slot::Pad => Some(Size { bytes: 4, align: 1 }),
    }
}

/// The size of a struct whose fields have this order.
pub fn total(order: &[Slot], sizes: &[Option<Size>]) -> Option<Size> {
    let (_, mut end) = lay_out(order, sizes);
    let align = sizes.iter().try_fold(1, |a, s| s.map(|s| a.max(s.align)))?;
    let last = order.last().and_then(|slot| slot_size(*slot, sizes));
    // The address behind a struct is none of its own.
    if last.is_some_and(|last| last.bytes == 0) {
        end = end.map(|at| if at > 0 { at + 1 } else { at });
    }
    Some(Size { bytes: up(end?, align), align })
}

/// The offsets of the slots and the end of the last. What follows a field of unknown size has no known offset.
pub fn lay_out(order: &[Slot], sizes: &[Option<Size>]) -> (Vec<Option<u64>>, Option<u64>) {
    let mut at = Some(0);
    let mut offsets = Vec::with_capacity(order.len());
    for slot in order {
        let size = slot_size(*slot, sizes);
        // Nothing is aligned to more than 8 bytes: behind a whole number of these any field begins at once.
        let offset = match (at, size) {
            (Some(at), None) if at % 8 == 0 => Some(at),
            (Some(at), Some(size)) => Some(up(at, size.align)),
            _ => None,
        };
        offsets.push(offset);
        at = match (offset, size) {
            (Some(offset), Some(size)) => offset.checked_add(size.bytes),
            _ => None,
        };
    }
    (offsets, at)
}

fn up(at: u64, align: u64) -> u64 {
    at.div_ceil(align.max(1)) * align.max(1)
}

fn basic_size(basic: Basic) -> Option<Size> {
    use Basic::*;
    let (bytes, align) = match basic {
        Bool | Int8 | Uint8 => (1, 1),
        Int16 | Uint16 => (2, 2),
        Int | Uint | Int32 | Uint32 | Uintptr | Float32 | UnsafePointer => (4, 4),
        Int64 | Uint64 | Float64 | Complex64 | String => (8, 4),
        Complex128 => (16, 4),
        _ => return None,
    };
    Some(Size { bytes, align })
}
