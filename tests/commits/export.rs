//! What `export` writes is what other programs make the same tree from.

use crate::ground::{Ground, ran};
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
