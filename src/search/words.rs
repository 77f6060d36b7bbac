use crate::language::text_start;
use aho_corasick::{AhoCorasick, MatchKind, packed};
use memchr::memmem::Finder;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::OnceLock;

/// Sets of words, searched for in raw bytes all at once: most files hold no set and need not be parsed.
///
/// A word is a token of Go or C: it is alone wherever it counts. One name of each set is its *anchor*; one
/// automaton finds the anchors, and only where one is found are the other words of its sets looked for.
#[derive(Clone, Debug)]
pub struct Words {
    /// For each set the numbers of its words, the anchor aside.
    sets: Vec<Vec<usize>>,
    /// The sets that ask for nothing, or for nothing that could be an anchor: any file may hold them.
    free: Vec<usize>,
    anchors: Anchors,
    /// For each anchor the sets that it stands for.
    of_anchor: Vec<Vec<usize>>,
    vocabulary: Vocabulary,
}

impl Words {
    /// Prepares the search for these sets.
    pub fn new<'a, W: AsRef<[u8]> + 'a>(sets: impl IntoIterator<Item = &'a [W]>) -> Words {
        let mut anchors = Numbers::default();
        let mut made = Words {
            sets: Vec::new(),
            free: Vec::new(),
            anchors: Anchors::Each(Vec::new()),
            of_anchor: Vec::new(),
            vocabulary: Vocabulary::default(),
        };
        for (number, set) in sets.into_iter().enumerate() {
            let anchor = set.iter().flat_map(|w| names_in(w.as_ref())).max_by_key(|name| name.len());
            match anchor {
                Some(name) => {
                    let anchor = anchors.of(name);
                    made.of_anchor.resize(made.of_anchor.len().max(anchor + 1), Vec::new());
                    made.of_anchor[anchor].push(number);
                }
                None => made.free.push(number),
            }
            // An anchor that is a whole word has been found by then.
            let rest = set.iter().map(AsRef::as_ref).filter(|w| !w.is_empty() && Some(*w) != anchor);
            made.sets.push(rest.map(|word| made.vocabulary.add(word, number)).collect());
            if let Some(name) = anchor {
                made.vocabulary.add(name, number);
            }
        }
        match Anchors::new(&anchors.all) {
            Some(anchors) => made.anchors = anchors,
            // Then every word is looked for, which is slow and right.
            None => made.free = (0..made.sets.len()).collect(),
        }
        made
    }

    /// The sets, as numbers in rising order, whose words all occur in `bytes`.
    pub fn sets_in(&self, bytes: &[u8]) -> Vec<usize> {
        let mut sets = self.free.clone();
        self.anchors.found_in(bytes, self.of_anchor.len()).into_iter().for_each(|a| sets.extend(&self.of_anchor[a]));
        let mut known: HashMap<usize, bool> = HashMap::new();
        let mut holds = |word: usize| *known.entry(word).or_insert_with(|| self.vocabulary.is_in(word, bytes));
        sets.retain(|&set| self.sets[set].iter().all(|&word| holds(word)));
        sets.sort_unstable();
        sets
    }

    /// The sets, as numbers in rising order, whose words all occur in `new` and did not in `old`, from which it was made
    /// by changes at `places` of `new`. There may be some more that `old` held as well.
    pub fn gained(&self, old: &[u8], new: &[u8], places: &[Range<usize>]) -> Vec<usize> {
        let Some(words) = self.vocabulary.words_at(new, places) else { return self.sets_in(new) };
        let is_new = |finder: &Finder<'_>| {
            let mut found = finder.find_iter(old);
            !found.any(|at| stands_alone(old, at, at + finder.needle().len()))
        };
        let new_words = words.into_iter().map(|word| &self.vocabulary.words[word]).filter(|(finder, _)| is_new(finder));
        let mut sets: Vec<usize> = new_words.flat_map(|(_, sets)| sets).copied().collect();
        sets.sort_unstable();
        sets.dedup();
        sets.retain(|&set| self.sets[set].iter().all(|&word| self.vocabulary.is_in(word, new)));
        sets
    }
}

