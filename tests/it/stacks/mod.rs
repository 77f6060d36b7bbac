//! Random stacks of patches, and what must hold for every one of them. `docs/properties.md` tells more.
//!
//! By hand: `TREEPATCH_STACKS_COUNT` is how many stacks are made, `TREEPATCH_STACKS_SEED` what they are made from,
//! `TREEPATCH_STACKS_ONLY` the number of the one stack to judge.

#![allow(clippy::unwrap_used, clippy::explicit_write)]

mod generate;
mod judge;

use judge::{Judged, judge};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

const COUNT: usize = 1_000;
const SEED: usize = 1;

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn stacks_hold_together() {
    let count = number("TREEPATCH_STACKS_COUNT").unwrap_or(COUNT);
    let seed = number("TREEPATCH_STACKS_SEED").unwrap_or(SEED);
    let only = number("TREEPATCH_STACKS_ONLY");
    let judged = all(seed, only.map_or(0..count, |n| n..n + 1));
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    judged.iter().flat_map(|j| &j.outcomes).for_each(|outcome| *outcomes.entry(outcome.clone()).or_default() += 1);
    let table: String = outcomes.iter().map(|(outcome, n)| format!("{n:8}  {outcome}\n")).collect();
    // Not `println!`: that is captured while a test succeeds.
    write!(std::io::stderr(), "\n{} stacks, seed {seed}\n{table}", judged.len()).unwrap();
    let mut broken: BTreeMap<String, usize> = BTreeMap::new();
    for judged in judged.iter().filter(|j| !j.failures.is_empty()) {
        for failure in &judged.failures {
            let seen = broken.entry(failure.property.to_owned()).or_default();
            *seen += 1;
            println!(
                "--- {} of stack {}: {}",
                failure.property,
                judged.number,
                failure.what.lines().next().unwrap_or("")
            );
            if *seen <= 3 {
                println!("=== stack {}\n{}", judged.number, judged.shown);
                println!("--- {}: {}", failure.property, failure.what);
            }
        }
    }
    assert!(broken.is_empty(), "seed {seed}: stacks went wrong: {broken:#?}");
    if only.is_none() {
        let edited = judged.iter().filter(|j| j.is_edited).count();
        assert!(edited * 5 >= judged.len() * 3, "{edited} of {} reach an edit, less than 60%", judged.len());
    }
}

/// Judges stacks on as many threads as there are cores.
fn all(seed: usize, numbers: std::ops::Range<usize>) -> Vec<Judged> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let next = AtomicUsize::new(numbers.start);
    let work = || {
        let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|n| *n < numbers.end);
        std::iter::from_fn(take).map(|n| judge(seed, n)).collect::<Vec<Judged>>()
    };
    let mut judged: Vec<Judged> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    judged.sort_by_key(|j| j.number);
    judged
}
