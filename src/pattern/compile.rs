use super::edit_script::{Change, script};
use super::element::{Part, Root, Side, lists_of};
use super::elements::{Unpaired, link};
use super::framed::Reading as Read;
use super::frames::{Frame, frames};
use super::names::Names;
use super::removed::{Removed, own_names, removed};
use super::rows::{Pairs, pair};
use super::side_text::SideText;
use super::words::Required;
use crate::language::{Atom, Language, ListKind, go};
use crate::patchset::{Diagnostic, Expect, Fragment, Hunk, Reading, Sign};
use crate::source::Tokens;
use std::collections::{BTreeMap, HashMap};

/// One diff, ready to be matched.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The language it is in.
    pub language: Language,
    /// The body as written, and its twin for declaration groups where it has one.
    pub variants: Vec<Variant>,
    /// The rows as the author wrote them.
    pub fragment: Fragment,
    /// The words of a site to do.
    pub words_before: Required,
    /// The words of a site that is done.
    pub words_after: Required,
    /// For each row that goes, its names that the after side does not show.
    pub own_names: Vec<Vec<Vec<u8>>>,
}

/// One way to spell a body: two sides, and what changes between them.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What is there before.
    pub before: Side,
    /// What is there after.
    pub after: Side,
    /// Elements that stay: before, after.
    pub keeps: Vec<(usize, usize)>,
    /// Those that cannot be taken for others: by their places a site is known again. A mark such as `.` that a side
    /// shows twice may be kept in more than one way, and tells nothing.
    pub steady: Vec<(usize, usize)>,
    /// What changes, in order.
    pub changes: Vec<Change>,
    /// The deletions that the after side leaves open.
    pub removed: Vec<Removed>,
    /// The lists in which it may be, where that is bound.
    pub lists: Option<&'static [ListKind]>,
    /// The keyword of the declaration group whose specs it meets.
    pub grouped: Option<&'static str>,
    /// The same with more of its holes in their places, where sites in those have to be edited as well.
    pub held: Option<Box<Variant>>,
}

impl Variant {
    /// Whether it shows no ellipsis: then two matches over the same code are one place, whatever the holes hold.
    pub fn is_fixed(&self) -> bool {
        !self.before.elements.iter().chain(&self.after.elements).any(|e| e.part.is_dots())
    }

    /// A token that stays, on both sides.
    pub fn anchor(&self) -> Option<(usize, usize)> {
        self.steady.iter().copied().find(|&(b, _)| matches!(self.before.elements[b].part, Part::Token { .. }))
    }
}

/// Pairs of elements that stay and cannot be taken for others.
fn steady(before: &Side, after: &Side, keeps: &[(usize, usize)]) -> Vec<(usize, usize)> {
    fn counts(side: &Side) -> HashMap<&Part, usize> {
        let mut counts = HashMap::new();
        side.elements.iter().for_each(|e| *counts.entry(&e.part).or_default() += 1);
        counts
    }
    let (befores, afters) = (counts(before), counts(after));
    let once = |side: &Side, counts: &HashMap<&Part, usize>, i: usize| counts.get(&side.elements[i].part) == Some(&1);
    let kept = || keeps.iter().copied().filter(|&(b, _)| !before.elements[b].part.is_dots());
    let steady: Vec<(usize, usize)> =
        kept().filter(|&(b, a)| once(before, &befores, b) && once(after, &afters, a)).collect();
    if steady.is_empty() { kept().collect() } else { steady }
}

/// A fragment without signs: a condition.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The ways to read it: any of them may occur.
    pub spellings: Vec<Spelling>,
    /// The rows as the author wrote them.
    pub fragment: Fragment,
}

impl Compiled {
    /// The words without which it occurs nowhere.
    pub fn words(&self, language: Language) -> Required {
        self.spellings.last().map(|s| Required::of(language, &s.side)).unwrap_or_default()
    }
}

/// One way to read a condition.
#[derive(Clone, Debug)]
pub struct Spelling {
    reading: Reading,
    /// What it shows.
    pub side: Side,
    /// The lists in which it may be, where that is bound.
    pub lists: Option<&'static [ListKind]>,
    /// The keyword of the declaration group whose specs it meets.
    pub grouped: Option<&'static str>,
}

