//! Wrong edits, planted in real code: each would change what a header, a clause or a conditional governs although its
//! body shows no such thing. None may be written as it is planted: it is refused, or cured so that every statement stays
//! under what it was under.

use crate::disturb::Random;
use crate::properties::corpus::{self, Excerpt};
use crate::properties::place::occurrences;
use crate::properties::{SEED, SIZE, folders, number};
use crate::tools;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use treepatch::language::{Language, ListKind};
use treepatch::patchset::{load, substitute};
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::source::{Limits, NodeId, Source, Tokens};
use treepatch::vfs::MemoryTree;

/// So many are planted of each kind, where the code has as many places.
const COUNT: usize = 40;

/// They are looked for in so many pieces of code.
const EXCERPTS: usize = 800;

/// A planted edit: the rows of its body, and what the file is if it is carried out rightly; nothing where it must be
/// refused.
struct Plant {
    kind: &'static str,
    rows: String,
    right: Option<String>,
}

#[test]
fn no_wrong_edit_is_written_in_c() {
    let gnulib = ["/usr/share/gnulib/lib", "/usr/share/gnulib/tests"].map(PathBuf::from);
    let folders = folders("TREEPATCH_PROPERTIES_C", &gnulib);
    if tools::has_sources("gnulib", &folders[0]) {
        sweep(Language::C, &folders, C);
    }
}

#[test]
fn no_wrong_edit_is_written_in_go() {
    if let Some(library) = tools::go_library() {
        sweep(Language::Go, &folders("TREEPATCH_PROPERTIES_GO", &[library]), GO);
    }
}

type Maker = fn(&Source, NodeId) -> Option<Plant>;

const C: &[Maker] = &[
    deleted,
    guarded,
    beside,
    replaced,
    below_conditional,
    endif_moved,
    else_line,
    stray_line,
    clause,
    bare_guard,
    label,
];
const GO: &[Maker] = &[clause, label, label_wrapped];

fn sweep(language: Language, folders: &[PathBuf], makers: &[Maker]) {
    let seed = number("TREEPATCH_PROPERTIES_SEED", SEED);
    let mut random = Random::new(seed as u64);
    let excerpts = corpus::excerpts(language, folders, EXCERPTS, 4 * SIZE, &mut random);
    let mut table: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut planted = vec![0; makers.len()];
    for excerpt in &excerpts {
        let source = &excerpt.source;
        for (n, make) in makers.iter().enumerate().filter(|(n, _)| planted[*n] < COUNT).collect::<Vec<_>>() {
            let at = random.below(source.nodes.len());
            let mut nodes = (at..source.nodes.len()).chain(0..at);
            let Some(plant) = nodes.find_map(|id| make(source, id)) else { continue };
            planted[n] += 1;
            let row = table.entry(plant.kind).or_default();
            let written = written(excerpt, &plant);
            let right = plant.right.as_ref().map(|text| canonical(language, text.as_bytes()));
            match written.as_ref().map(|text| canonical(language, text)) {
                None => row[1] += 1,
                Some(result) if Some(&result) == right.as_ref() => row[0] += 1,
                Some(_) => {
                    row[2] += 1;
                    let result = String::from_utf8_lossy(written.as_deref().unwrap_or_default()).into_owned();
                    wrong.push((plant.kind, excerpt.origin.clone(), plant.rows, difference(source, &result)));
                }
            }
        }
    }
    let mut text = format!("\n{language:?}: planted edits, seed {seed}\n{:<40}   right refused   wrong\n", "kind");
    for (kind, [right, refused, wrong]) in &table {
        text.push_str(&format!("{kind:<40} {right:>7} {refused:>7} {wrong:>7}\n"));
    }
    writeln!(std::io::stderr(), "{text}").unwrap();
    for (kind, origin, rows, diff) in wrong.iter().take(10) {
        println!("=== {kind} in {}\n{rows}---\n{diff}", origin.display());
    }
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    wrong.iter().for_each(|(kind, ..)| *kinds.entry(format!("skeleton ({kind})")).or_default() += 1);
    assert!(wrong.is_empty(), "{} planted edits were written wrong: {kinds:#?}", wrong.len());
    assert_eq!(table.len(), makers.len(), "every kind finds a place");
}

