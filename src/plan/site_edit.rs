//! One site to edit.

use crate::find::{Env, Hit, Rule};

/// One site to edit, and the rule and bindings under which it was found.
pub(super) struct SiteEdit<'a> {
    pub rule: &'a Rule,
    pub hit: &'a Hit,
    pub env: &'a Env,
    /// How many sites of the rule are done already in the file.
    pub done: usize,
}

impl SiteEdit<'_> {
    /// Whether another work was found in the same way.
    pub fn is_like(&self, other: &SiteEdit<'_>) -> bool {
        std::ptr::eq(self.rule, other.rule) && self.env == other.env
    }
}
