//! A patch from one version of a file to another: A is the file before the patch, and B the same file elsewhere. Wanted is B
//! with the same change, or the reason why there is none.
//!
//! The rows of A and B are aligned; each run of changed rows goes where its rows, or its neighbours, went. Where rows
//! differ, the words of them are changed instead. Where the patch brings names that B has under another name, these are
//! exchanged first, and all is done once more. At the end alarms look for signs that the result is wrong all the same.
//! It knows rows, words and names, and no grammar.

mod alarms;
mod alignment;
mod alternative;
mod below;
mod blocks;
mod body;
mod calls;
mod carry;
mod code;
mod correspondence;
mod declared;
mod edits;
mod functions;
mod imports;
mod likeness;
mod place;
mod placement;
mod placing;
mod proof;
mod renames;
mod rows;
mod stack;
mod words;

pub use alarms::Trees;
pub use alternative::Hunk;
pub use body::Body;
pub use carry::{Carried, Carry, Fit, Placed, Refusal, carry};
pub use declared::declared;
pub use edits::{Edit, edits};
pub use placement::{Placement, Reason, Replacement, Way};
pub use proof::{Change, hunks};
pub use stack::{Asked, Fate, FileFate, Outcome, Rebased, rebase};
