use super::args::{FitKind, Format, RebaseArgs};
use super::console::{self, Screens};
use super::{Exit, Failure, patchsets};
use std::path::Path;
use treepatch::checkout::{Disk, Root, Walk};
use treepatch::commit::Revision;
use treepatch::patchset::Patchset;
use treepatch::patchset::substitute;
use treepatch::plan::Options;
use treepatch::rebase::{Asked, Fit, RebaseFacts, RebaseRun, Rebased, rebase, rebased};
use treepatch::render::{count, json};
use treepatch::vfs::FileTree;
use treepatch::write::{self, git::GitError};

/// `treepatch rebase`: what a patchset needs to fit another version.
pub fn run(args: &RebaseArgs) -> Result<Exit, Failure> {
    let Screens { stdout, stderr } = Screens::choose(args.output.style.color);
    let mut patchset = patchsets::find(&args.patchset, stderr)?;
    let (parts, text) = (patchset.parts.clone(), patchset.text.clone());
    substitute(&mut patchset, args.target.as_deref())
        .map_err(|wrong| patchsets::refused(wrong, &parts, &text, stderr))?;
    let writes = args.write || args.replace;
    let is_file = args.patchset.contains('/') || args.patchset.ends_with(".toml");
    if writes && !is_file {
        return Err(Failure::Usage(format!(
            "{} is a built-in patchset, which cannot be written; `treepatch show` gives you a copy",
            args.patchset
        )));
    }
    if writes && parts.len() > 1 {
        return Err(Failure::Usage(format!(
            "{} includes other files, and rebase writes only into one: rebase without --write shows what changes; \
             write it into {} or the files that it includes",
            args.patchset, args.patchset
        )));
    }
    let from = tree(args, "--from", &args.from)?;
    let onto = tree(args, "--onto", &args.onto)?;
    let asked = Asked {
        patchset: &patchset,
        from: from.as_ref(),
        onto: onto.as_ref(),
        fit: match args.fit {
            FitKind::Exact => Fit::Exact,
            FitKind::Context => Fit::Context,
            FitKind::Rename => Fit::Rename,
        },
        options: Options {
            target: args.target.clone(),
            limits: args.limits.limits(),
            threads: args.threads.count(),
            ..Options::default()
        },
        note: format!("for {}", args.onto),
        replace: args.replace,
    };
    let refused = |diagnostics| patchsets::refused(diagnostics, &patchset.parts, &patchset.text, stderr);
    let result = rebase(&asked).map_err(refused)?;
    let exit = match result.patches.iter().any(|fate| fate.outcome.needs_person()) {
        true => Exit::Person,
        false => Exit::Done,
    };
    let written = writes && result.text != *patchset.text;
    if written {
        written_down(args, &patchset, &result)?;
    }
    tell(args, &patchset, &result, (exit, written), stdout.color && args.output.output.is_none())?;
    Ok(exit)
}

/// A folder, or a revision of the checkout.
fn tree(args: &RebaseArgs, option: &str, name: &str) -> Result<Box<dyn FileTree>, Failure> {
    let path = Path::new(name);
    if path.is_dir() {
        let limit = Walk::default().limit.max(args.limits.limits().bytes as u64);
        return Ok(Box::new(Disk::walk(path, Walk { limit, threads: args.threads.count(), ..Walk::default() })?));
    }
    let root = Root::open(&args.dir)?;
    match Revision::open(&root, name) {
        Ok(revision) => Ok(Box::new(revision)),
        Err(GitError::NoRepository(dir)) => Err(Failure::Usage(format!(
            "{option} {name}: is no folder, and no revision, since {} lies in no git repository",
            dir.display()
        ))),
        Err(error) => Err(Failure::Usage(format!("{option} {name}: is no folder, and no revision here: {error}"))),
    }
}

/// Writes the patchset, unless somebody else has done so since it was read.
fn written_down(args: &RebaseArgs, patchset: &Patchset, result: &Rebased) -> Result<(), Failure> {
    let path = Path::new(&args.patchset);
    let output = write::Output::look(None, path)?;
    let now = patchsets::read(&args.patchset)?;
    if now != *patchset.text {
        let why = format!("{}: was changed while treepatch worked; nothing was written, run it again", args.patchset);
        return Err(Failure::World(why));
    }
    Ok(output.write(result.text.as_bytes())?)
}

fn tell(
    args: &RebaseArgs,
    patchset: &Patchset,
    result: &Rebased,
    (exit, written): (Exit, bool),
    color: bool,
) -> Result<(), Failure> {
    let facts = RebaseFacts { patchset, from: &args.from, onto: &args.onto, written, exit: exit as u8 };
    let text = match args.output.format {
        Format::Json => json::text(&RebaseRun::new(result, &facts)),
        Format::Text => {
            let mut text = rebased(result, args.output.verbose, args.output.quiet, color);
            if !args.output.quiet {
                text.push_str(&ending(args, result, written));
            }
            text
        }
    };
    match &args.output.output {
        Some(file) => write::output(None, file, text.as_bytes())?,
        None => console::print(&text)?,
    }
    Ok(())
}

/// What was written, or how to have it written.
fn ending(args: &RebaseArgs, result: &Rebased, written: bool) -> String {
    let new = result.patches.iter().filter(|fate| !fate.hunks.is_empty() && !fate.outcome.needs_person()).count();
    match (new, written) {
        (0, _) => "nothing is to be written\n".to_owned(),
        (new, true) => format!("{}: new bodies for {}\n", args.patchset, count(new, "patch")),
        (new, false) => format!(
            "new bodies for {}; --write adds them to the patchset as alternatives, --replace puts them in the old ones' place\n",
            count(new, "patch")
        ),
    }
}
