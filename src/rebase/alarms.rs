//! Signs that a result which found its place is wrong all the same: names that it has and B has not, and the like.

use super::calls::{argument_counts, paths};
use super::code::code;
use super::correspondence::Correspondence;
use super::declared::{code_names, declared, free_names};
use super::edits::Edit;
use super::imports::{go_row, is_import, package_name};
use super::placement::Reason;
use super::renames::{Renames, function_of};
use super::rows::Rows;
use super::words::is_common;
use crate::language::Language;
use std::collections::{BTreeSet, HashMap, HashSet};

type Set = HashSet<Vec<u8>>;

/// The words of the two trees that the file is from.
pub trait Trees {
    /// Those of some names that no file of B's tree has and some file of A's tree declares.
    fn lacking(&self, names: &BTreeSet<Vec<u8>>) -> BTreeSet<Vec<u8>>;
}

/// A result, and what it came from.
pub struct Check<'a> {
    pub whole: &'a Correspondence<'a>,
    pub after: &'a Rows,
    pub edits: &'a [Edit],
    pub renames: &'a Renames,
    pub language: Option<Language>,
    /// The file in B with the patch.
    pub result: &'a [u8],
}

impl Check<'_> {
    /// The first alarm that rings.
    pub fn alarm(&self) -> Result<(), Reason> {
        let (a, b) = (code_names(self.whole.a.text()), code_names(self.whole.b.text()));
        let fresh: Set = code_names(self.result).difference(&b).cloned().collect();
        self.names(&a, &b, &fresh)?;
        self.balance()?;
        self.vanished(&a, &b)?;
        if self.language == Some(Language::Go) {
            self.imports()?;
        }
        self.calls(&b)
    }

    /// Names that the result has and B's file has not: those that the patch does not declare must be somewhere in B's tree,
    /// if A's declares them.
    pub fn trees(&self, trees: &dyn Trees) -> Result<(), Reason> {
        let here = code_names(self.whole.b.text());
        let by_patch: Set = self.edits.iter().flat_map(|e| declared(self.added(e), self.language)).collect();
        let is_open = |n: &Vec<u8>| n.len() > 2 && !here.contains(n) && !by_patch.contains(n) && !is_common(n);
        let fresh: BTreeSet<Vec<u8>> = code_names(self.result).into_iter().filter(is_open).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        match trees.lacking(&fresh).first() {
            Some(name) => Err(Reason::NameLacks(String::from_utf8_lossy(name).into_owned())),
            None => Ok(()),
        }
    }

    fn removed(&self, edit: &Edit) -> &[u8] {
        self.whole.a.slice(edit.removed.clone())
    }

    fn added(&self, edit: &Edit) -> &[u8] {
        self.after.slice(edit.added.clone())
    }

    /// Names that the patch brings.
    fn names(&self, a: &Set, b: &Set, fresh: &Set) -> Result<(), Reason> {
        let by_patch: Set = self.edits.iter().flat_map(|e| declared(self.added(e), self.language)).collect();
        let in_a = declared(self.whole.a.text(), self.language);
        let in_b = declared(self.whole.b.text(), self.language);
        let plain = |name: &[u8]| -> Vec<u8> { name.to_ascii_lowercase().into_iter().filter(|c| *c != b'_').collect() };
        let spelt: HashSet<Vec<u8>> = b.difference(a).map(|name| plain(name)).collect();
        for edit in self.edits {
            let (added, removed) = (self.added(edit), self.removed(edit));
            if added.split(|c| *c == b'\n').all(|row| is_import(row, self.language)) {
                continue;
            }
            let gone = code_names(removed);
            let is_new = |name: &Vec<u8>| {
                !gone.contains(name)
                    && !is_common(name)
                    && !by_patch.contains(name)
                    && (fresh.contains(name) || b.contains(name))
            };
            let new: Set = free_names(&code(added)).into_iter().filter(is_new).collect();
            let ring = |found: Option<&Vec<u8>>, reason: fn(String) -> Reason| match found {
                Some(name) => Err(reason(String::from_utf8_lossy(name).into_owned())),
                None => Ok(()),
            };
            let all = code_names(added);
            let respelt = |n: &&Vec<u8>| fresh.contains(*n) && a.contains(*n) && spelt.contains(&plain(n));
            ring(first(all.iter().filter(respelt)), Reason::NameRespelt)?;
            let function = function_of(self.whole, edit);
            let is_weak = |n: &Vec<u8>| {
                [function, None].iter().any(|scope| self.renames.weak.get(scope).is_some_and(|weak| weak.contains(n)))
            };
            let exchanged = |n: &&Vec<u8>| is_weak(n) && is_new(n) && a.contains(*n) && fresh.contains(*n);
            ring(first(all.iter().filter(exchanged)), Reason::NameExchanged)?;
            ring(
                first(new.iter().filter(|n| a.contains(*n) && !b.contains(*n) && in_a.contains(*n))),
                Reason::NameLacks,
            )?;
            let Some(function) = function else { continue };
            let Some(namesake) = self.whole.namesakes[function] else { continue };
            let here = code_names(self.whole.b.slice(self.whole.functions_b[namesake].rows.clone()));
            let local = declared(self.whole.a.slice(self.whole.functions_a[function].rows.clone()), self.language);
            let lost = |n: &&Vec<u8>| local.contains(*n) && !here.contains(*n) && !in_b.contains(*n);
            ring(first(new.iter().filter(lost)), Reason::LocalLacks)?;
        }
        Ok(())
    }

    /// The brackets that open and close: the difference is the patch's own.
    fn balance(&self) -> Result<(), Reason> {
        let depth = |text: &[u8]| {
            let code = code(text);
            let count = |b: u8| code.iter().filter(|c| **c == b).count() as isize;
            [(b'(', b')'), (b'{', b'}'), (b'[', b']')].map(|(open, close)| count(open) - count(close))
        };
        let (a, p) = (depth(self.whole.a.text()), depth(self.after.text()));
        let (b, o) = (depth(self.whole.b.text()), depth(self.result));
        if (0..3).any(|n| p[n] - a[n] != o[n] - b[n]) { Err(Reason::Unbalanced) } else { Ok(()) }
    }

    /// Declared names that the patch makes vanish must vanish here, too.
    fn vanished(&self, a: &Set, b: &Set) -> Result<(), Reason> {
        let (p, o) = (code_names(self.after.text()), code_names(self.result));
        let in_a = declared(self.whole.a.text(), self.language);
        let left = a.iter().filter(|n| !p.contains(*n) && o.contains(*n) && b.contains(*n) && in_a.contains(*n));
        match first(left) {
            Some(name) => Err(Reason::StillUsed(String::from_utf8_lossy(name).into_owned())),
            None => Ok(()),
        }
    }

    /// Imports that come must be used, those that go must not be, and packages that the patch uses must be there.
    fn imports(&self) -> Result<(), Reason> {
        let (b, o, p) = (paths_of(self.whole.b.text()), paths_of(self.result), paths_of(self.after.text()));
        let (code_o, code_p, code_b) = (code(self.result), code(self.after.text()), code(self.whole.b.text()));
        let unfit = |path: &Vec<u8>| Err(Reason::ImportUnfit(String::from_utf8_lossy(path).into_owned()));
        for (path, alias) in o.iter().filter(|i| !b.contains_key(i.0)) {
            let name = package_name(path, alias.as_deref());
            let is_name = name != b"_" && !name.contains(&b'.');
            if is_name && !uses(&code_o, &name) && uses(&code_p, &name) {
                return unfit(path);
            }
        }
        let names = |set: &HashMap<Vec<u8>, Option<Vec<u8>>>| -> Set {
            set.iter().map(|(path, alias)| package_name(path, alias.as_deref())).collect()
        };
        let (names_o, names_p) = (names(&o), names(&p));
        for (path, alias) in b.iter().filter(|i| !o.contains_key(i.0)) {
            let name = package_name(path, alias.as_deref());
            if exports(&code_o, &name) && !names_o.contains(&name) {
                return unfit(path);
            }
        }
        for edit in self.edits {
            let added = code(self.added(edit));
            let lacks =
                |n: &&Vec<u8>| !names_o.contains(*n) && exports(&added, n) && uses(&code_o, n) && !uses(&code_b, n);
            if let Some(name) = first(names_p.iter().filter(lacks)) {
                return unfit(name);
            }
        }
        Ok(())
    }

    /// Calls with another number of arguments, fields and methods that are reached otherwise.
    fn calls(&self, b: &Set) -> Result<(), Reason> {
        let texts = [self.whole.a.text(), self.whole.b.text()].map(code);
        let [calls_a, calls_b] = [0, 1].map(|n| argument_counts(&texts[n]));
        let [paths_a, paths_b] = [0, 1].map(|n| paths(&texts[n]));
        for edit in self.edits {
            let (added, removed) = (code(self.added(edit)), code(self.removed(edit)));
            let (now, before) = (argument_counts(&added), argument_counts(&removed));
            for (name, counts) in &now {
                let new: HashSet<usize> =
                    counts.difference(before.get(name).unwrap_or(&HashSet::new())).copied().collect();
                let (Some(in_a), Some(in_b)) = (calls_a.get(name), calls_b.get(name)) else { continue };
                if !new.is_empty() && in_a.len() == 1 && in_b.len() == 1 && new == *in_a && in_a != in_b {
                    return Err(Reason::Arguments(String::from_utf8_lossy(name).into_owned()));
                }
            }
            let old = paths(&removed);
            let lacks = |path: &&super::calls::Path| {
                !old.contains(*path)
                    && paths_a.contains(*path)
                    && !paths_b.contains(*path)
                    && b.contains(&path.0)
                    && b.contains(&path.2)
            };
            let mut lacking: Vec<_> = paths(&added).into_iter().filter(|path| lacks(&path)).collect();
            lacking.sort();
            if let Some((x, by, y)) = lacking.first() {
                return Err(Reason::PathLacks(String::from_utf8_lossy(&[&x[..], by, y].concat()).into_owned()));
            }
        }
        Ok(())
    }
}

