//! Names that are others in B: what similar rows say of them, and how sure that is.

use super::blocks::stretches;
use super::code::{code, renamed};
use super::correspondence::Correspondence;
use super::declared::{code_names, declared};
use super::edits::Edit;
use super::rows::{Rows, Table};
use super::words::{Names, is_common, is_identifier, names, words};
use crate::language::Language;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Names by names.
pub type Exchange = BTreeMap<Vec<u8>, Vec<u8>>;

/// A function of A, or the whole file.
type Scope = Option<usize>;

/// The names that were exchanged between A and B.
#[derive(Debug, Default)]
pub struct Renames {
    /// Those that are sure enough to be carried into the patch.
    pub strong: HashMap<Scope, Exchange>,
    /// Those that are not: where the patch brings one of them, nothing is known.
    pub weak: HashMap<Scope, HashSet<Vec<u8>>>,
    /// The strong ones that the patch's own rows, or their neighbours, have.
    pub concerned: Exchange,
}

/// Names, each with how often it stands there.
type Partners = Vec<(Vec<u8>, usize)>;

/// How often a name stands where another stood, in the order of the rows.
#[derive(Default)]
struct Counts {
    order: Vec<(Vec<u8>, Partners)>,
    places: HashMap<Vec<u8>, usize>,
}

impl Counts {
    fn add(&mut self, old: &[u8], new: &[u8]) {
        let place = *self.places.entry(old.to_vec()).or_insert_with(|| {
            self.order.push((old.to_vec(), Vec::new()));
            self.order.len() - 1
        });
        let partners = &mut self.order[place].1;
        match partners.iter_mut().find(|p| p.0 == new) {
            Some(partner) => partner.1 += 1,
            None => partners.push((new.to_vec(), 1)),
        }
    }
}

/// What is asked of every pair of names.
struct Judge {
    names_b: Names,
    declared_a: HashSet<Vec<u8>>,
    declared_b: HashSet<Vec<u8>>,
    declared_by_patch: HashSet<Vec<u8>>,
}

impl Renames {
    /// What the similar rows tell. `after` is the file in A with the patch.
    pub fn find(whole: &Correspondence<'_>, after: &Rows, edits: &[Edit], language: Option<Language>) -> Renames {
        let counts = exchanged(whole);
        let mut judge = Judge {
            names_b: names(&code(whole.b.text())),
            declared_a: declared(whole.a.text(), language),
            declared_b: declared(whole.b.text(), language),
            declared_by_patch: HashSet::new(),
        };
        for edit in edits {
            let removed = code_names(whole.a.slice(edit.removed.clone()));
            let added = declared(after.slice(edit.added.clone()), language);
            judge.declared_by_patch.extend(added.into_iter().filter(|name| !removed.contains(name)));
        }
        let mut renames = Renames::default();
        let none = Counts::default();
        let names_a = names(&code(whole.a.text()));
        let of_file = judge.exchange(counts.get(&None).unwrap_or(&none), (&names_a, &judge.names_b), None);
        renames.take(None, of_file, &Exchange::new());
        let file = renames.strong.get(&None).cloned().unwrap_or_default();
        for function in touched(whole, edits) {
            let Some(namesake) = whole.namesakes[function] else { continue };
            let text_a = whole.a.slice(whole.functions_a[function].rows.clone());
            let text_b = whole.b.slice(whole.functions_b[namesake].rows.clone());
            let names_in = (&names(&code(text_a)), &names(&code(text_b)));
            let local = declared(text_a, language);
            let found = judge.exchange(counts.get(&Some(function)).unwrap_or(&none), names_in, Some(&local));
            renames.take(Some(function), found, &file);
        }
        renames.strong.retain(|_, exchange| !exchange.is_empty());
        let needed = needed(whole, after, edits);
        for exchange in renames.strong.values() {
            let concerned = exchange.iter().filter(|(name, _)| needed.contains(*name));
            renames.concerned.extend(concerned.map(|(old, new)| (old.clone(), new.clone())));
        }
        renames
    }

    /// The same with none of them sure: they are not carried, and the alarm rings where the patch brings one.
    pub fn unsure(mut self) -> Renames {
        for (scope, exchange) in std::mem::take(&mut self.strong) {
            self.weak.entry(scope).or_default().extend(exchange.into_keys());
        }
        self
    }

    fn take(&mut self, scope: Scope, (strong, weak): (Exchange, HashSet<Vec<u8>>), file: &Exchange) {
        let mut all = file.clone();
        all.extend(strong);
        self.strong.insert(scope, all);
        self.weak.insert(scope, weak);
    }

