//! One file edited as text: all its sites at once, then read again to see that the result is what was meant.

use crate::edit::EditError;
use crate::find::Found;
use crate::language::Language;
use crate::patchset::{Expect, Sign};
use crate::proof::{Edited, SiteEdit, reparse, skeleton};
use crate::search::Finder;
use crate::source::{Bytes, Edit, OffsetMap, Source, apply_edits, sort_edits};
use crate::text::{Bindings, Body, Change, Kind, LineEdit, Text, Way, edits, is_open};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Edits a file. Fails with the reason where the result would not be what the patch says.
pub(super) fn edit_text(
    path: &Path,
    source: &Source,
    works: &[SiteEdit<'_>],
    finder: &Finder<'_, '_>,
) -> Result<Edited, EditError> {
    let text = Text::of(source, path);
    let sites: Vec<Site<'_>> = works.iter().filter_map(Site::new).collect();
    let planned = Planned::new(&text, &sites)?;
    let Planned { mut batch, writers } = planned;
    sort_edits(&mut batch).map_err(|o| EditError {
        message: "two sites change the same lines: show in each what only it has, or make one body of them".to_owned(),
        bytes: o.first.start..o.second.end,
    })?;
    let (bytes, written) = apply_edits(&source.bytes, &batch);
    let largest = finder.workspace.limits.bytes.max(source.bytes.len());
    if bytes.len() > largest {
        let size = bytes.len();
        let message = format!(
            "the result would be too large to be read again: raise the limit with `--limit bytes={size}` or more"
        );
        return Err(EditError { message, bytes: 0..0 });
    }
    let after = reparse(path, finder)(source, bytes, &batch)?;
    let mut edited = Edited::plain(after, written, batch);
    let proof = Proof::new(&text, path, &sites, &edited, &writers);
    proof.verify(path, source, works, finder)?;
    let is_shown = |byte: usize| proof.shown.contains(&text.line_at(byte));
    edited.unproved = by_grammar(path, source, &edited, finder, &is_shown)?;
    Ok(edited)
}

/// The same looked at with the grammar, where the file has one. What cannot be proved with it is reported: a place for each file.
fn by_grammar(
    path: &Path,
    source: &Source,
    edited: &Edited,
    finder: &Finder<'_, '_>,
    is_shown: &dyn Fn(usize) -> bool,
) -> Result<Vec<Bytes>, EditError> {
    let Some(language) = Language::of_path(path) else { return Ok(Vec::new()) };
    let parse = |source: &Source| Source::parse(language, source.bytes.clone(), finder.workspace.limits).ok();
    let first = edited.batches[0].first().map_or(0..0, |edit| edit.bytes.clone());
    let unproved = || vec![first.clone()];
    let (Some(before), Some(after)) = (parse(source), parse(&edited.source)) else { return Ok(unproved()) };
    if after.errors.len() > before.errors.len() {
        let shift = OffsetMap::new(&edited.batches);
        let start = |source: &Source, t: usize| source.tokens.get(t).map_or(source.bytes.len(), |t| t.bytes.start);
        let old: BTreeSet<usize> = before.errors.iter().map(|e| shift.start(start(&before, e.start))).collect();
        let new = after.errors.iter().map(|e| start(&after, e.start)).find(|at| !old.contains(at));
        let line = after.lines.around(new.unwrap_or(0), &after.bytes);
        let shown = String::from_utf8_lossy(&after.bytes[line]).trim().to_owned();
        let at = if shown.is_empty() { "at its end".to_owned() } else { format!("at `{shown}`") };
        let message = format!("the result would not parse any more as {}, {at}", language.name());
        return Err(EditError { message, bytes: first });
    }
    let shift = OffsetMap::new(&edited.batches);
    let change = skeleton::Change { before: &before, after: &after, batches: &edited.batches, shift: &shift };
    let proof = skeleton::prove(change, &[]);
    match proof.broken {
        None if proof.unproved.is_empty() => Ok(Vec::new()),
        // What the body shows around it may be meant to change.
        Some(broken) if !is_shown(broken.bytes.start) => {
            Err(EditError { message: broken.message, bytes: broken.bytes })
        }
        _ => Ok(unproved()),
    }
}

/// A site, with the body that met it.
struct Site<'a> {
    body: &'a Body,
    way: &'a Way,
    known: Bindings,
    bytes: Bytes,
}