/// The file after a planted edit; nothing where it is refused.
fn written(excerpt: &Excerpt, plant: &Plant) -> Option<Vec<u8>> {
    let end = if excerpt.source.language == Language::Go { "go" } else { "c" };
    let text = format!(
        "format = 1\n[patchset]\nname = \"made\"\ntitle = \"made\"\n\n[[patch]]\nid = \"made\"\ntitle = \"made\"\n\
         why = \"made\"\nfiles = [\"*.{end}\"]\nexpect = \"0..1\"\ndiff = '''\n{}'''\n",
        plant.rows
    );
    let mut patchset = load("made.toml", &text).ok()?;
    substitute(&mut patchset, None).ok()?;
    let file = format!("a.{end}");
    let tree = MemoryTree::new([(PathBuf::from(&file), excerpt.source.bytes.to_vec())]);
    let planned = plan(&patchset, &tree, &Options { threads: 1, ..Options::default() }).ok()?;
    planned.changes().into_iter().find(|c| c.path == Path::new(&file)).map(|c| c.after)
}

/// The tokens of a file, with braces around whatever a header governs without any, and directives on lines of their own.
fn canonical(language: Language, text: &[u8]) -> Vec<String> {
    let source = Source::parse(language, text.to_vec(), Limits::default()).unwrap();
    let mut opens: BTreeMap<usize, usize> = BTreeMap::new();
    let mut closes: BTreeMap<usize, usize> = BTreeMap::new();
    for id in 0..source.nodes.len() {
        if let Some(tokens) = bare(&source, id) {
            *opens.entry(tokens.start).or_default() += 1;
            *closes.entry(tokens.end).or_default() += 1;
        }
    }
    let mut out = Vec::new();
    for t in 0..=source.tokens.len() {
        out.extend(std::iter::repeat_n("}".to_owned(), closes.get(&t).copied().unwrap_or(0)));
        out.extend(std::iter::repeat_n("{".to_owned(), opens.get(&t).copied().unwrap_or(0)));
        if t < source.tokens.len() {
            out.push(String::from_utf8_lossy(source.text(t)).into_owned());
        }
    }
    out
}

/// What a header governs without braces, if the node is that.
fn bare(source: &Source, id: NodeId) -> Option<Tokens> {
    let node = &source.nodes[id];
    let is = source.language.is_bare_body(node.kind, node.field, source.kind(node.parent));
    is.then(|| node.tokens.clone())
}

/// The lines that differ from the file as it was.
fn difference(source: &Source, result: &str) -> String {
    let before = String::from_utf8_lossy(&source.bytes).into_owned();
    similar::TextDiff::from_lines(&before, result).unified_diff().to_string()
}

/// A text with the code of some tokens replaced.
fn with(source: &Source, tokens: &Tokens, new: &str) -> String {
    let span = source.span(tokens);
    let text = |bytes: std::ops::Range<usize>| String::from_utf8_lossy(&source.bytes[bytes]).into_owned();
    text(0..span.start) + new + &text(span.end..source.bytes.len())
}

/// The code of some tokens as rows with a sign; nothing where a row would be a directive or a comment, or where the file
/// holds the same code twice.
fn rows(source: &Source, tokens: &Tokens, sign: char) -> Option<String> {
    let text = std::str::from_utf8(source.slice(tokens)).ok()?;
    let plain = !text.contains('#')
        && !text.contains("/*")
        && !text.contains("//")
        && !text.contains('\\')
        && !text.contains('$');
    let once = text.lines().count() < 12 && occurrences(source, tokens) == 1;
    (plain && once).then(|| text.lines().map(|line| format!("{sign}{line}\n")).collect())
}

fn code(source: &Source, tokens: &Tokens) -> String {
    String::from_utf8_lossy(source.slice(tokens)).into_owned()
}

