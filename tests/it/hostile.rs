//! Sources and patchsets that somebody made to break the program: every run ends with a verdict, in bounded time and
//! memory, on a small stack. `docs/limits.md` says what is limited.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use treepatch::patchset::{load, substitute};
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::report::{Plan, Verdict};
use treepatch::source::Limits;
use treepatch::vfs::MemoryTree;

/// Deep enough to overflow any stack that is walked down.
const DEEP: usize = 30_000;

fn patchset(files: &str, body: &str, more: &str) -> String {
    format!(
        "format = 1\n[patchset]\nname = \"hostile\"\n[[patch]]\nid = \"p\"\ntitle = \"p\"\nwhy = \"w\"\n\
         files = [\"{files}\"]\n{more}\ndiff = '''\n{body}\n'''\n"
    )
}

fn options() -> Options {
    Options { threads: 2, ..Options::default() }
}

/// What a patchset makes of one file.
#[track_caller]
fn run(name: &str, source: impl Into<Vec<u8>>, text: &str) -> Plan {
    run_with(name, source, text, Limits::default())
}

#[track_caller]
fn run_with(name: &str, source: impl Into<Vec<u8>>, text: &str, limits: Limits) -> Plan {
    let patchset = load("hostile.toml", text).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let tree = MemoryTree::new([(PathBuf::from(name), source.into())]);
    plan(&patchset, &tree, &Options { limits, ..options() }).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

#[track_caller]
fn verdict(plan: &Plan, wanted: Verdict) {
    assert_eq!(plan.reports[0].verdict, wanted, "{:?}", plan.reports[0].reasons);
}

fn go(code: &str) -> String {
    format!("package a\n\nfunc f() {{\n{code}\n}}\n")
}

fn c(code: &str) -> String {
    format!("void f(void)\n{{\n{code}\n}}\n")
}

fn nested(open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(DEEP), close.repeat(DEEP))
}

/// A word is found and replaced, and a change that is not there is explained, however deep the code is.
#[track_caller]
fn is_read(name: &str, source: &str) {
    let files = if name.ends_with(".go") { "*.go" } else { "*.c" };
    let done = run(name, source, &patchset(files, "-mark\n+done", "expect = \"any\""));
    verdict(&done, Verdict::Applies);
    let after = String::from_utf8(done.changes()[0].after.clone()).unwrap();
    assert!(after == source.replace("mark", "done"));
    verdict(&run(name, source, &patchset(files, "-mark(0, $x, other)\n+done", "")), Verdict::Drifted);
}

#[test]
fn go_may_be_nested_as_deep_as_it_likes() {
    is_read("a.go", &go(&format!("\tx = {}", nested("(", "mark", ")"))));
    is_read("a.go", &go(&nested("{", " mark ", "}")));
    is_read("a.go", &go(&format!("\tif a {{\n\t}}{}", " else if mark {\n\t}".repeat(DEEP))));
    is_read("a.go", &go(&format!("\tx = mark{}", " + 1".repeat(DEEP))));
    is_read("a.go", &go(&format!("\tx = {}mark", "!".repeat(DEEP))));
}

#[test]
fn c_may_be_nested_as_deep_as_it_likes() {
    is_read("a.c", &c(&format!("\tx = {};", nested("(", "mark", ")"))));
    is_read("a.c", &c(&nested("{", " mark(); ", "}")));
    is_read("a.c", &nested("#if A\n", "int x = mark;\n", "#endif\n"));
    is_read("a.c", &c(&format!("\tif (a)\n\t\tb();\n{}", "\telse if (mark)\n\t\tb();\n".repeat(DEEP))));
    is_read("a.c", &c(&format!("\tx = mark{};", " + 1".repeat(DEEP))));
}

#[test]
fn holes_that_lie_in_each_other_are_counted() {
    let plan = run("a.go", go(&nested("g(", "mark", ")")), &patchset("*.go", "-g($x)\n+h($x)", "expect = \"any\""));
    verdict(&plan, Verdict::Unreadable);
    assert!(plan.reports[0].reasons[0].text.contains("--limit steps="), "{:?}", plan.reports[0].reasons);
}

