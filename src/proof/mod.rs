//! The laws as proofs over the trees of before and after: an edit that they do not hold for is never part of a plan.

mod comments;
mod edited;
mod expected;
mod fates;
mod hit_index;
pub(crate) mod left_over;
mod macro_calls;
mod parentheses;
mod reparse;
mod site_edit;
pub mod skeleton;
mod substitution;
mod tags;
mod verify;

pub(crate) use edited::Edited;
pub(crate) use expected::Unit;
pub(crate) use left_over::not_gone;
pub(crate) use parentheses::Brackets;
pub(crate) use reparse::{Reparse, reparse};
pub(crate) use site_edit::{Rank, SiteEdit};
pub(crate) use substitution::torn;
pub(crate) use verify::verify;
