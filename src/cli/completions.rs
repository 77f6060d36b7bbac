use super::args::{Cli, CompletionsArgs};
use super::{Exit, Failure, console};
use clap::CommandFactory;
use clap_complete::generate;

/// `treepatch completions`.
pub fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    generate(args.shell, &mut Cli::command(), "treepatch", &mut text);
    console::stdout(&text)?;
    Ok(Exit::Done)
}
