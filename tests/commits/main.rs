//! Plans as commits, seen by the real git.
#![allow(clippy::unwrap_used)]

mod ground;
mod make;
mod recover;
mod refuse;
