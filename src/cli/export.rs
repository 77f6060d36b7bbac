use super::args::{ExportArgs, ExportFormat};
use super::commit::date;
use super::planning::Planned;
use super::{Exit, Failure, console};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use treepatch::checkout::{Root, place_in_repository, repository_of};
use treepatch::render::{Ending, Messages, count, mail, quilt, table, unified_plan, visible_line};
use treepatch::report::FileChange;
use treepatch::write::{self, WriteError};

/// `treepatch export`: the plan for this very checkout, for other programs.
pub fn run(args: &ExportArgs) -> Result<Exit, Failure> {
    let plan = args.plan();
    let planned = Planned::new(&plan, false)?;
    if planned.plan.is_refused() {
        console::stderr(&table(&planned.plan, Planned::view(&plan, planned.screens.stderr, Ending::Written)));
        return Ok(planned.exit());
    }
    if planned.plan.changed().next().is_none() {
        console::stderr(&table(&planned.plan, Planned::view(&plan, planned.screens.stderr, Ending::Dry)));
        console::note(&format!("{} is not written: there is nothing to export", args.output.display()));
        return Ok(Exit::Done);
    }
    let place = place_in_repository(&Root::open(&args.dir)?).unwrap_or_default();
    let out = &args.output;
    match args.format {
        ExportFormat::Diff => write::output(Some(&args.dir), out, &unified_plan(&planned.plan, false))?,
        ExportFormat::Quilt | ExportFormat::Mbox => {
            let series = series(args, &planned)?;
            let files = match args.format {
                ExportFormat::Quilt => quilted(&planned, &series, &place),
                _ => mailed(args, &planned, &series, &place, date()?),
            };
            write::folder(&args.dir, out, &files)?;
            for (repository, patches) in &series {
                let name = if repository.as_os_str().is_empty() { Path::new(".") } else { repository };
                console::line(&visible_line(&format!("{}: {}", name.display(), count(patches.len(), "patch"))));
            }
        }
    }
    if args.format != ExportFormat::Mbox && !place.as_os_str().is_empty() {
        console::note(&in_folder(&args.dir, &place));
    }
    Ok(Exit::Done)
}

/// How patches with paths from DIR are applied where that is a folder of a repository: `git apply` looks from the top,
/// and says nothing about files that it does not find there.
fn in_folder(dir: &Path, place: &Path) -> String {
    format!(
        "the paths are from {}, which is the folder {place} of a repository: apply with `patch -p1` or quilt there, or \
         with `git apply --directory={place}` in the top of the repository",
        dir.display(),
        place = place.display(),
    )
}

/// The patches of each repository, in order: the number of the patch, and its changes with the repository's paths.
type Series = BTreeMap<PathBuf, Vec<(usize, Vec<FileChange>)>>;

fn series(args: &ExportArgs, planned: &Planned) -> Result<Series, Failure> {
    let root = Root::open(&args.dir)?;
    let mut series = Series::new();
    for step in &planned.plan.steps {
        let repository = repository_of(&root, &step.path).map_err(WriteError::from)?;
        let path = step.path.strip_prefix(&repository).unwrap_or(&step.path).to_owned();
        let change = FileChange { path, ..step.change() };
        let patches = series.entry(repository).or_default();
        match patches.last_mut().filter(|(patch, _)| *patch == step.patch) {
            Some((_, changes)) => changes.push(change),
            None => patches.push((step.patch, vec![change])),
        }
    }
    series.values_mut().flatten().for_each(|(_, changes)| changes.sort_by(|a, b| a.path.cmp(&b.path)));
    Ok(series)
}

/// `series` and the patches of each repository, in a folder of its path.
fn quilted(planned: &Planned, series: &Series, place: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for (repository, patches) in series {
        let mut names = note(repository);
        if repository.as_os_str().is_empty() && !place.as_os_str().is_empty() {
            names = format!("# for the folder {}\n", visible_line(&place.to_string_lossy()));
        }
        for (number, (patch, changes)) in patches.iter().enumerate() {
            let patch = &planned.patchset.patches[*patch];
            let name = format!("{:04}-{}.patch", number + 1, patch.id.value);
            names.push_str(&format!("{name}\n"));
            files.push((repository.join(name), quilt(&planned.patchset, patch, changes)));
        }
        files.push((repository.join("series"), names.into_bytes()));
    }
    files
}

/// Says where a series belongs.
fn note(repository: &Path) -> String {
    match repository.as_os_str().is_empty() {
        true => String::new(),
        false => format!("# for the submodule {}\n", visible_line(&repository.to_string_lossy())),
    }
}

/// One mailbox for each repository, in a folder of its path. Its paths are from the top of the repository, which is where
/// `git am` looks, wherever it is called.
fn mailed(
    args: &ExportArgs,
    planned: &Planned,
    series: &Series,
    place: &Path,
    date: Option<i64>,
) -> Vec<(PathBuf, Vec<u8>)> {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64);
    let date = date.unwrap_or_else(now);
    let set = &planned.patchset;
    let messages = Messages { patchset: set, target: args.target.as_deref().or(set.target.as_deref()) };
    let mailbox = |(repository, patches): (&PathBuf, &Vec<(usize, Vec<FileChange>)>)| {
        let top = if repository.as_os_str().is_empty() { place } else { Path::new("") };
        let mails = patches.iter().map(|(patch, changes)| {
            let patch = &set.patches[*patch];
            let message = messages.patch(patch, &treepatch::commit::digest(set, patch));
            let from_top = |change: &FileChange| FileChange { path: top.join(&change.path), ..change.clone() };
            let changes: Vec<FileChange> = changes.iter().map(from_top).collect();
            mail(set, patch, &message, &note(repository), date, &changes)
        });
        (repository.join("series.mbox"), mails.collect::<Vec<_>>().concat())
    };
    series.iter().map(mailbox).collect()
}
