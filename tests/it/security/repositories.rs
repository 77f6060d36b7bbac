//! Repositories that lead git's library elsewhere.

use crate::security::ground::{Ground, untouched};
use std::fs;

/// The run is refused, says what it found, and changes nothing.
#[track_caller]
fn refused(ground: &Ground, what: &str) {
    untouched(ground, |ground| {
        ground.edit("**/*.c", &["--commit"]).exits(3).tells(what).tells("nothing was written");
        // A submodule that git does not know of is no concern of this one.
        let back = ground.run(&["revert", "mine.toml", "root", "--commit"]);
        assert!(back.text.contains(what) || back.text.contains("nothing to do"), "{}", back.text);
    });
    // Without commits nothing is asked of git.
    ground.edit("**/*.c", &[]).exits(0);
    ground.run(&["check", "mine.toml", "root"]).exits(0);
}

/// Somebody's own repository, which the tree must not get at.
fn theirs(ground: &Ground) {
    ground.git("outside", &["init", "-q", "-b", "main"]);
    ground.git("outside", &["add", "."]);
    ground.git("outside", &["commit", "-q", "-m", "first"]);
}

#[test]
fn a_git_file_that_points_to_somebody_elses_repository() {
    let ground = Ground::new();
    theirs(&ground);
    ground.put("root/.git", "gitdir: ../outside/.git\n");
    refused(&ground, "which does not point back");
    let ground = Ground::with_git();
    theirs(&ground);
    ground.put("root/lib/.git", &format!("gitdir: {}\n", ground.path("outside/.git").display()));
    ground.put("root/lib/lib.c", "int width = 1;\n");
    refused(&ground, "which does not point back");
}

#[test]
fn a_git_file_that_points_to_another_repository_of_the_tree() {
    let ground = Ground::with_submodule();
    ground.put("root/other/.git", "gitdir: ../.git/modules/lib\n");
    ground.put("root/other/lib.c", "int width = 2;\n");
    refused(&ground, "core.worktree says that its files are elsewhere");
}

#[test]
fn a_git_that_is_a_symlink_or_a_pipe() {
    let ground = Ground::new();
    theirs(&ground);
    ground.link("../outside/.git", "root/.git");
    refused(&ground, "its `.git` is a symlink");
    let ground = Ground::new();
    ground.pipe("root/.git");
    refused(&ground, "neither a folder nor a file");
}

#[test]
fn a_git_file_that_holds_more_than_a_path() {
    for text in ["gitdir: ../outside/.git\r\n", "gitdir:  ../outside/.git\n", "gitdir: x\ny\n", "other\n", "gitdir: \n"]
    {
        let ground = Ground::new();
        theirs(&ground);
        ground.put("root/.git", text);
        refused(&ground, "`.git` holds more than a path");
    }
}

#[test]
fn a_commondir_that_points_elsewhere() {
    let ground = Ground::with_git();
    theirs(&ground);
    ground.put("root/.git/commondir", "../../outside/.git\n");
    refused(&ground, "its `.git/commondir` points to");
    // As a linked working tree that the other repository knows nothing of.
    let ground = Ground::new();
    theirs(&ground);
    ground.put("root/own/HEAD", "ref: refs/heads/main\n");
    ground.put("root/own/commondir", "../../outside/.git\n");
    ground.put("root/own/gitdir", "../.git\n");
    ground.put("root/.git", "gitdir: own\n");
    refused(&ground, "of which it is no linked working tree");
}

#[test]
fn a_linked_working_tree_of_another_folder() {
    let ground = Ground::new();
    theirs(&ground);
    ground.git("outside", &["worktree", "add", "-q", "../linked"]);
    fs::copy(ground.path("linked/.git"), ground.path("root/.git")).unwrap();
    refused(&ground, "which is of another folder");
}

#[test]
fn a_core_worktree_elsewhere() {
    let ground = Ground::with_git();
    ground.git("root", &["config", "core.worktree", ground.path("outside").to_str().unwrap()]);
    refused(&ground, "core.worktree says that its files are elsewhere");
}

