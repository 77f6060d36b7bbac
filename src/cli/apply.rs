use super::args::{ApplyArgs, Format};
use super::commit::{self, Committing};
use super::console::Screen;
use super::failure::{Failure, nothing_written, refused};
use super::planning::{Doing, Planned};
use super::progress::Progress;
use super::report::Report;
use super::{Exit, bosh_packages, console};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use treepatch::commit::{Committed, Heads, Known, ReadyCommits};
use treepatch::render::{Ending, count, table, unified_plan, visible_bytes, visible_line};
use treepatch::report::Plan;
use treepatch::write::{self, Copied, Copying, Noting, WriteError, Written};

/// `treepatch apply`.
pub fn run(args: &ApplyArgs) -> Result<Exit, Failure> {
    // Commits are undone by commits, whatever the patch is.
    let planned = Planned::new(&args.plan, args.commit.is_none())?;
    let output = &args.plan.output;
    let report = Report::look(output, &args.plan.dir)?;
    if !args.dry_run && args.into.is_none() {
        report.is_apart(planned.plan.changed())?;
    }
    let way = Way::look(args, &planned).map_err(nothing_written)?;
    let text = match output.format {
        Format::Json => planned.json(&args.plan, way.doing(args, &planned.plan)).into_bytes(),
        Format::Text => diff(args, &planned),
    };
    let done = way.go(args, &planned).map_err(refused)?;
    let is_asked_for = args.dry_run || output.format == Format::Json || !report.is_printed();
    let printed = if is_asked_for { report.write(&text, done.said()) } else { Ok(()) };
    // Below the diff: its end is what a person sees first.
    if output.format == Format::Text {
        let ending = if args.dry_run { Ending::Dry } else { Ending::Written };
        console::stderr(&table(&planned.plan, Planned::view(&args.plan, planned.screens.stderr, ending)));
        if !output.quiet {
            bosh_packages::notes(&args.plan.dir, &planned.plan).iter().for_each(|note| console::note(note));
        }
        done.tell(args);
    }
    printed?;
    Ok(planned.exit())
}

/// The plan as a diff: byte for byte for programs, and with what is hidden written out on a terminal.
fn diff(args: &ApplyArgs, planned: &Planned) -> Vec<u8> {
    let screen = if args.dry_run && args.plan.output.output.is_none() { planned.screens.stdout } else { Screen::FILE };
    let diff = unified_plan(&planned.plan, screen.color);
    // With colours it is so already.
    if screen.is_terminal && !screen.color { visible_bytes(&diff) } else { diff }
}

/// How the plan is carried out, looked at: nothing is in the way, and nothing is changed yet.
enum Way {
    /// Not at all.
    Nowhere,
    /// The files are written.
    Files,
    /// A copy of the tree is made.
    Copy(Box<Copying>),
    /// The files are written, and the commits are put in place.
    Commits(Box<ReadyCommits>),
}

/// What was done, beyond what the plan says.
enum Done {
    Nothing,
    Written,
    Copied(Copied),
    Committed(Box<Committed>),
}

impl Way {
    fn look(args: &ApplyArgs, planned: &Planned) -> Result<Way, Failure> {
        if planned.plan.is_refused() {
            return Ok(Way::Nowhere);
        }
        let way = match (args.commit, &args.into) {
            (Some(_), _) => {
                let committing = Committing::look(args, planned)?;
                if args.dry_run { Way::Nowhere } else { Way::Commits(Box::new(committing.prepare(args, planned)?)) }
            }
            (None, Some(into)) => Way::Copy(Box::new(Copying::look(&args.plan.dir, into)?)),
            (None, None) => Way::Files,
        };
        Ok(if args.dry_run { Way::Nowhere } else { way })
    }

    /// What a report for programs has to say of it.
    fn doing<'a>(&self, args: &'a ApplyArgs, plan: &Plan) -> Doing<'a> {
        let mut notes = bosh_packages::notes(&args.plan.dir, plan);
        let mut commits = Vec::new();
        if let Way::Commits(ready) = self {
            notes.extend_from_slice(ready.notes());
            commits = commit::data(ready.made());
        }
        Doing { command: "apply", dry_run: args.dry_run, into: args.into.as_deref(), commits, notes, removes: false }
    }

    fn go(self, args: &ApplyArgs, planned: &Planned) -> Result<Done, WriteError> {
        let plan = &planned.plan;
        let changes = if matches!(self, Way::Nowhere) { Vec::new() } else { plan.changes() };
        let progress = Progress::start(args.plan.output.quiet);
        progress.phase(&format!("writing {}", count(changes.len(), "file")));
        let (written, done) = match self {
            Way::Nowhere => return Ok(Done::Nothing),
            Way::Files => {
                let noting = (!args.no_record).then(|| noting(args, planned)).flatten();
                let written = match noting {
                    Some(noting) => write::apply_noting(&args.plan.dir, &changes, &noting)?,
                    None => write::apply(&args.plan.dir, &changes)?,
                };
                (written, Done::Written)
            }
            Way::Copy(copying) => return copying.write(&changes).map(Done::Copied),
            Way::Commits(ready) => {
                let committed = Box::new(ready.write(&changes)?);
                (committed.written.clone(), Done::Committed(committed))
            }
        };
        drop(progress);
        tell_linked(&written);
        Ok(done)
    }
}

impl Done {
    /// What remains whatever comes later.
    fn said(&self) -> Option<&'static str> {
        match self {
            Done::Nothing => None,
            Done::Written => Some("every file is written"),
            Done::Copied(_) => Some("the copy is written"),
            Done::Committed(_) => Some("every commit is made"),
        }
    }

    fn tell(&self, args: &ApplyArgs) {
        let quiet = args.plan.output.quiet;
        match self {
            Done::Copied(copied) if !quiet => {
                let into = args.into.as_deref().unwrap_or(Path::new("")).display();
                let (dir, files) = (args.plan.dir.display(), count(copied.files, "file"));
                let said = format!("{into}: a patched copy of {dir}, {files}; {dir} is as it was");
                console::line(&visible_line(&said));
            }
            Done::Committed(committed) => commit::tell(committed, quiet),
            _ => {}
        }
    }
}

/// What is put into files that no `HEAD` has, for the record; nothing where it has all of them.
fn noting(args: &ApplyArgs, planned: &Planned) -> Option<Noting> {
    let Planned { plan, patchset, .. } = planned;
    let heads = Heads::new(&args.plan.dir);
    let is_known = |path: &Path| match heads.look(path) {
        Known::Has(_) => true,
        Known::Lacks => patchset.makes(path),
        Known::Nothing => false,
    };
    let mut files: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    let changed: BTreeSet<&Path> = plan.changed().filter(|path| !is_known(path)).collect();
    for step in plan.steps.iter().filter(|step| changed.contains(step.path.as_path())) {
        files.entry(step.path.clone()).or_default().insert(plan.reports[step.patch].id.clone());
    }
    (!files.is_empty()).then(|| Noting { patchset: patchset.name.clone(), files, is_out: false })
}

/// Tells of files that have other names.
pub fn tell_linked(written: &Written) {
    for path in &written.linked {
        console::note(&format!("{}: its other hard links keep the old content", path.display()));
    }
}
