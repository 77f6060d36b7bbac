//! What treepatch makes of a stack, and whether that is right.

use crate::stacks::generate::{Files, Made, Stack};
use std::path::Path;
use treepatch::patchset::{Patchset, load, substitute};
use treepatch::plan::Options;
use treepatch::render::unified_file;
use treepatch::report::{Plan, Verdict};
use treepatch::revert::{Evidence, Undoing};
use treepatch::vfs::MemoryTree;
use treepatch::{planner, revert};

/// A stack with what came of it.
pub struct Judged {
    pub number: usize,
    pub shown: String,
    pub is_edited: bool,
    /// What came of it, to be counted.
    pub outcomes: Vec<String>,
    pub failures: Vec<Failure>,
}

/// Something that does not hold.
pub struct Failure {
    pub property: &'static str,
    pub what: String,
}

/// What is known of the files: what they were before anything was put in.
struct Before<'a>(&'a Files);

impl Evidence for Before<'_> {
    fn before(&self, _: &str, path: &Path, _: bool) -> Vec<Option<Vec<u8>>> {
        vec![self.0.get(path).cloned()]
    }

    fn before_commits(&self, _: &str, _: &Path) -> Vec<Option<Vec<u8>>> {
        Vec::new()
    }

    fn earlier(&self, path: &Path) -> Option<Vec<u8>> {
        self.0.get(path).cloned()
    }

    fn lost(&self, _: &str, path: &Path) -> String {
        format!("{} is lost", path.display())
    }

    fn is_assumed(&self, _: &str) -> bool {
        false
    }
}

fn patchset(patches: &[Made]) -> Patchset {
    let text = patches.iter().map(|p| p.text.as_str()).collect::<String>();
    let mut set = load("made.toml", &format!("format = 1\n[patchset]\nname = \"made\"\n{text}")).unwrap();
    substitute(&mut set, None).unwrap();
    set
}

fn options() -> Options {
    Options { threads: 1, ..Options::default() }
}

fn run(patches: &[Made], files: &Files) -> Option<Plan> {
    planner::plan(&patchset(patches), &MemoryTree::new(files.clone()), &options()).ok()
}

fn after(files: &Files, plan: &Plan) -> Files {
    let mut files = files.clone();
    files.extend(plan.changes().into_iter().map(|c| (c.path, c.after)));
    files
}

/// Why a plan is refused, in words that can be counted.
fn why(plan: &Plan) -> String {
    let Some(report) = plan.reports.iter().find(|r| r.blocks) else { return "it is not".to_owned() };
    let text = report.reasons.first().map_or("", |reason| reason.text.as_str());
    let plain: String = text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).take(70).collect();
    format!("{}: {plain}", report.verdict.as_str())
}

/// Makes a stack and judges it.
pub fn judge(seed: usize, number: usize) -> Judged {
    let mut stack = Stack::new(seed, number);
    let files = stack.files();
    let wanted = 1 + stack.random.below(6);
    let mut judged =
        Judged { number, shown: String::new(), is_edited: false, outcomes: Vec::new(), failures: Vec::new() };
    let mut patches: Vec<Made> = Vec::new();
    // The files after each patch, one after the other.
    let mut states = vec![files.clone()];
    for n in 0..wanted {
        let made = stack.patch(n, states.last().unwrap());
        let more = [&patches[..], &[made]].concat();
        let Some(plan) = run(&more, states.last().unwrap()) else {
            judged.outcomes.push("one by one: does not load".to_owned());
            break;
        };
        if plan.is_refused() {
            judged.outcomes.push(format!("one by one: {}", why(&plan)));
            check_refused(&more, &files, states.last().unwrap(), &mut judged);
            break;
        }
        states.push(after(states.last().unwrap(), &plan));
        patches = more;
    }
    let texts = patches.iter().map(|p| p.text.as_str()).collect::<String>();
    let shown = |files: &Files| {
        files.iter().map(|(p, b)| format!("-- {}\n{}", p.display(), String::from_utf8_lossy(b))).collect::<String>()
    };
    judged.shown += &format!("{texts}{}", shown(&files));
    judged.is_edited = *states.last().unwrap() != files;
    if !patches.is_empty() {
        let random = stack.random.below(1 << 16);
        let case = Case { patches: &patches, files: &files, states: &states, random };
        case.all_at_once(&mut judged);
        case.again(&mut judged);
        case.back(&mut judged);
        case.beside_upstream(&mut judged);
    }
    judged
}

