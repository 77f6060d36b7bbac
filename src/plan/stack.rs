//! What patches of a stack do to one another: a second run must find every one of them as it should.

use super::again::{Again, is_in};
use super::changed::Changed;
use super::near::place_in;
use super::patch::Stack;
use super::report::{Plan, Reason, Verdict};
use super::trial::{Carried, Trial};
use super::workspace::{By, Workspace};
use crate::source::{Lines, Version};

/// A later patch may show what an earlier one wrote, but change it only where it says that it amends it.
pub(super) fn stack_conflict(
    stack: &Stack<'_>,
    number: usize,
    changes: &[Changed],
    workspace: &Workspace<'_>,
) -> Option<Reason> {
    if stack.own.is_some() {
        // What is taken out goes in the other order.
        return None;
    }
    let may_change = |earlier: usize| stack.amending.is_some_and(|amending| amending.amends.holds(number, earlier));
    for changed in changes {
        let wrote = |(bytes, by): &(_, By)| match by {
            By::Wrote(earlier) if !may_change(*earlier) => Some((Clone::clone(bytes), *earlier)),
            _ => None,
        };
        let written = super::spans::Spans::new(workspace.written(&changed.path).iter().filter_map(wrote).collect());
        for edit in changed.batches.first().into_iter().flatten().filter(|e| !e.bytes.is_empty()) {
            if let Some(by) = written.meeting(&edit.bytes).next() {
                let earlier = &stack.patchset.patches[*by].id.value;
                let text = format!(
                    "it would change what `{earlier}` writes; say `amends = [\"{earlier}\"]`, or make one patch of the two"
                );
                let before = changed.before.as_ref().map(Version::bytes).unwrap_or_default();
                let place = place_in(&changed.path, &Lines::new(&before), &before, edit.bytes.start);
                return Some(Reason { text, place: Some(place) });
            }
        }
    }
    None
}

/// The patches that a second run would not find as it should, now that all others are carried out: a later one came
/// between what they show, or brought a site of theirs.
pub(super) fn unsettled(stack: &Stack<'_>, workspace: &Workspace<'_>, plan: &Plan) -> Trial {
    let verdicts = plan.reports.iter().map(|report| report.verdict).collect();
    Carried { stack, plan, verdicts, workspace }.trial(None)
}

/// Why the patch that has just been carried out cannot be: with it a second run would no longer find one of the watched
/// ones as it should.
pub(super) fn unsettles(stack: &Stack<'_>, workspace: &Workspace<'_>, plan: &Plan) -> Option<Reason> {
    if stack.watched.is_empty() {
        return None;
    }
    let number = plan.reports.len();
    let mut verdicts: Vec<Verdict> = plan.reports.iter().map(|report| report.verdict).collect();
    verdicts.push(Verdict::Applies);
    let trial = Carried { stack, plan, verdicts, workspace }.trial(Some(stack.watched));
    let (&earlier, again) = trial.found.iter().find(|(earlier, _)| **earlier < number)?;
    let id = &stack.patchset.patches[earlier].id.value;
    let is_amended = stack.amending.is_some_and(|amending| amending.amends.holds(number, earlier));
    if let Some(why) = trial.stuck.get(&number).filter(|_| is_amended) {
        return Some(one_way(id, why));
    }
    let remedy = match is_amended {
        true => "make one patch of the two".to_owned(),
        false => format!("show what that one writes, say `amends = [\"{id}\"]`, or make one patch of the two"),
    };
    let was_in = is_in(plan.reports[earlier].verdict);
    let (text, place) = match again.clone() {
        Again::ToDo(place) if !was_in => {
            let way_out =
                format!("put this patch above `{id}`, write what `{id}` makes of it, or say `amends = [\"{id}\"]`");
            (
                format!(
                    "it brings a place for `{id}`, which finds none without it, so that a second run would change it; {way_out}"
                ),
                Some(place),
            )
        }
        Again::ToDo(place) => (format!("with it, `{id}` would be to do again; {remedy}"), Some(place)),
        Again::Refused(why, place) if !was_in => {
            (format!("with it, a second run would refuse `{id}` ({why}); {remedy}"), place)
        }
        Again::Refused(why, place) => {
            (format!("with it, `{id}` would no longer be known as done ({why}); {remedy}"), place)
        }
    };
    Some(Reason { text, place })
}

/// Why a patch cannot amend another: it does not go out again.
fn one_way(id: &str, why: &str) -> Reason {
    let text = format!(
        "it amends `{id}`, but cannot be taken out again ({why}), so that a second run could not tell whether `{id}` is in; \
         start from a clean HEAD, or make one patch of the two"
    );
    Reason { text, place: None }
}
