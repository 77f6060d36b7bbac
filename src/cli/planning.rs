use super::args::{OutputArgs, PlanArgs};
use super::console::{Screen, Screens};
use super::progress::{Progress, Watched};
use super::submodules::{self, Unseen};
use super::{Exit, Failure, patchsets};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use treepatch::checkout::{self, Disk, Overlay, ReadError, Root, Tree, Walk};
use treepatch::patchset::{Body, Complaint, Globs, Patchset, Spanned, Work};
use treepatch::plan::{self, Options, Plan, Reason, Report, Verdict, plan_with_head};
use treepatch::render::json;
use treepatch::render::{Ending, View};
use treepatch::write::git::Heads;
use treepatch::write::{self, Past, Removal, WriteError};

/// What `apply` and `check` have in hand once everything is planned.
pub struct Planned {
    pub patchset: Patchset,
    pub plan: Plan,
    pub screens: Screens,
    /// The patches that could have files in submodules which are not initialised.
    pub unseen: Unseen,
}

impl Planned {
    /// Loads the patchset, where no run was interrupted.
    pub fn load(args: &PlanArgs) -> Result<(Patchset, Screens), Failure> {
        let screens = Screens::choose(args.output.style.color);
        let mut patchset = patchsets::find(&args.patchset, screens.stderr)?;
        patchsets::prepare(&mut patchset, &args.only, args.target.as_deref(), screens.stderr)?;
        if let Some(root) = write::unfinished(&args.dir)? {
            return Err(WriteError::Unfinished(root).into());
        }
        Ok((patchset, screens))
    }

    /// Loads, reads and plans. With `ways_back` it is noted which patches `revert` could not undo.
    pub fn new(args: &PlanArgs, ways_back: bool) -> Result<Planned, Failure> {
        let (patchset, screens) = Planned::load(args)?;
        let progress = Progress::start(args.output.quiet);
        let planning = Planning { args, patchset: &patchset, screens, progress: &progress };
        let reach = reach(&patchset, &args.only);
        let reach: Option<Vec<&Globs>> = reach.as_ref().map(|globs| globs.iter().collect());
        let none = BTreeMap::new();
        let options = Options { ways_back, ..options(args, &patchset) };
        let (mut plan, mut unseen) = planning.plan(reach.as_deref(), &none, &options)?;
        // Only a failure is worth a look at the rest of the tree: where has the code gone?
        if reach.is_some() && plan.reports.iter().any(|r| r.blocks && is_missing(r.verdict)) {
            (plan, unseen) = planning.plan(None, &none, &options)?;
        }
        drop(progress);
        Ok(Planned { patchset, plan, screens, unseen })
    }

    /// The plan that there would be if some files had other bytes, or (`None`) were not there.
    pub fn instead(&self, args: &PlanArgs, files: &BTreeMap<PathBuf, Option<Vec<u8>>>) -> Result<Plan, Failure> {
        let progress = Progress::start(args.output.quiet);
        let planning = Planning { args, patchset: &self.patchset, screens: self.screens, progress: &progress };
        let reach = reach(&self.patchset, &args.only);
        let reach: Option<Vec<&Globs>> = reach.as_ref().map(|globs| globs.iter().collect());
        Ok(planning.plan(reach.as_deref(), files, &options(args, &self.patchset))?.0)
    }

    /// Plans the way back; gives the files to remove, too.
    pub fn back(args: &PlanArgs, assumed: &[String]) -> Result<(Planned, Vec<Removal>), Failure> {
        let (patchset, screens) = Planned::load(args)?;
        patchsets::select(&patchset, "--assume-applied", assumed)?;
        let progress = Progress::start(args.output.quiet);
        let found = progress.phase(&format!("listing {}", args.dir.display()));
        let searched = progress.phase(&format!("reading {}", args.dir.display()));
        let (parsed, turn) = progress.patches(&format!("planning {}", patchset.name), patchset.patches.len());
        let reach = reach(&patchset, &args.only);
        let reach: Option<Vec<&Globs>> = reach.as_ref().map(|globs| globs.iter().collect());
        let disk = list(args, walk(args, reach.as_deref(), &found))?;
        let past = Past::open(&args.dir, &patchset.name, assumed)?;
        let tree = Watched { below: &disk, searched: &searched, parsed: &parsed };
        let options = Options { turn: Some(turn), ..options(args, &patchset) };
        let undoing = plan::revert(&patchset, &tree, &options, &past)
            .map_err(|complaints| refused(complaints, &patchset, screens))?;
        let removals = undoing.removals.into_iter().map(|(path, before)| Removal { path, before }).collect();
        let mut planned = Planned { patchset, plan: undoing.plan, screens, unseen: Unseen::new() };
        planned.patchset.patches.reverse();
        tell_trouble(&mut planned.plan, &planned.patchset, disk.trouble());
        planned.unseen = submodules::tell(&mut planned.plan, &planned.patchset, disk.root(), args);
        Ok((planned, removals))
    }

