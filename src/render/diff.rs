use super::paint::Paint;
use super::visible::visible_bytes;
use crate::report::{FileChange, Plan};
use crate::threads;
use anstyle::{AnsiColor, Style};
use rayon::prelude::*;
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// More pairs of lines than this are not compared word by word.
const PAIRS: usize = 10_000;

/// So many files are compared at a time.
const FILES: usize = 256;

const HEAD: Style = Style::new().bold();
const HUNK: Style = AnsiColor::Cyan.on_default();
const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();

/// The changes as one diff in git's style, which `git apply` and `patch -p1` accept in the root. With `color` it is
/// for eyes only: changed words are marked, what is hidden is written out.
pub fn unified(changes: &[FileChange], color: bool) -> Vec<u8> {
    changes.iter().flat_map(|change| unified_file(change, color)).collect()
}

/// The changes of a plan as such a diff.
pub fn unified_plan(plan: &Plan, color: bool) -> Vec<u8> {
    threads::within(0, || {
        let mut changes = plan.each_change();
        let mut out = Vec::new();
        loop {
            let some: Vec<FileChange> = changes.by_ref().take(FILES).collect();
            if some.is_empty() {
                return out;
            }
            let diffs = some.par_iter().with_max_len(1).map(|change| unified_file(change, color));
            out.extend(diffs.collect::<Vec<_>>().into_iter().flatten());
        }
    })
}

/// One file's part of [`unified`].
pub fn unified_file(change: &FileChange, color: bool) -> Vec<u8> {
    let mut out = Writer { out: Vec::new(), paint: Paint { on: color } };
    let (a, b) = (quoted("a/", &change.path), quoted("b/", &change.path));
    out.line(HEAD, &[b"diff --git ", a.as_slice(), b" ", b.as_slice()].concat());
    if change.before.is_none() {
        out.line(HEAD, b"new file mode 100644");
    }
    let old = lines(change.before.as_deref().unwrap_or_default());
    let new = lines(&change.after);
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let groups = group_diff_ops(ops, CONTEXT);
    if groups.is_empty() {
        return out.out;
    }
    // A name with blanks ends in a tab, or `patch` would stop reading at the blank.
    let tab = |name: Vec<u8>| if name.contains(&b' ') { [name.as_slice(), b"\t"].concat() } else { name };
    let a = if change.before.is_none() { b"/dev/null".to_vec() } else { tab(a) };
    out.line(HEAD, &[b"--- ", a.as_slice()].concat());
    out.line(HEAD, &[b"+++ ", tab(b).as_slice()].concat());
    for group in &groups {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let span = |first: Range<usize>, last: Range<usize>| range(first.start..last.end);
        let head = format!(
            "@@ -{} +{} @@",
            span(first.old_range(), last.old_range()),
            span(first.new_range(), last.new_range())
        );
        out.line(HUNK, head.as_bytes());
        for op in group {
            out.op(op, &old, &new);
        }
    }
    out.out
}

/// `start,count` as diffs count: 1-based, the count left out if it is 1, the line before if there is none.
fn range(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        n => format!("{},{n}", lines.start + 1),
    }
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|&b| b == b'\n').collect()
}

/// A file name as git writes it: in quotes, with escapes, if it holds anything but plain characters.
fn quoted(prefix: &str, path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_bytes();
    let mut out = Vec::with_capacity(bytes.len() + 4);
    out.extend_from_slice(prefix.as_bytes());
    let mut plain = true;
    for &byte in bytes {
        let escape = match byte {
            b'"' | b'\\' => Some(byte),
            0x07 => Some(b'a'),
            0x08 => Some(b'b'),
            b'\t' => Some(b't'),
            b'\n' => Some(b'n'),
            0x0b => Some(b'v'),
            0x0c => Some(b'f'),
            b'\r' => Some(b'r'),
            _ => None,
        };
        match (escape, byte) {
            (Some(letter), _) => out.extend_from_slice(&[b'\\', letter]),
            (None, 0x20..=0x7e) => out.push(byte),
            (None, _) => out.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
        }
        plain &= escape.is_none() && (0x20..=0x7e).contains(&byte);
    }
    if plain { out } else { [b"\"", out.as_slice(), b"\""].concat() }
}