#[test]
fn ellipses_beside_each_other_end() {
    let source = go(&(0..3000).map(|n| format!("\ta({n})\n")).collect::<String>());
    let body = format!(" func f() {{\n{} \t...\n-\tlast()\n+\tdone()\n }}", " \t...\n \ta($_)\n".repeat(20));
    let patchset = load("hostile.toml", &patchset("*.go", &body, "expect = \"any\"")).unwrap();
    let tree = MemoryTree::new([(PathBuf::from("a.go"), source.into_bytes())]);
    match plan(&patchset, &tree, &options()) {
        Ok(plan) => assert!(plan.reports[0].blocks || plan.reports[0].verdict == Verdict::Nothing),
        Err(wrong) => assert!(wrong[0].message.contains("ellipses"), "{wrong:?}"),
    }
}

#[test]
fn a_list_of_many_items_is_walked_once() {
    let source = go(&"\tmark(1)\n".repeat(2_000));
    let patchset = patchset("*.go", " func f() {\n \t...\n+\tfirst()\n \tmark($x)\n \t...\n }", "");
    verdict(&run("a.go", source, &patchset), Verdict::Ambiguous);
}

#[test]
fn whatever_is_no_source_gets_a_verdict() {
    let body = patchset("*", "-mark\n+done", "language = \"c\"\nexpect = \"any\"");
    for bytes in [
        &b"int mark;\0\0int x;\n\0"[..],
        b"\0\0\0\0mark",
        b"int mark; /* \xff\xfe\xc3 */ char *s = \"\xe4\";\n",
        b"\x7fELF\x02\x01\x01\0mark\0\0(((((\x80{{{\"",
        b"\xff\xfem\0a\0r\0k\0mark",
        b"mark",
        b"",
    ] {
        let plan = run("a.c", bytes, &body);
        assert!(plan.changes().iter().all(|c| c.after.len() == bytes.len()), "{bytes:?}");
    }
}

#[test]
fn a_file_that_begins_with_a_nul_byte_is_no_text() {
    let body = patchset("*.c", "-mark\n+done", "expect = \"any\"");
    let plan = run("a.c", "int mark;\n\0", &body);
    verdict(&plan, Verdict::Unreadable);
    assert!(plan.reports[0].reasons[0].text.contains("NUL"), "{:?}", plan.reports[0].reasons);
    let far = format!("int mark;\n{}\0", " ".repeat(8_000));
    assert!(!run("a.c", far, &body).reports[0].reasons.iter().any(|r| r.text.contains("NUL")));
}

/// Words of a language in no order.
fn noise(words: &[&str], many: usize) -> String {
    let mut last = 1u32;
    let mut next = || {
        last = last.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        words[(last >> 16) as usize % words.len()]
    };
    (0..many).flat_map(|_| [next(), " "]).collect()
}

const GO: [&str; 16] =
    ["if", "else", "{", "}", "(", ")", "[", "]", ",", ":=", "*", "return", "case", "mark", "1", "func"];

#[test]
fn the_parser_gives_up_on_noise() {
    let body = patchset("*.go", "-mark\n+done", "expect = \"any\"");
    let plan = run("a.go", noise(&GO, 150_000), &body);
    verdict(&plan, Verdict::Unreadable);
    assert!(plan.reports[0].reasons[0].text.contains("gave up"), "{:?}", plan.reports[0].reasons);
}

#[test]
fn the_parser_gives_up_on_a_body_of_noise() {
    let body = patchset("*.go", &format!("-{}\n+done", noise(&GO, 150_000)), "");
    let patchset = load("hostile.toml", &body).unwrap();
    let wrong = plan(&patchset, &MemoryTree::default(), &options()).unwrap_err();
    assert!(wrong[0].message.starts_with("the parser gave up on the before side"), "{:?}", wrong[0].message);
}

#[test]
fn a_file_over_a_limit_is_named_with_the_way_to_raise_it() {
    let body = patchset("*.c", "-mark\n+done", "expect = \"any\"");
    let source = format!("int a = {};\n", nested("(", "mark", ")"));
    let short = Limits { bytes: 1000, ..Limits::default() };
    let few = Limits { nodes: 1000, ..Limits::default() };
    for (limits, flag) in [(short, format!("--limit bytes={}", source.len())), (few, "--limit nodes=".to_owned())] {
        let plan = run_with("a.c", source.as_str(), &body, limits);
        verdict(&plan, Verdict::Unreadable);
        assert!(plan.reports[0].reasons[0].text.contains(&flag), "{:?}", plan.reports[0].reasons);
    }
    verdict(&run("a.c", source, &body), Verdict::Applies);
}

