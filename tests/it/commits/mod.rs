//! Plans as commits, seen by the real git.

#![allow(clippy::unwrap_used)]

mod bosh;
mod converted;
mod copy;
mod evidence;
mod export;
mod ground;
mod mails;
mod make;
mod meanwhile;
mod partial;
mod recover;
mod refuse;
mod revert;
mod shared;
mod submodules;
