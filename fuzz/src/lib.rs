//! What is fuzzed, and what must hold. Each target takes any bytes, makes an input of them that reaches deep, and
//! panics where a promise is broken.
//!
//! `cargo fuzz` drives these for long (`docs/fuzzing.md`); `tests/fuzz.rs` runs each a fixed number of times.

#![allow(clippy::unwrap_used)]

mod body;
mod disturb;
mod edit;
mod journal;
mod matcher;
mod patchset;
mod seeds;
mod told;
mod toml;

pub use body::run as body;
pub use edit::run as edit;
pub use journal::run as journal;
pub use matcher::run as matcher;
pub use toml::run as toml;
