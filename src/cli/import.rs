use super::args::ImportArgs;
use super::console::{self, Screens};
use super::progress::Progress;
use super::sources::Pile;
use super::{Exit, Failure};
use std::path::Path;
use treepatch::checkout::Disk;
use treepatch::import::{Imported, Settings, import};
use treepatch::render::{count, visible_line};
use treepatch::write;

/// `treepatch import`: a pile of patches as a patchset.
pub fn run(args: &ImportArgs) -> Result<Exit, Failure> {
    Screens::choose(args.style.color);
    let pile = Pile::read(&args.sources, &args.tree, args.strip)?;
    let tree = Disk::open(&args.tree)?;
    let progress = Progress::start(false);
    let settings = Settings { name: name(args)?, fuzz: usize::from(args.fuzz), text: args.text };
    let (_, turn) = progress.patches("importing", pile.originals.len());
    let imported = import(&pile.originals, &tree, &settings, &turn);
    drop(progress);
    tell(&pile, &imported);
    if !args.check && !imported.patches.is_empty() {
        write(args, &imported)?;
    }
    let is_good = imported.losses.is_empty() && imported.unproven.is_none();
    Ok(if is_good { Exit::Done } else { Exit::Person })
}

/// The name of the patchset: what was asked for, or that of the tree's folder.
fn name(args: &ImportArgs) -> Result<String, Failure> {
    if let Some(name) = &args.name {
        return Ok(name.clone());
    }
    let tree = args.tree.canonicalize().unwrap_or_else(|_| args.tree.clone());
    let folder = tree.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_sane = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    let name: String = folder.chars().map(|c| if is_sane(c) { c } else { '-' }).collect();
    Ok(if name.starts_with(|c: char| c.is_ascii_alphanumeric()) { name } else { "imported".to_owned() })
}

fn write(args: &ImportArgs, imported: &Imported) -> Result<(), Failure> {
    let Some(output) = &args.output else { return console::stdout(imported.text().as_bytes()) };
    if output.to_string_lossy().ends_with('/') {
        let files: Vec<_> = imported.files().into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
        write::folder(Path::new("."), output, &files)?;
    } else {
        write::output(None, output, imported.text().as_bytes())?;
    }
    Ok(())
}

/// What was found, what was lost, and how much of it there is.
fn tell(pile: &Pile, imported: &Imported) {
    for note in pile.notes.iter().chain(&imported.notes) {
        console::note(note);
    }
    for loss in &imported.losses {
        let line = loss.line.map(|line| format!(":{line}")).unwrap_or_default();
        let file = if loss.file.is_empty() { String::new() } else { format!("{}: ", visible_line(&loss.file)) };
        console::line(&format!("not carried: {}{line}: {file}{}", visible_line(&loss.patch), visible_line(&loss.why)));
    }
    let counts = imported.counts;
    let all = count(counts.patches, "patch");
    let none = counts.patches - counts.whole - counts.partly;
    let mut parts = vec![format!("{} carried whole", counts.whole)];
    parts.extend((counts.partly > 0).then(|| format!("{} in part", counts.partly)));
    parts.extend((none > 0).then(|| format!("{none} not")));
    console::line(&format!("{all}: {}", parts.join(", ")));
    if counts.code_hunks > 0 {
        let letters =
            if counts.letters > 0 { format!(", {} with layout = \"patch\"", counts.letters) } else { String::new() };
        console::line(&format!(
            "Go and C: {} of {} carried, as {}, {} of them as text{letters}",
            counts.code_carried,
            count(counts.code_hunks, "hunk"),
            bodies(counts.code_bodies),
            counts.as_text
        ));
    }
    if counts.other_hunks > 0 {
        console::line(&format!(
            "other files: {} of {} carried, as {}",
            counts.other_carried,
            count(counts.other_hunks, "hunk"),
            bodies(counts.bodies - counts.code_bodies)
        ));
    }
    match &imported.unproven {
        Some(why) => console::line(&format!("the patchset as a whole is not proven: {}", visible_line(why))),
        None if !imported.patches.is_empty() => {
            console::line(
                "proven: byte for byte what patch gives, a second run writes nothing, revert gives the tree back",
            );
        }
        None => {}
    }
}

fn bodies(n: usize) -> String {
    if n == 1 { "1 body".to_owned() } else { format!("{n} bodies") }
}
