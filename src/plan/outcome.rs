//! What became of a patch, before it is known whether the run may write.

use crate::report::{Fact, Facts, Finding, NearMiss, Reason, Site, Verdict};
use std::path::PathBuf;

/// What became of a patch, before it is known whether the run may write.
pub(crate) struct Outcome {
    /// What was found out; the verdict follows from it.
    pub facts: Facts,
    pub sites: Vec<Site>,
    pub alternatives: Vec<(PathBuf, usize)>,
    pub reasons: Vec<Reason>,
    pub near: Vec<NearMiss>,
    pub notes: Vec<String>,
    /// What a person should look at although the verdict is good.
    pub warnings: Vec<Reason>,
    pub findings: Vec<Finding>,
    /// Whether an operation has made it.
    pub is_operation: bool,
    /// How many files the patch names.
    pub files: usize,
    /// Whether there may be more done sites than are reported.
    pub open: bool,
    /// Why no swap of its sides would undo it, if so and asked for.
    pub one_way: Option<String>,
}

impl Outcome {
    pub fn new(facts: impl Into<Facts>) -> Outcome {
        Outcome {
            facts: facts.into(),
            sites: Vec::new(),
            alternatives: Vec::new(),
            reasons: Vec::new(),
            near: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            findings: Vec::new(),
            is_operation: false,
            files: 0,
            open: false,
            one_way: None,
        }
    }

    /// The verdict as far as it is known.
    pub fn verdict(&self) -> Verdict {
        self.facts.verdict()
    }

    /// Adds a problem: what it is, and why.
    pub fn add(&mut self, problem: Fact, why: impl Into<Reason>) {
        self.facts.add(problem);
        self.reasons.push(why.into());
    }

    /// Adds a reason.
    pub fn because(mut self, text: impl Into<String>) -> Outcome {
        self.reasons.push(Reason { text: text.into(), place: None });
        self
    }
}
