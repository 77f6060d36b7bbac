//! A verdict is true: generated files, in which removed rows are anywhere around the place of a deletion, or several
//! versions of the code beside each other, are judged by a simple model that knows nothing of trees.
//!
//! `TREEPATCH_TRUTH_COUNT` is how many files are made of each kind, `TREEPATCH_TRUTH_SEED` what they are made from.

#![allow(clippy::unwrap_used)]

use crate::disturb::Random;
use std::path::{Path, PathBuf};
use treepatch::patchset::load;
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::report::{Plan, Report, Verdict};
use treepatch::vfs::MemoryTree;

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

fn cases(salt: usize) -> impl Iterator<Item = Random> {
    let (count, seed) = (number("TREEPATCH_TRUTH_COUNT", 600), number("TREEPATCH_TRUTH_SEED", 1));
    (0..count).map(move |n| Random::new((seed * 1_000_003 + n * 31 + salt) as u64))
}

fn planned(patch: &str, files: &[(&str, String)]) -> Plan {
    let head =
        "format = 1\n[patchset]\nname = \"p\"\ntitle = \"p\"\n[[patch]]\nid = \"p\"\ntitle = \"p\"\nwhy = \"p\"\n";
    let patchset = load("p.toml", &format!("{head}{patch}")).unwrap();
    let tree = MemoryTree::new(files.iter().map(|(name, text)| (PathBuf::from(name), text.clone().into_bytes())));
    plan(&patchset, &tree, &Options { threads: 1, ..Options::default() }).unwrap()
}

/// The file after a plan.
fn after(plan: &Plan, name: &str, before: &str) -> String {
    let changed = plan.changes().into_iter().find(|c| c.path == Path::new(name));
    changed.map_or_else(|| before.to_owned(), |c| String::from_utf8(c.after).unwrap())
}

