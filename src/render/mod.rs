//! A plan as text: a unified diff, a table of verdicts, JSON. Values in, bytes out; nothing is printed here.

mod diagnostic;
mod diff;
mod encoded;
pub mod json;
mod mbox;
mod message;
mod paint;
mod quote;
mod series;
mod table;
mod visible;
mod words;
mod wrap;

pub use diagnostic::render as diagnostic;
pub use diagnostic::render_in as diagnostic_in;
pub use diagnostic::render_in;
pub use diff::{unified, unified_file, unified_plan};
pub use encoded::Encoded;
pub use message::{Digested, Messages};
pub(crate) use paint::{BAD, CARE, DIM, GOOD, Paint, STRONG, clean};
pub use series::{mail, quilt};
pub use table::{Ending, View, table};
pub use visible::{is_hidden, visible, visible_bytes, visible_colored, visible_line};
pub use words::count;
pub use wrap::{wrap, wrap_lines};
