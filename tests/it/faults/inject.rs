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

/// `inject.c`, compiled: a seccomp filter, which sees just the calls that write. It needs neither ptrace nor a privilege.
#[derive(Clone)]
pub struct Injector {
    program: PathBuf,
}

impl Injector {
    /// One that was seen to work here.
    pub fn find() -> Option<Injector> {
        let injector = Injector { program: compiled()? };
        let dir = tempfile::tempdir().unwrap();
        let made = |n, name: &str| {
            let path = dir.path().join(name);
            let ran = injector.start(n, Fault::Kill, Command::new("mkdir").arg(&path));
            (ran.output.status.code(), path.exists())
        };
        let works = made(1_000_000, "made") == (Some(0), true) && made(1, "not") == (Some(137), false);
        works.then_some(injector)
    }

    /// Runs the command; its `n`th call that writes, from 1, is the one.
    pub fn run(&self, n: usize, fault: Fault, command: &Command) -> Injected {
        let injected = self.start(n, fault, command);
        let output = &injected.output;
        assert_ne!(output.status.code(), Some(125), "{}", String::from_utf8_lossy(&output.stderr));
        injected
    }

    fn start(&self, n: usize, fault: Fault, command: &Command) -> Injected {
        let note = tempfile::NamedTempFile::new_in(space()).unwrap();
        let mut run = Command::new(&self.program);
        run.arg(note.path()).arg(n.to_string()).arg(match fault {
            Fault::Kill => "kill".to_owned(),
            Fault::Once(error) => error.to_owned(),
            Fault::On(error) => format!("{error}+"),
        });
        run.arg(command.get_program()).args(command.get_args()).stdin(std::process::Stdio::null());
        run.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = run.output().unwrap();
        let told = std::fs::read_to_string(note.path()).unwrap();
        let call = told.split_whitespace().nth(1).filter(|name| *name != "-").map(str::to_owned);
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
    let source = crate::common::repository().join("tests/it/faults/inject.c");
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
