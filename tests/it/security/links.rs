//! Symlinks, hard links, and things that are no files.

use crate::security::ground::{Ground, untouched};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use treepatch::checkout::Disk;
use treepatch::report::FileChange;
use treepatch::vfs::FileTree;
use treepatch::write::{self, WriteError};

fn change(path: &str) -> FileChange {
    FileChange { path: path.into(), before: Some(b"int width = 1;\n".to_vec()), after: b"long width = 1;\n".to_vec() }
}

#[test]
fn a_symlink_as_the_file() {
    let ground = Ground::new();
    ground.link("../outside/main.c", "root/link.c");
    ground.link("main.c", "root/near.c");
    untouched(&ground, |ground| {
        for name in ["link.c", "near.c"] {
            ground.edit(name, &[]).exits(1).tells("absent");
            let error = write::apply(&ground.root(), &[change(name)]).unwrap_err();
            assert!(error.to_string().contains("symlink"), "{error}");
        }
    });
}

#[test]
fn a_symlink_as_any_folder_above() {
    let ground = Ground::new();
    ground.put("root/real/deep/main.c", "int width = 1;\n");
    ground.link("../outside", "root/out");
    ground.link("real", "root/near");
    ground.link("deep", "root/real/nearer");
    untouched(&ground, |ground| {
        for path in ["out/main.c", "near/deep/main.c", "real/nearer/main.c"] {
            ground.edit(path, &[]).exits(1);
            let error = write::apply(&ground.root(), &[change(path)]).unwrap_err();
            assert!(error.to_string().contains("symlink"), "{error}");
        }
        for path in ["out/new.c", "near/deep/new.c", "out/new/new.c", "real/nearer/new.c"] {
            ground.create(path, &[]).exits(1).tells("symlink").tells("nothing was written");
            let create = FileChange { path: path.into(), before: None, after: b"made".to_vec() };
            let error = write::apply(&ground.root(), &[create]).unwrap_err();
            assert!(error.to_string().contains("symlink"), "{error}");
        }
    });
}

/// A gate that opens for `check` and is closed for `apply` would be a broken promise.
#[test]
fn every_command_says_the_same_of_a_new_file_behind_a_symlink() {
    let ground = Ground::new();
    ground.link("../outside", "root/out");
    ground.link("nowhere", "root/new.c");
    ground.pipe("root/pipe");
    untouched(&ground, |ground| {
        for path in ["out/new.c", "new.c", "pipe/new.c", "pipe"] {
            let said = ground.create(path, &[]).exits(1).tells("unreadable  one");
            let said = said.text.replace("nothing was", "nothing would be");
            for args in [&["check"][..], &["apply", "--dry-run"], &["apply", "--into", "copy"]] {
                let ran = ground.run(&[args, &["mine.toml", "root"]].concat()).exits(1);
                assert_eq!(ran.text.replace("nothing was", "nothing would be"), said, "{args:?}");
            }
        }
    });
}

/// `a/..` is not where `a` lies, if that is a symlink: a copy is asked for what the system would find.
#[test]
fn a_copy_of_a_symlink_that_leads_out_by_another() {
    let ground = Ground::new();
    ground.put("root/p/q/x", "");
    ground.put("secret", "secret");
    ground.link("../..", "root/p/q/up");
    ground.edit("*.c", &["--into", "first"]).exits(0);
    ground.link("p/q/up/../secret", "root/way");
    assert_eq!(ground.read("root/way"), "secret");
    untouched(&ground, |ground| {
        ground.edit("*.c", &["--into", "copy"]).exits(3).tells("way: is a symlink to p/q/up/../secret");
    });
    assert!(!ground.path("copy").exists());
}

#[test]
fn the_root_may_be_a_symlink_or_lie_behind_one() {
    let ground = Ground::new();
    ground.put("real/inner/main.c", "int width = 1;\n");
    ground.link("root", "alias");
    ground.link("real", "way");
    ground.edit("*.c", &["--dry-run"]).exits(0);
    for root in ["alias", "way/inner"] {
        ground.run(&["apply", "mine.toml", root]).exits(0).tells("1 file changed");
    }
    assert_eq!([ground.read("root/main.c"), ground.read("real/inner/main.c")], ["long width = 1;\n"; 2]);
}

