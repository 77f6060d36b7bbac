//! What stands in the way of commits is named before anything changes.

use crate::commits::ground::Ground;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Prepares a trouble; the run must exit 3, tell the text, and change nothing.
#[track_caller]
fn refused(prepare: impl FnOnce(&Ground), text: &str) {
    let ground = Ground::new();
    prepare(&ground);
    let before = ground.everything("root");
    ground.commit(&[]).exits(3).tells(text).tells("nothing was written");
    assert!(ground.everything("root") == before, "{text}: something changed");
}

#[test]
fn work_in_progress() {
    let conflict = |ground: &Ground, how: &[&str]| {
        ground.git("root", &["checkout", "-q", "-b", "side"]);
        ground.put("root/other.txt", "theirs\n");
        ground.git("root", &["commit", "-q", "-am", "theirs"]);
        ground.git("root", &["checkout", "-q", "main"]);
        ground.put("root/other.txt", "ours\n");
        ground.git("root", &["commit", "-q", "-am", "ours"]);
        assert_ne!(ground.try_git("root", how).code, 0);
    };
    refused(|g| conflict(g, &["merge", "-q", "side"]), "a merge is in progress");
    refused(|g| conflict(g, &["rebase", "-q", "side"]), "a rebase is in progress");
    refused(|g| conflict(g, &["cherry-pick", "side"]), "a cherry-pick is in progress");
    refused(
        |g| {
            g.git("root/lib/deep", &["bisect", "start"]);
        },
        "lib/deep: a bisect is in progress",
    );
}

#[test]
fn files_that_are_not_as_head_has_them() {
    let stage = |g: &Ground| {
        g.put("root/lib/limit.c", "#define LIMIT 10\nint more;\n");
        g.git("root/lib", &["add", "limit.c"]);
    };
    refused(stage, "lib/limit.c: has staged changes");
    refused(|g| g.put("root/lib/lib.c", "int width = 4;\n"), "lib/lib.c: has changes that are not committed");
    refused(|g| g.put("root/new.c", "int width = 4;\n"), "new.c: is not tracked by git");
    let ignored = |g: &Ground| {
        g.put("root/.git/info/exclude", "*.gen.c\n");
        g.put("root/new.gen.c", "int width = 4;\n");
    };
    refused(ignored, "new.gen.c: is ignored by git");
    let gone = |g: &Ground| {
        g.git("root/lib", &["rm", "-q", "--cached", "limit.c"]);
    };
    refused(gone, "lib/limit.c: has staged changes");
}

#[test]
fn files_that_git_converts() {
    let attribute = |text: &'static str| move |g: &Ground| g.put("root/.git/info/attributes", text);
    refused(attribute("*.c filter=lfs\n"), "main.c: goes through git's `filter=lfs`");
    refused(
        attribute("*.c working-tree-encoding=UTF-16\n"),
        "main.c: goes through git's `working-tree-encoding=UTF-16`",
    );
    let tracked = |g: &Ground| {
        g.put("root/lib/.gitattributes", "*.c filter=lfs diff=lfs merge=lfs -text\n");
        g.git("root/lib", &["-c", "filter.lfs.clean=cat", "add", "."]);
        g.git("root/lib", &["commit", "-q", "-m", "large files"]);
        g.git("root", &["commit", "-q", "-am", "large files"]);
    };
    refused(tracked, "lib/lib.c: goes through git's `filter=lfs`");
    let crlf = |g: &Ground| {
        g.put("root/.git/info/attributes", "*.c text\n");
        g.put("root/main.c", "int before;\r\nint width = 1;\r\nint later;\r\n");
    };
    refused(crlf, "main.c: has changes that are not committed");
}

#[test]
fn a_mode_that_is_not_committed() {
    let executable =
        |g: &Ground| fs::set_permissions(g.path("root/main.c"), fs::Permissions::from_mode(0o755)).unwrap();
    refused(executable, "main.c: has a change of its mode (executable or not) that is not committed");
    let plain = |g: &Ground| {
        executable(g);
        g.git("root", &["commit", "-q", "-am", "runs"]);
        fs::set_permissions(g.path("root/main.c"), fs::Permissions::from_mode(0o644)).unwrap();
    };
    refused(plain, "main.c: has a change of its mode");
    let ground = Ground::new();
    executable(&ground);
    ground.git("root", &["config", "core.fileMode", "false"]);
    ground.commit(&[]).exits(0);
    ground.is_sound("root");
    // It stays as it is, uncommitted, with those who allow that.
    let ground = Ground::new();
    executable(&ground);
    ground.commit(&["--allow-dirty"]).exits(0);
    assert_eq!(ground.git("root", &["diff", "--summary"]), " mode change 100644 => 100755 main.c\n");
    assert_eq!(ground.git("root", &["diff", "--numstat"]), "0\t0\tmain.c\n");
    ground.run(&["revert", "mine.toml", "root", "--commit"]).exits(3).tells("main.c: has a change of its mode");
}

#[test]
fn a_file_that_was_a_symlink() {
    let ground = Ground::new();
    std::os::unix::fs::symlink("other.txt", ground.path("root/more.c")).unwrap();
    ground.git("root", &["add", "."]);
    ground.git("root", &["commit", "-q", "-m", "link"]);
    fs::remove_file(ground.path("root/more.c")).unwrap();
    ground.put("root/more.c", "int width = 9;\n");
    ground.commit(&["--allow-dirty"]).exits(3).tells("more.c: is no file in `HEAD`");
}

