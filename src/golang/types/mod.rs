//! golang/types

mod checker;
mod constant;
mod declarations;
mod expr;
mod inference;
mod lookup;
mod members;
mod names;
mod packages;
mod query;
mod scopes;
mod sizes;
mod stdlib;
mod tags;
mod ty;

pub use checker::{Entity, Field, Go, Member, first_word, only_child};
pub use declarations::{File, FileId, receiver, text};
pub use names::{Scope, is_qualifier, is_used};
pub use packages::{World, has_word};
pub use query::{View, fits, has_type};
pub use scopes::Decl;
pub use sizes::{Orders, Size, Slot, lay_out, total};
pub use tags::{field_names, tagged_field};
pub use ty::{Basic, Place, Type};
