//! Sites into verdicts and edits: the whole run as a value, before anything is written.

mod report;

pub use report::*;
