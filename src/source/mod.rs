//! One file as bytes and as a tree of tokens.
//!
//! The grammar's tree is copied into a flat [`Source`]: the tokens in order, the nodes as token ranges, the
//! lists with their items. Comments, optional semicolons and trailing commas are kept beside the tokens, not
//! among them, so that two spellings of the same code have the same tokens. Everything after this room works
//! on token positions: position `p` is the gap before token `p`.

pub mod attachment;
pub mod commas;
pub mod edit;
pub mod groups;
pub mod limits;
pub mod line_ends;
pub mod lines;
pub mod offset_map;
pub mod parse;
pub mod parse_error;
pub mod parts;
pub mod tree;
pub mod uses;
pub mod version;
pub mod front_end;
pub mod loop_macros;
pub mod memo;
pub mod spans;
pub mod word_index;

pub use attachment::{Attachment, Stand};
pub use memo::Derived;
pub use edit::{Edit, Overlap, apply_edits, sort_edits};
pub use groups::Groups;
pub use limits::Limits;
pub use lines::{LineEnding, Lines};
pub use offset_map::{OffsetMap, places_of};
pub use parse_error::ParseError;
pub use tree::{Comment, Gap, Item, List, ListId, Node, NodeId, Source, Token};
pub use version::Version;

pub use crate::language::text_start;

/// A range of token positions.
pub type Tokens = std::ops::Range<usize>;
/// A range of byte offsets.
pub type Bytes = std::ops::Range<usize>;