/// The plan is made, then somebody puts a symlink where the file or a folder above it was.
#[test]
fn a_symlink_swapped_in_between_plan_and_write() {
    for swapped in ["src/deep/main.c", "src/deep", "src"] {
        let ground = Ground::new();
        ground.put("root/src/deep/main.c", "int width = 1;\n");
        ground.put("outside/src/deep/main.c", "int width = 1;\n");
        let disk = Disk::open(&ground.root()).unwrap();
        let path = "src/deep/main.c";
        let before = disk.read(path.as_ref()).unwrap();
        let planned = FileChange { path: path.into(), before: Some(before.to_vec()), after: b"changed".to_vec() };
        fs::rename(ground.path(&format!("root/{swapped}")), ground.path("moved")).unwrap();
        ground.link(ground.path(&format!("outside/{swapped}")).to_str().unwrap(), &format!("root/{swapped}"));
        untouched(&ground, |ground| {
            assert!(disk.read(path.as_ref()).unwrap_err().reason.contains("symlink"));
            let create = FileChange { path: "src/deep/new.c".into(), before: None, after: b"made".to_vec() };
            for change in [planned, create] {
                if swapped.ends_with(".c") && change.before.is_none() {
                    continue; // The folder is what it was.
                }
                let error = write::apply(&ground.root(), &[change]).unwrap_err();
                assert!(error.to_string().contains("symlink"), "{swapped}: {error}");
            }
        });
    }
}

/// A folder is taken for another again and again while files below it are written.
#[test]
fn a_folder_swapped_all_the_time() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let ground = Ground::new();
    ground.put("root/src/main.c", "int width = 1;\n");
    ground.put("outside/src/main.c", "int width = 1;\n");
    let (folder, aside) = (ground.path("root/src"), ground.path("aside"));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                fs::rename(&folder, &aside).unwrap();
                std::os::unix::fs::symlink(ground.path("outside/src"), &folder).unwrap();
                fs::remove_file(&folder).unwrap();
                fs::rename(&aside, &folder).unwrap();
            }
        });
        let (mut there, mut back) = (change("src/main.c"), change("src/main.c"));
        std::mem::swap(back.before.as_mut().unwrap(), &mut back.after);
        let mut written = 0;
        for _ in 0..300 {
            if write::apply(&ground.root(), std::slice::from_ref(&there)).is_ok() {
                std::mem::swap(&mut there, &mut back);
                written += 1;
            } else if write::unfinished(&ground.root()).unwrap().is_some() {
                // The folder was away while the file was to go back: that is told, and settled when it is there.
                while write::recover(&ground.root(), write::Direction::Undo).is_err() {}
            }
        }
        done.store(true, Ordering::Relaxed);
        println!("{written} of 300 runs met the folder");
    });
    assert_eq!(ground.read("outside/src/main.c"), "int width = 1;\n");
    assert_eq!(fs::read_dir(ground.path("outside/src")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(ground.path("root/src")).unwrap().count(), 1);
}

#[test]
fn another_file_swapped_in_between_plan_and_write() {
    let ground = Ground::new();
    ground.put("root/theirs.c", "int theirs;\n");
    fs::rename(ground.path("root/theirs.c"), ground.path("root/main.c")).unwrap();
    untouched(&ground, |ground| {
        let error = write::apply(&ground.root(), &[change("main.c")]).unwrap_err();
        assert!(matches!(error, WriteError::Changed(_)), "{error}");
    });
}

#[test]
fn other_hard_links_keep_the_old_bytes_and_are_reported() {
    let ground = Ground::new();
    fs::hard_link(ground.path("root/main.c"), ground.path("outside/other.c")).unwrap();
    ground.edit("*.c", &[]).exits(0).tells("main.c: its other hard links keep the old content");
    assert_eq!(ground.read("root/main.c"), "long width = 1;\n");
    assert_eq!(ground.read("outside/other.c"), "int width = 1;\n");
    assert_eq!(fs::metadata(ground.path("outside/other.c")).unwrap().nlink(), 1);
    fs::hard_link(ground.path("root/main.c"), ground.path("outside/again.c")).unwrap();
    ground.run(&["revert", "mine.toml", "root"]).exits(0).tells("main.c: its other hard links keep the old content");
    assert_eq!(ground.read("outside/again.c"), "long width = 1;\n");
}

