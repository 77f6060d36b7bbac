//! What `language = "text"` makes of a hunk.

use super::notes::Notes;
use super::{Body, Diagnostic, Fragment, HoleTest, Hunk, Obsolete, Syntax, Work};
use crate::language::Language;

/// Lets the conditions of a hunk be read as text, and complains about those that ask for code.
pub(super) fn settle(notes: &mut Notes, hunk: &mut Hunk, sigil: Option<char>) {
    let lists = [&mut hunk.inside, &mut hunk.has, &mut hunk.unless, &mut hunk.file_has];
    lists.into_iter().flatten().for_each(|fragment| fragment.syntax = Syntax::Text(sigil));
    if let Some(reading) = &hunk.reading {
        notes.push(Diagnostic::new(&reading.span, "`as` has no meaning in text").help("lines are read in one way"));
    }
    if let Some(path) = hunk.imports.values().next() {
        notes.push(Diagnostic::new(&path.span, "`imports` has no meaning in text"));
    }
    for test in hunk.holes.iter().flat_map(|condition| &condition.tests) {
        if matches!(test.value, HoleTest::Type(_) | HoleTest::Kind(_) | HoleTest::Fits(_) | HoleTest::Is(_)) {
            let diagnostic = Diagnostic::new(&test.span, "this asks for code, and the body is text");
            notes.push(diagnostic.help("in text holes have `text`, `not`, `in` and `regex`"));
        }
    }
}

/// Lets the signs of an obsolete patch be read as text where all of its hunks are text.
pub(super) fn settle_obsolete(obsolete: &mut Obsolete, bodies: &[Body]) {
    let of_body = |body: &Body| match &body.work {
        Work::Edit(hunks) => hunks.iter().map(syntax).collect(),
        _ => vec![Syntax::Code],
    };
    let all: Vec<Syntax> = bodies.iter().flat_map(of_body).collect();
    if let Some(first @ Syntax::Text(_)) = all.first().filter(|_| all.iter().all(|s| *s != Syntax::Code)) {
        obsolete.matches.iter_mut().for_each(|fragment: &mut Fragment| fragment.syntax = *first);
    }
}

fn syntax(hunk: &Hunk) -> Syntax {
    if hunk.language == Some(Language::Text) { hunk.diff.syntax } else { Syntax::Code }
}
