//! The program as its users meet it: what it prints, what it writes, how it exits.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use treepatch::checkout::Root;
use treepatch::patchset::STATE;
use treepatch::write::Lock;

/// Two patches for C code of our own.
const PATCHES: &str = r#"format = 1

[patchset]
name  = "mine"
title = "My patches"

[[patch]]
id    = "width"
title = "numbers: give the width 64 bits"
why   = "It overflows."
files = ["src/**/*.c"]
diff  = '''
-int width = $value;
+long width = $value;
'''

[[patch.example]]
before = "int width = 3;\n"
after = "long width = 3;\n"

[[patch.example]]
unchanged = "int height = 3;\n"

[[patch]]
id    = "limit"
title = "limits: a higher limit"
why   = "It is too low."
files = ["src/limit.c"]
optional = true
diff  = '''
-#define LIMIT 10
+#define LIMIT 20
'''
"#;

/// A checkout that both patches apply to, and the patchset beside it.
struct Ground {
    dir: tempfile::TempDir,
}

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ground {
    fn new() -> Ground {
        let ground = Ground { dir: tempfile::tempdir().unwrap() };
        ground.put("mine.toml", PATCHES);
        ground.put("root/src/a.c", "int before;\nint width = 3; /* kept */\nint after;\n");
        ground.put("root/src/limit.c", "#define LIMIT 10\n");
        ground.put("root/other.txt", "not code\n");
        ground
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Every file of the checkout with its bytes.
    fn tree(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.path("root")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path)
                } else {
                    files.push((path.clone(), fs::read(&path).unwrap_or_default()))
                }
            }
        }
        files.sort();
        files
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_treepatch"));
        command.current_dir(self.dir.path()).args(args).stdin(Stdio::null());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.command(args))
    }

    /// As a user that file permissions mean something to, even if the tests run as root.
    fn run_as_nobody(&self, args: &[&str]) -> Ran {
        const NOBODY: u32 = 65534;
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            return self.run(args);
        }
        // The program may lie where others cannot reach it. Copied by another process: a file that a process has
        // open for writing cannot be run, and tests run side by side.
        let program = self.path("treepatch");
        assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_treepatch")).arg(&program).status().unwrap().success());
        let mut all = vec![self.dir.path().to_owned()];
        while let Some(path) = all.pop() {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
            if path.is_dir() {
                all.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
            }
        }
        let mut command = Command::new(program);
        command.current_dir(self.dir.path()).args(args).stdin(Stdio::null()).uid(NOBODY).gid(NOBODY);
        ran(&mut command)
    }
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().expect("no signal ended it"),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Ran {
    #[track_caller]
    fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn tells(self, text: &str) -> Ran {
        assert!(self.stderr.contains(text), "`{text}` is not in: {}", self.stderr);
        self
    }
}

// ---------------------------------------------------------------------------------------------------------------
// What is done.

#[test]
fn apply_changes_the_files_and_twice_is_once() {
    let ground = Ground::new();
    let ran = ground.run(&["apply", "./mine.toml", "root"]).exits(0);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr, "applied  width  1 site\napplied  limit  1 site\n\n2 files changed\n");
    assert_eq!(ground.read("root/src/a.c"), "int before;\nlong width = 3; /* kept */\nint after;\n");
    assert_eq!(ground.read("root/src/limit.c"), "#define LIMIT 20\n");
    let after = ground.tree();
    let ran = ground.run(&["apply", "mine.toml", "root"]).exits(0);
    assert_eq!(ran.stderr, "applied  width  1 site done\napplied  limit  1 site done\n\nnothing to do\n");
    assert_eq!(ground.tree(), after);
}

#[test]
fn the_folder_defaults_to_this_one() {
    let ground = Ground::new();
    ran(ground.command(&["apply", "../mine.toml"]).current_dir(ground.path("root"))).exits(0);
    assert_eq!(ground.read("root/src/limit.c"), "#define LIMIT 20\n");
}

