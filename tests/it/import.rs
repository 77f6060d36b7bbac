//! A pile of patches becomes a patchset: through the library, and through the program.

#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use treepatch::checkout::Disk;
use treepatch::import::{Imported, Original, Settings, import, series};
use treepatch::patchset::load;
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::render::quilt;
use treepatch::revert::{Assumed, revert};
use treepatch::vfs::{FileTree, MemoryTree};

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/import").join(name)
}

fn files(tree: &dyn FileTree) -> Files {
    tree.paths().iter().map(|path| (path.clone(), tree.read(path).unwrap().to_vec())).collect()
}

fn pile() -> Vec<Original> {
    let folder = testdata("patches");
    let text = std::fs::read_to_string(folder.join("series")).unwrap();
    let entries = series::read(&text, &|name| folder.join(name).is_file()).unwrap();
    let original = |entry: &series::Entry| {
        let bytes = std::fs::read(folder.join(&entry.file)).unwrap();
        let original = Original::read(&entry.file, &bytes, entry.strip).unwrap();
        Original { disabled: entry.disabled.clone(), ..original }
    };
    entries.iter().map(original).collect()
}

fn imported(pile: &[Original], tree: &Files) -> Imported {
    let settings = Settings { name: "queue".to_owned(), ..Settings::default() };
    import(pile, &MemoryTree::new(tree.clone()), &settings, &AtomicUsize::new(0))
}

fn one(name: &str, patch: &str, tree: &[(&str, &str)]) -> Imported {
    let tree = tree.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect();
    imported(&[Original::read(name, patch.as_bytes(), 1).unwrap()], &tree)
}

fn applied(text: &str, tree: &Files) -> Files {
    let set = load("queue.toml", text).unwrap();
    let plan = plan(&set, &MemoryTree::new(tree.clone()), &Options::default()).unwrap();
    assert!(!plan.is_refused(), "{:#?}", plan.reports);
    let mut out = tree.clone();
    out.extend(plan.changes().into_iter().map(|change| (change.path, change.after)));
    out
}

#[test]
fn a_series_is_carried_whole() {
    let tree = files(&Disk::open(&testdata("tree")).unwrap());
    let out = imported(&pile(), &tree);
    assert_eq!(out.losses, []);
    assert_eq!(out.unproven, None);
    assert_eq!((out.counts.patches, out.counts.whole, out.counts.letters, out.counts.as_text), (5, 5, 0, 0));
    let blessed = testdata("queue.toml");
    if std::env::var_os("TREEPATCH_BLESS").is_some() {
        std::fs::write(&blessed, out.text()).unwrap();
    }
    assert_eq!(out.text(), std::fs::read_to_string(blessed).unwrap());
    assert_eq!(imported(&pile(), &tree).text(), out.text());
}

#[test]
fn what_is_imported_does_what_patch_does_and_can_be_undone() {
    let tree = files(&Disk::open(&testdata("tree")).unwrap());
    let text = imported(&pile(), &tree).text();
    let after = applied(&text, &tree);
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in &tree {
        std::fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        std::fs::write(folder.path().join(path), bytes).unwrap();
    }
    for name in ["01-no-memory.patch", "0002-a-longer-queue.patch", "retry-longer.patch", "abort.patch"] {
        let patch = std::fs::File::open(testdata("patches").join(name)).unwrap();
        let mut program = std::process::Command::new("patch");
        let status = program.args(["-p1", "-F0", "-s"]).current_dir(folder.path()).stdin(patch).status().unwrap();
        assert!(status.success(), "{name}");
    }
    assert_eq!(after, files(&Disk::open(folder.path()).unwrap()));
    assert_eq!(applied(&text, &after), after);

    let set = load("queue.toml", &text).unwrap();
    let earlier = |path: &Path| tree.get(path).cloned();
    let back =
        revert(&set, &MemoryTree::new(after.clone()), &Options::default(), &Assumed { earlier: &earlier }).unwrap();
    let mut undone = after;
    undone.extend(back.plan.changes().into_iter().map(|change| (change.path, change.after)));
    back.removals.iter().for_each(|(path, _)| drop(undone.remove(path)));
    assert_eq!(undone, tree);
}

#[test]
fn a_tree_that_holds_the_series_gives_the_same_patchset() {
    let tree = files(&Disk::open(&testdata("tree")).unwrap());
    let text = imported(&pile(), &tree).text();
    let out = imported(&pile(), &applied(&text, &tree));
    assert_eq!(out.text(), text);
    assert!(out.notes[0].starts_with("the tree holds all 4 of the patches"), "{:?}", out.notes);
}

#[test]
fn an_exported_patch_says_what_the_original_said() {
    let tree = files(&Disk::open(&testdata("tree")).unwrap());
    let set = load("queue.toml", &imported(&pile(), &tree).text()).unwrap();
    let exported: Vec<Original> =
        set.patches[..2].iter().map(|patch| Original::read("x", &quilt(&set, patch, &[]), 1).unwrap()).collect();
    for (exported, original) in exported.iter().zip(pile()) {
        assert_eq!(exported.head, original.head);
    }
}

