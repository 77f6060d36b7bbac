//! What `apply --commit` makes.

use crate::commits::ground::Ground;
use std::fs;

#[test]
fn each_patch_is_a_commit_in_each_repository_and_submodules_are_moved() {
    let ground = Ground::new();
    let ran = ground.commit(&[]).exits(0);
    assert_eq!(ground.log("root/lib/deep"), ["numbers: give the width 64 bits", "first"]);
    let lib = [
        "My patches: move 1 submodule",
        "lib: say what was changed",
        "limits: a higher limit",
        "numbers: give the width 64 bits",
        "second",
        "first",
    ];
    assert_eq!(ground.log("root/lib"), lib);
    assert_eq!(
        ground.log("root"),
        ["My patches: move 1 submodule", "numbers: give the width 64 bits", "second", "first"]
    );
    ground.is_sound("root");
    assert_eq!(ground.read("root/lib/deep/deep.c"), "int deep;\nlong width = 3;\n");
    assert_eq!(ground.read("root/lib/doc/patched.txt"), "patched\n");
    let told: Vec<&str> = ran.stderr.lines().filter_map(|l| Some(l.split_once(" commit")?.0)).collect();
    assert_eq!(told, ["lib/deep: 1", "lib: 4", ".: 2", "note:"]);
    ran.tells("lib: 4 commits on a detached head").tells(".: 2 commits on main").tells("--branch NAME");
}

