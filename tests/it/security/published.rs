//! The published cases: what other programs that patch or check out were caught by.

use crate::security::ground::{Ground, untouched};
use crate::security::names::{DISGUISES, refused};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use treepatch::report::FileChange;
use treepatch::write::{self, Direction};

fn create(path: &str) -> FileChange {
    FileChange { path: path.into(), before: None, after: b"made".to_vec() }
}

/// patch: a name in the diff with `..` or from the top.
#[test]
fn cve_2010_4651_names_that_leave_the_tree() {
    refused("../outside/new.c");
    refused("x/../../outside/new.c");
    refused("/tmp/new.c");
}

/// git: `.GIT` and the like on file systems that fold names.
#[test]
fn cve_2014_9390_git_in_disguise() {
    for name in DISGUISES {
        refused(&format!("{name}/config"));
    }
}

/// patch: a symlink that the patch itself made. Here none can be made, but the tree may bring it.
#[test]
fn cve_2015_1196_a_file_behind_a_symlink() {
    let ground = Ground::new();
    ground.link("../outside", "root/out");
    untouched(&ground, |ground| {
        ground.create("out/new.c", &[]).exits(1).tells("symlink");
        ground.edit("out/*.c", &[]).exits(1);
    });
}

/// patch: a rename out of the tree. What comes nearest are files that a journal moves or removes.
#[test]
fn cve_2015_1395_moves_out_of_the_tree() {
    let ground = Ground::new();
    for (kind, entry) in [
        ("files", r#"{"path":"../outside/main.c","before":"int width = 1;\n","after":"new"}"#),
        ("files", r#"{"path":"../outside/new.c","before":null,"after":"new"}"#),
        ("removed", r#"{"path":"../outside/main.c","before":"int width = 1;\n"}"#),
        ("git", r#"{"repository":"../outside","what":"HEAD","before":null,"after":"x"}"#),
        ("git", r#"{"repository":"","what":"refs/heads/../../../outside/x","before":null,"after":"x"}"#),
        ("folders", r#""../outside/folder""#),
    ] {
        let list = |name| if name == kind { entry } else { "" };
        let journal = format!(
            r#"{{"treepatch_journal":1,"folders":[{}],"files":[{}],"removed":[{}],"git":[{}]}}"#,
            list("folders"),
            list("files"),
            list("removed"),
            list("git"),
        );
        ground.put("root/.treepatch-journal/journal", &journal);
        let outside = || {
            let mut all = ground.everything();
            all.retain(|thing| thing.0.starts_with(ground.path("outside")));
            all
        };
        let before = outside();
        for way in [Direction::Finish, Direction::Undo] {
            let _ = write::recover(&ground.root(), way);
        }
        assert_eq!(outside(), before, "{journal}");
    }
}

/// git: a submodule whose name has `..`, so that its hooks come from the tree and are run.
#[test]
fn cve_2018_11235_a_submodule_name_that_leads_up() {
    let ground = Ground::with_submodule();
    let hooks = "root/.git/modules/lib/hooks";
    for hook in ["post-checkout", "post-commit", "pre-commit", "reference-transaction", "post-index-change"] {
        for folder in [hooks, "root/.git/hooks"] {
            ground.put(
                &format!("{folder}/{hook}"),
                &format!("#!/bin/sh\ntouch {}\n", ground.path("outside/ran").display()),
            );
            fs::set_permissions(ground.path(&format!("{folder}/{hook}")), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let modules = "[submodule \"../../outside\"]\n\tpath = lib\n\turl = ../sub\n\tupdate = !touch ran\n";
    ground.put("root/.gitmodules", modules);
    ground.git("root", &["-c", "core.hooksPath=/nowhere", "commit", "-qam", "names"]);
    let before = fs::read_dir(ground.path("outside")).unwrap().count();
    ground.edit("**/*.c", &["--commit"]).exits(0).tells("lib: 1 commit");
    assert_eq!(ground.read("root/lib/lib.c"), "long width = 2;\n");
    assert_eq!(fs::read_dir(ground.path("outside")).unwrap().count(), before, "no hook ran, nothing was made");
}

/// patch: symlinks at the names of its own files: temporary ones, backups, rejects.
#[test]
fn cve_2019_13636_the_programs_own_files_behind_symlinks() {
    let ground = Ground::new();
    ground.link("../outside", "root/.treepatch-journal");
    untouched(&ground, |ground| {
        ground.edit("*.c", &[]).exits(3).tells(".treepatch-journal");
        ground.run(&["recover", "root"]).exits(3);
        ground.run(&["recover", "root", "--undo"]).exits(3);
    });
    let ground = Ground::new();
    ground.put("root/.treepatch-journal/x", "");
    for name in ["draft", "0.new", ".gitignore", "journal"] {
        ground.link("../../outside/main.c", &format!("root/.treepatch-journal/{name}"));
    }
    untouched(&ground, |ground| {
        ground.edit("*.c", &[]).exits(3).tells("treepatch recover");
        ground.run(&["recover", "root"]);
    });
    fs::remove_file(ground.path("root/.treepatch-journal/journal")).unwrap();
    ground.edit("*.c", &[]).exits(0);
    assert_eq!([ground.read("outside/main.c"), ground.read("root/main.c")], ["int width = 1;\n", "long width = 1;\n"]);
}

/// git: a folder that was looked at is replaced by a symlink before it is written to.
#[test]
fn cve_2021_21300_a_folder_that_becomes_a_symlink() {
    let ground = Ground::with_git();
    ground.put("root/A/main.c", "int width = 1;\n");
    let planned =
        FileChange { path: "A/main.c".into(), before: Some(b"int width = 1;\n".to_vec()), after: b"planned".to_vec() };
    fs::remove_dir_all(ground.path("root/A")).unwrap();
    for target in ["../outside", ".git/hooks"] {
        ground.put("root/.git/hooks/main.c", "int width = 1;\n");
        ground.link(target, "root/A");
        untouched(&ground, |ground| {
            for change in [planned.clone(), create("A/post-checkout")] {
                assert!(write::apply(&ground.root(), &[change]).unwrap_err().to_string().contains("symlink"));
            }
        });
        fs::remove_file(ground.path("root/A")).unwrap();
    }
}

/// git apply: a file beyond a symlink.
#[test]
fn cve_2023_23946_a_new_file_beyond_a_symlink() {
    let ground = Ground::with_git();
    ground.link(".git", "root/inner");
    ground.link("../outside", "root/outer");
    untouched(&ground, |ground| {
        for path in ["inner/hooks/post-checkout", "outer/new.c", "outer/deep/new.c"] {
            ground.create(path, &[]).exits(1).tells("symlink");
            ground.create(path, &["--commit"]).exits(1);
        }
    });
}

/// git apply --reject: a report beside the files, written through a symlink of the tree.
#[test]
fn cve_2023_25652_a_report_behind_a_symlink() {
    let ground = Ground::new();
    ground.link("../outside/main.c", "root/main.c.rej");
    untouched(&ground, |ground| {
        ground.edit("*.c", &["-o", "root/main.c.rej"]).exits(3).tells("symlink");
        ground.run(&["export", "mine.toml", "root", "--format", "diff", "-o", "root/main.c.rej"]).exits(3);
    });
}

/// git clone: a submodule below a symlink into `.git`, on file systems that fold case.
#[test]
fn cve_2024_32002_a_submodule_behind_a_symlink() {
    let ground = Ground::with_submodule();
    ground.link(".git", "root/a");
    untouched(&ground, |ground| {
        for path in ["a/modules/lib/hooks/post-checkout", "A/modules/x", "a/hooks/post-checkout"] {
            let ran = ground.create(path, &["--commit"]);
            assert!([1, 3].contains(&ran.code), "{path}: {}", ran.text);
        }
        ground.edit("a/**/*.c", &["--commit"]).exits(1);
    });
    // The submodule's own folder as a symlink.
    fs::rename(ground.path("root/lib"), ground.path("moved")).unwrap();
    ground.link("../moved", "root/lib");
    untouched(&ground, |ground| {
        ground.edit("lib/*.c", &["--commit"]).exits(1);
        ground.create("lib/new.c", &["--commit"]).exits(1);
    });
}

/// git clone: a carriage return at the end of a path, which one reader cuts off and the other does not.
#[test]
fn cve_2025_48384_a_carriage_return_at_the_end() {
    let ground = Ground::with_submodule();
    ground.put("root/.gitmodules", "[submodule \"lib\"]\n\tpath = \"lib\r\"\n\turl = ../sub\n");
    ground.git("root", &["commit", "-qam", "path"]);
    ground.link(".git/modules/lib/hooks", "root/lib\r");
    untouched(&ground, |ground| {
        ground.create("lib\r/post-checkout", &[]).exits(2).tells("a control character");
        assert!(write::apply(&ground.root(), &[create("lib\r/post-checkout")]).is_err());
    });
    fs::remove_file(ground.path("root/lib\r")).unwrap();
    let file = ground.read("root/lib/.git");
    ground.put("root/lib/.git", &format!("{}\r\n", file.trim_end()));
    untouched(&ground, |ground| {
        ground.edit("lib/*.c", &["--commit"]).exits(3).tells("`.git` holds more than a path");
    });
}

/// No case of its own, but the root of many: the name was looked at, and the tree had `s -> .git`.
#[test]
fn a_symlink_to_git_in_the_tree() {
    let ground = Ground::with_git();
    ground.link(".git", "root/s");
    ground.put("root/.git/x.c", "int width = 1;\n");
    untouched(&ground, |ground| {
        ground.create("s/hooks/post-checkout", &[]).exits(1).tells("symlink");
        ground.create("s/config", &[]).exits(1);
        ground.edit("s/*.c", &[]).exits(1);
        for path in ["s/hooks/post-checkout", "s/x.c"] {
            assert!(write::apply(&ground.root(), &[create(path)]).unwrap_err().to_string().contains("symlink"));
        }
    });
}
