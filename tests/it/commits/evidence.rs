//! `revert` takes out what a run of treepatch has put in, and nothing else.

use crate::commits::ground::Ground;

const RECORD: &str = ".treepatch-record";

/// Two patches, each for a file of its own: `one` makes `old_one` to `new_one` in `one.c`.
const SET: &str = "format = 1\n[patchset]\nname = \"two\"\n\
    [[patch]]\nid = \"one\"\ntitle = \"one\"\nwhy = \"So.\"\nfiles = [\"one.c\"]\ndiff = '''\n-old_one();\n+new_one();\n'''\n\
    [[patch]]\nid = \"two\"\ntitle = \"two\"\nwhy = \"So.\"\nfiles = [\"two.c\"]\ndiff = '''\n-old_two();\n+new_two();\n'''\n";

fn code(call: &str) -> String {
    format!("void f(void)\n{{\n\t{call}();\n}}\n")
}

/// A folder `plain` outside of git with two files.
fn plain(one: &str, two: &str) -> Ground {
    let ground = Ground::new();
    ground.put("two.toml", SET);
    ground.put("plain/one.c", &code(one));
    ground.put("plain/two.c", &code(two));
    ground
}

/// The same, as a repository in which that is committed.
fn committed(one: &str, two: &str) -> Ground {
    let ground = plain(one, two);
    ground.git("plain", &["init", "-q", "-b", "main"]);
    ground.git("plain", &["add", "."]);
    ground.git("plain", &["commit", "-q", "-m", "first"]);
    ground
}

