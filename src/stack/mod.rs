//! The patches of a patchset together: what they do to one another, and what a second run would find.

mod attempt;
mod from_head;
mod stack_plan;
mod take_out;
mod trial;
mod watch;

pub(crate) use attempt::{Mode, plan_stack};
pub use from_head::Earlier;
pub(crate) use stack_plan::plan_in;