/// Compiles a hunk's diff. Holes are numbered in `names`, which all fragments of one patch share.
///
/// Fails with what is wrong in the body, as places in the patchset file.
pub fn compile_hunk(hunk: &Hunk, language: Language, names: &mut Names) -> Result<Pattern, Vec<Diagnostic>> {
    let fragment = &hunk.diff;
    let pairs = pair(fragment);
    let number = names.fragment();
    let imports: BTreeMap<String, String> =
        hunk.imports.iter().map(|(name, path)| (name.clone(), path.value.clone())).collect();
    let before = SideText::new(fragment, Sign::Plus, language);
    let after = SideText::new(fragment, Sign::Minus, language);
    if before.is_empty() {
        let help = "show a line that stands beside the new ones, with a blank in column 1";
        return Err(vec![complain(
            fragment,
            fragment.span.clone(),
            "the body shows no line of the source",
            Some(help),
        )]);
    }
    let forced = hunk.reading.as_ref().map(|r| r.value);
    let (reading, left, right) = choose(&before, &after, language, forced, fragment)?;
    let partner = partners(&pairs);
    let mut build = |read: Read, side: &SideText<'_>| {
        read.elements(side, &partner, number, names, &imports).map_err(|Unpaired(at)| {
            let help = "give the hole a name, or change a `-` line that has as many";
            vec![complain(
                fragment,
                side.place(&at),
                "this takes its text from a `-` line that there is not",
                Some(help),
            )]
        })
    };
    let (mut before_side, mut after_side) = (build(left, &before)?, build(right, &after)?);
    if forced == Some(Reading::Name) {
        for side in [&mut before_side, &mut after_side] {
            name(side, fragment)?;
        }
    }
    if matches!(before_side.root, Root::Empty)
        || before_side.elements.iter().all(|e| matches!(e.part, Part::Comment(_)))
    {
        return Err(vec![complain(fragment, fragment.span.clone(), "the body shows no code, only comments", None)]);
    }
    let may_be_none = matches!(hunk.expect, Expect::Between(0, _)) || !hunk.inside.is_empty();
    if matches!(after_side.root, Root::Empty) && !may_be_none {
        let help = "add `inside`, so that the place is known when the code is gone, or an `expect` that allows 0";
        let message = "nothing is left of the body, so nobody could tell when it is done";
        return Err(vec![complain(fragment, fragment.span.clone(), message, Some(help))]);
    }
    let lists = lists_of(reading);
    let mut variants = vec![variant(fragment, &pairs, before_side, after_side, lists, None)?];
    if let Some((keyword, before, after)) = grouped(language, &variants[0]) {
        variants.push(variant(fragment, &pairs, before, after, Some(&[ListKind::Specs]), Some(keyword))?);
    }
    let narrow = variants.last().unwrap_or(&variants[0]);
    let (words_before, words_after) = (Required::of(language, &narrow.before), Required::of(language, &narrow.after));
    let own_names = own_names(fragment, &variants[0].before, &variants[0].after);
    Ok(Pattern { language, variants, fragment: fragment.clone(), words_before, words_after, own_names })
}

/// Takes a side as a name wherever it is, which it has to be.
fn name(side: &mut Side, fragment: &Fragment) -> Result<(), Vec<Diagnostic>> {
    let is_name = |part: &Part| match part {
        Part::Token { atom, .. } => *atom == Atom::Word,
        part => matches!(part, Part::Item(_) | Part::Paste(_)),
    };
    let mut code = side.elements.iter().map(|e| &e.part).filter(|part| !matches!(part, Part::Comment(_)));
    if side.root != Root::Value || !code.next().is_some_and(is_name) || code.next().is_some() {
        let help = "with as = \"name\" each side is one name";
        return Err(vec![complain(fragment, fragment.span.clone(), "this is no name", Some(help))]);
    }
    side.root = Root::Name;
    Ok(())
}

