//! One file as bytes and as a tree of tokens.
//!
//! The grammar's tree is copied into a flat [`Source`]: the tokens in order, the nodes as token ranges, the
//! lists with their items. Comments, optional semicolons and trailing commas are kept beside the tokens, not
//! among them, so that two spellings of the same code have the same tokens. Everything after this room works
//! on token positions: position `p` is the gap before token `p`.

mod answer;
mod attachment;
mod commas;
mod edit;
mod front_end;
mod groups;
mod lexed;
mod limits;
mod line_ends;
mod lines;
mod loop_macros;
mod memo;
mod offset_map;
mod parse;
mod parse_error;
mod parts;
mod spans;
mod tree;
mod unclosed;
mod uses;
mod version;
mod word_index;

pub use crate::language::text_start;
pub use answer::Answer;
pub use attachment::{Attachment, Stand};
pub use edit::{Edit, Overlap, apply_edits, sort_edits};
pub use groups::Groups;
pub use lexed::is_blank;
pub use limits::Limits;
pub use lines::{LineEnding, Lines};
pub use memo::Derived;
pub use offset_map::{OffsetMap, places_of};
pub use parse_error::ParseError;
pub(crate) use spans::Spans;
pub use tree::{Comment, Gap, Item, List, ListId, Node, NodeId, Source, Token};
pub use version::Version;

/// A range of token positions.
pub type Tokens = std::ops::Range<usize>;
/// A range of byte offsets.
pub type Bytes = std::ops::Range<usize>;
