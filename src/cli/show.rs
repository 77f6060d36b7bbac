use super::args::ShowArgs;
use super::console::{self, Screens};
use super::{Exit, Failure, patchsets};

/// `treepatch show`.
pub fn run(args: &ShowArgs) -> Result<Exit, Failure> {
    Screens::choose(args.style.color);
    console::stdout(patchsets::known(&args.patchset)?.as_bytes())?;
    Ok(Exit::Done)
}
