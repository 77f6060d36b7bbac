//! The way back: what a run has put in is taken out again, and proved to be what was there before.

mod evidence;
mod reversible;
mod round_trip;
mod undoing;

pub use evidence::{Assumed, Evidence};
pub(crate) use reversible::Inverses;
pub use undoing::{Undoing, revert};