    /// Makes every patch that is still to do need a person: the gate of a build that patches first.
    pub fn require_applied(&mut self, partial: bool) {
        for report in self.plan.reports.iter_mut().filter(|r| matches!(r.verdict, Verdict::Applies | Verdict::Partly)) {
            report.blocks = true;
            let text = "it is not applied, which --require applied asks for".to_owned();
            report.reasons.push(Reason { text, place: None });
        }
        for (number, _) in self.unseen.iter().filter(|_| !partial) {
            let Some(report) = self.plan.reports.get_mut(*number).filter(|report| !report.blocks) else { continue };
            report.blocks = true;
            let text =
                "whether it is applied there is not known, and --require applied asks for it; --partial goes without";
            report.reasons.push(Reason { text: text.to_owned(), place: None });
        }
    }

    /// The exit code that the verdicts lead to.
    pub fn exit(&self) -> Exit {
        if self.plan.is_refused() { Exit::Person } else { Exit::Done }
    }

    /// How the plan is told to people.
    pub fn view(args: &PlanArgs, screen: Screen, ending: Ending) -> View {
        let OutputArgs { verbose, quiet, .. } = args.output;
        View { verbose, quiet, color: screen.color, width: screen.width, ending }
    }

    /// How the plan is told to programs.
    pub fn json(&self, args: &PlanArgs, doing: Doing<'_>) -> String {
        let Doing { command, dry_run, into, commits, notes, removes } = doing;
        let exit = self.exit();
        let does_something = into.is_some() || removes || self.plan.changed().next().is_some();
        let written = !dry_run && exit == Exit::Done && does_something;
        let target = args.target.as_deref().or(self.patchset.target.as_deref());
        let exit = exit as u8;
        let facts = json::Facts { command, root: &args.dir, target, dry_run, written, into, commits, notes, exit };
        json::text(&json::Run::new(&self.plan, &self.patchset, facts))
    }
}

/// What a command makes of its plan, as a report for programs has it.
#[derive(Debug, Default)]
pub struct Doing<'a> {
    pub command: &'static str,
    pub dry_run: bool,
    pub into: Option<&'a Path>,
    pub commits: Vec<json::Commit>,
    pub notes: Vec<String>,
    /// Whether it removes files, which are not among those that change.
    pub removes: bool,
}

/// What one plan after another is made from.
struct Planning<'a> {
    args: &'a PlanArgs,
    patchset: &'a Patchset,
    screens: Screens,
    progress: &'a Progress,
}

impl Planning<'_> {
    /// Plans on what is on the disk, but for some files.
    fn plan(
        &self,
        globs: Option<&[&Globs]>,
        files: &BTreeMap<PathBuf, Option<Vec<u8>>>,
        options: &Options,
    ) -> Result<(Plan, Unseen), Failure> {
        let Planning { args, patchset, progress, .. } = *self;
        let dir = args.dir.display();
        progress.again();
        let found = progress.phase(&format!("listing {dir}"));
        let searched = progress.phase(&format!("reading {dir}"));
        let (parsed, turn) = progress.patches(&format!("planning {}", patchset.name), patchset.patches.len());
        let disk = list(args, walk(args, globs, &found))?;
        let tree = Watched { below: &disk, searched: &searched, parsed: &parsed };
        let options = Options { turn: Some(turn), ..options.clone() };
        let heads = Heads::new(&args.dir);
        let mut plan = plan_with_head(patchset, &Overlay::new(&tree, files), &options, &|file| heads.read(file))
            .map_err(|complaints| refused(complaints, patchset, self.screens))?;
        tell_trouble(&mut plan, patchset, disk.trouble());
        let unseen = submodules::tell(&mut plan, patchset, disk.root(), args);
        // A plan that was made while another run wrote may be one of the half of its work.
        if let Some(root) = write::unfinished(&args.dir)? {
            return Err(WriteError::Unfinished(root).into());
        }
        tell_refused(&mut plan, disk.root(), files)?;
        Ok((plan, unseen))
    }
}

