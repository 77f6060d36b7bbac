use super::diagnostic::Diagnostic;
use super::keys::Keys;
use super::names::{is_git, is_own, is_own_in_short};
use super::notes::{Notes, quoted};
use super::spelling::folded;
use super::{Expect, Globs, Spanned};
use crate::language::Language;
use crate::source::Bytes;
use std::path::Path;
use toml::de::DeValue;

/// Names longer than this do not load: they become parts of file names.
const LONGEST_NAME: usize = 100;
/// Globs longer than this do not load.
const LONGEST_GLOB: usize = 1000;
/// More sites than any tree has.
const MOST_SITES: usize = 1_000_000;

impl Notes {
    /// A name that may become part of a file's, a branch's or a trailer's.
    pub(super) fn name(&mut self, keys: &Keys<'_>, key: &str, what: &str) -> Option<Spanned<String>> {
        let name = self.line(keys, key)?;
        self.check_name(&name.value, &name.span, what).then_some(name)
    }

    pub(super) fn check_name(&mut self, name: &str, span: &Bytes, what: &str) -> bool {
        let sane = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
        let good = name.len() <= LONGEST_NAME
            && name.chars().all(sane)
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !name.ends_with('.')
            && !name.contains("..");
        if !good {
            self.push(
                Diagnostic::new(span, format!("{} cannot be the name of a {what}", quoted(name)))
                    .help("a name is letters, digits, `-`, `_`, `+` and single dots, at most 100 of them"),
            );
        }
        good
    }

    /// Targets: names, or `os/arch`.
    pub(super) fn targets(&mut self, keys: &Keys<'_>, key: &str) -> Vec<String> {
        let targets = self.texts(keys, key).unwrap_or_default();
        let good = |target: &&Spanned<String>| self.check_target(&target.value, &target.span);
        targets.iter().filter(good).map(|target| target.value.clone()).collect()
    }

    pub(super) fn check_target(&mut self, target: &str, span: &Bytes) -> bool {
        target.split('/').all(|part| self.check_name(part, span, "target"))
    }

    /// `files`: which files below the root, and which not.
    pub(super) fn globs(&mut self, keys: &Keys<'_>, key: &str) -> Option<Globs> {
        let globs = self.texts(keys, key)?;
        let before = globs.len();
        let globs: Vec<_> = globs.into_iter().filter(|glob| self.check_glob(glob)).collect();
        if globs.len() == before && globs.iter().all(|glob| glob.value.starts_with('!')) {
            let span = keys.value(key).map(|(_, span)| span).unwrap_or_default();
            self.push(Diagnostic::new(&span, format!("{} names no file", quoted(key))).help("add a glob without `!`"));
        }
        Some(Globs { globs })
    }

    fn check_glob(&mut self, glob: &Spanned<String>) -> bool {
        let pattern = glob.value.strip_prefix('!').unwrap_or(&glob.value);
        let mut parts = pattern.split(['/', '{', '}', ',']);
        let (message, help) = if pattern.trim().is_empty() {
            ("an empty glob names no file", "`**` names all")
        } else if pattern.len() > LONGEST_GLOB {
            ("the glob is too long", "write several")
        } else if pattern.starts_with('/') || has_drive(pattern) {
            (
                "the glob is absolute",
                "globs are relative to the root of the tree; begin with `**/` to match at any depth",
            )
        } else if pattern.contains('\\') {
            ("the glob has a backslash", "folders are separated by `/`")
        } else if parts.any(|part| part == "..") {
            ("the glob leads out of the tree", "leave `..` out: globs are relative to the root of the tree")
        } else if pattern.split('/').any(|part| part == "." || part.is_empty()) {
            (
                "the glob has an empty folder name",
                "leave `.`, doubled and trailing slashes out; `folder/**` is all below",
            )
        } else if pattern.contains(char::is_control) {
            ("the glob has a control character", "globs are plain text")
        } else {
            return match globset::GlobBuilder::new(pattern).literal_separator(true).build() {
                Ok(_) => true,
                Err(error) => {
                    self.push(Diagnostic::new(&glob.span, format!("the glob does not parse: {}", error.kind())));
                    false
                }
            };
        };
        self.push(Diagnostic::new(&glob.span, message).help(help));
        false
    }

    /// `expect`: how many sites.
    pub(super) fn expect(&mut self, keys: &Keys<'_>) -> Option<Spanned<Expect>> {
        let (value, span) = keys.value("expect")?;
        let read = match value {
            DeValue::Integer(number) if number.radix() == 10 => count(number.as_str()).map(exactly),
            DeValue::String(text) => expectation(text),
            _ => None,
        };
        if read.is_none() {
            self.push(
                Diagnostic::new(&span, "this is not a number of sites")
                    .help("`2`, `\"1..\"`, `\"0..1\"`, `\"1 per file\"` or `\"any\"`; the default is exactly 1"),
            );
        }
        read.map(|value| Spanned { value, span })
    }

