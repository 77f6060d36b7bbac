//! What a patch does to a file, as runs of rows.

use git2::{DiffOptions, Patch};
use std::ops::Range;

/// Some rows in the place of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The rows before, counted from 0.
    pub removed: Range<usize>,
    /// The rows after.
    pub added: Range<usize>,
}

/// The edits between two versions of a file, in order; a run that could slide stands where its indentation says that it
/// belongs. `None` where the two cannot be compared.
pub fn edits(before: &[u8], after: &[u8]) -> Option<Vec<Edit>> {
    let mut options = DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).indent_heuristic(true).patience(true).force_text(true);
    let patch = Patch::from_buffers(before, None, after, None, Some(&mut options)).ok()?;
    let mut edits = Vec::new();
    for number in 0..patch.num_hunks() {
        let (hunk, _) = patch.hunk(number).ok()?;
        let rows = |start: u32, count: u32| {
            let first = if count == 0 { start as usize } else { start as usize - 1 };
            first..first + count as usize
        };
        edits.push(Edit {
            removed: rows(hunk.old_start(), hunk.old_lines()),
            added: rows(hunk.new_start(), hunk.new_lines()),
        });
    }
    Some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_runs_of_rows() {
        let found = edits(b"a\nb\nc\nd\n", b"a\nB\nc\nd\ne\n").unwrap();
        assert_eq!(found, [Edit { removed: 1..2, added: 1..2 }, Edit { removed: 4..4, added: 4..5 }]);
        assert_eq!(edits(b"", b"a\n").unwrap(), [Edit { removed: 0..0, added: 0..1 }]);
    }

    #[test]
    fn an_added_function_is_whole() {
        let before = b"int f(void)\n{\n\treturn 1;\n}\n\nint h(void)\n{\n\treturn 1;\n}\n";
        let after =
            b"int f(void)\n{\n\treturn 1;\n}\n\nint g(void)\n{\n\treturn 1;\n}\n\nint h(void)\n{\n\treturn 1;\n}\n";
        assert_eq!(edits(before, after).unwrap(), [Edit { removed: 5..5, added: 5..10 }]);
    }
}
