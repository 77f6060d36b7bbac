use super::paint::{BAD, CARE, DIM, GOOD, Paint, STRONG, clean};
use super::words::count;
use super::wrap::wrap;
use crate::patchset::Expect;
use crate::report::{Finding, NearMiss, Place, Plan, Reason, Report, Site, Verdict};
use anstyle::Style;

/// How much of a list is shown without `verbose`.
const SHOWN: usize = 3;

/// How a plan is reported.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Every site, note and finding.
    pub verbose: bool,
    /// Only what needs a person.
    pub quiet: bool,
    /// With colours.
    pub color: bool,
    /// How many columns the terminal has; no line is broken, if `None`.
    pub width: Option<usize>,
    /// What became of the plan.
    pub ending: Ending,
}

/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was only looked at.
    Dry,
    /// It was written.
    Written,
    /// It was asked whether everything is applied already.
    Required,
    /// It is the way back, and was only looked at.
    DryBack,
    /// It is the way back, and was written.
    Back,
}

impl Ending {
    fn is_back(self) -> bool {
        matches!(self, Ending::DryBack | Ending::Back)
    }

    fn is_written(self) -> bool {
        matches!(self, Ending::Written | Ending::Back)
    }
}

/// The verdicts as people read them: a line for each patch, then whatever needs a person, then one line that sums up.
pub fn table(plan: &Plan, view: View) -> String {
    let is_written = view.ending.is_written() && !plan.is_refused();
    let mut text = Text { out: String::new(), view, is_written, paint: Paint { on: view.color } };
    if !view.quiet {
        text.lines(plan);
    }
    for report in &plan.reports {
        text.details(report);
    }
    text.sum(plan);
    text.out
}

struct Text {
    out: String,
    view: View,
    /// Whether what applies is there now.
    is_written: bool,
    paint: Paint,
}

impl Text {
    /// A line; where it is broken, the rest is indented by a little more than its beginning.
    fn push(&mut self, line: &str) {
        let indent = line.len() - line.trim_start_matches(' ').len();
        self.hang(line, indent + 2);
    }

    /// A line of which what is behind a break is indented by so much.
    fn hang(&mut self, line: &str, indent: usize) {
        self.out.push_str(&wrap(line.trim_end(), self.view.width, indent));
        self.out.push('\n');
    }

