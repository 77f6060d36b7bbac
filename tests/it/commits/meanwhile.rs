//! What somebody else does in the repositories between the look and the commit.

use crate::commits::ground::Ground;
use treepatch::checkout::Disk;
use treepatch::commit;
use treepatch::commit::{Commits, Stage, undo};
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::write::WriteError;

/// Commits the patches, with something done in between; what it came to.
fn commit_around(ground: &Ground, branch: Option<&str>, meanwhile: impl Fn()) -> Result<commit::Committed, WriteError> {
    let set = treepatch::patchset::load("mine.toml", &ground.read("mine.toml")).unwrap();
    let root = ground.path("root");
    let plan = plan(&set, &Disk::open(&root).unwrap(), &Options::default()).unwrap();
    let stage = Stage::look(&root, &plan).unwrap();
    meanwhile();
    let commits = Commits { patchset: &set, target: None, squash: false, branch, date: Some(1) };
    stage.prepare(&commits, &plan.steps)?.write(&plan.changes())
}

/// The commit is refused, and everything is as the other left it.
#[track_caller]
fn is_refused(ground: &Ground, branch: Option<&str>, meanwhile: impl Fn()) {
    let left = std::cell::RefCell::new(Vec::new());
    let outcome = commit_around(ground, branch, || {
        meanwhile();
        *left.borrow_mut() = ground.everything("root");
    });
    assert!(matches!(outcome, Err(WriteError::Changed(_))), "{outcome:?}");
    assert!(ground.everything("root") == *left.borrow(), "something has changed");
}

#[test]
fn nobody_comes_and_all_is_committed() {
    let ground = Ground::new();
    commit_around(&ground, None, || {}).unwrap();
    ground.is_sound("root");
}

#[test]
fn a_commit_made_meanwhile_is_not_dropped() {
    let ground = Ground::new();
    is_refused(&ground, None, || drop(ground.git("root", &["commit", "-q", "--allow-empty", "-m", "theirs"])));
    assert_eq!(ground.log("root"), ["theirs", "second", "first"]);
}

#[test]
fn a_commit_made_and_packed_meanwhile_is_not_dropped() {
    let ground = Ground::new();
    ground.git("root", &["pack-refs", "--all"]);
    is_refused(&ground, None, || {
        ground.git("root", &["commit", "-q", "--allow-empty", "-m", "theirs"]);
        ground.git("root", &["pack-refs", "--all"]);
    });
    assert_eq!(ground.log("root"), ["theirs", "second", "first"]);
}

#[test]
fn a_commit_amended_meanwhile_is_not_dropped() {
    let ground = Ground::new();
    is_refused(&ground, None, || drop(ground.git("root", &["commit", "-q", "--amend", "-m", "theirs"])));
    assert_eq!(ground.log("root"), ["theirs", "first"]);
}

#[test]
fn a_commit_made_meanwhile_on_the_detached_head_of_a_submodule_is_not_dropped() {
    let ground = Ground::new();
    is_refused(&ground, None, || drop(ground.git("root/lib", &["commit", "-q", "--allow-empty", "-m", "theirs"])));
    assert_eq!(ground.log("root/lib"), ["theirs", "second", "first"]);
}

#[test]
fn nobody_may_switch_to_another_branch_meanwhile() {
    let ground = Ground::new();
    is_refused(&ground, None, || {
        ground.git("root", &["switch", "-q", "-c", "topic"]);
        ground.git("root", &["commit", "-q", "--allow-empty", "-m", "theirs"]);
    });
    assert_eq!(ground.log("root"), ["theirs", "second", "first"]);
}

#[test]
fn nobody_may_make_the_new_branch_meanwhile() {
    let ground = Ground::new();
    let outcome = commit_around(&ground, Some("arm"), || drop(ground.git("root", &["branch", "arm"])));
    assert!(outcome.is_err());
    assert_eq!(ground.log("root"), ["second", "first"]);
}

#[test]
fn packed_branches_are_moved_as_others_are() {
    let ground = Ground::new();
    ground.git("root", &["pack-refs", "--all"]);
    commit_around(&ground, None, || {}).unwrap();
    ground.is_sound("root");
    assert_eq!(ground.log("root").len(), 4);
}

#[test]
fn a_commit_made_meanwhile_outlives_a_revert() {
    let ground = Ground::new();
    ground.commit(&[]).exits(0);
    let set = treepatch::patchset::load("mine.toml", &ground.read("mine.toml")).unwrap();
    let commits = Commits { patchset: &set, target: None, squash: false, branch: None, date: Some(1) };
    let undoing = undo(&ground.path("root"), &commits, &[]).unwrap();
    ground.git("root", &["commit", "-q", "--allow-empty", "-m", "theirs"]);
    assert!(matches!(undoing.write(), Err(WriteError::Changed(_))));
    assert_eq!(ground.log("root")[0], "theirs");
    assert_eq!(ground.git("root", &["status", "--porcelain"]), "");
}
