use super::args::{CheckArgs, Format, Require};
use super::planning::Planned;
use super::{Exit, Failure, console};
use treepatch::render::{Ending, table};
use treepatch::write;

/// `treepatch check`: here the table is the answer, so that it goes to standard output.
pub fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let mut planned = Planned::new(&args.plan)?;
    if args.require == Some(Require::Applied) {
        planned.require_applied();
    }
    let output = &args.plan.output;
    let color = output.output.is_none() && planned.colors.stdout;
    let text = match output.format {
        Format::Json => planned.json(&args.plan, "check", true),
        Format::Text => table(&planned.plan, Planned::view(&args.plan, color, Ending::Dry)),
    };
    match &output.output {
        Some(file) => write::output(file, text.as_bytes())?,
        None => console::stdout(text.as_bytes())?,
    }
    Ok(planned.exit())
}
