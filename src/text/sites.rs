//! The sites of a body in a file: which places are to do, and which are done.

use super::body::{Body, Kind, Row, Run, Wins};
use super::lines::Text;
use super::matcher::{Bindings, Matcher, OutOfSteps, Way, meets};
use crate::patchset::Sign;
use crate::source::Bytes;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{BTreeSet, HashSet};

/// A place that is to do or done.
#[derive(Clone, Debug)]
pub struct Site {
    /// Whether it is the after side that meets it.
    pub is_done: bool,
    /// How it is met.
    pub way: Way,
    /// The bytes that the signed rows stand for.
    pub changed: Vec<Bytes>,
}

/// A place that reads as if lines had gone, which still are nearby.
#[derive(Clone, Debug)]
pub struct Left {
    /// The lines of the place.
    pub site: Vec<usize>,
    /// The first of the lines that are left.
    pub line: usize,
}

/// What a file holds of a body, conditions aside.
#[derive(Clone, Debug, Default)]
pub struct Sites {
    /// The sites, those to do first.
    pub sites: Vec<Site>,
    /// Places where both sides meet and neither tells: their lines.
    pub undecided: Vec<Vec<usize>>,
    /// Places where the after side meets while what goes is still there.
    pub left: Vec<Left>,
}

/// Finds the sites of a body in a file. `known` is what earlier hunks bound.
pub fn sites(body: &Body, text: &Text, known: &Bindings, steps: &mut u64) -> Result<Sites, OutOfSteps> {
    let before = distinct(body, text, Matcher::new(body, &body.before, text, known, steps).ways()?, false);
    let after = distinct(body, text, Matcher::new(body, &body.after, text, known, steps).ways()?, true);
    let mut found = Sites::default();
    let lines = |site: &Site| -> BTreeSet<usize> { site.way.lines.iter().flatten().copied().collect() };
    let sets = |sites: &[Site]| -> Vec<BTreeSet<usize>> { sites.iter().map(lines).collect() };
    let (befores, afters) = (sets(&before), sets(&after));
    let lies_in = |site: &Site, others: &Holding<'_>| others.hold(&lines(site));
    match body.wins {
        Wins::Bytes => {
            found.sites.extend(before);
            found.sites.extend(after);
        }
        Wins::After => {
            let holding = Holding::new(&afters);
            found.sites.extend(before.into_iter().filter(|site| !lies_in(site, &holding)));
            found.sites.extend(after);
        }
        Wins::Before => {
            let holding = Holding::new(&befores);
            found.sites.extend(before);
            let free: Vec<Site> = after.into_iter().filter(|site| !lies_in(site, &holding)).collect();
            admit_deletions(body, text, free, &mut found, steps);
        }
        Wins::Neither => {
            let both: HashSet<&BTreeSet<usize>> = afters.iter().filter(|set| befores.contains(set)).collect();
            found.undecided = both.iter().map(|set| set.iter().copied().collect()).collect();
            found.undecided.sort_unstable();
            let is_clear = |site: &Site| !both.contains(&lines(site));
            found.sites.extend(before.into_iter().filter(is_clear));
            let free: Vec<Site> = after.into_iter().filter(is_clear).collect();
            admit_deletions(body, text, free, &mut found, steps);
        }
    }
    Ok(found)
}

/// Sets of lines, to be asked whether one of them holds all of another.
struct Holding<'a> {
    sets: &'a [BTreeSet<usize>],
    by_line: std::collections::HashMap<usize, Vec<usize>>,
}