/// The first of some names, so that every run says the same.
fn first<'a>(names: impl Iterator<Item = &'a Vec<u8>>) -> Option<&'a Vec<u8>> {
    names.min()
}

/// The paths that a file of Go imports, with their aliases.
fn paths_of(text: &[u8]) -> HashMap<Vec<u8>, Option<Vec<u8>>> {
    let rows = text.split(|b| *b == b'\n').filter_map(go_row);
    rows.map(|row| (row.path.to_vec(), row.alias.map(<[u8]>::to_vec))).collect()
}

/// Whether a name with a dot behind it stands in a text.
fn uses(code: &[u8], name: &[u8]) -> bool {
    reaches(code, name, |_| true)
}

/// Whether a name stands in a text with a dot and a capital letter behind it.
fn exports(code: &[u8], name: &[u8]) -> bool {
    reaches(code, name, |next| next.is_some_and(u8::is_ascii_uppercase))
}

fn reaches(code: &[u8], name: &[u8], holds: impl Fn(Option<&u8>) -> bool) -> bool {
    let is_start =
        |at: usize| at == 0 || !(super::words::is_part(code[at - 1]) || matches!(code[at - 1], b'.' | b')' | b']'));
    memchr::memmem::find_iter(code, name).any(|at| {
        let end = at + name.len();
        is_start(at) && code.get(end) == Some(&b'.') && holds(code.get(end + 1))
    })
}
