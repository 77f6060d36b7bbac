//! The room that writes: all files or none, and only files that the gate lets through.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use treepatch::checkout::Root;
use treepatch::patchset::STATE;
use treepatch::report::FileChange;
use treepatch::write::{self, Direction, Lock, WriteError};

fn checkout(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn change(path: &str, before: &str, after: &str) -> FileChange {
    FileChange { path: path.into(), before: Some(before.into()), after: after.into() }
}

fn creation(path: &str, after: &str) -> FileChange {
    FileChange { path: path.into(), before: None, after: after.into() }
}

fn read(dir: &tempfile::TempDir, path: &str) -> String {
    fs::read_to_string(dir.path().join(path)).unwrap()
}

/// Every file and folder below the root but git's, with its bytes.
fn everything(dir: &Path) -> Vec<(String, Option<Vec<u8>>)> {
    let mut all = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
            let is_folder = path.symlink_metadata().unwrap().is_dir();
            all.push((name, if is_folder { None } else { fs::read(&path).ok() }));
            if is_folder && path.file_name().unwrap() != ".git" {
                folders.push(path);
            }
        }
    }
    all.sort();
    all
}

fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git").current_dir(dir).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn files_are_changed_and_made() {
    let dir = checkout(&[("a.go", "old"), ("src/b.c", "old b"), ("src/c.c", "untouched")]);
    let changes = [change("a.go", "old", "new"), change("src/b.c", "old b", "new b"), creation("x/y/z.c", "made")];
    let written = write::apply(dir.path(), &changes).unwrap();
    assert_eq!(written.files.len(), 3);
    assert_eq!([read(&dir, "a.go"), read(&dir, "src/b.c"), read(&dir, "x/y/z.c")], ["new", "new b", "made"]);
    assert_eq!(read(&dir, "src/c.c"), "untouched");
    assert!(!dir.path().join(STATE).exists());
}

