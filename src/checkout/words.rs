use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::HashMap;

/// The words that patches cannot match without, searched for in raw bytes: most files hold none of them and need
/// not be parsed.
#[derive(Clone, Debug)]
pub struct Words {
    /// For each patch the numbers of its words; none for a patch that any file can match.
    patches: Vec<Vec<usize>>,
    /// One word of each patch, the longest: where none occurs there is nothing to look for.
    anchors: Option<AhoCorasick>,
    /// All words.
    all: Option<AhoCorasick>,
    count: usize,
}

impl Words {
    /// Prepares the search; `patches` holds the words that each patch requires, all of them.
    pub fn new(patches: &[Vec<Vec<u8>>]) -> Words {
        let mut numbers: HashMap<&[u8], usize> = HashMap::new();
        let mut words: Vec<&[u8]> = Vec::new();
        let mut wanted = Vec::with_capacity(patches.len());
        for patch in patches {
            let mut mine = Vec::with_capacity(patch.len());
            for word in patch.iter().filter(|w| !w.is_empty()) {
                let number = *numbers.entry(word).or_insert(words.len());
                if number == words.len() {
                    words.push(word);
                }
                mine.push(number);
            }
            mine.sort_unstable();
            mine.dedup();
            wanted.push(mine);
        }
        let mut anchors: Vec<&[u8]> =
            wanted.iter().filter_map(|mine| mine.iter().map(|&w| words[w]).max_by_key(|w| w.len())).collect();
        anchors.sort_unstable();
        anchors.dedup();
        let build = |words: &[&[u8]], kind| {
            // An automaton too large to build is none: then every file is looked at, which is slow and right.
            if words.is_empty() { None } else { AhoCorasick::builder().match_kind(kind).build(words).ok() }
        };
        Words {
            anchors: build(&anchors, MatchKind::LeftmostFirst),
            all: build(&words, MatchKind::Standard),
            count: words.len(),
            patches: wanted,
        }
    }

    /// The patches, as indices in rising order, whose words all occur in `bytes`.
    pub fn patches_in(&self, bytes: &[u8]) -> Vec<usize> {
        let some = |ready: &dyn Fn(&[usize]) -> bool| {
            self.patches.iter().enumerate().filter(|(_, words)| ready(words)).map(|(i, _)| i).collect()
        };
        let Some(all) = &self.all else {
            return some(&|words| words.is_empty() || self.count > 0);
        };
        if self.anchors.as_ref().is_some_and(|a| !a.is_match(bytes)) {
            return some(&|words| words.is_empty());
        }
        let mut seen = vec![false; self.count];
        let mut missing = self.count;
        for found in all.find_overlapping_iter(bytes) {
            let seen = &mut seen[found.pattern().as_usize()];
            if !*seen {
                *seen = true;
                missing -= 1;
                if missing == 0 {
                    break;
                }
            }
        }
        some(&|words| words.iter().all(|&w| seen[w]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(patches: &[&[&str]]) -> Words {
        let patches: Vec<Vec<Vec<u8>>> =
            patches.iter().map(|p| p.iter().map(|w| w.as_bytes().to_vec()).collect()).collect();
        Words::new(&patches)
    }

    #[test]
    fn all_words_of_a_patch_must_occur() {
        let words = words(&[&["fsinfo", "Type"], &["Type"], &["openFlags"]]);
        assert_eq!(words.patches_in(b"fsinfo.Type != x"), [0, 1]);
        assert_eq!(words.patches_in(b"Type"), [1]);
        assert_eq!(words.patches_in(b"nothing"), [0usize; 0]);
    }

    #[test]
    fn a_word_inside_another_is_found_too() {
        let words = words(&[&["wide64", "wide"], &["wide64"], &["ide"], &["e64"]]);
        assert_eq!(words.patches_in(b"var wide64 int64"), [0, 1, 2, 3]);
    }

    #[test]
    fn a_patch_without_words_can_match_anywhere() {
        let words = words(&[&[], &["x"]]);
        assert_eq!(words.patches_in(b""), [0]);
        assert_eq!(Words::new(&[vec![]]).patches_in(b"abc"), [0]);
    }

    #[test]
    fn bytes_need_not_be_text() {
        assert_eq!(words(&[&["word"]]).patches_in(b"\xff\0word\xfe"), [0]);
    }
}
