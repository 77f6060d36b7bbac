//! Operations: what no pattern can say.

use super::accepted::{self, Accepted};
use super::outcome::Outcome;
use super::verdict::{Counts, facts_of, is_met};
use crate::checkout::Globs;
use crate::operations::align_atomics;
use crate::operations::align_atomics::{Arch, Level, Options, Style, align_atomics};
use crate::patchset::Operation;
use crate::report::{Fact, Facts, Finding, Place, Reason, Site};
use crate::search::Workspace;
use crate::source::{Edit, Lines};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Runs an operation over the files that it names: its outcome, and the edits by file.
pub(crate) fn operate(
    globs: &Globs,
    operation: &Operation,
    target: Option<&str>,
    workspace: &Workspace<'_>,
) -> (Outcome, Vec<(PathBuf, Vec<Edit>)>) {
    let mut out = Outcome::new(Facts::default());
    out.is_operation = true;
    out.files = workspace.paths().iter().filter(|p| globs.matches(p)).count();
    let report = align_atomics(workspace, &|path| globs.matches(path), &options(operation, target));
    let accepted = Accepted::new(&operation.accept, &report.findings);
    let mut telling = Telling { shown: Shown { workspace, files: BTreeMap::new() }, accepted: &accepted, out };
    let mut structs: BTreeMap<(&Path, usize, &str), Vec<usize>> = BTreeMap::new();
    for (n, finding) in report.findings.iter().enumerate() {
        structs.entry((&finding.file, finding.struct_line, &finding.name)).or_default().push(n);
    }
    let mut counts = Counts::new();
    for ((file, ..), fields) in structs {
        let pending = telling.of_struct(&report.findings, &fields);
        let slot = counts.entry(file.to_owned()).or_default();
        if pending { slot.0 += 1 } else { slot.1 += 1 }
    }
    let mut out = telling.out;
    out.reasons.extend(accepted.doubtful);
    out.warnings.extend(accepted.idle);
    let is_settled = out.reasons.is_empty();
    out.sites.sort_by(|a, b| (&a.place, a.done).cmp(&(&b.place, b.done)));
    out.facts = facts_of(&counts, operation.expect, 0);
    if !is_met(out.facts) {
        let (todo, done) = counts.values().fold((0, 0), |s, c| (s.0 + c.0, s.1 + c.1));
        let expect = operation.expect;
        let text = format!("expected {expect}, found {todo} to do and {done} done");
        out.reasons.insert(0, Reason { text, place: None });
    }
    if !is_settled {
        out.facts.add(Fact::Conflict);
    }
    (out, report.edits.into_iter().collect())
}

/// The options. Loading has checked that there are no others.
fn options(operation: &Operation, target: Option<&str>) -> Options {
    let said = |key: &str| operation.options.get(key).map(|v| v.value.as_str());
    let style = match said("style") {
        Some("leading") => Style::Leading,
        Some("atomic-types") => Style::AtomicTypes,
        _ => Style::Minimal,
    };
    let target = match target {
        Some("386") => Arch::I386,
        Some("mips") => Arch::Mips,
        Some("mipsle") => Arch::Mipsle,
        _ => Arch::Arm,
    };
    Options { style, pad: said("pad") == Some("true"), target }
}

/// Puts findings into an outcome.
struct Telling<'a, 'w, 't> {
    shown: Shown<'w, 't>,
    accepted: &'a Accepted<'a>,
    out: Outcome,
}

impl Telling<'_, '_, '_> {
    /// Tells of one struct; gives whether there is something to do: by an edit, or by a person.
    fn of_struct(&mut self, all: &[align_atomics::Finding], fields: &[usize]) -> bool {
        let is_open = |n: &usize| all[*n].is_unsafe && self.accepted.why(*n).is_none();
        let pending = |n: &&usize| all[**n].is_change() || is_open(n);
        let first = fields.iter().find(pending);
        if let Some(&n) = first.or(fields.first()) {
            let place = self.shown.place(&all[n].file, all[n].line);
            self.out.sites.push(Site { place, done: first.is_none(), bytes: 0..0 });
        }
        let pending = first.is_some();
        for &n in fields {
            self.of_field(all, n);
        }
        pending
    }

    fn of_field(&mut self, all: &[align_atomics::Finding], n: usize) {
        let field = &all[n];
        let place = self.shown.place(&field.file, field.line);
        let accepted = self.accepted.why(n);
        let name = accepted::name(field, all);
        let queries = field.is_unsafe || matches!(field.outcome, align_atomics::Outcome::Refused(_));
        match accepted {
            Some(why) => {
                let at = format!("{}:{}", field.file.display(), field.line);
                self.out.notes.push(format!("{name} ({at}) is {}, and accepted as it is: {why}", state(field)));
            }
            None if field.is_unsafe => {
                let text = format!(
                    "{name} is {}{}; cure it by hand, or accept it: {{ field = \"{name}\", why = \"…\" }}",
                    state(field),
                    reason(field)
                );
                self.out.reasons.push(Reason { text, place: Some(place.clone()) });
            }
            None if queries => {
                let text = format!("{name} is {}{}", state(field), reason(field));
                self.out.warnings.push(Reason { text, place: Some(place.clone()) });
            }
            None => {}
        }
        let outcome = accepted.map_or(outcome(field), |_| "accepted");
        self.out.findings.push(Finding {
            place,
            subject: format!("{}.{}", field.name, field.field),
            facts: facts(field, accepted),
            outcome: outcome.to_owned(),
        });
    }
}