#[test]
fn the_mode_stays() {
    let dir = checkout(&[("run.c", "old"), ("secret.c", "old")]);
    fs::set_permissions(dir.path().join("run.c"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(dir.path().join("secret.c"), fs::Permissions::from_mode(0o600)).unwrap();
    write::apply(dir.path(), &[change("run.c", "old", "new"), change("secret.c", "old", "new")]).unwrap();
    let mode = |name| fs::metadata(dir.path().join(name)).unwrap().mode() & 0o7777;
    assert_eq!([mode("run.c"), mode("secret.c")], [0o755, 0o600]);
}

#[test]
fn a_file_that_somebody_changed_meanwhile_stops_everything() {
    let dir = checkout(&[("a.go", "old"), ("b.go", "theirs")]);
    let before = everything(dir.path());
    let error = write::apply(dir.path(), &[change("a.go", "old", "new"), change("b.go", "old", "new")]).unwrap_err();
    assert!(matches!(&error, WriteError::Changed(path) if path == Path::new("b.go")), "{error}");
    assert_eq!(everything(dir.path()), before);
}

#[test]
fn a_new_file_replaces_nothing() {
    let dir = checkout(&[("a.go", "old"), ("n.go", "theirs")]);
    let before = everything(dir.path());
    let error = write::apply(dir.path(), &[change("a.go", "old", "new"), creation("n.go", "ours")]).unwrap_err();
    assert!(matches!(error, WriteError::Changed(_)), "{error}");
    assert_eq!(everything(dir.path()), before);
}

#[test]
fn a_file_that_vanished_stops_everything() {
    let dir = checkout(&[("a.go", "old")]);
    let error = write::apply(dir.path(), &[change("a.go", "old", "new"), change("b.go", "old", "new")]).unwrap_err();
    assert!(matches!(error, WriteError::Changed(_)), "{error}");
    assert_eq!(read(&dir, "a.go"), "old");
}

#[test]
fn one_file_is_changed_once() {
    let dir = checkout(&[("a.go", "old")]);
    let error = write::apply(dir.path(), &[change("a.go", "old", "new"), change("a.go", "old", "other")]).unwrap_err();
    assert!(matches!(error, WriteError::Twice(_)), "{error}");
    assert_eq!(read(&dir, "a.go"), "old");
}

#[test]
fn symlinks_are_not_written_through() {
    let outside = checkout(&[("secret", "old"), ("dir/f.go", "old")]);
    let dir = checkout(&[("real/f.go", "old")]);
    symlink(outside.path().join("secret"), dir.path().join("file.go")).unwrap();
    symlink(outside.path().join("dir"), dir.path().join("dir")).unwrap();
    symlink("real", dir.path().join("inner")).unwrap();
    symlink(outside.path().join("nothing"), dir.path().join("dangling.go")).unwrap();
    let all = [
        change("file.go", "old", "new"),
        change("dir/f.go", "old", "new"),
        change("inner/f.go", "old", "new"),
        creation("dir/made.go", "new"),
        creation("dangling.go", "new"),
    ];
    for change in all {
        let error = write::apply(dir.path(), std::slice::from_ref(&change)).unwrap_err();
        assert!(error.to_string().contains("symlink"), "{}: {error}", change.path.display());
    }
    assert_eq!([read(&outside, "secret"), read(&outside, "dir/f.go"), read(&dir, "real/f.go")], ["old", "old", "old"]);
    assert_eq!(everything(outside.path()).len(), 3);
}

#[test]
fn ways_out_and_repositories_are_refused() {
    let dir = checkout(&[
        ("root/a.go", "old"),
        ("b.go", "old"),
        ("root/.git/config", "old"),
        ("root/sub/.git/config", "old"),
    ]);
    let root = dir.path().join("root");
    let absolute = root.join("a.go");
    for path in ["../b.go", absolute.to_str().unwrap(), ".git/config", "sub/.git/config", ".GIT/x", "sub/git~1/x", ""] {
        let changes = [change(path, "old", "new"), creation(path, "new")];
        for change in changes {
            assert!(write::apply(&root, &[change]).is_err(), "{path:?}");
        }
    }
    assert_eq!([read(&dir, "b.go"), read(&dir, "root/.git/config"), read(&dir, "root/a.go")], ["old", "old", "old"]);
}

#[test]
fn a_failure_half_way_leaves_everything_as_it_was() {
    // The second new file needs a folder where the first puts a file: this shows only while the files are put in place.
    let dir = checkout(&[("a.go", "old"), ("src/b.go", "old b")]);
    let before = everything(dir.path());
    let inode = fs::metadata(dir.path().join("a.go")).unwrap().ino();
    let changes = [
        change("a.go", "old", "new"),
        change("src/b.go", "old b", "new b"),
        creation("new/clash", "a file"),
        creation("new/clash/inside.c", "below a file"),
    ];
    let error = write::apply(dir.path(), &changes).unwrap_err();
    assert!(matches!(error, WriteError::System { .. } | WriteError::Gate(_) | WriteError::Changed(_)), "{error}");
    assert_eq!(everything(dir.path()), before);
    assert_eq!(fs::metadata(dir.path().join("a.go")).unwrap().ino(), inode, "the very file is back");
}

#[test]
fn other_hard_links_keep_the_old_bytes() {
    let dir = checkout(&[("a.go", "old")]);
    fs::hard_link(dir.path().join("a.go"), dir.path().join("other.go")).unwrap();
    let written = write::apply(dir.path(), &[change("a.go", "old", "new")]).unwrap();
    assert_eq!(written.linked, [Path::new("a.go")]);
    assert_eq!([read(&dir, "a.go"), read(&dir, "other.go")], ["new", "old"]);
}

#[test]
fn two_runs_do_not_write_at_once() {
    let dir = checkout(&[("a.go", "old")]);
    let root = Root::open(dir.path()).unwrap();
    let lock = Lock::take(&root).unwrap();
    let error = write::apply(dir.path(), &[change("a.go", "old", "new")]).unwrap_err();
    assert!(matches!(error, WriteError::Locked(_)), "{error}");
    assert_eq!(read(&dir, "a.go"), "old");
    drop(lock);
    write::apply(dir.path(), &[change("a.go", "old", "new")]).unwrap();
    assert_eq!(read(&dir, "a.go"), "new");
}

/// A run that was killed behind its journal, with the first `done` files in place.
fn interrupted(done: usize) -> tempfile::TempDir {
    let dir = checkout(&[("a.go", "old"), ("b.go", "old b")]);
    let journal = r#"{"treepatch_journal":1,"folders":["n"],"files":[
        {"path":"a.go","before":"old","after":"new"},
        {"path":"b.go","before":"old b","after":"new b"},
        {"path":"n/c.go","before":null,"after":"new c"}]}"#;
    fs::create_dir(dir.path().join(STATE)).unwrap();
    let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    put(&format!("{STATE}/.gitignore"), "*\n");
    put(&format!("{STATE}/journal"), journal);
    let news = [("a.go", "new", "old"), ("b.go", "new b", "old b"), ("n/c.go", "new c", "")];
    for (number, (path, new, old)) in news.into_iter().enumerate() {
        let staged = format!("{STATE}/{number}.new");
        if number >= done {
            put(&staged, new);
            continue;
        }
        fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
        put(path, new);
        if !old.is_empty() {
            put(&staged, old);
        }
    }
    dir
}

