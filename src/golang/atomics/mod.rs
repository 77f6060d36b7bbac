//! The operation `go/align-atomics`: 64-bit struct fields that sync/atomic reaches and that a 32-bit target does not
//! align, found in a whole tree and moved.
//!
//! The stages: [`reach`] follows addresses from the calls of sync/atomic back to fields; [`holders`] finds the structs
//! that hold such structs by value; [`order`] chooses the new order of the fields; [`refuse`] says where an order must
//! not change; [`rewrite`] and [`literals`] turn an order into edits.

mod holders;
mod literals;
mod order;
mod reach;
mod refuse;
mod rewrite;
mod study;
mod typed;

use super::file::FileId;
use super::layout::Orders;
use super::tree::GoTree;
use super::world::World;
use crate::source::{Edit, NodeId, sort_edits};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use study::Study;

/// Which fields are moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Those that are not aligned, or cannot be shown to be.
    #[default]
    Minimal,
    /// All that are not among the leading fields, aligned by luck or not.
    Leading,
    /// None: fields that are not aligned get the types `atomic.Int64` and `atomic.Uint64`, which the compiler aligns,
    /// and their uses become calls of methods. For trees on Go 1.19 or later.
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
    /// Its address stands in the call.
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
    /// It needs no move.
    Aligned,
    /// It is not aligned, and not moved for this reason.
    Refused(String),
    /// No order of fields helps, for this reason.
    Reported(String),
}

/// One field that 64-bit atomics reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file that declares the struct.
    pub file: PathBuf,
    /// The line of the field, counted from 1.
    pub line: usize,
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
    /// What becomes of it.
    pub outcome: Outcome,
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

/// Finds the fields in a tree and plans their moves. Only files in `scope` are changed, and only structs declared
/// there are reported.
pub fn align_atomics(tree: &dyn GoTree, scope: &dyn Fn(&Path) -> bool, options: &Options) -> Report {
    let world = World::new(tree);
    let study = Study::new(&world);
    let own: BTreeSet<&Path> = tree.files().iter().map(|p| p.as_path()).collect();
    let scope = &|path: &Path| own.contains(path) && scope(path);
    let mut hot = reach::reached_fields(&study);
    holders::add_holders(&study, &mut hot);
    let mut planned = order::plan(&study, &hot, scope, options);
    if options.style == Style::AtomicTypes {
        let typed = typed::convert(&study, &hot, &planned, scope);
        return typed_report(&study, &hot, &planned, typed, scope);
    }
    let mut refused: BTreeMap<StructKey, String> = BTreeMap::new();
    loop {
        let moved: BTreeSet<StructKey> = planned.orders.keys().copied().filter(|k| !refused.contains_key(k)).collect();
        let before = refused.len();
        for &key in &moved {
            if let Some(reason) = refuse::reason(&study, key, &planned.orders) {
                refused.insert(key, reason);
            }
        }
        let allowed: Orders =
            planned.orders.iter().filter(|(k, _)| !refused.contains_key(k)).map(|(k, o)| (*k, o.clone())).collect();
        let edits = rewrite::edits(&study, &allowed, scope);
        refused.extend(edits.refused);
        if refused.len() == before {
            return report(&study, &hot, planned, refused, edits.edits, scope, options);
        }
        // What was refused keeps its order; what holds it is planned again.
        planned = order::plan_without(&study, &hot, scope, options, &refused);
    }
}

