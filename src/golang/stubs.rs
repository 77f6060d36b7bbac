//! The declarations of Go's standard library that types are read from: exported names, and what they are made of.

/// All packages in Go syntax, each behind a line `== path`.
static TEXT: &str = include_str!("std/std.txt");

/// The packages: import path and Go text.
pub fn packages() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEXT.split("\n== ").skip(1).filter_map(|part| part.split_once('\n'))
}
