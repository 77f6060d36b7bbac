use super::element::{Part, Side};
use crate::language::{Atom, Language};

/// The words that any file must hold for this side to match in it: names, literals and numbers, longest first.
pub(super) fn words(language: Language, side: &Side) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = Vec::new();
    for element in &side.elements {
        match &element.part {
            Part::Token { text, atom: Atom::Word | Atom::Text | Atom::Number } => {
                // What spans lines may have other line ends in the file.
                let plain = text.first() != Some(&b'#') && text.len() > 1 && !text.contains(&b'\n');
                if plain && !std::str::from_utf8(text).is_ok_and(|w| language.is_keyword(w)) {
                    words.push(text.clone());
                }
            }
            Part::Package { path, .. } => words.push(path.clone().into_bytes()),
            _ => {}
        }
    }
    words.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    words.dedup();
    words
}