/// The body of a header goes.
fn deleted(source: &Source, id: NodeId) -> Option<Plant> {
    let tokens = bare(source, id)?;
    let rows = rows(source, &tokens, '-')?;
    Some(Plant { kind: "a body without braces goes", rows, right: Some(with(source, &tokens, "{ }")) })
}

/// An `if` is put over what an `else` follows.
fn guarded(source: &Source, id: NodeId) -> Option<Plant> {
    let tokens = bare(source, id)?;
    if tokens.end >= source.tokens.len() || source.text(tokens.end) != b"else" {
        return None;
    }
    let rows = format!("+if (planted)\n{}", rows(source, &tokens, ' ')?);
    let right = with(source, &tokens, &format!("{{ if (planted) {{ {} }} }}", code(source, &tokens)));
    Some(Plant { kind: "an `if` comes before an `else`", rows, right: Some(right) })
}

/// A statement beside a body without braces.
fn beside(source: &Source, id: NodeId) -> Option<Plant> {
    let tokens = bare(source, id)?;
    let rows = format!("{}+planted();\n", rows(source, &tokens, ' ')?);
    let right = with(source, &tokens, &format!("{{ {} planted(); }}", code(source, &tokens)));
    Some(Plant { kind: "a statement beside a body without braces", rows, right: Some(right) })
}

/// Two statements in the place of a body without braces.
fn replaced(source: &Source, id: NodeId) -> Option<Plant> {
    let tokens = bare(source, id)?;
    let rows = format!("{}+planted();\n+planted(2);\n", rows(source, &tokens, '-')?);
    let right = with(source, &tokens, "{ planted(); planted(2); }");
    Some(Plant { kind: "two statements for a body without braces", rows, right: Some(right) })
}

/// The `#endif` above a statement goes below it, or a new statement comes between the two.
fn below_conditional(source: &Source, id: NodeId) -> Option<Plant> {
    let node = &source.nodes[id];
    let first = node.tokens.start;
    let is_below = source.language.is_statement(node.kind) && first > 0 && source.text(first - 1).starts_with(b"#");
    let own = source.lists_at(first).any(|l| source.lists[l].has_item(&node.tokens));
    if !is_below || !own || source.text(first - 1) != b"#endif" {
        return None;
    }
    let rows = format!("+planted();\n{}", rows(source, &node.tokens, ' ')?);
    let right = with(source, &node.tokens, &format!("planted(); {}", code(source, &node.tokens)));
    Some(Plant { kind: "a statement below `#endif`", rows, right: Some(right) })
}

/// The statement below a conditional, and the conditional.
fn conditional(source: &Source, id: NodeId) -> Option<(Tokens, Tokens)> {
    let node = &source.nodes[id];
    let list = source.lists_at(node.tokens.start).find(|&l| source.lists[l].has_item(&node.tokens))?;
    let items = &source.lists[list].items;
    let at = items.iter().position(|i| i.tokens == node.tokens)?;
    let above = items[at.checked_sub(1)?].node.filter(|&above| source.language.is_branch(source.kind(above)))?;
    let is_statement = source.language.is_statement(node.kind) && node.tokens.len() > 1;
    is_statement.then(|| (source.nodes[above].tokens.clone(), node.tokens.clone()))
}

/// The `#endif` above a statement goes below it, as the body shows.
fn endif_moved(source: &Source, id: NodeId) -> Option<Plant> {
    let (above, tokens) = conditional(source, id)?;
    let opens = source.bytes[source.lines.around(source.span(&above).start, &source.bytes)].to_vec();
    let opens = String::from_utf8(opens).ok()?;
    if opens.contains('\\') || opens.contains("/*") || occurrences(source, &(above.start..above.start + 2)) != 1 {
        return None;
    }
    let rows = format!(" {opens}\n ...\n-#endif\n{}+#endif\n", rows(source, &tokens, ' ')?);
    let last = above.end - 1..above.end;
    let moved = with(source, &(last.start..tokens.end), &format!("{}\n#endif\n", code(source, &tokens)));
    Some(Plant { kind: "an `#endif` goes over a row", rows, right: Some(moved) })
}

