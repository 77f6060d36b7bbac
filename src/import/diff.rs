//! Unified diffs as people have them: with git's extended headers or `Index:` lines, several in one file, of any encoding.

use std::path::PathBuf;

/// What a diff does to one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileDiff {
    /// The file before, as the diff names it (nothing stripped off); `None` where it is new.
    pub old: Option<Vec<u8>>,
    /// The file after; `None` where it goes.
    pub new: Option<Vec<u8>>,
    /// The names by which git says that a file is moved or copied, which carry no `a/` and `b/`.
    pub moved: Option<Moved>,
    /// `old mode`, or `deleted file mode`, in git's octal digits.
    pub old_mode: Option<u32>,
    /// `new mode`, or `new file mode`.
    pub new_mode: Option<u32>,
    /// Whether its bytes are not lines: `GIT binary patch`, or `Binary files differ`.
    pub is_binary: bool,
    /// The hunks in order.
    pub hunks: Vec<DiffHunk>,
}

impl FileDiff {
    /// Whether it changes a symlink.
    pub fn is_link(&self) -> bool {
        [self.old_mode, self.new_mode].contains(&Some(0o120_000))
    }

    /// Whether it changes which commit of a submodule is meant.
    pub fn is_submodule(&self) -> bool {
        [self.old_mode, self.new_mode].contains(&Some(0o160_000))
    }

    /// Whether it changes rows of a file.
    pub fn has_rows(&self) -> bool {
        !self.is_binary && !self.hunks.is_empty() && !self.is_link() && !self.is_submodule()
    }
}

/// `rename from` and `rename to`, or `copy from` and `copy to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where it was.
    pub from: Vec<u8>,
    /// Where it is.
    pub to: Vec<u8>,
    /// Whether the first stays.
    pub is_copy: bool,
}

/// One `@@` hunk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffHunk {
    /// The 1-based line of the old file at which it begins; 0 where that is empty.
    pub old_start: usize,
    /// Its rows.
    pub lines: Vec<DiffLine>,
    /// The 1-based line of the patch file on which its `@@` stands.
    pub line: usize,
}

/// One row of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// `b' '`, `b'-'` or `b'+'`.
    pub sign: u8,
    /// The line with its line end, if it has one.
    pub text: Vec<u8>,
}

impl DiffHunk {
    /// The lines of one side.
    pub fn side(&self, sign: u8) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().filter(move |line| line.sign == b' ' || line.sign == sign).map(|line| line.text.as_slice())
    }

    /// The hunk that takes it back.
    pub fn reversed(&self, new_start: usize) -> DiffHunk {
        let turn = |sign| match sign {
            b'-' => b'+',
            b'+' => b'-',
            other => other,
        };
        let lines = self.lines.iter().map(|line| DiffLine { sign: turn(line.sign), text: line.text.clone() });
        DiffHunk { old_start: new_start, lines: lines.collect(), line: self.line }
    }
}

impl FileDiff {
    /// The path that the diff is about, with so many folders taken off; `None` where too little is left, or the path leads
    /// elsewhere.
    pub fn path(&self, strip: usize) -> Option<PathBuf> {
        let old = self.old.as_deref().and_then(|name| stripped(name, strip));
        let new = self.new.as_deref().and_then(|name| stripped(name, strip));
        match &self.moved {
            Some(moved) => path(&moved.to),
            // As `patch` has it: the name of which less is a spelling of the other's backup.
            None => match (old, new) {
                (Some(old), Some(new)) if new.as_os_str().len() > old.as_os_str().len() => Some(old),
                (_, Some(new)) => Some(new),
                (old, None) => old,
            },
        }
    }
}

/// A name without its first folders.
fn stripped(name: &[u8], strip: usize) -> Option<PathBuf> {
    let text = std::str::from_utf8(name).ok()?;
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty()).collect();
    let rest = parts.get(strip..).filter(|rest| !rest.is_empty())?.join("/");
    path(rest.as_bytes())
}

fn path(name: &[u8]) -> Option<PathBuf> {
    let text = std::str::from_utf8(name).ok()?;
    let is_inside = !text.starts_with('/') && text.split('/').all(|part| !matches!(part, "" | "." | ".."));
    is_inside.then(|| PathBuf::from(text))
}

