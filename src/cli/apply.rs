use super::args::{ApplyArgs, Format};
use super::commit::{self, Committing};
use super::planning::Planned;
use super::{Exit, Failure, bosh, console};
use treepatch::render::{Ending, table, unified};
use treepatch::write::{self, WriteError, Written};

/// `treepatch apply`.
pub fn run(args: &ApplyArgs) -> Result<Exit, Failure> {
    let mut planned = Planned::new(&args.plan)?;
    planned.tell_irreversible(&args.plan);
    let changes = planned.plan.changes();
    let output = &args.plan.output;
    let committing = match args.commit.filter(|_| !planned.plan.is_refused()) {
        Some(_) => Some(Committing::new(args, &planned).map_err(nothing_written)?),
        None => None,
    };
    let text = match output.format {
        Format::Json => planned.json(&args.plan, "apply", args.dry_run).into_bytes(),
        Format::Text => unified(&changes, args.dry_run && output.output.is_none() && planned.colors.stdout),
    };
    // Before the tree is touched: a full disk here must not leave it half-told.
    if let Some(file) = &output.output {
        write::output(Some(&args.plan.dir), file, &text)?;
    }
    let mut committed = None;
    if !args.dry_run && !planned.plan.is_refused() {
        let written = match committing {
            None => write::apply(&args.plan.dir, &changes).map_err(refused)?,
            Some(ready) => committed.insert(ready.write(args, &planned).map_err(refused)?).written.clone(),
        };
        tell_linked(&written);
    }
    let printed = match output.output {
        None if args.dry_run || output.format == Format::Json => console::stdout(&text),
        _ => Ok(()),
    };
    // Below the diff: its end is what a person sees first.
    if output.format == Format::Text {
        let ending = if args.dry_run { Ending::Dry } else { Ending::Written };
        console::stderr(&table(&planned.plan, Planned::view(&args.plan, planned.colors.stderr, ending)));
        if !output.quiet {
            bosh::tell(&args.plan.dir, &changes);
        }
        committed.iter().for_each(|committed| commit::tell(committed, output.quiet));
    }
    printed?;
    Ok(planned.exit())
}

/// Tells of files that have other names.
pub fn tell_linked(written: &Written) {
    for path in &written.linked {
        console::note(&format!("{}: its other hard links keep the old content", path.display()));
    }
}

/// Says that nothing was written where that is so: it is what a person wants to know first.
pub fn refused(error: WriteError) -> Failure {
    match error.nothing_changed() {
        true => nothing_written(error.into()),
        false => error.into(),
    }
}

fn nothing_written(failure: Failure) -> Failure {
    match failure {
        Failure::World(message) => Failure::World(format!("nothing was written: {message}")),
        failure => failure,
    }
}
