use super::diagnostic::Diagnostic;
use super::holes::is_word;
use super::nearest::nearest;
use super::notes::{Notes, quoted};
use super::{Expect, Fragment, HoleKind, HoleUse, Hunk, Patch, Row, Sign, Syntax, Table, Work};
use crate::source::Bytes;
use std::collections::{BTreeMap, BTreeSet};

type Tables = BTreeMap<String, Table>;
type Names = BTreeSet<String>;

/// The checks of a patch's bodies that need no grammar, and conditions given to the hunks that they are for.
pub(super) fn check(notes: &mut Notes, text: &str, tables: &Tables, patch: &mut Patch) {
    let mut check = Check { notes, text, tables };
    for body in &patch.bodies {
        if let Work::Edit(hunks) = &body.work {
            check.hunks(hunks);
        }
    }
    for found in patch.obsolete.iter().flat_map(|obsolete| &obsolete.matches) {
        check.fragment(found);
    }
    check.conditions(patch);
}

struct Check<'n, 't> {
    notes: &'n mut Notes,
    text: &'t str,
    tables: &'t Tables,
}

impl Check<'_, '_> {
    fn hunks(&mut self, hunks: &[Hunk]) {
        let mut bound = Names::new();
        let mut lists: BTreeMap<String, bool> = BTreeMap::new();
        for hunk in hunks {
            self.shape(hunk);
            let diff = self.fragment(&hunk.diff);
            let mut others = Vec::new();
            for fragment in hunk.inside.iter().chain(&hunk.has).chain(&hunk.file_has) {
                others.extend(self.fragment(fragment).into_iter().map(|(row, hole)| (fragment, row, hole)));
            }
            for fragment in hunk.unless.iter().chain(hunk.holes.iter().flat_map(conditions)) {
                self.fragment(fragment);
            }
            let before = diff.iter().filter(|(row, _)| hunk.diff.rows[*row].sign != Sign::Plus).map(|(_, hole)| hole);
            for hole in before.chain(others.iter().map(|(_, _, hole)| hole)) {
                if matches!(hole.kind, HoleKind::Item | HoleKind::NamedDots) {
                    bound.insert(hole.name.clone());
                }
            }
            self.after(&hunk.diff, &diff, &bound);
            let all = diff.iter().map(|(row, hole)| (&hunk.diff, *row, hole));
            for (fragment, row, hole) in all.chain(others.iter().map(|(fragment, row, hole)| (*fragment, *row, hole))) {
                self.one_kind(&mut lists, fragment, row, hole);
            }
        }
    }

    /// The holes of a fragment with their rows, each looked at alone. Parameters are none.
    fn fragment(&mut self, fragment: &Fragment) -> Vec<(usize, HoleUse)> {
        let mut found = uses(fragment);
        found.retain(|(row, hole)| {
            let parameter = self.tables.contains_key(&hole.name);
            let Row { sign, text, .. } = &fragment.rows[*row];
            let before = text[..hole.bytes.start].chars().next_back();
            let after = text[hole.bytes.end..].chars().next();
            let glued = [before, after].into_iter().flatten().any(is_word);
            let name = &hole.name;
            let (message, help) = match hole.kind {
                HoleKind::Dollar => return false,
                HoleKind::Stray => (
                    "this `$` begins no hole".to_owned(),
                    "a hole is `$name`, `$_`, `$...`, `$...name` or `${name}`; `$$` is a dollar".to_owned(),
                ),
                HoleKind::NamedDots if parameter => (
                    format!("{} is a table and an ellipsis", quoted(name)),
                    format!("`${name}` is the parameter; give the ellipsis another name"),
                ),
                HoleKind::Pasted if !parameter && *sign != Sign::Plus => (
                    format!("`${{{name}}}` stands on a line that is there before"),
                    "names are pasted on `+` lines only".to_owned(),
                ),
                HoleKind::Pasted if !parameter && matches!(fragment.syntax, Syntax::Text(_)) => (
                    format!("`${{{name}}}` pastes a name, which text has none of"),
                    format!("double the mark to have it as it is; `${name}` is a hole"),
                ),
                HoleKind::Item if glued => {
                    ("a hole stands within a word".to_owned(), format!("`${{{name}}}` pastes its text into the word"))
                }
                HoleKind::Anonymous | HoleKind::Dots | HoleKind::NamedDots if glued => (
                    "a hole stands within a word".to_owned(),
                    "only a named item can be pasted: `${name}`, on a `+` line".to_owned(),
                ),
                _ => return !parameter,
            };
            if self.notes.is_full() {
                return false;
            }
            let place = fragment.place(self.text, *row, hole.bytes.clone());
            self.notes.push(Diagnostic::new(&place, message).help(help));
            false
        });
        found
    }

