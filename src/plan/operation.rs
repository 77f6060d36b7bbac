//! Operations: what no pattern can say.

use super::patch::Outcome;
use super::report::{Finding, Place, Reason, Site, Verdict};
use super::tally::{self, Counts};
use super::workspace::Workspace;
use crate::checkout::Globs;
use crate::golang::atomics::{self, Arch, Level, Options, Style, align_atomics};
use crate::patchset::Operation;
use crate::source::{Edit, Lines};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Runs an operation over the files that it names: its outcome, and the edits by file.
pub(super) fn operate(
    globs: &Globs,
    operation: &Operation,
    target: Option<&str>,
    workspace: &Workspace<'_>,
) -> (Outcome, Vec<(PathBuf, Vec<Edit>)>) {
    let mut out = Outcome::new(Verdict::Ambiguous);
    out.files = workspace.paths().iter().filter(|p| globs.matches(p)).count();
    let options = match options(operation, target) {
        Ok(options) => options,
        Err(text) => {
            out.reasons.push(Reason { text, place: None });
            return (out, Vec::new());
        }
    };
    let report = align_atomics(workspace, &|path| globs.matches(path), &options);
    let mut shown = Shown { workspace, files: BTreeMap::new() };
    let mut structs: BTreeMap<(&Path, &str), Vec<&atomics::Finding>> = BTreeMap::new();
    for finding in &report.findings {
        structs.entry((&finding.file, &finding.name)).or_default().push(finding);
    }
    let mut counts = Counts::new();
    for ((file, name), fields) in structs {
        let has = |test: fn(&atomics::Outcome) -> bool| fields.iter().any(|f| test(&f.outcome));
        let moved = has(|o| matches!(o, atomics::Outcome::Moved));
        let whole = !has(|o| !matches!(o, atomics::Outcome::Aligned));
        if moved || whole {
            let slot = counts.entry(file.to_owned()).or_default();
            if moved {
                slot.0 += 1
            } else {
                slot.1 += 1
            }
            out.sites.push(Site { place: shown.place(file, fields[0].line), done: whole, bytes: 0..0 });
        }
        for field in fields {
            let (outcome, why) = outcome(&field.outcome);
            if let Some(why) = why {
                out.notes.push(format!(
                    "{name}.{} in {}:{}: {outcome}: {why}",
                    field.field,
                    file.display(),
                    field.line
                ));
            }
            out.findings.push(finding(field, outcome, why, &mut shown));
        }
    }
    out.verdict = tally::verdict(&counts, operation.expect, 0);
    if matches!(out.verdict, Verdict::Drifted | Verdict::Ambiguous) {
        let (todo, done) = counts.values().fold((0, 0), |s, c| (s.0 + c.0, s.1 + c.1));
        let expect = super::report::expected(operation.expect);
        out.reasons
            .push(Reason { text: format!("expected {expect}, found {todo} to do and {done} done"), place: None });
    }
    (out, report.edits.into_iter().collect())
}

fn options(operation: &Operation, target: Option<&str>) -> Result<Options, String> {
    let said = |key: &str| operation.options.get(key).map(|v| v.value.as_str());
    let style = match said("style") {
        None | Some("minimal") => Style::Minimal,
        Some("leading") => Style::Leading,
        Some("atomic-types") => Style::AtomicTypes,
        Some(other) => {
            let styles = "\"minimal\", \"leading\" and \"atomic-types\"";
            return Err(format!("there is no style `{other}`; there are {styles}"));
        }
    };
    let pad = match said("pad") {
        None | Some("false") => false,
        Some("true") => true,
        Some(other) => return Err(format!("`pad` is true or false, not `{other}`")),
    };
    let target = match target {
        Some("386") => Arch::I386,
        Some("mips") => Arch::Mips,
        Some("mipsle") => Arch::Mipsle,
        _ => Arch::Arm,
    };
    Ok(Options { style, pad, target })
}

fn outcome(outcome: &atomics::Outcome) -> (&'static str, Option<&str>) {
    match outcome {
        atomics::Outcome::Moved => ("moved", None),
        atomics::Outcome::Aligned => ("done", None),
        atomics::Outcome::Refused(why) => ("refused", Some(why)),
        atomics::Outcome::Reported(why) => ("reported", Some(why)),
    }
}

fn finding(field: &atomics::Finding, outcome: &str, why: Option<&str>, shown: &mut Shown<'_, '_>) -> Finding {
    let offset = |o: Option<u64>| o.map_or("unknown".to_owned(), |o| o.to_string());
    let level = match field.level {
        Level::Direct => "direct",
        Level::Indirect => "indirect",
        Level::Container => "container",
    };
    let mut facts = vec![("level".to_owned(), level.to_owned())];
    for site in &field.sites {
        facts.push(("reached".to_owned(), format!("{}:{}: {}", site.file.display(), site.line, site.how)));
    }
    facts.push(("offset before".to_owned(), offset(field.before)));
    facts.push(("offset after".to_owned(), offset(field.after)));
    facts.extend(why.map(|why| ("why".to_owned(), why.to_owned())));
    Finding {
        place: shown.place(&field.file, field.line),
        subject: format!("{}.{}", field.name, field.field),
        facts,
        outcome: outcome.to_owned(),
    }
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
