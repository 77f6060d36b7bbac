//! How many patches of each kind came to what.

use crate::properties::case::Kind;
use crate::properties::judge::{Judged, Outcome};
use std::collections::BTreeMap;

/// The counts.
#[derive(Default)]
pub struct Shares {
    counts: BTreeMap<(Kind, &'static str), BTreeMap<Outcome, usize>>,
    unread: usize,
}

impl Shares {
    /// Counts some more.
    pub fn add(&mut self, judged: &[Judged]) {
        for j in judged {
            self.unread += usize::from(j.is_unread);
            *self.counts.entry((j.case.kind, j.case.how)).or_default().entry(j.outcome.clone()).or_default() += 1;
        }
    }

    /// How many there are of a kind, or of all: in all, and those that changed their file.
    pub fn of(&self, kind: Option<Kind>) -> (usize, usize) {
        let chosen = self.counts.iter().filter(|((k, _), _)| kind.is_none_or(|kind| *k == kind));
        chosen.flat_map(|(_, outcomes)| outcomes).fold((0, 0), |(all, changed), (outcome, n)| {
            (all + n, changed + if matches!(outcome, Outcome::Changed { .. }) { *n } else { 0 })
        })
    }

    /// How many of the changes have no way back.
    pub fn one_way(&self) -> usize {
        let one_way = Outcome::Changed { reversible: false };
        self.counts.values().filter_map(|outcomes| outcomes.get(&one_way)).sum()
    }

    /// How many of the changes could not be compared with their plain edits, which gofmt cannot read.
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// As a table.
    pub fn table(&self) -> String {
        let mut outcomes: Vec<&Outcome> = self.counts.values().flat_map(|o| o.keys()).collect();
        outcomes.sort();
        outcomes.dedup();
        let mut out = format!("{:8} {:16}{:>8}", "kind", "of", "all");
        outcomes.iter().for_each(|o| out.push_str(&format!("{:>17}", name(o))));
        for ((kind, how), counts) in &self.counts {
            let all: usize = counts.values().sum();
            out.push_str(&format!("\n{kind:8} {how:16}{all:>8}"));
            for outcome in &outcomes {
                let share = counts.get(outcome).copied().unwrap_or(0) as f64 * 100.0 / all as f64;
                out.push_str(&format!("{:>16}%", format!("{share:.1}")));
            }
        }
        let (_, changed) = self.of(None);
        if self.unread > 0 {
            out.push_str(&format!(
                "\n{} of {changed} were not compared: gofmt cannot read the plain edit",
                self.unread
            ));
        }
        out
    }
}

fn name(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Changed { reversible: true } => "applied".to_owned(),
        Outcome::Changed { reversible: false } => "applied, one way".to_owned(),
        Outcome::Refused(verdict) => (*verdict).to_owned(),
        Outcome::Idle(verdict) => format!("idle: {verdict}"),
        Outcome::Unloaded => "does not load".to_owned(),
    }
}
