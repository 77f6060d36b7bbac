//! Lines at column 0 under which others are without being indented: headings of formats, as a table.

use super::form::is_word;
use std::path::Path;

/// The headings of a format: what a line begins with, and its level; the lower, the further out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Headings {
    /// There are none.
    #[default]
    None,
    /// Words that a line begins with.
    Words(&'static [(&'static str, i32)]),
    /// One to six of this mark, and a blank.
    Marks(u8),
    /// A line that is wholly in brackets.
    Brackets,
}

const MAN: Headings = Headings::Words(&[(".SH", -8), (".Sh", -8), (".SS", -6), (".Ss", -6)]);
const TEXINFO: Headings = Headings::Words(&[
    ("@node", -10),
    ("@chapter", -8),
    ("@appendix", -8),
    ("@unnumbered", -8),
    ("@section", -6),
    ("@subsection", -4),
    ("@subsubsection", -2),
]);
const POD: Headings = Headings::Words(&[("=head1", -8), ("=head2", -6), ("=head3", -4), ("=head4", -2)]);

/// Name endings, and what they have for headings.
const FORMATS: &[(&[&str], Headings)] = &[
    (&["man", "nro"], MAN),
    (&["md", "markdown"], Headings::Marks(b'#')),
    (&["adoc", "asciidoc"], Headings::Marks(b'=')),
    (&["texi", "texinfo"], TEXINFO),
    (&["pod"], POD),
    (&["ini", "conf", "cfg", "toml", "desktop"], Headings::Brackets),
    (&["service", "socket", "timer", "target", "mount", "automount", "path", "slice", "swap"], Headings::Brackets),
    (&["network", "netdev", "link"], Headings::Brackets),
];
/// Endings of files from which others are made.
const TEMPLATES: &[&str] = &["in", "src", "tmpl", "template", "hin"];

impl Headings {
    /// The headings of a file, judged by its name alone.
    pub fn of(path: &Path) -> Headings {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let name = TEMPLATES.iter().find_map(|end| name.strip_suffix(end)?.strip_suffix('.')).unwrap_or(name);
        let Some((_, ending)) = name.rsplit_once('.') else { return Headings::None };
        let is_section = |ending: &str| {
            ending.starts_with(|c: char| ('1'..='9').contains(&c)) && ending.chars().all(|c| c.is_ascii_alphanumeric())
        };
        let known = FORMATS.iter().find(|(endings, _)| endings.contains(&ending));
        known.map_or(if is_section(ending) { MAN } else { Headings::None }, |(_, headings)| *headings)
    }

    /// The level of a line at column 0, by its form, if it is a heading: less than 0.
    pub fn level(self, form: &[u8]) -> Option<i32> {
        match self {
            Headings::None => None,
            Headings::Words(words) => {
                words.iter().find(|(word, _)| begins(form, word.as_bytes())).map(|(_, level)| *level)
            }
            Headings::Marks(mark) => {
                let marks = form.iter().take_while(|b| **b == mark).count();
                let is_heading = (1..=6).contains(&marks) && form.get(marks) == Some(&b' ');
                is_heading.then(|| 2 * marks as i32 - 16)
            }
            Headings::Brackets => {
                let inner = form.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
                inner.is_some_and(|inner| !inner.contains(&b']')).then_some(-2)
            }
        }
    }
}

/// Whether a line begins with a word that ends there.
fn begins(form: &[u8], word: &[u8]) -> bool {
    form.strip_prefix(word).is_some_and(|rest| !rest.first().is_some_and(|b| is_word(*b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(path: &str, line: &str) -> Option<i32> {
        Headings::of(Path::new(path)).level(line.as_bytes())
    }

    #[test]
    fn headings_by_the_name_of_the_file() {
        assert_eq!(level("a/ls.1", ".SH NAME"), Some(-8));
        assert_eq!(level("ssl.conf.5ssl.in", ".Ss B"), Some(-6));
        assert_eq!(level("README.md", "## B"), Some(-12));
        assert_eq!(level("README.md", "##B"), None);
        assert_eq!(level("a.service", "[Unit]"), Some(-2));
        assert_eq!(level("a.ini", "[a] x"), None);
        assert_eq!(level("a.texi", "@sectioning"), None);
        assert_eq!(level("Makefile", "# B"), None);
        assert_eq!(level("x.c", ".SH"), None);
    }
}