#[test]
fn an_interrupted_run_is_finished_or_undone() {
    for done in 0..=3 {
        let dir = interrupted(done);
        assert!(write::unfinished(dir.path()).unwrap().is_some());
        let error = write::apply(dir.path(), &[]).unwrap_err();
        assert!(error.to_string().contains("treepatch recover"), "{error}");
        assert_eq!(write::recover(dir.path(), Direction::Finish).unwrap().files.len(), 3 - done);
        assert_eq!([read(&dir, "a.go"), read(&dir, "b.go"), read(&dir, "n/c.go")], ["new", "new b", "new c"]);
        assert_eq!(everything(dir.path()).len(), 4);

        let dir = interrupted(done);
        assert_eq!(write::recover(dir.path(), Direction::Undo).unwrap().files.len(), done);
        assert_eq!([read(&dir, "a.go"), read(&dir, "b.go")], ["old", "old b"]);
        assert_eq!(everything(dir.path()).len(), 2);
        assert!(write::unfinished(dir.path()).unwrap().is_none());
    }
}

#[test]
fn what_somebody_changed_after_the_interruption_is_kept() {
    let dir = interrupted(2);
    fs::write(dir.path().join("b.go"), "theirs").unwrap();
    let before = everything(dir.path());
    for direction in [Direction::Finish, Direction::Undo] {
        let error = write::recover(dir.path(), direction).unwrap_err();
        assert!(matches!(&error, WriteError::Foreign { path } if path == Path::new("b.go")), "{error}");
        assert_eq!(everything(dir.path()), before);
    }
}

/// What the run had not come to need not be undone, whatever somebody has made of it since.
#[test]
fn what_the_run_had_not_come_to_stays_when_it_is_undone() {
    let dir = interrupted(1);
    fs::write(dir.path().join("b.go"), "theirs").unwrap();
    fs::create_dir(dir.path().join("n")).unwrap();
    fs::write(dir.path().join("n/c.go"), "theirs, too").unwrap();
    let before = everything(dir.path());
    assert!(matches!(write::recover(dir.path(), Direction::Finish), Err(WriteError::Foreign { .. })));
    assert_eq!(everything(dir.path()), before);
    write::recover(dir.path(), Direction::Undo).unwrap();
    assert_eq!([read(&dir, "a.go"), read(&dir, "b.go"), read(&dir, "n/c.go")], ["old", "theirs", "theirs, too"]);
    assert!(!dir.path().join(STATE).exists());
}

/// A run that was killed right after a swap or a removal: what came out of it is not what the run had looked at.
#[test]
fn what_somebody_saved_at_the_moment_of_the_rename_goes_back() {
    let dir = interrupted(1);
    fs::write(dir.path().join(STATE).join("0.new"), "theirs").unwrap();
    assert!(matches!(write::recover(dir.path(), Direction::Finish), Err(WriteError::Foreign { .. })));
    assert_eq!([read(&dir, "a.go"), read(&dir, ".treepatch-journal/0.new")], ["theirs", "new"]);
    write::recover(dir.path(), Direction::Undo).unwrap();
    assert_eq!([read(&dir, "a.go"), read(&dir, "b.go")], ["theirs", "old b"]);
}

