//! The laws as proofs over the trees of before and after: an edit that they do not hold for is never part of a plan.

pub mod comments;
pub mod edited;
pub mod expected;
pub mod fates;
pub mod hit_index;
pub mod left_over;
pub mod parentheses;
pub mod reparse;
pub mod site_edit;
pub mod skeleton;
pub mod substitution;
pub mod tags;
pub mod verify;