#[test]
fn what_cannot_be_carried_is_listed_and_the_rest_is_not_lost() {
    let patch = "--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-int a;\n+long a;\n\
                 diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n\
                 diff --git a/run b/run\nold mode 100644\nnew mode 100755\n\
                 diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+a.c\n\\ No newline at end of file\n\
                 diff --git a/p.png b/p.png\nnew file mode 100644\nBinary files /dev/null and b/p.png differ\n\
                 --- a/b.c\n+++ b/b.c\n@@ -1 +1 @@\n-int b;\n+long b;\n";
    let out = one("mixed.patch", patch, &[("a.c", "int a;\n"), ("b.c", "int other;\n"), ("x", "x\n"), ("run", "r\n")]);
    let losses: Vec<_> = out.losses.iter().map(|loss| (loss.file.as_str(), loss.line, loss.why.as_str())).collect();
    assert_eq!(
        losses,
        [
            ("y", None, "moving a file cannot be carried yet"),
            ("run", None, "that it becomes executable cannot be carried yet"),
            ("l", None, "a symlink cannot be carried"),
            ("p.png", None, "a binary file cannot be carried yet"),
            ("b.c", Some(25), "`patch` finds no place for this hunk, nor then for the file"),
        ]
    );
    assert_eq!(out.unproven, None);
    assert!(out.text().contains("+long a;"), "{}", out.text());
}

#[test]
fn a_submodule_that_moves_hides_nothing_of_the_tree() {
    let patch = "diff --git a/sub b/sub\nindex 1111111..2222222 160000\n--- a/sub\n+++ b/sub\n@@ -1 +1 @@\n\
                 -Subproject commit 1111111\n+Subproject commit 2222222\n\
                 diff --git a/a.c b/a.c\nindex 3333333..4444444 100644\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-int a;\n+long a;\n";
    for tree in ["int a;\n", "long a;\n"] {
        let out = one("moved.patch", patch, &[("a.c", tree)]);
        let losses: Vec<_> = out.losses.iter().map(|loss| (loss.file.as_str(), loss.why.as_str())).collect();
        assert_eq!(losses, [("sub", "a submodule cannot be carried")], "{tree}");
        assert!(out.text().contains("+long a;"), "{}", out.text());
    }
}

#[test]
fn files_have_names_of_any_kind() {
    let patch = "--- \"a/a [1] {x}.c\"\n+++ \"b/a [1] {x}.c\"\n@@ -1 +1 @@\n-int a;\n+long a;\n";
    let out = one("names.patch", patch, &[("a [1] {x}.c", "int a;\n"), ("a 1 x.c", "int a;\n")]);
    assert_eq!((out.losses.len(), out.unproven.as_deref()), (0, None));
    assert!(out.text().contains("files = [\"a [[]1[]] [{]x[}].c\"]"), "{}", out.text());
}

#[test]
fn fuzz_is_asked_for_and_told() {
    let patch = "--- a/a.c\n+++ b/a.c\n@@ -1,3 +1,3 @@\n int x;\n-int a;\n+long a;\n int c;\n";
    let tree: &[(&str, &str)] = &[("a.c", "int z;\nint a;\nint c;\n")];
    assert_eq!(one("fuzzy.patch", patch, tree).losses.len(), 1);
    let files = tree.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
    let settings = Settings { name: "x".to_owned(), fuzz: 1, ..Settings::default() };
    let pile = [Original::read("fuzzy.patch", patch.as_bytes(), 1).unwrap()];
    let out = import(&pile, &MemoryTree::new(files), &settings, &AtomicUsize::new(0));
    assert_eq!((out.losses.len(), out.unproven.as_deref()), (0, None));
    assert_eq!(out.notes, ["fuzzy.patch:3: fits a.c with fuzz 1 alone"]);
}

fn program() -> Command {
    Command::cargo_bin("treepatch").unwrap()
}

#[test]
fn the_program_writes_a_folder_that_applies_and_reverts() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let tree = files(&Disk::open(&testdata("tree")).unwrap());
    for (path, bytes) in &tree {
        std::fs::create_dir_all(at("tree").join(path).parent().unwrap()).unwrap();
        std::fs::write(at("tree").join(path), bytes).unwrap();
    }
    let import = |out: &str| {
        let mut run = program();
        run.arg("import").arg(testdata("patches")).args(["--tree", "tree", "-o", out]);
        run.current_dir(folder.path()).assert().success();
    };
    import("stack/");
    assert!(at("stack/patches/0001-no-memory.toml").is_file());
    for command in ["apply", "revert", "apply"] {
        let mut run = program();
        run.args([command, "stack/patchset.toml", "tree"]).current_dir(folder.path()).assert().success();
    }
    assert_ne!(files(&Disk::open(&at("tree")).unwrap()), tree);
    // The tree holds the series now.
    import("one.toml");
    assert_eq!(std::fs::read_to_string(at("one.toml")).unwrap().matches("[[patch]]").count(), 6);
    let mut run = program();
    run.args(["check", "one.toml", "tree", "--require", "applied"]).current_dir(folder.path()).assert().success();
}

#[test]
fn wrong_input_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    write("none.patch", "No diff.\n");
    write("short.patch", "--- a/x\n+++ b/x\n@@ -1,9 +1 @@\n-a\n+b\n");
    write("series", "none.patch --what\n");
    let cases = [
        ("none.patch", "none.patch: no diff stands in it"),
        ("short.patch", "short.patch:3: the hunk is shorter than its `@@` line says"),
        ("series", "series:1: `--what` is not understood: `-pN` and `-R` are"),
        ("empty", "empty: the folder has no `series` file; name the patch files, or two folders to compare"),
        ("missing.patch", "missing.patch: cannot be read: No such file or directory (os error 2)"),
    ];
    for (source, said) in cases {
        let run = program().args(["import", source]).current_dir(folder.path()).assert().code(2);
        let told = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(told.contains(said), "{source}: {told}");
    }
}
