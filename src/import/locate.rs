//! Where the hunks of a diff belong in a file, by the rules of GNU `patch`.

use super::diff::DiffHunk;

/// A hunk in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The 0-based line at which it begins, rows that fuzz left out not counted.
    pub at: usize,
    /// How far that is from where the diff says.
    pub offset: isize,
    /// How many rows of context at each end were left out of account.
    pub fuzz: usize,
    /// The hunk, without rows that fuzz left out.
    pub hunk: DiffHunk,
}

/// Finds the place of every hunk, in order. Fails with the number of the first that has none.
pub fn locate(lines: &[&[u8]], hunks: &[DiffHunk], most_fuzz: usize) -> Result<Vec<Placed>, usize> {
    let mut placed: Vec<Placed> = Vec::new();
    let mut offset = 0;
    for (number, hunk) in hunks.iter().enumerate() {
        let frozen = placed.last().map_or(0, |before| before.at + before.hunk.side(b'-').count());
        let found = (0..=most_fuzz).find_map(|fuzz| place(lines, hunk, (frozen, offset), fuzz)).ok_or(number)?;
        offset = found.offset;
        placed.push(found);
    }
    Ok(placed)
}

/// The bytes that come out.
pub fn applied(lines: &[&[u8]], placed: &[Placed]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for Placed { at: start, hunk, .. } in placed {
        out.extend(lines[at..*start].iter().copied().flatten());
        out.extend(hunk.side(b'+').flatten());
        at = start + hunk.side(b'-').count();
    }
    out.extend(lines[at..].iter().copied().flatten());
    out
}

/// The lines of a file, with their ends.
pub fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// One hunk, behind what those before it have settled, with as much fuzz.
fn place(lines: &[&[u8]], hunk: &DiffHunk, (frozen, offset): (usize, isize), fuzz: usize) -> Option<Placed> {
    let prefix = hunk.lines.iter().take_while(|line| line.sign == b' ').count();
    let suffix = hunk.lines.iter().rev().take_while(|line| line.sign == b' ').count().min(hunk.lines.len() - prefix);
    let context = prefix.max(suffix);
    if fuzz > context {
        return None;
    }
    let cut = |own: usize| (fuzz + own).saturating_sub(context).min(own);
    let (top, bottom) = (cut(prefix), cut(suffix));
    let trimmed = DiffHunk { lines: hunk.lines[top..hunk.lines.len() - bottom].to_vec(), ..hunk.clone() };
    let old: Vec<&[u8]> = trimmed.side(b'-').collect();
    let room = lines.len().checked_sub(old.len())?;
    // Of an empty side the number is that of the line above.
    let first = if hunk.side(b'-').next().is_none() { hunk.old_start } else { hunk.old_start.saturating_sub(1) };
    let guess = first as isize + top as isize + offset;
    let fits = |at: isize| {
        let start = usize::try_from(at).ok().filter(|start| (frozen..=room).contains(start))?;
        (lines[start..start + old.len()] == *old).then_some(start)
    };
    let found = if fuzz + prefix < context && hunk.old_start <= 1 {
        fits(0)
    } else if fuzz + suffix < context {
        fits(room as isize)
    } else {
        let reach = lines.len() as isize + guess.abs();
        fits(guess).or_else(|| (1..=reach).find_map(|far| fits(guess + far).or_else(|| fits(guess - far))))
    }?;
    let offset = found as isize - (first as isize + top as isize);
    Some(Placed { at: found, offset, fuzz, hunk: trimmed })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::diff::read;
    use super::*;

    fn patched(file: &str, diff: &str, fuzz: usize) -> Result<(String, isize), usize> {
        let (_, diffs) = read(format!("--- a/x\n+++ b/x\n{diff}").as_bytes()).unwrap();
        let lines = lines(file.as_bytes());
        let placed = locate(&lines, &diffs[0].hunks, fuzz)?;
        Ok((String::from_utf8(applied(&lines, &placed)).unwrap(), placed[0].offset))
    }

    #[test]
    fn a_hunk_moves_to_the_nearest_place() {
        let diff = "@@ -2,3 +2,3 @@\n b\n-c\n+C\n d\n";
        assert_eq!(patched("a\nb\nc\nd\n", diff, 0), Ok(("a\nb\nC\nd\n".to_owned(), 0)));
        assert_eq!(patched("b\nc\nd\nx\nx\nb\nc\nd\n", diff, 0), Ok(("b\nC\nd\nx\nx\nb\nc\nd\n".to_owned(), -1)));
        assert_eq!(patched("a\nb\nc\n", diff, 0), Err(0));
    }

    #[test]
    fn what_the_ends_lack_holds_it_there() {
        let top = "@@ -1,2 +1,3 @@\n+z\n a\n b\n";
        assert_eq!(patched("x\na\nb\n", top, 0), Err(0));
        let bottom = "@@ -2,2 +2,3 @@\n b\n c\n+d\n";
        assert_eq!(patched("a\nb\nc\ne\n", bottom, 0), Err(0));
        assert_eq!(patched("a\na\nb\nc\n", bottom, 0), Ok(("a\na\nb\nc\nd\n".to_owned(), 1)));
    }

    #[test]
    fn fuzz_leaves_the_outer_rows_out() {
        let diff = "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n";
        assert_eq!(patched("x\nb\nc\n", diff, 0), Err(0));
        assert_eq!(patched("x\nb\nc\n", diff, 1), Ok(("x\nB\nc\n".to_owned(), 0)));
    }
}
