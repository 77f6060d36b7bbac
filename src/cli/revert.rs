use super::apply::tell_linked;
use super::args::{Format, RevertArgs};
use super::failure::refused;
use super::planning::{Doing, Planned};
use super::report::Report;
use super::{Exit, Failure, commit, console, planning};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use treepatch::commit::Commits;
use treepatch::planner;
use treepatch::render::{Ending, count, json, table};
use treepatch::report::Plan;
use treepatch::write::{self, Noting, Removal};

/// `treepatch revert`: the patches with their sides exchanged, the last one first.
pub fn run(args: &RevertArgs) -> Result<Exit, Failure> {
    if args.commit {
        return undo(args);
    }
    let (planned, removals) = Planned::back(&args.plan, &args.assume_applied)?;
    let changes = planned.plan.changes();
    let output = &args.plan.output;
    let is_refused = planned.plan.is_refused();
    let text = match output.format {
        Format::Json => {
            let removes = !removals.is_empty();
            let doing = Doing { command: "revert", dry_run: args.dry_run, removes, ..Doing::default() };
            Some(planned.json(&args.plan, doing))
        }
        Format::Text => None,
    };
    let report = Report::look(output, &args.plan.dir)?;
    let does_write = !args.dry_run && !is_refused;
    if does_write {
        let paths = changes.iter().map(|c| &c.path).chain(removals.iter().map(|r| &r.path));
        report.is_apart(paths.map(PathBuf::as_path))?;
        let noting = noting(&planned, &removals);
        let written = write::revert_noting(&args.plan.dir, &changes, &removals, &noting).map_err(refused)?;
        tell_linked(&written);
    }
    let is_printed = report.is_printed() && text.is_some();
    if let Some(text) = text {
        report.write(text.as_bytes(), does_write.then_some("every file is written"))?;
    }
    if !is_printed {
        let ending = if args.dry_run { Ending::DryBack } else { Ending::Back };
        console::stderr(&table(&planned.plan, Planned::view(&args.plan, planned.screens.stderr, ending)));
        if !removals.is_empty() && !is_refused && !output.quiet {
            let does = if args.dry_run { "would be removed" } else { "removed" };
            console::line(&format!("{} {does}", count(removals.len(), "file")));
        }
    }
    Ok(planned.exit())
}

/// What goes, for the record. With a file all goes that was put into it.
fn noting(planned: &Planned, removals: &[Removal]) -> Noting {
    let Planned { plan, patchset, .. } = planned;
    let mut files: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for step in &plan.steps {
        files.entry(step.path.clone()).or_default().insert(plan.reports[step.patch].id.clone());
    }
    for removal in removals {
        let all = patchset.patches.iter().map(|patch| patch.id.value.clone());
        files.entry(removal.path.clone()).or_default().extend(all);
    }
    Noting { patchset: patchset.name.clone(), files, is_out: true }
}

/// Undoes commits; the files are as they say, so that nothing is planned.
fn undo(args: &RevertArgs) -> Result<Exit, Failure> {
    let patchset = planning::prepared(&args.plan)?;
    let options = Commits {
        patchset: &patchset,
        target: args.plan.target.as_deref().or(patchset.target.as_deref()),
        squash: false,
        branch: args.branch.as_deref(),
        date: commit::date()?,
    };
    if !args.plan.partial {
        planner::refuse(&planner::unseen(&patchset, &args.plan.dir, &args.plan.only)?)?;
    }
    let output = &args.plan.output;
    let place = Report::look(output, &args.plan.dir)?;
    let undoing = treepatch::commit::undo(&args.plan.dir, &options, &args.plan.only).map_err(refused)?;
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
                console::line(&format!(
                    "nothing to do: no commit here is of `{name}`; without --commit the files are reverted"
                ));
            }
            commit::tell(&committed, output.quiet);
        }
    }
    Ok(Exit::Done)
}
