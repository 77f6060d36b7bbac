//! The proof of an edit: the result, read again, is what the patch says.

use super::comments;
use super::edited::Edited;
use super::hit_index::HitIndex;
use super::left_over::second_run;
use super::macro_calls;
use super::reparse::whole;
use super::site_edit::SiteEdit;
use super::skeleton;
use super::tags::stray_tag;
use crate::edit::{Bare, EditError, LOST_COMMENT};
use crate::find::{Bound, Found, Hit, LeftOver};
use crate::language::{Language, ListKind};
use crate::patchset::Expect;
use crate::pattern::{Element, Part};
use crate::search::Finder;
use crate::source::{Bytes, Comment, OffsetMap, Source};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

/// Reads the result: which sites did not come out as meant, and why.
pub(crate) fn verify(
    path: &Path,
    source: &Source,
    works: &[SiteEdit<'_>],
    edited: &mut Edited,
    finder: &Finder<'_, '_>,
) -> Result<Vec<(usize, String)>, EditError> {
    if let Some(message) = spoils(source, edited, works) {
        return Ok((0..works.len()).map(|n| (n, message.clone())).collect());
    }
    if let Some(comment) = lost_comment(source, edited, works) {
        return Err(EditError { message: LOST_COMMENT.to_owned(), bytes: comment });
    }
    let mut looks = look_again(path, source, &edited.source, works, finder)?;
    if looks.iter().any(|(_, found)| found.at_border) && !edited.source.is_whole() {
        edited.source = whole(&edited.source)?;
        looks = look_again(path, source, &edited.source, works, finder)?;
    }
    let after = &edited.source;
    let shift = OffsetMap::new(&edited.batches);
    let mut wrong = Vec::new();
    let claims = Claims::new(works);
    let hit_index: Vec<HitIndex<'_>> =
        looks.iter().map(|(first, found)| HitIndex::new(found, &works[*first])).collect();
    for (first, found) in &looks {
        if let Some(message) = counts_more(works, &works[*first], found) {
            let alike = (0..works.len()).filter(|&n| works[n].is_like(&works[*first]));
            wrong.extend(alike.map(|n| (n, message.clone())));
        }
    }
    let mut sites = Vec::with_capacity(works.len());
    // Of sites in each other the inner ones find their results first, which are the smaller ones.
    let mut order: Vec<usize> = (0..works.len()).collect();
    order.sort_by_key(|&n| works[n].hit.matched.tokens.len());
    let mut taken: HashSet<*const Hit> = HashSet::new();
    for n in order {
        let work = &works[n];
        let known = looks.iter().position(|(first, _)| works[*first].is_like(work));
        let Some(known) = known else { continue };
        let result = outcome(source, after, works, n, &shift, &claims, (&hit_index[known], &taken));
        taken.extend(result.iter().flatten().map(|hit| std::ptr::from_ref(*hit)));
        match result {
            Err(why) => {
                let place = shift.range(&source.span(&work.hit.matched.tokens));
                let is_here = |l: &&LeftOver| {
                    let site = after.span(&l.site);
                    site.start <= place.end && place.start <= site.end
                };
                let left = looks[known].1.left_over.iter().find(is_here);
                let why = match left {
                    Some(left) => second_run(path, source, after, work, left),
                    None => explained(source, work, why),
                };
                wrong.push((n, why));
            }
            Ok(_) if leaves_no_trace(work, &looks[known].1) => wrong.push((n, NO_TRACE.to_owned())),
            Ok(hit) => sites.push(site(work, hit)),
        }
    }
    if wrong.is_empty() {
        // An operand for an operand leaves the statements around it as they are, however the grammar reads them.
        let unproved = match works.iter().all(|work| work.is_value() && !work.shows_braces()) {
            true => Vec::new(),
            false => stays_in_place(source, edited, &shift, &sites)?,
        };
        for (first, found) in &looks {
            // A file in which one of these is is not changed, so that here they are new.
            if !found.undecided.is_empty() || !found.unreadable.is_empty() {
                wrong.push((*first, UNTOLD.to_owned()));
            } else if has_new(path, source, works, &works[*first], found, &shift, finder)? {
                wrong.push((*first, AGAIN.to_owned()));
            }
        }
        edited.unproved = unproved;
    }
    if wrong.is_empty()
        && let Some(refusal) = comments::parted(source, edited, works).or_else(|| stray_tag(source, edited, works))
    {
        return Err(refusal);
    }
    Ok(wrong)
}

/// Whether a deletion takes with it what it is inside of, by which it would be known as done.
fn leaves_no_trace(work: &SiteEdit<'_>, found: &Found) -> bool {
    let rule = work.rule;
    let gone = work.variant().after.elements.is_empty();
    gone && !matches!(rule.expect, Expect::Between(0, _)) && !found.hits.iter().any(|h| h.done)
}

/// Why a second run would find more sites done than there are, if it would and their number matters.
fn counts_more(works: &[SiteEdit<'_>], work: &SiteEdit<'_>, found: &Found) -> Option<String> {
    // What other bodies of the patch write here may count for this one, too.
    let sites = works.len() + work.done;
    let done = found.hits.iter().filter(|h| h.done).count();
    let matters = !matches!(work.rule.expect, Expect::Between(_, None));
    (matters && done > sites).then(|| {
        format!("{done} places of the result would count as done, and {sites} would be right, so that a second run could not tell: show more of the code around the change")
    })
}

/// Why such a deletion is refused.
const NO_TRACE: &str = "the code that the site is `inside` of would go with it, so nobody could tell later that it is \
                        done: show code around it that stays";

/// Whether the result holds a site to do that was not there before, or that a `pick` would come to next.
fn has_new(
    path: &Path,
    source: &Source,
    works: &[SiteEdit<'_>],
    work: &SiteEdit<'_>,
    found: &Found,
    shift: &OffsetMap,
    finder: &Finder<'_, '_>,
) -> Result<bool, EditError> {
    let mut left = found.hits.iter().filter(|h| !h.done).peekable();
    if left.peek().is_none() {
        return Ok(false);
    }
    // Hunks that share a hole leave those sites alone that do not go together.
    let before = finder
        .look(work.rule, source, work.env, path)
        .map_err(|e| EditError { message: e.to_string(), bytes: source.span(&work.hit.matched.tokens) })?;
    let mine = |h: &Hit| works.iter().any(|w| w.is_like(work) && w.hit.changed == h.changed);
    let old: Vec<Vec<Bytes>> = before
        .hits
        .iter()
        .filter(|h| !h.done && !mine(h))
        .map(|h| h.changed.iter().map(|c| shift.range(c)).collect())
        .collect();
    Ok(left.any(|h| !old.contains(&h.changed)))
}

/// Why a result is refused that would need a person.
const UNTOLD: &str = "the result would hold code of which nobody could tell whether it is done: show more of the code \
                      around the change";

/// Why a body that finds itself in its result is refused.
const AGAIN: &str = "the result would count as still to do, so the patch would be applied for ever";

/// Why the result as a whole is not what anybody meant, if it is not.
fn spoils(source: &Source, edited: &Edited, works: &[SiteEdit<'_>]) -> Option<String> {
    let after = &edited.source;
    let shown = |p: usize| {
        let line = after.lines.around(after.gap_start(p), &after.bytes);
        String::from_utf8_lossy(&after.bytes[line]).trim().to_owned()
    };
    let shift = OffsetMap::new(&edited.batches);
    if after.errors.len() > source.errors.len() && !macro_calls::are_all_that_is_misread(source, after, works, &shift) {
        let start = |s: &Source, t: usize| s.tokens.get(t).map_or(s.bytes.len(), |t| t.bytes.start);
        let old: BTreeSet<usize> = source.errors.iter().map(|e| shift.start(start(source, e.start))).collect();
        let new = after.errors.iter().find(|e| !old.contains(&start(after, e.start)));
        let at = new.cloned().unwrap_or(0..0);
        let shown = shown(at.start.min(after.tokens.len()));
        return Some(format!("the result would not parse any more, at `{shown}`"));
    }
    if let Some(at) = new_place(source, edited, |s| s.torn_lines().collect()) {
        return Some(format!("a line of the result would end where Go would read a semicolon: `{}`", shown(at)));
    }
    if let Some(at) = new_place(source, edited, |s| s.misplaced_words().collect()) {
        let word = String::from_utf8_lossy(after.text(at)).into_owned();
        return Some(format!("in the result `{word}` would stand where none can: `{}`", shown(at)));
    }
    if let Some(at) = new_place(source, edited, |s| s.run_on_items().collect()) {
        return Some(format!(
            "nothing in the result would end what stands before a statement or field: `{}`",
            shown(at)
        ));
    }
    if let Some(at) = new_place(source, edited, |s| s.stray_directives().collect()) {
        return Some(format!("a directive of the result would not have its line for itself: `{}`", shown(at)));
    }
    if let Some(at) = new_place(source, edited, |s| s.glued().collect()) {
        let text = |t: usize| String::from_utf8_lossy(after.text(t)).into_owned();
        return Some(format!(
            "in the result `{}` and `{}` would stand together, which {} reads as something else",
            text(at - 1),
            text(at),
            after.language.name()
        ));
    }
    (spread_before_others(after) > spread_before_others(source)).then(|| {
        "the result would have an argument behind one that is spread with `...`, which Go does not allow".to_owned()
    })
}

/// A comment in what the edits took away that no `-` line shows, if the result has fewer like it than it should have.
fn lost_comment(source: &Source, edited: &Edited, works: &[SiteEdit<'_>]) -> Option<Bytes> {
    let variants = works.iter().map(|w| (w.variant(), &w.hit.matched.bounds));
    let is_comment = |e: &&Element| matches!(e.part, Part::Comment(_));
    let shown: BTreeSet<usize> = variants
        .clone()
        .flat_map(|(variant, bounds)| variant.before.elements.iter().zip(bounds))
        .filter(|(e, _)| is_comment(e))
        .map(|(_, bound)| bound.bytes.start)
        .collect();
    let stays = |c: &&Comment| !shown.contains(&c.bytes.start);
    let taken = edited.batches.first()?.iter().flat_map(|e| source.comments_in(&e.bytes)).filter(stays);
    let mut taken = taken.peekable();
    taken.peek()?;
    let words =
        |text: &[u8]| text.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(&b' ');
    let text = |source: &Source, c: &Comment| words(&source.bytes[c.bytes.clone()]);
    let mut missing: HashMap<Vec<u8>, isize> = HashMap::new();
    let mut count = |text: Vec<u8>, by: isize| *missing.entry(text).or_default() += by;
    source.comments.iter().filter(stays).for_each(|c| count(text(source, c), 1));
    let after = variants.flat_map(|(variant, _)| variant.after.elements.iter()).filter(is_comment);
    after.for_each(|e| {
        if let Part::Comment(text) = &e.part {
            count(words(text), 1)
        }
    });
    edited.source.comments.iter().for_each(|c| count(text(&edited.source, c), -1));
    taken.find(|c| missing.get(&text(source, c)).is_some_and(|n| *n > 0)).map(|c| c.bytes.clone())
}

/// A position of the result that is one of these, and was none before.
fn new_place(source: &Source, edited: &Edited, places: fn(&Source) -> Vec<usize>) -> Option<usize> {
    let after = &edited.source;
    let found = places(after);
    if found.is_empty() {
        return None;
    }
    let shift = OffsetMap::new(&edited.batches);
    let old: BTreeSet<usize> = places(source).into_iter().map(|p| shift.start(source.gap_end(p))).collect();
    found.into_iter().find(|&p| !old.contains(&after.gap_end(p)))
}

/// Looks at the result with each rule once: the first work of the rule, and what was found.
fn look_again(
    path: &Path,
    source: &Source,
    after: &Source,
    works: &[SiteEdit<'_>],
    finder: &Finder<'_, '_>,
) -> Result<Vec<(usize, Found)>, EditError> {
    let mut looks: Vec<(usize, Found)> = Vec::new();
    for (n, work) in works.iter().enumerate() {
        if !looks.iter().any(|(first, _)| works[*first].is_like(work)) {
            let found = finder
                .look(work.rule, after, work.env, path)
                .map_err(|e| EditError { message: e.to_string(), bytes: source.span(&work.hit.matched.tokens) })?;
            looks.push((n, found));
        }
    }
    Ok(looks)
}

/// How many arguments `x...` have others behind them: the grammar reads that, Go does not.
fn spread_before_others(source: &Source) -> usize {
    let arguments = source.lists.iter().filter(|l| l.kind == ListKind::Arguments && source.language == Language::Go);
    let leading = arguments.flat_map(|l| l.items.iter().rev().skip(1));
    leading.filter(|i| source.text(i.tokens.end - 1) == b"...").count()
}

/// Why a site did not come out as meant, in better words where it is known that the body shows too little.
fn explained(source: &Source, work: &SiteEdit<'_>, why: String) -> String {
    let (variant, rows) = (&work.rule.pattern.variants[work.hit.variant], &work.rule.pattern.fragment.rows);
    let tokens = &work.hit.matched.tokens;
    let at = source.span(tokens).start;
    let split = || skeleton::split(variant, rows, source, at);
    let bare = || {
        let header = source.span(&Bare::header(source, tokens)?);
        let (text, line) = (String::from_utf8_lossy(&source.bytes[header.clone()]), source.lines.place(header.start).0);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(format!("this is all that `{text}` on line {line} governs, without braces: show the header in the body"))
    };
    let torn = || {
        let error = source.errors_in(tokens).find(|e| e.start <= tokens.start && tokens.end <= e.end)?;
        let [from, to] = [source.span(error).start, source.span(error).end].map(|byte| source.lines.place(byte).0);
        Some(format!(
            "the grammar cannot read lines {from} to {to} (braces or an `else` that `#if` splits, or a macro), so it is not \
             known what stands beside what: only single statements can be changed there"
        ))
    };
    split().or_else(bare).or_else(torn).unwrap_or(why)
}

/// Whether the skeleton law holds; gives the declarations in which syntax errors keep it from being proved.
fn stays_in_place(
    source: &Source,
    edited: &Edited,
    shift: &OffsetMap,
    sites: &[skeleton::Site<'_>],
) -> Result<Vec<Bytes>, EditError> {
    let change = skeleton::Change { before: source, after: &edited.source, batches: &edited.batches, shift };
    let proof = skeleton::prove(change, sites);
    match proof.broken {
        Some(broken) => Err(EditError { message: broken.message, bytes: broken.bytes }),
        None => Ok(proof.unproved),
    }
}

/// A site as the skeleton law sees it.
fn site<'a>(work: &SiteEdit<'a>, done: Option<&'a Hit>) -> skeleton::Site<'a> {
    let (variant, rows) = (work.variant(), &work.rule.pattern.fragment.rows[..]);
    skeleton::Site { variant, rows, before: &work.hit.matched.bounds, after: done.map(|h| &h.matched.bounds[..]) }
}

/// The site as it is done in the result, or why it did not come out as meant. Of a body that leaves nothing there is none.
fn outcome<'f>(
    source: &Source,
    after: &Source,
    works: &[SiteEdit<'_>],
    site: usize,
    shift: &OffsetMap,
    claims: &Claims,
    (hits, taken): (&HitIndex<'f>, &HashSet<*const Hit>),
) -> Result<Option<&'f Hit>, String> {
    let work = &works[site];
    let variant = work.variant();
    let kept = &variant.steady;
    let lies = |bounds: &[Bound], element: usize, b: usize| {
        let old = &work.hit.matched.bounds[b];
        let new = &bounds[element];
        let place = shift.range(&old.bytes);
        if variant.before.elements[b].part.takes_code() {
            // Parentheses and the results of sites inside belong to what the hole stands for now.
            return new.bytes.start <= place.start && place.end <= new.bytes.end;
        }
        new.bytes == place
    };
    let again = !kept.is_empty()
        && hits.of(work, shift, false).any(|h| kept.iter().all(|&(b, _)| lies(&h.matched.bounds, b, b)));
    if again {
        return Err(AGAIN.to_owned());
    }
    if variant.after.elements.is_empty() {
        return Ok(None);
    }
    // Where nothing stays that would tell the site from others, its place does.
    let place = shift.range(&source.span(&work.hit.matched.tokens));
    let is_done = |h: &&Hit| {
        kept.iter().all(|&(b, a)| lies(&h.matched.bounds, a, b))
            && same_holes(source, after, &works[site], h, site, claims)
    };
    let rank = |h: &&Hit| (taken.contains(&std::ptr::from_ref(*h)), h.matched.tokens.len());
    let done = match kept.is_empty() {
        true => hits.within(work, &place, true).filter(is_done).min_by_key(rank),
        false => hits.of(work, shift, true).filter(is_done).min_by_key(rank),
    };
    done.map(Some).ok_or_else(|| another_in_hole(source, work, site, claims).unwrap_or_else(|| TAKEN_APART.to_owned()))
}

/// Why a result is refused that does not hold the after side.
const TAKEN_APART: &str =
    "the result would not read as the body's after side does: an operator, a bracket or a condition takes it apart";

/// That a hole holds another site and comes out never or several times, so that the other edit has no one place.
fn another_in_hole(source: &Source, work: &SiteEdit<'_>, site: usize, claims: &Claims) -> Option<String> {
    let variant = work.variant();
    let holes = variant.before.elements.iter().zip(&work.hit.matched.bounds);
    let mut crowded = holes.filter_map(|(element, bound)| {
        let hole = element.part.hole().filter(|_| claims.another_within(&bound.bytes, site))?;
        let times = variant.after.elements.iter().filter(|after| after.part.hole() == Some(hole)).count();
        Some((bound, times)).filter(|(_, times)| *times != 1)
    });
    let (bound, times) = crowded.next()?;
    let line = source.lines.place(bound.bytes.start).0;
    let fate = if times == 0 { "drops the hole".to_owned() } else { format!("has the hole {times} times") };
    Some(format!(
        "a hole holds another site on line {line}, and the after side {fate}: change what it holds in a patch of its own \
         before this one, and let this one say `amends`"
    ))
}

/// Whether every hole is bound to the same code as before.
fn same_holes(source: &Source, after: &Source, work: &SiteEdit<'_>, done: &Hit, site: usize, claims: &Claims) -> bool {
    let variant = work.variant();
    variant.after.elements.iter().zip(&done.matched.bounds).all(|(element, new)| {
        let Some(hole) = element.part.hole().filter(|_| !element.part.is_dots()) else { return true };
        let Some(old) = variant.before.of_hole(hole).map(|i| &work.hit.matched.bounds[i]) else { return true };
        claims.another_within(&old.bytes, site)
            || source.same(&old.tokens, after, &new.tokens)
            || in_parens(source, after, &old.tokens, &new.tokens)
    })
}

/// Whether the new code is the old in parentheses.
fn in_parens(source: &Source, after: &Source, old: &std::ops::Range<usize>, new: &std::ops::Range<usize>) -> bool {
    new.len() == old.len() + 2
        && after.text(new.start) == b"("
        && source.same(old, after, &(new.start + 1..new.end - 1))
}

/// What each site changes, in the file as it was, in order of place.
struct Claims(Vec<(Bytes, usize)>);

impl Claims {
    fn new(works: &[SiteEdit<'_>]) -> Claims {
        let of = |(n, work): (usize, &SiteEdit<'_>)| {
            work.hit.changed.iter().map(move |c| (c.clone(), n)).collect::<Vec<_>>()
        };
        let mut claims: Vec<(Bytes, usize)> = works.iter().enumerate().flat_map(of).collect();
        claims.sort_by_key(|(c, n)| (c.start, c.end, *n));
        Claims(claims)
    }

    /// Whether what another site changes lies within these bytes.
    fn another_within(&self, bytes: &Bytes, site: usize) -> bool {
        let from = self.0.partition_point(|(c, _)| c.start < bytes.start);
        let near = self.0[from..].iter().take_while(|(c, _)| c.start <= bytes.end);
        near.into_iter().any(|(c, n)| *n != site && c.end <= bytes.end)
    }
}
