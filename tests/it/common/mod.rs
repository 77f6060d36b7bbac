//! What integration tests share: the program, the tools they need, and copies of the release in `testdata/`.

#![allow(clippy::unwrap_used, clippy::explicit_write)]
#![allow(dead_code)] // every test program uses its own part

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use treepatch::patchset::RECORD;

/// Leaves the test, loudly, unless all the named programs are there:
///
/// ```ignore
/// needs!("go", "qemu-arm-static");
/// ```
///
/// With `TREEPATCH_REQUIRE_TOOLS=1` a missing program fails the test instead.
#[macro_export]
macro_rules! needs {
    ($($tool:literal),+ $(,)?) => {{
        fn here() {}
        let test = std::any::type_name_of_val(&here).trim_end_matches("::here");
        $(if !$crate::common::has_tool(test, $tool) { return; })+
    }};
}

/// Whether `tool` can be found; says on standard error that `test` is skipped where it cannot.
pub fn has_tool(test: &str, tool: &str) -> bool {
    if find_tool(tool).is_some() {
        return true;
    }
    let required = std::env::var_os("TREEPATCH_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(!required, "{test} needs {tool}, which is not installed");
    // Not `eprintln!`: that is captured while a test succeeds.
    writeln!(std::io::stderr(), "SKIPPED {test}: {tool} is not installed").unwrap();
    false
}

/// Where in `PATH` the program `name` is.
pub fn find_tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// The top of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A place for what tests build and may keep, such as compiler caches.
pub fn build_dir() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// The program under test, ready for arguments.
pub fn treepatch() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_treepatch"));
    command.env("NO_COLOR", "1");
    command
}

/// Runs a command and gives its exit code and its two streams as text.
pub fn run(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Ran {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
        what: format!("{command:?}"),
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    what: String,
}

impl Ran {
    /// Insists on success.
    #[track_caller]
    pub fn ok(self) -> Ran {
        self.exits(0)
    }

    /// Insists on this exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{}\n{}\n{}", self.what, self.stdout, self.stderr);
        self
    }

    /// Insists on failure, whatever the code.
    #[track_caller]
    pub fn fails(self) -> Ran {
        assert_ne!(self.code, Some(0), "{}\n{}\n{}", self.what, self.stdout, self.stderr);
        self
    }
}

/// A copy of `testdata/release` that a test may change.
pub struct Release {
    dir: TempDir,
}

impl Release {
    /// The release as it is.
    pub fn unpatched() -> Release {
        let dir = TempDir::new().unwrap();
        copy_tree(&repository().join("testdata/release"), dir.path());
        Release { dir }
    }

    /// The release with the built-in patchset `name` applied.
    #[track_caller]
    pub fn patched(name: &str) -> Release {
        let release = Release::unpatched();
        release.apply(name);
        release
    }

    /// Applies the built-in patchset `name`.
    #[track_caller]
    pub fn apply(&self, name: &str) {
        run(treepatch().arg("apply").arg(name).arg(self.root())).ok();
    }

    /// Its top folder.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// The file of a package, `go-diodes/many_to_one.go`.
    pub fn source(&self, file: &str) -> PathBuf {
        self.root().join("src/code.cloudfoundry.org").join(file)
    }

    /// Every file with its content, for comparisons.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files_below(self.root())
    }
}

/// Copies a folder with all that is in it.
pub fn copy_tree(from: &Path, to: &Path) {
    for (path, content) in files_below(from) {
        let target = to.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, content).unwrap();
    }
}

/// The files below a folder, by their path from there, sorted; a git repository's own are left out.
pub fn files_below(top: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![top.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            // The record that `apply` leaves is no part of the tree.
            if [".git", RECORD].iter().any(|name| path.file_name() == Some(OsStr::new(name))) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.strip_prefix(top).unwrap().to_path_buf(), fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// Applies a diff, as text, to the files below `root` with git.
#[track_caller]
pub fn git_apply(root: &Path, diff: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), diff).unwrap();
    // Outside of any repository: git would else leave out what lies outside of it.
    run(Command::new("git")
        .arg("apply")
        .arg(file.path())
        .current_dir(root)
        .env("GIT_CEILING_DIRECTORIES", root.parent().unwrap()))
    .ok();
}
