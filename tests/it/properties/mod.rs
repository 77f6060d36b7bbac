//! Patches made of real code by the thousand, each with what it means as a plain edit of the text, and the properties
//! that every one of them must have. `docs/properties.md` tells more.
//!
//! By hand: `TREEPATCH_PROPERTIES_COUNT` is how many patches are made for each language, `TREEPATCH_PROPERTIES_SEED`
//! what they are made from, `TREEPATCH_PROPERTIES_SIZE` how long a file is at most, `TREEPATCH_PROPERTIES_GO` and
//! `TREEPATCH_PROPERTIES_C` folders to take the code from; `TREEPATCH_PROPERTIES_SAY=1` tells why patches were
//! refused, `TREEPATCH_PROPERTIES_ONLY` is the number of the one case to judge.

#![allow(clippy::unwrap_used, clippy::explicit_write)]

mod case;
mod corpus;
mod fragment;
mod generate;
mod judge;
mod place;
mod planted;
mod referee;
mod shares;
mod verbatim;

use crate::disturb::Random;
use case::Kind;
use judge::{Judged, Outcome};
use shares::Shares;
use std::io::Write;
use std::path::PathBuf;
use treepatch::language::Language;

/// So many patches are made for each language.
const COUNT: usize = 5_100;
/// Judged at once.
const BATCH: usize = 5_100;
const SEED: usize = 1;
/// The longest file, in bytes.
const SIZE: usize = 1_500;
/// So many patches are made for one file.
const EACH: usize = 5;

#[test]
fn patches_of_go_do_what_they_say() {
    if let Some(library) = crate::tools::go_library() {
        sweep(Language::Go, &folders("TREEPATCH_PROPERTIES_GO", &[library]));
    }
}

#[test]
fn patches_of_c_do_what_they_say() {
    let gnulib = ["/usr/share/gnulib/lib", "/usr/share/gnulib/tests"].map(PathBuf::from);
    let folders = folders("TREEPATCH_PROPERTIES_C", &gnulib);
    if crate::tools::has_sources("gnulib", &folders[0]) {
        sweep(Language::C, &folders);
    }
}

#[test]
fn rows_of_go_are_written_as_they_are() {
    if let Some(library) = crate::tools::go_library() {
        as_written(Language::Go, &folders("TREEPATCH_PROPERTIES_GO", &[library]));
    }
}

#[test]
fn rows_of_c_are_written_as_they_are() {
    let gnulib = ["/usr/share/gnulib/lib", "/usr/share/gnulib/tests"].map(PathBuf::from);
    let folders = folders("TREEPATCH_PROPERTIES_C", &gnulib);
    if crate::tools::has_sources("gnulib", &folders[0]) {
        as_written(Language::C, &folders);
    }
}

/// Bodies that are diffs of the source's own lines, a fifth as many as the others.
fn as_written(language: Language, folders: &[PathBuf]) {
    let count = number("TREEPATCH_PROPERTIES_COUNT", COUNT) / 5;
    let seed = number("TREEPATCH_PROPERTIES_SEED", SEED);
    let mut random = Random::new((seed * 1_000_003 + 7) as u64);
    let size = number("TREEPATCH_PROPERTIES_SIZE", SIZE);
    let excerpts = corpus::excerpts(language, folders, count / EACH + 20, size, &mut random);
    assert!(excerpts.len() > 10, "there is no code in {folders:?}");
    verbatim::sweep(language, &excerpts, count, &mut random);
}

