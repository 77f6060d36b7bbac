//! What is known of how a site is indented.

use std::collections::BTreeMap;

/// What lines of the source have before the rows of the body that they are.
pub(super) struct Prefix {
    /// Those of code and comments.
    pub code: Vec<u8>,
    /// Directives and labels of C, which keep to the left margin however deep the code around them is.
    pub directive: Vec<u8>,
    pub label: Vec<u8>,
}

/// How far to the left a row goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Margin {
    Code,
    Directive,
    Label,
}

impl Prefix {
    pub fn of(&self, margin: Margin) -> &[u8] {
        match margin {
            Margin::Code => &self.code,
            Margin::Directive => &self.directive,
            Margin::Label => &self.label,
        }
    }
}

/// How a site is indented, beside its body.
pub(crate) struct Margins {
    /// For each row of code that stays or goes: what its line has before the row's own blanks.
    pub prefixes: Vec<Option<Vec<u8>>>,
    /// By prefix: what rows show that have it.
    pub shown: BTreeMap<Vec<u8>, Shown>,
    /// Whether the body shows no indentation at all, although code in it is nested.
    pub is_flat: bool,
}

/// What rows with one prefix show of how the source is indented.
#[derive(Default)]
pub(crate) struct Shown {
    /// That blanks, or tabs, come first behind the prefix.
    pub blanks: bool,
    pub tabs: bool,
    /// That a blank is among what is behind it.
    pub any_blank: bool,
    /// How deep the first such row is nested, and whether another is nested otherwise.
    pub depth: Option<usize>,
    pub depths_differ: bool,
}