struct Writer {
    out: Vec<u8>,
    paint: Paint,
}

impl Writer {
    fn op(&mut self, op: &DiffOp, old: &[&[u8]], new: &[&[u8]]) {
        match *op {
            DiffOp::Equal { old_index, len, .. } => {
                old[old_index..old_index + len].iter().for_each(|line| self.row(b' ', line, &[]));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                old[old_index..old_index + old_len].iter().for_each(|line| self.row(b'-', line, &[]));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                new[new_index..new_index + new_len].iter().for_each(|line| self.row(b'+', line, &[]));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let old = &old[old_index..old_index + old_len];
                let new = &new[new_index..new_index + new_len];
                let marks = if self.paint.on { Marks::of(old, new) } else { Marks::default() };
                for (i, line) in old.iter().enumerate() {
                    self.row(b'-', line, marks.old.get(i).map_or(&[], Vec::as_slice));
                }
                for (i, line) in new.iter().enumerate() {
                    self.row(b'+', line, marks.new.get(i).map_or(&[], Vec::as_slice));
                }
            }
        }
    }

    /// One line of a hunk; `marks` are the bytes that changed within it.
    fn row(&mut self, sign: u8, line: &[u8], marks: &[Range<usize>]) {
        let (text, ended) = match line.strip_suffix(b"\n") {
            Some(text) => (text, true),
            None => (line, false),
        };
        if self.paint.on {
            self.colored(sign, text, marks);
        } else {
            self.out.push(sign);
            self.out.extend_from_slice(text);
        }
        self.out.push(b'\n');
        if !ended {
            self.line(Style::new(), b"\\ No newline at end of file");
        }
    }

    fn colored(&mut self, sign: u8, text: &[u8], marks: &[Range<usize>]) {
        let style = match sign {
            b'-' => OLD,
            b'+' => NEW,
            _ => Style::new(),
        };
        let mut at = 0;
        self.start(style);
        self.out.push(sign);
        for mark in marks {
            let mark = mark.start.min(text.len())..mark.end.min(text.len());
            self.visible(&text[at..mark.start]);
            self.start(style.invert());
            self.visible(&text[mark.clone()]);
            self.stop(style);
            self.start(style);
            at = mark.end;
        }
        self.visible(&text[at..]);
        self.stop(style);
    }

    /// Bytes for a terminal: what is hidden is written out.
    fn visible(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(&visible_bytes(bytes));
    }

    fn line(&mut self, style: Style, text: &[u8]) {
        self.start(style);
        self.out.extend_from_slice(text);
        self.stop(style);
        self.out.push(b'\n');
    }

    fn start(&mut self, style: Style) {
        if self.paint.on {
            self.out.extend_from_slice(style.render().to_string().as_bytes());
        }
    }

    fn stop(&mut self, style: Style) {
        if self.paint.on {
            self.out.extend_from_slice(style.render_reset().to_string().as_bytes());
        }
    }
}

/// The bytes that changed within lines, for each line of the old and of the new side.
#[derive(Default)]
struct Marks {
    old: Vec<Vec<Range<usize>>>,
    new: Vec<Vec<Range<usize>>>,
}

impl Marks {
    /// Pairs the lines of the two sides, in order and by what they share, and compares the words of each pair.
    fn of(old: &[&[u8]], new: &[&[u8]]) -> Marks {
        let mut marks = Marks { old: vec![Vec::new(); old.len()], new: vec![Vec::new(); new.len()] };
        if old.len().saturating_mul(new.len()) > PAIRS {
            return marks;
        }
        let old_words: Vec<_> = old.iter().map(|line| words(line)).collect();
        let new_words: Vec<_> = new.iter().map(|line| words(line)).collect();
        let mut next = 0;
        for (i, left) in old_words.iter().enumerate() {
            let compared = (next..new_words.len()).map(|j| (j, compare(left, &new_words[j])));
            // Of equally close lines the first: `max_by_key` gives the last.
            let best = compared.rev().max_by_key(|(_, c)| c.shared);
            if let Some((j, comparison)) = best.filter(|(_, c)| c.shared >= 40) {
                marks.old[i] = comparison.old;
                marks.new[j] = comparison.new;
                next = j + 1;
            }
        }
        marks
    }
}

