//! A release in a temporary folder: a superproject, a submodule, and a submodule of that.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Three patches: one that changes all three repositories, one for the submodules, one that makes a file.
pub const PATCHES: &str = r#"format = 1

[patchset]
name   = "mine"
title  = "My patches"
author = "Ada <ada@example.com>"

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

[patch.upstream]
status = "Submitted"
bug    = "https://bugs.example.com/1"

[[patch]]
id    = "limit"
title = "limits: a higher limit"
why   = "It is too low."
files = ["lib/**/limit.c"]
diff  = '''
-#define LIMIT 10
+#define LIMIT 20
'''

[[patch]]
id      = "notes"
title   = "lib: say what was changed"
why     = "Whoever reads the code wants to know."
create  = "lib/doc/patched.txt"
content = "patched\n"
"#;

/// A folder with the release in `root`, and the patchset in `mine.toml`.
pub struct Ground {
    pub dir: tempfile::TempDir,
}

/// What a command said.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ground {
    /// `root` on a branch, its submodule `lib` and the nested `lib/deep` on detached heads, as clones have them.
    pub fn new() -> Ground {
        let ground = Ground { dir: tempfile::tempdir().unwrap() };
        let from = template().join(".");
        assert!(Command::new("cp").arg("-a").arg(from).arg(ground.dir.path()).status().unwrap().success());
        ground
    }

    /// The same, made by git.
    fn make() -> Ground {
        let ground = Ground { dir: tempfile::tempdir().unwrap() };
        ground.put("mine.toml", PATCHES);
        for (name, files) in [
            ("deep", &[("deep.c", "int deep;\nint width = 3;\n")][..]),
            ("lib", &[("lib.c", "int width = 2;\n"), ("limit.c", "#define LIMIT 10\n")]),
            ("super", &[("main.c", "int before;\nint width = 1;\nint after;\n"), ("other.txt", "text\n")]),
        ] {
            ground.git(".", &["init", "-q", "-b", "main", name]);
            for (path, text) in files {
                ground.put(&format!("{name}/{path}"), text);
            }
            ground.git(name, &["add", "."]);
            ground.git(name, &["commit", "-q", "-m", "first"]);
        }
        for (name, sub) in [("lib", "deep"), ("super", "lib")] {
            ground.git(name, &["submodule", "--quiet", "add", &format!("../{sub}"), sub]);
            ground.git(name, &["commit", "-q", "-m", "second"]);
        }
        ground.clone_to("root");
        ground
    }

    /// Another clone.
    pub fn clone_to(&self, name: &str) {
        self.git(".", &["clone", "-q", "--recurse-submodules", "super", name]);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs git in a folder, where it must succeed.
    #[track_caller]
    pub fn git(&self, folder: &str, args: &[&str]) -> String {
        let ran = self.try_git(folder, args);
        assert_eq!(ran.code, 0, "git {args:?} in {folder}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    pub fn try_git(&self, folder: &str, args: &[&str]) -> Ran {
        let mut command = self.quiet("git");
        command.current_dir(self.path(folder)).args(["-c", "protocol.file.allow=always"]).args(args);
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Eve").env(format!("GIT_{who}_EMAIL"), "eve@example.com");
            command.env(format!("GIT_{who}_DATE"), "1234567890 +0000");
        }
        ran(&mut command)
    }

    /// Runs treepatch with a fixed date.
    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.quiet(env!("CARGO_BIN_EXE_treepatch")).args(args).env("SOURCE_DATE_EPOCH", "1500000000"))
    }

    /// A command in which nothing of this machine's settings counts.
    pub fn quiet(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.dir.path()).stdin(Stdio::null()).env("HOME", self.dir.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env_remove("XDG_CONFIG_HOME").env_remove("SOURCE_DATE_EPOCH");
        command
    }

    #[track_caller]
    pub fn commit(&self, more: &[&str]) -> Ran {
        self.run(&[&["apply", "mine.toml", "root", "--commit"], more].concat())
    }

    /// The subjects of a repository's commits, newest first.
    #[track_caller]
    pub fn log(&self, folder: &str) -> Vec<String> {
        self.git(folder, &["log", "--format=%s"]).lines().map(str::to_owned).collect()
    }

    /// Every repository is sound, its tree is clean, and its superproject knows where it is.
    #[track_caller]
    pub fn is_sound(&self, root: &str) {
        for folder in ["", "/lib", "/lib/deep"] {
            let folder = format!("{root}{folder}");
            assert_eq!(self.git(&folder, &["status", "--porcelain"]), "", "{folder}");
            assert_eq!(self.git(&folder, &["fsck", "--strict", "--no-dangling"]), "", "{folder}");
        }
        let status = self.git(root, &["submodule", "status", "--recursive"]);
        assert!(status.lines().count() == 2 && status.lines().all(|line| line.starts_with(' ')), "{status}");
    }

    /// Everything below the clone, `.git` included, but for objects and what git notes of what it has seen.
    pub fn everything(&self, root: &str) -> Vec<(PathBuf, Vec<u8>)> {
        fn collect(folder: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.symlink_metadata().unwrap() {
                    meta if meta.is_dir() && path.ends_with("objects") => {}
                    meta if meta.is_dir() => collect(&path, out),
                    _ => out.push((path.clone(), fs::read(&path).unwrap_or_default())),
                }
            }
        }
        let mut all = Vec::new();
        collect(&self.path(root), &mut all);
        all.sort();
        all
    }
}

/// A release that was made once, for all tests of this build.
fn template() -> PathBuf {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    include_str!("ground.rs").hash(&mut hasher);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("release-{:016x}", hasher.finish()));
    if !path.exists() {
        let made = Ground::make();
        // Copied beside it and renamed: tests run side by side, and whoever is first is right.
        let draft = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let copy = draft.path().join("release");
        assert!(Command::new("cp").arg("-a").arg(made.dir.path()).arg(&copy).status().unwrap().success());
        if fs::rename(&copy, &path).is_err() {
            assert!(path.exists());
        }
    }
    path
}

pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().expect("no signal ended it"),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Ran {
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn tells(self, text: &str) -> Ran {
        assert!(self.stderr.contains(text), "`{text}` is not in: {}", self.stderr);
        self
    }
}
