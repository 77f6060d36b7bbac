//! A plan, and the screens that it is shown on.

use super::args::{OutputArgs, PlanArgs};
use super::console::{Screen, Screens};
use super::progress::Progress;
use super::{Exit, Failure, patchsets};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use treepatch::patchset::Patchset;
use treepatch::plan::Options;
use treepatch::planner::{self, Counters, PlanError, Planner, Unseen, Watcher};
use treepatch::render::{Ending, View, json};
use treepatch::report::Plan;
use treepatch::write::Removal;

/// What `apply` and `check` have once everything is planned.
pub struct Planned {
    pub patchset: Patchset,
    pub plan: Plan,
    pub screens: Screens,
    /// The patches that could have files in submodules which are not initialised.
    pub unseen: Unseen,
}

impl Planned {
    /// Loads, reads and plans. With `check_reversible` it is noted which patches `revert` could not undo.
    pub fn new(args: &PlanArgs, check_reversible: bool) -> Result<Planned, Failure> {
        Planned::with(args, |planner| Ok((planner.plan(check_reversible)?, ()))).map(|(planned, ())| planned)
    }

    /// Loads, reads and plans, for a build that patches first: what is still to do needs a person.
    pub fn required(args: &PlanArgs) -> Result<Planned, Failure> {
        let plan = |planner: Planner<'_>| {
            let mut planned = planner.plan(false)?;
            planned.require_applied(args.partial);
            Ok((planned, ()))
        };
        Planned::with(args, plan).map(|(planned, ())| planned)
    }

    /// Plans the way back; gives the files to remove, too.
    pub fn back(args: &PlanArgs, assumed: &[String]) -> Result<(Planned, Vec<Removal>), Failure> {
        Planned::with(args, |planner| planner.plan_revert(assumed))
    }

    /// The plan that there would be if some files had other bytes, or (`None`) were not there.
    pub fn instead(&self, args: &PlanArgs, files: &BTreeMap<PathBuf, Option<Vec<u8>>>) -> Result<Plan, Failure> {
        let progress = Passes::start(args, &self.patchset);
        let planner = Planner::new(self.patchset.clone(), &args.dir, options(args));
        let plan = planner.and_then(|planner| planner.watched_by(&progress).plan_instead(files));
        plan.map_err(|error| failure(error, &self.patchset, self.screens))
    }

    fn with<T>(
        args: &PlanArgs,
        plan: impl FnOnce(Planner<'_>) -> Result<(planner::Planned, T), PlanError>,
    ) -> Result<(Planned, T), Failure> {
        let screens = Screens::choose(args.output.style.color);
        let patchset = patchsets::find(&args.patchset, screens.stderr)?;
        let progress = Passes::start(args, &patchset);
        let planner = Planner::new(patchset.clone(), &args.dir, options(args));
        let planned = planner.and_then(|planner| plan(planner.watched_by(&progress)));
        drop(progress);
        let (planner::Planned { patchset, plan, unseen }, more) =
            planned.map_err(|error| failure(error, &patchset, screens))?;
        Ok((Planned { patchset, plan, screens, unseen }, more))
    }

    /// The exit code that the verdicts lead to.
    pub fn exit(&self) -> Exit {
        if self.plan.is_refused() { Exit::Person } else { Exit::Done }
    }

    /// How people see the plan.
    pub fn view(args: &PlanArgs, screen: Screen, ending: Ending) -> View {
        let OutputArgs { verbose, quiet, .. } = args.output;
        View { verbose, quiet, color: screen.color, width: screen.width, ending }
    }

    /// How programs see the plan.
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

/// The line that says how far each pass is.
struct Passes {
    progress: Progress,
    dir: String,
    patchset: String,
    patches: usize,
}

impl Passes {
    fn start(args: &PlanArgs, patchset: &Patchset) -> Passes {
        let progress = Progress::start(args.output.quiet);
        let (dir, patches) = (args.dir.display().to_string(), patchset.patches.len());
        Passes { progress, dir, patchset: patchset.name.clone(), patches }
    }
}

impl Watcher for Passes {
    fn begin(&self) -> Counters {
        let Passes { progress, dir, patchset, patches } = self;
        progress.again();
        let listed = progress.phase(&format!("listing {dir}"));
        let searched = progress.phase(&format!("reading {dir}"));
        let (parsed, patch) = progress.patches(&format!("planning {patchset}"), *patches);
        Counters { listed, searched, parsed, patch }
    }
}

/// The patchset with its tables filled in, where no run was interrupted.
pub fn prepared(args: &PlanArgs) -> Result<Patchset, Failure> {
    let screens = Screens::choose(args.output.style.color);
    let patchset = patchsets::find(&args.patchset, screens.stderr)?;
    let planner = Planner::new(patchset.clone(), &args.dir, options(args));
    planner.map(|planner| planner.patchset().clone()).map_err(|error| failure(error, &patchset, screens))
}

/// What the plan is asked to do.
fn options(args: &PlanArgs) -> Options {
    Options {
        only: args.only.clone(),
        partial: args.partial,
        target: args.target.clone(),
        strict: args.strict,
        all_done: args.count_done,
        whole_files: false,
        check_reversible: false,
        terse: false,
        threads: args.threads.count(),
        limits: args.limits.limits(),
        turn: None,
    }
}

/// Why there is no plan, as a message.
fn failure(error: PlanError, patchset: &Patchset, screens: Screens) -> Failure {
    match error {
        PlanError::Unknown(unknown) => Failure::Usage(unknown.to_string()),
        PlanError::Patchset(diagnostics) => {
            patchsets::refused(diagnostics, &patchset.parts, &patchset.text, screens.stderr)
        }
        PlanError::Root(error) => error.into(),
        PlanError::Busy(error) => error.into(),
    }
}
