//! What `export` writes is what other programs make the same tree from.

use crate::commits::ground::{Ground, ran};
use crate::tools;
use std::fs;

const FILES: [&str; 5] = ["main.c", "lib/lib.c", "lib/limit.c", "lib/deep/deep.c", "lib/doc/patched.txt"];
const FOLDERS: [&str; 3] = ["", "lib", "lib/deep"];

/// A release, an export of it, and the same release patched.
fn exported(format: &str) -> Ground {
    let ground = Ground::new();
    let before = ground.everything("root");
    ground.run(&["export", "mine.toml", "root", "--format", format, "-o", "out"]).exits(0);
    assert!(ground.everything("root") == before);
    ground.clone_to("patched");
    ground.run(&["apply", "mine.toml", "patched"]).exits(0);
    ground
}

#[track_caller]
fn is_patched(ground: &Ground) {
    for file in FILES {
        assert_eq!(ground.read(&format!("root/{file}")), ground.read(&format!("patched/{file}")), "{file}");
    }
}

#[test]
fn quilt_pushes_each_series() {
    let Some(quilt) = tools::find("quilt") else { return };
    let ground = exported("quilt");
    for folder in FOLDERS {
        let mut command = ground.quiet(quilt.to_str().unwrap());
        command.args(["--quiltrc", "-", "push", "-a"]).current_dir(ground.path("root").join(folder));
        command.env("QUILT_PATCHES", ground.path("out").join(folder));
        ran(&mut command).exits(0);
    }
    is_patched(&ground);
    let series = "# for the submodule lib\n0001-width.patch\n0002-limit.patch\n0003-notes.patch\n";
    assert_eq!(ground.read("out/lib/series"), series);
    let patch = ground.read("out/lib/0001-width.patch");
    insta::assert_snapshot!(patch.trim_end(), @r"
    Description: numbers: give the width 64 bits
     It overflows.
    Author: Ada <ada@example.com>
    Upstream-Status: Submitted
    Bug: https://bugs.example.com/1
    ---
    diff --git a/lib.c b/lib.c
    --- a/lib.c
    +++ b/lib.c
    @@ -1 +1 @@
    -int width = 2;
    +long width = 2;
    ");
}

#[test]
fn git_takes_the_mails() {
    let ground = exported("mbox");
    ground.run(&["apply", "mine.toml", "patched", "--commit", "--allow-dirty"]).exits(3);
    ground.clone_to("committed");
    ground.run(&["apply", "mine.toml", "committed", "--commit"]).exits(0);
    for folder in FOLDERS {
        let mailbox = ground.path("out").join(folder).join("series.mbox");
        ground.git(&format!("root/{folder}"), &["am", "-q", "--keep", mailbox.to_str().unwrap()]);
    }
    is_patched(&ground);
    let mail = ground.read("out/lib/series.mbox");
    assert!(
        mail.contains("Bug: https://bugs.example.com/1\n---\n# for the submodule lib\n\ndiff --git a/lib.c b/lib.c\n")
    );
    // The commits say what those of `apply --commit` say, but for the one that moves submodules.
    let log = |root: &str| ground.git(root, &["log", "--format=%an %at %B", "-3", "--grep=Treepatch-Patch:"]);
    assert_eq!(log("root/lib"), log("committed/lib"));
}

#[test]
fn one_diff_is_for_the_whole_tree() {
    let ground = exported("diff");
    ground.git("root", &["apply", "../out"]);
    is_patched(&ground);
}

#[test]
fn a_tree_without_git_is_one_series() {
    let ground = Ground::new();
    for folder in ["root/.git", "root/lib/.git", "root/lib/deep/.git"] {
        let path = ground.path(folder);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
    ground.run(&["export", "mine.toml", "root", "--format", "quilt", "-o", "out"]).exits(0);
    assert_eq!(ground.read("out/series"), "0001-width.patch\n0002-limit.patch\n0003-notes.patch\n");
    assert!(ground.read("out/0001-width.patch").contains("+++ b/lib/deep/deep.c\n"));
}

#[test]
fn nothing_is_overwritten_and_nothing_half_exported() {
    let ground = Ground::new();
    ground.put("out/mine.txt", "mine\n");
    ground.run(&["export", "mine.toml", "root", "--format", "quilt", "-o", "out"]).exits(2).tells("is not empty");
    ground.put("root/main.c", "int height;\n#define LIMIT 10\nint width = 1;\nint width = 2;\n");
    ground.run(&["export", "mine.toml", "root", "--format", "quilt", "-o", "fresh"]).exits(1);
    assert!(!ground.path("fresh").exists());
}

/// Reasons that hold what programs look for beside a diff. Each of them would change `int width = 1;`, or stop the program.
const REASONS: [&str; 16] = [
    "It was:\n\n    --- a/main.c\n    +++ b/main.c\n    @@ -2 +2 @@\n    -int width = 1;\n    +int width = 9;\n",
    "--- a/main.c\n+++ b/main.c\n@@ -2 +2 @@\n-int width = 1;\n+int width = 9;\n",
    "diff --git a/main.c b/main.c\nindex 1234567..89abcde 100644\n--- a/main.c\n+++ b/main.c\n@@ -2 +2 @@\n-int width = 1;\n+int width = 9;\n",
    "XX--- a/main.c\nXX+++ b/main.c\nXX@@ -2 +2 @@\nXX-int width = 1;\nXX+int width = 9;\n",
    "- --- a/main.c\n+++ b/main.c\n@@ -2 +2 @@\n-int width = 1;\n+int width = 9;\n",
    "*** a/main.c\n--- b/main.c\n***************\n*** 2 ****\n! int width = 1;\n--- 2 ----\n! int width = 9;\n",
    "Index: main.c\n2c\nint width = 9;\n.\n",
    "  Index: main.c\n  2d\n  .\n",
    "Index: main.c\n2c2\n< int width = 1;\n---\n> int width = 9;\n",
    "Prereq: 7\n\nIndex: none.c\n",
    "@@ -2 +2 @@\n-int width = 1;\n+int width = 9;\n",
    "diff --git a/main.c b/none.c\nrename from main.c\nrename to none.c\n",
    "Above.\n\n-- >8 -- cut here -- 8< --\n\nBelow.\n",
    "From: Eve <eve@example.com>\nSubject: another\nDate: Thu, 1 Jan 1970 00:00:00 +0000\n\n[PATCH] Text.\n",
    "One.\n\nFrom 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: Eve <eve@example.com>\n\nTwo.\n",
    "---\n\ndiff -u a b\n\n-- \n",
];

/// A patchset with one of them, and a folder `tree` with the file that it changes, exported in both formats.
fn reasoned(reason: &str) -> Ground {
    let ground = Ground { dir: tempfile::tempdir().unwrap() };
    let title = "--- a/main.c +++ b/main.c";
    let head =
        "format = 1\n[patchset]\nname = \"mine\"\nauthor = \"Ada <ada@example.com>\"\n[[patch]]\nid = \"width\"\n";
    let body = "files = [\"*.c\"]\ndiff = '''\n-int width = 1;\n+long width = 1;\n'''\n";
    ground.put("mine.toml", &format!("{head}title = \"{title}\"\nwhy = '''\n{reason}'''\n{body}"));
    ground.put("tree/main.c", "int before;\nint width = 1;\nint after;\n");
    for format in ["quilt", "mbox"] {
        ground.run(&["export", "mine.toml", "tree", "--format", format, "-o", format]).exits(0);
    }
    ground
}

const WIDER: &str = "int before;\nlong width = 1;\nint after;\n";

#[test]
fn no_reason_is_taken_for_a_diff_by_patch() {
    let Some(patch) = tools::find("patch") else { return };
    for reason in REASONS {
        for file in ["quilt/0001-width.patch", "mbox/series.mbox"] {
            let ground = reasoned(reason);
            let mut command = ground.quiet(patch.to_str().unwrap());
            command.args(["-p1", "--batch", "--fuzz=0", "-i"]).arg(ground.path(file)).current_dir(ground.path("tree"));
            let ran = ran(&mut command).exits(0);
            assert_eq!(ground.read("tree/main.c"), WIDER, "{file}: {reason}\n{}", ran.stdout);
            assert_eq!(fs::read_dir(ground.path("tree")).unwrap().count(), 1, "{file}: {reason}\n{}", ran.stdout);
        }
    }
}

#[test]
fn no_reason_is_taken_for_a_diff_by_quilt() {
    let Some(quilt) = tools::find("quilt") else { return };
    for reason in REASONS {
        let ground = reasoned(reason);
        let quilt = |args: &[&str]| {
            let mut command = ground.quiet(quilt.to_str().unwrap());
            command.args([&["--quiltrc", "-"], args].concat()).current_dir(ground.path("tree"));
            command.env("QUILT_PATCHES", ground.path("quilt"));
            ran(&mut command).exits(0).stdout
        };
        quilt(&["push", "-a"]);
        assert_eq!(ground.read("tree/main.c"), WIDER, "{reason}");
        let patch = ground.read("quilt/0001-width.patch");
        let head = patch.split_once("---\ndiff --git").unwrap().0;
        assert!(quilt(&["header"]).starts_with(head), "{reason}");
        quilt(&["refresh"]);
        assert!(ground.read("quilt/0001-width.patch").starts_with(head), "{reason}");
    }
}

#[test]
fn no_reason_is_taken_for_a_diff_by_git() {
    for reason in REASONS {
        let ground = reasoned(reason);
        ground.git("tree", &["init", "-q"]);
        ground.git("tree", &["apply", "../quilt/0001-width.patch"]);
        assert_eq!(ground.read("tree/main.c"), WIDER, "{reason}");
        ground.git("tree", &["apply", "-R", "../mbox/series.mbox"]);
        ground.git("tree", &["add", "."]);
        ground.git("tree", &["commit", "-q", "-m", "first"]);
        for scissors in ["true", "false"] {
            let config = format!("mailinfo.scissors={scissors}");
            ground.git("tree", &["-c", &config, "am", "-q", "../mbox/series.mbox"]);
            assert_eq!(ground.read("tree/main.c"), WIDER, "{reason}");
            let log = ground.git("tree", &["log", "--format=%an <%ae>%n%B", "-1"]);
            assert!(log.starts_with("Ada <ada@example.com>\n--- a/main.c +++ b/main.c\n\n"), "{reason}\n{log}");
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '|').collect::<String>();
            assert!(letters(&log).contains(&letters(reason)), "{reason}\n{log}");
            ground.git("tree", &["reset", "-q", "--hard", "HEAD~"]);
        }
    }
}
