//! A umask that takes away even the rights of whoever makes a file: no run locks the next one out.

use crate::faults::inject::Fault;
use crate::faults::tree::Checkout;
use crate::faults::{APPLY, UNDO, injector};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

#[test]
fn a_umask_that_locks_its_owner_out() {
    let Some(injector) = injector("a_umask_that_locks_its_owner_out") else { return };
    let start = Checkout::new();
    for umask in ["0777", "0700", "0400", "0177"] {
        let mut seen = 0;
        for n in 1.. {
            let checkout = start.copy();
            let apply = checkout.command(APPLY);
            let mut command = Command::new("sh");
            command.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]);
            command.arg(apply.get_program()).args(apply.get_args());
            command.envs(apply.get_envs().filter_map(|(name, value)| Some((name, value?))));
            let injected = injector.run(n, Fault::Kill, &command);
            let state = checkout.root().join(treepatch::patchset::STATE);
            // Whoever may do all sees the modes that would lock others out.
            let lacks = |path: &Path, all| fs::metadata(path).is_ok_and(|m| m.permissions().mode() & all != all);
            let names = fs::read_dir(&state).into_iter().flatten().map(|e| e.unwrap().path()).collect::<Vec<_>>();
            assert!(names.is_empty() || !lacks(&state, 0o700), "umask {umask}, call {n}");
            let whole = names.iter().filter(|path| !path.ends_with(".git") && !path.ends_with("draft"));
            for path in whole {
                seen += 1;
                let is_old = fs::read(path).is_ok_and(|bytes| bytes == fs::read(start.root().join("main.c")).unwrap());
                assert!(is_old || !lacks(path, 0o600), "umask {umask}, call {n}: {}", path.display());
            }
            let made = checkout.root().join("lib/doc");
            let is_left = fs::read_dir(&made).is_ok_and(|mut all| all.next().is_some());
            assert!(!is_left || !lacks(&made, 0o700) && !lacks(&made.join("patched.txt"), 0o600));
            if state.join("journal").exists() {
                assert!(checkout.run(UNDO).status.success());
            }
            if injected.call.is_none() {
                assert!(injected.output.status.success() && is_left, "umask {umask}");
                break;
            }
        }
        assert!(seen > 5);
    }
}