    /// What the after side takes from the before side must be there.
    fn after(&mut self, diff: &Fragment, holes: &[(usize, HoleUse)], bound: &Names) {
        let sign = |row: &usize| diff.rows[*row].sign;
        let unnamed = |kind, wanted| {
            let wanted = move |(row, hole): &&(usize, HoleUse)| hole.kind == kind && sign(row) == wanted;
            holes.iter().filter(wanted).collect::<Vec<_>>()
        };
        for kind in [HoleKind::Anonymous, HoleKind::Dots] {
            let taken = unnamed(kind, Sign::Minus).len();
            for (row, hole) in unnamed(kind, Sign::Plus).into_iter().skip(taken) {
                let place = diff.place(self.text, *row, hole.bytes.clone());
                let diagnostic = Diagnostic::new(&place, "a hole without a name has no twin on a `-` line");
                self.notes.push(diagnostic.label("no text to put here").help("give both the same name"));
            }
        }
        for (row, hole) in holes.iter().filter(|(row, _)| sign(row) == Sign::Plus) {
            let named = matches!(hole.kind, HoleKind::Item | HoleKind::NamedDots | HoleKind::Pasted);
            if named && !bound.contains(&hole.name) && !self.notes.is_full() {
                let place = diff.place(self.text, *row, hole.bytes.clone());
                let near = nearest(&hole.name, bound.iter().map(String::as_str));
                let label = near.map(|near| format!("did you mean `${near}`?")).unwrap_or_default();
                self.notes.push(Diagnostic::new(&place, format!("nothing binds `${}`", hole.name)).label(label).help(
                    "a hole of a `+` line stands on a `-` or context line, in `inside`, `has` or `file-has`, \
                         or in an earlier hunk",
                ));
            }
        }
    }

    /// A name is an item or an ellipsis, the same in the whole patch.
    fn one_kind(&mut self, lists: &mut BTreeMap<String, bool>, fragment: &Fragment, row: usize, hole: &HoleUse) {
        let list = match hole.kind {
            HoleKind::NamedDots => true,
            HoleKind::Item | HoleKind::Pasted => false,
            _ => return,
        };
        if *lists.entry(hole.name.clone()).or_insert(list) != list {
            let place = fragment.place(self.text, row, hole.bytes.clone());
            let message = format!("{} is an item and an ellipsis", quoted(&hole.name));
            self.notes
                .push(Diagnostic::new(&place, message).help(format!("`${0}` and `$...{0}` need two names", hole.name)));
        }
    }

    /// What can be said of a diff's rows without reading them.
    fn shape(&mut self, hunk: &Hunk) {
        let rows = &hunk.diff.rows;
        let complain = |notes: &mut Notes, place: Bytes, message: &str, help: &str| {
            notes.push(Diagnostic::new(&place, message).help(help));
        };
        if rows.is_empty() {
            return complain(self.notes, hunk.diff.span.clone(), "the diff is empty", "write `-` and `+` lines");
        }
        if rows.iter().all(|row| row.sign == Sign::Context) {
            let help = "mark the lines to change with `-` and `+` in column 1";
            return complain(self.notes, hunk.diff.span.clone(), "the diff changes nothing", help);
        }
        if let Some(at) = rows.windows(2).position(|pair| is_header(&pair[0], &pair[1])) {
            let place = self.row(&hunk.diff, at);
            let help = "leave the `---` and `+++` lines out: `files` names the file";
            return complain(self.notes, place, "this is the header of a unified diff", help);
        }
        if matches!(hunk.diff.syntax, Syntax::Text(_)) {
            // What tells the place of a line of text is looked at when the body is compiled.
            return;
        }
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.sign != Sign::Context) {
            let (message, help) = match (row.text.trim(), row.sign) {
                ("...", Sign::Minus) => (
                    "`...` cannot be removed",
                    "name what goes: `-$...gone` removes any number of items; ` ...` keeps them",
                ),
                ("...", _) => {
                    ("`...` cannot be added", "` ...` keeps what is there; `+$...name` puts what `$...name` holds")
                }
                ("$...", _) => ("an ellipsis without a name is neither removed nor added", "name it: `$...gone`"),
                _ => continue,
            };
            complain(self.notes, self.row(&hunk.diff, at), message, help);
        }
        if let Some(at) = without_anchor(rows) {
            let (message, help) = match rows.iter().any(shown) {
                true => ("nothing tells where this line goes", "show the line above or below it, not across `...`"),
                false => (
                    "the diff shows nothing to find",
                    "show the line above or below as context; `create` makes new files",
                ),
            };
            complain(self.notes, self.row(&hunk.diff, at), message, help);
        }
        let gone = |row: &Row| row.sign == Sign::Minus || !is_shown(&row.text);
        if rows.iter().all(gone) && rows.iter().any(shown) && hunk.inside.is_empty() && needs_sites(hunk.expect) {
            let help =
                "say where with `inside`, or let `expect` allow 0: else a second run cannot tell done from drifted";
            complain(self.notes, hunk.diff.span.clone(), "nothing of this diff is left when it is done", help);
        }
    }

    fn row(&self, diff: &Fragment, row: usize) -> Bytes {
        diff.row_place(self.text, row)
    }

    /// Conditions must be about holes of a hunk that has them, which alone keeps them.
    fn conditions(&mut self, patch: &mut Patch) {
        let mut met: BTreeMap<usize, (Bytes, String, bool)> = BTreeMap::new();
        let mut all = Names::new();
        for body in &mut patch.bodies {
            let Work::Edit(hunks) = &mut body.work else { continue };
            for hunk in hunks {
                let names = names(hunk);
                for condition in &hunk.holes {
                    let hole = &condition.hole;
                    met.entry(hole.span.start).or_insert_with(|| (hole.span.clone(), hole.value.clone(), false)).2 |=
                        names.contains(&hole.value);
                }
                hunk.holes.retain(|condition| names.contains(&condition.hole.value));
                all.extend(names);
            }
        }
        for (span, hole, found) in met.into_values() {
            if self.tables.contains_key(&hole) {
                self.notes.push(
                    Diagnostic::new(&span, format!("`${hole}` is a parameter, so nothing can be asked of it"))
                        .help(format!("`[table.{hole}]` has its name: give the hole or the table another")),
                );
            } else if !found && is_plain_text(patch) {
                let diagnostic =
                    Diagnostic::new(&span, format!("there is no hole `${hole}`: the body is text, without holes"));
                self.notes.push(
                    diagnostic.help("name their mark, `sigil = \"$\"` or another; doubled, it stands for itself"),
                );
            } else if !found {
                let what = format!("there is no hole `${hole}`");
                self.notes.unknown(&span, what, &hole, all.iter().map(String::as_str));
            }
        }
    }
}

