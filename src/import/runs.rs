//! Where two versions of a file differ, as the diff that leads from one to the other has it.

use super::locate::Placed;
use std::ops::Range;

/// Lines of the file before that give way to lines of the file after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// 0-based lines of the file before.
    pub before: Range<usize>,
    /// 0-based lines of the file after.
    pub after: Range<usize>,
    /// The number of the hunk it is from.
    pub hunk: usize,
}

/// The runs of the hunks of one file, in order.
pub fn runs(placed: &[Placed]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut grown = 0isize;
    for (hunk, Placed { at, hunk: diff, .. }) in placed.iter().enumerate() {
        let (mut before, mut after) = (*at, at.saturating_add_signed(grown));
        let mut is_open = false;
        for line in &diff.lines {
            if line.sign == b' ' {
                is_open = false;
                (before, after) = (before + 1, after + 1);
                continue;
            }
            if !is_open {
                runs.push(Run { before: before..before, after: after..after, hunk });
                is_open = true;
            }
            let Some(run) = runs.last_mut() else { continue };
            match line.sign {
                b'-' => (before, run.before.end) = (before + 1, before + 1),
                _ => (after, run.after.end) = (after + 1, after + 1),
            }
        }
        grown = after as isize - before as isize;
    }
    runs
}

/// The file after with some of the runs alone.
pub fn with_runs(before: &[&[u8]], after: &[&[u8]], runs: &[&Run]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for run in runs {
        out.extend(before[at..run.before.start].iter().copied().flatten());
        out.extend(after[run.after.clone()].iter().copied().flatten());
        at = run.before.end;
    }
    out.extend(before[at..].iter().copied().flatten());
    out
}
