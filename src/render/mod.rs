//! A plan as text: a unified diff, a table of verdicts, JSON. Values in, bytes out; nothing is printed here.

pub mod diff;
pub mod encoded;
pub mod json;
pub mod mbox;
pub mod message;
pub mod paint;
pub mod quote;
pub mod series;
pub mod table;
pub mod visible;
pub mod words;
pub mod wrap;
pub mod diagnostic;

pub use diagnostic::{render as complaint, render_in as complaint_in};
pub use diff::{unified, unified_file, unified_plan};
pub use encoded::Encoded;
pub use message::{Digested, Messages};
pub use series::{mail, quilt};
pub use table::{Ending, View, table};
pub use visible::{is_hidden, visible, visible_bytes, visible_colored, visible_line};
pub use words::count;
pub use wrap::{wrap, wrap_lines};