    /// `create`: a path of a new file below the root.
    pub(super) fn path(&mut self, keys: &Keys<'_>, key: &str) -> Option<Spanned<String>> {
        let path = self.text(keys, key)?;
        let parts = || path.value.split('/');
        let (message, help) = if path.value.trim().is_empty() {
            ("the path is empty", "name the new file, relative to the root of the tree")
        } else if path.value.starts_with('/') || has_drive(&path.value) {
            ("the path is absolute", "name the new file relative to the root of the tree")
        } else if path.value.contains(['\\', ':']) || path.value.contains(char::is_control) {
            ("the path has a backslash, a colon or a control character", "folders are separated by `/`")
        } else if path.value.ends_with('/') {
            ("the path names a folder", "name the new file in it")
        } else if parts().any(|part| part == "..") {
            ("the path leads out of the tree", "leave `..` out: the path is relative to the root of the tree")
        } else if parts().any(|part| part == "." || part.is_empty()) {
            ("the path has an empty folder name", "leave `.` and doubled slashes out")
        } else if parts().any(|part| is_git(&seen(part))) {
            ("the path leads into git's own folder", "patches change the tree, never `.git`")
        } else if parts().map(seen).any(|part| is_own(part.as_bytes()) || is_own_in_short(&part)) {
            ("the path leads into a folder of treepatch's own", "those are part of no tree; name the file otherwise")
        } else {
            return Some(path);
        };
        self.push(Diagnostic::new(&path.span, message).help(help));
        None
    }
}

/// Whether a path begins like `C:`.
fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// What some file system or other takes a name for.
fn seen(part: &str) -> String {
    folded(part).trim_end_matches(['.', ' ']).to_owned()
}

fn exactly(count: usize) -> Expect {
    Expect::Between(count, Some(count))
}

fn count(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|count| digits && *count <= MOST_SITES)
}

fn expectation(text: &str) -> Option<Expect> {
    let text = text.trim();
    if text == "any" {
        return Some(Expect::Between(0, None));
    }
    if let Some(each) = text.strip_suffix("per file") {
        return count(each.trim_end())
            .filter(|each| *each > 0 && each.to_string().len() < text.len())
            .map(Expect::PerFile);
    }
    let Some((least, most)) = text.split_once("..") else {
        return count(text).map(exactly);
    };
    let least = count(least.trim())?;
    let most = match most.trim() {
        "" => None,
        most => Some(count(most).filter(|most| *most >= least)?),
    };
    Some(Expect::Between(least, most))
}

/// The language that the globs name the files of, by their names; `None` where they name files of several. What no grammar
/// reads is text, where a glob says the end of the name.
pub(super) fn language(globs: &Globs) -> Option<Language> {
    let mut names = Vec::new();
    for glob in globs.globs.iter().filter(|glob| !glob.value.starts_with('!')) {
        names.extend(extensions(&glob.value)?);
    }
    let of = |name: &String| Language::of_path(Path::new(name)).or(Some(Language::Text));
    let mut languages = names.iter().map(of);
    let first = languages.next()??;
    languages.all(|language| language == Some(first)).then_some(first)
}

/// File names with the extensions that a glob can end in: `x.c` and `x.h` for `**/*.{c,h}`.
fn extensions(glob: &str) -> Option<Vec<String>> {
    let name = |extension: &str| format!("x.{extension}");
    if let Some((_, choices)) = glob.strip_suffix('}').and_then(|glob| glob.rsplit_once('{')) {
        let before = &glob[..glob.len() - choices.len() - 2];
        return match before.strip_suffix('.') {
            Some(_) => Some(choices.split(',').map(name).collect()),
            None => choices.split(',').map(extensions).collect::<Option<Vec<_>>>().map(|all| all.concat()),
        };
    }
    if let Some((_, choices)) = glob.strip_suffix(']').and_then(|glob| glob.rsplit_once(".[")) {
        return Some(choices.chars().map(|c| name(&c.to_string())).collect());
    }
    let file = glob.rsplit('/').next().unwrap_or(glob);
    let is_open = |part: &str| part.contains(['*', '?', '[', ']', '{', '}']);
    match file.rsplit_once('.') {
        Some((_, extension)) if !is_open(extension) => Some(vec![name(extension)]),
        None if !is_open(file) => Some(vec![file.to_owned()]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_sites() {
        use Expect::*;
        let cases = [
            ("2", Some(Between(2, Some(2)))),
            ("1..", Some(Between(1, None))),
            ("0..1", Some(Between(0, Some(1)))),
            ("2 .. 5", Some(Between(2, Some(5)))),
            ("any", Some(Between(0, None))),
            ("1 per file", Some(PerFile(1))),
            ("0 per file", None),
            ("per file", None),
            ("3..1", None),
            ("-1", None),
            ("+1", None),
            ("..3", None),
            ("", None),
            ("1...3", None),
            ("99999999999999999999", None),
            ("1000001", None),
        ];
        for (text, expected) in cases {
            assert_eq!(expectation(text), expected, "{text}");
        }
    }

    #[test]
    fn the_language_that_globs_name() {
        let language = |globs: &[&str]| {
            let spanned = |glob: &&str| Spanned { value: glob.to_string(), span: 0..0 };
            language(&Globs { globs: globs.iter().map(spanned).collect() })
        };
        assert_eq!(language(&["**/*.go", "!**/*_test.c"]), Some(Language::Go));
        assert_eq!(language(&["a/*.[ch]", "b/*.{c,h}", "{x.c,y.h}"]), Some(Language::C));
        assert_eq!(language(&["**/*.go", "**/*.c"]), None);
        assert_eq!(language(&["**/*"]), None);
        assert_eq!(language(&["**/*.{go,txt}"]), None);
        assert_eq!(language(&["**/Makefile", "debian/rules", "**/*.{yml,yaml}", "a/*.in"]), Some(Language::Text));
        assert_eq!(language(&["**/Makefile", "**/*.c"]), None);
        assert_eq!(language(&["Makefile*"]), None);
        assert_eq!(language(&["configure.*"]), None);
        assert_eq!(language(&["a.go/*"]), None);
    }
}
