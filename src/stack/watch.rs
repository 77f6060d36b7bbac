//! Earlier patches that a later one may disturb.

use super::take_out::Amending;
use super::trial::Carried;
use crate::plan::{Run, SecondRun, Watch, is_in};
use crate::report::{Fact, Facts, Plan, Reason, Verdict};
use crate::search::Workspace;
use std::collections::BTreeSet;

/// The patches of a run that a second run did not find as it should: now it is looked for the later one that is to blame.
pub(crate) struct Watched<'a> {
    pub patches: &'a BTreeSet<usize>,
    pub amending: Option<&'a Amending>,
}

impl Watch for Watched<'_> {
    fn disturbed(&self, run: &Run<'_>, workspace: &Workspace<'_>, plan: &Plan) -> Option<Reason> {
        let number = plan.reports.len();
        let mut verdicts: Vec<Verdict> = plan.reports.iter().map(|report| report.verdict).collect();
        verdicts.push(Facts::from(Fact::Pending).verdict());
        let trial = Carried { run, amending: self.amending, plan, verdicts, workspace }.trial(Some(self.patches));
        let (&earlier, again) = trial.found.iter().find(|(earlier, _)| **earlier < number)?;
        let id = &run.patchset.patches[earlier].id.value;
        let is_amended = run.amends(number, earlier);
        if let Some(why) = trial.stuck.get(&number).filter(|_| is_amended) {
            return Some(one_way(id, why));
        }
        let remedy = match is_amended {
            true => "make one patch of the two".to_owned(),
            false => format!("show what that one writes, say `amends = [\"{id}\"]`, or make one patch of the two"),
        };
        let was_in = is_in(plan.reports[earlier].verdict);
        let (text, place) = match again.clone() {
            SecondRun::ToDo(place) if !was_in => {
                let way_out =
                    format!("put this patch above `{id}`, write what `{id}` makes of it, or say `amends = [\"{id}\"]`");
                (
                    format!(
                        "it brings a place for `{id}`, which finds none without it, so that a second run would change it; {way_out}"
                    ),
                    Some(place),
                )
            }
            SecondRun::ToDo(place) => (format!("with it, `{id}` would be to do again; {remedy}"), Some(place)),
            SecondRun::Refused(why, place) if !was_in => {
                (format!("with it, a second run would refuse `{id}` ({why}); {remedy}"), place)
            }
            SecondRun::Refused(why, place) => {
                (format!("with it, `{id}` would no longer be known as done ({why}); {remedy}"), place)
            }
        };
        Some(Reason { text, place })
    }
}

/// Why a patch cannot amend another: it does not go out again.
fn one_way(id: &str, why: &str) -> Reason {
    let text = format!(
        "it amends `{id}`, but cannot be taken out again ({why}), so that a second run could not tell whether `{id}` is in; \
         start from a clean HEAD, or make one patch of the two"
    );
    Reason { text, place: None }
}
