//! nstar makes the system call that it means.

use crate::common::{Release, run};
use crate::needs;
use std::process::Command;

/// The system calls that nstar makes on ARM, as the emulator lists them.
///
/// The emulator need not know execveat itself: what counts is which call the number stands for.
fn system_calls(release: &Release) -> String {
    let program = release.root().join("nstar-arm");
    run(Command::new("arm-linux-gnueabihf-gcc")
        .args(["-Wall", "-Werror", "-static", "-o"])
        .arg(&program)
        .arg(release.source("guardian/rundmc/nstar/nstar.c")))
    .ok();
    let mut nstar = Command::new("qemu-arm-static");
    nstar.arg("-strace").arg(&program).arg("/bin/true").arg(release.root().join("inside"));
    run(&mut nstar).stderr
}

/// Whether a call of this name was made with the descriptor of the program that nstar opened.
fn calls(system_calls: &str, name: &str) -> bool {
    system_calls.lines().any(|line| line.contains(&format!(" {name}(3,")))
}

#[test]
fn unpatched_nstar_calls_openat_on_arm() {
    needs!("arm-linux-gnueabihf-gcc", "qemu-arm-static");
    let list = system_calls(&Release::unpatched());
    assert!(calls(&list, "openat") && !calls(&list, "execveat"), "{list}");
}

#[test]
fn patched_nstar_calls_execveat_on_arm() {
    needs!("arm-linux-gnueabihf-gcc", "qemu-arm-static");
    for set in ["garden-runc-arm32", "garden-runc-portable"] {
        let list = system_calls(&Release::patched(set));
        assert!(calls(&list, "execveat") && !calls(&list, "openat"), "{set}: {list}");
    }
}

/// The number that the preprocessor leaves when these macros, and no others, name the machine.
fn number(release: &Release, machine: &str) -> String {
    let mut preprocess = Command::new("arm-linux-gnueabihf-gcc");
    preprocess.args(["-E", "-P", "-U__arm__", "-D__PRETENDED__"]);
    if !machine.is_empty() {
        preprocess.arg(format!("-D{machine}=1"));
    }
    // Only the code: the headers are those of another machine.
    let source = std::fs::read_to_string(release.source("guardian/rundmc/nstar/nstar.c")).unwrap();
    let code: Vec<_> = source.lines().filter(|line| !line.starts_with("#include")).collect();
    let file = release.root().join("code.c");
    std::fs::write(&file, code.join("\n") + "\n").unwrap();
    let out = run(preprocess.arg(&file)).ok().stdout;
    let call = out.lines().find_map(|line| line.trim().strip_prefix("return syscall(")).unwrap();
    call.split(',').next().unwrap().to_owned()
}

#[test]
fn portable_set_keeps_the_number_of_every_other_machine() {
    needs!("arm-linux-gnueabihf-gcc");
    let machines = ["__PPC64__", "", "__arm__", "__aarch64__", "__i386__"];
    let numbers = |release: &Release| machines.map(|machine| number(release, machine));
    assert_eq!(numbers(&Release::unpatched()), ["362", "322", "322", "322", "322"]);
    assert_eq!(numbers(&Release::patched("garden-runc-portable")), ["362", "322", "387", "281", "358"]);
    assert_eq!(numbers(&Release::patched("garden-runc-arm32")), ["362", "387", "387", "387", "387"]);
}

#[test]
fn portable_nstar_starts_programs_on_amd64() {
    needs!("gcc");
    let release = Release::patched("garden-runc-portable");
    let program = release.root().join("nstar");
    run(Command::new("gcc")
        .args(["-Wall", "-Werror", "-o"])
        .arg(&program)
        .arg(release.source("guardian/rundmc/nstar/nstar.c")))
    .ok();
    let said = run(Command::new(&program).arg("/bin/echo").arg(release.root().join("inside")).args(["well", "done"]));
    assert_eq!(said.ok().stdout, "well done\n");
}