impl<'a> Site<'a> {
    fn new(work: &SiteEdit<'a>) -> Option<Site<'a>> {
        let (body, way) = (work.rule.text.as_ref()?, work.hit.way.as_deref()?);
        let mut known: Bindings = work.hit.env.iter().map(|(hole, code)| (hole, code.text().to_vec())).collect();
        known.extend(way.bindings.clone());
        Some(Site { body, way, known, bytes: work.hit.bytes.clone() })
    }
}

/// All edits of a file in order, and which rows of which sites each of them writes.
struct Planned {
    batch: Vec<Edit>,
    writers: Vec<Writer>,
}

struct Writer {
    /// Sites, by number, and their `+` rows.
    rows: Vec<(usize, Vec<usize>)>,
    ends_line: bool,
}

impl Planned {
    fn new(text: &Text, sites: &[Site<'_>]) -> Result<Planned, EditError> {
        let of_site = |(n, site): (usize, &Site<'_>)| {
            edits(site.body, text, site.way, &site.known).into_iter().map(move |edit| (n, edit)).collect::<Vec<_>>()
        };
        let mut all: Vec<(usize, LineEdit)> = sites.iter().enumerate().flat_map(of_site).collect();
        all.sort_by_key(|(_, edit)| (edit.edit.bytes.start, edit.edit.bytes.end));
        let mut planned = Planned { batch: Vec::new(), writers: Vec::new() };
        for (n, edit) in all {
            let LineEdit { edit, rows, ends_line } = edit;
            // Two hunks may ask for the same change, which is written once.
            match planned.batch.last().zip(planned.writers.last_mut()) {
                Some((last, writer)) if *last == edit => writer.rows.push((n, rows)),
                Some((last, _)) if last.bytes.is_empty() && last.bytes == edit.bytes => {
                    let message = "two sites write lines at the same place, and nothing tells which come first: make one \
                                   body of them";
                    return Err(EditError { message: message.to_owned(), bytes: sites[n].bytes.clone() });
                }
                _ => {
                    planned.batch.push(edit);
                    planned.writers.push(Writer { rows: vec![(n, rows)], ends_line });
                }
            }
        }
        Ok(planned)
    }
}

/// The result, and where the lines of the file are in it.
struct Proof<'a> {
    source: Arc<Source>,
    before: &'a Text,
    after: Arc<Text>,
    sites: &'a [Site<'a>],
    shift: OffsetMap,
    gone: BTreeSet<usize>,
    shown: BTreeSet<usize>,
    /// By site and `+` row the line that it is.
    came: BTreeMap<(usize, usize), usize>,
    /// For lines that go the lines that are paired with them.
    paired: BTreeMap<usize, usize>,
}