/// Compiles a condition: a fragment on which every row is context.
pub fn compile_fragment(
    fragment: &Fragment,
    language: Language,
    names: &mut Names,
    imports: &BTreeMap<String, String>,
) -> Result<Compiled, Vec<Diagnostic>> {
    let text = SideText::new(fragment, Sign::Plus, language);
    let number = names.fragment();
    let mut spellings: Vec<Spelling> = Vec::new();
    let mut settled = None;
    for frame in frames(language) {
        if settled == Some(Reading::Code) || spellings.iter().any(|s| s.reading == frame.reading) {
            continue;
        }
        let Some(read) = text.read_clean(*frame) else { continue };
        // What reads as plain code needs no other reading; a condition is asked in all the others that there are.
        settled = settled.or((!read.is_label()).then_some(frame.reading));
        let side = read.elements(&text, &[], number, names, imports);
        let side = side.map_err(|Unpaired(at)| vec![complain(fragment, text.place(&at), "unpaired hole", None)])?;
        let specs = |(decl, keyword, specs): &(&str, &'static str, &[&'static str])| {
            as_specs(&side, decl, keyword, specs).map(|grouped| (grouped, *keyword))
        };
        let grouped = go::GROUPS.iter().filter(|_| language == Language::Go).find_map(specs);
        spellings.push(Spelling { reading: frame.reading, side, lists: lists_of(frame.reading), grouped: None });
        spellings.extend(grouped.map(|(side, keyword)| Spelling {
            reading: frame.reading,
            side,
            lists: Some(&[ListKind::Specs]),
            grouped: Some(keyword),
        }));
    }
    if !spellings.is_empty() {
        return Ok(Compiled { spellings, fragment: fragment.clone() });
    }
    let best = least_wrong(&text, frames(language));
    Err(vec![unreadable(fragment, language, &text, best, "the fragment")])
}

fn variant(
    fragment: &Fragment,
    pairs: &Pairs,
    before: Side,
    after: Side,
    lists: Option<&'static [ListKind]>,
    grouped: Option<&'static str>,
) -> Result<Variant, Vec<Diagnostic>> {
    let plain = script(fragment, pairs, &before, &after, false);
    if let Some(&row) = plain.adrift.first() {
        let row = &fragment.rows[row];
        let help = "show the line that it stands below or above; an ellipsis does not tell the place";
        let message = "nothing tells where this line is to stand";
        return Err(vec![complain(fragment, row.at..row.at + row.text.len().max(1), message, Some(help))]);
    }
    let is_torn = |&row: &usize| {
        fragment.rows[row].sign == Sign::Context && before.inner_rows.contains(&row) != after.inner_rows.contains(&row)
    };
    if let Some(row) = (0..fragment.rows.len()).find(is_torn).map(|row| &fragment.rows[row]) {
        let message =
            "this line is a part of a macro, a string or a comment on one side, and code of its own on the other";
        let help = "write it as a `-` line and a `+` line";
        return Err(vec![complain(fragment, row.at..row.at + row.text.len().max(1), message, Some(help))]);
    }
    if plain.changes.is_empty() {
        let message = "the two sides are the same, so there is nothing to do";
        return Err(vec![complain(fragment, fragment.span.clone(), message, None)]);
    }
    let held = held(fragment, pairs, &before, &after, &plain.keeps);
    let steady = steady(&before, &after, &plain.keeps);
    let removed = removed(&before, &after, &plain.keeps, &plain.changes);
    Ok(Variant { before, after, keeps: plain.keeps, steady, changes: plain.changes, removed, lists, grouped, held })
}

/// The same shape with more of its holes in their places, if there is one: `f($x)` to `$x.f()` leaves either the
/// brackets where they are or `$x`.
fn held(
    fragment: &Fragment,
    pairs: &Pairs,
    before: &Side,
    after: &Side,
    keeps: &[(usize, usize)],
) -> Option<Box<Variant>> {
    let holes = |keeps: &[(usize, usize)]| {
        keeps.iter().filter(|&&(b, _)| matches!(before.elements[b].part, Part::Item(_) | Part::Dots(..))).count()
    };
    let shown = |side: &Side| side.elements.iter().filter(|e| e.part.hole().is_some()).count();
    if holes(keeps) == shown(before).min(shown(after)) {
        return None;
    }
    let script = script(fragment, pairs, before, after, true);
    (holes(&script.keeps) > holes(keeps)).then(|| {
        let steady = steady(before, after, &script.keeps);
        let removed = removed(before, after, &script.keeps, &script.changes);
        let (before, after, keeps, changes) = (before.clone(), after.clone(), script.keeps, script.changes);
        Box::new(Variant { before, after, keeps, steady, changes, removed, lists: None, grouped: None, held: None })
    })
}

