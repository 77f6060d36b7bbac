//! One reading of the file, before and after.

use super::chain::{Chains, LinkId, Place};
use super::model::Change;
use super::shown::By;
use super::twins::{Pairs, Twins};
use crate::source::Bytes;
use std::cell::RefCell;

/// One reading of the file, before and after.
pub(crate) struct View<'a> {
    pub change: Change<'a>,
    pub before: Chains,
    pub after: Chains,
    pub twins: Twins,
    pub pairs: &'a Pairs,
    pub by: By,
    /// With which branches of conditionals it is read, in words.
    pub choice: String,
    /// A token that ends up elsewhere, but within a syntax error.
    pub torn: &'a RefCell<Option<Bytes>>,
}

/// A token that does not come out as the body says: what is around it before and after, without what the body shows,
/// the outermost first.
pub(crate) struct Torn<'a> {
    pub token: &'a Place,
    pub old: Vec<LinkId>,
    pub new: Vec<LinkId>,
}
