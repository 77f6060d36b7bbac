//! A file as lines with forms and depths.

use super::form::{depth, form, shown};
use super::headings::Headings;
use crate::source::{Bytes, Source};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

/// A file as lines.
#[derive(Debug)]
pub struct Text {
    bytes: Arc<Vec<u8>>,
    /// What its headings are.
    pub headings: Headings,
    /// The lines in order.
    pub lines: Vec<Line>,
    /// The lines that are not blank, by the hash of their form.
    by_form: HashMap<u64, Vec<usize>>,
    /// For each line the nearest one above of lesser depth.
    headers: Vec<Option<usize>>,
}

/// One line.
#[derive(Debug)]
pub struct Line {
    /// Its bytes without its line end.
    pub bytes: Bytes,
    /// The same without the blanks at its ends.
    pub shown: Bytes,
    /// One past its line end.
    pub next: usize,
    /// Its form, where that is not what it shows.
    form: Option<Box<[u8]>>,
    /// How deep it is; less than 0 for a heading. Blank lines have none.
    pub depth: Option<i32>,
    /// The depth down to which it closes blocks: none for blank lines, and for those at column 0 that begin with `#`.
    pub bar: Option<i32>,
}

impl Line {
    /// Whether nothing is on it.
    pub fn is_blank(&self) -> bool {
        self.shown.is_empty()
    }
}

impl Text {
    /// A file of this name, as lines; made once for each source.
    pub fn of(source: &Source, path: &Path) -> Arc<Text> {
        let headings = Headings::of(path);
        let text = source.layout.get_or(|| Text::new(source.bytes.clone(), headings));
        if text.headings == headings { text } else { Arc::new(Text::new(source.bytes.clone(), headings)) }
    }

    /// Bytes as lines.
    pub fn new(bytes: Arc<Vec<u8>>, headings: Headings) -> Text {
        let mut text = Text { headings, lines: Vec::new(), by_form: HashMap::new(), headers: Vec::new(), bytes };
        let bytes = text.bytes.clone();
        let mut at = crate::source::text_start(&bytes);
        while at < bytes.len() {
            let (end, next) = match memchr::memchr(b'\n', &bytes[at..]) {
                Some(len) => (at + len - usize::from(len > 0 && bytes[at + len - 1] == b'\r'), at + len + 1),
                None => (bytes.len(), bytes.len()),
            };
            text.push(at..end, next);
            at = next;
        }
        text.headers = text.all_headers();
        text
    }

    fn push(&mut self, line: Bytes, next: usize) {
        let content = &self.bytes[line.clone()];
        let inner = shown(content);
        let shown = line.start + inner.start..line.start + inner.end;
        let known = form(content);
        if !shown.is_empty() {
            self.by_form.entry(hash(&known)).or_default().push(self.lines.len());
        }
        let depth = (!shown.is_empty()).then(|| match depth(content) {
            0 => self.headings.level(&known).unwrap_or(0),
            depth => depth,
        });
        let bar = depth.filter(|depth| *depth != 0 || self.bytes[shown.start] != b'#');
        let form = (known.len() != shown.len() || *known != self.bytes[shown.clone()]).then(|| known.into());
        self.lines.push(Line { bytes: line, shown, next, form, depth, bar });
    }

    fn all_headers(&self) -> Vec<Option<usize>> {
        // Those above the line in memory that are headers of something still, the depths rising.
        let mut open: Vec<(i32, usize)> = Vec::new();
        let mut headers = Vec::with_capacity(self.lines.len());
        for (n, line) in self.lines.iter().enumerate() {
            let Some(depth) = line.depth else {
                headers.push(None);
                continue;
            };
            headers.push(open.iter().rev().find(|(other, _)| *other < depth).map(|(_, header)| *header));
            if let Some(bar) = line.bar {
                while open.pop_if(|(other, _)| *other >= bar).is_some() {}
                open.push((bar, n));
            }
        }
        headers
    }

    /// The whole file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of a line without its line end.
    pub fn content(&self, line: usize) -> &[u8] {
        &self.bytes[self.lines[line].bytes.clone()]
    }

    /// The form of a line.
    pub fn form(&self, line: usize) -> &[u8] {
        let line = &self.lines[line];
        line.form.as_deref().unwrap_or(&self.bytes[line.shown.clone()])
    }

    /// The line end of a line; the last one may have none.
    pub fn line_end(&self, line: usize) -> &[u8] {
        &self.bytes[self.lines[line].bytes.end..self.lines[line].next]
    }

    /// The lines of this form, in order.
    pub fn with_form<'a>(&'a self, form: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let known = self.by_form.get(&hash(form)).into_iter().flatten().copied();
        known.filter(move |&line| self.form(line) == form)
    }

    /// The line that a byte is on.
    pub fn line_at(&self, byte: usize) -> usize {
        self.lines.partition_point(|line| line.next <= byte).min(self.lines.len().saturating_sub(1))
    }

    /// The nearest line above of lesser depth.
    pub fn header(&self, line: usize) -> Option<usize> {
        self.headers[line]
    }

    /// The headers of a line, the nearest first.
    pub fn chain(&self, line: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.header(line), |&header| self.header(header))
    }

    /// The lines around some, as far as none has a lesser depth than the least of theirs.
    pub fn block(&self, lines: impl Iterator<Item = usize> + Clone) -> std::ops::Range<usize> {
        let Some(depth) = lines.clone().filter_map(|line| self.lines[line].depth).min() else { return 0..0 };
        let goes_on = |line: &Line| line.bar.is_none_or(|bar| bar >= depth);
        let (first, last) = (lines.clone().min().unwrap_or(0), lines.max().unwrap_or(0));
        let above = self.lines[..first].iter().rev().take_while(|line| goes_on(line)).count();
        let below = self.lines[last + 1..].iter().take_while(|line| goes_on(line)).count();
        first - above..last + 1 + below
    }

    /// Whether a line ends in a backslash, so that the next one continues it.
    pub fn is_continued(&self, line: usize) -> bool {
        self.content(line).ends_with(b"\\")
    }
}

fn hash(form: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    form.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        Text::new(Arc::new(text.as_bytes().to_vec()), Headings::None)
    }

    #[test]
    fn headers_are_the_nearest_lines_above_that_are_less_deep() {
        let text = text("all:\n\ta\n\n\tb\n# x\n\tc\nrest:\n\td\n");
        let headers: Vec<Option<usize>> = (0..8).map(|n| text.header(n)).collect();
        assert_eq!(headers, [None, Some(0), None, Some(0), None, Some(0), None, Some(6)]);
        assert_eq!(text.block([1].into_iter()), 1..6);
    }

    #[test]
    fn line_ends_are_no_part_of_lines() {
        let text = text("\u{feff}a\r\nb\n\r\nc");
        assert_eq!((0..4).map(|n| text.content(n)).collect::<Vec<_>>(), [&b"a"[..], b"b", b"", b"c"]);
        assert_eq!(text.line_end(0), b"\r\n");
        assert_eq!(text.line_end(3), b"");
    }
}
