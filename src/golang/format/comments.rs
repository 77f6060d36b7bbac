//! Comments: which belong together, and how the lines of a long one are indented.

use super::spacing::Index;
use crate::source::Bytes;

/// A run of comments that belong together.
pub(crate) struct Group {
    /// The numbers of its comments.
    pub comments: std::ops::Range<usize>,
    /// Whether a line ends in it.
    pub ends_line: bool,
}

/// Comments that follow each other closely belong together.
pub(crate) fn groups(index: &Index<'_>) -> Vec<Group> {
    let source = index.source;
    let mut groups: Vec<Group> = Vec::new();
    let mut end_line = 0;
    let mut reach = 0;
    let mut stop_before = usize::MAX;
    for (i, comment) in source.comments.iter().enumerate() {
        let (from, to) =
            (source.lines.line(comment.bytes.start), source.lines.line(comment.bytes.end.saturating_sub(1)));
        let text = &source.bytes[comment.bytes.clone()];
        let ends_line = text.starts_with(b"//") || from < to;
        let before = index.stops.partition_point(|s| s.bytes.start < comment.bytes.start);
        match groups.last_mut().filter(|_| before == stop_before && from <= end_line + reach) {
            Some(group) => {
                group.ends_line |=
                    ends_line || source.lines.line(source.comments[group.comments.start].bytes.start) != from;
                group.comments.end = i + 1;
            }
            None => {
                groups.push(Group { comments: i..i + 1, ends_line });
                // Behind a token on its line, the group ends with the line.
                let trails = before > 0 && before != stop_before && index.end_line(before - 1) == from;
                reach = usize::from(!trails);
            }
        }
        (end_line, stop_before) = (to, before);
    }
    groups
}

/// The lines of a comment between `/*` and `*/`: where the text of each is, and the white space before it.
pub(crate) fn comment_lines(source: &[u8], comment: Bytes, indents: bool) -> Vec<(Bytes, Vec<u8>)> {
    let mut lines: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut at = comment.start;
    for (i, line) in source[comment].split(|&b| b == b'\n').enumerate() {
        let mut text = line.to_vec();
        if i > 0 && indents {
            text.splice(0..0, *b"   ");
        }
        lines.push((at + line.len(), text));
        at += line.len() + 1;
    }
    let mut texts: Vec<Vec<u8>> = lines.iter().map(|l| l.1.clone()).collect();
    strip_common_prefix(&mut texts);
    lines
        .into_iter()
        .zip(texts)
        .map(|((end, original), text)| {
            let blanks = |t: &[u8]| t.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let kept = text.trim_ascii_end().len();
            let trimmed = original.len() - original.trim_ascii_end().len();
            let start = end - (original.len() - blanks(&original));
            if kept == 0 {
                return (end..end, Vec::new());
            }
            (start..end - trimmed, text[..blanks(&text)].to_vec())
        })
        .collect()
}

/// Takes the common indentation from all lines but the first.
fn strip_common_prefix(lines: &mut [Vec<u8>]) {
    let [first, middle @ .., last] = lines else { return };
    let is_blank = |line: &[u8]| line.iter().all(|b| *b <= b' ');
    let mut prefix: Option<Vec<u8>> = None;
    for line in middle.iter_mut() {
        if is_blank(line) {
            line.clear();
        } else {
            prefix = Some(common_prefix(prefix.as_deref().unwrap_or(line), line));
        }
    }
    let mut prefix = prefix.unwrap_or_else(|| common_prefix(last, last));
    let mut stars = false;
    if let Some(star) = prefix.iter().position(|b| *b == b'*') {
        prefix.truncate(star);
        if prefix.last() == Some(&b' ') {
            prefix.pop();
        }
        stars = true;
    } else if is_blank(first.get(2..).unwrap_or_default()) {
        let before = prefix.len();
        while prefix.last() == Some(&b' ') && before - prefix.len() < 3 {
            prefix.pop();
        }
        if prefix.len() == before && prefix.last() == Some(&b'\t') {
            prefix.pop();
        }
    } else {
        let blanks: Vec<u8> = first[2..].iter().copied().take_while(|b| *b <= b' ').collect();
        let suffix = if blanks.first() == Some(&b'\t') { blanks } else { [&b"  "[..], &blanks].concat() };
        if prefix.ends_with(&suffix) {
            prefix.truncate(prefix.len() - suffix.len());
        }
    }
    let closing = last.windows(2).position(|w| w == b"*/").unwrap_or(0);
    if is_blank(&last[..closing]) {
        *last = [&prefix[..], if stars { b" */" } else { b"*/" }].concat();
    } else {
        prefix = common_prefix(&prefix, last);
    }
    for line in middle.iter_mut().chain([last]).filter(|l| !l.is_empty()) {
        line.drain(..prefix.len().min(line.len()));
    }
}

fn common_prefix(a: &[u8], b: &[u8]) -> Vec<u8> {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b && (**a <= b' ' || **a == b'*'));
    same.map(|(a, _)| *a).collect()
}
