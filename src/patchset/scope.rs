use super::diagnostic::Diagnostic;
use super::keys::Keys;
use super::notes::{Notes, quoted};
use super::{Expect, Fragment, Globs, HoleCondition, Layout, Pick, Reading, Spanned, holes, values};
use crate::language::Language;
use crate::source::Bytes;
use std::collections::BTreeMap;

/// The keys that a patch, an alternative and a hunk have in common.
pub(super) const SCOPE: [&str; 13] = [
    "files", "language", "sigil", "expect", "pick", "as", "layout", "where", "inside", "has", "unless", "file-has",
    "imports",
];

const LANGUAGES: [(&str, Language); 3] = [("go", Language::Go), ("c", Language::C), ("text", Language::Text)];
/// What marks holes in text: marks that begin no other part of a row.
const SIGILS: &str = "$~%@^!#&?*=|:;,/";
const PICKS: [(&str, Pick); 2] = [("first", Pick::First), ("last", Pick::Last)];
const LAYOUTS: [(&str, Layout); 2] = [("code", Layout::Code), ("patch", Layout::Patch)];
const READINGS: [(&str, Reading); 10] = [
    ("code", Reading::Code),
    ("field", Reading::Field),
    ("element", Reading::Element),
    ("parameter", Reading::Parameter),
    ("case", Reading::Case),
    ("label", Reading::Label),
    ("method", Reading::Method),
    ("spec", Reading::Spec),
    ("enumerator", Reading::Enumerator),
    ("name", Reading::Name),
];

/// Where a body is looked for and under which conditions: what a hunk inherits from its patch.
#[derive(Clone, Default)]
pub(super) struct Scope {
    pub(super) files: Option<Globs>,
    pub(super) language: Option<Language>,
    pub(super) sigil: Option<char>,
    pub(super) expect: Option<Spanned<Expect>>,
    pub(super) pick: Option<Pick>,
    pub(super) reading: Option<Spanned<Reading>>,
    pub(super) layout: Option<Layout>,
    pub(super) holes: Vec<HoleCondition>,
    pub(super) inside: Option<Vec<Fragment>>,
    pub(super) has: Option<Vec<Fragment>>,
    pub(super) unless: Option<Vec<Fragment>>,
    pub(super) file_has: Option<Vec<Fragment>>,
    pub(super) imports: BTreeMap<String, Spanned<String>>,
}

impl Scope {
    pub(super) fn read(notes: &mut Notes, keys: &Keys<'_>, text: &str) -> Scope {
        Scope {
            files: notes.globs(keys, "files"),
            language: notes.word(keys, "language", &LANGUAGES).map(|language| language.value),
            sigil: notes.sigil(keys),
            expect: notes.expect(keys),
            pick: notes.word(keys, "pick", &PICKS).map(|pick| pick.value),
            reading: notes.word(keys, "as", &READINGS),
            layout: notes.word(keys, "layout", &LAYOUTS).map(|layout| layout.value),
            holes: notes.conditions(keys, text),
            inside: notes.fragments(keys, "inside", text),
            has: notes.fragments(keys, "has", text),
            unless: notes.fragments(keys, "unless", text),
            file_has: notes.fragments(keys, "file-has", text),
            imports: notes.imports(keys),
        }
    }

    /// With what the outer one says where this one says nothing. Conditions are inherited hole by hole.
    pub(super) fn or(mut self, outer: &Scope) -> Scope {
        let own = self.holes.len();
        for condition in &outer.holes {
            if !self.holes[..own].iter().any(|other| other.hole.value == condition.hole.value) {
                self.holes.push(condition.clone());
            }
        }
        for (name, path) in &outer.imports {
            self.imports.entry(name.clone()).or_insert_with(|| path.clone());
        }
        Scope {
            // Globs of its own are for a language of its own.
            language: self.language.or(outer.language.filter(|_| self.files.is_none())),
            sigil: self.sigil.or(outer.sigil),
            files: self.files.or_else(|| outer.files.clone()),
            expect: self.expect.or_else(|| outer.expect.clone()),
            pick: self.pick.or(outer.pick),
            reading: self.reading.or_else(|| outer.reading.clone()),
            layout: self.layout.or(outer.layout),
            inside: self.inside.or_else(|| outer.inside.clone()),
            has: self.has.or_else(|| outer.has.clone()),
            unless: self.unless.or_else(|| outer.unless.clone()),
            file_has: self.file_has.or_else(|| outer.file_has.clone()),
            ..self
        }
    }

    /// What a copy of it takes, about: many hunks that inherit much must not take all memory.
    pub(super) fn weight(&self) -> usize {
        let fragments = [&self.inside, &self.has, &self.unless, &self.file_has];
        let code = fragments.into_iter().flatten().flatten().map(|fragment| fragment.span.len() * 4 + 100);
        let tests = self.holes.iter().flat_map(|condition| &condition.tests).map(|test| test.span.len() * 4 + 200);
        let files = self.files.iter().flat_map(|files| &files.globs).map(|glob| glob.span.len() + 50);
        code.sum::<usize>() + tests.sum::<usize>() + files.sum::<usize>() + self.imports.len() * 200
    }

    /// The language of its files, said or seen from the globs.
    pub(super) fn spoken(&self) -> Option<Language> {
        self.language.or_else(|| self.files.as_ref().and_then(values::language))
    }
}

impl Notes {
    /// `sigil`: what marks holes in text.
    fn sigil(&mut self, keys: &Keys<'_>) -> Option<char> {
        let sigil = self.text(keys, "sigil")?;
        let mut chars = sigil.value.chars();
        if let (Some(mark), None) = (chars.next().filter(|mark| SIGILS.contains(*mark)), chars.next()) {
            return Some(mark);
        }
        let help = format!("one of the marks {SIGILS}, such as `$` or `~`: one that the lines of the body do not show");
        self.push(Diagnostic::new(&sigil.span, format!("{} cannot mark holes", quoted(&sigil.value))).help(help));
        None
    }

    /// `imports.NAME = "path"`.
    fn imports(&mut self, keys: &Keys<'_>) -> BTreeMap<String, Spanned<String>> {
        let mut imports = BTreeMap::new();
        let Some(names) = self.table(keys, "imports", "`imports`") else {
            return imports;
        };
        for (name, span, ..) in names.entries() {
            let word = !name.is_empty() && name.chars().all(holes::is_word) && !name.starts_with(char::is_numeric);
            if !word || name == "_" {
                self.push(
                    Diagnostic::new(&span, format!("{} is no package name", quoted(name)))
                        .help("`imports.errors = \"github.com/pkg/errors\"` lets the body say `errors.`"),
                );
            } else if let Some(path) = self.import_path(&names, name) {
                imports.insert(name.to_owned(), path);
            }
        }
        imports
    }

    fn import_path(&mut self, names: &Keys<'_>, name: &str) -> Option<Spanned<String>> {
        let path = self.line(names, name)?;
        if path.value.contains(|c: char| c.is_whitespace() || "\"'`\\$".contains(c)) {
            self.push(Diagnostic::new(&path.span, format!("{} is no import path", quoted(&path.value))));
            return None;
        }
        Some(path)
    }

    /// The place of a key's value, or of the table that misses it.
    pub(super) fn place(keys: &Keys<'_>, key: &str) -> Bytes {
        keys.value(key).map_or_else(|| keys.span.clone(), |(_, span)| span)
    }
}