#[test]
fn a_file_over_a_limit_that_holds_no_word_of_the_patch_is_none_of_its_business() {
    let body = patchset("*.c", "-mark\n+done", "expect = \"any\"");
    let limits = Limits { bytes: 10, nodes: 10, steps: 10 };
    verdict(&run_with("a.c", "int nothing_of_the_kind;\n", &body, limits), Verdict::Nothing);
}

#[test]
fn toml_may_be_nested_as_deep_as_it_likes() {
    for text in [
        format!("x = {}", nested("[", "", "]")),
        format!("x = {}", nested("{a = ", "1", "}")),
        format!("a{} = 1", ".a".repeat(DEEP)),
        patchset("*.go", "-x\n+y", &format!("expect = {}", nested("[", "1", "]"))),
    ] {
        assert!(load("hostile.toml", &text).is_err());
    }
}

#[test]
fn a_body_may_be_nested_as_deep_as_it_likes() {
    for body in [format!("-{}\n+b", nested("(", "a", ")")), format!("-{}\n+b", "({".repeat(DEEP))] {
        if let Ok(patchset) = load("hostile.toml", &patchset("*.go", &body, "expect = \"any\"")) {
            let plan = plan(&patchset, &MemoryTree::default(), &options());
            assert!(plan.is_err() || plan.unwrap().changes().is_empty());
        }
    }
}

#[test]
fn a_deep_body_is_compared_with_itself_and_with_many_sites() {
    let body = patchset("*.go", &format!("-{}\n+$x", nested("(", "$x", ")")), "expect = \"any\"");
    verdict(&run("a.go", go(&"\tmark(1)\n".repeat(1_000)), &body), Verdict::Applied);
}

#[test]
fn dollars_are_no_body() {
    let text = patchset("*.go", &format!("-{}\n+a", "$".repeat(100_000)), "");
    let wrong = plan(&load("hostile.toml", &text).unwrap(), &MemoryTree::default(), &options()).unwrap_err();
    assert!(wrong[0].message.contains("does not parse"), "{wrong:?}");
}

#[test]
fn counts_are_numbers_that_can_be_met() {
    for count in ["99999999999999999999", "9223372036854775807", "\"0..99999999999999\"", "-1", "\"3..2\""] {
        assert!(load("hostile.toml", &patchset("*.go", "-a\n+b", &format!("expect = {count}"))).is_err(), "{count}");
    }
}

#[test]
fn a_heavy_regex_is_refused_or_takes_its_time_by_length() {
    let source = go(&format!("\tg({})\n", "a".repeat(20_000)).repeat(20));
    for regex in ["(a*)*b", "(a|aa)+$", "(x+x+)+y", "a{1000}{1000}", "((((a{100}){100}){100}))"] {
        let text = patchset("*.go", "-g($x)\n+h($x)", &format!("expect = \"any\"\nwhere.x.regex = \"{regex}\""));
        if let Ok(patchset) = load("hostile.toml", &text) {
            let tree = MemoryTree::new([(PathBuf::from("a.go"), source.clone().into_bytes())]);
            assert!(plan(&patchset, &tree, &options()).is_ok(), "{regex}");
        }
    }
}

#[test]
fn a_large_patchset_is_read_or_refused() {
    let rows: String = (0..200_000).map(|n| format!("t{n} = {n}\n")).collect();
    let text = patchset("*.go", "-mark\n+$num", "").replace("[[patch]]", &format!("[table.num]\n{rows}[[patch]]"));
    assert!(load("hostile.toml", &text).is_ok());
    let one = patchset("*.go", "-mark\n+done", "");
    let (head, patch) = one.split_at(one.find("[[patch]]").unwrap());
    let many = |n: usize| (0..n).map(|n| patch.replace("\"p\"", &format!("\"p{n}\""))).collect::<String>();
    assert!(load("hostile.toml", &format!("{head}{}", many(10_000))).is_ok());
    assert!(load("hostile.toml", &format!("{head}{}", many(10_001))).is_err());
}

