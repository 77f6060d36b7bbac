//! Bodies in text: rows above and below a change, and the less indented line that it stands under.

use super::body::Body;
use super::runs::Run;
use std::collections::BTreeSet;

/// How much is shown, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Rows above and below each change.
    pub rows: usize,
    /// The line above that is less indented, behind `...`.
    pub header: bool,
}

/// What is tried, in order.
pub const REACHES: &[Reach] = &[
    Reach { rows: 1, header: false },
    Reach { rows: 2, header: false },
    Reach { rows: 1, header: true },
    Reach { rows: 2, header: true },
    Reach { rows: 3, header: false },
    Reach { rows: 4, header: false },
    Reach { rows: 4, header: true },
    Reach { rows: 8, header: false },
    Reach { rows: 16, header: false },
    Reach { rows: 30, header: false },
];

/// The runs, those together that stand side by side.
pub fn groups(lines: &[&[u8]], runs: &[Run]) -> Vec<BTreeSet<usize>> {
    let mut groups: Vec<BTreeSet<usize>> = Vec::new();
    for (number, run) in runs.iter().enumerate() {
        let above = number.checked_sub(1).map(|before| runs[before].before.end..run.before.start);
        let is_near =
            above.is_some_and(|gap| gap.len() < 2 || lines[gap].iter().filter(|line| !is_blank(line)).count() < 2);
        match groups.last_mut().filter(|_| is_near) {
            Some(group) => drop(group.insert(number)),
            None => groups.push(BTreeSet::from([number])),
        }
    }
    groups
}

/// A body of some runs. `None` where its rows are not UTF-8, or there is no line to stand under.
pub fn body(before: &[&[u8]], after: &[&[u8]], all: &[Run], runs: &BTreeSet<usize>, reach: Reach) -> Option<Body> {
    let mut rows: Vec<String> = Vec::new();
    let mut next: Option<usize> = None;
    let push = |rows: &mut Vec<String>, sign: &str, line: &[u8]| -> Option<()> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let text = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)).ok()?;
        let is_empty = sign == " " && text.trim().is_empty();
        rows.push(if is_empty { String::new() } else { format!("{sign}{text}") });
        Some(())
    };
    let first = all.get(*runs.first()?)?;
    let others = |line: usize| all.iter().enumerate().any(|(n, run)| !runs.contains(&n) && run.before.contains(&line));
    if reach.header {
        let at = first.before.start;
        let start = above(before, at, reach.rows);
        let header = header(before, at).filter(|header| *header + 1 < start && !others(*header))?;
        push(&mut rows, " ", before[header])?;
        next = Some(header + 1);
    }
    for &number in runs {
        let run = all.get(number)?;
        let start = above(before, run.before.start, reach.rows).max(next.unwrap_or(0));
        if next.is_some_and(|next| next < start) {
            rows.push(" ...".to_owned());
        }
        for line in &before[start..run.before.start] {
            push(&mut rows, " ", line)?;
        }
        before[run.before.clone()].iter().try_for_each(|line| push(&mut rows, "-", line))?;
        after[run.after.clone()].iter().try_for_each(|line| push(&mut rows, "+", line))?;
        let following = runs.range(number + 1..).next().and_then(|&next| all.get(next)).map(|run| run.before.start);
        let end = below(before, run.before.end, reach.rows).min(following.unwrap_or(usize::MAX));
        for line in &before[run.before.end..end] {
            push(&mut rows, " ", line)?;
        }
        next = Some(end);
    }
    Some(Body { rows, inside: None, reading: None, runs: runs.clone() })
}

/// The first of so many rows above a line, blank ones not counted.
fn above(lines: &[&[u8]], at: usize, rows: usize) -> usize {
    (0..at).rev().filter(|&line| !is_blank(lines[line])).nth(rows.saturating_sub(1)).unwrap_or(0)
}

/// One past the last of so many rows below a line.
fn below(lines: &[&[u8]], at: usize, rows: usize) -> usize {
    let found = (at..lines.len()).filter(|&line| !is_blank(lines[line])).nth(rows.saturating_sub(1));
    found.map_or(lines.len(), |line| line + 1)
}

/// The nearest line above that is less indented.
fn header(lines: &[&[u8]], at: usize) -> Option<usize> {
    let own = lines[at.min(lines.len())..]
        .iter()
        .chain(lines[..at].last())
        .find(|line| !is_blank(line))
        .map(|line| column(line))?;
    (0..at).rev().find(|&line| !is_blank(lines[line]) && !lines[line].starts_with(b"#") && column(lines[line]) < own)
}

fn column(line: &[u8]) -> usize {
    let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    blanks.fold(0, |column, byte| if *byte == b'\t' { (column / 8 + 1) * 8 } else { column + 1 })
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}
