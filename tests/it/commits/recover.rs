//! Runs that were killed while they committed.

use crate::commits::ground::Ground;
use serde_json::{Value, json};
use std::fs;
use treepatch::render::Encoded;

/// Where each repository of the release keeps its own files.
const REPOSITORIES: [(&str, &str); 3] =
    [("lib/deep", ".git/modules/lib/modules/deep"), ("lib", ".git/modules/lib"), ("", ".git")];
const FILES: [&str; 5] = ["main.c", "lib/lib.c", "lib/limit.c", "lib/deep/deep.c", "lib/doc/patched.txt"];

/// A release whose run was killed: behind its journal, with the first `placed` of its moves made, and its locks on
/// the others. `after` is the release as it was to become.
fn killed(placed: usize) -> Ground {
    let ground = Ground::new();
    ground.clone_to("after");
    ground.run(&["apply", "mine.toml", "after", "--commit"]).exits(0);
    let encoded = |path: String| fs::read(ground.path(&path)).ok().map(|bytes| Encoded::of(&bytes));
    let mut git: Vec<Value> = Vec::new();
    let mut number = 0;
    for (repository, folder) in REPOSITORIES {
        let from = ground.path("after").join(repository);
        ground.git(
            &format!("root/{repository}"),
            &["fetch", "-q", "--no-recurse-submodules", from.to_str().unwrap(), "HEAD"],
        );
        let head = if repository.is_empty() { "refs/heads/main" } else { "HEAD" };
        for what in ["index", head] {
            let name = format!("{folder}/{what}");
            let before = encoded(format!("root/{name}"));
            let after = fs::read(ground.path(&format!("after/{name}"))).unwrap();
            git.push(json!({
                "repository": repository, "what": what, "before": before, "after": Encoded::of(&after),
            }));
            let place = if number < placed { format!("root/{name}") } else { format!("root/{name}.lock") };
            fs::write(ground.path(&place), after).unwrap();
            number += 1;
        }
    }
    let files: Vec<Value> = FILES
        .iter()
        .map(|path| {
            json!({
                "path": path, "before": encoded(format!("root/{path}")), "after": encoded(format!("after/{path}")),
            })
        })
        .collect();
    let journal = json!({ "treepatch_journal": 1, "folders": ["lib/doc"], "files": files, "git": git });
    ground.put("root/.treepatch-journal/.gitignore", "*\n");
    ground.put("root/.treepatch-journal/journal", &journal.to_string());
    for (_, folder) in REPOSITORIES {
        ground.put(&seal(&ground, folder), "");
    }
    ground
}

/// What says in a repository that the journal is of a run that began there.
fn seal(ground: &Ground, folder: &str) -> String {
    let id = ground.git("root", &["hash-object", "--no-filters", ".treepatch-journal/journal"]);
    format!("root/{folder}/treepatch-journal-{}", id.trim())
}

#[test]
fn a_killed_run_is_finished() {
    for placed in [0, 3, 6] {
        let ground = killed(placed);
        ground.commit(&[]).exits(3).tells("recover");
        ground.run(&["recover", "root"]).exits(0);
        ground.is_sound("root");
        for folder in ["", "/lib", "/lib/deep"] {
            let id = |root: &str| ground.git(&format!("{root}{folder}"), &["rev-parse", "HEAD"]);
            assert_eq!(id("root"), id("after"), "{placed}");
        }
    }
}

#[test]
fn a_killed_run_is_undone() {
    for placed in [0, 3, 6] {
        let ground = killed(placed);
        ground.run(&["recover", "root", "--undo"]).exits(0);
        ground.is_sound("root");
        assert_eq!(ground.log("root"), ["second", "first"], "{placed}");
        assert_eq!(ground.log("root/lib"), ["second", "first"], "{placed}");
        assert!(!ground.path("root/lib/doc").exists());
    }
}

#[test]
fn a_lock_that_was_written_in_part_is_no_hindrance() {
    let ground = killed(0);
    let whole = ground.read("root/.git/modules/lib/HEAD.lock");
    ground.put("root/.git/modules/lib/HEAD.lock", &whole[..7]);
    ground.run(&["recover", "root", "--undo"]).exits(0);
    ground.is_sound("root");
    assert!(!ground.path("root/.git/modules/lib/HEAD.lock").exists());
}

/// `git add` holds an empty one while it reads a large file.
#[test]
fn an_empty_lock_is_gits() {
    let ground = killed(0);
    ground.put("root/.git/index.lock", "");
    let before = ground.everything("root");
    ground.run(&["recover", "root"]).exits(3).tells("index.lock");
    assert!(ground.everything("root") == before);
}

#[test]
fn nothing_of_a_settled_run_stays() {
    for more in [&[][..], &["--undo"]] {
        let ground = killed(0);
        ground.run(&[&["recover", "root"], more].concat()).exits(0);
        let names = ground.everything("root").into_iter().map(|(path, _)| path);
        let left: Vec<_> = names.filter(|path| path.to_string_lossy().contains("treepatch-journal")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Its files, index and heads are guessed right, as they can be of a public project.
#[test]
fn a_journal_that_came_with_a_tree_moves_no_repository() {
    for folder in ["", "lib"] {
        let ground = killed(0);
        for (_, folder) in REPOSITORIES {
            fs::remove_file(ground.path(&seal(&ground, folder))).unwrap();
            for lock in ["index.lock", "HEAD.lock", "refs/heads/main.lock"] {
                let _ = fs::remove_file(ground.path(&format!("root/{folder}/{lock}")));
            }
        }
        // One repository knows it, or another journal: that is not enough.
        if !folder.is_empty() {
            ground.put(&seal(&ground, ".git/modules/lib"), "");
            ground.put("root/.git/treepatch-journal-e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "");
        }
        let before = ground.everything("root");
        for more in [&[][..], &["--undo"]] {
            ground.run(&[&["recover", "root"], more].concat()).exits(3).tells("came with the tree");
        }
        assert!(ground.everything("root") == before);
    }
}

#[test]
fn what_a_run_left_that_was_killed_while_it_made_commits_is_swept_away() {
    let ground = Ground::new();
    for (name, text) in [(".gitignore", "*\n"), ("index", "DIRC"), ("index.lock", "")] {
        ground.put(&format!("root/.treepatch-journal/{name}"), text);
    }
    assert_eq!(ground.git("root", &["status", "--porcelain"]), "");
    ground.commit(&[]).exits(0);
    ground.is_sound("root");
    assert!(!ground.path("root/.treepatch-journal").exists());
    // Nothing is drafted in the repositories.
    for (_, folder) in REPOSITORIES {
        let names = fs::read_dir(ground.path("root").join(folder)).unwrap().map(|e| e.unwrap().file_name());
        assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("treepatch")));
    }
}

#[test]
fn what_git_notes_in_the_index_is_no_change() {
    let ground = killed(6);
    ground.git("root", &["status"]);
    ground.git("root", &["update-index", "-q", "--refresh"]);
    ground.run(&["recover", "root", "--undo"]).exits(0);
    ground.is_sound("root");
}

#[test]
fn what_somebody_committed_meanwhile_is_left_alone() {
    let ground = killed(6);
    ground.git("root/lib", &["commit", "-q", "--allow-empty", "-m", "theirs"]);
    let before = ground.everything("root");
    for more in [&[][..], &["--undo"]] {
        ground.run(&[&["recover", "root"], more].concat()).exits(3).tells("was changed after the interrupted run");
    }
    assert!(ground.everything("root") == before);
}