impl<'a> Holding<'a> {
    fn new(sets: &'a [BTreeSet<usize>]) -> Holding<'a> {
        let mut by_line: std::collections::HashMap<usize, Vec<usize>> = std::collections::HashMap::new();
        for (n, set) in sets.iter().enumerate() {
            set.iter().for_each(|line| by_line.entry(*line).or_default().push(n));
        }
        Holding { sets, by_line }
    }

    fn hold(&self, lines: &BTreeSet<usize>) -> bool {
        let Some(first) = lines.first() else { return false };
        self.by_line.get(first).into_iter().flatten().any(|&n| lines.is_subset(&self.sets[n]))
    }
}

/// Of ways with the same changed places the first.
fn distinct(body: &Body, text: &Text, ways: Vec<Way>, is_done: bool) -> Vec<Site> {
    let mut seen = HashSet::new();
    let site = |way: Way| {
        let changed = changed(body, text, &way, is_done);
        seen.insert(changed.clone()).then_some(Site { is_done, way, changed })
    };
    ways.into_iter().filter_map(site).collect()
}

/// Takes in the places that are done, as far as what goes is gone from around them.
fn admit_deletions(body: &Body, text: &Text, sites: Vec<Site>, found: &mut Sites, steps: &mut u64) {
    let all = super::body::deletions(&body.rows);
    for site in sites {
        // Taking out again what is known to have come needs no more than the place where it came.
        if !body.leaves_copies && !all.iter().all(|run| is_closed(body, text, &site.way, run)) {
            continue;
        }
        match left(body, text, &site.way, steps) {
            Some(line) => {
                found.left.push(Left { site: site.way.lines.iter().flatten().copied().collect(), line });
            }
            None => found.sites.push(site),
        }
    }
}

/// The rows beside a run, if they are shown: their lines.
fn neighbours(body: &Body, run: &Run) -> [Option<usize>; 2] {
    let is_shown = |row: &usize| body.rows.get(*row).is_some_and(|row| row.kind != Kind::Ellipsis);
    [run.rows.start.checked_sub(1).filter(is_shown), Some(run.rows.end).filter(is_shown)]
}

/// Whether a deletion has closed: its neighbours are side by side, or the one that is shown is at the edge of a block,
/// beyond which everything is less deep than what goes.
pub fn is_closed(body: &Body, text: &Text, way: &Way, run: &Run) -> bool {
    let [above, below] = neighbours(body, run);
    let (anchor, is_up) = match (above, below) {
        (Some(_), Some(_)) => return true,
        (None, None) => return false,
        (Some(above), None) => (above, true),
        (None, Some(below)) => (below, false),
    };
    if run.is_weak {
        return false;
    }
    let Some(line) = way.lines[anchor] else { return false };
    let Some(depth) = text.lines[line].depth else { return false };
    let is_line = |n: &usize| text.lines[*n].bar.is_some();
    let next = if is_up { (line + 1..text.lines.len()).find(is_line) } else { (0..line).rev().find(is_line) };
    let Some(next) = next.and_then(|next| text.lines[next].depth) else { return true };
    let goes = body.rows[run.rows.clone()].iter().filter(|row| row.kind == Kind::Line);
    let depths = goes.map(|row| match text.headings.level(&row.form) {
        Some(level) => level,
        // How much deeper it was, nobody knows.
        None => match row.depth - body.rows[anchor].depth {
            deeper if deeper > 0 => depth + 1,
            steps => depth + steps,
        },
    });
    depths.min().is_some_and(|least| next < least)
}

/// Whether a way leaves a deletion open: only one neighbour is shown, and it does not stand at the edge of its block.
pub fn is_open(body: &Body, text: &Text, way: &Way) -> bool {
    super::body::deletions(&body.rows).iter().any(|run| !is_closed(body, text, way, run))
}

/// A line at which a whole run of what goes still stands, in the block of what is shown.
fn left(body: &Body, text: &Text, way: &Way, steps: &mut u64) -> Option<usize> {
    if body.leaves_copies || body.runs.is_empty() {
        return None;
    }
    let moved = |run: &&Run| run.forms.iter().all(|form| body.added.contains(form));
    let runs = body.runs.iter().filter(|run| !run.is_weak && !run.forms.is_empty() && !moved(run));
    let shown: BTreeSet<usize> = way.lines.iter().flatten().copied().collect();
    let block = text.block(shown.iter().copied());
    for run in runs {
        let rows: Vec<&Row> = body.rows[run.rows.clone()].iter().filter(|row| row.kind == Kind::Line).collect();
        let starts: Vec<usize> = match rows[0].holes {
            None => text.with_form(&rows[0].form).filter(|line| block.contains(line)).collect(),
            Some(_) => block.clone().filter(|&line| !text.lines[line].is_blank()).collect(),
        };
        let is_run = |first: usize, steps: &mut u64| {
            let mut lines = (first..block.end).filter(|line| !text.lines[*line].is_blank());
            let lines: Option<Vec<usize>> = rows
                .iter()
                .map(|row| lines.next().filter(|line| meets(row, *line, text, &way.bindings, steps).is_some()))
                .collect();
            // A copy that the body shows as context is meant to stay.
            lines.is_some_and(|lines| !lines.iter().all(|line| shown.contains(line)))
        };
        if let Some(first) = starts.into_iter().find(|first| is_run(*first, steps)) {
            return Some(first);
        }
    }
    None
}

/// The bytes that the signed rows stand for in a way of one side: what makes sites distinct.
pub fn changed(body: &Body, text: &Text, way: &Way, is_done: bool) -> Vec<Bytes> {
    let own = if is_done { Sign::Plus } else { Sign::Minus };
    let mut changed = Vec::new();
    let mut at = 0;
    while at < body.rows.len() {
        let end = at + body.rows[at..].iter().take_while(|row| row.sign != Sign::Context).count();
        if end == at {
            at += 1;
            continue;
        }
        let signed = (at..end).filter(|&row| body.rows[row].sign == own);
        let before = changed.len();
        changed.extend(signed.filter_map(|row| Some((row, way.lines[row]?))).flat_map(|(row, line)| {
            let parts = changed_parts(body, way, row);
            match parts.is_empty() {
                true if body.wins == Wins::Bytes => vec![text.lines[line].bytes.clone()],
                true => vec![text.lines[line].shown.clone()],
                false => parts,
            }
        }));
        if changed.len() == before {
            changed.extend(position(text, way, at, end).map(|at| at..at));
        }
        at = end;
    }
    changed
}

/// Where a run of rows of the other side belongs: behind the line above, else before the line below.
fn position(text: &Text, way: &Way, from: usize, to: usize) -> Option<usize> {
    let above = from.checked_sub(1).and_then(|row| way.lines[row]).map(|line| text.lines[line].shown.end);
    above.or_else(|| Some(text.lines[(*way.lines.get(to)?)?].shown.start))
}

/// Of a row with holes that is paired the parts that change, as bytes of the file.
fn changed_parts(body: &Body, way: &Way, row: usize) -> Vec<Bytes> {
    let (Some(parts), Some(partner)) = (way.parts.get(&row), body.rows[row].partner) else { return Vec::new() };
    let keys = |row: usize| body.rows[row].elements().into_iter().map(|e| e.part).collect::<Vec<_>>();
    let (own, other) = (keys(row), keys(partner));
    let key = |part: &super::row::Part| format!("{part:?}");
    let texts = |parts: &[super::row::Part]| parts.iter().map(key).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Myers, &texts(&own), &texts(&other));
    let ops = ops.into_iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    ops.map(|op| {
        let range = op.old_range();
        let at = range.start.checked_sub(1).map_or(parts[0].start, |n| parts[n].end);
        if range.is_empty() { at..at } else { parts[range.start].start..parts[range.end - 1].end }
    })
    .collect()
}
