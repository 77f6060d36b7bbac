//! The shipped patchsets keep the promises they make about themselves.

use crate::common::{Release, repository, run, treepatch};
use std::fs;

const SETS: [&str; 3] = ["garden-runc-arm32", "garden-runc-portable", "metron-arm32"];

fn document(set: &str) -> toml::Table {
    fs::read_to_string(repository().join(format!("patchsets/{set}.toml"))).unwrap().parse().unwrap()
}

#[test]
fn examples_hold() {
    for set in SETS {
        run(treepatch().args(["test", set])).ok();
        run(treepatch().arg("test").arg(repository().join(format!("patchsets/{set}.toml")))).ok();
    }
}

#[test]
fn they_are_built_in() {
    let list = run(treepatch().arg("list")).ok().stdout;
    for set in SETS {
        assert!(list.contains(set), "{list}");
        let title = document(set)["patchset"]["title"].as_str().unwrap().to_owned();
        assert!(list.contains(&title), "{list}");
    }
}

#[test]
fn every_patch_is_explained_shown_and_placed() {
    for set in SETS {
        for patch in document(set)["patch"].as_array().unwrap() {
            let id = patch["id"].as_str().unwrap();
            for key in ["title", "why"] {
                assert!(!patch[key].as_str().unwrap().is_empty(), "{set}: {id}: {key}");
            }
            let upstream = patch.get("upstream").unwrap_or_else(|| panic!("{set}: {id}: no [patch.upstream]"));
            assert!(upstream.get("status").is_some() && upstream.get("forwarded").is_some(), "{set}: {id}");
            let examples = patch["example"].as_array().unwrap();
            assert!(examples.iter().any(|example| example.get("after").is_some()), "{set}: {id}: no before and after");
            assert!(examples.iter().any(|example| example.get("unchanged").is_some()), "{set}: {id}: no unchanged");
            for glob in patch["files"].as_array().unwrap() {
                let glob = glob.as_str().unwrap();
                let glob = glob.strip_prefix('!').unwrap_or(glob);
                let fits = glob.starts_with("**/") || !glob.contains('/');
                assert!(fits, "{set}: {id}: {glob} does not fit a checkout of the submodule alone");
            }
        }
    }
}

#[test]
fn each_patch_applies_once_and_is_applied_then() {
    for set in SETS {
        let release = Release::unpatched();
        let verdicts = |command: &str| {
            let ran = run(treepatch().args([command, set, "--format", "json"]).arg(release.root())).ok();
            let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            let patches = report["patches"].as_array().unwrap().iter();
            patches.map(|patch| patch["verdict"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let mut wanted = vec!["applies"; document(set)["patch"].as_array().unwrap().len()];
        if set == "metron-arm32" {
            // The diode has been seen to by the patch before.
            wanted[1] = "partly";
        }
        assert_eq!(verdicts("check"), wanted, "{set}");
        release.apply(set);
        assert_eq!(verdicts("check"), vec!["applied"; wanted.len()], "{set}");
    }
}

/// The portable set leaves nothing to do for the other one, which in turn leaves something that is no longer
/// right for every machine: that needs a person.
#[test]
fn the_two_garden_sets_respect_each_other() {
    for (first, second, code) in
        [("garden-runc-portable", "garden-runc-arm32", 0), ("garden-runc-arm32", "garden-runc-portable", 1)]
    {
        let release = Release::patched(first);
        let before = release.files();
        run(treepatch().args(["apply", second]).arg(release.root())).exits(code);
        assert!(before == release.files(), "{second} after {first}");
    }
}

/// The table that `scripts/compare-real` reads knows each patch, and nothing that is no patch.
#[test]
fn the_facts_about_real_releases_name_every_patch() {
    let facts: toml::Table = fs::read_to_string(repository().join("testdata/real.toml")).unwrap().parse().unwrap();
    let ids = |set: &toml::Value| {
        let patches = set["patch"].as_array().unwrap().iter();
        patches.map(|patch| patch["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let told: Vec<_> =
        facts["patchset"].as_array().unwrap().iter().map(|set| (set["name"].as_str(), ids(set))).collect();
    let shipped: Vec<_> = SETS.iter().map(|set| (Some(*set), ids(&toml::Value::Table(document(set))))).collect();
    assert_eq!(told, shipped);
}
