use super::args::ShowArgs;
use super::console::{self, Colors};
use super::{Exit, Failure, patchsets};

/// `treepatch show`.
pub fn run(args: &ShowArgs) -> Result<Exit, Failure> {
    Colors::choose(args.style.color);
    console::stdout(patchsets::known(&args.patchset)?.as_bytes())?;
    Ok(Exit::Done)
}
