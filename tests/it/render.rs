//! A plan as text: diffs that the real `git apply` and `patch -p1` accept, tables that people read, JSON.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use treepatch::patchset::Expect;
use treepatch::render::{Encoded, Ending, View, json, table, unified};
use treepatch::report::{FileChange, Finding, NearMiss, Place, Plan, Reason, Report, Site, Step, Verdict};

// ---------------------------------------------------------------------------------------------------------------
// Diffs.

fn change(path: &[u8], before: Option<&[u8]>, after: &[u8]) -> FileChange {
    FileChange { path: PathBuf::from(OsStr::from_bytes(path)), before: before.map(Into::into), after: after.into() }
}

/// Lays the old files out below `root`.
fn lay(root: &Path, changes: &[FileChange]) {
    for change in changes {
        let path = root.join(&change.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if let Some(before) = &change.before {
            fs::write(path, before).unwrap();
        }
    }
}

fn run(root: &Path, program: &Path, args: &[&str], input: &[u8]) {
    let mut command = Command::new(program);
    // A ceiling, so that git does not take the folder for a part of some repository above it.
    command.current_dir(root).args(args).env("GIT_CEILING_DIRECTORIES", root.parent().unwrap());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let input = String::from_utf8_lossy(input);
    assert!(output.status.success(), "{} {args:?}: {said}\n{input}", program.display());
}

/// Both programs, given our diff, make the new files of the old ones.
fn both_apply(changes: &[FileChange]) {
    let diff = unified(changes, false);
    for (program, args) in [
        ("git", &["apply", "--whitespace=nowarn", "-"][..]),
        ("patch", &["-p1", "--binary", "--no-backup-if-mismatch", "-s"]),
    ] {
        let Some(program) = crate::tools::find(program) else { continue };
        let dir = tempfile::tempdir().unwrap();
        lay(dir.path(), changes);
        run(dir.path(), &program, args, &diff);
        for change in changes {
            let now = fs::read(dir.path().join(&change.path)).unwrap_or_else(|_| b"there is no such file".to_vec());
            let shown = String::from_utf8_lossy(&diff);
            assert!(now == change.after, "{}: {}\n{shown}", program.display(), change.path.display());
        }
    }
}

#[test]
fn a_change_in_the_middle_at_the_start_and_at_the_end() {
    let text: String = (1..40).map(|n| format!("line {n}\n")).collect();
    let lines = text.replace("line 20\n", "line twenty\nand more\n");
    both_apply(&[
        change(b"middle.c", Some(text.as_bytes()), lines.as_bytes()),
        change(b"start.c", Some(text.as_bytes()), text.replacen("line 1\n", "", 1).as_bytes()),
        change(b"end.c", Some(text.as_bytes()), format!("{text}line 40\n").as_bytes()),
        change(b"two.c", Some(text.as_bytes()), lines.replace("line 3\n", "").as_bytes()),
    ]);
}

#[test]
fn line_ends_and_bytes_are_exact() {
    both_apply(&[
        change(b"crlf.c", Some(b"a\r\nb\r\nc\r\n"), b"a\r\nB\r\nc\r\n"),
        change(b"mixed.c", Some(b"a\nb\r\nc\n"), b"a\r\nb\nc\n"),
        change(b"latin.c", Some(b"// \xe4\xf6\nint a;\n"), b"// \xe4\xf6\nint b; // \xff\n"),
        change(b"bom.c", Some(b"\xef\xbb\xbfint a;\n"), b"\xef\xbb\xbfint b;\n"),
        change(b"form.c", Some(b"a\x0c\nb\n"), b"a\x0c\nc\n"),
        change(b"return.c", Some(b"a\rb\nc\n"), b"a\rd\nc\n"),
    ]);
}

#[test]
fn a_missing_final_line_end_is_kept_made_or_taken() {
    both_apply(&[
        change(b"none.c", Some(b"a\nb"), b"a\nc"),
        change(b"above.c", Some(b"1\n2\n3\nb"), b"one\n2\n3\nb"),
        change(b"made.c", Some(b"a\nb"), b"a\nb\n"),
        change(b"taken.c", Some(b"a\nb\n"), b"a\nb"),
    ]);
}

#[test]
fn new_files_and_files_that_become_empty() {
    both_apply(&[
        change(b"new/file.c", None, b"int a;\n"),
        change(b"new/open.c", None, b"int a;"),
        change(b"emptied.c", Some(b"int a;\n"), b""),
        change(b"filled.c", Some(b""), b"int a;\n"),
    ]);
}

#[test]
fn a_new_file_may_be_empty() {
    both_apply(&[change(b"empty.c", None, b"")]);
}

#[test]
fn odd_names_are_understood() {
    let names: [&[u8]; 9] = [
        b"two words.c",
        b"a b/c d.c",
        b"quo\"te.c",
        b"back\\slash.c",
        b"tab\there.c",
        "\u{e4}\u{1f600}.c".as_bytes(),
        b"latin\xe4.c",
        b" lead.c",
        b"-dash.c",
    ];
    let changes: Vec<_> = names.iter().map(|name| change(name, Some(b"a\nb\n"), b"a\nc\n")).collect();
    both_apply(&changes);
    let changes: Vec<_> = names.iter().map(|name| change(name, None, b"a\n")).collect();
    both_apply(&changes);
}

#[test]
fn lines_that_look_like_a_diff() {
    both_apply(&[change(
        b"sql.c",
        Some(b"-- a comment\n++ x\n@@ -1 +1 @@\ndiff --git a/x b/x\n"),
        b"-- another\n++ y\n@@ -2 +2 @@\ndiff --git a/y b/y\n",
    )]);
}

#[test]
fn one_diff_reaches_into_nested_repositories() {
    let changes = [
        change(b"top.c", Some(b"a\n"), b"b\n"),
        change(b"src/sub/inner.c", Some(b"a\n"), b"b\n"),
        change(b"src/sub/deep/er.c", Some(b"a\n"), b"b\n"),
    ];
    let diff = unified(&changes, false);
    for (program, args) in [("git", &["apply", "-"][..]), ("patch", &["-p1", "-s"])] {
        let (Some(program), Some(git)) = (crate::tools::find(program), crate::tools::find("git")) else { continue };
        let dir = tempfile::tempdir().unwrap();
        lay(dir.path(), &changes);
        for repository in [".", "src/sub", "src/sub/deep"] {
            run(&dir.path().join(repository), &git, &["init", "-q"], b"");
        }
        run(dir.path(), &program, args, &diff);
        for change in &changes {
            assert_eq!(fs::read(dir.path().join(&change.path)).unwrap(), change.after, "{}", program.display());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Few different lines make for many equal ones, where diffs go wrong.
    #[test]
    fn any_change_is_applied(files in prop::collection::vec((text(), text()), 1..12)) {
        let changes: Vec<_> = files.iter().enumerate()
            .filter(|(_, (before, after))| before != after)
            .map(|(n, (before, after))| change(format!("f{n}.c").as_bytes(), Some(before), after))
            .collect();
        if !changes.is_empty() {
            both_apply(&changes);
        }
    }
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![&b"a\n"[..], b"b\n", b"\n", b"c\r\n", b"\t}\n", b"\xff\n"]);
    let last = prop::sample::select(vec![&b""[..], b"z", b"z\n"]);
    (prop::collection::vec(line, 0..20), last).prop_map(|(lines, last)| [lines.concat(), last.to_vec()].concat())
}

// ---------------------------------------------------------------------------------------------------------------
// Tables and JSON.

fn place(path: &str, line: usize, column: usize, text: &str) -> Place {
    Place { path: path.into(), line, column, text: text.into() }
}

fn report(id: &str, verdict: Verdict) -> Report {
    Report {
        id: id.into(),
        title: format!("the title of {id}"),
        verdict,
        blocks: false,
        expect: Expect::default(),
        sites: Vec::new(),
        alternatives: Vec::new(),
        reasons: Vec::new(),
        near: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        is_operation: false,
        findings: Vec::new(),
        open: false,
        one_way: None,
    }
}

fn site(path: &str, line: usize, done: bool) -> Site {
    Site { place: place(path, line, 2, "\tstatfs.Type != want"), done, bytes: 10..21 }
}

/// Everything goes well.
fn smooth() -> Plan {
    let applies = Report { sites: vec![site("src/fs.go", 30, false)], ..report("statfs-cast", Verdict::Applies) };
    let partly = Report {
        sites: vec![site("a.go", 1, true), site("a.go", 9, false)],
        expect: Expect::Between(1, None),
        ..report("some", Verdict::Partly)
    };
    let applied = Report { sites: vec![site("b.go", 7, true)], ..report("there", Verdict::Applied) };
    let obsolete = Report { notes: vec!["fixed upstream in 1.9".into()], ..report("old", Verdict::Obsolete) };
    let skipped = report("other", Verdict::Skipped);
    let steps = vec![
        Step {
            patch: 0,
            path: "src/fs.go".into(),
            before: Some(b"a\n".to_vec().into()),
            after: b"b\n".to_vec().into(),
        },
        Step { patch: 1, path: "l\u{e4}n.go".into(), before: None, after: b"\xff\n".to_vec().into() },
    ];
    Plan { reports: vec![applies, partly, applied, obsolete, skipped], steps }
}

/// Everything goes wrong.
fn rough() -> Plan {
    let near = NearMiss {
        place: place(
            "src/idmapper/max.go",
            33,
            12,
            "\tif _, err := fmt.Sscanf(text, format, &a, &b, &length); err != nil {",
        ),
        row: "-if _, err := fmt.Sscanf($text, $format, &container, &host, &size); err != nil {".into(),
        row_line: 41,
        wanted: "&size".into(),
        found: "&length".into(),
        what: "renamed".into(),
    };
    let drifted = Report { blocks: true, near: vec![near], ..report("clamp", Verdict::Drifted) };
    let ambiguous = Report {
        blocks: true,
        sites: vec![site("a.go", 1, true), site("a.go", 9, false), site("z.go", 12, false)],
        ..report("cast", Verdict::Ambiguous)
    };
    let absent = Report { blocks: true, ..report("nstar", Verdict::Absent) };
    let unreadable = Report {
        blocks: true,
        reasons: vec![Reason {
            text: "a syntax error lies in the match; treepatch does not guess what the code means".into(),
            place: Some(place("c.c", 3, 1, "int \u{1b}[31m x = ;")),
        }],
        ..report("broken", Verdict::Unreadable)
    };
    let blocked = Report {
        blocks: true,
        reasons: vec![Reason { text: "it needs `clamp`, which is drifted".into(), place: None }],
        ..report("bounds", Verdict::Blocked)
    };
    Plan { reports: vec![drifted, ambiguous, absent, unreadable, blocked], ..smooth() }
}

fn view(ending: Ending) -> View {
    View { verbose: false, quiet: false, color: false, width: None, ending }
}

#[test]
fn a_table_of_a_run_that_goes_well() {
    insta::assert_snapshot!(table(&smooth(), view(Ending::Dry)), @r"
    applies   statfs-cast  1 site
    partly    some         1 of 2 done
    applied   there        1 site done
    obsolete  old          no longer needed
    skipped   other        not asked for

    obsolete: old: the title of old
      note: fixed upstream in 1.9

    2 files would change
    ");
}

#[test]
fn a_table_of_a_run_that_was_written_with_every_site() {
    insta::assert_snapshot!(table(&smooth(), View { verbose: true, ..view(Ending::Written) }), @r"
    applied   statfs-cast  1 site
        to do  src/fs.go:30:2  statfs.Type != want
    applied   some         1 site, 1 done before
        done   a.go:1:2  statfs.Type != want
        to do  a.go:9:2  statfs.Type != want
    applied   there        1 site done
        done   b.go:7:2  statfs.Type != want
    obsolete  old          no longer needed
    skipped   other        not asked for

    obsolete: old: the title of old
      note: fixed upstream in 1.9

    2 files changed
    ");
}

#[test]
fn a_table_of_a_run_that_needs_a_person() {
    insta::assert_snapshot!(table(&rough(), view(Ending::Written)), @r"
    drifted     clamp   found none, expected 1 site
    ambiguous   cast    found 3 (2 to do, 1 done), expected 1 site
    absent      nstar   no file matches
    unreadable  broken  a file or place cannot be read
    blocked     bounds  a patch that it needs is not met

    drifted: clamp: the title of clamp
      expected 1 site, found none
      close, but not it: src/idmapper/max.go:33:12: renamed
        source    33 |     if _, err := fmt.Sscanf(text, format, &a, &b, &length); err != nil {
         patch    41 | -if _, err := fmt.Sscanf($text, $format, &container, &host, &size); err != nil {
        wanted `&size`, found `&length`
      what to do: if upstream rewrote this code, show it as it is now in a [[patch.alternative]];
                  if upstream made the change, say how to see that in [patch.obsolete]

    ambiguous: cast: the title of cast
      expected 1 site, found 3 (2 to do, 1 done)
        done   a.go:1:2  statfs.Type != want
        to do  a.go:9:2  statfs.Type != want
        to do  z.go:12:2  statfs.Type != want
      what to do: show more of the code around the place, narrow `files`, `inside` or `where`,
                  or say in `expect` how many sites there are

    absent: nstar: the title of nstar
      what to do: check that DIR is the root that the patchset is made for; --partial accepts files
                  that are not there, `optional = true` in the patch says so for good

    unreadable: broken: the title of broken
      a syntax error lies in the match; treepatch does not guess what the code means
        c.c:3:1
        source     3 | int \u{1b}[31m x = ;
      what to do: mend the file, or narrow `files` so that it is not asked for

    blocked: bounds: the title of bounds
      it needs `clamp`, which is drifted
      what to do: settle the patch that it needs first

    nothing was written: 5 of 5 patches need a person (clamp, cast, nstar, broken, bounds)
    ");
}

#[test]
fn a_quiet_table_says_only_what_needs_a_person() {
    assert_eq!(table(&smooth(), View { quiet: true, ..view(Ending::Dry) }), "");
    let quiet = table(&rough(), View { quiet: true, ..view(Ending::Dry) });
    assert!(quiet.starts_with("\ndrifted: clamp") || quiet.starts_with("drifted: clamp"), "{quiet}");
    assert!(quiet.ends_with("(clamp, cast, nstar, broken, bounds)\n"), "{quiet}");
}

#[test]
fn colours_are_all_that_differs() {
    for plan in [smooth(), rough()] {
        let plain = table(&plan, view(Ending::Dry));
        let colored = table(&plan, View { color: true, ..view(Ending::Dry) });
        assert_ne!(plain, colored);
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
    }
}

#[test]
fn findings_are_shown_to_those_who_ask() {
    let finding = Finding {
        place: place("counter.go", 9, 2, "\tdelta uint64"),
        subject: "Counter.delta".into(),
        facts: vec![("offset before".into(), "20".into()), ("offset after".into(), "0".into())],
        outcome: "moved".into(),
    };
    let report =
        Report { findings: vec![finding], sites: vec![site("a.go", 1, false)], ..report("align", Verdict::Applies) };
    let plan = Plan { reports: vec![report], steps: Vec::new() };
    assert!(!table(&plan, view(Ending::Dry)).contains("Counter.delta"));
    let verbose = table(&plan, View { verbose: true, ..view(Ending::Dry) });
    assert!(
        verbose.contains("  moved Counter.delta  counter.go:9:2\n    offset before: 20\n    offset after: 0\n"),
        "{verbose}"
    );
}

#[test]
fn json_says_the_same() {
    let patchset = treepatch::patchset::load("my.toml", PATCHSET).unwrap();
    let facts = json::Facts {
        command: "apply",
        root: Path::new(OsStr::from_bytes(b"r\xffoot")),
        target: Some("arm"),
        dry_run: true,
        written: false,
        into: Some(Path::new("copy")),
        commits: vec![json::Commit {
            repository: Encoded::of_path(Path::new("lib")),
            id: "0123456789abcdef0123456789abcdef01234567".to_owned(),
            subject: "numbers: a patch".to_owned(),
            patches: vec!["numbers".to_owned()],
            branch: None,
        }],
        notes: vec!["a note".to_owned()],
        exit: 0,
    };
    insta::assert_snapshot!(json::text(&json::Run::new(&smooth(), &patchset, facts)), @r#"
    {
      "format": 1,
      "command": "apply",
      "root": {
        "base64": "cv9vb3Q="
      },
      "patchset": {
        "name": "mine",
        "title": "My patches",
        "origin": "my.toml"
      },
      "target": "arm",
      "dry_run": true,
      "written": false,
      "into": "copy",
      "patches": [
        {
          "id": "statfs-cast",
          "title": "the title of statfs-cast",
          "verdict": "applies",
          "blocks": false,
          "expect": {
            "least": 1,
            "most": 1,
            "per_file": false,
            "text": "1 site"
          },
          "todo": 1,
          "done": 0,
          "more_done": false,
          "sites": [
            {
              "path": "src/fs.go",
              "line": 30,
              "column": 2,
              "text": "\tstatfs.Type != want",
              "done": false,
              "start": 10,
              "end": 21
            }
          ],
          "alternatives": [],
          "reasons": [],
          "near": [],
          "notes": [],
          "warnings": [],
          "findings": []
        },
        {
          "id": "some",
          "title": "the title of some",
          "verdict": "partly",
          "blocks": false,
          "expect": {
            "least": 1,
            "most": null,
            "per_file": false,
            "text": "at least 1 site"
          },
          "todo": 1,
          "done": 1,
          "more_done": false,
          "sites": [
            {
              "path": "a.go",
              "line": 1,
              "column": 2,
              "text": "\tstatfs.Type != want",
              "done": true,
              "start": 10,
              "end": 21
            },
            {
              "path": "a.go",
              "line": 9,
              "column": 2,
              "text": "\tstatfs.Type != want",
              "done": false,
              "start": 10,
              "end": 21
            }
          ],
          "alternatives": [],
          "reasons": [],
          "near": [],
          "notes": [],
          "warnings": [],
          "findings": []
        },
        {
          "id": "there",
          "title": "the title of there",
          "verdict": "applied",
          "blocks": false,
          "expect": {
            "least": 1,
            "most": 1,
            "per_file": false,
            "text": "1 site"
          },
          "todo": 0,
          "done": 1,
          "more_done": false,
          "sites": [
            {
              "path": "b.go",
              "line": 7,
              "column": 2,
              "text": "\tstatfs.Type != want",
              "done": true,
              "start": 10,
              "end": 21
            }
          ],
          "alternatives": [],
          "reasons": [],
          "near": [],
          "notes": [],
          "warnings": [],
          "findings": []
        },
        {
          "id": "old",
          "title": "the title of old",
          "verdict": "obsolete",
          "blocks": false,
          "expect": {
            "least": 1,
            "most": 1,
            "per_file": false,
            "text": "1 site"
          },
          "todo": 0,
          "done": 0,
          "more_done": false,
          "sites": [],
          "alternatives": [],
          "reasons": [],
          "near": [],
          "notes": [
            "fixed upstream in 1.9"
          ],
          "warnings": [],
          "findings": []
        },
        {
          "id": "other",
          "title": "the title of other",
          "verdict": "skipped",
          "blocks": false,
          "expect": {
            "least": 1,
            "most": 1,
            "per_file": false,
            "text": "1 site"
          },
          "todo": 0,
          "done": 0,
          "more_done": false,
          "sites": [],
          "alternatives": [],
          "reasons": [],
          "near": [],
          "notes": [],
          "warnings": [],
          "findings": []
        }
      ],
      "files": [
        {
          "path": "län.go",
          "created": true,
          "diff": {
            "base64": "ZGlmZiAtLWdpdCAiYS9sXDMwM1wyNDRuLmdvIiAiYi9sXDMwM1wyNDRuLmdvIgpuZXcgZmlsZSBtb2RlIDEwMDY0NAotLS0gL2Rldi9udWxsCisrKyAiYi9sXDMwM1wyNDRuLmdvIgpAQCAtMCwwICsxIEBACiv/Cg=="
          }
        },
        {
          "path": "src/fs.go",
          "created": false,
          "diff": "diff --git a/src/fs.go b/src/fs.go\n--- a/src/fs.go\n+++ b/src/fs.go\n@@ -1 +1 @@\n-a\n+b\n"
        }
      ],
      "commits": [
        {
          "repository": "lib",
          "id": "0123456789abcdef0123456789abcdef01234567",
          "subject": "numbers: a patch",
          "patches": [
            "numbers"
          ],
          "branch": null
        }
      ],
      "notes": [
        "a note"
      ],
      "exit": 0
    }
    "#);
}

#[test]
fn json_of_a_refused_plan_has_no_files() {
    let patchset = treepatch::patchset::load("my.toml", PATCHSET).unwrap();
    let facts = json::Facts {
        command: "check",
        root: Path::new("."),
        target: None,
        dry_run: true,
        written: false,
        into: None,
        commits: Vec::new(),
        notes: Vec::new(),
        exit: 1,
    };
    let text = json::text(&json::Run::new(&rough(), &patchset, facts));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["files"], serde_json::json!([]));
    assert_eq!(value["patches"][0]["near"][0]["wanted"], "&size");
    assert_eq!(value["patches"][3]["reasons"][0]["place"]["line"], 3);
    assert_eq!(value["patches"][1]["sites"][0]["done"], true);
}

const PATCHSET: &str = r#"
format = 1
[patchset]
name = "mine"
title = "My patches"
[[patch]]
id = "one"
title = "one"
why = "because"
files = ["**/*.go"]
diff = '''
-a
+b
'''
"#;
