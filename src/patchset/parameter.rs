use super::check::uses;
use super::diagnostic::Diagnostic;
use super::notes::{Notes, list, quoted};
use super::{Fragment, HoleKind, HoleTest, Patch, Patchset, Table, Work};
use crate::source::Bytes;
use std::collections::{BTreeMap, BTreeSet};

type Tables = BTreeMap<String, Table>;

/// Puts the rows of a target in the place of the parameters: `$NAME` and `${NAME}` where there is a `[table.NAME]`.
///
/// Without a target the patchset's own is taken. Patches that are for other targets are left as they are. On
/// diagnostics nothing has been replaced.
pub fn substitute(patchset: &mut Patchset, target: Option<&str>) -> Result<(), Vec<Diagnostic>> {
    let target = target.or(patchset.target.as_deref());
    let mut diagnostics = Vec::new();
    let mut patches = patchset.patches.clone();
    for patch in &mut patches {
        diagnostics.extend(replace(patch, &patchset.tables, target, &patchset.text).err().unwrap_or_default());
    }
    Notes::of(diagnostics).finish(&patchset.text, Some(()))?;
    patchset.patches = patches;
    Ok(())
}

/// [`substitute`] for one patch of the patchset alone, as an example with a `target` of its own needs.
pub fn patch_for(patchset: &Patchset, patch: &Patch, target: Option<&str>) -> Result<Patch, Vec<Diagnostic>> {
    let mut patch = patch.clone();
    replace(&mut patch, &patchset.tables, target.or(patchset.target.as_deref()), &patchset.text)?;
    Ok(patch)
}

fn replace(patch: &mut Patch, tables: &Tables, target: Option<&str>, text: &str) -> Result<(), Vec<Diagnostic>> {
    let other = target.is_some_and(|target| !patch.target.is_empty() && !patch.target.iter().any(|own| own == target));
    if tables.is_empty() || other {
        return Ok(());
    }
    let mut missing = Missing { tables, target, text, told: BTreeSet::new(), diagnostics: Vec::new() };
    for body in &mut patch.bodies {
        let Work::Edit(hunks) = &mut body.work else { continue };
        for hunk in hunks {
            missing.fragment(&mut hunk.diff);
            let lists = [&mut hunk.inside, &mut hunk.has, &mut hunk.unless, &mut hunk.file_has];
            lists.into_iter().flatten().for_each(|fragment| missing.fragment(fragment));
            for test in hunk.holes.iter_mut().flat_map(|condition| &mut condition.tests) {
                if let HoleTest::Is(fragment) = &mut test.value {
                    missing.fragment(fragment);
                }
            }
        }
    }
    patch.obsolete.iter_mut().flat_map(|obsolete| &mut obsolete.matches).for_each(|found| missing.fragment(found));
    if missing.diagnostics.is_empty() { Ok(()) } else { Err(missing.diagnostics) }
}

struct Missing<'t> {
    tables: &'t Tables,
    target: Option<&'t str>,
    text: &'t str,
    told: BTreeSet<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Missing<'_> {
    fn fragment(&mut self, fragment: &mut Fragment) {
        let mut holes = uses(fragment).into_iter().peekable();
        while let Some((row, _)) = holes.peek() {
            let row = *row;
            let mut out = String::new();
            let mut copied = 0;
            while let Some((_, hole)) = holes.next_if(|(other, _)| *other == row) {
                let table =
                    self.tables.get(&hole.name).filter(|_| matches!(hole.kind, HoleKind::Item | HoleKind::Pasted));
                let Some(table) = table else { continue };
                match self.target.and_then(|target| table.rows.get(target)) {
                    None => self.complain(&fragment.place(self.text, row, hole.bytes), &hole.name, table),
                    Some(value) => {
                        out.push_str(&fragment.rows[row].text[copied..hole.bytes.start]);
                        out.push_str(value);
                        copied = hole.bytes.end;
                    }
                }
            }
            if copied > 0 {
                out.push_str(&fragment.rows[row].text[copied..]);
                fragment.rows[row].text = out;
            }
        }
    }

    fn complain(&mut self, place: &Bytes, name: &str, table: &Table) {
        if self.told.insert(name.to_owned()) {
            let targets = list(table.rows.keys().take(20).map(String::as_str), "and");
            let diagnostic = Diagnostic::new(
                place,
                match self.target {
                    Some(target) => format!("`[table.{name}]` has no row for the target {}", quoted(target)),
                    None => format!("`${name}` differs from target to target, and none is chosen"),
                },
            );
            self.diagnostics.push(diagnostic.help(format!("it has {targets}")));
        }
    }
}
