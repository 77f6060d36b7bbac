//! A plan as text: a unified diff, a table of verdicts, JSON. Values in, bytes out; nothing is printed here.

mod complaint;
mod diff;
mod encoded;
pub mod json;
mod message;
mod paint;
mod quote;
mod series;
mod table;
mod words;

pub use complaint::render as complaint;
pub use diff::{unified, unified_file, unified_plan};
pub use encoded::Encoded;
pub use message::{Digested, Messages};
pub use series::{mail, quilt};
pub use table::{Ending, View, table};
pub use words::{count, expected, verdict};
