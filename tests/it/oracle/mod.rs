//! Substitution, with compilers as referees: rules replace calls in generated functions, in each other and at all edges
//! of operators, and the result must be the tree that the substitution of trees gives. In C that is the tree that gcc
//! makes of macros whose arguments and values stand in parentheses; in Go the tree that `go/ast` has when the nodes
//! themselves are exchanged. What compiles so must still compile.
//!
//! By hand: `TREEPATCH_ORACLE_COUNT` is how many cases are made for each language, `TREEPATCH_ORACLE_SEED` what they are
//! made from, `TREEPATCH_ORACLE_ONLY` the number of the one case to judge, and `TREEPATCH_ORACLE_SAY=1` shows refusals.

#![allow(clippy::unwrap_used, clippy::explicit_write)]

mod c;
mod case;
mod expr;
mod go;
mod judged;

use case::{Case, Outcome};
use judged::Judged;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many cases are made for each language.
const COUNT: usize = 2_000;
/// Compiled at once.
const BATCH: usize = 2_000;
const SEED: usize = 1;

#[test]
fn results_in_c_are_what_macros_give() {
    let Some(gcc) = crate::tools::find("gcc") else { return };
    sweep("C", c::case, ("oracle.c", c::NAME), |folder, judged| c::compare(&gcc, folder, judged));
}

#[test]
fn results_in_go_are_what_the_exchange_of_nodes_gives() {
    let Some(judge) = go::judge() else { return };
    sweep("Go", go::case, ("oracle.go", go::NAME), |folder, judged| go::compare(&judge, folder, judged));
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// Makes cases, carries them out, and has the results compared with their ideals.
fn sweep(
    language: &str,
    make: fn(usize, u64) -> Case,
    (file, name): (&str, &str),
    compare: impl Fn(&std::path::Path, &mut [Judged]),
) {
    let (count, seed) = (number("TREEPATCH_ORACLE_COUNT", COUNT), number("TREEPATCH_ORACLE_SEED", SEED));
    let only = std::env::var("TREEPATCH_ORACLE_ONLY").ok().map(|text| text.parse::<usize>().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut tally = Tally::default();
    for first in (0..count).step_by(BATCH) {
        let numbers = (first..count.min(first + BATCH)).filter(|n| only.is_none_or(|only| *n == only));
        let cases: Vec<Case> = numbers.map(|n| make(n, seed as u64)).collect();
        let mut judged = carry_out(cases, file, name);
        compare(folder.path(), &mut judged);
        judged.iter().for_each(|one| tally.add(one, file, name));
    }
    // Not `println!`: that is captured while a test succeeds.
    write!(std::io::stderr(), "\n{language}: {count} cases, seed {seed}\n{}", tally.table()).unwrap();
    assert!(tally.wrong == 0, "{language}, seed {seed}: {} of {count} results are wrong\n{}", tally.wrong, tally.shown);
    let most = tally.edited * 10 >= tally.cases * 8;
    assert!(only.is_some() || most, "{} of {} cases came to an edit, less than 80%", tally.edited, tally.cases);
    assert!(tally.no_ideal * 5 <= tally.edited, "{} of {} ideals do not compile", tally.no_ideal, tally.edited);
}

/// Carries out all cases, on as many threads as there are cores.
fn carry_out(cases: Vec<Case>, file: &str, name: &str) -> Vec<Judged> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let next = AtomicUsize::new(0);
    let work = || {
        let mut out = Vec::new();
        while let Some((n, case)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|n| Some((n, cases.get(n)?))) {
            out.push((n, case.carried_out(file, name)));
        }
        out
    };
    let mut outcomes: Vec<(usize, Outcome)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|w| w.join().unwrap()).collect()
    });
    outcomes.sort_by_key(|o| o.0);
    cases.into_iter().zip(outcomes).map(|(case, (_, outcome))| Judged::new(case, outcome)).collect()
}

/// What became of all cases.
#[derive(Default)]
struct Tally {
    cases: usize,
    edited: usize,
    /// How many of the edited ones lie so deep in each other.
    depths: BTreeMap<usize, usize>,
    no_ideal: usize,
    refused: BTreeMap<String, usize>,
    wrong: usize,
    /// The first of what is wrong, in full.
    shown: String,
}

impl Tally {
    fn add(&mut self, judged: &Judged, file: &str, name: &str) {
        self.cases += 1;
        self.no_ideal += usize::from(judged.has_no_ideal);
        match &judged.outcome {
            Outcome::Edited(_) => {
                self.edited += 1;
                *self.depths.entry(judged.case.depth).or_default() += 1;
            }
            Outcome::Refused(why) => {
                *self.refused.entry(why.clone()).or_default() += 1;
                if std::env::var_os("TREEPATCH_ORACLE_SAY").is_some() {
                    let case = &judged.case;
                    println!("--- case {}: {why}\n{}{}", case.number, case.patchset(file, name), case.source);
                }
            }
        }
        if let Some(failure) = &judged.failure {
            self.wrong += 1;
            if self.wrong <= 5 {
                let case = &judged.case;
                let toml = case.patchset(file, name);
                let toml = toml.split_once("\n\n[[patch.hunk]]").map_or("", |t| t.1);
                write!(
                    self.shown,
                    "=== case {}: {}\n{toml}\n{}--- ideal ---\n{}\n--- got ---\n{}\n",
                    case.number, failure.what, case.source, failure.ideal, failure.got
                )
                .unwrap();
            }
        }
    }

    fn table(&self) -> String {
        let mut out = format!("  {} came to an edit, by how deep sites lie in each other:", self.edited);
        self.depths.iter().for_each(|(depth, n)| write!(out, " {depth}: {n}").unwrap());
        writeln!(out, "\n  {} ideals do not compile, {} results are wrong", self.no_ideal, self.wrong).unwrap();
        let mut refused: Vec<(&String, &usize)> = self.refused.iter().collect();
        refused.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        refused.iter().for_each(|(why, n)| writeln!(out, "  {n:5} refused: {why}").unwrap());
        out
    }
}
