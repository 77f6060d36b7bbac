//! Patches of text are made by program, and `patch` says what their diffs come to.
//!
//! A file of some format is made, some of its lines are replaced, inserted, deleted or moved, and the rows of the diff with a
//! few lines of context are the body. What is carried out must be the plain edit, byte for byte; a second run must find it
//! done; the way back must give the old bytes; and `patch` must make the same of the printed diff.
//!
//! `TREEPATCH_TEXT_COUNT` and `TREEPATCH_TEXT_SEED` say how many and which.

#![allow(clippy::unwrap_used)]

use similar::{Algorithm, ChangeTag, TextDiff};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use treepatch::patchset::load;
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::render::unified;
use treepatch::report::Verdict;
use treepatch::revert::{Assumed, revert};
use treepatch::vfs::MemoryTree;

/// Numbers as random as a test needs.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

const WORDS: &[&str] =
    &["alpha", "beta", "gamma", "delta", "network", "service", "x86_64", "main", "lib", "install", "prefix", "a", "b1"];

/// A format: the name of a file, and its lines, in which `@` stands for a word.
const FORMATS: &[(&str, &[&str])] = &[
    (
        "Makefile",
        &[
            "@ = @.c \\",
            "\t@.c \\",
            "\t@.c",
            "",
            "@: @ @",
            "\t$(CC) -o $@ @.c",
            "\trm -f @",
            "ifeq ($(@),@)",
            "endif",
            "# @",
        ],
    ),
    ("ci.yml", &["@:", "  @:", "    @: @", "    - run: @ @", "    - @", "  - @", "", "    # @", "    image: @:1.2"]),
    (
        "run.sh",
        &[
            "if [ -n \"$@\" ]; then",
            "    @ --@=\"$1\"",
            "else",
            "fi",
            "for @ in @ @; do",
            "done",
            "cat <<EOF",
            "EOF",
            "",
            "@() {",
            "}",
        ],
    ),
    ("tool.1", &[".SH @", ".SS @", ".B @", ".TP", "The @ of @.", ".IP \\(bu 2", "", ".\\\" @", "\\fB--@\\fR"]),
    (
        "configure.ac",
        &[
            "AC_CHECK_LIB([@], [@])",
            "AC_ARG_ENABLE([@],",
            "  [AS_HELP_STRING([--enable-@], [@])],",
            "  [], [])",
            "dnl @",
            "",
            "fi",
            "AM_CONDITIONAL([@], [test \"x$@\" = xyes])",
        ],
    ),
    (
        "pom.xml",
        &[
            "<@>",
            "  <@>@</@>",
            "  <!-- @ -->",
            "</@>",
            "    <dependency>",
            "    </dependency>",
            "      <version>1.@</version>",
            "",
        ],
    ),
    ("unit.service", &["[@]", "@=@", "Exec@=/usr/bin/@ --@", "", "# @", "After=@.target @.target"]),
];

fn line(random: &mut Random, forms: &[&str]) -> String {
    let mut out = String::new();
    for part in random.one(forms).split_inclusive('@') {
        match part.strip_suffix('@') {
            Some(text) => out.push_str(&format!("{text}{}", random.one(WORDS))),
            None => out.push_str(part),
        }
    }
    out
}

struct Case {
    name: &'static str,
    before: Vec<String>,
    after: Vec<String>,
    context: usize,
    dress: usize,
}

impl Case {
    fn new(random: &mut Random) -> Case {
        let (name, forms) = random.one(FORMATS);
        let length = 8 + random.below(40);
        let before: Vec<String> = (0..length).map(|_| line(random, forms)).collect();
        let mut after = before.clone();
        for _ in 0..1 + random.below(3) {
            let at = random.below(after.len());
            match random.below(5) {
                0 => after[at] = line(random, forms),
                1 => after[at].push_str(" more"),
                2 => (0..1 + random.below(2)).for_each(|_| after.insert(at, line(random, forms))),
                3 => drop(after.drain(at..(at + 1 + random.below(2)).min(after.len()))),
                _ => {
                    let moved = after.remove(at);
                    let to = random.below(after.len() + 1);
                    after.insert(to, moved);
                }
            }
            if after.is_empty() {
                after.push(line(random, forms));
            }
        }
        let ends = |lines: &[String]| lines.last().is_some_and(|last| !last.is_empty());
        let dress = if ends(&before) && ends(&after) { random.below(4) } else { random.below(3) };
        Case { name, before, after, context: random.below(5), dress }
    }

