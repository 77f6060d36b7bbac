use super::apply::tell_linked;
use super::args::{Format, RevertArgs};
use super::failure::refused;
use super::planning::{Doing, Planned};
use super::report::Report;
use super::{Exit, Failure, commit, console};
use std::path::PathBuf;
use treepatch::plan::Plan;
use treepatch::render::{Ending, count, json, table};
use treepatch::write;
use treepatch::write::git::{self, Commits};

/// `treepatch revert`: the patches with their sides exchanged, the last one first.
pub fn run(args: &RevertArgs) -> Result<Exit, Failure> {
    if args.commit {
        return undo(args);
    }
    let (planned, removals) = Planned::back(&args.plan)?;
    let changes = planned.plan.changes();
    let output = &args.plan.output;
    let is_refused = planned.plan.is_refused();
    let text = match output.format {
        Format::Json => {
            Some(planned.json(&args.plan, Doing { command: "revert", dry_run: args.dry_run, ..Doing::default() }))
        }
        Format::Text => None,
    };
    let report = Report::look(output, &args.plan.dir)?;
    let does_write = !args.dry_run && !is_refused;
    if does_write {
        let paths = changes.iter().map(|c| &c.path).chain(removals.iter().map(|r| &r.path));
        report.is_apart(paths.map(PathBuf::as_path))?;
        let written = write::revert(&args.plan.dir, &changes, &removals).map_err(refused)?;
        tell_linked(&written);
    }
    let is_printed = report.is_printed() && text.is_some();
    if let Some(text) = text {
        report.write(text.as_bytes(), does_write.then_some("every file is written"))?;
    }
    if !is_printed {
        let ending = if args.dry_run { Ending::Dry } else { Ending::Written };
        console::stderr(&table(&planned.plan, Planned::view(&args.plan, planned.colors.stderr, ending)));
        if !removals.is_empty() && !is_refused && !output.quiet {
            let does = if args.dry_run { "would be removed" } else { "removed" };
            console::stderr(&format!("{} {does}\n", count(removals.len(), "file")));
        }
    }
    Ok(planned.exit())
}

/// Undoes commits; the files are as they say, so that nothing is planned.
fn undo(args: &RevertArgs) -> Result<Exit, Failure> {
    let (patchset, _) = Planned::load(&args.plan)?;
    let options = Commits {
        patchset: &patchset,
        target: args.plan.target.as_deref().or(patchset.target.as_deref()),
        squash: false,
        branch: args.branch.as_deref(),
        date: commit::date()?,
    };
    let output = &args.plan.output;
    let place = Report::look(output, &args.plan.dir)?;
    let undoing = git::undo(&args.plan.dir, &options, &args.plan.only).map_err(refused)?;
    let report = (output.format == Format::Json).then(|| {
        let facts = json::Facts {
            command: "revert",
            root: &args.plan.dir,
            target: options.target,
            dry_run: false,
            written: !undoing.made().is_empty(),
            into: None,
            commits: commit::data(undoing.made()),
            notes: undoing.notes().to_vec(),
            exit: Exit::Done as u8,
        };
        json::text(&json::Run::new(&Plan::default(), &patchset, facts))
    });
    let committed = undoing.write().map_err(refused)?;
    match report {
        Some(report) => {
            let done = (!committed.repositories.is_empty()).then_some("every commit is made");
            place.write(report.as_bytes(), done)?;
        }
        None => {
            if committed.repositories.is_empty() {
                let name = &patchset.name;
                console::stderr(&format!(
                    "nothing to do: no commit here is of `{name}`; without --commit the files are reverted\n"
                ));
            }
            commit::tell(&committed, output.quiet);
        }
    }
    Ok(Exit::Done)
}
