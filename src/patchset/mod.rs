//! What the author of a patchset wrote, as data with positions.
//!
//! TOML comes in, a [`Patchset`] or a list of [`Complaint`]s goes out. Bodies are cut into rows here but not
//! read: that needs a grammar, and is the `pattern` room's work.

pub mod amends;
pub mod body;
pub mod builtin;
pub mod check;
pub mod condition;
pub mod holes;
pub mod inverse;
pub mod keys;
pub mod load;
pub mod model;
pub mod names;
pub mod notes;
pub mod operation;
pub mod parameter;
pub mod patch;
pub mod scope;
pub mod spelling;
pub mod values;
pub mod diagnostic;

pub use amends::Amends;
pub use body::{Fragment, Row, Sign};
pub use builtin::{builtin, builtins};
pub use diagnostic::Complaint;
pub use holes::{HoleKind, HoleUse, scan};
pub(crate) use inverse::{inverse, is_open, not_reversible};
pub use load::load;
pub use model::*;
pub use names::{COPY, DRAFTS, RECORD, STATE, is_git, is_own, is_own_in_short};
pub use parameter::{patch_for, substitute};
pub use spelling::{folded, is_ignorable};