#[test]
fn there_may_be_nothing_to_recover() {
    let dir = checkout(&[("a.go", "old")]);
    let error = write::recover(dir.path(), Direction::Finish).unwrap_err();
    assert!(matches!(error, WriteError::NothingToRecover(_)), "{error}");
}

#[test]
fn a_journal_from_elsewhere_leads_nowhere() {
    let dir = checkout(&[("root/a.go", "old"), ("b.go", "old")]);
    let root = dir.path().join("root");
    fs::create_dir(root.join(STATE)).unwrap();
    for path in ["../b.go", ".git/config"] {
        let journal = format!(
            r#"{{"treepatch_journal":1,"folders":[],"files":[{{"path":"{path}","before":"old","after":"new"}}]}}"#
        );
        fs::write(root.join(STATE).join("journal"), journal).unwrap();
        assert!(matches!(write::recover(&root, Direction::Finish), Err(WriteError::Gate(_))));
    }
    assert_eq!(read(&dir, "b.go"), "old");
}

#[test]
fn what_a_killed_run_leaves_behind_is_swept_away() {
    let dir = checkout(&[("a.go", "old")]);
    fs::create_dir(dir.path().join(STATE)).unwrap();
    fs::write(dir.path().join(STATE).join("0.new"), "half").unwrap();
    write::apply(dir.path(), &[change("a.go", "old", "new")]).unwrap();
    assert_eq!(everything(dir.path()), [("a.go".to_owned(), Some(b"new".to_vec()))]);
}

#[test]
fn git_does_not_see_the_journal() {
    let dir = interrupted(0);
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "a.go", "b.go"]);
    assert_eq!(git(dir.path(), &["status", "--porcelain", "--untracked-files=all"]), "A  a.go\nA  b.go\n");
}

#[test]
fn output_files_are_written_whole_and_folders_refused() {
    let dir = checkout(&[("out/x", "")]);
    let file = dir.path().join("diff.patch");
    write::output(None, &file, b"one").unwrap();
    write::output(None, &file, b"two").unwrap();
    assert_eq!(read(&dir, "diff.patch"), "two");
    assert!(matches!(write::output(None, &dir.path().join("out"), b"x"), Err(WriteError::OutputIsFolder(_))));
    assert!(matches!(write::output(None, &dir.path().join("none/x"), b"x"), Err(WriteError::System { .. })));
    write::output(None, Path::new("/dev/null"), b"gone").unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    symlink("diff.patch", dir.path().join("link")).unwrap();
    write::output(None, &dir.path().join("link"), b"three").unwrap();
    assert_eq!(read(&dir, "diff.patch"), "three");
    assert!(dir.path().join("link").is_symlink());
}

#[test]
fn files_are_removed_with_the_folders_that_they_leave_empty() {
    let dir = checkout(&[("a.go", "old"), ("x/y/made.c", "made"), ("x/stays.c", "stays")]);
    let removal = write::Removal { path: "x/y/made.c".into(), before: b"made".to_vec() };
    write::revert(dir.path(), &[change("a.go", "old", "new")], &[removal]).unwrap();
    assert_eq!([read(&dir, "a.go"), read(&dir, "x/stays.c")], ["new", "stays"]);
    assert!(!dir.path().join("x/y").exists() && !dir.path().join(STATE).exists());
}

#[test]
fn a_file_that_is_not_what_it_was_is_not_removed() {
    let dir = checkout(&[("a.go", "old"), ("made.c", "theirs")]);
    let before = everything(dir.path());
    let removal = write::Removal { path: "made.c".into(), before: b"made".to_vec() };
    let error = write::revert(dir.path(), &[change("a.go", "old", "new")], &[removal]).unwrap_err();
    assert!(matches!(error, WriteError::Changed(_)), "{error}");
    assert_eq!(everything(dir.path()), before);
}