/// Lists the files, where no run was interrupted that had a folder below for its root.
fn list(args: &PlanArgs, walk: Walk<'_>) -> Result<Disk, Failure> {
    let disk = Disk::walk(&args.dir, walk)?;
    match write::unfinished_below(disk.root(), disk.roots().iter().map(PathBuf::as_path))? {
        Some(root) => Err(WriteError::Unfinished(root).into()),
        None => Ok(disk),
    }
}

/// A tree of no more folders is listed as a whole, so that copies of the code are seen that `files` does not name.
const SMALL: usize = 64;

/// What is listed and read. A file that may be parsed may be read.
fn walk<'a>(args: &PlanArgs, globs: Option<&'a [&'a Globs]>, found: &'a AtomicUsize) -> Walk<'a> {
    let limit = Walk::default().limit.max(args.limits.limits().bytes as u64);
    Walk { globs, small: SMALL, threads: args.threads.count(), limit, found: Some(found) }
}

fn options(args: &PlanArgs, patchset: &Patchset) -> Options {
    Options {
        only: args.only.clone(),
        partial: args.partial,
        target: args.target.clone().or_else(|| patchset.target.clone()),
        strict: args.strict,
        all_done: args.count_done,
        whole_files: false,
        ways_back: false,
        terse: false,
        threads: args.threads.count(),
        limits: args.limits.limits(),
        turn: None,
    }
}

fn refused(complaints: Vec<Complaint>, patchset: &Patchset, screens: Screens) -> Failure {
    patchsets::refused(complaints, &patchset.parts, &patchset.text, screens.stderr)
}

fn is_missing(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Drifted | Verdict::Absent)
}

/// A folder that could not be listed makes every patch unreadable that could have had files in it.
fn tell_trouble(plan: &mut Plan, patchset: &Patchset, trouble: &[ReadError]) {
    for (report, patch) in plan.reports.iter_mut().zip(&patchset.patches) {
        if report.verdict == Verdict::Skipped {
            continue;
        }
        let globs: Vec<_> =
            patch.bodies.iter().flat_map(globs_of).filter_map(|g| checkout::Globs::new(g).ok()).collect();
        for error in trouble.iter().filter(|e| globs.iter().any(|g| g.enters(&e.path))) {
            report.verdict = Verdict::Unreadable;
            report.blocks = true;
            report.reasons.push(Reason { text: format!("the folder cannot be listed: {error}"), place: None });
        }
    }
}

/// What the gate would not let through when it is written makes a patch unreadable that asks for it, as where there is
/// a symlink above a new file. Fails where a file has changed since it was read, but for those that had other bytes.
fn tell_refused(plan: &mut Plan, root: &Root, files: &BTreeMap<PathBuf, Option<Vec<u8>>>) -> Result<(), WriteError> {
    let mut refused = Vec::new();
    for change in plan.each_change() {
        match write::look(root, &change) {
            Err(error @ (WriteError::Gate(_) | WriteError::Case { .. })) => refused.push((change.path, error)),
            Err(error @ WriteError::Changed(_)) if !files.contains_key(&change.path) => return Err(error),
            _ => {}
        }
    }
    for (path, error) in refused {
        let to_do = |r: &&mut Report| r.sites.iter().any(|s| !s.done && s.place.path == path);
        for report in plan.reports.iter_mut().filter(to_do) {
            report.verdict = match error {
                WriteError::Case { .. } => Verdict::Ambiguous,
                _ => Verdict::Unreadable,
            };
            report.blocks = true;
            report.reasons.push(Reason { text: error.to_string(), place: None });
        }
    }
    Ok(())
}

fn globs_of(body: &Body) -> Vec<&Globs> {
    match &body.work {
        Work::Edit(hunks) => hunks.iter().map(|h| &h.files).collect(),
        Work::Operation(operation) => vec![&operation.files],
        Work::Create(_) => Vec::new(),
    }
}

/// The globs that say where to look; `None` where that is everywhere, as for operations, which follow the code.
fn reach(patchset: &Patchset, only: &[String]) -> Option<Vec<Globs>> {
    let mut globs = Vec::new();
    let beside = patchsets::amending(patchset, only);
    let is_asked = |id: &String| only.is_empty() || only.contains(id) || beside.contains(id);
    for patch in patchset.patches.iter().filter(|p| is_asked(&p.id.value)) {
        globs.extend(patch.obsolete.iter().filter_map(|o| o.files.clone()));
        for body in &patch.bodies {
            match &body.work {
                Work::Edit(_) => globs.extend(globs_of(body).into_iter().cloned()),
                Work::Operation(_) => return None,
                Work::Create(create) => {
                    globs.push(Globs { globs: vec![Spanned { value: create.path.value.clone(), span: 0..0 }] });
                }
            }
        }
    }
    Some(globs)
}
