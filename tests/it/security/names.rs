//! Names that lead elsewhere: in a patchset, and in what the library is asked to write.

use crate::security::ground::{Ground, shown, untouched};
use std::path::Path;
use treepatch::report::FileChange;
use treepatch::write::{self, Removal, WriteError};

/// What some file system or other takes for `.git`.
pub const DISGUISES: &[&str] = &[
    ".git",
    ".GIT",
    ".Git",
    "git~1",
    "GIT~1",
    ".git ",
    ".git.",
    ".git . .",
    ".g\u{200c}it",
    ".gi\u{200d}t",
    "\u{feff}.git",
    // Folders of ext4 and f2fs that do not care for case ignore these.
    ".g\u{ad}it",
    "\u{34f}.git",
    ".gi\u{115f}t",
    ".git\u{17b4}",
    ".g\u{180b}it",
    ".g\u{2060}\u{2064}it",
    ".\u{3164}GIT",
    ".git\u{fe0f}",
    ".gi\u{ffa0}t",
    ".g\u{e0001}it",
    ".g\u{131}t",
    ".git::$INDEX_ALLOCATION",
    ".git:stream",
    ".git\\config",
];

/// A name is refused in a patchset, and by the library as a new file, a changed file and a removed one.
#[track_caller]
pub fn refused(path: &str) {
    let ground = Ground::with_git();
    untouched(&ground, |ground| {
        let ran = ground.create(path, &[]);
        assert!(ran.code != 0 && !ran.text.contains("panicked"), "{path:?}: {}", ran.text);
        let bytes = || b"int width = 1;\n".to_vec();
        let changes = [
            FileChange { path: path.into(), before: None, after: b"made".to_vec() },
            FileChange { path: path.into(), before: Some(bytes()), after: b"changed".to_vec() },
        ];
        for change in changes {
            let error = write::apply(&ground.root(), &[change]).unwrap_err();
            assert!(matches!(error, WriteError::Gate(_)), "{}: {error}", shown(Path::new(path)));
        }
        let removal = Removal { path: path.into(), before: bytes() };
        assert!(write::revert(&ground.root(), &[], &[removal]).is_err());
    });
}

#[test]
fn paths_that_lead_up_or_start_at_the_top() {
    for path in ["../outside/main.c", "lib/../../outside/main.c", "..", "/etc/treepatch", "./main.c", "a\0b"] {
        refused(path);
    }
}

#[test]
fn globs_that_lead_up_or_start_at_the_top() {
    let ground = Ground::new();
    untouched(&ground, |ground| {
        for glob in ["../outside/*.c", "**/../../outside/*.c", "/etc/*.c", "{..,x}/outside/*.c"] {
            ground.edit(glob, &[]).exits(2);
        }
    });
}

#[test]
fn every_disguise_of_git() {
    for name in DISGUISES {
        refused(&format!("{name}/hooks/post-checkout"));
        refused(&format!("lib/{name}/config"));
    }
}

/// A patchset plants no journal that a person is told to recover with, and nothing else where treepatch would sweep.
#[test]
fn every_disguise_of_our_own_folders() {
    for name in [
        ".treepatch-journal",
        ".treepatch-output-0",
        ".root.treepatch-copy",
        ".Treepatch-JOURNAL",
        ".treepatch-journal. .",
        ".treepatch-journal::$INDEX_ALLOCATION",
        ".tree\u{200c}patch-journal",
        "TREEPA~1",
    ] {
        refused(&format!("{name}/journal"));
        refused(&format!("vendor/{name}/x.c"));
        refused(name);
    }
    let ground = Ground::new();
    let ran = ground.create("vendor/.treepatch-journal/journal", &[]).exits(2).tells("a folder of treepatch's own");
    assert!(ran.text.contains("mine.toml:") && ran.text.contains("create = "), "{}", ran.text);
}

#[test]
fn what_lies_in_our_own_folders_is_not_edited() {
    for name in [".treepatch-output-7", ".out.treepatch-copy", ".Treepatch-Journal"] {
        let ground = Ground::new();
        ground.put(&format!("root/{name}/x.c"), "int width = 1;\n");
        ground.edit("**/*.c", &[]);
        assert_eq!(ground.read(&format!("root/{name}/x.c")), "int width = 1;\n", "{name:?}");
    }
}

/// Where a folder above is still to be made, the system tells only after that: too late for `check`.
#[test]
fn names_that_no_file_can_have() {
    let ground = Ground::new();
    let (most, more) = ("x".repeat(255), "x".repeat(256));
    untouched(&ground, |ground| {
        for path in [more.clone(), format!("new/{more}"), format!("{more}/new"), "deep/".repeat(819) + "x"] {
            for args in [&["--dry-run"][..], &[]] {
                let ran = ground.create(&path, args);
                assert!(matches!(ran.code, 1 | 2), "{}", ran.text);
            }
            assert!(matches!(ground.run(&["check", "mine.toml", "root"]).code, 1 | 2));
        }
    });
    ground.create(&format!("new/{most}"), &[]).exits(0);
}

#[test]
fn a_folder_that_looks_like_git_is_not_edited() {
    for name in ["git~1", ".git ", ".g\u{200c}it", ".g\u{ad}it"] {
        let ground = Ground::new();
        ground.put(&format!("root/{name}/x.c"), "int width = 1;\n");
        ground.edit("**/*.c", &[]);
        assert_eq!(ground.read(&format!("root/{name}/x.c")), "int width = 1;\n", "{name:?}");
    }
}

#[test]
fn the_git_of_a_submodule() {
    let ground = Ground::with_submodule();
    untouched(&ground, |ground| {
        for path in ["lib/.git", "lib/.git/config", ".git/modules/lib/config", ".git/modules/lib/hooks/post-checkout"] {
            assert_ne!(ground.create(path, &[]).code, 0, "{path}");
        }
    });
    ground.put("root/.git/modules/lib/x.c", "int width = 1;\n");
    ground.edit("**/*.c", &[]).exits(0);
    assert_eq!(ground.read("root/.git/modules/lib/x.c"), "int width = 1;\n");
    assert_eq!(ground.read("root/lib/lib.c"), "long width = 2;\n");
}

#[test]
fn a_new_file_beside_one_that_differs_in_case() {
    let ground = Ground::new();
    ground.put("root/Lib/x.c", "");
    untouched(&ground, |ground| {
        ground.create("Main.c", &[]).exits(1).tells("differs from main.c in case alone");
        let create = |path: &str| FileChange { path: path.into(), before: None, after: b"made".to_vec() };
        for changes in [vec![create("MAIN.C")], vec![create("lib/y.c")], vec![create("a/b.c"), create("a/B.c")]] {
            let error = write::apply(&ground.root(), &changes).unwrap_err();
            assert!(matches!(error, WriteError::Case { .. }), "{error}");
        }
    });
}

#[test]
fn files_that_differ_in_case_and_are_there_are_two_files() {
    let ground = Ground::new();
    ground.put("root/MAIN.c", "int width = 1;\n");
    if ground.read("root/main.c") == ground.read("root/MAIN.c") && ground.root().join("mAIN.C").exists() {
        return; // A file system that does not care for case: there is one file.
    }
    ground.edit("**/*.c", &[]).exits(0);
    assert_eq!([ground.read("root/main.c"), ground.read("root/MAIN.c")], ["long width = 1;\n"; 2]);
}