    /// The file in A, and with the patch, under B's names.
    pub fn carried(
        &self,
        whole: &Correspondence<'_>,
        after: &Rows,
        edits: &[Edit],
        language: Option<Language>,
        table: &mut Table,
    ) -> (Rows, Rows) {
        let exchange = |scope: Scope| scope.and_then(|f| self.strong.get(&Some(f))).or(self.strong.get(&None));
        let row = |row: &[u8], exchange: Option<&Exchange>| match exchange {
            Some(exchange) if !(language == Some(Language::Go) && super::imports::go_row(row).is_some()) => {
                renamed(row, &|name| exchange.get(name).cloned())
            }
            _ => row.to_vec(),
        };
        let of_a = |number: usize| exchange(whole.function(number));
        let a: Vec<Vec<u8>> = (0..whole.a.len()).map(|n| row(whole.a.row(n), of_a(n))).collect();
        let (mut p, mut next) = (Vec::new(), 0);
        for edit in edits {
            p.extend((next..edit.removed.start).map(|n| row(whole.a.row(n), of_a(n))));
            let around = function_of(whole, edit);
            p.extend(edit.added.clone().map(|n| row(after.row(n), exchange(around))));
            next = edit.removed.end;
        }
        p.extend((next..whole.a.len()).map(|n| row(whole.a.row(n), of_a(n))));
        (Rows::new(a.join(&b'\n'), table), Rows::new(p.join(&b'\n'), table))
    }
}

/// The function that an edit belongs to.
pub fn function_of(whole: &Correspondence<'_>, edit: &Edit) -> Option<usize> {
    let removed = &edit.removed;
    let row = if removed.is_empty() { removed.start.checked_sub(1)? } else { removed.start };
    let function = whole.function(row).filter(|_| removed.start > 0)?;
    let is_behind = removed.is_empty() && whole.functions_a[function].rows.end == removed.start;
    (!is_behind).then_some(function)
}

/// The functions that edits begin or end in.
fn touched(whole: &Correspondence<'_>, edits: &[Edit]) -> Vec<usize> {
    let mut found = Vec::new();
    for edit in edits {
        let Edit { removed, .. } = edit;
        let first = if removed.is_empty() { removed.start.saturating_sub(1) } else { removed.start };
        let last = if removed.is_empty() { removed.start } else { removed.end - 1 };
        for function in [whole.function(first), whole.function(last)].into_iter().flatten() {
            if !found.contains(&function) {
                found.push(function);
            }
        }
    }
    found
}

/// The names in and beside the edits.
fn needed(whole: &Correspondence<'_>, after: &Rows, edits: &[Edit]) -> HashSet<Vec<u8>> {
    let mut needed = HashSet::new();
    for edit in edits {
        let above = whole.a.above(edit.removed.start).unwrap_or(0);
        let below = (whole.a.from(edit.removed.end) + 1).min(whole.a.len());
        needed.extend(code_names(whole.a.slice(above..below)));
        needed.extend(code_names(after.slice(edit.added.clone())));
    }
    needed
}

/// The names that stand for one another in similar rows, for each function and for the file.
fn exchanged(whole: &Correspondence<'_>) -> HashMap<Scope, Counts> {
    let mut counts: HashMap<Scope, Counts> = HashMap::new();
    for row in 0..whole.a.len() {
        let Some(to) = whole.pairs.similar[row] else { continue };
        let (old, new) = (code(whole.a.row(row)), code(whole.b.row(to)));
        let texts = |code| words(code).0.iter().map(|w| w.text).collect::<Vec<_>>();
        let (old, new): (Vec<&[u8]>, Vec<&[u8]>) = (texts(&old), texts(&new));
        let function = whole.function(row);
        for cut in stretches(&old, &new).into_iter().filter(|s| !s.is_equal && s.old.len() == s.new.len()) {
            for (x, y) in old[cut.old].iter().zip(&new[cut.new]) {
                if [x, y].into_iter().all(|w| is_identifier(w) && !is_common(w)) {
                    counts.entry(function).or_default().add(x, y);
                    if function.is_some() {
                        counts.entry(None).or_default().add(x, y);
                    }
                }
            }
        }
    }
    counts
}

impl Judge {
    /// The exchanges of a scope that are sure, and the names of those that are not. `local` is what a function declares.
    fn exchange(
        &self,
        counts: &Counts,
        (names_a, names_b): (&Names, &Names),
        local: Option<&HashSet<Vec<u8>>>,
    ) -> (Exchange, HashSet<Vec<u8>>) {
        let (mut strong, mut weak) = (Exchange::new(), HashSet::new());
        let mut taken: HashMap<&[u8], (&[u8], usize)> = HashMap::new();
        let is_local = |name: &Vec<u8>| local.is_some_and(|local| local.contains(name));
        for (old, partners) in &counts.order {
            let most = partners.iter().map(|p| p.1).max().unwrap_or(0);
            let Some((new, count)) = partners.iter().find(|p| p.1 == most) else { continue };
            let stays = names_b.contains_key(old) || names_a.contains_key(new);
            let is_elsewhere = local.is_some() && self.names_b.contains_key(old) && !is_local(old);
            if stays || is_elsewhere || self.declared_by_patch.contains(old) && !is_local(old) {
                continue;
            }
            let all: usize = partners.iter().map(|p| p.1).sum();
            let is_declared = self.declared_a.contains(old) && self.declared_b.contains(new);
            let is_sure = is_declared || *count >= if local.is_some() { 2 } else { 3 };
            let rival = taken.get(new.as_slice()).copied();
            if count * 5 < all * 4 || !is_sure || rival.is_some_and(|rival| rival.1 >= *count) {
                weak.insert(old.clone());
                continue;
            }
            if let Some((rival, _)) = rival {
                strong.remove(rival);
                weak.insert(rival.to_vec());
            }
            taken.insert(new, (old, *count));
            strong.insert(old.clone(), new.clone());
        }
        (strong, weak)
    }
}