#[test]
fn placements_that_no_memory_holds_are_counted() {
    let limits = Limits { steps: 1_000_000, ..Limits::default() };
    let text = patchset("*.go", " ...\n-mark($x)\n+done($x)\n ...", "expect = \"any\"");
    verdict(&run_with("a.go", go(&"\tmark(1)\n".repeat(2_000)), &text, limits), Verdict::Unreadable);
}

#[test]
fn hunks_that_share_a_hole_in_many_ways_are_told() {
    let source = go(&(0..2_000).map(|n| format!("\tmark({n})\n\tlast({n})\n")).collect::<String>());
    let hunk = |name: &str| format!("[[patch.hunk]]\nexpect = \"any\"\ndiff = '''\n-{name}($x)\n+done($x)\n'''\n");
    let text =
        patchset("*.go", "", "").replace("\n\ndiff = '''\n\n'''\n", &format!("\n{}{}", hunk("mark"), hunk("last")));
    let plan = run("a.go", source, &text);
    verdict(&plan, Verdict::Unreadable);
    assert!(plan.reports[0].reasons.iter().any(|r| r.text.contains("more than 256 ways")));
}

#[test]
fn a_long_body_is_read_in_time() {
    let calls = |name: &str| (0..10_000).map(|n| format!("{name}\tv{n}()\n")).collect::<String>();
    let source = go(calls("").trim_end());
    let added = patchset("*.go", &format!(" func f() {{\n{}+\tdone()\n }}", calls(" ")), "");
    verdict(&run("a.go", source.as_str(), &added), Verdict::Applies);
    let changed = patchset("*.go", &format!(" func f() {{\n{}{} }}", calls("-"), calls("+").replace("\tv", "\tw")), "");
    verdict(&run("a.go", source, &changed), Verdict::Applies);
}

/// A body of many rows of each sign, and the function that it changes. The names differ from row to row.
fn long_body(groups: usize, end: &str) -> (String, String) {
    let (mut body, mut source) = (String::new(), String::new());
    for n in 0..groups {
        let (kept, old) = (format!("\tkept{n}(a, {n}){end}\n"), format!("\told{n}(x, {n}){end}\n"));
        body += &format!(" {kept}-{old}+\tnew{n}(x, {n}){end}\n+\tadded{n}(){end}\n");
        source += &(kept + &old);
    }
    (body, source)
}

#[test]
fn a_body_of_a_megabyte_costs_what_it_is_long() {
    let (body, source) = long_body(5_000, "");
    let text = patchset("*.go", &format!(" func f() {{\n{body} }}"), "");
    verdict(&run("a.go", go(source.trim_end()), &text), Verdict::Applies);
    let other = source.replace("\told4000(", "\tother(");
    let plan = run("a.go", go(other.trim_end()), &text);
    verdict(&plan, Verdict::Drifted);
    let near = &plan.reports[0].near[0];
    assert!(near.what.contains("`other`") && near.row.contains("old4000"), "{near:?}");
    let (body, source) = long_body(5_000, ";");
    verdict(&run("a.c", c(source.trim_end()), &patchset("*.c", body.trim_end(), "")), Verdict::Applies);
    let added: String = (0..20_000).map(|n| format!("+\tadded{n}(x);\n")).collect();
    let added = patchset("*.c", &format!(" \tmark();\n{}", added.trim_end()), "");
    verdict(&run("a.c", c("\tmark();"), &added), Verdict::Applies);
}

#[test]
fn rows_that_are_all_alike_are_compared_so_often_and_no_more() {
    let rows = |row: &str, many: usize| format!("{row}\n").repeat(many);
    let body = format!("{}{}", rows("-\tx()", 6_000), rows("+\tx()\n+\ty()", 3_000));
    let text = patchset("*.go", &format!(" func f() {{\n{body} }}"), "");
    verdict(&run("a.go", go(rows("\tx()", 6_000).trim_end()), &text), Verdict::Applies);
}

#[test]
fn one_line_of_a_body_may_be_as_long_as_it_likes() {
    let line =
        |name: &str| format!("\tcall({})", (0..20_000).map(|n| format!("{name}{n}, ")).collect::<String>() + "x");
    let text = patchset("*.go", &format!("-{}\n+{}", line("a"), line("b")), "");
    verdict(&run("a.go", go(&line("a")), &text), Verdict::Applies);
}

