//! What the bodies of a patchset ask of files, before any file is read.

use crate::find::Rule;
use crate::language::Language;
use crate::patchset::Globs;
use crate::pattern::{Compiled, Required, Side, Variant};
use crate::text::{Row, row_words};
use std::path::Path;

/// The number of an [`Query`] among those of the patchset.
pub(crate) type QueryId = usize;

/// What one hunk, or one sign of `obsolete`, asks for: files of some names that hold some words.
pub(crate) struct Query {
    pub files: Globs,
    pub by_language: Vec<LanguageQuery>,
    /// Whether it is asked on occasion only, so that no file is prepared for it.
    pub is_rare: bool,
}

/// What is asked of files in one language.
pub(crate) struct LanguageQuery {
    pub language: Language,
    /// For what is to do.
    pub before: Requirement,
    /// For what is done, where that counts.
    pub after: Option<Requirement>,
    /// Whether all that decides lies within one item of a file's top level.
    pub local: bool,
}

/// What one side needs.
pub(crate) struct Requirement {
    pub words: Required,
    /// How many items of the top level it can cover; `None` for any number.
    pub items: Option<usize>,
}

impl Query {
    /// What the rules of a hunk ask for, one for each language.
    pub fn of_rules<'a>(files: Globs, rules: impl Iterator<Item = &'a Rule>) -> Query {
        Query { files, by_language: rules.map(LanguageQuery::of_rule).collect(), is_rare: false }
    }

    /// What a fragment asks for that only has to occur.
    pub fn of_fragments<'a>(files: Globs, fragments: impl Iterator<Item = &'a (Language, Compiled)>) -> Query {
        let form = |(language, fragment): &(Language, Compiled)| LanguageQuery {
            language: *language,
            before: Requirement {
                words: fragment.words(*language),
                items: most(fragment.spellings.iter().map(|s| &s.side)),
            },
            after: None,
            local: true,
        };
        Query { files, by_language: fragments.map(form).collect(), is_rare: false }
    }

    /// The same in text.
    pub fn of_lines(files: Globs, fragments: &[Vec<Row>]) -> Query {
        let form = |rows: &Vec<Row>| LanguageQuery {
            language: Language::Text,
            before: Requirement {
                words: Required::new(&rows.iter().flat_map(row_words).collect::<Vec<_>>()),
                items: None,
            },
            after: None,
            local: false,
        };
        Query { files, by_language: fragments.iter().map(form).collect(), is_rare: false }
    }

    /// What a hunk asks for that found nothing: its own names in another form.
    pub fn of_names<'a>(files: Globs, rules: impl Iterator<Item = &'a Rule>) -> Query {
        let form = |language: Language, names: &Vec<Vec<u8>>| LanguageQuery {
            language,
            before: Requirement { words: Required::new(names), items: Some(1) },
            after: None,
            local: true,
        };
        let of_rule = |rule: &Rule| {
            let language = rule.pattern.language;
            rule.pattern.own_names.iter().map(|names| form(language, names)).collect::<Vec<_>>()
        };
        Query { files, by_language: rules.flat_map(of_rule).collect(), is_rare: true }
    }

    /// The forms for a file: by its name, or those of the only language that there is.
    pub fn forms_for(&self, path: &Path) -> impl Iterator<Item = &LanguageQuery> {
        let only = || {
            let first = self.by_language.first().map(|f| f.language);
            first.filter(|&language| self.by_language.iter().all(|f| f.language == language))
        };
        let is_text = self.by_language.iter().any(|f| f.language == Language::Text);
        let language = is_text.then_some(Language::Text).or_else(|| Language::of_path(path)).or_else(only);
        self.by_language.iter().filter(move |f| Some(f.language) == language)
    }
}

impl LanguageQuery {
    fn of_rule(rule: &Rule) -> LanguageQuery {
        let pattern = &rule.pattern;
        let items = |side: fn(&Variant) -> &Side| most(pattern.variants.iter().map(side));
        // What conditions show is not asked for: code that one of them refuses is reported.
        let before = Requirement { words: pattern.words_before.clone(), items: items(|s| &s.before) };
        let after = Requirement { words: pattern.words_after.clone(), items: items(|s| &s.after) };
        LanguageQuery { language: pattern.language, before, after: Some(after), local: rule.is_local() }
    }

    /// The needs of the sides that a file may hold.
    pub fn needs(&self) -> impl Iterator<Item = &Requirement> {
        std::iter::once(&self.before).chain(&self.after)
    }
}

/// How many items of the top level the widest of some sides can cover.
fn most<'a>(mut sides: impl Iterator<Item = &'a Side>) -> Option<usize> {
    sides.try_fold(1, |most, side| Some(side.items()?.max(most)))
}
