//! `apply --into`: a patched copy, and a checkout that stays as it is.

use crate::commits::ground::{Ground, Ran, ran};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

const PATCHED: [&str; 5] = ["main.c", "lib/lib.c", "lib/limit.c", "lib/deep/deep.c", "lib/doc/patched.txt"];

fn into(ground: &Ground, more: &[&str]) -> Ran {
    ground.run(&[&["apply", "mine.toml", "root", "--into"], more].concat())
}

/// Everything below a folder but git's files: paths, and what is there.
fn contents(folder: &Path) -> Vec<(String, String)> {
    fn collect(top: &Path, folder: &Path, out: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
            let mode = meta.permissions().mode() & 0o777;
            match meta.file_type() {
                _ if path.ends_with(".git") => continue,
                t if t.is_symlink() => out.push((name, format!("-> {}", fs::read_link(&path).unwrap().display()))),
                t if t.is_dir() => {
                    out.push((name, format!("folder {mode:o}")));
                    collect(top, &path, out);
                }
                _ => out.push((name, format!("{mode:o} {}", fs::read_to_string(&path).unwrap()))),
            }
        }
    }
    let mut out = Vec::new();
    collect(folder, folder, &mut out);
    out.sort();
    out
}

#[test]
fn the_copy_is_what_apply_would_make_and_the_checkout_stays() {
    let ground = Ground::new();
    let set = |path: &str, mode| fs::set_permissions(ground.path(path), fs::Permissions::from_mode(mode)).unwrap();
    ground.put("root/bin/run", "#!/bin/sh\n");
    set("root/bin/run", 0o755);
    set("root/lib/limit.c", 0o640);
    fs::create_dir_all(ground.path("root/empty/deep")).unwrap();
    symlink("../main.c", ground.path("root/bin/link.c")).unwrap();
    symlink("lib", ground.path("root/folder")).unwrap();
    symlink("not/there", ground.path("root/nowhere")).unwrap();
    set("root/empty", 0o555);
    let before = ground.everything("root");
    into(&ground, &["copy"])
        .exits(0)
        .tells("5 files changed")
        .tells("copy: a patched copy of root, 12 files; root is as it was\n");
    assert!(ground.everything("root") == before, "the checkout changed");

    ground.run(&["apply", "mine.toml", "root"]).exits(0);
    assert_eq!(contents(&ground.path("copy")), contents(&ground.path("root")));
    assert_eq!(ground.read("copy/lib/deep/deep.c"), "int deep;\nlong width = 3;\n");
    for folder in ["copy/.git", "copy/lib/.git", "copy/lib/deep/.git"] {
        assert!(!ground.path(folder).exists(), "{folder}");
    }
    ground.run(&["check", "mine.toml", "copy", "--require", "applied"]).exits(0);
    ground.run(&["apply", "mine.toml", "copy"]).exits(0).tells("nothing to do");
    // Nothing else is left where the copy grew.
    let mut names: Vec<_> = fs::read_dir(ground.dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["copy", "deep", "lib", "mine.toml", "root", "super"]);
}

#[test]
fn what_is_not_changed_keeps_its_time() {
    let ground = Ground::new();
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    for path in ["root/other.txt", "root/main.c"] {
        fs::File::options().write(true).open(ground.path(path)).unwrap().set_modified(old).unwrap();
    }
    into(&ground, &["copy"]).exits(0);
    let time = |path: &str| fs::metadata(ground.path(path)).unwrap().mtime();
    assert_eq!(time("copy/other.txt"), 1_000_000_000);
    assert!(time("copy/main.c") > 1_000_000_000);
}

#[test]
fn a_tree_without_git_is_copied_too_and_an_empty_folder_is_filled() {
    let ground = Ground::new();
    ground.put("plain/a.c", "int width = 1;\n");
    ground.put("plain/lib/limit.c", "#define LIMIT 10\nint width = 1;\n");
    fs::create_dir(ground.path("copy")).unwrap();
    ground.run(&["apply", "mine.toml", "plain", "--into", "copy"]).exits(0);
    assert_eq!(ground.read("copy/a.c"), "long width = 1;\n");
    assert_eq!(ground.read("plain/a.c"), "int width = 1;\n");
}

#[test]
fn a_dry_run_and_a_refused_one_make_no_copy() {
    let ground = Ground::new();
    let ran = into(&ground, &["copy", "--dry-run"]).exits(0);
    assert!(ran.stdout.contains("+long width = 3;"), "{}", ran.stdout);
    assert!(!ground.path("copy").exists());
    ground.put("copy/mine.txt", "mine\n");
    into(&ground, &["copy", "--dry-run"]).exits(2).tells("is not empty");
    ground.put("root/lib/limit.c", "#define LIMIT 30\n");
    into(&ground, &["other"]).exits(1).tells("drifted");
    assert!(!ground.path("other").exists());
}

#[test]
fn what_is_there_already_is_in_the_copy() {
    let ground = Ground::new();
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
    into(&ground, &["copy"]).exits(0).tells("nothing to do").tells("copy: a patched copy of root");
    for file in PATCHED {
        assert_eq!(ground.read(&format!("copy/{file}")), ground.read(&format!("root/{file}")), "{file}");
    }
}

