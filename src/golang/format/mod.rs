//! gofmt's white space: columns, indentation, and the blanks around operators.
//!
//! The layout of a file is computed as gofmt does it: the tree says which white space it wants between any two
//! tokens (`layout`), the comments are set among it (`print`), and columns get their widths (`tabs`).
//! What differs from the file becomes edits, of the touched sections only.

mod blocks;
mod comments;
mod printer;
mod rules;
mod sections;
mod spacing;
mod tabwriter;
mod touched;

use crate::source::{Bytes, Edit, LineEnding, Source};
use blocks::{blocks, moved};
use printer::Page;
use sections::{Sections, between_brackets, sections};
use spacing::Index;
use std::sync::Arc;
use touched::Written;

/// The edits of white space that give the sections of the touched ranges gofmt's layout.
///
/// A section is the touched lines, the lines beside them, and all lines that share columns with one of these; with a
/// touched bracket also what is between it and its other half. Where text was deleted, the range is empty. Nothing is changed in a file with syntax errors.
pub fn align(source: &Source, touched: &[Bytes]) -> Vec<Edit> {
    let laid = page(source);
    let Some(page) = &*laid else { return Vec::new() };
    let mut marked = sections(source, page, touched);
    between_brackets(source, page, touched, &mut marked);
    differences(source, page).into_iter().filter(|d| d.is_in(&marked)).map(|d| d.edit).collect()
}

/// Whether the whole file has gofmt's white space.
pub fn is_clean(source: &Source) -> bool {
    page(source).as_ref().as_ref().is_some_and(|page| differences(source, page).is_empty())
}

/// The edits of white space that keep an edited file in gofmt's layout, as far as it was in it before.
///
/// `edits` made `after` of `before`, and their texts lie at `placed`. If all of `before` was as gofmt lays it out,
/// the end of its last line aside, so is all of `after`. Otherwise the blocks between empty lines of the top level stay
/// as gofmt lays them out that were so; in others the sections that were so do; the rest is left alone. That comes to
/// the same where only some blocks of the file were parsed, with all that the edits touch. Lines come and go beside the
/// edits alone.
pub fn realign(before: &Source, edits: &[Edit], after: &Source, placed: &[Bytes]) -> Vec<Edit> {
    let laid = (page(before), page(after));
    let (Some(old), Some(new)) = (&*laid.0, &*laid.1) else { return Vec::new() };
    // A last line end that is not there is no reason to leave the rest of the file alone; it is not added either.
    let with_last_line_end = |source: &Source, found: Vec<Difference>| {
        let end = source.bytes.len();
        found.into_iter().filter(|d| d.edit.bytes != (end..end)).collect::<Vec<_>>()
    };
    let dirty = with_last_line_end(before, differences(before, old));
    let found = with_last_line_end(after, differences(after, new));
    // Far from what was written columns and indentation may change, and no line may begin or end: where it would, the
    // grammar has read the code in another way than before.
    let lines = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count();
    let written = Written::new(after, placed);
    let keeps_lines = |d: &Difference| {
        lines(&after.bytes[d.edit.bytes.clone()]) == lines(&d.edit.text) || written.is_beside(&d.edit.bytes)
    };
    if dirty.is_empty() {
        return found.into_iter().filter(keeps_lines).map(|d| d.edit).collect();
    }
    let blocks = blocks(before, edits);
    // All of these are in order, and none lies over another of its kind.
    let is_edited = |block: &&Bytes| {
        let next = edits.partition_point(|e| e.bytes.end < block.start);
        edits.get(next).is_some_and(|e| e.bytes.start <= block.end)
    };
    // What is between two blocks belongs to neither.
    let within = |d: &Difference, block: &Bytes| block.start <= d.edit.bytes.start && d.edit.bytes.end <= block.end;
    let is_clean = |block: &&Bytes| {
        let next = dirty.partition_point(|d| d.edit.bytes.start < block.start);
        !dirty.get(next).is_some_and(|d| within(d, block))
    };
    let clean: Vec<Bytes> = blocks.iter().filter(is_edited).filter(is_clean).map(|b| moved(b, edits)).collect();
    let in_clean = |d: &Difference| {
        let next = clean.partition_point(|block| block.end < d.edit.bytes.end);
        clean.get(next).is_some_and(|block| within(d, block))
    };
    let old_sections = Sections::new(before, old);
    let mut dirty_lines: Vec<usize> = dirty.iter().flat_map(|d| [d.lines.0, d.lines.1]).collect();
    dirty_lines.sort_unstable();
    let was_clean = |edit: &&Edit| {
        let lines = old_sections.of(&edit.bytes);
        let next = dirty_lines.partition_point(|&line| line < lines.start);
        dirty_lines.get(next).is_none_or(|&line| line >= lines.end)
    };
    let touched: Vec<Bytes> =
        edits.iter().zip(placed).filter(|(edit, _)| was_clean(edit)).map(|(_, place)| place.clone()).collect();
    let marked = sections(after, new, &touched);
    found.into_iter().filter(|d| (d.is_in(&marked) || in_clean(d)) && keeps_lines(d)).map(|d| d.edit).collect()
}

/// The layout of a file, if it has no syntax errors and is not nested too deeply. It is kept with the file, which is the
/// result of one edit and the beginning of the next.
fn page(source: &Source) -> Arc<Option<Page>> {
    source.layout.get_or(|| {
        let index = source.errors.is_empty().then(|| Index::new(source))?;
        let wishes = rules::lay(&index, 0, 0);
        printer::print(&index, &wishes)
    })
}

/// White space that is not as gofmt writes it, and the lines of the texts around it.
struct Difference {
    edit: Edit,
    lines: (usize, usize),
}

impl Difference {
    fn is_in(&self, marked: &[bool]) -> bool {
        marked[self.lines.0] || marked[self.lines.1]
    }
}

fn differences(source: &Source, page: &Page) -> Vec<Difference> {
    let end = source.bytes.len();
    let lines = &page.columns.line_of;
    let last_line = lines.last().copied().unwrap_or(0);
    let mut found = Vec::new();
    let mut at = source.lines.content_start();
    let stops = page.texts.iter().cloned().chain(std::iter::once(end..end));
    let gaps = page.columns.gaps.iter().chain([&page.columns.tail]);
    for (i, (text, gap)) in stops.zip(gaps).enumerate() {
        let was = at..text.start;
        at = text.end;
        let wanted = with_ending(gap, source.lines.ending());
        if was.start > was.end || source.bytes[was.clone()] == wanted {
            continue;
        }
        if source.bytes[was.clone()].iter().any(|b| !b.is_ascii_whitespace() && *b != b';') {
            continue;
        }
        let around = (lines.get(i.wrapping_sub(1)).copied().unwrap_or(0), lines.get(i).copied().unwrap_or(last_line));
        found.push(Difference { edit: Edit::new(was, wanted), lines: around });
    }
    found
}

fn with_ending(gap: &[u8], ending: LineEnding) -> Vec<u8> {
    match ending {
        LineEnding::Lf => gap.to_vec(),
        LineEnding::CrLf => {
            gap.iter().flat_map(|b| if *b == b'\n' { &b"\r\n"[..] } else { std::slice::from_ref(b) }).copied().collect()
        }
    }
}
