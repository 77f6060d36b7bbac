//! What the operation is asked, and what it finds.

use crate::golang::types::FileId;
use crate::source::{Edit, NodeId};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Which fields are moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Those that are not aligned, or cannot be shown to be.
    #[default]
    Minimal,
    /// All that are not among the leading fields, aligned by luck or not.
    Leading,
    /// None where fields can get the types `atomic.Int64` and `atomic.Uint64`, which the compiler aligns, and their uses
    /// become calls of methods; the others are moved as by `Leading`. For trees on Go 1.19 or later.
    AtomicTypes,
}

/// The processor that the layout is for. All of them have words of four bytes and lay structs out alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arch {
    /// 32-bit ARM.
    #[default]
    Arm,
    /// 32-bit x86.
    I386,
    /// Big-endian 32-bit MIPS.
    Mips,
    /// Little-endian 32-bit MIPS.
    Mipsle,
}

/// What the operation is asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Which fields are moved.
    pub style: Style,
    /// Whether `_ [4]byte` is put where no order helps.
    pub pad: bool,
    /// The processor.
    pub target: Arch,
}

/// How sync/atomic reaches a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Its address is in the call.
    Direct,
    /// Its address goes through a variable, a parameter, a result, a pointer or a method.
    Indirect,
    /// It holds such a field by value.
    Container,
}

/// One place from which a field is reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// In words: the call, or what the address goes through.
    pub how: String,
}

/// What becomes of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is moved.
    Moved,
    /// It stays, and bytes are put behind its struct.
    Padded,
    /// It gets a type of sync/atomic.
    Converted,
    /// It needs nothing.
    Aligned,
    /// It is not where it should be, and not moved for this reason.
    Refused(String),
}

/// One field that 64-bit atomics reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file that declares the struct.
    pub file: PathBuf,
    /// The line of the field, counted from 1.
    pub line: usize,
    /// The line on which the struct begins.
    pub struct_line: usize,
    /// The name of the package.
    pub package: String,
    /// The struct: its name, `var x` or `T.f` when it has none of its own.
    pub name: String,
    /// The field.
    pub field: String,
    /// How it is reached.
    pub level: Level,
    /// From where.
    pub sites: Vec<Site>,
    /// Its offset as the source has it; nothing when a type before it is not known.
    pub before: Option<u64>,
    /// Its offset after the edits.
    pub after: Option<u64>,
    /// Why an offset is not known: the field before it, and what is missing.
    pub unknown: Option<String>,
    /// Why it does not get a type of sync/atomic, where that was asked for.
    pub unconverted: Option<String>,
    /// Why it is not aligned in every element of a slice or array, whatever the order.
    pub uneven: Option<String>,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Whether it is not aligned after the edits, or cannot be shown to be.
    pub is_unsafe: bool,
}

impl Finding {
    /// Whether it changes the struct.
    pub fn is_change(&self) -> bool {
        matches!(self.outcome, Outcome::Moved | Outcome::Padded | Outcome::Converted)
    }
}

/// What the operation found, and the edits that cure it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The edits of each file, in order.
    pub edits: BTreeMap<PathBuf, Vec<Edit>>,
    /// All fields, by file and line.
    pub findings: Vec<Finding>,
    /// How many structs are to be changed.
    pub to_do: usize,
    /// How many structs need no change.
    pub done: usize,
    /// How many structs would need a change and do not get it.
    pub refused: usize,
}

/// The node of a struct type.
pub(crate) type StructKey = (FileId, NodeId);
