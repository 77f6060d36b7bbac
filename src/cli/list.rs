use super::args::ListArgs;
use super::console::{self, Colors};

use super::{Exit, Failure, patchsets};
use treepatch::patchset::{builtins, load};
use treepatch::render::count;

/// `treepatch list`.
pub fn run(args: &ListArgs) -> Result<Exit, Failure> {
    let colors = Colors::choose(args.style.color);
    let rows: Vec<[String; 3]> = match &args.patchset {
        Some(name) => patches(name, colors)?,
        None => builtins().map(|(name, text)| summary(name, text, colors)).collect::<Result<_, _>>()?,
    };
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let lines = rows.iter().map(|[a, b, c]| format!("{a:first$}  {b:second$}  {c}").trim_end().to_owned() + "\n");
    console::stdout(lines.collect::<String>().as_bytes())?;
    Ok(Exit::Done)
}

/// A built-in patchset: its name, how many patches, its title and the versions it was tried on.
fn summary(name: &str, text: &str, colors: Colors) -> Result<[String; 3], Failure> {
    let set = load(name, text).map_err(|c| patchsets::refused(c, name, text, colors.stderr))?;
    let release = match (&set.release, set.tested.as_slice()) {
        (Some(release), []) => format!(" ({release})"),
        (Some(release), tested) => format!(" ({release} {})", tested.join(", ")),
        (None, _) => String::new(),
    };
    Ok([name.to_owned(), count(set.patches.len(), "patch"), set.title + &release])
}

/// The patches of one patchset: id, what they are for, title.
fn patches(name: &str, colors: Colors) -> Result<Vec<[String; 3]>, Failure> {
    let set = patchsets::find(name, colors.stderr)?;
    let row = |p: &treepatch::patchset::Patch| [p.id.value.clone(), p.target.join(", "), p.title.clone()];
    Ok(set.patches.iter().map(row).collect())
}