/// A file that was to go was edited meanwhile: that shows before anything moves.
#[test]
fn a_removal_that_cannot_be_finished_stops_everything() {
    let journal = r#"{"treepatch_journal":1,"folders":[],"files":[{"path":"a.go","before":"new","after":"old"}],
        "removed":[{"path":"made.c","before":"made"}]}"#;
    let files = [(".treepatch-journal/journal", journal), (".treepatch-journal/0.new", "old"), ("a.go", "new")];
    let dir = checkout(&[&files[..], &[("made.c", "edited")]].concat());
    let before = everything(dir.path());
    let error = write::recover(dir.path(), Direction::Finish).unwrap_err();
    assert!(matches!(&error, WriteError::Foreign { path } if path == Path::new("made.c")), "{error}");
    assert_eq!(everything(dir.path()), before);
    write::recover(dir.path(), Direction::Undo).unwrap();
    assert_eq!([read(&dir, "a.go"), read(&dir, "made.c")], ["new", "edited"]);
    assert!(!dir.path().join(STATE).exists());
}

#[test]
fn a_removal_that_was_killed_is_finished_or_undone() {
    let journal = r#"{"treepatch_journal":1,"folders":[],"files":[],"removed":[{"path":"made.c","before":"made"}]}"#;
    for (direction, there) in [(Direction::Finish, false), (Direction::Undo, true)] {
        for is_taken in [false, true] {
            let place = if is_taken { ".treepatch-journal/0.gone" } else { "made.c" };
            let dir = checkout(&[(".treepatch-journal/journal", journal), (place, "made")]);
            write::recover(dir.path(), direction).unwrap();
            assert_eq!(dir.path().join("made.c").exists(), there);
            assert!(!dir.path().join(STATE).exists());
        }
    }
}

/// A POSIX access list as the system has it: what the owner, user 12345, the group, all of these at most, and others may.
fn access_list(may: [u16; 5]) -> Vec<u8> {
    let whom = [(1u16, u32::MAX), (2, 12345), (4, u32::MAX), (16, u32::MAX), (32, u32::MAX)];
    let mut list = 2u32.to_le_bytes().to_vec();
    for ((tag, who), may) in whom.into_iter().zip(may) {
        list.extend(tag.to_le_bytes().into_iter().chain(may.to_le_bytes()).chain(who.to_le_bytes()));
    }
    list
}

/// What somebody noted on a file, and who may do what with it, stays when the file is replaced.
#[test]
fn extended_attributes_stay() {
    use rustix::fs::{XattrFlags, getxattr, listxattr, setxattr};
    let dir = checkout(&[("a.go", "old"), ("b.go", "old")]);
    let path = dir.path().join("a.go");
    let set = |name: &str, value: &[u8]| setxattr(&path, name, value, XattrFlags::empty());
    let get = |name: &str| {
        let mut value = [0; 100];
        getxattr(&path, name, &mut value).map(|length| value[..length].to_vec())
    };
    if let Err(error) = set("user.note", b"by hand\0\xff") {
        eprintln!("SKIPPED extended_attributes_stay: {error}");
        let required = std::env::var_os("TREEPATCH_REQUIRE_TOOLS").is_some_and(|value| value == "1");
        assert!(!required, "there are no attributes in {}: {error}", dir.path().display());
        return;
    }
    set("user.empty", b"").unwrap();
    let list = access_list([6, 4, 0, 4, 0]);
    let has_list = set("system.posix_acl_access", &list).is_ok();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let list = if has_list { get("system.posix_acl_access").unwrap() } else { list };

    write::apply(dir.path(), &[change("a.go", "old", "new"), change("b.go", "old", "new")]).unwrap();
    assert_eq!(read(&dir, "a.go"), "new");
    assert_eq!(get("user.note").unwrap(), *b"by hand\0\xff");
    assert_eq!(get("user.empty").unwrap(), b"");
    assert!(!has_list || get("system.posix_acl_access").unwrap() == list);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o444);
    let mut names = [0; 100];
    assert_eq!(listxattr(dir.path().join("b.go"), &mut names), Ok(0));
}