#[test]
fn a_message_says_why_and_which_patch() {
    let ground = Ground::new();
    ground.commit(&[]).exits(0);
    let message = ground.git("root/lib/deep", &["log", "-1", "--format=%an <%ae> %at %ci%n%cn%n%B"]);
    insta::assert_snapshot!(message.trim_end(), @r"
    Ada <ada@example.com> 1500000000 2017-07-14 02:40:00 +0000
    Ada
    numbers: give the width 64 bits

    It overflows.

    Treepatch-Patchset: mine
    Treepatch-Patch: width e317bb95d0a1
    Upstream-Status: Submitted
    Bug: https://bugs.example.com/1
    ");
    let trailers = ground.git("root/lib/deep", &["log", "-1", "--format=%(trailers:key=Treepatch-Patch,valueonly)"]);
    assert!(trailers.starts_with("width "), "{trailers}");
    insta::assert_snapshot!(ground.git("root/lib", &["log", "-1", "--format=%B"]).trim_end(), @r"
    My patches: move 1 submodule

    deep: 1 patch
        numbers: give the width 64 bits

    Treepatch-Patchset: mine
    Treepatch-Submodule: deep
    ");
}

#[test]
fn the_report_names_the_commits() {
    let ground = Ground::new();
    let ran = ground.commit(&["--format", "json"]).exits(0);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let commits = report["commits"].as_array().unwrap();
    let told: Vec<String> = commits
        .iter()
        .map(|c| format!("{} {} {} {}", c["repository"], c["patches"], c["subject"], c["branch"]))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "lib/deep" ["width"] "numbers: give the width 64 bits" null
    "lib" ["width"] "numbers: give the width 64 bits" null
    "lib" ["limit"] "limits: a higher limit" null
    "lib" ["notes"] "lib: say what was changed" null
    "lib" [] "My patches: move 1 submodule" null
    "." ["width"] "numbers: give the width 64 bits" "main"
    "." [] "My patches: move 1 submodule" "main"
    "#);
    for (folder, range) in [("lib/deep", 0..1), ("lib", 1..5), (".", 5..7)] {
        let log = ground.git(&format!("root/{folder}"), &["log", "--reverse", "--format=%H"]);
        let ids: Vec<&str> = log.lines().rev().take(range.len()).collect();
        let told: Vec<&str> = commits[range].iter().rev().map(|c| c["id"].as_str().unwrap()).collect();
        assert_eq!(told, ids, "{folder}");
    }
    assert_eq!(report["written"], true);
    assert_eq!(ran.stderr, "");

    // What undoes them is named, too; and in a dry run there is nothing to name.
    let ran = ground.run(&["revert", "mine.toml", "root", "--commit", "--format", "json"]).exits(0);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["commits"].as_array().unwrap().len(), 7);
    assert_eq!(report["commits"][6]["id"], ground.git("root", &["rev-parse", "HEAD"]).trim());
    assert_eq!(report["commits"][1]["patches"], serde_json::json!(["notes"]));
    let ran = ground.commit(&["--format", "json", "--dry-run"]).exits(0);
    assert!(ran.stdout.contains("\"commits\": []"), "{}", ran.stdout);
}

#[test]
fn a_report_that_cannot_be_written_stops_the_run() {
    let ground = Ground::new();
    let before = ground.everything("root");
    ground.commit(&["--format", "json", "-o", "no/report.json"]).exits(3);
    assert!(ground.everything("root") == before);
}

#[test]
fn twice_is_once() {
    let ground = Ground::new();
    ground.commit(&[]).exits(0);
    let before = ground.everything("root");
    ground.commit(&[]).exits(0).tells("nothing to do");
    assert_eq!(ground.everything("root"), before);
}

#[test]
fn two_clones_get_the_same_commits() {
    let ground = Ground::new();
    ground.clone_to("again");
    ground.git("again", &["config", "user.name", "Somebody Else"]);
    ground.commit(&[]).exits(0);
    ground.run(&["apply", "./mine.toml", "again", "--commit", "-j", "1"]).exits(0);
    for folder in ["", "/lib", "/lib/deep"] {
        let id = |root: &str| ground.git(&format!("{root}{folder}"), &["rev-parse", "HEAD"]);
        assert_eq!(id("root"), id("again"));
    }
}

#[test]
fn without_a_date_the_committer_is_gits() {
    let ground = Ground::new();
    for (key, value) in [("user.name", "Bob"), ("user.email", "bob@example.com")] {
        ground.git("root/lib", &["config", key, value]);
    }
    let args = ["apply", "mine.toml", "root", "--commit"];
    crate::commits::ground::ran(ground.quiet(env!("CARGO_BIN_EXE_treepatch")).args(args)).exits(0);
    assert_eq!(ground.git("root/lib", &["log", "-1", "--format=%an %cn %ce"]), "Ada Bob bob@example.com\n");
    assert_eq!(ground.git("root", &["log", "-1", "--format=%an %cn"]), "Ada Ada\n");
}

#[test]
fn squashed_there_is_one_commit_for_each_repository() {
    let ground = Ground::new();
    ground.run(&["apply", "mine.toml", "root", "--commit=squash"]).exits(0);
    for (folder, before) in [("root/lib/deep", 1), ("root/lib", 2), ("root", 2)] {
        assert_eq!(ground.log(folder).len(), before + 1, "{folder}");
    }
    ground.is_sound("root");
    let patches = ground.git("root/lib", &["log", "-1", "--format=%(trailers:key=Treepatch-Patch,valueonly)"]);
    let ids: Vec<&str> =
        patches.lines().filter_map(|line| line.split(' ').next()).filter(|id| !id.is_empty()).collect();
    assert_eq!(ids, ["width", "limit", "notes"]);
}

#[test]
fn a_branch_is_made_where_there_are_commits() {
    let ground = Ground::new();
    let old = ground.git("root/lib", &["rev-parse", "HEAD"]);
    ground.commit(&["--branch", "arm/patched"]).exits(0).tells("lib: 4 commits on arm/patched");
    for folder in ["root", "root/lib", "root/lib/deep"] {
        assert_eq!(ground.git(folder, &["symbolic-ref", "HEAD"]), "refs/heads/arm/patched\n");
    }
    ground.is_sound("root");
    assert_eq!(ground.git("root/lib", &["rev-parse", "main"]), old);
    // The reflog leads back.
    assert_eq!(ground.git("root/lib", &["rev-parse", "HEAD@{1}"]), old);
}

#[test]
fn other_changes_stay_and_stay_out() {
    let ground = Ground::new();
    ground.put("root/other.txt", "mine\n");
    ground.put("root/staged.txt", "staged\n");
    ground.put("root/untracked.txt", "untracked\n");
    ground.git("root", &["add", "staged.txt"]);
    ground.commit(&[]).exits(0);
    assert_eq!(ground.git("root", &["status", "--porcelain"]), " M other.txt\nA  staged.txt\n?? untracked.txt\n");
    assert_eq!(ground.git("root", &["show", "HEAD:other.txt"]), "text\n");
    assert_eq!(ground.git("root", &["diff", "--name-only", "HEAD~2", "HEAD"]), "lib\nmain.c\n");
}

#[test]
fn changes_in_a_patched_file_can_stay_uncommitted() {
    let ground = Ground::new();
    let mine = "int before;\nint width = 1;\nint after;\nint mine;\n";
    ground.put("root/main.c", mine);
    ground.commit(&[]).exits(3).tells("main.c: has changes that are not committed").tells("nothing was written");
    assert_eq!(ground.read("root/main.c"), mine);
    ground.commit(&["--allow-dirty"]).exits(0);
    assert_eq!(ground.git("root", &["show", "HEAD:main.c"]), "int before;\nlong width = 1;\nint after;\n");
    assert_eq!(ground.read("root/main.c"), "int before;\nlong width = 1;\nint after;\nint mine;\n");
    assert_eq!(ground.git("root", &["status", "--porcelain"]), " M main.c\n");
}

#[test]
fn a_change_of_the_place_itself_cannot() {
    let ground = Ground::new();
    ground.put("root/main.c", "int before;\nint width = 1;\nint width = 2;\nint after;\n");
    let args = ["apply", "mine.toml", "root", "--only", "width", "--commit", "--allow-dirty"];
    ground.run(&args).exits(1);
    assert_eq!(ground.log("root"), ["second", "first"]);
}

#[test]
fn what_was_applied_without_commits_is_told() {
    let ground = Ground::new();
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
    let before = ground.everything("root");
    for more in [&[][..], &["--allow-dirty"]] {
        ground.commit(more).exits(3).tells("are there already, but not committed");
    }
    assert_eq!(ground.everything("root"), before);
}

#[test]
fn a_dry_run_looks_at_the_repositories_but_leaves_them() {
    let ground = Ground::new();
    let before = ground.everything("root");
    let ran = ground.commit(&["--dry-run"]).exits(0);
    assert!(ran.stdout.contains("+long width = 3;"));
    assert_eq!(ground.everything("root"), before);
    ground.put("root/main.c", "int width = 1;\n");
    ground.commit(&["--dry-run"]).exits(3);
}

#[test]
fn a_folder_of_a_repository_can_be_the_root() {
    let ground = Ground::new();
    ground.put(
        "mine.toml",
        &crate::commits::ground::PATCHES.replace("\"lib/**/limit.c\"", "\"**/limit.c\"").replace("lib/doc", "doc"),
    );
    ground.run(&["apply", "mine.toml", "root/lib", "--commit"]).exits(0);
    assert_eq!(ground.log("root/lib").len(), 6);
    // Above the root nothing is touched: the superproject does not know yet.
    assert_eq!(ground.git("root", &["status", "--porcelain"]), " M lib\n");
}

#[test]
fn worktrees_and_shallow_clones_are_repositories_too() {
    let ground = Ground::new();
    ground.git("super", &["worktree", "add", "-q", "--detach", "../tree"]);
    let url = format!("file://{}", ground.path("super").display());
    ground.git(".", &["clone", "-q", "--depth", "1", &url, "shallow"]);
    for folder in ["tree", "shallow"] {
        ground.git(folder, &["submodule", "--quiet", "sync"]);
        ground.git(folder, &["submodule", "--quiet", "update", "--init", "--recursive"]);
        ground.run(&["apply", "mine.toml", folder, "--commit"]).exits(0);
        ground.is_sound(folder);
        assert_eq!(ground.git(folder, &["rev-list", "--count", "HEAD"]), if folder == "tree" { "4\n" } else { "3\n" });
    }
    assert_eq!(ground.log("super"), ["second", "first"]);
}

#[test]
fn packed_references_and_the_mode_of_files_stay() {
    let ground = Ground::new();
    ground.git("root", &["update-index", "--chmod=+x", "main.c"]);
    ground.git("root", &["commit", "-q", "-m", "third"]);
    ground.git("root", &["checkout", "-q", "."]);
    ground.git("root", &["pack-refs", "--all"]);
    assert!(!ground.path("root/.git/refs/heads/main").exists());
    ground.commit(&[]).exits(0);
    ground.is_sound("root");
    assert!(ground.git("root", &["ls-tree", "HEAD", "main.c"]).starts_with("100755 "));
    assert_eq!(ground.log("root").len(), 5);
}

#[test]
fn a_sparse_checkout_stays_sparse() {
    let ground = Ground::new();
    ground.put("root/far/away.txt", "x\n");
    ground.git("root", &["add", "."]);
    ground.git("root", &["commit", "-q", "-m", "far"]);
    ground.git("root", &["sparse-checkout", "set", "--cone", "--no-sparse-index", "none"]);
    assert!(!ground.path("root/far").exists());
    ground.commit(&[]).exits(0);
    ground.is_sound("root");
    assert!(ground.git("root", &["ls-files", "-t"]).contains("S far/away.txt\n"));
    assert_eq!(ground.git("root", &["show", "HEAD:far/away.txt"]), "x\n");
}

#[test]
fn an_index_of_any_version_and_with_caches_is_written() {
    let ground = Ground::new();
    ground.git("root", &["update-index", "--index-version", "4", "--untracked-cache"]);
    ground.git("root/lib", &["update-index", "--assume-unchanged", "limit.c"]);
    ground.commit(&[]).exits(0);
    ground.is_sound("root");
    assert!(ground.git("root/lib", &["ls-files", "-v"]).contains("h limit.c\n"));
}

#[test]
fn no_hook_runs_and_nothing_is_signed() {
    use std::os::unix::fs::PermissionsExt;
    let ground = Ground::new();
    for hook in ["pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"] {
        let hook = format!("root/.git/hooks/{hook}");
        ground.put(&hook, "#!/bin/sh\ntouch ran\nexit 1\n");
        fs::set_permissions(ground.path(&hook), fs::Permissions::from_mode(0o755)).unwrap();
    }
    ground.git("root", &["config", "commit.gpgsign", "true"]);
    ground.commit(&[]).exits(0).tells(".: commit.gpgsign is set, but these commits are not signed");
    assert!(!ground.path("root/ran").exists());
}

#[test]
fn check_tells_who_applied_a_patch() {
    let ground = Ground::new();
    ground.commit(&["--only", "limit"]).exits(0);
    ground.run(&["apply", "mine.toml", "root", "--only", "notes"]).exits(0);
    let id = ground.git("root/lib", &["log", "-1", "--format=%H", "--grep=limits:"]);
    let told = ground.run(&["check", "mine.toml", "root"]).exits(0).stdout;
    assert!(told.contains(&format!("note: applied by treepatch: {} in lib\n", &id[..12])), "{told}");
    assert!(told.contains("note: applied by whom is unknown"), "{told}");
    // The author of the code may have done it, too.
    let lib = ground.git("root/lib", &["rev-parse", "HEAD~1"]);
    let upstream = format!("why   = \"It is too low.\"\nupstream.applied = \"{}\"", lib.trim());
    ground.put(
        "mine.toml",
        &crate::commits::ground::PATCHES
            .replace("why   = \"It is too low.\"", &upstream)
            .replace("\"mine\"", "\"new\""),
    );
    let told = ground.run(&["check", "mine.toml", "root"]).exits(0).stdout;
    assert!(told.contains(&format!("note: applied upstream: {}\n", lib.trim())), "{told}");
}
