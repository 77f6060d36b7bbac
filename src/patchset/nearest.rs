/// Longer words are not compared with the known ones.
pub(super) const LONGEST_WORD: usize = 64;

/// The known word that a misspelt one is nearest to, if one is near.
pub fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    known
        .filter(|known| known.len() <= LONGEST_WORD)
        .map(|known| (strsim::damerau_levenshtein(word, known), known))
        .filter(|(distance, known)| *distance <= (word.len().min(known.len()) / 3).max(1))
        .min_by_key(|(distance, known)| (*distance, !word.starts_with(known)))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_if_it_is_near() {
        let known = ["orchard-arm32", "meter-arm32"];
        assert_eq!(nearest("orchard-arm", known.into_iter()), Some("orchard-arm32"));
        assert_eq!(nearest("xyz", known.into_iter()), None);
    }
}
