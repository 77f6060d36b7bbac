//! Compilers and the emulator.

use crate::common::{Ran, Release, build_dir, run};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A `go` command in the GOPATH that the release is, for Linux on `arch`.
pub fn go(release: &Release, arch: &str) -> Command {
    let mut command = Command::new("go");
    command
        .current_dir(release.root())
        .env("GOPATH", release.root())
        .env("GOCACHE", build_dir().join("go"))
        .env("GO111MODULE", "off")
        .env("GOFLAGS", "")
        .env("CGO_ENABLED", "0")
        .env("GOOS", "linux")
        .env("GOARCH", arch)
        .env("GOARM", "7");
    command
}

/// Builds a program of the release, named by its package: `idmapper/cmd/maximus`.
#[track_caller]
pub fn build(release: &Release, arch: &str, package: &str) -> PathBuf {
    let program = release.root().join("bin").join(arch).join(package);
    run(go(release, arch).arg("build").arg("-o").arg(&program).arg(import_path(package))).ok();
    program
}

/// The import path of a package of the release.
pub fn import_path(package: &str) -> String {
    format!("code.cloudfoundry.org/{package}")
}

/// Runs a 32-bit ARM program.
pub fn on_arm<S: AsRef<std::ffi::OsStr>>(program: &Path, arguments: &[S]) -> Ran {
    run(Command::new("qemu-arm-static").arg(program).args(arguments))
}

/// Runs a program of this machine.
pub fn here<S: AsRef<std::ffi::OsStr>>(program: &Path, arguments: &[S]) -> Ran {
    run(Command::new(program).args(arguments))
}
