//! What the author of a patchset wrote, as data with positions.
//!
//! TOML comes in, a [`Patchset`] or a list of [`Complaint`]s goes out. Bodies are cut into rows here but not
//! read: that needs a grammar, and is the `pattern` room's work.

mod body;
mod holes;
mod model;

pub use body::{Fragment, Row, Sign};
pub use holes::{HoleKind, HoleUse, scan};
pub use model::*;
