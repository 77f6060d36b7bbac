use super::apply::{refused, tell_linked};
use super::args::{Format, RevertArgs};
use super::planning::{Doing, Planned};
use super::{Exit, Failure, commit, console};
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
    if let (Some(file), Some(text)) = (&output.output, &text) {
        write::output(Some(&args.plan.dir), file, text.as_bytes())?;
    }
    if !args.dry_run && !is_refused {
        let written = write::revert(&args.plan.dir, &changes, &removals).map_err(refused)?;
        tell_linked(&written);
    }
    if let (None, Some(text)) = (&output.output, &text) {
        console::stdout(text.as_bytes())?;
    } else {
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
    let undoing = git::undo(&args.plan.dir, &options, &args.plan.only).map_err(refused)?;
    let output = &args.plan.output;
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
    if let (Some(file), Some(report)) = (&output.output, &report) {
        write::output(Some(&args.plan.dir), file, report.as_bytes())?;
    }
    let committed = undoing.write().map_err(refused)?;
    match report {
        Some(report) if output.output.is_none() => console::stdout(report.as_bytes())?,
        Some(_) => {}
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