    /// The verdict in the words of the run.
    fn word(&self, report: &Report) -> &'static str {
        let is_in = matches!(report.verdict, Verdict::Applies | Verdict::Partly);
        match report.verdict {
            Verdict::Skipped => Verdict::Skipped.as_str(),
            Verdict::Applied | Verdict::Nothing | Verdict::Obsolete if self.view.ending.is_back() => {
                if report.blocks {
                    "cannot be undone"
                } else {
                    "not there"
                }
            }
            _ if is_in && self.view.ending.is_back() => match () {
                () if report.blocks => "cannot be undone",
                () if self.is_written => "reverted",
                () => "reverts",
            },
            _ if is_in && self.view.ending == Ending::Required && report.blocks => "not applied",
            _ if is_in && self.is_written => Verdict::Applied.as_str(),
            other => other.as_str(),
        }
    }

    fn lines(&mut self, plan: &Plan) {
        let width = |f: fn(&Report) -> usize| plan.reports.iter().map(f).max().unwrap_or(0);
        let words = plan.reports.iter().map(|report| self.word(report).len()).max().unwrap_or(0);
        let ids = width(|r| r.id.chars().count());
        for report in &plan.reports {
            // Padded before it is painted: colours have no width.
            let word = self.paint.text(style(report), format!("{:words$}", self.word(report)));
            let row = format!("{word}  {:ids$}  {}", clean(&report.id), self.counts(report));
            self.hang(&row, words + 2 + ids + 2);
            if self.view.verbose {
                report.sites.iter().for_each(|site| self.site(site));
            }
        }
    }

    fn site(&mut self, site: &Site) {
        let state = if site.done { "done " } else { "to do" };
        let line = format!("    {state}  {}  {}", place(&site.place), clean(site.place.text.trim()));
        let line = self.paint.text(DIM, line);
        self.push(&line);
    }

    /// What there is to say about one patch beyond its line.
    fn details(&mut self, report: &Report) {
        let quiet = self.view.quiet;
        let remarks = !quiet && (!report.notes.is_empty() || self.view.verbose && !report.findings.is_empty());
        let is_trouble = report.blocks && !self.is_required(report);
        if !is_trouble && !remarks && report.warnings.is_empty() {
            return;
        }
        let word = self.paint.text(style(report), self.word(report));
        let title = self.paint.text(STRONG, clean(&format!("{}: {}", report.id, report.title)));
        self.push("");
        self.push(&format!("{word}: {title}"));
        if is_trouble {
            self.trouble(report);
        }
        for warning in &report.warnings {
            self.reason("warning: ", warning);
        }
        for note in &report.notes {
            self.push(&format!("  note: {}", clean(note)));
        }
        self.findings(report);
        if is_trouble {
            self.advise(report);
        }
    }

    /// Whether a patch is only asked to be applied already: that is said once, for all of them.
    fn is_required(&self, report: &Report) -> bool {
        self.view.ending == Ending::Required && matches!(report.verdict, Verdict::Applies | Verdict::Partly)
    }

    fn advise(&mut self, report: &Report) {
        let lines = advice(report);
        let hang = 2 + lines.iter().skip(1).map(|line| line.len() - line.trim_start().len()).next().unwrap_or(2);
        let joined = lines.iter().map(|line| line.trim_start()).collect::<Vec<_>>().join(" ");
        // Broken as they are written, unless the terminal is narrower.
        let is_wide = self.view.width.is_none_or(|width| lines.iter().all(|line| line.len() + 2 <= width));
        let lines = if is_wide || lines.is_empty() { lines.to_vec() } else { vec![joined.as_str()] };
        for line in lines {
            let line = self.paint.text(CARE, line);
            self.hang(&format!("  {line}"), hang);
        }
    }

    /// What is said behind a patch's id.
    fn counts(&self, report: &Report) -> String {
        let (todo, done) = (report.todo(), report.done());
        match report.verdict {
            Verdict::Applied | Verdict::Nothing if self.view.ending.is_back() && !report.blocks => {
                "nothing to undo".to_owned()
            }
            Verdict::Partly if self.is_written && !self.view.ending.is_back() => {
                format!("{}, {done}{} done before", count(todo, "site"), if report.open { " or more" } else { "" })
            }
            Verdict::Nothing | Verdict::Obsolete if self.view.ending.is_back() => "see below".to_owned(),
            _ => counts(report),
        }
    }

    fn trouble(&mut self, report: &Report) {
        let short = matches!(report.verdict, Verdict::Drifted | Verdict::Ambiguous);
        if short && report.reasons.is_empty() {
            self.push(&format!("  expected {}, found {}", report.expect, found(report)));
        }
        for reason in &report.reasons {
            self.reason("", reason);
        }
        // What was found is the question where there is too much of it, and a help where there is too little.
        if short && !self.view.verbose {
            let shown = if report.verdict == Verdict::Ambiguous { 4 * SHOWN } else { SHOWN };
            report.sites.iter().take(shown).for_each(|site| self.site(site));
            self.more(report.sites.len(), shown, "site");
        }
        let shown = if self.view.verbose { usize::MAX } else { SHOWN };
        report.near.iter().take(shown).for_each(|near| self.near(near));
        self.more(report.near.len(), shown, "close place");
    }

    fn reason(&mut self, label: &str, reason: &Reason) {
        let mut lines = reason.text.lines();
        self.push(&format!("  {label}{}", clean(lines.next().unwrap_or_default())));
        // A body that is proposed is on lines of its own.
        lines.for_each(|line| self.push(&format!("      {}", clean(line))));
        if let Some(at) = &reason.place {
            self.push(&format!("    {}", place(at)));
            self.quote("source", at.line, &at.text);
        }
    }

    fn more(&mut self, all: usize, shown: usize, thing: &str) {
        if all > shown {
            self.push(&format!("    and {} more (-v shows all)", count(all - shown, thing)));
        }
    }

    fn near(&mut self, near: &NearMiss) {
        let what = if near.what.is_empty() { String::new() } else { format!(": {}", clean(&near.what)) };
        self.push(&format!("  close, but not it: {}{what}", place(&near.place)));
        self.quote("source", near.place.line, &near.place.text);
        if !near.row.is_empty() {
            self.quote("patch", near.row_line, &near.row);
        }
        let said = match (near.wanted.is_empty(), near.found.is_empty()) {
            (false, false) => format!("wanted `{}`, found `{}`", clean(&near.wanted), clean(&near.found)),
            (false, true) => format!("wanted `{}`, found nothing", clean(&near.wanted)),
            (true, false) => format!("found `{}` where the patch shows nothing", clean(&near.found)),
            (true, true) => return,
        };
        self.push(&format!("    {said}"));
    }

    /// A line of source or patch behind its number.
    fn quote(&mut self, whose: &str, line: usize, text: &str) {
        let gutter = self.paint.text(DIM, format!("    {whose:>6} {line:>5} |"));
        self.hang(&format!("{gutter} {}", clean(text)), 22);
    }

    fn findings(&mut self, report: &Report) {
        if !self.view.verbose {
            return;
        }
        for finding in &report.findings {
            let head = format!("  {} {}  {}", finding.outcome, clean(&finding.subject), place(&finding.place));
            self.push(&head);
            for (key, value) in &finding.facts {
                self.push(&format!("    {}: {}", clean(key), clean(value)));
            }
        }
    }

    fn sum(&mut self, plan: &Plan) {
        let stuck: Vec<&Report> = plan.reports.iter().filter(|r| r.blocks).collect();
        let changes = plan.changed().count();
        let (style, line) = if !stuck.is_empty() {
            (BAD, self.stuck(plan, &stuck))
        } else if self.view.quiet {
            return;
        } else if changes == 0 {
            // Files that go are reported by whoever removes them.
            if self.view.ending.is_back() && plan.reports.iter().any(|r| r.todo() > 0) {
                return;
            }
            (GOOD, "nothing to do".to_owned())
        } else {
            let does = if self.view.ending.is_written() { "changed" } else { "would change" };
            (GOOD, format!("{} {does}", count(changes, "file")))
        };
        if !self.out.is_empty() {
            self.push("");
        }
        let line = self.paint.text(style, clean(&line));
        self.push(&line);
    }

    /// Why nothing is written, or not all is well.
    fn stuck(&self, plan: &Plan, stuck: &[&Report]) -> String {
        let ids = stuck.iter().map(|r| r.id.as_str()).collect::<Vec<_>>().join(", ");
        let all = count(plan.reports.len(), "patch");
        let number = stuck.len();
        if stuck.iter().all(|report| self.is_required(report)) {
            let is = if number == 1 { "is" } else { "are" };
            return format!("{number} of {all} {is} not applied, which --require applied asks for ({ids})");
        }
        let need = if number == 1 { "needs" } else { "need" };
        let wrote = if self.view.ending.is_written() { "nothing was written" } else { "nothing would be written" };
        format!("{wrote}: {number} of {all} {need} a person ({ids})")
    }
}

