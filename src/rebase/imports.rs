//! Imports and includes: sets whose order is a matter of groups and paths, not of neighbours.

use super::edits::Edit;
use super::placement::{Placement, Reason, Replacement, Way};
use super::placing::{Placing, says_same};
use super::rows::{Rows, is_blank};
use super::words::is_part;
use crate::language::Language;
use std::collections::{BTreeMap, HashMap};

/// A row of Go that imports a package.
pub struct GoImport<'a> {
    /// The name that it is given.
    pub alias: Option<&'a [u8]>,
    /// Its path, without the quotes.
    pub path: &'a [u8],
}

impl GoImport<'_> {
    /// The name that the package has in the file, as far as the path tells it.
    pub fn name(&self) -> Vec<u8> {
        package_name(self.path, self.alias)
    }
}

/// The name of a package: its alias, or what the last part of its path says without `go-`, `-go`, `.go` and a version.
pub fn package_name(path: &[u8], alias: Option<&[u8]>) -> Vec<u8> {
    if let Some(alias) = alias {
        return alias.to_vec();
    }
    let is_version =
        |part: &&[u8]| part.first() == Some(&b'v') && part.len() > 1 && part[1..].iter().all(u8::is_ascii_digit);
    let parts: Vec<&[u8]> = path.split(|b| *b == b'/').collect();
    let last = match parts.as_slice() {
        [.., before, version] if is_version(version) => before,
        [.., last] => last,
        [] => &&b""[..],
    };
    let last = last.strip_prefix(b"go-").unwrap_or(last);
    let last = last.strip_suffix(b"-go").or(last.strip_suffix(b".go")).unwrap_or(last);
    let version = last.iter().rposition(|b| *b == b'.').filter(|dot| is_version(&&last[dot + 1..]));
    last[..version.unwrap_or(last.len())].iter().copied().filter(|b| *b != b'-').collect()
}

/// Reads a row as an import of Go: the keyword and a name may stand before the path, a comment behind it.
pub fn go_row(row: &[u8]) -> Option<GoImport<'_>> {
    let row = row.trim_ascii();
    let row = match row.strip_prefix(b"import") {
        Some(rest) if rest.first().is_some_and(u8::is_ascii_whitespace) => rest.trim_ascii_start(),
        _ => row,
    };
    let open = row.iter().position(|b| *b == b'"')?;
    let alias = row[..open].trim_ascii();
    let path = &row[open + 1..];
    let close = path.iter().position(|b| *b == b'"')?;
    let behind = path[close + 1..].trim_ascii_start();
    let is_alias =
        alias.iter().all(|b| is_part(*b) || *b == b'.') && (open == 0 || row[open - 1].is_ascii_whitespace());
    let is_row = is_alias && (behind.is_empty() || behind.starts_with(b"//"));
    is_row.then(|| GoImport { alias: Some(alias).filter(|a| !a.is_empty()), path: &path[..close] })
}

/// What an `#include` row names, with its quotes.
fn include_row(row: &[u8]) -> Option<&[u8]> {
    let rest = row.trim_ascii().strip_prefix(b"#")?.trim_ascii_start().strip_prefix(b"include")?.trim_ascii_start();
    let close = match rest.first()? {
        b'<' => b'>',
        b'"' => b'"',
        _ => return Some(&rest[..rest.iter().take_while(|b| is_part(**b)).count()]).filter(|name| !name.is_empty()),
    };
    rest[1..].iter().position(|b| *b == close).map(|end| &rest[..end + 2])
}

/// Whether a row is an import or include, or blank.
pub fn is_import(row: &[u8], language: Option<Language>) -> bool {
    is_blank(row)
        || match language {
            Some(Language::Go) => go_row(row).is_some(),
            Some(Language::C) => include_row(row).is_some(),
            _ => false,
        }
}

/// An import of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Import {
    row: usize,
    /// The path, in C with its quotes.
    path: Vec<u8>,
    alias: Option<Vec<u8>>,
    /// The number of its group: imports with nothing between them.
    group: usize,
}

impl Import {
    /// What is sorted by.
    fn key(&self) -> &[u8] {
        key(&self.path)
    }
}

fn key(path: &[u8]) -> &[u8] {
    let start = usize::from(matches!(path.first(), Some(b'<' | b'"')));
    let end = path.len() - usize::from(path.len() > start && matches!(path.last(), Some(b'>' | b'"')));
    &path[start..end]
}

/// The imports of a file, in order.
fn imports(rows: &Rows, language: Option<Language>) -> Vec<Import> {
    let is_go = language == Some(Language::Go);
    let (mut found, mut group, mut inside) = (Vec::new(), 0, !is_go);
    for number in 0..rows.len() {
        let row = rows.row(number);
        if is_go {
            let opens = row.strip_prefix(b"import").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"("));
            if opens || inside && row.starts_with(b")") {
                inside = opens;
                group += 1;
                continue;
            }
            if !inside && !row.starts_with(b"import") {
                continue;
            }
        }
        let read = match is_go {
            true => go_row(row).map(|i| (i.path.to_vec(), i.alias.map(<[u8]>::to_vec))),
            false => include_row(row).map(|path| (path.to_vec(), None)),
        };
        match read {
            Some((path, alias)) => found.push(Import { row: number, path, alias, group }),
            None => group += 1,
        }
    }
    found
}