fn folders(name: &str, usual: &[PathBuf]) -> Vec<PathBuf> {
    std::env::var_os(name).map_or_else(|| usual.to_vec(), |paths| std::env::split_paths(&paths).collect())
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

fn sweep(language: Language, folders: &[PathBuf]) {
    if ["git", "patch"].iter().any(|tool| crate::tools::find(tool).is_none()) {
        return;
    }
    let count = number("TREEPATCH_PROPERTIES_COUNT", COUNT);
    let seed = number("TREEPATCH_PROPERTIES_SEED", SEED);
    let size = number("TREEPATCH_PROPERTIES_SIZE", SIZE);
    let only = std::env::var("TREEPATCH_PROPERTIES_ONLY").ok().map(|text| text.parse::<usize>().unwrap());
    let mut shares = Shares::default();
    let mut failures = Vec::new();
    for first in (0..count).step_by(BATCH) {
        let cases = cases(language, folders, seed, first..count.min(first + BATCH), size);
        let judged = judge::judge(cases.into_iter().filter(|c| only.is_none_or(|n| c.number == n)).collect());
        shares.add(&judged);
        judged.iter().for_each(say);
        failures.extend(judged.into_iter().filter(|j| !j.failures.is_empty()));
    }
    let table = format!("\n{language:?}: {count} patches, seed {seed}\n{}\n", shares.table());
    // Not `println!`: that is captured while a test succeeds.
    write!(std::io::stderr(), "{table}").unwrap();
    report(failures, seed);
    if only.is_none() {
        enough(&shares);
    }
}

/// Cases with these numbers. Each is made from the seed and its number alone, its excerpt from those of its batch.
fn cases(
    language: Language,
    folders: &[PathBuf],
    seed: usize,
    numbers: std::ops::Range<usize>,
    size: usize,
) -> Vec<case::Case> {
    let mut random = Random::new((seed * 1_000_003 + numbers.start) as u64);
    let want = numbers.len() / EACH + 20;
    let excerpts = corpus::excerpts(language, folders, want, size, &mut random);
    assert!(excerpts.len() > 10, "there is no code in {folders:?}");
    let mut cases = Vec::new();
    for number in numbers {
        let kind = Kind::ALL[number % Kind::ALL.len()];
        let made = (0..200).find_map(|_| {
            let excerpt = &excerpts[random.below(excerpts.len())];
            generate::case(excerpt, kind, number, &mut random)
        });
        cases.push(made.expect("a place for a patch"));
    }
    cases
}

/// Tells why a patch was not carried out, if that is asked for.
fn say(judged: &Judged) {
    if matches!(judged.outcome, Outcome::Changed { .. }) || std::env::var_os("TREEPATCH_PROPERTIES_SAY").is_none() {
        return;
    }
    let case = &judged.case;
    println!("--- {:?} {} {} ({}) of {}", judged.outcome, case.kind, case.number, case.how, case.origin.display());
    println!("{}\n    {}\n", case.patch, judged.said);
}

/// The patches must be many, of every kind, and most of them must do something.
fn enough(shares: &Shares) {
    for kind in std::iter::once(None).chain(Kind::ALL.map(Some)) {
        let (all, changed) = shares.of(kind);
        let name = kind.map_or("all".to_owned(), |k| k.to_string());
        assert!(changed * 5 >= all * 4, "{name}: {changed} of {all} were carried out, less than 80%");
    }
    let (_, changed) = shares.of(None);
    assert!(shares.one_way() * 2 < changed, "{} of {changed} had no way back", shares.one_way());
    let unread = shares.unread();
    assert!(unread * 100 <= changed, "{unread} of {changed} were not compared with their plain edits, more than 1%");
}

/// Fails with the failures, the first few of them in full.
fn report(failures: Vec<Judged>, seed: usize) {
    let count = failures.len();
    let mut kinds: std::collections::BTreeMap<String, usize> = Default::default();
    for judged in &failures {
        let case = &judged.case;
        for failure in &judged.failures {
            *kinds.entry(format!("{} ({} of {})", failure.property, case.kind, case.how)).or_default() += 1;
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    let sort = |j: &Judged| (j.failures.iter().map(|f| f.property).collect::<Vec<_>>(), j.case.kind, j.case.how);
    for judged in failures.iter().filter(|j| seen.insert(sort(j))) {
        tell(judged);
    }
    assert!(count == 0, "seed {seed}: {count} patches went wrong: {kinds:#?}");
}

/// One failure, as small as it gets.
fn tell(judged: &Judged) {
    let smaller = judge::smaller(&judged.case).map(|case| judge::judge(vec![case]).remove(0));
    let judged = smaller.as_ref().filter(|s| !s.failures.is_empty()).unwrap_or(judged);
    let case = &judged.case;
    println!("=== case {}: {} of {}, {:?}, {}", case.number, case.kind, case.how, case.dress, case.origin.display());
    println!("{}--- file ---\n{}", case.patch, String::from_utf8_lossy(&case.text));
    for failure in &judged.failures {
        let (wanted, got) = (String::from_utf8_lossy(&failure.wanted), String::from_utf8_lossy(&failure.got));
        let diff = similar::TextDiff::from_lines(&wanted, &got);
        println!("--- {}: from what was expected to what there is ---", failure.property);
        println!("{}", diff.unified_diff());
    }
}
