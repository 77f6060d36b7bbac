//! The rows of a body, from what it shows.

use super::brief::{Brief, inside};
use super::locate;
use super::shown::{Shown, Versions, touched};
use crate::language::ListKind;
use std::collections::BTreeSet;

/// How what is shown is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Comments between the rows are shown.
    pub comments: bool,
    /// Headers of functions are cut down to their names.
    pub brief: bool,
    /// The declaration around it is named by `inside`.
    pub inside: bool,
}

/// A body as it may be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// `diff`, row by row, signs included.
    pub rows: Vec<String>,
    /// `inside`.
    pub inside: Option<String>,
    /// What its items are, where that has a word in `as`.
    pub reading: Option<&'static str>,
    /// The runs that it changes.
    pub runs: BTreeSet<usize>,
}

/// Writes a body down. `None` where its rows are not UTF-8, or what is asked for is not there.
pub fn body(versions: &Versions<'_>, shown: &Shown, style: Style) -> Option<Body> {
    let inside = if style.inside { Some(inside(versions, shown)?) } else { None };
    let brief = if style.brief { Some(Brief::of(versions, shown)).filter(|brief| !brief.is_empty()) } else { None };
    if style.brief && brief.is_none() {
        return None;
    }
    let before = locate::lines(&versions.before.bytes);
    let after = locate::lines(&versions.after.bytes);
    let mut writer = Writer { versions, before: &before, style, rows: Vec::new(), next: None };
    let mut kept = shown.kept.iter().copied().peekable();
    for &number in &shown.runs {
        let run = &versions.runs[number];
        while let Some(line) = kept.next_if(|&line| line < run.before.start) {
            writer.keep(line, brief.as_ref())?;
        }
        writer.gap(run.before.start)?;
        writer.push('-', &before[run.before.clone()])?;
        writer.push('+', &after[run.after.clone()])?;
        writer.next = Some((run.before.end, number + 1));
    }
    for line in kept {
        writer.keep(line, brief.as_ref())?;
    }
    Some(Body { rows: writer.rows, inside, reading: reading(versions, shown), runs: shown.runs.clone() })
}

struct Writer<'v> {
    versions: &'v Versions<'v>,
    before: &'v [&'v [u8]],
    style: Style,
    rows: Vec<String>,
    /// The line of the file before that comes next, and the run that does.
    next: Option<(usize, usize)>,
}

impl Writer<'_> {
    /// A line that stays.
    fn keep(&mut self, line: usize, brief: Option<&Brief>) -> Option<()> {
        if self.next.is_some_and(|(next, _)| line < next) {
            return Some(());
        }
        self.gap(line)?;
        let (text, end) = match brief.and_then(|brief| brief.row(line, self.versions.before)) {
            Some((text, end)) => (text, end),
            None => (self.before.get(line)?.to_vec(), line),
        };
        self.push(' ', &[&text])?;
        let runs = self.versions.runs.partition_point(|run| run.before.start <= end && run.before.end <= end);
        self.next = Some((end + 1, runs));
        Some(())
    }

    /// What lies between the row above and the next one.
    fn gap(&mut self, to: usize) -> Option<()> {
        let Some((from, run)) = self.next.filter(|(from, _)| *from <= to) else { return Some(()) };
        let others = self.versions.runs[run..].iter().any(|run| run.before.start < to || (run.before.end < to));
        let hidden = from..to;
        let first = hidden.clone().find(|line| !self.versions.before.tokens_on(*line).is_empty());
        if others || first.is_some() {
            let shown = first.unwrap_or(from);
            let indent: String = std::str::from_utf8(self.before.get(shown)?)
                .unwrap_or("")
                .chars()
                .take_while(|c| matches!(c, ' ' | '\t'))
                .collect();
            self.rows.push(format!(" {indent}..."));
            return Some(());
        }
        for line in hidden {
            let text = self.before.get(line)?;
            if text.trim_ascii().is_empty() {
                self.rows.push(String::new());
            } else if self.style.comments {
                self.push(' ', &[text])?;
            }
        }
        Some(())
    }

    fn push(&mut self, sign: char, lines: &[&[u8]]) -> Option<()> {
        for line in lines {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let text = std::str::from_utf8(line).ok()?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            self.rows.push(format!("{sign}{text}"));
        }
        Some(())
    }
}

/// The word that says how a body is to be read, should that be needed.
fn reading(versions: &Versions<'_>, shown: &Shown) -> Option<&'static str> {
    let source = versions.before;
    let lines = shown.kept.iter().copied().chain(shown.runs.iter().flat_map(|&run| versions.runs[run].before.clone()));
    let (first, last) = touched(source, &lines.collect())?;
    let around = source.lists.iter().rfind(|list| list.inside.start <= first && last < list.inside.end)?;
    match around.kind {
        ListKind::Fields => Some("field"),
        ListKind::Elements => Some("element"),
        ListKind::Parameters => Some("parameter"),
        ListKind::Clauses => Some("case"),
        ListKind::Methods => Some("method"),
        ListKind::Specs => Some("spec"),
        ListKind::Enumerators => Some("enumerator"),
        ListKind::Statements | ListKind::File => Some("code"),
        ListKind::Arguments | ListKind::Commas => None,
    }
}