#[test]
fn submodules_that_are_elsewhere() {
    let moved = |g: &Ground| {
        g.git("root/lib", &["commit", "-q", "--allow-empty", "-m", "mine"]);
    };
    refused(moved, "lib: the submodule is not at the commit that . records");
    let staged = |g: &Ground| {
        moved(g);
        g.git("root", &["add", "lib"]);
    };
    refused(staged, "lib: the submodule is not at the commit that . records");
    let gone = |g: &Ground| {
        g.git("root", &["submodule", "--quiet", "deinit", "-f", "lib"]);
        g.put("root/lib/limit.c", "#define LIMIT 10\n");
    };
    refused(gone, "lies in the submodule lib, which is not initialised");
}

#[test]
fn repositories_of_another_kind() {
    let split = |g: &Ground| {
        g.git("root", &["update-index", "--split-index"]);
    };
    refused(split, "the index is split");
    let sparse = |g: &Ground| {
        g.put("root/far/away.txt", "x\n");
        g.git("root", &["add", "."]);
        g.git("root", &["commit", "-q", "-m", "far"]);
        g.git("root", &["sparse-checkout", "set", "--cone", "--sparse-index", "none"]);
    };
    refused(sparse, "the index is sparse");
    let again = |how: &'static [&'static str]| {
        move |g: &Ground| {
            fs::remove_dir_all(g.path("root")).unwrap();
            g.git(".", &[&["init", "-q"], how, &["root"]].concat());
            g.put("root/a.c", "int width = 1;\n#define LIMIT 10\n");
            g.put("root/lib/limit.c", "#define LIMIT 10\nint width = 1;\n");
            g.git("root", &["add", "."]);
            g.git("root", &["commit", "-q", "-m", "first"]);
        }
    };
    refused(again(&["--object-format=sha256"]), "the repository uses SHA-256");
    refused(again(&["--ref-format=reftable"]), "the repository keeps its references in a reftable");
    let unborn = |g: &Ground| {
        fs::remove_dir_all(g.path("root/.git")).unwrap();
        fs::remove_dir_all(g.path("root/lib/deep")).unwrap();
        fs::remove_file(g.path("root/lib/.git")).unwrap();
        g.git("root", &["init", "-q"]);
    };
    refused(unborn, "the repository has no commits yet");
    let partial = |g: &Ground| {
        g.git("root", &["config", "core.repositoryformatversion", "1"]);
        g.git("root", &["config", "extensions.partialclone", "origin"]);
    };
    refused(partial, "the repository is a partial clone of an old kind");
}

#[test]
fn a_repository_of_another_user() {
    let ground = Ground::new();
    let given_away = |program: &str, more: &[&str]| {
        let mut command = ground.quiet(program);
        command.args(more).args(["-R", "65534:65534", "root"]);
        command.status().is_ok_and(|s| s.success())
    };
    if !given_away("chown", &[]) && !given_away("sudo", &["-n", "chown"]) {
        eprintln!("SKIPPED: nobody here may give files away");
        return;
    }
    let before = ground.everything("root");
    ground.commit(&[]).exits(3).tells("the repository belongs to another user").tells("safe.directory");
    assert!(ground.everything("root") == before);
    // Whoever trusts it can commit, and without commits nobody asks.
    ground.git(".", &["config", "--global", "--add", "safe.directory", "*"]);
    ground.commit(&["--only", "limit"]).exits(0);
    ground.git(".", &["config", "--global", "--unset-all", "safe.directory"]);
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
}

#[test]
fn no_repository_at_all() {
    let ground = Ground::new();
    ground.put("plain/lib/limit.c", "#define LIMIT 10\nint width = 1;\n");
    let mut command = ground.quiet(env!("CARGO_BIN_EXE_treepatch"));
    command.args(["apply", "mine.toml", "plain"]);
    let ran = crate::commits::ground::ran(command.arg("--commit"));
    ran.exits(3).tells("lies in no git repository");
    ground.run(&["apply", "mine.toml", "plain"]).exits(0);
}

#[test]
fn branches_that_cannot_be_made() {
    let ground = Ground::new();
    let before = ground.everything("root");
    for (name, text) in [
        ("main", "there is a branch main already"),
        ("main/arm", "there is a branch main already"),
        ("a..b", "`a..b` cannot be the name of a branch"),
        ("HEAD", "`HEAD` cannot be the name of a branch"),
    ] {
        ground.commit(&["--branch", name]).exits(3).tells(text);
    }
    assert!(ground.everything("root") == before);
    ground.run(&["apply", "mine.toml", "root", "--branch", "x"]).exits(2).tells("--commit");
}

#[test]
fn a_lock_in_the_last_repository_leaves_the_others_as_they_were() {
    for lock in ["refs/heads/main.lock", "index.lock"] {
        refused(|g| g.put(&format!("root/.git/{lock}"), ""), &format!("{lock}: git is at work here"));
    }
}

#[test]
fn a_date_that_is_none() {
    let ground = Ground::new();
    for date in ["yesterday", "-1", "4294967296"] {
        let mut command = ground.quiet(env!("CARGO_BIN_EXE_treepatch"));
        command.args(["apply", "mine.toml", "root", "--commit"]).env("SOURCE_DATE_EPOCH", date);
        crate::commits::ground::ran(&mut command).exits(2).tells(&format!("SOURCE_DATE_EPOCH={date}"));
    }
}
