//! What the bodies of a patchset ask of files, before any file is read.

use super::ready::ReadyHunk;
use crate::find::Rule;
use crate::language::Language;
use crate::patchset::Globs;
use crate::pattern::{Compiled, Required, Shape, Side};
use crate::text::{Row, row_words};
use std::path::Path;

/// The number of an [`Ask`] among those of the patchset.
pub(super) type AskId = usize;

/// What one hunk, or one sign of `obsolete`, asks for: files of some names that hold some words.
pub(super) struct Ask {
    pub files: Globs,
    pub forms: Vec<Form>,
    /// Whether it is asked on occasion only, so that no file is prepared for it.
    pub is_rare: bool,
}

/// What is asked of files in one language.
pub(super) struct Form {
    pub language: Language,
    /// For what is to do.
    pub before: Need,
    /// For what is done, where that counts.
    pub after: Option<Need>,
    /// Whether all that decides lies within one item of a file's top level.
    pub local: bool,
}

/// What one side needs.
pub(super) struct Need {
    pub words: Required,
    /// How many items of the top level it can cover; `None` for any number.
    pub items: Option<usize>,
}

impl Ask {
    pub fn of_hunk(hunk: &ReadyHunk) -> Ask {
        Ask { files: hunk.files.clone(), forms: hunk.rules.values().map(Form::of_rule).collect(), is_rare: false }
    }

    /// What a fragment asks for that only has to occur.
    pub fn of_fragments<'a>(files: Globs, fragments: impl Iterator<Item = &'a (Language, Compiled)>) -> Ask {
        let form = |(language, fragment): &(Language, Compiled)| Form {
            language: *language,
            before: Need { words: fragment.words(*language), items: most(fragment.spellings.iter().map(|s| &s.side)) },
            after: None,
            local: true,
        };
        Ask { files, forms: fragments.map(form).collect(), is_rare: false }
    }

    /// The same in text.
    pub fn of_lines(files: Globs, fragments: &[Vec<Row>]) -> Ask {
        let form = |rows: &Vec<Row>| Form {
            language: Language::Text,
            before: Need { words: Required::new(&rows.iter().flat_map(row_words).collect::<Vec<_>>()), items: None },
            after: None,
            local: false,
        };
        Ask { files, forms: fragments.iter().map(form).collect(), is_rare: false }
    }

    /// What a hunk asks for that found nothing: its own names in another form.
    pub fn of_names(hunk: &ReadyHunk) -> Ask {
        let form = |language: Language, names: &Vec<Vec<u8>>| Form {
            language,
            before: Need { words: Required::new(names), items: Some(1) },
            after: None,
            local: true,
        };
        let of_rule = |rule: &Rule| {
            let language = rule.pattern.language;
            rule.pattern.own_names.iter().map(|names| form(language, names)).collect::<Vec<_>>()
        };
        Ask { files: hunk.files.clone(), forms: hunk.rules.values().flat_map(of_rule).collect(), is_rare: true }
    }

    /// The forms for a file: by its name, or those of the only language that there is.
    pub fn forms_for(&self, path: &Path) -> impl Iterator<Item = &Form> {
        let only = || {
            let first = self.forms.first().map(|f| f.language);
            first.filter(|&language| self.forms.iter().all(|f| f.language == language))
        };
        let is_text = self.forms.iter().any(|f| f.language == Language::Text);
        let language = is_text.then_some(Language::Text).or_else(|| Language::of_path(path)).or_else(only);
        self.forms.iter().filter(move |f| Some(f.language) == language)
    }
}

impl Form {
    fn of_rule(rule: &Rule) -> Form {
        let pattern = &rule.pattern;
        let items = |side: fn(&Shape) -> &Side| most(pattern.shapes.iter().map(side));
        // What conditions show is not asked for: code that one of them refuses is told of.
        let before = Need { words: pattern.words_before.clone(), items: items(|s| &s.before) };
        let after = Need { words: pattern.words_after.clone(), items: items(|s| &s.after) };
        Form { language: pattern.language, before, after: Some(after), local: rule.is_local() }
    }

    /// The needs of the sides that a file may hold.
    pub fn needs(&self) -> impl Iterator<Item = &Need> {
        std::iter::once(&self.before).chain(&self.after)
    }
}

/// How many items of the top level the widest of some sides can cover.
fn most<'a>(mut sides: impl Iterator<Item = &'a Side>) -> Option<usize> {
    sides.try_fold(1, |most, side| Some(side.items()?.max(most)))
}
