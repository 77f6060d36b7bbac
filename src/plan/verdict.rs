//! Counts into verdicts.

use super::options::Options;
use crate::patchset::{Expect, Patchset};
use crate::report::{Report, Verdict};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The sites of one hunk: to do and done, by file.
pub(crate) type Counts = BTreeMap<PathBuf, (usize, usize)>;

/// The verdict of one hunk's counts. In `cured` files upstream has made its own change, so that each of them may lack a
/// site; a hunk without any site at all is another matter.
pub(crate) fn verdict(counts: &Counts, expect: Expect, cured: usize) -> Verdict {
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
    match (todo, done) {
        _ if many => Verdict::Ambiguous,
        _ if few => Verdict::Drifted,
        (0, 0) => Verdict::Nothing,
        (0, _) => Verdict::Applied,
        (_, 0) => Verdict::Applies,
        _ => Verdict::Partly,
    }
}

/// Whether a hunk has as many sites as it must have.
pub(crate) fn is_met(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Drifted | Verdict::Ambiguous)
}

/// The verdict of a patch from those of its hunks: the worst.
pub(crate) fn worst(verdicts: &[Verdict]) -> Verdict {
    let has = |v: Verdict| verdicts.contains(&v);
    for bad in [Verdict::Unreadable, Verdict::Ambiguous, Verdict::Drifted] {
        if has(bad) {
            return bad;
        }
    }
    match (has(Verdict::Applies), has(Verdict::Applied)) {
        _ if has(Verdict::Partly) => Verdict::Partly,
        (true, true) => Verdict::Partly,
        (true, false) => Verdict::Applies,
        (false, true) => Verdict::Applied,
        (false, false) => Verdict::Nothing,
    }
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