/// A patch that is refused on what the others leave must not go in all at once either in another way.
fn check_refused(patches: &[Made], files: &Files, state: &Files, judged: &mut Judged) {
    let Some(plan) = run(patches, files) else { return };
    if plan.is_refused() {
        return;
    }
    // What a later run could not tell a first one may: but then a second run must be as good.
    let all = after(files, &plan);
    let again = run(patches, &all).unwrap();
    if again.is_refused() || after(&all, &again) != all {
        let texts = patches.iter().map(|p| p.text.as_str()).collect::<String>();
        let what = format!("goes in at once, and then {}:\n{texts}{state:?}", why(&again));
        judged.failures.push(Failure { property: "again", what });
    }
    judged.outcomes.push("goes in all at once, and not one by one".to_owned());
}

/// A stack that goes in one by one.
struct Case<'a> {
    patches: &'a [Made],
    files: &'a Files,
    states: &'a [Files],
    random: usize,
}

impl Case<'_> {
    fn last(&self) -> &Files {
        self.states.last().unwrap()
    }

    /// From each state between, and from the beginning, the whole stack leads to the same end.
    fn all_at_once(&self, judged: &mut Judged) {
        let between = self.random % self.states.len();
        for (done, state) in self.states.iter().enumerate().filter(|(done, _)| *done == 0 || *done == between) {
            let plan = run(self.patches, state).unwrap();
            let mut fail = |what: String| judged.failures.push(Failure { property: "at-once", what });
            if plan.is_refused() {
                // Only a run that writes both knows which of them wrote what; and without `HEAD` nobody can know whether a
                // patch is in that leaves no trace.
                let unknown = ["it would change what", "a second run could not tell whether it is in"];
                match why(&plan) {
                    why if unknown.iter().any(|text| why.contains(text)) => {
                        judged.outcomes.push(format!("all at once: {why}"));
                    }
                    why => fail(format!("with {done} in: {why}")),
                }
                continue;
            }
            let all = after(state, &plan);
            if all != *self.last() {
                fail(format!("with {done} in it is another: {}", difference(self.last(), &all)));
            }
            if let Some(what) = broken_chain(&plan, state) {
                judged.failures.push(Failure { property: "series", what });
            }
            if done == 0 {
                self.count(&plan, judged);
                if let Some(what) = broken_diff(&plan, state) {
                    judged.failures.push(Failure { property: "diff", what });
                }
            }
        }
    }

    fn count(&self, plan: &Plan, judged: &mut Judged) {
        let amends = self.patches.iter().filter(|p| p.text.contains("amends")).count();
        let is_amended = plan.reports.iter().zip(self.patches).any(|(r, p)| r.todo() > 0 && p.text.contains("amends"));
        let word = if is_amended {
            "amending"
        } else if amends > 0 {
            "amending idly"
        } else {
            "plain"
        };
        let edit = if judged.is_edited { "edits" } else { "is idle" };
        judged.outcomes.push(format!("all at once: {edit}, {word}"));
    }

    /// A second run writes nothing.
    fn again(&self, judged: &mut Judged) {
        let plan = run(self.patches, self.last()).unwrap();
        let good = |verdict| matches!(verdict, Verdict::Applied | Verdict::Nothing);
        let bad = plan.reports.iter().find(|r| r.blocks || !good(r.verdict));
        if let Some(report) = bad {
            let what = format!("{} is {} ({})", report.id, report.verdict.as_str(), why(&plan));
            judged.failures.push(Failure { property: "again", what });
        } else if after(self.last(), &plan) != *self.last() {
            let what = difference(self.last(), &after(self.last(), &plan));
            judged.failures.push(Failure { property: "again", what });
        }
    }

    fn revert(&self, files: &Files, before: &Files) -> Undoing {
        revert::revert(&patchset(self.patches), &MemoryTree::new(files.clone()), &options(), &Before(before)).unwrap()
    }

    /// What was put in goes, or is refused.
    fn back(&self, judged: &mut Judged) {
        self.back_to(self.files, self.last(), judged);
    }

    fn back_to(&self, files: &Files, all: &Files, judged: &mut Judged) {
        let undoing = self.revert(all, files);
        if undoing.plan.is_refused() {
            judged.outcomes.push(format!("revert: {}", why(&undoing.plan)));
            return;
        }
        let mut back = after(all, &undoing.plan);
        undoing.removals.iter().for_each(|(path, _)| drop(back.remove(path)));
        if back != *files {
            judged.failures.push(Failure { property: "back", what: difference(files, &back) });
        }
        judged.outcomes.push("revert: gives the old bytes".to_owned());
    }

    /// Where upstream has a patch already, that one stays.
    fn beside_upstream(&self, judged: &mut Judged) {
        let alone: Vec<&Made> =
            self.patches.iter().filter(|p| !p.text.contains("amends") && !p.text.contains("needs")).collect();
        for one in alone.iter().copied().skip(self.random % alone.len().max(1)).take(1) {
            let Some(plan) = run(std::slice::from_ref(one), self.files).filter(|plan| !plan.is_refused()) else {
                continue;
            };
            let upstream = after(self.files, &plan);
            let Some(plan) = run(self.patches, &upstream).filter(|plan| !plan.is_refused()) else { continue };
            let all = after(&upstream, &plan);
            if all != upstream {
                self.back_to(&upstream, &all, judged);
            }
        }
    }
}

