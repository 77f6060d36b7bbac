//! Submodules that are not initialised: no verdict passes over what is not there.

use crate::commits::ground::Ground;
use std::fs;

/// A clone whose submodule `lib` is an empty folder.
fn cloned() -> Ground {
    let ground = Ground::new();
    ground.git(".", &["clone", "-q", "super", "bare"]);
    assert_eq!(fs::read_dir(ground.path("bare/lib")).unwrap().count(), 0);
    ground
}

fn patch(ground: &Ground, keys: &str) {
    let head = "format = 1\n[patchset]\nname = \"mine\"\ntitle = \"t\"\n[[patch]]\nid = \"one\"\ntitle = \"one\"\nwhy = \"w\"\n";
    ground.put("one.toml", &format!("{head}{keys}\n"));
}

const WIDTH: &str = "expect = \"any\"\ndiff = '''\n-int width = $v;\n+long width = $v;\n'''";

#[test]
fn a_patch_that_could_have_files_there_says_so() {
    let ground = cloned();
    patch(&ground, &format!("files = [\"**/*.c\"]\n{WIDTH}"));
    let told = "warning: the submodule lib is not initialised, so that no file of it is looked at; \
                `git submodule update --init lib` brings what is missing\n";
    let check = ground.run(&["check", "one.toml", "bare"]).exits(0);
    assert!(check.stdout.contains(told), "{}", check.stdout);
    ground.run(&["check", "one.toml", "bare", "--strict"]).exits(1);
    let json = ground.run(&["check", "one.toml", "bare", "--format", "json"]).exits(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json["patches"][0]["warnings"][0]["text"].as_str().unwrap().contains("submodule lib"), "{json}");
    ground.run(&["apply", "one.toml", "bare"]).exits(0).tells(told);
    // In is what can be seen; a gate asks for more.
    let check = ground.run(&["check", "one.toml", "bare", "--require", "applied"]).exits(1);
    assert!(check.stdout.contains("whether it is applied there is not known"), "{}", check.stdout);
    ground.run(&["check", "one.toml", "bare", "--require", "applied", "--partial"]).exits(0);
}

#[test]
fn commits_are_refused_unless_parts_will_do() {
    let ground = cloned();
    patch(&ground, &format!("files = [\"**/*.c\"]\n{WIDTH}"));
    let before = ground.everything("bare");
    ground
        .run(&["apply", "one.toml", "bare", "--commit"])
        .exits(3)
        .tells("lib: is a submodule that is not initialised");
    assert!(ground.everything("bare") == before);
    ground.run(&["apply", "one.toml", "bare", "--commit", "--partial"]).exits(0).tells("warning: the submodule lib");
    // What was committed in the submodule would stay.
    ground
        .run(&["revert", "one.toml", "bare", "--commit"])
        .exits(3)
        .tells("lib: is a submodule that is not initialised");
    ground.run(&["revert", "one.toml", "bare", "--commit", "--partial"]).exits(0);
}

#[test]
fn files_that_are_not_there_for_that_reason_are_absent_for_that_reason() {
    let ground = cloned();
    patch(&ground, &format!("files = [\"lib/*.c\"]\n{WIDTH}"));
    let check = ground.run(&["check", "one.toml", "bare"]).exits(1);
    assert!(
        check.stdout.contains("absent: one") && check.stdout.contains("submodule lib is not initialised"),
        "{}",
        check.stdout
    );
    patch(&ground, &format!("files = [\"lib/*.c\"]\noptional = true\n{WIDTH}"));
    let check = ground.run(&["check", "one.toml", "bare"]).exits(0);
    assert!(check.stdout.contains("warning: the submodule lib"), "{}", check.stdout);
}

#[test]
fn who_has_nothing_to_do_there_hears_nothing() {
    let ground = cloned();
    for files in ["\"*.c\"", "\"**/*.c\", \"!lib/**\"", "\"main.c\""] {
        patch(&ground, &format!("files = [{files}]\n{WIDTH}"));
        let check = ground.run(&["check", "one.toml", "bare"]).exits(0);
        assert!(!check.stdout.contains("submodule"), "{files}: {}", check.stdout);
    }
    patch(&ground, &format!("files = [\"**/*.c\"]\n{WIDTH}"));
    let check = ground.run(&["check", "one.toml", "root"]).exits(0);
    assert!(!check.stdout.contains("submodule"), "{}", check.stdout);
}

#[test]
fn nothing_is_made_in_its_folder() {
    let ground = cloned();
    patch(&ground, "create = \"lib/new/file.c\"\ncontent = \"int x;\\n\"");
    let before = ground.everything("bare");
    for args in
        [&["apply"][..], &["check"], &["apply", "--dry-run"], &["apply", "--commit"], &["apply", "--into", "copy"]]
    {
        ground.run(&[args, &["one.toml", "bare"]].concat()).exits(1);
    }
    ground
        .run(&["apply", "one.toml", "bare"])
        .exits(1)
        .tells("the submodule lib is not initialised, and nothing is made");
    patch(&ground, "optional = true\ncreate = \"lib/new/file.c\"\ncontent = \"int x;\\n\"");
    let ran = ground.run(&["apply", "one.toml", "bare"]);
    assert!(ran.code == 0 && ran.stderr.contains("absent") || ran.code == 2, "{}", ran.stderr);
    assert!(ground.everything("bare") == before && !ground.path("copy").exists());
    // One that only the index knows.
    patch(&ground, "create = \"lib/new/file.c\"\ncontent = \"int x;\\n\"");
    fs::remove_file(ground.path("bare/.gitmodules")).unwrap();
    ground
        .run(&["apply", "one.toml", "bare"])
        .exits(1)
        .tells("lib: is the folder of a submodule that is not initialised");
    // An empty folder of nobody is no submodule.
    fs::create_dir(ground.path("bare/empty")).unwrap();
    patch(&ground, "create = \"empty/file.c\"\ncontent = \"int x;\\n\"");
    ground.run(&["apply", "one.toml", "bare"]).exits(0);
}

/// Releases without git's own files have the empty folders, too.
#[test]
fn a_release_without_git_tells_it_as_well() {
    let ground = cloned();
    fs::remove_dir_all(ground.path("bare/.git")).unwrap();
    patch(&ground, &format!("files = [\"**/*.c\"]\n{WIDTH}"));
    let check = ground.run(&["check", "one.toml", "bare"]).exits(0);
    assert!(check.stdout.contains("warning: the submodule lib"), "{}", check.stdout);
}