/// A function as its rows: how deep each is, and what it says.
type Rows = Vec<(usize, &'static str)>;

/// Calls and blocks in a random order.
fn rows(random: &mut Random) -> Rows {
    let (mut rows, mut depth) = (Rows::new(), 0);
    for _ in 0..2 + random.below(7) {
        match random.below(8) {
            0 | 1 => rows.push((depth, "lock")),
            2..=4 => rows.push((depth, "work")),
            5 if depth < 2 => {
                rows.push((depth, "if"));
                depth += 1;
                rows.push((depth, "prepare"));
            }
            6 if depth > 0 => depth -= 1,
            _ => rows.push((depth, "rest")),
        }
    }
    rows
}

fn text(rows: &Rows, c: bool) -> String {
    let mut out = if c { "void f(void)\n{\n" } else { "package p\n\nfunc f() {\n" }.to_owned();
    let (mut depth, end) = (0, if c { ";" } else { "" });
    for &(deep, word) in rows {
        while depth > deep {
            out.push_str(&format!("{}}}\n", "\t".repeat(depth)));
            depth -= 1;
        }
        depth = deep;
        let tabs = "\t".repeat(depth + 1);
        match word {
            "if" => out.push_str(&format!("{tabs}{}\n", if c { "if (ready) {" } else { "if ready {" })),
            _ => out.push_str(&format!("{tabs}{word}(){end}\n")),
        }
    }
    while depth > 0 {
        out.push_str(&format!("{}}}\n", "\t".repeat(depth)));
        depth -= 1;
    }
    out + "}\n"
}

/// What the rows hold for a deletion beside one shown row: the pairs that are to do, as numbers of the removed rows, and
/// how many shown rows have none left on their side.
fn model(rows: &Rows, is_above: bool) -> (Vec<usize>, usize) {
    // Rows follow each other in one block where they are equally deep and nothing is in between.
    let pair = |at: usize| {
        let (shown, removed) = if is_above { (at, at + 1) } else { (at + 1, at) };
        let both = rows.get(shown).zip(rows.get(removed));
        both.is_some_and(|(s, r)| s.1 == "lock" && r.1 == "work" && s.0 == r.0).then_some((shown, removed))
    };
    let pairs: Vec<(usize, usize)> = (0..rows.len()).filter_map(pair).collect();
    let removed: Vec<usize> = pairs.iter().map(|p| p.1).collect();
    let is_left = |shown: usize| {
        let mut works = (0..rows.len()).filter(|&n| rows[n].1 == "work" && !removed.contains(&n));
        works.any(|n| if is_above { n > shown } else { n < shown })
    };
    let shown = (0..rows.len()).filter(|&n| rows[n].1 == "lock" && !pairs.iter().any(|p| p.0 == n));
    let clean = shown.filter(|&n| !is_left(n)).count();
    (removed, clean)
}

#[test]
fn a_deletion_is_applied_where_its_rows_are_gone() {
    let (mut carried_out, mut kept_back) = (0, 0);
    for mut random in cases(0) {
        let (is_above, c) = (random.below(2) == 0, random.below(2) == 0);
        let rows = rows(&mut random);
        let (name, end) = if c { ("a.c", ";") } else { ("a.go", "") };
        let body = if is_above { format!(" lock(){end}\n-work(){end}") } else { format!("-work(){end}\n lock(){end}") };
        let patch = format!("files = [\"{name}\"]\nexpect = \"1..\"\ndiff = '''\n{body}\n'''\n");
        let before = text(&rows, c);
        let plan = planned(&patch, &[(name, before.clone())]);
        let report = &plan.reports[0];
        let (todo, done) = model(&rows, is_above);
        let said = || format!("{patch}{before}{report:#?}");
        assert_eq!((report.todo(), report.done()), (todo.len(), done), "{}", said());
        if todo.is_empty() {
            assert_eq!(report.verdict == Verdict::Applied, done > 0, "{}", said());
            continue;
        }
        let left: Rows = rows.iter().enumerate().filter(|(n, _)| !todo.contains(n)).map(|(_, row)| *row).collect();
        let (again, clean) = model(&left, is_above);
        // Each place that was edited must be known as applied.
        let is_right = again.is_empty() && clean == todo.len() + done;
        assert_eq!(!plan.is_refused(), is_right, "{}", said());
        let result = after(&plan, name, &before);
        if is_right {
            carried_out += 1;
            assert_eq!(result, text(&left, c), "{}", said());
            let second = planned(&patch, &[(name, result)]);
            assert_eq!(second.reports[0].verdict, Verdict::Applied, "{}", said());
            assert!(second.changes().is_empty());
        } else {
            kept_back += 1;
        }
    }
    assert!(carried_out > 30 && kept_back > 30, "{carried_out} carried out, {kept_back} kept back");
}

/// A file, how a body of its rows is read, what is around the rows, and a row with a name.
type Set = (&'static str, &'static str, &'static str, fn(&str) -> String, &'static str);

#[test]
fn an_item_of_a_set_is_gone_where_it_is_nowhere_in_the_set() {
    for mut random in cases(1) {
        let mut names = vec!["name", "age", "size", "kind"];
        names.truncate(2 + random.below(3));
        (0..names.len()).rev().for_each(|n| names.swap(n, random.below(n + 1)));
        let lines = |names: &[&str], text: fn(&str) -> String| names.iter().map(|n| text(n)).collect::<String>();
        let kinds: [Set; 4] = [
            ("a.go", "field", "package p\n\ntype t struct {\n", |n| format!("\t{n} int\n"), "}\n"),
            ("a.go", "element", "package p\n\nvar l = []int{\n", |n| format!("\t{n},\n"), "}\n"),
            ("a.c", "enumerator", "enum e {\n", |n| format!("\t{n},\n"), "};\n"),
            ("a.c", "code", "", |n| format!("#include <{n}.h>\n"), ""),
        ];
        let (file, reading, head, line, tail) = kinds[random.below(kinds.len())];
        let (shown, removed) = (line("name"), line("age"));
        let rows = format!(" {}-{}", shown.trim_start(), removed.trim_start());
        let rows = if rows.contains(" int") { rows.replace(" int", "  int") } else { rows };
        let patch = format!("files = [\"{file}\"]\nas = \"{reading}\"\ndiff = '''\n{rows}'''\n");
        let before = format!("{head}{}{tail}", lines(&names, line));
        let plan = planned(&patch, &[(file, before.clone())]);
        let at = |name: &str| names.iter().position(|n| *n == name);
        let (verdict, is_gone) = (plan.reports[0].verdict, at("age").is_none());
        let is_pair = at("name").zip(at("age")).is_some_and(|(n, a)| n + 1 == a);
        let expected = match at("name") {
            Some(_) if is_pair => Verdict::Applies,
            Some(_) if is_gone => Verdict::Applied,
            _ => Verdict::Drifted,
        };
        assert_eq!(verdict, expected, "{patch}{before}{:#?}", plan.reports[0]);
        let second = planned(&patch, &[(file, after(&plan, file, &before))]);
        let same = if verdict == Verdict::Applies { Verdict::Applied } else { verdict };
        assert_eq!(second.reports[0].verdict, same, "{patch}{before}");
    }
}

/// How many places of each hunk a file has: the limit that both versions share, the old call and the new one; to do and
/// done.
#[derive(Clone, Copy)]
struct Held([(usize, usize); 3]);

impl Held {
    fn random(random: &mut Random) -> Held {
        let mut one = || match random.below(7) {
            0..=2 => (1, 0),
            3 => (0, 1),
            4 => (1, 1),
            _ => (0, 0),
        };
        Held([one(), one(), one()])
    }

    fn text(&self) -> String {
        let mut out = "package p\n\nfunc f() {\n".to_owned();
        for ((todo, done), (old, new)) in
            self.0.iter().zip([("limit(10)", "limit(20)"), ("walk()", "run()"), ("stroll()", "ride()")])
        {
            (0..*todo).for_each(|_| out.push_str(&format!("\t{old}\n")));
            (0..*done).for_each(|_| out.push_str(&format!("\t{new}\n")));
        }
        out + "}\n"
    }

    /// The sites of a hunk of a body.
    fn sites(&self, body: usize, hunk: usize) -> usize {
        let (todo, done) = self.0[if hunk == 0 { 0 } else { 1 + body }];
        todo + done
    }
}

const TWO_VERSIONS: &str = "
[[patch.hunk]]
diff = '''
-limit(10)
+limit(20)
'''
[[patch.hunk]]
diff = '''
-walk()
+run()
'''
[[patch.alternative]]
[[patch.alternative.hunk]]
diff = '''
-limit(10)
+limit(20)
'''
[[patch.alternative.hunk]]
diff = '''
-stroll()
+ride()
'''
";

/// Which body each file takes, if anything fits.
fn chosen(files: &[Held], expect: usize) -> Option<Vec<Option<usize>>> {
    let total = |body: usize, hunk: usize| files.iter().map(|f| f.sites(body, hunk)).sum::<usize>();
    let fits = |body: &usize| (0..2).all(|hunk| total(*body, hunk) == expect);
    let fitting: Vec<usize> = (0..2).filter(fits).collect();
    let all_of = |body: usize| -> Vec<Option<usize>> {
        files.iter().map(|f| Some(body).filter(|b| (0..2).any(|h| f.sites(*b, h) > 0))).collect()
    };
    if let [only] = fitting[..] {
        return Some(all_of(only));
    }
    let sum = |bodies: &[Option<usize>], hunk: usize| {
        files.iter().zip(bodies).filter_map(|(f, b)| Some(f.sites((*b)?, hunk))).sum::<usize>()
    };
    let by_file = files.iter().map(complete_in).collect::<Option<Vec<_>>>();
    match by_file {
        Some(bodies) => (0..2).all(|hunk| sum(&bodies, hunk) == expect).then_some(bodies),
        None => (fitting.len() == 2 && files.iter().all(is_same)).then(|| all_of(0)),
    }
}

/// The body that is complete in a file, if one is or both make the same of it; nothing within where it holds nothing.
fn complete_in(file: &Held) -> Option<Option<usize>> {
    let is_complete = |body: &usize| (0..2).all(|hunk| file.sites(*body, hunk) > 0);
    let complete: Vec<usize> = (0..2).filter(is_complete).collect();
    match complete[..] {
        [only] => Some(Some(only)),
        [first, _] if is_same(file) => Some(Some(first)),
        [] if (0..3).all(|hunk| file.0[hunk] == (0, 0)) => Some(None),
        _ => None,
    }
}

/// Whether both bodies make the same of a file: what only one of them changes is done.
fn is_same(file: &Held) -> bool {
    file.0[1].0 == 0 && file.0[2].0 == 0
}

#[test]
fn an_alternative_is_taken_that_fits_as_a_whole() {
    let names = ["a/a.go", "b/b.go"];
    let (mut taken, mut by_file) = (0, 0);
    for mut random in cases(2) {
        let files: Vec<Held> = (0..1 + random.below(2)).map(|_| Held::random(&mut random)).collect();
        let expect = 1 + random.below(2);
        let patch = format!("files = [\"**/*.go\"]\nexpect = {expect}\n{TWO_VERSIONS}");
        let texts: Vec<(&str, String)> = names.into_iter().zip(files.iter().map(Held::text)).collect();
        let plan = planned(&patch, &texts);
        let report: &Report = &plan.reports[0];
        let said = || format!("expect {expect}\n{texts:#?}\n{report:#?}");
        let Some(wanted) = chosen(&files, expect) else {
            assert!(plan.is_refused(), "{}", said());
            continue;
        };
        assert!(!plan.is_refused(), "{}", said());
        taken += 1;
        by_file += usize::from(wanted.contains(&Some(0)) && wanted.contains(&Some(1)));
        for (n, body) in wanted.iter().enumerate().filter_map(|(n, body)| Some((n, (*body)?))) {
            let is_second = report.alternatives.iter().any(|(path, body)| path == Path::new(names[n]) && *body == 1);
            assert_eq!(is_second, body == 1, "{}", said());
        }
        let results: Vec<(&str, String)> = texts.iter().map(|(n, t)| (*n, after(&plan, n, t))).collect();
        let second = planned(&patch, &results);
        assert_eq!(second.reports[0].verdict, Verdict::Applied, "{}", said());
    }
    assert!(taken > 60 && by_file > 3, "{taken} taken, {by_file} by file");
}
