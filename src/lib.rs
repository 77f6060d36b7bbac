//! treepatch carries source changes over upstream releases: a patch is a diff that is matched against the
//! syntax tree, declared in TOML with its reason, its place and the number of sites it expects.
//!
//! Data passes through the rooms in one direction; see `ARCHITECTURE.md`. The library never prints, exits or
//! reads the environment.

pub mod checkout;
pub mod edit;
pub mod find;
pub mod golang;
pub mod language;
pub mod patchset;
pub mod pattern;
pub mod plan;
pub mod rebase;
pub mod render;
pub mod source;
mod threads;
pub mod write;
