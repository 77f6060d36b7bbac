//! What each room costs alone, on sources that are made here.
//!
//! `cargo bench --bench micro` runs all, `cargo bench --bench micro -- parse` those with that word in their name.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use treepatch::edit::{Parens, Target, Units, edits};
use treepatch::find::{Env, Found, NoTypes, Rule, Steps, find};
use treepatch::language::Language;
use treepatch::patchset::{Patchset, Work, load};
use treepatch::pattern::Names;
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::render::unified;
use treepatch::report::FileChange;
use treepatch::search::Words;
use treepatch::source::{Edit, Limits, Source, apply_edits, sort_edits};
use treepatch::vfs::MemoryTree;

const LANGUAGES: [&str; 2] = ["c", "go"];
/// Functions of a made file; each has one site.
const FUNCTIONS: usize = 200;

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 10, 100, 1000])]
fn load_and_compile(bencher: Bencher, patches: usize) {
    let text = patchset("c", patches);
    bencher.counter(ItemsCount::new(patches)).bench(|| rules(&text));
}

#[divan::bench(args = [1, 10, 100, 1000])]
fn words(bencher: Bencher, patches: usize) {
    let wanted: Vec<Vec<Vec<u8>>> = (1..=patches).map(|n| vec![format!("absent_call_{n}").into_bytes()]).collect();
    let (words, text) = (Words::new(wanted.iter().map(Vec::as_slice)), source("c", 20 * FUNCTIONS));
    bencher.counter(BytesCount::of_str(&text)).bench(|| words.sets_in(text.as_bytes()));
}

#[divan::bench(args = LANGUAGES)]
fn parse(bencher: Bencher, language: &str) {
    let text = source(language, FUNCTIONS);
    bencher.counter(BytesCount::of_str(&text)).bench(|| parsed(language, &text));
}

#[divan::bench(args = LANGUAGES)]
fn find_sites(bencher: Bencher, language: &str) {
    let (rules, source) = (rules(&patchset(language, 1)), parsed(language, &source(language, FUNCTIONS)));
    bencher.counter(BytesCount::of_slice(source.bytes.as_slice())).bench(|| sites(&rules[0], &source));
}

#[divan::bench(args = LANGUAGES)]
fn edit_sites(bencher: Bencher, language: &str) {
    let (rules, source) = (rules(&patchset(language, 1)), parsed(language, &source(language, FUNCTIONS)));
    let found = sites(&rules[0], &source);
    bencher.counter(ItemsCount::new(found.hits.len())).bench(|| edited(&rules[0], &source, &found));
}

#[divan::bench(args = LANGUAGES)]
fn diff(bencher: Bencher, language: &str) {
    let (rules, source) = (rules(&patchset(language, 1)), parsed(language, &source(language, FUNCTIONS)));
    let after = edited(&rules[0], &source, &sites(&rules[0], &source));
    let change = [FileChange { path: PathBuf::from("file"), before: Some(source.bytes.to_vec()), after }];
    bencher.counter(BytesCount::of_slice(source.bytes.as_slice())).bench(|| unified(&change, false));
}

/// All of it, for one file: found, edited, read again.
#[divan::bench(args = LANGUAGES)]
fn whole_plan(bencher: Bencher, language: &str) {
    let (set, text) = (loaded(&patchset(language, 1)), source(language, FUNCTIONS));
    let bytes = BytesCount::of_str(&text);
    let tree = MemoryTree::new([(PathBuf::from(format!("file.{language}")), text.into_bytes())]);
    let options = Options { threads: 1, ..Options::default() };
    bencher.counter(bytes).bench(|| {
        let plan = plan(&set, &tree, &options).expect("the patchset compiles");
        assert_eq!(plan.reports[0].todo(), FUNCTIONS);
        plan
    });
}

/// Patches of one call each; the first has sites.
fn patchset(language: &str, patches: usize) -> String {
    let mut text = "format = 1\n[patchset]\nname = \"made\"\ntitle = \"Made\"\n".to_owned();
    for n in 0..patches {
        let name = if n == 0 { "old_call".to_owned() } else { format!("absent_call_{n}") };
        let _ = write!(
            text,
            "[[patch]]\nid = \"p{n}\"\ntitle = \"Made\"\nwhy = \"Made\"\nfiles = [\"**/*.{language}\"]\nexpect = \"any\"\n\
             diff = '''\n-{name}($a, $b)\n+new_{name}($b, $a)\n'''\n"
        );
    }
    text
}

/// A file of small functions.
fn source(language: &str, functions: usize) -> String {
    let mut text = if language == "go" { "package made\n" } else { "#include <made.h>\n" }.to_owned();
    for n in 0..functions {
        let _ = match language {
            "go" => write!(
                text,
                "\n// step{n} adds up.\nfunc step{n}(m *meter, count int) int {{\n\tsum := 0\n\tfor i := 0; i < count; i++ {{\n\t\t\
                 if m.values[i] > {n} {{\n\t\t\tsum += old_call(m.values[i], \"text {n}\")\n\t\t}}\n\t}}\n\treturn sum\n}}\n"
            ),
            _ => write!(
                text,
                "\n/* step{n} adds up. */\nstatic int step{n}(struct meter *m, int count)\n{{\n\tint sum = 0;\n\n\tfor (int i = 0; \
                 i < count; i++) {{\n\t\tif (m->values[i] > {n})\n\t\t\tsum += old_call(m->values[i], \"text {n}\");\n\t}}\n\t\
                 return sum;\n}}\n"
            ),
        };
    }
    text
}

fn loaded(text: &str) -> Patchset {
    load("made", text).expect("the made patchset loads")
}

fn rules(text: &str) -> Vec<Rule> {
    let set = loaded(text);
    let hunks = set.patches.iter().flat_map(|p| &p.bodies).flat_map(|b| match &b.work {
        Work::Edit(hunks) => hunks.as_slice(),
        _ => &[],
    });
    let language = |h: &treepatch::patchset::Hunk| h.language.expect("a loaded hunk has a language");
    hunks.map(|h| Rule::compile(h, language(h), &mut Names::default()).expect("it compiles")).collect()
}

fn parsed(language: &str, text: &str) -> Source {
    let language = if language == "go" { Language::Go } else { Language::C };
    Source::parse(language, black_box(text).as_bytes().to_vec(), Limits::default()).expect("it is not too large")
}

fn sites(rule: &Rule, source: &Source) -> Found {
    let found = find(rule, source, &Env::new(), &BTreeMap::new(), &NoTypes, &mut Steps(u64::MAX)).expect("steps");
    assert_eq!(found.hits.len(), FUNCTIONS);
    found
}

fn edited(rule: &Rule, source: &Source, found: &Found) -> Vec<u8> {
    let (packages, units) = (BTreeMap::new(), Units::default());
    let mut all: Vec<Edit> = Vec::new();
    for hit in &found.hits {
        let target = Target { rule, variant: &rule.pattern.variants[hit.variant], hit };
        let site = edits(target, source, &packages, &Parens::default(), &units);
        all.extend(site.expect("a call has no comments").edits);
    }
    sort_edits(&mut all).expect("no site lies in another");
    apply_edits(&source.bytes, &all).0
}
