//! Scores `rebase` on backports that maintainers made.
//!
//!     cargo bench --bench backports -- DATASET.json MIRROR [--fit context] [--trees] [--bodies] [--only TEXT] [--say OUTCOME]
//!
//! MIRROR holds the repositories as bare snapshots (`OWNER+NAME/repo`). With `--trees` the names that a result has and its
//! file lacks are looked for in both trees (the answers are kept in MIRROR's `.names` beside the snapshots, or below
//! `--cache`). With `--bodies` a result counts only where bodies are found that make it. `--say wrong` prints the cases of an outcome, with what was written and what the maintainers wrote.

use git2::{Oid, Repository};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use treepatch::language::Language;
use treepatch::rebase::{Carry, Change, Fit, Reason, Refusal, Trees, carry, declared, hunks};

const STRATA: [&str; 6] = ["clean", "hard-pure", "hard-token", "hard-rename", "hard-subset", "hard-adapted"];

/// A backport: one file.
struct Case {
    id: String,
    repository: String,
    stratum: usize,
    language: Language,
    /// The file before and after the original, before and after the backport.
    texts: [Vec<u8>; 4],
    /// The trees before the original and before the backport.
    trees: [String; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Byte for byte.
    Equal,
    /// But for white space.
    Space,
    /// But for the place within a group of imports.
    Set,
    /// The same rows, elsewhere.
    Place,
    Wrong,
    Refused,
}

struct Options {
    fit: Fit,
    trees: bool,
    bodies: bool,
    only: Option<String>,
    say: Option<String>,
    cache: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut plain = Vec::new();
    let mut options =
        Options { fit: Fit::Rename, trees: false, bodies: false, only: None, say: None, cache: PathBuf::new() };
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--fit" => {
                options.fit = match arguments.next().as_deref() {
                    Some("exact") => Fit::Exact,
                    Some("context") => Fit::Context,
                    _ => Fit::Rename,
                }
            }
            "--bodies" => options.bodies = true,
            "--trees" => options.trees = true,
            "--only" => options.only = arguments.next(),
            "--say" => options.say = arguments.next(),
            "--cache" => options.cache = arguments.next().unwrap_or_default().into(),
            _ => plain.push(argument),
        }
    }
    let [dataset, mirror] = plain.as_slice() else {
        println!("nothing to score: name the data set and the folder of snapshots");
        return Ok(());
    };
    if options.cache.as_os_str().is_empty() {
        options.cache = Path::new(mirror).join(".names");
    }
    let cases = read(dataset, Path::new(mirror), options.only.as_deref())?;
    let names = Names::read(&options.cache, mirror);
    let mut table: BTreeMap<(usize, bool), BTreeMap<Outcome, usize>> = BTreeMap::new();
    let mut reasons: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut times: Vec<Duration> = Vec::new();
    for case in &cases {
        let start = Instant::now();
        let result = run(case, &options, &names);
        times.push(start.elapsed());
        let outcome = outcome(case, &result);
        *table.entry((case.stratum, case.language == Language::C)).or_default().entry(outcome).or_default() += 1;
        if let Err(refusal) = &result {
            let name: String = format!("{:?}", refusal.reason).chars().take_while(|c| c.is_alphanumeric()).collect();
            *reasons.entry(name).or_default().entry(STRATA[case.stratum]).or_default() += 1;
        }
        if options.say.as_deref() == Some("all") {
            println!(
                "{} {} {:?} {}",
                case.id,
                STRATA[case.stratum],
                outcome,
                result.as_ref().err().map_or(String::new(), |r| r.to_string())
            );
        } else if options.say.as_deref().is_some_and(|say| say == format!("{outcome:?}").to_lowercase()) {
            say(case, &result);
        }
    }
    names.write(&options.cache);
    told(&table);
    for (reason, strata) in &reasons {
        println!("refused {reason}: {} {strata:?}", strata.values().sum::<usize>());
    }
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    println!("time: median {:?}, 95% {:?}, longest {:?}", at(50), at(95), times.last().copied().unwrap_or_default());
    Ok(())
}

