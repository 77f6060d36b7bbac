//! One reading of the tree for all patches: which files hold the words that each of their bodies needs.

use super::query::{Query, QueryId};
use super::words::Words;
use crate::checkout::{BadGlob, GlobTable};
use crate::patchset::Globs;
use crate::source::Bytes;
use crate::vfs::{FileTree, ReadError};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// What is known of a tree before any of its files is parsed.
pub(crate) struct Index {
    queries: Vec<Query>,
    /// The different lists of globs by which asks name their files.
    globs: GlobTable,
    /// For each ask, the number of its list.
    list_of: Vec<usize>,
    words: Words,
    /// What each set of words is for.
    sets: Vec<Set>,
    answers: Vec<Answer>,
}

struct Set {
    query: QueryId,
    form: usize,
    done: bool,
}

/// What the tree has for one ask.
#[derive(Clone, Default)]
pub(crate) struct Answer {
    /// How many files have a name that is asked for.
    pub files: usize,
    /// Those of them that hold the words.
    pub candidates: Vec<Candidate>,
    /// Those that could not be read.
    pub unread: Vec<ReadError>,
}

/// A file that may hold something of an ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub path: PathBuf,
    /// Whether it holds the words of what is to do.
    pub todo: bool,
    /// How many bytes it has.
    pub size: usize,
}

/// The asks that a file may have something for, and whether that may be something to do.
pub(crate) type Candidates = BTreeMap<QueryId, bool>;

impl Index {
    /// Prepares the search.
    pub fn new(queries: Vec<Query>) -> Result<Index, BadGlob> {
        let mut numbers: HashMap<Vec<&str>, usize> = HashMap::new();
        let mut lists: Vec<&Globs> = Vec::new();
        let mut list_of = Vec::with_capacity(queries.len());
        for query in &queries {
            let key: Vec<&str> = query.files.globs.iter().map(|g| g.value.as_str()).collect();
            let number = *numbers.entry(key).or_insert(lists.len());
            if number == lists.len() {
                lists.push(&query.files);
            }
            list_of.push(number);
        }
        let globs = GlobTable::new(lists)?;
        let mut sets = Vec::new();
        let mut words: Vec<&[Vec<u8>]> = Vec::new();
        for (id, query) in queries.iter().enumerate() {
            for (form, needs) in query.by_language.iter().map(|f| f.needs()).enumerate() {
                for (side, need) in needs.enumerate() {
                    sets.push(Set { query: id, form, done: side == 1 });
                    words.push(&need.words.in_file);
                }
            }
        }
        let words = Words::new(words);
        let answers = vec![Answer::default(); queries.len()];
        Ok(Index { queries, globs, list_of, words, sets, answers })
    }

    /// Reads every file of a tree that is asked for, once.
    pub fn explore(&mut self, tree: &dyn FileTree) {
        let paths = tree.paths();
        let found = paths
            .par_iter()
            .enumerate()
            .with_min_len(64)
            .with_max_len(512)
            .fold(Found::default, |mut found, (number, path)| {
                self.look(tree, number, path, &mut found);
                found
            })
            .reduce(Found::default, Found::and);
        for (answer, &list) in self.answers.iter_mut().zip(&self.list_of) {
            answer.files = found.files.get(list).copied().unwrap_or(0);
        }
        // Halves are joined in order, so that leads are sorted by file.
        for (query, number, todo, size) in found.candidates {
            self.answers[query].candidates.push(Candidate { path: paths[number].clone(), todo, size });
        }
        for (list, error) in found.unread {
            let queries = (0..self.queries.len()).filter(|&query| self.list_of[query] == list);
            for query in queries.filter(|&query| self.queries[query].forms_for(&error.path).next().is_some()) {
                self.answers[query].unread.push(error.clone());
            }
        }
    }

    fn look(&self, tree: &dyn FileTree, number: usize, path: &Path, found: &mut Found) {
        let lists = self.globs.lists_for(path);
        if lists.is_empty() {
            return;
        }
        for &list in &lists {
            found.files.resize(found.files.len().max(list + 1), 0);
            found.files[list] += 1;
        }
        match tree.read_into(path, &mut found.bytes) {
            Ok(()) => {
                let candidates = self.leads_in(path, &found.bytes, &lists);
                let size = found.bytes.len();
                found.candidates.extend(candidates.into_iter().map(|(query, todo)| (query, number, todo, size)));
            }
            Err(error) => found.unread.extend(lists.into_iter().map(|list| (list, error.clone()))),
        }
    }

