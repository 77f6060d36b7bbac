use super::args::{Cli, ManArgs};
use super::{Exit, Failure, console};
use clap::CommandFactory;
use treepatch::render::visible_line;

/// `treepatch man`: one page for the program and one for each command.
pub fn run(args: &ManArgs) -> Result<Exit, Failure> {
    let dir = args.dir.display();
    clap_mangen::generate_to(Cli::command(), &args.dir).map_err(|e| Failure::World(format!("{dir}: {e}")))?;
    let said = format!("{dir}: one page for each command; read one with `man -l {dir}/treepatch.1`");
    console::line(&visible_line(&said));
    Ok(Exit::Done)
}
