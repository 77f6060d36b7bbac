//! The patches of a patchset together: what they do to one another, and what a second run would find.

pub mod attempt;
pub mod from_head;
pub mod take_out;
pub mod trial;
pub mod watch;

