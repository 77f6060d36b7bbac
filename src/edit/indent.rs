//! Indentation: of new lines, and of kept lines that come to stand deeper or less deep.

use super::Job;
use crate::language::Language;
use crate::source::{Edit, Source};

/// One step of indentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Tab,
    Spaces(usize),
}

impl Unit {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Unit::Tab => b"\t".to_vec(),
            Unit::Spaces(n) => vec![b' '; *n],
        }
    }

    /// The step that the lines of a text use.
    fn of<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<Unit> {
        let (mut tabs, mut steps, mut last) = (0usize, std::collections::BTreeMap::<usize, usize>::new(), 0usize);
        for line in lines.filter(|l| l.iter().any(|b| !b.is_ascii_whitespace())) {
            if line.first() == Some(&b'\t') {
                tabs += 1;
                continue;
            }
            let spaces = line.iter().take_while(|b| **b == b' ').count();
            if spaces > last && matches!(spaces - last, 2..=8) {
                *steps.entry(spaces - last).or_default() += 1;
            }
            last = spaces;
        }
        let (step, count) = steps.into_iter().max_by_key(|(step, count)| (*count, std::cmp::Reverse(*step)))?;
        if tabs >= count { Some(Unit::Tab) } else { Some(Unit::Spaces(step)) }
    }
}

/// The step that a file uses.
pub(super) fn unit_of(source: &Source) -> Unit {
    let tabs = || source.bytes.split(|b| *b == b'\n').any(|l| l.first() == Some(&b'\t'));
    let known = || Unit::of(source.bytes.split(|b| *b == b'\n'));
    match source.language {
        // Spaces within comments and raw strings say nothing where tabs are there too.
        Language::Go if tabs() => Unit::Tab,
        Language::Go => known().unwrap_or(Unit::Tab),
        Language::C => known().unwrap_or(if tabs() { Unit::Tab } else { Unit::Spaces(4) }),
    }
}

/// The blanks that a line begins with.
pub(super) fn blanks(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(line.len());
    &line[..end]
}

impl Job<'_> {
    /// How deep a row of the body is indented.
    pub(super) fn level(&self, row: usize) -> isize {
        let lines = || self.rows.iter().map(|r| r.text.as_bytes());
        let unit = if lines().any(|l| l.first() == Some(&b'\t')) {
            Unit::Tab
        } else {
            Unit::of(lines()).unwrap_or(Unit::Spaces(4))
        };
        let blank = blanks(self.rows[row].text.as_bytes());
        let tabs = blank.iter().filter(|b| **b == b'\t').count();
        let spaces = blank.len() - tabs;
        match unit {
            Unit::Tab => (tabs + spaces / 4) as isize,
            Unit::Spaces(n) => (tabs + spaces / n) as isize,
        }
    }

    /// The blanks of the source line that a byte is on, made deeper or less deep by some steps.
    pub(super) fn indentation(&self, byte: usize, steps: isize) -> Vec<u8> {
        let line = self.source.lines.around(byte, &self.source.bytes);
        let mut blank = blanks(&self.source.bytes[line]).to_vec();
        let unit = unit_of(self.source).bytes();
        for _ in 0..steps {
            blank.extend_from_slice(&unit);
        }
        for _ in 0..-steps {
            outdent(&mut blank, &unit);
        }
        blank
    }

    /// Shifts kept lines whose nesting changes. Lines within raw strings, directives and continued macros stay.
    pub(super) fn reindent(&self, edits: &mut Vec<Edit>) {
        let unit = unit_of(self.source).bytes();
        let mut shifts: Vec<(std::ops::Range<usize>, isize)> = Vec::new();
        for &(b, a) in &self.shape.keeps {
            let steps = self.shape.after.elements[a].depth as isize - self.shape.before.elements[b].depth as isize;
            let bytes = self.hit.matched.bounds[b].bytes.clone();
            match shifts.last_mut() {
                // Comments between two shifted neighbours go along.
                Some((run, s)) if *s == steps && steps != 0 => run.end = bytes.end,
                _ => shifts.push((bytes, steps)),
            }
        }
        for (bytes, steps) in shifts.into_iter().filter(|(_, s)| *s != 0) {
            let mut at = bytes.start;
            while at < bytes.end {
                let line = self.source.lines.around(at, &self.source.bytes);
                let text = &self.source.bytes[line.clone()];
                let first = line.start + blanks(text).len();
                if first >= bytes.start && first < bytes.end && first < line.end && self.may_shift(line.start, first) {
                    if steps > 0 {
                        edits.push(Edit::new(line.start..line.start, unit.repeat(steps as usize)));
                    } else {
                        let mut left = blanks(text).to_vec();
                        (0..-steps).for_each(|_| outdent(&mut left, &unit));
                        edits.push(Edit::new(line.start..line.start + blanks(text).len() - left.len(), ""));
                    }
                }
                at = self.source.lines.next(at).max(at + 1);
            }
        }
    }

    fn may_shift(&self, line: usize, first: usize) -> bool {
        let token = self.source.tokens.partition_point(|t| t.bytes.end <= line);
        let inside = self.source.tokens.get(token).is_some_and(|t| t.bytes.start < line);
        let continued = line >= 2 && self.source.bytes[..line - 1].trim_ascii_end().last() == Some(&b'\\');
        let directive = self.source.language == Language::C && self.source.bytes.get(first) == Some(&b'#');
        !(inside || continued || directive)
    }
}

fn outdent(blank: &mut Vec<u8>, unit: &[u8]) {
    if blank.last() == Some(&b'\t') {
        blank.pop();
    } else {
        let spaces = blank.iter().rev().take_while(|b| **b == b' ').count().min(unit.len().max(1));
        blank.truncate(blank.len() - if unit == b"\t" { spaces.max(1).min(blank.len()) } else { spaces });
    }
}
