use super::args::{Cli, ManArgs};
use super::{Exit, Failure, console};
use clap::CommandFactory;

/// `treepatch man`: one page for the program and one for each command.
pub fn run(args: &ManArgs) -> Result<Exit, Failure> {
    let dir = args.dir.display();
    clap_mangen::generate_to(Cli::command(), &args.dir).map_err(|e| Failure::World(format!("{dir}: {e}")))?;
    console::stderr(&format!("{dir}: one page for each command; read one with `man -l {dir}/treepatch.1`\n"));
    Ok(Exit::Done)
}