#[test]
fn a_long_body_that_does_not_parse_is_refused() {
    let (body, _) = long_body(5_000, "");
    let patchset = load("hostile.toml", &patchset("*.go", &format!("-\tx((\n{body}"), "")).unwrap();
    let tree = MemoryTree::new([(PathBuf::from("a.go"), Vec::new())]);
    let wrong = plan(&patchset, &tree, &options()).unwrap_err();
    assert!(wrong[0].message.contains("does not parse"), "{wrong:?}");
}

#[test]
fn alternatives_may_overlap_and_lead_in_a_circle() {
    let alternative =
        |from: usize, to: usize| format!("[[patch.alternative]]\ndiff = '''\n-step{from}($x)\n+step{to}($x)\n'''\n");
    let circle: String = (0..50).map(|n| alternative(n, (n + 1) % 50)).collect();
    let source = go(&(0..50).map(|n| format!("\tmark({n})\n\tstep{n}({n})\n")).collect::<String>());
    let more = "expect = \"any\"\nalternatives = \"sum\"";
    let plan = run("a.go", source.as_str(), &(patchset("*.go", "-mark($x)\n+step0($x)", more) + &circle));
    assert!(plan.reports[0].blocks);
    let overlap: String = (0..100).map(|_| alternative(1, 2)).collect();
    let text = patchset("*.go", "-step1($x)\n+step3($x)", "expect = \"any\"") + &overlap;
    verdict(&run("a.go", source, &text), Verdict::Ambiguous);
    assert!(load("hostile.toml", &(text + &alternative(1, 2))).is_err());
}

/// The program itself, whose main thread has the stack that the system gives it, and 4 GiB of memory. A level has as much
/// of the stack as where there are 100,000 of them in 8 MiB. By hand, just that:
/// `TREEPATCH_HOSTILE_DEPTH=100000 cargo test --release --test hostile program`.
#[test]
fn the_program_needs_no_large_stack() {
    let depth = std::env::var("TREEPATCH_HOSTILE_DEPTH").map_or(10_000, |text| text.parse().unwrap());
    let limited = format!("ulimit -s {} && ulimit -v 4194304 && exec \"$@\"", depth * 8192 / 100_000);
    let nested = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
    let sources = [
        ("parens.go", go(&format!("\tx = {}", nested("(", "mark", ")")))),
        ("blocks.go", go(&nested("{", " mark ", "}"))),
        ("else.go", go(&format!("\tif a {{\n\t}}{} else {{\n\t\tmark\n\t}}", " else if b {\n\t}".repeat(depth)))),
        ("binary.go", go(&format!("\tx = mark{}", " + 1".repeat(depth)))),
        ("parens.c", c(&format!("\tx = {};", nested("(", "mark", ")")))),
        ("blocks.c", c(&nested("{", " mark(); ", "}"))),
        ("if.c", nested("#if A\n", "int a = mark;\n", "#endif\n")),
        ("else.c", c(&format!("\tif (a)\n\t\tb();\n{}\telse\n\t\tmark();", "\telse if (c)\n\t\td();\n".repeat(depth)))),
        ("binary.c", c(&format!("\tx = mark{};", " + 1".repeat(depth)))),
    ];
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    std::fs::create_dir(path("root")).unwrap();
    for (name, source) in &sources {
        std::fs::write(path("root").join(name), source).unwrap();
    }
    let of = |files: &str, count: usize| patchset(files, "-mark\n+done", &format!("expect = {count}"));
    let second = of("*.c", 5).replace("\"p\"", "\"q\"");
    std::fs::write(path("p.toml"), of("*.go", 4) + &second[second.find("[[patch]]").unwrap()..]).unwrap();
    for args in [&["check"], &["apply"], &["revert"]] {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", limited.as_str(), "sh", env!("CARGO_BIN_EXE_treepatch")]).args(args);
        let output = command.arg(path("p.toml")).arg(path("root")).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        for (name, source) in &sources {
            let is_patched = args == &["apply"];
            let wanted = if is_patched { source.replace("mark", "done") } else { source.clone() };
            assert!(std::fs::read_to_string(path("root").join(name)).unwrap() == wanted, "{args:?}: {name}");
        }
    }
}

