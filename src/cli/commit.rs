use super::args::{ApplyArgs, CommitStyle};
use super::planning::Planned;
use super::{Failure, console};
use std::env;
use std::path::Path;
use treepatch::commit::{Commit, Commits, Committed, Made, ReadyCommits, Stage};
use treepatch::planner;
use treepatch::render::{Encoded, count, json, visible_line};
use treepatch::report::Plan;
use treepatch::write::WriteError;

/// A run that commits, looked at: nothing is in its way, and nothing is changed yet.
pub struct Committing {
    stage: Stage,
    /// The plan on what is committed. It differs from the one on the disk if files have changes of somebody else.
    plan: Plan,
    date: Option<i64>,
}

impl Committing {
    /// Looks at the repositories.
    pub fn look(args: &ApplyArgs, planned: &Planned) -> Result<Committing, Failure> {
        let date = date()?;
        if let Some((_, unseen)) = planned.unseen.first().filter(|_| !args.plan.partial) {
            planner::refuse(unseen)?;
        }
        let stage = Stage::look(&args.plan.dir, &planned.plan)?;
        let plan = match stage.apart() {
            apart if apart.is_empty() => planned.plan.clone(),
            apart => planned.instead(&args.plan, apart)?,
        };
        stage.judge(&planned.plan, &plan, args.allow_dirty).map_err(WriteError::from)?;
        Ok(Committing { stage, plan, date })
    }

    /// Writes the commits, where nothing refers to them yet.
    pub fn prepare(self, args: &ApplyArgs, planned: &Planned) -> Result<ReadyCommits, WriteError> {
        let options = Commits {
            patchset: &planned.patchset,
            target: args.plan.target.as_deref().or(planned.patchset.target.as_deref()),
            squash: args.commit == Some(CommitStyle::Squash),
            branch: args.branch.as_deref(),
            date: self.date,
        };
        self.stage.prepare(&options, &self.plan.steps)
    }
}

/// The commits for programs.
pub fn data(made: &[Made]) -> Vec<json::Commit> {
    let one = |made: &Made, commit: &Commit| json::Commit {
        repository: Encoded::of_path(name(made)),
        id: commit.id.clone(),
        subject: commit.subject.clone(),
        patches: commit.patches.clone(),
        branch: made.branch.clone(),
    };
    made.iter().flat_map(|made| made.commits.iter().map(move |commit| one(made, commit))).collect()
}

/// Tells what was committed, below the table.
pub fn tell(committed: &Committed, quiet: bool) {
    for made in committed.repositories.iter().filter(|_| !quiet) {
        let branch = made.branch.as_ref().map_or("on a detached head".to_owned(), |branch| format!("on {branch}"));
        let name = name(made).display();
        let said = format!("{name}: {} {branch}, {}", count(made.commits.len(), "commit"), span(made));
        console::line(&visible_line(&said));
    }
    committed.notes.iter().for_each(|note| console::note(note));
}

fn name(made: &Made) -> &Path {
    if made.path.as_os_str().is_empty() { Path::new(".") } else { &made.path }
}

fn span(made: &Made) -> String {
    let short = |id: &str| id.chars().take(12).collect::<String>();
    let last = made.commits.last().map_or("", |c| c.id.as_str());
    format!("{}..{}", short(&made.before), short(last))
}

/// The date that `SOURCE_DATE_EPOCH` gives to everything that is made.
pub fn date() -> Result<Option<i64>, Failure> {
    match env::var("SOURCE_DATE_EPOCH") {
        Err(env::VarError::NotPresent) => Ok(None),
        Ok(text) if text.is_empty() => Ok(None),
        // Git's library cuts off what is more than a day in 2106.
        Ok(text) => match text.parse::<u32>() {
            Ok(seconds) => Ok(Some(seconds.into())),
            _ => Err(Failure::Usage(format!(
                "SOURCE_DATE_EPOCH={text}: is no number of seconds since 1970, up to the year 2106"
            ))),
        },
        Err(env::VarError::NotUnicode(_)) => Err(Failure::Usage("SOURCE_DATE_EPOCH: is no number".to_owned())),
    }
}
