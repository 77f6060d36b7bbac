//! What the author of a patchset wrote, as data with positions.
//!
//! TOML comes in, a [`Patchset`] or a list of [`Diagnostic`]s goes out. Bodies are cut into rows here but not
//! read: that needs a grammar, and is the `pattern` room's work.

mod amends;
mod body;
mod builtin;
mod check;
mod condition;
mod date;
mod diagnostic;
mod holes;
mod include;
mod inverse;
mod keys;
mod load;
mod model;
mod names;
mod nearest;
mod notes;
mod operation;
mod origin;
mod parameter;
mod patch;
mod scope;
mod spelling;
mod text;
mod values;

pub use amends::Amends;
pub use body::{Fragment, Row, Sign, Syntax};
pub use builtin::{builtin, builtins};
pub use date::Date;
pub use diagnostic::Diagnostic;
pub use holes::{HoleKind, HoleUse, scan, scan_lines};
pub use include::{Joined, Part, includes, part_of};
pub(crate) use inverse::{inverse, is_open, not_reversible};
pub use load::{load, load_joined};
pub use model::*;
pub use model::{
    Acceptance, Body, CodeKind, Create, Example, Expect, Globs, HoleTest, Hunk, Layout, Obsolete, Operation, Patch,
    Patchset, Pick, Reading, Spanned, Work,
};
pub use names::{COPY, DRAFTS, RECORD, STATE, is_git, is_own, is_own_in_short};
pub use nearest::nearest;
pub use origin::{is_author, is_trailer};
pub use parameter::{patch_for, substitute};
pub use spelling::{folded, is_ignorable};
