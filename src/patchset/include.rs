//! A patchset in several files: one that says so in `include`, and the files that it includes, as one text.

use super::Diagnostic;
use super::notes::quoted;
use toml::de::{DeTable, DeValue};

/// A file of a patchset, and where its text begins in that of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What messages call it.
    pub origin: String,
    /// The byte of the whole text at which it begins.
    pub start: usize,
}

/// The texts of several files, one behind the other.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    /// All of it.
    pub text: String,
    /// The files, in order.
    pub parts: Vec<Part>,
}

impl Joined {
    /// Of one file.
    pub fn new(origin: &str, text: &str) -> Joined {
        Joined { text: text.to_owned(), parts: vec![Part { origin: origin.to_owned(), start: 0 }] }
    }

    /// With a file that it includes.
    pub fn push(&mut self, origin: &str, text: &str) {
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.parts.push(Part { origin: origin.to_owned(), start: self.text.len() });
        self.text.push_str(text);
    }

    /// What is wrong with the included files for themselves: they hold patches, and nothing else.
    pub(super) fn check(&self) -> Vec<Diagnostic> {
        let ends = self.parts.iter().skip(1).map(|part| part.start).chain([self.text.len()]);
        let included = self.parts.iter().zip(ends).skip(1);
        let mut diagnostics = Vec::new();
        for (part, end) in included {
            let shifted = |span: std::ops::Range<usize>| span.start + part.start..span.end + part.start;
            match DeTable::parse(&self.text[part.start..end]) {
                Ok(table) => {
                    for (key, _) in table.get_ref().iter().filter(|(key, _)| key.get_ref() != "patch") {
                        let what = format!("{} in a file that is included", quoted(key.get_ref()));
                        let diagnostic = Diagnostic::new(&shifted(key.span()), what);
                        diagnostics.push(diagnostic.help("such a file holds `[[patch]]` tables alone; the rest belongs into the one that includes it"));
                    }
                }
                Err(error) => {
                    let span = shifted(error.span().unwrap_or(0..0));
                    diagnostics.push(Diagnostic::new(&span, error.message()).label("not TOML"));
                }
            }
        }
        diagnostics
    }
}

/// The file that a byte of the whole text is in.
pub fn part_of(parts: &[Part], at: usize) -> Option<&Part> {
    let behind = parts.partition_point(|part| part.start <= at);
    parts.get(behind.saturating_sub(1))
}

/// `[patchset] include` of a text, as far as it can be read: globs of files beside it.
pub fn includes(text: &str) -> Vec<String> {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let Some(DeValue::Table(head)) = table.get_ref().get("patchset").map(|value| value.get_ref()) else {
        return Vec::new();
    };
    match head.get("include").map(|value| value.get_ref()) {
        Some(DeValue::String(glob)) => vec![glob.to_string()],
        Some(DeValue::Array(globs)) => {
            globs.iter().filter_map(|glob| Some(glob.get_ref().as_str()?.to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::load::load_joined;
    use super::*;

    const HEAD: &str = "format = 1\n[patchset]\nname = \"x\"\ninclude = [\"patches/*.toml\"]\n";
    const PATCH: &str =
        "[[patch]]\nid = \"a\"\ntitle = \"t\"\nwhy = \"w\"\nfiles = [\"a.c\"]\ndiff = '''\n-one();\n+two();\n'''\n";

    #[test]
    fn files_are_joined() {
        assert_eq!(includes(HEAD), ["patches/*.toml"]);
        let mut joined = Joined::new("x.toml", HEAD);
        joined.push("patches/a.toml", PATCH);
        let set = load_joined(&joined).unwrap();
        assert_eq!(set.patches.len(), 1);
        assert_eq!(part_of(&set.parts, set.patches[0].span.start).unwrap().origin, "patches/a.toml");
    }

    #[test]
    fn what_is_included_holds_patches_alone() {
        let mut joined = Joined::new("x.toml", HEAD);
        joined.push("patches/a.toml", &format!("format = 1\n{PATCH}"));
        let diagnostics = load_joined(&joined).unwrap_err();
        assert_eq!(diagnostics[0].message, "`format` in a file that is included");
        assert_eq!(diagnostics[0].span.start, HEAD.len());
    }
}
