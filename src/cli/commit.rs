use super::args::{ApplyArgs, CommitStyle};
use super::planning::Planned;
use super::{Failure, console};
use std::env;
use treepatch::plan::Plan;
use treepatch::render::count;
use treepatch::write::WriteError;
use treepatch::write::git::{Commits, Committed, Made, Stage};

/// A run that commits, looked at: nothing stands in its way, and nothing is changed yet.
pub struct Committing {
    stage: Stage,
    /// The plan on what is committed. It differs from the one on the disk if files have changes of somebody else.
    plan: Plan,
    date: Option<i64>,
}

impl Committing {
    /// Looks at the repositories.
    pub fn new(args: &ApplyArgs, planned: &Planned) -> Result<Committing, Failure> {
        let date = date()?;
        let stage = Stage::look(&args.plan.dir, &planned.plan)?;
        let plan = match stage.dirty() {
            dirty if dirty.is_empty() => planned.plan.clone(),
            dirty => planned.instead(&args.plan, dirty)?,
        };
        stage.judge(&planned.plan, &plan, args.allow_dirty).map_err(WriteError::from)?;
        Ok(Committing { stage, plan, date })
    }

    /// Commits and writes.
    pub fn write(self, args: &ApplyArgs, planned: &Planned) -> Result<Committed, WriteError> {
        let options = Commits {
            patchset: &planned.patchset,
            target: args.plan.target.as_deref().or(planned.patchset.target.as_deref()),
            squash: args.commit == Some(CommitStyle::Squash),
            branch: args.branch.as_deref(),
            date: self.date,
        };
        self.stage.commit(&options, &self.plan.steps, &planned.plan.changes())
    }
}

/// Tells what was committed, below the table.
pub fn tell(committed: &Committed, quiet: bool) {
    for made in committed.repositories.iter().filter(|_| !quiet) {
        let branch = made.branch.as_ref().map_or("on a detached head".to_owned(), |branch| format!("on {branch}"));
        let name = if made.path.as_os_str().is_empty() { ".".into() } else { made.path.display().to_string() };
        console::stderr(&format!("{name}: {} {branch}, {}\n", count(made.commits.len(), "commit"), span(made)));
    }
    for note in &committed.notes {
        console::note(note);
    }
}

fn span(made: &Made) -> String {
    let short = |id: &str| id.chars().take(12).collect::<String>();
    let last = made.commits.last().map_or("", |c| c.0.as_str());
    format!("{}..{}", short(&made.before), short(last))
}

/// The date that `SOURCE_DATE_EPOCH` gives to everything that is made.
pub fn date() -> Result<Option<i64>, Failure> {
    match env::var("SOURCE_DATE_EPOCH") {
        Err(env::VarError::NotPresent) => Ok(None),
        Ok(text) if text.is_empty() => Ok(None),
        Ok(text) => match text.parse::<i64>() {
            Ok(seconds) if seconds >= 0 => Ok(Some(seconds)),
            _ => Err(Failure::Usage(format!("SOURCE_DATE_EPOCH={text}: is no number of seconds since 1970"))),
        },
        Err(env::VarError::NotUnicode(_)) => Err(Failure::Usage("SOURCE_DATE_EPOCH: is no number".to_owned())),
    }
}
