use super::args::{Format, TestArgs};
use super::console::{self, Screen, Screens};
use super::{Exit, Failure, patchsets};
use std::path::PathBuf;
use treepatch::checkout::Globs;
use treepatch::patchset::{self, Example, Patch, Patchset, Work, patch_for};
use treepatch::plan::Options;
use treepatch::planner::{plan, select};
use treepatch::render::{Encoded, json, unified_file, visible_bytes, visible_line, wrap};
use treepatch::report::{FileChange, Plan, Verdict};
use treepatch::source::Lines;
use treepatch::vfs::MemoryTree;
use treepatch::write;

/// `treepatch test`: every `[[patch.example]]` is a small tree of one file, on which its patch alone is planned.
pub fn run(args: &TestArgs) -> Result<Exit, Failure> {
    let Screens { stdout, stderr } = Screens::choose(args.output.style.color);
    let set = patchsets::find(&args.patchset, stderr)?;
    select(&set, "--only", &args.only).map_err(|unknown| Failure::Usage(unknown.to_string()))?;
    let lines = Lines::new(set.text.as_bytes());
    let mut tests = json::Tests {
        format: json::FORMAT,
        command: "test",
        patchset: json::Set::of(&set),
        examples: Vec::new(),
        exit: 0,
    };
    for patch in set.patches.iter().filter(|p| args.only.is_empty() || args.only.contains(&p.id.value)) {
        for (number, example) in patch.examples.iter().enumerate() {
            let problem = try_out(&set, patch, example, stderr)?.err();
            tests.examples.push(json::Example {
                patch: patch.id.value.clone(),
                number: number + 1,
                line: lines.place(example.span.start).0,
                passed: problem.is_none(),
                diff: problem.as_ref().and_then(|p| p.diff.as_deref()).map(Encoded::of),
                problem: problem.map(|p| p.text),
            });
        }
    }
    let exit = if tests.examples.iter().all(|e| e.passed) { Exit::Done } else { Exit::Person };
    tests.exit = exit as u8;
    let text = match args.output.format {
        Format::Json => json::text(&tests),
        Format::Text => {
            let is_printed = args.output.output.is_none();
            told(&tests, args, stdout.color && is_printed, stdout.width.filter(|_| is_printed))
        }
    };
    match &args.output.output {
        Some(file) => write::output(None, file, text.as_bytes())?,
        None => console::print(&text)?,
    }
    Ok(exit)
}

/// What is wrong with an example.
struct Problem {
    text: String,
    diff: Option<Vec<u8>>,
}

impl Problem {
    fn new(text: impl Into<String>) -> Problem {
        Problem { text: text.into(), diff: None }
    }
}

fn try_out(set: &Patchset, patch: &Patch, example: &Example, screen: Screen) -> Result<Result<(), Problem>, Failure> {
    let refused = |diagnostics| patchsets::refused(diagnostics, &set.parts, &set.text, screen);
    let target = example.target.as_deref();
    // Alone: what it needs is not there, and an example of a patch for one target is for that target.
    let target = target.or(set.target.as_deref()).or(patch.target.first().map(String::as_str));
    let mut alone = patch_for(set, patch, target).map_err(refused)?;
    alone.needs.clear();
    alone.amends.clear();
    let one = set.with(vec![alone]);
    let Some(path) = path_of(patch, example) else {
        return Ok(Err(Problem::new("no file name could be made that `files` matches; give the example a `path`")));
    };
    let options = Options { target: target.map(str::to_owned), partial: true, ..Options::default() };
    let run = |text: &[u8]| plan(&one, &MemoryTree::new([(path.clone(), text.to_vec())]), &options).map_err(refused);
    let before = example.before.as_bytes();
    let after = example.after.as_bytes();
    let first = run(before)?;
    let got = result(&first, before);
    if before == after {
        return Ok(stays(&first, &path, before, &got));
    }
    if first.is_refused() || got != after {
        return Ok(Err(differs(&first, &path, after, &got)));
    }
    let second = run(after)?;
    let again = result(&second, after);
    Ok(match second.reports.first().map(|r| r.verdict) {
        _ if again != after => Err(Problem {
            text: "a second run changes the result again".to_owned(),
            ..differs(&second, &path, after, &again)
        }),
        Some(Verdict::Applied) => Ok(()),
        Some(other) => Err(Problem::new(format!("a second run says `{}`, not `applied`", other))),
        None => Err(Problem::new("a second run says nothing")),
    })
}

/// An example that says `unchanged`: nothing is to be done, and nothing is unclear.
fn stays(plan: &Plan, path: &std::path::Path, before: &[u8], got: &[u8]) -> Result<(), Problem> {
    let todo: usize = plan.reports.iter().map(|r| r.todo()).sum();
    if got != before {
        return Err(differs(plan, path, before, got));
    }
    match plan.reports.iter().find(|r| matches!(r.verdict, Verdict::Unreadable | Verdict::Ambiguous | Verdict::Blocked))
    {
        Some(report) => Err(Problem::new(said(report))),
        None if todo > 0 => Err(Problem::new(format!("nothing was to change, but {todo} sites were found"))),
        None => Ok(()),
    }
}

