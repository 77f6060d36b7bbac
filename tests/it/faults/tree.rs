//! A small checkout, and what it holds.

use crate::faults::inject::space;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const PATCHES: &str = r#"format = 1

[patchset]
name  = "mine"
title = "My patches"

[[patch]]
id    = "width"
title = "numbers: give the width 64 bits"
why   = "It overflows."
files = ["**/*.c"]
expect = "1 per file"
diff  = '''
-int width = $value;
+long width = $value;
'''

[[patch]]
id      = "notes"
title   = "lib: say what was changed"
why     = "Whoever reads the code wants to know."
create  = "lib/doc/patched.txt"
content = "patched\n"
"#;

/// A folder with a superproject `root`, its submodule `root/lib`, and a patchset that changes both.
pub struct Checkout {
    dir: TempDir,
}

impl Checkout {
    /// As git makes it.
    pub fn new() -> Checkout {
        let this = Checkout { dir: tempfile::tempdir_in(space()).unwrap() };
        let put = |name: &str, text: &str| fs::write(this.dir.path().join(name), text).unwrap();
        // More than one page of a disk: it can be full in the midst of a file.
        let long = "int width = 1;\n".to_owned() + &"/* and so on */\n".repeat(800);
        for (name, file, text) in [("sub", "lib.c", "int width = 2;\n"), ("super", "main.c", &long)] {
            this.git(".", &["init", "-q", "-b", "main", "--template=", name]);
            put(&format!("{name}/{file}"), text);
            put(&format!("{name}/other.txt"), "not touched\n");
            this.git(name, &["add", "."]);
            this.git(name, &["commit", "-q", "-m", "first"]);
        }
        this.git("super", &["submodule", "--quiet", "add", "../sub", "lib"]);
        this.git("super", &["commit", "-q", "-m", "second"]);
        this.git(".", &["clone", "-q", "--template=", "--recurse-submodules", "super", "root"]);
        for gone in ["sub", "super"] {
            fs::remove_dir_all(this.dir.path().join(gone)).unwrap();
        }
        put("mine.toml", PATCHES);
        let noted = this.root().join("main.c");
        let _ = rustix::fs::setxattr(noted, NOTE, b"by hand", rustix::fs::XattrFlags::empty());
        this
    }

    /// Without its repositories: there a record tells what was put in.
    pub fn plain() -> Checkout {
        let this = Checkout::new();
        fs::remove_dir_all(this.root().join(".git")).unwrap();
        fs::remove_file(this.root().join("lib/.git")).unwrap();
        this
    }

    fn is_plain(&self) -> bool {
        !self.root().join(".git").exists()
    }

    /// With a report in it that a new one can replace.
    pub fn with_report() -> Checkout {
        let this = Checkout::new();
        fs::write(this.report(), "an old one\n").unwrap();
        this
    }