#[test]
fn objects_borrowed_from_elsewhere() {
    let ground = Ground::with_git();
    theirs(&ground);
    let objects = ground.path("outside/.git/objects");
    for line in [objects.to_str().unwrap(), "../../../outside/.git/objects"] {
        ground.put("root/.git/objects/info/alternates", &format!("{line}\n"));
        ground.edit("**/*.c", &["--commit"]).exits(3).tells("borrows objects from").tells("git repack");
    }
    assert_eq!(ground.read("root/main.c"), "int width = 1;\n");
}

/// As `git clone --shared` makes it: borrowed from where it came from.
#[test]
fn objects_borrowed_from_the_repository_that_it_was_cloned_from() {
    let ground = Ground::with_git();
    fs::rename(ground.path("root"), ground.path("first")).unwrap();
    ground.git(".", &["clone", "-q", "--shared", "first", "root"]);
    ground.edit("**/*.c", &["--commit"]).exits(0);
    assert_eq!(ground.git("root", &["status", "--porcelain"]), "");
    ground.git("root", &["remote", "remove", "origin"]);
    ground
        .run(&["revert", "mine.toml", "root", "--commit"])
        .exits(3)
        .tells("is outside of the root and no remote of it");
}

#[test]
fn objects_borrowed_from_below_the_root() {
    let ground = Ground::with_git();
    ground.git(".", &["clone", "-q", "--shared", "root", "root/copy"]);
    ground.git("root", &["submodule", "--quiet", "add", "./copy", "copy"]);
    ground.git("root", &["commit", "-q", "-m", "copy"]);
    assert!(ground.read("root/copy/.git/objects/info/alternates").contains("root/.git/objects"));
    ground.edit("**/*.c", &["--commit"]).exits(0);
    assert_eq!(ground.git("root/copy", &["status", "--porcelain"]), "");
    // A chain that leads out at its end.
    ground.put("root/.git/objects/info/alternates", "/\n");
    ground.run(&["revert", "mine.toml", "root", "--commit"]).exits(3).tells("borrows objects from /,");
}

/// Git's library reads some lines otherwise than git: what it would open is not what was looked at.
#[test]
fn borrowed_objects_that_git_and_its_library_read_otherwise() {
    let ground = Ground::with_git();
    theirs(&ground);
    let theirs = ground.path("outside/.git/objects");
    let theirs = theirs.to_str().unwrap();
    let lines = [
        // The library ends a line at a carriage return,
        format!("./a\r{theirs}"),
        format!("# a comment\r{theirs}"),
        format!("{theirs}\r"),
        // and a file at a zero byte.
        format!("{theirs}\0"),
        // From where the program was started.
        "outside/.git/objects".to_owned(),
        "~/.git/objects".to_owned(),
        // Git takes quotes off.
        format!("\"{theirs}\""),
        format!(" {theirs}"),
    ];
    for line in lines {
        let ground = Ground::with_git();
        // What a reader that takes the line as it stands finds there.
        if !line.starts_with('#') && !line.contains('\0') {
            fs::create_dir_all(ground.path("root/.git/objects").join(&line)).unwrap();
        }
        ground.put("root/.git/objects/info/alternates", &format!("{line}\n"));
        refused(&ground, "has a line that git takes otherwise than others");
    }
}

#[test]
fn a_chain_of_borrowed_objects_that_is_read_otherwise_at_its_second_link() {
    let ground = Ground::with_git();
    theirs(&ground);
    ground.git(".", &["clone", "-q", "root", "root/copy"]);
    ground.git("root", &["submodule", "--quiet", "add", "./copy", "copy"]);
    ground.git("root", &["commit", "-q", "-m", "copy"]);
    ground.put("root/.git/objects/info/alternates", "../../copy/.git/objects\n");
    fs::create_dir_all(ground.path("root/copy/.git/objects/outside/.git/objects")).unwrap();
    ground.put("root/copy/.git/objects/info/alternates", "outside/.git/objects\n");
    refused(&ground, "has a line that git takes otherwise than others");
    // A path that begins with dots is taken from its own store, by both.
    ground.put("root/copy/.git/objects/info/alternates", "# from the parent\n\n../../../.git/objects\n");
    ground.git("root", &["checkout", "main.c"]);
    ground.git("root/copy", &["checkout", "main.c"]);
    ground.edit("**/*.c", &["--commit"]).exits(0);
}

