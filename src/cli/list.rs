use super::args::ListArgs;
use super::console::{self, Screen, Screens};
use super::{Exit, Failure, patchsets};
use treepatch::patchset::{Part, builtins, load};
use treepatch::render::{count, visible_line, wrap};

/// `treepatch list`.
pub fn run(args: &ListArgs) -> Result<Exit, Failure> {
    let Screens { stdout, stderr } = Screens::choose(args.style.color);
    let rows: Vec<[String; 3]> = match &args.patchset {
        Some(name) => patches(name, stderr)?,
        None => builtins().map(|(name, text)| summary(name, text, stderr)).collect::<Result<_, _>>()?,
    };
    let rows: Vec<[String; 3]> = rows.into_iter().map(|row| row.map(|cell| visible_line(&cell).into_owned())).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let hang = first + 2 + second + 2;
    let line =
        |[a, b, c]: &[String; 3]| wrap(format!("{a:first$}  {b:second$}  {c}").trim_end(), stdout.width, hang) + "\n";
    console::print(&rows.iter().map(line).collect::<String>())?;
    Ok(Exit::Done)
}

/// A built-in patchset: its name, how many patches, its title and the versions it was tried on.
fn summary(name: &str, text: &str, screen: Screen) -> Result<[String; 3], Failure> {
    let set = load(name, text)
        .map_err(|c| patchsets::refused(c, &[Part { origin: name.to_owned(), start: 0 }], text, screen))?;
    let release = match (&set.release, set.tested.as_slice()) {
        (Some(release), []) => format!(" ({release})"),
        (Some(release), tested) => format!(" ({release} {})", tested.join(", ")),
        (None, _) => String::new(),
    };
    Ok([name.to_owned(), count(set.patches.len(), "patch"), set.title + &release])
}

/// The patches of one patchset: id, what they are for, title.
fn patches(name: &str, screen: Screen) -> Result<Vec<[String; 3]>, Failure> {
    let set = patchsets::find(name, screen)?;
    let row = |p: &treepatch::patchset::Patch| [p.id.value.clone(), p.target.join(", "), p.title.clone()];
    Ok(set.patches.iter().map(row).collect())
}
