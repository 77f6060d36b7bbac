//! Counts the sites of one fragment in a folder: `count go|c FOLDER < fragment`.
//!
//! Prints `site PATH:LINE:COLUMN` and `unreadable PATH:LINE:COLUMN`, and the totals last. `scripts/counts` compares
//! them with a text search.

use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use treepatch::find::{Env, Matcher, Steps};
use treepatch::language::Language;
use treepatch::patchset::{Fragment, Row, Sign};
use treepatch::pattern::{Compiled, Names, Part, Side, compile_fragment};
use treepatch::source::{Limits, Source, Tokens};

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [language, folder] = &arguments[..] else { return Err("usage: count go|c FOLDER < fragment".to_owned()) };
    let language = if language == "go" { Language::Go } else { Language::C };
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|e| e.to_string())?;
    let rows: Vec<Row> = text.lines().map(|l| Row { sign: Sign::Context, text: l.to_owned(), at: 0 }).collect();
    let fragment = Fragment { rows, span: 0..text.len(), ..Fragment::default() };
    let compiled = compile_fragment(&fragment, language, &mut Names::default(), &BTreeMap::new())
        .map_err(|c| c.first().map(|c| c.message.clone()).unwrap_or_default())?;
    let mut paths = Vec::new();
    walk(Path::new(folder), language, &mut paths);
    paths.sort();
    let found: Vec<Found> = paths.par_iter().map(|path| look(&compiled, language, path)).collect();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut sites, mut unreadable) = (0, 0);
    for (path, one) in paths.iter().zip(found) {
        (sites, unreadable) = (sites + one.sites.len(), unreadable + one.unreadable.len());
        for (name, places) in [("site", one.sites), ("unreadable", one.unreadable)] {
            for (line, column) in places {
                writeln!(out, "{name} {}:{line}:{column}", path.display()).map_err(|e| e.to_string())?;
            }
        }
        if let Some(trouble) = one.trouble {
            writeln!(out, "trouble {}: {trouble}", path.display()).map_err(|e| e.to_string())?;
        }
    }
    writeln!(out, "total {sites} sites, {unreadable} unreadable, {} files", paths.len()).map_err(|e| e.to_string())
}

fn walk(folder: &Path, language: Language, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, language, out),
            Ok(kind) if kind.is_file() && Language::of_path(&path) == Some(language) => out.push(path),
            _ => {}
        }
    }
}

/// The places of one file.
#[derive(Default)]
struct Found {
    sites: Vec<(usize, usize)>,
    unreadable: Vec<(usize, usize)>,
    trouble: Option<String>,
}

fn look(fragment: &Compiled, language: Language, path: &Path) -> Found {
    let Ok(bytes) = std::fs::read(path) else { return Found::default() };
    let holds = |word: &[u8]| memchr::memmem::find(&bytes, word).is_some();
    let may_hold = |side: &Side| {
        let mut words = side.elements.iter().filter_map(|e| match &e.part {
            Part::Token { text, .. } if text.len() > 2 => Some(text),
            _ => None,
        });
        words.all(|w| holds(w))
    };
    if !fragment.spellings.iter().any(|s| may_hold(&s.side)) {
        return Found::default();
    }
    match count(fragment, language, bytes) {
        Ok(found) => found,
        Err(trouble) => Found { trouble: Some(trouble), ..Found::default() },
    }
}

fn count(fragment: &Compiled, language: Language, bytes: Vec<u8>) -> Result<Found, String> {
    let source = Source::parse(language, bytes, Limits::default()).map_err(|e| e.to_string())?;
    let (env, packages) = (Env::new(), BTreeMap::new());
    let mut steps = Steps(1_000_000_000);
    let (mut matches, mut torn) = (Vec::new(), Vec::new());
    for spelling in &fragment.spellings {
        let mut matcher =
            Matcher::new(&spelling.side, &source, &env, &packages).within(spelling.lists, spelling.grouped);
        matches.extend(matcher.all(&mut steps).map_err(|e| e.to_string())?);
        torn.extend(matcher.over_errors(&mut steps).map_err(|e| e.to_string())?);
    }
    let place = |tokens: &Tokens| source.lines.place(source.span(tokens).start);
    let (mut sites, mut unreadable): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
    for m in matches {
        if m.broken { unreadable.push(place(&m.tokens)) } else { sites.push(place(&m.tokens)) }
    }
    unreadable.extend(torn.iter().map(|m| place(&m.tokens)));
    for places in [&mut sites, &mut unreadable] {
        places.sort_unstable();
        places.dedup();
    }
    unreadable.retain(|p| !sites.contains(p));
    Ok(Found { sites, unreadable, trouble: None })
}
