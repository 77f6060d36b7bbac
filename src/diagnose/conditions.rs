//! Code that is there, but that a condition keeps from being a site.

use super::place::{code, home, line, patchset_row, place_of};
use crate::find::{Condition, FailedCondition, Refused, Rule};
use crate::patchset::{Fragment, HoleTest, Patchset};
use crate::pattern::Names;
use crate::report::{NearMiss, brief};
use crate::search::FileMatches;
use crate::source::{Bytes, Source};

/// What is told about one refused match.
pub(crate) fn refused(
    patchset: &Patchset,
    names: &Names,
    s: &FileMatches<'_>,
    source: &Source,
    refused: &Refused,
) -> NearMiss {
    let Refused { tokens, by } = refused;
    let (wanted, span) = spelled(s.rule, names, by.condition);
    let (row_line, row) = patchset_row(patchset, &span);
    let at = if matches!(by.condition, Condition::Test(_)) { by.tokens.start } else { tokens.start };
    let found = match by.condition {
        Condition::Inside => home(source, tokens.start).unwrap_or_else(|| "the top level".to_owned()),
        Condition::FileHas(_) => String::new(),
        _ => code(source, &by.tokens),
    };
    NearMiss {
        place: place_of(&s.path, source, at),
        row,
        row_line,
        what: what(s, source, by, &wanted, names),
        wanted,
        found,
    }
}

fn what(s: &FileMatches<'_>, source: &Source, by: &FailedCondition, wanted: &str, names: &Names) -> String {
    let hole = |n: usize| s.rule.tests.get(n).map_or(String::new(), |t| names.show(t.hole));
    if let Some(why) = &by.unknown {
        return format!("the code is there, but nobody can tell whether `{wanted}` holds: {why}");
    }
    match by.condition {
        Condition::Test(n) => format!("the code is there, but `{wanted}` does not hold for `{}`", hole(n)),
        Condition::Inside => "the code is there, but not inside what `inside` shows".to_owned(),
        Condition::Has(_) => "the code is there, but without what `has` shows".to_owned(),
        Condition::Unless(_) => {
            let line = line(source, by.tokens.start);
            format!("the code is there, but `unless` forbids it: see line {line}, in the same declaration")
        }
        Condition::FileHas(_) => "the code is there, but the file does not hold what `file-has` shows".to_owned(),
    }
}

/// A condition as the author wrote it, and where.
fn spelled(rule: &Rule, names: &Names, condition: Condition) -> (String, Bytes) {
    let fragment = |key: &str, fragments: &[Fragment]| {
        let first = fragments.first();
        let text = first.map_or(String::new(), shown);
        (format!("{key} = '{text}'"), first.map_or(0..0, |f| f.span.clone()))
    };
    let of = |key: &str, list: &[crate::pattern::Compiled], n: usize| {
        fragment(key, &list.get(n).map(|c| c.fragment.clone()).into_iter().collect::<Vec<_>>())
    };
    match condition {
        Condition::Test(n) => match rule.tests.get(n) {
            Some(test) => {
                let hole = names.show(test.hole);
                (format!("where.{}.{}", hole.trim_start_matches('$'), value(&test.test)), test.span.clone())
            }
            None => (String::new(), 0..0),
        },
        Condition::Inside => of("inside", &rule.inside, 0),
        Condition::Has(n) => of("has", &rule.has, n),
        Condition::Unless(n) => of("unless", &rule.unless, n),
        Condition::FileHas(n) => of("file-has", &rule.file_has, n),
    }
}

fn shown(fragment: &Fragment) -> String {
    brief(&fragment.rows.iter().map(|r| r.text.trim()).collect::<Vec<_>>().join(" "))
}

fn value(test: &HoleTest) -> String {
    let list = |key: &str, texts: &[String]| match texts {
        [one] => format!("{key} = {one:?}"),
        many => format!("{key} = {many:?}"),
    };
    match test {
        HoleTest::Type(t) => format!("type = {t:?}"),
        HoleTest::Fits(t) => format!("fits = {t:?}"),
        HoleTest::Kind(kind) => format!("kind = \"{}\"", format!("{kind:?}").to_lowercase()),
        HoleTest::Text(texts) => list("text", texts),
        HoleTest::Not(texts) => list("not", texts),
        HoleTest::In(texts) => format!("in = {texts:?}"),
        HoleTest::Regex(regex) => format!("regex = '{}'", regex.as_str()),
        HoleTest::Is(fragment) => format!("is = '{}'", shown(fragment)),
    }
}