/// The mode and the owner stay, and files that are not edited are not touched at all.
#[test]
fn what_a_file_has_beside_its_bytes() {
    let ground = Ground::new();
    ground.put("root/other.c", "int other;\n");
    let file = ground.path("root/main.c");
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    // Only root may give files away.
    let given = std::os::unix::fs::chown(&file, Some(12345), Some(54321)).is_ok();
    let other =
        || fs::metadata(ground.path("root/other.c")).map(|m| (m.ino(), m.mtime_nsec(), m.ctime_nsec())).unwrap();
    let (old, before) = (fs::metadata(&file).unwrap(), other());
    ground.edit("*.c", &[]).exits(0);
    let new = fs::metadata(&file).unwrap();
    assert_eq!(ground.read("root/main.c"), "long width = 1;\n");
    assert_eq!((new.mode(), new.uid(), new.gid()), (old.mode(), old.uid(), old.gid()));
    assert!(!given || (new.uid(), new.gid()) == (12345, 54321));
    assert_eq!(other(), before);
}

/// None of them is opened in a way that waits.
#[test]
fn pipes_sockets_and_devices() {
    let ground = Ground::new();
    ground.pipe("root/pipe.c");
    let _socket = UnixListener::bind(ground.path("root/socket.c")).unwrap();
    let mut names = vec!["pipe.c", "socket.c"];
    use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
    let device = mknodat(CWD, ground.path("root/zero.c"), FileType::CharacterDevice, Mode::RUSR, makedev(1, 5));
    names.extend(device.is_ok().then_some("zero.c"));
    untouched(&ground, |ground| {
        for name in names {
            ground.edit(name, &[]).exits(1).tells("absent");
            ground.create(name, &[]);
            let create = FileChange { path: name.into(), before: None, after: b"made".to_vec() };
            for change in [change(name), create] {
                assert!(write::apply(&ground.root(), &[change]).is_err(), "{name}");
            }
        }
    });
}

#[test]
fn pipes_where_the_program_keeps_or_looks_for_its_own() {
    for name in ["root/.treepatch-journal", "root/packages", "root/.git"] {
        let ground = Ground::new();
        ground.pipe(name);
        ground.edit("*.c", &[]);
    }
    let ground = Ground::new();
    ground.put("root/packages/one/x", "");
    ground.pipe("root/packages/one/spec");
    ground.edit("*.c", &[]).exits(0);
    let ground = Ground::new();
    ground.put("root/.treepatch-journal/x", "");
    ground.pipe("root/.treepatch-journal/journal");
    ground.edit("*.c", &[]).exits(3).tells("treepatch recover");
    ground.run(&["recover", "root"]).exits(3);
}

/// A file can claim any size and take none of the disk: nobody asks for so much memory.
#[test]
fn files_that_are_nothing_but_a_hole() {
    let ground = Ground::new();
    ground.hole("root/main.c");
    ground.edit("*.c", &[]).exits(1).tells("main.c");
    ground.create("main.c", &[]).exits(1);
    ground.edit("*.c", &["--into", "copy"]).exits(1);
    ground.hole("root/.treepatch-journal/journal");
    ground.run(&["recover", "root"]).exits(3).tells("journal");
    let journal = r#"{"treepatch_journal":1,"folders":[],"files":[{"path":"main.c","before":"a","after":"b"}]}"#;
    ground.put("root/.treepatch-journal/journal", journal);
    ground.run(&["recover", "root"]).exits(3).tells("main.c");
    ground.run(&["recover", "root", "--undo"]).exits(3).tells("main.c");
    let planned = change("main.c");
    fs::remove_dir_all(ground.path("root/.treepatch-journal")).unwrap();
    assert!(matches!(write::apply(&ground.root(), &[planned]), Err(WriteError::Changed(_))));
}
