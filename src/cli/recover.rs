use super::args::RecoverArgs;
use super::console::{self, Screens};
use super::{Exit, Failure};
use treepatch::render::count;
use treepatch::write::{self, Direction, WriteError};

/// `treepatch recover`.
pub fn run(args: &RecoverArgs) -> Result<Exit, Failure> {
    Screens::choose(args.style.color);
    let direction = if args.undo { Direction::Undo } else { Direction::Finish };
    let moved = match write::recover(&args.dir, direction) {
        Ok(written) => written.files.len(),
        Err(WriteError::NothingToRecover(root)) => {
            console::line(&format!("{}: there is nothing to recover; no run was interrupted here", root.display()));
            return Ok(Exit::Done);
        }
        Err(other) => return Err(other.into()),
    };
    let what = match direction {
        Direction::Finish => "every file is as the interrupted run was to leave it",
        Direction::Undo => "every file is as it was before the interrupted run",
    };
    console::line(&format!("{what} ({} written now)", count(moved, "file")));
    Ok(Exit::Done)
}