#[test]
fn a_dry_run_prints_a_diff_and_writes_nothing() {
    let ground = Ground::new();
    let before = ground.tree();
    let ran = ground.run(&["apply", "mine.toml", "root", "--dry-run"]).exits(0);
    insta::assert_snapshot!(ran.stdout, @r"
    diff --git a/src/a.c b/src/a.c
    --- a/src/a.c
    +++ b/src/a.c
    @@ -1,3 +1,3 @@
     int before;
    -int width = 3; /* kept */
    +long width = 3; /* kept */
     int after;
    diff --git a/src/limit.c b/src/limit.c
    --- a/src/limit.c
    +++ b/src/limit.c
    @@ -1 +1 @@
    -#define LIMIT 10
    +#define LIMIT 20
    ");
    insta::assert_snapshot!(ran.stderr, @r"
    applies  width  1 site
    applies  limit  1 site

    2 files would change
    ");
    assert_eq!(ground.tree(), before);
}

#[test]
fn the_diff_of_a_dry_run_gives_what_apply_gives() {
    for (program, args) in [("git", ["apply", "-p1", "../diff"]), ("patch", ["-sp1", "-i", "../diff"])] {
        let Some(program) = crate::tools::find(program) else { continue };
        let ground = Ground::new();
        let diff = ground.run(&["apply", "mine.toml", "root", "--dry-run"]).exits(0).stdout;
        ground.put("diff", &diff);
        let mut command = Command::new(program);
        command.args(args).current_dir(ground.path("root")).env("GIT_CEILING_DIRECTORIES", ground.dir.path());
        ran(&mut command).exits(0);
        let by_others: Vec<_> = ground.tree().into_iter().map(|(_, bytes)| bytes).collect();
        let ground = Ground::new();
        ground.run(&["apply", "mine.toml", "root", "--no-record"]).exits(0);
        assert_eq!(ground.tree().into_iter().map(|(_, bytes)| bytes).collect::<Vec<_>>(), by_others);
    }
}

#[test]
fn check_prints_its_table_and_writes_nothing() {
    let ground = Ground::new();
    let before = ground.tree();
    let ran = ground.run(&["check", "mine.toml", "root"]).exits(0);
    assert_eq!(ran.stdout, "applies  width  1 site\napplies  limit  1 site\n\n2 files would change\n");
    assert_eq!((ran.stderr.as_str(), ground.tree()), ("", before));
}

#[test]
fn check_can_require_that_everything_is_applied() {
    let ground = Ground::new();
    let require = ["check", "mine.toml", "root", "--require", "applied"];
    let ran = ground.run(&require).exits(1);
    let told = "not applied  width  1 site\nnot applied  limit  1 site\n\n\
                2 of 2 patches are not applied, which --require applied asks for (width, limit)\n";
    assert_eq!(ran.stdout, told);
    let json = ground.run(&[&require[..], &["--format", "json"]].concat()).exits(1).stdout;
    assert!(json.contains("it is not applied, which --require applied asks for"), "{json}");
    ground.run(&["apply", "mine.toml", "root", "--only", "width"]).exits(0);
    ground.run(&require).exits(1);
    ground.run(&[&require[..], &["--only", "width"]].concat()).exits(0);
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
    ground.run(&require).exits(0);
}

/// A field that an operation leaves misaligned: no command takes it for good until a person has accepted it by name,
/// and `--strict` asks for the rows that nothing needs any more.
#[test]
fn what_stays_unsafe_passes_no_gate() {
    let ground = Ground::new();
    let patchset = |accept: &str| {
        format!(
            "format = 1\n[patchset]\nname = \"a\"\n[[patch]]\nid = \"a\"\ntitle = \"align\"\nwhy = \"w\"\nfiles = [\"**/*.go\"]\noperation = \"go/align-atomics\"\n{accept}"
        )
    };
    ground.put("root/p/a.go", "package p\n\nimport (\n\t\"sync/atomic\"\n\t\"unsafe\"\n)\n\ntype T struct {\n\ta int32\n\tn int64\n}\n\nfunc f(t *T) uintptr { atomic.AddInt64(&t.n, 1); return unsafe.Sizeof(*t) }\n");
    ground.put("unsafe.toml", &patchset(""));
    let before = ground.tree();
    for arguments in [
        &["check", "unsafe.toml", "root"][..],
        &["check", "unsafe.toml", "root", "-q"],
        &["check", "unsafe.toml", "root", "--require", "applied"],
        &["apply", "unsafe.toml", "root"],
        &["apply", "unsafe.toml", "root", "-q"],
    ] {
        let ran = ground.run(arguments).exits(1);
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("{ field = \"p.T.n\", why = \"…\" }"), "{arguments:?}: {said}");
        assert!(!said.contains("`inside`"), "{said}");
    }
    assert_eq!(ground.tree(), before);
    let row = "{ field = \"p.T.n\", why = \"it was looked at\" }";
    ground.put("accepted.toml", &patchset(&format!("accept = [{row}]\n")));
    ground.run(&["check", "accepted.toml", "root", "--require", "applied", "--strict"]).exits(0);
    ground.put("idle.toml", &patchset(&format!("accept = [{row}, {{ field = \"p.U.n\", why = \"gone\" }}]\n")));
    ground.run(&["check", "idle.toml", "root"]).exits(0);
    let ran = ground.run(&["check", "idle.toml", "root", "--strict"]).exits(1);
    assert!(ran.stdout.contains("warning: `accept` names `p.U.n`"), "{}", ran.stdout);
}

#[test]
fn what_no_package_of_a_release_lists_is_told() {
    let ground = Ground::new();
    ground.put("root/packages/one/spec", "name: one\nfiles:\n- a.c\n");
    let ran = ground.run(&["apply", "mine.toml", "root", "--dry-run"]).exits(0);
    assert!(!ran.stderr.contains("src/a.c: no packages") && !ran.stderr.contains("pre_packaging"), "{}", ran.stderr);
    let mut command = ground.command(&["apply", "mine.toml", "root"]);
    let ran = crate::cli::ran(command.env("BUILD_DIR", "b").env("RELEASE_DIR", "r")).exits(0);
    ran.tells("note: src/limit.c: no packages/*/spec lists it").tells("note: this looks like a pre_packaging script");
}

#[test]
fn only_the_patches_that_are_asked_for() {
    let ground = Ground::new();
    let ran = ground.run(&["apply", "mine.toml", "root", "--only", "limit"]).exits(0);
    assert!(ran.stderr.starts_with("skipped  width  not asked for\napplied  limit  1 site\n"), "{}", ran.stderr);
    assert!(ground.read("root/src/a.c").contains("int width"));
    assert_eq!(ground.read("root/src/limit.c"), "#define LIMIT 20\n");
}

#[test]
fn the_output_can_go_to_a_file() {
    let ground = Ground::new();
    let ran = ground.run(&["apply", "mine.toml", "root", "--dry-run", "-o", "out.diff"]).exits(0);
    assert_eq!(ran.stdout, "");
    let diff = ground.run(&["apply", "mine.toml", "root", "--dry-run"]).exits(0).stdout;
    assert_eq!(ground.read("out.diff"), diff);
    // Of a run that writes, too: a record of what was done.
    ground.run(&["apply", "mine.toml", "root", "--output", "done.diff"]).exits(0);
    assert_eq!(ground.read("done.diff"), diff);
}

#[test]
fn colours_are_for_terminals_or_for_those_who_ask() {
    let ground = Ground::new();
    let dry = ["apply", "mine.toml", "root", "--dry-run"];
    let always = [&dry[..], &["--color", "always"]].concat();
    let never = [&dry[..], &["--color", "never"]].concat();
    let plain = ground.run(&dry).exits(0);
    assert!(!plain.stdout.contains('\u{1b}') && !plain.stderr.contains('\u{1b}'));
    let colored = ground.run(&always).exits(0);
    assert!(colored.stdout.contains("\u{1b}[") && colored.stderr.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&colored.stdout).to_string(), plain.stdout);
    let forced = ran(ground.command(&dry).env("CLICOLOR_FORCE", "1")).exits(0);
    assert!(forced.stdout.contains("\u{1b}["));
    let refused = ran(ground.command(&dry).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")).exits(0);
    assert_eq!(refused.stdout, plain.stdout);
    let refused = ran(ground.command(&never).env("CLICOLOR_FORCE", "1")).exits(0);
    assert_eq!(refused.stdout, plain.stdout);
}

#[test]
fn json_says_what_the_table_says() {
    let ground = Ground::new();
    let ran = ground.run(&["apply", "mine.toml", "root", "--dry-run", "--format", "json"]).exits(0);
    assert_eq!(ran.stderr, "");
    insta::assert_snapshot!(ran.stdout, @r##"
    {
      "format": 1,
      "command": "apply",
      "root": "root",
      "patchset": {
        "name": "mine",
        "title": "My patches",
        "origin": "mine.toml"
      },
      "target": null,
      "dry_run": true,
      "written": false,
      "into": null,
      "patches": [
        {
          "id": "width",
          "title": "numbers: give the width 64 bits",
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
              "path": "src/a.c",
              "line": 2,
              "column": 1,
              "text": "int width = 3; /* kept */",
              "done": false,
              "start": 12,
              "end": 26
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
          "id": "limit",
          "title": "limits: a higher limit",
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
              "path": "src/limit.c",
              "line": 1,
              "column": 15,
              "text": "#define LIMIT 10",
              "done": false,
              "start": 0,
              "end": 16
            }
          ],
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
          "path": "src/a.c",
          "created": false,
          "diff": "diff --git a/src/a.c b/src/a.c\n--- a/src/a.c\n+++ b/src/a.c\n@@ -1,3 +1,3 @@\n int before;\n-int width = 3; /* kept */\n+long width = 3; /* kept */\n int after;\n"
        },
        {
          "path": "src/limit.c",
          "created": false,
          "diff": "diff --git a/src/limit.c b/src/limit.c\n--- a/src/limit.c\n+++ b/src/limit.c\n@@ -1 +1 @@\n-#define LIMIT 10\n+#define LIMIT 20\n"
        }
      ],
      "commits": [],
      "notes": [],
      "exit": 0
    }
    "##);
}