/// All words of the sets, by number.
#[derive(Clone, Debug, Default)]
struct Vocabulary {
    /// Each word, the anchors among them, with the sets that need it.
    words: Vec<(Finder<'static>, Vec<usize>)>,
    known: HashMap<Vec<u8>, usize>,
    longest: usize,
    /// Finds them all at once. Made when it is first asked for; nothing where there are too many words.
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Vocabulary {
    /// Takes in a word of a set; gives its number.
    fn add(&mut self, word: &[u8], set: usize) -> usize {
        let next = self.words.len();
        let number = *self.known.entry(word.to_owned()).or_insert(next);
        if number == next {
            self.words.push((Finder::new(word).into_owned(), Vec::new()));
            self.longest = self.longest.max(word.len());
        }
        let sets = &mut self.words[number].1;
        if sets.last() != Some(&set) {
            sets.push(set);
        }
        number
    }

    fn is_in(&self, word: usize, bytes: &[u8]) -> bool {
        self.words[word].0.find(bytes).is_some()
    }

    /// The words in these places, whole or as a part of others; `None` where nobody can say.
    fn words_at(&self, bytes: &[u8], places: &[Range<usize>]) -> Option<BTreeSet<usize>> {
        let words = || self.words.iter().map(|(finder, _)| finder.needle());
        let automaton = self.automaton.get_or_init(|| AhoCorasick::new(words()).ok()).as_ref()?;
        let mut seen = BTreeSet::new();
        for place in places {
            // A word that is there now and was not before touches what was written, or spans what was taken out.
            let end = place.end.saturating_add(self.longest).min(bytes.len());
            let near = &bytes[place.start.saturating_sub(self.longest).min(end)..end];
            seen.extend(automaton.find_overlapping_iter(near).map(|m| m.pattern().as_usize()));
        }
        Some(seen)
    }
}

/// Up to so many anchors are looked for one after the other.
const EACH: usize = 3;

/// Finds anchors. Of several that begin at one place the longest counts: as a whole name it is the one that is there.
#[derive(Clone, Debug)]
enum Anchors {
    /// So few that a search for each takes less than one for all: it looks for the rarest bytes of a name.
    Each(Vec<Finder<'static>>),
    /// So few that they are compared many bytes at a time.
    Few(packed::Searcher),
    Many(AhoCorasick),
}

impl Anchors {
    /// `None` where there are too many for an automaton.
    fn new(names: &[&[u8]]) -> Option<Anchors> {
        let few = || {
            let config = packed::Config::new().match_kind(packed::MatchKind::LeftmostLongest).clone();
            config.builder().extend(names).build()
        };
        let many = || AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names).ok();
        match names {
            names if names.len() <= EACH => {
                Some(Anchors::Each(names.iter().map(|n| Finder::new(n).into_owned()).collect()))
            }
            _ => few().map(Anchors::Few).or_else(|| many().map(Anchors::Many)),
        }
    }

    /// The anchors, of `all` that there are, that are alone somewhere.
    fn found_in(&self, bytes: &[u8], all: usize) -> Vec<usize> {
        match self {
            Anchors::Each(finders) => {
                let alone = |finder: &Finder<'_>, at: usize| stands_alone(bytes, at, at + finder.needle().len());
                let found = |finder: &Finder<'_>| finder.find_iter(bytes).any(|at| alone(finder, at));
                (0..finders.len()).filter(|&n| found(&finders[n])).collect()
            }
            Anchors::Few(searcher) => {
                let found = searcher.find_iter(bytes).map(|m| (m.pattern().as_usize(), m.start(), m.end()));
                alone(bytes, found, all)
            }
            Anchors::Many(automaton) => {
                let found = automaton.find_iter(bytes).map(|m| (m.pattern().as_usize(), m.start(), m.end()));
                alone(bytes, found, all)
            }
        }
    }
}

/// Those that are alone, of what is found: number, start and end. Looks no further once all of them are known.
fn alone(bytes: &[u8], mut found: impl Iterator<Item = (usize, usize, usize)>, all: usize) -> Vec<usize> {
    let mut seen = vec![false; all];
    let mut known = Vec::new();
    while known.len() < all
        && let Some((anchor, start, end)) = found.next()
    {
        if !seen[anchor] && stands_alone(bytes, start, end) {
            seen[anchor] = true;
            known.push(anchor);
        }
    }
    known
}

/// Words by number.
#[derive(Default)]
struct Numbers<'a> {
    all: Vec<&'a [u8]>,
    known: HashMap<&'a [u8], usize>,
}

impl<'a> Numbers<'a> {
    fn of(&mut self, word: &'a [u8]) -> usize {
        let next = self.all.len();
        let number = *self.known.entry(word).or_insert(next);
        if number == next {
            self.all.push(word);
        }
        number
    }
}

/// The names that a word is made of: a name or a number is one, a string may hold many.
fn names_in(word: &[u8]) -> impl Iterator<Item = &[u8]> {
    word.split(|b| !is_of_name(*b)).filter(|name| !name.is_empty())
}

/// Whether no name goes on over either end of these bytes, so that they are not a part of a longer one.
pub fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_of_name = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|b| is_of_name(*b));
    let goes_on = |inner: Option<usize>, outer: Option<usize>| is_of_name(inner) && is_of_name(outer);
    let before = start.checked_sub(1).filter(|&at| at >= text_start(bytes));
    !goes_on(Some(start), before) && !goes_on(end.checked_sub(1), Some(end))
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sets: &[&[&str]], bytes: &[u8]) -> Vec<usize> {
        Words::new(sets.iter().copied()).sets_in(bytes)
    }

    #[test]
    fn all_words_of_a_set_must_occur() {
        let sets: &[&[&str]] = &[&["fsinfo", "Type"], &["Type"], &["openFlags"]];
        assert_eq!(found(sets, b"fsinfo.Type != x"), [0, 1]);
        assert_eq!(found(sets, b"Type"), [1]);
        assert_eq!(found(sets, b"nothing"), [0usize; 0]);
    }

    #[test]
    fn a_name_counts_where_it_stands_alone() {
        let sets: &[&[&str]] = &[&["wide64", "wide"], &["wide64"], &["ide"], &["e64"]];
        assert_eq!(found(sets, b"var wide64 int64 // wide"), [0, 1]);
        assert_eq!(found(sets, b"wide64(ide, e64)"), [0, 1, 2, 3]);
        assert_eq!(found(sets, "\u{feff}ide, \u{feff}e64".as_bytes()), [2]);
    }

    #[test]
    fn a_name_that_is_a_part_of_another_is_not_hidden_by_it() {
        assert_eq!(found(&[&["foo_bar"], &["foo"], &["bar"]], b"foo_bar foo"), [0, 1]);
        assert_eq!(found(&[&["foo"], &["foo_bar"]], b"foo_barn foo_bar bar foo"), [0, 1]);
    }

    #[test]
    fn a_string_is_looked_for_as_a_whole() {
        let sets: &[&[&str]] = &[&["\"a long name\""], &["name"], &["github.com/pkg/errors"], &["\"\""]];
        assert_eq!(found(sets, b"f(\"a long name\")"), [0, 1]);
        assert_eq!(found(sets, b"f(\"a longer name\", \"\")"), [1, 3]);
        assert_eq!(found(sets, b"import \"github.com/pkg/errors\""), [2]);
    }

    #[test]
    fn a_set_without_words_can_be_anywhere() {
        assert_eq!(found(&[&[], &["x1"]], b""), [0]);
        assert_eq!(found(&[&[]], b"abc"), [0]);
    }

    #[test]
    fn many_words_are_found_as_few_are() {
        let names: Vec<String> = (0..500).map(|n| format!("name_{n}")).collect();
        let sets: Vec<[&str; 1]> = names.iter().map(|n| [n.as_str()]).collect();
        let words = Words::new(sets.iter().map(|s| s.as_slice()));
        assert_eq!(words.sets_in(b"name_7 name_71(name_, xname_8, name_499)"), [7, 71, 499]);
    }

    #[test]
    fn a_change_completes_sets_by_what_it_writes_and_by_what_it_takes_out() {
        let sets: &[&[&str]] = &[&["one", "two"], &["two"], &["onetwo"], &["three"]];
        let words = Words::new(sets.iter().copied());
        let gained = |old: &str, new: &str, place: Range<usize>| words.gained(old.as_bytes(), new.as_bytes(), &[place]);
        assert_eq!(gained("one()", "one(two)", 4..7), [0, 1]);
        assert_eq!(gained("one(two)", "one(two, two)", 7..12), [0usize; 0]);
        assert_eq!(gained("one two", "onetwo", 3..3), [2]);
        assert_eq!(gained("three3", "three", 5..5), [3]);
        assert_eq!(gained("", "four", 0..4), [0usize; 0]);
    }

    #[test]
    fn bytes_need_not_be_text() {
        assert_eq!(found(&[&["word"]], b"(\0word\x01"), [0]);
    }
}
