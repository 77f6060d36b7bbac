//! What a person lets an operation leave as it is, by name.

use crate::operations::align_atomics::{Finding, Outcome};
use crate::patchset::Acceptance;
use crate::report::Reason;
use std::collections::{BTreeMap, BTreeSet};

/// The findings that rows of `accept` name, and the rows that name none.
pub(crate) struct Accepted<'a> {
    /// The reason of each accepted finding, by its number.
    why: BTreeMap<usize, &'a str>,
    /// Rows that leave open which of several fields they mean.
    pub(crate) doubtful: Vec<Reason>,
    /// Rows that nothing asks for.
    pub(crate) idle: Vec<Reason>,
}

impl<'a> Accepted<'a> {
    pub(crate) fn new(rows: &'a [Acceptance], findings: &[Finding]) -> Accepted<'a> {
        let mut accepted = Accepted { why: BTreeMap::new(), doubtful: Vec::new(), idle: Vec::new() };
        for row in rows {
            let name = &row.field.value;
            let named = |(n, finding): (usize, &Finding)| Some((n, fits(name, finding)?));
            let all: Vec<(usize, Fit)> = findings.iter().enumerate().filter_map(named).collect();
            let best = all.iter().map(|(_, fit)| *fit).max();
            let meant: Vec<usize> = all.iter().filter(|(_, fit)| Some(*fit) == best).map(|(n, _)| *n).collect();
            let folders: BTreeSet<String> = meant.iter().map(|&n| folder(&findings[n])).collect();
            let open: Vec<usize> = meant.into_iter().filter(|&n| queries(&findings[n])).collect();
            if folders.len() > 1 && !open.is_empty() {
                let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
                let text = format!(
                    "`accept` names `{name}`, which is in {}: write the folder before it, as in `{}.{}`",
                    folders.join(" and in "),
                    folders[0],
                    tail(&findings[open[0]])
                );
                accepted.doubtful.push(Reason { text, place: None });
            } else if open.is_empty() {
                accepted.idle.push(Reason { text: format!("`accept` names `{name}`, {}", idle(best)), place: None });
            } else {
                accepted.why.extend(open.into_iter().map(|n| (n, row.why.as_str())));
            }
        }
        accepted
    }

    /// Why a finding may stay as it is.
    pub(crate) fn why(&self, n: usize) -> Option<&'a str> {
        self.why.get(&n).copied()
    }
}

/// Whether a finding leaves something to accept.
fn queries(finding: &Finding) -> bool {
    finding.is_unsafe || matches!(finding.outcome, Outcome::Refused(_))
}

fn idle(found: Option<Fit>) -> &'static str {
    match found {
        Some(_) => "which needs no acceptance: remove the row",
        None => "which no 64-bit atomic reaches: correct the name, or remove the row",
    }
}

/// How a name fits a finding; the later is the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Package,
    Folder,
}

/// The name of a field in its package.
fn tail(finding: &Finding) -> String {
    format!("{}.{}", finding.name, finding.field)
}

/// The folder of a finding; `.` for the root.
fn folder(finding: &Finding) -> String {
    let folder = finding.file.parent().map(|parent| parent.to_string_lossy().into_owned());
    folder.filter(|folder| !folder.is_empty()).unwrap_or_else(|| ".".to_owned())
}

/// Whether `pkg.Struct.field` or `some/folder.Struct.field` names a finding.
fn fits(name: &str, finding: &Finding) -> Option<Fit> {
    let before = name.strip_suffix(&tail(finding))?.strip_suffix('.')?;
    let folder = folder(finding);
    if before == folder || folder.strip_suffix(before).is_some_and(|up| up.ends_with('/')) {
        return Some(Fit::Folder);
    }
    (before == finding.package).then_some(Fit::Package)
}

/// The name by which a row of `accept` means this finding and no other.
pub(crate) fn name(finding: &Finding, all: &[Finding]) -> String {
    let short = format!("{}.{}", finding.package, tail(finding));
    let meant = |other: &&Finding| fits(&short, other).is_some() && folder(other) != folder(finding);
    match all.iter().find(meant) {
        Some(_) => format!("{}.{}", folder(finding), tail(finding)),
        None => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::align_atomics::Level;
    use crate::patchset::Spanned;

    fn finding(file: &str, package: &str, name: &str) -> Finding {
        Finding {
            file: file.into(),
            line: 5,
            struct_line: 3,
            package: package.to_owned(),
            name: name.to_owned(),
            field: "n".to_owned(),
            level: Level::Direct,
            sites: Vec::new(),
            before: Some(4),
            after: Some(4),
            unknown: None,
            unconverted: None,
            uneven: None,
            outcome: Outcome::Refused("it must not move".to_owned()),
            is_unsafe: true,
        }
    }

    fn row(field: &str) -> Acceptance {
        Acceptance { field: Spanned { value: field.to_owned(), span: 0..0 }, why: "seen".to_owned() }
    }

    #[test]
    fn names_of_one_field_and_of_several() {
        let all = [
            finding("a/stat/x.go", "stat", "T"),
            finding("b/stat/x.go", "stat", "T"),
            finding("b/stat/x.go", "stat", "U"),
            finding("x.go", "main", "T"),
        ];
        let names: Vec<String> = all.iter().map(|f| name(f, &all)).collect();
        assert_eq!(names, ["a/stat.T.n", "b/stat.T.n", "stat.U.n", "main.T.n"]);
        for (n, name) in names.iter().enumerate() {
            let rows = [row(name)];
            let accepted = Accepted::new(&rows, &all);
            let found: Vec<usize> = (0..all.len()).filter(|&n| accepted.why(n).is_some()).collect();
            assert_eq!(found, [n], "{name}");
        }
        let (rows, gone) = ([row("stat.T.n")], [row("stat.V.n"), row("other.T.n")]);
        let accepted = Accepted::new(&rows, &all);
        assert_eq!((accepted.doubtful.len(), accepted.idle.len(), accepted.why.len()), (1, 0, 0));
        assert_eq!(Accepted::new(&gone, &all).idle.len(), 2);
    }
}
