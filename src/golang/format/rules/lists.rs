//! Lists, whose line breaks are kept, and the columns of their keys.

use super::size;
use super::{ANY_LENGTH, Layout};
use crate::golang::format::spacing::Section;
use crate::golang::format::spacing::Space::{Blank, Break, Feed, Out, Tab};
use crate::language::go_nodes as go;
use crate::source::NodeId;

impl Layout<'_> {
    /// A list without brackets.
    pub(crate) fn expressions(&mut self, id: NodeId, depth: usize, from: Option<usize>, to: Option<usize>) {
        let items = self.children(id);
        if self.list(&items, depth, from, to, true) {
            self.behind(id, Out);
        }
    }

    /// The list in a bracket pair; the closing bracket is on its own line if it did so.
    pub(crate) fn bracketed(&mut self, id: NodeId, items: &[NodeId], depth: usize) {
        let (open, close) = (self.index.first(id), self.index.after(id) - 1);
        let (from, to) = (self.index.line(open), self.index.line(close));
        let due = self.list(items, depth, Some(from), Some(to), true);
        let Some(&last) = items.last() else { return };
        let ellipsis = (self.kind(last) == go::VARIADIC_ARGUMENT).then(|| self.index.after(last) - 1);
        if due {
            self.at(ellipsis.unwrap_or(close), &[Out]);
        }
        if self.index.node_end_line(last) < to {
            self.at(close, &[Feed]);
        }
    }

    /// The items of a list, whose line breaks are kept. `from` and `to` are the lines of what is before and
    /// behind it. Gives whether an indentation is to be taken back.
    pub(crate) fn list(
        &mut self,
        items: &[NodeId],
        depth: usize,
        from: Option<usize>,
        to: Option<usize>,
        indent: bool,
    ) -> bool {
        let (Some(&first), Some(&last)) = (items.first(), items.last()) else { return false };
        items.iter().for_each(|&x| self.set_depth(x, depth));
        let index = self.index;
        if from == Some(index.node_line(first)) && from == Some(index.node_end_line(last)) {
            items.iter().skip(1).for_each(|&x| self.before(x, &[Blank]));
            return false;
        }
        let mut broken = false;
        let mut last_break = None;
        if from.is_some_and(|from| from < index.node_line(first)) && index.lines_before(index.first(first)) > 0 {
            self.before(first, &[Break { least: 0, indent, section: Section::New }]);
            (broken, last_break) = (true, Some(0));
        }
        let mut keys = Keys::default();
        let mut line_before = from;
        for (i, &item) in items.iter().enumerate() {
            let line = index.node_line(item);
            let key = (self.kind(item) == go::KEYED_ELEMENT).then(|| index.source.children(item).next()).flatten();
            let size = match from.and(to).and_then(|_| size::on_one_line(index, item, ANY_LENGTH, self.nested)) {
                Some(_) if key.is_some() => {
                    key.and_then(|k| size::on_one_line(index, k, ANY_LENGTH, self.nested)).unwrap_or(0)
                }
                Some(size) => size,
                None => 0,
            };
            let new_section = keys.ends_columns(size);
            let on_new_line = line_before.is_some_and(|before| before < line);
            if i > 0 {
                let lines = if on_new_line { index.lines_before(index.first(item)).min(2) } else { 0 };
                if lines == 0 {
                    self.before(item, &[Blank]);
                } else {
                    let several = last_break.map_or(0, |b| b + 1) < i;
                    let section = if new_section || several { Section::New } else { Section::Same };
                    self.before(item, &[Break { least: 0, indent: indent && !broken, section }]);
                    (broken, last_break) = (true, Some(i));
                    if lines > 1 || section == Section::New {
                        keys.restart();
                    }
                }
            }
            let mut children = index.source.children(item).skip(1);
            if let Some(value) = children.next().filter(|_| items.len() > 1 && key.is_some() && size > 0 && on_new_line)
            {
                self.before(value, &[Tab]);
                self.columned[item - self.root] = true;
            }
            keys.add(size);
            line_before = Some(line);
        }
        indent && broken
    }
}

/// The sizes of the elements so far, which decide where a new column begins.
#[derive(Default)]
struct Keys {
    before: usize,
    logs: f64,
    count: usize,
}

impl Keys {
    /// Whether an element of this size does not go on with the columns: one of the two does not fit on a
    /// line, or they are large and far from the geometric mean.
    pub(crate) fn ends_columns(&mut self, size: usize) -> bool {
        let before = std::mem::replace(&mut self.before, size);
        if before == 0 || size == 0 {
            return true;
        }
        const SMALL: usize = 40;
        const RATIO: f64 = 2.5;
        if self.count == 0 || before <= SMALL && size <= SMALL {
            return false;
        }
        let ratio = size as f64 / (self.logs / self.count as f64).exp();
        RATIO * ratio <= 1.0 || RATIO <= ratio
    }

    pub(crate) fn restart(&mut self) {
        (self.logs, self.count) = (0.0, 0);
    }

    pub(crate) fn add(&mut self, size: usize) {
        if size > 0 {
            self.logs += (size as f64).ln();
            self.count += 1;
        }
    }
}