/// A folder can say what whoever makes files in it shall be permitted. The files that are replaced were made before.
#[test]
fn no_access_list_comes_from_the_folder() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let dir = checkout(&[("a.go", "old")]);
    let list = access_list([7, 7, 5, 7, 5]);
    if setxattr(dir.path(), "system.posix_acl_default", &list, XattrFlags::empty()).is_err() {
        // Not every file system has access lists.
        return;
    }
    write::apply(dir.path(), &[change("a.go", "old", "new")]).unwrap();
    let answer = getxattr(dir.path().join("a.go"), "system.posix_acl_access", &mut [0; 100]);
    assert_eq!(answer, Err(rustix::io::Errno::NODATA));
    assert_eq!(fs::metadata(dir.path().join("a.go")).unwrap().mode() & 0o777, 0o644);
}

/// A journal in a folder above or below: that run had another root, and its files may be half done.
#[test]
fn a_run_that_was_interrupted_around_this_root() {
    let text = r#"{"treepatch_journal":1,"folders":[],"files":[]}"#;
    let journal = format!("{STATE}/journal");
    let unfinished = |error: WriteError, root: &Path| {
        assert!(matches!(&error, WriteError::Unfinished(at) if at == &root.canonicalize().unwrap()), "{error}");
        assert!(error.to_string().contains(&format!("treepatch recover {}", root.canonicalize().unwrap().display())));
    };
    let dir = checkout(&[("a/b/x.go", "old"), ("y.go", "old"), (&journal, text)]);
    let below = dir.path().join("a/b");
    unfinished(write::apply(&below, &[change("x.go", "old", "new")]).unwrap_err(), dir.path());
    unfinished(write::recover(&below, Direction::Finish).unwrap_err(), dir.path());
    assert_eq!(write::unfinished(&below).unwrap(), Some(dir.path().canonicalize().unwrap()));
    write::recover(dir.path(), Direction::Finish).unwrap();
    write::apply(&below, &[change("x.go", "old", "new")]).unwrap();

    let dir = checkout(&[("a/b/x.go", "old"), ("y.go", "old"), (&format!("a/{journal}"), text)]);
    let root = dir.path().canonicalize().unwrap();
    unfinished(write::apply(&root, &[change("a/b/x.go", "old", "new")]).unwrap_err(), &root.join("a"));
    unfinished(write::apply(&root, &[creation("a/z.go", "new")]).unwrap_err(), &root.join("a"));
    // Where nothing is changed, nothing is in the way.
    write::apply(&root, &[change("y.go", "old", "new")]).unwrap();
}

/// In a folder like `/tmp` everybody can make a journal, and whoever recovers it changes his own files.
#[test]
fn a_journal_above_that_somebody_else_made() {
    let journal = format!("{STATE}/journal");
    let dir = checkout(&[("a/x.go", "old"), (&journal, r#"{"treepatch_journal":1,"folders":[],"files":[]}"#)]);
    // Only root may give files away.
    if std::os::unix::fs::chown(dir.path().join(STATE), Some(12345), None).is_ok() {
        assert_eq!(write::unfinished(&dir.path().join("a")).unwrap(), None);
        assert_eq!(write::unfinished(dir.path()).unwrap(), Some(dir.path().to_owned()));
    }
}

/// A report waits in a hidden folder until it is whole. One that a killed run left is swept away, one in which a run is
/// at work is not.
#[test]
fn a_report_takes_the_place_of_an_older_one() {
    let dir = checkout(&[("report", "old"), (".treepatch-output-0/draft", "half")]);
    let root = Root::open(dir.path()).unwrap();
    let report = dir.path().join("report");
    let names = || root.names(Path::new("")).unwrap().into_iter().map(|n| n.into_string().unwrap()).collect::<Vec<_>>();
    {
        let theirs = Root::open(&dir.path().join(".treepatch-output-0")).unwrap();
        let _at_work = Lock::take(&theirs).unwrap();
        write::output(Some(dir.path()), &report, b"new").unwrap();
        assert_eq!(names(), [".treepatch-output-0", "report"]);
        assert_eq!(read(&dir, ".treepatch-output-0/draft"), "half");
    }
    fs::set_permissions(&report, fs::Permissions::from_mode(0o640)).unwrap();
    write::output(Some(dir.path()), &report, b"newer").unwrap();
    assert_eq!((names(), read(&dir, "report")), (vec!["report".to_owned()], "newer".to_owned()));
    assert_eq!(fs::metadata(&report).unwrap().mode() & 0o777, 0o640);
}
