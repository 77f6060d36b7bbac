//! A pile of patches made into a patchset, as a careful person would have written it.
//!
//! Patches come in as [`Original`]s: what stands above their diffs, and the diffs. [`import`] finds the place of every hunk by
//! the rules of GNU `patch`, and makes a body of it: the rows that change, those beside them, and what of the code around
//! makes each side whole (`shown`). Of all bodies that come into question, from the least context to the most, it takes
//! the first that the engine itself proves (`carry`, `proof`): found once, byte for byte what `patch` gives, done when
//! looked for again, and undone by its own inverse. The whole is proven once more, on the tree that the pile is for.

mod body;
mod brief;
mod carry;
mod compare;
mod diff;
mod draft;
mod head;
mod locate;
pub mod mailbox;
mod original;
mod proof;
mod rows;
mod runs;
pub mod series;
mod shown;
mod stack;
mod state;
mod toml;

pub use compare::compare;
pub use head::Head;
pub use original::Original;
pub use stack::{Counts, Imported, Loss, Settings, import};
