//! The matcher: it ends, says the same twice, and what it finds lies where it says.

use super::body;
use super::told::Told;
use arbitrary::Unstructured;
use std::collections::BTreeMap;
use treepatch::find::{Env, Found, NoTypes, OutOfSteps, Rule, Steps, find};
use treepatch::language::Language;
use treepatch::patchset::load;
use treepatch::source::Source;

const STEPS: u64 = 200_000;

pub fn run(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let Ok((path, source, text)) = body::case(&mut u) else { return };
    let _told = Told(&[("patchset", text.as_bytes()), ("source", &source.bytes)]);
    let Ok(patchset) = load("fuzz.toml", &text) else { return };
    for rule in body::rules(&patchset, Language::of_path(&path).unwrap(), &text) {
        check(&rule, &source);
        // A source that the body was not made for.
        if let Ok((other, bytes)) = super::disturb::source(&mut u)
            && Language::of_path(&other) == Language::of_path(&path)
            && let Ok(source) = body::parse(&other, bytes)
        {
            check(&rule, &source);
        }
    }
}

fn look(rule: &Rule, source: &Source) -> Result<Found, OutOfSteps> {
    find(rule, source, &Env::new(), &BTreeMap::new(), &NoTypes, &mut Steps(STEPS))
}

fn check(rule: &Rule, source: &Source) {
    let (found, again) = match (look(rule, source), look(rule, source)) {
        (Ok(found), Ok(again)) => (found, again),
        (Err(_), Err(_)) => return,
        _ => panic!("once it ended and once it did not"),
    };
    assert_eq!(format!("{found:?}"), format!("{again:?}"));
    for hit in &found.hits {
        let variant = &rule.pattern.variants[hit.variant];
        let side = if hit.done { &variant.after } else { &variant.before };
        let whole = &hit.matched.tokens;
        assert!(whole.start <= whole.end && whole.end <= source.tokens.len());
        assert!(hit.changed.iter().all(|c| c.start <= c.end && c.end <= source.bytes.len()));
        if side.elements.is_empty() {
            continue;
        }
        assert_eq!(hit.matched.bounds.len(), side.elements.len());
        let mut at = whole.start;
        for (element, bound) in side.elements.iter().zip(&hit.matched.bounds) {
            assert!(at <= bound.tokens.start && bound.tokens.end <= whole.end, "{element:?} is bound outside");
            at = bound.tokens.end;
            if let treepatch::pattern::Part::Token { text, .. } = &element.part {
                assert_eq!(&*source.word(bound.tokens.start), &**text);
            }
        }
    }
}
