//! Indentation: of new lines, and of kept lines that end up deeper or less deep.

use super::job::Job;
use super::unit::{Unit, blanks};
use crate::language::Language;
use crate::pattern::{Change, Side};
use crate::source::{Edit, Source};
use std::ops::Range;

/// The step that a file uses, if it has any.
fn unit_of(source: &Source) -> Option<Unit> {
    let tabs = || source.bytes.split(|b| *b == b'\n').any(|l| l.first() == Some(&b'\t'));
    // In Go, spaces within comments and raw strings say nothing where tabs are there too.
    let known = |s: &Source| Unit::of(s.bytes.split(|b| *b == b'\n'));
    match source.language {
        Language::Go if tabs() => Some(Unit::Tab),
        Language::Go => Some(known(source).unwrap_or(Unit::Tab)),
        Language::C | Language::Text => known(source),
    }
}

impl Job<'_> {
    /// The step of the file, or of the body where the file has none. Beside a line that is indented by blanks
    /// alone it is blanks.
    fn unit(&self, blank: &[u8]) -> &Unit {
        let of_file = self.units.file.get_or_init(|| unit_of(self.source));
        let unit = of_file.as_ref().unwrap_or_else(|| self.unit_of_body());
        if *unit == Unit::Tab && self.source.language == Language::C && blank.len() > 1 && !blank.contains(&b'\t') {
            return self.units.spaced.get_or_init(|| {
                let spaced = self.source.bytes.split(|b| *b == b'\n').filter(|l| l.first() != Some(&b'\t'));
                Unit::of(spaced).unwrap_or(Unit::Tab)
            });
        }
        unit
    }

    /// The byte that the steps of the lines with these blanks are made of, as far as one says it.
    pub(super) fn mark_of_step(&self, blank: &[u8]) -> Option<u8> {
        self.unit(blank).bytes().first().copied()
    }

    fn unit_of_body(&self) -> &Unit {
        self.unit_of_body.get_or_init(|| {
            let lines = || self.rows.iter().map(|r| r.text.as_bytes());
            if lines().any(|l| l.first() == Some(&b'\t')) {
                Unit::Tab
            } else {
                Unit::of(lines()).unwrap_or(Unit::Spaces(4))
            }
        })
    }

    /// How deep a row of the body is indented.
    pub(super) fn level(&self, row: usize) -> isize {
        let blank = blanks(self.rows[row].text.as_bytes());
        let tabs = blank.iter().filter(|b| **b == b'\t').count();
        let spaces = blank.len() - tabs;
        match self.unit_of_body() {
            Unit::Tab => (tabs + spaces / 4) as isize,
            Unit::Spaces(n) => (tabs + spaces / n) as isize,
        }
    }

    /// Whether the rows of the body show how deep they are. How a row goes on within parentheses shows nothing.
    pub(super) fn indents(&self) -> bool {
        *self.units.indents.get_or_init(|| {
            let begins = |side: &Side, i: usize| i == 0 || side.elements[i - 1].row != side.elements[i].row;
            let levels = |side: &Side| {
                let firsts = (0..side.elements.len()).filter(|&i| begins(side, i) && !side.elements[i].wrapped);
                firsts.map(|i| self.level(side.elements[i].row)).collect::<Vec<_>>()
            };
            let mut all = levels(&self.variant.before);
            all.extend(levels(&self.variant.after));
            all.iter().any(|level| *level != all[0])
        })
    }

    /// The blanks of the source line that a byte is on, made deeper or less deep by some steps.
    pub(super) fn indentation(&self, byte: usize, steps: isize) -> Vec<u8> {
        let line = self.source.lines.around(byte, &self.source.bytes);
        let mut blank = blanks(&self.source.bytes[line]).to_vec();
        if steps == 0 {
            return blank;
        }
        let unit = self.unit(&blank).bytes();
        for _ in 0..steps {
            blank.extend_from_slice(&unit);
        }
        for _ in 0..-steps {
            outdent(&mut blank, &unit);
        }
        blank
    }

    /// What is added to these blanks to go some steps deeper.
    pub(super) fn step(&self, blank: &[u8], steps: isize) -> Vec<u8> {
        self.unit(blank).bytes().repeat(steps.max(0) as usize)
    }

    /// Shifts kept lines whose nesting changes. Lines within raw strings, directives and continued macros stay.
    /// `on_lines` are those of the edits that write within a line; the blanks come before them. Of the rows that are
    /// written as they are shown only what holes stand for is shifted, from its second line on.
    pub(super) fn reindent(&self, edits: &mut Vec<Edit>, on_lines: &[Range<usize>], as_shown: &[&Range<usize>]) {
        let mut shifts: Vec<(Range<usize>, isize)> = Vec::new();
        let mut row = None;
        let mut steps = 0;
        let before = &self.variant.before;
        let begins_lines = |i: usize, byte: usize| {
            let line = self.source.lines.start(byte);
            before.on_row(before.elements[i].row).start == i && line + blanks(&self.source.bytes[line..]).len() == byte
        };
        for (element, rows) in self.staying_rows() {
            if row != Some(rows) {
                row = Some(rows);
                steps = self.deeper(rows).unwrap_or(steps);
            }
            let bytes = self.hit.matched.bounds[element].bytes.clone();
            if as_shown.get(as_shown.partition_point(|run| run.end <= rows.0)).is_some_and(|run| run.contains(&rows.0))
            {
                if before.elements[element].part.hole().is_some() && !bytes.is_empty() {
                    shifts.push((bytes.start + 1..bytes.end, steps));
                }
                continue;
            }
            match shifts.last_mut() {
                // Comments between two shifted neighbours go along.
                Some((run, s)) if *s == steps && steps != 0 => run.end = bytes.end.max(run.end),
                // The comment above goes along with the code that it is about, where that stays.
                _ if steps != 0
                    && self.variant.keeps.binary_search_by_key(&element, |k| k.0).is_ok()
                    && begins_lines(element, bytes.start)
                    && !self.is_taken_apart(element) =>
                {
                    shifts.push((self.doc_start(bytes.start)..bytes.end, steps));
                }
                _ => shifts.push((bytes, steps)),
            }
        }
        shifts.retain(|(_, steps)| *steps != 0);
        if shifts.is_empty() {
            return;
        }
        let line = self.source.lines.around(self.source.span(&self.hit.matched.tokens).start, &self.source.bytes);
        let unit = self.unit(blanks(&self.source.bytes[line])).bytes();
        let mut blank = Vec::new();
        for (bytes, steps) in shifts {
            let mut at = bytes.start;
            while at < bytes.end {
                let line = self.source.lines.around(at, &self.source.bytes);
                let text = &self.source.bytes[line.clone()];
                let first = line.start + blanks(text).len();
                if first >= bytes.start && first < bytes.end && first < line.end && self.may_shift(line.start, first) {
                    if steps > 0 {
                        // Behind tabs, so that a tab does not swallow them.
                        let tabs = blanks(text).iter().rposition(|b| *b == b'\t').map_or(0, |t| t + 1);
                        let at = line.start + if unit == b"\t" { 0 } else { tabs };
                        blank.push(Edit::new(at..at, unit.repeat(steps as usize)));
                    } else {
                        let mut left = blanks(text).to_vec();
                        (0..-steps).for_each(|_| outdent(&mut left, &unit));
                        blank.push(Edit::new(line.start..line.start + blanks(text).len() - left.len(), ""));
                    }
                }
                at = self.source.lines.next(at).max(at + 1);
            }
        }
        // A line that an edit joins to the one above has no indentation any more.
        let joined = |new: &Edit| {
            let (from, to) = (new.bytes.start, new.bytes.end.max(new.bytes.start + 1));
            let cut =
                |e: &Edit| e.bytes.start < to && from < e.bytes.end && (e.bytes.start < from || !new.bytes.is_empty());
            edits.iter().any(cut)
        };
        blank.retain(|new| !joined(new));
        let mut of_lines = vec![false; edits.len()];
        on_lines.iter().for_each(|run| of_lines[run.clone()].fill(true));
        let first = |at: usize| (0..of_lines.len()).find(|&i| of_lines[i] && edits[i].bytes == (at..at));
        let mut places: Vec<(usize, Edit)> =
            blank.into_iter().map(|e| (first(e.bytes.start).unwrap_or(edits.len()), e)).collect();
        places.sort_by_key(|(place, _)| *place);
        for (place, edit) in places.into_iter().rev() {
            edits.insert(place, edit);
        }
    }

    /// How much deeper the code that begins at a byte is afterwards, as far as the body shows it.
    pub(super) fn shift_at(&self, byte: usize) -> isize {
        let bounds = &self.hit.matched.bounds;
        let begins = |i: usize| bounds[i].bytes.start == byte && !bounds[i].bytes.is_empty();
        let rows = self.staying_rows().into_iter().find(|(i, _)| begins(*i)).map(|(_, rows)| rows);
        rows.and_then(|rows| self.deeper(rows)).unwrap_or(0)
    }

    /// The elements of the lines that stay, changed or not: each with its row before and after.
    fn staying_rows(&self) -> Vec<(usize, (usize, usize))> {
        let (before, after) = (&self.variant.before, &self.variant.after);
        let row = |side: &Side, i: usize| side.elements[i].row;
        let kept = self.variant.keeps.iter().map(|&(b, a)| (b, (row(before, b), row(after, a))));
        let mut all: Vec<_> = kept.collect();
        let keeps = |i: usize| all.get(i).copied();
        let mut changed = Vec::new();
        for change in &self.variant.changes {
            let Change::Tokens { before: old, after: new } = change else { continue };
            if old.is_empty() {
                continue;
            }
            let own = row(before, old.start);
            let at = all.partition_point(|k| k.0 < old.start);
            let beside = [Some(at), at.checked_sub(1)].into_iter().flatten().filter_map(keeps).find(|k| k.1.0 == own);
            let rows = match beside {
                Some((_, rows)) => rows,
                None if new.is_empty() => continue,
                None => (own, row(after, new.start)),
            };
            changed.extend(old.clone().map(|b| (b, rows)));
        }
        all.extend(changed);
        all.sort_unstable();
        all
    }

    /// Whether a label begins at a byte.
    fn is_label(&self, byte: usize) -> bool {
        let nodes = self.source.nodes_at(self.source.token_at(byte));
        nodes.into_iter().any(|(_, n)| self.source.language.is_label(n.kind))
    }

    /// How much deeper a row is afterwards: as the body shows it, or where that shows nothing, as the brackets
    /// around it tell. A row that goes on within parentheses says nothing of its own.
    pub(super) fn deeper(&self, (before, after): (usize, usize)) -> Option<isize> {
        let first = |side: &Side, row: usize| Some(side.on_row(row)).filter(|row| !row.is_empty()).map(|row| row.start);
        let (b, a) = (first(&self.variant.before, before)?, first(&self.variant.after, after)?);
        if before != after && self.variant.before.elements[b].wrapped {
            return None;
        }
        let shown = if before == after { 0 } else { self.level(after) - self.level(before) };
        let depth = |side: &Side, i: usize| side.elements[i].depth as isize;
        let told = depth(&self.variant.after, a) - depth(&self.variant.before, b);
        Some(if shown == 0 { told } else { shown })
    }

    fn may_shift(&self, line: usize, first: usize) -> bool {
        let token = self.source.tokens.partition_point(|t| t.bytes.end <= line);
        let inside = self.source.tokens.get(token).is_some_and(|t| t.bytes.start < line);
        let continued = line >= 2 && self.source.bytes[..line - 1].trim_ascii_end().last() == Some(&b'\\');
        let directive = self.source.language == Language::C && self.source.bytes.get(first) == Some(&b'#');
        // Labels at the left margin stay there.
        let label = first == line && self.is_label(line);
        !(inside || continued || directive || label)
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
