//! The program: arguments in, exit code out. Everything else is in the library.

mod cli;

use cli::{Exit, Failure};
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(exit) => exit.into(),
        // Whoever reads our output has had enough of it: `treepatch … | head`.
        Err(Failure::Pipe) => Exit::Done.into(),
        Err(failure) => {
            cli::print_failure(&failure);
            failure.exit().into()
        }
    }
}