#[test]
fn places_where_no_copy_can_be_are_named() {
    let ground = Ground::new();
    ground.put("full/mine.txt", "mine\n");
    ground.put("file", "mine\n");
    symlink("nothing", ground.path("dangling")).unwrap();
    symlink("root/lib", ground.path("inside")).unwrap();
    let before = ground.everything("root");
    for (place, text) in [
        ("full", "full: is not empty"),
        ("file", "file: is no folder"),
        ("dangling", "dangling: is a symlink to nothing"),
        ("no/copy", "no/copy: there is no folder no to put the copy in"),
        ("root/copy", "root/copy: lies in root, which is to be copied"),
        ("root/../root/lib/../copy", "lies in root, which is to be copied"),
        ("inside/copy", "inside/copy: lies in root, which is to be copied"),
        ("root", "root: is not empty"),
        (".", "is not empty"),
        ("no/..", "no/..: does not name a folder to make"),
    ] {
        into(&ground, &[place]).exits(2).tells(text);
    }
    assert!(ground.everything("root") == before);
    into(&ground, &["copy", "--commit"]).exits(2).tells("cannot be used with");
}

/// A symlink that leads out of the tree is copied where it leads to nothing, here and there.
#[test]
fn symlinks_to_nothing() {
    let ground = Ground::new();
    symlink("/there/is/none", ground.path("root/a")).unwrap();
    symlink("../../gone/x", ground.path("root/lib/b")).unwrap();
    symlink("no/file", ground.path("root/c")).unwrap();
    into(&ground, &["copy"]).exits(0);
    let leads = |name: &str| fs::read_link(ground.path(name)).unwrap().to_str().unwrap().to_owned();
    assert_eq!([leads("copy/a"), leads("copy/lib/b"), leads("copy/c")], ["/there/is/none", "../../gone/x", "no/file"]);
    // From the place of the copy it would lead to something.
    ground.put("elsewhere/gone/x", "");
    let ran = into(&ground, &["elsewhere/copy"]).exits(3);
    ran.tells("lib/b: is a symlink to ../../gone/x, which is not in the copy");
    // And here it does.
    ground.put("gone/x", "");
    into(&ground, &["other"]).exits(3).tells("lib/b: is a symlink to ../../gone/x");
}

/// The empty folder that is there goes, and another one comes: who is in it would see nothing of that.
#[test]
fn the_folder_that_one_is_in_is_not_replaced() {
    let ground = Ground::new();
    fs::create_dir(ground.path("empty")).unwrap();
    for args in [
        &["apply", "../mine.toml", "../root", "--into", "."][..],
        &["apply", "../mine.toml", "../root", "--into", ".", "--dry-run"],
        &["export", "../mine.toml", "../root", "--format", "quilt", "-o", "."],
        &["export", "../mine.toml", "../root", "--format", "mbox", "-o", "../empty"],
    ] {
        let mut command = ground.quiet(env!("CARGO_BIN_EXE_treepatch"));
        ran(command.current_dir(ground.path("empty")).args(args)).exits(2).tells("you are in that folder");
    }
    assert_eq!(fs::read_dir(ground.path("empty")).unwrap().count(), 0);
    ground.run(&["export", "mine.toml", "root", "--format", "quilt", "-o", "none/.."]).exits(2).tells("is not there");
    assert!(!ground.path("none").exists());
}

/// What grows beside the place has a name that is longer.
#[test]
fn a_place_may_have_the_longest_name() {
    let ground = Ground::new();
    for name in ["n".repeat(255), "é".repeat(127), "e".to_owned() + &"é".repeat(127)] {
        into(&ground, &[&name]).exits(0);
        assert!(ground.read(&format!("{name}/main.c")).contains("long width"));
        fs::remove_dir_all(ground.path(&name)).unwrap();
        ground.run(&["export", "mine.toml", "root", "--format", "quilt", "-o", &name]).exits(0);
    }
}

#[test]
fn what_cannot_be_copied_is_named_and_nothing_is_left() {
    for (target, text) in [
        ("/etc/hostname", "lib/link: is a symlink to /etc/hostname, which is not in the copy"),
        ("../../super/other.txt", "lib/link: is a symlink to ../../super/other.txt, which is not in the copy"),
        ("../.git/HEAD", "lib/link: is a symlink to ../.git/HEAD, which is not in the copy"),
    ] {
        let ground = Ground::new();
        symlink(target, ground.path("root/lib/link")).unwrap();
        into(&ground, &["copy"]).exits(3).tells(text).tells("nothing was written");
        assert_eq!(fs::read_dir(ground.dir.path()).unwrap().count(), 5);
    }
    let ground = Ground::new();
    let _socket = std::os::unix::net::UnixListener::bind(ground.path("root/lib/socket")).unwrap();
    into(&ground, &["copy"]).exits(3).tells("lib/socket: is a socket, which cannot be copied");
}

#[test]
fn what_a_killed_run_left_is_replaced_and_a_run_at_work_is_left_alone() {
    let ground = Ground::new();
    ground.put(".copy.treepatch-copy/half/done.c", "int half;\n");
    fs::set_permissions(ground.path(".copy.treepatch-copy/half"), fs::Permissions::from_mode(0o555)).unwrap();
    let draft = fs::File::open(ground.path(".copy.treepatch-copy")).unwrap();
    draft.lock().unwrap();
    into(&ground, &["copy"]).exits(3).tells("another run of treepatch is writing here");
    assert!(ground.path(".copy.treepatch-copy/half/done.c").exists() && !ground.path("copy").exists());
    drop(draft);
    into(&ground, &["copy"]).exits(0);
    assert!(ground.path("copy/main.c").exists() && !ground.path("copy/half").exists());
    assert!(!ground.path(".copy.treepatch-copy").exists());
}

#[test]
fn the_report_says_where_the_copy_is() {
    let ground = Ground::new();
    let ran = into(&ground, &["copy", "--format", "json"]).exits(0);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["into"], "copy");
    assert_eq!(report["written"], true);
    assert_eq!(report["commits"], serde_json::json!([]));
    assert_eq!(ran.stderr, "");
}
