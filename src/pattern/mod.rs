//! Bodies compiled: what the author drew as a diff, as two runs of elements and the changes between them.
//!
//! A fragment is read by the language's own grammar, with placeholders for holes and ellipses, and then kept as
//! the run of its tokens. The grammar's tree is used for three things only: which separators are between
//! tokens, which list an ellipsis belongs to, and what the whole fragment is. The kinds of the nodes inside are
//! forgotten on purpose: grammars give the same code different kinds in different places (`f(x)` is a call, a
//! conversion, a macro, a declaration), and a pattern that remembers them finds nothing and says nothing.

mod compile;
mod edit_script;
mod element;
mod elements;
mod framed;
mod frames;
mod names;
mod removed;
mod rows;
mod side_text;
mod words;

pub use compile::{Compiled, Pattern, Spelling, Variant, compile_fragment, compile_hunk};
pub use edit_script::{Change, Deleted, Inserted};
pub use element::{Element, Part, Piece, Reach, Root, Side};
pub use names::{HoleId, HoleName, Names};
pub use removed::{Form, Removed, Trace};
pub use rows::{Pairs, pair};
pub use words::Required;