/// Git's library opens whatever file a reference names.
#[test]
fn references_that_lead_out_of_refs() {
    for name in ["HEAD", "refs/heads/main", "refs/heads/other", "refs/deep/er"] {
        for to in ["../../outside/main.c", "refs/../../../outside/main.c", "FETCH_HEAD", "/dev/zero", "refs//heads/x"] {
            let ground = Ground::with_git();
            ground.link("../../outside/main.c", "root/.git/FETCH_HEAD");
            ground.put(&format!("root/.git/{name}"), &format!("ref: {to}\n"));
            refused(&ground, "which is no reference");
        }
    }
    let ground = Ground::with_git();
    ground.git("root", &["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    ground.git("root", &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    ground.edit("**/*.c", &["--commit"]).exits(0);
}

/// The commit that a patchset names is an object's, and no file of `.git`.
#[test]
fn a_commit_in_a_patchset_that_names_a_file() {
    let ground = Ground::with_git();
    ground.pipe("root/.git/FETCH_HEAD");
    ground.put("root/main.c", "long width = 1;\n");
    for commit in ["FETCH_HEAD", "FETCH_HEAD^{commit}", "ABBA"] {
        ground.edit_as("**/*.c", &format!("upstream.applied = \"{commit}\"\n"), &["--dry-run"]).exits(0);
        ground.run(&["check", "mine.toml", "root"]).exits(0).tells("applied by whom is unknown");
    }
    let head = ground.git("root", &["rev-parse", "--short", "HEAD"]);
    ground.edit_as("**/*.c", &format!("upstream.applied = \"{}\"\n", head.trim()), &["--dry-run"]).exits(0);
    ground.run(&["check", "mine.toml", "root"]).exits(0).tells(&format!("applied upstream: {}", head.trim()));
}

/// A file can claim any size and take none of the disk.
#[test]
fn files_of_a_repository_that_are_nothing_but_a_hole() {
    for name in ["HEAD", "index", "config", "packed-refs", "refs/heads/main", "shallow", "info/exclude"] {
        let ground = Ground::with_git();
        ground.hole(&format!("root/.git/{name}"));
        let what = if name == "refs/heads/main" { "the limit is" } else { "is larger than" };
        ground.edit("**/*.c", &["--commit"]).exits(3).tells(what).tells("nothing was written");
        assert_eq!(ground.read("root/main.c"), "int width = 1;\n");
        ground.edit("**/*.c", &[]).exits(0);
        ground.run(&["check", "mine.toml", "root", "--require", "applied"]).exits(0);
        ground.run(&["revert", "mine.toml", "root"]).exits(0);
    }
}

/// Where git's library takes `.git` for no repository, it looks whether the folder around it is one.
#[test]
fn a_tree_that_is_a_repository_itself() {
    for missing in ["refs", "objects"] {
        let ground = Ground::with_git();
        for folder in ["refs/heads", "objects/info"] {
            fs::create_dir_all(ground.path("root").join(folder)).unwrap();
        }
        ground.put("root/HEAD", "ref: refs/heads/main\n");
        ground.put("root/config", "[include]\n\tpath = /dev/zero\n");
        fs::rename(ground.path("root/.git").join(missing), ground.path("root/.git/gone")).unwrap();
        refused(&ground, "there is no ");
    }
}

#[test]
fn settings_that_read_other_files() {
    let settings = [
        ("[include]\n\tpath = ../../outside/config\n", "includes other files"),
        ("[ Include ]\n", "includes other files"),
        ("[includeIf \"gitdir:/\"]\n\tpath = /dev/zero\n", "includes other files"),
        ("[core]\n\tattributesFile = /dev/zero\n", "core.attributesfile"),
        ("[core] excludesFile = ../outside/x\n", "core.excludesfile"),
    ];
    for (text, what) in settings {
        let ground = Ground::with_git();
        let config = ground.read("root/.git/config");
        ground.put("root/.git/config", &(config + text));
        refused(&ground, what);
    }
}

