//! What is written where the user says: a report into a tree of somebody else passes the gate.

use crate::security::ground::{Ground, untouched};

#[test]
fn a_report_is_not_written_through_a_symlink_of_the_tree() {
    let ground = Ground::new();
    ground.edit("*.c", &["--dry-run"]).exits(0);
    ground.link("../outside/main.c", "root/report.txt");
    ground.link("../outside", "root/reports");
    untouched(&ground, |ground| {
        for output in ["root/report.txt", "root/reports/new.txt", "root/../root/report.txt"] {
            for command in ["check", "apply"] {
                ground
                    .run(
                        &[command, "mine.toml", "root", "--dry-run", "-o", output]
                            [..if command == "check" { 3 } else { 4 }],
                    )
                    .exits(0);
                let args: Vec<&str> = [command, "mine.toml", "root", "-o", output].into();
                ground.run(&args).exits(3).tells("symlink");
            }
            ground.run(&["export", "mine.toml", "root", "-o", output, "--format", "diff"]).exits(3).tells("symlink");
            ground.run(&["revert", "mine.toml", "root", "--format", "json", "-o", output]).exits(3).tells("symlink");
        }
    });
}

#[test]
fn the_roots_own_alias_is_the_root() {
    let ground = Ground::new();
    ground.edit("*.c", &["--dry-run"]).exits(0);
    ground.link("../outside/main.c", "root/report.txt");
    ground.put("root/sub/x", "");
    ground.link("root", "alias");
    ground.link("root/sub", "inner");
    ground.link("../../outside/main.c", "root/sub/report.txt");
    untouched(&ground, |ground| {
        for output in ["alias/report.txt", "inner/report.txt", "root/sub/../report.txt"] {
            ground.run(&["check", "mine.toml", "root", "-o", output]).exits(3);
        }
    });
    ground.run(&["check", "mine.toml", "root", "-o", "alias/fresh.txt"]).exits(0);
    assert!(ground.read("root/fresh.txt").contains("applies"));
}

#[test]
fn a_report_does_not_go_into_git_nor_into_a_pipe_of_the_tree() {
    let ground = Ground::with_git();
    ground.edit("*.c", &["--dry-run"]).exits(0);
    ground.pipe("root/pipe");
    untouched(&ground, |ground| {
        for output in
            ["root/.git/config", "root/.git/hooks/post-checkout", "root/git~1", "root/pipe", "root/lib/.GIT/x"]
        {
            ground.run(&["check", "mine.toml", "root", "-o", output]).exits(3);
        }
        ground.run(&["check", "mine.toml", "root", "-o", "root"]).exits(2).tells("is a folder");
    });
}

#[test]
fn an_export_is_not_written_through_a_symlink_of_the_tree() {
    let ground = Ground::with_git();
    ground.edit("*.c", &["--dry-run"]).exits(0);
    ground.link("../outside", "root/patches");
    std::fs::create_dir(ground.path("empty")).unwrap();
    ground.link("../empty", "root/void");
    untouched(&ground, |ground| {
        for output in ["root/patches", "root/void", "root/void/deep", "root/.git/patches"] {
            ground.run(&["export", "mine.toml", "root", "--format", "quilt", "-o", output]).exits(3);
        }
    });
    ground.run(&["export", "mine.toml", "root", "--format", "quilt", "-o", "root/new/patches"]).exits(0);
    assert_eq!(ground.read("root/new/patches/series"), "0001-one.patch\n");
    ground.run(&["export", "mine.toml", "root", "--format", "quilt", "-o", "elsewhere"]).exits(0);
    assert_eq!(ground.read("elsewhere/series"), "0001-one.patch\n");
}

/// Outside of the tree the user's own symlinks are followed.
#[test]
fn elsewhere_the_users_word_counts() {
    let ground = Ground::new();
    ground.edit("*.c", &["--dry-run"]).exits(0);
    ground.put("mine/report.txt", "old");
    ground.link("mine/report.txt", "report.txt");
    ground.run(&["check", "mine.toml", "root", "-o", "report.txt"]).exits(0);
    assert!(ground.read("mine/report.txt").contains("applies") && ground.path("report.txt").is_symlink());
    ground.run(&["check", "mine.toml", "root", "-o", "/dev/stdout"]).exits(0).tells("applies");
}

/// Otherwise the report would take the place of what was patched a moment ago.
#[test]
fn a_report_does_not_go_onto_what_is_patched() {
    let ground = Ground::new();
    ground.edit("*.c", &["--dry-run"]).exits(0);
    ground.link("root", "alias");
    untouched(&ground, |ground| {
        for more in [&["-o", "root/main.c"][..], &["--format", "json", "-o", "alias/main.c"]] {
            ground.run(&[&["apply", "mine.toml", "root"], more].concat()).exits(2).tells("name another");
        }
    });
}

/// `..` leads where the user says, as the system has it. The tree's own symlinks are no way to anywhere.
#[test]
fn paths_that_lead_up() {
    let ground = Ground::new();
    ground.edit("*.c", &["--dry-run"]).exits(0);
    ground.put("root/sub/x", "");
    std::fs::create_dir(ground.path("aside")).unwrap();
    ground.link("root/sub", "inner");
    let absolute = |name: &str| ground.path(name).to_str().unwrap().to_owned();
    for (output, place) in [
        ("root/../x.diff".to_owned(), "x.diff"),
        ("root/sub/../../aside/x.diff".to_owned(), "aside/x.diff"),
        ("aside/../root/sub/../x.diff".to_owned(), "root/x.diff"),
        (absolute("aside/../aside/x.diff"), "aside/x.diff"),
        (absolute("root/../x.diff"), "x.diff"),
        // Behind the user's own symlink the folder above is that of its goal.
        ("inner/../x.diff".to_owned(), "root/x.diff"),
        ("inner/../../aside/x.diff".to_owned(), "aside/x.diff"),
    ] {
        for args in [&["check"][..], &["apply", "-n"], &["export", "--format", "diff"]] {
            ground.run(&[args, &["mine.toml", "root", "-o", &output]].concat()).exits(0);
            std::fs::remove_file(ground.path(place)).unwrap_or_else(|e| panic!("{output}: {e}"));
        }
    }
    let mut command = ground.command(&["export", "../mine.toml", ".", "--format", "quilt", "-o", "../patches"]);
    crate::security::ground::ran(command.current_dir(ground.root())).exits(0);
    assert_eq!(ground.read("patches/series"), "0001-one.patch\n");
    let mut command = ground.command(&["check", "../mine.toml", "--format", "json", "-o", "../x.json"]);
    crate::security::ground::ran(command.current_dir(ground.root())).exits(0);
    assert!(ground.read("x.json").contains("applies"));
    ground.link("../outside", "root/out");
    untouched(&ground, |ground| {
        for output in ["root/out/../x.diff", "root/out/../root/x.diff", "inner/../out/../x.diff"] {
            ground.run(&["check", "mine.toml", "root", "-o", output]).exits(3).tells("symlink");
            ground.run(&["export", "mine.toml", "root", "--format", "quilt", "-o", output]).exits(3).tells("symlink");
        }
        ground.run(&["check", "mine.toml", "root", "-o", "none/../x"]).exits(2).tells("is not there");
        ground.run(&["check", "mine.toml", "root", "-o", "root/sub/.."]).exits(2).tells("is a folder");
    });
}