/// The rows whose unnamed holes a `+` row shares: its pair, or the row that it was before a move.
fn partners(pairs: &Pairs) -> Vec<Option<usize>> {
    let mut partner = pairs.partner.clone();
    for &(minus, plus) in &pairs.moved {
        partner[plus] = Some(minus);
    }
    partner
}

/// Finds the one reading in which both sides parse.
fn choose(
    before: &SideText<'_>,
    after: &SideText<'_>,
    language: Language,
    forced: Option<Reading>,
    fragment: &Fragment,
) -> Result<(Reading, Read, Read), Vec<Diagnostic>> {
    let mut found: Vec<(Reading, Read, Read)> = Vec::new();
    let mut left_is_clean = false;
    for (reading, tried) in wrappings(language, forced) {
        let Some(left) = first_clean(before, tried) else { continue };
        left_is_clean = true;
        let Some(right) = first_clean(after, tried) else { continue };
        // What reads as plain code needs no other reading, unless it is a label, which `a: b` is by chance.
        let settled = reading == Reading::Code && !(left.is_label() && right.is_label());
        found.push((reading, left, right));
        if settled {
            break;
        }
    }
    if found.len() > 1 {
        // Several readings that are in the same kind of list would find the same sites.
        let names: Vec<String> = found.iter().map(|f| format!("\"{}\"", as_word(f.0, f.1.is_label()))).collect();
        let message = format!("this can be read in {} ways", found.len());
        let help = format!("say which is meant: as = {}", names.join(" or as = "));
        return Err(vec![complain(fragment, fragment.span.clone(), &message, Some(&help))]);
    }
    if let Some(only) = found.pop() {
        return Ok(only);
    }
    // Show the side that fails, the before side first.
    let (text, which) = if left_is_clean {
        (after, "the after side (`+` and space lines)")
    } else {
        (before, "the before side (`-` and space lines)")
    };
    let most = if text.is_long() { 1 } else { usize::MAX };
    let wrong = wrappings(language, forced).take(most).filter_map(|(_, tried)| least_wrong(text, tried));
    let best = wrong.min_by_key(Read::errors);
    Err(vec![unreadable(fragment, language, text, best, which)])
}

/// The readings of a language that an author may mean, each with its frames.
fn wrappings(language: Language, forced: Option<Reading>) -> impl Iterator<Item = (Reading, &'static [Frame])> {
    let wanted = move |r: Reading| {
        r == Reading::Code && matches!(forced, Some(Reading::Label | Reading::Name)) || forced.is_none_or(|f| f == r)
    };
    frames(language).chunk_by(|a, b| a.reading == b.reading).map(|f| (f[0].reading, f)).filter(move |f| wanted(f.0))
}

/// The first clean reading of a side in these frames.
fn first_clean(side: &SideText<'_>, frames: &[Frame]) -> Option<Read> {
    frames.iter().find_map(|frame| side.read_clean(*frame))
}

/// The best reading of a side in these frames, up to one that is clean, of those that are not.
fn least_wrong(side: &SideText<'_>, frames: &[Frame]) -> Option<Read> {
    let frames = if side.is_long() { &frames[..1] } else { frames };
    let reads = frames.iter().map(|frame| side.read_wrong(*frame));
    reads.take_while(|read| !read.is_clean()).min_by_key(Read::errors)
}

