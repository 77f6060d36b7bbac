//! A patch with its sides exchanged.

use super::{Body, Expect, HoleKind, HoleUse, Hunk, Patch, Row, Sign, Syntax, Work};

/// Whether any number of sites will do.
pub(crate) fn is_open(patch: &Patch) -> bool {
    let is_open = |body: &Body| match &body.work {
        // Of several hunks each may have its sites in other files.
        Work::Edit(hunks) => hunks.iter().all(|h| match h.expect {
            Expect::Between(least, None) => least == 0 || least == 1 && hunks.len() == 1,
            _ => false,
        }),
        _ => false,
    };
    patch.bodies.iter().all(is_open)
}

/// The reason as it is reported.
pub(crate) fn not_reversible(why: &str) -> String {
    format!("not reversible: {why}")
}

/// The patch with its sides exchanged; the reason, where that undoes nothing.
pub(crate) fn inverse(patch: &Patch) -> Result<Patch, String> {
    let mut inverse = patch.clone();
    inverse.obsolete = None;
    inverse.needs.clear();
    inverse.amends.clear();
    for body in &mut inverse.bodies {
        match &mut body.work {
            Work::Edit(hunks) => hunks.iter_mut().try_for_each(swap)?,
            Work::Operation(operation) => return Err(format!("`{}` has no way back", operation.name.value)),
            Work::Create(_) => {}
        }
    }
    Ok(inverse)
}

fn swap(hunk: &mut Hunk) -> Result<(), String> {
    let (before, after) = (hunk.diff.holes_of(Sign::Minus), hunk.diff.holes_of(Sign::Plus));
    let count = |uses: &[HoleUse], kind| uses.iter().filter(|u| u.kind == kind).count();
    if let Some(lost) = before.iter().find(|hole| {
        matches!(hole.kind, HoleKind::Item | HoleKind::NamedDots) && after.iter().all(|other| other.name != hole.name)
    }) {
        return Err(format!("what `${}` stands for is on `-` lines alone, and lost", lost.name));
    }
    let dots = |sign: Sign| hunk.diff.rows.iter().filter(|r| r.sign == sign && r.text.trim() == "...").count();
    let is_lost = |kind| count(&before, kind) > count(&after, kind);
    let is_code = hunk.diff.syntax == Syntax::Code;
    if is_lost(HoleKind::Anonymous) || is_lost(HoleKind::Dots) || is_code && dots(Sign::Minus) > dots(Sign::Plus) {
        return Err("a `$_` or an ellipsis stands on `-` lines alone: what it stands for is lost".to_owned());
    }
    if count(&after, HoleKind::Pasted) > 0 {
        return Err("a name is put together on a `+` line, and cannot be taken apart".to_owned());
    }
    for row in &mut hunk.diff.rows {
        row.sign = match row.sign {
            Sign::Context => Sign::Context,
            Sign::Minus => Sign::Plus,
            Sign::Plus => Sign::Minus,
        };
    }
    // Removed lines first, as diffs are written; empty lines stay where they are.
    let key = |(row, _): &(Row, bool)| row.sign == Sign::Plus;
    let diff = &mut hunk.diff;
    let numbered = std::mem::take(&mut diff.rows).into_iter().enumerate();
    let mut rows: Vec<(Row, bool)> = numbered.map(|(n, row)| (row, diff.unended.contains(&n))).collect();
    let (mut from, blanks) = (0, &diff.blanks);
    for to in blanks.iter().copied().chain([rows.len()]) {
        let between = &mut rows[from..to];
        let runs = between.chunk_by_mut(|a, b| a.0.sign != Sign::Context && b.0.sign != Sign::Context);
        runs.for_each(|rows| rows.sort_by_key(key));
        from = to;
    }
    diff.unended = (0..rows.len()).filter(|&n| rows[n].1).collect();
    diff.rows = rows.into_iter().map(|(row, _)| row).collect();
    // They hold for what is to do, not for what is done.
    hunk.has.clear();
    hunk.unless.clear();
    Ok(())
}
