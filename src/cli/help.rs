//! The documentation, which is in the program.

use super::args::{Cli, HelpArgs};
use super::console::{self, Screens};
use super::{Exit, Failure};
use clap::CommandFactory;
use include_dir::{Dir, include_dir};
use std::fmt::Write;
use treepatch::patchset::nearest;

static DOCS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/docs");

/// `treepatch help`.
pub fn run(args: &HelpArgs) -> Result<Exit, Failure> {
    Screens::choose(args.style.color);
    let text = match &args.topic {
        None => overview(),
        Some(topic) => page(topic).or_else(|| command(topic)).ok_or_else(|| unknown(topic))?,
    };
    console::stdout(text.as_bytes())?;
    Ok(Exit::Done)
}

/// The pages: name and text.
fn pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    DOCS.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?.strip_suffix(".md")?;
        Some((name, file.contents_utf8()?))
    })
}

fn page(topic: &str) -> Option<String> {
    pages().find(|(name, _)| *name == topic).map(|(_, text)| text.to_owned())
}

/// The long help of a command.
fn command(topic: &str) -> Option<String> {
    let mut program = Cli::command().bin_name("treepatch");
    program.build();
    let command = program.find_subcommand_mut(topic)?;
    Some(command.render_long_help().to_string())
}

/// The help of the program, and the pages with their titles.
fn overview() -> String {
    let mut text = Cli::command().render_help().to_string();
    text.push_str("\nPages (treepatch help PAGE):\n");
    let width = pages().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, page) in pages() {
        let title = page.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:width$}  {title}");
    }
    text
}

fn unknown(topic: &str) -> Failure {
    let program = Cli::command();
    let commands = program.get_subcommands().map(|c| c.get_name());
    let names: Vec<&str> = pages().map(|(name, _)| name).chain(commands).collect();
    let meant = nearest(topic, names.iter().copied()).map(|n| format!("; did you mean `{n}`?"));
    Failure::Usage(format!(
        "there is no page and no command `{topic}`{} (`treepatch help` lists them)",
        meant.unwrap_or_default()
    ))
}
