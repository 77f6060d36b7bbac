//! One file edited: all its sites at once, then read again to see that the result is what was meant.

use super::import_edits::Importing;
use super::text_edit::edit_text;
use crate::edit::{Bare, Braces, EditError, Parens, Target, Units, edits};
use crate::find::Rule;
use crate::language::Language;
use crate::proof::{Brackets, Edited, Rank, Reparse, SiteEdit, Unit, reparse, torn, verify};
use crate::search::{Finder, packages_of};
use crate::source::{Bytes, Edit, OffsetMap, Source, apply_edits, sort_edits};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

/// Edits a file. Fails with the reason where the result would not be what the patch says.
pub(crate) fn edit_file(
    path: &Path,
    source: &Source,
    works: &[SiteEdit<'_>],
    finder: &Finder<'_, '_>,
) -> Result<Edited, EditError> {
    if source.language == Language::Text {
        return edit_text(path, source, works, finder);
    }
    let mut brackets = Brackets::none(works.len());
    loop {
        let mut edited = carry_out(path, source, works, &brackets.parens, finder)?;
        let torn = torn(source, works, &brackets.parens, &edited)?;
        if !torn.is_empty() {
            brackets.give(torn).map_err(|unit| apart(source, works, &unit))?;
            continue;
        }
        let wrong = verify(path, source, works, &mut edited, finder)?;
        let Some((first, message)) = wrong.first() else {
            // What was given parentheses before the code in it had its own may do without.
            if brackets.doubt() {
                continue;
            }
            return Ok(sorted(path, source, works, edited, finder));
        };
        let restored = brackets.restore();
        let tried = wrong.iter().filter(|(n, _)| !restored && brackets.try_next(source, works, *n)).count();
        if !restored && tried == 0 {
            let bytes = source.span(&works[*first].hit.matched.tokens);
            return Err(EditError { message: message.clone(), bytes });
        }
    }
}

/// Why an edit is refused that parentheses do not hold together.
fn apart(source: &Source, works: &[SiteEdit<'_>], unit: &Unit) -> EditError {
    let tokens = unit.old.as_ref().unwrap_or(&works[unit.site].hit.matched.tokens);
    let part = if unit.hole.is_some() { "this code" } else { "the new code" };
    let message = format!(
        "the result would take {part} apart, and parentheses do not hold it together here: show more of the code around it"
    );
    EditError { message, bytes: source.span(tokens) }
}

/// The imports that a result brings or changes are where gofmt sorts them, unless the body shows them elsewhere.
fn sorted(path: &Path, source: &Source, works: &[SiteEdit<'_>], edited: Edited, finder: &Finder<'_, '_>) -> Edited {
    if source.language != Language::Go {
        return edited;
    }
    let batch = crate::golang::imports::sort(source, &edited.source, &edited.laid);
    if batch.is_empty() {
        return edited;
    }
    let mut moved = edited.clone();
    let moves = moved.and_then(batch, &reparse(path, finder)).is_ok();
    let fits = |moved: &mut Edited| verify(path, source, works, moved, finder).is_ok_and(|wrong| wrong.is_empty());
    if moves && fits(&mut moved) { moved } else { edited }
}

fn carry_out(
    path: &Path,
    source: &Source,
    works: &[SiteEdit<'_>],
    parens: &[Parens],
    finder: &Finder<'_, '_>,
) -> Result<Edited, EditError> {
    let mut batch: Vec<(Rank, Edit)> = Vec::new();
    let mut as_patch: HashSet<Edit> = HashSet::new();
    // Two hunks may ask for the same change, which is written once.
    let is_alone = works.windows(2).all(|pair| std::ptr::eq(pair[0].rule, pair[1].rule));
    let mut known: HashSet<Vec<(Bytes, Vec<u8>)>> = HashSet::new();
    let units = Units::default();
    let mut bare: BTreeMap<usize, (Bare, Vec<(Rank, Edit)>)> = BTreeMap::new();
    let (mut size, largest) = (0, finder.workspace.limits.bytes);
    for (work, parens) in works.iter().zip(parens) {
        let packages = packages_of(work.rule, source);
        let target = Target { rule: work.rule, variant: work.variant(), hit: work.hit };
        let new = edits(target, source, &packages, parens, &units)?;
        // A file that is too large could not be read again, and many copies of a long text make one soon.
        size += new.edits.iter().map(|edit| edit.text.len()).sum::<usize>();
        if size > largest {
            return Err(too_large(source.bytes.len() + size, source.span(&work.hit.matched.tokens)));
        }
        if !is_alone && !known.insert(new.edits.iter().map(|e| meaning(source, e)).collect()) {
            continue;
        }
        as_patch.extend(new.edits.iter().filter(|_| new.as_patch).cloned());
        let ranked = new.edits.into_iter().map(|edit| (work.rank(&work.hit.bytes, edit.bytes.start), edit));
        match Bare::of(work.variant(), source, work.hit) {
            Some(found) => bare.entry(found.body.start).or_insert((found, Vec::new())).1.extend(ranked),
            None => batch.extend(ranked),
        }
    }
    let braces = Braces::new(source);
    for (bare, mut edits) in bare.into_values() {
        edits.sort_by_key(|(rank, e)| (e.bytes.start, e.bytes.end, *rank));
        let around = braces.around(&bare, edits.into_iter().map(|(_, edit)| edit).collect());
        batch.extend(around.into_iter().enumerate().map(|(n, edit)| ((1, n), edit)));
    }
    batch.sort_by_key(|(rank, e)| (e.bytes.start, e.bytes.end, *rank));
    let mut batch: Vec<Edit> = batch.into_iter().map(|(_, edit)| edit).collect();
    batch.dedup_by(|b, a| a == b && !a.bytes.is_empty());
    sort_edits(&mut batch).map_err(|o| EditError {
        message: "two sites change the same code here, one inside the other; narrow the patch with `where` or `unless`"
            .to_owned(),
        bytes: o.first.start..o.second.end,
    })?;
    let is_laid: Vec<bool> = batch.iter().map(|e| !as_patch.contains(e)).collect();
    let (bytes, written) = apply_apart(source, &mut batch);
    if bytes.len() > largest.max(source.bytes.len()) {
        return Err(too_large(bytes.len(), 0..0));
    }
    let reparse = reparse(path, finder);
    let laid = written.iter().zip(is_laid).filter(|(_, laid)| *laid).map(|(w, _)| w.clone()).collect();
    let source_after = reparse(source, bytes, &batch)?;
    let mut edited = Edited { source: source_after, written, laid, batches: vec![batch], unproved: Vec::new() };
    if !edited.laid.is_empty() {
        let idle = idle_commas(source, &edited);
        edited.and_then(idle, &reparse)?;
    }
    let mut done: Vec<&Rule> = Vec::new();
    for work in works {
        if done.iter().any(|r| std::ptr::eq(*r, work.rule)) {
            continue;
        }
        done.push(work.rule);
        // Each round adds or removes one import, and none comes back.
        for _ in 0..=2 * work.rule.imports.len() {
            let importing = Importing {
                path,
                finder,
                rule: work.rule,
                works,
                before: source,
                after: &edited.source,
                written: &edited.written,
                batches: &edited.batches,
            };
            let bytes = || source.span(&work.hit.matched.tokens);
            let imports = importing.next().map_err(|message| EditError { message, bytes: bytes() })?;
            if imports.is_empty() {
                break;
            }
            edited.and_then(imports, &reparse)?;
        }
    }
    if source.language == Language::Go && !edited.laid.is_empty() {
        let mut columns = crate::golang::format::realign(source, &edited.batches[0], &edited.source, &edited.written);
        if edited.laid.len() < edited.written.len() {
            let laid = crate::golang::format::align(&edited.source, &edited.laid);
            columns.retain(|edit| laid.contains(edit));
        }
        edited.and_then(columns, &reparse)?;
    }
    Ok(edited)
}

/// What tells an edit from others. What is inserted between two tokens is the same edit anywhere between them, below the
/// one or above the other.
fn meaning(source: &Source, edit: &Edit) -> (Bytes, Vec<u8>) {
    let bytes = match edit.bytes.is_empty() {
        true => {
            let gap = source.token_at(edit.bytes.start);
            source.gap_start(gap)..source.gap_end(gap)
        }
        false => edit.bytes.clone(),
    };
    (bytes, edit.text.trim_ascii().to_vec())
}

/// Why a result is refused that no second run would read.
fn too_large(size: usize, bytes: Bytes) -> EditError {
    let message =
        format!("the result would be too large to be read again: raise the limit with `--limit bytes={size}` or more");
    EditError { message, bytes }
}

/// The edits that take away commas between which and their bracket no item is left.
fn idle_commas(source: &Source, edited: &Edited) -> Vec<Edit> {
    let mut idle = edited.source.idle_commas().peekable();
    if idle.peek().is_none() {
        return Vec::new();
    }
    let shift = OffsetMap::new(&edited.batches);
    let old: BTreeSet<usize> = source.idle_commas().map(|c| shift.start(c.start)).collect();
    idle.filter(|c| !old.contains(&c.start)).map(|c| Edit::new(c, "")).collect()
}

/// Carries out edits, a blank put wherever the end of one would run into its neighbour and be read as something else.
fn apply_apart(source: &Source, batch: &mut [Edit]) -> (Vec<u8>, Vec<Bytes>) {
    let (bytes, written) = apply_edits(&source.bytes, batch);
    let begin = source.lines.content_start();
    let joined = |at: usize| at >= begin && source.language.runs_together(&bytes[begin..at], &bytes[at..]);
    let (mut last, mut apart) = (None, false);
    for (edit, place) in batch.iter_mut().zip(&written) {
        // Two edits that touch have one seam between them.
        let starts = last != Some(place.start) && joined(place.start);
        let ends = !place.is_empty() && joined(place.end);
        last = Some(place.end);
        apart |= starts || ends;
        if starts {
            edit.text.insert(0, b' ');
        }
        if ends {
            edit.text.push(b' ');
        }
    }
    if apart { apply_edits(&source.bytes, batch) } else { (bytes, written) }
}

impl Edited {
    /// Carries out one more batch, made for the file as it is now.
    fn and_then(&mut self, mut batch: Vec<Edit>, reparse: &Reparse<'_>) -> Result<(), EditError> {
        if batch.is_empty() {
            return Ok(());
        }
        sort_edits(&mut batch).map_err(|o| EditError { message: o.to_string(), bytes: o.first.start..o.second.end })?;
        self.source = reparse(&self.source, apply_edits(&self.source.bytes, &batch).0, &batch)?;
        let batches = [batch];
        let shift = OffsetMap::new(&batches);
        self.written = self.written.iter().map(|w| shift.range(w)).collect();
        self.laid = self.laid.iter().map(|w| shift.range(w)).collect();
        let [batch] = batches;
        self.batches.push(batch);
        Ok(())
    }
}
