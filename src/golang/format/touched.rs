use crate::source::{Bytes, Source};

/// What edits wrote of a file, in whole lines: where lines may begin and end.
pub(crate) struct Written {
    /// Apart from each other, in the file's order.
    lines: Vec<Bytes>,
}

impl Written {
    /// `placed` is where the texts of the edits lie in `after`, in the file's order.
    ///
    /// The end of a declaration counts as written with any byte of it: whether an empty line follows is asked of what
    /// the declaration is, and the `}` that closes it may have been kept from another one.
    pub fn new(after: &Source, placed: &[Bytes]) -> Written {
        let items = after.top().map_or(&[][..], |file| &file.items);
        let spans: Vec<Bytes> = items.iter().map(|item| after.span(&item.tokens)).collect();
        let mut lines: Vec<Bytes> = Vec::new();
        for range in placed {
            let start = after.lines.start(range.start);
            let last = spans.partition_point(|s| s.start < range.end).checked_sub(1).map(|i| &spans[i]);
            let end = last.map_or(range.end, |s| s.end.max(range.end));
            let end = after.lines.around(end, &after.bytes).end;
            match lines.last_mut() {
                Some(before) if start <= before.end => before.end = before.end.max(end),
                _ => lines.push(start..end),
            }
        }
        Written { lines }
    }

    /// Whether these bytes touch what was written.
    pub fn is_beside(&self, bytes: &Bytes) -> bool {
        let next = self.lines.partition_point(|l| l.end < bytes.start);
        self.lines.get(next).is_some_and(|l| l.start <= bytes.end)
    }
}
