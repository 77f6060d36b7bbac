use super::Bytes;
use super::edit::Edit;
use super::parse_error::ParseError;
use super::parts::is_whole;
use crate::language::Language;
use crate::threads;
use std::cell::RefCell;
use std::io;
use std::ops::ControlFlow;
use std::thread;
use tree_sitter::{InputEdit, ParseOptions, ParseState, Parser, Point, Range, Tree};

/// The parser lets go of its own stack by recursion, where code can be read in several ways, and it may do so once for
/// each token. A call takes some hundred bytes.
const CALL: usize = 192;
/// Files up to this size are parsed on any stack.
const SMALL: usize = 8 << 10;
/// What a parser needs beside that.
const BASE: usize = 1 << 20;

/// The parser tells how far it is after so many steps.
const TELLS: usize = 100;
/// The most steps of the parser for each byte, and for any file. Real code needs 2 for each byte, code that is nested as
/// deep as it can be 8.
const STEPS: (usize, usize) = (30, 100_000);
/// The most steps that it may take where it makes no sense of anything: each of them walks through what it has skipped.
/// Of real files that it cannot read well, the worst need 17,000, a megabyte of noise more than a million.
const LOST: usize = 200_000;

/// After more edits a file is parsed anew: telling a tree of one edit may take a walk from its root to its deepest leaf.
const MOST: usize = 16;

thread_local! {
    /// A parser for each thread: what it has allocated serves all files.
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

/// How a file is parsed.
#[derive(Clone, Copy)]
pub(crate) enum How<'a> {
    Anew,
    /// From an older tree, which knows what was edited.
    After(&'a Tree),
    /// Without a tree where the grammar is at a loss.
    Strictly,
}

/// The grammar's tree of a file that was edited, made of what the edits leave of the tree before. Nothing where they are
/// many, or where either tree has an error: then what the parser makes of it depends on where it begins.
pub(crate) fn edited(language: Language, old: &Tree, edits: &[Edit], bytes: &[u8], parts: &[Bytes]) -> Option<Tree> {
    if edits.len() > MOST || old.root_node().has_error() {
        return None;
    }
    let mut old = old.clone();
    // The last one first, so that those before it lie where they say.
    for Edit { bytes, text } in edits.iter().rev() {
        let new_end = bytes.start + text.len();
        old.edit(&InputEdit {
            start_byte: bytes.start,
            old_end_byte: bytes.end,
            new_end_byte: new_end,
            start_position: point(bytes.start),
            old_end_position: point(bytes.end),
            new_end_position: point(new_end),
        });
    }
    tree(language, bytes, parts, How::After(&old)).ok().filter(|tree| !tree.root_node().has_error())
}

/// The grammar's tree of some parts of a file, parsed on a stack that is deep enough for any file of that size. Memory
/// for it is taken only as far as it is used.
pub(crate) fn tree(language: Language, bytes: &[u8], parts: &[Bytes], how: How<'_>) -> Result<Tree, ParseError> {
    let ranges: Vec<_> = if is_whole(parts, bytes.len()) { Vec::new() } else { parts.iter().map(range).collect() };
    let size: usize = parts.iter().map(|part| part.len()).sum();
    let parse = || {
        PARSER.with_borrow_mut(|parser| {
            parser.set_language(&language.grammar()?).ok()?;
            // None means the whole file.
            parser.set_included_ranges(&ranges).ok()?;
            let (old, strict) = match how {
                How::Anew => (None, false),
                How::After(old) => (Some(old), false),
                How::Strictly => (None, true),
            };
            bounded(parser, bytes, old, size, strict)
        })
    };
    let stack = BASE + size.saturating_mul(CALL);
    let tree = if size <= SMALL || stack <= threads::room() {
        parse()
    } else {
        let no_thread = |e: io::Error| ParseError::NoThread { megabytes: stack.div_ceil(1 << 20), why: e.to_string() };
        let joined = thread::scope(|scope| {
            let thread = thread::Builder::new().stack_size(stack).spawn_scoped(scope, parse).map_err(no_thread)?;
            Ok(thread.join())
        })?;
        joined.ok().flatten()
    };
    tree.ok_or(ParseError::GaveUp(language.name()))
}

/// Parses until more steps are taken than any code needs, or, strictly, up to the first error.
fn bounded(parser: &mut Parser, bytes: &[u8], old: Option<&Tree>, size: usize, strict: bool) -> Option<Tree> {
    let most = size.saturating_mul(STEPS.0).saturating_add(STEPS.1);
    let (mut steps, mut lost) = (0, 0);
    let mut go_on = |state: &ParseState| {
        steps += TELLS;
        lost += if state.has_error() { TELLS } else { 0 };
        let stop = steps > most || lost > LOST || strict && lost > 0;
        if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut read = |at: usize, _| bytes.get(at..).unwrap_or_default();
    let tree = parser.parse_with_options(&mut read, old, Some(ParseOptions::new().progress_callback(&mut go_on)));
    // What was broken off would be gone on with.
    parser.reset();
    tree
}

/// A part as the parser takes it.
fn range(part: &Bytes) -> Range {
    let (start_point, end_point) = (point(part.start), point(part.end));
    Range { start_byte: part.start, end_byte: part.end, start_point, end_point }
}

/// Rows and columns are only handed through to nodes, where nobody asks for them.
fn point(byte: usize) -> Point {
    Point { row: 0, column: byte }
}
