//! Every test that needs no harness of its own, in one program: it is linked once.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cli;
mod columns;
mod commits;
mod common;
mod disturb;
mod faults;
mod fuzz;
mod golang_atomics;
mod golang_conditions;
mod golang_layout;
mod hostile;
mod house;
mod import;
mod imports;
mod near_misses;
mod oracle;
mod owners;
mod parts;
mod patchset;
mod proofs;
mod properties;
mod rebase_stack;
mod render;
mod reparse;
mod security;
mod stacks;
mod terminal;
mod text;
mod threads;
mod tools;
mod truth;
mod write;