fn style(report: &Report) -> Style {
    match report.verdict {
        _ if report.blocks => BAD,
        Verdict::Applies | Verdict::Partly => GOOD,
        Verdict::Absent | Verdict::Obsolete => CARE,
        _ => DIM,
    }
}

fn place(place: &Place) -> String {
    clean(&format!("{}:{}:{}", place.path.display(), place.line, place.column))
}

/// What is behind a patch's id.
fn counts(report: &Report) -> String {
    let (todo, done) = (report.todo(), report.done());
    match report.verdict {
        Verdict::Skipped => "not asked for".to_owned(),
        Verdict::Blocked => "a patch that it needs is not met".to_owned(),
        Verdict::Unreadable => "a file or place cannot be read".to_owned(),
        Verdict::Absent if report.blocks => "no file matches".to_owned(),
        Verdict::Absent => "no file matches, which is allowed".to_owned(),
        Verdict::Applies => count(todo, "site"),
        Verdict::Partly if report.open => format!("{todo} to do, {done} or more done"),
        Verdict::Partly => format!("{done} of {} done", todo + done),
        Verdict::Applied if report.open => format!("{done} or more sites done"),
        Verdict::Applied => format!("{} done", count(done, "site")),
        Verdict::Obsolete => "no longer needed".to_owned(),
        Verdict::Nothing => "nothing there, which is allowed".to_owned(),
        Verdict::Ambiguous if report.is_operation && fits(report) => "something stays unsafe: see below".to_owned(),
        Verdict::Drifted | Verdict::Ambiguous if fits(report) => "a conflict: see below".to_owned(),
        Verdict::Drifted | Verdict::Ambiguous => {
            format!("found {}, expected {}", found(report), report.expect)
        }
    }
}

