//! The programs that tests use as referees.
#![allow(dead_code)] // Not every test needs all of it.

use std::path::PathBuf;
use std::process::Command;

/// Where a program is. If it is missing, the test says so and is skipped; where tools are required it fails.
pub fn find(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).map(|p| p.join(name)).find(|p| p.is_file());
    if found.is_none() {
        let required = std::env::var_os("TREEPATCH_REQUIRE_TOOLS").is_some_and(|v| v == "1");
        assert!(!required, "{name} is required and not installed");
        eprintln!("SKIPPED: {name} is not installed");
    }
    found.and_then(|p| p.canonicalize().ok())
}

/// Whether a package is there that ships sources, told by its folder. If not, it is as with a missing program.
pub fn has_sources(package: &str, folder: &std::path::Path) -> bool {
    let is = folder.is_dir();
    if !is {
        let required = std::env::var_os("TREEPATCH_REQUIRE_TOOLS").is_some_and(|v| v == "1");
        assert!(!required, "{package} is required and not installed");
        eprintln!("SKIPPED: {package} is not installed");
    }
    is
}

/// The sources of Go's own library. Where Go is missing it is as with any program.
pub fn go_library() -> Option<PathBuf> {
    let go = find("gofmt")?.with_file_name("go");
    let root = output(Command::new(go).args(["env", "GOROOT"]));
    Some(PathBuf::from(root.trim_end()).join("src").canonicalize().unwrap())
}

/// The sources of gnulib, as the package of that name ships them.
pub fn gnulib() -> Option<PathBuf> {
    let folder = PathBuf::from("/usr/share/gnulib/lib");
    has_sources("gnulib", &folder).then_some(folder)
}

/// What a program prints.
pub fn output(command: &mut Command) -> String {
    String::from_utf8(command.output().expect("the program runs").stdout).expect("its output is text")
}

/// What a program makes of a text.
pub fn filter(program: &std::path::Path, arguments: &[&str], text: &str) -> String {
    use std::io::Write;
    use std::process::Stdio;
    let mut command = Command::new(program);
    let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("it has an input").write_all(text.as_bytes()).expect("it reads");
    String::from_utf8(child.wait_with_output().expect("it ends").stdout).expect("its output is text")
}