/// Each step begins where the one before it ended, the first with the file as it is, and the last is its end.
fn broken_chain(plan: &Plan, files: &Files) -> Option<String> {
    let mut now = files.clone();
    for step in &plan.steps {
        let change = step.change();
        if now.get(&step.path) != change.before.as_ref() {
            return Some(format!(
                "the step of {} on {} begins elsewhere",
                plan.reports[step.patch].id,
                step.path.display()
            ));
        }
        now.insert(step.path.clone(), change.after);
    }
    (now != after(files, plan)).then(|| "the steps end elsewhere".to_owned())
}

/// The diff of a dry run gives the same.
fn broken_diff(plan: &Plan, files: &Files) -> Option<String> {
    let none = Vec::new();
    plan.changes().iter().find_map(|change| {
        let text = unified_file(change, false);
        let body: Vec<u8> =
            text.split_inclusive(|b| *b == b'\n').skip_while(|l| !l.starts_with(b"---")).flatten().copied().collect();
        let patch = diffy::Patch::from_bytes(&body).ok()?;
        let got = diffy::apply_bytes(files.get(&change.path).unwrap_or(&none), &patch);
        (got.ok().as_ref() != Some(&change.after))
            .then(|| format!("the diff of {} gives another", change.path.display()))
    })
}

fn difference(wanted: &Files, got: &Files) -> String {
    let paths = wanted.keys().chain(got.keys());
    let Some(path) = paths.into_iter().find(|path| wanted.get(*path) != got.get(*path)) else { return String::new() };
    let text = |files: &Files| files.get(path).map_or("(none)".to_owned(), |b| String::from_utf8_lossy(b).into_owned());
    let (wanted, got) = (text(wanted), text(got));
    similar::TextDiff::from_lines(&wanted, &got).unified_diff().header("wanted", "got").to_string()
}