fn report(
    study: &Study<'_, '_>,
    hot: &reach::Hot,
    planned: order::Plan,
    refused: BTreeMap<StructKey, String>,
    edits: BTreeMap<FileId, Vec<Edit>>,
    scope: &dyn Fn(&Path) -> bool,
    options: &Options,
) -> Report {
    let mut report = Report::default();
    for (&key, fields) in &hot.structs {
        let path = study.world.path(key.0);
        if !scope(path) {
            continue;
        }
        let Some(shape) = study.shape(key) else { continue };
        let go = study.go_for(key.0);
        let before = go.offsets(&shape.place, &Orders::new());
        let after = go.offsets(&shape.place, &planned.orders);
        let (mut moved, mut kept) = (false, false);
        for (&i, hot) in fields {
            // A field that only moves because another one does was aligned, and still is.
            let was_aligned = before.get(i).copied().flatten().is_some_and(|at| at % 8 == 0);
            let needs = planned.needs.contains(&(key, i)) && !(was_aligned && options.style == Style::Minimal);
            let stays = planned.stays.get(&key).or(refused.get(&key));
            let outcome = match stays {
                Some(reason) if needs => Outcome::Refused(reason.clone()),
                _ if needs => Outcome::Moved,
                _ => match hot.stride.filter(|_| !options.pad) {
                    Some(bytes) => Outcome::Reported(format!(
                        "it is in elements of {bytes} bytes, of which every second one is not aligned"
                    )),
                    None => Outcome::Aligned,
                },
            };
            moved |= outcome == Outcome::Moved;
            kept |= matches!(outcome, Outcome::Refused(_));
            let (before, after) = (before.get(i).copied().flatten(), after.get(i).copied().flatten());
            report.findings.push(shape.finding(study, i, hot, before, after, outcome));
        }
        report.to_do += usize::from(moved);
        report.refused += usize::from(kept && !moved);
        report.done += usize::from(!moved && !kept);
    }
    report.finish(study, edits);
    report
}

/// The report of the style that moves nothing. What only holds such structs is aligned with them.
fn typed_report(
    study: &Study<'_, '_>,
    hot: &reach::Hot,
    planned: &order::Plan,
    typed: typed::Typed,
    scope: &dyn Fn(&Path) -> bool,
) -> Report {
    let mut report = Report::default();
    let mut done = typed.done;
    for (&key, fields) in hot.structs.iter().filter(|(key, _)| scope(study.world.path(key.0))) {
        let Some(shape) = study.shape(key) else { continue };
        let offsets = study.go_for(key.0).offsets(&shape.place, &Orders::new());
        let stays = typed.refused.get(&key);
        let converted = typed.converted.contains(&key);
        for (&i, hot) in fields.iter().filter(|(_, hot)| hot.level != Level::Container) {
            let outcome = match stays {
                _ if converted => Outcome::Moved,
                Some(reason) => Outcome::Refused(reason.clone()),
                None if planned.needs.contains(&(key, i)) => Outcome::Refused("it is not a word of its own".to_owned()),
                None => Outcome::Aligned,
            };
            report.findings.push(shape.finding(study, i, hot, offsets.get(i).copied().flatten(), None, outcome));
        }
        report.to_do += usize::from(converted);
        report.refused += usize::from(stays.is_some());
        if !converted && stays.is_none() && fields.values().any(|f| f.level != Level::Container) {
            done.insert(key);
        }
        done.retain(|k| !(k == &key && converted));
    }
    report.done = done.len();
    report.finish(study, typed.edits);
    report
}

impl Report {
    /// Puts everything in order.
    fn finish(&mut self, study: &Study<'_, '_>, edits: BTreeMap<FileId, Vec<Edit>>) {
        for (id, mut list) in edits {
            if !list.is_empty() && sort_edits(&mut list).is_ok() {
                self.edits.insert(study.world.path(id).to_owned(), list);
            }
        }
        self.findings.sort_by(|a, b| (&a.file, a.line, &a.field).cmp(&(&b.file, b.line, &b.field)));
    }
}

impl study::Shape {
    fn finding(
        &self,
        study: &Study<'_, '_>,
        i: usize,
        hot: &reach::HotField,
        before: Option<u64>,
        after: Option<u64>,
        outcome: Outcome,
    ) -> Finding {
        let field = &self.fields[i];
        Finding {
            file: study.world.path(self.place.file).to_owned(),
            line: self.line_of(field),
            name: self.name.clone(),
            field: field.name.clone(),
            level: hot.level,
            sites: hot.sites.iter().cloned().collect(),
            before,
            after,
            outcome,
        }
    }
}
