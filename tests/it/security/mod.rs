//! Every known way by which a patchset or a tree of somebody else could lead out of the root or into git's own files.

#![allow(clippy::unwrap_used)]

mod ground;
mod hidden;
mod links;
mod names;
mod output;
mod published;
mod repositories;
mod together;