#[test]
fn what_upstream_has_stays() {
    let ground = committed("old_one", "new_two");
    ground.run(&["apply", "two.toml", "plain"]).exits(0);
    let ran = ground.run(&["revert", "two.toml", "plain"]).exits(0);
    insta::assert_snapshot!(ran.stderr, @r"
    not there  two  nothing to undo
    reverted   one  1 site

    not there: two: two
      note: it was in two.c before, and stays there

    1 file changed
    ");
    assert_eq!(ground.git("plain", &["status", "--porcelain", "--ignored"]), "");
    // Outside of git the record tells.
    let ground = plain("old_one", "new_two");
    ground.run(&["apply", "two.toml", "plain"]).exits(0);
    ground.run(&["revert", "two.toml", "plain"]).exits(1).tells("whether treepatch put it into two.c cannot be known");
    ground.run(&["revert", "two.toml", "plain", "--only", "one"]).exits(0);
    assert_eq!((ground.read("plain/one.c"), ground.read("plain/two.c")), (code("old_one"), code("new_two")));
    assert!(!ground.path("plain").join(RECORD).exists());
}

#[test]
fn of_one_file_only_those_places_go_that_are_new() {
    let set = SET.replace("one.c", "*.c").replace("diff = '''\n-old_one", "expect = \"1..\"\ndiff = '''\n-old_one");
    let old = "void f(void)\n{\n\tnew_one();\n\tg(1);\n\told_one();\n\tif (x)\n\t\tnew_one();\n\tnew_one();\n}\n";
    for is_committed in [true, false] {
        let ground = if is_committed { committed("new_one", "x") } else { plain("new_one", "x") };
        ground.put("two.toml", &set);
        ground.put("plain/one.c", old);
        if is_committed {
            ground.git("plain", &["commit", "-q", "-a", "-m", "second"]);
        }
        ground.run(&["apply", "two.toml", "plain", "--only", "one"]).exits(0);
        assert_eq!(ground.read("plain/one.c"), old.replace("old_one", "new_one"));
        ground.run(&["revert", "two.toml", "plain", "--only", "one"]).exits(0);
        assert_eq!(ground.read("plain/one.c"), old, "{is_committed}");
    }
}

#[test]
fn what_nobody_knows_is_refused() {
    // Committed by hand, without a word of treepatch's.
    let ground = committed("old_one", "old_two");
    ground.run(&["apply", "two.toml", "plain"]).exits(0);
    ground.git("plain", &["commit", "-q", "-a", "-m", "second"]);
    let before = ground.everything("plain");
    let ran = ground.run(&["revert", "two.toml", "plain"]).exits(1).tells("nothing was written");
    ran.tells(
        "it was in two.c before, and stays there, and no commit says that treepatch put it in; `--assume-applied two`",
    );
    assert!(ground.everything("plain") == before);
    let assumed = ["--assume-applied", "one", "--assume-applied", "two"];
    ground.run(&[&["revert", "two.toml", "plain"][..], &assumed].concat()).exits(0);
    assert_eq!((ground.read("plain/one.c"), ground.read("plain/two.c")), (code("old_one"), code("old_two")));
    // Without a repository and without a record.
    let ground = plain("old_one", "old_two");
    ground.run(&["apply", "two.toml", "plain", "--no-record"]).exits(0);
    assert!(!ground.path("plain").join(RECORD).exists());
    ground.run(&["revert", "two.toml", "plain"]).exits(1).tells("`--assume-applied two` takes it out");
    ground.run(&["revert", "two.toml", "plain", "--assume-applied", "three"]).exits(2).tells("no such patch");
    ground.run(&[&["revert", "two.toml", "plain"][..], &assumed].concat()).exits(0);
    assert_eq!(ground.read("plain/two.c"), code("old_two"));
}

#[test]
fn commits_tell() {
    let ground = committed("old_one", "new_two");
    ground.run(&["apply", "two.toml", "plain", "--commit"]).exits(0);
    ground.run(&["revert", "two.toml", "plain"]).exits(0).tells("it was in two.c before, and stays there");
    assert_eq!((ground.read("plain/one.c"), ground.read("plain/two.c")), (code("old_one"), code("new_two")));
    assert_eq!(ground.git("plain", &["status", "--porcelain"]), " M one.c\n");
}

#[test]
fn the_record_tells_where_no_head_does() {
    // Outside of git, in a repository without a commit, and of files that are not committed.
    for case in ["plain", "unborn", "ignored"] {
        let ground = plain("old_one", "old_two");
        if case != "plain" {
            ground.git("plain", &["init", "-q", "-b", "main"]);
        }
        if case == "ignored" {
            ground.put("plain/.gitignore", "*.c\n");
            ground.git("plain", &["add", "."]);
            ground.git("plain", &["commit", "-q", "-m", "first"]);
        }
        let status =
            || if case == "plain" { String::new() } else { ground.git("plain", &["status", "--porcelain", "-uall"]) };
        let (before, all) = (ground.everything("plain"), status());
        ground.run(&["apply", "two.toml", "plain", "--only", "one"]).exits(0);
        ground.run(&["apply", "two.toml", "plain"]).exits(0);
        assert!(ground.path("plain").join(RECORD).join("record").exists(), "{case}");
        assert_eq!(status(), all, "{case}");
        ground.run(&["apply", "two.toml", "plain"]).exits(0).tells("nothing to do");
        // It is part of no copy and no series, and no glob finds it.
        ground.run(&["apply", "two.toml", "plain", "--into", "copy"]).exits(0);
        assert!(!ground.path("copy").join(RECORD).exists(), "{case}");
        ground.run(&["revert", "two.toml", "plain", "--only", "one"]).exits(0);
        assert_eq!(ground.read("plain/one.c"), code("old_one"));
        ground.run(&["revert", "two.toml", "plain"]).exits(0);
        let mut after = ground.everything("plain");
        // git notes in its index what it has looked at.
        after.retain(|(path, _)| before.iter().any(|(other, _)| other == path) || !path.ends_with("index"));
        let paths = |all: &[(std::path::PathBuf, Vec<u8>)]| all.iter().map(|a| a.0.clone()).collect::<Vec<_>>();
        assert_eq!(paths(&after), paths(&before), "{case}");
        assert_eq!((ground.read("plain/one.c"), ground.read("plain/two.c")), (code("old_one"), code("old_two")));
    }
}

#[test]
fn a_record_that_was_made_up_writes_nothing() {
    let ground = plain("new_one", "new_two");
    let forged = r#"{"treepatch_record":1,"patchsets":[{"name":"two","files":[{"path":"one.c","before":"evil","patches":["one"]},
        {"path":"../out.c","before":"evil","patches":["one"]},{"path":"two.c","before":"new_two","patches":["one"]}]}]}"#;
    ground.put(&format!("plain/{RECORD}/record"), forged);
    ground.run(&["revert", "two.toml", "plain", "--only", "one"]).exits(0);
    assert_eq!((ground.read("plain/one.c"), ground.read("plain/two.c")), (code("old_one"), code("new_two")));
    ground.put(&format!("plain/{RECORD}/record"), "{");
    ground.run(&["revert", "two.toml", "plain"]).exits(3).tells("the record of what was put in does not read");
    ground.run(&["apply", "two.toml", "plain"]).exits(3).tells("nothing was written").tells("remove .treepatch-record");
    assert_eq!(ground.read("plain/one.c"), code("old_one"));
    std::fs::remove_dir_all(ground.path("plain").join(RECORD)).unwrap();
    std::os::unix::fs::symlink("..", ground.path("plain").join(RECORD)).unwrap();
    ground.run(&["apply", "two.toml", "plain"]).exits(3).tells("nothing was written");
    assert_eq!(ground.read("plain/one.c"), code("old_one"));
    assert!(!ground.path("record").exists());
}

