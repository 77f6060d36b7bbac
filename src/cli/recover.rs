use super::args::RecoverArgs;
use super::console::{self, Colors};
use super::{Exit, Failure};
use treepatch::render::count;
use treepatch::write::{self, Direction};

/// `treepatch recover`.
pub fn run(args: &RecoverArgs) -> Result<Exit, Failure> {
    Colors::choose(args.style.color);
    let direction = if args.undo { Direction::Undo } else { Direction::Finish };
    let moved = write::recover(&args.dir, direction)?.files.len();
    let what = match direction {
        Direction::Finish => "every file is as the interrupted run was to leave it",
        Direction::Undo => "every file is as it was before the interrupted run",
    };
    console::stderr(&format!("{what} ({} written now)\n", count(moved, "file")));
    Ok(Exit::Done)
}
