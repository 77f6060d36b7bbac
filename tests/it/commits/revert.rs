//! The way back: of files, and of commits.

use crate::commits::ground::Ground;

/// A patchset of one patch.
fn patchset(body: &str) -> String {
    format!(
        "format = 1\n[patchset]\nname = \"one\"\ntitle = \"One\"\n[[patch]]\nid = \"one\"\ntitle = \"one: a patch\"\n\
         why = \"So.\"\nfiles = [\"*.c\"]\n{body}\n"
    )
}

#[test]
fn what_was_applied_is_taken_out_again() {
    let ground = Ground::new();
    let before = ground.everything("root");
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
    assert!(ground.everything("root") != before);
    let ran = ground.run(&["revert", "mine.toml", "root"]).exits(0);
    insta::assert_snapshot!(ran.stderr, @r"
    reverted  notes  1 site
    reverted  limit  1 site
    reverted  width  3 sites

    4 files changed
    1 file removed
    ");
    assert!(ground.everything("root") == before);
    assert!(!ground.path("root/lib/doc").exists());
    ground.run(&["revert", "mine.toml", "root"]).exits(0).tells("nothing to do");
    assert!(ground.everything("root") == before);
}

/// git expects the folder of a submodule that is not initialised, be it empty.
#[test]
fn the_folder_of_an_empty_submodule_stays() {
    let ground = Ground::new();
    let set = patchset("").replace("files = [\"*.c\"]\n", "create = \"lib/new/file.c\"\ncontent = \"int x;\\n\"\n");
    ground.put("one.toml", &set);
    ground.git(".", &["clone", "-q", "root", "bare"]);
    let status = ground.git("bare", &["status", "--porcelain"]);
    for _ in 0..2 {
        // The folder is for the submodule: treepatch itself makes nothing there.
        ground.run(&["apply", "one.toml", "bare"]).exits(1).tells("the submodule lib is not initialised");
        ground.put("bare/lib/new/file.c", "int x;\n");
        ground.run(&["revert", "one.toml", "bare"]).exits(0);
        assert!(ground.path("bare/lib").exists() && !ground.path("bare/lib/new").exists());
        assert_eq!(ground.git("bare", &["status", "--porcelain"]), status);
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    let ground = Ground::new();
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
    let before = ground.everything("root");
    ground.run(&["revert", "mine.toml", "root", "--dry-run"]).exits(0).tells("would change").tells("would be removed");
    assert!(ground.everything("root") == before);
}

#[test]
fn one_patch_can_be_taken_out_alone() {
    let ground = Ground::new();
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
    ground.run(&["revert", "mine.toml", "root", "--only", "limit"]).exits(0);
    assert_eq!(ground.read("root/lib/limit.c"), "#define LIMIT 10\n");
    assert_eq!(ground.read("root/main.c"), "int before;\nlong width = 1;\nint after;\n");
    assert_eq!(ground.read("root/lib/doc/patched.txt"), "patched\n");
}

#[test]
fn patches_on_top_of_each_other_go_the_last_one_first() {
    let ground = Ground::new();
    let set = patchset("diff = '''\n-int a = $x;\n+long a = $x;\n'''")
        + "[[patch]]\nid = \"two\"\ntitle = \"two: another\"\nwhy = \"So.\"\nfiles = [\"*.c\"]\nneeds = [\"one\"]\n\
           diff = '''\n long a = $x;\n+int b;\n'''\n";
    ground.put("one.toml", &set);
    ground.put("root/a.c", "int a = 5;   /* kept */\nint end;\n");
    ground.run(&["apply", "one.toml", "root"]).exits(0);
    assert_eq!(ground.read("root/a.c"), "long a = 5;   /* kept */\nint b;\nint end;\n");
    ground.run(&["revert", "one.toml", "root"]).exits(0);
    assert_eq!(ground.read("root/a.c"), "int a = 5;   /* kept */\nint end;\n");
}

#[test]
fn a_patch_that_a_later_one_amends_is_taken_out_too() {
    let ground = Ground::new();
    let set = patchset("expect = \"any\"\ndiff = '''\n int a;\n+int b;\n'''")
        + "[[patch]]\nid = \"two\"\ntitle = \"two: another\"\nwhy = \"So.\"\nfiles = [\"*.c\"]\namends = \"one\"\n\
           diff = '''\n-int a;\n+long a;\n'''\n";
    ground.put("one.toml", &set);
    ground.put("root/a.c", "int a;\nint end;\n");
    ground.run(&["apply", "one.toml", "root"]).exits(0);
    assert_eq!(ground.read("root/a.c"), "long a;\nint b;\nint end;\n");
    ground.run(&["revert", "one.toml", "root"]).exits(0);
    assert_eq!(ground.read("root/a.c"), "int a;\nint end;\n");
}

#[test]
fn what_was_edited_since_stays() {
    let ground = Ground::new();
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
    ground.put("root/lib/doc/patched.txt", "patched, and more\n");
    let before = ground.everything("root");
    ground.run(&["revert", "mine.toml", "root"]).exits(1).tells("lib/doc/patched.txt was edited since");
    assert!(ground.everything("root") == before);
    let ground = Ground::new();
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
    ground.put("root/lib/limit.c", "#define LIMIT 30\n");
    ground.run(&["revert", "mine.toml", "root"]).exits(1).tells("drifted: limit");
}

#[test]
fn hunks_of_different_files_go_back_together() {
    let ground = Ground::new();
    let hunk = |files: &str, before: &str, after: &str| {
        format!("[[patch.hunk]]\nfiles = [\"{files}\"]\nexpect = \"1..\"\ndiff = '''\n-{before}\n+{after}\n'''\n")
    };
    let hunks = hunk("a.c", "int a;", "long a;") + &hunk("b.c", "int b;", "long b;");
    ground.put("one.toml", &patchset("").replace("files = [\"*.c\"]\n", &hunks));
    ground.put("root/a.c", "int a;\n");
    ground.put("root/b.c", "int b;\n");
    let ran = ground.run(&["apply", "one.toml", "root"]).exits(0);
    assert!(!ran.stderr.contains("not reversible"), "{}", ran.stderr);
    assert_eq!(ground.read("root/b.c"), "long b;\n");
    ground.run(&["revert", "one.toml", "root"]).exits(0);
    assert_eq!((ground.read("root/a.c"), ground.read("root/b.c")), ("int a;\n".to_owned(), "int b;\n".to_owned()));
}

/// `apply` says what cannot be undone, and `revert` refuses it.
#[track_caller]
fn is_one_way(body: &str, code: &str, why: &str) {
    let ground = Ground::new();
    ground.put("one.toml", &patchset(body));
    ground.put("root/a.c", code);
    ground.run(&["apply", "one.toml", "root"]).exits(0).tells("not reversible").tells(why);
    assert_ne!(ground.read("root/a.c"), code);
    let before = ground.everything("root");
    ground.run(&["revert", "one.toml", "root"]).exits(1).tells("not reversible").tells("nothing was written");
    assert!(ground.everything("root") == before);
}

#[test]
fn what_is_lost_does_not_come_back() {
    is_one_way(
        "diff = '''\n-int a = $x;\n+int a = 0;\n'''",
        "int a = 5;\n",
        "what `$x` stands for is on `-` lines alone",
    );
    is_one_way("diff = '''\n-int a[] = { $... };\n+int a[] = { 1 };\n'''", "int a[] = { 2, 3 };\n", "an ellipsis");
    is_one_way(
        "diff = '''\n-int $name;\n+int my_${name};\n+int $name;\n'''\nwhere.name.text = \"a\"",
        "int a;\n",
        "a name is put together",
    );
}

/// Of these nothing is found afterwards: that they were put in is told by what the file was.
#[test]
fn what_leaves_nothing_behind_is_not_called_not_there() {
    let free = "diff = '''\n-log_($...all);\n'''\nexpect = \"any\"";
    let code = "void f(void)\n{\n\tlog_(\"one\");\n\twork();\n}\n";
    is_one_way(free, code, "what `$all` stands for is on `-` lines alone");
    let ground = Ground::new();
    ground.put("one.toml", &patchset(free));
    ground.put("root/a.c", "void f(void)\n{\n\twork();\n}\n");
    let ran = ground.run(&["revert", "one.toml", "root"]).exits(0);
    assert!(ran.stderr.contains("not there"), "{}", ran.stderr);
}

const TAKEN_AWAY: &str = "diff = '''\n int keep;\n-int a = 5;\n'''";

/// A release with `a.c` in it, and a patchset that takes away what is between `int keep;` and `int end;`.
fn spaced(code: &str) -> Ground {
    let ground = Ground::new();
    ground.put("one.toml", &patchset(TAKEN_AWAY));
    ground.put("root/a.c", code);
    ground
}

#[test]
fn spacing_that_the_repository_knows_is_not_lost_in_silence() {
    let ground = spaced("int keep;\nint   a =   5;\nint end;\n");
    ground.git("root", &["add", "a.c"]);
    ground.git("root", &["commit", "-q", "-m", "third"]);
    ground.run(&["apply", "one.toml", "root"]).exits(0).tells("not reversible: a.c would not be what it was");
    let before = ground.everything("root");
    let ran = ground.run(&["revert", "one.toml", "root"]).exits(1).tells("nothing was written");
    ran.tells("not reversible: a.c would not be what HEAD has, byte for byte; `git checkout` puts that back");
    assert!(ground.everything("root") == before);
    // With commits nothing is lost, and nothing is said.
    ground.git("root", &["checkout", "-q", "a.c"]);
    let ran = ground.run(&["apply", "one.toml", "root", "--commit"]).exits(0);
    assert!(!ran.stderr.contains("not reversible"), "{}", ran.stderr);
    ground.run(&["revert", "one.toml", "root", "--commit"]).exits(0);
    assert_eq!(ground.read("root/a.c"), "int keep;\nint   a =   5;\nint end;\n");
}

#[test]
fn spacing_that_the_repository_knows_to_be_the_patchs_comes_back() {
    let ground = spaced("int keep;\nint a = 5;\nint end;\n");
    ground.git("root", &["add", "a.c"]);
    ground.git("root", &["commit", "-q", "-m", "third"]);
    let applied = ground.run(&["apply", "one.toml", "root"]).exits(0);
    let ran = ground.run(&["revert", "one.toml", "root"]).exits(0);
    assert!(!applied.stderr.contains("note") && !ran.stderr.contains("note"), "{}{}", applied.stderr, ran.stderr);
    assert_eq!(ground.git("root", &["status", "--porcelain"]), "");
}

#[test]
fn spacing_that_the_record_knows_is_not_lost_in_silence() {
    let ground = spaced("int keep;\nint   a =   5;\nint end;\n");
    ground.run(&["apply", "one.toml", "root"]).exits(0);
    let ran = ground.run(&["revert", "one.toml", "root"]).exits(1).tells("nothing was written");
    ran.tells("not reversible: a.c would not be what it was before, byte for byte; with `--assume-applied one`");
    ground.run(&["revert", "one.toml", "root", "--assume-applied", "one"]).exits(0);
    assert_eq!(ground.read("root/a.c"), "int keep;\nint a = 5;\nint end;\n");
    assert!(!ground.path("root/.treepatch-record").exists());
}

#[test]
fn spacing_that_nobody_knows_is_told() {
    let ground = spaced("int keep;\nint   a =   5;\nint end;\n");
    let ran = ground.run(&["apply", "one.toml", "root", "--no-record"]).exits(0);
    ran.tells("not reversible: a.c would not be what it was");
    let ran = ground.run(&["revert", "one.toml", "root", "--assume-applied", "one"]).exits(0);
    ran.tells("note: what comes back in a.c is spaced as the patch shows it; how it was spaced nobody knows");
    assert_eq!(ground.read("root/a.c"), "int keep;\nint a = 5;\nint end;\n");
    // One token for another leaves the blanks where they are.
    let ground = Ground::new();
    ground.put("one.toml", &patchset("diff = '''\n-int a = $x;\n+long a = $x;\n'''"));
    ground.put("plain/a.c", "int   a =   5;\n");
    ground.run(&["apply", "one.toml", "plain"]).exits(0);
    let ran = ground.run(&["revert", "one.toml", "plain"]).exits(0);
    assert!(!ran.stderr.contains("note"), "{}", ran.stderr);
    assert_eq!(ground.read("plain/a.c"), "int   a =   5;\n");
}

#[test]
fn commits_are_undone_by_commits() {
    let ground = Ground::new();
    let trees = || ["root/lib/deep", "root/lib", "root"].map(|f| ground.git(f, &["ls-tree", "-r", "HEAD"]));
    let files =
        || trees().map(|t| t.lines().filter(|l| !l.starts_with("160000")).map(str::to_owned).collect::<Vec<_>>());
    let before = files();
    ground.commit(&[]).exits(0);
    assert!(files() != before);
    ground.run(&["revert", "mine.toml", "root", "--commit"]).exits(0).tells("lib: 4 commits on a detached head");
    assert!(files() == before);
    ground.is_sound("root");
    assert!(!ground.path("root/lib/doc").exists());
    assert_eq!(
        ground.log("root/lib")[..4],
        [
            "Revert \"My patches\": move 1 submodule",
            "Revert \"numbers: give the width 64 bits\"",
            "Revert \"limits: a higher limit\"",
            "Revert \"lib: say what was changed\"",
        ]
    );
    insta::assert_snapshot!(ground.git("root", &["log", "-1", "--format=%B"]).trim_end(), @r#"
    Revert "My patches": move 1 submodule

    lib: without 3 patches
        numbers: give the width 64 bits
        limits: a higher limit
        lib: say what was changed

    Treepatch-Patchset: mine
    Treepatch-Submodule: lib
    "#);
    ground.run(&["revert", "mine.toml", "root", "--commit"]).exits(0).tells("nothing to do");
    // And in again.
    ground.commit(&[]).exits(0);
    ground.is_sound("root");
    ground.run(&["revert", "mine.toml", "root", "--commit"]).exits(0);
    assert!(files() == before);
}

#[test]
fn repositories_that_are_no_submodules_are_found_too() {
    // Two of them side by side in a folder that is none, and one in the other that knows nothing of it.
    let ground = Ground::new();
    std::fs::create_dir(ground.path("both")).unwrap();
    ground.git("both", &["clone", "-q", "../deep", "deep"]);
    ground.git("both", &["clone", "-q", "../lib", "lib"]);
    ground.git("both/lib", &["clone", "-q", "../../deep", "inner"]);
    let files = ["both/deep/deep.c", "both/lib/lib.c", "both/lib/inner/deep.c"].map(|f| (f, ground.read(f)));
    let args = ["mine.toml", "both", "--only", "width"];
    ground.run(&[&["apply"], &args[..], &["--commit"]].concat()).exits(0);
    let told = ground.run(&[&["check"], &args[..]].concat()).exits(0).stdout;
    let each = ["deep", "lib", "lib/inner"].map(|folder| {
        let id = ground.git(&format!("both/{folder}"), &["rev-parse", "HEAD"]);
        format!("{} in {folder}", &id[..12])
    });
    assert!(told.contains(&format!("note: applied by treepatch: {}\n", each.join(", "))), "{told}");
    ground.run(&[&["revert"], &args[..], &["--commit"]].concat()).exits(0);
    for (file, text) in files {
        assert_eq!(ground.read(file), text, "{file}");
    }
    assert_eq!(ground.log("both/lib/inner").len(), 3);
}

#[test]
fn squashed_commits_are_undone_too() {
    let ground = Ground::new();
    ground.run(&["apply", "mine.toml", "root", "--commit=squash"]).exits(0);
    let args = ["revert", "mine.toml", "root", "--commit"];
    ground.run(&[&args[..], &["--only", "limit"]].concat()).exits(3).tells("holds other patches, too");
    ground.run(&args).exits(0);
    ground.is_sound("root");
    assert_eq!(ground.read("root/lib/lib.c"), "int width = 2;\n");
}

#[test]
fn later_work_stays_or_is_named() {
    let ground = Ground::new();
    ground.commit(&[]).exits(0);
    ground.put("root/main.c", "int before;\nlong width = 1;\nint after;\n\n\n\n\nint more;\n");
    ground.git("root", &["commit", "-q", "-am", "more"]);
    ground.run(&["revert", "mine.toml", "root", "--commit", "--only", "width"]).exits(0);
    assert_eq!(ground.read("root/main.c"), "int before;\nint width = 1;\nint after;\n\n\n\n\nint more;\n");
    assert_eq!(ground.read("root/lib/limit.c"), "#define LIMIT 20\n");
    ground.is_sound("root");

    let ground = Ground::new();
    ground.commit(&[]).exits(0);
    ground.put("root/main.c", "int before;\nlong width = 7;\nint after;\n");
    ground.git("root", &["commit", "-q", "-am", "seven"]);
    let before = ground.everything("root");
    let ran = ground.run(&["revert", "mine.toml", "root", "--commit"]).exits(3);
    ran.tells("main.c: later work changed what").tells("nothing was written");
    assert!(ground.everything("root") == before);
}

/// A commit that says it is treepatch's, and takes out what treepatch never makes.
#[test]
fn symlinks_and_executables_do_not_come_back_as_plain_files() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let make = |name: &str, ground: &Ground| match name {
        "link" => symlink("main.c", ground.path("root/link")).unwrap(),
        name => {
            ground.put(&format!("root/{name}"), "text\n");
            let executable = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(ground.path(&format!("root/{name}")), executable).unwrap();
        }
    };
    for name in ["link", "run"] {
        let ground = Ground::new();
        make(name, &ground);
        ground.git("root", &["add", name]);
        ground.git("root", &["commit", "-q", "-m", "third"]);
        ground.git("root", &["rm", "-q", name]);
        let message = "gone\n\nTreepatch-Patchset: mine\nTreepatch-Patch: width 123456789012\n";
        ground.git("root", &["commit", "-q", "-m", message]);
        let before = ground.everything("root");
        ground.run(&["revert", "mine.toml", "root", "--commit"]).exits(3).tells("git revert");
        assert!(ground.everything("root") == before, "{name}");
    }
}
