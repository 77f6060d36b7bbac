//! The body compiler: what loads is compiled, or there are diagnostics that can be shown.

use super::told::Told;
use super::{disturb, patchset, toml};
use arbitrary::{Result, Unstructured};
use std::path::{Path, PathBuf};
use treepatch::find::Rule;
use treepatch::language::Language;
use treepatch::patchset::{Patchset, Work, load};
use treepatch::pattern::Names;
use treepatch::source::{Limits, Source};

pub fn run(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let Ok((path, _, text)) = case(&mut u) else { return };
    let _told = Told(&[("patchset", text.as_bytes())]);
    if let Ok(patchset) = load("fuzz.toml", &text) {
        rules(&patchset, Language::of_path(&path).unwrap(), &text);
    }
}

/// A file, and a patchset for it.
pub fn case(u: &mut Unstructured<'_>) -> Result<(PathBuf, Source, String)> {
    let (path, bytes) = disturb::source(u)?;
    let source = parse(&path, bytes)?;
    let text = patchset::toml(u, &path, &source)?;
    Ok((path, source, text))
}

/// A file as a source; the input is given up where it is no text.
pub fn parse(path: &Path, bytes: Vec<u8>) -> Result<Source> {
    let source = Source::parse(Language::of_path(path).unwrap(), bytes, Limits::default());
    source.map_err(|_| arbitrary::Error::IncorrectFormat)
}

/// The rules of a patchset that compile.
pub fn rules(patchset: &Patchset, language: Language, text: &str) -> Vec<Rule> {
    let bodies = patchset.patches.iter().flat_map(|p| &p.bodies);
    let hunks = bodies.flat_map(|b| match &b.work {
        Work::Edit(hunks) => hunks.as_slice(),
        _ => &[],
    });
    let rule = |hunk| match Rule::compile(hunk, language, &mut Names::default()) {
        Ok(rule) => Some(rule),
        Err(diagnostics) => {
            toml::show(&diagnostics, text);
            None
        }
    };
    hunks.filter_map(rule).collect()
}