/// Every patch reads what the one before it has made, and no more of it than it needs.
#[test]
fn hundreds_of_patches_edit_one_file() {
    let many = 600;
    let function = |n: usize| format!("func f{n}() {{\n\told_{n}(1)\n}}\n\n");
    let file = format!("package a\n\n{}", (0..many).map(function).collect::<String>());
    let patch = |n: usize| {
        format!(
            "[[patch]]\nid = \"p{n}\"\ntitle = \"p\"\nwhy = \"w\"\nfiles = [\"a.go\"]\ndiff = '''\n-old_{n}($x)\n+new_{n}($x)\n'''\n"
        )
    };
    let text: String = (0..many).map(patch).collect();
    let text = format!("format = 1\n[patchset]\nname = \"hostile\"\n{text}");
    let patchset = load("hostile.toml", &text).unwrap();
    let tree = MemoryTree::new([(PathBuf::from("a.go"), file.clone())]);
    let plan = plan(&patchset, &tree, &Options { check_reversible: true, ..options() }).unwrap();
    let wrong = plan.reports.iter().find(|r| r.verdict != Verdict::Applies || r.one_way.is_some());
    assert!(wrong.is_none(), "{wrong:?}");
    let after = String::from_utf8(plan.changes()[0].after.clone()).unwrap();
    assert_eq!(after, file.replace("old_", "new_"));
}

#[test]
fn a_file_that_cannot_be_read_hides_nothing_that_upstream_did() {
    let more = "[patch.obsolete]\nmatch = 'theirs()'\nfiles = ['b.go']\n";
    let text = format!("{}{more}", patchset("a.go", "-mark()\n+done()", ""));
    let look = |theirs: &str| {
        let tree = MemoryTree::new([
            (PathBuf::from("a.go"), go("mark()").into_bytes()),
            (PathBuf::from("b.go"), go(theirs).into_bytes()),
        ]);
        let limits = Limits { bytes: 100, ..Limits::default() };
        plan(&load("hostile.toml", &text).unwrap(), &tree, &Options { limits, ..options() }).unwrap()
    };
    verdict(&look("ours()"), Verdict::Applies);
    verdict(&look("theirs()"), Verdict::Drifted);
    let hidden = look(&format!("theirs()\n{}", "ours()\n".repeat(20)));
    verdict(&hidden, Verdict::Unreadable);
    assert!(hidden.reports[0].reasons[0].text.contains("(`obsolete`) cannot be seen in b.go"), "{:?}", hidden.reports);
}

#[test]
fn a_line_of_a_macro_cannot_become_code_by_itself() {
    let body = "-#define SWAP \\\n-\tdo { \\\n \ta = b; \\\n-\t} while (0)";
    let text = patchset("a.c", body, "");
    let tree = MemoryTree::new([(
        PathBuf::from("a.c"),
        b"#define SWAP \\\n\tdo { \\\n\ta = b; \\\n\t} while (0)\n\nint x;\n".to_vec(),
    )]);
    let wrong = plan(&load("hostile.toml", &text).unwrap(), &tree, &options()).unwrap_err();
    assert!(wrong[0].message.contains("a part of a macro"), "{wrong:?}");
}

#[test]
fn a_long_value_does_not_make_a_file_that_nobody_can_read() {
    let value = format!("[table.value]\narm = \"{}\"\n[[patch]]", "x".repeat(1 << 20));
    let text = patchset("*.go", "-mark($n)\n+done($n, $value)", "expect = \"any\"").replace("[[patch]]", &value);
    let mut patchset = load("hostile.toml", &text).unwrap();
    substitute(&mut patchset, Some("arm")).unwrap();
    let tree = MemoryTree::new([(PathBuf::from("a.go"), go(&"\tmark(1)\n".repeat(429)).into_bytes())]);
    let plan = plan(&patchset, &tree, &options()).unwrap();
    verdict(&plan, Verdict::Ambiguous);
    assert!(plan.reports[0].reasons[0].text.contains("--limit bytes="), "{:?}", plan.reports[0].reasons);
}

#[test]
fn a_long_list_with_comments_is_laid_out_in_one_walk() {
    let elements: String = (0..10_000).map(|n| format!("\tmark({n}), // c{n}\n")).collect();
    let source = format!("package a\n\nvar x = []int{{\n{elements}}}\n");
    let done = run("a.go", source.as_str(), &patchset("*.go", "-mark($x)\n+done($x)", "expect = \"any\""));
    verdict(&done, Verdict::Applies);
    assert!(String::from_utf8(done.changes()[0].after.clone()).unwrap() == source.replace("mark", "done"));
}