/// Reads a patch file: what stands before its first diff, and the diffs. Fails with a 1-based line and what is wrong there.
pub fn read(bytes: &[u8]) -> Result<(Vec<u8>, Vec<FileDiff>), (usize, String)> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let mut reader = Reader { lines: &lines, at: 0, diffs: Vec::new(), current: None, first: None };
    while reader.at < lines.len() {
        reader.step()?;
    }
    reader.close();
    let head = lines[..reader.first.unwrap_or(lines.len())].concat();
    Ok((head, reader.diffs))
}

struct Reader<'l> {
    lines: &'l [&'l [u8]],
    at: usize,
    diffs: Vec<FileDiff>,
    current: Option<FileDiff>,
    /// The line that the first diff begins on.
    first: Option<usize>,
}

impl Reader<'_> {
    fn step(&mut self) -> Result<(), (usize, String)> {
        let line = trimmed(self.lines[self.at]);
        let next = self.lines.get(self.at + 1).map_or(&b""[..], |next| trimmed(next));
        if let Some(names) = line.strip_prefix(b"diff --git ") {
            self.begin(self.at);
            let (old, new) = git_names(names);
            self.current = Some(FileDiff { old, new, ..FileDiff::default() });
        } else if line.starts_with(b"--- ") && next.starts_with(b"+++ ") {
            self.header(&line[4..], &next[4..]);
        } else if line.starts_with(b"@@ -") && self.current.is_some() {
            return self.hunk();
        } else if line.starts_with(b"@@ -") && hunk_head(line).is_some() {
            return Err((self.at + 1, "a hunk stands here without the `---` and `+++` lines of its file".to_owned()));
        } else if line.starts_with(b"Index: ") || (line.starts_with(b"diff ") && self.diff_follows()) {
            self.begin(self.at);
        } else if let Some(file) = self.current.as_mut() {
            extended(file, line);
        }
        self.at += 1;
        Ok(())
    }

    /// Whether a `diff -r a b` line stands above a header.
    fn diff_follows(&self) -> bool {
        self.lines.get(self.at + 1).is_some_and(|line| line.starts_with(b"--- "))
    }

    /// A new file begins on this line.
    fn begin(&mut self, at: usize) {
        self.close();
        self.first.get_or_insert(at);
    }

    /// `---` and `+++`.
    fn header(&mut self, old: &[u8], new: &[u8]) {
        let is_open = self.current.as_ref().is_some_and(|file| file.hunks.is_empty() && !file.is_binary);
        if !is_open {
            self.begin(self.at);
        }
        let file = self.current.get_or_insert_default();
        (file.old, file.new) = (name(old), name(new));
        self.at += 1;
    }

    fn close(&mut self) {
        let Some(file) = self.current.take() else { return };
        let does_something = !file.hunks.is_empty()
            || file.is_binary
            || file.moved.is_some()
            || file.old_mode.is_some()
            || file.new_mode.is_some();
        if does_something {
            self.diffs.push(file);
        }
    }

    fn hunk(&mut self) -> Result<(), (usize, String)> {
        let line = self.at + 1;
        let Some((old_start, mut old, mut new)) = hunk_head(trimmed(self.lines[self.at])) else {
            return Err((line, "this `@@` line cannot be read".to_owned()));
        };
        let mut hunk = DiffHunk { old_start, lines: Vec::new(), line };
        self.at += 1;
        while old > 0 || new > 0 || self.lines.get(self.at).is_some_and(|line| line.starts_with(b"\\")) {
            let Some(&row) = self.lines.get(self.at) else {
                // Editors take empty lines off the end.
                if old == new && old <= 3 {
                    break;
                }
                return Err((line, "the hunk is shorter than its `@@` line says".to_owned()));
            };
            let (sign, text) = match row {
                [b'\\', ..] => {
                    if let Some(last) = hunk.lines.last_mut() {
                        last.text.pop();
                    }
                    self.at += 1;
                    continue;
                }
                [sign @ (b' ' | b'-' | b'+'), text @ ..] => (*sign, text),
                // Mails and editors take a lone blank off.
                [b'\n', ..] | [b'\r', b'\n', ..] => (b' ', row),
                [b'\t', ..] => (b' ', row),
                _ => return Err((self.at + 1, "a row of a hunk begins with `-`, `+` or a blank".to_owned())),
            };
            if (sign != b'+' && old == 0) || (sign != b'-' && new == 0) {
                return Err((self.at + 1, "the hunk is longer than its `@@` line says".to_owned()));
            }
            old -= usize::from(sign != b'+');
            new -= usize::from(sign != b'-');
            hunk.lines.push(DiffLine { sign, text: text.to_vec() });
            self.at += 1;
        }
        if let Some(file) = self.current.as_mut() {
            file.hunks.push(hunk);
        }
        Ok(())
    }
}

