//! A system that gives few threads, as a container that counts processes: the outcome is the same with any number.

#![allow(clippy::unwrap_used)]

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output};

/// Another user for each test, of whom there are no other processes.
const USER: u32 = 61_700;
const PATCH: &str = r#"
format = 1
[patchset]
name = "mine"
title = "Mine"
[[patch]]
id = "one"
title = "lib: one"
why = "Because."
files = ["**/*.c"]
expect = "1.."
diff = '''
-int width = 1;
+long width = 1;
'''
"#;

/// The program, for whom there may be so many threads, its first one counted; nothing where nobody can be limited.
fn limited(user: u32, threads: usize, dir: &Path, args: &[&str]) -> Option<Output> {
    let (prlimit, setpriv) = (crate::tools::find("prlimit")?, crate::tools::find("setpriv")?);
    let mut command = Command::new(prlimit);
    command.arg(format!("--nproc={threads}"));
    if std::fs::metadata(dir).unwrap().uid() == 0 {
        // Nobody counts the processes of root, nor of those who may change limits. Files are still root's to read.
        command.arg(setpriv).args([&format!("--ruid={user}"), "--bounding-set=-sys_resource,-sys_admin"]);
    }
    command.arg(env!("CARGO_BIN_EXE_treepatch")).args(args).current_dir(dir).env("NO_COLOR", "1");
    Some(command.output().unwrap())
}

fn tree(size: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..12 {
        let folder = dir.path().join(format!("root/{}/deep", n % 7));
        std::fs::create_dir_all(&folder).unwrap();
        let filler = "int other;\n".repeat(size / 11);
        std::fs::write(folder.join(format!("{n}.c")), format!("int width = 1;\n{filler}")).unwrap();
    }
    std::fs::write(dir.path().join("mine.toml"), PATCH).unwrap();
    dir
}

const CHECK: &[&str] = &["check", "mine.toml", "root"];
const DIFF: &[&str] = &["apply", "mine.toml", "root", "--dry-run"];
const MANY: usize = 1_000;

#[test]
fn few_threads_come_to_the_same_as_many() {
    let dir = tree(20_000);
    for args in [CHECK, DIFF] {
        let Some(many) = limited(USER, MANY, dir.path(), args) else { return };
        assert_eq!(many.status.code(), Some(0), "{}", String::from_utf8_lossy(&many.stderr));
        // Whose processes are counted by the system as such has others beside this one.
        let least = if std::fs::metadata(dir.path()).unwrap().uid() == 0 { 2 } else { MANY };
        for (threads, more) in
            [(0, &[][..]), (1, &[]), (2, &[]), (0, &["-j", "1"]), (0, &["-j", "9"]), (3, &["-j", "9"])]
        {
            let few = limited(USER, least + threads, dir.path(), &[args, more].concat()).unwrap();
            assert_eq!(few.status.code(), Some(0), "{threads}: {}", String::from_utf8_lossy(&few.stderr));
            assert_eq!(few.stdout, many.stdout, "{threads} {more:?}");
        }
    }
    let few = limited(USER, 3, dir.path(), &["apply", "mine.toml", "root"]).unwrap();
    assert_eq!(few.status.code(), Some(0));
}

#[test]
fn without_a_single_thread_more_small_files_are_read_and_large_ones_are_told() {
    let (small, large) = (tree(2_000), tree(20_000));
    let Some(many) = limited(USER + 1, MANY, small.path(), DIFF) else { return };
    for more in [&[][..], &["-j", "9"]] {
        let none = limited(USER + 1, 1, small.path(), &[DIFF, more].concat()).unwrap();
        assert_eq!(none.status.code(), Some(0), "{}", String::from_utf8_lossy(&none.stderr));
        assert_eq!(none.stdout, many.stdout);
        let none = limited(USER + 1, 1, large.path(), &[CHECK, more].concat()).unwrap();
        let told = String::from_utf8_lossy(&none.stdout).into_owned() + &String::from_utf8_lossy(&none.stderr);
        assert_eq!(none.status.code(), Some(1), "{told}");
        assert!(told.contains("unreadable  one") && told.contains("the system gives no thread with"), "{told}");
    }
}
