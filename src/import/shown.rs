//! Which lines a body must show, so that each of its sides is whole code: the changed ones, a row on each side of them, and
//! the headers and brackets of what is shown in part.

use super::runs::Run;
use crate::source::{List, Source, Tokens};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Two versions of a file, and how one becomes the other.
pub struct Versions<'a> {
    /// The file before.
    pub before: &'a Source,
    /// The file after.
    pub after: &'a Source,
    /// Where they differ, in order.
    pub runs: &'a [Run],
}

/// What a body shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Lines that stay, by their numbers in the file before.
    pub kept: BTreeSet<usize>,
    /// Runs that change, as indices into all of them.
    pub runs: BTreeSet<usize>,
}

/// How much of the code around a change is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    /// Rows above and below each change.
    pub rows: usize,
    /// All headers up to the top level.
    pub headers: bool,
}

impl Versions<'_> {
    /// What a body shows of some runs, and of those that cannot be told apart from them.
    pub fn shown(&self, runs: impl IntoIterator<Item = usize>, width: Width) -> Shown {
        let mut shown = Shown { kept: BTreeSet::new(), runs: BTreeSet::new() };
        let mut news: Vec<usize> = runs.into_iter().collect();
        loop {
            for run in std::mem::take(&mut news) {
                if shown.runs.insert(run) {
                    self.beside(run, width.rows, &mut shown.kept, &mut news);
                }
            }
            let mut is_grown = !news.is_empty();
            for side in [Side::Before, Side::After] {
                let source = self.source(side);
                let lines = self.lines(&shown, side);
                for line in needed(source, &lines, width.headers) {
                    match self.kept_at(line, side) {
                        Ok(kept) => is_grown |= shown.kept.insert(kept),
                        Err(run) if !shown.runs.contains(&run) => {
                            news.push(run);
                            is_grown = true;
                        }
                        Err(_) => {}
                    }
                }
            }
            if !is_grown {
                return shown;
            }
        }
    }

    fn source(&self, side: Side) -> &Source {
        match side {
            Side::Before => self.before,
            Side::After => self.after,
        }
    }

    /// The lines of one version that are shown.
    fn lines(&self, shown: &Shown, side: Side) -> BTreeSet<usize> {
        let kept = shown.kept.iter().map(|&line| if side == Side::Before { line } else { self.after_of(line) });
        let changed = shown.runs.iter().flat_map(|&run| match side {
            Side::Before => self.runs[run].before.clone(),
            Side::After => self.runs[run].after.clone(),
        });
        kept.chain(changed).collect()
    }

    /// Where a line of the file before that stays is in the file after.
    pub fn after_of(&self, line: usize) -> usize {
        let before = self.runs.partition_point(|run| run.before.end <= line);
        match before.checked_sub(1).map(|last| &self.runs[last]) {
            Some(run) => line - run.before.end + run.after.end,
            None => line,
        }
    }

    /// The line of the file before that a line is, or the run that it belongs to.
    fn kept_at(&self, line: usize, side: Side) -> Result<usize, usize> {
        let range = |run: &Run| if side == Side::Before { run.before.clone() } else { run.after.clone() };
        let before = self.runs.partition_point(|run| range(run).end <= line);
        if self.runs.get(before).is_some_and(|run| range(run).contains(&line)) {
            return Err(before);
        }
        Ok(match (side, before.checked_sub(1).map(|last| &self.runs[last])) {
            (Side::After, Some(run)) => line - run.after.end + run.before.end,
            _ => line,
        })
    }

    /// The nearest rows that stay on both sides of a run. Where another run comes first, it is shown, too.
    fn beside(&self, run: usize, rows: usize, kept: &mut BTreeSet<usize>, news: &mut Vec<usize>) {
        let count = line_count(self.before);
        let Run { before, .. } = &self.runs[run];
        let mut take = |lines: &mut dyn Iterator<Item = usize>, next: Option<usize>| {
            let mut found = 0;
            for line in lines {
                if let Some(next) = next.filter(|&next| is_beside(&self.runs[next], line)) {
                    news.push(next);
                    return;
                }
                if !self.before.tokens_on(line).is_empty() {
                    kept.insert(line);
                    found += 1;
                }
                if found == rows {
                    return;
                }
            }
        };
        take(&mut (0..before.start).rev(), run.checked_sub(1));
        take(&mut (before.end..count), (run + 1 < self.runs.len()).then_some(run + 1));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// Whether one meets a run before this line has been looked at.
fn is_beside(run: &Run, line: usize) -> bool {
    run.before.contains(&line) || run.before.is_empty() && run.before.start == line
}

/// How many lines a file has.
pub fn line_count(source: &Source) -> usize {
    source.lines.line(source.bytes.len().saturating_sub(1)) + 1
}

/// The first and the last line of a token.
fn lines_of(source: &Source, token: usize) -> (usize, usize) {
    let bytes = &source.tokens[token].bytes;
    (source.lines.line(bytes.start), source.lines.line(bytes.end.saturating_sub(1).max(bytes.start)))
}

/// The lines that must be shown along with some, for these to be whole code.
fn needed(source: &Source, shown: &BTreeSet<usize>, headers: bool) -> BTreeSet<usize> {
    let mut needed = BTreeSet::new();
    let mut lists: Vec<&List> = source.lists.iter().collect();
    lists.sort_by_key(|list| (list.inside.start, Reverse(list.inside.end)));
    let mut walk = Walk { source, shown, lists: &lists, needed: &mut needed };
    if let Some((first, last)) = touched(source, shown) {
        let around = |list: &&List| list.inside.start <= first && last < list.inside.end;
        let inner = if headers { None } else { source.lists.iter().rfind(around) };
        match inner.or_else(|| source.top()) {
            Some(list) => walk.list(list),
            None => walk.tokens(&(0..source.tokens.len())),
        }
    }
    for comment in &source.comments {
        let (first, last) =
            (source.lines.line(comment.bytes.start), source.lines.line(comment.bytes.end.saturating_sub(1)));
        if last > first && shown.range(first..=last).next().is_some() {
            needed.extend(first..=last);
        }
    }
    needed
}

/// The first and the last token that stand on some lines.
pub fn touched(source: &Source, shown: &BTreeSet<usize>) -> Option<(usize, usize)> {
    let on = |line: usize| {
        let first = source.tokens.partition_point(|t| source.lines.line(t.bytes.end.saturating_sub(1)) < line);
        let end = source.tokens.partition_point(|t| source.lines.line(t.bytes.start) <= line);
        (first < end).then(|| (first, end - 1))
    };
    let mut all = shown.iter().filter_map(|&line| on(line));
    let first = all.next()?;
    Some(all.fold(first, |(first, last), (other, end)| (first.min(other), last.max(end))))
}

struct Walk<'a> {
    source: &'a Source,
    /// The lists by where they begin, outer ones first.
    lists: &'a [&'a List],
    shown: &'a BTreeSet<usize>,
    needed: &'a mut BTreeSet<usize>,
}