/// Git's lines between `diff --git` and `---`.
fn extended(file: &mut FileDiff, line: &[u8]) {
    let mode = |rest: &[u8]| std::str::from_utf8(rest).ok().and_then(|mode| u32::from_str_radix(mode.trim(), 8).ok());
    let mut moved = |rest: &[u8], is_from: bool, is_copy: bool| {
        let name = unquoted(rest);
        let moved = file.moved.get_or_insert(Moved { from: Vec::new(), to: Vec::new(), is_copy });
        *(if is_from { &mut moved.from } else { &mut moved.to }) = name;
    };
    let prefixes: [(&[u8], bool, bool); 4] = [
        (b"rename from ", true, false),
        (b"rename to ", false, false),
        (b"copy from ", true, true),
        (b"copy to ", false, true),
    ];
    if let Some((rest, is_from, is_copy)) =
        prefixes.iter().find_map(|(prefix, from, copy)| Some((line.strip_prefix(*prefix)?, *from, *copy)))
    {
        return moved(rest, is_from, is_copy);
    }
    if let Some(rest) = line.strip_prefix(b"old mode ") {
        file.old_mode = mode(rest);
    } else if let Some(rest) = line.strip_prefix(b"new mode ") {
        file.new_mode = mode(rest);
    } else if let Some(rest) = line.strip_prefix(b"new file mode ") {
        (file.new_mode, file.old) = (mode(rest), None);
    } else if let Some(rest) = line.strip_prefix(b"deleted file mode ") {
        (file.old_mode, file.new) = (mode(rest), None);
    } else if let Some(rest) = line.strip_prefix(b"index ") {
        // `index 12ab..34cd 100644`: the mode stays.
        if let Some(kept) = rest.rsplit(|byte| *byte == b' ').next().filter(|last| last.len() == 6).and_then(mode) {
            (file.old_mode, file.new_mode) = (file.old_mode.or(Some(kept)), file.new_mode.or(Some(kept)));
        }
    } else if line == b"GIT binary patch" || (line.starts_with(b"Binary files ") && line.ends_with(b" differ")) {
        file.is_binary = true;
    }
}

/// `@@ -12,3 +14,4 @@`: where the old side begins, and how long the sides are.
fn hunk_head(line: &[u8]) -> Option<(usize, usize, usize)> {
    let text = std::str::from_utf8(line.get(4..)?.split(|b| *b == b'@').next()?).ok()?;
    let (old, new) = text.trim().split_once(" +")?;
    let range = |text: &str| match text.split_once(',') {
        Some((start, count)) => Some((start.parse::<usize>().ok()?, count.parse::<usize>().ok()?)),
        None => Some((text.parse::<usize>().ok()?, 1)),
    };
    let ((start, old), (_, new)) = (range(old.trim())?, range(new.trim())?);
    Some((start, old, new))
}

/// The name on a `---` or `+++` line, without a date; `None` for `/dev/null`.
fn name(text: &[u8]) -> Option<Vec<u8>> {
    let name = match text.first() {
        Some(b'"') => unquoted(text),
        _ => {
            let end = text.iter().position(|byte| *byte == b'\t').unwrap_or(text.len());
            let name = &text[..end];
            // Old tools put a date behind blanks.
            let dated = name.windows(4).position(|w| w[0] == b' ' && w[1..].iter().all(u8::is_ascii_digit));
            let is_date = |at: &usize| name.get(at + 5) == Some(&b'-') || name.get(at + 1..).is_some_and(has_clock);
            name[..dated.filter(is_date).unwrap_or(end)].trim_ascii().to_vec()
        }
    };
    (name != b"/dev/null" && !name.is_empty()).then_some(name)
}

