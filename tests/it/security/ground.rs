//! A tree from a stranger, and what lies beside it.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder with `root`, the tree, and `outside`, which nothing may touch.
pub struct Ground {
    dir: TempDir,
}

/// How a run ended.
pub struct Ran {
    pub code: i32,
    pub text: String,
}

impl Ran {
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{}", self.text);
        self
    }

    #[track_caller]
    pub fn tells(self, what: &str) -> Ran {
        assert!(self.text.contains(what), "`{what}` is not in: {}", self.text);
        self
    }
}

impl Ground {
    /// A tree of one source, `root/main.c`; one more of the same text lies outside.
    pub fn new() -> Ground {
        let ground = Ground { dir: tempfile::tempdir().unwrap() };
        ground.put("root/main.c", "int width = 1;\n");
        ground.put("outside/main.c", "int width = 1;\n");
        ground
    }

    /// The same as a git repository.
    pub fn with_git() -> Ground {
        let ground = Ground::new();
        ground.git("root", &["init", "-q", "-b", "main"]);
        ground.git("root", &["add", "."]);
        ground.git("root", &["commit", "-q", "-m", "first"]);
        ground
    }

    /// The same with a submodule `root/lib`.
    pub fn with_submodule() -> Ground {
        let ground = Ground::with_git();
        ground.put("sub/lib.c", "int width = 2;\n");
        ground.git("sub", &["init", "-q", "-b", "main"]);
        ground.git("sub", &["add", "."]);
        ground.git("sub", &["commit", "-q", "-m", "first"]);
        ground.git("root", &["submodule", "--quiet", "add", "../sub", "lib"]);
        ground.git("root", &["commit", "-q", "-m", "second"]);
        ground
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn root(&self) -> PathBuf {
        self.path("root")
    }

    pub fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A symlink at `name`.
    pub fn link(&self, to: &str, name: &str) {
        symlink(to, self.path(name)).unwrap();
    }

    /// A file of eight terabytes, all of them a hole.
    pub fn hole(&self, name: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).unwrap();
        file.set_len(8 << 40).unwrap();
    }

    /// A pipe that nobody writes into: whoever opens it waits.
    pub fn pipe(&self, name: &str) {
        assert!(Command::new("mkfifo").arg(self.path(name)).status().unwrap().success());
    }

    fn quiet(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.dir.path()).stdin(Stdio::null()).env("HOME", self.dir.path()).env("NO_COLOR", "1");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env_remove("XDG_CONFIG_HOME").env("SOURCE_DATE_EPOCH", "1500000000");
        command
    }

    #[track_caller]
    pub fn git(&self, folder: &str, args: &[&str]) -> String {
        let mut command = self.quiet("git");
        command.arg("-C").arg(self.path(folder)).args(["-c", "protocol.file.allow=always"]).args(args);
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Eve").env(format!("GIT_{who}_EMAIL"), "eve@example.com");
        }
        let ran = ran(&mut command);
        assert_eq!(ran.code, 0, "git {args:?}: {}", ran.text);
        ran.text
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.quiet(env!("CARGO_BIN_EXE_treepatch")).args(args))
    }

    /// The program with these arguments, to be started by the test.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.quiet(env!("CARGO_BIN_EXE_treepatch"));
        command.args(args);
        command
    }

    /// Applies a patch that widens `width` in the files of a glob.
    pub fn edit(&self, glob: &str, more: &[&str]) -> Ran {
        self.edit_as(glob, "", more)
    }

    /// The same by a patch that has other keys, too.
    pub fn edit_as(&self, glob: &str, keys: &str, more: &[&str]) -> Ran {
        let patch = format!(
            "{keys}files = ['{glob}']\nexpect = \"any\"\ndiff = '''\n-int width = $value;\n+long width = $value;\n'''\n"
        );
        self.patch(&patch, more)
    }

    /// Applies a patch that makes a file.
    pub fn create(&self, path: &str, more: &[&str]) -> Ran {
        self.patch(&format!("create = {}\ncontent = \"made\\n\"\n", quoted(path)), more)
    }

    fn patch(&self, body: &str, more: &[&str]) -> Ran {
        let head = "format = 1\n\n[patchset]\nname = \"mine\"\ntitle = \"Mine\"\n\n[[patch]]\nid = \"one\"\n";
        self.put("mine.toml", &format!("{head}title = \"lib: one\"\nwhy = \"Because.\"\n{body}"));
        self.run(&[&["apply", "mine.toml", "root"], more].concat())
    }

    /// All that is there but the patchset: what each thing is, its bytes or where it leads.
    pub fn everything(&self) -> Vec<(PathBuf, String, Vec<u8>)> {
        let mut all = Vec::new();
        let mut folders = vec![self.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let meta = path.symlink_metadata().unwrap();
                let kind = meta.file_type();
                let bytes = match () {
                    () if kind.is_dir() && path.ends_with("objects") => continue,
                    () if path.ends_with("mine.toml") => continue,
                    () if kind.is_symlink() => {
                        fs::read_link(&path).unwrap().to_string_lossy().into_owned().into_bytes()
                    }
                    () if kind.is_file() => fs::read(&path).unwrap(),
                    () => Vec::new(),
                };
                if kind.is_dir() {
                    folders.push(path.clone());
                }
                let what = format!("{kind:?} {:o} {}", meta.mode(), kind.is_fifo());
                all.push((path, what, bytes));
            }
        }
        all.sort();
        all
    }
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() || !c.is_ascii() => format!("\\U{:08X}", c as u32),
        c => c.to_string(),
    };
    let escaped: String = text.chars().map(escape).collect();
    format!("\"{escaped}\"")
}

pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Ran { code: output.status.code().expect("no signal ended it"), text }
}

/// Everything is as before.
#[track_caller]
pub fn untouched(ground: &Ground, act: impl FnOnce(&Ground)) {
    let before = ground.everything();
    act(ground);
    let after = ground.everything();
    let gone = before.iter().find(|b| !after.contains(b)).map(|b| &b.0);
    let new = after.iter().find(|a| !before.contains(a)).map(|a| &a.0);
    assert!(gone.is_none() && new.is_none(), "gone: {gone:?}, new: {new:?}");
}

/// A name with what is not ASCII shown.
pub fn shown(path: &Path) -> String {
    format!("{path:?}")
}
