//! One file edited: all its sites at once, then read again to see that the result is what was meant.

use super::imports::{self, Importing};
use super::looking::Looking;
use super::reparse::{Reparse, reparse};
use super::site_edit::SiteEdit;
use super::verify::verify;
use crate::edit::{Parens, Refusal, Units, edits};
use crate::find::Rule;
use crate::language::Language;
use crate::source::{Bytes, Edit, OffsetMap, Source, apply_edits, sort_edits};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// A file after its edits.
#[derive(Clone)]
pub(super) struct Edited {
    /// The file as it is now.
    pub source: Arc<Source>,
    /// What the patch wrote, in the new bytes.
    pub written: Vec<Bytes>,
    /// The edits, in the batches in which they were carried out.
    pub batches: Vec<Vec<Edit>>,
}

/// Edits a file. Fails with the reason where the result would not be what the patch says.
pub(super) fn edit_file(
    path: &Path,
    source: &Source,
    works: &[SiteEdit<'_>],
    looking: &Looking<'_, '_>,
) -> Result<Edited, Refusal> {
    // Parentheses are tried only at the sites that come out wrong without them.
    let mut tries = vec![0; works.len()];
    loop {
        let mut edited = carry_out(path, source, works, &tries, looking)?;
        let wrong = verify(path, source, works, &mut edited, looking)?;
        let Some(&(first, _)) = wrong.first() else { return Ok(sorted(path, source, works, edited, looking)) };
        let mut exhausted = true;
        for &(n, _) in &wrong {
            if tries[n] + 1 < Parens::TRIES.len() {
                tries[n] += 1;
                exhausted = false;
            }
        }
        if exhausted {
            let bytes = source.span(&works[first].hit.matched.tokens);
            return Err(Refusal { message: wrong[0].1.clone(), bytes });
        }
    }
}

/// The imports that a result brings or changes stand where gofmt sorts them, unless the body shows them elsewhere.
fn sorted(path: &Path, source: &Source, works: &[SiteEdit<'_>], edited: Edited, looking: &Looking<'_, '_>) -> Edited {
    if source.language != Language::Go {
        return edited;
    }
    let batch = crate::golang::imports::sort(source, &edited.source, &edited.written);
    if batch.is_empty() {
        return edited;
    }
    let mut moved = edited.clone();
    let moves = moved.and_then(batch, &reparse(path, looking)).is_ok();
    let fits = |moved: &mut Edited| verify(path, source, works, moved, looking).is_ok_and(|wrong| wrong.is_empty());
    if moves && fits(&mut moved) { moved } else { edited }
}

fn carry_out(
    path: &Path,
    source: &Source,
    works: &[SiteEdit<'_>],
    tries: &[usize],
    looking: &Looking<'_, '_>,
) -> Result<Edited, Refusal> {
    let mut batch: Vec<Edit> = Vec::new();
    let units = Units::default();
    let (mut size, largest) = (0, looking.workspace.limits.bytes);
    for (work, &n) in works.iter().zip(tries) {
        let shape = &work.rule.pattern.shapes[work.hit.shape];
        let packages = imports::packages_of(work.rule, source);
        let rows = &work.rule.pattern.fragment.rows;
        let new = edits(shape, rows, source, work.hit, &packages, Parens::TRIES[n], &units)?;
        // A file that is too large could not be read again, and many copies of a long text make one soon.
        size += new.iter().map(|edit| edit.text.len()).sum::<usize>();
        if size > largest {
            return Err(too_large(source.bytes.len() + size, source.span(&work.hit.matched.tokens)));
        }
        batch.extend(new);
    }
    batch.sort_by_key(|e| (e.bytes.start, e.bytes.end));
    // Two hunks may ask for the same change.
    batch.dedup_by(|b, a| a == b && !a.bytes.is_empty());
    sort_edits(&mut batch).map_err(|o| Refusal {
        message: "two sites change the same code here, one inside the other; narrow the patch with `where` or `unless`"
            .to_owned(),
        bytes: o.first.start..o.second.end,
    })?;
    let (bytes, written) = apply_apart(source, &mut batch);
    if bytes.len() > largest.max(source.bytes.len()) {
        return Err(too_large(bytes.len(), 0..0));
    }
    let reparse = reparse(path, looking);
    let mut edited = Edited { source: reparse(source, bytes, &batch)?, written, batches: vec![batch] };
    let idle = idle_commas(source, &edited);
    edited.and_then(idle, &reparse)?;
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
                looking,
                rule: work.rule,
                works,
                before: source,
                after: &edited.source,
                written: &edited.written,
                batches: &edited.batches,
            };
            let bytes = || source.span(&work.hit.matched.tokens);
            let imports = importing.next().map_err(|message| Refusal { message, bytes: bytes() })?;
            if imports.is_empty() {
                break;
            }
            edited.and_then(imports, &reparse)?;
        }
    }
    if source.language == Language::Go {
        let columns = crate::golang::realign(source, &edited.batches[0], &edited.source, &edited.written);
        edited.and_then(columns, &reparse)?;
    }
    Ok(edited)
}

/// Why a result is refused that no second run would read.
fn too_large(size: usize, bytes: Bytes) -> Refusal {
    let message =
        format!("the result would be too large to be read again: raise the limit with `--limit bytes={size}` or more");
    Refusal { message, bytes }
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
    fn and_then(&mut self, mut batch: Vec<Edit>, reparse: &Reparse<'_>) -> Result<(), Refusal> {
        if batch.is_empty() {
            return Ok(());
        }
        sort_edits(&mut batch).map_err(|o| Refusal { message: o.to_string(), bytes: o.first.start..o.second.end })?;
        self.source = reparse(&self.source, apply_edits(&self.source.bytes, &batch).0, &batch)?;
        let batches = [batch];
        let shift = OffsetMap::new(&batches);
        self.written = self.written.iter().map(|w| shift.range(w)).collect();
        let [batch] = batches;
        self.batches.push(batch);
        Ok(())
    }
}
