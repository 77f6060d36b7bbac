//! The preprocessor lines of C, read from the lines and not from the tree, and the choices of their branches.

use super::chain::{Chains, Kind, Span};
use crate::language::{Language, PreprocessorLine};
use crate::source::{Bytes, Source};

/// The preprocessor lines in a range of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directives {
    /// The lines, each from its `#` to its end, those it is continued on included.
    pub lines: Vec<Bytes>,
    /// The conditionals, outer ones before inner ones. Empty where the lines do not pair up.
    pub conditionals: Vec<Conditional>,
    /// A line that has none to pair up with.
    pub stray: Option<Bytes>,
}

/// A conditional from `#if` to `#endif`.
#[derive(Clone, Debug)]
pub(crate) struct Conditional {
    /// The lines that open its branches.
    pub branches: Vec<Bytes>,
    /// Where its last line begins.
    pub end: usize,
}

impl Directives {
    /// Reads the lines that begin in some ranges of a file.
    pub fn of(source: &Source, ranges: &[Bytes]) -> Directives {
        let mut out = Directives::default();
        if source.language != Language::C {
            return out;
        }
        // What is opened in one range may be closed in another: between them nothing changes, and all pairs up.
        let mut open: Vec<usize> = Vec::new();
        for range in ranges {
            let mut at = range.start;
            // The last line may go on behind the range.
            while let Some(found) = memchr::memchr(b'#', &source.bytes[at.min(range.end)..range.end]) {
                let begin = at + found;
                at = begin + 1;
                if !begins_line(source, begin) {
                    continue;
                }
                let line = begin..line_end(source, begin);
                at = line.end;
                if !out.take(&source.bytes[line.clone()], &line, &mut open) {
                    out.stray.get_or_insert(line.clone());
                }
                out.lines.push(line);
            }
        }
        out.stray = out.stray.or_else(|| open.last().map(|&c| out.conditionals[c].branches[0].clone()));
        if out.stray.is_some() {
            out.conditionals.clear();
        }
        out
    }

    /// Takes a line in; whether it has one to pair up with, as far as it needs one.
    fn take(&mut self, text: &[u8], line: &Bytes, open: &mut Vec<usize>) -> bool {
        match PreprocessorLine::of(text) {
            PreprocessorLine::If => {
                open.push(self.conditionals.len());
                self.conditionals.push(Conditional { branches: vec![line.clone()], end: line.end });
            }
            PreprocessorLine::ElseIf | PreprocessorLine::Else => match open.last() {
                Some(&last) => self.conditionals[last].branches.push(line.clone()),
                None => return false,
            },
            PreprocessorLine::End => match open.pop() {
                Some(last) => self.conditionals[last].end = line.start,
                None => return false,
            },
            PreprocessorLine::Other => {}
        }
        true
    }

    /// Whether a byte is on one of the lines.
    pub fn holds(&self, byte: usize) -> bool {
        let line = self.lines.partition_point(|l| l.end <= byte);
        self.lines.get(line).is_some_and(|l| l.start <= byte)
    }

    /// The conditionals around each token.
    pub fn chains(&self, source: &Source, ranges: &[Bytes]) -> Chains {
        let mut spans = Vec::new();
        for c in &self.conditionals {
            let starts: Vec<usize> = c.branches.iter().map(|b| b.start).collect();
            spans.push(Span { kind: Kind::Conditional, bytes: starts[0]..c.end, marks: starts.clone() });
            let ends = starts[1..].iter().copied().chain([c.end]);
            spans.extend(starts.iter().zip(ends).map(|(&start, end)| {
                let marks = vec![start];
                Span { kind: Kind::Part, bytes: start..end, marks }
            }));
        }
        let of = |range: &Bytes| source.token_at(range.start)..source.token_at(range.end);
        let code = ranges.iter().flat_map(of).map(|t| source.tokens[t].bytes.clone());
        let code = code.filter(|token| !self.holds(token.start)).map(|token| (token, true));
        let lines = self.lines.iter().map(|line| (line.clone(), false));
        let mut tokens: Vec<(Bytes, bool)> = code.chain(lines).collect();
        tokens.sort_by_key(|(token, _)| token.start);
        Chains::weave(spans, tokens.into_iter())
    }

    /// The file without the conditionals' lines and without all branches but those that are chosen: `choice` gives for
    /// each conditional the line of the branch that stays, if any.
    pub fn blanked(&self, bytes: &[u8], choice: &[Option<usize>]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        let mut blank = |range: Bytes| {
            out[range].iter_mut().filter(|b| !matches!(b, b'\n' | b'\r')).for_each(|b| *b = b' ');
        };
        for (c, selected) in self.conditionals.iter().zip(choice) {
            for (n, line) in c.branches.iter().enumerate() {
                let end = c.branches.get(n + 1).map_or(c.end, |next| next.start);
                blank(if *selected == Some(line.start) { line.clone() } else { line.start..end });
            }
            let last = self.lines.partition_point(|l| l.start < c.end);
            if let Some(line) = self.lines.get(last).filter(|l| l.start == c.end) {
                blank(line.clone());
            }
        }
        out
    }
}

/// Whether nothing but blanks is before a byte on its line, and no comment or literal reaches over its start.
fn begins_line(source: &Source, byte: usize) -> bool {
    let line = source.lines.start(byte);
    let blank = source.bytes[line..byte].iter().all(|b| matches!(b, b' ' | b'\t'));
    let comment = source.comments.partition_point(|c| c.bytes.end <= byte);
    let token = source.tokens.partition_point(|t| t.bytes.end <= byte);
    blank
        && source.comments.get(comment).is_none_or(|c| c.bytes.start > byte)
        && source.tokens.get(token).is_none_or(|t| t.bytes.start >= byte)
}

/// The end of a line with those that it is continued on, by a backslash or by a comment.
fn line_end(source: &Source, byte: usize) -> usize {
    let mut end = source.lines.around(byte, &source.bytes).end;
    loop {
        let open = source.comments.partition_point(|c| c.bytes.end <= end);
        let open = source.comments.get(open).filter(|c| c.bytes.start < end && c.bytes.start >= byte);
        let next = match open {
            Some(comment) => comment.bytes.end,
            None if source.bytes[byte..end].ends_with(b"\\") => source.lines.next(end),
            None => return end,
        };
        if next >= source.bytes.len() || next <= end {
            return end.max(next.min(source.bytes.len()));
        }
        end = source.lines.around(next, &source.bytes).end;
    }
}