/// The holes of a fragment with their rows. Context rows are read once, as the before side.
pub(super) fn uses(fragment: &Fragment) -> Vec<(usize, HoleUse)> {
    let mut found = fragment.side(Sign::Minus).holes(fragment.syntax);
    if fragment.rows.iter().any(|row| row.sign == Sign::Plus) {
        let after = fragment.side(Sign::Plus).holes(fragment.syntax);
        found.extend(after.into_iter().filter(|(row, _)| fragment.rows[*row].sign == Sign::Plus));
    }
    found.sort_by_key(|(row, hole)| (*row, hole.bytes.start));
    found
}

/// Whether some body is text in which nothing marks holes.
fn is_plain_text(patch: &Patch) -> bool {
    patch.bodies.iter().any(|body| match &body.work {
        Work::Edit(hunks) => hunks.iter().any(|hunk| hunk.diff.syntax == Syntax::Text(None)),
        _ => false,
    })
}

fn conditions(condition: &super::HoleCondition) -> impl Iterator<Item = &Fragment> {
    condition.tests.iter().filter_map(|test| match &test.value {
        super::HoleTest::Is(fragment) => Some(fragment),
        _ => None,
    })
}

/// All names of holes in a hunk.
fn names(hunk: &Hunk) -> Names {
    let conditions = [&hunk.inside, &hunk.has, &hunk.unless, &hunk.file_has].into_iter().flatten();
    let holes = std::iter::once(&hunk.diff).chain(conditions).flat_map(uses);
    let named = |kind| matches!(kind, HoleKind::Item | HoleKind::NamedDots | HoleKind::Pasted);
    holes.filter(|(_, hole)| named(hole.kind)).map(|(_, hole)| hole.name).collect()
}

fn is_shown(text: &str) -> bool {
    !matches!(text.trim(), "" | "...")
        && !text.trim().strip_prefix("$...").is_some_and(|name| name.chars().all(is_word))
}

/// Whether a row shows code that is in the file before.
fn shown(row: &Row) -> bool {
    row.sign != Sign::Plus && !matches!(row.text.trim(), "" | "...")
}

/// The first `+` row that has no shown row directly above or below.
fn without_anchor(rows: &[Row]) -> Option<usize> {
    let mut at = 0;
    while at < rows.len() {
        let end = at + rows[at..].iter().take_while(|row| row.sign == Sign::Plus).count();
        let above = at.checked_sub(1).and_then(|above| rows.get(above));
        if end > at && ![above, rows.get(end)].into_iter().flatten().any(shown) {
            return Some(at);
        }
        at = end.max(at + 1);
    }
    None
}

/// `--- a/file` above `+++ b/file`.
fn is_header(row: &Row, next: &Row) -> bool {
    row.sign == Sign::Minus && row.text.starts_with("-- ") && next.sign == Sign::Plus && next.text.starts_with("++ ")
}

fn needs_sites(expect: Expect) -> bool {
    !matches!(expect, Expect::Between(0, _))
}