    /// An ask, by its number.
    pub fn query(&self, id: QueryId) -> &Query {
        &self.queries[id]
    }

    /// What the tree has for an ask.
    pub fn answer(&self, id: QueryId) -> &Answer {
        &self.answers[id]
    }

    /// The asks that have a lead to a file, by file, and the file's size.
    pub fn wanted(&self) -> BTreeMap<&Path, (Vec<QueryId>, usize)> {
        let mut files: BTreeMap<&Path, (Vec<QueryId>, usize)> = BTreeMap::new();
        for (id, answer) in self.answers.iter().enumerate().filter(|(id, _)| !self.queries[*id].is_rare) {
            for candidate in &answer.candidates {
                let file = files.entry(&candidate.path).or_insert_with(|| (Vec::new(), candidate.size));
                file.0.push(id);
            }
        }
        files
    }

    /// Whether an ask is for files of this name.
    pub fn names(&self, query: QueryId, path: &Path) -> bool {
        self.globs.lists_for(path).contains(&self.list_of[query])
    }

    /// The leads to a file of the tree, as it was found.
    pub fn candidates_of(&self, path: &Path) -> Candidates {
        let candidate = |answer: &Answer| {
            let found = answer.candidates.binary_search_by(|candidate| candidate.path.as_path().cmp(path));
            found.ok().map(|n| answer.candidates[n].todo)
        };
        self.answers.iter().enumerate().filter_map(|(id, answer)| Some((id, candidate(answer)?))).collect()
    }

    /// The leads to a file with these bytes.
    pub fn candidates_of_new(&self, path: &Path, bytes: &[u8]) -> Candidates {
        self.leads_in(path, bytes, &self.globs.lists_for(path)).into_iter().collect()
    }

    /// Adds the leads to a file that a change of its bytes has brought, made at these places of the new ones.
    pub fn add_gained(&self, path: &Path, (old, new): (&[u8], &[u8]), places: &[Bytes], candidates: &mut Candidates) {
        let sets = self.words.gained(old, new, places);
        for (query, todo) in self.leads_by(path, &self.globs.lists_for(path), sets) {
            *candidates.entry(query).or_default() |= todo;
        }
    }

    fn leads_in(&self, path: &Path, bytes: &[u8], lists: &[usize]) -> Vec<(QueryId, bool)> {
        self.leads_by(path, lists, self.words.sets_in(bytes))
    }

    /// The leads that sets of words are, in rising order.
    fn leads_by(&self, path: &Path, lists: &[usize], sets: Vec<usize>) -> Vec<(QueryId, bool)> {
        let mut candidates: Vec<(QueryId, bool)> = Vec::new();
        for set in sets.into_iter().map(|n| &self.sets[n]) {
            let query = &self.queries[set.query];
            let is_asked = lists.binary_search(&self.list_of[set.query]).is_ok();
            if !is_asked || !query.forms_for(path).any(|f| std::ptr::eq(f, &query.by_language[set.form])) {
                continue;
            }
            // The sets of an ask follow each other.
            match candidates.last_mut() {
                Some((last, todo)) if *last == set.query => *todo |= !set.done,
                _ => candidates.push((set.query, !set.done)),
            }
        }
        candidates
    }
}

/// What one thread has found.
#[derive(Default)]
struct Found {
    /// By list of globs, how many files it names.
    files: Vec<usize>,
    /// The ask, the file, whether there may be something to do, and the file's size.
    candidates: Vec<(QueryId, usize, bool, usize)>,
    /// By list of globs, the files that could not be read.
    unread: Vec<(usize, ReadError)>,
    /// The file in hand: memory that is used again.
    bytes: Vec<u8>,
}

impl Found {
    fn and(mut self, other: Found) -> Found {
        self.files.resize(self.files.len().max(other.files.len()), 0);
        self.files.iter_mut().zip(&other.files).for_each(|(sum, n)| *sum += n);
        self.candidates.extend(other.candidates);
        self.unread.extend(other.unread);
        self
    }
}