    /// Lines as a file: as it is, with CRLF, with a byte order mark, or without the last line end.
    fn file(&self, lines: &[String]) -> Vec<u8> {
        let end = if self.dress == 1 { "\r\n" } else { "\n" };
        let mut text = lines.join(end);
        if self.dress != 3 {
            text.push_str(end);
        }
        if self.dress == 2 { format!("\u{feff}{text}").into_bytes() } else { text.into_bytes() }
    }

    fn patchset(&self) -> String {
        let (before, after) = (self.before.join("\n") + "\n", self.after.join("\n") + "\n");
        let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(&before, &after);
        let mut text = format!(
            "format = 1\n[patchset]\nname = \"made\"\n[[patch]]\nid = \"made\"\ntitle = \"made\"\nwhy = \"to see\"\nfiles = [\"{}\"]\n",
            self.name
        );
        for group in diff.grouped_ops(self.context) {
            text.push_str("[[patch.hunk]]\ndiff = '''\n");
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let sign = match change.tag() {
                    ChangeTag::Equal => ' ',
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                };
                text.push_str(&format!("{sign}{}\n", change.value().trim_end_matches('\n')));
            }
            text.push_str("'''\n");
        }
        text
    }

    /// What becomes of it; fails with what is wrong.
    fn judge(&self) -> Result<&'static str, String> {
        let (before, wanted) = (self.file(&self.before), self.file(&self.after));
        let Ok(set) = load("made.toml", &self.patchset()) else { return Ok("not loaded") };
        let tree = |bytes: &[u8]| MemoryTree::new([(PathBuf::from(self.name), bytes.to_vec())]);
        let options = Options { threads: 1, check_reversible: true, ..Options::default() };
        let Ok(planned) = plan(&set, &tree(&before), &options) else { return Ok("not compiled") };
        let verdict = planned.reports[0].verdict;
        let Some(change) = planned.changes().into_iter().next() else {
            return Ok(verdict.as_str());
        };
        let found = change.after.clone();
        if found != wanted && !matches!(verdict, Verdict::Partly) {
            return Err(format!("the result is not the plain edit:\n{}", String::from_utf8_lossy(&found)));
        }
        let again = plan(&set, &tree(&found), &options).unwrap();
        if again.reports[0].verdict != Verdict::Applied || !again.changes().is_empty() {
            return Err(format!("a second run says {}", again.reports[0].verdict));
        }
        self.by_patch(&before, &found, &unified(&planned.changes(), false))?;
        if planned.reports[0].one_way.is_some() {
            return Ok("one way");
        }
        let back = revert(&set, &tree(&found), &options, &Assumed { earlier: &|_| None }).unwrap();
        let bytes = back.plan.changes().into_iter().next().map(|change| change.after);
        if bytes.as_deref() != Some(&before) {
            return Err("the way back does not give the old bytes".to_owned());
        }
        Ok(if matches!(verdict, Verdict::Partly) { "partly" } else { "right" })
    }

    /// The printed diff, applied by `patch`, gives the same.
    fn by_patch(&self, before: &[u8], after: &[u8], diff: &[u8]) -> Result<(), String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(self.name), before).unwrap();
        std::fs::write(dir.path().join("diff"), diff).unwrap();
        let args = ["--binary", "-p1", "-s", "-F0", "-i", "diff"];
        let out = Command::new("patch").args(args).current_dir(dir.path()).output().unwrap();
        let got = std::fs::read(dir.path().join(self.name)).unwrap_or_default();
        if got == after { Ok(()) } else { Err(format!("patch: {}", String::from_utf8_lossy(&out.stdout))) }
    }
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn patches_of_text_are_what_patch_makes_of_their_diffs() {
    let (count, seed) = (number("TREEPATCH_TEXT_COUNT", 600), number("TREEPATCH_TEXT_SEED", 1));
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for n in 0..count {
        let mut random = Random((seed * 1_000_003 + n * 7919 + 12_345) as u64 | 1);
        (0..20).for_each(|_| {
            random.below(2);
        });
        let case = Case::new(&mut random);
        if case.before == case.after {
            continue;
        }
        match case.judge() {
            Ok(outcome) => *outcomes.entry(outcome).or_default() += 1,
            Err(why) => wrong.push(format!(
                "case {n}, dress {}: {why}\n{}\nbefore:\n{}",
                case.dress,
                case.patchset(),
                case.before.join("\n")
            )),
        }
    }
    println!("seed {seed}: {outcomes:?}");
    wrong.sort_by_key(String::len);
    let first = wrong.first().map_or("", String::as_str);
    assert!(wrong.is_empty(), "{} of {count} are wrong, first\n{first}", wrong.len());
    let right = outcomes.get("right").copied().unwrap_or(0);
    assert!(right * 3 > count, "only {right} of {count} are carried out and have a way back: {outcomes:?}");
}
