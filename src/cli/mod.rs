//! Arguments, printing, exit codes: one file for each command. The only room that prints or reads the environment.

pub mod apply;
pub mod args;
pub(crate) mod bosh_packages;
pub mod check;
pub mod commit;
pub mod completions;
pub mod console;
pub mod exit;
pub mod export;
pub mod failure;
pub mod help;
pub mod import;
pub mod list;
pub mod man;
pub mod patchsets;
pub mod planning;
pub mod progress;
pub mod rebase;
pub mod recover;
pub mod report;
pub mod revert;
pub mod show;
pub mod sources;
pub mod test;

pub use console::failure as print_failure;
pub use exit::Exit;
pub use failure::Failure;

use anstream::{AutoStream, ColorChoice};
use args::{Cli, Command};
use clap::Parser;
use signal_hook::consts::SIGXFSZ;
use signal_hook::flag;
use std::sync::Arc;

/// Runs the command that the arguments name.
pub fn run() -> Result<Exit, Failure> {
    // A file larger than `ulimit -f` allows is like a full disk: who has a handler for the signal gets an error.
    let _ = flag::register(SIGXFSZ, Arc::default());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(said) => return parting(&said),
    };
    match cli.command {
        Command::Apply(args) => apply::run(&args),
        Command::Revert(args) => revert::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Rebase(args) => rebase::run(&args),
        Command::Test(args) => test::run(&args),
        Command::List(args) => list::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Recover(args) => recover::run(&args),
        Command::Help(args) => help::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

/// Prints help, or what is wrong with the arguments.
fn parting(said: &clap::Error) -> Result<Exit, Failure> {
    let text = |is_colored: bool| match is_colored {
        true => said.render().ansi().to_string(),
        false => said.render().to_string(),
    };
    let is_colored = |choice: ColorChoice| choice != ColorChoice::Never;
    if said.use_stderr() {
        console::stderr(&text(is_colored(AutoStream::choice(&std::io::stderr()))));
        return Ok(Exit::Usage);
    }
    console::print(&text(is_colored(AutoStream::choice(&std::io::stdout()))))?;
    Ok(Exit::Done)
}