/// The path of an import that is put in, and its row.
type Coming = (Vec<u8>, Vec<u8>);

/// The imports of the three files, while an edit of nothing but imports is placed.
struct Sets<'a> {
    placing: &'a Placing<'a>,
    a: Vec<Import>,
    p: Vec<Import>,
    b: Vec<Import>,
    replacements: Vec<Replacement>,
    /// The rows of B that go.
    gone: Vec<usize>,
    /// What comes before a row of B: paths, and the rows.
    coming: BTreeMap<usize, Vec<Coming>>,
}

/// Places an edit of nothing but imports. `None` where its rows are no imports of the file.
pub fn place(placing: &Placing<'_>, edit: &Edit) -> Option<Result<Placement, Reason>> {
    let (whole, language) = (placing.whole, placing.language);
    let sets = Sets {
        placing,
        a: imports(whole.a, language),
        p: imports(placing.after, language),
        b: imports(whole.b, language),
        replacements: Vec::new(),
        gone: Vec::new(),
        coming: BTreeMap::new(),
    };
    let holds = |set: &[Import], row: usize| set.iter().any(|import| import.row == row);
    let known = whole.a.full(edit.removed.clone()).into_iter().all(|row| holds(&sets.a, row))
        && placing.after.full(edit.added.clone()).into_iter().all(|row| holds(&sets.p, row));
    (known && !sets.b.is_empty()).then(|| sets.place(edit))
}

