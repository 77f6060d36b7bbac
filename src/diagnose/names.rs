//! The names of a body, searched for in raw bytes: what tells files and places apart before anything is parsed.

use crate::find::Rule;
use crate::language::Atom;
use crate::pattern::{Part, Side};
use crate::search::stands_alone;
use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;

/// So many names tell a long body as well as all of them do.
const MOST: usize = 1_000;

/// The names, literals and numbers that a side shows, or of many some; no words of the language, nothing of one letter.
pub(crate) struct SideNames {
    pub names: Vec<Vec<u8>>,
    search: Option<AhoCorasick>,
}

impl SideNames {
    /// The names of the before side of a rule.
    pub fn of(rule: &Rule) -> SideNames {
        let mut names = BTreeSet::new();
        for variant in &rule.pattern.variants {
            collect(&variant.before, &mut names);
        }
        let every = names.len().div_ceil(MOST).max(1);
        let names: Vec<Vec<u8>> = names.into_iter().step_by(every).collect();
        let search = (!names.is_empty()).then(|| AhoCorasick::new(&names).ok()).flatten();
        SideNames { names, search }
    }

    /// Which of the names occur in these bytes.
    pub fn in_bytes(&self, bytes: &[u8]) -> Vec<bool> {
        let mut seen = vec![false; self.names.len()];
        let mut left = seen.len();
        for found in self.search.iter().flat_map(|s| s.find_overlapping_iter(bytes)) {
            let whole = stands_alone(bytes, found.start(), found.end());
            let seen = &mut seen[found.pattern().as_usize()];
            if whole && !*seen {
                *seen = true;
                left -= 1;
                if left == 0 {
                    break;
                }
            }
        }
        seen
    }

    /// The names that were not seen, for people.
    pub fn not_in(&self, seen: &[bool]) -> Vec<String> {
        let missing = self.names.iter().zip(seen).filter(|(_, seen)| !**seen);
        missing.map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect()
    }
}

/// Whether an element tells something about where it is: a name, a literal, a number, no word of the language.
pub(crate) fn tells(side: &Side, element: usize) -> bool {
    let language = side.source.language;
    match &side.elements[element].part {
        Part::Package { .. } => true,
        Part::Token { text, atom: Atom::Word | Atom::Number | Atom::Text } => {
            let common = |w: &str| language.is_keyword(w) || language.is_predeclared(w);
            text.first() != Some(&b'#') && !std::str::from_utf8(text).is_ok_and(common)
        }
        _ => false,
    }
}

fn collect(side: &Side, names: &mut BTreeSet<Vec<u8>>) {
    for element in (0..side.elements.len()).filter(|e| tells(side, *e)) {
        match &side.elements[element].part {
            Part::Package { path, .. } => drop(names.insert(path.clone().into_bytes())),
            Part::Token { text, .. } if text.len() > 1 => drop(names.insert(text.clone())),
            _ => {}
        }
    }
}
