//! Plans as commits, seen by the real git.

#![allow(clippy::unwrap_used)]

mod bosh;
mod copy;
mod evidence;
mod export;
mod ground;
mod make;
mod meanwhile;
mod partial;
mod recover;
mod refuse;
mod revert;
#[path = "../tools/mod.rs"]
mod tools;
