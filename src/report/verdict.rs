//! The word for each patch.

use std::fmt;

/// The closed list of verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Another target, or not selected.
    Skipped,
    /// A patch that it needs is not met.
    Blocked,
    /// A syntax error lies in a match, or a matching file cannot be read.
    Unreadable,
    /// No file matches `files`.
    Absent,
    /// There are sites to do, none is done.
    Applies,
    /// Some sites are to do, some are done.
    Partly,
    /// All is done already.
    Applied,
    /// Upstream no longer needs it.
    Obsolete,
    /// Nothing there, and that is allowed.
    Nothing,
    /// Too few sites.
    Drifted,
    /// Too many sites, or a conflict.
    Ambiguous,
}

impl Verdict {
    /// Its name, as it is printed and as it is in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Skipped => "skipped",
            Verdict::Blocked => "blocked",
            Verdict::Unreadable => "unreadable",
            Verdict::Absent => "absent",
            Verdict::Applies => "applies",
            Verdict::Partly => "partly",
            Verdict::Applied => "applied",
            Verdict::Obsolete => "obsolete",
            Verdict::Nothing => "nothing",
            Verdict::Drifted => "drifted",
            Verdict::Ambiguous => "ambiguous",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What speaks for one verdict or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It is for another target, or was not selected.
    NotSelected,
    /// A file or folder cannot be read, or a syntax error lies in a match.
    Unreadable,
    /// A patch that it needs is not met.
    NeedUnmet,
    /// No file matches `files`.
    NoFile,
    /// Sites exclude each other, or there are more than `expect` allows, or an edit was refused.
    Conflict,
    /// Upstream has made its own change.
    Superseded,
    /// There are fewer sites than `expect` asks for.
    TooFew,
    /// There are sites to edit.
    Pending,
    /// There are sites that are as the patch makes them.
    Applied,
}

/// The facts that were found out about a patch, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts(u16);

/// The facts that decide by themselves, the one that decides first at the top.
const DECIDING: [(Fact, Verdict); 7] = [
    (Fact::NotSelected, Verdict::Skipped),
    (Fact::Unreadable, Verdict::Unreadable),
    (Fact::NeedUnmet, Verdict::Blocked),
    (Fact::NoFile, Verdict::Absent),
    (Fact::Conflict, Verdict::Ambiguous),
    (Fact::Superseded, Verdict::Obsolete),
    (Fact::TooFew, Verdict::Drifted),
];

impl Facts {
    /// Adds a fact.
    pub fn add(&mut self, fact: Fact) {
        self.0 |= 1 << fact as u16;
    }

    /// These facts and those.
    pub fn and(self, other: Facts) -> Facts {
        Facts(self.0 | other.0)
    }

    /// Whether a fact is among them.
    pub fn has(self, fact: Fact) -> bool {
        self.0 & (1 << fact as u16) != 0
    }

    /// The verdict that they come to. No other place names one.
    pub fn verdict(self) -> Verdict {
        if let Some((_, verdict)) = DECIDING.iter().find(|(fact, _)| self.has(*fact)) {
            return *verdict;
        }
        match (self.has(Fact::Pending), self.has(Fact::Applied)) {
            (true, true) => Verdict::Partly,
            (true, false) => Verdict::Applies,
            (false, true) => Verdict::Applied,
            (false, false) => Verdict::Nothing,
        }
    }
}

impl From<Fact> for Facts {
    fn from(fact: Fact) -> Facts {
        let mut facts = Facts::default();
        facts.add(fact);
        facts
    }
}

impl From<Verdict> for Facts {
    /// The fewest facts that come to the verdict.
    fn from(verdict: Verdict) -> Facts {
        let sites = |pending: Option<Fact>, applied: Option<Fact>| {
            let mut facts = Facts::default();
            pending.into_iter().chain(applied).for_each(|fact| facts.add(fact));
            facts
        };
        match verdict {
            Verdict::Applies => sites(Some(Fact::Pending), None),
            Verdict::Applied => sites(None, Some(Fact::Applied)),
            Verdict::Partly => sites(Some(Fact::Pending), Some(Fact::Applied)),
            other => DECIDING.iter().find(|(_, v)| *v == other).map(|(fact, _)| Facts::from(*fact)).unwrap_or_default(),
        }
    }
}

impl Verdict {
    /// The verdict with one more fact.
    pub fn with(self, fact: Fact) -> Verdict {
        Facts::from(self).and(fact.into()).verdict()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Fact; 9] = [
        Fact::NotSelected,
        Fact::Unreadable,
        Fact::NeedUnmet,
        Fact::NoFile,
        Fact::Conflict,
        Fact::Superseded,
        Fact::TooFew,
        Fact::Pending,
        Fact::Applied,
    ];

    fn each_set() -> impl Iterator<Item = Facts> {
        (0..1u16 << ALL.len()).map(|set| {
            let mut facts = Facts::default();
            ALL.iter().enumerate().filter(|(n, _)| set & (1 << n) != 0).for_each(|(_, fact)| facts.add(*fact));
            facts
        })
    }

    /// Whether a patch with this verdict may be written.
    fn is_good(verdict: Verdict) -> bool {
        use Verdict::*;
        matches!(verdict, Skipped | Applies | Partly | Applied | Obsolete | Nothing)
    }

    #[test]
    fn a_problem_never_improves_a_verdict() {
        for facts in each_set() {
            for problem in [Fact::Unreadable, Fact::NeedUnmet, Fact::NoFile, Fact::Conflict, Fact::TooFew] {
                let (before, after) = (facts.verdict(), facts.and(problem.into()).verdict());
                assert!(is_good(before) || !is_good(after), "{before} with {problem:?} is {after}");
            }
        }
    }

    #[test]
    fn a_verdict_is_known_again_by_its_facts() {
        for facts in each_set() {
            assert_eq!(Facts::from(facts.verdict()).verdict(), facts.verdict());
        }
    }
}
