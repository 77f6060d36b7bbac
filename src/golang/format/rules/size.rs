//! How wide a node would be on one line.

use super::lay;
use crate::golang::format::spacing::{Index, Space, Stop};
use crate::source::NodeId;

/// The length of a node on one line in gofmt's style, or nothing if it does not fit there.
pub(crate) fn on_one_line(index: &Index<'_>, id: NodeId, limit: usize, nested: usize) -> Option<usize> {
    const DEEPEST: usize = 16;
    let (from, to) = (index.first(id), index.after(id));
    if nested > DEEPEST || from >= to {
        return None;
    }
    // A bracket pair with nothing in it is joined, other line ends stay.
    let joins = |pair: &[Stop]| {
        let text = |stop: &Stop| &index.source.bytes[stop.bytes.clone()];
        pair[0].lines.1 == pair[1].lines.0
            || matches!((text(&pair[0]), text(&pair[1])), (b"(", b")") | (b"[", b"]") | (b"{", b"}"))
    };
    let text = index.length(from..to, limit)?;
    let stops = &index.stops[from..to];
    if !stops.windows(2).all(joins) || stops.iter().any(|s| s.lines.0 < s.lines.1) {
        return None;
    }
    let wishes = lay(index, id, nested + 1);
    let mut size = text;
    for wish in wishes.iter().filter(|w| from < w.stop && w.stop < to) {
        size += match wish.space {
            Space::Blank | Space::Tab => 1,
            Space::In | Space::Out => 0,
            Space::Line | Space::Feed => return None,
            Space::Break { least, .. } if least.max(index.lines_before(wish.stop)) == 0 => 0,
            Space::Break { .. } => return None,
        };
    }
    Some(size).filter(|&s| s <= limit)
}
