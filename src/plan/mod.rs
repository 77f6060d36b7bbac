//! Sites into verdicts and edits: the whole run as a value, before anything is written.

mod options;
mod report;

pub use options::Options;
pub use report::*;
