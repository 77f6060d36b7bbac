//! golang/types
pub mod checker;
pub mod constant;
pub mod declarations;
pub mod expr;
pub mod names;
pub mod packages;
pub mod query;
pub mod scopes;
pub mod sizes;
pub mod stdlib;
pub mod tags;
pub mod ty;
