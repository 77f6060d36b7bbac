//! treepatch changes the release exactly as a person would.

use crate::common::{Release, git_apply, repository, run, treepatch};
use crate::needs;
use std::fs;

const SETS: [&str; 3] = ["garden-runc-arm32", "garden-runc-portable", "metron-arm32"];

#[test]
fn apply_does_what_was_done_by_hand() {
    needs!("git");
    for set in SETS {
        let by_hand = Release::unpatched();
        let diff = fs::read_to_string(repository().join(format!("testdata/by-hand/{set}.diff"))).unwrap();
        git_apply(by_hand.root(), &diff);
        let release = Release::patched(set);
        for ((path, wanted), (_, got)) in by_hand.files().iter().zip(release.files()) {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(text(wanted), text(&got), "{set}: {}", path.display());
        }
        assert_eq!(by_hand.files().len(), release.files().len(), "{set}");
    }
}

#[test]
fn twice_is_once() {
    for set in SETS {
        let release = Release::patched(set);
        let once = release.files();
        release.apply(set);
        assert!(once == release.files(), "{set}");
    }
}

#[test]
fn dry_run_changes_nothing_and_prints_what_git_applies() {
    needs!("git");
    for set in SETS {
        let release = Release::unpatched();
        let before = release.files();
        let diff = run(treepatch().args(["apply", set, "--dry-run"]).arg(release.root())).ok().stdout;
        assert!(before == release.files(), "{set}");
        git_apply(release.root(), &diff);
        assert!(release.files() == Release::patched(set).files(), "{set}");
    }
}

#[test]
fn one_package_can_be_patched_alone() {
    for (set, folder) in [
        ("garden-runc-arm32", "src/code.cloudfoundry.org/grootfs"),
        ("garden-runc-arm32", "src/code.cloudfoundry.org/idmapper"),
        ("garden-runc-portable", "src/code.cloudfoundry.org/guardian"),
        ("metron-arm32", "src/code.cloudfoundry.org/loggregator"),
    ] {
        let whole = Release::patched(set);
        let part = Release::unpatched();
        let before = part.files();
        run(treepatch().args(["apply", set]).arg(part.root().join(folder))).exits(1);
        assert!(before == part.files(), "without --partial nothing is written: {set}, {folder}");
        run(treepatch().args(["apply", set, "--partial"]).arg(part.root().join(folder))).ok();
        for ((path, old), ((_, all), (_, some))) in before.iter().zip(whole.files().iter().zip(part.files())) {
            let wanted = if path.starts_with(folder) { all } else { old };
            assert!(*wanted == some, "{set} in {folder} alone: {}", path.display());
        }
    }
}
