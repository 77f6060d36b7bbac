//! `language = "text"`: lines and words of any file.
//!
//! A body is rows of lines, a file is lines; what a row meets is a whole line, blanks aside. There is no tree: a line is in
//! the block of those above it that are less deep. Sites come out of this room as they do out of `find` for code.

mod body;
mod check;
mod conditions;
mod edits;
mod form;
mod headings;
mod laid_out;
mod laws;
mod lines;
mod matcher;
mod merge;
mod near;
mod row;
mod sites;

pub use body::{Body, Kind, Row, Wins, condition, words as row_words};
pub use check::check;
pub use conditions::{Around, Unmet};
pub use edits::{LineEdit, edits};
pub use form::form;
pub use headings::Headings;
pub use laid_out::settle;
pub use laws::{Broken, Change, brief};
pub use lines::{Line, Text};
pub use matcher::{Bindings, OutOfSteps, Way};
pub use near::{Near, near};
pub use sites::{Left, Site, Sites, is_open, sites};
