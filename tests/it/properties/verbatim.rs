//! Bodies whose rows are the source's own lines: what comes out is the plain edit of the lines, byte for byte.

use crate::disturb::Random;
use crate::properties::corpus::Excerpt;
use crate::properties::fragment::is_name;
use crate::properties::place::{Place, is_shown};
use crate::properties::referee;
use similar::ChangeTag;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use treepatch::language::{Language, ListKind};
use treepatch::patchset::{load, substitute};
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::source::Source;
use treepatch::vfs::MemoryTree;

/// The ways to change some lines.
const WAYS: [&str; 7] = ["renamed", "inserted", "deleted", "broken", "joined", "guarded", "commented"];

/// Some lines of a file, and what becomes of them.
struct Case {
    how: &'static str,
    origin: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
    patch: String,
}

/// What became of all cases.
#[derive(Default)]
struct Outcome {
    tried: usize,
    landed: usize,
    wrong: BTreeMap<String, usize>,
}

/// Makes so many bodies of excerpts and compares what treepatch makes of them.
pub fn sweep(language: Language, excerpts: &[Excerpt], count: usize, random: &mut Random) {
    let mut cases = Vec::new();
    for number in 0..count {
        let how = WAYS[number % WAYS.len()];
        let made = (0..200).find_map(|_| {
            let excerpt = &excerpts[random.below(excerpts.len())];
            case(excerpt, how, number, random)
        });
        cases.extend(made);
    }
    // Where gofmt would not leave the plain edit alone, it has the last word.
    if language == Language::Go {
        let mut clean = referee::are_clean(cases.iter().map(|c| c.after.as_slice())).into_iter();
        cases.retain(|_| clean.next() == Some(true));
    }
    let mut outcome = Outcome::default();
    cases.iter().for_each(|case| judge(language, case, &mut outcome));
    let Outcome { tried, landed, wrong } = outcome;
    assert!(wrong.is_empty(), "{landed} of {tried} landed; not the plain edit of the lines: {wrong:#?}");
    assert!(tried * 4 >= count && landed * 4 >= tried * 3, "{landed} of {tried} bodies landed, of {count}");
}

fn judge(language: Language, case: &Case, outcome: &mut Outcome) {
    let name = if language == Language::Go { "a.go" } else { "a.c" };
    let head = "format = 1\n[patchset]\nname = \"made\"\ntitle = \"made\"\n\n";
    outcome.tried += 1;
    let Ok(mut patchset) = load("made.toml", &format!("{head}{}", case.patch)) else { return };
    if substitute(&mut patchset, None).is_err() {
        return;
    }
    let tree = MemoryTree::new([(PathBuf::from(name), case.before.clone())]);
    let Ok(planned) = plan(&patchset, &tree, &Options { threads: 1, ..Options::default() }) else { return };
    let Some(change) = planned.changes().into_iter().find(|c| c.path == Path::new(name)) else { return };
    outcome.landed += 1;
    if change.after == case.after {
        return;
    }
    let count = outcome.wrong.entry(format!("verbatim ({})", case.how)).or_default();
    *count += 1;
    if *count == 1 {
        let (wanted, got) = (String::from_utf8_lossy(&case.after), String::from_utf8_lossy(&change.after));
        println!("=== {} of {}\n{}", case.how, case.origin.display(), case.patch);
        println!("{}", similar::TextDiff::from_lines(&*wanted, &*got).unified_diff());
    }
}

/// A body for some lines of an excerpt.
fn case(excerpt: &Excerpt, how: &'static str, number: usize, random: &mut Random) -> Option<Case> {
    let source = &excerpt.source;
    let places = places(source, random)?;
    let place = random.pick(&places)?.clone();
    let (from, to) = (places[0].doc, places[places.len() - 1].end);
    // Empty lines beside them are shown, too.
    let blank = |line: &[u8]| line.trim_ascii().is_empty();
    let above = if from > 0 { source.lines.start(from - 1) } else { from };
    let from = if blank(&source.bytes[above..from]) { above } else { from };
    let below = source.lines.next(to);
    let to = if to < source.bytes.len() && blank(&source.bytes[to..below]) { below } else { to };
    let old = String::from_utf8(source.bytes[from..to].to_vec()).ok()?;
    let item = changed(source, &place, how, number, random)?;
    let new = format!(
        "{}{item}{}",
        String::from_utf8_lossy(&source.bytes[from..place.start]),
        String::from_utf8_lossy(&source.bytes[place.end..to])
    );
    let whole = |text: &str| [&source.bytes[..from], text.as_bytes(), &source.bytes[to..]].concat();
    let after = whole(&new);
    if new == old || old.contains("'''") || referee::errors(source.language, &after) > 0 {
        return None;
    }
    let reading = match place.kind {
        ListKind::Fields => "field",
        ListKind::Methods => "method",
        ListKind::Specs => "spec",
        ListKind::Elements => "element",
        ListKind::Enumerators => "enumerator",
        _ => "code",
    };
    let end = if source.language == Language::Go { "go" } else { "c" };
    let rows = rows(&old, &new, random);
    let patch = format!(
        "[[patch]]\nid = \"made\"\ntitle = \"made\"\nwhy = \"made\"\nfiles = [\"*.{end}\"]\nas = \"{reading}\"\n\
         diff = '''\n{rows}'''\n"
    );
    Some(Case { how, origin: excerpt.origin.clone(), before: source.bytes.to_vec(), after, patch })
}

