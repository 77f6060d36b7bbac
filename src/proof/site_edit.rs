//! One site to edit.

use crate::find::{Env, Hit, Rule};
use crate::pattern::{Element, Part, Root, Variant};
use crate::source::Source;
use std::ops::Range;

/// Where an insertion comes among others at the same place.
pub(crate) type Rank = (u8, usize);

/// One site to edit, and the rule and bindings under which it was found.
pub(crate) struct SiteEdit<'a> {
    pub rule: &'a Rule,
    pub hit: &'a Hit,
    pub env: &'a Env,
    /// How many sites of the rule are done already in the file.
    pub done: usize,
    /// Whether other sites lie in its holes, so that these must stay in their places.
    pub holds: bool,
}

impl<'a> SiteEdit<'a> {
    /// Whether another work was found in the same way.
    pub fn is_like(&self, other: &SiteEdit<'_>) -> bool {
        std::ptr::eq(self.rule, other.rule) && self.env == other.env
    }

    /// The body, as it is spelt here.
    pub fn variant(&self) -> &'a Variant {
        let variant = &self.rule.pattern.variants[self.hit.variant];
        variant.held.as_deref().filter(|_| self.holds).unwrap_or(variant)
    }

    /// Whether holes stay in their places that would move if no other sites lay in them.
    pub fn is_held(&self) -> bool {
        self.holds && self.rule.pattern.variants[self.hit.variant].held.is_some()
    }

    /// Whether the site is one expression or type, before and after.
    pub fn is_value(&self) -> bool {
        self.variant().before.root == Root::Value && self.variant().after.root == Root::Value
    }

    /// Whether either side shows braces, in which there may be statements.
    pub fn shows_braces(&self) -> bool {
        let is_brace = |e: &Element| matches!(&e.part, Part::Token { text, .. } if text == b"{");
        [&self.variant().before, &self.variant().after].iter().any(|side| side.elements.iter().any(is_brace))
    }

    /// Whether the after side is one operand or one operation, which may have parentheses. A macro call that no operator
    /// can reach may not: it stands for statements or declarations.
    pub fn is_grouped(&self, source: &Source) -> bool {
        let side = &self.variant().after;
        let ends = side.elements.first().zip(side.elements.last());
        let tokens = ends.map_or(0..0, |(first, last)| first.tokens.start..last.tokens.end);
        let language = side.source.language;
        let is_operand = || !source.is_unclosed_call(&self.hit.matched.tokens);
        self.is_value()
            && is_operand()
            && side.source.nodes_over(&tokens).any(|(_, n)| language.may_have_parens(n.kind))
    }

    /// The order of what sites insert at one place: what ends there comes before what begins there, and of sites in
    /// each other the inner one is nearer to its own code. `site` is where the site lies, in the same unit as `at`.
    pub fn rank(&self, site: &Range<usize>, at: usize) -> Rank {
        match () {
            () if site.is_empty() => (1, 0),
            () if at >= site.end => (0, site.len()),
            () if at <= site.start => (2, usize::MAX - site.len()),
            () => (1, 0),
        }
    }
}
