//! Bodies for a change of a file: which rows a diff must show, so that each of its sides is whole code and the place is
//! found once.

use super::edits::Edit;
use crate::language::ListKind;
use crate::source::{List, Source, Tokens};
use std::collections::BTreeSet;

/// A body as it may be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// `diff`, row by row, signs included.
    pub rows: Vec<String>,
    /// Whether `layout = "patch"` is needed.
    pub letters: bool,
}

/// How much of the code around a change is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    /// Rows above and below each change.
    pub rows: usize,
    /// All headers up to the top level.
    pub headers: bool,
    /// Comments between the rows, too.
    pub comments: bool,
}

/// Two versions of a file, and how one becomes the other.
pub struct Versions<'a> {
    pub before: &'a Source,
    pub after: &'a Source,
    pub edits: &'a [Edit],
}

impl Versions<'_> {
    /// The rows of a body that shows all edits. `None` where they are not UTF-8, or show a byte that no body can.
    pub fn rows(&self, width: Width) -> Option<Vec<String>> {
        let kept = self.kept(width);
        let before = lines(&self.before.bytes);
        let after = lines(&self.after.bytes);
        let mut rows =
            Rows { source: self.before, before: &before, comments: width.comments, rows: Vec::new(), next: None };
        let mut kept = kept.into_iter().peekable();
        for edit in self.edits {
            while let Some(line) = kept.next_if(|line| *line < edit.removed.start) {
                rows.keep(line)?;
            }
            rows.gap(edit.removed.start)?;
            rows.push('-', before.get(edit.removed.clone())?)?;
            rows.push('+', after.get(edit.added.clone())?)?;
            rows.next = Some(edit.removed.end);
        }
        for line in kept {
            rows.keep(line)?;
        }
        Some(rows.rows)
    }

    /// The lines that stay and are shown, by their numbers in the file before.
    fn kept(&self, width: Width) -> BTreeSet<usize> {
        let mut kept = BTreeSet::new();
        for edit in self.edits {
            let count = lines(&self.before.bytes).len();
            let is_edited = |line: &usize| self.edits.iter().any(|e| e.removed.contains(line));
            let has_token = |line: &usize| !self.before.tokens_on(*line).is_empty();
            let above = (0..edit.removed.start).rev().take_while(|line| !is_edited(line));
            kept.extend(above.filter(has_token).take(width.rows));
            let below = (edit.removed.end..count).take_while(|line| !is_edited(line));
            kept.extend(below.filter(has_token).take(width.rows));
        }
        loop {
            let count = kept.len();
            let removed = self.edits.iter().flat_map(|e| e.removed.clone());
            let shown: BTreeSet<usize> = kept.iter().copied().chain(removed).collect();
            let is_edited = |line: &usize| self.edits.iter().any(|e| e.removed.contains(line));
            kept.extend(needed(self.before, &shown, width.headers).into_iter().filter(|line| !is_edited(line)));
            let added = self.edits.iter().flat_map(|e| e.added.clone());
            let shown: BTreeSet<usize> = kept.iter().map(|line| self.after_of(*line)).chain(added).collect();
            kept.extend(needed(self.after, &shown, width.headers).into_iter().filter_map(|line| self.before_of(line)));
            if kept.len() == count {
                return kept;
            }
        }
    }

    fn after_of(&self, line: usize) -> usize {
        let last = self.edits.iter().rfind(|edit| edit.removed.end <= line);
        last.map_or(line, |edit| line - edit.removed.end + edit.added.end)
    }

    /// The line of the file before that stays as this line of the file after.
    fn before_of(&self, line: usize) -> Option<usize> {
        if self.edits.iter().any(|edit| edit.added.contains(&line)) {
            return None;
        }
        let last = self.edits.iter().rfind(|edit| edit.added.end <= line);
        Some(last.map_or(line, |edit| line - edit.added.end + edit.removed.end))
    }
}

/// The lines of a text, without their ends.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines
}

struct Rows<'a> {
    source: &'a Source,
    before: &'a [&'a [u8]],
    comments: bool,
    rows: Vec<String>,
    /// The line that comes next.
    next: Option<usize>,
}

