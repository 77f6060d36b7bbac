//! What counts say, and which verdicts forbid a write.

use super::options::Options;
use crate::patchset::{Expect, Patchset};
use crate::report::{Fact, Facts, Report, Verdict};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The sites of one hunk: to do and done, by file.
pub(crate) type Counts = BTreeMap<PathBuf, (usize, usize)>;

/// What the counts of one hunk say. In `cured` files upstream has made its own change, so that each of them may lack a
/// site; a hunk without any site at all is another matter.
pub(crate) fn facts_of(counts: &Counts, expect: Expect, cured: usize) -> Facts {
    let todo: usize = counts.values().map(|c| c.0).sum();
    let done: usize = counts.values().map(|c| c.1).sum();
    let few = match expect {
        Expect::Between(least, _) if todo + done > 0 => todo + done + cured < least,
        Expect::Between(least, _) => least > 0,
        Expect::PerFile(each) => counts.is_empty() || counts.values().any(|c| c.0 + c.1 < each),
    };
    let many = match expect {
        Expect::Between(_, most) => most.is_some_and(|m| todo + done > m),
        Expect::PerFile(each) => counts.values().any(|c| c.0 + c.1 > each),
    };
    let mut facts = Facts::default();
    let all = [(many, Fact::Conflict), (few, Fact::TooFew), (todo > 0, Fact::Pending), (done > 0, Fact::Applied)];
    all.iter().filter(|(holds, _)| *holds).for_each(|(_, fact)| facts.add(*fact));
    facts
}

/// Whether a hunk has as many sites as it must have.
pub(crate) fn is_met(facts: Facts) -> bool {
    !facts.has(Fact::TooFew) && !facts.has(Fact::Conflict)
}

/// Whether a patch that needs this one can go ahead.
pub(crate) fn meets(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Applies | Verdict::Applied | Verdict::Partly)
}

/// Decides which verdicts forbid every write.
pub(crate) fn settle(patchset: &Patchset, reports: &mut [Report], options: &Options) {
    let found_file = |v: Verdict| !matches!(v, Verdict::Absent | Verdict::Skipped | Verdict::Blocked);
    let any_file = reports.iter().any(|r| found_file(r.verdict));
    for (report, patch) in reports.iter_mut().zip(&patchset.patches) {
        report.blocks = match report.verdict {
            Verdict::Blocked | Verdict::Unreadable | Verdict::Drifted | Verdict::Ambiguous => true,
            Verdict::Absent => !(patch.optional || options.partial && any_file),
            Verdict::Obsolete => options.strict,
            Verdict::Skipped | Verdict::Applies | Verdict::Partly | Verdict::Applied | Verdict::Nothing => false,
        } || options.strict && !report.warnings.is_empty();
    }
}
