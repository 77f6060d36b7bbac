//! `core.sharedRepository`: what a commit makes is for the others, too, as it is with git.

use crate::commits::ground::{Ground, Ran, ran};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const UMASK: &str = "umask 077; exec \"$@\"";

/// Runs a program that makes files for its owner alone.
fn closed(ground: &Ground, folder: &str, program: &str, args: &[&str]) -> Ran {
    let mut command = ground.quiet("sh");
    command.current_dir(ground.path(folder)).args(["-c", UMASK, "sh", program]).args(args);
    command.env("SOURCE_DATE_EPOCH", "1500000000");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Eve").env(format!("GIT_{who}_EMAIL"), "eve@example.com");
    }
    ran(&mut command)
}

/// A repository that is shared so, and another one like it.
fn twins(how: &str) -> Ground {
    let ground = Ground::new();
    ground.git(".", &["init", "-q", "-b", "main", &format!("--shared={how}"), "one"]);
    ground.put("one/main.c", "int width = 1;\n");
    ground.put("one/far/below/deep.c", "int width = 2;\n#define LIMIT 10\n");
    ground.put("one/lib/limit.c", "#define LIMIT 10\nint width = 3;\n");
    ground.git("one", &["add", "."]);
    ground.git("one", &["commit", "-q", "-m", "first"]);
    ground.git(".", &["clone", "-q", "one", "away"]);
    assert!(ground.quiet("cp").args(["-a", "one", "two"]).status().unwrap().success());
    ground
}

/// The modes of git's own files: of each by its name, but of objects, whose names differ, all that there are.
fn modes(ground: &Ground, name: &str) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let (mut named, mut objects) = (BTreeMap::new(), BTreeSet::new());
    let top = ground.path(name).join(".git");
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            let mode =
                format!("{} {:o}", if meta.is_dir() { "folder" } else { "file" }, meta.permissions().mode() & 0o7777);
            let own = path.strip_prefix(&top).unwrap().to_string_lossy().into_owned();
            if Path::new(&own).starts_with("objects") {
                objects.insert(mode);
            } else if !own.contains("COMMIT_EDITMSG") && !own.starts_with("logs/refs/heads/arm") {
                // Git begins a log for a new branch, treepatch only goes on with logs.
                named.insert(own, mode);
            }
            if meta.is_dir() {
                folders.push(path);
            }
        }
    }
    (named, objects)
}

#[test]
fn modes_are_as_git_makes_them() {
    for how in ["group", "all", "0640", "0660", "umask"] {
        let ground = twins(how);
        let args = ["apply", "../mine.toml", ".", "--commit", "--branch", "arm/new"];
        closed(&ground, "one", env!("CARGO_BIN_EXE_treepatch"), &args).exits(0);
        ground.run(&["apply", "mine.toml", "two"]).exits(0);
        closed(&ground, "two", "git", &["checkout", "-q", "-b", "arm/new"]).exits(0);
        closed(&ground, "two", "git", &["add", "."]).exits(0);
        closed(&ground, "two", "git", &["commit", "-q", "-m", "mine"]).exits(0);
        let (one, two) = (modes(&ground, "one"), modes(&ground, "two"));
        assert_eq!(one.1, two.1, "{how}");
        // Where nothing is shared, a file that is there keeps its mode, which git does not care for.
        assert!(how == "umask" || one.0 == two.0, "{how}: {:#?} {:#?}", one.0, two.0);
        ground.git("one", &["fsck", "--strict"]);
    }
}

#[test]
fn commits_that_undo_others_are_shared_too() {
    let ground = twins("group");
    for args in [&["apply", "../mine.toml", ".", "--commit"][..], &["revert", "../mine.toml", ".", "--commit"]] {
        closed(&ground, "one", env!("CARGO_BIN_EXE_treepatch"), args).exits(0);
    }
    let (named, objects) = modes(&ground, "one");
    let expected = ["file 440", "file 444", "folder 2770", "folder 2775"].map(str::to_owned);
    assert!(objects.is_subset(&BTreeSet::from(expected)), "{objects:?}");
    assert_eq!(named["index"], "file 660");
    assert_eq!(named["refs/heads/main"], "file 660");
}

#[test]
fn another_member_of_the_group_can_commit_next() {
    const OTHER: u32 = 65534;
    let ground = twins("group");
    if fs::metadata("/proc/self").map_or(0, |meta| std::os::unix::fs::MetadataExt::uid(&meta)) != 0 {
        eprintln!("SKIPPED: only root is several users");
        return;
    }
    assert!(ground.quiet("chgrp").args(["-R", "65534", "one"]).status().unwrap().success());
    assert!(ground.quiet("chmod").args(["-R", "g+rwX", "one"]).status().unwrap().success());
    fs::set_permissions(ground.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = env!("CARGO_BIN_EXE_treepatch");
    closed(&ground, "one", program, &["apply", "../mine.toml", ".", "--commit"]).exits(0);
    // A tree of every first byte: each must find room beside what is there.
    for n in 0..40 {
        ground.put(&format!("one/more{n}.txt"), &n.to_string());
    }
    let mut git = ground.quiet("setpriv");
    git.args(["--reuid", &OTHER.to_string(), "--regid", &OTHER.to_string(), "--clear-groups", "git"]);
    git.args(["-c", "safe.directory=*", "add", "."]).current_dir(ground.path("one"));
    ran(&mut git).exits(0);
}

#[test]
fn a_setting_that_git_does_not_take_is_refused() {
    let ground = Ground::new();
    ground.git("root", &["config", "core.sharedRepository", "0440"]);
    ground.commit(&[]).exits(3).tells("core.sharedRepository is `0440`");
}
