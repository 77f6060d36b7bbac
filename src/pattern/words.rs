use super::element::{Part, Side};
use crate::language::{Atom, Language};

/// The most words that are asked of a file: the longest tell as much as all.
const MOST: usize = 64;

/// Words that must be there for a side to match: names, literals and numbers, longest first.
#[derive(Clone, Debug, Default)]
pub struct Required {
    /// Those that its file must hold.
    pub in_file: Vec<Vec<u8>>,
    /// Those that are in the matched code itself: without the paths of packages, which the imports hold.
    pub in_place: Vec<Vec<u8>>,
}

impl Required {
    /// These words, in one place.
    pub fn new(words: &[Vec<u8>]) -> Required {
        Required { in_file: words.to_vec(), in_place: words.to_vec() }
    }

    pub(crate) fn of(language: Language, side: &Side) -> Required {
        let in_place = words(language, side.elements.iter().map(|e| &e.part).filter(|p| !is_package(p)));
        Required { in_file: words(language, side.elements.iter().map(|e| &e.part)), in_place }
    }
}

fn is_package(part: &Part) -> bool {
    matches!(part, Part::Package { .. })
}

fn words<'a>(language: Language, parts: impl Iterator<Item = &'a Part>) -> Vec<Vec<u8>> {
    let (mut words, mut keywords): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Token { text, atom: Atom::Word | Atom::Text | Atom::Number } => {
                // What spans lines may have other line ends in the file, a directive blanks behind its `#`.
                if text.first() == Some(&b'#') || text.contains(&b'\n') {
                    continue;
                }
                let is_keyword = std::str::from_utf8(text).is_ok_and(|w| language.is_keyword(w));
                if is_keyword { &mut keywords } else { &mut words }.push(text.clone());
            }
            Part::Package { path, .. } => words.push(path.clone().into_bytes()),
            _ => {}
        }
    }
    // Keywords are everywhere: they count where there is nothing else.
    let mut words = if words.is_empty() { keywords } else { words };
    words.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    words.dedup();
    words.truncate(MOST);
    words
}