/// Reads the cases, and their texts out of the snapshots.
fn read(dataset: &str, mirror: &Path, only: Option<&str>) -> Result<Vec<Case>, Box<dyn Error>> {
    let mut repositories: HashMap<String, Repository> = HashMap::new();
    let rows: Vec<Value> = serde_json::from_slice(&std::fs::read(dataset)?)?;
    let mut cases = Vec::new();
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let (name, stratum) = (text("repo"), text("stratum"));
        let about = format!("{} {} {} {}", text("id"), name, stratum, text("lang"));
        if only.is_some_and(|only| !only.split(',').all(|part| about.contains(part))) {
            continue;
        }
        let repository = match repositories.entry(name.clone()) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(Repository::open_bare(mirror.join(name.replace('/', "+")).join("repo"))?)
            }
        };
        let blob = |key: &str| -> Result<Vec<u8>, Box<dyn Error>> {
            let id = Oid::from_str(row["blobs"][key].as_str().unwrap_or_default())?;
            Ok(repository.find_blob(id)?.content().to_vec())
        };
        cases.push(Case {
            id: text("id"),
            repository: name,
            stratum: STRATA.iter().position(|s| *s == stratum).unwrap_or(0),
            language: if text("lang") == "go" { Language::Go } else { Language::C },
            texts: [blob("base")?, blob("patched")?, blob("target")?, blob("truth")?],
            trees: [format!("{}^", text("orig")), format!("{}^", text("backport"))],
        });
    }
    Ok(cases)
}

fn run(case: &Case, options: &Options, names: &Names) -> Result<Vec<u8>, Refusal> {
    let [before, after, onto, _] = &case.texts;
    let three = Carry { before, after, onto, language: Some(case.language), fit: options.fit };
    let trees = CaseTrees { case, names };
    let carried = carry(&three, options.trees.then_some(&trees as &dyn Trees))?;
    let path = Path::new(if case.language == Language::Go { "it.go" } else { "it.c" });
    let change = Change { path, language: case.language, before: onto, after: &carried.text };
    if options.bodies && hunks(&change).is_none() {
        return Err(Refusal { reason: Reason::Incomparable, edit: None });
    }
    Ok(carried.text)
}

fn outcome(case: &Case, result: &Result<Vec<u8>, Refusal>) -> Outcome {
    let truth = &case.texts[3];
    let squeezed = |text: &[u8]| text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect::<Vec<u8>>();
    let rows = |text: &[u8]| {
        let mut rows: Vec<Vec<u8>> = text.split(|b| *b == b'\n').map(squeezed).filter(|r| !r.is_empty()).collect();
        rows.sort();
        rows
    };
    match result {
        Err(_) => Outcome::Refused,
        Ok(text) if text == truth => Outcome::Equal,
        Ok(text) if squeezed(text) == squeezed(truth) => Outcome::Space,
        Ok(text) if sorted_imports(text, case.language) == sorted_imports(truth, case.language) => Outcome::Set,
        Ok(text) if rows(text) == rows(truth) => Outcome::Place,
        Ok(_) => Outcome::Wrong,
    }
}

/// The text without white space, each group of imports sorted.
fn sorted_imports(text: &[u8], language: Language) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    let mut group: Vec<Vec<u8>> = Vec::new();
    for row in text.split(|b| *b == b'\n') {
        let row = row.trim_ascii();
        let is_import = match language {
            Language::Go => {
                row.ends_with(b"\"") && row.iter().filter(|b| **b == b'"').count() == 2 && !row.contains(&b'(')
            }
            Language::C => row.starts_with(b"#include"),
        };
        if is_import {
            group.push(row.to_vec());
            continue;
        }
        group.sort();
        out.append(&mut group);
        if !row.is_empty() {
            out.push(row.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect());
        }
    }
    out
}

fn told(table: &BTreeMap<(usize, bool), BTreeMap<Outcome, usize>>) {
    println!(
        "| class | cases | right | byte for byte | within a set | silently wrong | refused |\n|---|--:|--:|--:|--:|--:|--:|"
    );
    let mut open = (0, 0);
    for ((stratum, is_c), outcomes) in table {
        let all: usize = outcomes.values().sum();
        let count = |of: &[Outcome]| of.iter().filter_map(|o| outcomes.get(o)).sum::<usize>();
        let share = |of: &[Outcome]| format!("{:.1}", 100.0 * count(of) as f64 / all as f64);
        if *stratum >= 4 {
            open = (open.0 + all, open.1 + count(&[Outcome::Place, Outcome::Wrong]));
        }
        println!(
            "| {} {} | {all} | {} | {} | {} | {} ({}) | {} |",
            if *is_c { "C" } else { "Go" },
            STRATA[*stratum],
            share(&[Outcome::Equal, Outcome::Space]),
            share(&[Outcome::Equal]),
            share(&[Outcome::Set]),
            share(&[Outcome::Place, Outcome::Wrong]),
            count(&[Outcome::Place, Outcome::Wrong]),
            share(&[Outcome::Refused]),
        );
    }
    println!("subset and adapted together: {:.1} silently wrong", 100.0 * open.1 as f64 / open.0.max(1) as f64);
}