impl Walk<'_> {
    /// The items of a list that are shown, in part at least.
    fn list(&mut self, list: &List) {
        for item in list.items.iter().filter(|item| !item.tokens.is_empty()) {
            let (first, last) = self.span(&item.tokens);
            if self.shown.range(first..=last).next().is_some() {
                self.tokens(&item.tokens);
            }
        }
    }

    fn span(&self, tokens: &Tokens) -> (usize, usize) {
        (lines_of(self.source, tokens.start).0, lines_of(self.source, tokens.end - 1).1)
    }

    /// All lines of some code, but for lists in it of which nothing, or only a part, is shown.
    fn tokens(&mut self, tokens: &Tokens) {
        let lists: Vec<&List> = {
            let from = self.lists.partition_point(|list| list.inside.start < tokens.start);
            self.lists[from..].iter().take_while(|list| list.inside.start < tokens.end).copied().collect()
        };
        let mut at = tokens.start;
        for list in lists {
            let is_nested = list.inside.start >= at && list.inside.end <= tokens.end && list.inside != *tokens;
            if !is_nested || !self.may_hide(list, tokens) {
                continue;
            }
            self.all(at..list.inside.start);
            let (first, last) = self.span(&list.inside);
            if self.shown.range(first..=last).next().is_some() {
                self.list(list);
            }
            at = list.inside.end;
        }
        self.all(at..tokens.end);
    }

    fn all(&mut self, tokens: Tokens) {
        for token in tokens {
            let (first, last) = lines_of(self.source, token);
            self.needed.extend(first..=last);
        }
    }

    /// Whether the items of a list stand on lines of their own, so that an ellipsis can take their place.
    fn may_hide(&self, list: &List, around: &Tokens) -> bool {
        let inside = &list.inside;
        if inside.is_empty() || list.items.is_empty() {
            return false;
        }
        let (first, last) = self.span(inside);
        let starts = inside.start == around.start || lines_of(self.source, inside.start - 1).1 < first;
        let ends = inside.end >= around.end || lines_of(self.source, inside.end).0 > last;
        starts && ends && inside.start > around.start
    }
}
