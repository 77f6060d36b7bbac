//! Runs a program, and lets one of its system calls that write be its last, or fail.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What happens to the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It never happens: the program is killed.
    Kill,
    /// It fails with this error, and the next ones go well.
    Once(&'static str),
    /// It fails, and so does every later one.
    On(&'static str),
}

/// What came of a run.
pub struct Injected {
    pub output: Output,
    /// The call that was hit; `None` where the program ended before its turn came.
    pub call: Option<String>,
}

/// The way to interfere with a program that this machine allows.
#[derive(Clone)]
pub enum Injector {
    /// `inject.c`: a seccomp filter. It sees just the calls that write.
    Filter(PathBuf),
    /// strace: it sees all calls that open files, too, and counts for each thread.
    Strace(PathBuf),
}

const CALLS: &str = "openat,write,pwrite64,writev,fsync,fdatasync,syncfs,/rename.*,/unlink.*,/link.*,/symlink.*,/mkdir.*,\
                     rmdir,/fchmod.*,chmod,/.*chown.*,/f?truncate,/utim.*,fallocate,copy_file_range,sendfile";

impl Injector {
    /// The first way that works here.
    pub fn find() -> Option<Injector> {
        let ways = [compiled().map(Injector::Filter), crate::common::find_tool("strace").map(Injector::Strace)];
        ways.into_iter().flatten().find(|way| {
            let dir = tempfile::tempdir().unwrap();
            let mut command = Command::new("mkdir");
            command.arg(dir.path().join("made"));
            let ran = way.run(1_000_000, Fault::Kill, &command);
            let killed = way.run(1, Fault::Kill, Command::new("mkdir").arg(dir.path().join("not")));
            ran.output.status.success()
                && ran.call.is_none()
                && killed.call.is_some()
                && !dir.path().join("not").exists()
        })
    }

    /// Runs the command; its `n`th call that writes, from 1, is the one.
    pub fn run(&self, n: usize, fault: Fault, command: &Command) -> Injected {
        let note = tempfile::NamedTempFile::new_in(space()).unwrap();
        let is_plain = command.get_envs().any(|(name, _)| name == "INJECT_PLAIN");
        let mut run = match self {
            Injector::Filter(program) => {
                let mut run = Command::new(program);
                run.arg(note.path()).arg(n.to_string()).arg(match fault {
                    Fault::Kill => "kill".to_owned(),
                    Fault::Once(error) => error.to_owned(),
                    Fault::On(error) => format!("{error}+"),
                });
                run
            }
            Injector::Strace(program) => {
                let what = match fault {
                    Fault::Kill => format!("signal=KILL:when={n}"),
                    Fault::Once(error) => format!("error={error}:when={n}"),
                    Fault::On(error) => format!("error={error}:when={n}+"),
                };
                let mut run = Command::new(program);
                run.args(["-f", "-qq", "-o"]).arg(note.path());
                run.arg("-e").arg(format!("trace={CALLS}")).arg("-e").arg(format!("inject={CALLS}:{what}"));
                if is_plain {
                    run.args(["-e", "inject=renameat2:error=EINVAL"]);
                }
                run
            }
        };
        run.arg(command.get_program()).args(command.get_args()).stdin(std::process::Stdio::null());
        run.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = run.output().unwrap();
        assert_ne!(output.status.code(), Some(125), "{}", String::from_utf8_lossy(&output.stderr));
        let told = std::fs::read_to_string(note.path()).unwrap();
        let call = match self {
            Injector::Filter(_) => told.split_whitespace().nth(1).filter(|name| *name != "-").map(str::to_owned),
            Injector::Strace(_) => {
                let lines = told.lines().rev().filter(|l| !is_plain || !l.contains("renameat2"));
                let hit = lines.into_iter().find(|l| l.contains("(INJECTED)") || l.contains("<unfinished"));
                let is_killed = told.contains("killed by SIGKILL");
                (is_killed || hit.is_some_and(|l| l.contains("(INJECTED)"))).then(|| hit.unwrap_or("?").to_owned())
            }
        };
        Injected { output, call }
    }
}

/// A folder in memory where there is one: thousands of small trees are synced to it.
pub fn space() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if tempfile::tempfile_in(memory).is_ok() { memory.to_owned() } else { std::env::temp_dir() }
}

/// `inject.c`, compiled.
fn compiled() -> Option<PathBuf> {
    let compiler = ["cc", "gcc"].into_iter().find_map(crate::common::find_tool)?;
    let source = crate::common::repository().join("tests/faults/inject.c");
    let program = tempfile::Builder::new().prefix("inject-").tempfile_in(crate::common::build_dir()).ok()?;
    let path = program.into_temp_path().keep().ok()?;
    Command::new(compiler).arg("-O1").arg("-o").arg(&path).arg(source).status().ok()?.success().then_some(path)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Kill => write!(f, "kill"),
            Fault::Once(error) => write!(f, "{error}"),
            Fault::On(error) => write!(f, "{error} from then on"),
        }
    }
}
