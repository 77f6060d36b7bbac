//! The loader: whatever the file holds, there is a patchset or there are diagnostics that can be shown.

use super::disturb;
use super::seeds::seeds;
use super::told::Told;
use arbitrary::{Result, Unstructured};
use treepatch::patchset::{Diagnostic, load, substitute};
use treepatch::render;

pub fn run(data: &[u8]) {
    // What is no text does not get as far as the loader.
    if let Ok(text) = text(data).map(String::from_utf8)
        && let Ok(text) = text
    {
        check(&text);
    }
}

fn text(data: &[u8]) -> Result<Vec<u8>> {
    let mut u = Unstructured::new(data);
    if u.ratio(1, 8)? {
        return Ok(u.bytes(u.len())?.to_vec());
    }
    let known = u.choose(&seeds().patchsets)?.clone();
    disturb::bytes(&mut u, known.into_bytes())
}

fn check(text: &str) {
    let _told = Told(&[("patchset", text.as_bytes())]);
    match load("fuzz.toml", text) {
        Ok(mut patchset) => {
            for target in [None, Some("arm"), Some("nowhere")] {
                if let Err(diagnostics) = substitute(&mut patchset, target) {
                    show(&diagnostics, text);
                }
            }
        }
        Err(diagnostics) => show(&diagnostics, text),
    }
}

/// Complaints name places of the file, and can be shown.
pub fn show(diagnostics: &[Diagnostic], text: &str) {
    assert!(!diagnostics.is_empty(), "refused without a word");
    for diagnostic in diagnostics {
        let span = &diagnostic.span;
        assert!(span.start <= span.end && text.get(span.clone()).is_some(), "{diagnostic:?} lies outside of the file");
        assert!(!diagnostic.message.is_empty());
        render::diagnostic(diagnostic, "fuzz.toml", text, true);
    }
}
