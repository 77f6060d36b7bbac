//! One reading of the tree for all patches: which files hold the words that each of their bodies needs.

use super::query::{Ask, AskId};
use super::words::Words;
use crate::checkout::{BadGlob, GlobTable};
use crate::patchset::Globs;
use crate::source::Bytes;
use crate::vfs::{FileTree, ReadError};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// What is known of a tree before any of its files is parsed.
pub(crate) struct Scout {
    asks: Vec<Ask>,
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
    ask: AskId,
    form: usize,
    done: bool,
}

/// What the tree has for one ask.
#[derive(Clone, Default)]
pub(crate) struct Answer {
    /// How many files have a name that is asked for.
    pub files: usize,
    /// Those of them that hold the words.
    pub leads: Vec<Lead>,
    /// Those that could not be read.
    pub unread: Vec<ReadError>,
}

/// A file that may hold something of an ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lead {
    pub path: PathBuf,
    /// Whether it holds the words of what is to do.
    pub todo: bool,
    /// How many bytes it has.
    pub size: usize,
}

/// The asks that a file may have something for, and whether that may be something to do.
pub(crate) type Leads = BTreeMap<AskId, bool>;

impl Scout {
    /// Prepares the search.
    pub fn new(asks: Vec<Ask>) -> Result<Scout, BadGlob> {
        let mut numbers: HashMap<Vec<&str>, usize> = HashMap::new();
        let mut lists: Vec<&Globs> = Vec::new();
        let mut list_of = Vec::with_capacity(asks.len());
        for ask in &asks {
            let key: Vec<&str> = ask.files.globs.iter().map(|g| g.value.as_str()).collect();
            let number = *numbers.entry(key).or_insert(lists.len());
            if number == lists.len() {
                lists.push(&ask.files);
            }
            list_of.push(number);
        }
        let globs = GlobTable::new(lists)?;
        let mut sets = Vec::new();
        let mut words: Vec<&[Vec<u8>]> = Vec::new();
        for (id, ask) in asks.iter().enumerate() {
            for (form, needs) in ask.forms.iter().map(|f| f.needs()).enumerate() {
                for (side, need) in needs.enumerate() {
                    sets.push(Set { ask: id, form, done: side == 1 });
                    words.push(&need.words.in_file);
                }
            }
        }
        let words = Words::new(words);
        let answers = vec![Answer::default(); asks.len()];
        Ok(Scout { asks, globs, list_of, words, sets, answers })
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
        for (ask, number, todo, size) in found.leads {
            self.answers[ask].leads.push(Lead { path: paths[number].clone(), todo, size });
        }
        for (list, error) in found.unread {
            let asks = (0..self.asks.len()).filter(|&ask| self.list_of[ask] == list);
            for ask in asks.filter(|&ask| self.asks[ask].forms_for(&error.path).next().is_some()) {
                self.answers[ask].unread.push(error.clone());
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
                let leads = self.leads_in(path, &found.bytes, &lists);
                let size = found.bytes.len();
                found.leads.extend(leads.into_iter().map(|(ask, todo)| (ask, number, todo, size)));
            }
            Err(error) => found.unread.extend(lists.into_iter().map(|list| (list, error.clone()))),
        }
    }

    /// An ask, by its number.
    pub fn ask(&self, id: AskId) -> &Ask {
        &self.asks[id]
    }

    /// What the tree has for an ask.
    pub fn answer(&self, id: AskId) -> &Answer {
        &self.answers[id]
    }

    /// The asks that have a lead to a file, by file, and the file's size.
    pub fn wanted(&self) -> BTreeMap<&Path, (Vec<AskId>, usize)> {
        let mut files: BTreeMap<&Path, (Vec<AskId>, usize)> = BTreeMap::new();
        for (id, answer) in self.answers.iter().enumerate().filter(|(id, _)| !self.asks[*id].is_rare) {
            for lead in &answer.leads {
                let file = files.entry(&lead.path).or_insert_with(|| (Vec::new(), lead.size));
                file.0.push(id);
            }
        }
        files
    }

    /// Whether an ask is for files of this name.
    pub fn names(&self, ask: AskId, path: &Path) -> bool {
        self.globs.lists_for(path).contains(&self.list_of[ask])
    }

    /// The leads to a file of the tree, as it was found.
    pub fn leads_of(&self, path: &Path) -> Leads {
        let lead = |answer: &Answer| {
            let found = answer.leads.binary_search_by(|lead| lead.path.as_path().cmp(path));
            found.ok().map(|n| answer.leads[n].todo)
        };
        self.answers.iter().enumerate().filter_map(|(id, answer)| Some((id, lead(answer)?))).collect()
    }

    /// The leads to a file with these bytes.
    pub fn leads_to(&self, path: &Path, bytes: &[u8]) -> Leads {
        self.leads_in(path, bytes, &self.globs.lists_for(path)).into_iter().collect()
    }

    /// Adds the leads to a file that a change of its bytes has brought, made at these places of the new ones.
    pub fn add_gained(&self, path: &Path, (old, new): (&[u8], &[u8]), places: &[Bytes], leads: &mut Leads) {
        let sets = self.words.gained(old, new, places);
        for (ask, todo) in self.leads_by(path, &self.globs.lists_for(path), sets) {
            *leads.entry(ask).or_default() |= todo;
        }
    }

    fn leads_in(&self, path: &Path, bytes: &[u8], lists: &[usize]) -> Vec<(AskId, bool)> {
        self.leads_by(path, lists, self.words.sets_in(bytes))
    }

    /// The leads that sets of words are, in rising order.
    fn leads_by(&self, path: &Path, lists: &[usize], sets: Vec<usize>) -> Vec<(AskId, bool)> {
        let mut leads: Vec<(AskId, bool)> = Vec::new();
        for set in sets.into_iter().map(|n| &self.sets[n]) {
            let ask = &self.asks[set.ask];
            let is_asked = lists.binary_search(&self.list_of[set.ask]).is_ok();
            if !is_asked || !ask.forms_for(path).any(|f| std::ptr::eq(f, &ask.forms[set.form])) {
                continue;
            }
            // The sets of an ask follow each other.
            match leads.last_mut() {
                Some((last, todo)) if *last == set.ask => *todo |= !set.done,
                _ => leads.push((set.ask, !set.done)),
            }
        }
        leads
    }
}

/// What one thread has found.
#[derive(Default)]
struct Found {
    /// By list of globs, how many files it names.
    files: Vec<usize>,
    /// The ask, the file, whether there may be something to do, and the file's size.
    leads: Vec<(AskId, usize, bool, usize)>,
    /// By list of globs, the files that could not be read.
    unread: Vec<(usize, ReadError)>,
    /// The file in hand: memory that is used again.
    bytes: Vec<u8>,
}

impl Found {
    fn and(mut self, other: Found) -> Found {
        self.files.resize(self.files.len().max(other.files.len()), 0);
        self.files.iter_mut().zip(&other.files).for_each(|(sum, n)| *sum += n);
        self.leads.extend(other.leads);
        self.unread.extend(other.unread);
        self
    }
}
