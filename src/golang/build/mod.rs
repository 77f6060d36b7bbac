//! golang/build

mod constraints;
mod header;
mod modfile;
mod paths;

pub use constraints::{CONTEXTS, ContextId};
pub use header::Header;
pub use modfile::{Modules, likely_name};
pub use paths::{base, join, relative};
