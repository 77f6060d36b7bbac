use super::Bytes;
use super::build::{included, is_whole};
use crate::language::Language;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::thread;
use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

/// The parser lets go of its own stack by recursion, where code can be read in several ways, and it may do so once for
/// each token. A call takes some hundred bytes.
const CALL: usize = 192;
/// Files up to this size are parsed on any stack.
const SMALL: usize = 8 << 10;
/// What a parser needs beside that.
const BASE: usize = 1 << 20;

thread_local! {
    /// A parser for each thread: what it has allocated serves all files.
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

/// The grammar's tree of some parts of a file, parsed on a stack that is deep enough for any file of that size. Memory
/// for it is taken only as far as it is used. `strict` has it end without a tree where the grammar is at a loss.
pub(super) fn tree(language: Language, bytes: &[u8], parts: &[Bytes], strict: bool) -> Option<Tree> {
    let ranges: Vec<_> = if is_whole(parts, bytes.len()) { Vec::new() } else { parts.iter().map(included).collect() };
    let parse = || {
        PARSER.with_borrow_mut(|parser| {
            parser.set_language(&language.grammar()).ok()?;
            // None means the whole file.
            parser.set_included_ranges(&ranges).ok()?;
            if !strict {
                return parser.parse(bytes, None);
            }
            let stop =
                |state: &ParseState| if state.has_error() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            let (mut read, mut stop) = (|at: usize, _| bytes.get(at..).unwrap_or_default(), stop);
            let tree =
                parser.parse_with_options(&mut read, None, Some(ParseOptions::new().progress_callback(&mut stop)));
            // What was broken off would be gone on with.
            parser.reset();
            tree
        })
    };
    let size: usize = parts.iter().map(|part| part.len()).sum();
    if size <= SMALL {
        return parse();
    }
    let stack = BASE + size.saturating_mul(CALL);
    thread::scope(|scope| thread::Builder::new().stack_size(stack).spawn_scoped(scope, parse).ok()?.join().ok()?)
}
