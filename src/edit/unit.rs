//! One step of indentation.

use std::cell::OnceCell;

/// One step of indentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Tab,
    Spaces(usize),
}

impl Unit {
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Unit::Tab => b"\t".to_vec(),
            Unit::Spaces(n) => vec![b' '; *n],
        }
    }

    /// The step that the lines of a text use.
    pub fn of<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<Unit> {
        let (mut tabs, mut spaced, mut last) = (0usize, 0usize, 0usize);
        let mut steps = std::collections::BTreeMap::<usize, usize>::new();
        for line in lines.filter(|l| l.iter().any(|b| !b.is_ascii_whitespace())) {
            if line.first() == Some(&b'\t') {
                // Blanks behind tabs align; that says nothing.
                tabs += usize::from(!blanks(line).ends_with(b" "));
                continue;
            }
            spaced += usize::from(line.starts_with(b"  "));
            let spaces = line.iter().take_while(|b| **b == b' ').count();
            if spaces > last && matches!(spaces - last, 2..=8) {
                *steps.entry(spaces - last).or_default() += 1;
            }
            last = spaces;
        }
        let step = steps.into_iter().max_by_key(|(step, count)| (*count, std::cmp::Reverse(*step)));
        match step {
            Some((step, _)) if spaced > tabs => Some(Unit::Spaces(step)),
            _ if tabs > 0 => Some(Unit::Tab),
            _ => step.map(|(step, _)| Unit::Spaces(step)),
        }
    }
}

/// The steps of indentation of a file, each worked out when it is first asked for.
#[derive(Default)]
pub struct Units {
    /// That of all of its lines, if they have one.
    pub(super) file: OnceCell<Option<Unit>>,
    /// That of the lines which are indented by blanks.
    pub(super) spaced: OnceCell<Unit>,
    /// Whether the body is indented at all.
    pub(super) indents: OnceCell<bool>,
}

/// The blanks that a line begins with.
pub(crate) fn blanks(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(line.len());
    &line[..end]
}

/// How wide blanks look, a tab going to the next column of eight.
pub(crate) fn width(blanks: &[u8]) -> usize {
    blanks.iter().fold(0, |at, b| if *b == b'\t' { (at / 8 + 1) * 8 } else { at + 1 })
}