/// Whether the count is right, so that something else is wrong.
fn fits(report: &Report) -> bool {
    let sites = report.sites.len();
    match report.expect {
        Expect::Between(least, most) => sites >= least && most.is_none_or(|most| sites <= most) && sites > 0,
        Expect::PerFile(each) => {
            let mut files = std::collections::BTreeMap::new();
            report.sites.iter().for_each(|s| *files.entry(&s.place.path).or_insert(0) += 1);
            sites > 0 && files.into_values().all(|count| count == each)
        }
    }
}

/// The sites of a patch that has too few or too many.
fn found(report: &Report) -> String {
    match (report.todo(), report.done()) {
        (0, 0) => "none".to_owned(),
        (todo, 0) => format!("{todo}"),
        (0, done) => format!("{done} (done)"),
        (todo, done) => format!("{} ({todo} to do, {done} done)", todo + done),
    }
}

/// What a person can do about it: a line each.
fn advice(report: &Report) -> &'static [&'static str] {
    let is_found = |finding: &Finding| matches!(finding.outcome.as_str(), "refused" | "reported");
    match report.verdict {
        Verdict::Ambiguous if report.is_operation && report.findings.iter().any(is_found) => &[
            "what to do: cure each field by hand, leave its folder out of `files`, or, once a person has looked at it,",
            "            accept it by name: `accept = [{ field = \"pkg.Struct.field\", why = \"…\" }]`",
        ],
        Verdict::Drifted | Verdict::Ambiguous if report.is_operation => {
            &["what to do: look at what `files` names, or say in `expect` how many sites there are"]
        }
        Verdict::Drifted => &[
            "what to do: if upstream rewrote this code, show it as it is now in a [[patch.alternative]];",
            "            if upstream made the change, say how to see that in [patch.obsolete]",
        ],
        Verdict::Ambiguous => &[
            "what to do: show more of the code around the place, narrow `files`, `inside` or `where`,",
            "            or say in `expect` how many sites there are",
        ],
        Verdict::Absent => &[
            "what to do: check that DIR is the root that the patchset is made for; --partial accepts files",
            "            that are not there, `optional = true` in the patch says so for good",
        ],
        Verdict::Unreadable => &["what to do: mend the file, or narrow `files` so that it is not asked for"],
        Verdict::Blocked => &["what to do: settle the patch that it needs first"],
        Verdict::Obsolete => &["what to do: drop the patch from the patchset, or run without --strict"],
        _ => &[],
    }
}
