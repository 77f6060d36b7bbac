use super::apply::refused;
use super::args::{Format, RevertArgs};
use super::planning::Planned;
use super::{Exit, Failure, console};
use treepatch::render::{Ending, count, table};
use treepatch::write;

/// `treepatch revert`: the patches with their sides exchanged, the last one first.
pub fn run(args: &RevertArgs) -> Result<Exit, Failure> {
    let (planned, removals) = Planned::back(&args.plan)?;
    let changes = planned.plan.changes();
    let output = &args.plan.output;
    let is_refused = planned.plan.is_refused();
    let text = match output.format {
        Format::Json => Some(planned.json(&args.plan, "revert", args.dry_run)),
        Format::Text => None,
    };
    if let (Some(file), Some(text)) = (&output.output, &text) {
        write::output(file, text.as_bytes())?;
    }
    if !args.dry_run && !is_refused {
        write::revert(&args.plan.dir, &changes, &removals).map_err(refused)?;
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