/// A file that a patch would make, and that was there before with the same bytes.
#[test]
fn a_file_that_was_there_stays() {
    let set = SET.replace(
        "files = [\"two.c\"]\ndiff = '''\n-old_two();\n+new_two();\n'''",
        "create = \"two.c\"\ncontent = '''\nint x;\n'''",
    );
    for is_committed in [true, false] {
        let ground = plain("old_one", "x");
        ground.put("two.toml", &set);
        ground.put("plain/two.c", "int x;\n");
        if is_committed {
            ground.git("plain", &["init", "-q", "-b", "main"]);
            ground.git("plain", &["add", "."]);
            ground.git("plain", &["commit", "-q", "-m", "first"]);
        }
        ground.run(&["apply", "two.toml", "plain"]).exits(0);
        ground.run(&["revert", "two.toml", "plain"]).exits(i32::from(!is_committed));
        assert_eq!(ground.read("plain/two.c"), "int x;\n");
        assert_eq!(ground.read("plain/one.c"), code(if is_committed { "old_one" } else { "new_one" }));
        std::fs::remove_file(ground.path("plain/two.c")).unwrap();
        ground.run(&["apply", "two.toml", "plain"]).exits(0);
        if is_committed {
            // git has it, so that it is no new one.
            ground.run(&["revert", "two.toml", "plain"]).exits(0).tells("it was in two.c before");
        } else {
            ground.run(&["revert", "two.toml", "plain"]).exits(0).tells("1 file removed");
            assert!(!ground.path("plain/two.c").exists());
        }
    }
}

#[test]
fn what_goes_together_is_named() {
    let set = SET.replace("\"two.c\"", "\"one.c\"").replace("-old_two();\n+new_two();", "-new_one();\n+best_one();");
    let set = set.replace("id = \"two\"", "id = \"two\"\namends = \"one\"");
    let ground = committed("old_one", "x");
    ground.put("two.toml", &set);
    ground.run(&["apply", "two.toml", "plain", "--only", "two"]).exits(1).tells("add `--only one`");
    ground.run(&["apply", "two.toml", "plain"]).exits(0);
    assert_eq!(ground.read("plain/one.c"), code("best_one"));
    let again = ground.run(&["apply", "two.toml", "plain"]).exits(0);
    insta::assert_snapshot!(again.stderr, @r"
    applied  one  1 site done
    applied  two  1 site done

    nothing to do
    ");
    for command in ["apply", "revert"] {
        let ran = ground.run(&[command, "two.toml", "plain", "--only", "one"]).exits(1);
        ran.tells("`two`, which amends it, is in: they go together; add `--only two`");
    }
    ground.run(&["revert", "two.toml", "plain", "--only", "two"]).exits(0);
    assert_eq!(ground.read("plain/one.c"), code("new_one"));
    ground.run(&["apply", "two.toml", "plain", "--only", "one"]).exits(0).tells("nothing to do");
    ground.run(&["apply", "two.toml", "plain"]).exits(0);
    ground.run(&["revert", "two.toml", "plain"]).exits(0);
    assert_eq!(ground.git("plain", &["status", "--porcelain"]), "");
}

#[test]
fn amending_patches_are_commits_and_series_of_their_own() {
    let set = SET.replace("\"two.c\"", "\"one.c\"").replace("-old_two();\n+new_two();", "-new_one();\n+best_one();");
    let set = set.replace("id = \"two\"", "id = \"two\"\namends = \"one\"");
    let ground = committed("old_one", "x");
    ground.put("two.toml", &set);
    ground.run(&["export", "two.toml", "plain", "--format", "quilt", "-o", "series"]).exits(0);
    assert!(ground.read("series/0001-one.patch").contains("-\told_one();\n+\tnew_one();"));
    assert!(ground.read("series/0002-two.patch").contains("-\tnew_one();\n+\tbest_one();"));
    ground.run(&["apply", "two.toml", "plain", "--commit"]).exits(0);
    assert_eq!(ground.log("plain"), ["two", "one", "first"]);
    assert!(ground.git("plain", &["show", "HEAD"]).contains("-\tnew_one();\n+\tbest_one();"));
    ground.run(&["apply", "two.toml", "plain", "--commit"]).exits(0).tells("nothing to do");
    ground.run(&["revert", "two.toml", "plain", "--commit"]).exits(0);
    assert_eq!(ground.read("plain/one.c"), code("old_one"));
}

/// What amends cannot be taken out again: the stack is put on what HEAD has.
#[test]
fn a_clean_head_tells_of_what_has_no_way_back() {
    let set = SET.replace("\"two.c\"", "\"one.c\"").replace("-old_two();\n+new_two();", "-$_();\n+best_one();");
    let set = set.replace("id = \"two\"", "id = \"two\"\namends = \"one\"");
    let ground = committed("old_one", "x");
    ground.put("two.toml", &set);
    ground.run(&["apply", "two.toml", "plain"]).exits(0);
    assert_eq!(ground.read("plain/one.c"), code("best_one"));
    let again = ground.run(&["apply", "two.toml", "plain"]).exits(0).tells("nothing to do");
    assert!(again.stderr.contains("applied  one"), "{}", again.stderr);
    ground.put("plain/one.c", &code("new_one"));
    ground.run(&["apply", "two.toml", "plain"]).exits(0);
    assert_eq!(ground.read("plain/one.c"), code("best_one"));
    // Elsewhere nobody could tell the second time.
    let ground = plain("old_one", "x");
    ground.put("two.toml", &set);
    ground.run(&["apply", "two.toml", "plain"]).exits(1).tells("it amends `one`, but cannot be taken out again");
}