struct Comparison {
    /// How much of the two lines is the same, in percent.
    shared: usize,
    old: Vec<Range<usize>>,
    new: Vec<Range<usize>>,
}

fn compare(old: &[&[u8]], new: &[&[u8]]) -> Comparison {
    let mut result = Comparison { shared: 0, old: Vec::new(), new: Vec::new() };
    let bytes = |words: &[&[u8]]| words.iter().map(|w| w.len()).sum::<usize>();
    let mut same = 0;
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        let (left, right) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            same += old[left].iter().filter(|w| !w.trim_ascii().is_empty()).map(|w| w.len()).sum::<usize>();
            continue;
        }
        for (words, range, marks) in [(old, left, &mut result.old), (new, right, &mut result.new)] {
            if !range.is_empty() {
                marks.push(bytes(&words[..range.start])..bytes(&words[..range.end]));
            }
        }
    }
    let solid = |words: &[&[u8]]| words.iter().filter(|w| !w.trim_ascii().is_empty()).map(|w| w.len()).sum::<usize>();
    result.shared = same * 200 / (solid(old) + solid(new)).max(1);
    result
}

/// Cuts a line into names and numbers, blanks, and single marks.
fn words(line: &[u8]) -> Vec<&[u8]> {
    let class = |b: u8| match b {
        b'_' | 0x80.. => 0,
        b if b.is_ascii_alphanumeric() => 0,
        b' ' | b'\t' => 1,
        _ => 2,
    };
    line.strip_suffix(b"\n").unwrap_or(line).chunk_by(|&a, &b| class(a) == class(b) && class(a) != 2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, before: Option<&str>, after: &str) -> FileChange {
        FileChange { path: path.into(), before: before.map(Into::into), after: after.into() }
    }

    fn text(change: FileChange) -> String {
        String::from_utf8(unified(&[change], false)).unwrap()
    }

    #[test]
    fn a_change_is_a_hunk_with_three_lines_of_context() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let diff = text(change("a/b.go", Some(before), &before.replace('5', "five")));
        let expected = "diff --git a/a/b.go b/a/b.go\n--- a/a/b.go\n+++ b/a/b.go\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(diff, expected);
    }

    #[test]
    fn a_new_file_comes_from_dev_null() {
        let diff = text(change("n.c", None, "int n;\n"));
        let expected =
            "diff --git a/n.c b/n.c\nnew file mode 100644\n--- /dev/null\n+++ b/n.c\n@@ -0,0 +1 @@\n+int n;\n";
        assert_eq!(diff, expected);
    }

    #[test]
    fn a_missing_line_end_is_said() {
        let diff = text(change("n.c", Some("a"), "b\n"));
        assert!(diff.ends_with("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n"), "{diff}");
    }

    #[test]
    fn names_are_quoted_as_git_does() {
        assert_eq!(quoted("a/", Path::new("plain-name.go")), b"a/plain-name.go");
        assert_eq!(quoted("a/", Path::new("two words.go")), b"a/two words.go");
        assert_eq!(quoted("a/", Path::new("q\"\\\t\n.go")), br#""a/q\"\\\t\n.go""#);
        assert_eq!(quoted("b/", Path::new("ä.go")), br#""b/\303\244.go""#);
        assert!(
            text(change("two words.go", Some("a\n"), "b\n")).contains("--- a/two words.go\t\n+++ b/two words.go\t\n")
        );
    }

    #[test]
    fn colours_mark_the_words_that_changed() {
        let diff = unified(&[change("a.go", Some("const x int64 = 1\n"), "const x int32 = 1\n")], true);
        let diff = String::from_utf8(diff).unwrap();
        let marked = |style: Style| format!("{}", style.invert().render());
        assert!(diff.contains(&format!("{}int64", marked(OLD))), "{diff:?}");
        assert!(diff.contains(&format!("{}int32", marked(NEW))), "{diff:?}");
    }

    #[test]
    fn colours_let_no_control_character_through() {
        let diff = unified(&[change("a.go", Some("a\x1b]0;title\x07\r\n"), "b\r\n")], true);
        let diff = String::from_utf8(diff).unwrap();
        assert!(diff.contains("a^[]0;title^G^M") && diff.contains("b^M"), "{diff:?}");
    }
}