impl Rows<'_> {
    fn keep(&mut self, line: usize) -> Option<()> {
        if self.next.is_some_and(|next| line < next) {
            return Some(());
        }
        self.gap(line)?;
        self.push(' ', self.before.get(line..line + 1)?)?;
        self.next = Some(line + 1);
        Some(())
    }

    /// What lies between the row above and the next one.
    fn gap(&mut self, to: usize) -> Option<()> {
        let Some(from) = self.next.filter(|from| *from <= to) else { return Some(()) };
        if let Some(hidden) = (from..to).find(|line| !self.source.tokens_on(*line).is_empty()) {
            let text = self.before.get(hidden)?;
            let blanks = text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            self.rows.push(format!(" {}...", std::str::from_utf8(&text[..blanks]).ok()?));
            return Some(());
        }
        for line in from..to {
            let text = self.before.get(line..line + 1)?;
            match text[0].trim_ascii().is_empty() {
                true => self.rows.push(String::new()),
                false if self.comments => self.push(' ', text)?,
                false => {}
            }
        }
        Some(())
    }

    fn push(&mut self, sign: char, lines: &[&[u8]]) -> Option<()> {
        for line in lines {
            let text = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)).ok()?;
            self.rows.push(format!("{sign}{}", text.strip_prefix('\u{feff}').unwrap_or(text)));
        }
        Some(())
    }
}

/// The first and the last line of some tokens.
fn lines_of(source: &Source, tokens: &Tokens) -> (usize, usize) {
    let (first, last) = (&source.tokens[tokens.start].bytes, &source.tokens[tokens.end - 1].bytes);
    (source.lines.line(first.start), source.lines.line(last.end.saturating_sub(1).max(last.start)))
}

/// The lines that must be shown along with some, for these to be whole code.
fn needed(source: &Source, shown: &BTreeSet<usize>, headers: bool) -> BTreeSet<usize> {
    let mut needed = BTreeSet::new();
    let on: Vec<Tokens> = shown.iter().map(|line| source.tokens_on(*line)).filter(|t| !t.is_empty()).collect();
    if let (Some(first), Some(last)) = (on.iter().map(|t| t.start).min(), on.iter().map(|t| t.end).max()) {
        let around = |list: &&List| list.inside.start <= first && last <= list.inside.end;
        let inner = source.lists.iter().filter(|list| !headers && may_hide(source, list)).filter(around);
        let inner = inner.min_by_key(|list| list.inside.len());
        let mut walk = Walk { source, shown, needed: &mut needed };
        if let Some(list) = inner.or_else(|| source.top()) {
            walk.list(list);
        }
    }
    for comment in &source.comments {
        let line = |byte: usize| source.lines.line(byte);
        let (first, last) = (line(comment.bytes.start), line(comment.bytes.end.saturating_sub(1)));
        if last > first && shown.range(first..=last).next().is_some() {
            needed.extend(first..=last);
        }
    }
    needed
}

/// Whether the items of a list stand on lines of their own, so that an ellipsis can take their place.
fn may_hide(source: &Source, list: &List) -> bool {
    let is_kind = !matches!(list.kind, ListKind::Parameters | ListKind::Arguments | ListKind::Commas);
    if !is_kind || list.inside.is_empty() {
        return false;
    }
    let (first, last) = lines_of(source, &list.inside);
    let is_apart = |token: Option<usize>, line: usize| {
        token.and_then(|t| source.tokens.get(t)).is_none_or(|t| source.lines.line(t.bytes.start) != line)
    };
    is_apart(list.inside.start.checked_sub(1), first) && is_apart(Some(list.inside.end), last)
}

struct Walk<'a> {
    source: &'a Source,
    shown: &'a BTreeSet<usize>,
    needed: &'a mut BTreeSet<usize>,
}

impl Walk<'_> {
    fn is_shown(&self, tokens: &Tokens) -> bool {
        let (first, last) = lines_of(self.source, tokens);
        self.shown.range(first..=last).next().is_some()
    }

    /// The items of a list that are shown, in part at least.
    fn list(&mut self, list: &List) {
        for item in list.items.iter().filter(|item| !item.tokens.is_empty()) {
            if self.is_shown(&item.tokens) {
                self.tokens(&item.tokens);
            }
        }
    }

    /// All lines of some code, but for lists in it of which nothing, or only a part, is shown.
    fn tokens(&mut self, tokens: &Tokens) {
        let mut at = tokens.start;
        while at < tokens.end {
            let here = self.source.lists.iter().filter(|list| {
                list.inside.start == at
                    && list.inside.end <= tokens.end
                    && list.inside != *tokens
                    && may_hide(self.source, list)
            });
            match here.max_by_key(|list| list.inside.end) {
                Some(list) => {
                    if self.is_shown(&list.inside) {
                        self.list(list);
                    }
                    at = list.inside.end;
                }
                None => {
                    let (first, last) = lines_of(self.source, &(at..at + 1));
                    self.needed.extend(first..=last);
                    at += 1;
                }
            }
        }
    }
}
