use super::args::{OutputArgs, PlanArgs};
use super::console::Colors;
use super::progress::Progress;
use super::{Exit, Failure, patchsets};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
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
    pub colors: Colors,
}

impl Planned {
    /// Loads the patchset, where no run was interrupted.
    pub fn load(args: &PlanArgs) -> Result<(Patchset, Colors), Failure> {
        let colors = Colors::choose(args.output.style.color);
        let mut patchset = patchsets::find(&args.patchset, colors.stderr)?;
        patchsets::prepare(&mut patchset, &args.only, args.target.as_deref(), colors.stderr)?;
        if let Some(root) = write::unfinished(&args.dir)? {
            return Err(WriteError::Unfinished(root).into());
        }
        Ok((patchset, colors))
    }

    /// Loads, reads and plans. With `ways_back` it is noted which patches `revert` could not undo.
    pub fn new(args: &PlanArgs, ways_back: bool) -> Result<Planned, Failure> {
        let (patchset, colors) = Planned::load(args)?;
        let _progress = Progress::start(format!("looking at {}", args.dir.display()), args.output.quiet);
        let reach = reach(&patchset, &args.only);
        let reach: Option<Vec<&Globs>> = reach.as_ref().map(|globs| globs.iter().collect());
        let none = BTreeMap::new();
        let options = Options { ways_back, ..options(args, &patchset) };
        let mut plan = make(args, &patchset, colors, reach.as_deref(), &none, &options)?;
        // Only a failure is worth a look at the rest of the tree: where has the code gone?
        if reach.is_some() && plan.reports.iter().any(|r| r.blocks && is_missing(r.verdict)) {
            plan = make(args, &patchset, colors, None, &none, &options)?;
        }
        Ok(Planned { patchset, plan, colors })
    }

    /// The plan that there would be if some files had other bytes, or (`None`) were not there.
    pub fn instead(&self, args: &PlanArgs, files: &BTreeMap<PathBuf, Option<Vec<u8>>>) -> Result<Plan, Failure> {
        let reach = reach(&self.patchset, &args.only);
        let reach: Option<Vec<&Globs>> = reach.as_ref().map(|globs| globs.iter().collect());
        make(args, &self.patchset, self.colors, reach.as_deref(), files, &options(args, &self.patchset))
    }

    /// Plans the way back; gives the files to remove, too.
    pub fn back(args: &PlanArgs, assumed: &[String]) -> Result<(Planned, Vec<Removal>), Failure> {
        let (patchset, colors) = Planned::load(args)?;
        patchsets::select(&patchset, "--assume-applied", assumed)?;
        let _progress = Progress::start(format!("looking at {}", args.dir.display()), args.output.quiet);
        let reach = reach(&patchset, &args.only);
        let reach: Option<Vec<&Globs>> = reach.as_ref().map(|globs| globs.iter().collect());
        let walk = walk(args, reach.as_deref());
        let disk = list(args, walk)?;
        let past = Past::open(&args.dir, &patchset.name, assumed)?;
        let undoing = plan::revert(&patchset, &disk, &options(args, &patchset), &past)
            .map_err(|complaints| refused(complaints, &patchset, colors))?;
        let removals = undoing.removals.into_iter().map(|(path, before)| Removal { path, before }).collect();
        let mut planned = Planned { patchset, plan: undoing.plan, colors };
        planned.patchset.patches.reverse();
        tell_trouble(&mut planned.plan, &planned.patchset, disk.trouble());
        Ok((planned, removals))
    }

    /// Makes every patch that is still to do need a person: the gate of a build that patches first.
    pub fn require_applied(&mut self) {
        for report in self.plan.reports.iter_mut().filter(|r| matches!(r.verdict, Verdict::Applies | Verdict::Partly)) {
            report.blocks = true;
            let text = "it is not applied, which --require applied asks for".to_owned();
            report.reasons.push(Reason { text, place: None });
        }
    }

    /// The exit code that the verdicts lead to.
    pub fn exit(&self) -> Exit {
        if self.plan.is_refused() { Exit::Person } else { Exit::Done }
    }

    /// How the plan is told to people.
    pub fn view(args: &PlanArgs, color: bool, ending: Ending) -> View {
        let OutputArgs { verbose, quiet, .. } = args.output;
        View { verbose, quiet, color, ending }
    }

    /// How the plan is told to programs.
    pub fn json(&self, args: &PlanArgs, doing: Doing<'_>) -> String {
        let Doing { command, dry_run, into, commits, notes } = doing;
        let exit = self.exit();
        let written = !dry_run && exit == Exit::Done && (into.is_some() || self.plan.changed().next().is_some());
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
}

/// Plans on what is on the disk, but for some files.
fn make(
    args: &PlanArgs,
    patchset: &Patchset,
    colors: Colors,
    globs: Option<&[&Globs]>,
    files: &BTreeMap<PathBuf, Option<Vec<u8>>>,
    options: &Options,
) -> Result<Plan, Failure> {
    let disk = list(args, walk(args, globs))?;
    let heads = Heads::new(&args.dir);
    let mut plan = plan_with_head(patchset, &Overlay::new(&disk, files), options, &|file| heads.read(file))
        .map_err(|complaints| refused(complaints, patchset, colors))?;
    tell_trouble(&mut plan, patchset, disk.trouble());
    // A plan that was made while another run wrote may be one of the half of its work.
    if let Some(root) = write::unfinished(&args.dir)? {
        return Err(WriteError::Unfinished(root).into());
    }
    tell_refused(&mut plan, disk.root(), files)?;
    Ok(plan)
}

/// Lists the files, where no run was interrupted that had a folder below for its root.
fn list(args: &PlanArgs, walk: Walk<'_>) -> Result<Disk, Failure> {
    let disk = Disk::walk(&args.dir, walk)?;
    match write::unfinished_below(disk.root(), disk.roots().iter().map(PathBuf::as_path))? {
        Some(root) => Err(WriteError::Unfinished(root).into()),
        None => Ok(disk),
    }
}

/// What is listed and read. A file that may be parsed may be read.
fn walk<'a>(args: &PlanArgs, globs: Option<&'a [&'a Globs]>) -> Walk<'a> {
    let usual = Walk::default();
    Walk { globs, threads: args.threads.count(), limit: usual.limit.max(args.limits.limits().bytes as u64) }
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
        threads: args.threads.count(),
        limits: args.limits.limits(),
    }
}

fn refused(complaints: Vec<Complaint>, patchset: &Patchset, colors: Colors) -> Failure {
    patchsets::refused(complaints, &patchset.origin, &patchset.text, colors.stderr)
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
