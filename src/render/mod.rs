//! A plan as text: a unified diff, a table of verdicts, JSON. Values in, bytes out; nothing is printed here.

mod complaint;
mod diff;
mod encoded;
pub mod json;
mod mbox;
mod message;
mod paint;
mod quote;
mod rebase;
mod rebase_data;
mod series;
mod table;
mod visible;
mod words;
mod wrap;

pub use complaint::{render as complaint, render_in as complaint_in};
pub use diff::{unified, unified_file, unified_plan};
pub use encoded::Encoded;
pub use message::{Digested, Messages};
pub use rebase::rebased;
pub use rebase_data::{RebaseFacts, RebaseRun};
pub use series::{mail, quilt};
pub use table::{Ending, View, table};
pub use visible::{is_hidden, visible, visible_bytes, visible_colored, visible_line};
pub use words::{count, expected, verdict};
pub use wrap::{wrap, wrap_lines};