fn differs(plan: &Plan, path: &std::path::Path, wanted: &[u8], got: &[u8]) -> Problem {
    let change = FileChange { path: path.to_owned(), before: Some(wanted.to_vec()), after: got.to_vec() };
    let text = match plan.reports.iter().find(|r| r.blocks) {
        Some(report) => said(report),
        None => {
            let words = plan.reports.first().map_or_else(|| "nothing".to_owned(), |r| r.verdict.to_string());
            format!("the result is not what the example says (verdict: {words}); -what it says, +what came out:")
        }
    };
    let diff = (wanted != got && !plan.is_refused()).then(|| unified_file(&change, false));
    Problem { text, diff }
}

fn said(report: &treepatch::report::Report) -> String {
    let reasons = report.reasons.iter().map(|r| r.text.clone());
    let near = report.near.iter().map(|n| format!("line {}: wanted `{}`, found `{}`", n.place.line, n.wanted, n.found));
    let all: Vec<String> = reasons.chain(near).take(3).collect();
    let behind = if all.is_empty() { String::new() } else { format!(": {}", all.join("; ")) };
    format!("the verdict is `{}`{behind}", report.verdict)
}

/// The file after the plan.
fn result(plan: &Plan, before: &[u8]) -> Vec<u8> {
    plan.changes().into_iter().next().map_or_else(|| before.to_vec(), |change| change.after)
}

/// The path of an example's file: its own, or one that fits `files`.
fn path_of(patch: &Patch, example: &Example) -> Option<PathBuf> {
    if let Some(path) = &example.path {
        return Some(path.into());
    }
    patch.bodies.iter().find_map(|body| match &body.work {
        Work::Edit(hunks) => hunks.iter().find_map(|hunk| fitting(&hunk.files)),
        Work::Operation(operation) => fitting(&operation.files),
        Work::Create(create) => Some(PathBuf::from(&create.path.value)),
    })
}

/// Makes a path that the globs match: every wildcard gets the shortest text that fits.
fn fitting(globs: &patchset::Globs) -> Option<PathBuf> {
    let set = Globs::new(globs).ok()?;
    let tame = |glob: &str| {
        let mut path = String::new();
        let mut rest = glob.replace("**/", "").replace("**", "x");
        while let Some(at) = rest.find(['*', '?', '[', '{', '\\']) {
            path.push_str(&rest[..at]);
            let tail = &rest[at + 1..];
            let (fill, used) = match rest.as_bytes()[at] {
                b'[' => (tail.trim_start_matches(['!', '^']).get(..1)?, tail.find(']')? + 1),
                b'{' => (tail.split([',', '}']).next()?, tail.find('}')? + 1),
                b'\\' => (tail.get(..1)?, 1),
                _ => ("x", 0),
            };
            path.push_str(fill);
            rest = tail[used..].to_owned();
        }
        Some(PathBuf::from(path + &rest)).filter(|path| set.matches(path))
    };
    globs.globs.iter().filter(|g| !g.value.starts_with('!')).find_map(|g| tame(&g.value))
}

fn told(tests: &json::Tests, args: &TestArgs, color: bool, width: Option<usize>) -> String {
    let mut out = String::new();
    let mut line = |text: String| out.push_str(&(wrap(&text, width, 8) + "\n"));
    let paint =
        |style: anstyle::Style, text: &str| if color { format!("{style}{text}{style:#}") } else { text.to_owned() };
    let good = |text| paint(anstyle::AnsiColor::Green.on_default(), text);
    let bad = |text| paint(anstyle::AnsiColor::Red.on_default().bold(), text);
    for example in &tests.examples {
        let name = format!("{} example {} ({}:{})", example.patch, example.number, tests.patchset.origin, example.line);
        let name = visible_line(&name);
        match &example.problem {
            None if args.output.quiet => {}
            None => line(format!("{}      {name}", good("ok"))),
            Some(problem) => {
                line(format!("{}  {name}", bad("failed")));
                line(format!("    {}", visible_line(problem)));
                let diff = visible_bytes(&example.diff.as_ref().and_then(Encoded::bytes).unwrap_or_default());
                String::from_utf8_lossy(&diff).lines().skip(3).for_each(|l| line(format!("    {l}")));
            }
        }
    }
    let passed = tests.examples.iter().filter(|e| e.passed).count();
    let failed = tests.examples.len() - passed;
    let sum = format!("{passed} passed, {failed} failed");
    match (passed, failed) {
        (0, 0) => {
            line("there are no examples; a [[patch.example]] behind a patch says what it does to a file".to_owned())
        }
        (_, 0) => line(good(&sum)),
        _ => line(bad(&sum)),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_made_that_fits_the_globs() {
        let made = |globs: &[&str]| {
            let globs = globs.iter().map(|g| patchset::Spanned { value: g.to_string(), span: 0..0 }).collect();
            fitting(&patchset::Globs { globs }).map(|p| p.to_string_lossy().into_owned())
        };
        assert_eq!(made(&["**/packer/tar_*.go"]).as_deref(), Some("packer/tar_x.go"));
        assert_eq!(made(&["src/**/?[ab]{c,d}.c"]).as_deref(), Some("src/xac.c"));
        assert_eq!(made(&["!**/x.go", "**/*.go", "b.c"]).as_deref(), Some("x.go"));
        assert_eq!(made(&["**/x.go", "!**/x.go", "a.c"]).as_deref(), Some("a.c"));
        assert_eq!(made(&["**"]).as_deref(), Some("x"));
        assert_eq!(made(&["!a"]), None);
    }
}