fn outcome(field: &align_atomics::Finding) -> &'static str {
    match field.outcome {
        _ if field.uneven.is_some() => "reported",
        align_atomics::Outcome::Moved => "moved",
        align_atomics::Outcome::Padded => "padded",
        align_atomics::Outcome::Converted => "converted",
        align_atomics::Outcome::Aligned => "done",
        align_atomics::Outcome::Refused(_) => "refused",
    }
}

/// How the field lies, in words.
fn state(field: &align_atomics::Finding) -> String {
    match (field.after, &field.unknown) {
        _ if field.uneven.is_some() => "not aligned everywhere".to_owned(),
        (Some(at), _) if at % 8 == 0 && !field.is_unsafe => format!("aligned by luck (offset {at})"),
        (Some(at), _) => format!("misaligned (offset {at})"),
        (None, Some(why)) => format!("at an unknown offset ({why})"),
        (None, None) => "at an unknown offset".to_owned(),
    }
}

/// Why it stays as it is: a part of a sentence each.
fn reason(field: &align_atomics::Finding) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(field.uneven.clone());
    if let align_atomics::Outcome::Refused(why) = &field.outcome {
        parts.extend(field.unconverted.as_ref().map(|why| format!("it is not converted: {why}")));
        parts.push(format!("it is not moved: {why}"));
    }
    if parts.is_empty() { String::new() } else { format!("; {}", parts.join("; ")) }
}

fn facts(field: &align_atomics::Finding, accepted: Option<&str>) -> Vec<(String, String)> {
    let offset = |o: Option<u64>| o.map_or("unknown".to_owned(), |o| o.to_string());
    let level = match field.level {
        Level::Direct => "direct",
        Level::Indirect => "indirect",
        Level::Container => "container",
    };
    let found = match (field.before, &field.unknown) {
        (Some(at), _) if at % 8 == 0 => "aligned".to_owned(),
        (Some(_), _) => "misaligned".to_owned(),
        (None, Some(why)) => format!("unknown, since {why}"),
        (None, None) => "unknown".to_owned(),
    };
    let mut facts = vec![("level".to_owned(), level.to_owned())];
    for site in &field.sites {
        facts.push(("reached".to_owned(), format!("{}:{}: {}", site.file.display(), site.line, site.how)));
    }
    facts.push(("found".to_owned(), found));
    facts.push(("offset before".to_owned(), offset(field.before)));
    facts.push(("offset after".to_owned(), offset(field.after)));
    facts.extend(field.unconverted.iter().map(|why| ("not converted".to_owned(), why.clone())));
    if let align_atomics::Outcome::Refused(why) = &field.outcome {
        facts.push(("why".to_owned(), why.clone()));
    }
    facts.extend(field.uneven.iter().map(|why| ("elements".to_owned(), why.clone())));
    facts.extend(accepted.map(|why| ("accepted".to_owned(), why.to_owned())));
    facts
}

/// Lines of files, to be shown.
struct Shown<'w, 't> {
    workspace: &'w Workspace<'t>,
    files: BTreeMap<PathBuf, Vec<String>>,
}

impl Shown<'_, '_> {
    fn place(&mut self, path: &Path, line: usize) -> Place {
        let lines = self.files.entry(path.to_owned()).or_insert_with(|| {
            let bytes = self.workspace.read(path).map(|b| b.to_vec()).unwrap_or_default();
            let lines = Lines::new(&bytes);
            let mut out = Vec::new();
            let mut at = 0;
            while at < bytes.len() {
                out.push(String::from_utf8_lossy(&bytes[lines.around(at, &bytes)]).into_owned());
                at = lines.next(at);
            }
            out
        });
        let text = lines.get(line.saturating_sub(1)).cloned().unwrap_or_default();
        let column = text.len() - text.trim_start().len() + 1;
        Place { path: path.to_owned(), line, column, text }
    }
}