/// Prints a case: what the patch does, and what should have come out.
fn say(case: &Case, result: &Result<Vec<u8>, Refusal>) {
    println!("{} {} {} {}", "=".repeat(20), case.id, STRATA[case.stratum], case.repository);
    let [before, after, onto, truth] = &case.texts;
    let show = |title: &str, a: &[u8], b: &[u8]| {
        println!("--- {title}");
        let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
        print!("{}", similar::TextDiff::from_lines(&*a, &*b).unified_diff().context_radius(2));
    };
    match result {
        Ok(text) => show("what came out -> the truth", text, truth),
        Err(refusal) => {
            println!("refused: {refusal}");
            show("the original", before, after);
        }
    }
    show("the backport", onto, truth);
}

/// Which names a tree has, as far as that was asked.
struct Names {
    mirror: PathBuf,
    known: Mutex<BTreeMap<String, BTreeMap<String, bool>>>,
}

impl Names {
    fn read(cache: &Path, mirror: &str) -> Names {
        let known = std::fs::read(cache).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Names { mirror: mirror.into(), known: Mutex::new(known) }
    }

    fn write(&self, cache: &Path) {
        let known = self.known.lock().map(|known| serde_json::to_vec(&*known).unwrap_or_default());
        if let Err(error) = std::fs::write(cache, known.unwrap_or_default()) {
            println!("the names are not kept: {error}");
        }
    }

    /// Those of some names that a tree has, or declares.
    fn held(&self, case: &Case, tree: usize, names: &BTreeSet<Vec<u8>>) -> BTreeSet<Vec<u8>> {
        let is_declared = tree == 0;
        let key = format!("{} {} {:?} {is_declared}", case.repository, case.trees[tree], case.language);
        let Ok(mut known) = self.known.lock() else { return names.clone() };
        let known = known.entry(key).or_default();
        let text = |name: &Vec<u8>| String::from_utf8_lossy(name).into_owned();
        let open: Vec<String> = names.iter().map(text).filter(|name| !known.contains_key(name)).collect();
        if !open.is_empty() {
            let mut grep = Command::new("git");
            grep.arg("-C").arg(self.mirror.join(case.repository.replace('/', "+")).join("repo"));
            grep.args(["grep", "-h", "-w", "-F"]).args((!is_declared).then_some("-o"));
            grep.args(open.iter().flat_map(|name| ["-e", name]));
            grep.args([&case.trees[tree], "--"]).args(match case.language {
                Language::Go => &["*.go"][..],
                Language::C => &["*.c", "*.h", "*.in", "*.pod"],
            });
            let said = grep.output().map(|output| output.stdout).unwrap_or_default();
            let mut found: BTreeSet<Vec<u8>> = BTreeSet::new();
            for row in said.split(|b| *b == b'\n') {
                match is_declared {
                    true => found.extend(declared(row, Some(case.language))),
                    false => drop(found.insert(row.to_vec())),
                }
            }
            known.extend(open.into_iter().map(|name| (name.clone(), found.contains(name.as_bytes()))));
        }
        names.iter().filter(|name| known.get(&text(name)).copied().unwrap_or(true)).cloned().collect()
    }
}

struct CaseTrees<'a> {
    case: &'a Case,
    names: &'a Names,
}

impl Trees for CaseTrees<'_> {
    fn lacking(&self, names: &BTreeSet<Vec<u8>>) -> BTreeSet<Vec<u8>> {
        let here = self.names.held(self.case, 1, names);
        let lacking: BTreeSet<Vec<u8>> = names.difference(&here).cloned().collect();
        if lacking.is_empty() { lacking } else { self.names.held(self.case, 0, &lacking) }
    }
}