fn has_clock(text: &[u8]) -> bool {
    text.windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit())
}

/// The two names of a `diff --git` line: where neither is quoted they are equal but for `a/` and `b/`.
fn git_names(names: &[u8]) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    if names.first() == Some(&b'"') {
        let end = names[1..].windows(2).position(|w| w[0] != b'\\' && w[1] == b'"').map_or(names.len(), |at| at + 3);
        let rest = names.get(end..).unwrap_or_default().trim_ascii_start();
        return (Some(unquoted(&names[..end])), Some(unquoted(rest)));
    }
    let half = names.len() / 2;
    if names.get(half) == Some(&b' ') {
        return (Some(names[..half].to_vec()), Some(names[half + 1..].to_vec()));
    }
    let cut = names.iter().position(|byte| *byte == b' ').unwrap_or(names.len());
    (Some(names[..cut].to_vec()), names.get(cut + 1..).map(unquoted))
}

/// A name as git quotes it: between `"`, with C's escapes.
fn unquoted(text: &[u8]) -> Vec<u8> {
    let text = text.trim_ascii();
    let Some(inner) = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")) else { return text.to_vec() };
    let mut out = Vec::new();
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let escaped = if byte == b'\\' { bytes.next() } else { None };
        match escaped {
            None => out.push(byte),
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    let Some(digit) = bytes.next_if(|byte| (b'0'..=b'7').contains(byte)) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                }
                out.push(value as u8);
            }
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(other) => out.push(other),
        }
    }
    out
}

fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn paths(text: &str, strip: usize) -> Vec<String> {
        let (_, diffs) = read(text.as_bytes()).unwrap();
        diffs.iter().map(|diff| diff.path(strip).map_or("-".to_owned(), |path| path.display().to_string())).collect()
    }

    const ROWS: &str = "@@ -1 +1 @@\n-a\n+b\n";

    #[test]
    fn names_are_read_as_tools_write_them() {
        let text = format!(
            "A reason.\n\n--- a/x.c\t2020-01-01 10:00:00\n+++ b/x.c\n{ROWS}Index: y/z.c\n===\n--- y/z.c.orig 2020-01-01 10:00\n+++ y/z.c \
             2021-01-01\n{ROWS}diff --git \"a/\\303\\244 b.c\" \"b/\\303\\244 b.c\"\nold mode 100644\nnew mode 100755\n\
             diff -r 12 -r 34 a.c\n--- a/a.c\n+++ b/a.c\n{ROWS}"
        );
        assert_eq!(paths(&text, 1), ["x.c", "z.c", "ä b.c", "a.c"]);
        assert_eq!(read(text.as_bytes()).unwrap().0, b"A reason.\n\n");
    }

    #[test]
    fn a_path_never_leads_out() {
        assert_eq!(paths(&format!("--- a/../x\n+++ b/../x\n{ROWS}"), 1), ["-"]);
        assert_eq!(paths(&format!("--- x\n+++ x\n{ROWS}"), 1), ["-"]);
        assert_eq!(paths(&format!("--- /x/y\n+++ /x/y\n{ROWS}"), 1), ["y"]);
    }

    #[test]
    fn a_hunk_is_as_long_as_it_says() {
        let wrong = |text: &str| read(text.as_bytes()).unwrap_err();
        assert_eq!(wrong("--- a/x\n+++ b/x\n@@ -1,9 +1 @@\n-a\n+b\n").0, 3);
        assert_eq!(wrong("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\nb\n").0, 5);
        assert_eq!(wrong("@@ -1 +1 @@\n-a\n+b\n").0, 1);
    }

    #[test]
    fn the_last_line_may_have_no_end() {
        let (_, diffs) = read(b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n").unwrap();
        let texts: Vec<&[u8]> = diffs[0].hunks[0].lines.iter().map(|line| line.text.as_slice()).collect();
        assert_eq!(texts, [&b"a"[..], b"b\n"]);
    }
}