    /// Another of the same, times and all.
    pub fn copy(&self) -> Checkout {
        let copy = Checkout { dir: tempfile::tempdir_in(space()).unwrap() };
        let from = self.dir.path().join(".");
        assert!(Command::new("cp").arg("-a").arg(from).arg(copy.dir.path()).status().unwrap().success());
        copy
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    /// A file of the tree where a report can go.
    pub fn report(&self) -> PathBuf {
        self.root().join("lib/report.diff")
    }

    fn quiet(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("HOME", self.dir.path()).env("GIT_CONFIG_NOSYSTEM", "1").env("NO_COLOR", "1");
        command
    }

    fn git(&self, folder: &str, args: &[&str]) -> String {
        let mut command = self.quiet("git");
        command.arg("-C").arg(self.dir.path().join(folder)).args(["-c", "protocol.file.allow=always"]).args(args);
        command.env("GIT_OPTIONAL_LOCKS", "0");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Eve").env(format!("GIT_{who}_EMAIL"), "eve@example.com");
            command.env(format!("GIT_{who}_DATE"), "1234567890 +0000");
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What git says of files: all that is changed, new or staged.
    pub fn status(&self) -> String {
        if self.is_plain() {
            return String::new();
        }
        self.git("root", &["status", "--porcelain", "-uall"])
            + &self.git("root/lib", &["status", "--porcelain", "-uall"])
    }

    /// Whether every object that the heads need is there.
    pub fn is_sound(&self) -> bool {
        self.is_plain()
            || ["root", "root/lib"]
                .iter()
                .all(|folder| !self.git(folder, &["log", "--raw", "-p", "--format=%H"]).is_empty())
    }

    /// The folder of it all.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// treepatch; `{set}` stands for the patchset, `{root}` for the root, `{copy}` for a folder beside it, `{report}`
    /// for a file in it, `{lib}` for its submodule, `{beside}` for a folder beside that, which git watches.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.quiet(env!("CARGO_BIN_EXE_treepatch"));
        command.env("SOURCE_DATE_EPOCH", "1500000000");
        for arg in args {
            match *arg {
                "{set}" => command.arg(self.dir.path().join("mine.toml")),
                "{root}" => command.arg(self.root()),
                "{copy}" => command.arg(self.dir.path().join("copy")),
                "{report}" => command.arg(self.report()),
                "{lib}" => command.arg(self.root().join("lib")),
                "{beside}" => command.arg(self.root().join("copy")),
                other => command.arg(other),
            };
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// All that is there, but for git's objects and logs.
    pub fn everything(&self) -> Everything {
        let mut all = BTreeMap::new();
        let mut folders = vec![self.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let meta = path.symlink_metadata().unwrap();
                if meta.is_dir() && (path.ends_with("objects") || path.ends_with("logs")) {
                    continue;
                }
                let bytes = if meta.is_dir() { None } else { Some(fs::read(&path).unwrap()) };
                if meta.is_dir() {
                    folders.push(path.clone());
                }
                let time = if meta.is_dir() { 0 } else { meta.mtime() * 1_000_000_000 + meta.mtime_nsec() };
                let thing = Thing { mode: meta.mode(), bytes, note: note(&path), time };
                all.insert(path.strip_prefix(self.dir.path()).unwrap().to_owned(), thing);
            }
        }
        Everything(all)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Thing {
    mode: u32,
    /// `None` for a folder.
    bytes: Option<Vec<u8>>,
    /// An extended attribute, which [`Checkout::new`] sets where there are any.
    note: Option<Vec<u8>>,
    time: i64,
}

const NOTE: &str = "user.note";

fn note(path: &Path) -> Option<Vec<u8>> {
    let mut value = [0; 100];
    let length = rustix::fs::lgetxattr(path, NOTE, &mut value).ok()?;
    Some(value[..length].to_vec())
}

/// What is in a folder with a root: the tree, and what there is beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Everything(BTreeMap<PathBuf, Thing>);

impl Everything {
    /// Without what is unfinished.
    pub fn settled(mut self) -> Everything {
        self.0.retain(|path, _| !is_unfinished(path));
        self
    }

    /// What is unfinished.
    pub fn unfinished(&self) -> Vec<&Path> {
        self.0.keys().map(PathBuf::as_path).filter(|path| is_unfinished(path)).collect()
    }

    /// Whether a run left a journal.
    pub fn has_journal(&self) -> bool {
        self.0.contains_key(&Path::new("root").join(treepatch::patchset::STATE).join("journal"))
    }

    /// The first difference. Times count for files that have the same bytes in `other`, the state on the other side.
    pub fn differs(&self, wanted: &Everything, other: &Everything) -> Option<String> {
        for path in self.0.keys().chain(wanted.0.keys()) {
            let (Some(is), Some(should)) = (self.0.get(path), wanted.0.get(path)) else {
                let which = if self.0.contains_key(path) { "is there" } else { "is not there" };
                return Some(format!("{} {which}", path.display()));
            };
            let is_edited = other.0.get(path).is_none_or(|o| o.bytes != should.bytes);
            if is.bytes != should.bytes
                || is.mode != should.mode
                || is.note != should.note
                || (!is_edited && is.time != should.time)
            {
                return Some(format!("{} is another: mode {:o}, time {}", path.display(), is.mode, is.time));
            }
        }
        None
    }
}

fn is_unfinished(path: &Path) -> bool {
    let is_ours = |name: &std::ffi::OsStr| {
        // The record stays: it is part of what a run leaves.
        name != treepatch::patchset::RECORD
            && (treepatch::checkout::is_own(name) || name.as_encoded_bytes().starts_with(b"treepatch-journal"))
    };
    path.iter().any(is_ours)
}