#[test]
fn json_tells_whether_files_were_written() {
    let ground = Ground::new();
    let run = |args: &[&str], code| -> serde_json::Value {
        serde_json::from_str(&ground.run(args).exits(code).stdout).unwrap()
    };
    let json = run(&["apply", "mine.toml", "root", "--format=json"], 0);
    assert_eq!((&json["written"], &json["exit"]), (&true.into(), &0.into()));
    let json = run(&["apply", "mine.toml", "root", "--format=json"], 0);
    assert_eq!((&json["written"], &json["patches"][0]["verdict"]), (&false.into(), &"applied".into()));
    ground.put("root/src/a.c", "int height = 3;\n");
    let json = run(&["check", "mine.toml", "root", "--format=json"], 1);
    assert_eq!(
        (&json["command"], &json["exit"], &json["patches"][0]["verdict"]),
        (&"check".into(), &1.into(), &"drifted".into())
    );
}

#[test]
fn examples_are_tests() {
    let ground = Ground::new();
    let ran = ground.run(&["test", "mine.toml"]).exits(0);
    insta::assert_snapshot!(ran.stdout, @r"
    ok      width example 1 (mine.toml:17)
    ok      width example 2 (mine.toml:21)
    2 passed, 0 failed
    ");
    ground.put("wrong.toml", &PATCHES.replace("after = \"long", "after = \"short"));
    let ran = ground.run(&["test", "wrong.toml"]).exits(1);
    insta::assert_snapshot!(ran.stdout, @r"
    failed  width example 1 (wrong.toml:17)
        the result is not what the example says (verdict: applies); -what it says, +what came out:
        @@ -1 +1 @@
        -short width = 3;
        +long width = 3;
    ok      width example 2 (wrong.toml:21)
    1 passed, 1 failed
    ");
    let json: serde_json::Value =
        serde_json::from_str(&ground.run(&["test", "wrong.toml", "--format", "json"]).exits(1).stdout).unwrap();
    assert_eq!(json["examples"][0]["passed"], false);
    assert_eq!(json["examples"][1]["passed"], true);
    assert!(json["examples"][0]["diff"].as_str().unwrap().contains("\n-short width = 3;\n+long width = 3;\n"));
}

#[test]
fn a_patchset_without_examples_says_so() {
    let ground = Ground::new();
    ground.put("none.toml", PATCHES.split("[[patch.example]]").next().unwrap());
    let ran = ground.run(&["test", "none.toml"]).exits(0);
    assert_eq!(ran.stdout, "there are no examples; a [[patch.example]] behind a patch says what it does to a file\n");
}

#[test]
fn recover_with_nothing_to_do_says_so_and_sweeps() {
    let ground = Ground::new();
    ground.run(&["recover", "root"]).exits(0).tells("root: there is nothing to recover; no run was interrupted here");
    ground.put(&format!("root/{STATE}/0.new"), "x");
    ground.run(&["recover", "root"]).exits(0).tells("nothing to recover");
    assert!(!ground.path("root").join(STATE).exists());
}

#[test]
fn revert_has_words_of_its_own() {
    let ground = Ground::new();
    let lost = PATCHES
        .replace("+long width = $value;", "+long width = 0;")
        .replace("[[patch.example]]", "#")
        .replace("before =", "#")
        .replace("after =", "#")
        .replace("unchanged =", "#");
    ground.put("lost.toml", &lost);
    ground.run(&["apply", "lost.toml", "root"]).exits(0);
    let ran = ground.run(&["revert", "lost.toml", "root"]).exits(1);
    assert!(ran.stderr.contains("cannot be undone  width"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("\ncannot be undone: width: numbers") && !ran.stderr.contains("applied"),
        "{}",
        ran.stderr
    );
    let ran = ground.run(&["revert", "lost.toml", "root", "--only", "limit", "-n"]).exits(0);
    assert!(ran.stderr.starts_with("reverts  limit  1 site\nskipped  width  not asked for\n"), "{}", ran.stderr);
    let ran = ground.run(&["revert", "lost.toml", "root", "--only", "limit"]).exits(0);
    assert!(ran.stderr.starts_with("reverted  limit  1 site\n"), "{}", ran.stderr);
    let ran = ground.run(&["revert", "lost.toml", "root", "--only", "limit"]).exits(0);
    assert!(ran.stderr.starts_with("not there  limit  nothing to undo\n"), "{}", ran.stderr);
}

#[test]
fn built_in_patchsets_are_listed_and_shown() {
    let ground = Ground::new();
    let list = ground.run(&["list"]).exits(0).stdout;
    let name = list.split_whitespace().next().expect("there are some").to_owned();
    let text = ground.run(&["show", &name]).exits(0).stdout;
    assert!(text.contains(&format!("\"{name}\"")), "{text}");
    ground.put("copy.toml", &text);
    let patches = |name: &str| ground.run(&["list", name]).exits(0).stdout;
    assert_eq!(patches(&name), patches("copy.toml"));
}

// ---------------------------------------------------------------------------------------------------------------
// A verdict needs a person: 1.

#[test]
fn one_patch_that_does_not_fit_stops_all() {
    let ground = Ground::new();
    ground.put("root/src/a.c", "unsigned width = 3;\n");
    let before = ground.tree();
    for args in [&["apply"][..], &["apply", "--dry-run"]] {
        let ran = ground.run(&[args, &["mine.toml", "root"]].concat()).exits(1).tells("drifted: width");
        assert_eq!(ran.stdout, "");
        assert_eq!(ground.tree(), before);
    }
    let ran = ground.run(&["check", "mine.toml", "root"]).exits(1);
    assert!(ran.stdout.contains("nothing would be written: 1 of 2 patches needs a person (width)"), "{}", ran.stdout);
}

#[test]
fn files_that_are_not_there() {
    let ground = Ground::new();
    fs::remove_file(ground.path("root/src/limit.c")).unwrap();
    let ran = ground.run(&["check", "mine.toml", "root"]).exits(0);
    assert!(ran.stdout.contains("absent   limit  no file matches, which is allowed"), "{}", ran.stdout);
    ground.put("mine.toml", &PATCHES.replace("optional = true\n", ""));
    ground.run(&["apply", "mine.toml", "root"]).exits(1).tells("absent: limit");
    ground.run(&["apply", "mine.toml", "root", "--partial"]).exits(0);
    fs::remove_dir_all(ground.path("root/src")).unwrap();
    ground.run(&["apply", "mine.toml", "root", "--partial"]).exits(1).tells("absent");
}

#[test]
fn a_file_that_cannot_be_read() {
    let ground = Ground::new();
    fs::set_permissions(ground.path("root/src/a.c"), fs::Permissions::from_mode(0o000)).unwrap();
    let ran = ground.run_as_nobody(&["apply", "mine.toml", "root"]).exits(1);
    ran.tells("unreadable: width").tells("src/a.c: Permission denied");
    assert_eq!(ground.read("root/src/limit.c"), "#define LIMIT 10\n");
}

#[test]
fn a_folder_that_cannot_be_listed() {
    let ground = Ground::new();
    ground.put("root/src/closed/b.c", "int width = 4;\n");
    fs::set_permissions(ground.path("root/src/closed"), fs::Permissions::from_mode(0o000)).unwrap();
    // Of the two patches, only the first could have files there.
    let ran = ground.run_as_nobody(&["check", "mine.toml", "root"]).exits(1);
    fs::set_permissions(ground.path("root/src/closed"), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(ran.stdout.contains("src/closed: Permission denied"), "{}", ran.stdout);
    assert!(ran.stdout.contains("unreadable  width") && ran.stdout.contains("applies     limit"), "{}", ran.stdout);
}

#[test]
fn symlinks_are_neither_read_nor_written() {
    let ground = Ground::new();
    ground.put("outside.c", "#define LIMIT 10\n");
    fs::remove_file(ground.path("root/src/limit.c")).unwrap();
    symlink("../../outside.c", ground.path("root/src/limit.c")).unwrap();
    let ran = ground.run(&["apply", "mine.toml", "root"]).exits(0);
    ran.tells("absent   limit");
    assert_eq!(ground.read("outside.c"), "#define LIMIT 10\n");
}

// ---------------------------------------------------------------------------------------------------------------
// Wrong use: 2.

#[test]
fn a_root_that_is_not_there_or_no_folder() {
    let ground = Ground::new();
    for command in ["apply", "check"] {
        ground.run(&[command, "mine.toml", "nowhere"]).exits(2).tells("error: nowhere: there is no such folder");
        ground.run(&[command, "mine.toml", "mine.toml"]).exits(2).tells("error: mine.toml: is not a folder");
    }
}

#[test]
fn a_patchset_that_is_not_there() {
    let ground = Ground::new();
    ground.run(&["check", "none.toml", "root"]).exits(2).tells("none.toml: cannot read the patchset: No such file");
    ground.run(&["check", "./root", "root"]).exits(2).tells("./root: is a folder, not a patchset file");
    let name = ground.run(&["list"]).stdout.split_whitespace().next().unwrap().to_owned();
    let wrong = format!("{name}x");
    ground.run(&["check", &wrong, "root"]).exits(2).tells(&format!("did you mean `{name}`?"));
    ground.run(&["check", "qqqq", "root"]).exits(2).tells(&format!("there are {name}"));
}

#[test]
fn a_patchset_that_does_not_load_shows_the_place() {
    let ground = Ground::new();
    for (from, to, message, place) in [
        ("title = \"My patches\"", "title = My patches", "", "mine.toml:5:"),
        ("optional = true", "optionel = true", "did you mean `optional`?", "mine.toml:29:1"),
        ("-int width = $value;", "-int width = = $value;", "", "mine.toml:13:"),
        ("+long width = $value;", "+long width = $other;", "$other", "mine.toml:14:"),
        ("src/limit.c", "../limit.c", "..", "mine.toml:28:"),
    ] {
        ground.put("mine.toml", &PATCHES.replace(from, to));
        for command in ["check", "apply", "test"] {
            let args = if command == "test" { vec![command, "mine.toml"] } else { vec![command, "mine.toml", "root"] };
            let ran = ground.run(&args).exits(2).tells(place).tells(message).tells(to.lines().next().unwrap());
            assert_eq!(ran.stdout, "");
        }
    }
    fs::write(ground.path("mine.toml"), b"format = 1\n# \xff\n").unwrap();
    ground.run(&["check", "mine.toml", "root"]).exits(2).tells("mine.toml:2: is not UTF-8");
}

#[test]
fn arguments_that_make_no_sense() {
    let ground = Ground::new();
    ground.run(&[]).exits(2);
    ground.run(&["aply", "mine.toml"]).exits(2);
    ground.run(&["apply", "mine.toml", "root", "--dry"]).exits(2).tells("--dry-run");
    ground.run(&["apply", "mine.toml", "root", "-v", "-q"]).exits(2);
    for jobs in ["many", "0", "100000"] {
        ground.run(&["apply", "mine.toml", "root", "-j", jobs]).exits(2).tells("--jobs");
    }
    ground.run(&["check", "mine.toml", "root", "--format", "xml"]).exits(2);
    ground.run(&["apply", "mine.toml", "root", "--only", "limits"]).exits(2).tells("did you mean `limit`?");
    ground.run(&["--help"]).exits(0);
    ground.run(&["--version"]).exits(0);
}

#[test]
fn an_output_that_is_a_folder() {
    let ground = Ground::new();
    let before = ground.tree();
    ground.run(&["apply", "mine.toml", "root", "-o", "root"]).exits(2).tells("root: is a folder");
    assert_eq!(ground.tree(), before);
}

// ---------------------------------------------------------------------------------------------------------------
// The world: 3.

#[test]
fn a_lock_that_somebody_holds() {
    let ground = Ground::new();
    let before = ground.tree();
    let root = Root::open(&ground.path("root")).unwrap();
    let lock = Lock::take(&root).unwrap();
    ground.run(&["apply", "mine.toml", "root"]).exits(3).tells("another run of treepatch is writing here");
    ground.run(&["check", "mine.toml", "root"]).exits(0);
    assert_eq!(ground.tree(), before);
    drop(lock);
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
}

#[test]
fn a_folder_that_cannot_be_written_to() {
    let ground = Ground::new();
    fs::set_permissions(ground.path("root/src"), fs::Permissions::from_mode(0o555)).unwrap();
    let ran = ground.run_as_nobody(&["apply", "mine.toml", "root"]).exits(3);
    ran.tells("Permission denied").tells("src/a.c");
    assert!(!ground.path("root").join(STATE).exists());
    fs::set_permissions(ground.path("root/src"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(ground.path("root"), fs::Permissions::from_mode(0o555)).unwrap();
    ground.run_as_nobody(&["apply", "mine.toml", "root"]).exits(3).tells("Permission denied");
    fs::set_permissions(ground.path("root"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(ground.read("root/src/a.c").contains("int width"));
}

#[test]
fn an_output_that_cannot_be_written() {
    let ground = Ground::new();
    let before = ground.tree();
    ground.run(&["apply", "mine.toml", "root", "-o", "no/such/folder"]).exits(3).tells("no/such/folder");
    ground.run(&["apply", "mine.toml", "root", "--dry-run", "-o", "/dev/full"]).exits(3).tells("No space left");
    assert_eq!(ground.tree(), before);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    ran(ground.command(&["check", "mine.toml", "root"]).stdout(full)).exits(3).tells("No space left");
    // What was done is said, whatever becomes of the report.
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let json = |command: &str| ran(ground.command(&[command, "mine.toml", "root", "--format", "json"]).stdout(full()));
    json("apply").exits(3).tells("every file is written, but the report is not: cannot write to standard output");
    assert!(ground.read("root/src/limit.c").contains("20"));
    json("revert").exits(3).tells("every file is written, but the report is not");
    assert!(ground.tree() == before);
}

#[test]
fn a_run_that_was_interrupted_comes_first() {
    let ground = Ground::new();
    let journal = r##"{"treepatch_journal":1,"folders":[],"files":[
        {"path":"src/limit.c","before":"#define LIMIT 10\n","after":"#define LIMIT 20\n"}]}"##;
    let again = || ground.put(&format!("root/{STATE}/journal"), journal);
    again();
    for args in [&["apply"][..], &["apply", "--dry-run"], &["check"]] {
        let ran = ground.run(&[args, &["mine.toml", "root"]].concat()).exits(3);
        ran.tells("treepatch recover root").tells("--undo");
    }
    ground.run(&["recover", "root"]).exits(0);
    assert_eq!(ground.read("root/src/limit.c"), "#define LIMIT 20\n");
    again();
    ground.run(&["recover", "root", "--undo"]).exits(0);
    assert_eq!(ground.read("root/src/limit.c"), "#define LIMIT 10\n");
    ground.run(&["check", "mine.toml", "root"]).exits(0);
}

/// It had a folder above or below for its root: what is seen here may be half done.
#[test]
fn a_run_that_was_interrupted_above_or_below_comes_first() {
    let commands = [&["apply"][..], &["apply", "--dry-run"], &["apply", "--into", "copy"], &["check"], &["revert"]];
    for (at, root) in [("root", "root/src"), ("root/src", "root")] {
        let ground = Ground::new();
        ground.put(&format!("{at}/{STATE}/journal"), r#"{"treepatch_journal":1,"folders":[],"files":[]}"#);
        for args in commands {
            ground.run(&[args, &["mine.toml", root]].concat()).exits(3).tells(&format!("{at}`, or undo it"));
        }
        ground.run(&["recover", at]).exits(0);
        ground.run(&["check", "mine.toml", "root"]).exits(0);
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Nobody listens: success.

#[test]
fn a_closed_pipe_is_success() {
    let ground = Ground::new();
    for args in [&["check", "mine.toml", "root"][..], &["apply", "mine.toml", "root", "-n"], &["list"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = ran(ground.command(args).stdout(writer).stderr(Stdio::piped())).exits(0);
        assert!(!ran.stderr.contains("error") && !ran.stderr.contains("panic"), "{}", ran.stderr);
    }
    let mut child = ground.command(&["show", "garden-runc-arm32"]).stdout(Stdio::piped()).spawn().unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0; 8]).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_closed_error_stream_does_not_stop_the_work() {
    let ground = Ground::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = ground.command(&["apply", "mine.toml", "root"]).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(0));
    assert_eq!(ground.read("root/src/limit.c"), "#define LIMIT 20\n");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let ground = Ground::new();
    for n in 0..30 {
        ground.put(&format!("root/src/more/f{n}.c"), "int width = 3;\n");
    }
    let run = |jobs: &str| {
        let ran = ground.run(&["check", "mine.toml", "root", "-v", "-j", jobs]).exits(1);
        (ran.stdout, ran.stderr)
    };
    assert_eq!(run("1"), run("8"));
}

#[test]
fn limits_are_raised_and_lowered_by_name() {
    let ground = Ground::new();
    let one = |more: &[&str]| ground.run(&[&["check", "mine.toml", "root", "--only", "width"], more].concat());
    let met = |limit: &str, told: &str| {
        let ran = one(&["--limit", limit]).exits(1);
        assert!(ran.stdout.contains("unreadable") && ran.stdout.contains(told), "{}", ran.stdout);
    };
    met("bytes=10", "--limit bytes=");
    met("nodes=2", "--limit nodes=N");
    met("steps=1", "--limit steps=N");
    let raised = one(&["--limit", "bytes=64M", "--limit", "steps=1G"]).exits(0);
    assert!(raised.stdout.contains("applies"), "{}", raised.stdout);
    one(&["--limit", "time=5"]).exits(2).tells("bytes, nodes and steps are limited");
}

// ---------------------------------------------------------------------------------------------------------------
// Documentation, completions, man pages.

#[test]
fn every_page_of_the_documentation_is_in_the_program() {
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs");
    let overview = Ground::new().run(&["help"]).exits(0).stdout;
    let mut pages = 0;
    for entry in fs::read_dir(docs).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "md") {
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert_eq!(Ground::new().run(&["help", name]).exits(0).stdout, fs::read_to_string(&path).unwrap());
            assert!(overview.contains(&format!("  {name} ")), "{overview}");
            pages += 1;
        }
    }
    assert!(pages > 10);
}

#[test]
fn help_explains_commands_and_names_the_nearest_page() {
    assert!(Ground::new().run(&["help", "apply"]).exits(0).stdout.contains("--dry-run"));
    let wrong = Ground::new().run(&["help", "limit"]).exits(2);
    assert!(wrong.stderr.contains("did you mean `limits`?"), "{}", wrong.stderr);
}

#[test]
fn every_shell_gets_completions_and_every_command_a_man_page() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = Ground::new().run(&["completions", shell]).exits(0).stdout;
        assert!(
            ["apply", "revert", "--dry-run"].iter().all(|word| text.contains(word.trim_start_matches('-'))),
            "{shell}"
        );
    }
    let dir = tempfile::tempdir().unwrap();
    Ground::new().run(&["man", dir.path().to_str().unwrap()]).exits(0);
    for page in ["treepatch.1", "treepatch-apply.1", "treepatch-help.1"] {
        assert!(fs::read_to_string(dir.path().join(page)).unwrap().contains(".TH treepatch"), "{page}");
    }
    let gone = dir.path().join("none");
    assert!(Ground::new().run(&["man", gone.to_str().unwrap()]).exits(3).stderr.contains("none"));
}
