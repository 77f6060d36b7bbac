//! Two runs at once, and somebody who edits meanwhile.

use crate::security::ground::Ground;
use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use treepatch::report::FileChange;
use treepatch::write;

/// One of them writes; the other waits for nothing, and either finds nothing to do or is refused.
#[test]
fn two_runs_on_one_tree() {
    let mut refused = 0;
    for _ in 0..60 {
        let ground = Ground::new();
        for n in 0..10 {
            ground.put(&format!("root/src/{n}.c"), "int width = 1;\n");
        }
        ground.edit("**/*.c", &["--dry-run"]).exits(0);
        let start = || {
            let mut command = ground.command(&["apply", "mine.toml", "root"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let ends = [start(), start()].map(|child| child.wait_with_output().unwrap());
        let mut codes = Vec::new();
        for end in &ends {
            let told = String::from_utf8_lossy(&end.stderr);
            codes.push(end.status.code().unwrap());
            if end.status.code() != Some(0) {
                refused += 1;
                assert_eq!(end.status.code(), Some(3), "{told}");
                let why = ["another run of treepatch is writing here", "was changed by somebody else"];
                assert!(why.iter().any(|why| told.contains(why)), "{told}");
            }
        }
        assert!(codes.contains(&0), "{codes:?}");
        for n in 0..10 {
            assert_eq!(ground.read(&format!("root/src/{n}.c")), "long width = 1;\n");
        }
        assert!(!ground.path("root/.treepatch-journal").exists());
    }
    println!("{refused} of 120 runs were refused");
}

/// Somebody replaces the file, as editors do, while it is patched: nothing of theirs is ever lost.
#[test]
fn somebody_who_saves_the_file_meanwhile() {
    let ground = Ground::new();
    let file = ground.path("root/main.c");
    let saved = |n: usize| format!("int width = 1;\n// {n}\n");
    for round in 0..100 {
        fs::write(&file, "int width = 1;\n").unwrap();
        let change = FileChange {
            path: "main.c".into(),
            before: Some(b"int width = 1;\n".to_vec()),
            after: b"long width = 1;\n".to_vec(),
        };
        let root = ground.root();
        std::thread::scope(|scope| {
            let theirs = scope.spawn(|| {
                let draft = ground.path("draft");
                fs::write(&draft, saved(round)).unwrap();
                fs::rename(draft, &file).unwrap();
            });
            let ours = write::apply(&root, &[change]);
            theirs.join().unwrap();
            // Whoever was last: if it was we, then we saw theirs, and there is an error.
            if fs::read_to_string(&file).unwrap() != saved(round) {
                panic!("round {round}: what they saved is lost; the run says {ours:?}");
            }
        });
        if write::unfinished(&root).unwrap().is_some() {
            fs::remove_dir_all(ground.path("root/.treepatch-journal")).unwrap();
        }
    }
}

/// What is only told is of one moment, too: not of the half of another run's work.
#[test]
fn somebody_who_saves_a_file_while_it_is_looked_at() {
    let ground = Ground::new();
    ground.edit("*.c", &["--dry-run"]).exits(0);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in (0..).take_while(|_| !is_done.load(Ordering::Relaxed)) {
                ground.put("draft", &format!("int width = 1;\n// {n}\n"));
                fs::rename(ground.path("draft"), ground.path("root/main.c")).unwrap();
            }
        });
        // Mostly he saves it between the first look and the last; not where he is not given the time.
        let refused = |args: &[&str]| {
            let _ = fs::remove_dir_all(ground.path("series"));
            let ran = ground.run(args);
            ran.code == 3 && ran.text.contains("was changed by somebody else")
        };
        let told = [
            &["check", "mine.toml", "root"][..],
            &["apply", "mine.toml", "root", "--dry-run"],
            &["export", "mine.toml", "root", "--format", "quilt", "-o", "series"],
        ]
        .map(|args| (0..300).any(|_| refused(args)));
        is_done.store(true, Ordering::Relaxed);
        assert_eq!(told, [true; 3]);
    });
    assert!(!ground.path("series").exists());
}

/// Somebody puts a symlink wherever a folder of ours appears, at once: nothing is written where that leads.
#[test]
fn somebody_who_puts_symlinks_in_place_of_our_folders() {
    for (ours, command) in [
        ("root/.treepatch-journal", &["apply", "mine.toml", "root", "--commit"][..]),
        (".copy.treepatch-copy", &["apply", "mine.toml", "root", "--into", "copy"]),
        (".series.treepatch-copy", &["export", "mine.toml", "root", "--format", "quilt", "-o", "series"]),
    ] {
        let ground = Ground::with_git();
        ground.edit("*.c", &["--dry-run"]).exits(0);
        fs::create_dir(ground.path("outside/tree")).unwrap();
        fs::copy(ground.path("root/.git/index"), ground.path("outside/index")).unwrap();
        let outside = || {
            let mut all = ground.everything();
            all.retain(|(path, _, _)| path.starts_with(ground.path("outside")));
            all
        };
        let before = outside();
        let mut run = ground.command(command).stderr(Stdio::null()).spawn().unwrap();
        let swapped = loop {
            if fs::rename(ground.path(ours), ground.path("away")).is_ok() {
                std::os::unix::fs::symlink(ground.path("outside"), ground.path(ours)).unwrap();
                break true;
            }
            if run.try_wait().unwrap().is_some() {
                break false;
            }
        };
        run.wait().unwrap();
        assert!(outside() == before, "{command:?} wrote elsewhere");
        println!("{}: swapped: {swapped}", command[0]);
    }
}

/// Somebody adds to the file, in place, before the run looks for the last time.
#[test]
fn somebody_who_has_the_file_open() {
    let ground = Ground::new();
    let file = ground.path("root/main.c");
    let mut open = fs::OpenOptions::new().append(true).open(&file).unwrap();
    let planned = fs::read(&file).unwrap();
    open.write_all(b"// more\n").unwrap();
    let change = FileChange { path: "main.c".into(), before: Some(planned), after: b"ours".to_vec() };
    assert!(write::apply(&ground.root(), &[change]).is_err());
    assert_eq!(ground.read("root/main.c"), "int width = 1;\n// more\n");
}
