/// Unicode's Default_Ignorable_Code_Point, of DerivedCoreProperties.txt. Folders of ext4 and f2fs that do not care for
/// case leave these out of names when they compare them; HFS+ does so with some of them.
const IGNORABLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether a character shows nothing, by Unicode's Default_Ignorable_Code_Point.
pub fn is_ignorable(c: char) -> bool {
    IGNORABLE.iter().any(|(first, last)| (first..=last).contains(&&c))
}

/// A name as the file systems see it that leave out code points or do not care for case: what they take for the same
/// ASCII name has one spelling here, in lower case.
pub fn folded(name: &str) -> String {
    name.chars().filter(|c| !is_ignorable(*c)).map(|c| as_ascii(c).unwrap_or(c).to_ascii_lowercase()).collect()
}

/// The ASCII letter that a letter is another case of: of some there are more than two.
fn as_ascii(c: char) -> Option<char> {
    let only =
        |mut all: &mut dyn Iterator<Item = char>| (&mut all).next().filter(|c| c.is_ascii() && all.next().is_none());
    only(&mut c.to_lowercase()).or_else(|| only(&mut c.to_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_seen_without_what_is_ignored() {
        assert_eq!(folded(".Git"), ".git");
        for (first, last) in IGNORABLE {
            assert_eq!(folded(&format!("{first}.g{first}I{last}t{last}")), ".git", "{first:?}");
        }
        assert_eq!(folded("näme-ÄÖ ﬁ"), "näme-ÄÖ ﬁ");
    }

    /// Three letters have a case in ASCII and are not of it.
    #[test]
    fn letters_that_fold_into_ascii() {
        let found: String = ('\u{80}'..=char::MAX).filter(|c| as_ascii(*c).is_some()).collect();
        assert_eq!(found, "ıſ\u{212a}");
        assert_eq!(folded(".gıt \u{212a}ſ"), ".git ks");
    }
}