#[test]
fn files_of_a_repository_that_are_symlinks_or_pipes() {
    let names = [
        "HEAD",
        "index",
        "config",
        "packed-refs",
        "refs",
        "refs/heads",
        "refs/heads/main",
        "objects",
        "logs",
        "logs/HEAD",
    ];
    for name in names.into_iter().chain(["objects/info", "objects/pack", "info/exclude"]) {
        let ground = Ground::with_git();
        let path = ground.path("root/.git").join(name);
        fs::create_dir_all(ground.path("root/.git/info")).unwrap();
        if path.exists() {
            fs::rename(&path, ground.path("outside/taken")).unwrap();
        }
        std::os::unix::fs::symlink(ground.path("outside/taken"), &path).unwrap();
        refused(&ground, "is a symlink");
    }
    for name in ["config", "packed-refs", "refs/heads/other", "info/attributes", "shallow", "objects/pack/pack-1.idx"] {
        let ground = Ground::with_git();
        fs::create_dir_all(ground.path("root/.git/info")).unwrap();
        let _ = fs::remove_file(ground.path("root/.git").join(name));
        ground.pipe(&format!("root/.git/{name}"));
        refused(&ground, "is a pipe");
    }
}

#[test]
fn attributes_that_are_symlinks_or_pipes() {
    for name in ["root/.gitattributes", "root/.gitignore", "root/src/.gitattributes"] {
        let ground = Ground::with_git();
        ground.put("root/src/x.c", "int width = 1;\n");
        ground.git("root", &["add", "."]);
        ground.git("root", &["commit", "-q", "-m", "more"]);
        ground.pipe(name);
        untouched(&ground, |ground| {
            ground.edit("**/*.c", &["--commit"]).exits(3).tells("is no regular file");
        });
    }
}

#[test]
fn linked_working_trees_and_their_submodules_are_let_in() {
    let ground = Ground::with_submodule();
    fs::rename(ground.path("root"), ground.path("first")).unwrap();
    ground.git("first/lib", &["config", "core.worktree", "../../../lib"]);
    ground.git("first", &["worktree", "add", "-q", "../root"]);
    ground.git("root", &["submodule", "--quiet", "update", "--init"]);
    assert!(ground.read("root/.git").contains("first/.git/worktrees/root"));
    ground.edit("**/*.c", &["--commit"]).exits(0);
    for folder in ["root", "root/lib"] {
        assert_eq!(ground.git(folder, &["status", "--porcelain"]), "");
        assert!(ground.git(folder, &["log", "--format=%an"]).starts_with("treepatch"));
    }
}

#[test]
fn a_submodule_as_the_root_is_let_in() {
    let ground = Ground::with_submodule();
    ground.edit("**/*.c", &["--dry-run"]).exits(0);
    ground.run(&["apply", "mine.toml", "root/lib", "--commit"]).exits(0);
    assert_eq!(ground.read("root/lib/lib.c"), "long width = 2;\n");
}

#[test]
fn a_folder_of_a_repository_as_the_root_is_let_in() {
    let ground = Ground::with_git();
    ground.put("root/src/x.c", "int width = 1;\n");
    ground.git("root", &["add", "."]);
    ground.git("root", &["commit", "-q", "-m", "more"]);
    ground.edit("**/*.c", &["--dry-run"]).exits(0);
    ground.run(&["apply", "mine.toml", "root/src", "--commit"]).exits(0);
    assert_eq!(ground.git("root", &["status", "--porcelain"]), "");
}

/// A tree brings the journal of a run that never was: it cannot move the repository that the tree was put into.
#[test]
fn a_journal_that_came_with_the_tree() {
    let ground = Ground::with_git();
    let journal = r#"{"treepatch_journal":1,"folders":[],"files":[],"git":[
        {"repository":"","what":"HEAD","before":"ref: refs/heads/main\n","after":"ref: refs/heads/theirs\n"},
        {"repository":"","what":"refs/heads/theirs","before":null,"after":"0000000000000000000000000000000000000000\n"}]}"#;
    ground.put("root/vendor/.treepatch-journal/journal", journal);
    untouched(&ground, |ground| {
        ground.run(&["recover", "root/vendor"]).exits(3).tells("it names a file that no run writes");
        ground.run(&["recover", "root/vendor", "--undo"]).exits(3);
    });
}