impl Sets<'_> {
    fn place(mut self, edit: &Edit) -> Result<Placement, Reason> {
        let within = |set: &[Import], rows: &std::ops::Range<usize>| -> Vec<Import> {
            set.iter().filter(|import| rows.contains(&import.row)).cloned().collect()
        };
        let mut added = within(&self.p, &edit.added);
        for import in within(&self.a, &edit.removed) {
            self.remove(&import, &mut added)?;
        }
        let prefixes = self.prefixes();
        for import in added {
            self.add(&import, &prefixes)?;
        }
        let is_go = self.placing.language == Some(Language::Go);
        for (row, mut rows) in self.coming {
            if is_go {
                rows.sort();
            }
            self.replacements.push(Replacement { rows: row..row, by: rows.into_iter().map(|r| r.1).collect() });
        }
        Ok(Placement { replacements: self.replacements, way: Way::Imports })
    }

    fn in_b(&self, path: &[u8]) -> Option<&Import> {
        self.b.iter().find(|import| import.path == path)
    }

    /// Takes an import out, or changes its alias where it comes again.
    fn remove(&mut self, import: &Import, added: &mut Vec<Import>) -> Result<(), Reason> {
        let here = self.in_b(&import.path).cloned();
        let again: Vec<usize> = (0..added.len()).filter(|n| added[*n].path == import.path).collect();
        if let [again] = again.as_slice() {
            let again = added.remove(*again);
            let row = here.ok_or(Reason::ImportChanged)?.row;
            let (now, then) = (self.placing.whole.b.row(row), self.placing.after.row(again.row));
            if says_same(now, self.placing.whole.a.row(import.row)) {
                self.replacements.push(Replacement { rows: row..row + 1, by: vec![then.to_vec()] });
            } else if !says_same(now, then) {
                return Err(Reason::ImportChanged);
            }
            return Ok(());
        }
        if let Some(here) = here {
            self.replacements.push(Replacement { rows: here.row..here.row + 1, by: Vec::new() });
            self.gone.push(here.row);
        }
        Ok(())
    }

    /// Puts an import in, unless it is there.
    fn add(&mut self, import: &Import, prefixes: &[(Vec<u8>, Vec<u8>)]) -> Result<(), Reason> {
        let is_go = self.placing.language == Some(Language::Go);
        let mut path = import.path.clone();
        let mut row = self.placing.after.row(import.row).to_vec();
        let moved = |old: &[u8]| self.b.iter().all(|import| !import.path.starts_with(old));
        if let Some((old, new)) = prefixes.iter().find(|(old, _)| path.starts_with(old) && moved(old)) {
            path = [new, &path[old.len()..]].concat();
            let text = String::from_utf8_lossy(&row).into_owned();
            let other = text.replace(&*String::from_utf8_lossy(&import.path), &String::from_utf8_lossy(&path));
            row = other.into_bytes();
        }
        if self.in_b(&path).is_some_and(|b| !self.gone.contains(&b.row) && (!is_go || b.alias == import.alias)) {
            return Ok(());
        }
        let group = self.group(import, &path)?;
        let at = self.within(group, import, &path)?;
        self.coming.entry(at).or_default().push((key(&path).to_vec(), row));
        Ok(())
    }

    /// The group of B that an import belongs to: that of its nearest neighbour, else the one of its kind that is closest.
    fn group(&self, import: &Import, path: &[u8]) -> Result<usize, Reason> {
        let group: Vec<&Import> = self.p.iter().filter(|other| other.group == import.group).collect();
        let place = group.iter().position(|other| other.row == import.row).unwrap_or(0);
        let above = group[..place].iter().rposition(|other| self.in_b(&other.path).is_some());
        let below = group[place + 1..].iter().position(|other| self.in_b(&other.path).is_some()).map(|n| place + 1 + n);
        let nearest = [above, below].into_iter().flatten().min_by_key(|n| (n.abs_diff(place), group[*n].row));
        if let Some(near) = nearest.and_then(|n| self.in_b(&group[n].path)) {
            return Ok(near.group);
        }
        let kind = |path: &[u8]| match self.placing.language {
            Some(Language::Go) => {
                u8::from(path.split(|b| *b == b'/').next().is_some_and(|first| first.contains(&b'.')))
            }
            _ => path[0],
        };
        let alike: Vec<&Import> = self.b.iter().filter(|other| kind(&other.path) == kind(path)).collect();
        let common = |other: &Import| other.path.iter().zip(path).take_while(|(a, b)| a == b).count();
        let best = alike.iter().map(|other| common(other)).max().ok_or(Reason::NoImportGroup)?;
        let is_open = alike.iter().any(|other| other.group != alike[0].group);
        // The quotes count in Go, too.
        if is_open && best + usize::from(self.placing.language == Some(Language::Go)) < 5 {
            return Err(Reason::NoImportGroup);
        }
        alike.iter().find(|other| common(other) == best).map(|other| other.group).ok_or(Reason::NoImportGroup)
    }

    /// The row of B before which an import goes: between its neighbours, by its path where the group is sorted, or beside
    /// the one neighbour that there is.
    fn within(&self, group: usize, import: &Import, path: &[u8]) -> Result<usize, Reason> {
        let is_go = self.placing.language == Some(Language::Go);
        let siblings: Vec<&Import> = self.p.iter().filter(|other| other.group == import.group).collect();
        let place = siblings.iter().position(|other| other.row == import.row).unwrap_or(0);
        let near =
            |n: Option<usize>| n.and_then(|n| siblings.get(n)).and_then(|other| self.in_b(&other.path)).map(|b| b.row);
        let (above, below) = (near(place.checked_sub(1)), near(Some(place + 1)));
        if let (Some(above), Some(below)) = (above, below)
            && above + 1 == below
        {
            return Ok(below);
        }
        let here: Vec<&Import> = self.b.iter().filter(|other| other.group == group).collect();
        let last = here.last().map(|other| other.row + 1).ok_or(Reason::NoImportGroup)?;
        if here.is_sorted_by_key(|other| other.key()) {
            let is_sorted = siblings.is_sorted_by_key(|other| other.key());
            return Ok(match above.map(|row| row + 1).or(below) {
                Some(beside) if !is_sorted && !is_go => beside,
                _ => here.iter().find(|other| other.key() > key(path)).map_or(last, |other| other.row),
            });
        }
        match (above, below) {
            (Some(above), None) => Ok(above + 1),
            (None, Some(below)) => Ok(below),
            (Some(above), Some(_)) if is_go => Ok(above + 1),
            _ => Err(Reason::NoImportGroup),
        }
    }

    /// Beginnings of paths that are others in B, the most frequent first.
    fn prefixes(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        if self.placing.language != Some(Language::Go) {
            return Vec::new();
        }
        let mut counts: HashMap<(Vec<u8>, Vec<u8>), usize> = HashMap::new();
        for x in self.a.iter().filter(|a| self.in_b(&a.path).is_none()) {
            for y in self.b.iter().filter(|b| self.a.iter().all(|a| a.path != b.path)) {
                let (a, b): (Vec<&[u8]>, Vec<&[u8]>) =
                    (x.path.split(|b| *b == b'/').collect(), y.path.split(|b| *b == b'/').collect());
                let same = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
                let head = |parts: &[&[u8]]| [parts[..parts.len() - same].join(&b'/'), b"/".to_vec()].concat();
                if same > 0 {
                    *counts.entry((head(&a), head(&b))).or_default() += 1;
                }
            }
        }
        let parts = |prefix: &[u8]| prefix.iter().filter(|b| **b == b'/').count();
        let mut found: Vec<_> = counts.into_iter().filter(|(pair, n)| *n >= 2 && parts(&pair.0) >= 3).collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found.into_iter().map(|(pair, _)| pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_read() {
        let read = |row: &'static str| go_row(row.as_bytes()).map(|i| String::from_utf8(i.name()).unwrap());
        assert_eq!(read("\t\"fmt\""), Some("fmt".to_owned()));
        assert_eq!(read("import x \"a/b\" // why"), Some("x".to_owned()));
        assert_eq!(read("\t\"a.b/go-c/v2\""), Some("c".to_owned()));
        assert_eq!(read("\tf(\"x\")"), None);
        assert!(is_import(b"#  include <a.h>", Some(Language::C)));
    }
}
