use super::args::{CheckArgs, Format, Require};
use super::console::Screen;
use super::planning::{Doing, Planned};
use super::{Exit, Failure, console};
use treepatch::commit::History;
use treepatch::patchset::Patch;
use treepatch::render::{Ending, table};
use treepatch::report::{Report, Verdict};
use treepatch::write;

/// `treepatch check`: here the table is the answer, so that it goes to standard output.
pub fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let mut planned = match args.require {
        Some(Require::Applied) => Planned::required(&args.plan)?,
        None => Planned::new(&args.plan, false)?,
    };
    tell_who(&mut planned, args);
    let output = &args.plan.output;
    let ending = if args.require.is_some() { Ending::Required } else { Ending::Dry };
    let screen = if output.output.is_none() { planned.screens.stdout } else { Screen::FILE };
    let text = match output.format {
        Format::Json => planned.json(&args.plan, Doing { command: "check", dry_run: true, ..Doing::default() }),
        Format::Text => table(&planned.plan, Planned::view(&args.plan, screen, ending)),
    };
    match &output.output {
        Some(file) => write::output(Some(&args.plan.dir), file, text.as_bytes())?,
        None => console::print(&text)?,
    }
    Ok(planned.exit())
}

/// Notes who applied each patch that is in, as far as the histories of the repositories tell.
fn tell_who(planned: &mut Planned, args: &CheckArgs) {
    let is_in = |verdict| matches!(verdict, Verdict::Applied | Verdict::Partly);
    let patched = planned.plan.reports.iter().filter(|r| is_in(r.verdict)).flat_map(|r| &r.sites);
    let files = patched.map(|site| site.place.path.as_path());
    let Some(history) = History::read(&args.plan.dir, &planned.patchset.name, files) else { return };
    for (report, patch) in planned.plan.reports.iter_mut().zip(&planned.patchset.patches) {
        if is_in(report.verdict) {
            report.notes.push(who(&history, report, patch));
        }
    }
}

fn who(history: &History, report: &Report, patch: &Patch) -> String {
    let ours = history.commits(&report.id);
    if !ours.is_empty() {
        let each = ours.iter().map(|(path, id)| {
            let path = if path.as_os_str().is_empty() { ".".into() } else { path.to_string_lossy() };
            format!("{} in {path}", id.get(..12).unwrap_or(id))
        });
        return format!("applied by treepatch: {}", each.collect::<Vec<_>>().join(", "));
    }
    let by = patch.obsolete.as_ref().and_then(|o| o.by.as_ref());
    let named = by.into_iter().chain(&patch.upstream.applied);
    let file = report.sites.first().map(|s| s.place.path.as_path());
    match file.and_then(|file| named.into_iter().find(|commit| history.holds(file, commit))) {
        Some(commit) => format!("applied upstream: {commit}"),
        None => "applied by whom is unknown: no commit in the history is known to be of it".to_owned(),
    }
}