/// A branch of a conditional is cut in two.
fn else_line(source: &Source, id: NodeId) -> Option<Plant> {
    let list = &source.lists[source.lists.binary_search_by_key(&id, |l| l.node).ok()?];
    let is_line = source.text(source.nodes[id].tokens.start).starts_with(b"#");
    if !is_line || source.text(source.nodes[id].tokens.start) == b"#else" {
        return None;
    }
    let [.., one, _] = &list.items[..] else { return None };
    let rows = format!("+#else\n{}", rows(source, &one.tokens, ' ')?);
    Some(Plant { kind: "a branch is cut in two", rows, right: None })
}

/// An `#else` where there is no conditional.
fn stray_line(source: &Source, id: NodeId) -> Option<Plant> {
    let list = &source.lists[source.lists.binary_search_by_key(&id, |l| l.node).ok()?];
    let around = || std::iter::once(id).chain(source.ancestors(id));
    let is_line = |n: NodeId| source.nodes[n].kind.starts_with("preproc");
    if list.kind != ListKind::Statements || around().any(is_line) {
        return None;
    }
    let rows = format!("+#else\n{}", rows(source, &list.items.first()?.tokens, ' ')?);
    Some(Plant { kind: "an `#else` without `#if`", rows, right: None })
}

/// A clause is cut in two.
fn clause(source: &Source, id: NodeId) -> Option<Plant> {
    let node = &source.nodes[id];
    if !source.language.is_branch(node.kind) || node.kind.starts_with("preproc") {
        return None;
    }
    let list = &source.lists[source.lists.binary_search_by_key(&id, |l| l.node).ok()?];
    let [.., one, last] = &list.items[..] else { return None };
    let follows = source.tokens.get(last.tokens.end).map(|_| source.text(last.tokens.end));
    if !matches!(follows, Some(b"}" | b"case" | b"default")) || source.text(one.tokens.end - 1) == b":" {
        return None;
    }
    let rows = format!("+case 4711:\n{}", rows(source, &one.tokens, ' ')?);
    Some(Plant { kind: "a clause is cut in two", rows, right: None })
}

/// A header without braces over a statement among others.
fn bare_guard(source: &Source, id: NodeId) -> Option<Plant> {
    let node = &source.nodes[id];
    let own = source.lists_at(node.tokens.start).any(|l| source.lists[l].has_item(&node.tokens));
    if !own
        || !node.kind.ends_with("_statement")
        || node.kind == "case_statement"
        || source.language.is_label(node.kind)
    {
        return None;
    }
    let rows = format!("+if (planted)\n{}", rows(source, &node.tokens, ' ')?);
    let code = code(source, &node.tokens);
    let braced = if code.starts_with('{') { code } else { format!("{{ {code} }}") };
    let right = with(source, &node.tokens, &format!("if (planted) {braced}"));
    Some(Plant { kind: "an `if` over a statement", rows, right: Some(right) })
}

/// What a label marks.
fn marked(source: &Source, id: NodeId) -> Option<Tokens> {
    let node = &source.nodes[id];
    let is_label = source.language.is_label(source.kind(node.parent)) && node.field != "label";
    (is_label && source.language.is_statement(node.kind)).then(|| node.tokens.clone())
}

/// A statement comes between a label and what it marks.
fn label(source: &Source, id: NodeId) -> Option<Plant> {
    let tokens = marked(source, id)?;
    let end = if source.language == Language::C { ";" } else { "" };
    let rows = format!("+planted(){end}\n{}", rows(source, &tokens, ' ')?);
    Some(Plant { kind: "a statement behind a label", rows, right: None })
}

/// A label would go to what is put around the statement that it marks.
fn label_wrapped(source: &Source, id: NodeId) -> Option<Plant> {
    let tokens = marked(source, id)?;
    let rows = format!("+if planted {{\n{}+}}\n", rows(source, &tokens, ' ')?);
    Some(Plant { kind: "an `if` behind a label", rows, right: None })
}