fn as_word(reading: Reading, label: bool) -> &'static str {
    match reading {
        Reading::Code if label => "label",
        Reading::Code | Reading::Label => "code",
        Reading::Field => "field",
        Reading::Element => "element",
        Reading::Parameter => "parameter",
        Reading::Case => "case",
        Reading::Method => "method",
        Reading::Spec => "spec",
        Reading::Enumerator => "enumerator",
        Reading::Name => "name",
    }
}

fn unreadable(
    fragment: &Fragment,
    language: Language,
    side: &SideText<'_>,
    best: Option<Read>,
    which: &str,
) -> Diagnostic {
    if best.as_ref().is_some_and(Read::is_given_up) {
        let message = format!("the parser gave up on {which}: {} takes far fewer steps", language.name());
        let help = "docs/limits.md has its limits; make the body shorter, or mend what is no code in it";
        return complain(fragment, 0..0, &message, Some(help));
    }
    let runs_on = best.as_ref().is_some_and(Read::runs_on);
    let at = best.map_or(0..0, |w| w.trouble(side));
    let message = format!("{which} does not parse as {}", language.name());
    let inline =
        fragment.rows.iter().any(|r| r.text.contains("...") && !r.text.contains("$...") && r.text.trim() != "...");
    let help = if runs_on {
        "an element ends with a comma; without one, the next line reads as a part of it"
    } else if inline {
        "within a line an ellipsis is written `$...`; `...` stands alone on its line"
    } else {
        "every bracket must close within the body, and what the signs leave out must leave whole code"
    };
    complain(fragment, side.place(&at), &message, Some(help))
}

fn complain(fragment: &Fragment, span: std::ops::Range<usize>, message: &str, help: Option<&str>) -> Diagnostic {
    let span = if span.is_empty() { fragment.span.clone() } else { span };
    Diagnostic { message: message.to_owned(), span, label: String::new(), help: help.map(str::to_owned) }
}

/// The same body for specs in a group: `const x = 1` also meets `x = 1` within `const ( … )`.
fn grouped(language: Language, variant: &Variant) -> Option<(&'static str, Side, Side)> {
    if language != Language::Go || variant.lists.is_some() {
        return None;
    }
    go::GROUPS.iter().find_map(|(decl, keyword, specs)| {
        let before = as_specs(&variant.before, decl, keyword, specs)?;
        let after = as_specs(&variant.after, decl, keyword, specs)?;
        Some((*keyword, before, after))
    })
}

fn as_specs(side: &Side, decl: &str, keyword: &str, specs: &[&'static str]) -> Option<Side> {
    if matches!(side.root, Root::Empty) {
        return Some(side.clone());
    }
    let end = side.elements.last()?.tokens.end;
    let start = side.elements.first()?.tokens.start;
    let list = side.source.lists_at(start).find(|&l| side.source.lists[l].kind.by_lines())?;
    let items: Vec<Tokens> = side.source.lists[list]
        .items
        .iter()
        .map(|i| i.tokens.clone())
        .filter(|t| start <= t.start && t.end <= end)
        .collect();
    let plain = |t: &Tokens| {
        side.source.nodes_over(t).any(|(_, n)| n.kind == decl)
            && side.source.text(t.start) == keyword.as_bytes()
            && side.source.tokens.get(t.start + 1).is_some_and(|_| side.source.text(t.start + 1) != b"(")
    };
    if items.is_empty() || !items.iter().all(plain) {
        return None;
    }
    let mut side = side.clone();
    let drops = |e: &super::Element| {
        items.iter().any(|t| e.tokens.start == t.start && e.tokens.len() == 1 && !matches!(e.part, Part::Comment(_)))
    };
    let mut kept = Vec::new();
    let mut carried = None;
    for mut element in std::mem::take(&mut side.elements) {
        if drops(&element) {
            carried = Some((element.gap, element.list));
        } else {
            if let Some((gap, list)) = carried.take() {
                (element.gap, element.list) = (gap, list);
            }
            element.list_prior = None;
            element.hole_prior = None;
            kept.push(element);
        }
    }
    side.holes = link(&mut kept);
    side.elements = kept;
    side.root =
        if items.len() == 1 { Root::Node(specs.to_vec()) } else { Root::Run { by_lines: true, list: Some(list) } };
    Some(side)
}
