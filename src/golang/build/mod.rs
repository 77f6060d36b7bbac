//! golang/build
pub mod constraints;
pub mod header;
pub mod modfile;
pub mod paths;
