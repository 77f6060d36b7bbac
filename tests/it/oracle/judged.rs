//! A case with what became of it.

use crate::oracle::case::{Case, Outcome};

/// A case with its outcome and what is wrong about it.
pub struct Judged {
    pub case: Case,
    pub outcome: Outcome,
    /// Whether the ideal itself is not code that compiles, so that there is nothing to compare with.
    pub has_no_ideal: bool,
    pub failure: Option<Failure>,
}

/// How a result is wrong.
pub struct Failure {
    pub what: &'static str,
    pub ideal: String,
    pub got: String,
}

impl Judged {
    /// A case and its outcome.
    pub fn new(case: Case, outcome: Outcome) -> Judged {
        Judged { case, outcome, has_no_ideal: false, failure: None }
    }

    /// The edited file, if there is one.
    pub fn result(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Edited(text) => Some(text),
            Outcome::Refused(_) => None,
        }
    }

    /// Notes that the result is wrong.
    pub fn fail(&mut self, what: &'static str, ideal: &str, got: &str) {
        self.failure = Some(Failure { what, ideal: ideal.to_owned(), got: got.to_owned() });
    }
}
