//! The engine's word on a body: what it makes of a file, that a second run does nothing, and that a revert undoes it.

use super::alternative::{Hunk, patchset};
use super::body::{Body, Versions, Width};
use super::edits::{Edit, edits};
use crate::language::Language;
use crate::patchset::{Patchset, load};
use crate::plan::Options;
use crate::planner::plan;
use crate::report::Verdict;
use crate::revert::{Assumed, revert};
use crate::source::{Limits, Source};
use crate::vfs::MemoryTree;
use std::path::{Path, PathBuf};

/// The widths that are tried, the tightest first.
const WIDTHS: [Width; 7] = [
    Width { rows: 1, headers: true, comments: false },
    Width { rows: 1, headers: true, comments: true },
    Width { rows: 1, headers: false, comments: false },
    Width { rows: 3, headers: true, comments: false },
    Width { rows: 3, headers: false, comments: true },
    Width { rows: 8, headers: true, comments: true },
    Width { rows: 25, headers: true, comments: true },
];

/// A change of a file that bodies are made for.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The file.
    pub path: &'a Path,
    /// What it is written in.
    pub language: Language,
    /// Its bytes.
    pub before: &'a [u8],
    /// Its bytes then.
    pub after: &'a [u8],
}

/// Bodies that make the change, each found once; together they give exactly the bytes wanted. `None` where the language of
/// bodies cannot say it.
pub fn hunks(change: &Change<'_>) -> Option<Vec<Hunk>> {
    let all = edits(change.before, change.after)?;
    let mut groups: Vec<Vec<Edit>> = all.into_iter().map(|edit| vec![edit]).collect();
    let mut found: Vec<Hunk> = Vec::new();
    let mut number = 0;
    while number < groups.len() {
        match change.body(&groups[number]) {
            Some(body) => {
                found.push(Hunk { path: change.path.to_owned(), body });
                number += 1;
            }
            // Together with a neighbour it may be whole.
            None if number + 1 < groups.len() => {
                let next = groups.remove(number + 1);
                groups[number].extend(next);
            }
            None if number > 0 => {
                let last = groups.remove(number);
                found.pop();
                number -= 1;
                groups[number].extend(last);
            }
            None => return None,
        }
    }
    if change.is_proven(&found, change.after) {
        return Some(found);
    }
    let all: Vec<Edit> = groups.concat();
    let body = change.body(&all).filter(|_| groups.len() > 1)?;
    Some(vec![Hunk { path: change.path.to_owned(), body }])
}

impl Change<'_> {
    /// The tightest body that makes some of the edits, and nothing else.
    fn body(&self, edits: &[Edit]) -> Option<Body> {
        let wanted = self.with(edits);
        let parse = |bytes: &[u8]| Source::parse(self.language, bytes.to_vec(), Limits::default()).ok();
        let (before, after) = (parse(self.before)?, parse(&wanted)?);
        let edits = shifted(edits);
        let versions = Versions { before: &before, after: &after, edits: &edits };
        let mut tried: Vec<Vec<String>> = Vec::new();
        for letters in [false, true] {
            for width in WIDTHS {
                let Some(rows) = versions.rows(width) else { continue };
                if !letters && tried.contains(&rows) {
                    continue;
                }
                let body = Body { rows: rows.clone(), letters };
                if self.is_proven(&[Hunk { path: self.path.to_owned(), body: body.clone() }], &wanted) {
                    return Some(body);
                }
                tried.push(rows);
            }
        }
        None
    }

    /// The file with some of the edits.
    fn with(&self, edits: &[Edit]) -> Vec<u8> {
        let ends = |bytes: &[u8]| -> Vec<usize> {
            let mut ends = vec![0];
            ends.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1));
            if ends.last() != Some(&bytes.len()) {
                ends.push(bytes.len());
            }
            ends
        };
        let (old, new) = (ends(self.before), ends(self.after));
        let (mut out, mut next) = (Vec::new(), 0);
        for edit in edits {
            out.extend_from_slice(&self.before[old[next]..old[edit.removed.start]]);
            out.extend_from_slice(&self.after[new[edit.added.start]..new[edit.added.end]]);
            next = edit.removed.end;
        }
        out.extend_from_slice(&self.before[old[next]..]);
        out
    }

    /// Whether bodies make the file what is wanted; a second run does nothing, and a revert undoes it.
    fn is_proven(&self, hunks: &[Hunk], wanted: &[u8]) -> bool {
        let Ok(set) = load("rebase", &patchset(hunks)) else { return false };
        self.gives(&set, wanted).is_some()
    }

    fn gives(&self, set: &Patchset, wanted: &[u8]) -> Option<()> {
        let memory = |bytes: &[u8]| MemoryTree::new([(self.path.to_owned(), bytes.to_vec())]);
        let options = Options { threads: 1, ..Options::default() };
        let first = plan(set, &memory(self.before), &options).ok()?;
        let is_one = first.reports.iter().all(|r| r.verdict == Verdict::Applies && r.done() == 0 && !r.blocks);
        let changes = first.changes();
        let [change] = changes.as_slice() else { return None };
        if !is_one || change.after != wanted {
            return None;
        }
        let second = plan(set, &memory(wanted), &options).ok()?;
        if second.changed().next().is_some() || second.reports.iter().any(|r| r.verdict != Verdict::Applied) {
            return None;
        }
        let earlier = |_: &Path| Some(self.before.to_vec());
        let back = revert(set, &memory(wanted), &options, &Assumed { earlier: &earlier }).ok()?;
        let back: Vec<(PathBuf, Vec<u8>)> = back.plan.each_change().map(|c| (c.path, c.after)).collect();
        (back.len() == 1 && back[0].1 == self.before).then_some(())
    }
}

/// The edits with the rows after counted as if there were no others.
fn shifted(edits: &[Edit]) -> Vec<Edit> {
    let mut shift = 0isize;
    edits
        .iter()
        .map(|edit| {
            let start = (edit.removed.start as isize + shift) as usize;
            shift += edit.added.len() as isize - edit.removed.len() as isize;
            Edit { removed: edit.removed.clone(), added: start..start + edit.added.len() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(before: &str, after: &str, path: &str) -> Option<Vec<String>> {
        let path = Path::new(path);
        let language = Language::of_path(path)?;
        let change = Change { path, language, before: before.as_bytes(), after: after.as_bytes() };
        Some(hunks(&change)?.iter().map(Hunk::text).collect())
    }

    #[test]
    fn a_body_shows_the_declaration_and_the_neighbours() {
        let before = "int f(int a)\n{\n\tx();\n\tone();\n\ttwo();\n\ty();\n}\n\nint g(int a)\n{\n\tone();\n\ttwo();\n\treturn 0;\n}\n";
        let after = before.replacen("\tone();\n\ttwo();\n\treturn", "\tone();\n\tmore();\n\ttwo();\n\treturn", 1);
        let body = " int g(int a)\n {\n \tone();\n+\tmore();\n \ttwo();\n \t...\n }\n";
        assert_eq!(texts(before, &after, "a.c"), Some(vec![body.to_owned()]));
    }
}