/// One to three neighbouring items, each alone on its lines.
fn places(source: &Source, random: &mut Random) -> Option<Vec<Place>> {
    use ListKind::*;
    let kinds = [File, Statements, Fields, Specs, Elements, Enumerators];
    let fits = |l: &usize| kinds.contains(&source.lists[*l].kind) && !source.lists[*l].items.is_empty();
    let lists: Vec<usize> = (0..source.lists.len()).filter(fits).collect();
    let &list = random.pick(&lists)?;
    let inside = source.lists[list].inside.start;
    if source.lists[list].kind == Specs && inside > 1 && source.text(inside - 2) == b"import" {
        return None;
    }
    let count = source.lists[list].items.len();
    let first = random.below(count);
    let places: Option<Vec<Place>> =
        (first..count.min(first + 1 + random.below(3))).map(|n| Place::of(source, list, n)).collect();
    let places = places?;
    let separated = |p: &Place| p.kind.by_lines() || p.comma.is_some();
    places.iter().all(|p| is_shown(source, p) && separated(p)).then_some(places)
}

/// The lines of an item after a change.
fn changed(source: &Source, place: &Place, how: &str, number: usize, random: &mut Random) -> Option<String> {
    let names: Vec<usize> = place.tokens.clone().filter(|&t| is_name(source, t)).collect();
    let &name = random.pick(&names)?;
    let text = |from: usize, to: usize| String::from_utf8_lossy(&source.bytes[from..to]).into_owned();
    let bytes = source.tokens[name].bytes.clone();
    let renamed = || format!("{}patched{number}{}", text(place.start, bytes.start), text(bytes.end, place.end));
    let own = text(place.start, place.end);
    let indent = place.indent(source);
    let go = source.language == Language::Go;
    // Where a line may end, and where one ends, behind a comma or an opening bracket.
    let directive = own.trim_start().starts_with('#');
    let seams = |ends: bool| {
        let inner = place.tokens.start + 1..place.tokens.end;
        let fits = |t: &usize| {
            let gap = source.tokens[t - 1].bytes.end..source.tokens[*t].bytes.start;
            let between = &source.bytes[gap];
            let comma = between.first() == Some(&b',') || source.text(t - 1) == b"(" && source.text(*t) != b")";
            comma && source.comments_at(*t).is_empty() && between.contains(&b'\n') == ends && *t > name
        };
        inner.filter(|t| !directive && fits(t)).collect::<Vec<_>>()
    };
    let spaced = |t: usize, blank: &str| {
        let (before, at) = (source.tokens[t - 1].bytes.end, source.tokens[t].bytes.start);
        let comma = if source.bytes[before] == b',' { "," } else { "" };
        let head = format!("{}patched{number}{}", text(place.start, bytes.start), text(bytes.end, before));
        format!("{head}{comma}{blank}{}", text(at, place.end))
    };
    Some(match how {
        "renamed" => renamed(),
        "inserted" if random.below(2) == 0 => format!("{own}{}", renamed()),
        "inserted" => format!("{own}\n{}", renamed()),
        "deleted" => String::new(),
        "broken" => {
            let margin = if go { "\t" } else { ["\t", "    ", "\t    ", " "][random.below(4)] };
            let &seam = random.pick(&seams(false))?;
            let line = source.lines.around(source.tokens[seam - 1].bytes.start, &source.bytes);
            let line = text(line.start, line.end);
            let lead = &line[..line.len() - line.trim_start().len()];
            spaced(seam, &format!("\n{lead}{margin}"))
        }
        "joined" => {
            let &seam = random.pick(&seams(true))?;
            spaced(seam, if source.text(seam - 1) == b"(" { "" } else { " " })
        }
        "guarded" if place.kind == ListKind::Statements => {
            let step = if go { "\t" } else { ["\t", "  ", "    "][random.below(3)] };
            let lines = own.lines().map(|l| if l.trim().is_empty() { "\n".to_owned() } else { format!("{step}{l}\n") });
            let (open, close) = if go { (" patched ", "") } else { (" (patched) ", "") };
            format!("{indent}if{open}{{\n{}{indent}}}{close}\n", lines.collect::<String>())
        }
        "commented" if go => format!("{indent}// Patched.\n{}", renamed()),
        "commented" => format!("{indent}/* Patched,\n{indent}   twice.  */\n{}", renamed()),
        _ => return None,
    })
}

/// A diff of the lines, sometimes without the blanks that all of them begin with.
fn rows(old: &str, new: &str, random: &mut Random) -> String {
    let lines = || old.lines().chain(new.lines()).filter(|l| !l.trim().is_empty());
    let lead = |l: &str| l.len() - l.trim_start_matches([' ', '\t']).len();
    let first = lines().next().unwrap_or("");
    let same = |l: &str| l.bytes().zip(first.bytes()).take_while(|(a, b)| a == b).count().min(lead(l));
    let common = lines().map(same).min().unwrap_or(0);
    let literal = old.contains('`') || lines().any(|l| l.starts_with('#') || l.ends_with('\\'));
    let cut = if random.below(2) == 0 && !literal { common } else { 0 };
    let mut rows = String::new();
    for change in similar::TextDiff::from_lines(old, new).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Equal => ' ',
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
        };
        let line = change.value().strip_suffix('\n').unwrap_or(change.value());
        rows.push_str(&format!("{sign}{}\n", line.get(cut..).unwrap_or("")));
    }
    rows
}
