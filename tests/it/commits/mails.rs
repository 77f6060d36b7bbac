//! Mails: `git am`, as docs/export.md has it, makes the commits that `apply --commit` makes.

use crate::commits::ground::Ground;
use crate::tools;
use std::process::Stdio;

/// A repository, and the same once more.
fn ground() -> Ground {
    let ground = Ground::new();
    ground.git(".", &["init", "-q", "-b", "main", "one"]);
    ground.put("one/a.c", "int width = 1;\n");
    ground.put("one/vendor/x/a/a.c", "int width = 1;\n");
    ground.git("one", &["add", "."]);
    ground.git("one", &["commit", "-q", "-m", "first"]);
    ground.git(".", &["clone", "-q", "one", "two"]);
    ground
}

fn patch(ground: &Ground, title: &str, why: &str) {
    patch_by(ground, "Ada <ada@example.com>", title, why);
}

fn patch_by(ground: &Ground, author: &str, title: &str, why: &str) {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let set = format!(
        "format = 1\n[patchset]\nname = \"mine\"\ntitle = \"t\"\nauthor = {}\n[[patch]]\nid = \"the-id\"\n\
         title = {}\nwhy = {}\nfiles = [\"**/*.c\"]\nexpect = \"any\"\ndiff = '''\n-int width = $v;\n+long width = $v;\n'''\n",
        quoted(author),
        quoted(title),
        quoted(why)
    );
    ground.put("one.toml", &set);
}

#[track_caller]
fn comes_through(title: &str, why: &str) {
    comes_through_by("Ada <ada@example.com>", title, why);
}

#[track_caller]
fn comes_through_by(author: &str, title: &str, why: &str) {
    let ground = ground();
    patch_by(&ground, author, title, why);
    ground.run(&["export", "one.toml", "one", "--format", "mbox", "-o", "out"]).exits(0);
    ground.git("one", &["am", "-q", "--keep", "../out/series.mbox"]);
    ground.run(&["apply", "one.toml", "two", "--commit"]).exits(0);
    let log = |root: &str| ground.git(root, &["log", "-1", "--format=%an %ae %at%n%B"]);
    assert_eq!(log("one"), log("two"), "{title:?} {why:?}");
    assert_eq!(ground.git("one", &["log", "-1", "--format=%T"]), ground.git("two", &["log", "-1", "--format=%T"]));
}

#[test]
fn titles_come_through() {
    for title in [
        "[linux] raise n",
        "Re: raise n",
        "re: [a] [b] raise n",
        "[PATCH 1/2] raise n",
        ": raise n",
        "größer: 漢字 → 😀",
        "keep =?UTF-8?Q?raw?= words",
        "From here to there",
        "From ada@example.com Mon Sep 17 00:00:00 2001",
        "Subject: x",
        "\u{200b}",
        "one \u{202e}two",
        &"a long title ".repeat(100),
    ] {
        comes_through(title, "Because.");
    }
}

#[test]
fn reasons_come_through() {
    for why in [
        "From: Eve <eve@example.com>\n\nmore",
        "Subject: another\nmore",
        "Date: yesterday",
        "[PATCH] x",
        ">From me",
        "From here on it is different.\n\n\n\ndifferent\n---- of sorts -",
        "größer\n\n    $ git log\n\nFrom ada with love",
        "------\n----",
    ] {
        comes_through("raise n", why);
    }
}

#[test]
fn authors_come_through() {
    for name in ["Al", "Zoë O'Hara, Esq.", "Ada \"Q\" Lovelace", "Ada (at work)", "Ada \\ B: C", "=?UTF-8?Q?x?="] {
        comes_through_by(&format!("{name} <a@example.com>"), "raise n", "From: nobody");
    }
}

/// A paragraph that quotes a diff has bars, so that neither git nor `patch` takes it for one; what would end the message
/// elsewhere is indented.
#[test]
fn lines_that_end_a_mail_do_not() {
    let ground = ground();
    patch(
        &ground,
        "raise n",
        "---\ndiff --git a/x b/x\nIndex: x\n--- a/x\nFrom ada@x Mon Sep 17 00:00:00 2001\nend\n\n---\nmore",
    );
    ground.run(&["export", "one.toml", "one", "--format", "mbox", "-o", "out"]).exits(0);
    ground.git("one", &["am", "-q", "--keep", "../out/series.mbox"]);
    let body = ground.git("one", &["log", "-1", "--format=%b"]);
    let expected = "| ---\n| diff --git a/x b/x\n| Index: x\n| --- a/x\n| From ada@x Mon Sep 17 00:00:00 2001\n| end\n\n ---\nmore\n";
    assert!(body.starts_with(expected), "{body}");
}

#[test]
fn a_series_of_a_folder_of_a_repository_applies_there() {
    let ground = ground();
    patch(&ground, "raise n", "Because.");
    ground.run(&["apply", "one.toml", "two/vendor/x"]).exits(0);
    let patched = ground.read("two/vendor/x/a/a.c");
    let is_patched = |ground: &Ground| {
        assert_eq!(ground.read("one/vendor/x/a/a.c"), patched);
        assert_eq!(ground.read("one/a.c"), "int width = 1;\n");
        ground.git("one", &["reset", "-q", "--hard", "origin/HEAD"]);
    };
    ground.git("one", &["remote", "add", "origin", "../one"]);
    ground.git("one", &["update-ref", "refs/remotes/origin/HEAD", "HEAD"]);
    let export = |format: &str, out: &str| {
        ground.run(&["export", "one.toml", "one/vendor/x", "--format", format, "-o", out]).exits(0)
    };
    export("mbox", "mbox");
    for folder in ["one", "one/vendor/x"] {
        let mailbox = ground.path("mbox/series.mbox");
        ground.git(folder, &["am", "-q", "--keep", mailbox.to_str().unwrap()]);
        is_patched(&ground);
    }
    let told =
        "apply with `patch -p1` or quilt there, or with `git apply --directory=vendor/x` in the top of the repository";
    export("diff", "x.diff").tells(told);
    ground.git("one", &["apply", "--directory=vendor/x", "../x.diff"]);
    is_patched(&ground);
    export("quilt", "quilt").tells(told);
    assert_eq!(ground.read("quilt/series"), "# for the folder vendor/x\n0001-the-id.patch\n");
    for (program, args) in
        [("patch", &["-sp1", "-i", "../../../x.diff"][..]), ("quilt", &["--quiltrc", "-", "push", "-a"])]
    {
        let Some(program) = tools::find(program) else { continue };
        let mut command = ground.quiet(program.to_str().unwrap());
        command.args(args).current_dir(ground.path("one/vendor/x")).env("QUILT_PATCHES", ground.path("quilt"));
        crate::commits::ground::ran(command.stdin(Stdio::null())).exits(0);
        is_patched(&ground);
        ground.git("one", &["clean", "-qfdx"]);
    }
    // In the top of the repository there is nothing to say.
    let top = ground.run(&["export", "one.toml", "one", "--format", "diff", "-o", "top.diff"]).exits(0);
    assert_eq!(top.stderr, "");
}

#[test]
fn with_nothing_to_do_nothing_is_written() {
    let ground = ground();
    patch(&ground, "raise n", "Because.");
    ground.run(&["apply", "one.toml", "one"]).exits(0);
    for format in ["mbox", "quilt", "diff"] {
        let ran = ground.run(&["export", "one.toml", "one", "--format", format, "-o", "out"]).exits(0);
        ran.tells("nothing to do").tells("note: out is not written: there is nothing to export");
        assert!(!ground.path("out").exists());
    }
}