impl<'a> Proof<'a> {
    fn new(before: &'a Text, path: &Path, sites: &'a [Site<'a>], edited: &Edited, writers: &[Writer]) -> Proof<'a> {
        let after = Text::of(&edited.source, path);
        let mut came = BTreeMap::new();
        for (written, writer) in edited.written.iter().zip(writers) {
            let first = after.line_at(written.start) + usize::from(writer.ends_line);
            for (site, rows) in &writer.rows {
                came.extend(rows.iter().enumerate().map(|(n, row)| ((*site, *row), first + n)));
            }
        }
        let (mut gone, mut shown, mut paired) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        for (n, site) in sites.iter().enumerate() {
            for (row, line) in site.way.lines.iter().enumerate().filter_map(|(row, line)| Some((row, (*line)?))) {
                shown.insert(line);
                if site.body.rows[row].sign == Sign::Minus {
                    gone.insert(line);
                    let partner = site.body.rows[row].partner.and_then(|partner| came.get(&(n, partner)));
                    paired.extend(partner.map(|now| (line, *now)));
                }
            }
        }
        let shift = OffsetMap::new(&edited.batches);
        Proof { source: edited.source.clone(), before, after, sites, shift, gone, shown, came, paired }
    }

    fn verify(
        &self,
        path: &Path,
        source: &Source,
        works: &[SiteEdit<'_>],
        finder: &Finder<'_, '_>,
    ) -> Result<(), EditError> {
        let becomes = |line: usize| self.becomes(line);
        let change =
            Change { before: self.before, after: &self.after, shown: &self.shown, gone: &self.gone, becomes: &becomes };
        if let Some(broken) = change.broken() {
            let bytes = self.before.lines[broken.line].shown.clone();
            return Err(EditError { message: broken.message, bytes });
        }
        let mut looked: Vec<usize> = Vec::new();
        for (n, work) in works.iter().enumerate() {
            if looked.iter().any(|first| works[*first].is_like(work)) {
                continue;
            }
            looked.push(n);
            self.looks_done(path, source, works, n, finder)?;
        }
        Ok(())
    }

    /// Whether a second run would find the sites of one rule done, and nothing else to do.
    fn looks_done(
        &self,
        path: &Path,
        source: &Source,
        works: &[SiteEdit<'_>],
        first: usize,
        finder: &Finder<'_, '_>,
    ) -> Result<(), EditError> {
        let work = &works[first];
        let refuse = |site: usize, message: &str| EditError {
            message: message.to_owned(),
            bytes: works[site].hit.bytes.clone(),
        };
        let look =
            |source: &Source| finder.look(work.rule, source, work.env, path).map_err(|e| refuse(first, &e.to_string()));
        let found = look(&self.source)?;
        let mine: Vec<usize> = (0..works.len()).filter(|n| works[*n].is_like(work)).collect();
        for &n in &mine {
            let lines = self.lines_after(n);
            let counting = || self.sites[n].body.after.lines.iter().filter(|shown| shown.counts).map(|shown| shown.row);
            let is_it = |way: Option<&Way>| way.is_some_and(|way| counting().all(|row| way.lines[row] == lines[row]));
            if work.rule.pick.is_none() && !found.hits.iter().any(|hit| hit.done && is_it(hit.way.as_deref())) {
                return Err(refuse(n, &self.why_not(n, lines, &found)));
            }
        }
        if !found.undecided.is_empty() {
            return Err(refuse(first, UNTOLD));
        }
        let done = found.hits.iter().filter(|hit| hit.done).count();
        let sites = works.len() + work.done;
        if done > sites && !matches!(work.rule.expect, Expect::Between(_, None)) {
            let message = format!(
                "{done} places of the result would count as done, and {sites} would be right, so that a second run could \
                 not tell: show more of the lines around the change"
            );
            return Err(refuse(first, &message));
        }
        let old = look(source)?;
        let is_mine = |changed: &Vec<Bytes>| mine.iter().any(|n| works[*n].hit.changed == *changed);
        let shift = |changed: &[Bytes]| changed.iter().map(|c| self.shift.range(c)).collect::<Vec<_>>();
        let known: Vec<Vec<Bytes>> =
            old.hits.iter().filter(|hit| !hit.done && !is_mine(&hit.changed)).map(|hit| shift(&hit.changed)).collect();
        if found.hits.iter().any(|hit| !hit.done && !known.contains(&hit.changed)) {
            return Err(refuse(first, AGAIN));
        }
        Ok(())
    }

    /// The lines of the result that the after side of a site meets.
    fn lines_after(&self, n: usize) -> Vec<Option<usize>> {
        let site = &self.sites[n];
        let line = |(row, was): (usize, &Option<usize>)| match site.body.rows[row].sign {
            Sign::Plus => self.came.get(&(n, row)).copied(),
            Sign::Context if site.body.rows[row].kind != Kind::Ellipsis => (*was).and_then(|line| self.becomes(line)),
            _ => None,
        };
        site.way.lines.iter().enumerate().map(line).collect()
    }

    fn becomes(&self, line: usize) -> Option<usize> {
        if self.gone.contains(&line) {
            return self.paired.get(&line).copied();
        }
        Some(self.after.line_at(self.shift.start(self.before.lines[line].bytes.start)))
    }

    fn why_not(&self, n: usize, lines: Vec<Option<usize>>, found: &Found) -> String {
        let Some(left) = found.left_over.first() else {
            let way = Way { lines, parts: BTreeMap::new(), bindings: Bindings::new() };
            let is_open = is_open(self.sites[n].body, &self.after, &way);
            return if is_open { OPEN } else { NOT_DONE }.to_owned();
        };
        // A token is a line that is not blank.
        let line = self.after.lines.iter().enumerate().filter(|(_, line)| !line.is_blank()).nth(left.row.start);
        let (at, shown) = line.map_or((0, String::new()), |(at, _)| (at + 1, crate::text::brief(self.after.form(at))));
        format!(
            "`{shown}` would still be on line {at} of the result, so a second run could not say `applied`: show the lines \
             around what goes, from one side to the other"
        )
    }
}

/// Why a result is refused that would need a person.
const UNTOLD: &str = "the result would hold lines of which nobody could tell whether they are done: show more of the lines \
                      around the change";

/// Why a body is refused that finds itself in its result.
const AGAIN: &str = "the result would count as still to do, so the patch would be applied for ever";

/// Why a deletion is refused that shows one neighbour, and is not at the edge of a block.
const OPEN: &str =
    "nobody could tell later that these lines have gone: show the line above and the line below what goes";

/// Why a result is refused that does not read as the after side does.
const NOT_DONE: &str = "the result would not be known as done: show more of the lines around the change";
