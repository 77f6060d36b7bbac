//! The declarations that types are read from where the tree does not bring them along: Go's standard library, and a
//! few names of public packages that have always meant the same.

static STANDARD: &str = include_str!("std/std.txt");
static KNOWN: &str = include_str!("std/known.txt");

/// The packages, each behind a line `== path`: import path and Go text.
pub fn packages() -> impl Iterator<Item = (&'static str, &'static str)> {
    let parts = |text: &'static str| text.split("\n== ").skip(1).filter_map(|part| part.split_once('\n'));
    parts(STANDARD).chain(parts(KNOWN))
}
